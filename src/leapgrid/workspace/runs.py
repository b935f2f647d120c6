"""Who works on a submission: it begins, others join, each goes, the last one closes it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.errors import EditedMeanwhile, NotFound, RowsTaken
from leapgrid.workspace.evidence import Joined
from leapgrid.workspace.plans import PLANNED
from leapgrid.workspace.recovery import Recovery
from leapgrid.workspace.store import new_id

NO_SUBMISSION = "This submission is not in the workspace any more."

AGAIN = "again"
"""The purpose of chunks whose rows an earlier run did not send, or that are proven not to be stored."""


class Runs(Recovery):
    """The part of the workspace that divides a submission between those who work on it."""

    def begin_submission(
        self,
        draft_id: str,
        *,
        object_slug: str,
        origin: str,
        chunks: Sequence[Sequence[RowId]],
        profile: str = "",
        options: Mapping[str, Any] | None = None,
        who: str = "",
        seen_seq: int | None = None,
    ) -> str:
        """Keep a plan, and that we work on it: from now on its rows are queued.

        Args:
            draft_id: whose rows they are.
            object_slug: the object that records are created of.
            origin: the base URL.
            chunks: the rows of each chunk; they are numbered from 1.
            profile: the name of the profile, or "".
            options: what was chosen, as JSON; with ``again`` true, records that went out from other drafts
                are sent all the same.
            who: the person.
            seen_seq: the number of the last step of the draft that the records have in them; None: not asked.

        Returns:
            The submission's ULID.

        Raises:
            EditedMeanwhile: if there is a later step; nothing was kept.
            RowsTaken: if a row is queued, on its way, unknown, final or skipped; nothing was kept.
            NotFound: if there is no such draft.
            Damaged: if what is kept of its rows is not what was written.
            WorkspaceError: if it cannot be written; nothing may be sent then.
        """
        self.ready_to_send()
        me = self._me()
        submission_id = new_id()
        rows = [row for chunk in chunks for row in chunk]
        with self._database.write() as connection:
            self._must_be_there(connection, draft_id)
            _nobody_edited(connection, draft_id, seen_seq)
            refused = self._taken(connection, draft_id, rows)
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
                    owner=me,
                    host=self._host,
                    started_at=self.now(),
                    who=who,
                )
            )
            self._open_run(connection, submission_id, me, who)
            self._plan(connection, submission_id, list(enumerate(chunks, 1)))
        return submission_id

    def join_submission(
        self,
        submission_id: str,
        *,
        going: Collection[RowId],
        chunk_size: int,
        who: str = "",
        seen_seq: int | None = None,
    ) -> Joined:
        """Work on a submission from now on, beside others or after them.

        What dead processes left open is settled first. Rows of its plan that did not go out, or that are
        proven not to be stored, are planned again where they may go; not those that are only assumed not to
        be stored (see :meth:`~leapgrid.workspace.lookups.LookUps.assumed`).

        Args:
            submission_id: which.
            going: rows that may be sent now.
            chunk_size: the most records of a chunk.
            who: the person.
            seen_seq: as of :meth:`begin_submission`.

        Returns:
            What nobody has claimed yet: of several who join at the same time, each gets all of it, and claims
            chunk by chunk.

        Raises:
            EditedMeanwhile: if there is a later step of the draft; nothing was kept.
            NotFound: if there is no such submission.
            Damaged: if what is kept of it is not what was written.
            WorkspaceError: if it cannot be written; nothing may be sent then.
        """
        self.ready_to_send()
        me = self._me()
        self.recover()
        with self._database.write() as connection:
            about = self._submission(connection, submission_id)
            _nobody_edited(connection, about.draft_id, seen_seq)
            others = self._others(connection, submission_id)
            if self._my_run(connection, submission_id, me) is None:
                self._open_run(connection, submission_id, me, who)
            connection.execute(
                update(t.submission)
                .where(t.submission.c.id == submission_id)
                .values(finished_at=None, stopped=None, stopped_message=None)
            )
            rows = self._unsent(connection, submission_id, about.draft_id, frozenset(going))
            number = self._next_number(connection, submission_id)
            size = max(1, chunk_size)
            self._plan(
                connection,
                submission_id,
                [(number + at // size, rows[at : at + size]) for at in range(0, len(rows), size)],
                purpose=AGAIN,
            )
            chunks = self._planned(connection, submission_id)
        return Joined(submission_id, chunks, others)

    def planned_chunks(self, submission_id: str) -> tuple[tuple[int, tuple[RowId, ...], str], ...]:
        """Number, rows and purpose of the chunks that nobody has claimed yet, in order.

        Raises:
            Damaged: if what is kept of them is not what was written.
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            return self._planned(connection, submission_id)

    def add_chunks(
        self,
        submission_id: str,
        chunks: Sequence[Sequence[RowId]],
        purpose: str,
        parent: int | None = None,
    ) -> tuple[int, ...]:
        """Plan more chunks of a submission that goes on: from now on their rows are queued.

        Args:
            submission_id: which.
            chunks: the rows of each.
            purpose: "rest" for the good records of a refused chunk, "again" for what is sent a second time.
            parent: the number of the chunk that they come from, if it is one.

        Returns:
            Their numbers.

        Raises:
            RowsTaken: if a row is queued, on its way, unknown, final or skipped; nothing was kept.
            NotFound: if there is no such submission.
            WorkspaceError: if it cannot be written.
        """
        rows = [row for chunk in chunks for row in chunk]
        with self._database.write() as connection:
            about = self._submission(connection, submission_id)
            refused = self._taken(connection, about.draft_id, rows)
            if refused or len(set(rows)) != len(rows):
                raise RowsTaken(refused or tuple(rows))
            first = self._next_number(connection, submission_id)
            numbered = list(enumerate(chunks, first))
            self._plan(connection, submission_id, numbered, parent, purpose)
        return tuple(number for number, _ in numbered)

    def release(self, submission_id: str) -> dict[RowId, RowOutcome]:
        """Give up the chunks that were not sent, unless others still work on the submission.

        Returns:
            Their rows with what is known of them, as before they were planned; none where others go on.

        Raises:
            WorkspaceError: if it cannot be written; the next start releases them.
        """
        self.recover()
        with self._database.write() as connection:
            about = self._submission(connection, submission_id)
            if self._others(connection, submission_id):
                return {}
            rows = self._release(connection, submission_id)
            return self._as_they_are(connection, about.draft_id, rows)

    def finish_run(self, submission_id: str, stopped: str | None = None, message: str = "") -> None:
        """Say that we do not work on a submission any more. The last one to go closes it, and gives up what
        was not sent.

        Args:
            submission_id: which.
            stopped: code of the reason, if the run ended early.
            message: the reason, one sentence.

        Raises:
            NotFound: if there is no such submission.
            WorkspaceError: if it cannot be written; the next start does it.
        """
        me = self._me()
        self.recover()
        with self._database.write() as connection:
            self._submission(connection, submission_id)
            r = t.run.c
            connection.execute(
                update(t.run)
                .where(r.submission_id == submission_id, r.owner == me, r.finished_at.is_(None))
                .values(finished_at=self.now(), stopped=stopped, stopped_message=message or None)
            )
            if not self._others(connection, submission_id):
                self._release(connection, submission_id)
                self._finish(connection, submission_id, stopped, message)

    def _submission(self, connection: Connection, submission_id: str) -> Row[Any]:
        about = connection.execute(select(t.submission).where(t.submission.c.id == submission_id)).first()
        if about is None:
            raise NotFound(NO_SUBMISSION)
        return about

    def _my_run(self, connection: Connection, submission_id: str, me: str) -> str | None:
        r = t.run.c
        return connection.execute(
            select(r.id).where(r.submission_id == submission_id, r.owner == me, r.finished_at.is_(None))
        ).scalar()

    def _open_run(self, connection: Connection, submission_id: str, me: str, who: str) -> None:
        connection.execute(
            insert(t.run).values(
                id=new_id(),
                submission_id=submission_id,
                owner=me,
                host=self._host,
                process=os.getpid(),
                who=who,
                started_at=self.now(),
            )
        )

    def _planned(
        self, connection: Connection, submission_id: str
    ) -> tuple[tuple[int, tuple[RowId, ...], str], ...]:
        return tuple(
            (number, tuple(rows), purpose)
            for number, rows, purpose, _ in self._chunks(connection, submission_id, PLANNED)
        )

    def _unsent(
        self, connection: Connection, submission_id: str, draft_id: str, going: frozenset[RowId]
    ) -> list[RowId]:
        """Rows of a plan that may go and did not, or are proven not to be stored, in its order."""
        chunks = self._chunks(connection, submission_id)
        planned = dict.fromkeys(row for _, rows, _, _ in chunks for row in rows if row in going)
        assumed = self._assumed_rows(connection, draft_id)
        return [
            row
            for row, was in self._current(connection, draft_id, planned).items()
            if was.outcome.state is RowState.READY and row not in assumed
        ]


def _nobody_edited(connection: Connection, draft_id: str, seen_seq: int | None) -> None:
    """In the transaction that queues rows: from then on nobody can edit them."""
    if seen_seq is None:
        return
    j = t.journal_entry.c
    last = connection.execute(select(func.max(j.seq)).where(j.draft_id == draft_id)).scalar() or 0
    if last > seen_seq:
        raise EditedMeanwhile
