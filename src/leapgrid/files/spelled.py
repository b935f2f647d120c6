"""How a person spells what is said about a file: in options of the command line and in recipes."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.records.checks import DateOrder

_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "colon": ":",
    "space": " ",
}
_DATE_PARTS = re.compile(r"[^A-Za-z%]+")
_ISO = "iso"
_DAY = ("d", "t", "j")
_LARGEST_LINE = 1_000_000_000


class Misspelled(ValueError):
    """It is spelled so that nobody knows what is meant; the text is the end of a sentence that begins with
    where it stood: ``wants one character, like ; or tab, and not 'ab'.``"""


def date_order(text: str) -> DateOrder | None:
    """How a date format orders day and month: ``dmy``, ``DD.MM.YYYY``, ``%m/%d/%Y``; None for ISO.

    Raises:
        Misspelled: it does not say which comes first.
    """
    bare = text.strip().lower()
    if bare in ("dmy", "mdy"):
        return "dmy" if bare == "dmy" else "mdy"
    letters = [part.lstrip("%")[:1].lower() for part in _DATE_PARTS.split(text.strip()) if part.strip("%")]
    if bare in (_ISO, "ymd", "iso8601", "iso 8601") or letters[:3] == ["y", "m", "d"]:
        return None
    # A day is also T in German, J in French; nothing else can stand beside the month in front.
    if len(letters) > 1 and letters[2:3] in ([], ["y"], ["j"], ["a"]):
        first, second = letters[:2]
        if first in _DAY and second == "m":
            return "dmy"
        if first == "m" and second in _DAY:
            return "mdy"
    raise Misspelled(
        "wants to know which comes first: dmy or DD.MM.YYYY for the day, mdy or MM/DD/YYYY for the month, "
        f"and not {_shown(text)}."
    )


def country(text: str) -> str:
    """A country by its two letters, in any case.

    Raises:
        Misspelled: it is none.
    """
    from leapgrid.records.checks.countries import COUNTRY_NAMES

    code = text.strip().upper()
    code = "GB" if code == "UK" else code
    if code in COUNTRY_NAMES:
        return code
    names: Mapping[str, str] = {
        name.removeprefix("the ").casefold(): region for region, name in COUNTRY_NAMES.items()
    }
    near = difflib.get_close_matches(text.strip().casefold(), names, n=1, cutoff=0.8)
    hint = f" {visible(near[0].title(), 40)} is {names[near[0]]}." if near else ""
    raise Misspelled(f"wants the two letters of a country, like DE or US, and not {_shown(text)}.{hint}")


def delimiter(text: str) -> str:
    """The character that parts values, or its name.

    Raises:
        Misspelled: it is no character that can do so.
    """
    named = _DELIMITERS.get(text.lower(), text)
    if len(named) != 1 or named in '"\r\n\0' or named.isalnum():
        raise Misspelled(f"wants one character, like ; or | or tab, and not {_shown(text)}.")
    return named


def delimiter_name(text: str) -> str:
    """A delimiter as it can be typed and read."""
    return "tab" if text == "\t" else text


def encoding(text: str) -> str:
    """An encoding by any of its names.

    Raises:
        Misspelled: Python's codecs know none of the name.
    """
    try:
        codecs.lookup(text)
        "".encode(text)
    except (LookupError, ValueError):
        near = difflib.get_close_matches(text.lower(), _ENCODINGS, n=1)
        hint = f" Closest: {near[0]}." if near else f" There are {', '.join(_ENCODINGS[:5])} and others."
        raise Misspelled(f"does not know the encoding {_shown(text)}.{hint}") from None
    return text


_ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "shift-jis", "gb18030", "latin-1", "cp1250", "cp1251", "cp1254", "big5",
    "euc-jp", "euc-kr", "iso-8859-2", "iso-8859-15", "koi8-r", "mac-roman", "windows-1252", "windows-1251",
    "windows-1250",
)  # fmt: skip


def header_line(number: int) -> int:
    """The line of the headers; 0 for none.

    Raises:
        Misspelled: it is no number of a line.
    """
    if not 0 <= number <= _LARGEST_LINE:
        raise Misspelled(f"wants the number of a line, 0 where there are no headers, and not {number:,}.")
    return number


def _shown(text: str) -> str:
    return f"'{visible(text, 40)}'"
