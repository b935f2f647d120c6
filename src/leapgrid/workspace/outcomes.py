"""What is known of every row now, and the decisions of a person about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from leapgrid.records.issues import Issue, RowId, Severity, Source
from leapgrid.records.outcomes import IN_FLIGHT, NEVER_SENT, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.errors import NotFound, RowsTaken
from leapgrid.workspace.store import Store, new_id, sha256_of, upsert

_ALLOWED = {
    RowState.READY: {RowState.SKIPPED},
    RowState.REJECTED: {RowState.READY, RowState.SKIPPED},
    RowState.UNKNOWN: {RowState.CREATED, RowState.ALREADY_THERE, RowState.READY, RowState.SKIPPED},
}
"""What a person may decide of a row in this state. Final and flying rows are not theirs to decide."""


class Outcomes(Store):
    """The part of the workspace that knows each row's state."""

    def outcomes(self, draft_id: str) -> dict[RowId, RowOutcome]:
        """What is known of each row that was ever planned or decided on; all others were never sent.

        ``sent`` is filled for rejected rows, which are compared with what they hold now; for others see
        :meth:`sent_record`.
        """
        c = t.row_outcome.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    c.row_id, c.state, c.at, c.evidence, c.submission_id, c.chunk, c.position, c.attempt_id
                ).where(c.draft_id == draft_id)
            ).all()
            queued = self._queued(connection, draft_id)
            wanted = {row[7] for row in rows if row[1] == RowState.REJECTED and row[7]}
            bodies = self._bodies(connection, wanted)
        found: dict[RowId, RowOutcome] = {}
        for row_id, state, at, evidence, submission, chunk, position, attempt_id in rows:
            sent = None
            if state == RowState.REJECTED:
                body = bodies.get(attempt_id, ())
                sent = body[position - 1] if 0 < position <= len(body) else None
            found[row_id] = RowOutcome(t.row_state(state), at, evidence, submission, chunk, position, sent)
        for row_id, (submission, chunk, position) in queued.items():
            before = found.get(row_id, NEVER_SENT)
            found[row_id] = RowOutcome(
                RowState.QUEUED, before.at, before.evidence, submission, chunk, position, before.sent
            )
        return found

    def server_issues(self, draft_id: str) -> tuple[Issue, ...]:
        """What the server found in the rows that are rejected now, as it was told after the last sending."""
        c = t.row_outcome.c
        with self._database.read() as connection:
            rejected: dict[str, set[RowId]] = {}
            for row_id, attempt_id in connection.execute(
                select(c.row_id, c.attempt_id).where(c.draft_id == draft_id, c.state == RowState.REJECTED)
            ):
                rejected.setdefault(attempt_id, set()).add(row_id)
            stored = connection.execute(
                select(t.attempt.c.id, t.attempt.c.issues)
                .join(t.submission, t.submission.c.id == t.attempt.c.submission_id)
                .where(t.submission.c.draft_id == draft_id, t.attempt.c.issues.is_not(None))
                .order_by(t.attempt.c.id)
            ).all()
        with t.understood():
            return tuple(
                issue
                for attempt_id, issues in stored
                if attempt_id in rejected
                for issue in map(issue_from_json, issues)
                if issue.row_id in rejected[attempt_id]
            )

    def sent_record(self, draft_id: str, row_id: RowId) -> dict[str, Any] | None:
        """The record exactly as it was sent last, or None if it never was."""
        c = t.row_outcome.c
        with self._database.read() as connection:
            row = connection.execute(
                select(c.attempt_id, c.position).where(c.draft_id == draft_id, c.row_id == row_id)
            ).first()
            body = self._bodies(connection, {row.attempt_id}).get(row.attempt_id, ()) if row else ()
        return body[row.position - 1] if row and 0 < row.position <= len(body) else None

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
                row for row, outcome in before.items() if state not in _ALLOWED.get(outcome.state, ())
            )
            if refused:
                raise RowsTaken(refused, _refusal(refused, before, state))
            return self._decide(connection, draft_id, before, dict.fromkeys(before, state), evidence, who)

    def take_back(
        self, draft_id: str, rows: Iterable[RowId], *, who: str = "person"
    ) -> dict[RowId, RowOutcome]:
        """Take skipped rows back to the state they were in before; rows that are not skipped stay."""
        d = t.decision.c
        with self._database.write() as connection:
            current = self._current(connection, draft_id, rows)
            before = {row: was for row, was in current.items() if was.state is RowState.SKIPPED}
            states: dict[RowId, RowState] = {}
            for row in before:
                last = connection.execute(
                    select(d.before)
                    .where(d.draft_id == draft_id, d.row_id == row, d.after == RowState.SKIPPED)
                    .order_by(d.id.desc())
                    .limit(1)
                ).scalar()
                states[row] = t.row_state(last) if last else RowState.READY
            changed = self._decide(connection, draft_id, before, states, "Taken back.", who)
        return {row: changed.get(row, was) for row, was in current.items()}

    def _decide(
        self,
        connection: Connection,
        draft_id: str,
        before: Mapping[RowId, RowOutcome],
        states: Mapping[RowId, RowState],
        evidence: str,
        who: str,
    ) -> dict[RowId, RowOutcome]:
        now = self.now()
        after = {
            row: RowOutcome(states[row], now, evidence, was.submission, was.chunk, was.position, was.sent)
            for row, was in before.items()
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
                    "kind": "person",
                    "before": was.state,
                    "after": states[row],
                    "evidence": evidence,
                    "found": None,
                    "who": who,
                }
                for row, was in before.items()
            ],
        )
        upsert(
            connection,
            t.row_outcome,
            [
                {
                    "draft_id": draft_id,
                    "row_id": row,
                    "state": outcome.state,
                    "at": now,
                    "evidence": evidence,
                    "submission_id": outcome.submission,
                    "chunk": outcome.chunk,
                    "position": outcome.position,
                    # Never written over: which attempt a row went out with last does not change by words.
                    "attempt_id": "",
                }
                for row, outcome in after.items()
            ],
            keep=("attempt_id",),
        )
        settled = [
            row
            for row, was in before.items()
            if was.state is RowState.UNKNOWN and states[row] is not RowState.SKIPPED
        ]
        if settled:
            r = t.attempt_row.c
            connection.execute(
                update(t.attempt_row)
                .where(r.draft_id == draft_id, r.row_id.in_(settled), r.unresolved)
                .values(unresolved=False)
            )
        return after

    def _current(
        self, connection: Connection, draft_id: str, rows: Iterable[RowId]
    ) -> dict[RowId, RowOutcome]:
        wanted = tuple(dict.fromkeys(rows))
        if not connection.execute(select(t.draft.c.id).where(t.draft.c.id == draft_id)).first():
            raise NotFound("This draft is not in the workspace any more.")
        c = t.row_outcome.c
        known: dict[RowId, RowOutcome] = {}
        for start in range(0, len(wanted), 10_000):
            for row in connection.execute(
                select(c.row_id, c.state, c.at, c.evidence, c.submission_id, c.chunk, c.position).where(
                    c.draft_id == draft_id, c.row_id.in_(wanted[start : start + 10_000])
                )
            ):
                known[row[0]] = RowOutcome(t.row_state(row[1]), *row[2:])
        queued = self._queued(connection, draft_id)
        return {
            row: RowOutcome(RowState.QUEUED) if row in queued else known.get(row, NEVER_SENT)
            for row in wanted
        }

    def _queued(self, connection: Connection, draft_id: str) -> dict[RowId, tuple[str, int, int]]:
        """Rows in planned chunks: submission, chunk and position of each. Nothing else says "queued"."""
        found: dict[RowId, tuple[str, int, int]] = {}
        for submission, number, rows in connection.execute(
            select(t.chunk.c.submission_id, t.chunk.c.number, t.chunk.c.rows)
            .join(t.submission, t.submission.c.id == t.chunk.c.submission_id)
            .where(t.submission.c.draft_id == draft_id, t.chunk.c.state == "planned")
        ):
            for position, row in enumerate(t.row_ids(rows), 1):
                found[row] = (submission, number, position)
        return found

    def _bodies(self, connection: Connection, attempts: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The records of these attempts; of an attempt whose body is not what was sent, none."""
        found: dict[str, list[dict[str, Any]]] = {}
        names = sorted(attempts)
        for start in range(0, len(names), 1000):
            for attempt_id, body, digest in connection.execute(
                select(t.attempt.c.id, t.attempt.c.body, t.attempt.c.body_sha256).where(
                    t.attempt.c.id.in_(names[start : start + 1000])
                )
            ):
                if sha256_of(body) == digest:
                    found[attempt_id] = json.loads(body)
        return found


def _refusal(rows: tuple[RowId, ...], before: Mapping[RowId, RowOutcome], state: RowState) -> str:
    was = before[rows[0]].state
    if was in IN_FLIGHT:
        return "The row is on its way. Decide when its answer is there."
    return f"A row that is {was.value.replace('_', ' ')} cannot be made {state.value.replace('_', ' ')}."


def issue_to_json(issue: Issue) -> dict[str, Any]:
    """What the workspace keeps of an issue that a server found."""
    return {
        "row": issue.row_id,
        "field": issue.field,
        "severity": issue.severity.value,
        "code": issue.code,
        "message": issue.message,
        "value": issue.value,
        "group": issue.group,
        "count": issue.count,
    }


def issue_from_json(data: Mapping[str, Any]) -> Issue:
    """The inverse of :func:`issue_to_json`."""
    return Issue(
        row_id=data["row"],
        field=data["field"],
        severity=Severity(data["severity"]),
        source=Source.SERVER,
        code=data["code"],
        message=data["message"],
        value=data["value"],
        group=data["group"],
        count=data["count"],
    )
