"""Where what waits for the disk is run: never on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Do(Protocol):
    """Runs a call in a thread and gives what it gave."""

    async def __call__(self, call: Callable[[], T], /) -> T:
        """Run it."""


async def in_thread(call: Callable[[], T], /) -> T:
    """Run a call in a thread. What was begun is not called back by a cancel: it is waited for."""
    task = asyncio.ensure_future(asyncio.to_thread(call))
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        task.exception()
        raise asyncio.CancelledError
    return task.result()
