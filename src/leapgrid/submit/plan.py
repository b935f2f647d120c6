"""Who goes, in which chunk, and who is left out and why. Pure: asks nothing of the workspace or a server."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from itertools import compress
from typing import Any, NamedTuple, TypeAlias, overload

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowState
from leapgrid.submit.options import SubmitOptions

Record: TypeAlias = Mapping[str, Any]

_AS_TUPLE = 50_000
"""More rows than this are kept as an array, a fifth as large."""


class LeftOut(StrEnum):
    """Why a row is not sent. Of several reasons the first in this order is given."""

    CREATED = "created"
    ALREADY_THERE = "already_there"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    EMPTY = "empty"
    REJECTED = "rejected"
    INVALID = "invalid"
    NOT_FIRST = "not_first"

    @property
    def words(self) -> str:
        """The reason in words for a person, to stand after a number of rows."""
        return _WORDS[self]


_WORDS = {
    LeftOut.CREATED: "created before",
    LeftOut.ALREADY_THERE: "already there",
    LeftOut.IN_FLIGHT: "on their way",
    LeftOut.UNKNOWN: "unknown: look before sending again",
    LeftOut.SKIPPED: "skipped",
    LeftOut.EMPTY: "empty",
    LeftOut.REJECTED: "rejected and not edited since",
    LeftOut.INVALID: "with errors",
    LeftOut.NOT_FIRST: "after the first record",
}

_BY_STATE = {
    RowState.CREATED: LeftOut.CREATED,
    RowState.ALREADY_THERE: LeftOut.ALREADY_THERE,
    RowState.QUEUED: LeftOut.IN_FLIGHT,
    RowState.SENDING: LeftOut.IN_FLIGHT,
    RowState.UNKNOWN: LeftOut.UNKNOWN,
    RowState.SKIPPED: LeftOut.SKIPPED,
}


class PlanRow(NamedTuple):
    """One row as the planner sees it.

    Attributes:
        row_id: names the row in its batch.
        payload: the record as it would be sent.
        state: what is known of its sending.
        errors: how many local errors it has.
        warnings: how many local warnings it has.
        empty: whether all its cells are empty.
        edited: whether its cells were edited since the server refused it.
    """

    row_id: RowId
    payload: Record
    state: RowState = RowState.READY
    errors: int = 0
    warnings: int = 0
    empty: bool = False
    edited: bool = False


class Going(Enum):
    """Why a row that is sent is told apart from the others. No texts: one would equal a :class:`LeftOut`."""

    READY = "ready"
    WARNINGS = "warnings"
    EDITED = "edited"
    INVALID = "invalid"


class Payloads(Sequence[Record]):
    """The records of a chunk, made when the first of them is asked for.

    Args:
        rows: whose.
        record: the record of a row. It must answer the same however late it is asked.
    """

    __slots__ = ("_made", "_record", "_rows")

    def __init__(self, rows: Sequence[RowId], record: Callable[[RowId], Record]) -> None:
        self._rows = rows
        self._record = record
        self._made: tuple[Record, ...] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self._rows))

    def _all(self) -> tuple[Record, ...]:
        if self._made is None:
            self._made = tuple(map(self._record, self._rows))
        return self._made


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """The records of one call, in the order in which they are sent.

    Attributes:
        number: counts from 1 within the submission.
        rows: which rows they are; position ``i`` of the body is ``rows[i - 1]``.
        payloads: the records, as many as rows; those of a large batch are made when asked for.
    """

    number: int
    rows: tuple[RowId, ...]
    payloads: Sequence[Record]

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, number: int, places: Sequence[int]) -> PlannedChunk:
        """Some of its records as a chunk of their own.

        Args:
            number: of that chunk.
            places: which records, counted from 0.
        """
        records = self.payloads
        return PlannedChunk(
            number, tuple(self.rows[at] for at in places), tuple(records[at] for at in places)
        )

    def halves(self, first_number: int) -> tuple[PlannedChunk, PlannedChunk]:
        """This chunk as two, for a server that finds it too large.

        Args:
            first_number: the number of the first half; the second gets the next one.

        Raises:
            ValueError: if there is only one record.
        """
        if len(self) < 2:
            raise ValueError("A chunk of one record cannot be halved.")
        middle = (len(self) + 1) // 2
        return (
            PlannedChunk(first_number, self.rows[:middle], self.payloads[:middle]),
            PlannedChunk(first_number + 1, self.rows[middle:], self.payloads[middle:]),
        )


class Chunks(Sequence[PlannedChunk]):
    """The chunks of a run, each made when it is asked for.

    Args:
        rows: those that go, in order.
        size: records a chunk; the last has what is left.
        record: the record of a row, as for :class:`Payloads`.
        names: the fields that records may have.
    """

    def __init__(
        self,
        rows: Sequence[RowId],
        size: int,
        record: Callable[[RowId], Record],
        names: Iterable[str] = (),
    ) -> None:
        self.rows = rows
        self.size = size
        self.names = frozenset(names)
        self._record = record

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    @overload
    def __getitem__(self, index: int) -> PlannedChunk: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PlannedChunk]: ...
    def __getitem__(self, index: int | slice) -> PlannedChunk | Sequence[PlannedChunk]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(len(self))))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        rows = tuple(self.rows[at * self.size : (at + 1) * self.size])
        return PlannedChunk(at + 1, rows, Payloads(rows, self._record))

    def without(self, rows: Collection[RowId]) -> Chunks:
        """The chunks of the other rows."""
        left = tuple(row for row in self.rows if row not in rows)
        return Chunks(left, self.size, self._record, self.names)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    Attributes:
        chunks: what goes, in order.
        left_out: what does not, by reason; reasons without rows are left out too.
        ready: how many go without a warning and without having been refused before.
        warnings: how many go with a warning.
        edited: how many go that were refused and edited since.
        invalid: how many go although they have local errors, because the person said so.
    """

    chunks: Sequence[PlannedChunk] = ()
    left_out: Mapping[LeftOut, Sequence[RowId]] = field(default_factory=dict)
    ready: int = 0
    warnings: int = 0
    edited: int = 0
    invalid: int = 0

    @property
    def records(self) -> int:
        """How many records go."""
        if isinstance(self.chunks, Chunks):
            return len(self.chunks.rows)
        return sum(len(chunk) for chunk in self.chunks)

    @property
    def rows(self) -> tuple[RowId, ...]:
        """The rows that go, in order."""
        if isinstance(self.chunks, Chunks):
            return tuple(self.chunks.rows)
        return tuple(row for chunk in self.chunks for row in chunk.rows)

    @property
    def names(self) -> frozenset[str]:
        """The fields that its records have, or may have."""
        if isinstance(self.chunks, Chunks):
            return self.chunks.names
        return frozenset().union(*(record for chunk in self.chunks for record in chunk.payloads))

    def chunk_with(self, row: RowId) -> PlannedChunk | None:
        """The chunk that a row goes in; None for one that does not go."""
        if not isinstance(self.chunks, Chunks):
            return next((chunk for chunk in self.chunks if row in chunk.rows), None)
        try:
            return self.chunks[self.chunks.rows.index(row) // self.chunks.size]
        except ValueError:
            return None

    def without(self, rows: Collection[RowId]) -> Plan:
        """A plan for the other rows. How it counts kinds of rows is left as it is."""
        if not rows:
            return self
        if isinstance(self.chunks, Chunks):
            return replace(self, chunks=self.chunks.without(rows))
        chunks: list[PlannedChunk] = []
        for chunk in self.chunks:
            left = [at for at, row in enumerate(chunk.rows) if row not in rows]
            if left:
                chunks.append(chunk.part(len(chunks) + 1, left))
        return replace(self, chunks=tuple(chunks))

    def left_out_count(self, *reasons: LeftOut) -> int:
        """How many rows are left out for one of these reasons, or for any when none is named."""
        return sum(len(self.left_out.get(reason, ())) for reason in (reasons or tuple(LeftOut)))


def reason_to_leave_out(row: PlanRow, options: SubmitOptions) -> LeftOut | None:
    """Why this row would not be sent, or None if it goes."""
    by_state = _BY_STATE.get(row.state)
    if by_state is not None:
        return by_state
    if row.empty or not row.payload:
        return LeftOut.EMPTY
    if row.state is RowState.REJECTED and not row.edited:
        return LeftOut.REJECTED
    if row.errors and not options.include_invalid:
        return LeftOut.INVALID
    return None


def plan(rows: Iterable[PlanRow], options: SubmitOptions | None = None) -> Plan:
    """Sort rows into chunks and into what is left out.

    Args:
        rows: all rows of the batch, in their order. The order is the order of sending.
        options: the size of a chunk and what else was chosen.

    Returns:
        A plan in which every row is either in exactly one chunk or left out for exactly one reason.
    """
    options = options or SubmitOptions()
    going: list[PlanRow] = []
    left: dict[LeftOut, list[RowId]] = {}
    for row in rows:
        reason = reason_to_leave_out(row, options)
        if reason is None and options.first and going:
            reason = LeftOut.NOT_FIRST
        if reason is None:
            going.append(row)
        else:
            left.setdefault(reason, []).append(row.row_id)

    size = options.chunk_size
    chunks = tuple(
        PlannedChunk(
            number,
            tuple(row.row_id for row in going[start : start + size]),
            tuple(row.payload for row in going[start : start + size]),
        )
        for number, start in enumerate(range(0, len(going), size), 1)
    )
    invalid = sum(1 for row in going if row.errors)
    edited = sum(1 for row in going if row.edited and not row.errors)
    warnings = sum(1 for row in going if row.warnings and not row.edited and not row.errors)
    return Plan(
        chunks=chunks,
        left_out={reason: tuple(left[reason]) for reason in LeftOut if reason in left},
        ready=len(going) - invalid - edited - warnings,
        warnings=warnings,
        edited=edited,
        invalid=invalid,
    )


def plan_columns(
    rows: Sequence[RowId],
    kinds: Callable[[Mapping[Going | LeftOut, int]], bytes],
    record: Callable[[RowId], Record],
    names: Iterable[str],
    options: SubmitOptions | None = None,
) -> Plan:
    """As :func:`plan`, for a batch that knows already where each row is counted: no look at each of them.

    Args:
        rows: all rows of the batch, in their order; a range where they are numbered so.
        kinds: gives one byte a row, in their order: the number that it is told for the row's kind.
        record: the record of a row as it is now, also when it is asked later.
        names: the fields that records may have.
        options: as for :func:`plan`.
    """
    options = options or SubmitOptions()
    numbers: dict[Going | LeftOut, int] = {
        kind: number for number, kind in enumerate((*Going, *LeftOut)) if kind is not LeftOut.NOT_FIRST
    }
    marks = kinds(numbers)
    goes = {kind for kind in Going if kind is not Going.INVALID or options.include_invalid}
    counts = {kind: marks.count(number) for kind, number in numbers.items()}
    going = _with_marks(rows, marks, {numbers[kind] for kind in goes})
    invalid = () if Going.INVALID in goes else _with_marks(rows, marks, {numbers[Going.INVALID]})
    left: dict[LeftOut, Sequence[RowId]] = {
        reason: _with_marks(rows, marks, {numbers[reason]}) for reason in LeftOut if counts.get(reason)
    }
    if invalid:
        left[LeftOut.INVALID] = invalid
    sent = {kind: counts[kind] if kind in goes else 0 for kind in Going}
    if options.first and len(going) > 1:
        left[LeftOut.NOT_FIRST] = tuple(going[1:])
        going = going[:1]
        at = next(at for at, mark in enumerate(marks) if any(mark == numbers[kind] for kind in goes))
        sent = {kind: int(marks[at] == numbers[kind]) for kind in Going}
    return Plan(
        chunks=Chunks(going, options.chunk_size, record, names),
        left_out={reason: left[reason] for reason in LeftOut if reason in left},
        ready=sent[Going.READY],
        warnings=sent[Going.WARNINGS],
        edited=sent[Going.EDITED],
        invalid=sent[Going.INVALID],
    )


def _with_marks(rows: Sequence[RowId], marks: bytes, wanted: Collection[int]) -> Sequence[RowId]:
    """The rows with one of these marks, in order."""
    chosen = marks.translate(bytes(mark in wanted for mark in range(256)))
    number = chosen.count(1)
    if number <= _AS_TUPLE:
        return tuple(compress(rows, chosen))
    return rows[:] if number == len(rows) else array("q", compress(rows, chosen))
