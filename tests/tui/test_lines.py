"""The lines around the grid, painted without an app: what they say where, and what goes when it is narrow."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.strip import Strip

from leapgrid.tui.theming import load_themes
from leapgrid.tui.widgets.footer import FooterBar, FooterKey
from leapgrid.tui.widgets.issue_line import IssueLine, IssueState
from leapgrid.tui.widgets.painted import Painted
from leapgrid.tui.widgets.status_line import Count, StatusLine, StatusState
from leapgrid.tui.widgets.title_bar import Target, TitleBar, TitleState

DARK = load_themes()[0]["dark"]
WIDTHS = (60, 80, 100, 120, 140, 220)


def line(widget: Painted, width: int) -> Strip:
    (strip,) = widget.paint(width, DARK)
    assert strip.cell_length == sum(cell_len(s.text) for s in strip) == width
    return strip


def style(strip: Strip, words: str) -> object:
    x = cell_len(strip.text[: strip.text.index(words)])
    return next(s.style for s in strip.crop(x, x + 1) if s.text)


# -- title bar --------------------------------------------------------------------------------------------


def title(width: int, **state: object) -> Strip:
    bar = TitleBar()
    bar.state = TitleState(**state)  # type: ignore[arg-type]  # any of its fields
    return line(bar, width)


HOST = Target("sandbox 127.0.0.1:8001", "sandbox 127.0.0.1", "host")
PRODUCTION = Target("acme · production  app.superleap.dev", "acme · production", "danger")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("target", [HOST, PRODUCTION, Target()], ids=lambda t: t.kind)
@pytest.mark.parametrize("name", ["leads.csv", "長" * 40, "x" * 200], ids=["short", "wide", "long"])
def test_the_target_stands_last_and_is_never_cut(width: int, target: Target, name: str) -> None:
    strip = title(width, name=name, object_label="Lead", kept="saved 10:42", target=target)
    words = target.text if width >= 100 else target.short
    assert strip.text.endswith(f"{words} ")
    ground = {"host": "host", "danger": "danger", "none": "bar"}[target.kind]
    assert style(strip, words).bgcolor == DARK.style("text", ground).bgcolor  # type: ignore[attr-defined]  # a Style
    assert strip.text.startswith(" LeapGrid  ")


def test_while_sending_it_says_so_in_the_place_of_saved() -> None:
    for width in WIDTHS:
        strip = title(width, name="leads.csv", kept="saved 10:42", sending="sending 4 rows", target=HOST)
        assert "> sending 4 rows" in strip.text
        assert "saved" not in strip.text


# -- issue line -------------------------------------------------------------------------------------------

SENTENCE = "The address has a space before the @."
ISSUE = IssueState("!", "error", "email, row 5", "(line 6 of the file)", SENTENCE, "", ("F8", "a@b.de"))


def issue(width: int, state: IssueState = ISSUE) -> Strip:
    widget = IssueLine()
    widget.state = state
    return line(widget, width)


def test_the_parenthesis_goes_first_then_the_words_of_the_key() -> None:
    assert issue(140).text.startswith(f" ! email, row 5 (line 6 of the file)  {SENTENCE}  ")
    assert issue(140).text.endswith("  F8 a@b.de ")
    assert "(line 6" not in issue(80).text
    assert issue(80).text.endswith("F8 a@b.de ")
    assert issue(60).text.rstrip().endswith("F8")
    assert SENTENCE in issue(60).text
    for width in WIDTHS:
        assert issue(width).text.startswith(" ! email, row 5")


def test_a_sentence_that_is_too_long_ends_in_dots() -> None:
    state = IssueState("✗", "error", "email, row 5", "", "word " * 100, "no fix known", ("F2", "Edit"))
    for width in WIDTHS:
        assert issue(width, state).text.rstrip().endswith("…")
    assert issue(80, IssueState()).text == " " * 80


# -- status line ------------------------------------------------------------------------------------------

DATA = (
    Count(31, "rows", always=True),
    Count(10, "ready"),
    Count(2, "edited", "*", "edited"),
    Count(0, "warnings", "~", "warning"),
    Count(3, "errors", "!", "error"),
)
SERVER = (
    Count(6, "created", "✓", "created"),
    Count(0, "rejected", "✗", "error"),
    Count(1, "unknown", "?", "unknown"),
)
EVERYTHING = "31 rows 10 ready * 2 edited ! 3 errors ✓ 6 created ? 1 unknown"


def status(width: int, **state: object) -> str:
    widget = StatusLine()
    widget.state = StatusState(**state)  # type: ignore[arg-type]  # any of its fields
    return line(widget, width).text


def test_each_number_has_its_glyph_and_zeros_are_left_out() -> None:
    text = status(140, data=DATA, server=SERVER)
    assert text.split("all rows")[0].split() == (
        [
            "31",
            "rows",
            "10",
            "ready",
            "*",
            "2",
            "edited",
            "!",
            "3",
            "errors",
            "✓",
            "6",
            "created",
            "?",
            "1",
            "unknown",
        ]
    )
    assert "~" not in text
    assert text.endswith("all rows ")


def test_narrow_counts_keep_their_glyphs_and_drop_their_words() -> None:
    text = status(60, data=DATA, server=SERVER)
    assert text.startswith(" 31 rows   10 ready   *2  !3   ✓6  ?1")
    assert status(80, data=(Count(0, "rows", always=True),)).startswith(" 0 rows")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_view_is_named_with_what_it_hides(width: int) -> None:
    text = status(width, data=DATA[:1], view="Only rejected", hidden="2 of 4 rows, 2 hidden")
    assert text.endswith("Only rejected  2 of 4 rows, 2 hidden ")


def test_words_in_the_place_of_counts() -> None:
    text = status(80, data=DATA, plain="chunk 3 of 9 · 300 of 1,700", view="all rows")
    assert text.startswith(" chunk 3 of 9 · 300 of 1,700")
    assert "31" not in text


# -- footer -----------------------------------------------------------------------------------------------

Keys = tuple[FooterKey, ...]
KEYS: Keys = (
    FooterKey("F1", "Help", "help", True),
    FooterKey("/", "Menu", "menu", True),
    *(FooterKey(f"F{n}", f"Action {n}", f"a{n}") for n in range(2, 9)),
)
MAIN = FooterKey("F9", "Review & send", "review")


def footer(
    width: int, keys: tuple[FooterKey, ...] = KEYS, main: FooterKey | None = MAIN
) -> tuple[FooterBar, str]:
    bar = FooterBar()
    bar.keys, bar.main = keys, main
    return bar, line(bar, width).text


@pytest.mark.parametrize("width", range(30, 160, 7))
def test_help_menu_and_the_main_step_never_go(width: int) -> None:
    _, text = footer(width)
    if width >= 40:
        assert text.startswith(" F1 Help")
        assert "/ Menu" in text
    assert text.endswith("F9 Review & send ")


def test_labels_go_from_the_right_and_keys_only_when_that_is_not_enough() -> None:
    _, wide = footer(160)
    assert all(f"F{n} Action {n}" in wide for n in range(2, 9))
    _, middle = footer(100)
    labels = [f"Action {n}" in middle for n in range(2, 9)]
    assert labels == sorted(labels, reverse=True)
    assert True in labels
    assert False in labels
    assert all(f"F{n}" in middle for n in range(2, 9))
    _, narrow = footer(60)
    assert "Action" not in narrow
    assert "F2" in narrow
    _, tight = footer(45)
    assert "F8" not in tight


def test_a_click_finds_what_stands_there() -> None:
    for width in (60, 100, 160):
        bar, text = footer(width)
        places = bar._places
        for place, action in places:
            words = text[place.start : place.stop]
            key = MAIN if action == "review" else next(k for k in KEYS if k.action == action)
            assert words.strip().startswith(key.key)
        taken = [x for place, _ in places for x in place]
        assert len(taken) == len(set(taken)), "no cell belongs to two keys"


def test_without_a_main_step() -> None:
    _, text = footer(80, KEYS[:2], None)
    assert text.strip() == "F1 Help  / Menu"
