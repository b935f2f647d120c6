"""Lines to records, with the physical line on which each begins, however untidy the lines are.

The csv module reads in its strict mode, which tells of quotes that do not fit; only such a record is read
again by a splitter of our own that keeps every character. So nothing is dropped in silence.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence

from leapgrid.files.limits import MAX_CELL, MAX_RECORD, MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook


class MoreNeeded(Exception):
    """A record goes on behind the lines that are at hand; it begins in :attr:`start`."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


class Records(Iterator[tuple[int, list[str]]]):
    """The records of a delimited text, each with the physical line on which it begins.

    Raises:
        UnreadableFile: a quote that is never closed, or a value that is too long.
        MoreNeeded: see ``last``.
    """

    def __init__(
        self,
        lines: Iterator[str],
        number: int,
        name: str,
        delimiter: str,
        notes: Notebook,
        *,
        width: int = 0,
        last: bool = True,
    ) -> None:
        """
        Args:
            lines: each with its line end.
            number: the physical number of the line before them.
            name: the file's name for messages.
            delimiter: one character.
            notes: takes quotes that do not fit.
            width: how many values a record should have; 0: not known yet.
            last: nothing comes behind the lines; otherwise a record that is not complete asks for more.
        """
        self._lines = lines
        self.number = number
        """The physical line that was read last."""
        self._name = name
        self._delimiter = delimiter
        self._notes = notes
        self._width = width
        self._last = last
        self._size = 0
        self._again: deque[str] = deque()
        self.physical: list[str] = []
        """The lines of the record that was read last."""
        self._reader = csv.reader(self._feed(), delimiter=delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                if self.physical and not self._last:
                    raise MoreNeeded(self.number + 1 - len(self.physical))
                return
            self.number += 1
            self.physical.append(line)
            if len(self.physical) > 1:
                self._size += len(line)
                if self._size > MAX_RECORD:
                    raise self._endless(self.number + 1 - len(self.physical))
            yield line

    def __next__(self) -> tuple[int, list[str]]:
        self.physical.clear()
        self._size = 0
        start = self.number + 1
        try:
            row = next(self._reader)
        except csv.Error as problem:
            row = self._read_untidy(str(problem), start)
        if len(self.physical[0]) > MAX_CELL and any(len(cell) > MAX_CELL for cell in row):
            raise self._too_large(start)
        return start, row

    def _read_untidy(self, reason: str, start: int) -> list[str]:
        open_end, too_long = "end of data" in reason, "limit" in reason
        alone = split_untidy(self.physical[0], self._delimiter)
        joined: list[str] | None = None
        if not (open_end or too_long):
            joined = split_untidy("".join(self.physical), self._delimiter)
        # A line that is whole by itself has a quote too many, rather than swallowing those behind it.
        if (len(self.physical) > 1 or open_end) and self._width == len(alone) != (
            len(joined) if joined is not None else -1
        ):
            self._begin_again(start)
            if self._notes.has_room("open_quote"):
                self._notes.add(
                    "open_quote",
                    start,
                    f"Line {start} opens a quote that is never closed; it was kept as text.",
                )
            return alone
        if too_long:
            raise self._too_large(start)
        if joined is None:
            raise UnreadableFile(
                f"Line {start} of {self._name} opens a quote that is never closed. "
                "Close it, or double it where it belongs to the text.",
                start,
            )
        if self._notes.has_room("stray_quote"):
            self._notes.add(
                "stray_quote", start, f"Line {start} has a quote within a value; it was kept as text."
            )
        # The csv module starts afresh with the next line, and this record's lines are all at hand.
        return joined

    def _begin_again(self, start: int) -> None:
        """Go on behind the first line of the record."""
        self._again.extendleft(reversed(self.physical[1:]))
        del self.physical[1:]
        self.number = start
        self._reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _too_large(self, start: int) -> UnreadableFile:
        return UnreadableFile(
            f"The record in line {start} of {self._name} has a value of more than {MAX_CELL:,} characters. "
            "Check for a quote that is never closed, or shorten it.",
            start,
        )

    def _endless(self, start: int) -> UnreadableFile:
        return UnreadableFile(
            f"The record in line {start} of {self._name} is longer than {MAX_RECORD // MIB} MiB. "
            "Check for a quote that is never closed.",
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


def is_blank(row: Sequence[str], physical: Sequence[str], width: int) -> bool:
    """Whether a record is a line without anything in it; of a single column "" in quotes is a value."""
    return len(row) <= 1 and (width > 1 or not row) and not physical[0].strip()
