"""JSON text to values whose numbers stay as they are spelled.

Strict JSON first, because it is fast; then the same text without comments and the trailing commas that
the examples of the API documentation have; then the json5 library, which is slow and so only for short texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

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


class Literal(str):
    """A number, true, false or the like: its spelling in the source, told apart from a text."""

    __slots__ = ()


class Object(dict[str, Any]):
    """A JSON object that remembers which keys stood there twice; the last value counts, as elsewhere."""

    __slots__ = ("repeated",)
    repeated: tuple[str, ...]


def parse_json(text: str, name: str, notes: Notebook, *, first_line: int = 1) -> Any:
    """Read JSON, or JSON5 where it is not too long.

    Args:
        text: the whole text.
        name: the file's name for messages.
        notes: takes a note when the text was not strict JSON.
        first_line: the physical line of the file on which the text begins.

    Returns:
        Lists, :class:`Object`, text, :class:`Literal` for numbers, and True, False, None.

    Raises:
        UnreadableFile: neither JSON nor JSON5, too deep, or not strict JSON and too long for json5.
    """
    # Commas within texts count too; a file of prose has far fewer than the limit.
    if text.count("{") > MAX_OBJECTS or text.count(",") > MAX_VALUES:
        raise UnreadableFile(
            f"{name} has more than {MAX_OBJECTS:,} objects or {MAX_VALUES:,} values. "
            "Split it, or save it as CSV."
        )
    try:
        return _strict(text)
    except json.JSONDecodeError as problem:
        strict = problem
    except RecursionError as problem:
        raise _too_deep(text, name, first_line) from problem
    if _line_of_depth(text):
        # Both parsers recurse; json5 would be at it for long.
        raise _too_deep(text, name, first_line)
    trimmed = _STRING_OR_TRAILING_COMMA.sub(_blank, _STRING_OR_COMMENT.sub(_blank, text))
    if trimmed != text:
        try:
            value = _strict(trimmed)
        except json.JSONDecodeError:
            pass
        else:
            notes.add("json5", None, "Comments and commas before closing brackets were read over.")
            return value
    return _read_json5(text, name, notes, first_line, strict)


def _blank(match: re.Match[str]) -> str:
    # What is no JSON text is a comment or a comma too many. Should a text in single quotes have been cut,
    # its quotes are left over, and strict JSON has none.
    return match.group() if match.group().startswith('"') else " "


def _strict(text: str) -> Any:
    return json.loads(
        text,
        parse_int=Literal,
        parse_float=Literal,
        parse_constant=Literal,
        object_pairs_hook=_object,
    )


def _integer(digits: str, base: int = 10) -> Literal:
    """json5 says the base of a hexadecimal number; the spelling holds it already."""
    return Literal(digits)


def _object(items: Iterable[tuple[str, Any]]) -> Object:
    pairs = list(items)
    made = Object(pairs)
    made.repeated = ()
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        made.repeated = tuple(dict.fromkeys(key for key in keys if keys.count(key) > 1))
    return made


def _line_of_depth(text: str) -> int | None:
    """The line, from 1, on which brackets are nested deeper than ``MAX_DEPTH``; None if nowhere."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return None
    depth = 0
    for match in _BRACKETS.finditer(text):
        sign = match.group()
        if sign in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                return text.count("\n", 0, match.start()) + 1
        elif sign in ("]", "}"):
            depth -= 1
    return None


def _too_deep(text: str, name: str, first_line: int) -> UnreadableFile:
    line = first_line + (_line_of_depth(text) or 1) - 1
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


def _read_json5(text: str, name: str, notes: Notebook, first_line: int, strict: json.JSONDecodeError) -> Any:
    if len(text) > MAX_JSON5:
        raise _not_json(
            strict, name, first_line, f" (single quotes and the like only up to {MAX_JSON5 // MIB} MiB)"
        )
    if strict.msg == "Extra data" and _is_json_lines(text):
        line = first_line + strict.lineno - 1
        raise UnreadableFile(
            f"{name} has one JSON object a line; line {line} begins another one. "
            "Put them into one list: [{...}, {...}].",
            line,
        )
    import json5  # slow to import, and rarely needed

    try:
        value = json5.loads(
            text,
            parse_int=_integer,
            parse_float=Literal,
            parse_constant=Literal,
            object_pairs_hook=_object,
        )
    except ValueError as problem:
        raise _not_json5(str(problem), strict, name, first_line) from problem
    except RecursionError as problem:
        raise _not_json(strict, name, first_line) from problem
    notes.add("json5", None, "The text is JSON5, not strict JSON; it was read so.")
    return value


def _is_json_lines(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0]
    try:
        return isinstance(_strict(first), Object)
    except json.JSONDecodeError:
        return False


def _not_json5(said: str, strict: json.JSONDecodeError, name: str, first_line: int) -> UnreadableFile:
    """The error of whichever parser came further: it stands nearer to what is wrong."""
    place = _PLACE.search(said)
    if place is None:
        return _not_json(strict, name, first_line)
    what, line = place.group(2).strip(), int(place.group(1))
    if what == "Unexpected end of input":
        words = "it ends too early"
    elif what.startswith("Unexpected ") and line > strict.lineno:
        words = f"{quoted(what.removeprefix('Unexpected ')[1:-1])} is out of place"
    else:
        return _not_json(strict, name, first_line)
    line += first_line - 1
    return UnreadableFile(
        f"{name} is not JSON: {words} in line {line}, character {place.group(3)}. "
        "Correct it, or export it again.",
        line,
    )


def _not_json(problem: json.JSONDecodeError, name: str, first_line: int, more: str = "") -> UnreadableFile:
    line = first_line + problem.lineno - 1
    words = _PLAIN_WORDS.get(problem.msg, "something cannot be understood")
    return UnreadableFile(
        f"{name} is not JSON: {words} in line {line}, character {problem.colno}{more}. "
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
