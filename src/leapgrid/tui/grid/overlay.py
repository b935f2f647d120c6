"""Laying one strip over another, and finding the place for the note below an open cell."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from leapgrid.tui.grid.columns import GridLayout, Span
from leapgrid.tui.text import SIGNS, strip_of
from leapgrid.tui.theming import Palette, Role


def put(under: Strip, x: int, over: Strip) -> Strip:
    """The strip ``under`` with ``over`` laid on it from cell ``x``; its length stays."""
    width = under.cell_length
    end = x + over.cell_length
    if end > width:
        over = over.crop(0, max(0, width - x))
        end = width
    return Strip.join([under.crop(0, x), over, under.crop(end, width)])


def note_strip(parts: Sequence[tuple[str, Role, bool]], ground: Role, width: int, palette: Palette) -> Strip:
    """Parts of text, each with its role and weight, on one ground."""
    styled = [(SIGNS(text), palette.style(role, ground, bold=bold)) for text, role, bold in parts]
    return strip_of(styled, width, palette.style("text", ground))


def place_note(layout: GridLayout, span: Span, needed: int) -> tuple[int, int]:
    """Where a note of ``needed`` cells goes: from the cell's left edge to the edge of a column.

    Where there is no room to the right it begins at an earlier column, so that no cell is cut in half.

    Returns:
        Its first cell and its width.
    """
    starts = [s for s in layout.spans if s.x <= span.x]
    for start in reversed(starts):
        for end in (s.end for s in layout.spans if s.end >= span.end):
            if end - start.x >= needed:
                return start.x, end - start.x
        if layout.width - start.x >= needed:
            return start.x, layout.width - start.x
    first = starts[0].x if starts else 0
    return first, layout.width - first


def text_width(parts: Sequence[tuple[str, Role, bool]]) -> int:
    """How many cells the parts of a note take."""
    return sum(cell_len(text) for text, _, _ in parts)
