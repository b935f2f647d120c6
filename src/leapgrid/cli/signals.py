"""What signals do while a command goes on with a server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Protocol, TypeVar

from leapgrid.cli.exits import GRACE
from leapgrid.submit import Runner, RunSummary

T = TypeVar("T")


class OnItsWay(Protocol):
    """Who knows what is with the server."""

    @property
    def on_its_way(self) -> Collection[int]:
        """The numbers of the chunks that are."""


class Signals:
    """Takes the signals that end a program, from entering it to leaving it.

    While something is sent, the first lets the chunk on its way be answered and recorded, and the second cuts
    it off: its records are unknown then. SIGTERM and SIGHUP cut it off themselves after :data:`GRACE`
    seconds. A look-up, or a wait, is cut off by the first.

    Attributes:
        came: whether one came.

    Args:
        say: prints lines.
    """

    def __init__(self, say: Callable[..., None]) -> None:
        self.came = False
        self._say = say
        self._task: asyncio.Future[Any] | None = None
        self._runner: Runner | None = None
        self._progress: OnItsWay | None = None
        self._before: dict[int, object] = {}

    def attend(self, runner: Runner, progress: OnItsWay) -> None:
        """From now on, until what is watched is over, a runner sends."""
        self._runner, self._progress = runner, progress
        if self.came:
            runner.stop_after_chunk()

    async def run(self, runner: Runner, progress: OnItsWay) -> RunSummary | None:
        """Run a runner to its end; None where it was cut off."""
        self.attend(runner, progress)
        return await self.watch(runner.run())

    async def watch(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something to its end; None where a signal cut it off."""
        self._task = task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task})
        finally:
            self._task = self._runner = self._progress = None
        return None if task.cancelled() else task.result()

    def __enter__(self) -> Signals:
        loop = asyncio.get_running_loop()
        for name, act in (("SIGINT", self._interrupt), ("SIGTERM", self._end), ("SIGHUP", self._end)):
            number = getattr(signal, name, None)
            if number is None:
                continue
            self._before[number] = signal.getsignal(number)
            if self._before[number] == signal.SIG_IGN and name == "SIGHUP":
                # Started with nohup: it is meant to go on.
                del self._before[number]
                continue
            try:
                loop.add_signal_handler(number, act)
            except (NotImplementedError, RuntimeError):
                # Windows, or not the main thread: the handler wakes the loop itself.
                self._install(number, loop, act)
        return self

    def __exit__(self, *details: object) -> None:
        loop = asyncio.get_running_loop()
        for number, before in self._before.items():
            try:
                loop.remove_signal_handler(number)
            except (NotImplementedError, RuntimeError):  # where the loop could not take it either
                pass
            try:
                signal.signal(number, before)  # type: ignore[arg-type]  # what getsignal gave
            except (ValueError, TypeError):  # not the main thread; or it was not set from Python
                pass

    @staticmethod
    def _install(number: int, loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
        try:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
        except ValueError:  # not the main thread, where signals do not come
            pass

    def _interrupt(self) -> None:
        self._first_or_cut("Ctrl+C again leaves at once, and its records are unknown then.")

    def _end(self) -> None:
        if self._first_or_cut("") and self._task is not None:
            asyncio.get_running_loop().call_later(GRACE, self._task.cancel)

    def _first_or_cut(self, hint: str) -> bool:
        """Whether it was the first signal, and something goes on until it is answered."""
        first, self.came = not self.came, True
        if first and self._runner is not None and self._progress is not None:
            self._runner.stop_after_chunk()
            self._tell(sorted(self._progress.on_its_way), hint)
            return True
        if self._task is not None:
            self._task.cancel()
        return False

    def _tell(self, waiting: list[int], hint: str) -> None:
        if waiting:
            chunks = "Chunk " if len(waiting) == 1 else "Chunks "
            verb = " is" if len(waiting) == 1 else " are"
            names = ", ".join(map(str, waiting))
            self._say(
                f"{chunks}{names}{verb} with the server; the answer will still be recorded. {hint}".strip()
            )
