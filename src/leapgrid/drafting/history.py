"""What was sent from this workspace: submissions by time, records a day, why records were refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from leapgrid.drafting.answers import server_words
from leapgrid.records import RowState

if TYPE_CHECKING:
    from leapgrid.workspace import OpenSubmission, StoredSubmission, Workspace

DAYS = 30
"""How far back the history looks where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One submission.

    Attributes:
        id: ULID.
        draft_id: ULID of its draft.
        draft: the draft's name.
        source: the file that the draft came from, or "".
        object_slug: the object.
        origin: the base URL.
        profile: the profile's name, or "".
        who: who began it, or "".
        started_at: seconds since the epoch.
        finished_at: the same; None while somebody works on it.
        counts: how many of its rows are in which state, as far as this submission knows.
        records: how many rows it has.
        stopped: code of the reason why it ended early, or None.
        message: that reason, one sentence, or "".
        open: whether there is something to go on with: unknown rows, or some that were not sent.
        running: whether somebody works on it now.
    """

    id: str
    draft_id: str
    draft: str
    source: str
    object_slug: str
    origin: str
    profile: str
    who: str
    started_at: float
    finished_at: float | None
    counts: Mapping[RowState, int]
    records: int
    stopped: str | None = None
    message: str = ""
    open: bool = False
    running: bool = False

    @property
    def host(self) -> str:
        """Host and port, for people."""
        return self.origin.split("://", 1)[-1]

    def count(self, *states: RowState) -> int:
        """How many of its rows are in one of these states."""
        return sum(self.counts.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """The records of a day, by this computer's calendar.

    Attributes:
        day: which.
        counts: how many are in which state, of those that went out on it.
    """

    day: date
    counts: Mapping[RowState, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How many records went out."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why records were refused.

    Attributes:
        field: the field, or "" for the whole record.
        message: the server's words without the value; "" where it gave none.
        count: how often.
    """

    field: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class HistoryView:
    """All of it.

    Attributes:
        since: from when, seconds since the epoch.
        lines: the submissions since then, the last first.
        days: each day from the first on which something was sent until today, also those without anything.
        reasons: the most common first.
        older: how many submissions there are from before.
    """

    since: float
    lines: tuple[HistoryLine, ...] = ()
    days: tuple[HistoryDay, ...] = ()
    reasons: tuple[RefusalReason, ...] = ()
    older: int = 0

    @property
    def records(self) -> int:
        """How many records went out."""
        return sum(day.records for day in self.days)

    @property
    def refused(self) -> int:
        """How many of them are refused."""
        return sum(day.counts.get(RowState.REJECTED, 0) for day in self.days)

    @property
    def unknown(self) -> int:
        """How many records of these submissions nobody knows about."""
        return sum(line.count(RowState.UNKNOWN, RowState.SENDING) for line in self.lines)


def read_history(
    workspace: Workspace,
    *,
    days: int | None = DAYS,
    origin: str | None = None,
    draft_id: str | None = None,
    now: float | None = None,
) -> HistoryView:
    """Read what was sent. Waits for the disk.

    Args:
        workspace: what was sent from here.
        days: how many days back, today included; None for all there is.
        origin: only what went to this base URL.
        draft_id: only this draft's.
        now: seconds since the epoch; the clock's if None.

    Raises:
        WorkspaceError: it cannot be read.
    """
    today = datetime.fromtimestamp(workspace.now() if now is None else now).date()
    since = 0.0 if days is None else start_of(today - timedelta(days=days - 1))
    stored = [
        one
        for one in workspace.submissions(draft_id)
        if origin is None or one.origin.rstrip("/") == origin.rstrip("/")
    ]
    shown = [one for one in stored if one.started_at >= since]
    counts = workspace.submission_counts(one.id for one in shown)
    opened = {one.id: one for one in workspace.open_submissions(draft_id)}
    return HistoryView(
        since=since,
        lines=tuple(_line(one, counts.get(one.id, {}), opened.get(one.id)) for one in shown),
        days=_every_day(_sent(workspace.days(since, origin)), today),
        reasons=_reasons(workspace.refusal_reasons(since, origin)),
        older=len(stored) - len(shown),
    )


def _line(
    stored: StoredSubmission, counts: Mapping[RowState, int], opened: OpenSubmission | None
) -> HistoryLine:
    went_out = sum(counts.values())
    records = max(stored.records, went_out)
    ready = records - went_out + counts.get(RowState.READY, 0)
    running = opened.running if opened is not None else stored.finished_at is None
    return HistoryLine(
        id=stored.id,
        draft_id=stored.draft_id,
        draft=stored.draft,
        source=stored.source,
        object_slug=stored.object,
        origin=stored.origin,
        profile=stored.profile,
        who=stored.who,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        counts={**counts, RowState.READY: ready} if ready else dict(counts),
        records=records,
        stopped=stored.stopped,
        message=stored.stopped_message,
        open=opened is not None and not running and opened.unknown + opened.unsent + opened.assumed > 0,
        running=running,
    )


def _sent(days: Mapping[date, Mapping[RowState, int]]) -> dict[date, dict[RowState, int]]:
    """Without what was refused only together with others: it goes out again, and would count twice."""
    found: dict[date, dict[RowState, int]] = {}
    for day, counts in days.items():
        for state, number in counts.items():
            if state is not RowState.READY:
                found.setdefault(day, {})[state] = number
    return found


def _reasons(found: Iterable[tuple[str | None, str, int]]) -> tuple[RefusalReason, ...]:
    """The reasons in the server's own words, without our sentence around them."""
    counts: Counter[tuple[str, str]] = Counter()
    for name, message, count in found:
        counts[name or "", server_words(message)] += count
    return tuple(RefusalReason(name, words, count) for (name, words), count in counts.most_common())


def start_of(day: date) -> float:
    """When a day began on this computer, seconds since the epoch."""
    return datetime(day.year, day.month, day.day).timestamp()


def _every_day(found: Mapping[date, Mapping[RowState, int]], today: date) -> tuple[HistoryDay, ...]:
    if not found:
        return ()
    first = min(found)
    return tuple(
        HistoryDay(day, found.get(day, {}))
        for day in (first + timedelta(offset) for offset in range((max(today, max(found)) - first).days + 1))
    )
