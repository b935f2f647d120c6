from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    Batch,
    Compound,
    DeleteRows,
    Edit,
    History,
    InsertRows,
    SetCells,
    edit_from_json,
    edit_to_json,
    fill,
    set_cell,
)
from tests.records.batches import Model, edits_for, leads, seen, three_leads


def do(batch: Batch, history: History, edit: Edit, at: float = 0.0, label: str = "edit") -> None:
    history.record(label, edit, batch.apply(edit), at)


def test_undo_says_what_it_undid_and_redo_makes_it_again() -> None:
    batch, history = three_leads(), History()
    do(batch, history, set_cell(0, "name", "Anna K."), label="name of row 1")
    undone = history.undo(batch)
    assert undone is not None
    assert undone[0].label == "name of row 1"
    assert batch.text(0, "name") == "Anna Keller"
    redone = history.redo(batch)
    assert redone is not None
    assert redone[1].rows == (0,)
    assert batch.text(0, "name") == "Anna K."


def test_with_nothing_to_undo_or_redo_nothing_happens() -> None:
    batch, history = three_leads(), History()
    assert history.undo(batch) is None
    assert history.redo(batch) is None
    assert history.next_undo is None
    assert history.next_redo is None


def test_a_new_edit_ends_what_could_be_redone() -> None:
    batch, history = three_leads(), History()
    do(batch, history, set_cell(0, "name", "A"))
    history.undo(batch)
    do(batch, history, set_cell(0, "name", "B"))
    assert history.redo(batch) is None
    assert batch.text(0, "name") == "B"


def test_a_redone_paste_brings_its_rows_back_under_their_ids() -> None:
    batch, history = three_leads(), History()
    rows = batch.new_row_ids(2)
    paste = Compound((InsertRows(3, rows), SetCells(rows, {"name": ("Dev", "Eva")})))
    do(batch, history, paste)
    after = seen(batch)
    for _ in range(3):
        history.undo(batch)
        assert len(batch) == 3
        history.redo(batch)
        assert seen(batch) == after


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_walk_through_undo_and_redo_passes_the_same_states(data: st.DataObject) -> None:
    batch, history = three_leads(), History()
    states = [seen(batch)]
    for edit in data.draw(edits_for(Model(batch))):
        do(batch, history, edit)
        states.append(seen(batch))
    now = len(states) - 1
    for back in data.draw(st.lists(st.booleans(), max_size=25)):
        found = history.undo(batch) if back else history.redo(batch)
        assert (found is None) == (now == 0 if back else now == len(states) - 1)
        now += 0 if found is None else (-1 if back else 1)
        assert seen(batch) == states[now]
        assert len(history.steps) == now


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_replayed_journal_with_undos_gives_the_identical_batch(data: st.DataObject) -> None:
    batch, history = three_leads(), History()
    copy, copied = three_leads(), History()
    edits = iter(data.draw(edits_for(Model(batch))))
    for edit in edits:
        journal = [("do", json.dumps(edit_to_json(edit)))]
        do(batch, history, edit)
        for _ in range(data.draw(st.integers(0, 2))):
            history.undo(batch)
            journal.append(("undo", ""))
        while history.next_redo:
            history.redo(batch)
            journal.append(("redo", ""))
        for kind, text in journal:
            if kind == "do":
                do(copy, copied, edit_from_json(json.loads(text)))
            elif kind == "undo":
                copied.undo(copy)
            else:
                copied.redo(copy)
        assert seen(copy) == seen(batch)
        assert [copy.position(row) for row in batch.order] == list(range(len(batch)))


def test_the_story_of_a_cell_is_what_was_written_there_and_still_counts() -> None:
    batch, history = leads(2000), History()
    do(batch, history, set_cell(5, "status", "nwe"), at=10)
    do(batch, history, set_cell(6, "status", "working"), at=20)
    do(batch, history, fill(range(1500), "status", "new"), at=30)
    do(batch, history, set_cell(5, "status", "qualified"), at=40)
    do(batch, history, DeleteRows((6,)), at=50)
    assert history.story(5, "status") == [(10, "nwe"), (30, "new"), (40, "qualified")]
    assert history.story(1999, "status") == []
    assert history.story(5, "name") == []
    for _ in range(3):
        history.undo(batch)
    assert history.story(5, "status") == [(10, "nwe")]
    history.redo(batch)
    assert history.story(5, "status") == [(10, "nwe"), (30, "new")]
