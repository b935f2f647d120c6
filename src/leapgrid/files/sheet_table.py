"""Collecting the cells of a sheet into columns of text, within limits of size; in the child process."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress, zip_longest
from pathlib import Path
from typing import Any

from leapgrid.files.limits import MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.files.sheet_xlsx import cell_name, too_wide

_SLAB_ROWS = 16_384
_SLAB_CELLS = 500_000
SMALL_CELLS = 60_000
"""Up to so many cells the table is handed over as JSON, without polars, which takes longer to load."""
_INLINE = 12
"""A text of up to so many bytes takes 16 bytes in polars, a longer one its own length besides."""


class Table:
    """Rows of one sheet, without those that are wholly blank, and without blank columns at both sides.

    Args:
        sheet: its name, for messages.
        name: the file's name as messages print it.
        limits: what the table may take.
        start: the column of the sheet where the rows begin that are added, from 0.
    """

    def __init__(self, sheet: str, name: str, limits: SheetLimits, start: int = 0) -> None:
        self.sheet = sheet
        self._name = name
        self._limits = limits
        self._pending: list[list[str]] = []
        self._pending_cells = 0
        self._parts: list[list[Any]] = []  # a slab: its columns, as lists or as Series
        self._bytes = 0
        self._cells = 0
        self.rows = array("q")
        self._start = start
        self._first = -1
        self._end = 0

    def add(self, row: int, texts: list[str]) -> None:
        """Take a row, and keep the list.

        Args:
            row: its number in the sheet, from 1; larger than those before.
            texts: of its cells, from column ``start`` on.

        Raises:
            UnreadableFile: the table becomes too large.
        """
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            return
        self.rows.append(row)
        self._pending.append(texts)
        self._pending_cells += len(texts)
        if len(self._pending) >= _SLAB_ROWS or self._pending_cells >= _SLAB_CELLS:
            self._flush()

    def add_block(self, row: int, columns: list[Sequence[str]]) -> None:
        """Take many rows at once, column by column; not to be mixed with :meth:`add`.

        Args:
            row: number of the first one in the sheet, from 1.
            columns: all of one length; the first is column ``start``.

        Raises:
            UnreadableFile: the table becomes too large.
        """
        while columns and not any(columns[-1]):
            columns.pop()
        if not columns:
            return
        filled = list(map(any, zip(*columns, strict=True)))
        numbers = range(row, row + len(filled))
        if all(filled):
            self.rows.extend(numbers)
        else:
            self.rows.extend(compress(numbers, filled))
            columns = [tuple(compress(column, filled)) for column in columns]
        self._take(columns)

    def _flush(self) -> None:
        if self._pending:
            columns: list[Sequence[str]] = list(zip_longest(*self._pending, fillvalue=""))
            self._pending, self._pending_cells = [], 0
            self._take(columns)

    def _take(self, columns: list[Sequence[str]]) -> None:
        first = len(self.rows) - len(columns[0])
        for index, column in enumerate(columns):
            longest = max(map(len, column))
            if not longest:
                continue
            if longest > self._limits.text:
                row = next(at for at, text in enumerate(column) if len(text) > self._limits.text)
                cell = cell_name(self.rows[first + row], self._start + index + 1)
                raise UnreadableFile(
                    f"Cell {cell} of sheet {quoted(self.sheet)} in "
                    f"{self._name} has more than {self._limits.text:,} characters. Shorten it, or leave its "
                    "column out.",
                    self.rows[first + row],
                )
            self._first = index if self._first < 0 else min(self._first, index)
            self._end = max(self._end, index + 1)
            self._bytes += sum(size for size in map(len, column) if size > _INLINE)
        self._bytes += 16 * len(columns) * len(columns[0])
        self._cells += len(columns) * len(columns[0])
        if self.width > self._limits.columns:
            raise too_wide(self.width, self.sheet, self._name, self._limits)
        if self._bytes > self._limits.table or self._cells > self._limits.cells:
            raise UnreadableFile(
                f"Sheet {quoted(self.sheet)} of {self._name} takes more than "
                f"{self._limits.table // MIB:,} MiB as a table. Delete columns that are not needed, "
                "split it, or save it as CSV (UTF-8)."
            )
        kept: list[Any] = list(columns)
        if self._cells > SMALL_CELLS:
            # Half of the memory, and the whole table may need more than the child has.
            for part in [*self._parts, kept]:
                part[:] = [
                    _compact(column) if isinstance(column, list | tuple) else column for column in part
                ]
        self._parts.append(kept)

    def finish(self) -> None:
        """No further row comes.

        Raises:
            UnreadableFile: as :meth:`add`.
        """
        self._flush()

    @property
    def left(self) -> int:
        """The column of the sheet where the table begins, from 0."""
        return self._start + max(self._first, 0)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self._end - max(self._first, 0)

    @property
    def small(self) -> bool:
        """Whether it is handed over as :meth:`lists` rather than as :meth:`to_arrow`."""
        return self._cells <= SMALL_CELLS

    def lists(self) -> list[list[str]]:
        """The columns of a small table."""
        columns: list[list[str]] = [[] for _ in range(max(self._first, 0), self._end)]
        for part in self._parts:
            height = len(part[0])
            for index, column in enumerate(columns, max(self._first, 0)):
                column.extend(part[index] if index < len(part) else [""] * height)
        return columns

    def to_arrow(self, path: Path) -> None:
        """Write the columns as an Arrow IPC file; those with halves of surrogate pairs as bytes."""
        import polars as pl

        columns: dict[str, Any] = {}
        heights = [len(part[0]) for part in self._parts]
        for index in range(max(self._first, 0), self._end):
            pieces = [
                part[index] if index < len(part) else pl.Series([""]).new_from_index(0, height)
                for part, height in zip(self._parts, heights, strict=True)
            ]
            if any(piece.dtype == pl.Binary for piece in pieces):
                pieces = [piece.cast(pl.Binary) for piece in pieces]
            columns[str(index)] = pl.concat(pieces)
        pl.DataFrame(columns).write_ipc(path, compression="zstd")


def _compact(column: Sequence[str]) -> Any:
    import polars as pl

    try:
        return pl.Series(column, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series([text.encode("utf-8", "surrogatepass") for text in column], dtype=pl.Binary)


def from_arrow(path: Path, width: int, height: int) -> list[Sequence[str]]:
    """Read back what :meth:`Table.to_arrow` wrote.

    Returns:
        Lists, or polars Series of strings where the table is high.

    Raises:
        ValueError: it is something else.
        OSError: it cannot be read.
    """
    import polars as pl

    stored = path.read_bytes()
    try:
        table = pl.read_ipc(stored)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as problem:
        raise ValueError("no Arrow file") from problem
    if table.width != width or table.height != height:
        raise ValueError("another table")
    columns: list[Sequence[str]] = []
    for series in table.get_columns():
        if series.dtype == pl.Binary:
            columns.append([raw.decode("utf-8", "surrogatepass") for raw in series.to_list()])
        elif series.dtype == pl.String:
            # A Series is a sequence of texts in all but name.
            column: Any = series
            columns.append(column)
        else:
            raise ValueError("another table")
    return columns
