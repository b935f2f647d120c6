"""How receipts and the history say times, states and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leapgrid.records import RowState

STATE_WORDS: Mapping[RowState, str] = {
    RowState.CREATED: "created",
    RowState.ALREADY_THERE: "already there",
    RowState.REJECTED: "rejected",
    RowState.UNKNOWN: "unknown",
    RowState.SENDING: "on its way",
    RowState.SKIPPED: "skipped",
    RowState.READY: "not sent",
    RowState.QUEUED: "not sent",
}
"""What a row's state is called."""

CHUNK_WORDS: Mapping[str, str] = {
    "created": "created",
    "rejected": "refused",
    "unknown": "unknown",
    "sending": "on its way",
    "not_sent": "not sent",
    "released": "not sent",
    "planned": "not sent",
    "split": "sent in halves",
}
"""What became of a chunk."""

SETTLED = "settled since"
"""A chunk that no answer came for, and of whose rows a look-up or a person told what became."""


def chunk_word(state: str, counts: Mapping[RowState, int]) -> str:
    """What became of a chunk.

    Args:
        state: as it is kept.
        counts: how many of its rows are in which state now.
    """
    if state == "unknown" and counts and not counts.get(RowState.UNKNOWN):
        return SETTLED
    return CHUNK_WORDS.get(state, state)


PURPOSE_WORDS: Mapping[str, str] = {
    "baseline": "what was there before",
    "unknown": "what is unknown",
    "refusal": "what a refusal stored",
    "count": "count at the end",
}
"""Why the server was asked."""

KIND_WORDS: Mapping[str, str] = {
    "person": "decided",
    "look_up": "looked up",
    "same": "created before",
    "again": "to be sent again",
}
"""How a row's state came about that no answer made."""


def moment(at: float) -> str:
    """A time for people, by this computer's clock: ``24 March 2026 10:47:12``."""
    when = datetime.fromtimestamp(at)
    return f"{when.day} {when.strftime('%B %Y %H:%M:%S')}"


def clock(at: float) -> str:
    """Only the time of the day: ``10:47:12``."""
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


def until(start: float, end: float) -> str:
    """The end of something: only its time where it is the same day."""
    same = datetime.fromtimestamp(start).date() == datetime.fromtimestamp(end).date()
    return clock(end) if same else moment(end)


def zone(at: float) -> str:
    """What this computer's clock is called: ``UTC+01:00``."""
    offset = datetime.fromtimestamp(at).astimezone().strftime("%z")
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:5]}"


def iso(at: float | None) -> str | None:
    """A time for programs: ``2026-03-24T09:47:12.345Z``; None for none."""
    if not at:
        return None
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def took(seconds: float | None) -> str:
    """A duration: ``0.4 s``; "" where there is none."""
    return "" if seconds is None else f"{seconds:,.1f} s"


def counted(number: int, one: str) -> str:
    """``1 record``, ``1,204 records``."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def summed(counts: Mapping[RowState, int]) -> dict[str, int]:
    """How many rows there are by what their state is called, in the usual order, without zeros."""
    found: dict[str, int] = {}
    for state, word in STATE_WORDS.items():
        if counts.get(state):
            found[word] = found.get(word, 0) + counts[state]
    return found


def ranges(numbers: Iterable[int], most: int = 12) -> str:
    """Record numbers in few words: ``1-20, 23, 31-40``; of very many the first."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = [f"{a:,}" if a == b else f"{a:,}-{b:,}" for a, b in found[:most]]
    if len(found) > most:
        shown.append(f"and {sum(b - a + 1 for a, b in found[most:]):,} more")
    return ", ".join(shown)
