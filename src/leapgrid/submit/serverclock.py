"""What time it is at the server, as its answers tell."""

from __future__ import annotations

from collections.abc import Callable

from leapgrid.superleap.answers import Answer


class ServerClock:
    """The server's clock, carried on between its answers.

    Since the last answer as much time passed as the longer of our two clocks says: the one may be set back,
    the other stands still while a computer sleeps. Too late is safe, too early is not: what is not found
    counts after a time from the end of a sending.

    Args:
        clock: seconds since the epoch.
        monotonic: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._last: tuple[float, float, float] | None = None

    def observe(self, answer: Answer) -> None:
        """Take in an answer that has just come."""
        date = answer.date
        if date is not None:
            self._last = (date, self._clock(), self._monotonic())

    @property
    def now(self) -> float | None:
        """Its time now, seconds since the epoch; None before the first answer that told it."""
        if self._last is None:
            return None
        date, clock, monotonic = self._last
        return date + max(0.0, self._clock() - clock, self._monotonic() - monotonic)

    @property
    def offset(self) -> float | None:
        """Its clock less ours, in seconds, or None."""
        now = self.now
        return None if now is None else now - self._clock()
