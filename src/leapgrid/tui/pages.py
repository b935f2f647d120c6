"""The lines of pages of text: a payload, a command. Made as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leapgrid.tui.text import Part
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

LineOf = Callable[[int, int, Palette], Sequence[Part]]
"""Makes a line: its index, the cells there are, the palette. Asked only for lines that are in sight."""


def plain_lines(text: str) -> tuple[int, LineOf]:
    """A text as it is, a line a line."""
    source = text.split("\n")

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        return [(visible(source[index]), palette.style("text"))]

    return len(source), line


def json_lines(text: str) -> tuple[int, LineOf]:
    """JSON as ``payload_text`` writes it, its keys apart from its values."""
    source = text.split("\n")

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        return _json_parts(visible(source[index]), palette)

    return len(source), line


def _json_parts(line: str, palette: Palette) -> list[Part]:
    muted, value = palette.style("muted"), palette.style("strong")
    body = line.lstrip(" ")
    parts: list[Part] = [(line[: len(line) - len(body)], muted)]
    key_end = _key_end(body)
    if key_end:
        parts += [(body[:key_end], palette.style("json-key")), (": ", muted)]
        body = body[key_end + 2 :]
    comma = "," if body.endswith(",") else ""
    body = body.removesuffix(",")
    parts.append((body, muted if body in ("{", "}", "[", "]") else value))
    parts.append((comma, muted))
    return parts


def _key_end(body: str) -> int:
    """Where the key of ``"key": value`` ends; 0 where the line is none."""
    if not body.startswith('"'):
        return 0
    at = 1
    while at < len(body) and body[at] != '"':
        at += 2 if body[at] == "\\" else 1
    return at + 1 if body[at + 1 : at + 3] == ": " else 0
