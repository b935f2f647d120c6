"""The one way of outside text to the screen and to stdout.

Files, servers, the clipboard, file names and exceptions may hold escape sequences that a terminal would
obey: set the clipboard, rename the window, swallow the rest of the frame. Neither Textual nor Rich removes
them. :func:`visible` turns every character that acts into one that can be seen, and leaves all others alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control characters (C0, DEL, C1), line separators, format characters (bidi, zero width), surrogates, tags."""

_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f]")


def _picture(char: str) -> str:
    code = ord(char)
    if char in "\n\u2028\u2029":
        return "⏎"
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xD800 <= code <= 0xDFFF:
        return "�"
    return f"⟨U+{code:04X}⟩"


def _replace(match: re.Match[str]) -> str:
    char = match.group()
    if char in _JOINERS:
        # A joiner between the parts of an emoji or inside a script that needs it is part of a word.
        text, at = match.string, match.start()
        before = text[at - 1] if at else ""
        after = text[at + 1] if at + 1 < len(text) else ""
        if before and after and _joins(before) and _joins(after):
            return char
    return _picture(char)


def _joins(char: str) -> bool:
    if _SELECTORS.match(char):
        return True
    if ord(char) < 0x300:
        return False
    return unicodedata.category(char) in ("So", "Sk", "Lo", "Mn", "Mc")


def visible(text: object, limit: int | None = None) -> str:
    """Make outside text safe to draw: what would act on a terminal is shown instead.

    Args:
        text: anything; what is not text is turned into text first.
        limit: the most characters to keep; the rest is counted, as in "… +12".

    Returns:
        One line without control, format or surrogate characters. Text without any comes back unchanged.
    """
    value = text if isinstance(text, str) else str(text)
    more = 0
    if limit is not None and len(value) > limit:
        more = len(value) - limit
        value = value[:limit]
    if not value.isascii() or not value.isprintable():
        value = _cached(value) if len(value) <= 256 else _ACTING.sub(_replace, value)
    return f"{value}… +{more:,}" if more else value


@lru_cache(maxsize=8192)
def _cached(value: str) -> str:
    return _ACTING.sub(_replace, value)


def visible_lines(text: object, limit: int | None = None) -> str:
    """As :func:`visible`, but line breaks stay line breaks: for text that is shown over several lines."""
    value = text if isinstance(text, str) else str(text)
    if limit is not None and len(value) > limit:
        value = f"{value[:limit]}… +{len(value) - limit:,}"
    return "\n".join(visible(line) for line in value.replace("\r\n", "\n").split("\n"))
