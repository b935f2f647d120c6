"""Base frames as Arrow files beside the database, each named by the hash of its bytes."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from ulid import ULID

from leapgrid.records.frame import Frame, FrameError
from leapgrid.visible import visible
from leapgrid.workspace.errors import CannotOpen, Damaged, DiskFull, ReadOnly, WorkspaceError
from leapgrid.workspace.places import make_directory

_PIECE = 1 << 20


class Frames:
    """The directory of base frames.

    Args:
        directory: made when the first frame is written.
        spare: where copies of some may lie, or None.
    """

    def __init__(self, directory: Path, spare: Path | None = None) -> None:
        self._directory = directory
        self._spare = spare

    def put(self, frame: Frame) -> str:
        """Store a frame for good; storing the same content twice keeps one file.

        Returns:
            The name by which :meth:`get` finds it.

        Raises:
            WorkspaceError: if it cannot be written; no half-written frame is left under its name.
        """
        path = temporary = self._directory / f"{ULID()}.part"
        try:
            make_directory(self._directory)
            # Made first with the right mode: what writes the frame only fills it.
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600))
            frame.to_arrow(temporary)
            digest = hash_of(temporary)
            path = self._path(digest)
            if path.exists():
                temporary.unlink()
                return digest
            _sync(temporary)
            os.replace(temporary, path)
            _sync(self._directory)
        except OSError as error:
            with suppress(OSError):  # what cannot be written may be what cannot be deleted
                temporary.unlink()
            raise frame_failure(error, path) from error
        return digest

    def get(self, digest: str) -> Frame:
        """Read a frame back; one that is gone or damaged comes back from its copy, if there is a good one.

        Raises:
            Damaged: if it is not what was written, or gone.
            CannotOpen: if it cannot be read.
        """
        path = self._path(digest)
        try:
            return _read(path, digest)
        except Damaged:
            spare = self._spare / path.name if self._spare is not None else None
            if spare is None or not spare.exists():
                raise
            frame = _read(spare, digest)
            self._bring_back(spare, path)
            return frame

    def _bring_back(self, spare: Path, path: Path) -> None:
        """Put the copy in its place; what stood there is kept. Where it cannot be written, another time."""
        part = path.with_name(f"{ULID()}.part")
        try:
            make_directory(self._directory)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            shutil.copyfile(spare, part)
            _sync(part)
            if path.exists():
                os.replace(path, path.with_suffix(".damaged"))
            os.replace(part, path)
            _sync(self._directory)
        except OSError:
            with suppress(OSError):
                part.unlink()

    def drop(self, digest: str) -> None:
        """Delete a frame that no draft uses any more."""
        try:
            self._path(digest).unlink(missing_ok=True)
        except OSError:
            pass  # A file too many costs room, nothing else.

    def _path(self, digest: str) -> Path:
        return self._directory / f"{digest}.arrow"


def _read(path: Path, digest: str) -> Frame:
    where = visible(str(path), 200)
    try:
        stored = path.read_bytes()
        as_written = hashlib.sha256(stored).hexdigest() == digest
        frame = Frame.from_bytes(stored)
    except FrameError as error:
        raise Damaged(f"Its records in {where} are not what was written.") from error
    except FileNotFoundError as error:
        raise Damaged(f"Its records in {where} are gone.") from error
    except OSError as error:
        raise frame_failure(error, path) from error
    # The first frames were named by the hash of their texts.
    if not as_written and frame.digest() != digest:
        raise Damaged(f"Its records in {where} are not what was written.")
    return frame


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in pieces: other threads go on meanwhile."""
    sha = hashlib.sha256()
    with path.open("rb") as stored:
        while piece := stored.read(_PIECE):
            sha.update(piece)
    return sha.hexdigest()


def _sync(path: Path) -> None:
    if os.name != "posix" and path.is_dir():
        return  # Directories cannot be opened there; renames are ordered by the system.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def frame_failure(error: OSError, path: Path) -> WorkspaceError:
    """The sentence for a base frame that cannot be written or read."""
    where = visible(str(path), 200)
    # What polars raises has the system's number only in its words.
    told = re.search(r"os error (\d+)", str(error))
    number = error.errno if error.errno is not None or told is None else int(told[1])
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"The disk is full. Make room: {where} cannot be written.")
    if number == errno.EROFS:
        return ReadOnly(f"The disk is read-only. Allow writing, or name another workspace: {where}.")
    words = os.strerror(number) if number is not None else type(error).__name__
    reason = visible(error.strerror or words, 80)
    return CannotOpen(f"The stored records in {where} cannot be reached: {reason}.")
