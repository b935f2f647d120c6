"""What is known of every row now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Text, select, type_coerce

from leapgrid.records.issues import Issue, RowId, Severity, Source
from leapgrid.records.outcomes import NEVER_SENT, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.compact import compact
from leapgrid.workspace.errors import Damaged, NotFound
from leapgrid.workspace.seals import (
    ATTEMPT_COLUMNS,
    check,
    chunk_values,
    is_intact,
    outcome_seals,
)
from leapgrid.workspace.store import Store, insert_rows, sha256_of
from leapgrid.workspace.trail import spans

PIECE = 5_000
"""How many values one question to the database names at most."""

_TOGETHER = 2
"""Rows are asked for by the first and last of them where no more than so many stand there for each."""

NO_DRAFT = "This draft is not in the workspace any more."

_STATES: Mapping[str, RowState] = {state.value: state for state in RowState}

_COLUMNS = (
    "draft_id", "row_id", "state", "at", "evidence", "submission_id", "chunk", "position", "attempt_id",
    "seal",
)  # fmt: skip


class Kept(NamedTuple):
    """The stored outcome of a row, and the attempt that it went out with last."""

    outcome: RowOutcome
    attempt: str


def pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in lists that are short enough for one question."""
    all_of_them = list(values)
    for start in range(0, len(all_of_them), PIECE):
        yield all_of_them[start : start + PIECE]


class Outcomes(Store):
    """The part of the workspace that knows each row's state."""

    def outcomes(self, draft_id: str) -> dict[RowId, RowOutcome]:
        """What is known of each row that was ever planned or decided on; all others were never sent.

        ``sent`` is filled for rejected rows, which are compared with what they hold now; for others see
        :meth:`sent_record`.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            queued = self._queued(connection, draft_id)
            kept = self._kept(connection, draft_id)
            wanted = {attempt for was, attempt in kept.values() if was.state is RowState.REJECTED and attempt}
            bodies = self._bodies(connection, wanted)
        found: dict[RowId, RowOutcome] = {}
        for row_id, (was, attempt) in kept.items():
            if was.state is RowState.REJECTED:
                was = _with_sent(was, bodies.get(attempt, ()))
            found[row_id] = was
        for row_id, (submission, chunk, position) in queued.items():
            before = found.get(row_id, NEVER_SENT)
            found[row_id] = RowOutcome(
                RowState.QUEUED, before.at, before.evidence, submission, chunk, position, before.sent
            )
        return found

    def server_issues(self, draft_id: str) -> tuple[Issue, ...]:
        """What the server found in the rows that are rejected now, as it was told after the last sending.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        c = t.row_outcome.c
        with self._database.read() as connection:
            rejected: dict[str, set[RowId]] = {}
            for row_id, attempt_id in connection.execute(
                select(c.row_id, c.attempt_id).where(c.draft_id == draft_id, c.state == RowState.REJECTED)
            ):
                rejected.setdefault(attempt_id, set()).add(row_id)
            stored = [
                attempt
                for names in pieces(sorted(rejected))
                for attempt in connection.execute(
                    select(*(t.attempt.c[name] for name in ATTEMPT_COLUMNS)).where(
                        t.attempt.c.id.in_(names), t.attempt.c.issues.is_not(None)
                    )
                ).mappings()
            ]
        found: list[Issue] = []
        for attempt in sorted(stored, key=lambda attempt: attempt["id"]):
            if not is_intact(attempt):
                raise Damaged(t.DAMAGED)
            with t.understood():
                issues = [issue_from_json(issue) for issue in attempt["issues"]]
            found += [issue for issue in issues if issue.row_id in rejected[attempt["id"]]]
        return tuple(found)

    def sent_record(self, draft_id: str, row_id: RowId) -> dict[str, Any] | None:
        """The record exactly as it was sent last, or None if it never was, or is not kept unharmed."""
        c = t.row_outcome.c
        with self._database.read() as connection:
            row = connection.execute(
                select(c.attempt_id, c.position).where(c.draft_id == draft_id, c.row_id == row_id)
            ).first()
            body = self._bodies(connection, {row.attempt_id}).get(row.attempt_id, ()) if row else ()
        return body[row.position - 1] if row and 0 < row.position <= len(body) else None

    def _kept(
        self, connection: Connection, draft_id: str, rows: Iterable[RowId] | None = None
    ) -> dict[RowId, Kept]:
        """The stored outcomes of these rows, or of all; each is compared with its seal."""
        c = t.row_outcome.c
        statement = select(
            c.row_id,
            c.state,
            c.at,
            type_coerce(c.evidence, Text),
            c.submission_id,
            c.chunk,
            c.position,
            c.attempt_id,
            c.seal,
        ).where(c.draft_id == draft_id)
        found: dict[RowId, Kept] = {}
        # Most rows differ from others of their attempt in nothing but their place.
        alike: dict[tuple[Any, ...], tuple[RowState, str, Callable[[int, int], str]]] = {}
        wanted = None if rows is None else frozenset(rows)
        for question in _narrowed(statement, c.row_id, wanted):
            for (
                row_id,
                state,
                at,
                stored,
                submission,
                chunk,
                position,
                attempt,
                sealed,
            ) in connection.execute(question).all():
                if wanted is not None and row_id not in wanted:
                    continue
                key = (state, at, stored, submission, chunk, attempt)
                same = alike.get(key)
                if same is None:
                    same = alike[key] = _read(draft_id, *key)
                known, evidence, seal_of = same
                if sealed is not None and sealed != seal_of(row_id, position):
                    raise Damaged(t.DAMAGED)
                outcome = RowOutcome(known, at, evidence, submission, chunk, position)
                found[row_id] = Kept(outcome, attempt)
        return found

    def _current(self, connection: Connection, draft_id: str, rows: Iterable[RowId]) -> dict[RowId, Kept]:
        """These rows as they are now, in the given order."""
        wanted = tuple(dict.fromkeys(rows))
        self._must_be_there(connection, draft_id)
        queued = self._queued(connection, draft_id)
        kept = self._kept(connection, draft_id, wanted)
        found: dict[RowId, Kept] = {}
        for row in wanted:
            known = kept.get(row, Kept(NEVER_SENT, ""))
            found[row] = Kept(RowOutcome(RowState.QUEUED), known.attempt) if row in queued else known
        return found

    def _must_be_there(self, connection: Connection, draft_id: str) -> None:
        if connection.execute(select(t.draft.c.id).where(t.draft.c.id == draft_id)).first() is None:
            raise NotFound(NO_DRAFT)

    def _keep(
        self,
        connection: Connection,
        draft_id: str,
        attempts: str | Mapping[RowId, str],
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        """Write what rows are now. ``attempts``: with which each went out last; one for all, or by row."""
        rows: list[tuple[object, ...]] = []
        alike: dict[tuple[str, str], list[RowId]] = {}
        last: tuple[object, ...] = ()
        for row, outcome in outcomes.items():
            attempt = attempts if isinstance(attempts, str) else attempts.get(row, "")
            now = (outcome.state, outcome.at, outcome.evidence, outcome.submission, outcome.chunk, attempt)
            if now != last:
                # Nearly always the same as of the row before: written as JSON only once.
                last = now
                at, state, evidence = float(outcome.at), str(outcome.state.value), outcome.evidence
                submission, chunk, text = outcome.submission, outcome.chunk, compact(evidence)
                sealed = outcome_seals(draft_id, state, at, evidence, submission, chunk, attempt)
                same = alike.setdefault((state, attempt), [])
            position = outcome.position
            seal = sealed(row, position)
            rows.append((draft_id, row, state, at, text, submission, chunk, position, attempt, seal))
            same.append(row)
        insert_rows(connection, t.row_outcome, _COLUMNS, rows, over=True)
        for (state, attempt), same in alike.items():
            self._database.note("rows", draft=draft_id, state=state, attempt=attempt, rows=spans(same))

    def _queued(self, connection: Connection, draft_id: str) -> dict[RowId, tuple[str, int, int]]:
        """Rows in planned chunks: submission, chunk and position of each. Nothing else says "queued"."""
        found: dict[RowId, tuple[str, int, int]] = {}
        c = t.chunk.c
        for submission, number, stored, purpose, sealed in connection.execute(
            select(c.submission_id, c.number, c.rows, c.purpose, c.seal)
            .join(t.submission, t.submission.c.id == c.submission_id)
            .where(t.submission.c.draft_id == draft_id, c.state == "planned")
        ):
            rows = t.row_ids(stored)
            check(sealed, *chunk_values(submission, number, rows, purpose))
            for position, row in enumerate(rows, 1):
                found[row] = (submission, number, position)
        return found

    def _bodies(self, connection: Connection, attempts: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The records of these attempts; of an attempt whose body is not what was sent, none."""
        found: dict[str, list[dict[str, Any]]] = {}
        a = t.attempt.c
        for names in pieces(sorted(attempts)):
            for attempt_id, body, digest in connection.execute(
                select(a.id, a.body, a.body_sha256).where(a.id.in_(names))
            ):
                if (records := records_of(body, digest)) is not None:
                    found[attempt_id] = records
        return found


def _read(
    draft_id: str, state: str, at: float, stored: str, submission: str, chunk: int, attempt: str
) -> tuple[RowState, str, Callable[[int, int], str]]:
    """What stored outcomes that differ in row and position only have in common, and what seals each."""
    with t.understood():
        evidence = json.loads(stored)
        seal_of = outcome_seals(draft_id, state, float(at), evidence, submission, chunk, attempt)
        return _STATES[state], evidence, seal_of


def records_of(body: object, digest: str) -> list[dict[str, Any]] | None:
    """The records of a stored body; None where it is not what was sent."""
    if not isinstance(body, bytes) or sha256_of(body) != digest:
        return None
    try:
        records = json.loads(body)
    except ValueError:
        return None
    return records if isinstance(records, list) else None


def _with_sent(was: RowOutcome, body: Sequence[dict[str, Any]]) -> RowOutcome:
    sent = body[was.position - 1] if 0 < was.position <= len(body) else None
    return RowOutcome(was.state, was.at, was.evidence, was.submission, was.chunk, was.position, sent)


def _narrowed(
    statement: Select[Any], column: ColumnElement[Any], values: Collection[RowId] | None
) -> Iterator[Select[Any]]:
    """The question as it is, or those for the rows that it is narrowed to, and perhaps for some between."""
    if values is None:
        yield statement
        return
    for piece in pieces(sorted(values)):
        first, last = piece[0], piece[-1]
        # Rows of a chunk stand together: their names would take longer to write than the answer to read.
        together = last - first < _TOGETHER * len(piece)
        yield statement.where(column.between(first, last) if together else column.in_(piece))


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
