"""CSV, TSV and the like: from the bytes of a file to a table of texts, with a note on everything odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from leapgrid.files.blocks import BLOCK, Block, NotInEncoding, blocks, lines_of, text_of, told
from leapgrid.files.dialect import SHOWN, CountMatches, Dialect, find_dialect
from leapgrid.files.encoding import NAMES, describe_encoding, find_encoding
from leapgrid.files.headerline import LOOKED_AT
from leapgrid.files.limits import MIB
from leapgrid.files.model import Detected, ReadOptions
from leapgrid.files.notebook import Notebook
from leapgrid.files.source import Source
from leapgrid.files.splitting import Records
from leapgrid.files.taking import Taker, take_all
from leapgrid.records.frame import Frame
from leapgrid.visible import visible

LARGE = MIB
"""Bytes from which on polars is worth the time that importing it takes."""

_FLUSH = 4096
"""Rows that are held before they are turned into columns: one call a column instead of one a cell."""

_SAMPLE = 2 * MIB
"""Bytes in which the delimiter and the header line are sought."""


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited file, read.

    Attributes:
        frame: the cells, with the line of each record.
        options: as they were used.
        detected: what was found out.
    """

    frame: Frame
    options: ReadOptions
    detected: tuple[Detected, ...]


def read_table(
    source: Source,
    codec: str,
    options: ReadOptions,
    *,
    preferred: str,
    count_matches: CountMatches,
    notes: Notebook,
    large: int = LARGE,
    block: int = BLOCK,
) -> Table:
    """Read a delimited file.

    Args:
        source: the file.
        codec: what Python calls its encoding.
        options: what a person said.
        preferred: the delimiter that its suffix stands for: a comma or a tab.
        count_matches: how many of some headers are fields; helps to find delimiter and header line.
        notes: takes what a person should know: short, long and blank lines, stray quotes, the delimiter.
        large: from so many bytes on polars reads what is regular.
        block: bytes that are handed to polars at once.

    Raises:
        NotInEncoding: a byte does not belong to the encoding.
        UnreadableFile: a quote that is never closed, a cell or a header that is too large, too many cells.
        ReadingCancelled: nobody waits any more.
    """
    small = source.size < large
    pieces = blocks(source, codec, max(source.size, 1) * 4 if small else block)
    held = [next(pieces)]
    while not held[-1].last and (small or sum(len(piece.data) for piece in held) < _SAMPLE):
        held.append(next(pieces))
    begun = b"".join(piece.data for piece in held)
    text, whole = (text_of(begun, 1), True) if small else _beginning(begun, held[-1].last)
    lines = list(islice(lines_of(text, 1, source.name), max(3 * LOOKED_AT, (options.header_line or 0) + 1)))
    dialect = find_dialect(
        lines,
        source.name,
        options,
        last=whole and sum(map(len, lines)) == len(text),
        preferred=preferred,
        count_matches=count_matches,
        notes=notes,
    )
    taker = Taker(len(dialect.headers), source.name, notes, dialect.blank)
    behind = "".join(lines[: dialect.first_line - 1])
    if small:
        frame = _read_small(text[len(behind) :], source, dialect, taker, notes)
    else:
        from leapgrid.files.regular import Bulk

        bulk = Bulk(dialect.delimiter, source.name, notes, taker, dialect.first_line, source.go_on)
        above = len(behind.encode())
        del begun
        rest = b""
        for piece in chain(_drained(held), pieces):
            data = piece.data[above:] if above else piece.data
            above = max(0, above - len(piece.data))
            rest = bulk.add(rest + data if rest else data, last=piece.last)
        columns, numbers = bulk.finish()
        frame = Frame(dialect.headers, columns, numbers)
    source.unchanged()
    frame = taker.finish(frame)
    used = ReadOptions(codec, dialect.delimiter, dialect.header_line)
    return Table(frame, used, _describe(codec, text, options, dialect, taker))


def find_out(source: Source, problem: NotInEncoding, options: ReadOptions, codec: str) -> str:
    """The encoding to read a file in again after one did not fit; see :func:`find_encoding`.

    Raises:
        UnreadableFile: there is none, or a person chose the one that does not fit.
    """
    if options.encoding is not None or codec != "utf-8":
        raise told(problem, source.name, NAMES.get(codec, codec), "Choose another encoding.") from problem
    return find_encoding(source, problem)


def _drained(held: list[Block]) -> Iterator[Block]:
    """The blocks, each let go of once it is used."""
    while held:
        yield held.pop(0)


def _beginning(data: bytes, last: bool) -> tuple[str, bool]:
    """The text of what was read first, or of enough of it, and whether that is the whole file."""
    if len(data) > _SAMPLE:
        end = max(data.rfind(b"\n", 0, _SAMPLE), data.rfind(b"\r", 0, _SAMPLE)) + 1
        if end and data[end - 1 : end + 1] == b"\r\n":
            end += 1
        if end:
            return text_of(data[:end], 1), False
    return text_of(data, 1), last


def _read_small(text: str, source: Source, dialect: Dialect, taker: Taker, notes: Notebook) -> Frame:
    """All records line by line, into lists."""
    headers = dialect.headers
    columns: tuple[list[str], ...] = tuple([] for _ in headers)
    numbers: list[int] = []
    rows: list[list[str]] = []

    def flush() -> None:
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(cells)
        rows.clear()

    number = dialect.first_line
    lines = lines_of(text, number, source.name)
    records = Records(lines, number - 1, source.name, dialect.delimiter, notes, width=len(headers), last=True)
    for row in take_all(records, taker, numbers, source.go_on):
        rows.append(row)
        if len(rows) == _FLUSH:
            taker.check_size(records.number)
            flush()
    taker.check_size(records.number)
    if rows:
        flush()
    return Frame(headers, columns, numbers)


def _describe(
    codec: str, text: str, options: ReadOptions, dialect: Dialect, taker: Taker
) -> tuple[Detected, ...]:
    delimiter = dialect.delimiter
    shown = {"\t": "tab", "\x1f": "unit separator", " ": "space"}.get(delimiter) or visible(delimiter, 8)
    delimiters = (delimiter, *(other for other in SHOWN if other not in (delimiter, " ")))
    line = dialect.header_line
    why = dialect.header_why
    return (
        describe_encoding(codec, text, said=options.encoding is not None),
        Detected("delimiter", shown, taker.share(), delimiters),
        Detected(
            "header",
            f"in line {line}" if line else "none",
            f"{why[0].upper()}{why[1:]}." if why else "It is the first line that is not blank.",
            dialect.header_lines,
        ),
        taker.lines(),
    )
