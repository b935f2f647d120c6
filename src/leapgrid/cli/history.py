"""``leapgrid history``: what was submitted, day by day, and why records were refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from leapgrid.cli.again import resuming
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, HistoryFormat, Start
from leapgrid.cli.layout import Align, columns, plural
from leapgrid.cli.stored import opened_workspace
from leapgrid.cli.streams import Streams, escape_acting
from leapgrid.cli.wiring import wire
from leapgrid.config import origin_of
from leapgrid.drafting.history import HistoryLine, HistoryView, read_history
from leapgrid.drafting.receipts.document import count_keys
from leapgrid.drafting.receipts.words import iso, moment
from leapgrid.records import RowState
from leapgrid.visible import visible

_BAR = 40
"""Cells of the longest bar."""

_MOST = 50
"""Submissions that are listed in text; the JSON document has all."""

_REASONS = 10

_COLUMNS: tuple[tuple[str, tuple[RowState, ...]], ...] = (
    ("✓", (RowState.CREATED, RowState.ALREADY_THERE)),
    ("✗", (RowState.REJECTED,)),
    ("?", (RowState.UNKNOWN, RowState.SENDING)),
    ("skipped", (RowState.SKIPPED,)),
    ("not sent", (RowState.READY, RowState.QUEUED)),
)
"""What the records of a submission came to; together they are all of them."""


def history(
    streams: Streams, start: Start, common: Common, *, days: int | None, form: HistoryFormat | None
) -> Code:
    """Print what was submitted.

    Args:
        days: how many days back; all there is if None.
        form: text, json or csv.

    Raises:
        Ended: wrong usage, or the workspace cannot be used.
    """
    if days is not None and not 1 <= days <= 36_500:
        raise Ended(Code.USAGE, "usage", "--days wants a number from 1 on; --all shows everything.")
    # Only what went where somebody said; the address of a profile or the environment narrows nothing.
    origin = wire(start, common).connection.base_url if common.base_url or common.profile else None
    with opened_workspace() as workspace:
        if origin is not None:
            places = {each.origin for each in workspace.submissions()}
            origin = next((each for each in places if origin_of(each) == origin_of(origin)), origin)
        view = read_history(workspace, days=days, origin=origin)
    if form is HistoryFormat.JSON:
        streams.document(_document(view))
    elif form is HistoryFormat.CSV:
        text = _csv(view)
        streams.raw(escape_acting(text) if streams.out_is_terminal else text)
    else:
        streams.out(*_lines(view, days))
    return Code.FINE


def _document(view: HistoryView) -> dict[str, Any]:
    return {
        "since": iso(view.since),
        "records": view.records,
        "refused": view.refused,
        "unknown": view.unknown,
        "older": view.older,
        "submissions": [
            {
                "submission": line.id,
                "started": iso(line.started_at),
                "finished": iso(line.finished_at),
                "who": line.who or None,
                "base_url": line.origin,
                "profile": line.profile or None,
                "object": line.object_slug,
                "draft": line.draft,
                "draft_id": line.draft_id,
                "source": line.source or None,
                "records": line.records,
                **count_keys(line.counts),
                "stopped": line.stopped,
                "stopped_message": line.message,
                "running": line.running,
                "resume": resuming([line.id], line.origin) if line.open else None,
            }
            for line in view.lines
        ],
        "days": [
            {"day": day.day.isoformat(), "records": day.records, **count_keys(day.counts)}
            for day in view.days
        ],
        "reasons": [
            {"field": reason.field or None, "message": reason.message, "count": reason.count}
            for reason in view.reasons
        ],
    }


def _csv(view: HistoryView) -> str:
    """A line a submission. What begins like a formula gets an apostrophe, as spreadsheets want it."""
    from leapgrid.files.escapes import escape

    def rows() -> Iterator[Sequence[str]]:
        for line in view.lines:
            yield [
                line.id,
                iso(line.started_at) or "",
                iso(line.finished_at) or "",
                line.who,
                line.origin,
                line.profile,
                line.object_slug,
                line.draft,
                line.source,
                str(line.records),
                *map(str, count_keys(line.counts).values()),
                line.message,
            ]

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            *("submission", "started", "finished", "who", "base_url", "profile", "object", "draft", "source"),
            *("records", *count_keys({}), "stopped"),
        ]
    )
    for row in rows():
        made = (escape(cell) for cell in row)
        writer.writerow([old if new is None else new for old, new in zip(row, made, strict=True)])
    return text.getvalue()


def _lines(view: HistoryView, days: int | None) -> list[str]:
    span = "all there is" if days is None else "today" if days == 1 else f"the last {days:,} days"
    if not view.lines:
        older = f" {plural(view.older, 'submission')} before that: --all shows them." if view.older else ""
        return [f"History, {span}: nothing was submitted.{older}"]
    lines = [
        f"History, {span}: {plural(len(view.lines), 'submission')}, {plural(view.records, 'record')} sent"
    ]
    lines += _days(view)
    lines += _reasons(view)
    lines += _submissions(view)
    if view.older:
        lines.append(f"  {plural(view.older, 'submission')} before that: leapgrid history --all")
    going = [line for line in view.lines if line.open]
    if going:
        lines += ["", "To go on with what is open:"]
        lines += [f"  {resuming([line.id], line.origin)}" for line in going[:5]]
    return [*lines, "", f"A receipt of the last one: leapgrid receipt {view.lines[0].id}"]


def _days(view: HistoryView) -> list[str]:
    """A bar a day; days without anything have none, and weeks of them are left out."""
    most = max((day.records for day in view.days), default=0)
    if not most:
        return []
    rows: list[Sequence[str]] = []
    for day in view.days:
        if day.records or day.day == view.days[-1].day:
            size = max(1, round(_BAR * day.records / most)) if day.records else 0
            refused = day.counts.get(RowState.REJECTED, 0)
            unknown = day.counts.get(RowState.UNKNOWN, 0) + day.counts.get(RowState.SENDING, 0)
            rows.append(
                (
                    f"{day.day:%a} {day.day.day} {day.day:%B}",
                    f"{day.records:,}" if day.records else "-",
                    f"{refused:,} ✗" if refused else "",
                    f"{unknown:,} ?" if unknown else "",
                    "━" * size,
                )
            )
    return ["", "Records sent a day", *columns(rows, ("<", ">", ">", ">", "<"))]


def _reasons(view: HistoryView) -> list[str]:
    if not view.reasons:
        return []
    most = view.reasons[0].count
    rows = [
        (
            visible(reason.field, 40),
            visible(reason.message, 60) or "no reason given",
            f"{reason.count:,}",
            "━" * max(1, round(_BAR / 2 * reason.count / most)),
        )
        for reason in view.reasons[:_REASONS]
    ]
    return ["", "Why records were refused", *columns(rows, ("<", "<", ">", "<"))]


def _submissions(view: HistoryView) -> list[str]:
    shown = view.lines[:_MOST]
    # What most submissions have none of has a column only where there is some; then the numbers add up.
    counted = [
        (name, states)
        for name, states in _COLUMNS
        if len(name) == 1 or any(line.count(*states) for line in shown)
    ]
    names = [name for name, _ in counted]
    rows: list[Sequence[str]] = [("sent", "by", "to", "object", "records", *names, "what", "id")]
    rows += [
        (
            moment(line.started_at)[:-3],
            visible(line.who, 20),
            visible(f"{line.profile} {line.host}".strip(), 50),
            visible(line.object_slug, 20),
            f"{line.records:,}",
            *(_count(line, *states) for _, states in counted),
            visible(line.draft, 40),
            line.id,
        )
        for line in shown
    ]
    numbers: list[Align] = [">"] * (1 + len(counted))
    align: tuple[Align, ...] = ("<", "<", "<", "<", *numbers, "<", "<")
    lines = ["", "Submissions", *columns(rows, align)]
    if len(view.lines) > _MOST:
        lines.append(f"  and {len(view.lines) - _MOST:,} more (--format json lists all)")
    return lines


def _count(line: HistoryLine, *states: RowState) -> str:
    number = line.count(*states)
    return f"{number:,}" if number else "-"
