"""What a person should know about the cells of a sheet, gathered while they are read."""

from __future__ import annotations

from array import array

from leapgrid.files.model import Note
from leapgrid.files.notebook import listed
from leapgrid.visible import visible

_SHOWN = 8


class _Cells:
    """The names of the first cells of a kind, and how many there are."""

    def __init__(self) -> None:
        self.first = 0
        self.names: list[str] = []
        self.count = 0

    def add(self, row: int, name: str) -> None:
        self.count += 1
        if len(self.names) < _SHOWN:
            self.names.append(visible(name, 30))
            self.first = self.first or row

    def __str__(self) -> str:
        if self.count == 1:
            return self.names[0]
        more = self.count - len(self.names)
        if more:
            return f"{', '.join(self.names)} and {more:,} more"
        return f"{', '.join(self.names[:-1])} and {self.names[-1]}"


class SheetNotes:
    """Counts what is odd; each kind becomes one note, whatever the number of its cells."""

    def __init__(self) -> None:
        self._errors = _Cells()
        self._error = ""
        self._lost: list[str] = []
        self._no_result = _Cells()
        self._merged = _Cells()
        self._long: dict[int, tuple[int, int]] = {}

    def error(self, row: int, cell: str, text: str) -> None:
        """A cell holds an error, such as #N/A."""
        self._errors.add(row, cell)
        self._error = self._error or visible(text, 20)

    def lost_error(self, text: str) -> None:
        """A cell that does not say where it stands holds an error, and reads as empty."""
        self._lost.append(visible(text, 20))

    def no_result(self, row: int, cell: str) -> None:
        """A cell holds a formula whose result is not in the file."""
        self._no_result.add(row, cell)

    def merged(self, row: int, cell: str) -> None:
        """Cells are merged, and ``cell`` is the first of them."""
        self._merged.add(row, cell)

    def long(self, row: int, column: int) -> None:
        """A number has more digits than spreadsheets keep; row and column count from 1."""
        first, count = self._long.get(column, (row, 0))
        self._long[column] = (first, count + 1)

    def finish(self, rows: array[int]) -> list[Note]:
        """All notes by row.

        Args:
            rows: the rows that hold something; blank ones between them get a note too.
        """
        from leapgrid.files.sheet_xlsx import cell_name

        notes: list[Note] = []
        if self._errors.count:
            notes.append(
                Note(
                    "error_cells",
                    self._errors.first,
                    f"The spreadsheet shows an error such as {self._error} in {self._errors}; it was kept as "
                    "text.",
                )
            )
        if self._lost:
            cells = "a cell" if len(self._lost) == 1 else f"{len(self._lost):,} cells"
            notes.append(
                Note(
                    "error_cells",
                    None,
                    f"The spreadsheet shows an error such as {self._lost[0]} in {cells}, left empty because "
                    "the file does not say where. Open it in a spreadsheet program and save it.",
                )
            )
        if self._no_result.count:
            notes.append(
                Note(
                    "formula_without_result",
                    self._no_result.first,
                    f"The file holds no result for the formulas in {self._no_result}; they were left empty. "
                    "Open it in a spreadsheet program and save it.",
                )
            )
        if self._merged.count:
            notes.append(
                Note(
                    "merged_cells",
                    self._merged.first,
                    f"Cells are merged at {self._merged}; the text stands in the first one, the others are "
                    "empty.",
                )
            )
        for column, (row, count) in sorted(self._long.items()):
            numbers = "a number has" if count == 1 else f"{count:,} numbers have"
            letters = cell_name(0, column)[:-1]
            notes.append(
                Note(
                    "long_numbers",
                    row,
                    f"In column {letters} {numbers} more than 15 digits, of which spreadsheets keep only 15: "
                    "the last ones may be wrong. Format the column as text and enter them again.",
                )
            )
        notes.extend(_blank_rows(rows))
        return sorted(notes, key=lambda note: note.line or 0)


def _blank_rows(rows: array[int]) -> list[Note]:
    if not rows or rows[-1] - rows[0] + 1 == len(rows):
        return []
    blank: list[int] = []
    count = rows[-1] - rows[0] + 1 - len(rows)
    before = rows[0]
    for row in rows:
        if row > before + 1:
            blank.extend(range(before + 1, min(row, before + 2 + _SHOWN)))
            if len(blank) > _SHOWN:
                break
        before = row
    if count == 1:
        return [Note("blank_line", blank[0], f"Row {blank[0]} is blank; it was skipped.")]
    if count <= _SHOWN:
        return [Note("blank_line", blank[0], f"Rows {listed(blank)} are blank; they were skipped.")]
    shown = ", ".join(map(str, blank[:_SHOWN]))
    return [
        Note(
            "blank_line",
            blank[0],
            f"Rows {shown} and {count - _SHOWN:,} more are blank; they were skipped.",
        )
    ]
