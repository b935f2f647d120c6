"""The real command in a real pseudo-terminal, with pyte as the terminal that shows it."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

DEADLINE = 30.0


class Terminal:
    """A program in a pseudo-terminal.

    Args:
        arguments: those of ``leapgrid``, or of ``program`` where it is given.
        environ: the whole environment of the program.
        columns: of the terminal.
        lines: of the terminal.
        program: what to run instead of ``leapgrid``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        columns: int = 140,
        lines: int = 40,
        program: Sequence[str] = (sys.executable, "-m", "leapgrid"),
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

        def own_terminal() -> None:
            # The session's leader gets SIGHUP when the terminal goes away, as in a closed window.
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [*program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **environ},
            start_new_session=True,
            preexec_fn=own_terminal,
        )
        os.close(slave)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def press(self, keys: str | bytes) -> None:
        """Type; function keys as the bytes that a terminal sends."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def wait_for(self, shown: str | Callable[[str], bool], seconds: float = DEADLINE) -> None:
        """Wait until a text is on the screen, or a condition of the screen's text holds."""
        holds = (lambda text: shown in text) if isinstance(shown, str) else shown
        deadline = time.monotonic() + seconds
        while not holds(self.text):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(min(left, 1.0)):
                if left > 0 and self.process.poll() is None:
                    continue
                raise AssertionError(f"{shown!r} did not appear; the screen shows:\n{self.text}")

    def ends(self, seconds: float = DEADLINE) -> int:
        """Wait for the program to end; its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.2)
        if self.process.poll() is None:
            raise AssertionError(f"The program did not end; the screen shows:\n{self.text}")
        while self._read(0.0):
            pass
        return self.process.wait()

    def hang_up(self) -> None:
        """Close the terminal under the program, as when its window is closed."""
        os.close(self._master)
        self._master = -1

    def _read(self, seconds: float) -> bool:
        if self._master < 0:
            time.sleep(min(seconds, 0.05))  # nothing to read any more; only the process is waited for
            return False
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            if error.errno == errno.EIO:  # the program has closed its side
                return False
            raise
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)
