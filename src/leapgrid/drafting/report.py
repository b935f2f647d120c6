"""What a draft and a run come to, as the JSON documents of the command line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from leapgrid.drafting.receipts.words import iso
from leapgrid.drafting.working import WorkingDraft
from leapgrid.records import Issue, RowState, Severity
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.drafting.answers import ChunkRefusal
    from leapgrid.submit.events import LookedUp
    from leapgrid.submit.summary import RunSummary


def check_report(draft: WorkingDraft) -> dict[str, Any]:
    """The document of ``check --format json``. The draft must have been checked.

    Its issues are made while they are gone through: there may be millions.
    """
    counts = draft.issues.counts
    return {
        "object": draft.schema.slug,
        "source": draft.source,
        "records": len(draft.batch),
        "errors": counts.errors,
        "warnings": counts.warnings,
        "records_with_errors": counts.rows_with_errors,
        "mapping": dict(draft.header_mapping),
        "notes": [{"code": note.code, "line": note.line, "message": note.message} for note in draft.notes],
        "issues": IssueObjects(draft),
    }


def submit_report(
    draft: WorkingDraft,
    summary: RunSummary | None,
    *,
    base_url: str | None = None,
    resume: str | None = None,
    rejects: str | None = None,
) -> dict[str, Any]:
    """The document of ``submit --format json``: the records of the draft after a run, and the run's chunks.

    Args:
        draft: it must have taken all events of the run.
        summary: what the run came to; None where nothing was sent.
        base_url: where to, where there is no summary that says it.
        resume: the command that goes on, if there is something to go on with.
        rejects: the file that the rejected records were written to.
    """
    counts = draft.counts()
    states = counts.states
    return {
        "submission": (summary.submission or None) if summary is not None else None,
        "object": draft.schema.slug,
        "base_url": summary.base_url if summary is not None else base_url,
        "records": counts.rows,
        "created": states[RowState.CREATED],
        "already_there": states[RowState.ALREADY_THERE],
        "rejected": states[RowState.REJECTED],
        # What is still with the server when a run is over has no answer that could be kept.
        "unknown": states[RowState.UNKNOWN] + states[RowState.SENDING],
        "skipped": states[RowState.SKIPPED],
        "not_sent": states[RowState.READY] + states[RowState.QUEUED],
        "invalid": counts.errors,
        "issues": issue_list(draft),
        "stopped": summary.stopped if summary is not None else None,
        "stopped_message": summary.message if summary is not None else "",
        "resume": resume,
        "rejects": rejects,
        "chunks": chunk_objects(summary) if summary is not None else [],
        **look_keys([summary] if summary is not None else []),
    }


def chunk_objects(summary: RunSummary) -> list[dict[str, Any]]:
    """The chunks of a run as JSON objects."""
    return [
        {
            "chunk": chunk.chunk,
            "records": chunk.records,
            "outcome": chunk.outcome.value,
            "status": chunk.status,
            "message": visible(chunk.message, 4096),
        }
        for chunk in summary.chunks
    ]


def look_keys(summaries: Sequence[RunSummary]) -> dict[str, Any]:
    """What runs found out by asking the server what it has."""
    again = [summary.again_at for summary in summaries if summary.again_at is not None]
    return {
        "difference": any(summary.difference for summary in summaries),
        "look_again_at": iso(min(again, default=None)),
        "look_ups": [look_object(look) for summary in summaries for look in summary.look_ups],
    }


def look_object(look: LookedUp) -> dict[str, Any]:
    """A look-up as a JSON object."""
    return {
        "purpose": look.purpose.value,
        "asked": look.asked,
        "settled": len(look.outcomes),
        "proves": look.proves,
        "difference": look.difference,
        "message": visible(look.message, 4096),
        "notes": [visible(note, 4096) for note in look.notes],
    }


class IssueObjects(Iterable[dict[str, Any]]):
    """The issues of a draft's rows as JSON objects, in the order of :func:`in_order`, each made when it is
    come to.
    """

    def __init__(self, draft: WorkingDraft) -> None:
        self._draft = draft

    def __iter__(self) -> Iterator[dict[str, Any]]:
        line_of = self._draft.batch.line
        for position, issue in in_order(self._draft):
            yield _issue(
                issue, None, position + 1, line_of(issue.row_id) if issue.row_id is not None else None
            )


def in_order(draft: WorkingDraft) -> Iterator[tuple[int, Issue]]:
    """The issues of a draft's rows with the rows' positions from 0: errors first, then by row and column."""
    names = {name: index for index, name in enumerate(draft.schema.names)}

    def column(issue: Issue) -> int:
        return names.get(issue.field, len(names)) if issue.field is not None else -1

    for severity in (Severity.ERROR, Severity.WARNING):
        marks = draft.issues.marks_of(severity)
        for position, row in enumerate(draft.batch.order):
            if row < len(marks) and marks[row]:
                for issue in sorted(draft.issues.of_row(row, severity), key=column):
                    yield position, issue


def issue_list(
    draft: WorkingDraft,
    issues: Iterable[Issue] | None = None,
    refusals: Iterable[ChunkRefusal] | None = None,
) -> list[dict[str, Any]]:
    """Issues as JSON objects: errors first, then by row; those of chunks before those of rows.

    Args:
        draft: whose.
        issues: which; all if None.
        refusals: of chunks; all if None.
    """
    names = {name: index for index, name in enumerate(draft.schema.names)}
    position_of, line_of = draft.batch.position, draft.batch.line

    found: list[tuple[bool, int, int, Issue, int | None]] = []

    def add(issue: Issue, chunk: int | None) -> None:
        position = position_of(issue.row_id) if issue.row_id is not None else None
        column = names.get(issue.field, len(names)) if issue.field is not None else -1
        wrong = issue.severity is Severity.ERROR
        found.append((not wrong, -1 if position is None else position, column, issue, chunk))

    for refusal in draft.chunk_refusals if refusals is None else refusals:
        for issue in refusal.issues:
            add(issue, refusal.chunk)
    for issue in draft.issues if issues is None else issues:
        add(issue, None)
    found.sort(key=itemgetter(0, 1, 2))
    return [
        _issue(
            issue,
            chunk,
            position + 1 if position >= 0 else None,
            line_of(issue.row_id) if issue.row_id is not None else None,
        )
        for _, position, _, issue, chunk in found
    ]


def _issue(issue: Issue, chunk: int | None, row: int | None, line: int | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "row": row,
        "line": line,
        "field": issue.field,
        "severity": issue.severity.value,
        "source": issue.source.value,
        "code": issue.code,
        "message": issue.message,
        "value": issue.value,
        "fix": {"label": issue.fix.label, "value": issue.fix.value} if issue.fix is not None else None,
    }
    if issue.count > 1:
        document["count"] = issue.count
    if chunk is not None:
        document["chunk"] = chunk
    return document
