"""What the payload panel says: the JSON of a record, the curl of its chunk, or the whole chunk. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from rich.cells import cell_len

from leapgrid.tui.stories import Happened
from leapgrid.tui.text import wrap
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

Form = Literal["JSON", "curl", "all"]
FORMS: tuple[Form, ...] = ("JSON", "curl", "all")

Piece = tuple[str, Role, bool]
"""Text, role, and whether it is underlined."""
Line = tuple[Piece, ...]


class PayloadState(NamedTuple):
    """What the panel shows; all texts are safe to draw.

    Attributes:
        form: which of the three.
        row: e.g. "row 5".
        record: the record as it would be sent, for the form JSON.
        marks: field -> sign and role, for fields with an issue.
        text: what the forms curl and all show instead.
        note: a sentence under the record, e.g. that it waits for an edit.
        server: when the server answered, in which words of ours, and in its own.
        story: what became of the cell so far.
    """

    form: Form = "JSON"
    row: str = ""
    record: Mapping[str, Any] | None = None
    marks: Mapping[str, tuple[str, Role]] = MappingProxyType({})
    text: str = ""
    note: str = ""
    server: tuple[str, str, str] | None = None
    story: tuple[Happened, ...] = ()


def record_lines(
    record: Mapping[str, Any], marks: Mapping[str, tuple[str, Role]], width: int
) -> list[tuple[str, Line]]:
    """The JSON of a record, a line a field; long values go on below.

    Args:
        width: cells of a line.

    Returns:
        For each line the sign in the margin (or "") and its pieces.
    """
    lines: list[tuple[str, Line]] = [("", (("{", "muted", False),))]
    last = len(record) - 1
    for position, (name, value) in enumerate(record.items()):
        sign, role = marks.get(name, ("", "strong"))
        key = json.dumps(visible(name, 60), ensure_ascii=False)
        shown = visible(json.dumps(value, ensure_ascii=False))
        comma = "," if position < last else ""
        head: Line = (("  ", "muted", False), (key, "json-key", False), (": ", "muted", False))
        used = sum(cell_len(text) for text, _, _ in head)
        tail: Line = ((comma, "muted", False),) if comma else ()
        if used + cell_len(shown) + len(comma) <= width:
            lines.append((sign, (*head, (shown, role, bool(sign)), *tail)))
            continue
        parts = wrap_hard(shown, width - used, width - 4)
        lines.append((sign, (*head, (parts[0], role, bool(sign)))))
        lines += [("", (("    ", "muted", False), (part, role, bool(sign)))) for part in parts[1:-1]]
        if len(parts) > 1:
            lines.append(("", (("    ", "muted", False), (parts[-1], role, bool(sign)), *tail)))
    lines.append(("", (("}", "muted", False),)))
    return lines


def wrap_hard(text: str, first: int, other: int) -> list[str]:
    """Break text at cells, whatever stands there: a payload is shown to the letter.

    Args:
        first: cells of the first line.
        other: cells of the others.
    """
    lines: list[str] = []
    line, used = "", 0
    room = max(4, first)
    for char in text:
        size = cell_len(char)
        if used + size > room:
            lines.append(line)
            line, used, room = "", 0, max(4, other)
        line += char
        used += size
    lines.append(line)
    return lines


def text_lines(text: str, width: int, most: int = 2000) -> list[Line]:
    """Plain text, e.g. a curl command, in lines of the panel; what is more than ``most`` lines is counted."""
    lines: list[Line] = []
    source = text.split("\n")
    for number, raw in enumerate(source):
        if len(lines) >= most:
            lines.append(((f"and {len(source) - number:,} more lines", "muted", False),))
            break
        lines += [((part, "text", False),) for part in wrap_hard(visible(raw), width, width)]
    return lines


def sentence_lines(text: str, width: int, role: Role) -> list[Line]:
    """A sentence, broken at spaces."""
    return [((line, role, False),) for line in wrap(text, width)]
