"""Rows that share a value which should be one record's own: an address, a phone, an external id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from leapgrid.records.issues import Issue, RowId, Severity, Source
from leapgrid.records.shared_keys import SharedKeys
from leapgrid.visible import visible

_NAMED = 3
"""Up to this many rows are all named; of more two, and the number of the others."""

_ASKED = 16
"""Up to this many rows are asked where they stand, to name the first; of more, one of those read first."""


class Duplicates:
    """Which rows share a value with others, kept while rows change.

    Keys say which texts are the same value (``checks.columns.value_key``). An edit looks at the keys of its
    own cells only, whatever the number of rows; sentences are made when they are asked for, so the numbers in
    them are those of now.

    Args:
        shared: by field, the keys as they were when all rows were checked.
        place: where a row stands, from 0; None for one that is gone.
        text: the text of a cell, for its issue.
        version: goes up with every edit: what a screen asks again and again is told from memory until then.
        before: what is known of other fields, to be gone on with; it must not be used afterwards.
    """

    code = "duplicate"

    def __init__(
        self,
        shared: Mapping[str, SharedKeys],
        place: Callable[[RowId], int | None],
        text: Callable[[RowId, str], str],
        version: Callable[[], int],
        before: Duplicates | None = None,
    ) -> None:
        self._fields: dict[str, _Field] = {}
        if before is not None:
            self._fields.update(before._fields)
        self._fields.update((name, _Field(keys)) for name, keys in shared.items())
        self._place = place
        self._text = text
        self._version = version
        self._told: dict[tuple[RowId, str], Issue] = {}
        self._told_at = -1

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose values are compared."""
        return tuple(self._fields)

    def update(self, row: RowId, field: str, key: str | None) -> list[tuple[RowId, int]]:
        """A cell has another key now, None where it has none or its row is gone.

        Returns:
            The rows that came to share a value of this field (+1), and that do so no longer (-1); a row that
            left one group for another is in it twice.
        """
        self._told.clear()
        return self._fields[field].update(row, key)

    def fields_of(self, row: RowId) -> tuple[str, ...]:
        """The fields in which a row shares its value with others."""
        return tuple(name for name, field in self._fields.items() if field.shares(row))

    def found(self) -> Iterator[tuple[str, list[RowId]]]:
        """By field, all rows that share a value with others."""
        for name, field in self._fields.items():
            yield name, field.all()

    def issue(self, row: RowId, field: str) -> Issue:
        """The warning on a cell that shares its value; the rows' numbers are those of now."""
        version = self._version()
        if self._told_at != version:
            self._told.clear()
            self._told_at = version
        told = self._told.get((row, field))
        if told is None:
            told = self._told[row, field] = self._issue(row, field)
        return told

    def _issue(self, row: RowId, field: str) -> Issue:
        return Issue(
            row,
            field,
            Severity.WARNING,
            Source.LOCAL,
            self.code,
            self._sentence(row, field),
            self._text(row, field),
            group=self.group(field),
        )

    def group(self, field: str) -> str:
        """What the warnings of a field have in common."""
        return f"Several rows have the same {_word(field)}."

    def _sentence(self, row: RowId, field: str) -> str:
        number, rows = self._fields[field].others(row)
        others = sorted(at for other in rows if (at := self._place(other)) is not None)
        others = others[: _NAMED - 1 if number < _NAMED else 1]
        own = self._place(row)
        places = sorted(at + 1 for at in (own, *others) if at is not None)
        more = number - len(others)
        named = [f"{place:,}" for place in places]
        last = f"{more:,} others" if more else named.pop()
        return f"Rows {', '.join(named)} and {last} have the same {_word(field)}."


def _word(field: str) -> str:
    return visible(field.replace("_", " "), 40)


class _Field:
    """The groups of one field: as they were when all was checked, and what changed since."""

    def __init__(self, base: SharedKeys) -> None:
        self._base = base
        self._now: dict[RowId, str | None] = {}  # rows with another key than in the base
        self._came: dict[str, dict[RowId, None]] = {}
        self._left: dict[str, int] = {}

    def update(self, row: RowId, key: str | None) -> list[tuple[RowId, int]]:
        base = self._base.key(row)
        old = self._now.get(row, base) if row in self._now else base
        if old == key:
            return []
        changes: list[tuple[RowId, int]] = []
        if old is not None:
            number = self._count(old)
            if number > 1:
                changes.append((row, -1))
            if number == 2:
                changes += [(other, -1) for other in islice(self._members(old, row), 1)]
            if row in self._now:
                came = self._came[old]
                del came[row]
                if not came:
                    del self._came[old]
            else:
                self._left[old] = self._left.get(old, 0) + 1
        if key is not None:
            number = self._count(key)
            if number:
                changes.append((row, 1))
            if number == 1:
                changes += [(other, 1) for other in islice(self._members(key, row), 1)]
        if key == base:
            del self._now[row]
            if key is not None:
                self._left[key] -= 1
                if not self._left[key]:
                    del self._left[key]
        else:
            self._now[row] = key
            if key is not None:
                self._came.setdefault(key, {})[row] = None
        return changes

    def shares(self, row: RowId) -> bool:
        key = self._key(row)
        if key is None:
            return False
        if row not in self._now and key not in self._left and key not in self._came:
            return self._base.shares(row)
        return self._count(key) > 1

    def others(self, row: RowId) -> tuple[int, list[RowId]]:
        """How many other rows have the row's value, and those of them of which the first is to be named."""
        key = self._key(row)
        if key is None:
            return 0, []
        number = self._count(key) - 1
        return number, list(islice(self._members(key, row), number if number <= _ASKED else 1))

    def all(self) -> list[RowId]:
        if not self._now:
            return list(self._base.rows)
        touched = {row for came in self._came.values() for row in came}
        # What is left of a pair, and what a newcomer made a pair of, changed without being touched.
        for key in (*self._left, *self._came):
            if self._base.count(key) < 2 or self._count(key) < 2:
                touched.update(self._members(key, -1))
        rows = {row for row in touched if self.shares(row)}
        rows.update(row for row in self._base.rows if row not in self._now and row not in touched)
        return sorted(rows)

    def _key(self, row: RowId) -> str | None:
        return self._now[row] if row in self._now else self._base.key(row)

    def _count(self, key: str) -> int:
        return self._base.count(key) - self._left.get(key, 0) + len(self._came.get(key, ()))

    def _members(self, key: str, but: RowId) -> Iterator[RowId]:
        for row in self._base.members(key):
            if row != but and row not in self._now:
                yield row
        for row in self._came.get(key, ()):
            if row != but:
                yield row
