"""Which columns are on the screen, where, and how wide. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from leapgrid.tui.grid.model import Column

NARROWEST, WIDEST, SPARE_WIDEST = 6, 30, 44
_FEW = 30
_GIVES_WAY_TO = {"text": 15, "reference": 10, "email": 23}
"""How narrow a column may get before one is dropped: an id or a name can give way, a phone number cannot."""
_MORE = 3
"""Cells kept free at the right end where columns do not fit: for the count, and for marks of bad cells."""
_MORE_IN_WORDS = 9
"""The same with the count in words ("▸3 more"), where there are cells to spare."""


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


class GridLayout(NamedTuple):
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


class Wish(NamedTuple):
    """How wide a column would like to be.

    Attributes:
        usual: the 90th percentile of its texts and its heading, within the limits.
        longest: its longest text, within a wider limit; given only out of spare cells.
    """

    usual: int
    longest: int


def wish_for(column: Column, texts: Sequence[int]) -> Wish:
    """The width a column would like, from the widths of what stands in it."""
    widths = sorted(texts)
    # Of a few texts none is an outlier.
    usual = widths[-1 if len(widths) < _FEW else (len(widths) * 9) // 10] if widths else 0
    heading = cell_len(column.name)
    roomy = max(NARROWEST, min(WIDEST, max(heading, usual)))
    return Wish(roomy, max(roomy, min(SPARE_WIDEST, widths[-1] if widths else 0)))


def lay_out(
    columns: Sequence[Column], wishes: Sequence[Wish], width: int, rows: int, offset: int = 0
) -> GridLayout:
    """Lay the columns out.

    Args:
        columns: all of them.
        wishes: the width that each would like.
        width: cells that the grid has.
        rows: the highest row number, which decides the gutter.
        offset: how many columns after the first are scrolled away to the left.
    """
    digits = max(4, len(str(rows)))
    gutter = digits + 5
    room = width - gutter
    if not columns:
        return GridLayout(gutter, digits, (), 0, 0, width)
    floor = [min(w.usual, _GIVES_WAY_TO.get(c.kind, w.usual)) for c, w in zip(columns, wishes, strict=True)]
    offset = max(0, min(offset, len(columns) - 2)) if len(columns) > 1 else 0
    chosen = [0, *range(1 + offset, len(columns))]
    budget = room - _MORE
    if sum(floor[i] + 2 for i in chosen) > (budget if offset else room):
        kept = chosen[:1]
        used = floor[0] + 2
        for i in chosen[1:]:
            if used + floor[i] + 2 > budget and (len(kept) > 1 or used + NARROWEST + 2 > room):
                break  # one column beside the first is drawn in any case, if need be cut: the cursor's
            kept.append(i)
            used += floor[i] + 2
        chosen = kept
    after = len(columns) - len(chosen) - offset
    spare = (budget if after or offset else room) - sum(floor[i] + 2 for i in chosen)
    widths = {i: floor[i] for i in chosen}
    if after:
        spare -= min(max(0, spare), _MORE_IN_WORDS - _MORE)
    # What is left over goes to the name first, then to the address, then to whoever was narrowed; and once
    # all have what is usual, in the same order to those whose longest text is still cut.
    turns = sorted(chosen, key=lambda i: (i != 0, columns[i].kind != "email", i))
    for wanted in ([w.usual for w in wishes], [w.longest for w in wishes]):
        for i in turns:
            more = min(max(0, spare), wanted[i] - widths[i])
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
    columns: Sequence[Column], wishes: Sequence[Wish], width: int, rows: int, offset: int, column: int
) -> int:
    """The least change of ``offset`` that brings a column onto the screen."""
    if column <= 0:
        return offset
    if column <= offset:
        return column - 1
    while lay_out(columns, wishes, width, rows, offset).span_of(column) is None and offset < column - 1:
        offset += 1
    return offset
