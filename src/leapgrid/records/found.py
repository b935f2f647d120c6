"""What a check of whole columns found, as it found it: places as numbers, and each distinct value once."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from leapgrid.records.issues import Finding, Issue, RowId, Severity, Source

GroupKey: TypeAlias = tuple[str | None, Severity, Source, str, str]
"""What issues that are alike share: field, severity, source, code, and the message without the value."""

ERROR, WARNING = 1, 2
"""A row's flags for local findings."""


_PIECE = 16_384


class ColumnFound(Protocol):
    """The findings of one column; see :class:`leapgrid.records.checks.columns.ColumnFindings`."""

    @property
    def rows(self) -> array[int]: ...

    @property
    def which(self) -> array[int]: ...

    @property
    def values(self) -> Sequence[str]: ...

    @property
    def findings(self) -> Sequence[tuple[Finding, ...]]: ...

    @property
    def kinds(self) -> array[int]: ...

    @property
    def examples(self) -> Sequence[tuple[Finding, ...]]: ...


class Found(NamedTuple):
    """Findings of one field, or of row rules, by row. Immutable.

    Attributes:
        field: None for row rules, whose findings name their fields.
        rows: ids with findings, ascending, each once.
        which: one number a row: which of ``values`` and ``findings`` it has.
        values: the texts that findings are about.
        findings: what is said of them; making one of these may cost a check.
        kinds: which of ``examples`` each of the values is like.
        examples: findings that differ in severity, code or group.
    """

    field: str | None
    rows: array[int]
    which: array[int]
    values: Sequence[str]
    findings: Sequence[tuple[Finding, ...]]
    kinds: array[int]
    examples: Sequence[tuple[Finding, ...]]

    def of_row(self, row: RowId, severity: Severity | None = None) -> tuple[Issue, ...]:
        """The issues of a row; where a severity is given and none has it, none is made."""
        at = bisect_left(self.rows, row)
        if at == len(self.rows) or self.rows[at] != row:
            return ()
        number = self.which[at]
        if severity is not None and all(f.severity != severity for f in self.examples[self.kinds[number]]):
            return ()
        return self.made(row, number)

    def made(self, row: RowId, number: int) -> tuple[Issue, ...]:
        """One of the values' findings as issues of a row."""
        value = self.values[number]
        return tuple(Issue.local(row, self.field, value, finding) for finding in self.findings[number])

    def keys(self) -> Counter[GroupKey]:
        """How many findings of each kind there are."""
        counts: Counter[GroupKey] = Counter()
        kinds: Counter[int] = Counter()
        # Piece by piece: counting lets no other thread in between.
        for start in range(0, len(self.which), _PIECE):
            kinds.update(map(self.kinds.__getitem__, self.which[start : start + _PIECE]))
        for kind, rows in kinds.items():
            for finding in self.examples[kind]:
                counts[self._key(finding)] += rows
        return counts

    def alike(self, key: GroupKey, but: Collection[RowId]) -> Iterator[Issue]:
        """The issues of one kind, by row, without some rows."""
        wanted = [any(self._key(finding) == key for finding in findings) for findings in self.examples]
        if not any(wanted):
            return
        for row, number in zip(self.rows, self.which, strict=True):
            if wanted[self.kinds[number]] and row not in but:
                for finding in self.findings[number]:
                    if self._key(finding) == key:
                        yield Issue.local(row, self.field, self.values[number], finding)

    def mark(self, flags: bytearray) -> None:
        """Set the flags of all rows; ``flags`` has one byte a row."""
        masks = [
            (ERROR if any(f.severity is Severity.ERROR for f in findings) else 0)
            | (WARNING if any(f.severity is Severity.WARNING for f in findings) else 0)
            for findings in self.examples
        ]
        if len(set(masks)) == 1:
            mask = masks[0]
            for row in self.rows:
                flags[row] |= mask
        else:
            for row, number in zip(self.rows, self.which, strict=True):
                flags[row] |= masks[self.kinds[number]]

    def _key(self, finding: Finding) -> GroupKey:
        field = finding.field or self.field
        return field, finding.severity, Source.LOCAL, finding.code, finding.group or finding.message


def found_in_column(field: str, found: ColumnFound, filled: bytes | bytearray) -> Found | None:
    """A column's findings without those of empty records, of which nothing is required; None where none are.

    Args:
        field: whose column.
        found: its rows are row ids.
        filled: one byte a row, 0 for a record without any text.
    """
    rows, which = found.rows, found.which
    if not rows:
        return None
    # Only a cell that is missing can be wrong in an empty record.
    if "" in found.values and not all(map(filled.__getitem__, rows)):
        kept = [at for at, row in enumerate(rows) if filled[row]]
        rows = array("q", map(rows.__getitem__, kept))
        which = array("q", map(which.__getitem__, kept))
        if not rows:
            return None
    return Found(field, rows, which, found.values, found.findings, found.kinds, found.examples)


def found_in_rows(rows: array[int], findings: tuple[Finding, ...]) -> Found:
    """Findings that row rules have of many rows alike.

    Args:
        rows: ids, ascending.
        findings: what is said of each of them.
    """
    return Found(
        None, rows, array("q", bytes(8 * len(rows))), ("",), (findings,), array("i", [0]), (findings,)
    )


def row_by_row(layers: Iterable[Found]) -> Iterator[tuple[RowId, list[tuple[Found, int]]]]:
    """Every row with findings, ascending, with the layers and the numbers there; no search a row."""
    ends = [(layer, len(layer.rows)) for layer in layers]
    at = [0] * len(ends)
    while True:
        row = min(
            (layer.rows[at[n]] for n, (layer, end) in enumerate(ends) if at[n] < end),
            default=None,
        )
        if row is None:
            return
        here: list[tuple[Found, int]] = []
        for n, (layer, end) in enumerate(ends):
            if at[n] < end and layer.rows[at[n]] == row:
                here.append((layer, layer.which[at[n]]))
                at[n] += 1
        yield row, here
