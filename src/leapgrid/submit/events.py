"""What a run tells whoever listens: the grid, the progress view and the headless command alike.

Every event carries ``outcomes``: the rows whose state it changes, with their new outcome. A listener that
applies them one event after another knows the state of every row at any moment; no event is needed twice
and none may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState

if TYPE_CHECKING:
    from leapgrid.superleap.verdict import ChunkOutcome
from leapgrid.workspace.evidence import Purpose

Outcomes = Mapping[RowId, RowOutcome]


@dataclass(frozen=True, slots=True)
class SubmissionStarted:
    """The plan is on disk; its rows are queued.

    Attributes:
        submission: ULID of the submission.
        object_slug: the object that records are created of.
        base_url: where to.
        chunks: how many there are.
        records: how many records in all.
        at: seconds since the epoch.
        outcomes: every row of the plan, queued.
    """

    submission: str
    object_slug: str
    base_url: str
    chunks: int
    records: int
    at: float
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunkStarted:
    """The intent to send is on disk; the first byte leaves now.

    Attributes:
        chunk: its number from 1.
        rows: its rows in the order of the body.
        attempt: ULID of the attempt.
        number: the how-manieth try of this chunk it is, from 1.
        at: seconds since the epoch.
        outcomes: its rows, sending.
    """

    chunk: int
    rows: tuple[RowId, ...]
    attempt: str
    number: int
    at: float
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunkWaiting:
    """Nothing of the chunk was stored; the same body goes out again after a wait.

    Attributes:
        chunk: its number.
        seconds: how long.
        until: when it goes on, seconds since the epoch.
        reason: stable code, as in the verdict ("rate_limited", "not_sent", ...).
        message: one sentence for a person.
        attempts: how often it was tried so far.
        outcomes: its rows, queued again.
    """

    chunk: int
    seconds: float
    until: float
    reason: str
    message: str
    attempts: int
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunkSplit:
    """The server found the chunk too large and stored nothing; its halves go instead.

    Attributes:
        chunk: the number of the chunk that is no more.
        into: the numbers of the two that took its place.
        status: the answer's status.
        message: one sentence for a person.
        outcomes: its rows, queued in the new chunks.
    """

    chunk: int
    into: tuple[int, int]
    status: int | None
    message: str
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunkAnswered:
    """What is known of the chunk now.

    Attributes:
        chunk: its number.
        rows: its rows in the order of the body.
        attempt: ULID of the attempt.
        outcome: of the chunk as a whole.
        reason: stable code, as in the verdict.
        status: the answer's status, None where there was no answer.
        message: one sentence for a person.
        server_message: the server's own words, raw, or "".
        elapsed: seconds from the first byte to the end of the answer.
        saved: whether the outcome is on disk already.
        issues: what the server found, of cells, of rows, and of the chunk (``row_id`` None).
        notes: what else is worth knowing ("The server's numbering is off ...").
        outcomes: its rows.
    """

    chunk: int
    rows: tuple[RowId, ...]
    attempt: str
    outcome: ChunkOutcome
    reason: str
    status: int | None
    message: str
    server_message: str
    elapsed: float
    saved: bool = True
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunPaused:
    """No chunk starts until the run is resumed, or the time is over.

    Attributes:
        reason: "person", or a verdict's code.
        message: one sentence for a person.
        until: when it goes on by itself, seconds since the epoch; None if it waits for a person.
        outcomes: rows that are queued again because their chunk could not be sent yet.
    """

    reason: str
    message: str
    until: float | None = None
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResumed:
    """The run goes on."""

    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The run ends before its last chunk; :class:`RunFinished` follows.

    Attributes:
        reason: "person", "workspace", "in_flight", "cancelled", or a verdict's code.
        message: one sentence for a person: what happened, what is safe, what to do.
        outcomes: the rows that were queued, ready again.
    """

    reason: str
    message: str
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The last event of every run.

    Attributes:
        submission: ULID, or "" when the run never began.
        counts: how many rows of the plan are in which state.
        seconds: how long the run took.
    """

    submission: str
    counts: Mapping[RowState, int]
    seconds: float
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookingUp:
    """The server is being asked what it has.

    Attributes:
        purpose: why.
        done: how many keys were asked for so far.
        keys: how many there are.
    """

    purpose: Purpose
    done: int
    keys: int
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the server was found to have.

    Attributes:
        purpose: why it was asked.
        asked: how many rows it was about.
        message: one sentence for a person, with the numbers.
        proves: whether the answer was understood and complete.
        again_at: when looking again could settle what is still open, seconds since the epoch by our clock;
            None where only a person can, or nothing is open.
        difference: whether the server has another number of records than it should: shown in red.
        notes: what else is worth knowing, e.g. "Row 12 is there twice".
        outcomes: the rows that it settled.
    """

    purpose: Purpose
    asked: int
    message: str
    proves: bool
    again_at: float | None = None
    difference: bool = False
    notes: tuple[str, ...] = ()
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunksPlanned:
    """More chunks were planned while the run goes on: the good records of refused ones.

    Attributes:
        numbers: of the new chunks.
        round: the how-manieth such round, from 1.
        message: one sentence for a person.
        outcomes: their rows, queued.
    """

    numbers: tuple[int, ...]
    round: int
    message: str
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SameAgain:
    """Rows were left out because the same records were created before from this workspace.

    Attributes:
        message: one sentence for a person.
        outcomes: the rows, already there; or ready, where the other sending is not settled.
    """

    message: str
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A person said what becomes of rows; it is on disk.

    Attributes:
        message: one sentence for a person.
        outcomes: the rows, with who said so as their evidence.
    """

    message: str
    outcomes: Outcomes = field(default_factory=dict)


SubmitEvent = (
    SubmissionStarted
    | ChunkStarted
    | ChunkWaiting
    | ChunkSplit
    | ChunkAnswered
    | RunPaused
    | RunResumed
    | RunStopped
    | RunFinished
    | LookingUp
    | LookedUp
    | ChunksPlanned
    | SameAgain
    | Decided
)
