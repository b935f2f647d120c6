"""Columns that grow record by record, whichever keys a record has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SLAB = 16_384
"""Rows that are held as Python texts; those before them lie in polars' compact form."""

_LISTS_UP_TO = 50_000
"""Up to this many rows columns are lists, which need no polars, and index faster."""


class ColumnsBuilder:
    """One column a key, in the order in which the keys come first; what a record lacks is empty."""

    def __init__(self) -> None:
        self.height = 0
        self._columns: dict[str, list[str]] = {}
        self._parts: dict[str, list[Any]] = {}
        self._packed = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self._columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the columns, in their order."""
        return tuple(self._columns)

    def add(self, cells: Mapping[str, str]) -> None:
        """Take a record."""
        at = self.height - self._packed
        for key, text in cells.items():
            column = self._columns.get(key)
            if column is None:
                column = self._columns[key] = []
            if len(column) < at:
                column.extend([""] * (at - len(column)))
            column.append(text)
        self.height += 1
        if at + 1 >= _SLAB and self.height > _LISTS_UP_TO:
            self._pack()

    def finish(self) -> tuple[Sequence[str], ...]:
        """The columns, all of one length."""
        if not self._packed:
            for column in self._columns.values():
                column.extend([""] * (self.height - len(column)))
            return tuple(self._columns.values())
        self._pack()
        import polars as pl

        return tuple(pl.concat(self._filled(key), rechunk=True) for key in self._columns)

    def _pack(self) -> None:
        """Put what was gathered since the last time into polars' form: a fifth of the memory."""
        import polars as pl

        rows = self.height - self._packed
        for key, column in self._columns.items():
            parts = self._filled(key)
            column.extend([""] * (rows - len(column)))
            parts.append(pl.Series(column, dtype=pl.String))
            column.clear()
        self._packed = self.height

    def _filled(self, key: str) -> list[Any]:
        """The packed parts of a column, with empty ones for the rows before its key came first."""
        import polars as pl

        parts: list[Any] = self._parts.setdefault(key, [])
        if not parts and self._packed:
            parts.append(pl.Series([""], dtype=pl.String).new_from_index(0, self._packed))
        return parts
