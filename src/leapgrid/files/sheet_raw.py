"""A sheet as a table with headers: where they are is found out as in a text file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import BinaryIO

from leapgrid.files.dialect import CountMatches
from leapgrid.files.escapes import is_marked, without_marks
from leapgrid.files.headerline import LOOKED_AT, find_header
from leapgrid.files.model import Detected, RawFile, ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook, listed, quoted
from leapgrid.files.sheets import Sheet, read_sheet
from leapgrid.records.frame import Frame
from leapgrid.visible import visible

_MOST_TRIED = 12
"""So many sheets behind the first one are looked at where its headers say nothing."""

_SECONDS = 20.0
"""So long after the first one was begun no further one is."""

_LISTED = 6


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

    def read(wanted: str | None) -> Sheet:
        return read_sheet(file, wanted, name=name, progress=progress, cancelled=cancelled)

    until = monotonic() + _SECONDS
    sheet = read(options.sheet)
    if options.sheet is None and options.header_line is None:
        sheet = _likeliest(sheet, read, count_matches, until)
    notes = Notebook()
    if options.sheet is None and len(sheet.names) > 1:
        notes.add("sheet", None, _taken(sheet))
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
                _which(sheet),
                sheet.names,
            ),
            header,
        ),
        notes=notes.finish(),
    )


def _likeliest(
    first: Sheet, read: Callable[[str], Sheet], count_matches: CountMatches, until: float
) -> Sheet:
    """The first of the visible sheets whose headers are fields; the one given where none has such.

    The others are read only where the first one is none: each takes the reader's whole time and memory.

    Args:
        first: the first sheet that is visible and not empty.
        read: gives another one by its name.
        until: when no further one is begun.
    """
    best, most = first, _known(first, count_matches)
    if most > 1:
        return first
    after = first.names[first.names.index(first.chosen) + 1 :]
    for name in [name for name in after if name not in first.hidden][:_MOST_TRIED]:
        if monotonic() > until:
            break
        try:
            other = read(name)
        except UnreadableFile:
            continue  # empty, or not to be read: it was not asked for
        known = _known(other, count_matches)
        if known > 1:
            return other
        if known > most:
            best, most = other, known
    return best


def _known(sheet: Sheet, count_matches: CountMatches) -> int:
    """How many headers of a sheet are fields: 0, 1, or 2 for several, or all that there are."""
    rows = _first_rows(sheet)
    if not rows:
        return 0
    guess = find_header(rows, list(sheet.rows[: len(rows)]), count_matches, unit="row")
    if guess.index is None:
        return 0
    headers = rows[guess.index]
    if is_marked(headers):
        return 2
    found = count_matches(headers)
    records = len(sheet.rows) > guess.index + 1
    return 2 if found > 1 or (found and records and found == sum(map(bool, headers))) else found


def _first_rows(sheet: Sheet) -> list[list[str]]:
    return [[column[i] or "" for column in sheet.columns] for i in range(min(LOOKED_AT, len(sheet.rows)))]


def _others(sheet: Sheet) -> str:
    others = [quoted(other) for other in sheet.names if other != sheet.chosen]
    more = f" and {len(others) - _LISTED:,} more" if len(others) > _LISTED else ""
    return f"{', '.join(others[:_LISTED])}{more}"


def _which(sheet: Sheet) -> str:
    """``Sheet 2 of 3; not read: “Summary”, “Old”.``"""
    if len(sheet.names) == 1:
        return "The only sheet."
    return (
        f"Sheet {sheet.names.index(sheet.chosen) + 1:,} of {len(sheet.names):,}; not read: {_others(sheet)}."
    )


def _taken(sheet: Sheet) -> str:
    place = sheet.names.index(sheet.chosen) + 1
    return (
        f"Sheet {place:,} of {len(sheet.names):,} was read, {quoted(sheet.chosen)}; not {_others(sheet)}. "
        "--sheet NAME takes another, or S on the import screen."
    )


def _split(
    sheet: Sheet, options: ReadOptions, name: str, count_matches: CountMatches, notes: Notebook
) -> tuple[Frame, Detected]:
    """The records, and what was found out about the headers: its first choice is the row in use."""
    rows = _first_rows(sheet)
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
