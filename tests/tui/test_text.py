"""Cutting and padding by cells, and lines with two ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from leapgrid.tui.text import SIGNS, cut, fit, plural, strip_of, two_sides, use_plain_signs_where_needed, wrap

PLAIN = Style()


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Anna", 10, "Anna"),
        ("Anna Keller", 11, "Anna Keller"),
        ("Anna Keller", 8, "Anna Ke…"),
        ("田中 美咲", 9, "田中 美咲"),
        ("田中 美咲", 8, "田中 美…"),
        ("田中 美咲", 7, "田中  …"),
        ("田中", 2, " …"),
        ("Anna", 1, "…"),
        ("Anna", 0, ""),
    ],
)
def test_too_long_a_text_ends_in_an_ellipsis_and_no_wide_character_is_halved(
    text: str, width: int, shown: str
) -> None:
    assert cut(text, width).rstrip() == shown.rstrip()
    assert cell_len(cut(text, width)) <= width


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    clean = "".join(c for c in text if c.isprintable())
    assert cell_len(fit(clean, width)) == width


def test_plain_signs_stand_where_a_terminal_has_no_others() -> None:
    use_plain_signs_where_needed(True)
    try:
        assert SIGNS("✓ ✗ ▸3 more … “x”") == '+ x >3 more .. "x"'
        assert cut("Anna Keller", 8) == "Anna K.."
    finally:
        use_plain_signs_where_needed(False)
    assert SIGNS("✓") == "✓"


def test_two_ends_of_a_line_keep_the_right_one_whole() -> None:
    line = two_sides([("left side that is long", PLAIN)], [("right", PLAIN)], 20, PLAIN)
    assert line.text == "left side th…  right"


def test_a_strip_is_as_long_as_asked() -> None:
    assert strip_of([("abc", PLAIN)], 6, PLAIN).text == "abc   "
    assert strip_of([("abcdef", PLAIN), ("gh", PLAIN)], 4, PLAIN).text == "abc…"


@given(st.text(alphabet="ab c田", max_size=60), st.integers(2, 20))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_numbers_agree_with_their_word() -> None:
    assert [plural(1, "row"), plural(1204, "row"), plural(0, "box", "boxes")] == [
        "1 row",
        "1,204 rows",
        "0 boxes",
    ]
