"""JSON text to values whose numbers stay as they are spelled, and records that know their line.

Strict JSON first, because it is fast; then the same text without comments and the trailing commas that
the examples of the API documentation have; then the json5 library, which is slow and so only for short texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from leapgrid.files.jsonscan import Lines, Literal, Object, breaks, made_object, strict_json
from leapgrid.files.limits import MAX_DEPTH, MAX_JSON5, MAX_OBJECTS, MAX_VALUES, MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted

_STRING_OR_TRAILING_COMMA = re.compile(r'"(?:[^"\\]+|\\.)*+"|,(?=\s*[\]}])', re.DOTALL)
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]+|\\.)*+"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_BRACKETS = re.compile(r'"(?:[^"\\]+|\\.)*+"|[\[\]{}]', re.DOTALL)
_PLACE = re.compile(r":(\d+) (.*) at column (\d+)\s*\Z", re.DOTALL)

_PLAIN_WORDS = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Unterminated string starting at": "a text begins that is never closed",
    "Invalid control character at": "a line break or control character stands within a text",
    "Extra data": "more text follows where it should end",
}


def parse_json(text: str, name: str, notes: Notebook, *, first_line: int = 1, flat: bool = False) -> Any:
    """Read JSON, or JSON5 where it is not too long.

    Args:
        text: the whole text.
        name: the file's name for messages.
        notes: takes a note when the text was not strict JSON.
        first_line: the physical line of the file on which the text begins.
        flat: the text's line breaks are none of the file's, so everything stands in ``first_line``.

    Returns:
        Lists, :class:`Object`, text, :class:`Literal` for numbers, and True, False, None; :class:`Several`
        for objects one after the other.

    Raises:
        UnreadableFile: neither JSON nor JSON5, too deep, or not strict JSON and too long for json5.
    """
    # Commas within texts count too; a file of prose has far fewer than the limit.
    if text.count("{") > MAX_OBJECTS or text.count(",") > MAX_VALUES:
        raise UnreadableFile(
            f"{name} has more than {MAX_OBJECTS:,} objects or {MAX_VALUES:,} values. "
            "Split it, save it as CSV, or with one record a line (JSONL)."
        )
    lines = Lines(text, first_line, flat)
    try:
        return strict_json(text, lines)
    except json.JSONDecodeError as problem:
        strict = problem
    except RecursionError as problem:
        raise _too_deep(text, name, lines) from problem
    if _place_of_depth(text) is not None:
        # Both parsers recurse; json5 would be at it for long.
        raise _too_deep(text, name, lines)
    trimmed = _STRING_OR_TRAILING_COMMA.sub(_blank, _STRING_OR_COMMENT.sub(_blank, text))
    if trimmed != text:
        try:
            value = strict_json(trimmed, Lines(trimmed, first_line, flat))
        except json.JSONDecodeError:
            pass
        else:
            notes.add("json5", None, "Comments and commas before closing brackets were read over.")
            return value
    return _read_json5(text, name, notes, lines, strict)


def _blank(match: re.Match[str]) -> str:
    # What is no JSON text is a comment or a comma too many. Should a text in single quotes have been cut,
    # its quotes are left over, and strict JSON has none. Line breaks stay: lines are counted by them.
    found = match.group()
    return found if found.startswith('"') else " " + "\n" * breaks(found, 0, len(found))


def _integer(digits: str, base: int = 10) -> Literal:
    """json5 says the base of a hexadecimal number; the spelling holds it already."""
    return Literal(digits)


def _place_of_depth(text: str) -> int | None:
    """Where brackets are nested deeper than ``MAX_DEPTH`` for the first time; None if nowhere."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return None
    depth = 0
    for match in _BRACKETS.finditer(text):
        sign = match.group()
        if sign in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                return match.start()
        elif sign in ("]", "}"):
            depth -= 1
    return None


def _too_deep(text: str, name: str, lines: Lines) -> UnreadableFile:
    line = lines.at(_place_of_depth(text) or 0)
    return UnreadableFile(
        f"Line {line} of {name} is nested deeper than {MAX_DEPTH} levels. "
        "A list of records is expected: [{...}, ...].",
        line,
    )


def depth(value: Any) -> int:
    """How deep lists and objects are nested; 0 for a text or number."""
    deepest, level = 0, [value]
    while level := [item for item in level if isinstance(item, list | dict)]:
        deepest += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return deepest


def _read_json5(text: str, name: str, notes: Notebook, lines: Lines, strict: json.JSONDecodeError) -> Any:
    if len(text) > MAX_JSON5:
        raise _not_json(
            strict, name, lines, f" (single quotes and the like only up to {MAX_JSON5 // MIB} MiB)"
        )
    import json5  # slow to import, and rarely needed

    try:
        value = json5.loads(
            text,
            parse_int=_integer,
            parse_float=Literal,
            parse_constant=Literal,
            object_pairs_hook=made_object,
        )
    except ValueError as problem:
        raise _not_json5(str(problem), strict, name, text, lines) from problem
    except RecursionError as problem:
        raise _not_json(strict, name, lines) from problem
    notes.add("json5", None, "The text is JSON5, not strict JSON; it was read so.")
    _tell_lines(value, text, lines)
    return value


_JSON5_BRACKETS = re.compile(
    r"""\"(?:[^\"\\]+|\\.)*+\"|'(?:[^'\\]+|\\.)*+'|//[^\n\r]*|/\*.*?\*/|[\[\]{}]""", re.DOTALL
)


def _tell_lines(value: Any, text: str, lines: Lines) -> None:
    """Give the records of a text that the json5 library read the lines on which they begin."""
    if isinstance(value, Object):
        lists = [item for item in value.values() if isinstance(item, list)]
        expected, depth_of_records = [item for items in lists for item in items], 2
        value.line = lines.at(text.find("{"))
    elif isinstance(value, list):
        expected, depth_of_records = value, 1
    else:
        return
    records = [item for item in expected if isinstance(item, Object)]
    places = list(_places(text, depth_of_records))
    if len(places) == len(records):  # a key that stood there twice hides a list; then nothing is said
        for record, place in zip(records, places, strict=True):
            record.line = lines.at(place)


def _places(text: str, level: int) -> Iterator[int]:
    """Where objects begin that stand in lists, so many brackets deep."""
    open_brackets: list[str] = []
    for match in _JSON5_BRACKETS.finditer(text):
        sign = match.group()
        if sign in ("[", "{"):
            if sign == "{" and len(open_brackets) == level and open_brackets[-1] == "[":
                yield match.start()
            open_brackets.append(sign)
        elif sign in ("]", "}") and open_brackets:
            open_brackets.pop()


def _not_json5(said: str, strict: json.JSONDecodeError, name: str, text: str, lines: Lines) -> UnreadableFile:
    """The error of whichever parser came further: it stands nearer to what is wrong."""
    place = _PLACE.search(said)
    if place is None:
        return _not_json(strict, name, lines)
    what, line = place.group(2).strip(), int(place.group(1))
    if what == "Unexpected end of input":
        words = "it ends too early"
    elif what.startswith("Unexpected ") and line > strict.lineno:
        words = f"{quoted(what.removeprefix('Unexpected ')[1:-1])} is out of place"
    else:
        return _not_json(strict, name, lines)
    # json5 counts LF only; its line and column give the place, which ours are counted from.
    begins = [0, *(match.end() for match in re.finditer("\n", text))]
    at = min(begins[min(line, len(begins)) - 1] + int(place.group(3)) - 1, len(text))
    return _wrong(words, at, name, lines)


def _not_json(problem: json.JSONDecodeError, name: str, lines: Lines, more: str = "") -> UnreadableFile:
    words = words_for(problem)
    return _wrong(words, problem.pos, name, lines, more)


def words_for(problem: json.JSONDecodeError) -> str:
    """What is wrong with JSON, in plain words."""
    return _PLAIN_WORDS.get(problem.msg, "something cannot be understood")


def _wrong(words: str, at: int, name: str, lines: Lines, more: str = "") -> UnreadableFile:
    line = lines.at(at)
    return UnreadableFile(
        f"{name} is not JSON: {words} in line {line}, character {lines.column(at)}{more}. "
        "Correct it, or export it again.",
        line,
    )


def compact(value: Any) -> str:
    """A list or object as JSON without spaces, numbers as they were spelled."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, dict):
        parts = (f"{json.dumps(key, ensure_ascii=False)}:{compact(item)}" for key, item in value.items())
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
