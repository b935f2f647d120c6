"""Which row holds the headers: usually the first, but there may be a title above it, or none at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leapgrid.files.escapes import is_marked
from leapgrid.files.notebook import listed

LOOKED_AT = 64
"""Rows among which the headers are sought."""

_TRIED = 20
_CANDIDATES = 8

_VALUE = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an e-mail address
    r"|https?://\S+"
    r"|\+?(?:[\s().\-/]*\d){7,15}[\s().\-/]*"  # a phone
    r"|\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}(?:[ T][\d:.Z+\-]+)?"  # a date
)
_NUMBER = re.compile(r"[+\-]?[\d.,\s]*\d[\d.,\s]*[%€$£]?")


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """Where the headers are.

    Attributes:
        index: of the row among those looked at; None: no row looks like headers.
        why: for a person, "" where it is the first row: ``lines 1 and 2 look like a title``.
        candidates: indices of the rows that a person may choose instead, likeliest first, the chosen one
            among them.
    """

    index: int | None
    why: str
    candidates: tuple[int, ...]


def find_header(
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    count_matches: Callable[[Sequence[str]], int],
    *,
    unit: str = "line",
) -> HeaderGuess:
    """Find the row of the headers among the first rows of a table.

    A row in which several fields are named goes before all else. Otherwise it is the first one, unless that
    looks like a title (then the next that is filled) or like a record (then there are no headers).

    Args:
        rows: the first rows, at most ``LOOKED_AT`` are looked at; they may differ in length.
        numbers: the line, or row of the sheet, of each.
        count_matches: how many of some texts are names of fields.
        unit: what the numbers count: "line" or "row".
    """
    filled = [[cell for cell in row if cell.strip()] for row in rows[:LOOKED_AT]]
    real = [index for index, cells in enumerate(filled) if cells]
    if not real:
        return HeaderGuess(None, "", ())
    first = real[0]
    others = tuple(real[:_CANDIDATES])
    if is_marked(rows[first]):  # an export of ours says where its headers are
        return HeaderGuess(first, "", others)
    matches = count_matches(rows[first])
    if matches >= 2 or matches == len(filled[first]):
        return HeaderGuess(first, "", others)
    most = max(len(filled[index]) for index in real)
    best, score = first, matches
    for index in real[1:_TRIED]:
        found = count_matches(rows[index])
        # One word alone may be a value that happens to be the name of a field.
        enough = found >= 2 or (found == 1 and most >= 2 and _titles(filled, real, index))
        if found > score and enough:
            best, score = index, found
    if best != first:
        return HeaderGuess(best, _above(real, best, numbers, unit), _likeliest_first(best, others))
    if not matches:
        after = next((i for i in real if len(filled[i]) > 1 and len(filled[i]) * 3 >= most * 2), first)
        if after != first and _titles(filled, real, after):
            if _looks_like_headers(filled[after]):
                return HeaderGuess(after, _above(real, after, numbers, unit), _likeliest_first(after, others))
        elif _looks_like_record(filled[first]):
            return HeaderGuess(None, f"{unit} {numbers[first]} looks like a record", others)
    return HeaderGuess(first, "", others)


def _titles(filled: Sequence[Sequence[str]], real: Sequence[int], index: int) -> bool:
    """Whether everything above a row is a title: one or two texts where the row has more."""
    most = len(filled[index])
    return all(len(filled[i]) <= 2 and len(filled[i]) * 2 <= most for i in real if i < index)


def _looks_like_headers(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and not any(
        _VALUE.fullmatch(cell.strip()) or _NUMBER.fullmatch(cell.strip()) for cell in cells
    )


def _looks_like_record(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells]
    if any(_VALUE.fullmatch(text) for text in texts):
        return True
    return 2 * sum(_NUMBER.fullmatch(text) is not None for text in texts) > len(texts)


def _above(real: Sequence[int], index: int, numbers: Sequence[int], unit: str) -> str:
    lines = [numbers[i] for i in real if i < index]
    if len(lines) == 1:
        return f"{unit} {lines[0]} looks like a title"
    return f"{unit}s {listed(lines)} look like a title"


def _likeliest_first(chosen: int, others: tuple[int, ...]) -> tuple[int, ...]:
    return (chosen, *(index for index in others if index != chosen))
