"""What calamine does not say about an old workbook (XLS): that it is locked, and the errors in its cells.

Runs in the child process. Only the frame of each record is read, and the few records that matter; where
anything does not fit, nothing is said, and calamine decides.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_SECTOR_END = 0xFFFFFFFA
_MOST_ERRORS = 100_000
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _BOOLERR, _FORMULA = 0x0809, 0x000A, 0x002F, 0x0085, 0x0205, 0x0006


class OldWorkbook:
    """The stream of a workbook within a compound file.

    Args:
        file: open for reading, seekable.

    Attributes:
        locked: it asks for a password.
        stream: the records, empty where the file has another form.
    """

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        try:
            self.stream = _workbook_stream(file.read())
        except (struct.error, IndexError, ValueError):
            self.stream = b""
        self._sheets: list[int] = []
        self.locked = False
        for number, data in _records(self.stream, 0):
            if number == _FILEPASS:
                self.locked = True
                return
            if number == _BOUNDSHEET and len(data) >= 8 and data[5] == 0:  # a sheet of cells
                self._sheets.append(struct.unpack_from("<I", data)[0])
            elif number == _EOF:
                break

    def errors(self, sheet: int) -> list[tuple[int, int, str]]:
        """The cells of a sheet that hold an error: row and column from 1, and its text.

        Args:
            sheet: index among the sheets that hold cells.
        """
        found: list[tuple[int, int, str]] = []
        if sheet >= len(self._sheets):
            return found
        depth = 0
        for number, data in _records(self.stream, self._sheets[sheet]):
            if number == _BOF:
                depth += 1  # a chart within the sheet
            elif number == _EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif depth == 1 and (text := _error(number, data)) and len(found) < _MOST_ERRORS:
                row, column = struct.unpack_from("<HH", data)
                found.append((row + 1, column + 1, text))
        return found


def _error(number: int, data: bytes) -> str:
    """The text of the error that a cell's record holds, "" where it holds something else."""
    if number == _BOOLERR and len(data) >= 8 and data[7] == 1:
        return _ERRORS.get(data[6], "")
    if number == _FORMULA and len(data) >= 14 and data[6] == 2 and data[12:14] == b"\xff\xff":
        return _ERRORS.get(data[8], "")
    return ""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at >= 0 and at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        yield number, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _workbook_stream(data: bytes) -> bytes:
    """The bytes of the stream "Workbook" (or "Book"), as the table of sectors chains them."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise ValueError("no compound file")
    size = 1 << shift
    directory, further, count = struct.unpack_from("<I", data, 48)[0], *struct.unpack_from("<II", data, 68)
    tables = list(struct.unpack_from("<109I", data, 76))
    per_sector = size // 4
    while further < _SECTOR_END and count and len(tables) * size <= len(data):
        entries = struct.unpack_from(f"<{per_sector}I", data, (further + 1) * size)
        tables += entries[:-1]
        further, count = entries[-1], count - 1
    chain: list[int] = []
    for sector in tables:
        if sector < _SECTOR_END:
            chain += struct.unpack_from(f"<{per_sector}I", data, (sector + 1) * size)

    def read(start: int, most: int) -> bytes:
        parts: list[bytes] = []
        while start < _SECTOR_END and len(parts) * size < most:
            parts.append(data[(start + 1) * size : (start + 2) * size])
            start = chain[start]
        return b"".join(parts)[:most]

    entries_of = read(directory, len(data))
    for at in range(0, len(entries_of) - 127, 128):
        entry = entries_of[at : at + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").casefold()
        if name in ("workbook", "book") and entry[66] == 2:
            start, total = struct.unpack_from("<II", entry, 116)
            return read(start, min(total, len(data)))
    raise ValueError("no workbook in it")
