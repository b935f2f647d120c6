"""What a person sees in a cell, as text: from what a reader of spreadsheets says that the cell holds."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import cast

_DIGITS = 15
"""Significant digits that spreadsheet programs keep and show."""
_EXACT = 2**53
"""Up to here every integer is stored exactly."""
LONG = 10**_DIGITS
"""From here on an integer has more digits than spreadsheet programs keep."""


def number(value: float) -> str:
    """A number without an exponent or the traces of binary fractions, where it is of a usual size.

    Integers are exact as far as they can be stored exactly. From 1e21 on, and below 1e-9, it is written as
    spreadsheet programs write it: ``1E+21``.
    """
    if not math.isfinite(value):
        return "#NUM!"
    if value == 0:
        return "0"
    size = abs(value)
    if value == int(value) and size < _EXACT:
        return str(int(value))
    if not 1e-9 <= size < 1e21:
        mantissa, exponent = f"{value:.{_DIGITS - 1}E}".split("E")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}E{exponent[0]}{exponent[1:].lstrip('0').zfill(2)}"
    # Beyond 2**53 the shortest digits that mean this number: further ones would be invented.
    shortest = repr(value) if size >= _EXACT else f"{value:.{_DIGITS}g}"
    return _positional(shortest)


def _positional(text: str) -> str:
    """``1.5e-07`` as ``0.00000015``."""
    mantissa, _, exponent = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, part = mantissa.lstrip("-").partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + part
    if point <= 0:
        digits, point = "0" * (1 - point) + digits, 1
    digits = digits.ljust(point, "0")
    fraction = digits[point:].rstrip("0")
    return sign + digits[:point] + (f".{fraction}" if fraction else "")


def clock(value: dt.time) -> str:
    """``10:30:00``; parts of a second only where there are some."""
    return value.isoformat("milliseconds" if value.microsecond else "seconds")


def moment(value: dt.datetime) -> str:
    """``2026-03-04T10:30:00``."""
    return value.isoformat("T", "milliseconds" if value.microsecond else "seconds")


def duration(value: dt.timedelta) -> str:
    """Hours, minutes and seconds: ``30:05:00``; hours go beyond 24."""
    sign = "-" if value < dt.timedelta(0) else ""
    milliseconds = abs(value) // dt.timedelta(milliseconds=1)
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


_TO_TEXT: dict[type, Callable[..., str]] = {
    str: str,
    float: number,
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: moment,
    dt.time: clock,
    dt.timedelta: duration,
    type(None): lambda _: "",
}


def column_texts(values: Sequence[object]) -> tuple[Sequence[str], list[int]]:
    """The texts of a column, and the indexes of its numbers that have more digits than are kept."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return cast(Sequence[str], values), []
    long: list[int] = []
    texts: list[str] = []
    for index, value in enumerate(values):
        if type(value) is str:
            texts.append(value)
        elif type(value) is float:
            if not -LONG < value < LONG:
                long.append(index)
                texts.append(number(value))
            elif (whole := int(value)) == value:
                texts.append(str(whole))
            else:
                texts.append(number(value))
        else:
            texts.append(text_of(value))
    return texts, long


def text_of(value: object) -> str:
    """The text of a value as calamine gives it."""
    return _TO_TEXT.get(type(value), str)(value)


_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([-+() /:.,])|([0#?])|(_.|\*.)')
_CONDITION = re.compile(r"\[<=(\d{1,15})\]")


def digit_format(code: str) -> Callable[[int], str] | None:
    """How a number format shows a whole number that is an identifier rather than an amount.

    Args:
        code: as in the workbook: ``00000``, ``000\\-00\\-0000``, ``"+"0``,
            ``[<=9999999]###\\-####;\\(###\\)\\ ###\\-####`` (phone numbers in the United States).

    Returns:
        None where the format adds no leading zeros and no signs between or before the digits: amounts,
        percentages, dates.
    """
    sections = _sections(code)
    if not sections:
        return None
    found = _CONDITION.match(sections[0])
    if found and len(sections) > 1:
        small, large = digit_format(sections[0][found.end() :]), digit_format(sections[1])
        if small is None or large is None:
            return None
        bound = int(found[1])
        return lambda value: small(value) if value <= bound else large(value)
    pattern = _pattern(sections[0])
    if pattern is None:
        return None
    return lambda value: _filled(pattern, value)


def _sections(code: str) -> list[str]:
    """The parts between semicolons that stand in no quotes."""
    if len(code) > 100:
        return []
    return re.findall(r'(?:"[^"]*"|\\.|[^;"\\])+', code)


def _pattern(section: str) -> list[tuple[bool, str]] | None:
    """The format as pieces: (is a digit's place, character), or None where it is no identifier's."""
    pieces: list[tuple[bool, str]] = []
    at = 0
    while at < len(section):
        found = _LITERAL.match(section, at)
        if found is None:
            return None
        quoted, escaped, literal, place, _ = found.groups()
        if place:
            pieces.append((True, place))
        elif literal in (".", ","):
            return None  # decimals and thousands: an amount
        else:
            pieces.extend((False, char) for char in quoted or escaped or literal or "")
        at = found.end()
    places = [char for is_place, char in pieces if is_place]
    literals = [char for is_place, char in pieces if not is_place]
    if not places or any(char.isalpha() or char in "%$€£" for char in literals):
        return None
    zeros = sum(char == "0" for char in places)
    signs = "".join(literals).strip()
    first = next(index for index, (is_place, _) in enumerate(pieces) if is_place)
    last = len(pieces) - 1 - next(i for i, (is_place, _) in enumerate(reversed(pieces)) if is_place)
    inside = any(not is_place for is_place, _ in pieces[first:last])
    if zeros < 2 and not (signs and (inside or signs.startswith("+"))):
        return None
    return pieces


def _filled(pattern: list[tuple[bool, str]], value: int) -> str:
    if value < 0:
        return str(value)
    digits = list(str(value))
    first = next(index for index, (is_place, _) in enumerate(pattern) if is_place)
    out: list[str] = []
    for index in range(len(pattern) - 1, -1, -1):
        is_place, char = pattern[index]
        if not is_place:
            out.append(char)
        elif index == first:  # what has no place of its own stands at the first
            out.extend(reversed(digits or (["0"] if char == "0" else [])))
            digits = []
        elif digits:
            out.append(digits.pop())
        elif char == "0":
            out.append("0")
    return "".join(reversed(out)).strip()
