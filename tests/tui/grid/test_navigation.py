"""Where a move leads, where the edge of the data is, and where the thumb stands: pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.tui.grid.columns import lay_out, offset_to_show, wish_for
from leapgrid.tui.grid.model import Column
from leapgrid.tui.grid.navigation import MOVES, destination, edge, thumb


class Filled:
    """A model of one column, of which only the texts are asked."""

    columns = (Column("a", "", "text"), Column("b", "", "text"), Column("c", "", "text"))

    def __init__(self, texts: str) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def row_id(self, index: int) -> int:
        return index

    def text(self, row_id: int, column: int) -> str:
        return self.texts[row_id].strip()

    def find_turn(self, index: int, column: int, step: int, *, filled: bool) -> int | None:
        places = range(index, len(self.texts) if step > 0 else -1, step)
        return next((at for at in places if bool(self.texts[at].strip()) is filled), None)


@pytest.mark.parametrize(
    ("texts", "row", "step", "to"),
    [
        ("xxx", 0, 1, 2),
        ("xx  x", 0, 1, 1),
        ("xx  x", 1, 1, 4),
        ("xx  x", 4, -1, 1),
        ("xx  x", 2, 1, 4),
        ("xx   ", 1, 1, 4),
        ("   xx", 3, -1, 0),
        ("x", 0, 1, 1),
        ("x", 0, -1, 0),
        ("xx", 2, -1, 1),
    ],
)
def test_the_edge_of_the_data_is_as_in_a_spreadsheet(texts: str, row: int, step: int, to: int) -> None:
    assert edge(Filled(texts), row, 0, step) == to  # type: ignore[arg-type]  # the part of a model it needs


@pytest.mark.parametrize(
    ("how", "place", "to"),
    [
        ("next", (0, 0), (0, 1)),
        ("next", (0, 2), (1, 0)),
        ("next", (3, 2), (3, 3)),
        ("previous", (1, 0), (0, 2)),
        ("previous", (0, 0), (0, -1)),
        ("row_start", (1, 2), (1, 0)),
        ("row_end", (1, 0), (1, 2)),
        ("top", (2, 2), (0, 0)),
        ("bottom", (0, 0), (3, 2)),
        ("page_down", (0, 1), (10, 1)),
        ("page_up", (2, 1), (-8, 1)),
        ("no such move", (2, 1), (2, 1)),
    ],
)
def test_a_move_leads_to(how: str, place: tuple[int, int], to: tuple[int, int]) -> None:
    model = Filled("xxx")
    assert destination(model, *place, how, 4, 10) == to  # type: ignore[arg-type]  # as above


def test_every_move_of_a_key_is_known() -> None:
    stays = destination(Filled("xxxx"), 2, 1, "none", 5, 1)  # type: ignore[arg-type]  # as above
    for how in set(MOVES.values()):
        assert destination(Filled("xxxx"), 2, 1, how, 5, 1) != stays, how  # type: ignore[arg-type]  # as above


@given(st.integers(0, 60), st.integers(0, 100_000), st.data())
def test_the_thumb_is_on_the_screen_and_at_the_ends_only_there(
    height: int, lines: int, data: st.DataObject
) -> None:
    most = max(0, lines - height)
    top = data.draw(st.integers(0, most))
    bar = thumb(height, lines, top)
    if lines <= height or height < 2:
        assert bar is None
        return
    assert bar is not None
    assert 0 <= bar.start < bar.stop <= height
    if top == 0:
        assert bar.start == 0
    if top == most:
        assert bar.stop == height


KIND_AND_WIDTH = st.tuples(st.sampled_from(["text", "email", "phone", "reference"]), st.integers(0, 90))


@given(
    st.lists(
        KIND_AND_WIDTH,
        min_size=1,
        max_size=15,
    ),
    st.integers(60, 250),
    st.data(),
)
def test_the_cursor_s_column_can_always_be_shown(
    wanted: list[tuple[str, int]], width: int, data: st.DataObject
) -> None:
    columns = [Column(f"c{i}", "", kind) for i, (kind, _) in enumerate(wanted)]
    wishes = [wish_for(c, [size]) for c, (_, size) in zip(columns, wanted, strict=True)]
    column = data.draw(st.integers(0, len(columns) - 1))
    offset = offset_to_show(columns, wishes, width, 9, data.draw(st.integers(0, 15)), column)
    layout = lay_out(columns, wishes, width, 9, offset)
    assert layout.span_of(column) is not None
    assert layout.end <= width
    assert layout.before + layout.after + len(layout.spans) == len(columns)
    ends = [span.end for span in layout.spans]
    assert [span.x for span in layout.spans][1:] == ends[:-1], "no gap and no overlap"
