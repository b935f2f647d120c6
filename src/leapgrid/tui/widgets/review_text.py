"""The review page above its buttons, and the sentence that asks for a name where records go to production."""

from __future__ import annotations

from textual import events
from textual.strip import Strip

from leapgrid.tui.review import ReviewState
from leapgrid.tui.review_lines import confirm_line, review_lines
from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.listing import with_thumb
from leapgrid.tui.widgets.painted import Painted

_ROOMY = 28
"""From this height on a new part has two empty lines above it."""


class ReviewText(Painted):
    """The page above the buttons; where it is longer than the window, it scrolls."""

    DEFAULT_CSS = """
    ReviewText { width: 1fr; height: 1fr; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.state: ReviewState | None = None
        self._room: int | None = None

    def show(self, state: ReviewState) -> None:
        """Show something else."""
        self.state = state
        self.repaint()
        self.scroll_lines(0)

    def fit(self, room: int) -> None:
        """Stand closer, if need be, where there are only so many lines."""
        if room != self._room:
            self._room = room
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text")
        if self.state is None:
            return [
                Strip.blank(width, plain),
                strip_of([("  Review & send", palette.style("strong", bold=True))], width, plain),
                Strip.blank(width, plain),
                strip_of([("  Looking at the records ...", palette.style("muted"))], width, plain),
            ]
        return [strip_of(line, width, plain) for line in review_lines(self.state, width, palette, self._room)]

    def render_line(self, y: int) -> Strip:
        return with_thumb(self, super().render_line(y), y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-3)


class ConfirmLine(Painted):
    """The sentence above the buttons where records go to production; no line at all elsewhere."""

    DEFAULT_CSS = """
    ConfirmLine { width: 1fr; height: 2; }
    """
    GROUND = "ground"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name_to_type = name

    @property
    def needed(self) -> int:
        """How many lines it takes, with air above it where there is room."""
        if not self.name_to_type or not self.display:
            return 0
        return 3 if self.screen.size.height >= _ROOMY else 2

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text")
        line = confirm_line(self.name_to_type, palette)
        blank = Strip.blank(width, plain)
        return [*[blank] * (self.needed - 1), strip_of(line, width, plain)]
