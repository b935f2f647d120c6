"""The parts of the import screen: facts, the table with its cursor, what is covered, the first records."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.records.schema import Field
from leapgrid.tui.mapping import TableLine
from leapgrid.tui.mapping_facts import FactLine, PreviewRecord, Said
from leapgrid.tui.mapping_paint import (
    Columns,
    draw_band,
    draw_coverage,
    draw_facts,
    draw_facts_short,
    draw_heading,
    draw_record,
    draw_record_band,
    draw_table_line,
    lay_out_records,
    lay_out_table,
)
from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.listing import Listing
from leapgrid.tui.widgets.painted import Painted


class ImportHeading(Painted):
    """The page's name, and how much there is."""

    DEFAULT_CSS = """
    ImportHeading { width: 1fr; height: 1; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.count = self.rest = ""

    def show(self, count: str, rest: str) -> None:
        """Say how many records there are, and what else is known of the size."""
        self.count, self.rest = count, rest
        self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        return [draw_heading(self.count, self.rest, width, palette)]


class FactList(Painted):
    """The facts about the file; a click on one is its key."""

    DEFAULT_CSS = """
    FactList { width: 1fr; height: auto; }
    """
    GROUND = "ground"

    class Pressed(Message):
        """A fact was clicked."""

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__()
        self.keys = keys
        self.facts: tuple[FactLine, ...] = ()
        self.short = False

    def show(self, facts: tuple[FactLine, ...], *, short: bool) -> None:
        """Show other facts; short: in as few lines as they need."""
        if (facts, short) != (self.facts, self.short):
            self.facts, self.short = facts, short
            self.repaint()

    def lines_needed(self, width: int, palette: Palette) -> int:
        """How many lines they take."""
        return len(draw_facts_short(self.facts, self.keys, width, palette)) if self.short else len(self.facts)

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        draw = draw_facts_short if self.short else draw_facts
        return draw(self.facts, self.keys, width, palette)

    def on_click(self, event: events.Click) -> None:
        if not self.short and event.y < len(self.facts):
            self.post_message(self.Pressed(self.facts[event.y].action))


class TableBand(Painted):
    """The heading of the table."""

    DEFAULT_CSS = """
    TableBand { width: 1fr; height: 1; }
    """
    GROUND = "header"

    def __init__(self, table: ColumnTable) -> None:
        super().__init__()
        self.table = table

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        return [draw_band(self.table.columns(width), width, palette)]


class ColumnTable(Listing):
    """A line a column of the file and a constant; the cursor's cell is what Space changes."""

    DEFAULT_CSS = """
    ColumnTable { width: 1fr; height: 1fr; }
    """
    GROUND = "ground"

    class Acted(Message):
        """The line under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__()
        self.table: tuple[TableLine, ...] = ()
        self._columns: tuple[int, Columns] | None = None
        self._strips: dict[tuple[int, bool, bool], Strip] = {}
        self._drawn_for: object = None
        self._was_at = 0

    @property
    def entry_count(self) -> int:
        return len(self.table)

    @property
    def line(self) -> TableLine | None:
        """The line under the cursor."""
        return self.table[self.at] if 0 <= self.at < len(self.table) else None

    def show(self, table: tuple[TableLine, ...], at: int | None = None) -> None:
        """Show another table, the cursor where it was or on a line of it."""
        self.table = table
        self._columns = None
        self._strips.clear()
        wanted = self.at if at is None else at
        self.at = max(0, min(wanted, len(table) - 1)) if table else -1
        self._was_at = self.at
        self.repaint()
        self.scroll_lines(0)
        self.reveal()

    def columns(self, width: int) -> Columns:
        """Where the parts of a line stand."""
        if self._columns is None or self._columns[0] != width:
            self._columns = (width, lay_out_table(self.table, width))
        return self._columns[1]

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        drawn_for = (width, palette.name)
        if drawn_for != self._drawn_for:
            self._drawn_for = drawn_for
            self._strips.clear()
        columns = self.columns(width)
        has_keys = self.has_focus
        self.entry_lines = list(range(len(self.table)))
        lines: list[Strip] = []
        # A step of the cursor draws two lines, not all of two thousand.
        for index, line in enumerate(self.table):
            here = index == self.at
            key = (index, here, has_keys and here)
            strip = self._strips.get(key)
            if strip is None:
                strip = draw_table_line(line, columns, width, palette, here=here, has_keys=has_keys)
                self._strips[key] = strip
            lines.append(strip)
        if not lines:
            words = ("    This file has no columns.", palette.style("muted"))
            lines.append(strip_of([words], width, palette.style("text")))
        return lines

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        if self.at == self._was_at:
            self.post_message(self.Acted())
        self._was_at = self.at


class Coverage(Painted):
    """What the fields get, in a sentence."""

    DEFAULT_CSS = """
    Coverage { width: 1fr; height: auto; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.said: Said = ()

    def show(self, said: Said) -> None:
        """Say something else."""
        if said != self.said:
            self.said = said
            self.repaint()

    def lines_needed(self, width: int, palette: Palette) -> int:
        """How many lines the sentence takes."""
        return len(draw_coverage(self.said, width, palette))

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        return draw_coverage(self.said, width, palette)


class FirstRecords(Painted):
    """The first records as they would be, checked, below a band of their own."""

    DEFAULT_CSS = """
    FirstRecords { width: 1fr; height: 1fr; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.fields: tuple[Field, ...] = ()
        self.records: tuple[PreviewRecord, ...] = ()
        self._most = 0

    def show_lines(self, most: int) -> None:
        """Draw at most so many lines, the band among them."""
        if most != self._most:
            self._most = most
            self.repaint()

    def show(self, fields: Sequence[Field], records: Sequence[PreviewRecord]) -> None:
        """Show other records."""
        self.fields, self.records = tuple(fields), tuple(records)
        self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        columns = lay_out_records(self.fields, self.records, width)
        if not self.fields or not self._most:
            return []
        return [
            draw_record_band(self.fields, columns, width, palette),
            *(draw_record(r, columns, width, palette) for r in self.records[: self._most - 1]),
        ]
