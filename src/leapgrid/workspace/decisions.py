"""What a person says of rows: recorded with who and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import IN_FLIGHT, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.errors import RowsTaken
from leapgrid.workspace.evidence import Decision
from leapgrid.workspace.outcomes import Kept, Outcomes, pieces
from leapgrid.workspace.store import new_id

_ALLOWED = {
    RowState.READY: {RowState.SKIPPED},
    RowState.REJECTED: {RowState.READY, RowState.SKIPPED},
    RowState.UNKNOWN: {RowState.CREATED, RowState.ALREADY_THERE, RowState.READY, RowState.SKIPPED},
}
"""What a person may decide of a row in this state. Final and flying rows are not theirs to decide."""


class Decisions(Outcomes):
    """The part of the workspace that keeps what was decided, by a person or for a stated reason."""

    def set_state(
        self, draft_id: str, row_id: RowId, state: RowState, evidence: str, *, who: str = "person"
    ) -> RowOutcome:
        """Record a person's decision on a row. See :meth:`set_states`."""
        return self.set_states(draft_id, [row_id], state, evidence, who=who)[row_id]

    def set_states(
        self, draft_id: str, rows: Iterable[RowId], state: RowState, evidence: str, *, who: str = "person"
    ) -> dict[RowId, RowOutcome]:
        """Record a person's decision on rows: skip them; or, of unknown ones, "it is there", "send again".

        A skipped row keeps what was unresolved about it; :meth:`take_back` brings it back.

        Args:
            draft_id: their draft.
            rows: which.
            state: what they become.
            evidence: one sentence: who said so, and why.
            who: who decided.

        Returns:
            Their new outcomes.

        Raises:
            RowsTaken: if a row is on its way or final; no row was changed.
            NotFound: if there is no such draft.
        """
        with self._database.write() as connection:
            before = self._current(connection, draft_id, rows)
            refused = tuple(
                row for row, was in before.items() if state not in _ALLOWED.get(was.outcome.state, ())
            )
            if refused:
                raise RowsTaken(refused, _refusal(before[refused[0]].outcome.state, state))
            return self._decide(connection, draft_id, before, dict.fromkeys(before, state), evidence, who)

    def take_back(
        self, draft_id: str, rows: Iterable[RowId], *, who: str = "person"
    ) -> dict[RowId, RowOutcome]:
        """Take skipped rows back to the state they were in before; rows that are not skipped stay."""
        d = t.decision.c
        with self._database.write() as connection:
            current = self._current(connection, draft_id, rows)
            before = {row: was for row, was in current.items() if was.outcome.state is RowState.SKIPPED}
            states = dict.fromkeys(before, RowState.READY)
            for piece in pieces(before):
                # In the order of deciding: the last one counts.
                for row, last in connection.execute(
                    select(d.row_id, d.before)
                    .where(d.draft_id == draft_id, d.row_id.in_(piece), d.after == RowState.SKIPPED)
                    .order_by(d.id)
                ):
                    states[row] = t.row_state(last)
            changed = self._decide(connection, draft_id, before, states, "Taken back.", who)
        return {row: changed.get(row, was.outcome) for row, was in current.items()}

    def decisions(
        self, draft_id: str | None = None, submission_id: str | None = None
    ) -> tuple[Decision, ...]:
        """What was decided of rows, in order.

        Args:
            draft_id: only those of this draft.
            submission_id: only those about rows that went out in this submission, or were to, last.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        d, o = t.decision.c, t.row_outcome.c
        statement = select(t.decision).order_by(d.id)
        if draft_id is not None:
            statement = statement.where(d.draft_id == draft_id)
        if submission_id is not None:
            statement = statement.join(
                t.row_outcome, (o.draft_id == d.draft_id) & (o.row_id == d.row_id)
            ).where(o.submission_id == submission_id)
        with self._database.read() as connection:
            return tuple(decision_of(row) for row in connection.execute(statement))

    def _decide(
        self,
        connection: Connection,
        draft_id: str,
        before: Mapping[RowId, Kept],
        states: Mapping[RowId, RowState],
        evidence: str | Mapping[RowId, str],
        who: str,
        kind: str = "person",
        found: Mapping[RowId, Any] | None = None,
        look_up: str | None = None,
    ) -> dict[RowId, RowOutcome]:
        """Change the state of rows, with the decision that says why. What was unresolved about them is not,
        unless they are only skipped.
        """
        now = self.now()
        words = dict.fromkeys(before, evidence) if isinstance(evidence, str) else evidence
        after = {
            row: RowOutcome(states[row], now, words[row], was.submission, was.chunk, was.position, was.sent)
            for row, (was, _) in before.items()
        }
        if not after:
            return after
        connection.execute(
            insert(t.decision),
            [
                {
                    "id": new_id(),
                    "draft_id": draft_id,
                    "row_id": row,
                    "at": now,
                    "kind": kind,
                    "before": was.outcome.state,
                    "after": states[row],
                    "evidence": words[row],
                    "found": (found or {}).get(row),
                    "who": who,
                    "look_up_id": look_up,
                }
                for row, was in before.items()
            ],
        )
        # Which attempt a row went out with last does not change by words.
        self._keep(connection, draft_id, {row: was.attempt for row, was in before.items()}, after)
        settled: dict[tuple[RowState, str], list[RowId]] = {}
        for row, was in before.items():
            if was.outcome.state is RowState.UNKNOWN:
                settled.setdefault((states[row], words[row]), []).append(row)
            elif was.outcome.state is RowState.SKIPPED and states[row] is RowState.UNKNOWN:
                settled.setdefault((RowState.UNKNOWN, words[row]), []).append(row)
        r = t.attempt_row.c
        for (state, sentence), rows in settled.items():
            open_still = state in (RowState.SKIPPED, RowState.UNKNOWN)
            for piece in pieces(rows):
                connection.execute(
                    update(t.attempt_row)
                    .where(r.draft_id == draft_id, r.row_id.in_(piece), r.unresolved)
                    .values(state=state, evidence=sentence, unresolved=open_still)
                )
        return after


def decision_of(row: Any) -> Decision:
    """A decision as it is kept.

    Raises:
        Damaged: if it is not what was written.
    """
    with t.understood():
        return Decision(
            row_id=row.row_id,
            at=float(row.at),
            kind=row.kind,
            before=RowState(row.before),
            after=RowState(row.after),
            evidence=str(row.evidence),
            who=row.who,
            found=tuple(dict(record) for record in row.found or ()),
        )


def _refusal(was: RowState, state: RowState) -> str:
    if was in IN_FLIGHT:
        return "The row is on its way. Decide when its answer is there."
    return f"A row that is {was.value.replace('_', ' ')} cannot be made {state.value.replace('_', ' ')}."
