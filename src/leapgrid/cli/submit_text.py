"""What ``submit`` tells people: what will be sent, what came of it, and what to do next."""

from __future__ import annotations

import time
from collections.abc import Iterable

from leapgrid.cli.check import note_lines
from leapgrid.cli.issues_text import FIRST, in_order, issue_lines
from leapgrid.cli.layout import listing, plural
from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.receipts.words import clock, ranges
from leapgrid.records import IN_FLIGHT, Issue, RowId, RowState, Severity, Source
from leapgrid.submit import LeftOut, Plan, RunSummary
from leapgrid.visible import visible
from leapgrid.workspace import Purpose

_SHOWN = 300
WORDS = {
    RowState.CREATED: "created",
    RowState.ALREADY_THERE: "already there",
    RowState.REJECTED: "rejected",
    RowState.UNKNOWN: "unknown",
    RowState.SKIPPED: "skipped",
}


def plan_lines(
    draft: WorkingDraft, plan: Plan, host: str, chunk_size: int, *, would: bool = False
) -> list[str]:
    """What goes where, and what stays here and why."""
    verb = "Would send" if would else "Sending"
    chunks = plural(len(plan.chunks), "chunk")
    if not plan.records:
        lines = ["Nothing to send."]
    else:
        lines = [
            f"{verb} {plural(plan.records, 'record')} of {visible(draft.name, 60)} "
            f"({draft.schema.label.lower()}) to {host}, in {chunks} of at most {chunk_size:,}."
        ]
    if plan.left_out:
        lines.append(f"Left out: {reasons(plan)}.")
    return lines


def reasons(plan: Plan) -> str:
    """What is left out and why: "2 with errors and 1 empty"; "" where nothing is."""
    return listing(f"{len(rows):,} {reason.words}" for reason, rows in plan.left_out.items())


def result_lines(
    draft: WorkingDraft,
    plan: Plan,
    summary: RunSummary | None,
    rejects: str | None,
    *,
    dry_run: bool = False,
    resume: str | None = None,
) -> list[str]:
    """What ``--format text`` prints at the end."""
    lines: list[str] = []
    if not dry_run:
        lines.append(_counts(draft))
    if summary is not None and summary.stopped is not None:
        lines.append(visible(summary.message, _SHOWN))
    lines += there_lines(summary)
    lines += difference_lines(summary)
    refused = [issue for issue in draft.issues if issue.source is Source.SERVER]
    lines += _issue_part(draft, "Refused by the server", refused)
    lines += _chunk_part(draft)
    lines += _unknown_part(draft)
    wrong = [
        issue
        for issue in draft.issues
        if issue.source is Source.LOCAL
        and issue.severity is Severity.ERROR
        and issue.row_id is not None
        and draft.state(issue.row_id) is RowState.READY
    ]
    lines += _issue_part(draft, "Not sent because of errors", wrong)
    if dry_run:
        lines += note_lines(draft)
        return lines
    lines += ["", *_next(draft, plan, summary, bool(wrong), resume)]
    if rejects is not None:
        lines.append(f"Rejected records and those with errors stand in {visible(rejects, 200)}.")
    return lines


def _counts(draft: WorkingDraft) -> str:
    """ "12 records: 9 created, 1 rejected, 2 not sent (2 with errors)"."""
    counts = draft.counts()
    states = counts.states
    parts = [f"{states[state]:,} {word}" for state, word in WORDS.items() if states[state]]
    ready = states[RowState.READY] + states[RowState.QUEUED]
    if ready:
        errors = f" ({counts.errors:,} with errors)" if counts.errors else ""
        parts.append(f"{ready:,} not sent{errors}")
    if states[RowState.SENDING]:
        parts.append(f"{states[RowState.SENDING]:,} without a kept answer")
    return f"{plural(counts.rows, 'record')}: {', '.join(parts) or 'nothing in them'}"


def _issue_part(draft: WorkingDraft, title: str, issues: list[Issue]) -> list[str]:
    if not issues:
        return []
    more = f" (the first {FIRST} of {len(issues):,})" if len(issues) > FIRST else ""
    return ["", title + more, *issue_lines(draft, in_order(draft, issues)[:FIRST])]


def _chunk_part(draft: WorkingDraft) -> list[str]:
    """Refusals that no row could be found for: they stay on their chunk."""
    lines: list[str] = []
    for refusal in draft.chunk_refusals:
        rows = ranges(_numbers(draft, refusal.rows))
        for issue in refusal.issues:
            lines.append(f"  chunk {refusal.chunk}, rows {rows}: {visible(issue.message, _SHOWN)}")
    return ["", "Refused, and no row could be found for it", *lines] if lines else []


def _unknown_part(draft: WorkingDraft) -> list[str]:
    """Rows that may exist, by what happened."""
    by_evidence: dict[str, list[RowId]] = {}
    for row, outcome in draft.outcomes.items():
        if outcome.state is RowState.UNKNOWN:
            by_evidence.setdefault(outcome.evidence, []).append(row)
        elif outcome.state in IN_FLIGHT:
            by_evidence.setdefault("Sent, but the answer could not be kept.", []).append(row)
    if not by_evidence:
        return []
    lines = ["", "Unknown: they may exist"]
    for evidence, rows in by_evidence.items():
        word = "row" if len(rows) == 1 else "rows"
        lines.append(f"  {word} {ranges(_numbers(draft, rows))}: {visible(evidence, _SHOWN)}")
    return lines


def difference_lines(summary: RunSummary | None) -> list[str]:
    """What the count at the end found to be otherwise than the answers said."""
    looks = summary.look_ups if summary is not None else ()
    return [f"! {visible(look.message, _SHOWN)}" for look in looks if look.difference]


def there_lines(summary: RunSummary | None) -> list[str]:
    """Which records were sent although the server had one of the same key before."""
    looks = summary.look_ups if summary is not None else ()
    notes = [note for look in looks if look.purpose is Purpose.BASELINE for note in look.notes]
    return [f"! {visible(note, _SHOWN)}" for note in notes]


def again_words(again_at: float | None) -> str:
    """From when on looking again can settle something; "" where it cannot, or could now."""
    if again_at is None or again_at <= time.time():
        return ""
    return f" (from {clock(again_at)} on; --wait waits for that)"


def _next(
    draft: WorkingDraft, plan: Plan, summary: RunSummary | None, wrong: bool, resume: str | None
) -> Iterable[str]:
    """What to do now, and where the draft is."""
    counts = draft.counts()
    states = counts.states
    unsent = counts.sendable
    unknown = states[RowState.UNKNOWN] + states[RowState.SENDING]
    if unknown and resume:
        when = again_words(summary.again_at if summary is not None else None)
        yield f"To look up the unknown records and go on{when}: {resume}"
    elif unknown:
        yield "Look in your organisation whether the unknown records are there. They are not sent again."
    elif resume:
        yield f"To go on with what was not sent: {resume}"
    if states[RowState.REJECTED]:
        yield "Repair the refused records in the app; only what was edited since is sent then."
    elif draft.chunk_refusals:
        yield "Look at the refusal and send smaller chunks (--chunk-size 1) to see which record it is about."
    if wrong and not states[RowState.REJECTED]:
        yield "Repair the records with errors in the app, or give --include-invalid to let the server judge."
    if unsent and plan.left_out_count(LeftOut.NOT_FIRST):
        yield f"{plural(unsent, 'more record')} can be sent."
    elif unsent and states[RowState.REJECTED]:
        yield (
            f"{plural(unsent, 'other record')} of refused chunks can be sent; whether the refusal stored any "
            "is looked up first."
        )
    elif unsent and (summary is None or summary.stopped is not None):
        yield f"{plural(unsent, 'record')} without errors can still be sent."
    all_there = counts.rows == states[RowState.CREATED] + states[RowState.ALREADY_THERE]
    if all_there and counts.rows:
        yield "All records are there."
    if summary is not None and summary.submission:
        yield f"Receipt: leapgrid receipt {summary.submission}"
    if draft.id:
        yield f"Kept as the draft {visible(draft.name, 60)}: leapgrid opens it."


def _numbers(draft: WorkingDraft, rows: Iterable[RowId]) -> list[int]:
    positions = (draft.batch.position(row) for row in rows)
    return [position + 1 for position in positions if position is not None]
