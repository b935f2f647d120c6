"""What a receipt holds: plain values that every form of it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leapgrid.records import RowId, RowState


@dataclass(frozen=True, slots=True)
class ReceiptRun:
    """One process that worked on the submission.

    Attributes:
        who: the person, or "".
        machine: the computer's name.
        process: its number there.
        started_at: seconds since the epoch.
        finished_at: the same; None while it works.
        stopped: code of the reason why it ended early, or None.
        message: that reason, one sentence, or "".
    """

    who: str
    machine: str
    process: int
    started_at: float
    finished_at: float | None = None
    stopped: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptAttempt:
    """One sending of a chunk.

    Attributes:
        id: ULID.
        number: the how-manieth of its chunk.
        started_at: when the intent was on disk, seconds since the epoch.
        elapsed: seconds until the answer, or None.
        status: of the answer, or None where there was none.
        outcome: of the chunk: created, rejected, unknown, not_sent; None while it is open.
        reason: stable code.
        message: one sentence.
        body_sha256: of the very bytes that were sent, in hexadecimal.
        body_size: bytes.
        intact: whether the stored body still has that hash.
        request_id: the server's ``X-Request-Id``, or "".
        server_date: the ``Date`` of the answer as the server wrote it, or "".
        version: of the program that sent it.
    """

    id: str
    number: int
    started_at: float
    elapsed: float | None
    status: int | None
    outcome: str | None
    reason: str
    message: str
    body_sha256: str
    body_size: int
    intact: bool = True
    request_id: str = ""
    server_date: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptChunk:
    """The records of one call.

    Attributes:
        number: from 1.
        state: what became of it: created, rejected, unknown, not_sent, split, released, planned, sending.
        records: how many it held.
        counts: how many of its rows are in which state now, of those that went out in no later chunk.
        purpose: "" of the plan, "rest" for the good records of a refused chunk, "again" for what was proven
            not stored or an earlier run did not send.
        parent: the chunk that it is a half of, or None.
        attempts: oldest first.
        refusal: what the server said of the chunk and of no row, one sentence each.
    """

    number: int
    state: str
    records: int
    counts: Mapping[RowState, int] = field(default_factory=dict)
    purpose: str = ""
    parent: int | None = None
    attempts: tuple[ReceiptAttempt, ...] = ()
    refusal: tuple[str, ...] = ()

    @property
    def status(self) -> int | None:
        """The status of the last answer, or None."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def message(self) -> str:
        """What was said of the last sending, one sentence, or ""."""
        return self.attempts[-1].message if self.attempts else ""


@dataclass(frozen=True, slots=True)
class ReceiptIssue:
    """What the server said of a row.

    Attributes:
        field: the field, or None for the whole row.
        message: its words.
        value: what was sent in that field.
    """

    field: str | None
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One record of the submission, and what is known of it.

    Attributes:
        row: names it within its draft.
        number: which record of the draft it is now, from 1; None where it was deleted since.
        line: of the file that it came from, or None.
        chunk: the number of the chunk that it went out in last, or 0.
        position: its number within that chunk, from 1, or 0.
        state: what this submission came to for it.
        at: since when, seconds since the epoch; 0 where nothing happened to it.
        evidence: one sentence: who said so.
        record: exactly as sent; None where it was not sent, or the stored body is damaged.
        issues: what the server said of it.
        ids: of the records that look-ups found at the server.
    """

    row: RowId
    number: int | None
    line: int | None
    chunk: int
    position: int
    state: RowState
    at: float
    evidence: str
    record: Mapping[str, Any] | None = None
    issues: tuple[ReceiptIssue, ...] = ()
    ids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the record is called: its name, else its first text; "" where nothing was sent."""
        if not self.record:
            return ""
        named = self.record.get("name")
        if isinstance(named, str) and named:
            return named
        return next((str(value) for value in self.record.values()), "")

    @property
    def duplicate(self) -> bool:
        """Whether the server was found to have it more than once."""
        return len(self.ids) > 1


@dataclass(frozen=True, slots=True)
class ReceiptLookUp:
    """One time that the server was asked what it has.

    Attributes:
        purpose: baseline, unknown, refusal or count.
        at: seconds since the epoch.
        field: the field that was compared.
        asked: how many keys were asked for.
        found: of how many of the keys there are records.
        proves: whether the answer was understood and complete.
        method: how it was asked.
        message: why it proves nothing, or what it came to, or "".
        who: the person, or "".
    """

    purpose: str
    at: float
    field: str
    asked: int
    found: int
    proves: bool
    method: str = ""
    message: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptDecision:
    """A row's state that no answer changed.

    Attributes:
        at: seconds since the epoch.
        row: which row.
        number: of the record in the draft now, or None.
        kind: person, look_up, same or again.
        before: the state before.
        after: the state from then on.
        evidence: one sentence.
        who: the person, or "".
    """

    at: float
    row: RowId
    number: int | None
    kind: str
    before: RowState
    after: RowState
    evidence: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that is known of one submission.

    Attributes:
        submission: ULID.
        draft_id: ULID of the draft whose records they are.
        draft: its name.
        source: the file that it came from, or "".
        object_slug: the object that records were created of.
        origin: the base URL.
        profile: the profile's name, or "".
        who: who began it, or "".
        started_at: seconds since the epoch.
        finished_at: the same; None while somebody works on it.
        stopped: code of the reason why it ended early, or None.
        message: that reason, one sentence, or "".
        options: what was chosen, as JSON.
        counts: how many of its rows are in which state; they add up to ``records``.
        rows: one each, by chunk and position as they went out last; those that never did come last.
        chunks: by number.
        runs: who worked on it, oldest first.
        look_ups: oldest first.
        decisions: oldest first.
        damaged: what of it cannot be trusted any more, one sentence each.
        made_at: when the receipt was made, seconds since the epoch.
        made_by: the program and its version.
    """

    submission: str
    draft_id: str
    draft: str
    source: str
    object_slug: str
    origin: str
    profile: str
    who: str
    started_at: float
    finished_at: float | None
    stopped: str | None
    message: str
    options: Mapping[str, Any]
    counts: Mapping[RowState, int]
    rows: tuple[ReceiptRow, ...]
    chunks: tuple[ReceiptChunk, ...]
    runs: tuple[ReceiptRun, ...] = ()
    look_ups: tuple[ReceiptLookUp, ...] = ()
    decisions: tuple[ReceiptDecision, ...] = ()
    damaged: tuple[str, ...] = ()
    made_at: float = 0.0
    made_by: str = ""

    @property
    def records(self) -> int:
        """How many records it was about."""
        return len(self.rows)

    @property
    def host(self) -> str:
        """Host and port, for people."""
        return self.origin.split("://", 1)[-1]

    def in_state(self, *states: RowState) -> tuple[ReceiptRow, ...]:
        """Its rows that are in one of these states, in order."""
        return tuple(row for row in self.rows if row.state in states)
