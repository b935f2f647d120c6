"""Writing a file so that it appears whole or not at all, and nothing is written over by accident."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from leapgrid.files.model import UnwritableFile
from leapgrid.files.source import shown_name
from leapgrid.visible import visible


@contextmanager
def replacing(
    path: str | os.PathLike[str],
    *,
    source: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
) -> Iterator[BinaryIO]:
    """Give a file to write to that takes the place of ``path`` when the block ends without an exception.

    What is written lies beside the target until then, is forced to the disk and renamed; only its owner may
    read it. A link is followed: what it leads to is replaced.

    Args:
        path: where it should stand.
        source: the file that the records came from, which is never written over, whatever ``overwrite`` says.
        overwrite: whether a regular file that stands there may be replaced.

    Raises:
        UnwritableFile: with one sentence; what stood at the path before still stands there.
    """
    name = shown_name(path)
    refuse_target(path, source=source, overwrite=overwrite)
    target = Path(os.path.realpath(path))
    try:
        handle, beside = tempfile.mkstemp(prefix=".leapgrid-", suffix=".part", dir=target.parent)
    except (OSError, ValueError) as problem:
        raise _cannot_write(problem, name) from problem
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            # Once more: it may have come while this was being written.
            refuse_target(path, source=source, overwrite=False)
        os.replace(beside, target)
        _sync_folder(target.parent)
    except OSError as problem:
        raise _cannot_write(problem, name) from problem
    finally:
        # Gone after the rename; still there after whatever went wrong.
        Path(beside).unlink(missing_ok=True)


def refuse_target(
    path: str | os.PathLike[str],
    *,
    source: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
) -> None:
    """Say at once why nothing can be written to a path, as far as that can be known before it is tried.

    Args:
        path: as for :func:`replacing`, and so the others.

    Raises:
        UnwritableFile: with one sentence.
    """
    name = shown_name(path)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as problem:
        raise UnwritableFile(f"{name} is not a place to write to. Name another file.") from problem
    if stat.S_ISDIR(found.st_mode):
        raise UnwritableFile(f"{name} is a folder and is not a regular file. Name a file inside it.")
    if not stat.S_ISREG(found.st_mode):
        raise UnwritableFile(f"{name} is not a regular file. Name another one.")
    if source is not None and _is_same(found, source):
        raise UnwritableFile(
            f"{name} is the file that was read; it is never written over. Name another file."
        )
    if not overwrite:
        raise FileInTheWay(f"{name} exists already. Name another file, or say that it may be overwritten.")


class FileInTheWay(UnwritableFile):
    """A file stands there that nobody has said may be written over."""


def _is_same(found: os.stat_result, source: str | os.PathLike[str]) -> bool:
    try:
        return os.path.samestat(found, os.stat(source))
    except (OSError, ValueError):  # the source is gone; then it is not what stands at the target
        return False


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network folders cannot; the file itself is on the disk
    finally:
        os.close(handle)


def _cannot_write(problem: OSError | ValueError, name: str) -> UnwritableFile:
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return UnwritableFile(f"The folder of {name} is not there. Make it, or name another one.")
    if isinstance(problem, PermissionError):
        return UnwritableFile(f"{name} may not be written by you. Name a file in another folder.")
    reason = visible((problem.strerror if isinstance(problem, OSError) else "") or "unknown reason", 80)
    return UnwritableFile(f"{name} could not be written ({reason}). Name a file in another folder.")
