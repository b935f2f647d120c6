"""Rows of the grid as strips: what stands where, in which style, for every state."""

from __future__ import annotations

import itertools

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from leapgrid.tui.grid.columns import GridLayout, Wish, lay_out
from leapgrid.tui.grid.model import CellLook, Column, RowLook
from leapgrid.tui.grid.strips import draw_blank, draw_ghost, draw_header, draw_row, more_column
from leapgrid.tui.text import SIGNS
from leapgrid.tui.theming import Palette, load_themes

PALETTES = load_themes()[0]
DARK = PALETTES["dark"]
COLUMNS = (
    Column("name", "text", "text"),
    Column("email", "address", "email"),
    Column("phone", "number", "phone"),
    Column("status", "", "choice"),
)
WISHES = [Wish(8, 8), Wish(16, 16), Wish(12, 12), Wish(8, 8)]
WIDE, TIGHT = lay_out(COLUMNS, WISHES, 80, 9), lay_out(COLUMNS, WISHES, 46, 9)
BLANK = (" ", "muted")


def look(*cells: CellLook, server: tuple[str, str] = BLANK, data: tuple[str, str] = BLANK) -> RowLook:
    rest = [CellLook("", "", "text")] * (len(COLUMNS) - len(cells))
    return RowLook(5, server, data, False, (*cells, *rest))


def at(strip: Strip, x: int) -> Style:
    return next(s.style for s in strip.crop(x, x + 1) if s.text) or Style()


def row(drawn: RowLook, layout: GridLayout = WIDE, *, cursor: int | None = None, keys: bool = True) -> Strip:
    strip = draw_row(drawn, layout, DARK, cursor=cursor, has_keys=keys)
    assert sum(cell_len(s.text) for s in strip) == strip.cell_length == layout.width
    return strip


@pytest.mark.parametrize("server", [" ", ">", "✓", "=", "✗", "?", "-"])
@pytest.mark.parametrize("data", [" ", "!", "~", "*"])
@pytest.mark.parametrize("cursor", [None, 0])
def test_the_gutter_has_a_glyph_for_each_of_two_facts(server: str, data: str, cursor: int | None) -> None:
    strip = row(look(server=(server, "created"), data=(data, "error")), cursor=cursor)
    marker = " " if cursor is None else "▸"
    assert strip.text[:9] == f"{marker}   5 {server}{data} "
    ground = "ground" if cursor is None else "row"
    assert at(strip, 6) == DARK.style("created", ground, bold=True)
    assert at(strip, 7) == DARK.style("error", ground, bold=True)


@pytest.mark.parametrize(
    ("cell", "drawn"),
    [
        (CellLook("Anna", "", "text"), " Anna     "),
        (CellLook("Anna", "!", "error"), " Anna !   "),
        (CellLook("Annamaria", "!", "error"), " Annam… ! "),
        (CellLook("Annamaria K.", "", "text"), " Annamar… "),
        (CellLook("", "!", "error"), " !        "),
        (CellLook("田中美咲様", "", "text"), " 田中美 … "),
        (CellLook("田中美咲様", "✗", "error"), " 田中 … ✗ "),
        (CellLook("e\u0301" * 8, "", "text"), " " + "e\u0301" * 8 + " "),
        (CellLook("[/x]", "", "text"), " [/x]     "),
    ],
)
def test_a_mark_is_never_cut_and_stands_behind_the_text(cell: CellLook, drawn: str) -> None:
    strip = row(look(cell))
    assert strip.crop(9, 19).text == drawn


@pytest.mark.parametrize(
    ("mark", "ground", "underlined"),
    [("", "ground", False), ("!", "error-ground", True), ("✗", "error-ground", True), ("~", "ground", True)],
)
def test_a_bad_cell_is_underlined_and_only_errors_have_a_ground(
    mark: str, ground: str, underlined: bool
) -> None:
    strip = row(look(CellLook("Anna", mark, "error")))
    assert at(strip, 10).underline == (underlined or None)
    assert at(strip, 10).bgcolor == DARK.style("text", ground).bgcolor
    assert not at(strip, 9).underline, "the padding is not underlined"
    if mark:
        assert not at(strip, 15).underline, "the mark is not underlined"
        assert at(strip, 15).bold


def test_the_cursor_cell_is_bright_only_while_it_has_the_keys() -> None:
    drawn = look(CellLook("Anna", "!", "error"))
    assert at(row(drawn, cursor=0), 10).bgcolor == DARK.style("text", "cell").bgcolor
    assert at(row(drawn, cursor=0, keys=False), 10).bgcolor == DARK.style("text", "select").bgcolor
    assert at(row(drawn, cursor=1), 10).bgcolor == DARK.style("text", "error-ground").bgcolor
    assert at(row(drawn, cursor=1), 79).bgcolor == DARK.style("text", "row").bgcolor, "the whole row"


def test_what_is_out_of_sight_is_told_at_the_end() -> None:
    assert TIGHT.after > 0
    x = more_column(TIGHT)
    assert x is not None
    for mark, sign in (("!", "▸!"), ("✗", "▸✗"), ("~", "  "), ("", "  ")):
        cells = [CellLook("", "", "text")] * 3 + [CellLook("bad", mark, "error")]
        strip = row(look(*cells), TIGHT)
        assert strip.text[x : x + 2] == sign
    seen = look(CellLook("bad", "!", "error"))
    assert "▸" not in row(seen, TIGHT).text, "a bad cell in sight speaks for itself"
    assert more_column(WIDE) is None


def test_a_refusal_out_of_sight_counts_more_than_an_error() -> None:
    cells = [CellLook("", "", "text")] * 2 + [CellLook("a", "!", "error"), CellLook("b", "✗", "error")]
    assert "▸✗" in row(look(*cells), TIGHT).text


def test_the_header() -> None:
    strip = draw_header(WIDE, COLUMNS, 1, DARK)
    assert strip.cell_length == 80
    assert strip.text.startswith("    #     name")
    x = strip.text.index("email")
    assert at(strip, x) == DARK.style("accent", "header", bold=True)
    assert at(strip, strip.text.index("name")) == DARK.style("strong", "header", bold=True)
    assert "email address" in strip.text
    assert "▸" not in strip.text
    for span in WIDE.spans:
        assert strip.text[span.x + 1 :].startswith(COLUMNS[span.index].name)
    tight = draw_header(TIGHT, COLUMNS, 0, DARK)
    assert f"▸{TIGHT.after}" in tight.text
    scrolled = lay_out(COLUMNS, WISHES, 46, 9, 1)
    assert "<1" in draw_header(scrolled, COLUMNS, 2, DARK).text


@pytest.mark.parametrize("cursor", [None, 0, 1])
@pytest.mark.parametrize("layout", [WIDE, TIGHT])
def test_the_ghost_row(cursor: int | None, layout: GridLayout) -> None:
    strip = draw_ghost(32, layout, DARK, cursor=cursor, has_keys=True)
    assert strip.cell_length == sum(cell_len(s.text) for s in strip) == layout.width
    assert strip.text.rstrip().endswith("  32     type here to add a record")
    if cursor is None:
        assert at(strip, 12).italic
    else:
        span = layout.spans[cursor]
        bright = DARK.style("on-cell", "cell").bgcolor
        xs = [x for x in range(layout.width) if at(strip, x).bgcolor == bright]
        assert xs == list(range(span.x, span.end))


def test_a_line_below_the_records_is_ground() -> None:
    strip = draw_blank(WIDE, DARK)
    assert strip.text == " " * 80
    assert at(strip, 40).bgcolor == DARK.style("text", "ground").bgcolor


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
def test_every_theme_draws_the_same_words(palette: Palette) -> None:
    drawn = look(CellLook("Anna", "!", "error"), server=("✗", "error"), data=("*", "edited"))
    for cursor, keys in itertools.product((None, 0, 2), (True, False)):
        strip = draw_row(drawn, WIDE, palette, cursor=cursor, has_keys=keys)
        assert strip.text == row(drawn, cursor=cursor, keys=keys).text


@pytest.mark.parametrize(("role", "mark"), [("error", "!"), ("warning", "~")])
def test_without_any_colour_the_sign_is_left(role: str, mark: str) -> None:
    """The monochrome theme: glyph and underline say what colour says elsewhere."""
    mono = PALETTES["mono"]
    fine = draw_row(look(CellLook("Anna", "", "text")), WIDE, mono, cursor=None, has_keys=True)
    bad = draw_row(look(CellLook("Anna", mark, role)), WIDE, mono, cursor=None, has_keys=True)
    assert mark in bad.text
    assert mark not in fine.text
    assert at(bad, 10).underline
    assert not at(fine, 10).underline


def test_plain_signs_are_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SIGNS, "ascii", True)
    cells = [CellLook("Annamaria Keller", "✗", "error")] * 4
    for layout in (WIDE, TIGHT):
        strip = row(look(*cells, server=("✗", "error"), data=("*", "edited")), layout, cursor=0)
        assert strip.text.isascii(), strip.text
        assert strip.text.startswith(">   5 x*  Anna.. x ")
        assert draw_header(layout, COLUMNS, 0, DARK).text.isascii()
