"""What is known of sendings that are not settled, and what was asked about them: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState


class Purpose(StrEnum):
    """Why the server was asked what it has."""

    BASELINE = "baseline"
    UNKNOWN = "unknown"
    REFUSAL = "refusal"
    COUNT = "count"


class Rule(StrEnum):
    """What is known of a host and object: whether a refused chunk leaves its good records there."""

    PROVEN = "proven"
    REFUTED = "refuted"


class Seen(StrEnum):
    """What a look-up said of a row without settling it."""

    ABSENT = "absent"
    CANDIDATE = "candidate"
    NOT_UNDERSTOOD = "not_understood"
    NO_KEY = "no_key"


class Earlier(NamedTuple):
    """The same record in another draft of this workspace.

    Attributes:
        draft_id: ULID of that draft.
        draft: its name.
        row_id: which row of it.
        state: created, already_there, sending or unknown.
        at: when it became so, seconds since the epoch.
    """

    draft_id: str
    draft: str
    row_id: RowId
    state: RowState
    at: float


@dataclass(frozen=True, slots=True)
class SentRow:
    """One record as it went out, whose sending is to be looked up.

    Attributes:
        row_id: which row.
        attempt: ULID of the attempt.
        submission: ULID.
        chunk: number of the chunk.
        position: the record's number within the body, from 1.
        record: exactly as sent; None where the stored body is not what was sent.
        origin: the base URL.
        object_slug: the object.
        started_at: when the intent was on disk, seconds since the epoch by our clock.
        finished_at: when the attempt was over by our clock; None while it is not.
        status: of the answer, or None.
        answered: whether the API itself answered, so that nothing of it can still be under way.
        interrupted: whether its process died: ``finished_at`` is only when that was noticed.
        server_date: the ``Date`` of its answer, seconds since the epoch, or None.
        clock_offset: the server's clock less ours in seconds, known before it was sent, or None.
    """

    row_id: RowId
    attempt: str
    submission: str
    chunk: int
    position: int
    record: Mapping[str, Any] | None
    origin: str
    object_slug: str
    started_at: float
    finished_at: float | None
    status: int | None = None
    answered: bool = False
    interrupted: bool = False
    server_date: float | None = None
    clock_offset: float | None = None


@dataclass(frozen=True, slots=True)
class LookUp:
    """One question to a server, over as many calls as it took.

    Attributes:
        purpose: why.
        submission: ULID, or "" where it is about no single one.
        draft_id: whose rows.
        origin: the base URL.
        object_slug: the object.
        field: the field that was compared.
        asked: how many keys were asked for.
        found: of how many of the keys there are records.
        understood: every answer had a form that is known.
        complete: and all pages were read, and fit together.
        method: how it was asked, see ``superleap.lookup.FindMethod``.
        at: when it was over, seconds since the epoch by our clock.
        server_date: the server's clock at its earliest answer, seconds since the epoch, or None.
        message: why it proves nothing, or "".
        who: the person.
    """

    purpose: Purpose
    draft_id: str
    origin: str
    object_slug: str
    field: str
    asked: int
    found: int
    understood: bool
    complete: bool
    method: str
    at: float
    server_date: float | None = None
    submission: str = ""
    message: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a look-up settled of a row.

    Attributes:
        state: created, already_there or ready.
        evidence: one sentence: found or not, when, how, with the id.
        found: the records found, each with ``id``; more than one is "duplicate suspected".
    """

    state: RowState
    evidence: str
    found: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What look-ups said so far of a sending that is still open.

    Attributes:
        result: the last one's.
        first_date: the server's clock at the first answer after the attempt, or None.
        last_at: when it was last looked at, by our clock.
        candidates: records that may be it, for a person to decide.
        look_up: ULID of the last look-up.
    """

    result: Seen
    first_date: float | None
    last_at: float
    candidates: tuple[Mapping[str, Any], ...] = ()
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Which keys were at the server before the first chunk of a submission.

    Attributes:
        field: the key.
        there: hashes of the keys that were, see :func:`leapgrid.workspace.store.key_sha256`.
        trusted: the look-up was understood and complete: a key that is not in it was not there.
    """

    field: str
    there: frozenset[str]
    trusted: bool


class RefusalRule(NamedTuple):
    """What is known of refusals at a host, for an object.

    Attributes:
        rule: proven or refuted.
        at: since when, seconds since the epoch.
        evidence: one sentence.
    """

    rule: Rule
    at: float
    evidence: str


@dataclass(frozen=True, slots=True)
class OpenSubmission:
    """A submission that somebody may go on with.

    Attributes:
        id: ULID.
        draft_id: whose rows.
        draft: the draft's name.
        object_slug: the object.
        origin: the base URL.
        profile: the profile's name, or "".
        options: what was chosen, as JSON.
        started_at: seconds since the epoch.
        unknown: rows that may be there.
        unsent: rows of its plan that never went out and are ready.
        assumed: ready rows that went out in a chunk that was refused as a whole, not looked up since.
        running: whether somebody works on it now.
        stopped: code of the reason why it ended early, or None.
        message: that reason, one sentence.
    """

    id: str
    draft_id: str
    draft: str
    object_slug: str
    origin: str
    profile: str
    options: Mapping[str, Any]
    started_at: float
    unknown: int
    unsent: int
    assumed: int
    running: bool
    stopped: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A submission that this process works on from now on.

    Attributes:
        submission: ULID.
        chunks: number, rows and purpose of the chunks that nobody has claimed yet.
        others: how many other processes work on it.
    """

    submission: str
    chunks: tuple[tuple[int, tuple[RowId, ...], str], ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class SentElsewhere:
    """Rows of a chunk that are the same as records which another draft sent meanwhile. Nothing is sent.

    The chunk is split: its other rows are planned as a chunk of their own, in the same transaction.

    Attributes:
        rows: which, and what is known of the other one.
        outcomes: these rows as they are now: already there, or, where the other sending is not settled,
            as they were before they were planned.
        rest: number and rows of the chunk that took its place; None where no row is left.
    """

    rows: Mapping[RowId, Earlier] = field(default_factory=dict)
    outcomes: Mapping[RowId, RowOutcome] = field(default_factory=dict)
    rest: tuple[int, tuple[RowId, ...]] | None = None


class StoryStep(NamedTuple):
    """One thing that happened to a row.

    Attributes:
        at: seconds since the epoch.
        kind: "sent", "answer", "decision", "look_up" (which settled nothing) or "open" (no answer yet).
        sentence: what happened.
        who: the person, or "".
        state: what the row became, or None where it stayed.
        submission: ULID, or "".
        chunk: number of the chunk, or 0.
        attempt: ULID, or "".
        issues: what the server said of this row.
        record: as it was sent; None where it was not, or where the stored body is damaged.
        found: records that a look-up found.
    """

    at: float
    kind: str
    sentence: str
    who: str = ""
    state: RowState | None = None
    submission: str = ""
    chunk: int = 0
    attempt: str = ""
    issues: tuple[Issue, ...] = ()
    record: Mapping[str, Any] | None = None
    found: tuple[Mapping[str, Any], ...] = ()


class Decision(NamedTuple):
    """A change of a row's state that no answer made.

    Attributes:
        row_id: which row.
        at: seconds since the epoch.
        kind: "person", "look_up", "same" (created before from this workspace) or "again" (a person: send it
            all the same).
        before: its state before.
        after: its state since.
        evidence: one sentence.
        who: the person.
        found: records that a look-up found.
    """

    row_id: RowId
    at: float
    kind: str
    before: RowState
    after: RowState
    evidence: str
    who: str
    found: tuple[Mapping[str, Any], ...] = ()


class SubmittedRow(NamedTuple):
    """A row as a submission knows it.

    Attributes:
        row_id: which.
        chunk: number of the chunk in which it went last, or was to go.
        position: its number within that chunk, from 1.
        state: what came of it in this submission; ready where it never went out.
        evidence: one sentence.
        record: as it was sent; None where it was not, or where the stored body is damaged.
        at: since when, seconds since the epoch; 0 where it never went out.
        attempt: ULID, or "".
    """

    row_id: RowId
    chunk: int
    position: int
    state: RowState
    evidence: str
    record: Mapping[str, Any] | None = None
    at: float = 0.0
    attempt: str = ""
