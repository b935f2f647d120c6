"""Which rows are shown: all, or those that a filter finds. No view changes what is sent, or its order."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from leapgrid.drafting import Kind
from leapgrid.records import Batch, RowId

_LOOK = 4096
"""Rows of a view that are looked through at once for a marked one."""

_FEW = 16
"""Up to this many rows are taken out of a view one by one."""


class Filter(NamedTuple):
    """A way to choose rows.

    Attributes:
        name: as the status line shows it.
        kinds: the rows of these kinds; None: those with an issue.
    """

    name: str
    kinds: frozenset[Kind] | None


ONLY_PROBLEMS = Filter("Only problems", None)
ONLY_REJECTED = Filter("Only rejected", frozenset({Kind.REJECTED}))
NOT_SENT = Filter(
    "Not sent yet",
    frozenset({Kind.READY, Kind.WARNINGS, Kind.ERRORS, Kind.EDITED, Kind.QUEUED, Kind.SKIPPED}),
)


class View:
    """The rows that are shown, in the order of the batch.

    A row stays in the view it was shown in until the view is chosen again, also when it was repaired since.
    """

    def __init__(self, name: str, rows: Iterable[RowId], batch: Batch) -> None:
        """
        Args:
            rows: those of the batch that are shown, in its order.
            batch: says where rows stand.
        """
        self.name = name
        self._rows = rows if isinstance(rows, array) else array("q", rows)
        self._batch = batch
        self.structure_revision = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RowId]:
        return iter(self._rows)

    def row_at(self, position: int) -> RowId:
        """The row at a position of the view."""
        return self._rows[position]

    def position(self, row: RowId) -> int | None:
        """Where a row stands in the view, or None."""
        if (there := self._batch.position(row)) is None:
            return None
        # The rows stand in the order of the batch, whatever came and went in it since.
        at = bisect_left(self._rows, there, key=self._place)
        return at if at < len(self._rows) and self._rows[at] == row else None

    def _place(self, row: RowId) -> int:
        position = self._batch.position(row)
        assert position is not None, "a row that is gone was not taken out of the view"
        return position

    def find_marked(self, marks: bytes | bytearray, start: int, backwards: bool = False) -> int | None:
        """The first position from ``start`` on (or back) whose row has a 1 in ``marks``, by row id."""
        known = len(marks)
        while 0 <= start < len(self._rows):
            low = max(0, start + 1 - _LOOK) if backwards else start
            high = start + 1 if backwards else start + _LOOK
            seen = bytes(marks[row] if row < known else 0 for row in self._rows[low:high])
            at = seen.rfind(1) if backwards else seen.find(1)
            if at >= 0:
                return low + at
            start = low - 1 if backwards else high
        return None

    def without(self, gone: Collection[RowId]) -> View:
        """The view without rows that are no more."""
        if len(gone) > _FEW:
            rows = array("q", (row for row in self._rows if row not in gone))
        else:
            rows = self._rows[:]
            for row in gone:
                at = bisect_left(rows, row)
                if at == len(rows) or rows[at] != row:  # ids need not ascend: rows may have been inserted
                    try:
                        at = rows.index(row)
                    except ValueError:
                        continue
                del rows[at]
        view = View(self.name, rows, self._batch)
        view.structure_revision = self.structure_revision + 1
        return view


def marked(order: Sequence[RowId], marks: bytes) -> array[int]:
    """The rows with a byte in ``marks`` (by row id), in their order. A thread may do it."""
    if isinstance(order, range):
        return array("q", compress(order, marks))
    known = len(marks)
    return array("q", (row for row in order if row < known and marks[row]))
