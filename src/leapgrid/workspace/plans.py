"""Which rows go in which chunk, and who works on them: what all that plans and sends has in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, not_, select, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.decisions import Decisions
from leapgrid.workspace.errors import CannotOpen
from leapgrid.workspace.seals import check, chunk_values, seal

OWNERS_UNWRITABLE = "The directory beside the workspace cannot be written. Allow writing there."

NEVER_SENT_FROM = frozenset(
    {RowState.SENDING, RowState.UNKNOWN, RowState.CREATED, RowState.ALREADY_THERE, RowState.SKIPPED}
)
"""A row in one of these states is never put into a chunk."""

PLANNED, RELEASED = "planned", "released"

SETTLED = "settled"
"""In ``looked``: a look-up settled this sending."""

Numbered = tuple[int, Sequence[RowId]]


def assumed_in(draft_id: str | None = None) -> ColumnElement[bool]:
    """Of a stored outcome: whether it is ready only because the chunk, as a whole, was refused."""
    o, a, k = t.row_outcome.c, t.attempt.c, t.looked.c
    refused = exists().where(a.id == o.attempt_id, a.outcome == "rejected")
    settled = exists().where(k.attempt_id == o.attempt_id, k.row_id == o.row_id, k.result == SETTLED)
    where = and_(o.state == RowState.READY, refused, not_(settled))
    return where if draft_id is None else and_(o.draft_id == draft_id, where)


class Plans(Decisions):
    """Chunks as they are planned, claimed and given up."""

    def _me(self) -> str:
        """The name under which this opening of the workspace sends.

        Raises:
            CannotOpen: if it cannot be held: nobody could tell that we are alive.
        """
        try:
            return self._owners.me
        except OSError as error:
            raise CannotOpen(OWNERS_UNWRITABLE) from error

    def _plan(
        self,
        connection: Connection,
        submission_id: str,
        chunks: Iterable[Numbered],
        parent: int | None = None,
        purpose: str | None = "",
    ) -> None:
        rows = [
            {
                "submission_id": submission_id,
                "number": number,
                "state": PLANNED,
                "parent": parent,
                "rows": list(planned),
                "purpose": purpose,
                "seal": seal(*chunk_values(submission_id, number, planned, purpose)),
            }
            for number, planned in chunks
        ]
        if rows:
            connection.execute(insert(t.chunk), rows)

    def _next_number(self, connection: Connection, submission_id: str) -> int:
        last = connection.execute(
            select(func.max(t.chunk.c.number)).where(t.chunk.c.submission_id == submission_id)
        ).scalar()
        return 1 + (last or 0)

    def _chunks(
        self, connection: Connection, submission_id: str, *states: str
    ) -> list[tuple[int, list[RowId], str, str]]:
        """Number, rows, purpose and state of the chunks in these states, or of all, in order."""
        c = t.chunk.c
        statement = select(c.number, c.rows, c.purpose, c.state, c.seal).where(
            c.submission_id == submission_id
        )
        if states:
            statement = statement.where(c.state.in_(states))
        found: list[tuple[int, list[RowId], str, str]] = []
        for number, stored, purpose, state, sealed in connection.execute(statement.order_by(c.number)):
            rows = t.row_ids(stored)
            check(sealed, *chunk_values(submission_id, number, rows, purpose))
            found.append((number, rows, purpose or "", state))
        return found

    def _release(self, connection: Connection, submission_id: str) -> list[RowId]:
        """Give up what is planned; its rows."""
        rows = [
            row for _, planned, _, _ in self._chunks(connection, submission_id, PLANNED) for row in planned
        ]
        connection.execute(
            update(t.chunk)
            .where(t.chunk.c.submission_id == submission_id, t.chunk.c.state == PLANNED)
            .values(state=RELEASED)
        )
        return rows

    def _others(self, connection: Connection, submission_id: str) -> int:
        """How many others work on a submission: those who are alive."""
        r = t.run.c
        owners = connection.execute(
            select(r.owner).where(r.submission_id == submission_id, r.finished_at.is_(None)).distinct()
        ).scalars()
        me = self._me()
        return sum(1 for owner in owners.all() if owner != me and self._owners.is_alive(owner))

    def _finish(self, connection: Connection, submission_id: str, stopped: str | None, message: str) -> None:
        connection.execute(
            update(t.submission)
            .where(t.submission.c.id == submission_id, t.submission.c.finished_at.is_(None))
            .values(finished_at=self.now(), stopped=stopped, stopped_message=message or None)
        )

    def _taken(self, connection: Connection, draft_id: str, rows: Sequence[RowId]) -> tuple[RowId, ...]:
        """Which of these rows must not be planned, in their order."""
        queued = self._queued(connection, draft_id)
        final = self._final(connection, draft_id, rows)
        return tuple(row for row in rows if row in final or row in queued)

    def _final(self, connection: Connection, draft_id: str, rows: Sequence[RowId]) -> set[RowId]:
        """Which of these rows must not be sent, though they are planned."""
        kept = self._kept(connection, draft_id, rows)
        return {row for row, was in kept.items() if was.outcome.state in NEVER_SENT_FROM}

    def _assumed_rows(self, connection: Connection, draft_id: str) -> set[RowId]:
        """Ready rows that went out in a chunk that was refused as a whole, and were not looked up since."""
        return set(connection.execute(select(t.row_outcome.c.row_id).where(assumed_in(draft_id))).scalars())

    def _as_they_are(
        self, connection: Connection, draft_id: str, rows: Sequence[RowId]
    ) -> dict[RowId, RowOutcome]:
        """These rows with what is known of them now."""
        return {row: was.outcome for row, was in self._current(connection, draft_id, rows).items()}
