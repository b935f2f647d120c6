"""What the history screen says: days as bars, reasons as bars, submissions as lines. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from leapgrid.drafting.history import HistoryDay, HistoryLine, HistoryView, RefusalReason
from leapgrid.records import RowState
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

CREATED = (RowState.CREATED, RowState.ALREADY_THERE)
UNKNOWN = (RowState.UNKNOWN, RowState.SENDING)
UNSENT = (RowState.READY, RowState.QUEUED)
_ROLES: tuple[tuple[Role, tuple[RowState, ...]], ...] = (
    ("created", CREATED),
    ("error", (RowState.REJECTED,)),
    ("unknown", UNKNOWN),
    ("rule", (RowState.READY, RowState.QUEUED, RowState.SKIPPED)),
)
_LONG_GAP = 3
"""Days without anything that are one line from this many on."""
_SATURDAY = 5


class DayBar(NamedTuple):
    """A day, or several on which nothing was sent.

    Attributes:
        label: e.g. "Mon 16 March", or "9 days".
        parts: how many records in the colour of which state, in the order of drawing.
    """

    label: str
    parts: tuple[tuple[Role, int], ...] = ()

    @property
    def records(self) -> int:
        """How many went out."""
        return sum(number for _, number in self.parts)


class ReasonBar(NamedTuple):
    """Why records were refused; texts are safe to draw."""

    field: str
    message: str
    number: int


class SentLine(NamedTuple):
    """A submission in the table; texts are safe to draw.

    Attributes:
        id: ULID.
        draft_id: of its draft.
        when: e.g. "today 10:47".
        name: where to, in a word: sandbox, the profile's name, or "".
        host: host and port.
        object: the object's name.
        records: how many.
        created: how many of them are there.
        rejected: how many were refused.
        unknown: how many nobody knows about.
        skipped: how many a person left out.
        unsent: how many did not go out, or not yet.
        file: what the records came from.
        running: whether somebody works on it now.
        open: whether somebody can go on with it.
        stopped: why it ended early, one sentence, or "".
        who: who began it, or "".
        seconds: how long it took; None where that is not known.
        find: all that a filter finds it by, in small letters.
    """

    id: str
    draft_id: str
    when: str
    name: str
    host: str
    object: str
    records: int
    created: int
    rejected: int
    unknown: int
    skipped: int
    unsent: int
    file: str
    running: bool
    open: bool
    stopped: str
    who: str
    seconds: float | None
    find: str


def day_bars(days: Sequence[HistoryDay], most: int, *, short: bool = False) -> tuple[DayBar, ...]:
    """The last days as bars, oldest first. Weekends are left out where nothing was sent on them.

    Args:
        days: one after the other.
        most: how many bars there is room for.
        short: whether months are cut to three letters.
    """
    found: list[DayBar] = []
    gap: list[date] = []

    def close_gap() -> None:
        if len(gap) >= _LONG_GAP:
            found.append(DayBar(f"{len(gap)} days"))
        else:
            found.extend(DayBar(_day(day, short)) for day in gap)
        gap.clear()

    for day in reversed(days):
        parts = _parts(day.counts)
        if not parts:
            if day.day.weekday() < _SATURDAY:
                gap.append(day.day)
            continue
        close_gap()
        if len(found) >= most:
            break
        found.append(DayBar(_day(day.day, short), parts))
    return tuple(reversed(found[:most]))


def _parts(counts: Mapping[RowState, int]) -> tuple[tuple[Role, int], ...]:
    found = ((role, sum(counts.get(state, 0) for state in states)) for role, states in _ROLES)
    return tuple((role, number) for role, number in found if number)


def _day(day: date, short: bool) -> str:
    return f"{day:%a} {day.day} {day:%b}" if short else f"{day:%a} {day.day} {day:%B}"


def reason_bars(reasons: Sequence[RefusalReason], most: int) -> tuple[ReasonBar, ...]:
    """The most common reasons for refusal; what there is no room for is one more of them."""
    shown = [
        ReasonBar(visible(r.field, 40), visible(r.message, 120) or "no reason given", r.count)
        for r in reasons[: most if len(reasons) <= most else most - 1]
    ]
    rest = reasons[len(shown) :]
    if rest:
        shown.append(ReasonBar("", plural(len(rest), "other reason"), sum(r.count for r in rest)))
    return tuple(shown)


def refused_words(view: HistoryView) -> str:
    """How many of how many, e.g. "55 of 2,471 records refused"."""
    return f"{view.refused:,} of {plural(view.records, 'record')} refused" if view.records else ""


def moment_words(at: float, now: float | None = None) -> str:
    """When it was: today 10:47, 23 March 16:02, 23 March 2025."""
    moment = datetime.fromtimestamp(at)
    today = datetime.fromtimestamp(time.time() if now is None else now)
    if moment.date() == today.date():
        return f"today {moment:%H:%M}"
    if moment.year != today.year:
        return f"{moment.day} {moment:%b} {moment.year}"
    # Fourteen cells for the longest month too.
    month = f"{moment:%B}" if len(f"{moment:%B}") <= 5 else f"{moment:%b}"
    return f"{moment.day} {month} {moment:%H:%M}"


def target_words(origin: str, profile: str) -> tuple[str, str]:
    """Where records went: a word for it (sandbox, the profile's name, or ""), host and port."""
    host = visible(origin.split("://", 1)[-1].rstrip("/"), 60)
    if profile:
        return visible(profile, 30), host
    # Plain http goes only to this computer.
    return ("sandbox" if origin.startswith("http://") else ""), host


def sent_line(line: HistoryLine, now: float | None = None) -> SentLine:
    """A submission as the table shows it."""
    name, host = target_words(line.origin, line.profile)
    when = moment_words(line.started_at, now)
    file = visible(line.draft, 80)
    rejected = line.count(RowState.REJECTED)
    unknown = line.count(*UNKNOWN)
    words = {
        "rejected": rejected,
        "refused": rejected,
        "unknown": unknown,
        "open": int(line.open),
        "sending": int(line.running),
        "stopped": int(bool(line.stopped)),
    }
    find = [when, name, host, line.object_slug, file, visible(line.source, 300), visible(line.who, 60)]
    find += [word for word, number in words.items() if number]
    return SentLine(
        id=line.id,
        draft_id=line.draft_id,
        when=when,
        name=name,
        host=host,
        object=visible(line.object_slug[:1].upper() + line.object_slug[1:], 30),
        records=line.records,
        created=line.count(*CREATED),
        rejected=rejected,
        unknown=unknown,
        skipped=line.count(RowState.SKIPPED),
        unsent=line.count(*UNSENT),
        file=file,
        running=line.running,
        open=line.open,
        stopped=visible(line.message, 300) if line.stopped else "",
        who=visible(line.who, 60),
        seconds=None if line.finished_at is None else max(0.0, line.finished_at - line.started_at),
        find=" ".join(find).casefold(),
    )


def fitting_lines(lines: Sequence[SentLine], needle: str) -> tuple[SentLine, ...]:
    """The lines that have every word of what is looked for."""
    words = needle.casefold().split()
    return tuple(line for line in lines if all(word in line.find for word in words))


def portions(numbers: Sequence[int], cells: int) -> list[int]:
    """Cells of a bar for each number: at least one where there is anything, the rest by what was left over.

    Args:
        cells: how long the bar is; it is longer where there are more numbers than that.
    """
    total = sum(numbers)
    if not total:
        return [0] * len(numbers)
    exact = [number * cells / total for number in numbers]
    sizes = [max(1, int(share)) if number else 0 for number, share in zip(numbers, exact, strict=True)]
    left = cells - sum(sizes)
    by_rest = sorted(range(len(sizes)), key=lambda at: sizes[at] - exact[at])
    for at in by_rest[: max(0, left)]:
        if numbers[at]:
            sizes[at] += 1
    largest = sizes.index(max(sizes))
    sizes[largest] = max(1, sizes[largest] + min(0, left))
    return sizes
