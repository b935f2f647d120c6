"""After a crash: what was on its way is unknown, what was queued is ready again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.submissions import Result, Submissions

INTERRUPTED = "interrupted"
"""Code of the reason for submissions and attempts that ended with their process."""

INTERRUPTED_ROW = "LeapGrid ended before the answer came. The record may exist: look before sending again."
INTERRUPTED_RUN = "LeapGrid ended while this was being sent."


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a start found of runs whose process is dead.

    Attributes:
        submissions: the ULIDs of the submissions that nobody works on any more.
        unknown: how many rows are unknown because of it.
        released: how many rows were queued and are ready again.
    """

    submissions: tuple[str, ...] = ()
    unknown: int = 0
    released: int = 0


class Recovery(Submissions):
    """The part of the workspace that cleans up after a crash."""

    def recover(self) -> Recovered:
        """Settle what dead processes left open. What a live one works on is not touched.

        A dead owner's chunks that were on their way are unknown. Chunks that nobody had claimed are released
        once no live process works on their submission; until then they are its.

        Raises:
            WorkspaceError: if there is something to settle and it cannot be written.
        """
        dead = self._dead()
        if not dead:
            return Recovered()
        submissions: list[str] = []
        unknown = released = 0
        with self._database.write() as connection:
            # Asked again inside the transaction: another process may have been faster.
            for attempt_id, submission_id, chunk, draft_id in connection.execute(
                select(t.attempt.c.id, t.attempt.c.submission_id, t.attempt.c.chunk, t.submission.c.draft_id)
                .join(t.submission, t.submission.c.id == t.attempt.c.submission_id)
                .where(t.attempt.c.finished_at.is_(None), t.attempt.c.owner.in_(dead))
            ).all():
                unknown += self._interrupt(connection, submission_id, draft_id, attempt_id, chunk)
            r = t.run.c
            open_runs = (r.finished_at.is_(None), r.owner.in_(dead))
            left = connection.execute(select(r.submission_id).where(*open_runs).distinct()).scalars().all()
            connection.execute(
                update(t.run)
                .where(*open_runs)
                .values(finished_at=self.now(), stopped=INTERRUPTED, stopped_message=INTERRUPTED_RUN)
            )
            for submission_id in left:
                still = connection.execute(
                    select(r.id).where(r.submission_id == submission_id, r.finished_at.is_(None)).limit(1)
                ).first()
                if still is not None:
                    continue
                submissions.append(submission_id)
                released += len(self._release(connection, submission_id))
                self._finish(connection, submission_id, INTERRUPTED, INTERRUPTED_RUN)
        return Recovered(tuple(submissions), unknown, released)

    def _dead(self) -> list[str]:
        """Owners of anything open whose process is gone; each is asked once."""
        with self._database.read() as connection:
            owners = {
                owner
                for table in (t.run, t.attempt)
                for owner in connection.execute(
                    select(table.c.owner).where(table.c.finished_at.is_(None)).distinct()
                ).scalars()
            }
        return [owner for owner in sorted(owners) if not self._owners.is_alive(owner)]

    def _interrupt(
        self, connection: Connection, submission_id: str, draft_id: str, attempt_id: str, chunk: int
    ) -> int:
        now = self.now()
        self._close(connection, attempt_id, Result("unknown", INTERRUPTED, INTERRUPTED_ROW, {}), False)
        connection.execute(
            update(t.chunk)
            .where(t.chunk.c.submission_id == submission_id, t.chunk.c.number == chunk)
            .values(state="unknown", owner=None)
        )
        rows = connection.execute(
            select(t.attempt_row.c.row_id, t.attempt_row.c.position).where(
                t.attempt_row.c.attempt_id == attempt_id
            )
        ).all()
        self._settle(
            connection,
            draft_id,
            attempt_id,
            {
                row: RowOutcome(RowState.UNKNOWN, now, INTERRUPTED_ROW, submission_id, chunk, position)
                for row, position in rows
            },
        )
        return len(rows)
