"""Cells that a spreadsheet would take for formulas: made harmless on the way out, undone on the way in.

Excel, LibreOffice and Google Sheets calculate a cell of a CSV file that begins with one of a few signs, and
a telephone number begins with one of them. An apostrophe in front keeps them from it. Which cells have got
one is written down in a last column, so that reading the file again gives exactly the old texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from leapgrid.files.notebook import Notebook
from leapgrid.records.frame import Frame

ESCAPED = "leapgrid:escaped"
"""Header of the last column: in each row the numbers, from 1, of the columns that got an apostrophe. Numbers
behind the header's own words are those of headers that got one."""

EXACT = "leapgrid:exact"
"""Header of a last column, empty, that says no more than: this is the header line, take all as it is."""

_QUICK = re.compile(r"[=+\-@\t\r＝＋－＠]")
# White space, and signs that are not seen, may stand before what a spreadsheet takes for a formula.
_TRIGGER = re.compile(
    r"[\s\x00-\x1f\xa0\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
    r"(?:[=+\-@＝＋－＠]|(?<=[\t\r]))"
)
_NUMBERS = re.compile(r"[0-9]{1,9}(?: [0-9]{1,9})*")


def escape(text: str, *, first: bool = False) -> str | None:
    """The text with an apostrophe before each of its lines that a spreadsheet could calculate.

    A line that begins with an apostrophe gets one more, so that :func:`unescape` knows what to take away.

    Args:
        text: of the cell.
        first: it is the first cell of the file, where ``sep=`` names another delimiter.

    Returns:
        None where the text is harmless as it is.
    """
    # Most cells have none of the signs anywhere.
    if not _QUICK.search(text):
        return None
    lines = text.splitlines(keepends=True)
    declares = first and text[:4].casefold() == "sep="
    if not declares and not any(map(_acts, lines)):
        return None
    made = [f"'{line}" if line.startswith("'") or _acts(line) else line for line in lines]
    if declares:
        made[0] = f"'{lines[0]}"
    return "".join(made)


def unescape(text: str) -> str:
    """The text that :func:`escape` made this one from."""
    return "".join(line[1:] if line.startswith("'") else line for line in text.splitlines(keepends=True))


def _acts(line: str) -> bool:
    """Whether a spreadsheet could take a line for a formula."""
    return _TRIGGER.match(line) is not None


class Restored(NamedTuple):
    """A table without what an export added to it.

    Attributes:
        headers: without the last one.
        columns: without the last one.
        cells: how many cells lost their apostrophe.
    """

    headers: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    cells: int


def is_marked(headers: Sequence[str]) -> bool:
    """Whether a row can be nothing but the header line of a file that LeapGrid wrote with a mark."""
    if len(headers) < 2:
        return False
    last = headers[-1]
    return last in (EXACT, ESCAPED) or (last.startswith(f"{ESCAPED} ") and bool(_numbers(last)))


def undo_escapes(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> Restored | None:
    """Take away what an export added: apostrophes, and the last column that tells of them.

    Args:
        headers: as in the file.
        columns: one a header, lists or polars Series; None of a cell counts as "".

    Returns:
        None where the last column is none of ours. Columns without an escaped cell come back as they are.
    """
    if not is_marked(headers):
        return None
    own = list(headers[:-1])
    for number in _numbers(headers[-1]):
        if number <= len(own):
            own[number - 1] = unescape(own[number - 1])
    rows_of: dict[int, list[int]] = {}
    if headers[-1] != EXACT:
        known: dict[str, tuple[int, ...]] = {}
        for row, mark in enumerate(_texts(columns[-1])):
            if not mark:
                continue
            numbers = known.get(mark)
            if numbers is None:
                numbers = known[mark] = _numbers(mark)
            for number in numbers:
                rows_of.setdefault(number, []).append(row)
    restored: list[Sequence[str]] = list(columns[:-1])
    cells = 0
    for number, rows in rows_of.items():
        if number > len(restored):
            continue
        texts = _texts(restored[number - 1])
        for row in rows:
            texts[row] = unescape(texts[row] or "")
        cells += len(rows)
        restored[number - 1] = _like(restored[number - 1], texts)
    return Restored(tuple(own), tuple(restored), cells)


def _numbers(mark: str) -> tuple[int, ...]:
    words = mark.removeprefix(ESCAPED).strip()
    if not _NUMBERS.fullmatch(words):
        return ()
    return tuple(number for word in dict.fromkeys(words.split()) if (number := int(word)))


def _texts(column: Sequence[str]) -> list[str]:
    to_list = getattr(column, "to_list", None)
    return list(to_list()) if to_list is not None else list(column)


def _like(column: Sequence[str], texts: list[str]) -> Sequence[str]:
    """The texts in the form that the column had."""
    if getattr(column, "to_list", None) is None:
        return texts
    import polars as pl

    series: Sequence[str] = pl.Series(texts, dtype=pl.String)  # type: ignore[assignment]  # a Frame takes both
    return series


def without_marks(frame: Frame, notes: Notebook, line: int | None = None) -> Frame:
    """A table as it was before an export added to it; the same frame where none did.

    Args:
        frame: as in the file.
        notes: is told how many cells were restored.
        line: the physical line of the header.
    """
    restored = undo_escapes(frame.headers, frame.columns)
    if restored is None:
        return frame
    if restored.cells:
        cells = "1 cell" if restored.cells == 1 else f"{restored.cells:,} cells"
        notes.add(
            "escapes_undone",
            line,
            f"The apostrophe that an export for spreadsheets put before {cells} was taken away again.",
        )
    return Frame(restored.headers, restored.columns, frame.lines)
