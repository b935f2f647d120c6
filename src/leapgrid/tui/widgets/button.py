"""A word on a ground that Enter or a click presses."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import palette_of


class Button(Widget, can_focus=True):
    """With focus it is the one bright thing; ``enabled`` False makes it grey, and then nothing presses it."""

    DEFAULT_CSS = """
    Button { width: auto; height: 1; }
    """

    class Pressed(Message):
        """It was pressed."""

        def __init__(self, button: Button) -> None:
            self.button = button
            super().__init__()

        @property
        def control(self) -> Button:
            """The button, so that a handler can be for one of several."""
            return self.button

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.label = label
        self.enabled = True

    def show(self, label: str, *, enabled: bool) -> None:
        """Say something else, or be pressed or not."""
        wider = cell_len(label) != cell_len(self.label)
        self.label, self.enabled = label, enabled
        self.can_focus = enabled
        self.styles.width = cell_len(label) + 2
        self.refresh(layout=wider)

    def on_mount(self) -> None:
        self.styles.width = cell_len(self.label) + 2

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self)
        if self.has_focus:
            style = palette.style("on-cell", "cell", bold=True)
        else:
            style = palette.style("text" if self.enabled else "muted", "bar")
        return strip_of([(f" {self.label} ", style)], self.size.width, style)

    def press(self) -> None:
        """As if Enter were pressed."""
        if self.enabled:
            self.post_message(self.Pressed(self))

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "space"):
            event.stop()
            event.prevent_default()
            self.press()

    def on_click(self) -> None:
        self.press()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
