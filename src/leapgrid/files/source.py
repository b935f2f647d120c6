"""Opening a file, looking at its first bytes, and reading on while nobody stops it or changes the file."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from leapgrid.files.limits import MIB
from leapgrid.files.model import ReadingCancelled, UnreadableFile
from leapgrid.visible import visible

HEAD = 64 * 1024
"""Bytes that are looked at to tell what a file is."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF files cannot be read. Export the table as CSV (UTF-8)."),
    (b"\x1f\x8b", "It is compressed (gzip). Unpack it first."),
    (b"SQLite format 3\x00", "Databases cannot be read. Export the table as CSV (UTF-8)."),
    (b"PAR1", "Parquet files cannot be read. Export the table as CSV (UTF-8)."),
)

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def shown_name(path: str | os.PathLike[str]) -> str:
    """The file's name as messages print it."""
    name = os.fspath(path)
    return visible(os.path.basename(os.path.normpath(name)) or name, 80)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, and nothing that could block or act.

    Raises:
        UnreadableFile: missing, a directory, a pipe, a device, a socket, or no right to read it.
    """
    name = shown_name(path)
    try:
        # Before opening: opening a pipe would wait for its other end, and some devices act on being opened.
        _refuse_irregular(os.stat(path).st_mode, name)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as problem:
        raise _cannot_open(problem, name) from problem
    file = os.fdopen(handle, "rb")
    try:
        # Once more: between the look and the opening another process may have put something else there.
        _refuse_irregular(os.fstat(handle).st_mode, name)
    except UnreadableFile:
        file.close()
        raise
    return file


def _refuse_irregular(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableFile(f"{name} is a folder. Name the file inside it.")
    if not stat.S_ISREG(mode):
        raise UnreadableFile(f"{name} is not a regular file but a pipe or a device. Save its text in a file.")


def _cannot_open(problem: OSError | ValueError, name: str) -> UnreadableFile:
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return UnreadableFile(f"There is no file {name}. Check its name and folder.")
    if isinstance(problem, PermissionError):
        return UnreadableFile(f"{name} may not be read by you. Change its permissions or copy it.")
    if isinstance(problem, OSError) and problem.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return UnreadableFile(f"{name} is not a path that can be opened. Check its name and folder.")
    if isinstance(problem, ValueError):
        return UnreadableFile(f"{name} is not a path that can be opened. Check its name and folder.")
    reason = visible(problem.strerror or "unknown reason", 80)
    return UnreadableFile(f"{name} cannot be opened ({reason}). Check the disk or copy the file.")


def is_spreadsheet(head: bytes) -> bool:
    """Whether a file begins as spreadsheets do: archives and old Office files; what they hold shows later."""
    return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


class Source:
    """A file being read: it says how far it is, asks whether to go on, and notices when the file changes."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """
        Args:
            file: open for reading, and seekable.
            name: the file's name as messages print it.
            progress: called now and then with the bytes that were read and those there are.
            cancelled: asked now and then whether to stop.
        """
        self.file = file
        self.name = name
        self._progress = progress
        self._cancelled = cancelled
        self._stamp = self._look()
        self.size = self._stamp[0]
        self._done = 0

    def _look(self) -> tuple[int, int]:
        try:
            handle = self.file.fileno()
        except (OSError, ValueError):  # bytes in memory have no number, and nobody else changes them
            at = self.file.tell()
            size = self.file.seek(0, os.SEEK_END)
            self.file.seek(at)
            return size, 0
        status = os.fstat(handle)
        return status.st_size, status.st_mtime_ns

    def go_on(self) -> None:
        """
        Raises:
            ReadingCancelled: it is not wanted any more.
        """
        if self._cancelled is not None and self._cancelled():
            raise ReadingCancelled(f"The reading of {self.name} was cancelled.")

    def read(self, limit: int = MIB) -> bytes:
        """The next bytes, at most ``limit``; none at the end. A file that grows is read to its old end.

        Raises:
            UnreadableFile: the system reports an error.
            ReadingCancelled: see :meth:`go_on`.
        """
        self.go_on()
        data = read_bounded(self.file, max(0, min(limit, self.size - self._done)), self.name)
        self._done += len(data)
        if self._progress is not None:
            self._progress(self._done, self.size)
        return data

    def rewind(self) -> None:
        """Back to the first byte."""
        try:
            self.file.seek(0)
        except OSError as problem:
            raise _cannot_open(problem, self.name) from problem
        self._done = 0

    def head(self) -> bytes:
        """The first bytes, for telling what a file holds; the file is rewound."""
        self.rewind()
        data = read_bounded(self.file, HEAD, self.name)
        self.rewind()
        return data

    def unchanged(self) -> None:
        """
        Raises:
            UnreadableFile: another program wrote to the file, so that what was read may be of two minds.
        """
        if self._look() != self._stamp:
            raise UnreadableFile(
                f"{self.name} was changed while it was read. Open it again when nothing writes to it."
            )


def refuse_binary(head: bytes, name: str) -> None:
    """Refuse what is known not to be text by how it begins.

    Raises:
        UnreadableFile: with what to do, for databases, archives and everything binary.
    """
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise UnreadableFile(f"{name} is empty. Name a file with a header line and records.")
    for magic, advice in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile(f"{name}: {advice}")
    # A NUL or two in a cell is text still, and UTF-16 has them in every other place.
    if head.count(0) > max(4, len(head) // 10) and not wide_encoding(head):
        raise UnreadableFile(
            f"{name} is not a text file, from line 1 on. Save the records as CSV (UTF-8).", 1
        )


def wide_encoding(head: bytes) -> str | None:
    """The name of the encoding of text whose characters take two or four bytes, as far as its head shows.

    Args:
        head: how the file begins; only its first few thousand bytes are looked at.

    Returns:
        None for everything else, UTF-8 with a mark among it.
    """
    if head.startswith(codecs.BOM_UTF8):
        return None  # however many NULs its cells have
    if head.startswith(_UTF32):
        return "utf-32"
    if head.startswith(_UTF16):
        return "utf-16"
    head = head[:4096]
    head = head[: len(head) // 2 * 2]
    # Without a mark: line ends, delimiters and Western letters have a NUL on one side, and on one only.
    front, back = head[::2].count(0), head[1::2].count(0)
    few, many = sorted((front, back))
    if many < 4 or few * 20 > many:
        return None
    codec = "utf-16-le" if back > front else "utf-16-be"
    # A NUL within a cell is beside a letter; in UTF-16 there is one beside every line end too.
    for sign in (b"\n", b"\r", b",", b";", b"\t"):
        count = head.count(sign)
        if count:
            beside = head.count(sign + b"\0" if back > front else b"\0" + sign)
            return codec if beside * 2 > count else None
    return codec if many * 6 > len(head) else None


def read_bounded(file: BinaryIO, limit: int, name: str) -> bytes:
    """At most ``limit`` bytes from where the file stands.

    Raises:
        UnreadableFile: the system reports an error while reading.
    """
    try:
        return file.read(limit)
    except OSError as problem:
        raise _cannot_open(problem, name) from problem
