"""What LeapGrid is measured against: Textual's table, a bare grid, and an app of one widget."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable

from tests.bench.measure import FIELDS, cells


class BareGrid(Widget, can_focus=True):
    """As little as draws the same cells: one segment a cell, strips kept by row; no gutter, no looks."""

    DEFAULT_CSS = "BareGrid { width: 1fr; height: 1fr; }"

    def __init__(self, text: Callable[[int, int], str], widths: list[int], rows: int) -> None:
        super().__init__()
        self.text = text
        self.widths = widths
        self.rows = rows
        self.top = 0
        self.row = 0
        self._strips: dict[tuple[int, bool], Strip] = {}

    def page_down(self) -> None:
        self.top = min(self.top + self.size.height - 1, self.rows - self.size.height)
        self.row = self.top
        self.refresh()

    def render_line(self, y: int) -> Strip:
        key = (self.top + y, self.top + y == self.row)
        strip = self._strips.get(key)
        if strip is None:
            style = Style.parse("#CED2DB on #15161A" if not key[1] else "#CED2DB on #24262E")
            segments = [
                Segment(set_cell_size(self.text(key[0], column), width), style)
                for column, width in enumerate(self.widths)
            ]
            strip = self._strips[key] = Strip(segments, sum(self.widths)).adjust_cell_length(
                self.size.width, style
            )
        return strip


class TableApp(App[None]):
    """Textual's own table with the same records."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield DataTable[str]()

    @property
    def table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def on_mount(self) -> None:
        for name in FIELDS:
            self.table.add_column(name, key=name)
        for row in range(self.count):
            self.table.add_row(*cells(row), key=str(row))


ONE_WIDGET = """
from textual.app import App
from textual.widgets import Static

class One(App):
    def compose(self):
        yield Static("First paint")

One().run()
"""
"""A whole program."""
