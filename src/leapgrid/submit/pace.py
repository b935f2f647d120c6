"""When the next chunk may start: the rate, what the server asked for, the person's pause and stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]

CALLS_A_SECOND = 5.0
"""The most calls a second to a remote host: the vendor's own package limits itself so."""


class Pace:
    """Lets chunks through one by one.

    Args:
        rate: the most a second, or None.
        monotonic: seconds, never going back.
        sleep: waits so many seconds.
    """

    def __init__(self, rate: float | None, monotonic: Callable[[], float], sleep: Sleep) -> None:
        self._interval = 1.0 / rate if rate else 0.0
        self._monotonic = monotonic
        self._sleep = sleep
        self._not_before = monotonic()
        self._stopped = asyncio.Event()
        self._running = asyncio.Event()
        self._running.set()
        self._pauses: set[str] = set()

    @property
    def stopped(self) -> bool:
        """Whether no chunk may start any more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let nothing through any more."""
        self._stopped.set()

    def pause(self, reason: str) -> None:
        """Let nothing through until :meth:`resume` was called for every reason."""
        self._pauses.add(reason)
        self._running.clear()

    def paused_by(self, reason: str) -> bool:
        """Whether this is a reason why nothing goes through."""
        return reason in self._pauses

    def resume(self, *reasons: str) -> None:
        """Take reasons away; chunks go through again when none is left."""
        self._pauses.difference_update(reasons)
        if not self._pauses:
            self._running.set()

    def hold(self, seconds: float) -> None:
        """Let nothing through for so long from now."""
        self._not_before = max(self._not_before, self._monotonic() + seconds)

    async def turn(self) -> bool:
        """Wait for the next turn.

        Returns:
            Whether the chunk may start; False if the run was stopped while it waited.
        """
        while not self.stopped:
            if self._pauses:
                await self._until(self._running.wait())
                continue
            wait = self._not_before - self._monotonic()
            if wait > 0:
                await self._until(self._sleep(wait))
                continue
            self._not_before = self._monotonic() + self._interval
            return True
        return False

    async def slot(self) -> None:
        """Wait for the rate alone: for what is asked after a run, whether it was stopped or not."""
        while (wait := self._not_before - self._monotonic()) > 0:
            await self._sleep(wait)
        self._not_before = self._monotonic() + self._interval

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the run is stopped."""
        await self._until(self._sleep(seconds))

    async def _until(self, awaitable: Awaitable[object]) -> None:
        """Wait for something, or for the stop."""
        waiting = asyncio.ensure_future(_none(awaitable))
        stopping = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waiting, stopping):
                task.cancel()
            await asyncio.gather(waiting, stopping, return_exceptions=True)


async def _none(awaitable: Awaitable[object]) -> None:
    await awaitable
