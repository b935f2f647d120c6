"""Columns, counts and lists in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from leapgrid.visible import visible

Align = Literal["<", ">"]


def columns(
    rows: Sequence[Sequence[str]], align: Sequence[Align], indent: int = 2, gap: int = 2
) -> list[str]:
    """Rows as aligned lines; the last column is as long as it is.

    Args:
        rows: all of the same length.
        align: of each column, left or right.
        indent: spaces before each line.
        gap: spaces between columns.
    """
    shown = [[visible(text) for text in row] for row in rows]
    widths = [max((width(row[index]) for row in shown), default=0) for index in range(len(align))]
    lines = []
    for row in shown:
        cells = [
            _pad(text, widths[index], align[index]) if index < len(row) - 1 or align[index] == ">" else text
            for index, text in enumerate(row)
        ]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return lines


def width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    # Loaded only for texts that need it: check is often run on plain files, many times in a row.
    from rich.cells import cell_len

    return cell_len(text)


def _pad(text: str, size: int, align: Align) -> str:
    room = " " * max(0, size - width(text))
    return room + text if align == ">" else text + room


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 record``, ``12 records``, ``1,204 records``."""
    return f"{count:,} {one if count == 1 else (many or one + 's')}"


def listing(parts: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    found = list(parts)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"
