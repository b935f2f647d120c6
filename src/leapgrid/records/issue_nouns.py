"""What an index of issues takes and gives: positions, places, counts and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from leapgrid.records.issues import Issue, RowId, Severity, Source


class Positions(Protocol):
    """Where rows stand: a batch, or a sorted or filtered view of one."""

    @property
    def structure_revision(self) -> int: ...

    def __len__(self) -> int: ...

    def row_at(self, position: int) -> RowId: ...

    def position(self, row: RowId) -> int | None: ...


@runtime_checkable
class FindsMarked(Protocol):
    """Positions that find a marked row themselves, quicker than by asking row by row."""

    def find_marked(self, marks: bytearray, start: int, backwards: bool = False) -> int | None:
        """The first position from ``start`` on (or back) whose row has a 1 in ``marks``, by row id."""
        ...


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


class IssuesAlike(Iterable[Issue]):
    """The issues of a group, made while they are gone through: those that there are then."""

    __slots__ = ("_made", "_number")

    def __init__(self, number: int, made: Callable[[], Iterator[Issue]]) -> None:
        self._number = number
        self._made = made

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Issue]:
        return self._made()


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues that are alike but for their row and value.

    Attributes:
        count: how many there are.
        issues: each of them, made when asked for.
    """

    field: str | None
    severity: Severity
    source: Source
    code: str
    group: str
    count: int
    issues: IssuesAlike
