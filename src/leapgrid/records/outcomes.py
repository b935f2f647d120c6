"""What is known of each row's sending: the only row states there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RowState(StrEnum):
    """Every row is in exactly one of these; together they always add up to the number of rows."""

    READY = "ready"
    QUEUED = "queued"
    SENDING = "sending"
    CREATED = "created"
    ALREADY_THERE = "already_there"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


UNRESOLVED = frozenset({RowState.SENDING, RowState.UNKNOWN})
"""States in which a sending is not settled: such a row must not be sent again."""

IN_FLIGHT = frozenset({RowState.QUEUED, RowState.SENDING})
"""States in which a row belongs to a running submission and cannot be edited."""

DONE = frozenset({RowState.CREATED, RowState.ALREADY_THERE})
"""States that only a person's word changes."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What is known of one row, with its evidence.

    Attributes:
        state: one of the eight.
        at: when it became so, seconds since the epoch, UTC; 0 for a row that was never planned.
        evidence: one sentence: who said so ("the server's answer", "never connected", ...).
        submission: ULID of the submission, or "".
        chunk: number of the chunk within the submission from 1, or 0.
        position: the record's number within the chunk from 1, or 0.
        sent: the record exactly as it was sent last, or None; a rejected row whose payload differs from
            it was edited since the server answered.
    """

    state: RowState = RowState.READY
    at: float = 0.0
    evidence: str = ""
    submission: str = ""
    chunk: int = 0
    position: int = 0
    sent: dict[str, Any] | None = field(default=None, compare=False)


NEVER_SENT = RowOutcome()
