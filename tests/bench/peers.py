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

FAST_TABLE = """
import sys

import pyarrow as pa
from pyarrow import csv
from textual.app import App
from textual_fastdatatable import ArrowBackend, DataTable

class Fast(App):
    def compose(self):
        with open(sys.argv[1]) as file:
            names = file.readline().strip().split(",")
        texts = csv.ConvertOptions(column_types={name: pa.string() for name in names})
        table = csv.read_csv(sys.argv[1], convert_options=texts)
        yield DataTable(backend=ArrowBackend(table))

Fast().run()
"""
"""A whole program: a file as a table of textual-fastdatatable, every cell text."""

POLARS_ALONE = """
import sys, time

import polars as pl

began = time.perf_counter()
frame = pl.read_csv(sys.argv[1], infer_schema=False)
seconds = time.perf_counter() - began
with open("/proc/self/status") as status:
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
print(seconds, resident, frame.height)
"""
"""Polars reading a file in a process of its own: seconds, resident KiB, rows."""
