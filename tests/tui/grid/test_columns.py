"""Which columns are drawn, where, and how wide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.tui.grid.columns import Wish, lay_out, offset_to_show, wish_for
from leapgrid.tui.grid.model import Column

LEAD = (
    Column("name", "text", "text"),
    Column("email", "address", "email"),
    Column("phone", "number", "phone"),
    Column("status", "", "choice"),
    Column("owner", "id", "reference"),
    Column("external_id", "", "text"),
)
KINDS = ["text", "email", "reference"]
WISHES = [Wish(24, 30), Wish(30, 44), Wish(17, 17), Wish(9, 9), Wish(15, 15), Wish(11, 11)]


def widths(width: int, offset: int = 0) -> list[int]:
    return [span.width for span in lay_out(LEAD, WISHES, width, 31, offset).spans]


def test_at_140_columns_beside_the_dock_all_six_fit_as_in_the_picture() -> None:
    assert widths(106) == [15, 23, 17, 9, 10, 11]


def test_spare_width_goes_to_the_name_then_to_the_address() -> None:
    assert widths(110)[:2] == [19, 23]
    assert widths(118)[:2] == [24, 26]


def test_at_80_columns_whole_columns_are_drawn_and_the_rest_is_counted() -> None:
    layout = lay_out(LEAD, WISHES, 80, 31)
    assert [LEAD[s.index].name for s in layout.spans] == ["name", "email", "phone"]
    assert layout.after == 3
    assert layout.width - layout.end >= 8  # room for "▸3 more"


def test_scrolled_columns_keep_the_first_one() -> None:
    layout = lay_out(LEAD, WISHES, 80, 31, 3)
    assert [LEAD[s.index].name for s in layout.spans] == ["name", "owner", "external_id"]
    assert (layout.before, layout.after) == (3, 0)


@pytest.mark.parametrize("column", range(6))
def test_every_column_can_be_brought_onto_a_narrow_screen(column: int) -> None:
    offset = offset_to_show(LEAD, WISHES, 60, 31, 0, column)
    assert lay_out(LEAD, WISHES, 60, 31, offset).span_of(column) is not None


def test_the_gutter_grows_with_the_row_numbers() -> None:
    assert lay_out(LEAD, WISHES, 120, 9_999).gutter == 9
    assert lay_out(LEAD, WISHES, 120, 1_000_000).gutter == 12


def test_an_outlier_does_not_widen_a_column_but_few_texts_have_no_outlier() -> None:
    column = Column("city", "", "text")
    assert wish_for(column, [8] * 95 + [40] * 5).usual == 8
    assert wish_for(column, [8, 8, 20]).usual == 20
    assert wish_for(column, []).usual == 6
    assert wish_for(column, [200]) == Wish(30, 44)


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["text", "email", "reference"])),
        min_size=1,
        max_size=40,
    ),
    st.integers(20, 200),
    st.integers(0, 45),
)
def test_spans_never_overlap_nor_leave_the_screen(
    fields: list[tuple[int, str]], width: int, offset: int
) -> None:
    columns = [Column(f"f{i}", "", kind) for i, (_, kind) in enumerate(fields)]
    wishes = [wish_for(c, [w]) for c, (w, _) in zip(columns, fields, strict=True)]
    layout = lay_out(columns, wishes, width, 10, offset)
    at = layout.gutter
    for span in layout.spans:
        assert span.x == at
        assert span.width >= 1
        at = span.end
    assert at <= width
    assert layout.spans[0].index == 0
    assert len(layout.spans) + layout.before + layout.after == len(columns)
