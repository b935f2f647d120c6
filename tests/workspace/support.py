"""Builders for what a workspace keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from leapgrid.records.frame import Frame
from leapgrid.records.issues import Issue, RowId, Severity, Source
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import schema_for
from leapgrid.superleap.requests import encode_records
from leapgrid.workspace import Intent, Result, Workspace

NAMES = ["Anna", "Bert", "Carl", "Dora", "Emil", "Fritz"]


def behind(workspace: Workspace, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """Run a statement past our own code, as another program would; the rows it gives."""
    with workspace._database.write() as connection:
        found = connection.execute(text(statement), values)
        return [tuple(row) for row in found] if found.returns_rows else []


def make_draft(workspace: Workspace, names: Sequence[str] = NAMES) -> str:
    frame = Frame.from_rows(("name",), [[name] for name in names])
    return workspace.create_draft("leads", schema_for("lead"), frame, {"name": 0}, "leads.csv", [])


def begin(workspace: Workspace, draft: str, chunks: Sequence[Sequence[RowId]]) -> str:
    return workspace.begin_submission(
        draft, object_slug="lead", origin="http://127.0.0.1:8001", chunks=chunks
    )


def records(rows: Sequence[RowId]) -> list[dict[str, Any]]:
    return [{"name": NAMES[row % len(NAMES)]} for row in rows]


def intend(workspace: Workspace, submission: str, chunk: int, rows: Sequence[RowId]) -> Intent | None:
    sent = records(rows)
    return workspace.record_intent(
        submission,
        chunk,
        method="POST",
        path="/api/v1/org/objects/lead/record/bulk_create",
        body=encode_records(sent),
        records=sent,
        version="0",
    )


def result(
    intent: Intent, state: RowState, issues: Sequence[Issue] = (), evidence: str = "Said so.", **more: Any
) -> Result:
    outcomes = {
        row: RowOutcome(state, 7.0, evidence, was.submission, was.chunk, was.position)
        for row, was in intent.outcomes.items()
    }
    names = {RowState.READY: "not_sent"}
    return Result(names.get(state, state.value), "code", "A sentence.", outcomes, issues=issues, **more)


def sent(workspace: Workspace, draft: str, rows: Sequence[RowId], state: RowState, **more: Any) -> Intent:
    """Rows that went out in a submission of their own and came to this state."""
    submission = begin(workspace, draft, [rows])
    intent = intend(workspace, submission, 1, rows)
    assert intent is not None
    workspace.record_outcome(intent.attempt, result(intent, state, **more))
    workspace.finish_run(submission)
    return intent


def server_issue(row: RowId | None, message: str = "refused") -> Issue:
    return Issue(
        row, "name" if row is not None else None, Severity.ERROR, Source.SERVER, "X", message, "v\ud800"
    )


def states(workspace: Workspace, draft: str) -> dict[RowId, RowState]:
    return {row: outcome.state for row, outcome in workspace.outcomes(draft).items()}
