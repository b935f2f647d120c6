"""Which columns are on the screen, where, and how wide. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from leapgrid.tui.grid.model import Column

NARROWEST, WIDEST = 6, 30
_GIVES_WAY_TO = {"text": 15, "reference": 10, "email": 23}
"""How narrow a column may get before one is dropped: an id or a name can give way, a phone number cannot."""
_MORE = 3
"""Cells kept free at the right end where columns do not fit: for the count, and for marks of bad cells."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a column stands: its index, its first cell (of its left padding) and the width of its text."""

    index: int
    x: int
    width: int

    @property
    def end(self) -> int:
        """The cell behind its right padding."""
        return self.x + self.width + 2


@dataclass(frozen=True, slots=True)
class GridLayout:
    """The columns that are drawn.

    Attributes:
        gutter: cells of the fixed part at the left.
        digits: cells for the row number.
        spans: the columns drawn, from left to right; the first column always is.
        before: how many columns are hidden between the first and the next one drawn.
        after: how many do not fit at the right.
        width: cells in all.
    """

    gutter: int
    digits: int
    spans: tuple[Span, ...]
    before: int
    after: int
    width: int

    def span_of(self, column: int) -> Span | None:
        """Where a column stands, or None where it is not drawn."""
        for span in self.spans:
            if span.index == column:
                return span
        return None

    def column_at(self, x: int) -> int | None:
        """The column under a cell of the line."""
        for span in self.spans:
            if span.x <= x < span.end:
                return span.index
        return None

    @property
    def end(self) -> int:
        """The cell behind the last column."""
        return self.spans[-1].end if self.spans else self.gutter


def natural_width(column: Column, texts: Sequence[int]) -> int:
    """The width a column would like: its heading, and the 90th percentile of what stands in it."""
    widths = sorted(texts)
    usual = widths[min(len(widths) - 1, (len(widths) * 9) // 10)] if widths else 0
    heading = cell_len(column.name)
    roomy = max(heading, min(usual, WIDEST))
    return max(NARROWEST, min(WIDEST, roomy))


def lay_out(
    columns: Sequence[Column], natural: Sequence[int], width: int, rows: int, offset: int = 0
) -> GridLayout:
    """Lay the columns out.

    Args:
        columns: all of them.
        natural: the width that each would like, in cells.
        width: cells that the grid has.
        rows: the highest row number, which decides the gutter.
        offset: how many columns after the first are scrolled away to the left.
    """
    digits = max(4, len(str(rows)))
    gutter = digits + 5
    room = width - gutter
    if not columns:
        return GridLayout(gutter, digits, (), 0, 0, width)
    floor = [min(n, _GIVES_WAY_TO.get(c.kind, n)) for c, n in zip(columns, natural, strict=True)]
    offset = max(0, min(offset, len(columns) - 2)) if len(columns) > 1 else 0
    chosen = [0, *range(1 + offset, len(columns))]
    if sum(floor[i] + 2 for i in chosen) > room:
        budget = room - _MORE
        kept = chosen[:1]
        used = floor[0] + 2
        for i in chosen[1:]:
            if used + floor[i] + 2 > budget:
                break
            kept.append(i)
            used += floor[i] + 2
        chosen = kept
    after = len(columns) - 1 - chosen[-1]
    spare = room - (_MORE if after else 0) - sum(floor[i] + 2 for i in chosen)
    widths = {i: floor[i] for i in chosen}
    # What is left over goes to the name first, then to the address, then to whoever was narrowed.
    for i in sorted(chosen, key=lambda i: (i != 0, columns[i].kind != "email", i)):
        more = min(max(0, spare), natural[i] - widths[i])
        widths[i] += more
        spare -= more
    x = gutter
    spans = []
    for i in chosen:
        # The first column alone may be wider than all there is.
        shown = max(1, min(widths[i], width - x - 2))
        spans.append(Span(i, x, shown))
        x += shown + 2
    return GridLayout(gutter, digits, tuple(spans), offset, after, width)


def offset_to_show(
    columns: Sequence[Column], natural: Sequence[int], width: int, rows: int, offset: int, column: int
) -> int:
    """The least change of ``offset`` that brings a column onto the screen."""
    if column <= 0:
        return offset
    if column <= offset:
        return column - 1
    while lay_out(columns, natural, width, rows, offset).span_of(column) is None and offset < column - 1:
        offset += 1
    return offset
