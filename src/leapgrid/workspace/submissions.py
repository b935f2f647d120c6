"""Submissions: every intent on disk before its first byte leaves, every answer after it came."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import UNRESOLVED, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.errors import CannotOpen, NotFound, NotUnique, RowsTaken
from leapgrid.workspace.outcomes import Outcomes, issue_to_json
from leapgrid.workspace.store import new_id, upsert

OWNERS_UNWRITABLE = "The directory beside the workspace cannot be written. Allow writing there."

KEPT_OF_ANSWER = 64 * 1024
"""How much of an answer's body is kept, in bytes."""

KEPT_HEADERS = ("date", "retry-after", "content-type", "x-request-id")
"""Which headers of an answer are kept; others may hold what is nobody's business."""

_NEVER_SENT_FROM = frozenset(
    {RowState.SENDING, RowState.UNKNOWN, RowState.CREATED, RowState.ALREADY_THERE, RowState.SKIPPED}
)


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


def record_sha256(record: Mapping[str, Any]) -> str:
    """The hash by which the same record is known again, whatever the order of its fields."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Submissions(Outcomes):
    """The part of the workspace that keeps what was sent."""

    def begin_submission(
        self,
        draft_id: str,
        *,
        object_slug: str,
        origin: str,
        chunks: Sequence[Sequence[RowId]],
        profile: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """Keep a plan: from now on its rows are queued.

        Args:
            draft_id: whose rows they are.
            object_slug: the object that records are created of.
            origin: the base URL.
            chunks: the rows of each chunk; they are numbered from 1.
            profile: the name of the profile, or "".
            options: what was chosen, as JSON.

        Returns:
            The submission's ULID.

        Raises:
            RowsTaken: if a row is queued, on its way, unknown, final or skipped; nothing was kept.
            NotFound: if there is no such draft.
            WorkspaceError: if it cannot be written; nothing may be sent then.
        """
        try:
            owner = self._owners.me
        except OSError as error:
            raise CannotOpen(OWNERS_UNWRITABLE) from error
        submission_id = new_id()
        rows = [row for chunk in chunks for row in chunk]
        with self._database.write() as connection:
            if connection.execute(select(t.draft.c.id).where(t.draft.c.id == draft_id)).first() is None:
                raise NotFound("This draft is not in the workspace any more.")
            taken = self._taken(connection, draft_id)
            refused = tuple(row for row in rows if row in taken)
            if refused or len(set(rows)) != len(rows):
                raise RowsTaken(refused or tuple(rows))
            connection.execute(
                insert(t.submission).values(
                    id=submission_id,
                    draft_id=draft_id,
                    object=object_slug,
                    origin=origin,
                    profile=profile,
                    options=dict(options or {}),
                    records=len(rows),
                    owner=owner,
                    host=self._host,
                    started_at=self.now(),
                )
            )
            self._plan(connection, submission_id, list(enumerate(chunks, 1)))
        return submission_id

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
    ) -> Intent | None:
        """Claim a chunk and keep what will be sent, before its first byte leaves.

        Args:
            submission_id: the submission.
            chunk: its number.
            method: of the request.
            path: of the request.
            body: the very bytes.
            records: what the body holds, in its order.
            version: of this program.

        Returns:
            The right to send, or None if the chunk is not planned any more: someone else has it.

        Raises:
            RowsTaken: if an earlier sending of a row is not settled, or a row is final by now.
            WorkspaceError: if it cannot be written. Nothing may be sent then.
        """
        now, attempt_id, owner = self.now(), new_id(), self._owners.me
        rows: list[RowId] = []
        try:
            with self._database.write() as connection:
                claimed = connection.execute(
                    update(t.chunk)
                    .where(
                        t.chunk.c.submission_id == submission_id,
                        t.chunk.c.number == chunk,
                        t.chunk.c.state == "planned",
                    )
                    .values(state="sending", owner=owner)
                )
                if claimed.rowcount != 1:
                    return None
                about = connection.execute(
                    select(t.submission, t.chunk.c.rows)
                    .join(t.chunk, t.chunk.c.submission_id == t.submission.c.id)
                    .where(t.submission.c.id == submission_id, t.chunk.c.number == chunk)
                ).one()
                rows = t.row_ids(about.rows)
                if len(rows) != len(records):
                    raise ValueError(f"Chunk {chunk} holds {len(rows)} rows, not {len(records)}.")
                final = self._final(connection, about.draft_id, rows)
                if final:
                    raise RowsTaken(final)
                number = 1 + (
                    connection.execute(
                        select(func.count()).where(
                            t.attempt.c.submission_id == submission_id, t.attempt.c.chunk == chunk
                        )
                    ).scalar()
                    or 0
                )
                connection.execute(
                    insert(t.attempt).values(
                        id=attempt_id,
                        submission_id=submission_id,
                        chunk=chunk,
                        number=number,
                        method=method,
                        path=path,
                        body=body,
                        body_sha256=hashlib.sha256(body).hexdigest(),
                        object=about.object,
                        origin=about.origin,
                        profile=about.profile,
                        version=version,
                        owner=owner,
                        host=self._host,
                        process=os.getpid(),
                        started_at=now,
                    )
                )
                evidence = "Sent; no answer yet."
                connection.execute(
                    insert(t.attempt_row),
                    [
                        {
                            "attempt_id": attempt_id,
                            "position": position,
                            "draft_id": about.draft_id,
                            "row_id": row,
                            "record_sha256": record_sha256(record),
                            "unresolved": True,
                            "state": RowState.SENDING,
                            "evidence": evidence,
                        }
                        for position, (row, record) in enumerate(zip(rows, records, strict=True), 1)
                    ],
                )
                outcomes = {
                    row: RowOutcome(
                        RowState.SENDING, now, evidence, submission_id, chunk, position, dict(record)
                    )
                    for position, (row, record) in enumerate(zip(rows, records, strict=True), 1)
                }
                self._keep(connection, about.draft_id, attempt_id, outcomes)
        except NotUnique as error:
            # The unique index over unresolved attempts said no.
            raise RowsTaken(tuple(rows)) from error
        return Intent(attempt_id, number, outcomes)

    def record_outcome(self, attempt_id: str, result: Result) -> None:
        """Keep what came of an attempt, of its chunk and of every row. Calling it again changes nothing.

        Args:
            attempt_id: from :meth:`record_intent`.
            result: what came of it.

        Raises:
            NotFound: if there is no such attempt.
            WorkspaceError: if it cannot be written. Send nothing more, and try again.
        """
        with self._database.write() as connection:
            about = connection.execute(
                select(t.attempt.c.submission_id, t.attempt.c.chunk, t.submission.c.draft_id)
                .join(t.submission, t.submission.c.id == t.attempt.c.submission_id)
                .where(t.attempt.c.id == attempt_id)
            ).first()
            if about is None:
                raise NotFound("This attempt is not in the workspace any more.")
            kept = connection.execute(
                update(t.attempt)
                .where(t.attempt.c.id == attempt_id, t.attempt.c.finished_at.is_(None))
                .values(
                    finished_at=self.now(),
                    elapsed=result.elapsed,
                    status=result.status,
                    headers={name: result.headers[name] for name in KEPT_HEADERS if name in result.headers},
                    answer=result.body[:KEPT_OF_ANSWER],
                    answer_size=len(result.body),
                    outcome=result.outcome,
                    reason=result.reason,
                    message=result.message,
                    issues=[issue_to_json(issue) for issue in result.issues] or None,
                )
            )
            if kept.rowcount != 1:
                return
            state = "planned" if result.again else "split" if result.halves else result.outcome
            connection.execute(
                update(t.chunk)
                .where(t.chunk.c.submission_id == about.submission_id, t.chunk.c.number == about.chunk)
                .values(state=state, owner=None)
            )
            self._plan(connection, about.submission_id, result.halves, parent=about.chunk)
            self._settle(connection, about.draft_id, attempt_id, result.outcomes)

    def release(self, submission_id: str) -> dict[RowId, RowOutcome]:
        """Give up the chunks that were not sent.

        Returns:
            Their rows with what is known of them, as before they were planned.

        Raises:
            WorkspaceError: if it cannot be written; the next start releases them.
        """
        with self._database.write() as connection:
            rows, draft_id = self._release(connection, submission_id)
        if not rows:
            return {}
        known = self.outcomes(draft_id)
        return {row: known.get(row, RowOutcome()) for row in rows}

    def finish_submission(self, submission_id: str, stopped: str | None = None, message: str = "") -> None:
        """Close a submission. Chunks that were not sent are released with it.

        Args:
            submission_id: which.
            stopped: code of the reason, if it ended early.
            message: the reason, one sentence.
        """
        with self._database.write() as connection:
            self._release(connection, submission_id)
            self._finish(connection, submission_id, stopped, message)

    def _finish(self, connection: Connection, submission_id: str, stopped: str | None, message: str) -> None:
        connection.execute(
            update(t.submission)
            .where(t.submission.c.id == submission_id, t.submission.c.finished_at.is_(None))
            .values(finished_at=self.now(), stopped=stopped, stopped_message=message or None)
        )

    def _release(self, connection: Connection, submission_id: str) -> tuple[list[RowId], str]:
        draft_id = connection.execute(
            select(t.submission.c.draft_id).where(t.submission.c.id == submission_id)
        ).scalar()
        planned = (t.chunk.c.submission_id == submission_id, t.chunk.c.state == "planned")
        rows = [
            row
            for chunk in connection.execute(
                select(t.chunk.c.rows).where(*planned).order_by(t.chunk.c.number)
            ).scalars()
            for row in t.row_ids(chunk)
        ]
        connection.execute(update(t.chunk).where(*planned).values(state="released"))
        return rows, draft_id or ""

    def _plan(
        self,
        connection: Connection,
        submission_id: str,
        chunks: Sequence[tuple[int, Sequence[RowId]]],
        parent: int | None = None,
    ) -> None:
        if chunks:
            connection.execute(
                insert(t.chunk),
                [
                    {
                        "submission_id": submission_id,
                        "number": number,
                        "state": "planned",
                        "parent": parent,
                        "rows": list(rows),
                    }
                    for number, rows in chunks
                ],
            )

    def _taken(self, connection: Connection, draft_id: str) -> set[RowId]:
        c = t.row_outcome.c
        taken = set(
            connection.execute(
                select(c.row_id).where(c.draft_id == draft_id, c.state.in_(sorted(_NEVER_SENT_FROM)))
            ).scalars()
        )
        return taken | set(self._queued(connection, draft_id))

    def _final(self, connection: Connection, draft_id: str, rows: Sequence[RowId]) -> tuple[RowId, ...]:
        c = t.row_outcome.c
        return tuple(
            connection.execute(
                select(c.row_id).where(
                    c.draft_id == draft_id, c.row_id.in_(rows), c.state.in_(sorted(_NEVER_SENT_FROM))
                )
            ).scalars()
        )

    def _settle(
        self,
        connection: Connection,
        draft_id: str,
        attempt_id: str,
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        """Write what is known of the rows of an attempt, there and in their current outcome."""
        r = t.attempt_row.c
        for outcome, rows in _alike(outcomes):
            connection.execute(
                update(t.attempt_row)
                .where(r.attempt_id == attempt_id, r.row_id.in_(rows))
                .values(
                    state=outcome.state,
                    evidence=outcome.evidence,
                    unresolved=outcome.state in UNRESOLVED,
                )
            )
        self._keep(connection, draft_id, attempt_id, outcomes)

    def _keep(
        self,
        connection: Connection,
        draft_id: str,
        attempt_id: str,
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        upsert(
            connection,
            t.row_outcome,
            [
                {
                    "draft_id": draft_id,
                    "row_id": row,
                    "state": outcome.state,
                    "at": outcome.at,
                    "evidence": outcome.evidence,
                    "submission_id": outcome.submission,
                    "chunk": outcome.chunk,
                    "position": outcome.position,
                    "attempt_id": attempt_id,
                }
                for row, outcome in outcomes.items()
            ],
        )


def _alike(outcomes: Mapping[RowId, RowOutcome]) -> list[tuple[RowOutcome, list[RowId]]]:
    """Rows of the same state and evidence together: a chunk has two or three kinds, not a hundred."""
    groups: dict[tuple[RowState, str], tuple[RowOutcome, list[RowId]]] = {}
    for row, outcome in outcomes.items():
        groups.setdefault((outcome.state, outcome.evidence), (outcome, []))[1].append(row)
    return list(groups.values())
