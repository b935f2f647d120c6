"""The header band over the grid: a line of its own, so that the grid's lines are all records."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.grid.grid import RecordGrid
from leapgrid.tui.grid.strips import draw_header
from leapgrid.tui.theming import palette_of


class GridHeader(Widget):
    """The names of the columns of a grid, the cursor's in the accent colour."""

    DEFAULT_CSS = """
    GridHeader { width: 1fr; height: 1; }
    """

    def __init__(self, grid: RecordGrid) -> None:
        super().__init__()
        self.grid = grid

    def render_line(self, y: int) -> Strip:
        layout = self.grid.layout_now
        palette = palette_of(self)
        if layout.width != self.size.width:
            return Strip.blank(self.size.width, palette.style("muted", "header"))
        return draw_header(layout, self.grid.model.columns, self.grid.column, palette)
