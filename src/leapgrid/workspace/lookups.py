"""What is to be looked up, what the server was asked, and what it settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.errors import NotFound
from leapgrid.workspace.evidence import (
    Baseline,
    Looked,
    LookUp,
    Purpose,
    Resolution,
    Seen,
    SentRow,
)
from leapgrid.workspace.outcomes import Kept, pieces, records_of
from leapgrid.workspace.plans import SETTLED, Plans, assumed_in
from leapgrid.workspace.recovery import INTERRUPTED
from leapgrid.workspace.seals import ATTEMPT_COLUMNS, is_intact
from leapgrid.workspace.store import key_sha256, new_id, upsert

OpenRow = tuple[Seen, tuple[Mapping[str, Any], ...]]


class LookUps(Plans):
    """The part of the workspace that keeps what look-ups are about, and what they said."""

    def unresolved(self, draft_id: str, submission_id: str | None = None) -> tuple[SentRow, ...]:
        """The rows that are unknown, each as it went out last, in the order of sending.

        Args:
            draft_id: whose.
            submission_id: only those of this submission.

        Raises:
            Damaged: if what is kept of their state is not what was written; a damaged body only leaves its
                records None.
            WorkspaceError: if it cannot be read.
        """
        return self._sent_rows(draft_id, submission_id, t.row_outcome.c.state == RowState.UNKNOWN)

    def assumed(self, draft_id: str, submission_id: str | None = None) -> tuple[SentRow, ...]:
        """The ready rows of which it is only assumed that they are not stored, in the order of sending: they
        went out in a chunk that was refused as a whole, and were not looked up since. Not those that are
        queued.

        Args:
            draft_id: whose.
            submission_id: only those of this submission.

        Raises:
            Damaged: as for :meth:`unresolved`.
            WorkspaceError: if it cannot be read.
        """
        return self._sent_rows(draft_id, submission_id, assumed_in())

    def looked(self, draft_id: str) -> dict[RowId, Looked]:
        """What look-ups said so far of rows whose sending is still open.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        k, o = t.looked.c, t.row_outcome.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(t.looked)
                .join(
                    t.row_outcome,
                    and_(o.draft_id == k.draft_id, o.row_id == k.row_id, o.attempt_id == k.attempt_id),
                )
                .where(k.draft_id == draft_id, k.result != SETTLED)
            ).all()
        with t.understood():
            return {
                row.row_id: Looked(
                    Seen(row.result),
                    row.first_date,
                    float(row.last_at),
                    tuple(dict(record) for record in row.candidates or ()),
                    row.look_up_id,
                )
                for row in rows
            }

    def record_look_up(
        self,
        look: LookUp,
        resolved: Mapping[RowId, Resolution] | None = None,
        open_rows: Mapping[RowId, OpenRow] | None = None,
        *,
        attempts: Mapping[RowId, str] | None = None,
    ) -> dict[RowId, RowOutcome]:
        """Keep what a server was asked, and what that says of rows; all of it or nothing.

        Rows that somebody settled, or sent again, meanwhile are left alone.

        Args:
            look: the question and how far its answer can be trusted.
            resolved: rows that it settles.
            open_rows: rows that it does not settle: what was seen, and records that may be it.
            attempts: which sending of each row was looked up (:attr:`SentRow.attempt`). A row that went out
                once more meanwhile is another sending, of which the answer says nothing. Give it whenever
                rows are given.

        Returns:
            The new outcomes of the rows that it settled.

        Raises:
            NotFound: if there is no such draft.
            Damaged: if what is kept of these rows is not what was written.
            WorkspaceError: if it cannot be written.
        """
        resolved, open_rows = resolved or {}, open_rows or {}
        with self._database.write() as connection:
            self._must_be_there(connection, look.draft_id)
            look_id = self._insert_look_up(connection, look)
            about = self._still_open(connection, look, [*resolved, *open_rows], attempts)
            settled = {row: about[row] for row in resolved if row in about}
            self._see(connection, look, look_id, about, open_rows)
            if not settled:
                return {}
            after = self._decide(
                connection,
                look.draft_id,
                settled,
                {row: resolved[row].state for row in settled},
                {row: resolved[row].evidence for row in settled},
                look.who,
                "look_up",
                {
                    row: [dict(record) for record in resolved[row].found]
                    for row in settled
                    if resolved[row].found
                },
                look_id,
            )
            self._settle_sendings(connection, look, look_id, settled, after)
            return after

    def keep_baseline(self, look: LookUp, there: Iterable[Any]) -> None:
        """Keep which keys were at the server before the first chunk of ``look.submission``.

        Args:
            look: the question and how far its answer can be trusted; its purpose is "baseline".
            there: the values of ``look.field`` that records had.

        Raises:
            NotFound: if there is no such draft or submission.
            WorkspaceError: if it cannot be written.
        """
        hashes = {key_sha256(value) for value in there}
        with self._database.write() as connection:
            self._must_be_there(connection, look.draft_id)
            if (
                connection.execute(
                    select(t.submission.c.id).where(t.submission.c.id == look.submission)
                ).first()
                is None
            ):
                raise NotFound("This submission is not in the workspace any more.")
            self._insert_look_up(connection, look)
            b = t.baseline.c
            known = set(
                connection.execute(
                    select(b.key_sha256).where(b.submission_id == look.submission, b.field == look.field)
                ).scalars()
            )
            rows = [
                {"submission_id": look.submission, "field": look.field, "key_sha256": digest}
                for digest in sorted(hashes - known)
            ]
            if rows:
                connection.execute(insert(t.baseline), rows)

    def baseline(self, submission_id: str) -> tuple[Baseline, ...]:
        """Which keys were at the server before the first chunk of a submission, for each key looked up.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        b, k = t.baseline.c, t.look_up.c
        with self._database.read() as connection:
            trusted: dict[str, bool] = {}
            for field, understood, complete in connection.execute(
                select(k.field, k.understood, k.complete)
                .where(k.submission_id == submission_id, k.purpose == Purpose.BASELINE)
                .order_by(k.id)
            ):
                trusted[field] = trusted.get(field, False) or bool(understood and complete)
            there: dict[str, set[str]] = {}
            for field, digest in connection.execute(
                select(b.field, b.key_sha256).where(b.submission_id == submission_id)
            ):
                there.setdefault(field, set()).add(digest)
        return tuple(
            Baseline(field, frozenset(there.get(field, ())), trust) for field, trust in trusted.items()
        )

    def look_ups(self, submission_id: str) -> tuple[LookUp, ...]:
        """What the server was asked for a submission, in order.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        k = t.look_up.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(t.look_up).where(k.submission_id == submission_id).order_by(k.id)
            ).all()
        with t.understood():
            return tuple(
                LookUp(
                    purpose=Purpose(row.purpose),
                    draft_id=row.draft_id,
                    origin=row.origin,
                    object_slug=row.object,
                    field=row.field,
                    asked=row.asked,
                    found=row.found,
                    understood=row.understood,
                    complete=row.complete,
                    method=row.method,
                    at=float(row.at),
                    server_date=row.server_date,
                    submission=row.submission_id,
                    message=row.message or "",
                    who=row.who or "",
                )
                for row in rows
            )

    def _sent_rows(
        self, draft_id: str, submission_id: str | None, which: ColumnElement[bool]
    ) -> tuple[SentRow, ...]:
        o = t.row_outcome.c
        condition = and_(o.draft_id == draft_id, which)
        if submission_id is not None:
            condition = and_(condition, o.submission_id == submission_id)
        with self._database.read() as connection:
            queued = self._queued(connection, draft_id)
            rows = [
                row
                for row in connection.execute(select(o.row_id).where(condition)).scalars()
                if row not in queued
            ]
            kept = self._kept(connection, draft_id, rows) if rows else {}
            by_attempt: dict[str, list[tuple[int, RowId]]] = {}
            for row, was in kept.items():
                by_attempt.setdefault(was.attempt, []).append((was.outcome.position, row))
            a = t.attempt.c
            columns = (*(a[name] for name in ATTEMPT_COLUMNS), a.body, a.answer)
            found: list[SentRow] = []
            for names in pieces(sorted(by_attempt)):
                for attempt in connection.execute(
                    select(*columns).where(a.id.in_(names)).order_by(a.id)
                ).mappings():
                    found += _as_sent(attempt, sorted(by_attempt[attempt["id"]]))
        return tuple(found)

    def _insert_look_up(self, connection: Connection, look: LookUp) -> str:
        look_id = new_id()
        connection.execute(
            insert(t.look_up).values(
                id=look_id,
                draft_id=look.draft_id,
                submission_id=look.submission,
                origin=look.origin,
                object=look.object_slug,
                purpose=look.purpose,
                field=look.field,
                asked=look.asked,
                found=look.found,
                understood=look.understood,
                complete=look.complete,
                method=look.method,
                at=look.at,
                server_date=look.server_date,
                message=look.message or None,
                who=look.who,
            )
        )
        return look_id

    def _still_open(
        self,
        connection: Connection,
        look: LookUp,
        rows: Collection[RowId],
        attempts: Mapping[RowId, str] | None,
    ) -> dict[RowId, Kept]:
        """Those of the rows about which the question still is."""
        if not rows:
            return {}
        kept = self._kept(connection, look.draft_id, rows)
        assumed = self._assumed_rows(connection, look.draft_id) if look.purpose is Purpose.REFUSAL else set()
        return {
            row: was
            for row, was in kept.items()
            if (row in assumed if look.purpose is Purpose.REFUSAL else was.outcome.state is RowState.UNKNOWN)
            and (attempts is None or attempts.get(row) == was.attempt)
        }

    def _see(
        self,
        connection: Connection,
        look: LookUp,
        look_id: str,
        about: Mapping[RowId, Kept],
        open_rows: Mapping[RowId, OpenRow],
    ) -> None:
        """Keep what was seen of rows that stay open."""
        rows = {row: seen for row, seen in open_rows.items() if row in about}
        k = t.looked.c
        first: dict[tuple[str, RowId], float] = {}
        for piece in pieces(rows):
            for attempt, row, date in connection.execute(
                select(k.attempt_id, k.row_id, k.first_date).where(
                    k.draft_id == look.draft_id, k.row_id.in_(piece), k.first_date.is_not(None)
                )
            ):
                first[attempt, row] = date
        upsert(
            connection,
            t.looked,
            [
                {
                    "attempt_id": about[row].attempt,
                    "row_id": row,
                    "draft_id": look.draft_id,
                    "first_date": first.get((about[row].attempt, row), look.server_date),
                    "last_at": look.at,
                    "result": seen.value,
                    "candidates": [dict(record) for record in records] or None,
                    "look_up_id": look_id,
                }
                for row, (seen, records) in rows.items()
                if about[row].attempt
            ],
        )

    def _settle_sendings(
        self,
        connection: Connection,
        look: LookUp,
        look_id: str,
        before: Mapping[RowId, Kept],
        after: Mapping[RowId, RowOutcome],
    ) -> None:
        """Say of the sendings themselves what came of them, so that they count as looked up."""
        r = t.attempt_row.c
        alike: dict[tuple[str, RowState, str], list[RowId]] = {}
        for row, outcome in after.items():
            alike.setdefault((before[row].attempt, outcome.state, outcome.evidence), []).append(row)
        for (attempt, state, evidence), rows in alike.items():
            for piece in pieces(rows):
                connection.execute(
                    update(t.attempt_row)
                    .where(r.attempt_id == attempt, r.row_id.in_(piece))
                    .values(state=state, evidence=evidence, unresolved=False)
                )
        upsert(
            connection,
            t.looked,
            [
                {
                    "attempt_id": before[row].attempt,
                    "row_id": row,
                    "draft_id": look.draft_id,
                    "last_at": look.at,
                    "result": SETTLED,
                    "look_up_id": look_id,
                }
                for row in after
                if before[row].attempt
            ],
        )


def _as_sent(attempt: Mapping[Any, Any], rows: Iterable[tuple[int, RowId]]) -> Iterable[SentRow]:
    """The rows of an attempt as they went out; without their record where anything of it is damaged."""
    records = records_of(attempt["body"], attempt["body_sha256"]) if is_intact(attempt) else None
    answered = attempt["outcome"] == "rejected" or _is_of_the_api(attempt["status"], attempt["answer"])
    for position, row in rows:
        yield SentRow(
            row_id=row,
            attempt=attempt["id"],
            submission=attempt["submission_id"],
            chunk=attempt["chunk"],
            position=position,
            record=records[position - 1] if records and 0 < position <= len(records) else None,
            origin=attempt["origin"],
            object_slug=attempt["object"],
            started_at=attempt["started_at"],
            finished_at=attempt["finished_at"],
            status=attempt["status"],
            answered=answered,
            interrupted=attempt["reason"] == INTERRUPTED,
            server_date=attempt["server_date"],
            clock_offset=attempt["clock_offset"],
        )


def _is_of_the_api(status: int | None, answer: object) -> bool:
    """Whether an answer has the API's form: no gateway gave it while the API was still at work."""
    if status is None or not isinstance(answer, bytes):
        return False
    import json

    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("success"), bool)
