"""Text on its way to the terminal: cutting and padding by cells, lines of styled parts, signs.

Everything that a file, a server or a person wrote passes :func:`leapgrid.visible.visible` here or before,
and is drawn as literal segments: no markup is ever parsed.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Part = tuple[str, Style]
"""Some text and the style it is drawn in."""

_PLAIN = str.maketrans(dict(zip("✓✗▸▾▐━─│·“”", '+x>v#=-|,""', strict=True)))


@dataclass
class Signs:
    """The signs of the screen: those of the look, or plain ones for terminals that lack them."""

    ascii: bool = False

    def __call__(self, text: str) -> str:
        """The text with its signs as this terminal can show them."""
        if not self.ascii:
            return text
        return text.translate(_PLAIN).replace("…", "..")


SIGNS = Signs()
"""One for the process: a terminal does not change its alphabet while we run."""


def use_plain_signs_where_needed(wanted: bool | None = None) -> None:
    """Choose plain signs when asked to, or when the terminal is not UTF-8."""
    if wanted is None:
        encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
        try:
            wanted = codecs.lookup(encoding).name != "utf-8"
        except LookupError:
            wanted = True
    SIGNS.ascii = wanted


def cut(text: str, width: int) -> str:
    """The text in at most ``width`` cells; what is too long ends in an ellipsis.

    A character of two cells that would be halved leaves a space.
    """
    if width <= 0:
        return ""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    dots = SIGNS("…")
    if width <= len(dots):
        return dots[:width]
    return set_cell_size(text[: width * 4], width - len(dots)) + dots


def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` cells: cut, or padded with spaces."""
    return set_cell_size(cut(text, width), max(0, width))


def width_of(parts: Iterable[Part]) -> int:
    """How many cells the parts take together."""
    return sum(cell_len(text) for text, _ in parts)


def strip_of(parts: Sequence[Part], width: int, fill: Style) -> Strip:
    """A strip of exactly ``width`` cells: the parts, cut at the end, then the fill."""
    segments: list[Segment] = []
    left = width
    for text, style in parts:
        if left <= 0:
            break
        size = cell_len(text)
        if size > left:
            text = cut(text, left)
            size = cell_len(text)
        if text:
            segments.append(Segment(text, style))
            left -= size
    if left > 0:
        segments.append(Segment(" " * left, fill))
    return Strip(segments, width)


def two_sides(left: Sequence[Part], right: Sequence[Part], width: int, fill: Style, gap: int = 2) -> Strip:
    """A strip with parts at both ends; where they collide the left ones are cut."""
    right_width = width_of(right)
    room = width - right_width - (gap if right_width else 0)
    if room < 0:
        return strip_of(right, width, fill)
    kept: list[Part] = []
    used = 0
    for text, style in left:
        size = cell_len(text)
        if used + size > room:
            text = cut(text, room - used)
            size = cell_len(text)
            kept.append((text, style))
            used += size
            break
        kept.append((text, style))
        used += size
    kept.append((" " * (width - used - right_width), fill))
    return strip_of([*kept, *right], width, fill)


def wrap(text: str, width: int) -> list[str]:
    """Break a sentence into lines of at most ``width`` cells, at spaces where it has any."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if cell_len(candidate) <= width:
                line = candidate
                continue
            if line:
                lines.append(line)
            while cell_len(word) > width > 0:
                head = set_cell_size(word, width)
                head = head.rstrip(" ") or word[:1]
                lines.append(head)
                word = word[len(head) :]
            line = word
        lines.append(line)
    return lines


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 row``, ``12 rows``, ``1,204 rows``."""
    return f"{count:,} {one if count == 1 else (many or one + 's')}"
