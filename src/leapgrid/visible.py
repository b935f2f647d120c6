"""The one way of outside text to the screen and to stdout.

Files, servers, the clipboard, file names and exceptions may hold escape sequences that a terminal would
obey: set the clipboard, rename the window, swallow the rest of the frame. Neither Textual nor Rich removes
them. :func:`visible` turns every character that acts into one that can be seen, and leaves all others alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_ACTING = (
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"  # bidi, no width
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # signs around digits
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # hieroglyphs, shorthand, music: layout
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # blank letters, of a width that terminals disagree on
    "\ufe00-\ufe0f"  # variation selectors
    "\ufffe\uffff\ud800-\udfff"  # no characters
    "\U000e0000-\U000e0fff"  # tags: a second text within the text
    "\U0010eeee"  # kitty draws pictures in its place
    "]"
)
"""Characters that act or hide: all of the categories Cc, Cf, Cs, Zl and Zp, and some more."""
_PRINTABLE = re.compile("[\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Those of them that Python calls printable."""

_JOINERS = "\u200c\u200d"
_EMOJI = range(0x1F000, 0x1FB00)


@cache
def _acting() -> re.Pattern[str]:
    # The large class takes longer to build than most texts of a run together, which hold none of it.
    return re.compile(_ACTING)


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
    char, text, at = match.group(), match.string, match.start()
    if char in _JOINERS:
        # A joiner between the parts of an emoji or inside a script that needs it is part of a word.
        if _joins(_base_before(text, at)) and _joins(text[at + 1 : at + 2]):
            return char
    elif _selects(char) and _base_before(text, at):
        # An emoji's style, a keycap, the form of a Japanese name's character.
        return char
    return _picture(char)


def _selects(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _base_before(text: str, at: int) -> str:
    """The character before ``at`` that a selector or joiner may belong to, "" where there is none.

    One selector may stand between; a plain letter has no variants, so there a selector only hides.
    """
    before = text[at - 1] if at else ""
    if before and _selects(before) and not _selects(text[at]):
        return _base_before(text, at - 1)
    if not before or _acting().match(before):
        return ""
    if before.isascii():
        return before if before in "0123456789#*" else ""
    if _selects(text[at]) and text[at] >= "\U000e0100":
        return before if unicodedata.category(before) == "Lo" else ""
    return before


def _joins(char: str) -> bool:
    if not char or ord(char) < 0x300 or _acting().match(char):
        return False
    # The range for emoji that are younger than Python's tables.
    return ord(char) in _EMOJI or unicodedata.category(char) in ("So", "Sk", "Sm", "Lo", "Mn", "Mc")


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
        # A joiner at the cut has nothing left to join.
        kept = value[:limit].rstrip(_JOINERS)
        more = len(value) - len(kept)
        value = kept
    if not value.isprintable() or (not value.isascii() and _PRINTABLE.search(value)):
        value = _cached(value) if len(value) <= 256 else _acting().sub(_replace, value)
    return f"{value}… +{more:,}" if more else value


@lru_cache(maxsize=8192)
def _cached(value: str) -> str:
    return _acting().sub(_replace, value)


def visible_lines(text: object, limit: int | None = None) -> str:
    """As :func:`visible`, but line breaks stay line breaks: for text that is shown over several lines."""
    value = text if isinstance(text, str) else str(text)
    if limit is not None and len(value) > limit:
        kept = value[:limit].rstrip(_JOINERS)
        value = f"{kept}… +{len(value) - len(kept):,}"
    return "\n".join(visible(line) for line in value.replace("\r\n", "\n").split("\n"))
