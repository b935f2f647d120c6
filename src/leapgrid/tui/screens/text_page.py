"""A page of text over the whole screen: a payload, a curl command, what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.grid.navigation import thumb
from leapgrid.tui.grid.overlay import put
from leapgrid.tui.pages import LineOf
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, Part, strip_of, two_sides, width_of
from leapgrid.tui.theming import Palette, palette_of
from leapgrid.tui.widgets.painted import Painted

_MARGIN = 2
_STEP = 16


class TextLines(Widget, can_focus=True):
    """Lines that are made when they are looked at, so that their number does not matter.

    Attributes:
        top: the first line in sight.
        left: how many cells are scrolled away at the left.
    """

    DEFAULT_CSS = """
    TextLines { width: 1fr; height: 1fr; }
    """

    def __init__(self, count: int, line: LineOf) -> None:
        super().__init__()
        self.count = count
        self.line = line
        self.top = 0
        self.left = 0

    def show(self, count: int, line: LineOf) -> None:
        """Show another text, from its beginning."""
        self.count, self.line = count, line
        self.top = self.left = 0
        self.refresh()

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self)
        width = self.size.width
        plain = palette.style("text")
        index = self.top + y
        strip = Strip.blank(width, plain)
        if index < self.count:
            room = max(1, width - 2 * _MARGIN)
            parts = self.line(index, room, palette)
            if self.left:
                whole = strip_of(parts, max(width_of(parts), self.left), plain)
                shown = whole.crop(self.left, self.left + room).extend_cell_length(room, plain)
            else:
                shown = strip_of(parts, room, plain)
            strip = put(strip, _MARGIN, shown)
        bar = thumb(self.size.height, self.count, self.top)
        if bar is not None and bar.start <= y < bar.stop:
            style = palette.style("rule")
            strip = put(strip, width - 1, strip_of([(SIGNS("▐"), style)], 1, style))
        return strip

    def go(self, top: int, left: int | None = None) -> None:
        """Show the text from a line, and from a cell of it."""
        top = max(0, min(top, self.count - self.size.height))
        left = self.left if left is None else max(0, left)
        if (top, left) != (self.top, self.left):
            self.top, self.left = top, left
            self.refresh()

    async def _on_key(self, event: events.Key) -> None:
        page = max(1, self.size.height - 1)
        match event.key:
            case "up" | "down":
                self.go(self.top + (1 if event.key == "down" else -1))
            case "pageup" | "pagedown" | "space":
                self.go(self.top + (-page if event.key == "pageup" else page))
            case "left" | "right":
                self.go(self.top, self.left + (_STEP if event.key == "right" else -_STEP))
            case "home" | "ctrl+home":
                self.go(0, 0)
            case "end" | "ctrl+end":
                self.go(self.count)
            case _:
                return
        event.stop()
        event.prevent_default()

    def on_resize(self) -> None:
        self.go(self.top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.go(self.top + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.go(self.top - 3)


class PageHeading(Painted):
    """The band with the page's name, and a few muted words at its right end."""

    DEFAULT_CSS = """
    PageHeading { width: 1fr; height: 1; }
    """
    GROUND = "header"

    def __init__(self, heading: str, aside: str = "", words: str = "") -> None:
        super().__init__()
        self.heading, self.aside, self.words = heading, aside, words

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        ground = palette.style("muted", "header")
        left: list[Part] = [
            ("  ", ground),
            (self.heading, palette.style("strong", "header", bold=True)),
            (f"  {self.words}", ground),
        ]
        return [two_sides(left, [(f"{self.aside}  ", ground)] if self.aside else [], width, ground)]


class TextPage(Page):
    """Lines of text with a heading; Esc closes."""

    SCOPES = ("payload", "app")
    BINDINGS = bindings("payload")

    DEFAULT_CSS = """
    TextPage TextLines { margin-top: 1; }
    """

    def __init__(
        self,
        desk: Desk,
        keymap: dict[str, str] | None,
        heading: str,
        count: int,
        line: LineOf,
        *,
        words: str = "",
        aside: str = "",
    ) -> None:
        """
        Args:
            heading: the page's name; safe to draw.
            count: how many lines there are.
            line: makes one of them.
            words: a few words behind the heading.
            aside: a few at the right end.
        """
        super().__init__(desk, keymap)
        self.heading = PageHeading(heading, aside, words)
        self.lines_shown = TextLines(count, line)

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.lines_shown)

    def on_mount(self) -> None:
        super().on_mount()
        self.lines_shown.focus()

    def can(self, action_id: str) -> bool:
        return action_id != "turn_page"

    def action_close_page(self) -> None:
        self.dismiss()
