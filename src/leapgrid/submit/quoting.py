"""Which value a server's message quotes: the one check there is on the number of a record.

The documentation shows ``record_index`` 1 for the first of two records, so it counts from 1; nothing shows
any other number. Where a message repeats the value that it refuses (``invalid email format: <value>``), the
value says better than the number which record is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_QUOTED = re.compile(r"\"([^\"]+)\"|`([^`]+)`|“([^”]+)”|'([^']+)'")
_NAMES_A_VALUE = re.compile(r"\s*(?:invalid|duplicated?|malformed|bad|not a valid)\b", re.IGNORECASE)
_PARSE_CODE = "PARSE_INVALID_FORMAT"


@dataclass(frozen=True, slots=True)
class Quote:
    """A value that a message may quote.

    Attributes:
        value: the text.
        start: where it begins in the message.
    """

    value: str
    start: int


def quotes(message: str) -> Iterator[Quote]:
    """The values that a message may quote, the likeliest first.

    What follows a colon is taken up to the end of the message, because a value may itself hold colons and
    quotation marks; the longest comes first for the same reason.
    """
    for colon in re.finditer(r":(?:\s|$)", message):
        start = colon.start() + 2
        if start < len(message):
            yield Quote(message[start:], start)
    for match in _QUOTED.finditer(message):
        group = next(number for number, text in enumerate(match.groups(), 1) if text is not None)
        yield Quote(match.group(group), match.start(group))


def surely_quotes(message: str, error_code: str) -> bool:
    """Whether a message of this form repeats the refused value, also where no record has that value.

    "invalid email format: x" does; "too long: at most 80 characters" does not.
    """
    head, colon, tail = message.partition(": ")
    if not colon or not tail:
        return False
    return error_code == _PARSE_CODE or _NAMES_A_VALUE.match(head) is not None


def as_text(value: Any) -> str:
    """How a server would print a value of a record."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def texts(record: Mapping[str, Any], field: str | None) -> tuple[str, ...]:
    """The texts of a record that a message about this field could quote; about no field, all of them."""
    if field:
        return (as_text(record[field]),) if record.get(field) not in (None, "") else ()
    return tuple(as_text(value) for value in record.values() if value not in (None, ""))


def alike(quoted: str, text: str) -> bool:
    """Whether the two are the same value but for what servers usually trim: outer spaces and case."""
    return quoted == text or quoted.strip().casefold() == text.strip().casefold()
