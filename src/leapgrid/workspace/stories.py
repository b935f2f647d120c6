"""What happened to a row, and what a submission knows of each of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.decisions import decision_of
from leapgrid.workspace.errors import NotFound
from leapgrid.workspace.evidence import Seen, StoryStep, SubmittedRow
from leapgrid.workspace.outcomes import issue_from_json, pieces, records_of
from leapgrid.workspace.plans import SETTLED
from leapgrid.workspace.receipts import Receipts
from leapgrid.workspace.seals import check, chunk_values

_SEEN = {
    Seen.ABSENT: "Looked for and not found; too early for that to prove anything.",
    Seen.CANDIDATE: "Looked for, and found what may be it: a person decides.",
    Seen.NOT_UNDERSTOOD: "Looked for, but the server's answer proves nothing.",
    Seen.NO_KEY: "Not looked for: it has no field to know it by.",
}


_ANSWERED = {
    "created": RowState.CREATED,
    "unknown": RowState.UNKNOWN,
    "rejected": RowState.READY,
    "not_sent": RowState.READY,
}
"""What a row became by the answer to its chunk, where the answer does not name the row."""


class Stories(Receipts):
    """The part of the workspace that tells how a row came to be what it is."""

    def row_story(self, draft_id: str, row_id: RowId) -> tuple[StoryStep, ...]:
        """Everything that happened to a row since its draft was made, but for its edits; in order.

        Args:
            draft_id: whose row.
            row_id: which.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        r, d, k = t.attempt_row.c, t.decision.c, t.looked.c
        with self._database.read() as connection:
            sendings = connection.execute(
                select(t.attempt, r.position, r.state.label("row_state"), r.evidence.label("row_evidence"))
                .join(t.attempt_row, r.attempt_id == t.attempt.c.id)
                .where(r.draft_id == draft_id, r.row_id == row_id)
                .order_by(t.attempt.c.id)
            ).all()
            decided = connection.execute(
                select(t.decision).where(d.draft_id == draft_id, d.row_id == row_id).order_by(d.id)
            ).all()
            seen = connection.execute(
                select(t.looked, t.look_up.c.who)
                .outerjoin(t.look_up, t.look_up.c.id == k.look_up_id)
                .where(k.draft_id == draft_id, k.row_id == row_id, k.result != SETTLED)
            ).all()
        steps: list[StoryStep] = []
        with t.understood():
            for row in sendings:
                steps += _sending_steps(row, row_id)
            for row in decided:
                decision = decision_of(row)
                steps.append(
                    StoryStep(
                        decision.at,
                        "look_up" if decision.kind == "look_up" else "decision",
                        decision.evidence,
                        decision.who,
                        decision.after,
                        found=decision.found,
                    )
                )
            for row in seen:
                steps.append(
                    StoryStep(
                        float(row.last_at),
                        "look_up",
                        _SEEN[Seen(row.result)],
                        row.who or "",
                        attempt=row.attempt_id,
                        found=tuple(dict(record) for record in row.candidates or ()),
                    )
                )
        # Steps of the same moment stay in the order of their kinds: sent, answered, decided.
        return tuple(sorted(steps, key=lambda step: step.at))

    def who_edited(self, draft_id: str, times: Collection[float]) -> dict[float, str]:
        """Who made the steps of a draft that were made at these times, where that is kept.

        Args:
            draft_id: which draft.
            times: when, seconds since the epoch, exactly as the journal has them.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        j = t.journal_entry.c
        found: dict[float, str] = {}
        with self._database.read() as connection:
            for some in pieces(times):
                for at, who in connection.execute(
                    select(j.at, j.who).where(j.draft_id == draft_id, j.at.in_(some), j.who.is_not(None))
                ):
                    if who:
                        found[float(at)] = str(who)
        return found

    def submission_rows(self, submission_id: str) -> tuple[SubmittedRow, ...]:
        """Every row of a submission with what came of it there, in the order of its plan.

        Args:
            submission_id: which.

        Raises:
            NotFound: if there is no such submission.
            Damaged: if what is kept is not what was written; a damaged body only leaves its records None.
            WorkspaceError: if it cannot be read.
        """
        c, a, r = t.chunk.c, t.attempt.c, t.attempt_row.c
        with self._database.read() as connection:
            draft_id = connection.execute(
                select(t.submission.c.draft_id).where(t.submission.c.id == submission_id)
            ).scalar()
            if draft_id is None:
                raise NotFound("This submission is not in the workspace any more.")
            found: dict[RowId, SubmittedRow] = {}
            for number, stored, purpose, state, sealed in connection.execute(
                select(c.number, c.rows, c.purpose, c.state, c.seal)
                .where(c.submission_id == submission_id)
                .order_by(c.number)
            ):
                rows = t.row_ids(stored)
                check(sealed, *chunk_values(submission_id, number, rows, purpose))
                planned = state == "planned"
                for position, row in enumerate(rows, 1):
                    if planned or row not in found:
                        found[row] = SubmittedRow(
                            row,
                            number,
                            position,
                            RowState.QUEUED if planned else RowState.READY,
                            "Waits to be sent." if planned else "Not sent.",
                        )
            waiting = {row for row, known in found.items() if known.state is RowState.QUEUED}
            attempts = {
                row.id: row
                for row in connection.execute(
                    select(a.id, a.chunk, a.started_at, a.finished_at).where(a.submission_id == submission_id)
                )
            }
            bodies = self._bodies_of(connection, attempts)
            since = self._settled_at(connection, draft_id, submission_id)
            for names in pieces(sorted(attempts)):
                for attempt, position, row, state, evidence in connection.execute(
                    select(r.attempt_id, r.position, r.row_id, r.state, r.evidence)
                    .where(r.attempt_id.in_(names))
                    .order_by(r.attempt_id)
                ):
                    if row in waiting:
                        continue
                    about = attempts[attempt]
                    body = bodies.get(attempt, ())
                    found[row] = SubmittedRow(
                        row,
                        about.chunk,
                        position,
                        t.row_state(state),
                        evidence,
                        body[position - 1] if 0 < position <= len(body) else None,
                        since.get((attempt, row)) or about.finished_at or about.started_at,
                        attempt,
                    )
        return tuple(found.values())

    def submission_counts(self, submissions: Iterable[str]) -> dict[str, dict[RowState, int]]:
        """How many rows of submissions are in which state, as :meth:`submission_rows` tells it; only those
        that went out are counted.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        a, r = t.attempt.c, t.attempt_row.c
        found: dict[str, dict[RowState, int]] = {}
        with self._database.read() as connection:
            for names in pieces(sorted(set(submissions))):
                last: dict[str, dict[RowId, str]] = {}
                for submission, row, state in connection.execute(
                    select(a.submission_id, r.row_id, r.state)
                    .join(t.attempt_row, r.attempt_id == a.id)
                    .where(a.submission_id.in_(names))
                    .order_by(a.id)
                ):
                    last.setdefault(submission, {})[row] = state
                for submission, rows in last.items():
                    counts = found.setdefault(submission, {})
                    for state in rows.values():
                        known = t.row_state(state)
                        counts[known] = counts.get(known, 0) + 1
        return found

    def _bodies_of(
        self, connection: Connection, attempts: Iterable[str]
    ) -> Mapping[str, list[dict[str, Any]]]:
        return self._bodies(connection, attempts)

    def _settled_at(
        self, connection: Connection, draft_id: str, submission_id: str
    ) -> dict[tuple[str, RowId], float]:
        """Since when rows are what they are, where that is the last word about this sending."""
        o = t.row_outcome.c
        return {
            (attempt, row): at
            for attempt, row, at in connection.execute(
                select(o.attempt_id, o.row_id, o.at).where(
                    o.draft_id == draft_id, o.submission_id == submission_id
                )
            )
        }


def _sending_steps(row: Any, row_id: RowId) -> Iterable[StoryStep]:
    records = records_of(row.body, row.body_sha256)
    record = records[row.position - 1] if records and 0 < row.position <= len(records) else None
    about = {"submission": row.submission_id, "chunk": row.chunk, "attempt": row.id}
    yield StoryStep(
        float(row.started_at),
        "sent",
        f"Sent as record {row.position:,} of chunk {row.chunk:,}.",
        row.who or "",
        RowState.SENDING,
        record=record,
        **about,
    )
    if row.finished_at is None:
        yield StoryStep(float(row.started_at), "open", "No answer yet.", **about)
        return
    issues: tuple[Issue, ...] = tuple(
        issue for issue in map(issue_from_json, row.issues or ()) if issue.row_id in (row_id, None)
    )
    refused = any(issue.row_id == row_id for issue in issues)
    state = RowState.REJECTED if refused else _ANSWERED.get(row.outcome)
    sentence = row.message or row.row_evidence
    yield StoryStep(float(row.finished_at), "answer", sentence, state=state, issues=issues, **about)
