"""A sheet as a table with headers: where they are is found out as in a text file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from leapgrid.files.dialect import CountMatches
from leapgrid.files.escapes import is_marked, without_marks
from leapgrid.files.headerline import LOOKED_AT, find_header
from leapgrid.files.model import Detected, RawFile, ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook, listed, quoted
from leapgrid.files.sheets import Sheet, read_sheet
from leapgrid.records.frame import Frame
from leapgrid.visible import visible


def read_sheet_raw(
    file: BinaryIO,
    source: str,
    options: ReadOptions,
    *,
    name: str,
    size: int,
    count_matches: CountMatches,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RawFile:
    """Read a sheet of a spreadsheet.

    Args:
        file: open for reading.
        source: the path as it was given.
        options: what a person said; encoding and delimiter mean nothing here.
        name: the file's name as messages print it.
        size: bytes.
        count_matches: how many of some headers are fields.
        progress: see :func:`leapgrid.files.reader.read_raw`.
        cancelled: the same.

    Raises:
        UnreadableFile, ReadingCancelled: see :func:`leapgrid.files.sheets.read_sheet`.
    """
    sheet = read_sheet(file, options.sheet, name=name, progress=progress, cancelled=cancelled)
    notes = Notebook()
    for note in sheet.notes:
        notes.add(*note)
    if not sheet.columns or not len(sheet.rows):
        raise UnreadableFile(
            f"The sheet {quoted(sheet.chosen)} of {name} is empty. Name a sheet with headers and records."
        )
    frame, header = _split(sheet, options, name, count_matches, notes)
    row = int(header.choices[0])
    return RawFile(
        frame=without_marks(frame, notes, row or None),
        kind=sheet.kind,
        source=source,
        name=name,
        size=size,
        options=ReadOptions(header_line=row, sheet=sheet.chosen),
        detected=(
            Detected(
                "sheet",
                visible(sheet.chosen, 60),
                f"One of {len(sheet.names)} sheets." if len(sheet.names) > 1 else "The only sheet.",
                (sheet.chosen, *(other for other in sheet.names if other != sheet.chosen)),
            ),
            header,
        ),
        notes=notes.finish(),
    )


def _split(
    sheet: Sheet, options: ReadOptions, name: str, count_matches: CountMatches, notes: Notebook
) -> tuple[Frame, Detected]:
    """The records, and what was found out about the headers: its first choice is the row in use."""
    rows = [[column[i] or "" for column in sheet.columns] for i in range(min(LOOKED_AT, len(sheet.rows)))]
    numbers = list(sheet.rows[: len(rows)])

    def matches(cells: Sequence[str]) -> int:
        return 1_000 if is_marked(cells) else count_matches(cells)

    guess = find_header(rows, numbers, matches, unit="row")
    index, why = guess.index, guess.why
    choices = [numbers[candidate] for candidate in guess.candidates]
    if options.header_line == 0:
        index, why = None, "as you said"
    elif options.header_line is not None:
        why = "as you said"
        try:
            index = list(sheet.rows).index(options.header_line)
        except ValueError:
            raise UnreadableFile(
                f"Row {options.header_line} of {name} is empty, so the headers cannot be there. "
                f"There are, for example, the rows {listed(numbers[:3])}.",
                options.header_line,
            ) from None
    elif index is None:
        notes.add(
            "no_header_line",
            numbers[0],
            f"Row {numbers[0]} looks like a record, so no row was taken for headers.",
        )
    used = 0 if index is None else sheet.rows[index]
    begin = 0 if index is None else index + 1
    headers = (
        ("",) * len(sheet.columns)
        if index is None
        else tuple(column[index] or "" for column in sheet.columns)
    )
    if index:
        above = list(sheet.rows[:index])
        one = len(above) == 1
        notes.add(
            "above_header",
            above[0],
            f"The headers are in row {used}; {'row' if one else 'rows'} {listed(above)} above "
            f"{'was' if one else 'were'} skipped.",
            text="\n".join("\t".join(row).rstrip("\t") for row in rows[:index]),
        )
    frame = Frame(headers, tuple(column[begin:] for column in sheet.columns), sheet.rows[begin:])
    detected = Detected(
        "header",
        f"in row {used}" if used else "none",
        f"{why[0].upper()}{why[1:]}." if why else "It is the first row that is not blank.",
        tuple(dict.fromkeys((used, *choices, 0))),
    )
    return frame, detected
