"""Counting by key: how many records of a run the server should have, and how many it has. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.events import LookedUp
from leapgrid.submit.keys import Rung, key_of
from leapgrid.superleap.lookup import compare_key
from leapgrid.visible import visible
from leapgrid.workspace.evidence import LookUp, Purpose

_SHOWN = 60
_NOTES = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count came to.

    Attributes:
        expected: how many records there should be.
        found: how many there are.
        more: keys of which there are more records than there should be.
        fewer: keys of which there are fewer.
        notes: the first of them, each in a sentence.
    """

    expected: int
    found: int
    more: int
    fewer: int
    notes: tuple[str, ...]


class Tally:
    """What should be there, by field and compared key.

    Rows that were refused, or went out with refused ones, should not be. Keys of rows that are unknown, were
    there before, or went out before this run, are not counted.

    Args:
        states: every row of the run with what is known of it.
        rungs: the fields that records can be found by for certain.
    """

    def __init__(self, states: Mapping[RowId, RowOutcome], rungs: Sequence[Rung]) -> None:
        self.expected: dict[str, Counter[str]] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._found: dict[str, Counter[str]] = {}
        self._seen: set[str] = set()
        left_out: set[tuple[str, str]] = set()
        for outcome in states.values():
            key = key_of(outcome.sent, rungs)
            if key is None:
                continue
            if outcome.state not in (RowState.CREATED, RowState.READY, RowState.REJECTED):
                left_out.add((key.field, key.folded))
                continue
            counts = self.expected.setdefault(key.field, Counter())
            counts[key.folded] += outcome.state is RowState.CREATED
            self._values.setdefault(key.field, {})[key.folded] = key.value
        for field, folded in left_out:
            self._drop(field, folded)
        for field in [field for field, counts in self.expected.items() if not +counts]:
            del self.expected[field]

    def leave_out(self, field: str, was_there: Callable[[Any], bool]) -> None:
        """Leave out the keys that were there before the run."""
        for folded, value in tuple(self._values[field].items()):
            if was_there(value):
                self._drop(field, folded)

    def values(self, field: str) -> list[Any]:
        """The keys to ask for."""
        return list(self._values[field].values())

    def begin(self, field: str) -> None:
        """Count anew."""
        self._found[field] = Counter()
        self._seen.clear()

    def found(self, field: str, record: Mapping[str, Any]) -> None:
        """A record came. One that came before is not counted twice."""
        identity = record.get("id")
        if isinstance(identity, str):
            if identity in self._seen:
                return
            self._seen.add(identity)
        self._found[field][compare_key(record.get(field))] += 1

    def missing(self, field: str) -> list[Any]:
        """The keys of which there are fewer records than there should be."""
        found = self._found[field]
        return [self._values[field][key] for key, count in self.expected[field].items() if found[key] < count]

    def result(self, field: str) -> Counted:
        """What the count came to."""
        expected, found = self.expected[field], self._found[field]
        more = [key for key, count in expected.items() if found[key] > count]
        fewer = [key for key, count in expected.items() if found[key] < count]
        notes = [
            f"{field} {visible(str(self._values[field][key]), _SHOWN)}: {found[key]:,} there, "
            f"{expected[key]:,} expected."
            for key in (more + fewer)[:_NOTES]
        ]
        total = sum(found[key] for key in expected)
        return Counted(sum(expected.values()), total, len(more), len(fewer), tuple(notes))

    def _drop(self, field: str, folded: str) -> None:
        self.expected.get(field, Counter()).pop(folded, None)
        self._values.get(field, {}).pop(folded, None)


def told_of(counted: Counted, look: LookUp, asked: int) -> LookedUp:
    """The count in words.

    Args:
        counted: what was counted.
        look: how far the answers can be trusted.
        asked: how many keys were asked for.
    """
    proves = look.understood and look.complete
    if not proves and not counted.more:
        message = f"The records could not be counted at the server. {look.message}"
        return LookedUp(Purpose.COUNT, asked, message.strip(), False)
    if not counted.more and not counted.fewer:
        number = counted.expected
        what = "the record" if number == 1 else f"all {number:,} records"
        message = f"Counted: the server has {what if number else 'none of the refused records'}."
        return LookedUp(Purpose.COUNT, asked, message, proves)
    message = f"Counted: the server has {counted.found:,} of {how_many(counted.expected)}"
    if counted.more:
        message = (
            f"Counted: the server has {how_many(counted.found)} where {counted.expected:,} should be: "
            "look for duplicates"
        )
    elif proves:
        message += " so far; it may be minutes behind. Look there again"
    return LookedUp(Purpose.COUNT, asked, f"{message}.", proves, difference=True, notes=counted.notes)


def how_many(count: int) -> str:
    """So many records, in words."""
    return "1 record" if count == 1 else f"{count:,} records"
