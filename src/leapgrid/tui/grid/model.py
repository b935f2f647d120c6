"""What the grid needs to know of the records: a narrow view that it asks by index and never stores."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, Protocol

from leapgrid.records import RowId
from leapgrid.tui.theming import Role


class Column(NamedTuple):
    """A column of the grid.

    Attributes:
        name: the field's slug, the heading.
        hint: one muted word behind it where there is room, e.g. "address".
        kind: the field's type, which decides how far its width may give way.
    """

    name: str
    hint: str
    kind: str


class CellLook(NamedTuple):
    """How a cell looks: text that is safe to draw, the mark behind it, the role of its colour."""

    text: str
    mark: str
    tone: Role


class RowLook(NamedTuple):
    """How a row looks.

    Attributes:
        number: what stands in the gutter, counted from 1 over the whole batch.
        server: glyph and role of what the server said.
        data: glyph and role of what the data is.
        done: whether the row steps back (created, already there, skipped).
        cells: one for each column.
    """

    number: int
    server: tuple[str, Role]
    data: tuple[str, Role]
    done: bool
    cells: tuple[CellLook, ...]


class LiveCheck(NamedTuple):
    """The verdict on the text in the open cell.

    Attributes:
        tone: "error", "warning", "not_yet" or "fine".
        message: one sentence, or "".
        fix: the text that F8 would put there, or None.
        spans: the characters that are wrong.
    """

    tone: str
    message: str
    fix: str | None
    spans: tuple[tuple[int, int], ...]


class GridModel(Protocol):
    """The records as the grid sees them. Indexes are positions in the present view."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in order."""

    def __len__(self) -> int:
        """How many rows the view has; the ghost row is not one of them."""

    @property
    def ghost_number(self) -> int | None:
        """The number of the ghost row, or None where the view has none."""

    @property
    def highest_number(self) -> int:
        """The highest row number that the gutter has room for, whatever view is shown."""

    def row_id(self, index: int) -> RowId:
        """The row at a position of the view."""

    def index_of(self, row_id: RowId) -> int | None:
        """The position of a row in the view."""

    def revision(self, row_id: RowId) -> Hashable:
        """Something that changes whenever the row looks different, or has another number."""

    def look(self, row_id: RowId) -> RowLook:
        """How the row looks."""

    def text(self, row_id: RowId, column: int) -> str:
        """The cell's text exactly as it is kept."""

    def widths(self, column: int) -> list[int]:
        """The widths, in cells, of the column's texts on the first screens."""

    def find_turn(self, index: int, column: int, step: int, *, filled: bool) -> int | None:
        """The first position from ``index`` on (step 1) or back (-1) whose cell has a text, or has none."""

    def locked(self, row_id: RowId) -> str:
        """Why the row cannot be edited now, in a sentence, or ""."""

    def check(self, row_id: RowId | None, column: int, text: str) -> LiveCheck:
        """The verdict on a text that is being typed into a cell."""

    def choices(self, column: int) -> tuple[str, ...]:
        """The values that a choice field offers; empty for other fields."""

    def commit(self, row_id: RowId | None, column: int, text: str) -> None:
        """Keep a text: in a row, or as the first cell of a new one (None: the ghost row)."""
