"""A list with a cursor whose lines are made when they are looked at, so that their number does not matter."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.grid.navigation import thumb
from leapgrid.tui.grid.overlay import put
from leapgrid.tui.text import SIGNS, strip_of
from leapgrid.tui.theming import Palette, Role, palette_of


class LongList(Widget, can_focus=True):
    """Lines, some of which are entries; the cursor stands on one of these.

    Subclasses say how many lines there are, which of them are entries, and draw one.

    Attributes:
        at: the line under the cursor; -1 where there is no entry.
        top: the first line in sight.
    """

    DEFAULT_CSS = """
    LongList { width: 1fr; height: 1fr; }
    """
    GROUND: Role = "panel"

    class Moved(Message):
        """The cursor stands on another entry."""

    class Clicked(Message):
        """The entry under the cursor was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.at = -1
        self.top = 0

    # -- what a subclass knows ----------------------------------------------------------------------------

    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError  # every list has its own

    def is_entry(self, line: int) -> bool:
        """Whether the cursor can stand on a line."""
        raise NotImplementedError  # the same

    def draw(self, line: int, width: int, palette: Palette, *, here: bool) -> Strip:
        """A line, exactly ``width`` cells; ``here``: the cursor stands on it."""
        raise NotImplementedError  # the same

    # -- moving -------------------------------------------------------------------------------------------

    def nearest(self, line: int, step: int) -> int:
        """The first entry from a line on (step 1) or back (-1), else the last one on the way there; or -1."""
        count = self.count()
        for way in (step, -step):
            at = max(0, min(line, count - 1))
            while 0 <= at < count:
                if self.is_entry(at):
                    return at
                at += way
        return -1

    def move_to(self, line: int, step: int = 1, *, by_person: bool = True) -> None:
        """Put the cursor on the entry at a line or the nearest there is, and bring it into sight.

        Args:
            line: where.
            step: where to look first for an entry, where there is none: 1 below, -1 above.
            by_person: whether anybody is told that it moved.
        """
        at = self.nearest(line, step)
        moved = at != self.at
        self.at = at
        self.reveal()
        self.refresh()
        if moved and by_person:
            self.post_message(self.Moved())

    def reveal(self) -> None:
        """Scroll so that the cursor is in sight; with the first entry, what stands above it too."""
        height = self.size.height
        if not height or self.at < 0:
            return
        top = self.top
        if self.nearest(0, 1) == self.at and self.at < height:
            top = 0
        elif self.at < top:
            top = self.at - 1
        elif self.at >= top + height:
            top = self.at - height + 1
        self.scroll_to_line(top)

    def scroll_to_line(self, top: int) -> None:
        """Show lines from one on."""
        top = max(0, min(top, self.count() - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()

    def key(self, key: str) -> bool:
        """Do what a moving key does; says whether it was one."""
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if key in steps:
            by = steps[key]
            if by < 0 and self.at == self.nearest(0, 1):
                self.scroll_to_line(self.top + by)  # above the first entry there may be lines to see
            else:
                self.move_to(self.at + by, 1 if by > 0 else -1)
            return True
        if key in ("home", "ctrl+home"):
            self.move_to(0)
            return True
        if key in ("end", "ctrl+end"):
            self.move_to(self.count() - 1, -1)
            return True
        return False

    # -- events -------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self)
        width, line = self.size.width, self.top + y
        count = self.count()
        if line < count:
            strip = self.draw(line, width, palette, here=line == self.at)
        else:
            strip = Strip.blank(width, palette.style("text", self.GROUND))
        bar = thumb(self.size.height, count, self.top)
        if bar is not None and bar.start <= y < bar.stop:
            style = palette.style("rule", self.GROUND)
            strip = put(strip, width - 1, strip_of([(SIGNS("▐"), style)], 1, style))
        return strip

    async def _on_key(self, event: events.Key) -> None:
        if self.key(event.key):
            event.stop()
            event.prevent_default()

    def on_resize(self) -> None:
        self.scroll_to_line(self.top)
        self.reveal()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_to_line(self.top + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_to_line(self.top - 3)

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.top
        if line < self.count() and self.is_entry(line):
            self.move_to(line)
            self.post_message(self.Clicked())
