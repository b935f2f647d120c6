"""Who goes, in which chunk, and who is left out and why. Pure: asks nothing of the workspace or a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowState
from leapgrid.submit.options import SubmitOptions


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
    payload: Mapping[str, Any]
    state: RowState = RowState.READY
    errors: int = 0
    warnings: int = 0
    empty: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """The records of one call, in the order in which they are sent.

    Attributes:
        number: counts from 1 within the submission.
        rows: which rows they are; position ``i`` of the body is ``rows[i - 1]``.
        payloads: the records, as many as rows.
    """

    number: int
    rows: tuple[RowId, ...]
    payloads: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.rows)

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

    chunks: tuple[PlannedChunk, ...] = ()
    left_out: Mapping[LeftOut, tuple[RowId, ...]] = field(default_factory=dict)
    ready: int = 0
    warnings: int = 0
    edited: int = 0
    invalid: int = 0

    @property
    def records(self) -> int:
        """How many records go."""
        return sum(len(chunk) for chunk in self.chunks)

    @property
    def rows(self) -> tuple[RowId, ...]:
        """The rows that go, in order."""
        return tuple(row for chunk in self.chunks for row in chunk.rows)

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
