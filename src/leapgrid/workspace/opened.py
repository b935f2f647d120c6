"""Submissions that somebody may go on with: what is unknown, what never went out, what is only assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.evidence import OpenSubmission
from leapgrid.workspace.outcomes import pieces
from leapgrid.workspace.plans import RELEASED, Plans, assumed_in
from leapgrid.workspace.seals import check, chunk_values

_NOT_OUT = (RELEASED, "not_sent")
"""States of chunks whose rows are surely not at the server because of this chunk."""


class Opened(Plans):
    """The part of the workspace that knows what is left to do."""

    def open_submissions(self, draft_id: str | None = None) -> tuple[OpenSubmission, ...]:
        """The submissions, of a draft or of all, that have rows to go on with, the newest first.

        A row counts for the last submission that planned it.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        o, s = t.row_outcome.c, t.submission.c
        mine = None if draft_id is None else o.draft_id == draft_id
        with self._database.read() as connection:
            unknown = self._count(connection, o.state == RowState.UNKNOWN, mine)
            assumed = self._count(connection, assumed_in(), mine)
            unsent = self._unsent_counts(connection, draft_id)
            wanted = sorted({*unknown, *assumed, *unsent}, reverse=True)
            stored = {
                row.id: row
                for names in pieces(wanted)
                for row in connection.execute(
                    select(t.submission, t.draft.c.name)
                    .join(t.draft, t.draft.c.id == s.draft_id)
                    .where(s.id.in_(names))
                )
            }
            working = {
                (row.submission_id, row.owner)
                for row in connection.execute(
                    select(t.run.c.submission_id, t.run.c.owner).where(t.run.c.finished_at.is_(None))
                )
            }
        alive = {owner: self._owners.is_alive(owner) for owner in {owner for _, owner in working}}
        running = {submission for submission, owner in working if alive[owner]}
        with t.understood():
            return tuple(
                OpenSubmission(
                    id=row.id,
                    draft_id=row.draft_id,
                    draft=str(row.name),
                    object_slug=row.object,
                    origin=row.origin,
                    profile=row.profile,
                    options=dict(row.options),
                    started_at=float(row.started_at),
                    unknown=unknown.get(row.id, 0),
                    unsent=unsent.get(row.id, 0),
                    assumed=assumed.get(row.id, 0),
                    running=row.id in running,
                    stopped=row.stopped,
                    message=row.stopped_message or "",
                )
                for row in (stored[name] for name in wanted if name in stored)
            )

    def _count(
        self, connection: Connection, which: ColumnElement[bool], mine: ColumnElement[bool] | None
    ) -> dict[str, int]:
        o = t.row_outcome.c
        condition = which if mine is None else and_(which, mine)
        return {
            submission: count
            for submission, count in connection.execute(
                select(o.submission_id, func.count()).where(condition).group_by(o.submission_id)
            )
            if submission
        }

    def _unsent_counts(self, connection: Connection, draft_id: str | None) -> Mapping[str, int]:
        c, s = t.chunk.c, t.submission.c
        statement = (
            select(s.draft_id, c.submission_id, c.number, c.rows, c.purpose, c.seal)
            .join(t.submission, s.id == c.submission_id)
            .where(c.state.in_(_NOT_OUT))
            .order_by(c.submission_id.desc(), c.number)
        )
        if draft_id is not None:
            statement = statement.where(s.draft_id == draft_id)
        last: dict[str, dict[RowId, str]] = {}
        for draft, submission, number, stored, purpose, sealed in connection.execute(statement):
            rows = t.row_ids(stored)
            check(sealed, *chunk_values(submission, number, rows, purpose))
            known = last.setdefault(draft, {})
            for row in rows:
                known.setdefault(row, submission)
        counts: Counter[str] = Counter()
        for draft, rows_of in last.items():
            taken = self._settled_or_planned(connection, draft, rows_of)
            counts.update(submission for row, submission in rows_of.items() if row not in taken)
        return counts

    def _settled_or_planned(self, connection: Connection, draft_id: str, rows: Iterable[Any]) -> set[RowId]:
        taken = set(self._queued(connection, draft_id)) | self._assumed_rows(connection, draft_id)
        kept = self._kept(connection, draft_id, rows)
        return taken | {row for row, was in kept.items() if was.outcome.state is not RowState.READY}
