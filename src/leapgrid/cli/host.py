"""Running the app so that nothing of what it worked on is printed when it fails, and no signal loses any."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from leapgrid.cli.exits import GRACE
from leapgrid.tui.app import LeapGridApp

_RECORDING = 10.0
"""Seconds for a cancelled run to write down what is unknown."""


class AppCrashed(Exception):
    """The app ended because of an error that it keeps no traceback of on the screen."""


class _Hosted(LeapGridApp):
    """The app, with its own way of failing and of being told to end."""

    _ending: asyncio.Future[None] | None = None

    # Textual prints a traceback with the values of all variables, records and key among them, and writes
    # it to the terminal after the app. Here it goes nowhere: the caller makes a report without values.

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()

    @property
    def failure(self) -> BaseException | None:
        """What ended the app, if it was not the person."""
        return self._exception

    def on_ready(self) -> None:
        """The first frame is there: from now on garbage is collected, among what is made from now on."""
        gc.freeze()
        gc.enable()

    def end_soon(self) -> None:
        """End because a signal says so: the answer of a chunk on its way gets a short while."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        with self._context():
            self.desk.stop_after_chunk()
            if not await self._is_settled(GRACE):
                # A cancelled run records its chunk as unknown before it is over.
                self.workers.cancel_group(self, "submit")
                await self._is_settled(_RECORDING)
            await self.leave()

    async def _is_settled(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.desk.settled(), seconds)
        except TimeoutError:
            return False
        return True


def run_app(make: Callable[[type[_Hosted]], _Hosted]) -> BaseException | None:
    """Run the app until the person leaves it, or a signal ends it.

    Args:
        make: makes the app from the class to use.

    Returns:
        What ended it, where that was a defect; the terminal is as it was before.
    """
    with _forgiving_terminal():
        app = make(_Hosted)
        try:
            asyncio.run(_run(app))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return None
        except Exception as error:  # whatever it is, the caller reports it without values
            return app.failure or error
        return app.failure


async def _run(app: _Hosted) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, app.end_soon)
            except (NotImplementedError, RuntimeError):  # Windows, where the console ends the process
                pass
    await app.run_async()


class _Forgiving:
    """A stream that swallows what it cannot write.

    Textual draws from a thread that dies of the first failed write, and then waits for it without end. A
    terminal that was closed must not keep the process from writing down what is unknown.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _forgiving_terminal() -> Iterator[None]:
    """Let the driver, which draws on the process's own stderr, write to a terminal that may go away."""
    before = sys.__stderr__
    if before is None:
        yield
        return
    sys.__stderr__ = _Forgiving(before)  # type: ignore[misc,assignment]  # the driver takes what stands here
    try:
        yield
    finally:
        sys.__stderr__ = before  # type: ignore[misc]  # Python itself lets it be set; typeshed calls it final
