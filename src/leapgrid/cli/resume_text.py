"""What ``resume`` tells people: what is open, what came of it, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leapgrid.cli.issues_text import FIRST, in_order, issue_lines
from leapgrid.cli.layout import listing, plural
from leapgrid.cli.submit_text import WORDS, again_words, difference_lines, there_lines
from leapgrid.drafting.receipts.words import clock, moment, ranges
from leapgrid.drafting.resuming import Resumption
from leapgrid.records import RowState, Source
from leapgrid.visible import visible

_SHOWN = 300


def what_is_open(resumption: Resumption) -> str:
    """What is unknown and what never went out, before anything is done about it."""
    about = resumption.about
    parts = []
    if resumption.unknown:
        parts.append(f"{len(resumption.unknown):,} unknown")
    going = len(resumption.going())
    if going:
        parts.append(f"{going:,} not sent")
    others = " Another LeapGrid works on it too." if about.running else ""
    return (
        f"Going on with {visible(about.draft, 60)}, sent {moment(about.started_at)}: "
        f"{listing(parts) or 'nothing open'}.{others}"
    )


def result_lines(resumptions: Sequence[Resumption], message: str, resume: str | None) -> list[str]:
    """What ``--format text`` prints at the end."""
    lines: list[str] = []
    for resumption in resumptions:
        lines += _one(resumption)
    if message:
        lines.append(visible(message, _SHOWN))
    states: Counter[RowState] = Counter()
    for resumption in resumptions:
        states.update(resumption.counts())
    lines += ["", *_next(resumptions, states, resume)]
    return lines


def _one(resumption: Resumption) -> list[str]:
    states = resumption.counts()
    parts = [f"{states[state]:,} {word}" for state, word in WORDS.items() if states.get(state)]
    unsent = states.get(RowState.READY, 0) + states.get(RowState.QUEUED, 0)
    if unsent:
        invalid = resumption.invalid()
        parts.append(f"{unsent:,} not sent" + (f" ({invalid:,} with errors)" if invalid else ""))
    lines = [
        f"{visible(resumption.about.draft, 60)}, submission {resumption.id}: "
        f"{plural(len(resumption.rows), 'record')}: {', '.join(parts) or 'nothing in them'}"
    ]
    for summary in resumption.summaries:
        lines += [*there_lines(summary), *difference_lines(summary)]
    refused = [issue for issue in resumption.issues() if issue.source is Source.SERVER]
    if refused:
        lines += ["", "Refused by the server"]
        lines += issue_lines(resumption.draft, in_order(resumption.draft, refused)[:FIRST])
    for refusal in resumption.refusals():
        lines += [f"  chunk {refusal.chunk}: {visible(issue.message, _SHOWN)}" for issue in refusal.issues]
    lines += _unknown(resumption)
    return lines


def _unknown(resumption: Resumption) -> list[str]:
    """Rows that may exist, by what is known of them."""
    by_evidence: dict[str, list[int]] = {}
    for row in resumption.unknown:
        position = resumption.draft.batch.position(row)
        if position is not None:
            evidence = resumption.draft.outcome(row).evidence
            by_evidence.setdefault(evidence, []).append(position + 1)
    lines = ["", "Unknown: they may exist"] if by_evidence else []
    for evidence, rows in by_evidence.items():
        word = "row" if len(rows) == 1 else "rows"
        lines.append(f"  {word} {ranges(rows)}: {visible(evidence, _SHOWN)}")
    looked = resumption.looked
    if by_evidence and looked is not None and looked.message:
        lines.append(f"  {visible(looked.message, _SHOWN)}")
    return lines


def _next(resumptions: Sequence[Resumption], states: Counter[RowState], resume: str | None) -> Iterable[str]:
    again_at = min((at for at in (each.again_at for each in resumptions) if at is not None), default=None)
    if states[RowState.UNKNOWN] and again_at is not None and resume:
        yield f"“Not found” counts from {clock(again_at)} on. To look again{again_words(again_at)}: {resume}"
    elif states[RowState.UNKNOWN]:
        yield (
            "Looking again settles nothing more by itself. Look in your organisation whether the unknown "
            "records are there, and say so in the app: leapgrid opens it, and /? in the draft has them."
        )
    elif resume:
        yield f"To go on with what was not sent: {resume}"
    if states[RowState.REJECTED]:
        yield "Repair the refused records in the app; only what was edited since is sent then: leapgrid"
    total = sum(states.values())
    if total and total == states[RowState.CREATED] + states[RowState.ALREADY_THERE]:
        yield "All records are there."
    for resumption in resumptions:
        yield f"Receipt: leapgrid receipt {resumption.id}"
