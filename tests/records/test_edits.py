from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    Compound,
    DeleteRows,
    Edit,
    EditError,
    InsertRows,
    RestoreRows,
    SetCells,
    edit_from_json,
    edit_to_json,
    fill,
    is_large,
    rows_of,
    set_cell,
)
from leapgrid.records.edits import text_after
from tests.records.batches import Model, edits_for, seen, three_leads


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_edit_survives_json(data: st.DataObject) -> None:
    batch = three_leads()
    for edit in data.draw(edits_for(Model(batch), most=6)):
        inverse = batch.apply(edit).inverse
        for one in (edit, inverse):
            assert edit_from_json(json.loads(json.dumps(edit_to_json(one)))) == one


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_replayed_journal_gives_the_identical_batch(data: st.DataObject) -> None:
    batch, copy = three_leads(), three_leads()
    model = Model(batch)
    for edit in data.draw(edits_for(model)):
        batch.apply(edit)
        copy.apply(edit_from_json(json.loads(json.dumps(edit_to_json(edit)))))
    assert seen(copy) == seen(batch)
    assert copy.new_row_ids(1) == batch.new_row_ids(1) == (model.next_id,)


def test_a_filled_column_of_many_rows_is_a_short_line_of_json() -> None:
    edit = fill(range(100_000), "status", "new")
    assert len(json.dumps(edit_to_json(edit))) < 100
    assert edit_from_json(edit_to_json(edit)) == edit


def test_the_order_of_rows_survives_json() -> None:
    edit = SetCells((7, 3, 4, 5, 1), {"name": ("a", "b", "c", "d", "e")})
    assert edit_to_json(edit)["rows"] == [7, [3, 3], 1]
    assert edit_from_json(edit_to_json(edit)) == edit


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "sort"},
        {"kind": "set", "rows": [0], "columns": {"name": "x"}},
        {"kind": "set", "rows": [0], "columns": {"name": [1]}},
        {"kind": "set", "rows": [0, 1], "columns": {"name": ["x"]}},
        {"kind": "set", "rows": ["0"], "columns": {}},
        {"kind": "set", "rows": [True], "columns": {}},
        {"kind": "set", "rows": [[0, -1]], "columns": {}},
        {"kind": "set", "rows": [[0, 10**15]], "columns": {}},
        {"kind": "set", "rows": [[0, 1, 2]], "columns": {}},
        {"kind": "insert", "at": "0", "rows": [], "columns": {}},
        {"kind": "delete", "rows": None},
        {"kind": "delete", "rows": [1, 1]},
        {"kind": "restore", "rows": [1], "positions": []},
        {"kind": "compound", "edits": [{"kind": "set"}]},
        {"kind": "compound", "edits": ["set"]},
    ],
    ids=str,
)
def test_what_is_no_edit_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        edit_from_json(data)


def test_an_edit_cannot_be_changed() -> None:
    edit = set_cell(0, "name", "Anna")
    with pytest.raises(AttributeError):
        edit.rows = (1,)  # type: ignore[misc]  # what the test is about
    with pytest.raises(TypeError):
        edit.columns["name"] = ("Eva",)  # type: ignore[index]  # what the test is about


@pytest.mark.parametrize(
    "make",
    [
        lambda: SetCells((0, 0), {"name": ("a", "b")}),
        lambda: SetCells((0,), {"name": ("a", "b")}),
        lambda: InsertRows(0, (5, 5)),
        lambda: DeleteRows((1, 1)),
        lambda: RestoreRows((1, 2), (3, 3)),
        lambda: RestoreRows((1, 2), (3,)),
    ],
)
def test_an_edit_that_contradicts_itself_cannot_be_made(make: Any) -> None:
    with pytest.raises(EditError):
        make()


_PASTE = Compound(
    (
        InsertRows(3, (3,), {"name": ("Dev",)}),
        SetCells((2, 3), {"email": ("carla@firm.com", "dev@firm.com")}),
        DeleteRows((0,)),
        set_cell(3, "email", "dev@gmail.com"),
    )
)


@pytest.mark.parametrize(
    ("edit", "row", "field", "text"),
    [
        (_PASTE, 3, "email", "dev@gmail.com"),
        (_PASTE, 3, "name", "Dev"),
        (_PASTE, 2, "email", "carla@firm.com"),
        (_PASTE, 2, "name", None),
        (_PASTE, 0, "email", None),
        (set_cell(1, "name", ""), 1, "name", ""),
    ],
)
def test_the_text_that_an_edit_writes_into_a_cell(edit: Edit, row: int, field: str, text: str | None) -> None:
    assert text_after(edit, row, field) == text


def test_the_rows_of_a_compound_are_named_once() -> None:
    assert rows_of(_PASTE) == (3, 2, 0)


@pytest.mark.parametrize("height", [3, 12_345])
def test_columns_of_any_size_come_back_from_the_journal(height: int) -> None:
    names = tuple(f'Lead "{n}" \ud83d é\n' for n in range(height))
    edit = SetCells(range(height), {"name": names, "status": ("new",) * height})
    data = json.loads(json.dumps(edit_to_json(edit)))
    assert edit_from_json(data) == edit
    assert is_large(Compound((edit,))) == (height > 10_000)
    if height > 10_000:
        assert data["rows"] == [[0, height]]
        assert len(json.dumps(data)) < height * 10
        for damaged in ("", "AAAA", data["columns"]["name"]["packed"][:-40]):
            data["columns"]["name"]["packed"] = damaged
            with pytest.raises(EditError, match="is damaged"):
                edit_from_json(data)


def test_many_rows_that_follow_each_other_are_kept_as_a_range() -> None:
    rows = tuple(range(5, 2005))
    assert SetCells(rows, {}) == SetCells(range(5, 2005), {})
    assert DeleteRows(rows).rows == range(5, 2005)
    assert DeleteRows(tuple(reversed(rows))).rows == tuple(reversed(rows))
    with pytest.raises(EditError, match="twice"):
        DeleteRows((*rows[:-1], 7))


def test_a_row_id_far_behind_all_others_is_refused() -> None:
    batch = three_leads()
    with pytest.raises(EditError, match="out of reach"):
        batch.apply(InsertRows(0, (10**12,), {}))
    assert len(batch) == 3
