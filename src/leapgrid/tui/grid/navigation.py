"""Where the cursor goes, where the edge of the data is, and where the scroll thumb stands."""

from __future__ import annotations

from leapgrid.tui.grid.model import GridModel

MOVES = {
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "tab": "next",
    "shift+tab": "previous",
    "home": "row_start",
    "end": "row_end",
    "pageup": "page_up",
    "pagedown": "page_down",
    "ctrl+home": "top",
    "ctrl+end": "bottom",
    "ctrl+up": "edge_up",
    "ctrl+down": "edge_down",
    "ctrl+left": "row_start",
    "ctrl+right": "row_end",
}
"""Key -> where it moves the cursor."""


def destination(model: GridModel, row: int, column: int, how: str, lines: int, page: int) -> tuple[int, int]:
    """Where a move leads; may lie outside, to be clamped.

    Args:
        how: one of the values of ``MOVES``.
        lines: how many lines the cursor can stand on, the ghost row's included.
        page: how many lines a page is.

    Returns:
        Row and column.
    """
    last, columns = max(0, lines - 1), max(1, len(model.columns))
    match how:
        case "up" | "down":
            return row + (1 if how == "down" else -1), column
        case "left" | "right":
            return row, column + (1 if how == "right" else -1)
        case "row_start":
            return row, 0
        case "row_end":
            return row, columns - 1
        case "page_up" | "page_down":
            return row + (page if how == "page_down" else -page), column
        case "top":
            return 0, 0
        case "bottom":
            return last, columns - 1
        case "edge_up" | "edge_down":
            return edge(model, row, column, -1 if how == "edge_up" else 1), column
        case "next":
            return (row + 1, 0) if column + 1 >= columns and row < last else (row, column + 1)
        case "previous":
            return (row - 1, columns - 1) if column == 0 and row > 0 else (row, column - 1)
    return row, column


def thumb(height: int, lines: int, top: int) -> range | None:
    """The lines of the screen that the thumb takes; None where everything is in sight."""
    if lines <= height or height < 2:
        return None
    size = max(1, height * height // lines)
    start = round((height - size) * top / (lines - height))
    return range(start, start + size)


def edge(model: GridModel, row: int, column: int, step: int) -> int:
    """As in a spreadsheet: to the end of a run of filled cells, or to the next filled one."""
    count = len(model)

    def filled(index: int) -> bool:
        return 0 <= index < count and bool(model.text(model.row_id(index), column))

    at = row + step
    if not 0 <= at < count:
        return max(0, min(at, count))
    if filled(row) and filled(at):
        turn = model.find_turn(at, column, step, filled=False)
        return (count - 1 if step > 0 else 0) if turn is None else turn - step
    turn = model.find_turn(at, column, step, filled=True)
    return (count - 1 if step > 0 else 0) if turn is None else turn
