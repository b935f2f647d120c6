"""JSONL: an object a line, read line by line, however many there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from leapgrid.files.jsonscan import Object, decode_line
from leapgrid.files.jsontext import words_for
from leapgrid.files.limits import MAX_DEPTH
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.objects import RecordTable, kind_of
from leapgrid.records.frame import Frame

SUFFIXES = frozenset({".jsonl", ".ndjson"})


def looks_like_json_lines(head: str, suffix: str) -> bool:
    """Whether a text holds a JSON object a line. What it holds goes before what its name ends in.

    Args:
        head: how the file begins.
        suffix: of the file's name, in lower case.
    """
    begin = head.removeprefix("\ufeff").lstrip()
    if not begin.startswith("{"):
        return False
    line, end, rest = begin.partition("\n")
    named = suffix in SUFFIXES
    if not end and named:
        return True  # one record, or the first line goes on beyond what was looked at
    try:
        whole = isinstance(decode_line(line), Object)
    except (json.JSONDecodeError, RecursionError):
        # A lone bracket opens an object that goes on over several lines, whatever the name says.
        return named and line.strip() != "{" and not line.rstrip().endswith((",", "{", "["))
    if not whole:
        return False
    return named or rest.lstrip().startswith("{")


def read_json_lines(
    lines: Iterable[str],
    name: str,
    notes: Notebook,
    go_on: Callable[[], None] | None = None,
) -> Frame:
    """Read records, one a line; blank lines are fine.

    Args:
        lines: the physical lines, with or without their ends; gone through once.
        name: the file's name for messages.
        notes: takes what a person should know.
        go_on: called now and then; what it raises ends the reading.

    Returns:
        One column a key; the lines of the frame are the physical lines.

    Raises:
        UnreadableFile: with the line, and the character in it, that is no JSON object.
    """
    table = RecordTable(name, notes)
    for number, line in enumerate(lines, 1):
        if number % 1024 == 0 and go_on is not None:
            go_on()
        if number == 1:
            line = line.removeprefix("\ufeff")
        if not line or line.isspace():
            continue
        try:
            # Without its end: it would be told as a line break within a text that is never closed.
            value = decode_line(line.rstrip("\r\n"))
        except json.JSONDecodeError as problem:
            raise UnreadableFile(
                f"Line {number} of {name} is not JSON: {words_for(problem)} at character {problem.pos + 1}. "
                "Every line has to be one record: correct this one, or take it out.",
                number,
            ) from problem
        except RecursionError as problem:
            raise UnreadableFile(
                f"Line {number} of {name} is nested deeper than {MAX_DEPTH} levels. "
                "A record is expected to have texts and numbers.",
                number,
            ) from problem
        if not isinstance(value, Object):
            raise UnreadableFile(
                f"Line {number} of {name} holds {kind_of(value)}, not an object with fields. "
                'Write it as {"name": "..."}.',
                number,
            )
        value.line = number
        table.add(value)
    return table.finish()
