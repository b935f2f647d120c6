"""CSV and TSV: records with the physical line on which each begins, however untidy the lines are.

The csv module reads in its strict mode, which tells of quotes that do not fit; only such a record is read
again by a splitter of our own that keeps every character. So nothing is dropped in silence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from leapgrid.files.limits import MAX_CELL, MAX_CELLS, MAX_COLUMNS
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, listed, quoted
from leapgrid.records.frame import Frame

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DECLARED = re.compile(r'"?sep=([,;\t|])"?\s*')
_MOST_HEADER_LINES = 64
_FLUSH = 4096
"""Rows that are held before they are turned into columns: one call a column instead of one a cell."""


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited file, read.

    Attributes:
        frame: the cells, with the line of each record.
        header_line: the physical line of the header.
        delimiter: what parts the cells.
    """

    frame: Frame
    header_line: int
    delimiter: str


def read_table(
    lines: Iterator[str],
    name: str,
    *,
    preferred: str,
    count_matches: Callable[[Sequence[str]], int],
    notes: Notebook,
) -> Table:
    """Read a delimited file whose first line that is not blank is its header.

    Args:
        lines: the physical lines, each with its line end.
        name: the file's name for messages.
        preferred: the delimiter that its suffix stands for: a comma or a tab.
        count_matches: how many of some headers are fields; decides where two delimiters are possible.
        notes: takes what a person should know: short, long and blank lines, stray quotes, the delimiter.

    Raises:
        UnreadableFile: a quote that is never closed, a cell or a header that is too large.
    """
    blank: list[int] = []
    number, first = _first_line(lines, 0, blank, name)
    delimiter = preferred
    declared = _DECLARED.fullmatch(first)
    if declared:
        # Excel's own way of saying it; Excel does not show that line either.
        delimiter = declared.group(1)
        notes.add(
            "delimiter", number, f"The values are parted by {_NAMES[delimiter]}, as line {number} says."
        )
        number, first = _first_line(lines, number, blank, name)
        header = _whole_header(first, lines)
    else:
        header = _whole_header(first, lines)
        delimiter = _choose_delimiter("".join(header), preferred, count_matches)
        if delimiter != preferred:
            notes.add("delimiter", number, f"The values are parted by {_NAMES[delimiter]} and were read so.")
    records = _Records(chain(header, lines), number - 1, name, delimiter, notes)
    _, headers = next(records)
    if len(headers) > MAX_COLUMNS:
        raise UnreadableFile(
            f"Line {number} of {name} has {len(headers):,} columns; at most {MAX_COLUMNS:,} can be read. "
            "Leave out what is not needed.",
            number,
        )
    frame = _collect(records, tuple(headers), blank, name, notes)
    if len(blank) == 1:
        notes.add("blank_line", blank[0], f"Line {blank[0]} is blank; it was skipped.")
    elif blank:
        notes.add("blank_line", blank[0], f"Lines {listed(blank)} are blank; they were skipped.")
    return Table(frame, number, delimiter)


def _first_line(lines: Iterator[str], number: int, blank: list[int], name: str) -> tuple[int, str]:
    """The next line that is not blank, with its number."""
    for line in lines:
        number += 1
        if line.strip():
            return number, line
        blank.append(number)
    raise UnreadableFile(f"{name} has no header line. Name a file with a header line and records.")


def _whole_header(first: str, lines: Iterator[str]) -> list[str]:
    """The physical lines of the header: more than one where a quoted header has a line break."""
    physical = [first]
    quotes = first.count('"')
    while quotes % 2 and len(physical) < _MOST_HEADER_LINES:
        line = next(lines, None)
        if line is None:
            break
        physical.append(line)
        quotes += line.count('"')
    return physical


def _choose_delimiter(header: str, preferred: str, count_matches: Callable[[Sequence[str]], int]) -> str:
    """The preferred one, unless the header has none of it or another makes more fields of the header."""
    parts = {delimiter: split_untidy(header, delimiter) for delimiter in ",\t;"}
    matches = {delimiter: count_matches(cells) for delimiter, cells in parts.items()}
    best = max(matches, key=lambda delimiter: matches[delimiter])
    if matches[best] > matches[preferred]:
        return best
    if len(parts[preferred]) == 1:
        most = max(parts, key=lambda delimiter: len(parts[delimiter]))
        return most if len(parts[most]) > 1 else preferred
    return preferred


class _Records(Iterator[tuple[int, list[str]]]):
    """The records of a delimited file, each with the physical line on which it begins."""

    def __init__(self, lines: Iterator[str], number: int, name: str, delimiter: str, notes: Notebook) -> None:
        self._lines = lines
        self._number = number
        self._name = name
        self._delimiter = delimiter
        self._notes = notes
        self.physical: list[str] = []
        """The lines of the record that was read last."""
        # The csv module's limit for a cell is left alone: it belongs to the whole process.
        self._reader = csv.reader(self._feed(), delimiter=delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        for line in self._lines:
            self._number += 1
            self.physical.append(line)
            yield line

    def __next__(self) -> tuple[int, list[str]]:
        self.physical.clear()
        start = self._number + 1
        try:
            row = next(self._reader)
        except csv.Error as problem:
            row = self._read_untidy(str(problem), start)
        if self.physical and len(self.physical[0]) > MAX_CELL:
            self._refuse_large(row, start)
        return start, row

    def _read_untidy(self, reason: str, start: int) -> list[str]:
        if "end of data" in reason:
            raise UnreadableFile(
                f"Line {start} of {self._name} opens a quote that is never closed. "
                "Close it, or double it where it belongs to the text.",
                start,
            )
        if "limit" in reason:
            raise self._too_large(start)
        if self._notes.has_room("stray_quote"):
            self._notes.add(
                "stray_quote", start, f"Line {start} has a quote within a value; it was kept as text."
            )
        # The csv module starts afresh with the next line, and this record's lines are all at hand.
        return split_untidy("".join(self.physical), self._delimiter)

    def _refuse_large(self, row: Sequence[str], start: int) -> None:
        if any(len(cell) > MAX_CELL for cell in row):
            raise self._too_large(start)

    def _too_large(self, start: int) -> UnreadableFile:
        return UnreadableFile(
            f"The record in line {start} of {self._name} has a value of more than {MAX_CELL:,} characters. "
            "Check for a quote that is never closed, or shorten it.",
            start,
        )


def split_untidy(text: str, delimiter: str) -> list[str]:
    """Split one record whose quotes do not fit: a cell that is not wholly quoted keeps its quotes as text."""
    text = text.removesuffix("\n").removesuffix("\r")
    whole = re.compile(rf'"((?:[^"]+|"")*+)"(?={re.escape(delimiter)}|\Z)')
    cells: list[str] = []
    at = 0
    while True:
        match = whole.match(text, at)
        if match:
            cells.append(match.group(1).replace('""', '"'))
            end = match.end()
        else:
            found = text.find(delimiter, at)
            end = len(text) if found < 0 else found
            cells.append(text[at:end])
        if end >= len(text):
            return cells
        at = end + 1


def _collect(
    records: _Records, headers: tuple[str, ...], blank: list[int], name: str, notes: Notebook
) -> Frame:
    width = len(headers)
    columns: tuple[list[str], ...] = tuple([] for _ in headers)
    numbers: list[int] = []
    rows: list[list[str]] = []
    empty_tails: list[int] = []

    def flush() -> None:
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(cells)
        rows.clear()

    for start, row in records:
        if len(row) <= 1 and (width > 1 or not row) and not records.physical[0].strip():
            blank.append(start)
            continue
        if len(row) < width:
            if notes.has_room("short_line"):
                notes.add(
                    "short_line",
                    start,
                    f"Line {start} has {len(row)} of {width} values; the rest was left empty.",
                )
            row = row + [""] * (width - len(row))
        elif len(row) > width:
            row = _cut(row, width, start, empty_tails, notes)
        rows.append(row)
        numbers.append(start)
        if len(rows) == _FLUSH:
            if len(numbers) * width > MAX_CELLS:
                break
            flush()
    if len(numbers) * width > MAX_CELLS:
        raise UnreadableFile(
            f"{name} has more than {MAX_CELLS:,} cells up to line {numbers[-1]}. Split it, "
            "or leave out columns that are not needed.",
            numbers[-1],
        )
    if rows:
        flush()
    if empty_tails:
        word, verb = ("Line", "ends") if len(empty_tails) == 1 else ("Lines", "end")
        notes.add(
            "empty_tail",
            empty_tails[0],
            f"{word} {listed(empty_tails)} {verb} in more delimiters than the header; nothing was lost.",
        )
    return Frame(headers, columns, numbers)


def _cut(row: list[str], width: int, line: int, empty_tails: list[int], notes: Notebook) -> list[str]:
    """The values that have a header; the text of the others goes into a note."""
    extra = row[width:]
    if not any(extra):
        empty_tails.append(line)
    elif notes.has_room("long_line"):
        shown = ", ".join(quoted(cell) for cell in extra[:5]) + (", ..." if len(extra) > 5 else "")
        columns = "1 column" if width == 1 else f"{width} columns"
        notes.add(
            "long_line",
            line,
            f"Line {line} has {len(row)} values for {columns}; left out: {shown}.",
            text="\x1f".join(extra),
        )
    return row[:width]
