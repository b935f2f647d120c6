"""A widget that is a few lines of styled parts: what all bars and panels of the screen are."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.theming import Palette, palette_of


class Painted(Widget):
    """Paints its lines once for each size, theme and state, and scrolls over them where they are more."""

    GROUND = "panel"
    """The role of the ground below the last line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self._painted: tuple[object, list[Strip]] | None = None
        self.first_line = 0

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        """The lines, each exactly ``width`` cells."""
        raise NotImplementedError  # every painted widget has its own

    def repaint(self) -> None:
        """Paint again: the state changed."""
        self._painted = None
        self.refresh()

    def lines(self) -> list[Strip]:
        """The lines as they are painted now."""
        palette = palette_of(self)
        key = (self.size.width, palette.name, self.app.focused is self)
        if self._painted is None or self._painted[0] != key:
            self._painted = (key, self.paint(self.size.width, palette))
        return self._painted[1]

    def notify_style_update(self) -> None:
        self._painted = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        lines = self.lines()
        index = y + self.first_line
        if index < len(lines):
            return lines[index]
        return Strip.blank(self.size.width, palette_of(self).style("text", self.GROUND))

    def scroll_lines(self, by: int) -> None:
        """Show lines further down or up."""
        most = max(0, len(self.lines()) - self.size.height)
        first = max(0, min(self.first_line + by, most))
        if first != self.first_line:
            self.first_line = first
            self.refresh()
