"""When the same body may be sent again by itself: pure policy, no clock and no sleeping.

Only two things allow it: no connection came about, or the server said "too many calls" (429). Everything
else is somebody's decision, because the API has no idempotency keys. The loop that waits, and that records
each attempt first, is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable

from leapgrid.superleap.headers import parse_retry_after
from leapgrid.superleap.verdict import CreateVerdict, Then

__all__ = ["CONNECT_TRIES", "LONGEST_ASKED", "RATE_TRIES", "next_wait", "parse_retry_after"]

CONNECT_TRIES = 5
RATE_TRIES = 8
SHORTEST_WAIT = 0.5
LONGEST_WAIT = 20.0
LONGEST_ASKED = 900.0
"""Seconds; a server that asks for more is not waited for: the run pauses and shows the time."""


def next_wait(attempt: int, verdict: CreateVerdict, *, random: Callable[[], float]) -> float | None:
    """How long to wait before the same body is sent again, or None when it must not be by itself.

    Args:
        attempt: how many times this body was tried so far, from 1.
        verdict: what the last try came to.
        random: gives a number from 0 up to 1 (`random.random`): the jitter.

    Returns:
        Seconds. None for every verdict but "try again" (five tries in all) and "wait" (eight tries; None
        also where the server asks for more than 15 minutes: pause, and show `verdict.retry_after`).
    """
    if verdict.then is Then.TRY_AGAIN:
        return _jitter(attempt, random) if attempt < CONNECT_TRIES else None
    if verdict.then is Then.WAIT:
        if attempt >= RATE_TRIES:
            return None
        if verdict.retry_after is None:
            return _jitter(attempt, random)
        return verdict.retry_after if verdict.retry_after <= LONGEST_ASKED else None
    return None


def _jitter(attempt: int, random: Callable[[], float]) -> float:
    """Anything from the shortest wait up to a limit that doubles with each attempt."""
    highest = min(LONGEST_WAIT, SHORTEST_WAIT * 2.0 ** min(attempt, 10))
    return SHORTEST_WAIT + random() * (highest - SHORTEST_WAIT)
