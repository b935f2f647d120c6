"""Large columns: kept by polars, written as a whole, and read for work on all rows at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import Batch, DeleteRows, Frame, InsertRows, SetCells, set_cell
from tests.records.batches import LEAD, Model, edits_for, seen

NAMES = ("name", "email", "phone")


@contextmanager
def everything_is_large() -> Iterator[None]:
    """Have edits of a few rows take the path of edits of very many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leapgrid.records.texts._WIDE", 2)
        patch.setattr("leapgrid.records.texts._LARGE", 2)
        patch.setattr("leapgrid.records.revisions._WIDE", 1)
        yield


def compact_leads(height: int = 5) -> Batch:
    columns = [pl.Series([f"{name} {row}" for row in range(height)]) for name in NAMES[:2]]
    return Batch(LEAD, Frame(NAMES[:2], tuple(columns)), {"name": 0, "email": 1})  # type: ignore[arg-type]  # polars' strings


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_large_batch_is_what_a_small_one_is(data: st.DataObject) -> None:
    with everything_is_large():
        batch = compact_leads()
        model = Model(batch)
        inverses = []
        again = Model(batch)
        for edit in data.draw(edits_for(model, most=8)):
            earlier = batch.snapshot()
            texts = dict(seen(batch))
            inverses.append(batch.apply(edit).inverse)
            again.apply(edit)
            assert seen(batch) == again.seen()
            assert {row: earlier.values(row) for row in texts} == {
                row: {name: text for name, text in cells.items() if text} for row, cells in texts.items()
            }
            for name in NAMES:
                expected = [batch.text(row, name) for row in batch.order]
                assert batch.column(name) == expected
                assert list(batch.series(name)) == expected
            snapshot = batch.snapshot()
            columns = {name: list(snapshot.column(name)) for name in LEAD.names}
            there = {row: batch.values(row) for row in batch.order}
            for row in range(snapshot.size):
                cells = {name: column[row] for name, column in columns.items() if column[row]}
                assert cells == there.get(row, {})
            filled = snapshot.filled({name: snapshot.column(name) for name in LEAD.names})
            assert [row for row in range(snapshot.size) if filled[row]] == sorted(
                row for row, cells in there.items() if cells
            )
            empty = snapshot.empty(filled)
            assert [row for row in range(snapshot.size) if empty[row]] == sorted(
                row for row, cells in there.items() if not cells
            )
        for inverse in reversed(inverses):
            batch.apply(inverse)
        assert batch.edited_rows() == set()


def test_what_changed_since_is_known_after_a_wide_edit_too() -> None:
    with everything_is_large():
        batch = compact_leads(10)
        batch.apply(set_cell(3, "name", "Anna"))
        version = batch.version
        batch.apply(SetCells(range(2, 6), {"name": ("x",) * 4}))
        batch.apply(set_cell(9, "name", "Bảo"))
        assert batch.changed_since(version) == {2, 3, 4, 5, 9}
        assert [batch.revision(row) for row in (0, 3, 9)] == [0, 2, 3]


def test_half_of_a_surrogate_pair_can_be_written_into_a_large_column() -> None:
    with everything_is_large():
        batch = compact_leads()
        batch.apply(set_cell(1, "name", "\ud83d"))
        assert list(batch.series("name"))[:2] == ["name 0", "\ud83d"]
        batch.apply(SetCells(range(5), {"name": ("\udc00", "b", "c", "d", "e")}))
        assert batch.text(0, "name") == "\udc00"
        assert list(batch.snapshot().column("name")) == ["\udc00", "b", "c", "d", "e"]


def test_a_column_without_edits_is_the_one_that_was_read() -> None:
    batch = compact_leads()
    assert batch.series("name") is batch.frame.columns[0]
    assert batch.snapshot().column("name") is batch.frame.columns[0]


def test_ids_far_behind_the_others_are_looked_at_by_themselves() -> None:
    batch = compact_leads()
    batch.reserve_ids(5_000_000)
    (new,) = batch.new_row_ids(1)
    batch.apply(InsertRows(0, (new,), {"name": ("Anna",)}))
    assert (batch.snapshot().size, batch.snapshot().beyond) == (5, [new])
    batch.apply(DeleteRows((new,)))
    assert batch.snapshot().beyond == []
