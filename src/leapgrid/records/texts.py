"""The texts of one field: a column as it was read, and what was written over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from leapgrid.records.issues import RowId

if TYPE_CHECKING:
    import polars as pl

_LARGE = 50_000
"""Above this many rows a column that was written anew is kept in polars' compact form."""

_WIDE = 20_000
"""Up to this many texts are written one by one, whatever the height of the column."""


class Texts:
    """Texts by row id. The column that was read never changes; single texts lie over it by row.

    An edit of most rows makes a new column under them instead, so that it holds no entry a row.

    Args:
        read: the frame's column, None where the field was not read.
        height: how many rows were read; rows from there on came later.
    """

    __slots__ = ("_height", "_read", "base", "over")

    def __init__(self, read: Sequence[str] | None, height: int) -> None:
        self._read = read
        self._height = height
        self.base: Sequence[str] | None = read
        self.over: dict[RowId, str] = {}

    def __getitem__(self, row: RowId) -> str:
        text = self.over.get(row)
        return text if text is not None else _at(self.base, self._height, row)

    def original(self, row: RowId) -> str:
        """The text as it was read, "" for a row that came later."""
        return _at(self._read, self._height, row)

    def put(self, row: RowId, text: str) -> None:
        """Write a text."""
        if text == _at(self.base, self._height, row):
            self.over.pop(row, None)
        else:
            self.over[row] = text

    def many(self, rows: Sequence[RowId]) -> tuple[str, ...]:
        """The texts of rows."""
        if len(rows) < _WIDE:
            return tuple(map(self.__getitem__, rows))
        texts = self.as_list()
        height, get = self._height, self.over.get
        if isinstance(rows, range) and rows.step == 1 and rows.stop <= height:
            return tuple(texts[rows.start : rows.stop])
        return tuple(texts[row] if row < height else get(row, "") for row in rows)

    def put_many(self, rows: Sequence[RowId], texts: Sequence[str]) -> None:
        """Write texts into rows."""
        if len(rows) < _WIDE or len(rows) * 8 < self._height:
            for row, text in zip(rows, texts, strict=True):
                self.put(row, text)
            return
        column = self.as_list()
        later: dict[RowId, str] = {row: text for row, text in self.over.items() if row >= self._height}
        if isinstance(rows, range) and rows.step == 1 and rows.stop <= self._height:
            column[rows.start : rows.stop] = texts
        else:
            for row, text in zip(rows, texts, strict=True):
                if row < self._height:
                    column[row] = text
                elif text:
                    later[row] = text
                else:
                    later.pop(row, None)
        self.base = _compact(column)
        self.over = later

    def differing(self) -> Iterable[RowId]:
        """The rows whose text is another than was read."""
        if self.base is self._read:
            return self.over.keys()
        now = self.as_list()
        read = _as_list(self._read, self._height)
        rows = {row for row, (text, was) in enumerate(zip(now, read, strict=True)) if text != was}
        rows.update(row for row in self.over if row >= self._height)
        return rows

    def frozen(self) -> Texts:
        """The texts as they are now; costs what was written one by one."""
        copy = Texts(self._read, self._height)
        copy.base = self.base
        copy.over = dict(self.over)
        return copy

    def as_list(self) -> list[str]:
        """The texts of the rows that were read, as a list of its own."""
        texts = _as_list(self.base, self._height)
        for row, text in self.over.items():
            if row < self._height:
                texts[row] = text
        return texts

    def by_id(self, size: int, gone: Collection[RowId]) -> Sequence[str]:
        """A column in which row ids are indices, for work on all rows at once.

        Args:
            size: how long it is; rows from there on are left out.
            gone: rows that were deleted; theirs are empty.

        Returns:
            A list, or a polars Series where the column is one. It may be the very column that was read.
        """
        base = self.base
        if base is not None and not self.over and not gone and size == self._height:
            return base
        if not hasattr(base, "to_list"):
            return self._listed(size, gone)
        import polars as pl

        series = cast(pl.Series, base)
        changes = {row: text for row, text in self.over.items() if row < self._height}
        changes.update((row, "") for row in gone if row < self._height)
        try:
            series = scattered(series, changes)
            if size > self._height:
                gone = gone if isinstance(gone, set | frozenset) else set(gone)
                later = ["" if row in gone else self.over.get(row, "") for row in range(self._height, size)]
                series = pl.concat([series, pl.Series(series.name, later, dtype=pl.String)])
        except UnicodeEncodeError:
            # Half of a surrogate pair was written, which polars cannot hold.
            return self._listed(size, gone)
        return cast(Sequence[str], series)

    def _listed(self, size: int, gone: Collection[RowId]) -> list[str]:
        texts = self.as_list()
        texts.extend(self.over.get(row, "") for row in range(self._height, size))
        for row in gone:
            if row < size:
                texts[row] = ""
        return texts


def scattered(series: pl.Series, changes: Mapping[int, str]) -> pl.Series:
    """A column with other texts at some indices.

    Raises:
        UnicodeEncodeError: a text cannot be held by polars.
    """
    import polars as pl

    if not changes:
        return series
    texts = pl.Series(list(changes.values()), dtype=pl.String)
    # Series.scatter changes its own series; a clone shares the memory until then.
    return series.clone().scatter(list(changes), texts)


def _compact(column: list[str]) -> Sequence[str]:
    if len(column) <= _LARGE:
        return column
    import polars as pl

    try:
        return cast(Sequence[str], pl.Series(column, dtype=pl.String))
    except UnicodeEncodeError:
        return column


def _at(column: Sequence[str] | None, height: int, row: RowId) -> str:
    if column is None or not 0 <= row < height:
        return ""
    return column[row] or ""


def _as_list(column: Sequence[str] | None, height: int) -> list[str]:
    if column is None:
        return [""] * height
    to_list: Any = getattr(column, "to_list", None)
    texts: list[str | None] = to_list() if to_list is not None else list(column)
    return [text or "" for text in texts]
