"""CSV and TSV out: exact, so that reading it gives the same texts, or harmless for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal

from leapgrid.files.escapes import ESCAPED, EXACT, escape
from leapgrid.files.model import UnreadableFile
from leapgrid.records.schema import ObjectSchema

Row = Sequence[str]
Rows = Iterable[Row]
Quoting = Literal[0, 1, 2, 3]

_LOOKED_AT = 64
"""Rows that detection looks at, and so the rows that are tried before they are written."""

_MARK = "\ufeff"
_PLAIN_HEADER = re.compile(r"(?!curl)\w[\w .-]*")


@dataclass(slots=True)
class Written:
    """What writing came to.

    Attributes:
        records: rows, without the header.
        escaped: cells that got an apostrophe.
        halves: cells in which half of a character, which UTF-8 cannot carry, was replaced.
        certain: whether our own reader takes the file for what it is without being told.
    """

    records: int = 0
    escaped: int = 0
    halves: int = 0
    certain: bool = True


def write_exact(
    file: BinaryIO,
    headers: Row,
    rows: Rows,
    *,
    schema: ObjectSchema,
    delimiter: str = ",",
    suffix: str = ".csv",
) -> Written:
    """Write a table as UTF-8 text that our reader gives back cell by cell.

    Quotes stand only where they are needed. Where the first rows would be taken for something else so (a
    title above the header, another delimiter, a curl command), all cells are quoted, and if that does not
    help either, a last column is added that says where the header is.

    Args:
        file: to write bytes to.
        headers: as they are to stand in the file.
        rows: each as long as ``headers``; gone through once.
        schema: the object whose records they are; the names of its fields tell a reader the header line.
        delimiter: a comma or a tab.
        suffix: what the file's name will end in; detection looks at it.
    """
    done = Written()
    coming = iter(rows)
    head = [list(row) for row in islice(coming, _LOOKED_AT)]
    headers = [_whole(header, done) for header in headers]
    tried = [[_whole(cell, Written()) for cell in row] for row in head]
    quoting, marked, done.certain = _how(headers, tried, _Trial(schema, delimiter, suffix))
    names = [*headers, EXACT] if marked else list(headers)
    tail = [""] if marked else []

    def lines() -> Iterator[list[str]]:
        for row in chain(head, coming):
            done.records += 1
            yield [*_all_whole(row, done), *tail]

    _write(file, chain([names], lines()), delimiter, quoting)
    return done


def write_for_spreadsheets(file: BinaryIO, headers: Row, rows: Rows, *, acts: bool = True) -> Written:
    """Write a table as CSV that spreadsheets open in the right encoding, and of which they calculate nothing.

    Args:
        file: to write bytes to.
        headers: as they are to stand in the file.
        rows: each as long as ``headers``; gone through once.
        acts: whether there may be cells to make harmless; else the column that tells of them is left out.
    """
    done = Written()
    names, numbers = _harmless([_whole(header, done) for header in headers], done, first=True)
    file.write(_MARK.encode())

    def lines() -> Iterator[list[str]]:
        for row in rows:
            done.records += 1
            cells, mark = _harmless(_all_whole(row, done), done)
            yield [*cells, mark] if acts else cells

    header = [*names, f"{ESCAPED} {numbers}".rstrip()] if acts else names
    # What begins like JSON, a comment or a command is a header all the same once it stands in quotes.
    is_plain = bool(names) and _PLAIN_HEADER.fullmatch(names[0]) is not None
    _write(file, [header], ",", csv.QUOTE_MINIMAL if is_plain else csv.QUOTE_ALL)
    _write(file, lines(), ",", csv.QUOTE_MINIMAL)
    return done


def acts_anywhere(headers: Row, rows: Rows) -> bool:
    """Whether any cell would have to be made harmless. Stops at the first."""
    if any(escape(header, first=at == 0) is not None for at, header in enumerate(headers)):
        return True
    return any(escape(cell) is not None for row in rows for cell in row)


def _harmless(cells: Row, done: Written, *, first: bool = False) -> tuple[list[str], str]:
    """The cells as a spreadsheet may see them, and the numbers of those that are not as they were."""
    made = [escape(cell, first=first and at == 0) for at, cell in enumerate(cells)]
    numbers = [number for number, text in enumerate(made, 1) if text is not None]
    if not numbers:
        return list(cells), ""
    done.escaped += len(numbers)
    texts = [old if new is None else new for old, new in zip(cells, made, strict=True)]
    return texts, " ".join(map(str, numbers))


def _write(file: BinaryIO, rows: Iterable[Row], delimiter: str, quoting: Quoting) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        # The line end of RFC 4180; the csv module quotes a line break in a cell only if it is one of its own.
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerows(rows)
        text.flush()
    finally:
        text.detach()


def _how(headers: Row, head: Sequence[Row], trial: _Trial) -> tuple[Quoting, bool, bool]:
    """How to quote, whether to mark, and whether that is certain to be read as it is meant."""
    # Unquoted, a first header that begins so would be taken for the byte order mark of the file.
    if headers and not headers[0].startswith(_MARK) and trial(headers, head, csv.QUOTE_MINIMAL):
        return csv.QUOTE_MINIMAL, False, True
    if trial(headers, head, csv.QUOTE_ALL):
        return csv.QUOTE_ALL, False, True
    if trial([*headers, EXACT], [[*row, ""] for row in head], csv.QUOTE_ALL):
        return csv.QUOTE_ALL, True, True
    return csv.QUOTE_ALL, False, False


@dataclass(frozen=True, slots=True)
class _Trial:
    """Writes the beginning of a table and reads it with our own reader, to see whether it stays the same."""

    schema: ObjectSchema
    delimiter: str
    suffix: str

    def __call__(self, headers: Row, head: Sequence[Row], quoting: Quoting) -> bool:
        from leapgrid.files.reader import read_raw

        data = io.BytesIO()
        _write(data, chain([headers], head), self.delimiter, quoting)
        with tempfile.TemporaryDirectory(prefix="leapgrid-") as folder:
            path = Path(folder, f"head{self.suffix}")
            path.write_bytes(data.getvalue())
            try:
                frame = read_raw(path, schema=self.schema).frame
            except UnreadableFile:
                return False
        width = len(headers) - (headers[-1] == EXACT and len(headers) > 1)
        columns = [frame.column(index) for index in range(len(frame.headers))]
        found = [list(row) for row in zip(*columns, strict=True)]
        return frame.headers == tuple(headers[:width]) and found == [list(row[:width]) for row in head]


def _all_whole(row: Row, done: Written) -> list[str]:
    return [cell if cell.isascii() else _whole(cell, done) for cell in row]


def _whole(text: str, done: Written) -> str:
    """The text as UTF-8 can carry it: half of a surrogate pair becomes the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        done.halves += 1
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
