"""Running a module of ours in a process of its own, with limits, so that nothing it reads can end the app."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO, Literal

_POLL = 0.02
_PROGRESS = "progress"
_SAID = "said"
_KEPT = ("SYSTEMROOT", "SYSTEMDRIVE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""What of the environment a Python may need to start; nothing else is handed on, least of all the key."""

_START = (
    "import sys, json; told = json.loads(sys.argv[1]); sys.path[:] = told['path']; "
    "from importlib import import_module; from pathlib import Path; "
    "from leapgrid.files.child import limit; limit(told['limits']); "
    "import_module(told['module']).main(Path(told['folder']), told['task'])"
)


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What the process may take; a limit that the system does not know is left out.

    Attributes:
        memory: bytes of address space.
        cpu: seconds of computing.
        wall: seconds from start to end.
        output: bytes of any file that it writes.
    """

    memory: int
    cpu: int
    wall: float
    output: int


End = Literal["done", "cancelled", "time", "cpu", "memory", "failed"]
"""How it ended: by itself, because somebody cancelled, because a limit was reached, or in any other way."""


def run_child(
    module: str,
    task: Mapping[str, object],
    *,
    stdin: BinaryIO,
    folder: Path,
    limits: ChildLimits,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> End:
    """Run ``module.main(folder, task)`` in a new process and wait for its end.

    The process knows nothing of this one but ``task``: no environment, no open files but ``stdin``. It is a
    new interpreter and no fork, because threads are running here.

    Args:
        module: full name of a module with ``main(folder, task)``.
        task: what it has to know; JSON values only.
        stdin: an open file that the process reads from.
        folder: where it writes what it has to give, as files of names of its own choice.
        limits: what it may take.
        progress: is told what :func:`tell` was told in the process, from time to time.
        cancelled: is asked from time to time whether to stop.

    Returns:
        How it ended. Whatever the end, the process is gone.
    """
    told = {
        "path": [entry for entry in sys.path if entry and os.path.isabs(entry)],
        "module": module,
        "folder": str(folder),
        "task": dict(task),
        "limits": [limits.memory, limits.cpu, limits.wall, limits.output],
    }
    # Not -m: the modules are found in the same places as here, be it a checkout or an installed wheel.
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START, json.dumps(told)]
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    # More threads would only reserve memory that the limit then counts.
    environment |= {"POLARS_MAX_THREADS": "2", "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
    with (folder / _SAID).open("wb") as said:
        process = subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=said, env=environment, cwd=folder
        )
    try:
        return _wait(process, folder, limits, progress, cancelled)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    limits: ChildLimits,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> End:
    end = time.monotonic() + limits.wall
    last = ""
    while True:
        try:
            code = process.wait(_POLL)
            break
        except subprocess.TimeoutExpired:
            pass
        if cancelled is not None and cancelled():
            return "cancelled"
        if time.monotonic() > end:
            return "time"
        if progress is not None and (now := _read_start(folder / _PROGRESS, 64)) != last:
            last = now
            done, _, total = now.partition(" ")
            if done.isdecimal() and total.isdecimal():
                progress(int(done), int(total))
    if code == 0:
        return "done"
    if code == -getattr(signal, "SIGXCPU", 0):
        return "cpu"
    if code == -getattr(signal, "SIGALRM", 0):
        return "time"
    said = _read_start(folder / _SAID, 4_096)
    # Rust's allocator aborts with these words; a killed process is most often the system short of memory.
    if "memory allocation of" in said or "MemoryError" in said or "capacity overflow" in said:
        return "memory"
    if code == -getattr(signal, "SIGKILL", 0):
        return "memory"
    return "failed"


def _read_start(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace").strip()
    except OSError:
        return ""


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder that only this user may enter, removed in the end with all that is in it."""
    from shutil import rmtree

    folder = Path(mkdtemp(prefix="leapgrid-"))
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def limit(limits: list[float]) -> None:
    """In the process: take on the limits, before anything else is loaded.

    Args:
        limits: memory, cpu, wall and output as in :class:`ChildLimits`.
    """
    memory, cpu, wall, output = limits
    if hasattr(signal, "SIGXCPU"):
        # Whoever started the app may have told its processes not to heed it.
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    if hasattr(signal, "alarm"):
        # Should the app be killed meanwhile, this process still ends.
        signal.alarm(int(wall) + 2)
    try:
        import resource
    except ImportError:
        return  # Windows: the time limit of the app is what there is
    for kind, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_AS", memory),
        ("RLIMIT_CPU", cpu),
        ("RLIMIT_FSIZE", output),
        ("RLIMIT_NOFILE", 64),
    ):
        name = getattr(resource, kind, None)
        if name is None:
            continue
        _, hard = resource.getrlimit(name)
        unlimited = hard == resource.RLIM_INFINITY
        value = int(most) if unlimited else min(int(most), hard)
        # A second more until the signal that says nothing of its reason.
        last = value + 1 if kind == "RLIMIT_CPU" and (unlimited or value < hard) else value
        try:
            resource.setrlimit(name, (value, last))
        except (OSError, ValueError):
            pass  # macOS knows RLIMIT_AS and refuses to set it


def tell(folder: Path, done: int, total: int) -> None:
    """In the process: say how far it is."""
    try:
        (folder / _PROGRESS).write_text(f"{done} {total}")
    except OSError:
        pass  # how far it is matters less than going on
