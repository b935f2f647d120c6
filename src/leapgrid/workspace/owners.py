"""Who is alive: each process that sends holds a lock file.

The system frees such a lock whatever ends the process, so a lock that can be taken proves its owner dead.
"""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout
from ulid import ULID


class Owners:
    """The lock files of one workspace.

    Args:
        directory: where they lie; made when the first is needed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = ""
        self._lock: FileLock | None = None
        self._held: dict[str, FileLock] = {}

    @property
    def me(self) -> str:
        """The name under which this workspace sends, held from now on.

        Raises:
            OSError: if the lock file cannot be made.
        """
        if self._lock is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = str(ULID())
            lock = self._file(name)
            lock.acquire(timeout=0)
            self._name, self._lock = name, lock
        return self._name

    def is_alive(self, owner: str) -> bool:
        """Whether the process of this name still runs (or it is this one)."""
        if self._lock is not None and owner == self._name:
            return True
        path = self._path(owner)
        if not path.exists():
            return False
        lock = self._file(owner)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        path.unlink(missing_ok=True)
        return False

    def hold(self, thing: str, *, shared: bool = False) -> bool:
        """Hold something for this process, until :meth:`release`. Holding it twice is fine.

        Args:
            thing: a name of letters and digits.
            shared: lock files know no such thing: it is held alone.

        Returns:
            Whether it is held; False while another process (or another opening of this workspace) does.
        """
        if thing in self._held:
            return True
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self._file(thing)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        self._held[thing] = lock
        return True

    def holds(self, thing: str) -> bool:
        """Whether :meth:`hold` has it for this process already."""
        return thing in self._held

    def let_go(self, thing: str, *, is_gone: bool = False) -> None:
        """Give up one thing that is held.

        Args:
            is_gone: there is no such thing any more; its file goes too.
        """
        lock = self._held.pop(thing, None)
        if lock is not None:
            lock.release()
        if is_gone:
            self._path(thing).unlink(missing_ok=True)

    def release(self) -> None:
        """Give up all that is held; what is unfinished under our name counts as cut off from now on."""
        for lock in self._held.values():
            lock.release()
        self._held.clear()
        if self._lock is not None:
            self._lock.release()
            self._path(self._name).unlink(missing_ok=True)
            self._lock = None

    def _path(self, owner: str) -> Path:
        # Only our own names are file names; anything else in the database is no owner that can be alive.
        return self._directory / f"{owner if owner.isalnum() else '-'}.lock"

    def _file(self, owner: str) -> FileLock:
        # Not per thread: whoever asks, the process holds it.
        return FileLock(self._path(owner), mode=0o600, thread_local=False)
