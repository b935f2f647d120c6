from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    Batch,
    Compound,
    DeleteRows,
    Edit,
    EditError,
    Frame,
    InsertRows,
    RestoreRows,
    SetCells,
    fill,
    set_cell,
)
from leapgrid.records.order import RowOrder
from tests.records.batches import LEAD, Model, edits_for, leads, seen, three_leads


def test_cells_are_the_texts_of_the_mapped_columns() -> None:
    batch = three_leads()
    assert len(batch) == 3
    assert batch.text(1, "name") == "Bảo Phở"
    assert batch.text(1, "phone") == ""
    assert batch.values(2) == {"name": "Carla Díaz", "email": "carla.diaz@"}
    assert batch.line(2) == 4
    with pytest.raises(KeyError):
        batch.text(0, "Notes")


def test_setting_a_cell_changes_that_cell_and_nothing_else() -> None:
    batch = three_leads()
    change = batch.apply(set_cell(2, "email", "carla@firm.com"))
    assert (change.rows, change.fields, change.structural) == ((2,), ("email",), False)
    assert batch.text(2, "email") == "carla@firm.com"
    assert batch.original(2, "email") == "carla.diaz@"
    assert batch.edited_rows() == {2}
    assert batch.revision(2) > 0 == batch.revision(1)


def test_the_text_as_read_is_no_edit() -> None:
    batch = three_leads()
    batch.apply(set_cell(2, "email", "carla@firm.com"))
    batch.apply(set_cell(2, "email", "carla.diaz@"))
    assert batch.edited_rows() == set()


def test_a_change_names_only_what_is_different() -> None:
    batch = three_leads()
    change = batch.apply(SetCells((0, 1), {"name": ("Anna Keller", "Bao"), "status": ("", "")}))
    assert (change.rows, change.fields) == ((1,), ("name",))
    assert batch.apply(set_cell(0, "name", "Anna Keller")).is_empty


def test_a_cleared_row_is_empty() -> None:
    batch = three_leads()
    assert not batch.is_empty(1)
    batch.apply(SetCells((1,), {"name": ("",), "email": ("",)}))
    assert batch.is_empty(1)
    assert batch.values(1) == {}


def test_ids_are_never_used_again() -> None:
    batch = three_leads()
    rows = batch.new_row_ids(2)
    change = batch.apply(InsertRows(1, rows, {"name": ("Dev", "Eva")}))
    assert [batch.text(row, "name") for row in batch.order] == [
        "Anna Keller",
        "Dev",
        "Eva",
        "Bảo Phở",
        "Carla Díaz",
    ]
    assert (change.added, change.structural, change.fields) == (rows, True, None)
    batch.apply(change.inverse)
    assert set(batch.new_row_ids(2)).isdisjoint({0, 1, 2, *rows})
    with pytest.raises(EditError):
        batch.apply(InsertRows(0, rows))


def test_a_deleted_row_comes_back_as_it_was() -> None:
    batch = three_leads()
    batch.apply(set_cell(1, "phone", "+84 24 3825 1234"))
    before = seen(batch)
    revision = batch.structure_revision
    change = batch.apply(DeleteRows((1,)))
    assert batch.position(1) is None
    assert 1 not in batch
    assert batch.position(2) == 1
    assert batch.structure_revision > revision
    batch.apply(change.inverse)
    assert seen(batch) == before
    assert batch.text(1, "phone") == "+84 24 3825 1234"


@pytest.mark.parametrize(
    "edit",
    [
        set_cell(99, "name", "x"),
        set_cell(-1, "name", "x"),
        set_cell(0, "Notes", "x"),
        InsertRows(4, (50,)),
        InsertRows(-1, (50,)),
        InsertRows(0, (2,)),
        InsertRows(0, (50,), {"no_such": ("x",)}),
        DeleteRows((0, 99)),
        RestoreRows((0,), (0,)),
        RestoreRows((77,), (0,)),
        Compound(
            (set_cell(0, "name", "x"), InsertRows(1, (50,)), DeleteRows((0,)), set_cell(0, "name", "y"))
        ),
        Compound((DeleteRows((0, 2)), RestoreRows((0,), (2,)))),
        Compound((DeleteRows((0,)), DeleteRows((0,)))),
        Compound((InsertRows(0, (50,)), InsertRows(0, (50,)))),
    ],
    ids=str,
)
def test_an_edit_that_does_not_fit_changes_nothing(edit: Edit) -> None:
    batch = three_leads()
    before, version = seen(batch), batch.version
    with pytest.raises(EditError):
        batch.apply(edit)
    assert (seen(batch), batch.version, batch.structure_revision) == (before, version, 0)
    assert 50 not in batch


def test_what_changed_since_a_version_is_known() -> None:
    batch = three_leads()
    batch.apply(set_cell(0, "name", "Anna"))
    version = batch.version
    assert batch.changed_since(version) == set()
    batch.apply(set_cell(1, "name", "Bao"))
    batch.apply(DeleteRows((2,)))
    rows = batch.new_row_ids(1)
    batch.apply(InsertRows(0, rows))
    assert batch.changed_since(version) == {1, 2, *rows}


def test_reserved_ids_are_not_given_out() -> None:
    batch = three_leads()
    batch.reserve_ids(10)
    batch.reserve_ids(5)
    assert batch.new_row_ids(2) == (10, 11)


@pytest.mark.parametrize("mapping", [{"name": 3}, {"name": -1}, {"nobody": 0}])
def test_a_mapping_that_names_what_is_not_there_is_refused(mapping: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        Batch(LEAD, three_leads().frame, mapping)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_batch_is_what_the_plain_model_is_and_undo_is_identity(data: st.DataObject) -> None:
    batch = three_leads()
    model = Model(batch)
    states = [seen(batch)]
    inverses: list[Edit] = []
    again = Model(batch)
    for edit in data.draw(edits_for(model)):
        change = batch.apply(edit)
        again.apply(edit)
        assert seen(batch) == again.seen()
        assert [batch.position(row) for row in again.rows] == list(range(len(again.rows)))
        for name in ("name", "phone"):
            assert batch.column(name) == [batch.text(row, name) for row in batch.order]
        inverses.append(change.inverse)
        states.append(seen(batch))
    redos: list[Edit] = []
    for inverse in reversed(inverses):
        states.pop()
        redos.append(batch.apply(inverse).inverse)
        assert seen(batch) == states[-1]
    assert batch.edited_rows() == set()
    for redo in reversed(redos):
        batch.apply(redo)
    assert seen(batch) == model.seen()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_change_names_every_row_that_is_different(data: st.DataObject) -> None:
    batch = three_leads()
    for edit in data.draw(edits_for(Model(batch), most=4)):
        before = dict(seen(batch))
        change = batch.apply(edit)
        after = dict(seen(batch))
        different = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}
        assert different <= set(change.rows)
        assert after.keys() - before.keys() <= set(change.added)
        assert before.keys() - after.keys() <= set(change.removed)
        assert change.structural or list(before) == list(after)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_positions_hold_through_many_changes_of_order(data: st.DataObject) -> None:
    order, model, next_id = RowOrder(20), list(range(20)), 20
    for _ in range(data.draw(st.integers(1, 60))):
        if model and data.draw(st.booleans()):
            rows = data.draw(st.lists(st.sampled_from(model), min_size=1, max_size=4, unique=True))
            where = sorted((model.index(row), row) for row in rows)
            taken = order.remove(rows)
            assert taken == (tuple(r for _, r in where), tuple(p for p, _ in where))
            if data.draw(st.booleans()):
                order.restore(*taken)
            else:
                model = [row for row in model if row not in rows]
        else:
            at, count = data.draw(st.integers(0, len(model))), data.draw(st.integers(1, 3))
            new = list(range(next_id, next_id + count))
            next_id += count
            order.insert(at, new)
            model[at:at] = new
        probe = data.draw(st.sampled_from(model)) if model else None
        assert probe is None or order.position(probe) == model.index(probe)
    assert list(order) == model
    assert [order.position(row) for row in model] == list(range(len(model)))


def _cost(action: Callable[[], object]) -> float:
    """The best of several runs, in seconds."""
    best = float("inf")
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(50):
            action()
        best = min(best, time.perf_counter() - began)
    return best


def test_one_cell_costs_the_same_in_a_hundred_rows_and_in_a_hundred_thousand() -> None:
    costs = []
    for height in (100, 100_000):
        batch = leads(height)
        # A row went, so that ids are not positions any more.
        batch.apply(DeleteRows((3,)))
        row = height - 1

        def once(batch: Batch = batch, row: int = row) -> None:
            change = batch.apply(set_cell(row, "name", "Dev Patel"))
            batch.apply(change.inverse)
            assert batch.row_at(len(batch) - 1) == row
            assert batch.position(row) == len(batch) - 1

        costs.append(_cost(once))
    # A pass over 100,000 rows would cost a thousand times as much.
    assert costs[1] < costs[0] * 8


def test_a_hundred_thousand_rows_take_large_edits() -> None:
    batch = leads(100_000)
    before = list(batch.order)
    filled = batch.apply(fill(batch.order, "status", "new"))
    deleted = batch.apply(DeleteRows(tuple(before[::2])))
    pasted = batch.apply(InsertRows(10, batch.new_row_ids(50_000), {"name": ("x",) * 50_000}))
    assert len(batch) == 100_000
    assert [batch.position(row) for row in (1, 19, 21, 99_999)] == [0, 9, 50_010, 99_999]
    for change in (pasted, deleted, filled):
        batch.apply(change.inverse)
    assert list(batch.order) == before
    assert batch.edited_rows() == set()
    assert batch.position(54_321) == 54_321


def test_a_batch_without_a_file_starts_empty() -> None:
    batch = Batch(LEAD, Frame.empty())
    assert (len(batch), list(batch)) == (0, [])
    with pytest.raises(IndexError):
        batch.row_at(0)
    rows = batch.new_row_ids(1)
    batch.apply(InsertRows(0, rows, {"name": ("Anna",)}))
    assert batch.values(rows[0]) == {"name": "Anna"}
    with pytest.raises(IndexError):
        batch.row_at(-1)


def test_positions_are_right_after_many_changes_also_where_ids_lie_far_apart() -> None:
    for far in (0, 5_000_000):
        batch = leads(100)
        batch.reserve_ids(far)
        for number in range(40):
            batch.apply(InsertRows(number * 2, batch.new_row_ids(1), {}))
        assert [batch.position(row) for row in batch.order] == list(range(140))
        batch.apply(DeleteRows(tuple(batch.order)))
        assert list(batch.order) == []


def test_an_id_beyond_any_batch_is_not_believed() -> None:
    batch = leads(3)
    batch.reserve_ids(10**15)
    (row,) = batch.new_row_ids(1)
    assert 3 <= row < 20_000_000
