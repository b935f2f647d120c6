"""What was sent and answered, to be read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from leapgrid.records.issues import Issue, RowId
from leapgrid.workspace import tables as t
from leapgrid.workspace.outcomes import Outcomes, issue_from_json
from leapgrid.workspace.store import sha256_of


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission in a list.

    Attributes:
        id: ULID.
        draft_id: whose rows.
        object: slug of the object.
        origin: the base URL.
        profile: the profile's name, or "".
        records: how many were planned.
        started_at: seconds since the epoch.
        finished_at: the same; None while it runs.
        stopped: code of the reason if it ended early, else None.
        stopped_message: the reason, one sentence.
        chunks: state of each chunk by number.
    """

    id: str
    draft_id: str
    object: str
    origin: str
    profile: str
    records: int
    started_at: float
    finished_at: float | None
    stopped: str | None
    stopped_message: str
    chunks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """One sending of a chunk, as it was and as it was answered.

    Attributes:
        id: ULID.
        submission: ULID of its submission.
        chunk: number of its chunk.
        number: the how-manieth try of the chunk.
        method: of the request.
        path: of the request.
        body: the very bytes that were sent.
        intact: whether the body still has the hash that was taken before sending.
        origin: the base URL.
        version: of the program that sent it.
        process: its process id.
        started_at: seconds since the epoch.
        finished_at: the same; None while it is open.
        elapsed: seconds, or None.
        status: the answer's status, or None.
        headers: those that are kept.
        answer: the first 64 KiB of the answer's body.
        answer_size: how many bytes it had.
        outcome: of the chunk, or None while it is open.
        reason: stable code.
        message: one sentence.
        issues: what the server found.
        rows: the rows in the order of the body.
    """

    id: str
    submission: str
    chunk: int
    number: int
    method: str
    path: str
    body: bytes = field(repr=False)
    intact: bool
    origin: str
    version: str
    process: int
    started_at: float
    finished_at: float | None
    elapsed: float | None
    status: int | None
    headers: Mapping[str, str]
    answer: bytes = field(repr=False)
    answer_size: int
    outcome: str | None
    reason: str
    message: str
    issues: tuple[Issue, ...]
    rows: tuple[RowId, ...]


class Receipts(Outcomes):
    """The part of the workspace that tells what was sent."""

    def submissions(self, draft_id: str | None = None) -> list[StoredSubmission]:
        """All submissions, or those of a draft, the last first."""
        statement = select(t.submission).order_by(t.submission.c.id.desc())
        if draft_id is not None:
            statement = statement.where(t.submission.c.draft_id == draft_id)
        with self._database.read() as connection:
            found = connection.execute(statement).all()
            chunks: dict[str, dict[int, str]] = {}
            for submission_id, number, state in connection.execute(
                select(t.chunk.c.submission_id, t.chunk.c.number, t.chunk.c.state)
                .where(t.chunk.c.submission_id.in_([row.id for row in found]))
                .order_by(t.chunk.c.number)
            ):
                chunks.setdefault(submission_id, {})[number] = state
        return [
            StoredSubmission(
                id=row.id,
                draft_id=row.draft_id,
                object=row.object,
                origin=row.origin,
                profile=row.profile,
                records=row.records,
                started_at=row.started_at,
                finished_at=row.finished_at,
                stopped=row.stopped,
                stopped_message=row.stopped_message or "",
                chunks=chunks.get(row.id, {}),
            )
            for row in found
        ]

    def attempts(self, submission_id: str, chunk: int | None = None) -> list[StoredAttempt]:
        """The attempts of a submission, or of one of its chunks, in the order of sending."""
        condition = t.attempt.c.submission_id == submission_id
        if chunk is not None:
            condition = condition & (t.attempt.c.chunk == chunk)
        with self._database.read() as connection:
            found = connection.execute(select(t.attempt).where(condition).order_by(t.attempt.c.id)).all()
            with t.understood():
                return [self._attempt(row, self._rows(connection, row.id)) for row in found]

    def last_attempt(self, draft_id: str, row_id: RowId) -> StoredAttempt | None:
        """The last sending of a row with its answer, or None if it was never sent."""
        c = t.row_outcome.c
        with self._database.read() as connection:
            row = connection.execute(
                select(t.attempt)
                .join(t.row_outcome, c.attempt_id == t.attempt.c.id)
                .where(c.draft_id == draft_id, c.row_id == row_id)
            ).first()
            with t.understood():
                return self._attempt(row, self._rows(connection, row.id)) if row else None

    def _rows(self, connection: Connection, attempt_id: str) -> tuple[RowId, ...]:
        r = t.attempt_row.c
        return tuple(
            connection.execute(
                select(r.row_id).where(r.attempt_id == attempt_id).order_by(r.position)
            ).scalars()
        )

    def _attempt(self, row: Row[Any], rows: tuple[RowId, ...]) -> StoredAttempt:
        return StoredAttempt(
            id=row.id,
            submission=row.submission_id,
            chunk=row.chunk,
            number=row.number,
            method=row.method,
            path=row.path,
            body=row.body,
            intact=sha256_of(row.body) == row.body_sha256,
            origin=row.origin,
            version=row.version,
            process=row.process,
            started_at=row.started_at,
            finished_at=row.finished_at,
            elapsed=row.elapsed,
            status=row.status,
            headers=row.headers or {},
            answer=row.answer or b"",
            answer_size=row.answer_size or 0,
            outcome=row.outcome,
            reason=row.reason or "",
            message=row.message or "",
            issues=tuple(issue_from_json(issue) for issue in row.issues or ()),
            rows=rows,
        )
