"""What an answer to a look-up says of one sending. Pure: the whole of the rule, and no question asked.

Found is proof at once. Not found is proof only where the question was understood, every page of its answer
was read, and the settling time is over, counted on the server's clock from the end of the sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leapgrid.records.outcomes import RowState
from leapgrid.submit.keys import Key
from leapgrid.superleap.lookup import compare_key
from leapgrid.visible import visible
from leapgrid.workspace.evidence import Looked, Resolution, Seen, SentRow

CREATE_DEADLINE = 600.0
"""Seconds after which a sending is over at the latest: the deadline of a create."""

TOLERANCE = 1.0
"""Seconds by which two readings of the server's clock may differ: its ``Date`` has no fractions."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class LookedFor:
    """The answer to a question about some keys, all of them asked for in the same call.

    Attributes:
        records: what was found, for all keys of the question.
        understood: the answer has a form that is known.
        complete: and all its pages were read, and fit together.
        server_date: the server's clock at its earliest answer, seconds since the epoch, or None.
        at: when it came, seconds since the epoch by our clock.
        message: why it proves no absence, one sentence; else "".
        lost: no answer came, or only a failure: asking again may bring one.
    """

    records: Sequence[Mapping[str, Any]] = ()
    understood: bool = True
    complete: bool = True
    server_date: float | None = None
    at: float = 0.0
    message: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A sending that a look-up did not settle.

    Attributes:
        seen: what was seen of it.
        evidence: one sentence for a person.
        until: when absence would count, seconds since the epoch on the server's clock; None where looking
            again settles nothing.
        candidates: records that may be it.
    """

    seen: Seen
    evidence: str
    until: float | None = None
    candidates: tuple[Mapping[str, Any], ...] = ()


NO_KEY = StillOpen(
    Seen.NO_KEY, "It has no field to look it up by. Look in the application and say what is so."
)


def judge(
    sent: SentRow,
    key: Key | None,
    answer: LookedFor,
    *,
    before: bool | None = None,
    shared: int = 1,
    accounted: int = 0,
    looked: Looked | None = None,
    settle: float,
) -> Resolution | StillOpen:
    """What is known of a sending after a look-up.

    Args:
        sent: the record as it went out, and when.
        key: what it was looked for by.
        answer: to the question that held the key.
        before: whether the key was at the server before the submission: True, False, or None where that is
            not known.
        shared: how many rows of the draft went out with the same key: what is found cannot be told apart
            where there are several.
        accounted: how many of those the server said it created: so many records are theirs.
        looked: what earlier look-ups said.
        settle: seconds after the end of a sending before "not found" counts.
    """
    if key is None:
        return NO_KEY
    found = [record for record in answer.records if compare_key(record.get(key.field)) == key.folded]
    when = moment(answer.at if answer.server_date is None else answer.server_date)
    if found and key.proves and shared < 2:
        return _found(sent, key, found, before, when)
    if len(found) > accounted:
        candidates = tuple(record for record in found if _near(sent, record))
        if candidates:
            why = "several rows were sent with it" if key.proves else "others may have the same"
            text = f"{_many(len(candidates))} there with this {key.field}, but {why}. Say whether it is this."
            return StillOpen(Seen.CANDIDATE, text, candidates=candidates)
    if not (answer.understood and answer.complete):
        message = answer.message or "The answer to the look-up proves nothing."
        return StillOpen(Seen.NOT_UNDERSTOOD, message)
    if not key.proves:
        text = f"Nothing new with this {key.field} on {when}, which proves nothing. Say what is so."
        return StillOpen(Seen.ABSENT, text)
    return _absent(sent, key, answer, looked, settle, when)


def over_at(sent: SentRow, first_date: float | None) -> float | None:
    """When a sending was over, seconds since the epoch on the server's clock; None if nothing tells.

    Args:
        sent: the sending.
        first_date: the server's clock at the first answer to a look-up after it.
    """
    known: list[float] = []
    if sent.server_date is not None:
        known.append(sent.server_date)
    elif sent.clock_offset is not None and not sent.interrupted and sent.finished_at is not None:
        # Our clock may have been set back meanwhile, but not before the beginning.
        known.append(max(sent.finished_at, sent.started_at) + sent.clock_offset)
    elif sent.clock_offset is not None:
        known.append(sent.started_at + CREATE_DEADLINE + sent.clock_offset)
    if first_date is not None:
        known.append(first_date)
    return min(known, default=None)


def created_at(record: Mapping[str, Any]) -> float | None:
    """When the server created a record, seconds since the epoch: it gives milliseconds, or ISO 8601."""
    value = record.get("created_at")
    if isinstance(value, str):
        try:
            given = datetime.fromisoformat(value)
            return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15:
        return value / 1000
    return None


def moment(seconds: float) -> str:
    """A moment for a person, in UTC: evidence is read where and when nobody knows."""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return "an unknown day"
    return f"{at.day} {at:%B %Y} at {at:%H:%M:%S} UTC"


def _found(
    sent: SentRow, key: Key, found: Sequence[Mapping[str, Any]], before: bool | None, when: str
) -> Resolution:
    start = _start(sent)
    created = [created_at(record) for record in found]
    old = [start is not None and at is not None and at < start - TOLERANCE for at in created]
    how = f"by {key.field} on {when}"
    records = tuple(dict(record) for record in found)
    all_old = before is not False and all(old)
    if all_old or (before and len(found) == 1):
        text = (
            f"Found {how}: {_ids(found)}. It was there before this {'sending' if all_old else 'submission'}."
        )
        return Resolution(RowState.ALREADY_THERE, text + _differences(sent, found), records)
    if len(found) > 1:
        text = f"Found {len(found):,} times {how}, a duplicate is suspected: {_ids(found)}."
        return Resolution(RowState.CREATED, text + _differences(sent, found), records)
    text = f"Found {how}: {_ids(found)}."
    if before is None and (start is None or created[0] is None):
        text += " Whether it was there before is not known."
    return Resolution(RowState.CREATED, text + _differences(sent, found), records)


def _absent(
    sent: SentRow, key: Key, answer: LookedFor, looked: Looked | None, settle: float, when: str
) -> Resolution | StillOpen:
    first = looked.first_date if looked is not None and looked.first_date is not None else answer.server_date
    end = over_at(sent, first)
    if answer.server_date is None or end is None:
        text = f"Not found by {key.field}, but the server does not tell its time. Say what is so."
        return StillOpen(Seen.ABSENT, text)
    passed = answer.server_date - end
    if passed >= settle:
        text = f"Not there: looked for by {key.field} on {when}, {passed:,.0f} s after the sending was over."
        return Resolution(RowState.READY, text)
    newest = max((at for at in map(created_at, answer.records) if at is not None), default=None)
    if sent.answered and newest is not None and newest > end + TOLERANCE:
        # The API had answered, so nothing is under way; what was created later shows how far the copy is that
        # was read. After a cut connection the server may still be at work, and this would prove nothing.
        text = f"Not there: looked for by {key.field} on {when}, when a record created later was visible."
        return Resolution(RowState.READY, text)
    text = f"Not found yet by {key.field} on {when}. That counts after {settle:,.0f} s."
    return StillOpen(Seen.ABSENT, text, until=end + settle)


def _start(sent: SentRow) -> float | None:
    return None if sent.clock_offset is None else sent.started_at + sent.clock_offset


def _near(sent: SentRow, record: Mapping[str, Any]) -> bool:
    """Whether a record may have been created by this sending, as far as its time tells."""
    start, at = _start(sent), created_at(record)
    return start is None or at is None or at >= start - TOLERANCE


def _ids(found: Iterable[Mapping[str, Any]]) -> str:
    ids = [visible(str(record["id"]), _SHOWN) for record in found if record.get("id")]
    if not ids:
        return "no id given"
    shown = ", ".join(ids[:5])
    more = f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    return f"{'id' if len(ids) == 1 else 'ids'} {shown}{more}"


def _differences(sent: SentRow, found: Sequence[Mapping[str, Any]]) -> str:
    """Which fields the server has otherwise than they were sent: it may have changed their form."""
    if len(found) != 1 or sent.record is None:
        return ""
    record = found[0]
    names = [
        visible(name, _SHOWN)
        for name, value in sent.record.items()
        if name in record and compare_key(record[name]) != compare_key(value)
    ]
    if not names:
        return ""
    return f" The server has another {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}."


def _many(count: int) -> str:
    return "1 record is" if count == 1 else f"{count:,} records are"
