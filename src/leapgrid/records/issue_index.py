"""The issues of a batch by place, with counts that are kept and a walk that does not look at every row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from leapgrid.records.issues import Issue, RowId, Severity, Source


class Positions(Protocol):
    """Where rows stand: a batch, or a sorted or filtered view of one."""

    @property
    def structure_revision(self) -> int: ...

    def __len__(self) -> int: ...

    def row_at(self, position: int) -> RowId: ...

    def position(self, row: RowId) -> int | None: ...


class IssueCounts(NamedTuple):
    """How many issues there are, and how many rows have any.

    Attributes:
        rows_with_warnings: rows with a warning, whether or not they have an error too.
    """

    errors: int = 0
    warnings: int = 0
    rows_with_errors: int = 0
    rows_with_warnings: int = 0


class Place(NamedTuple):
    """Where an issue stands.

    Attributes:
        field: None for an issue of the whole row.
        position: of the row, from 0.
        field_index: the column to go to, from 0; 0 for an issue of the whole row or of a field without one.
    """

    row_id: RowId
    field: str | None
    position: int
    field_index: int


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues that are alike but for their row and value."""

    field: str | None
    severity: Severity
    source: Source
    code: str
    group: str
    issues: tuple[Issue, ...]


class IssueIndex:
    """The issues of rows, in three layers that do not disturb each other: those of single cells, those of
    row rules, and those of the server. Checking again replaces only its own layer.

    Updating a row costs what that row has. Walking to the next issue costs a search in the sorted positions
    of the rows that have any; these are kept up to date a row at a time and sorted anew only after rows came
    or went.
    """

    def __init__(self, fields: Sequence[str] = ()) -> None:
        """
        Args:
            fields: the columns in their order, in which the issues of a row are told.
        """
        self._order_of = {name: number for number, name in enumerate(fields)}
        self._cells: dict[RowId, tuple[Issue, ...]] = {}
        self._rules: dict[RowId, tuple[Issue, ...]] = {}
        self._server: dict[RowId, tuple[Issue, ...]] = {}
        self._errors = self._warnings = self._rows_with_errors = self._rows_with_warnings = 0
        self._revision = 0
        self._rows: dict[RowId, tuple[int, int]] = {}  # (errors, warnings) of the rows that have any
        self._order: Positions | None = None
        self._order_revision = -1
        self._positions: list[int] = []
        self._moved: set[RowId] = set()  # rows that came to have issues, or have none any more, since then
        self._groups: tuple[int, tuple[IssueGroup, ...]] = (-1, ())

    # -- changing ------------------------------------------------------------------------------------------

    def replace_cell(
        self, row: RowId, field: str | None, issues: Iterable[Issue], source: Source = Source.LOCAL
    ) -> None:
        """Put the issues of one cell in place of those that the same source gave it before.

        Args:
            field: None for a server's issue of the whole row.
        """
        layer = self._cells if source is Source.LOCAL else self._server
        new = tuple(issues)
        old = layer.get(row, ())
        kept = tuple(issue for issue in old if issue.field != field)
        if new or len(kept) < len(old):
            self._put(layer, row, (*kept, *new))

    def replace_row(self, row: RowId, issues: Iterable[Issue], source: Source = Source.LOCAL) -> None:
        """Put issues in place of those that the row rules gave before; of the server: of all in the row."""
        new = tuple(issues)
        layer = self._rules if source is Source.LOCAL else self._server
        if new or row in layer:
            self._put(layer, row, new)

    def drop_row(self, row: RowId) -> None:
        """Forget all issues of a row, e.g. one that was deleted."""
        for layer in (self._cells, self._rules, self._server):
            layer.pop(row, None)
        self._count(row)

    def clear(self, source: Source) -> None:
        """Forget all issues of one source."""
        layers = (self._cells, self._rules) if source is Source.LOCAL else (self._server,)
        rows = {row for layer in layers for row in layer}
        for layer in layers:
            layer.clear()
        for row in rows:
            self._count(row)

    def adopt(self, other: IssueIndex) -> None:
        """Take over the local issues of an index that was made elsewhere, in place of the own ones.

        The server's stay. The other index must hold no server's issues and must not be used afterwards.
        """
        self._cells, self._rules, self._rows = other._cells, other._rules, other._rows
        self._errors, self._warnings = other._errors, other._warnings
        self._rows_with_errors, self._rows_with_warnings = other._rows_with_errors, other._rows_with_warnings
        self._order = None
        self._revision += 1
        for row in self._server:
            self._count(row)

    # -- reading -------------------------------------------------------------------------------------------

    @property
    def counts(self) -> IssueCounts:
        """How many there are; kept, not counted."""
        return IssueCounts(self._errors, self._warnings, self._rows_with_errors, self._rows_with_warnings)

    @property
    def revision(self) -> int:
        """Goes up with every change."""
        return self._revision

    def row_counts(self, row: RowId) -> tuple[int, int]:
        """How many errors and warnings a row has."""
        return self._rows.get(row, (0, 0))

    def local_counts(self, row: RowId) -> tuple[int, int]:
        """How many errors and warnings of a row local checks found."""
        errors, warnings = self._rows.get(row, (0, 0))
        for issue in self._server.get(row, ()):
            if issue.severity is Severity.ERROR:
                errors -= 1
            else:
                warnings -= 1
        return errors, warnings

    def at(self, row: RowId, field: str | None) -> tuple[Issue, ...]:
        """The issues of a cell (or with None: of the row as a whole), errors first, the server's first."""
        return tuple(issue for issue in self.of_row(row) if issue.field == field)

    def of_row(self, row: RowId) -> tuple[Issue, ...]:
        """All issues of a row: errors first, of these the server's, then by column."""
        if row not in self._rows:
            return ()
        found = [issue for layer in self._layers() for issue in layer.get(row, ())]
        found.sort(key=self._place_in_row)
        return tuple(found)

    def _place_in_row(self, issue: Issue) -> tuple[bool, bool, int]:
        number = self._order_of.get(issue.field, -1) if issue.field is not None else -1
        return (issue.severity is not Severity.ERROR, issue.source is not Source.SERVER, number)

    def rows(self) -> Iterator[RowId]:
        """The rows that have issues, in no order."""
        return iter(tuple(self._rows))

    def __iter__(self) -> Iterator[Issue]:
        """All issues, row by row in no order."""
        for row in self.rows():
            yield from self.of_row(row)

    def groups(self) -> tuple[IssueGroup, ...]:
        """Issues that are alike, together: errors first, then the largest. Made once a revision."""
        revision, groups = self._groups
        if revision != self._revision:
            found: dict[tuple[str | None, Severity, Source, str, str], list[Issue]] = {}
            for issue in self:
                key = (issue.field, issue.severity, issue.source, issue.code, issue.group or issue.message)
                found.setdefault(key, []).append(issue)
            groups = tuple(
                sorted(
                    (IssueGroup(*key, tuple(issues)) for key, issues in found.items()),
                    key=lambda group: (group.severity is not Severity.ERROR, -len(group.issues), group.group),
                )
            )
            self._groups = (self._revision, groups)
        return groups

    def next(
        self,
        after: tuple[int, int],
        order: Positions,
        fields: Sequence[str],
        backwards: bool = False,
    ) -> Place | None:
        """The next place with an issue behind (or before) a cell, across columns; goes round at the end.

        Args:
            after: position of the row and number of the column to start from, both from 0.
            order: what says where rows stand; rows without a position there are passed over.
            fields: the columns in their order.

        Returns:
            The place, which is the starting one where it has the only issue; None where there is no issue.
        """
        self._sort(order)
        if not self._positions:
            return None
        position, column = after
        columns = {name: index for index, name in enumerate(fields)}
        for place in self._places_of(position, order, columns, backwards):
            if (place.field_index < column) if backwards else (place.field_index > column):
                return place
        if backwards:
            index = bisect_left(self._positions, position) - 1
        else:
            index = bisect_right(self._positions, position) % len(self._positions)
        return self._places_of(self._positions[index], order, columns, backwards)[0]

    # -- inside --------------------------------------------------------------------------------------------

    def _layers(self) -> tuple[dict[RowId, tuple[Issue, ...]], ...]:
        return self._server, self._cells, self._rules

    def _put(self, layer: dict[RowId, tuple[Issue, ...]], row: RowId, issues: tuple[Issue, ...]) -> None:
        if layer.get(row, ()) == issues:
            return
        if issues:
            layer[row] = issues
        else:
            layer.pop(row, None)
        self._count(row)

    def _count(self, row: RowId) -> None:
        self._revision += 1
        errors = warnings = 0
        for layer in self._layers():
            for issue in layer.get(row, ()):
                if issue.severity is Severity.ERROR:
                    errors += 1
                else:
                    warnings += 1
        old_errors, old_warnings = self._rows.get(row, (0, 0))
        self._errors += errors - old_errors
        self._warnings += warnings - old_warnings
        self._rows_with_errors += bool(errors) - bool(old_errors)
        self._rows_with_warnings += bool(warnings) - bool(old_warnings)
        if bool(errors or warnings) is not (row in self._rows):
            self._moved.add(row)
        if errors or warnings:
            self._rows[row] = (errors, warnings)
        else:
            self._rows.pop(row, None)

    def _places_of(
        self, position: int, order: Positions, columns: dict[str, int], backwards: bool
    ) -> list[Place]:
        if not 0 <= position < len(order):
            return []
        row = order.row_at(position)
        found: dict[int, str | None] = {}
        for issue in self.of_row(row):
            index = columns.get(issue.field, 0) if issue.field is not None else 0
            found.setdefault(index, issue.field)
        places = [Place(row, field, position, index) for index, field in found.items()]
        places.sort(key=lambda place: place.field_index, reverse=backwards)
        return places

    def _sort(self, order: Positions) -> None:
        """Bring the sorted positions up to date."""
        same = self._order is order and self._order_revision == order.structure_revision
        if same and len(self._moved) < 64:
            for row in self._moved:
                position = order.position(row)
                if position is None:
                    continue
                index = bisect_left(self._positions, position)
                listed = index < len(self._positions) and self._positions[index] == position
                if row in self._rows and not listed:
                    insort(self._positions, position)
                elif row not in self._rows and listed:
                    del self._positions[index]
        elif not same or self._moved:
            if len(self._rows) * 8 < len(order):
                found = (order.position(row) for row in self._rows)
                self._positions = sorted(position for position in found if position is not None)
            else:
                rows = self._rows
                self._positions = [n for n in range(len(order)) if order.row_at(n) in rows]
            self._order, self._order_revision = order, order.structure_revision
        self._moved.clear()
