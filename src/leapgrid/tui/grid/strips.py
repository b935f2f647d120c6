"""A row of the grid as a strip: layers of state, highest first, each with a sign beside its colour."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from leapgrid.tui.grid.columns import GridLayout, Span
from leapgrid.tui.grid.model import CellLook, Column, RowLook
from leapgrid.tui.grid.overlay import put
from leapgrid.tui.text import SIGNS, cut, fit
from leapgrid.tui.theming import Palette, Role

_UNDERLINED = frozenset({"!", "~", "✗", "?"})


def draw_header(layout: GridLayout, columns: tuple[Column, ...], cursor: int, palette: Palette) -> Strip:
    """The line with the names of the columns."""
    plain = palette.style("muted", "header")
    segments = [Segment(fit("#".rjust(layout.digits + 1), layout.gutter), plain)]
    for span in layout.spans:
        column = columns[span.index]
        name = cut(column.name, span.width)
        role: Role = "accent" if span.index == cursor else "strong"
        segments.append(Segment(" ", plain))
        segments.append(Segment(name, palette.style(role, "header", bold=True)))
        rest = span.width - cell_len(name)
        hint = f" {column.hint}" if column.hint and cell_len(column.hint) + 1 <= rest else ""
        segments.append(Segment(fit(hint, rest + 1), plain))
    left = layout.width - layout.end
    segments.append(Segment(_more(layout, left), plain))
    return Strip(segments, layout.width)


def _more(layout: GridLayout, room: int) -> str:
    if not (layout.after or layout.before) or room < 3:
        return " " * max(0, room)
    texts = []
    if layout.after:
        texts = [f"▸{layout.after} more ", f"▸{layout.after} ", f"▸{layout.after}"]
    if layout.before:
        before = f"<{layout.before} "
        texts = [before + t for t in texts] + [before] + texts
    for text in texts:
        if cell_len(text) <= room:
            return SIGNS(text).rjust(room)
    return " " * room


def more_column(layout: GridLayout) -> int | None:
    """The cell where marks of bad cells out of sight stand, or None where no column is out of sight."""
    room = layout.width - layout.end
    if not layout.after or room < 3:
        return None
    return layout.end + len(_more(layout, room)) - len(_more(layout, room).lstrip())


def draw_row(
    look: RowLook,
    layout: GridLayout,
    palette: Palette,
    *,
    cursor: int | None,
    has_keys: bool,
) -> Strip:
    """One record.

    Args:
        cursor: the column of the cursor where it is in this row, else None.
        has_keys: whether the next key goes to the grid; else its cursor cell falls back to the select ground.
    """
    here = cursor is not None
    ground: Role = "row" if here else "ground"
    segments = _gutter(look.number, look.server, look.data, layout, palette, here)
    for span in layout.spans:
        segments += _cell(look.cells[span.index], span, ground, palette, span.index == cursor, has_keys)
    left = layout.width - layout.end
    if left > 0:
        segments += _out_of_sight(look, layout, left, ground, palette)
    return Strip(segments, layout.width)


def _gutter(
    number: int,
    server: tuple[str, Role],
    data: tuple[str, Role],
    layout: GridLayout,
    palette: Palette,
    here: bool,
) -> list[Segment]:
    ground: Role = "row" if here else "ground"
    quiet = palette.style("muted", ground)
    number_style = palette.style("strong", ground, bold=True) if here else quiet
    return [
        Segment(SIGNS("▸") if here else " ", palette.style("accent", ground, bold=here)),
        Segment(f"{str(number).rjust(layout.digits)} ", number_style),
        Segment(SIGNS(server[0]), palette.style(server[1], ground, bold=True)),
        Segment(SIGNS(data[0]), palette.style(data[1], ground, bold=True)),
        Segment(" ", quiet),
    ]


def _cell(
    cell: CellLook, span: Span, ground: Role, palette: Palette, is_cursor: bool, has_keys: bool
) -> list[Segment]:
    tone, mark = cell.tone, cell.mark
    bold = False
    if is_cursor and has_keys:
        ground, tone, bold = "cell", "on-cell", True
    elif is_cursor:
        ground = "select"
    elif mark in ("!", "✗"):
        ground = "error-ground"
    underline = mark in _UNDERLINED
    body = palette.style(tone, ground, bold=bold)
    text_style = palette.style(tone, ground, bold=bold, underline=True) if underline else body
    if not mark:
        return [Segment(f" {fit(cell.text, span.width)} ", text_style)]
    text = cut(cell.text, span.width - 2)
    segments = [Segment(" ", body)]
    used = 0
    if text:
        segments.append(Segment(text, text_style))
        segments.append(Segment(" ", body))
        used = cell_len(text) + 1
    segments.append(Segment(SIGNS(mark), palette.style(tone, ground, bold=True)))
    segments.append(Segment(" " * (span.width - used), body))
    return segments


def _out_of_sight(
    look: RowLook, layout: GridLayout, left: int, ground: Role, palette: Palette
) -> list[Segment]:
    quiet = palette.style("muted", ground)
    at = more_column(layout)
    if at is None:
        return [Segment(" " * left, quiet)]
    drawn = {span.index for span in layout.spans}
    marks = {c.mark for i, c in enumerate(look.cells) if i not in drawn}
    sign = "✗" if "✗" in marks else "!" if "!" in marks else ""
    if not sign:
        return [Segment(" " * left, quiet)]
    before = at - layout.end
    return [
        Segment(" " * before, quiet),
        Segment(SIGNS(f"▸{sign}"), palette.style("error", ground, bold=True)),
        Segment(" " * (left - before - 2), quiet),
    ]


def draw_ghost(
    number: int, layout: GridLayout, palette: Palette, *, cursor: int | None, has_keys: bool
) -> Strip:
    """The one line at the end that becomes a record as soon as something is typed into it."""
    here = cursor is not None
    ground: Role = "row" if here else "ground"
    blank = (" ", "muted")
    head = Strip(_gutter(number, blank, blank, layout, palette, here), layout.gutter)
    room = layout.width - layout.gutter
    words = fit(cut(" type here to add a record", room), room)
    body = Strip([Segment(words, palette.style("muted", ground, italic=True))], room)
    if cursor is not None and (span := layout.span_of(cursor)) is not None:
        x = span.x - layout.gutter
        bright = palette.style("on-cell", "cell") if has_keys else palette.style("muted", "select")
        under = body.crop(x, x + span.width + 2).text
        body = put(body, x, Strip([Segment(under, bright)], span.width + 2))
    return Strip.join([head, body])


def draw_blank(layout: GridLayout, palette: Palette) -> Strip:
    """A line below the records."""
    return Strip.blank(layout.width, palette.style("text", "ground"))
