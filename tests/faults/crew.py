"""Processes to be killed, hundreds of them: each is forked from one that has loaded everything already.

Starting Python with all that a run needs takes half a second; a fork of a process that did takes some
milliseconds, and dies by a signal like any other. The process that is forked runs no thread of ours and
opens nothing, so there is nothing that a fork could inherit half done.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import leapgrid

ROOTS = (Path(leapgrid.__file__).parents[1], Path(__file__).parents[2])
DEADLINE = 120.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Attributes:
        status: the exit code; negative the signal that ended it.
        output: what it printed.
    """

    status: int
    output: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    def check(self) -> Ended:
        """Raises AssertionError, with all that it printed, unless it ended well."""
        assert self.status == 0, f"status {self.status}:\n{self.output}"
        return self


class Worker:
    """A forked process at work on one job."""

    def __init__(self, crew: Crew, pid: int, output: Path) -> None:
        self._crew = crew
        self._output = output
        self.pid = pid
        self._ended: Ended | None = None

    def kill(self) -> Ended:
        """SIGKILL: nothing of it runs any more when this returns."""
        return self._end(signal.SIGKILL)

    def wait(self, seconds: float = DEADLINE) -> Ended:
        """Let it end by itself.

        Raises:
            AssertionError: if it has not done so in time; it is dead then.
        """
        return self._end(None, seconds)

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.read_text()

    def _end(self, how: int | None, seconds: float = DEADLINE) -> Ended:
        if self._ended is None:
            status = self._crew.end(self.pid, how, seconds)
            self._ended = Ended(status, self.output)
            self._output.unlink()
        return self._ended


class Crew:
    """Starts workers. A context manager: at its end all of them are dead.

    Args:
        directory: for what they print.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = 0
        self._alive: dict[int, Worker] = {}
        # So few records need no pool of threads in each fork.
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, ROOTS)), "POLARS_MAX_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.faults.crew"],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._answer()

    def start(self, job: str, **arguments: Any) -> Worker:
        """Run a function of :mod:`tests.faults.jobs` in a process of its own."""
        self._number += 1
        output = self._directory / f"output{self._number}"
        pid = self._ask({"job": job, "arguments": arguments, "output": str(output)})["pid"]
        worker = self._alive[pid] = Worker(self, pid, output)
        return worker

    def end(self, pid: int, how: int | None, seconds: float) -> int:
        """Wait for a worker, or kill it first; see :class:`Worker`."""
        if how is not None:
            os.kill(pid, how)
        deadline = time.monotonic() + seconds
        status = self._ask({"wait": pid, "seconds": seconds})["status"]
        if status is None:
            os.kill(pid, signal.SIGKILL)
            self._ask({"wait": pid, "seconds": DEADLINE})
            del self._alive[pid]
            raise AssertionError(f"A process took longer than {time.monotonic() - deadline + seconds:.0f} s.")
        del self._alive[pid]
        return int(status)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in tuple(self._alive.values()):
            worker.kill()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that forks has ended"
        found: dict[str, Any] = json.loads(line)
        return found


def _work(question: Mapping[str, Any]) -> None:
    """In the fork: the job, and never anything after it."""
    status = 1
    try:
        descriptor = os.open(question["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (1, 2):
            os.dup2(descriptor, number)
        os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        from tests.faults import jobs

        getattr(jobs, question["job"])(**question["arguments"])
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait(pid: int, seconds: float, bell: int) -> int | None:
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found == pid:
            return os.waitstatus_to_exitcode(status)
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        # Rung by the end of any worker.
        if select.select([bell], [], [], min(left, 1.0))[0]:
            os.read(bell, 512)


def main() -> None:
    """Answer questions, one a line, until there are no more."""
    from tests.faults import jobs

    jobs.load()
    # Else each fork's first collection would copy all of this memory.
    gc.collect()
    gc.freeze()
    bell, rope = os.pipe()
    for end in (bell, rope):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(rope, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    alive: set[int] = set()
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            answer = {"status": _wait(question["wait"], question["seconds"], bell)}
            if answer["status"] is not None:
                alive.discard(question["wait"])
        else:
            with warnings.catch_warnings():
                # Of the threads that the allocator of polars has for itself, which knows of forks.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
            if pid == 0:
                _work(question)
            alive.add(pid)
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    # The test is over, or was killed itself.
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
