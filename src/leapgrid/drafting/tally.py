"""How many rows are in which state, kept while rows change and never counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from leapgrid.records import IssueCounts, RowId, RowState


class Kind(StrEnum):
    """Where a row is counted: one of the states, with ``ready`` told apart by what the data is.

    Of several reasons the first in the order of :class:`Kind` counts.
    """

    EMPTY = "empty"
    ERRORS = "errors"
    EDITED = "edited"
    WARNINGS = "warnings"
    READY = "ready"
    QUEUED = "queued"
    SENDING = "sending"
    CREATED = "created"
    ALREADY_THERE = "already_there"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class DraftCounts(NamedTuple):
    """How many rows are where. Every row is in exactly one of the numbers, so they add up to ``rows``.

    Attributes:
        rows: records in the batch, also those without any text.
        ready: would be sent, nothing to say about them.
        edited: would be sent; refused before and edited since.
        warnings: would be sent, with a warning.
        errors: have a local error, so they are not sent unless a person says so.
        empty: have no text in any cell: not sent, and no error.
        queued: planned into a chunk that was not sent yet.
        sending: with the server.
        created: the server has them.
        already_there: the server had them before.
        rejected: refused, and not edited since.
        unknown: sent, and not known whether they are there.
        skipped: a person wants them not to be sent.
        issues: of all rows, the server's included.
    """

    rows: int = 0
    ready: int = 0
    edited: int = 0
    warnings: int = 0
    errors: int = 0
    empty: int = 0
    queued: int = 0
    sending: int = 0
    created: int = 0
    already_there: int = 0
    rejected: int = 0
    unknown: int = 0
    skipped: int = 0
    issues: IssueCounts = IssueCounts()

    @property
    def sendable(self) -> int:
        """How many rows the next sending would take."""
        return self.ready + self.edited + self.warnings

    @property
    def states(self) -> Mapping[RowState, int]:
        """How many rows are in each of the eight states; they add up to ``rows``."""
        return {
            RowState.READY: self.ready + self.edited + self.warnings + self.errors + self.empty,
            RowState.QUEUED: self.queued,
            RowState.SENDING: self.sending,
            RowState.CREATED: self.created,
            RowState.ALREADY_THERE: self.already_there,
            RowState.REJECTED: self.rejected,
            RowState.UNKNOWN: self.unknown,
            RowState.SKIPPED: self.skipped,
        }


def kind_of(state: RowState, *, empty: bool, errors: int, edited: bool, warnings: int) -> Kind:
    """Where a row is counted.

    Args:
        state: the effective one, in which a refused row that was edited since is ready.
        empty: no cell has any text.
        errors: how many local errors it has.
        edited: refused, and edited since.
        warnings: how many local warnings it has.
    """
    if state is not RowState.READY:
        return Kind(state.value)
    if empty:
        return Kind.EMPTY
    if errors:
        return Kind.ERRORS
    if edited:
        return Kind.EDITED
    return Kind.WARNINGS if warnings else Kind.READY


class Tally:
    """The kind of every row; rows that were never put are ready."""

    def __init__(self) -> None:
        self._kinds: dict[RowId, Kind] = {}
        self._counts: Counter[Kind] = Counter()

    def put(self, row: RowId, kind: Kind) -> None:
        """Count a row here, and no longer where it was counted before."""
        before = self._kinds.get(row, Kind.READY)
        if before is kind:
            return
        self._counts[before] -= 1
        self._counts[kind] += 1
        if kind is Kind.READY:
            del self._kinds[row]
        else:
            self._kinds[row] = kind

    def drop(self, row: RowId) -> None:
        """Count a row no longer."""
        before = self._kinds.pop(row, None)
        if before is not None:
            self._counts[before] -= 1

    def counts(self, rows: int, issues: IssueCounts) -> DraftCounts:
        """The numbers now.

        Args:
            rows: how many rows there are.
            issues: how many issues there are.
        """
        numbers = {kind.value: self._counts[kind] for kind in Kind if kind is not Kind.READY}
        return DraftCounts(rows=rows, ready=rows - sum(numbers.values()), issues=issues, **numbers)
