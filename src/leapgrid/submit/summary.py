"""What a run came to, as the result view and the JSON of the command line need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.events import LookedUp
from leapgrid.superleap.verdict import ChunkOutcome


@dataclass(frozen=True, slots=True)
class ChunkSummary:
    """One chunk that was sent, after its last attempt.

    Attributes:
        chunk: its number.
        records: how many it held.
        outcome: of the chunk as a whole.
        status: the answer's status, or None.
        message: the server's words, raw, where it said any; else ours. Make it visible before showing it.
        reason: stable code.
        attempts: how often it was sent.
        elapsed: seconds of the last attempt.
        into: the numbers of its halves, where it was too large.
    """

    chunk: int
    records: int
    outcome: ChunkOutcome
    status: int | None
    message: str
    reason: str
    attempts: int = 1
    elapsed: float = 0.0
    into: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to.

    Attributes:
        submission: ULID, or "" if the run never began.
        object_slug: the object.
        base_url: where to.
        outcomes: of every row of the plan, at the end.
        chunks: those that were sent, by number.
        issues: what the server found.
        notes: what else is worth knowing.
        stopped: code of the reason why it ended early, or None.
        message: that reason, one sentence, or "".
        unsaved: numbers of chunks whose answer could not be written to the workspace; they are unknown at
            the next start.
        seconds: how long it took.
        look_ups: what the server was asked, and what it was found to have.
        difference: whether the server has another number of records than it should: shown in red.
        again_at: when looking again could settle what is still open, seconds since the epoch by our clock;
            None where only a person can, or nothing is open.
    """

    submission: str
    object_slug: str
    base_url: str
    outcomes: Mapping[RowId, RowOutcome] = field(default_factory=dict)
    chunks: tuple[ChunkSummary, ...] = ()
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: str | None = None
    message: str = ""
    unsaved: tuple[int, ...] = ()
    seconds: float = 0.0
    look_ups: tuple[LookedUp, ...] = ()
    difference: bool = False
    again_at: float | None = None

    @property
    def counts(self) -> Mapping[RowState, int]:
        """How many rows of the plan are in which state; they add up to the number of rows."""
        return Counter(outcome.state for outcome in self.outcomes.values())

    @property
    def records(self) -> int:
        """How many rows the plan held."""
        return len(self.outcomes)
