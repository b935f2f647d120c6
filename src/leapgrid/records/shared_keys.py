"""Which rows had the same key when a batch was checked: answers that cost the same at any number of rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress, count
from typing import TYPE_CHECKING, Any, Protocol, cast

from leapgrid.records.issues import RowId

if TYPE_CHECKING:
    import polars as pl


def _hash(keys: pl.Series) -> pl.Series:
    """polars' own hashes: made at once, holding up no other thread. They are never stored."""
    return keys.hash()


class SharedKeys(Protocol):
    """The keys of a column by row id, as they were. Immutable."""

    @property
    def rows(self) -> Sequence[RowId]:
        """The rows whose key another row has too, ascending."""
        ...

    def key(self, row: RowId) -> str | None:
        """The key of a row, None where it had none or was not there."""
        ...

    def shares(self, row: RowId) -> bool:
        """Whether another row has the row's key too."""
        ...

    def count(self, key: str) -> int:
        """How many rows have a key."""
        ...

    def members(self, key: str) -> Iterator[RowId]:
        """The rows that have a key, ascending."""
        ...


def shared_keys(keys: Sequence[str | None]) -> SharedKeys:
    """Look through a column of keys; to be called in the thread that checks.

    Args:
        keys: one a row id, a list or, of large batches, a polars Series of strings.
    """
    return _Many(keys) if hasattr(keys, "to_list") else _Few(keys)


class _Few:
    """A dictionary of all keys: small batches do without polars."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._keys = keys
        self._rows_of: dict[str, list[RowId]] = {}
        for row, key in enumerate(keys):
            if key is not None:
                self._rows_of.setdefault(key, []).append(row)
        self.rows: Sequence[RowId] = sorted(
            row for rows in self._rows_of.values() if len(rows) > 1 for row in rows
        )

    def key(self, row: RowId) -> str | None:
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def shares(self, row: RowId) -> bool:
        key = self.key(row)
        return key is not None and len(self._rows_of[key]) > 1

    def count(self, key: str) -> int:
        return len(self._rows_of.get(key, ()))

    def members(self, key: str) -> Iterator[RowId]:
        return iter(self._rows_of.get(key, ()))


class _Many:
    """Hashes of the keys, sorted, with their rows: 12 bytes a row beside the keys themselves."""

    def __init__(self, keys: Any) -> None:
        import polars as pl

        self._keys: pl.Series = keys
        there = keys.is_not_null()
        table = pl.DataFrame({"hash": _hash(keys), "key": keys}).with_row_index("row")
        table = table.filter(there).sort("hash", "row")
        of_one_hash = table["hash"] == table["hash"].shift(1)
        of_one_key = table["key"] == table["key"].shift(1)
        # Keys that differ and have one hash hardly exist; where they do, each row of the hash is looked at.
        self._exact = not bool((of_one_hash & ~of_one_key).any())
        # Series and not arrays: the few entries that a search looks at are cheaper than turning all over.
        self._hashes: Sequence[int] = cast(Sequence[int], table["hash"])
        self._rows: Sequence[int] = cast(Sequence[int], table["row"])
        again = keys.is_duplicated() & there if not self._exact else _neighbours(of_one_hash)
        if self._exact:
            self.rows: Sequence[RowId] = array("I", table["row"].filter(again).sort().to_list())
        else:
            self.rows = array("I", compress(count(), again.to_list()))
        self._shared = bytearray(len(keys))
        for row in self.rows:
            self._shared[row] = 1

    def key(self, row: RowId) -> str | None:
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def shares(self, row: RowId) -> bool:
        return 0 <= row < len(self._shared) and bool(self._shared[row])

    def count(self, key: str) -> int:
        start, stop = self._span(key)
        if start == stop or (self._exact and self._keys[self._rows[start]] == key):
            return stop - start
        return sum(1 for _ in self.members(key))

    def members(self, key: str) -> Iterator[RowId]:
        start, stop = self._span(key)
        for at in range(start, stop):
            if self._keys[self._rows[at]] == key:
                yield self._rows[at]

    def _span(self, key: str) -> tuple[int, int]:
        import polars as pl

        hashed = _hash(pl.Series([key], dtype=pl.String))[0]
        start = bisect_left(self._hashes, hashed)
        if start == len(self._hashes) or self._hashes[start] != hashed:
            return start, start
        return start, bisect_right(self._hashes, hashed, start)


def _neighbours(same_as_before: pl.Series) -> pl.Series:
    """Which entries of a sorted column are equal to the one before or behind."""
    same = same_as_before.fill_null(False)
    return same | same.shift(-1, fill_value=False)
