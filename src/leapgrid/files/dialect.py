"""What parts the values of a text, and where its headers and records begin, as its first lines show."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leapgrid.files.escapes import is_marked
from leapgrid.files.headerline import LOOKED_AT, find_header
from leapgrid.files.limits import MAX_COLUMNS
from leapgrid.files.model import ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook, listed, quoted
from leapgrid.files.splitting import MoreNeeded, Records, is_blank

SHOWN = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", ":": "colons", "^": "carets", "~": "tildes",
    "\x1f": "unit separators", " ": "spaces",
}  # fmt: skip
"""Delimiters, as messages name them."""

_USUAL = ",;\t|"
_RARE = ":^~\x1f"
_TRIED = 10
CountMatches = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is laid out.

    Attributes:
        delimiter: what parts the values.
        headers: the header line's values, "" where a column has none.
        header_line: its physical line; 0: there is none.
        header_why: why it is not the first line, for a person; "" where it is.
        header_lines: lines that may be it, likeliest first, and 0.
        first_line: the physical line on which the records begin.
        blank: lines above that with nothing in them.
    """

    delimiter: str
    headers: tuple[str, ...]
    header_line: int
    header_why: str
    header_lines: tuple[int, ...]
    first_line: int
    blank: tuple[int, ...]


class _Row(NamedTuple):
    line: int
    lines: int
    cells: list[str]
    text: str


def check_delimiter(delimiter: str) -> str:
    """The delimiter that a person named, ``\\t`` and ``tab`` among them.

    Raises:
        UnreadableFile: it is not one character, or one that cannot part values.
    """
    word = {"\\t": "\t", "tab": "\t", "\\x1f": "\x1f"}.get(delimiter.lower(), delimiter)
    if len(word) != 1 or word in '"\r\n\0':
        raise UnreadableFile(
            f"{quoted(delimiter) if delimiter else 'Nothing'} cannot part values. "
            "The delimiter is one character, such as a comma, ; or | (tab for a tab)."
        )
    return word


def find_dialect(
    lines: Sequence[str],
    name: str,
    options: ReadOptions,
    *,
    last: bool,
    preferred: str,
    count_matches: CountMatches,
    notes: Notebook,
) -> Dialect:
    """Look at the first lines of a text.

    Args:
        lines: with their ends; enough of them to hold ``LOOKED_AT`` records of a line each.
        name: the file's name for messages.
        options: what a person said.
        last: there are no more lines in the file.
        preferred: the delimiter that the file's suffix stands for.
        count_matches: how many of some headers are fields.
        notes: takes a delimiter that is not the preferred one, and what stands above the headers.

    Raises:
        UnreadableFile: no header, a header that is too wide, a quote that is never closed.
    """
    matches = _remembered(count_matches)
    begin = next((index for index, line in enumerate(lines) if line.strip()), None)
    if begin is None:
        raise UnreadableFile(f"{name} has no header line. Name a file with a header line and records.")
    blank = list(range(1, begin + 1))
    said = check_delimiter(options.delimiter) if options.delimiter is not None else None
    declared = _declared(lines[begin])
    if declared:
        # Excel's own way of saying it; Excel does not show that line either.
        delimiter = said or declared
        if said is None:
            notes.add(
                "delimiter",
                begin + 1,
                f"The values are parted by {named(declared)}, as line {begin + 1} says.",
            )
        begin += 1
    else:
        delimiter = said or _choose(lines[begin : begin + LOOKED_AT], preferred, matches)
    rows = _rows(lines, begin, name, delimiter, last, options.header_line or 0, blank)
    if not rows:
        raise UnreadableFile(f"{name} has no header line. Name a file with a header line and records.")
    if not declared and said is None and delimiter != preferred:
        notes.add("delimiter", rows[0].line, f"The values are parted by {named(delimiter)} and were read so.")
    return _with_header(rows, name, options, delimiter, blank, matches, notes)


def named(delimiter: str) -> str:
    """A delimiter as messages name it, in the plural."""
    return SHOWN.get(delimiter) or f"the character {quoted(delimiter)}"


def _remembered(count_matches: CountMatches) -> CountMatches:
    known: dict[tuple[str, ...], int] = {}

    def count(cells: Sequence[str]) -> int:
        key = tuple(cells)
        if key not in known:
            # A file that LeapGrid wrote says so, and then its headers are surely these.
            known[key] = 1_000 if is_marked(key) else count_matches(key[: MAX_COLUMNS + 1])
        return known[key]

    return count


def _declared(line: str) -> str:
    text = line.strip("\r\n ")
    if text.startswith('"') != text.endswith('"'):
        return ""  # a header with a line break begins so
    text = text.strip('"') if line[:5].lower().lstrip('"').startswith("sep=") else ""
    return text[4:] if len(text) == 5 and text[4] not in "\r\n\0" else ""


def _choose(lines: Sequence[str], preferred: str, matches: CountMatches) -> str:
    """The delimiter that makes most fields of a header, or else parts the lines most evenly."""
    text = "".join(lines)
    present = [delimiter for delimiter in dict.fromkeys(preferred + _USUAL + _RARE) if delimiter in text]
    if not present or present == [preferred]:
        return preferred
    # One header that is a field, and nothing else in its line: a single column, whatever its values hold.
    alone = matches([lines[0].strip()])
    best, best_score = preferred, (alone, 1.0 if alone else 0.0, alone > 0, alone > 0, 0)
    for delimiter in present:
        rows = _loosely(lines, delimiter)
        widths = Counter(len(row) for row in rows)
        width, same = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        even = same / len(rows) if width > 1 else 0.0
        if delimiter in _RARE and even < 1 and delimiter != preferred:
            continue
        found = max((matches(row) for row in rows[:_TRIED] if len(row) > 1), default=0)
        if delimiter in _RARE and found == 0 and (delimiter == ":" or len(rows) < 2):
            continue
        # A header alone decides where it parts into more fields; evenness where no header is known.
        # What is followed by a space everywhere belongs to sentences.
        prose = text.count(delimiter) == text.count(f"{delimiter} ")
        score = (found, round(even, 1), not prose, delimiter == preferred, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _loosely(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Rows as the csv module takes them when nothing bothers it; only good for counting."""
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row and any(row)] or [[]]
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def _rows(
    lines: Sequence[str], begin: int, name: str, delimiter: str, last: bool, wanted: int, blank: list[int]
) -> list[_Row]:
    """The first records; blank lines among them are put into ``blank``."""
    # What is untidy here is noted when it is read for good.
    unheard = Notebook()
    records = Records(iter(lines[begin:]), begin, name, delimiter, unheard, last=last)
    rows: list[_Row] = []
    while len(rows) < LOOKED_AT or (records.number < wanted):
        try:
            line, cells = next(records)
        except (StopIteration, MoreNeeded):
            break
        except UnreadableFile:
            # A quote that nobody closes may well be text: how wide a record is tells, once that is known.
            if rows:
                break
            raise
        if is_blank(cells, records.physical, 2):
            blank.append(line)
        else:
            rows.append(_Row(line, len(records.physical), cells, "".join(records.physical)))
    return rows


def _with_header(
    rows: Sequence[_Row],
    name: str,
    options: ReadOptions,
    delimiter: str,
    blank: Sequence[int],
    matches: CountMatches,
    notes: Notebook,
) -> Dialect:
    guess = find_header([row.cells for row in rows], [row.line for row in rows], matches)
    index, why = guess.index, guess.why
    lines = tuple(rows[candidate].line for candidate in guess.candidates)
    if options.header_line == 0:
        index, why = None, "as you said"
    elif options.header_line is not None:
        index = next((i for i, row in enumerate(rows) if row.line == options.header_line), None)
        if index is None:
            raise UnreadableFile(
                f"No record begins in line {options.header_line} of {name}, so the headers cannot be there. "
                f"Records begin, for example, in line {listed([row.line for row in rows[:3]])}.",
                options.header_line,
            )
        lines = (options.header_line, *(line for line in lines if line != options.header_line))
        why = "as you said"
    if index is None:
        width = min(max(len(row.cells) for row in rows), MAX_COLUMNS)
        first = rows[0].line
        if options.header_line is None:
            notes.add(
                "no_header_line",
                first,
                f"Line {first} looks like a record, so no line was taken for headers.",
            )
        lines = (0, *lines)
        return Dialect(delimiter, ("",) * width, 0, why, lines, first, tuple(b for b in blank if b < first))
    header = rows[index]
    if len(header.cells) > MAX_COLUMNS:
        raise UnreadableFile(
            f"Line {header.line} of {name} has {len(header.cells):,} columns; at most {MAX_COLUMNS:,} can be "
            "read. Leave out what is not needed.",
            header.line,
        )
    if index:
        _note_above([*rows[:index], header], notes)
    headers = _widened(header.cells, _again(rows[index + 1 :], len(header.cells), name, delimiter))
    first = header.line + header.lines
    return Dialect(
        delimiter, headers, header.line, why, (*lines, 0), first, tuple(b for b in blank if b < first)
    )


def _note_above(rows: Sequence[_Row], notes: Notebook) -> None:
    """Say what was skipped; ``rows`` ends with the header."""
    numbers = [row.line for row in rows[:-1]]
    text = "".join(row.text for row in rows[:-1])
    one = len(numbers) == 1
    notes.add(
        "above_header",
        numbers[0],
        f"The headers are in line {rows[-1].line}; "
        f"{'line' if one else 'lines'} {listed(numbers)} above {'was' if one else 'were'} skipped.",
        text=text,
    )


def _again(rows: Sequence[_Row], width: int, name: str, delimiter: str) -> list[list[str]]:
    """The records behind the header, now that their width is known."""
    lines = [line for row in rows for line in row.text.splitlines(keepends=True)]
    records = Records(iter(lines), 0, name, delimiter, Notebook(), width=width)
    try:
        return [cells for _, cells in records]
    except UnreadableFile:
        return []


def _widened(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The headers, with empty ones behind where every record has a value more than there are headers."""
    own = len(headers)
    if is_marked(headers) or len(rows) < 3:
        return tuple(headers)
    widths = {len(row) for row in rows}
    if len(widths) > 1 or not own < min(widths) <= MAX_COLUMNS:
        return tuple(headers)
    if not any(any(row[own:]) for row in rows):
        return tuple(headers)
    return (*headers, *("",) * (min(widths) - own))
