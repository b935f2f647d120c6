"""Reading a receipt from the workspace."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leapgrid import __version__
from leapgrid.drafting.errors import DraftError
from leapgrid.drafting.receipts.model import (
    Receipt,
    ReceiptAttempt,
    ReceiptChunk,
    ReceiptDecision,
    ReceiptIssue,
    ReceiptLookUp,
    ReceiptRow,
    ReceiptRun,
)
from leapgrid.records import RowId, RowState
from leapgrid.workspace import NotFound, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace import StoredAttempt, StoredSubmission, Workspace
    from leapgrid.workspace.evidence import Decision

_NOT_INTACT = "The stored body of chunk {chunk:,} is not what was sent any more; its records are not shown."


def read_receipt(workspace: Workspace, submission_id: str) -> Receipt:
    """Everything that is known of a submission. Waits for the disk.

    Raises:
        NotFound: there is no such submission.
        WorkspaceError: it cannot be read.
    """
    stored = workspace.submission(submission_id)
    if stored is None:
        raise NotFound("This submission is not in the workspace any more.")
    places = _Places(workspace, stored.draft_id)
    attempts = workspace.attempts(submission_id)
    decisions = workspace.decisions(stored.draft_id, submission_id)
    rows = _rows(workspace, submission_id, attempts, decisions, places)
    runs = tuple(
        ReceiptRun(
            run.who, run.host, run.process, run.started_at, run.finished_at, run.stopped, run.stopped_message
        )
        for run in workspace.runs(submission_id)
    )
    damaged = [*places.damaged]
    damaged += [
        _NOT_INTACT.format(chunk=chunk)
        for chunk in sorted({attempt.chunk for attempt in attempts if not attempt.intact})
    ]
    return Receipt(
        submission=submission_id,
        draft_id=stored.draft_id,
        draft=places.name,
        source=places.source,
        object_slug=stored.object,
        origin=stored.origin,
        profile=stored.profile,
        who=stored.who,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        stopped=stored.stopped,
        message=stored.stopped_message,
        options=stored.options,
        counts=dict(Counter(row.state for row in rows)),
        rows=rows,
        chunks=_chunks(stored, attempts, rows),
        runs=runs,
        look_ups=tuple(
            ReceiptLookUp(
                look.purpose.value,
                look.at,
                look.field,
                look.asked,
                look.found,
                look.understood and look.complete,
                look.method,
                look.message,
                look.who,
            )
            for look in workspace.look_ups(submission_id)
        ),
        decisions=tuple(
            ReceiptDecision(
                decision.at,
                decision.row_id,
                places.number(decision.row_id),
                decision.kind,
                decision.before,
                decision.after,
                decision.evidence,
                decision.who,
            )
            for decision in decisions
        ),
        damaged=tuple(damaged),
        made_at=workspace.now(),
        made_by=f"LeapGrid {__version__}",
    )


class _Places:
    """Which record of the draft each row is now, and where in the file it came from."""

    def __init__(self, workspace: Workspace, draft_id: str) -> None:
        self.name = self.source = ""
        self.damaged: tuple[str, ...] = ()
        self._batch = None
        try:
            from leapgrid.drafting.working import WorkingDraft

            stored = workspace.load_draft(draft_id)
            self.name, self.source = stored.name, stored.source
            self._batch = WorkingDraft(stored, None).batch
        except (WorkspaceError, DraftError) as problem:
            # What was sent is kept for itself; only its place among the draft's records is lost.
            self.damaged = (f"The draft cannot be read, so records have no row numbers. {problem}",)

    def number(self, row: RowId) -> int | None:
        """The record's number from 1; None where it is not there any more."""
        position = self._batch.position(row) if self._batch is not None else None
        return None if position is None else position + 1

    def line(self, row: RowId) -> int | None:
        """The line of the file, or None."""
        return self._batch.line(row) if self._batch is not None else None


def _rows(
    workspace: Workspace,
    submission_id: str,
    attempts: list[StoredAttempt],
    decisions: tuple[Decision, ...],
    places: _Places,
) -> tuple[ReceiptRow, ...]:
    issues: dict[tuple[str, RowId], list[ReceiptIssue]] = {}
    for attempt in attempts:
        for issue in attempt.issues:
            if issue.row_id is not None:
                said = ReceiptIssue(issue.field, issue.message, issue.value)
                issues.setdefault((attempt.id, issue.row_id), []).append(said)
    found: dict[RowId, tuple[str, ...]] = {}
    for decision in decisions:
        ids = [record.get("id") for record in decision.found]
        if decision.kind == "look_up" and ids:
            found[decision.row_id] = tuple(str(each) for each in ids if each is not None)
    rows = [
        ReceiptRow(
            row=row.row_id,
            number=places.number(row.row_id),
            line=places.line(row.row_id),
            chunk=row.chunk,
            position=row.position,
            state=row.state,
            at=row.at,
            evidence=row.evidence,
            record=row.record,
            issues=tuple(issues.get((row.attempt, row.row_id), ())),
            ids=found.get(row.row_id, ()) if row.state in (RowState.CREATED, RowState.ALREADY_THERE) else (),
        )
        for row in workspace.submission_rows(submission_id)
    ]
    rows.sort(key=lambda row: (row.chunk or 1 << 62, row.position))
    return tuple(rows)


def _chunks(
    stored: StoredSubmission, attempts: list[StoredAttempt], rows: tuple[ReceiptRow, ...]
) -> tuple[ReceiptChunk, ...]:
    sent: dict[int, list[StoredAttempt]] = {}
    for attempt in attempts:
        sent.setdefault(attempt.chunk, []).append(attempt)
    counts: dict[int, Counter[RowState]] = {}
    for row in rows:
        counts.setdefault(row.chunk, Counter())[row.state] += 1
    made = []
    for number, about in sorted(stored.plan.items()):
        tries = sent.get(number, [])
        made.append(
            ReceiptChunk(
                number=number,
                state=about.state,
                records=about.records,
                counts=dict(counts.get(number, {})),
                purpose=about.purpose,
                parent=about.parent,
                attempts=tuple(map(_attempt, tries)),
                refusal=tuple(
                    issue.message for issue in (tries[-1].issues if tries else ()) if issue.row_id is None
                ),
            )
        )
    return tuple(made)


def _attempt(attempt: StoredAttempt) -> ReceiptAttempt:
    headers: Mapping[str, str] = attempt.headers
    return ReceiptAttempt(
        id=attempt.id,
        number=attempt.number,
        started_at=attempt.started_at,
        elapsed=attempt.elapsed,
        status=attempt.status,
        outcome=attempt.outcome,
        reason=attempt.reason,
        message=attempt.message,
        body_sha256=hashlib.sha256(attempt.body).hexdigest(),
        body_size=len(attempt.body),
        intact=attempt.intact,
        request_id=headers.get("x-request-id", ""),
        server_date=headers.get("date", ""),
        version=attempt.version,
    )
