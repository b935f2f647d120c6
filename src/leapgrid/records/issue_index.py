"""The issues of a batch by place, with counts that are kept and a walk that does not look at every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, compress, count

from leapgrid.records.duplicates import Duplicates
from leapgrid.records.found import ERROR, WARNING, Found, GroupKey, row_by_row
from leapgrid.records.issue_nouns import FindsMarked, IssueCounts, IssueGroup, IssuesAlike, Place, Positions
from leapgrid.records.issues import Issue, RowId, Severity, Source

Issues = tuple[Issue, ...]

_DUPLICATE, _SERVER_ERROR, _SERVER_WARNING = 4, 8, 16
_LOCAL = ERROR | WARNING
_SERVER = _SERVER_ERROR | _SERVER_WARNING
_ERRORS = ERROR | _SERVER_ERROR
_WARNINGS = WARNING | _DUPLICATE | _SERVER_WARNING

_SAID = bytes(flags & _SERVER for flags in range(256))
_HAS_ANY = bytes(bool(flags) for flags in range(256))
_HAS_DUPLICATE = bytes(bool(flags & _DUPLICATE) for flags in range(256))
_HAS_ERRORS = bytes(bool(flags & _ERRORS) for flags in range(256))
_HAS_WARNINGS = bytes(bool(flags & _WARNINGS) for flags in range(256))

_FEW = 64
"""Up to this many rows with issues have their positions asked for; more are looked for along the rows."""


class IssueIndex:
    """The issues of rows, in layers that do not disturb each other: those of single cells, those of row
    rules, duplicates, and those of the server. Checking again replaces only its own layer.

    What a check of the whole batch found stays in columns (:class:`Found`); rows that were checked again
    since lie over it one by one. Issues are made when they are asked for. Updating a row costs what that row
    has; walking to the next issue is a search in one byte a row.
    """

    def __init__(self, fields: Sequence[str] = ()) -> None:
        """
        Args:
            fields: the columns in their order, in which the issues of a row are told.
        """
        self._order_of = {name: number for number, name in enumerate(fields)}
        self._found: tuple[Found, ...] = ()
        self._anew: dict[RowId, tuple[Issues, Issues]] = {}  # of cells and of rules; hides what was found
        self._server: dict[RowId, Issues] = {}
        self._duplicates: Duplicates | None = None
        self._flags = bytearray()
        self._marks = bytearray()  # 1: the row has any issue
        self._errors = self._warnings = self._rows_with_errors = self._rows_with_warnings = 0
        self._alike: Counter[GroupKey] = Counter()
        self._said: tuple[int, int] = (0, 0)  # errors and warnings of the server
        self._said_alike: Counter[GroupKey] = Counter()
        self._revision = 0
        self._groups: tuple[int, tuple[IssueGroup, ...]] = (-1, ())

    @classmethod
    def of_columns(
        cls,
        fields: Sequence[str],
        height: int,
        found: Sequence[Found],
        duplicates: Duplicates | None = None,
    ) -> IssueIndex:
        """The local issues that a check of the whole batch found; to be made in the thread that checks.

        Args:
            fields: as for the constructor.
            height: one more than the largest row id in it.
            found: of cells first, then of row rules.
            duplicates: which rows share a value.
        """
        index = cls(fields)
        index._found = tuple(found)
        index._duplicates = duplicates
        index._flags = bytearray(height)
        for layer in index._found:
            layer.mark(index._flags)
            index._alike.update(layer.keys())
        if duplicates is not None:
            for field, rows in duplicates.found():
                for row in rows:
                    index._flags[row] |= _DUPLICATE
                index._alike[_duplicate_key(duplicates, field)] += len(rows)
        for key, number in index._alike.items():
            if key[1] is Severity.ERROR:
                index._errors += number
            else:
                index._warnings += number
        index._count_flags()
        return index

    # -- changing ------------------------------------------------------------------------------------------

    def replace_cell(
        self, row: RowId, field: str | None, issues: Iterable[Issue], source: Source = Source.LOCAL
    ) -> None:
        """Put the issues of one cell in place of those that the same source gave it before.

        Args:
            field: None for a server's issue of the whole row.
        """
        new = tuple(issues)
        cells, rules = self._checked(row)
        old = cells if source is Source.LOCAL else self._server.get(row, ())
        kept = tuple(issue for issue in old if issue.field != field)
        if not new and len(kept) == len(old):
            return
        if source is Source.LOCAL:
            self._put(row, (*kept, *new), rules)
        else:
            self._answer(row, (*kept, *new))

    def replace_row(self, row: RowId, issues: Iterable[Issue], source: Source = Source.LOCAL) -> None:
        """Put issues in place of those that the row rules gave before; of the server: of all in the row."""
        if source is Source.SERVER:
            self._answer(row, tuple(issues))
        else:
            self._put(row, self._checked(row)[0], tuple(issues))

    def replace_local(self, row: RowId, cells: Iterable[Issue], rules: Iterable[Issue]) -> None:
        """Put issues in place of all that checks of the row's cells and its rules gave before."""
        self._put(row, tuple(cells), tuple(rules))

    def drop_row(self, row: RowId) -> None:
        """Forget all issues of a row, e.g. one that was deleted. Duplicates follow by their own changes."""
        self._put(row, (), ())
        self._answer(row, ())

    def clear(self, source: Source) -> None:
        """Forget all issues of one source."""
        if source is Source.SERVER:
            for row in tuple(self._server):
                self._answer(row, ())
            return
        self.adopt(IssueIndex())

    def adopt(self, other: IssueIndex) -> None:
        """Take over the local issues of an index that was made elsewhere, in place of the own ones.

        The server's stay. The other index must hold no server's issues and must not be used afterwards.
        """
        said = self._flags.translate(_SAID)
        self._found, self._anew, self._duplicates = other._found, other._anew, other._duplicates
        self._errors, self._warnings, self._alike = other._errors, other._warnings, other._alike
        self._flags, self._marks = other._flags, other._marks
        self._rows_with_errors, self._rows_with_warnings = other._rows_with_errors, other._rows_with_warnings
        if self._server:
            self._flags = either(self._flags, said)
            self._count_flags()
        self._revision += 1

    def share(self, field: str, changes: Iterable[tuple[RowId, int]]) -> None:
        """Rows came to share a value of a field with others (+1), or do so no longer (-1)."""
        duplicates = self._duplicates
        if duplicates is None:
            return
        for row, more in changes:
            self._revision += 1
            self._warnings += more
            self._alike[_duplicate_key(duplicates, field)] += more
            self._flag(row, _DUPLICATE, _DUPLICATE if more > 0 or duplicates.fields_of(row) else 0)

    # -- reading -------------------------------------------------------------------------------------------

    @property
    def counts(self) -> IssueCounts:
        """How many there are; kept, not counted."""
        errors, warnings = self._said
        return IssueCounts(
            self._errors + errors,
            self._warnings + warnings,
            self._rows_with_errors,
            self._rows_with_warnings,
        )

    @property
    def revision(self) -> int:
        """Goes up with every change."""
        return self._revision

    @property
    def found(self) -> tuple[Found, ...]:
        """What the last check of whole columns found, as it was then."""
        return self._found

    @property
    def checked_anew(self) -> Collection[RowId]:
        """The rows that were checked one by one since, where that found something else."""
        return self._anew.keys()

    @property
    def duplicates(self) -> Duplicates | None:
        """Which rows share a value; None before the first check."""
        return self._duplicates

    def row_counts(self, row: RowId) -> tuple[int, int]:
        """How many errors and warnings a row has."""
        return _counted(issue for layer in self._layers(row) for issue in layer)

    def local_counts(self, row: RowId) -> tuple[int, int]:
        """How many errors and warnings of a row local checks found."""
        return _counted(issue for layer in self._layers(row)[1:] for issue in layer)

    def has_local(self, row: RowId) -> tuple[bool, bool]:
        """Whether local checks found errors, and whether warnings, in a row."""
        flags = self._flags[row] if 0 <= row < len(self._flags) else 0
        return bool(flags & ERROR), bool(flags & (WARNING | _DUPLICATE))

    def local_flags(self, errors: int, warnings: int) -> bytes:
        """One byte a row id: ``errors`` where local checks found any, else ``warnings`` where these, else 0.

        Rows behind the end have none.
        """
        table = bytes(
            errors if flags & ERROR else warnings if flags & (WARNING | _DUPLICATE) else 0
            for flags in range(256)
        )
        return bytes(self._flags.translate(table))

    def duplicate_marks(self) -> bytes:
        """One byte a row id: 1 for rows that share a value with others; rows behind the end do not."""
        return bytes(self._flags.translate(_HAS_DUPLICATE))

    def at(self, row: RowId, field: str | None) -> Issues:
        """The issues of a cell (or with None: of the row as a whole), errors first, the server's first."""
        return tuple(issue for issue in self.of_row(row) if issue.field == field)

    def of_row(self, row: RowId, severity: Severity | None = None) -> Issues:
        """The issues of a row, of a severity or all: errors first, of these the server's, then by column."""
        found = [issue for layer in self._layers(row, severity) for issue in layer]
        if severity is not None:
            found = [issue for issue in found if issue.severity is severity]
        found.sort(key=self._place_in_row)
        return tuple(found)

    def _place_in_row(self, issue: Issue) -> tuple[bool, bool, int]:
        number = self._order_of.get(issue.field, -1) if issue.field is not None else -1
        return (issue.severity is not Severity.ERROR, issue.source is not Source.SERVER, number)

    def rows(self) -> Iterator[RowId]:
        """The rows that have issues, ascending by id."""
        return iter(tuple(compress(count(), self._marks)))

    def marks_of(self, severity: Severity) -> bytes:
        """One byte a row id: 1 where it has an issue of this severity."""
        return bytes(self._flags.translate(_HAS_ERRORS if severity is Severity.ERROR else _HAS_WARNINGS))

    @property
    def marks(self) -> bytes | bytearray:
        """One byte a row id: 1 where it has any issue; rows behind the end have none. To be read only."""
        return self._marks

    def __iter__(self) -> Iterator[Issue]:
        """All issues, in no order."""
        for row, here in row_by_row(self._found):
            if row not in self._anew:
                for layer, number in here:
                    yield from layer.made(row, number)
        for cells, rules in self._anew.values():
            yield from cells
            yield from rules
        for issues in self._server.values():
            yield from issues
        if self._duplicates is not None:
            for field, rows in self._duplicates.found():
                for row in rows:
                    yield self._duplicates.issue(row, field)

    def groups(self) -> tuple[IssueGroup, ...]:
        """Issues that are alike, together: errors first, then the largest. Made once a revision."""
        revision, groups = self._groups
        if revision != self._revision:
            found = [
                IssueGroup(*key, number, IssuesAlike(number, partial(self._each_alike, key)))
                for alike in (self._alike, self._said_alike)
                for key, number in alike.items()
                if number
            ]
            found.sort(key=lambda group: (group.severity is not Severity.ERROR, -group.count, group.group))
            groups = tuple(found)
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
        position, column = after
        columns = {name: index for index, name in enumerate(fields)}
        for place in self._places_of(position, order, columns, backwards):
            if (place.field_index < column) if backwards else (place.field_index > column):
                return place
        step = -1 if backwards else 1
        found = self._find(order, position + step, backwards)
        if found is None:
            found = self._find(order, len(order) - 1 if backwards else 0, backwards)
        return self._places_of(found, order, columns, backwards)[0] if found is not None else None

    # -- inside --------------------------------------------------------------------------------------------

    def _checked(self, row: RowId, severity: Severity | None = None) -> tuple[Issues, Issues]:
        """The issues of a row's cells, and of its rules; of a severity at least those that have it."""
        anew = self._anew.get(row)
        if anew is not None:
            return anew
        if not 0 <= row < len(self._flags) or not self._flags[row] & _LOCAL:
            return (), ()
        cells: list[Issue] = []
        rules: list[Issue] = []
        for layer in self._found:
            (rules if layer.field is None else cells).extend(layer.of_row(row, severity))
        return tuple(cells), tuple(rules)

    def _layers(self, row: RowId, severity: Severity | None = None) -> tuple[Issues, Issues, Issues, Issues]:
        """The server's, those of cells, of rules, and duplicates."""
        if not 0 <= row < len(self._flags) or not self._flags[row]:
            return (), (), (), ()
        shared: Issues = ()
        if self._duplicates is not None and self._flags[row] & _DUPLICATE:
            duplicates = self._duplicates
            shared = tuple(duplicates.issue(row, field) for field in duplicates.fields_of(row))
        return (self._server.get(row, ()), *self._checked(row, severity), shared)

    def _fields_of(self, row: RowId) -> list[str | None]:
        """The fields of a row's issues, the whole row first; no sentence is made for them."""
        if not 0 <= row < len(self._flags) or not self._flags[row]:
            return []
        issues = (*self._server.get(row, ()), *chain(*self._checked(row)))
        fields: set[str | None] = {issue.field for issue in issues}
        if self._duplicates is not None and self._flags[row] & _DUPLICATE:
            fields.update(self._duplicates.fields_of(row))
        return sorted(fields, key=lambda name: (name is not None, self._order_of.get(name or "", -1)))

    def _put(self, row: RowId, cells: Issues, rules: Issues) -> None:
        old = self._checked(row)
        if old == (cells, rules):
            return
        errors, warnings = self._tell(self._alike, (*old[0], *old[1]), (*cells, *rules))
        self._errors += errors
        self._warnings += warnings
        self._anew[row] = (cells, rules)
        if not cells and not rules and not any(layer.of_row(row) for layer in self._found):
            del self._anew[row]
        errors, warnings = _counted((*cells, *rules))
        self._flag(row, _LOCAL, (ERROR if errors else 0) | (WARNING if warnings else 0))

    def _answer(self, row: RowId, issues: Issues) -> None:
        old = self._server.get(row, ())
        if old == issues:
            return
        errors, warnings = self._tell(self._said_alike, old, issues)
        self._said = self._said[0] + errors, self._said[1] + warnings
        if issues:
            self._server[row] = issues
        else:
            del self._server[row]
        errors, warnings = _counted(issues)
        self._flag(row, _SERVER, (_SERVER_ERROR if errors else 0) | (_SERVER_WARNING if warnings else 0))

    def _tell(self, alike: Counter[GroupKey], old: Issues, new: Issues) -> tuple[int, int]:
        """Count issues in place of others; how many errors and warnings more there are."""
        self._revision += 1
        for issue in old:
            alike[_key(issue)] -= 1
            if not alike[_key(issue)]:
                del alike[_key(issue)]
        alike.update(map(_key, new))
        (errors, warnings), (less_errors, less_warnings) = _counted(new), _counted(old)
        return errors - less_errors, warnings - less_warnings

    def _flag(self, row: RowId, which: int, flags: int) -> None:
        missing = row + 1 - len(self._flags)
        if missing > 0:
            self._flags.extend(bytes(missing))
            self._marks.extend(bytes(missing))
        old = self._flags[row]
        new = (old & ~which) | flags
        if new != old:
            self._flags[row] = new
            self._marks[row] = bool(new)
            self._rows_with_errors += bool(new & _ERRORS) - bool(old & _ERRORS)
            self._rows_with_warnings += bool(new & _WARNINGS) - bool(old & _WARNINGS)

    def _count_flags(self) -> None:
        self._marks = bytearray(self._flags.translate(_HAS_ANY))
        self._rows_with_errors = self._flags.translate(_HAS_ERRORS).count(1)
        self._rows_with_warnings = self._flags.translate(_HAS_WARNINGS).count(1)

    def _each_alike(self, key: GroupKey) -> Iterator[Issue]:
        field, _, source, _, _ = key
        if source is Source.SERVER:
            for issues in self._server.values():
                yield from (issue for issue in issues if _key(issue) == key)
            return
        duplicates = self._duplicates
        if duplicates is not None and field is not None and key == _duplicate_key(duplicates, field):
            for name, rows in duplicates.found():
                if name == field:
                    yield from (duplicates.issue(row, field) for row in rows)
            return
        for layer in self._found:
            if layer.field in (field, None):
                yield from layer.alike(key, self._anew)
        for cells, rules in self._anew.values():
            yield from (issue for issue in (*cells, *rules) if _key(issue) == key)

    def _places_of(
        self, position: int, order: Positions, columns: dict[str, int], backwards: bool
    ) -> list[Place]:
        if not 0 <= position < len(order):
            return []
        row = order.row_at(position)
        found: dict[int, str | None] = {}
        for name in self._fields_of(row):
            found.setdefault(columns.get(name, 0) if name is not None else 0, name)
        places = [Place(row, field, position, index) for index, field in found.items()]
        places.sort(key=lambda place: place.field_index, reverse=backwards)
        return places

    def _find(self, order: Positions, start: int, backwards: bool) -> int | None:
        """The first position from ``start`` on (or back) whose row has issues."""
        if not 0 <= start < len(order):
            return None
        if self._rows_with_errors + self._rows_with_warnings <= _FEW:
            found = (order.position(row) for row in self._marked_few())
            if backwards:
                return max((at for at in found if at is not None and at <= start), default=None)
            return min((at for at in found if at is not None and at >= start), default=None)
        if isinstance(order, FindsMarked):
            return order.find_marked(self._marks, start, backwards)
        marks = self._marks
        for at in range(start, -1, -1) if backwards else range(start, len(order)):
            row = order.row_at(at)
            if row < len(marks) and marks[row]:
                return at
        return None

    def _marked_few(self) -> Iterator[RowId]:
        row = self._marks.find(1)
        while row >= 0:
            yield row
            row = self._marks.find(1, row + 1)


def _key(issue: Issue) -> GroupKey:
    return issue.field, issue.severity, issue.source, issue.code, issue.group or issue.message


def _duplicate_key(duplicates: Duplicates, field: str) -> GroupKey:
    return field, Severity.WARNING, Source.LOCAL, duplicates.code, duplicates.group(field)


def _counted(issues: Iterable[Issue]) -> tuple[int, int]:
    errors = warnings = 0
    for issue in issues:
        if issue.severity is Severity.ERROR:
            errors += 1
        else:
            warnings += 1
    return errors, warnings


def either(one: bytes | bytearray, other: bytes | bytearray) -> bytearray:
    """The bits that are set in one or the other, as long as the longer; some milliseconds for a million."""
    bits = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return bytearray(bits.to_bytes(max(len(one), len(other)), "little"))


def rows_that_differ(one: bytes, other: bytes) -> tuple[RowId, ...]:
    """The ids whose bytes are not the same in both; a missing byte is a 0."""
    bits = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    return tuple(compress(count(), bits.to_bytes(max(len(one), len(other)), "little")))
