"""What was sent and answered, to be read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from leapgrid.records.issues import Issue, RowId
from leapgrid.workspace import tables as t
from leapgrid.workspace.outcomes import Outcomes, issue_from_json, pieces
from leapgrid.workspace.seals import is_intact
from leapgrid.workspace.store import sha256_of


class StoredChunk(NamedTuple):
    """A chunk of a submission, as it stands.

    Attributes:
        state: planned, sending, created, rejected, unknown, not_sent, split or released.
        records: how many rows it has.
        purpose: "" of the first plan; "rest": the good records of a refused chunk; "again": what is proven
            not to be stored, or what an earlier run did not send.
        parent: the number of the chunk that it came from, or None.
    """

    state: str
    records: int
    purpose: str = ""
    parent: int | None = None


class StoredRun(NamedTuple):
    """Somebody who works, or worked, on a submission.

    Attributes:
        id: ULID.
        submission: ULID of the submission.
        owner: under which name it sends; it is alive as long as that is held.
        host: the computer.
        process: its process id there.
        who: the person, or "".
        started_at: seconds since the epoch.
        finished_at: the same; None while it works, or until it is noticed to be dead.
        stopped: code of the reason if it ended early, else None.
        stopped_message: the reason, one sentence, or "".
    """

    id: str
    submission: str
    owner: str
    host: str
    process: int
    who: str
    started_at: float
    finished_at: float | None
    stopped: str | None
    stopped_message: str


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
        who: the person who began it, or "".
        draft: the draft's name.
        source: the file that the draft came from, or "".
        options: what was chosen, as JSON.
        plan: each chunk by number.
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
    who: str = ""
    draft: str = ""
    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[int, StoredChunk] = field(default_factory=dict)


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
        intact: whether all of it is as it was written: the body has the hash that was taken before sending,
            and the rest its seal.
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
        who: the person, or "".
        host: the computer that sent it.
        clock_offset: the server's clock less ours in seconds, known before it was sent, or None.
        server_date: the ``Date`` of the answer, seconds since the epoch, or None.
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
    who: str = ""
    host: str = ""
    clock_offset: float | None = None
    server_date: float | None = None


class Receipts(Outcomes):
    """The part of the workspace that tells what was sent."""

    def submissions(self, draft_id: str | None = None) -> list[StoredSubmission]:
        """All submissions, or those of a draft, the last first.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if they cannot be read.
        """
        with self._database.read() as connection:
            return self._submissions(
                connection, None if draft_id is None else t.submission.c.draft_id == draft_id
            )

    def submission(self, submission_id: str) -> StoredSubmission | None:
        """One submission; None where there is none of this id.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            return next(iter(self._submissions(connection, t.submission.c.id == submission_id)), None)

    def runs(self, submission_id: str) -> tuple[StoredRun, ...]:
        """Who works, or worked, on a submission, in the order of coming.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        r = t.run.c
        with self._database.read() as connection:
            return tuple(
                StoredRun(
                    row.id,
                    row.submission_id,
                    row.owner,
                    row.host,
                    row.process,
                    row.who or "",
                    row.started_at,
                    row.finished_at,
                    row.stopped,
                    row.stopped_message or "",
                )
                for row in connection.execute(
                    select(t.run).where(r.submission_id == submission_id).order_by(r.id)
                )
            )

    def _submissions(
        self, connection: Connection, which: ColumnElement[bool] | None
    ) -> list[StoredSubmission]:
        statement = (
            select(t.submission, t.draft.c.name.label("draft_name"), t.draft.c.source.label("draft_source"))
            .join(t.draft, t.draft.c.id == t.submission.c.draft_id)
            .order_by(t.submission.c.id.desc())
        )
        found = connection.execute(statement if which is None else statement.where(which)).all()
        c = t.chunk.c
        plans: dict[str, dict[int, StoredChunk]] = {}
        for names in pieces(row.id for row in found):
            for row in connection.execute(
                select(c.submission_id, c.number, c.state, c.purpose, c.parent, c.rows)
                .where(c.submission_id.in_(names))
                .order_by(c.number)
            ):
                plans.setdefault(row.submission_id, {})[row.number] = StoredChunk(
                    row.state, len(t.row_ids(row.rows)), row.purpose or "", row.parent
                )
        with t.understood():
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
                    chunks={number: chunk.state for number, chunk in plans.get(row.id, {}).items()},
                    who=row.who or "",
                    draft=str(row.draft_name),
                    source=str(row.draft_source),
                    options=dict(row.options or {}),
                    plan=plans.get(row.id, {}),
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
            intact=sha256_of(row.body) == row.body_sha256 and is_intact(row._mapping),
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
            who=row.who or "",
            host=row.host,
            clock_offset=row.clock_offset,
            server_date=row.server_date,
        )
