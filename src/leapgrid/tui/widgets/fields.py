"""A field of one line on a page: a ground instead of a border, and the grid's own editor in it."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.grid.editor import FINE, EditBuffer, draw_editor
from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import palette_of
from leapgrid.tui.widgets.one_line import OneLine
from leapgrid.visible import visible

SHOWN = 400
"""The most characters that a field without focus draws."""


class TextField(OneLine):
    """One line of text.

    Attributes:
        placeholder: muted words while it is empty and has no focus.
    """

    DEFAULT_CSS = """
    TextField { width: 1fr; height: 1; }
    """

    class Event(Message):
        """Something about a field."""

        def __init__(self, field: TextField) -> None:
            self.field = field
            self.text = field.text
            super().__init__()

        @property
        def control(self) -> TextField:
            """The field, so that a handler can be for one of several."""
            return self.field

    class Changed(Event):
        """The person typed."""

    class Submitted(Event):
        """Enter was pressed."""

    class Left(Event):
        """Escape was pressed."""

    def __init__(self, placeholder: str = "", text: str = "", *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.placeholder = placeholder
        self.buffer = EditBuffer(text, len(text), len(text))

    def keeps(self, event: events.Key) -> bool:
        """Whether a key ends here: it is text."""
        return event.is_printable

    def set_text(self, text: str) -> None:
        """Put a text into it, the caret behind it; says nothing to anybody."""
        self.buffer = EditBuffer(text, len(text), len(text))
        self.refresh()

    def clear(self) -> None:
        """Empty it; says nothing to anybody."""
        self.set_text("")

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self)
        width = self.size.width
        if self.has_focus:
            return draw_editor(self.buffer, FINE, width, palette)
        bar = palette.style("text", "bar")
        words = visible(self.text, SHOWN) if self.text else self.placeholder
        style = bar if self.text else palette.style("muted", "bar")
        return strip_of([(" ", bar), (words, style)], width, bar)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.post_message(self.Submitted(self))
        elif event.key == "escape":
            self.post_message(self.Left(self))
        elif not self.edit(event):
            return
        event.stop()
        event.prevent_default()

    def typed(self, changed: bool) -> None:
        self.refresh()
        if changed:
            self.post_message(self.Changed(self))

    def on_blur(self) -> None:
        self.refresh()
