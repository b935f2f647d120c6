"""The open cell over the lines of the grid: the editor itself, its note, and the list of choices."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from leapgrid.tui.grid.choices import draw_choices
from leapgrid.tui.grid.columns import GridLayout
from leapgrid.tui.grid.editor import OpenCell, draw_editor, note_for
from leapgrid.tui.grid.overlay import note_strip, place_note, put
from leapgrid.tui.theming import Palette


def with_editor(
    strip: Strip, cell: OpenCell, layout: GridLayout, line: int, below: bool, fix_key: str, palette: Palette
) -> Strip:
    """A line of the grid with what the open cell draws on it.

    Args:
        line: counted from the line of the cell, which is 0.
        below: whether there is a line below the cell; else the note goes above it.
        fix_key: the key of the fix, as it is written in messages.
    """
    span = layout.span_of(cell.column)
    if span is None:
        return strip
    if line == 0:
        wanted = cell_len(cell.buffer.text) + 3
        width = max(span.width + 2, min(wanted, layout.width - span.x))
        return put(strip, span.x, draw_editor(cell.buffer, cell.check, width, palette))
    note = note_for(cell.check, fix_key)
    if note and line == (1 if below else -1):
        ground, parts = note
        x, width = place_note(layout, span, sum(cell_len(text) for text, _, _ in parts) + 2)
        return put(strip, x, note_strip([(" ", "text", False), *parts], ground, width, palette))
    shown = cell.choices.shown
    lines = 1 if note else 0
    first = 1 + lines if below else -lines - len(shown)
    if first <= line < first + len(shown):
        return put(strip, span.x, draw_choices(cell.choices, line - first, span.width + 2, palette))
    return strip
