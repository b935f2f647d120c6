"""Sending: every intent on disk before its first byte leaves, every answer after it came."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import UNRESOLVED, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.compact import compact, encoder
from leapgrid.workspace.errors import NotFound, NotUnique, RowsTaken
from leapgrid.workspace.evidence import SentElsewhere
from leapgrid.workspace.outcomes import issue_to_json
from leapgrid.workspace.plans import OWNERS_UNWRITABLE as OWNERS_UNWRITABLE
from leapgrid.workspace.plans import PLANNED, Plans
from leapgrid.workspace.same import Same
from leapgrid.workspace.seals import attempt_seal, check, chunk_values
from leapgrid.workspace.store import insert_rows, new_id
from leapgrid.workspace.trail import spans

KEPT_OF_ANSWER = 64 * 1024
"""How much of an answer's body is kept, in bytes."""

INTENT_NOTED = (
    "submission_id", "chunk", "number", "method", "path", "object", "origin", "profile", "version",
    "body_sha256", "started_at", "clock_offset",
)  # fmt: skip
OUTCOME_NOTED = ("finished_at", "status", "server_date", "outcome", "reason")
"""What of an attempt is noted beside the workspace; see :mod:`leapgrid.workspace.trail`."""

KEPT_HEADERS = ("date", "retry-after", "content-type", "x-request-id")
"""Which headers of an answer are kept; others may hold what is nobody's business."""

SENT_NOW = "Sent; no answer yet."

_ATTEMPT_ROW = (
    "attempt_id", "position", "draft_id", "row_id", "record_sha256", "unresolved", "state", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intent:
    """The right to send a chunk once.

    Attributes:
        attempt: ULID of the attempt, on disk.
        number: the how-manieth try of the chunk, from 1.
        outcomes: its rows, sending.
    """

    attempt: str
    number: int
    outcomes: Mapping[RowId, RowOutcome]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt.

    Attributes:
        outcome: of the chunk: "created", "rejected", "not_sent" or "unknown".
        reason: stable code.
        message: one sentence for a person.
        outcomes: of every row of the chunk.
        status: the answer's status, or None where there was no answer.
        headers: of the answer, names in lower case; only some are kept.
        body: of the answer; the first 64 KiB are kept.
        elapsed: seconds.
        issues: what the server found.
        again: the chunk goes back to the planned ones, because the same body will be sent again.
        halves: numbers and rows of the chunks that take its place.
        server_date: the ``Date`` of the answer, seconds since the epoch, or None.
    """

    outcome: str
    reason: str
    message: str
    outcomes: Mapping[RowId, RowOutcome]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    elapsed: float = 0.0
    issues: Sequence[Issue] = ()
    again: bool = False
    halves: Sequence[tuple[int, Sequence[RowId]]] = ()
    server_date: float | None = None


def record_sha256(record: Mapping[str, Any]) -> str:
    """The hash by which the same record is known again, whatever the order of its fields."""
    return hashlib.sha256(_in_order(record).encode()).hexdigest()


_in_order = encoder(sort_keys=True)


class Submissions(Plans, Same):
    """The part of the workspace that keeps what is sent, and what came of it."""

    def record_intent(
        self,
        submission_id: str,
        chunk: int,
        *,
        method: str,
        path: str,
        body: bytes,
        records: Sequence[Mapping[str, Any]],
        version: str,
        clock_offset: float | None = None,
        who: str = "",
    ) -> Intent | SentElsewhere | None:
        """Claim a chunk and keep what will be sent, before its first byte leaves.

        Args:
            submission_id: the submission.
            chunk: its number.
            method: of the request.
            path: of the request.
            body: the very bytes.
            records: what the body holds, in its order.
            version: of this program.
            clock_offset: the server's clock less ours in seconds, or None where no answer told it.
            who: the person.

        Returns:
            The right to send; or which rows another draft sent meanwhile, and nothing may be sent; or None
            if the chunk is not planned any more: someone else has it.

        Raises:
            RowsTaken: if an earlier sending of a row is not settled, or a row is final by now.
            Damaged: if what is kept of the chunk or its rows is not what was written.
            WorkspaceError: if it cannot be written. Nothing may be sent then.
        """
        hashes = [record_sha256(record) for record in records]
        me = self._me()
        if not self._is_planned(submission_id, chunk):
            return None  # seen without keeping others from writing
        rows: list[RowId] = []
        try:
            with self._database.write() as connection:
                c = t.chunk.c
                claimed = connection.execute(
                    update(t.chunk)
                    .where(c.submission_id == submission_id, c.number == chunk, c.state == PLANNED)
                    .values(state="sending", owner=me)
                )
                if claimed.rowcount != 1:
                    return None
                about = connection.execute(
                    select(t.submission, c.rows, c.purpose, c.seal)
                    .join(t.chunk, c.submission_id == t.submission.c.id)
                    .where(t.submission.c.id == submission_id, c.number == chunk)
                ).one()
                rows = t.row_ids(about.rows)
                check(about.seal, *chunk_values(submission_id, chunk, rows, about.purpose))
                if len(rows) != len(records):
                    raise ValueError(f"Chunk {chunk} holds {len(rows)} rows, not {len(records)}.")
                final = self._final(connection, about.draft_id, rows)
                if final:
                    raise RowsTaken(tuple(row for row in rows if row in final))
                elsewhere = self._elsewhere(connection, about, chunk, rows, hashes, who)
                if elsewhere is not None:
                    return elsewhere
                return self._intend(
                    connection,
                    about,
                    list(zip(rows, hashes, records, strict=True)),
                    {
                        "chunk": chunk,
                        "method": method,
                        "path": path,
                        "body": body,
                        "body_sha256": hashlib.sha256(body).hexdigest(),
                        "version": version,
                        "owner": me,
                        "clock_offset": clock_offset,
                        "who": who,
                    },
                )
        except NotUnique as error:
            # The unique index over unresolved attempts said no.
            raise RowsTaken(tuple(rows)) from error

    def record_outcome(self, attempt_id: str, result: Result) -> tuple[int, ...]:
        """Keep what came of an attempt, of its chunk and of every row. Calling it again changes nothing.

        Args:
            attempt_id: from :meth:`record_intent`.
            result: what came of it.

        Returns:
            The numbers of its halves, as asked for where they and those after them are free: others may have
            planned chunks of the submission meanwhile.

        Raises:
            NotFound: if there is no such attempt.
            WorkspaceError: if it cannot be written. Send nothing more, and try again.
        """
        with self._database.write() as connection:
            if not self._close(connection, attempt_id, result):
                return ()
            about = connection.execute(
                select(
                    t.attempt.c.submission_id, t.attempt.c.chunk, t.submission.c.draft_id, t.chunk.c.purpose
                )
                .join(t.submission, t.submission.c.id == t.attempt.c.submission_id)
                .join(
                    t.chunk,
                    (t.chunk.c.submission_id == t.attempt.c.submission_id)
                    & (t.chunk.c.number == t.attempt.c.chunk),
                )
                .where(t.attempt.c.id == attempt_id)
            ).one()
            state = PLANNED if result.again else "split" if result.halves else result.outcome
            connection.execute(
                update(t.chunk)
                .where(t.chunk.c.submission_id == about.submission_id, t.chunk.c.number == about.chunk)
                .values(state=state, owner=None)
            )
            halves: list[tuple[int, Sequence[RowId]]] = []
            if result.halves:
                first = max(result.halves[0][0], self._next_number(connection, about.submission_id))
                halves = [(first + place, rows) for place, (_, rows) in enumerate(result.halves)]
                self._plan(connection, about.submission_id, halves, about.chunk, about.purpose)
            self._settle(connection, about.draft_id, attempt_id, result.outcomes)
        return tuple(number for number, _ in halves)

    def _is_planned(self, submission_id: str, chunk: int) -> bool:
        with self._database.read() as connection:
            state = connection.execute(
                select(t.chunk.c.state).where(
                    t.chunk.c.submission_id == submission_id, t.chunk.c.number == chunk
                )
            ).scalar()
        return state == PLANNED

    def _elsewhere(
        self,
        connection: Connection,
        about: Row[Any],
        chunk: int,
        rows: Sequence[RowId],
        hashes: Sequence[str],
        who: str,
    ) -> SentElsewhere | None:
        """Take rows whose records another draft sent meanwhile out of a chunk that is claimed; None: none."""
        with t.understood():
            if about.options.get("again"):
                return None
        same = self._same(connection, about.origin, about.object, set(hashes), about.draft_id)
        if not same:
            return None
        exempt = self._allowed_again(connection, about.draft_id)
        found = {
            row: same[digest]
            for row, digest in zip(rows, hashes, strict=True)
            if digest in same and row not in exempt
        }
        if not found:
            return None
        c = t.chunk.c
        connection.execute(
            update(t.chunk)
            .where(c.submission_id == about.id, c.number == chunk)
            .values(state="split", owner=None)
        )
        rest: tuple[int, tuple[RowId, ...]] | None = None
        if left := tuple(row for row in rows if row not in found):
            rest = (self._next_number(connection, about.id), left)
            self._plan(connection, about.id, [rest], chunk, about.purpose)
        self._mark(connection, about.draft_id, found, who)
        outcomes = self._as_they_are(connection, about.draft_id, tuple(found))
        return SentElsewhere(found, outcomes, rest)

    def _intend(
        self,
        connection: Connection,
        about: Row[Any],
        sent: Sequence[tuple[RowId, str, Mapping[str, Any]]],
        values: dict[str, Any],
    ) -> Intent:
        now, attempt_id, chunk = self.now(), new_id(), values["chunk"]
        before = connection.execute(
            select(func.count()).where(t.attempt.c.submission_id == about.id, t.attempt.c.chunk == chunk)
        ).scalar()
        number = 1 + (before or 0)
        values |= {
            "id": attempt_id,
            "submission_id": about.id,
            "number": number,
            "object": about.object,
            "origin": about.origin,
            "profile": about.profile,
            "host": self._host,
            "process": os.getpid(),
            "started_at": now,
        }
        values["seal"] = attempt_seal(values)
        connection.execute(insert(t.attempt).values(**values))
        state, evidence = RowState.SENDING.value, compact(SENT_NOW)
        insert_rows(
            connection,
            t.attempt_row,
            _ATTEMPT_ROW,
            [
                (attempt_id, position, about.draft_id, row, digest, True, state, evidence)
                for position, (row, digest, _) in enumerate(sent, 1)
            ],
        )
        outcomes = {
            row: RowOutcome(RowState.SENDING, now, SENT_NOW, about.id, chunk, position, dict(record))
            for position, (row, _, record) in enumerate(sent, 1)
        }
        self._keep(connection, about.draft_id, attempt_id, outcomes)
        told = {name: values[name] for name in INTENT_NOTED}
        self._database.note(
            "sent", attempt=attempt_id, draft=about.draft_id, rows=spans(row for row, _, _ in sent), **told
        )
        return Intent(attempt_id, number, outcomes)

    def _close(self, connection: Connection, attempt_id: str, result: Result, answered: bool = True) -> bool:
        """Write what came of an attempt, once; whether this was the first time."""
        row = connection.execute(select(t.attempt).where(t.attempt.c.id == attempt_id)).mappings().first()
        if row is None:
            raise NotFound("This attempt is not in the workspace any more.")
        if row["finished_at"] is not None:
            return False
        values = {
            "finished_at": self.now(),
            "outcome": result.outcome,
            "reason": result.reason,
            "message": result.message,
            "status": result.status,
            "server_date": result.server_date,
            "issues": [issue_to_json(issue) for issue in result.issues] or None,
        }
        if answered:
            values |= {
                "elapsed": result.elapsed,
                "headers": {name: result.headers[name] for name in KEPT_HEADERS if name in result.headers},
                "answer": result.body[:KEPT_OF_ANSWER],
                "answer_size": len(result.body),
            }
        # What was damaged before stays so.
        sealed = attempt_seal(dict(row) | values)
        intent = row["seal"]
        values["seal"] = None if intent is None else f"{intent}{sealed[len(intent) :]}"
        connection.execute(update(t.attempt).where(t.attempt.c.id == attempt_id).values(**values))
        told = {name: values.get(name) for name in OUTCOME_NOTED}
        self._database.note("closed", attempt=attempt_id, **told)
        return True

    def _settle(
        self,
        connection: Connection,
        draft_id: str,
        attempt_id: str,
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        """Write what is known of the rows of an attempt, there and in their current outcome."""
        r = t.attempt_row.c
        groups = _alike(outcomes)
        count = select(func.count()).where(r.attempt_id == attempt_id)
        alike = len(groups) == 1 and connection.execute(count).scalar() == len(outcomes)
        for outcome, rows in groups:
            # To name each row of a chunk would take longer than all the rest.
            which = r.attempt_id == attempt_id if alike else (r.attempt_id == attempt_id) & r.row_id.in_(rows)
            connection.execute(
                update(t.attempt_row)
                .where(which)
                .values(
                    state=outcome.state,
                    evidence=outcome.evidence,
                    unresolved=outcome.state in UNRESOLVED,
                )
            )
        self._keep(connection, draft_id, attempt_id, outcomes)


def _alike(outcomes: Mapping[RowId, RowOutcome]) -> list[tuple[RowOutcome, list[RowId]]]:
    """Rows of the same state and evidence together: a chunk has two or three kinds, not a hundred."""
    groups: dict[tuple[RowState, str], tuple[RowOutcome, list[RowId]]] = {}
    for row, outcome in outcomes.items():
        groups.setdefault((outcome.state, outcome.evidence), (outcome, []))[1].append(row)
    return list(groups.values())
