"""Integers and numbers, and the ways in which people and spreadsheets write them."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from leapgrid.records.checks.base import (
    FINE,
    Findings,
    Typing,
    TypingState,
    error,
    has_errors,
    not_yet,
    runs,
    warning,
    wrong,
)
from leapgrid.records.issues import Finding, Fix
from leapgrid.visible import visible

_MOST_DIGITS = 4000
"""Python and most JSON readers refuse to turn more digits than about this many into a number."""

_ABSURD = 5000
_WRITTEN_OUT = 30
"""Whole numbers with an exponent are read up to about this many digits."""

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?", re.ASCII)
_SPACES = " \u00a0\u2009\u202f\u2007"
_GROUP = f"[,.'’{_SPACES}]"
_GROUPED = re.compile(rf"([+-]?)(\d{{1,3}}(?:({_GROUP})\d{{3}})(?:\3\d{{3}})*)(?:([.,])(\d*))?", re.ASCII)
_INDIAN = re.compile(r"([+-]?)(\d{1,2}(?:,\d{2})+,\d{3})(?:(\.)(\d*))?", re.ASCII)
_COMMA = re.compile(r"([+-]?)(\d*),(\d+)", re.ASCII)
_CURRENCIES = "$€£¥₹"
_BEGINNING = re.compile(rf"[{_CURRENCIES}]?[+\-−]?[\d.,'’{_SPACES}]*(?:[eE][+-]?\d*)?")


class _Reading(NamedTuple):
    """What a text is read as.

    Attributes:
        plain: the number as JSON would write it, or "" where the text is none.
        sure: whether the text is plain itself.
        why: what is unusual about it.
    """

    plain: str
    sure: bool
    why: str = ""


def read_number(text: str, whole: bool) -> int | float | None:
    """The JSON number that a text stands for, or None where it stands for none.

    Args:
        text: the whole cell.
        whole: whether the field takes integers only.
    """
    if len(text) > _ABSURD:
        return None
    reading = _read(text, whole)
    if not reading.plain or has_errors(_limits(reading.plain, whole)):
        return None
    if whole or re.fullmatch(r"-?\d+", reading.plain):
        return int(reading.plain)
    return float(reading.plain)


def check_number(text: str, whole: bool) -> Findings:
    """What is wrong with a number.

    Args:
        text: the whole cell, not empty.
        whole: whether the field takes integers only.
    """
    if len(text) > _ABSURD:
        return (error("number_size", f"This number has more than {_MOST_DIGITS:,} digits."),)
    return _check(text, whole)


@lru_cache(maxsize=16384)
def _check(text: str, whole: bool) -> Findings:
    reading = _read(text, whole)
    if not reading.plain:
        return (_no_number(text, whole),)
    limits = _limits(reading.plain, whole)
    if limits or reading.sure:
        return limits
    fix = Fix(f"Change to {visible(reading.plain, 40)}", reading.plain)
    return (
        warning(
            "number_form",
            f"{reading.why} It is read as {visible(reading.plain, 40)}.",
            fix,
            group=reading.why,
        ),
    )


def type_number(text: str, whole: bool) -> Typing:
    """The verdict on a number that is being typed.

    Args: as for :func:`check_number`, not empty.
    """
    findings = check_number(text, whole)
    if not has_errors(findings):
        if not findings:
            return FINE
        first = findings[0]
        return Typing(TypingState.WARNING, first.message, first.fix, first.spans)
    if len(text) <= _ABSURD and _BEGINNING.fullmatch(text.strip()):
        if findings[0].code == "number_size" and len(text) > _MOST_DIGITS:
            return wrong(findings[0])
        return not_yet("a whole number" if whole else "a number")
    return wrong(findings[0])


@lru_cache(maxsize=16384)
def _read(text: str, whole: bool) -> _Reading:
    value = text.strip()
    if _PLAIN.fullmatch(value):
        return _plain(value, whole)
    value = value.replace("−", "-")
    if _PLAIN.fullmatch(value):
        return _Reading(_plain(value, whole).plain, False, "The minus is a typographic one.")
    plain = _grouped(value) or _with_comma(value)
    if not plain:
        return _Reading("", False)
    why = "A number has a dot for decimals and nothing between thousands."
    return _Reading(_plain(plain, whole).plain, False, why)


def _plain(value: str, whole: bool) -> _Reading:
    """A number that a computer could have written, as JSON writes it."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return _Reading("", False)
    body = value.lstrip("+")
    sign = "-" if body.startswith("-") else ""
    digits = body.lstrip("-")
    if digits.isdecimal():
        plain = sign + (digits.lstrip("0") or "0")
        leading = plain != body
        return _Reading(
            "0" if plain == "-0" else plain, not leading, "Zeros in front are not sent with a number."
        )
    if not whole:
        return _Reading(_json_decimal(value), True)
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits):
        return _Reading(
            sign + digits.replace(".", ""), False, "A whole number has nothing between thousands."
        )
    if number.adjusted() < _WRITTEN_OUT and number == number.to_integral_value():
        plain = format(number.to_integral_value(), "f")
        return _Reading(
            "0" if plain == "-0" else plain, False, "A whole number is written with its digits alone."
        )
    return _Reading("", False)


def _json_decimal(value: str) -> str:
    """The same number in JSON's grammar: no plus in front, digits on both sides of the dot."""
    body = value.lstrip("+")
    sign = "-" if body.startswith("-") else ""
    mantissa, mark, exponent = body.lstrip("-").replace("E", "e").partition("e")
    before, _, after = mantissa.partition(".")
    before = before.lstrip("0") or "0"
    return f"{sign}{before}.{after}{mark}{exponent}" if after else f"{sign}{before}.0{mark}{exponent}"


def _grouped(value: str) -> str:
    """The number of a text with signs between its thousands, "" where it has none."""
    match = _GROUPED.fullmatch(value)
    if match:
        sign, whole, group, mark, decimals = match.groups()
        if mark == group or (whole.startswith("0") and mark is None):
            return ""
        if group == "." and mark is None and whole.count(".") == 1:
            return ""
        body = re.sub(_GROUP, "", whole)
        return f"{sign}{body}.{decimals}" if decimals else sign + body
    match = _INDIAN.fullmatch(value)
    if match:
        sign, whole, _, decimals = match.groups()
        body = whole.replace(",", "")
        return f"{sign}{body}.{decimals}" if decimals else sign + body
    return ""


def _with_comma(value: str) -> str:
    match = _COMMA.fullmatch(value)
    if not match:
        return ""
    sign, before, after = match.groups()
    return f"{sign}{before or '0'}.{after}"


def _limits(plain: str, whole: bool) -> Findings:
    """Whether a number fits into JSON as this program and nearly every other reads it."""
    if re.fullmatch(r"-?\d+", plain):
        if len(plain.lstrip("-")) > _MOST_DIGITS:
            return (error("number_size", f"This number has more than {_MOST_DIGITS:,} digits."),)
        return ()
    value = float(plain)
    if math.isinf(value):
        return (error("number_size", "This number is too large to be sent. The largest has 308 digits."),)
    if not whole and Decimal(repr(value)) != Decimal(plain):
        shown = repr(value)
        message = f"A number carries about 16 digits. It is sent as {shown}."
        return (
            warning(
                "number_precision", message, Fix(f"Change to {shown}", shown), group="More than 16 digits."
            ),
        )
    return ()


def _no_number(text: str, whole: bool) -> Finding:
    shown = visible(text.strip() or text, 40)
    kind = "a whole number" if whole else "a number"
    example = "like 1250" if whole else "like 1250.50"
    if whole:
        number = read_number(text, whole=False)
        if isinstance(number, float) and abs(number) < 1e15:
            nearest = str(round(number))
            fix = Fix(f"Round to {nearest}", nearest)
            message = f"'{shown}' is no whole number. Write one {example}."
            return error("number_syntax", message, fix, group="No whole number.")
    bare = text.strip().lstrip(_CURRENCIES).rstrip(_CURRENCIES + "%").strip()
    plain = _read(bare, whole).plain if bare != text else ""
    if plain and has_errors(_limits(plain, whole)):
        plain = ""
    wrong_signs = [i for i, c in enumerate(text) if not (c.isdecimal() or c in ".,'’+-−" or c.isspace())]
    return error(
        "number_syntax",
        f"'{shown}' is not {kind}. Write it {example}.",
        Fix(f"Change to {visible(plain, 40)}", plain) if plain else None,
        runs(wrong_signs) or ((0, len(text)),),
        group=f"Not {kind}.",
    )
