"""Which rows had the same key when a batch was checked: answers that cost the same at any number of rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, Protocol

from leapgrid.records.issues import RowId

if TYPE_CHECKING:
    import polars as pl


_MOST_SPANS = 50_000
"""Up to this many rows with a shared key have their places kept by key; of more they are looked for."""


_SLAB = 32_768

_hash = hash
"""Python's own: that of a single key costs nothing. It differs between processes, and is never stored."""


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

    def prepare(self) -> None:
        """Make ready what edits will ask; else the first of them does."""


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

    def prepare(self) -> None:
        pass  # It is a dictionary already.


class _Many:
    """The keys that occur twice by name, and all others by their hashes, sorted: 12 bytes a row.

    The hashes serve edits only, so they are made by :meth:`prepare`, or with the first edit.
    """

    def __init__(self, keys: Any) -> None:
        import polars as pl

        self._keys: pl.Series = keys
        # All in polars: other threads go on meanwhile. By hash first, which is quicker than by text.
        hashes = keys.hash()
        maybe = ~hashes.is_unique() & keys.is_not_null()
        twice = pl.DataFrame({"key": keys, "hash": hashes}).with_row_index("row").filter(maybe)
        twice = twice.filter(twice["key"].is_duplicated()).sort("hash", "key", "row")
        self._members: array[int] = _array("I", twice["row"])
        self._groups: dict[str, tuple[int, int]] = {}
        start = 0
        for key, many in _runs(twice["key"].to_list()):
            self._groups[key] = (start, start + many)
            start += many
        self.rows: Sequence[RowId] = array("I", sorted(self._members))
        self._shared = bytearray(len(keys))
        for row in self.rows:
            self._shared[row] = 1
        once = keys.is_not_null()
        self._once: pl.Series = once.scatter(twice["row"], False) if len(twice) else once
        self._hashes: array[int] | None = None
        self._rows: array[int] = array("I")

    def key(self, row: RowId) -> str | None:
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def shares(self, row: RowId) -> bool:
        return 0 <= row < len(self._shared) and bool(self._shared[row])

    def count(self, key: str) -> int:
        if key in self._groups:
            start, stop = self._groups[key]
            return stop - start
        return int(self._only(key) is not None)

    def members(self, key: str) -> Iterator[RowId]:
        if key in self._groups:
            return map(self._members.__getitem__, range(*self._groups[key]))
        row = self._only(key)
        return iter(() if row is None else (row,))

    def prepare(self) -> None:
        import polars as pl

        table = pl.DataFrame({"key": self._keys}).with_row_index("row").filter(self._once)
        keys = table["key"]
        hashes: array[int] = array("q")
        for start in range(0, len(keys), _SLAB):
            hashes.extend(map(_hash, keys.slice(start, _SLAB).to_list()))
        table = pl.DataFrame({"hash": pl.Series(hashes, dtype=pl.Int64), "row": table["row"]}).sort("hash")
        self._rows = _array("I", table["row"])
        self._hashes = _array("q", table["hash"])

    def _only(self, key: str) -> RowId | None:
        """The row of a key that occurs once."""
        if self._hashes is None:
            self.prepare()
        hashes = self._hashes or ()
        hashed = _hash(key)
        at = bisect_left(hashes, hashed)
        while at < len(hashes) and hashes[at] == hashed:
            row = self._rows[at]
            if self._keys[row] == key:
                return row
            at += 1
        return None


def _array(code: Literal["I", "q"], numbers: pl.Series) -> array[int]:
    """A column of numbers, turned over in pieces: other threads go on in between."""
    made: array[int] = array(code)
    for start in range(0, len(numbers), _SLAB):
        made.extend(numbers.slice(start, _SLAB).to_list())
    return made


def _runs(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each key of a sorted list with how often it is there."""
    return ((key, sum(1 for _ in alike)) for key, alike in groupby(keys))
