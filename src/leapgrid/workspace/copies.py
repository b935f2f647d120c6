"""Copies of the workspace's file: three that were good, of different days where there are such.

They are made in the background after a start that went well. A copy is only kept if its whole content was
looked through, so that a file that is damaged in silence never takes the place of a good one.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from leapgrid.visible import visible
from leapgrid.workspace import trail
from leapgrid.workspace.errors import Damaged, DiskFull, WorkspaceError, from_database
from leapgrid.workspace.places import beside, make_directory, was_used
from leapgrid.workspace.tables import APPLICATION_ID

KEPT = 3
"""How many copies there are at most."""

DAY = 24 * 3600.0
_PAGES = 4096
"""Pages of a large file that are copied before others may write again."""
_AT_ONCE = 256 << 20
"""A file up to so many bytes is copied in one go; nobody can write meanwhile, for about a second."""
_RESTARTS = 60.0
"""Seconds after which a large file that others write to all the time is left for another start."""
_SPARE = 4 << 20
_SELDOM = 3600.0
"""Seconds between two copies that commands make: scripts run them often."""
_OWN_FRAME = 16 << 20
"""Base frames up to so many bytes are copied; a larger one is only not deleted while a copy needs it."""

_NAME = re.compile(r"(\d{8}T\d{12}Z)(?:-\d+)?\.db")


class Copy(NamedTuple):
    """One copy of a workspace.

    Attributes:
        path: the file.
        at: when it was made, in seconds since the epoch.
        before_migration: whether it is of an earlier LeapGrid, made before the file was changed for this one.
    """

    path: Path
    at: float
    before_migration: bool = False


def copies_of(path: Path) -> tuple[Copy, ...]:
    """The copies of a workspace, the newest first; never raises. Whether they are good is not looked at."""
    found: list[Copy] = []
    try:
        for each in beside(path, "copies").iterdir():
            name = _NAME.fullmatch(each.name)
            if name is not None:
                moment = datetime.strptime(name[1], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
                found.append(Copy(each, moment.timestamp()))
    except (OSError, ValueError):
        pass  # None yet, or none that can be reached.
    pattern = re.compile(rf"{re.escape(path.stem)}\.form\d+-(\d{{8}}-\d{{6}})(-\d+)?{re.escape(path.suffix)}")
    try:
        for each in path.parent.iterdir():
            name = pattern.fullmatch(each.name)
            if name is not None:
                at = time.mktime(time.strptime(name[1], "%Y%m%d-%H%M%S"))
                found.append(Copy(each, at, before_migration=True))
    except (OSError, ValueError, OverflowError):
        pass
    return tuple(sorted(found, key=lambda copy: (copy.at, copy.path.name), reverse=True))


def is_due(path: Path) -> bool:
    """Whether the file was changed since its newest copy was made."""
    own = [copy for copy in copies_of(path) if not copy.before_migration]
    try:
        return not own or path.stat().st_mtime > own[0].at
    except OSError:
        return False


def make_copy(path: Path, *, now: float | None = None) -> Copy | None:
    """Copy a workspace that others may use meanwhile, look the copy through, and keep the best three.

    Args:
        path: the file.
        now: seconds since the epoch.

    Returns:
        The copy; None where another process makes one, there is little room, or others write all the time.

    Raises:
        Damaged: the file is; the copies that there are stay.
        DiskFull: there is no room; nothing was changed.
        WorkspaceError: it cannot be read, or the copy cannot be written.
    """
    at = time.time() if now is None else now
    directory, where = beside(path, "copies"), visible(str(path), 200)
    part = directory / f"{os.getpid()}-{time.monotonic_ns()}.part"
    try:
        size = path.stat().st_size
        make_directory(directory)
        with _alone(directory) as is_alone:
            if not is_alone or shutil.disk_usage(directory).free < 2 * size + _SPARE:
                return None
            _leftovers(directory)
            try:
                if not _copied(path, part, size):
                    return None
                _refuse_damaged(part, where)
                sync(part)
                copy = _named(part, directory, at)
            finally:
                part.unlink(missing_ok=True)
            _keep_frames(path, copy)
            _rotate(path)
            sync(directory)
    except sqlite3.Error as error:
        raise from_database(error, where) from error
    except OSError as error:
        raise copy_failure(error, where) from error
    return copy


def copy_in_background(path: Path) -> threading.Thread | None:
    """Begin a copy beside what a command does, where the last one is an hour old and something was kept.

    Returns:
        To be waited for at the end; None where no copy is due.
    """
    newest = next((copy.at for copy in copies_of(path) if not copy.before_migration), 0.0)
    if time.time() - newest < _SELDOM or not was_used(path) or not is_due(path):
        return None

    def make() -> None:
        try:
            make_copy(path)
        except WorkspaceError:
            pass  # The command says itself what keeps it from working, and the next one tries again.

    thread = threading.Thread(target=make, name="leapgrid-copy", daemon=True)
    thread.start()
    return thread


def is_good(path: Path) -> bool:
    """Whether a copy can be read from its first to its last page, and is of ours; never raises."""
    try:
        _refuse_damaged(path, "")
    except (WorkspaceError, sqlite3.Error, OSError, ValueError):
        return False
    return True


def sync(path: Path) -> None:
    """Have the system write a file, or what a directory lists, to the disk.

    Raises:
        OSError: it cannot.
    """
    if os.name != "posix" and path.is_dir():
        return  # Directories cannot be opened there.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_failure(error: OSError, where: str) -> WorkspaceError:
    """The sentence for a copy that cannot be made."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"The disk is full: no copy of the workspace {where} can be made. Make room.")
    reason = visible(error.strerror or type(error).__name__, 80)
    return WorkspaceError(f"No copy of the workspace {where} can be made: {reason}.")


def _copied(path: Path, part: Path, size: int) -> bool:
    """Copy the pages; False where others wrote again and again."""
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    give_up = time.monotonic() + _RESTARTS

    def go_on(_status: int, _left: int, _total: int) -> None:
        if time.monotonic() > give_up:
            raise TimeoutError

    uri = f"{path.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)) as source,
        closing(sqlite3.connect(part, isolation_level=None)) as target,
    ):
        # It is not a copy before it has its name, so nothing has to be undone in it.
        target.execute("PRAGMA journal_mode = OFF").close()
        target.execute("PRAGMA synchronous = OFF").close()
        try:
            source.backup(target, pages=-1 if size <= _AT_ONCE else _PAGES, progress=go_on, sleep=0.01)
        except TimeoutError:
            return False
    return True


def _refuse_damaged(path: Path, where: str) -> None:
    """Look through a whole copy, its indexes too, which takes twice as long as what a start does."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as file:
        file.execute("PRAGMA trusted_schema = 0").close()
        if file.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,) or file.execute(
            "PRAGMA integrity_check(1)"
        ).fetchone() != ("ok",):
            raise Damaged(f"The workspace {where} is damaged: leapgrid rescue offers its newest good copy.")


def _named(part: Path, directory: Path, at: float) -> Copy:
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%S%fZ")
    number = 1
    while (path := directory / f"{stamp}{'' if number == 1 else f'-{number}'}.db").exists():
        number += 1
    os.replace(part, path)
    return Copy(path, at)


def _rotate(path: Path) -> None:
    """Keep three: the newest, and of earlier days what there is."""
    own = [copy for copy in copies_of(path) if not copy.before_migration]
    while len(own) > KEPT:
        # Two of one day say less than one of it and one of another.
        surplus = 1 if own[0].at - own[2].at < DAY else len(own) - 1
        own.pop(surplus).path.unlink(missing_ok=True)
    kept = beside(path, "copies") / "frames"
    needed = {digest for copy in copies_of(path) for digest in _frames_of(copy.path)}
    for frame in kept.glob("*.arrow") if kept.is_dir() else ():
        if frame.stem not in needed:
            frame.unlink(missing_ok=True)
    if own:
        trail.tidy(beside(path, "trail"), own[-1].at)


def _keep_frames(path: Path, copy: Copy) -> None:
    """Keep the base frames that a copy needs, also when their drafts are removed."""
    stored, kept = beside(path, "frames"), beside(path, "copies") / "frames"
    for digest in _frames_of(copy.path):
        source, target = stored / f"{digest}.arrow", kept / f"{digest}.arrow"
        if target.exists() or not source.exists():
            continue
        make_directory(kept)
        part = target.with_suffix(".part")
        part.unlink(missing_ok=True)
        if source.stat().st_size <= _OWN_FRAME:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            shutil.copyfile(source, part)
            sync(part)
        else:
            try:
                os.link(source, part)
            except OSError:
                continue  # A file system without hard links; a frame of this size twice costs too much.
        os.replace(part, target)


def _frames_of(path: Path) -> list[str]:
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as file:
            found = [row[0] for row in file.execute("SELECT DISTINCT frame FROM draft")]
    except sqlite3.Error:
        return []
    return [digest for digest in found if isinstance(digest, str) and digest.isalnum()]


def _leftovers(directory: Path) -> None:
    """Delete what a process that was killed had half made; nobody else makes a copy now."""
    for path in directory.glob("*.part*"):
        path.unlink(missing_ok=True)


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
    """Whether nobody else makes a copy at the same time."""
    lock = FileLock(directory / "making.lock", mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
