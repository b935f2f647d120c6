"""A painted list with a cursor: what start, help, the file list and the result have in common."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.grid.navigation import thumb
from leapgrid.tui.grid.overlay import put
from leapgrid.tui.text import SIGNS, strip_of
from leapgrid.tui.theming import palette_of
from leapgrid.tui.widgets.painted import Painted


def with_thumb(widget: Painted, strip: Strip, y: int) -> Strip:
    """A line of a painted widget with the scroll thumb on it, where the widget has more than its height."""
    bar = thumb(widget.size.height, len(widget.lines()), widget.first_line)
    if bar is None or not bar.start <= y < bar.stop:
        return strip
    style = palette_of(widget).style("rule", widget.GROUND)
    return put(strip, widget.size.width - 1, strip_of([(SIGNS("▐"), style)], 1, style))


class Listing(Painted, can_focus=True):
    """Lines of which some are entries; the cursor stands on one of these.

    ``paint`` of a subclass says in ``entry_lines`` on which line each entry stands.

    Attributes:
        at: the entry under the cursor, from 0; -1 where there is none.
        entry_lines: the line of each entry.
    """

    PAGES_MOVE_CURSOR = True
    """Whether PgUp and PgDn move the cursor; else they scroll and leave it where it is."""

    class Moved(Message):
        """The cursor stands on another entry."""

    class Clicked(Message):
        """The entry under the cursor was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.at = 0
        self.entry_lines: list[int] = []

    @property
    def entry_count(self) -> int:
        """How many entries there are; every subclass knows."""
        raise NotImplementedError  # as for paint

    @property
    def has_entries(self) -> bool:
        """Whether there is anything to stand on."""
        return self.entry_count > 0

    def move_to(self, entry: int) -> None:
        """Put the cursor on an entry, or on the nearest there is, and bring it into sight."""
        entry = max(0, min(entry, self.entry_count - 1)) if self.entry_count else -1
        moved = entry != self.at
        self.at = entry
        if moved:
            self.repaint()
        self.reveal()
        if moved:
            self.post_message(self.Moved())

    def reveal(self) -> None:
        """Scroll so that the cursor is in sight; with the first entry, what stands above it too."""
        if self.at < 0 or not self.size.height:
            return
        lines = self.lines()
        if self.at >= len(self.entry_lines):
            return
        line = self.entry_lines[self.at]
        height = self.size.height
        first = self.first_line
        if self.at == 0 and line < height:
            first = 0
        elif line < first:
            first = max(0, line - 1)
        elif self.at == self.entry_count - 1 and len(lines) - line < height:
            first = max(first, len(lines) - height)
        elif line >= first + height - 1:
            first = line - height + 2
        first = max(0, min(first, len(lines) - height))
        if first != self.first_line:
            self.first_line = first
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return with_thumb(self, super().render_line(y), y)

    def key(self, key: str) -> bool:
        """Do what a moving key does.

        Returns:
            Whether it was one.
        """
        page = max(1, self.size.height - 1)
        if key in ("pageup", "pagedown") and not self.PAGES_MOVE_CURSOR:
            self.scroll_lines(page if key == "pagedown" else -page)
            return True
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if key in steps:
            if self.at == 0 and steps[key] < 0:
                # Above the first entry there may still be lines to see.
                self.scroll_lines(steps[key])
            self.move_to(self.at + steps[key])
            return True
        if key in ("home", "ctrl+home"):
            self.move_to(0)
            return True
        if key in ("end", "ctrl+end"):
            self.move_to(self.entry_count - 1)
            return True
        return False

    async def _on_key(self, event: events.Key) -> None:
        if self.key(event.key):
            event.stop()
            event.prevent_default()

    def on_resize(self) -> None:
        self.scroll_lines(0)
        self.reveal()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-3)

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.first_line
        if line in self.entry_lines:
            self.move_to(self.entry_lines.index(line))
            self.post_message(self.Clicked())
