"""Opening a file, looking at its first bytes, and turning bytes into text with the line of what is wrong."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from leapgrid.files.limits import MAX_LINE, MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.visible import visible

_BLOCK = 256 * 1024
HEAD = 64 * 1024
"""Bytes that are looked at to tell what a file is."""

_EXCEL = "Excel files cannot be read yet. Save it as CSV (UTF-8)."

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _EXCEL),
    (b"%PDF-", "PDF files cannot be read. Export the table as CSV (UTF-8)."),
    (b"\x1f\x8b", "It is compressed (gzip). Unpack it first."),
    (b"SQLite format 3\x00", "Databases cannot be read. Export the table as CSV (UTF-8)."),
    (b"PAR1", "Parquet files cannot be read. Export the table as CSV (UTF-8)."),
)

_UTF16_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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


def sniff(file: BinaryIO, name: str) -> str:
    """The beginning of a file as text, for telling what it holds; the file is rewound.

    Raises:
        UnreadableFile: empty, or no text in UTF-8 as far as its first bytes show.
    """
    head = read_bounded(file, HEAD, name)
    rewind(file, name)
    refuse_binary(head, name)
    return head.decode("utf-8-sig", "replace")


def refuse_binary(head: bytes, name: str) -> None:
    """Refuse what is known not to be text in UTF-8 by how it begins.

    Raises:
        UnreadableFile: with what to do, for Excel files, other encodings and everything binary.
    """
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise UnreadableFile(f"{name} is empty. Name a file with a header line and records.")
    if head.startswith(b"PK\x03\x04"):
        if name.lower().endswith(".zip"):
            raise UnreadableFile(f"{name} is a ZIP archive. Unpack it and open the CSV or JSON file in it.")
        raise UnreadableFile(f"{name}: {_EXCEL}")
    for magic, advice in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile(f"{name}: {advice}")
    if head.startswith(_UTF16_32) or _looks_like_utf16(head):
        raise UnreadableFile(f"{name} is in UTF-16, from line 1 on. Save it as UTF-8.", 1)
    # A NUL or two in a cell is text still.
    if head.count(0) > max(4, len(head) // 10):
        raise UnreadableFile(
            f"{name} is not a text file, from line 1 on. Save the records as CSV (UTF-8).", 1
        )


def _looks_like_utf16(head: bytes) -> bool:
    """Whether every second byte is NUL, as in UTF-16 text of Western letters without a mark."""
    even, odd = head[::2], head[1::2]
    if len(odd) < 2:
        return False
    zeros = sorted((even.count(0) / len(even), odd.count(0) / len(odd)))
    return zeros[0] < 0.1 and zeros[1] > 0.8


def read_bounded(file: BinaryIO, limit: int, name: str) -> bytes:
    """At most ``limit`` bytes from where the file stands.

    Raises:
        UnreadableFile: the system reports an error while reading.
    """
    try:
        return file.read(limit)
    except OSError as problem:
        raise _cannot_open(problem, name) from problem


def rewind(file: BinaryIO, name: str) -> None:
    """Back to the first byte."""
    try:
        file.seek(0)
    except OSError as problem:
        raise _cannot_open(problem, name) from problem


def read_whole(file: BinaryIO, limit: int, what: str, name: str) -> str:
    """The whole file as text.

    Args:
        limit: the most bytes that are read.
        what: what kind of file it is, for the message: "JSON files".

    Raises:
        UnreadableFile: larger than the limit (before it is read), or not UTF-8.
    """
    too_large = UnreadableFile(
        f"{name} is larger than the {limit // MIB} MiB that {what} may have. Split it, or save it as CSV."
    )
    if os.fstat(file.fileno()).st_size > limit:
        raise too_large
    data = read_bounded(file, limit + 1, name)
    if len(data) > limit:
        raise too_large
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _not_utf8(data[: problem.start], data[problem.start], 0, name) from problem


def physical_lines(file: BinaryIO, name: str) -> Generator[str, None, None]:
    """The lines of a text file, each with its line end as it stands there (LF, CR LF or CR).

    The file is read in blocks; a line that is too long is refused before more of it is read.

    Raises:
        UnreadableFile: naming the line that is too long or not UTF-8.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    number = 0
    try:
        while True:
            line = text.readline(MAX_LINE + 1)
            if not line:
                return
            number += 1
            if len(line) > MAX_LINE:
                raise UnreadableFile(
                    f"Line {number} of {name} is longer than {MAX_LINE:,} characters. "
                    "Check that it is a table with one record a line.",
                    number,
                )
            yield line
    except UnicodeDecodeError as problem:
        raise _find_bad_byte(file, name) from problem
    except OSError as problem:
        raise _cannot_open(problem, name) from problem
    finally:
        text.detach()


def _find_bad_byte(file: BinaryIO, name: str) -> UnreadableFile:
    """Where the first byte stands that is not UTF-8; the decoder only knows its place within a block."""
    rewind(file, name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    column_bytes = b""
    while True:
        block = read_bounded(file, _BLOCK, name)
        pending = decoder.getstate()[0]
        data = pending + block
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as problem:
            return _not_utf8(column_bytes + data[: problem.start], data[problem.start], lines, name)
        if not block:  # another process has mended the file meanwhile
            return UnreadableFile(f"{name} was changed while it was read. Open it again.")
        # Bytes that the decoder still holds come back with the next block.
        consumed = column_bytes + data[: len(data) - len(decoder.getstate()[0])]
        # A line break may be cut in two, so the last line is always carried over.
        *whole, column_bytes = consumed.splitlines(keepends=True) or [b""]
        lines += len(whole)


def _not_utf8(before: bytes, byte: int, lines: int, name: str) -> UnreadableFile:
    parts = before.splitlines(keepends=True)
    if parts and parts[-1].endswith((b"\n", b"\r")):
        parts.append(b"")
    line = lines + max(len(parts), 1)
    column = len(parts[-1].removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")) + 1 if parts else 1
    return UnreadableFile(
        f"Line {line} of {name} is not UTF-8 (byte 0x{byte:02X}, character {column}). "
        "Save the file as UTF-8 and open it again.",
        line,
    )
