"""The steps of a draft that several people work on: one order for all, and numbers of rows for each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Text, func, insert, select, type_coerce, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.drafts import Drafts, entry_of, stored_entry
from leapgrid.workspace.errors import NotFound
from leapgrid.workspace.model import SharedStep
from leapgrid.workspace.outcomes import PIECE

_LOCKED = tuple(sorted({RowState.SENDING, RowState.CREATED, RowState.ALREADY_THERE}))
"""Of a row in such a state the texts are what was sent; an edit would tell otherwise."""


class Steps(Drafts):
    """The part of the workspace that lets several people write in one draft."""

    def append_steps(
        self, draft_id: str, steps: Sequence[SharedStep], since: int
    ) -> dict[str, tuple[RowId, ...]]:
        """Add steps behind all that are there. Adding one again changes nothing.

        Args:
            draft_id: which draft.
            steps: in the order in which they were made.
            since: a number that is smaller than that of any of these steps, if they are there already.

        Returns:
            Marks of steps that were not added, with the rows for which they were not: those are on their way
            to the server, or there, and what was sent of them stays what it is.

        Raises:
            NotFound: if there is no draft of this id.
            WorkspaceError: if they cannot be written; they may be there all the same, if the connection was
                cut off.
        """
        refused: dict[str, tuple[RowId, ...]] = {}
        if not steps:
            return refused
        j = t.journal_entry.c
        with self._database.write() as connection:
            self._touch(connection, draft_id)
            there = {
                owner.rpartition(" ")[2]
                for owner in connection.execute(
                    select(j.owner).where(j.draft_id == draft_id, j.seq > since, j.owner.is_not(None))
                ).scalars()
            }
            locked = self._locked(connection, draft_id, {row for step in steps for row in step.rows})
            seq = connection.execute(select(func.max(j.seq)).where(j.draft_id == draft_id)).scalar() or 0
            adding = []
            for step in steps:
                if step.mark in there:
                    continue
                if hit := tuple(row for row in step.rows if row in locked):
                    refused[step.mark] = hit
                    continue
                seq += 1
                owner = f"{step.hand} {step.mark}"
                adding.append(stored_entry(draft_id, seq, step.entry, owner, step.who))
            if adding:
                connection.execute(insert(t.journal_entry), adding)
                self._database.note("edits", draft=draft_id, seq=seq)
        return refused

    def steps_since(self, draft_id: str, seq: int) -> list[SharedStep]:
        """The steps behind a number, in their order.

        Raises:
            NotFound: if there is no draft of this id.
            Damaged: if they are not what was written.
            WorkspaceError: if they cannot be read.
        """
        j = t.journal_entry.c
        there = select(t.draft.c.id).where(t.draft.c.id == draft_id)
        with self._database.read() as connection:
            found = connection.execute(
                select(j.seq, j.kind, j.label, type_coerce(j.edit, Text), j.at, j.owner, j.who, j.seal)
                .where(j.draft_id == draft_id, j.seq > seq)
                .order_by(j.seq)
            ).all()
            is_there = bool(found) or connection.execute(there).first() is not None
        if not is_there:
            raise NotFound("This draft is not in the workspace any more.")
        steps = []
        for row in found:
            hand, _, mark = (row.owner or "").rpartition(" ")
            steps.append(SharedStep(entry_of(draft_id, tuple(row)), hand, row.who or "", mark, row.seq))
        return steps

    def take_row_ids(self, draft_id: str, count: int, above: RowId) -> RowId:
        """Take numbers for new rows, which nobody else gets.

        Args:
            draft_id: which draft.
            count: how many that follow each other.
            above: the first number that is free as far as the caller knows.

        Returns:
            The first of them.

        Raises:
            NotFound: if there is no draft of this id.
            WorkspaceError: if it cannot be written.
        """
        d = t.draft.c
        with self._database.write() as connection:
            row = connection.execute(select(d.next_row).where(d.id == draft_id)).first()
            if row is None:
                raise NotFound("This draft is not in the workspace any more.")
            first = max(row.next_row or 0, above)
            connection.execute(update(t.draft).where(d.id == draft_id).values(next_row=first + count))
        return first

    def give_back_row_ids(self, draft_id: str, first: RowId, end: RowId) -> None:
        """Give back numbers that were not used, if nobody took any behind them.

        Args:
            draft_id: which draft.
            first: the first of them.
            end: behind the last of them.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        d = t.draft.c
        with self._database.write() as connection:
            connection.execute(
                update(t.draft).where(d.id == draft_id, d.next_row == end).values(next_row=first)
            )

    def states_mark(self, draft_id: str) -> tuple[object, ...]:
        """What is another as soon as the state of any row of the draft is, as cheap as it can be had."""
        o, c, s = t.row_outcome.c, t.chunk.c, t.submission.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(o.state, func.count(), func.max(o.at), func.max(o.attempt_id))
                .where(o.draft_id == draft_id)
                .group_by(o.state)
                .order_by(o.state)
            ).all()
            chunks = connection.execute(
                select(c.state, func.count())
                .join(t.submission, s.id == c.submission_id)
                .where(s.draft_id == draft_id, c.state == "planned")
                .group_by(c.state)
            ).all()
        return (*map(tuple, rows), *map(tuple, chunks))

    def _locked(self, connection: Connection, draft_id: str, rows: set[RowId]) -> set[RowId]:
        """Which of these rows are on their way or done."""
        if not rows:
            return set()
        o = t.row_outcome.c
        done = select(o.row_id).where(o.draft_id == draft_id, o.state.in_(_LOCKED))
        if len(rows) <= PIECE:
            done = done.where(o.row_id.in_(sorted(rows)))
        found = rows.intersection(connection.execute(done).scalars())
        return found | (rows & self._queued(connection, draft_id).keys())
