"""The texts of a batch at one moment: for a thread of its own, and for what is looked at later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from leapgrid.records.issues import RowId
from leapgrid.records.schema import ObjectSchema
from leapgrid.records.texts import Texts

if TYPE_CHECKING:
    import polars as pl

_GAPS = 65_536
"""Ids in a row that were never used, up to which columns by id have room for them."""


class Snapshot:
    """What :meth:`Batch.snapshot` gives. Later edits do not reach it.

    Args:
        schema: the object.
        texts: of each field.
        height: how many rows were read.
        inserted: the rows that came later, also those that went again.
        deleted: the rows that went.
        version: of the batch.
    """

    def __init__(
        self,
        schema: ObjectSchema,
        texts: Mapping[str, Texts],
        height: int,
        inserted: frozenset[RowId],
        deleted: frozenset[RowId],
        version: int,
    ) -> None:
        self.schema = schema
        self.version = version
        self.height = height
        self._texts = texts
        self._inserted = inserted
        self._deleted = deleted
        end = max(inserted, default=height - 1) + 1
        self.size = end if end - height <= 8 * len(inserted) + _GAPS else height
        """How long columns by id are; rows with larger ids have to be looked at one by one."""

    @property
    def beyond(self) -> list[RowId]:
        """The rows that are there and in no column."""
        return [row for row in self._inserted - self._deleted if row >= self.size]

    def column(self, field: str) -> Sequence[str]:
        """The texts of a field by row id, a list or a polars Series; of rows that are gone empty ones."""
        return self._texts[field].by_id(self.size, self._deleted)

    def values(self, row: RowId) -> dict[str, str]:
        """The texts of a row that are not empty, by field, in the schema's order."""
        return {name: text for name, texts in self._texts.items() if (text := texts[row])}

    def filled(self, columns: Mapping[str, Sequence[str]]) -> bytearray:
        """One byte a row id: 1 where any cell has a text.

        Args:
            columns: by field, of :meth:`column`.
        """
        flags = bytearray(self.size)
        series = [column for column in columns.values() if hasattr(column, "to_list")]
        if series:
            _mark_series(flags, cast("list[pl.Series]", series))
        for column in columns.values():
            if b"\x00" in flags and not hasattr(column, "to_list"):
                for row, text in enumerate(column):
                    if text:
                        flags[row] = 1
        return flags

    def empty(self, filled: bytes | bytearray) -> bytes:
        """One byte a row id: 1 for rows that are there and have no text.

        Args:
            filled: of :meth:`filled`.
        """
        there = bytearray(b"\x01") * self.height + bytes(self.size - self.height)
        for row in self._inserted:
            if row < self.size:
                there[row] = 1
        for row in self._deleted:
            if row < self.size:
                there[row] = 0
        bits = int.from_bytes(there, "little") & ~int.from_bytes(filled, "little")
        return bits.to_bytes(self.size, "little")


def _mark_series(flags: bytearray, columns: Sequence[pl.Series]) -> None:
    """Set the flags of the rows in which a column has a text; most need no look behind the first columns."""
    some: pl.Series | None = None
    for column in columns:
        there = (column.str.len_bytes() > 0).fill_null(False)
        some = there if some is None else some | there
        if bool(some.all()):
            flags[:] = b"\x01" * len(flags)
            return
    if some is not None:
        flags[:] = bytes(map(int, some.to_list()))
