"""Strict JSON by the interpreter's own scanner, with the physical line on which each record begins."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any


class Literal(str):
    """A number, true, false or the like: its spelling in the source, told apart from a text."""

    __slots__ = ()


class Object(dict[str, Any]):
    """A JSON object that remembers which keys stood there twice; the last value counts, as elsewhere.

    Attributes:
        line: the physical line on which it begins, where it can be a record and that is known; else 0.
    """

    __slots__ = ("line", "repeated")
    repeated: tuple[str, ...]
    line: int


class Several(list[Any]):
    """Values that followed each other without being a list, as some programs write records."""


class Lines:
    """The physical lines of places in a text, counted from 1; quick when asked from the front to the back."""

    def __init__(self, text: str, first: int, flat: bool) -> None:
        self._text = text
        self._first = first
        self._flat = flat
        # Looked up once: it would be a walk through the whole text for each record.
        self._returns = "\r" in text
        self._seen = 0
        self._line = first

    def at(self, place: int) -> int:
        """The line of a place."""
        if self._flat:
            return self._first
        if place < self._seen:
            self._seen, self._line = 0, self._first
        if self._returns:
            self._line += breaks(self._text, self._seen, place)
        else:
            self._line += self._text.count("\n", self._seen, place)
        self._seen = place
        return self._line

    def column(self, place: int) -> int:
        """The character of its line, from 1."""
        last = max(self._text.rfind("\n", 0, place), self._text.rfind("\r", 0, place))
        return place - last


def breaks(text: str, start: int, end: int) -> int:
    """How many line breaks (LF, CR LF or CR) end in a part of a text."""
    pairs = text.count("\r\n", max(0, start - 1), end)
    return text.count("\n", start, end) + text.count("\r", start, end) - pairs


def made_object(items: Iterable[tuple[str, Any]]) -> Object:
    """An object of its keys and values, in their order."""
    pairs = list(items)
    made = Object(pairs)
    made.line = 0
    made.repeated = ()
    if len(made) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        made.repeated = tuple(key for key, count in counts.items() if count > 1)
    return made


_SPACE = re.compile(r"[ \t\n\r]*")
_decoder = json.JSONDecoder(
    parse_int=Literal, parse_float=Literal, parse_constant=Literal, object_pairs_hook=made_object
)


def decode_line(text: str) -> Any:
    """The one JSON value of a text, strictly.

    Raises:
        json.JSONDecodeError: it is not JSON, or more follows.
        RecursionError: it is nested very deep.
    """
    return _decoder.decode(text)


class _Scanner:
    """Goes through the outermost lists and objects itself, so that it knows where each record begins."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._text = text
        self._lines = lines

    def space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """A value, down to the lists within an outermost object by steps, and below that at once."""
        sign = self._text[at : at + 1]
        if sign == "[" and depth < 2:
            return self._list(at + 1)
        if sign == "{" and depth == 0:
            return self._outermost(at)
        return self._one(at)

    def _one(self, at: int) -> tuple[Any, int]:
        value, end = _decoder.raw_decode(self._text, at)
        return value, end

    def _list(self, at: int) -> tuple[list[Any], int]:
        text = self._text
        items: list[Any] = []
        at = self.space(at)
        if text[at : at + 1] == "]":
            return items, at + 1
        while True:
            begin = at
            item, at = self._one(at)
            if isinstance(item, Object):
                item.line = self._lines.at(begin)
            items.append(item)
            at = self.space(at)
            sign = text[at : at + 1]
            if sign == "]":
                return items, at + 1
            if sign != ",":
                raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
            at = self.space(at + 1)

    def _outermost(self, begin: int) -> tuple[Object, int]:
        text = self._text
        pairs: list[tuple[str, Any]] = []
        at = self.space(begin + 1)
        if text[at : at + 1] == "}":
            at += 1
        else:
            while True:
                if text[at : at + 1] != '"':
                    raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
                key, at = self._one(at)
                at = self.space(at)
                if text[at : at + 1] != ":":
                    raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
                value, at = self.value(self.space(at + 1), 1)
                pairs.append((key, value))
                at = self.space(at)
                sign = text[at : at + 1]
                if sign == "}":
                    at += 1
                    break
                if sign != ",":
                    raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
                at = self.space(at + 1)
        made = made_object(pairs)
        made.line = self._lines.at(begin)
        return made, at


def strict_json(text: str, lines: Lines) -> Any:
    """Read strict JSON: one value, or objects one after the other.

    Raises:
        json.JSONDecodeError: it is not that.
        RecursionError: it is nested very deep.
    """
    scanner = _Scanner(text, lines)
    begin = scanner.space(0)
    value, at = scanner.value(begin, 0)
    end = scanner.space(at)
    if end == len(text):
        return value
    if not isinstance(value, Object) or text[end] != "{":
        raise json.JSONDecodeError("Extra data", text, end)
    several = Several([value])
    while end < len(text):
        if text[end] != "{":
            raise json.JSONDecodeError("Extra data", text, end)
        value, at = scanner.value(end, 0)
        several.append(value)
        end = scanner.space(at)
    return several
