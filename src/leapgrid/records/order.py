"""The order of a batch's rows: ids by position and positions by id, without a pass over all rows an edit."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, overload

from leapgrid.records.issues import RowId

_LOG_LIMIT = 32
"""Structural changes that a look-up replays before the index is built anew."""

_FRESH_LIMIT = 4096
"""Rows of one change whose positions are kept one by one; a larger change has the index built anew."""


_GAPS = 65_536
"""Ids without a row, up to which the index has a place for each id."""

_FIRST_LOOK, _LONG_LOOK = 64, 65_536
"""Rows that are looked at at once for a mark: few first, since the next is mostly near."""


class _Shift(NamedTuple):
    """One structural change, as what it does to the positions of the rows that stay."""

    at: int
    many: int
    marks: Sequence[int] | None  # scattered rows: where each came or went, in old positions
    sign: int

    def moved(self, position: int) -> int:
        if self.marks is None:
            return position + self.sign * self.many if position >= self.at else position
        if self.sign > 0:
            return position + bisect_right(self.marks, position)
        return position - bisect_left(self.marks, position)


class RowOrder(Sequence[RowId]):
    """Row ids in order. Starts as 0..height-1 and costs nothing until rows come or go.

    Inserting and deleting move memory (8 bytes a row). Finding a row's position replays the last few
    changes on a position known before; after many changes, or a very large one, the index is built anew
    by one pass, or where ids are few and far between, by two sorts of what is nearly sorted.
    """

    __slots__ = ("_at", "_fresh", "_ids", "_log", "_sorted", "_stale")

    def __init__(self, height: int) -> None:
        self._ids: range | array[int] = range(height)
        self._log: list[_Shift] = []
        self._fresh: dict[RowId, tuple[int, int]] = {}  # id -> (length of the log then, position then)
        self._at: array[int] | None = None  # positions by id
        self._sorted: tuple[array[int], array[int]] | None = None  # ids ascending, and their positions
        self._stale = False

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[RowId]:
        return iter(self._ids)

    @overload
    def __getitem__(self, index: int) -> RowId: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RowId]: ...
    def __getitem__(self, index: int | slice) -> RowId | Sequence[RowId]:
        return self._ids[index]

    @property
    def is_identity(self) -> bool:
        """No row ever came or went: ids are positions."""
        return isinstance(self._ids, range)

    def position(self, row: RowId) -> int:
        """Where a row stands, from 0. The row must be in the order."""
        if isinstance(self._ids, range):
            return row
        if self._stale:
            self._build()
        start, position = self._fresh.get(row) or (0, self._base(row))
        for shift in self._log[start:]:
            position = shift.moved(position)
        return position

    def find_marked(self, marks: bytearray, start: int, backwards: bool = False) -> int | None:
        """The first position from ``start`` on (or back) whose row has a 1 in ``marks``.

        Args:
            marks: one byte a row id; rows behind its end have none.
            start: a position in the order.
            backwards: towards the first row.
        """
        ids = self._ids
        if isinstance(ids, range):
            at = marks.rfind(1, 0, start + 1) if backwards else marks.find(1, start, len(ids))
            return at if at >= 0 else None
        known, step = len(marks), _FIRST_LOOK
        while 0 <= start < len(ids):
            low, high = (max(0, start + 1 - step), start + 1) if backwards else (start, start + step)
            seen = bytes(marks[row] if row < known else 0 for row in ids[low:high])
            at = seen.rfind(1) if backwards else seen.find(1)
            if at >= 0:
                return low + at
            start = low - 1 if backwards else high
            step = min(step * 2, _LONG_LOOK)
        return None

    def insert(self, at: int, rows: Sequence[RowId]) -> None:
        """Put rows, which are not in the order yet, in front of position ``at``."""
        ids = self._array()
        at_end = at == len(ids)
        ids[at:at] = array("q", rows)
        # Rows at the end move no others, and entering records by hand does nothing else.
        self._came(rows, range(at, at + len(rows)), None if at_end else _Shift(at, len(rows), None, 1))

    def restore(self, rows: Sequence[RowId], positions: Sequence[int]) -> None:
        """Put rows in so that each stands at its position afterwards; positions ascend."""
        if not rows:
            return
        if positions[-1] - positions[0] == len(rows) - 1:
            self.insert(positions[0], rows)
            return
        old = self._array()
        new: array[int] = array("q")
        taken = 0
        for row, position in zip(rows, positions, strict=True):
            until = taken + position - len(new)
            new.extend(old[taken:until])
            taken = until
            new.append(row)
        new.extend(old[taken:])
        self._ids = new
        marks = array("q", (position - index for index, position in enumerate(positions)))
        self._came(rows, positions, _Shift(0, len(rows), marks, 1))

    def remove(self, rows: Collection[RowId]) -> tuple[tuple[RowId, ...], tuple[int, ...]]:
        """Take rows out.

        Returns:
            The rows by position and the positions where they stood, ascending.
        """
        if not rows:
            return (), ()
        if len(rows) * 8 > len(self._ids):
            wanted = set(rows)
            positions = [position for position, row in enumerate(self._ids) if row in wanted]
        else:
            positions = sorted(self.position(row) for row in rows)
        ids = self._array()
        ordered = tuple(ids[position] for position in positions)
        first, last = positions[0], positions[-1]
        if last - first == len(positions) - 1:
            del ids[first : last + 1]
            shift = _Shift(first, len(positions), None, -1)
        else:
            kept: array[int] = array("q")
            taken = 0
            for position in positions:
                kept.extend(ids[taken:position])
                taken = position + 1
            kept.extend(ids[taken:])
            self._ids = kept
            shift = _Shift(0, len(positions), array("q", positions), -1)
        for row in ordered:
            self._fresh.pop(row, None)
        self._note(shift)
        return ordered, tuple(positions)

    def _array(self) -> array[int]:
        if isinstance(self._ids, range):
            self._ids = array("q", self._ids)
        return self._ids

    def _base(self, row: RowId) -> int:
        if self._at is not None:
            return self._at[row]
        if self._sorted is None:
            return row
        ids, positions = self._sorted
        return positions[bisect_left(ids, row)]

    def _came(self, rows: Sequence[RowId], positions: Sequence[int], shift: _Shift | None) -> None:
        if shift is not None:
            self._note(shift)
        if self._stale:
            return
        if len(rows) > _FRESH_LIMIT:
            self._forget()
            return
        known = len(self._log)
        self._fresh.update((row, (known, position)) for row, position in zip(rows, positions, strict=True))

    def _note(self, shift: _Shift) -> None:
        if self._stale:
            return
        self._log.append(shift)
        if len(self._log) > _LOG_LIMIT:
            self._forget()

    def _forget(self) -> None:
        self._stale = True
        self._log.clear()
        self._fresh.clear()

    def _build(self) -> None:
        ids = self._ids
        end = max(ids, default=-1) + 1
        self._at = self._sorted = None
        if end <= 2 * len(ids) + _GAPS:
            at = array("q", bytes(8 * end))
            for position, row in enumerate(ids):
                at[row] = position
            self._at = at
        else:
            self._sorted = (array("q", sorted(ids)), array("q", sorted(range(len(ids)), key=ids.__getitem__)))
        self._stale = False
