"""How many rows are in which state, kept while rows change and never counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from leapgrid.records import IssueCounts, IssueIndex, RowId, RowState
from leapgrid.records.issue_index import either


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


def kind_of(state: RowState, *, empty: bool, errors: bool, edited: bool, warnings: bool) -> Kind:
    """Where a row is counted.

    Args:
        state: the effective one, in which a refused row that was edited since is ready.
        empty: no cell has any text.
        errors: whether it has local errors.
        edited: refused, and edited since.
        warnings: whether it has local warnings.
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


_CODES = {kind: 0 if kind is Kind.READY else number for number, kind in enumerate(Kind, 1)}
"""Each kind as a byte. Ready is 0, so that rows of which nothing is known need none."""

_KINDS = {code: kind for kind, code in _CODES.items()}

_STATES = frozenset(_CODES[Kind(state.value)] for state in RowState if state is not RowState.READY)
_OF_STATE = bytes(code if code in _STATES else 0 for code in range(256))
_NOT_OF_STATE = bytes(0 if code in _STATES else 255 for code in range(256))


def kinds_of(issues: IssueIndex, empty: bytes) -> bytes:
    """Where the rows are counted that were never sent, as one byte each for :meth:`Tally.fill`.

    Args:
        issues: what checks found; an empty row has no local issue.
        empty: one byte a row id, 1 for a row without any text.
    """
    none = empty.translate(bytes(_CODES[Kind.EMPTY] if byte else 0 for byte in range(256)))
    return bytes(either(issues.local_flags(_CODES[Kind.ERRORS], _CODES[Kind.WARNINGS]), none))


class Tally:
    """The kind of every row; rows that were never put are ready."""

    def __init__(self) -> None:
        self._codes = bytearray()
        self._counts: Counter[int] = Counter()

    def put(self, row: RowId, kind: Kind) -> None:
        """Count a row here, and no longer where it was counted before."""
        code = _CODES[kind]
        if row >= len(self._codes):
            if not code:
                return
            self._codes.extend(bytes(row + 1 - len(self._codes)))
        before = self._codes[row]
        if before != code:
            self._counts[before] -= 1
            self._counts[code] += 1
            self._codes[row] = code

    def put_all(self, rows: Collection[RowId], kind: Kind) -> None:
        """Count many rows here, each of them given once."""
        codes, code = self._codes, _CODES[kind]
        codes.extend(bytes(max(0, max(rows, default=-1) + 1 - len(codes))))
        self._counts.subtract(map(codes.__getitem__, rows))
        self._counts[code] += len(rows)
        for row in rows:
            codes[row] = code

    def put_edited(self, rows: Collection[RowId]) -> None:
        """Count rows as edited that are counted as ready or with a warning, as :func:`kind_of` says."""
        self._codes.extend(bytes(max(0, max(rows, default=-1) + 1 - len(self._codes))))
        codes, ready, warnings = self._codes, _CODES[Kind.READY], _CODES[Kind.WARNINGS]
        edited, moved = _CODES[Kind.EDITED], [0, 0]
        for row in rows:
            before = codes[row]
            if before in (ready, warnings):
                codes[row] = edited
                moved[before == warnings] += 1
        self._counts[ready] -= moved[0]
        self._counts[warnings] -= moved[1]
        self._counts[edited] += sum(moved)

    def drop(self, row: RowId) -> None:
        """Count a row no longer."""
        self.put(row, Kind.READY)

    def fill(self, kinds: bytes) -> None:
        """Count all rows anew, but those whose state says where: one pass over bytes.

        Args:
            kinds: of :func:`kinds_of`.
        """
        kept = self._codes.translate(_OF_STATE)
        others = self._codes.translate(_NOT_OF_STATE)
        others.extend(b"\xff" * (len(kinds) - len(others)))
        new = int.from_bytes(kinds, "little") & int.from_bytes(others, "little")
        self._codes = either(kept, new.to_bytes(max(len(kinds), len(others)), "little"))
        self._counts = Counter({code: self._codes.count(code) for code in _KINDS if code})

    def kind(self, row: RowId) -> Kind:
        """Where a row is counted."""
        return _KINDS[self._codes[row]] if row < len(self._codes) else Kind.READY

    def codes(self, rows: Sequence[RowId], as_bytes: Mapping[Kind, int]) -> bytes:
        """One byte a row, in their order.

        Args:
            rows: ids; as a range they cost no look at each.
            as_bytes: what stands for each kind; 0 where nothing is said.
        """
        table = bytes(as_bytes.get(_KINDS[code], 0) if code in _KINDS else 0 for code in range(256))
        codes = self._codes.translate(table)
        ready = table[0]
        if isinstance(rows, range) and rows.step == 1:
            found = bytes(codes[rows.start : rows.stop])
            return found + bytes([ready]) * (len(rows) - len(found))
        known = len(codes)
        return bytes(codes[row] if row < known else ready for row in rows)

    def counts(self, rows: int, issues: IssueCounts) -> DraftCounts:
        """The numbers now.

        Args:
            rows: how many rows there are.
            issues: how many issues there are.
        """
        numbers = {kind.value: self._counts[code] for kind, code in _CODES.items() if code}
        return DraftCounts(rows=rows, ready=rows - sum(numbers.values()), issues=issues, **numbers)
