from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.records import (
    Compound,
    DeleteRows,
    Edit,
    InsertRows,
    RowOutcome,
    RowState,
    SetCells,
    fill,
    set_cell,
)
from leapgrid.submit import RunStopped
from leapgrid.workspace import Workspace
from tests.drafting.desk import ANNA, BAO, CARLA, LEAD, assert_counts_hold, draft_of, typed


def in_state(draft: WorkingDraft, row: int, state: RowState) -> None:
    """Let the draft know a state as a run would tell it."""
    outcome = RowOutcome(state, at=10.0, evidence="The server's answer.", sent=draft.payload(row))
    draft.take(RunStopped("person", "Stopped by you.", {row: outcome}))


def test_an_edit_is_checked_at_once() -> None:
    draft = draft_of(None, ANNA, BAO, CARLA)
    assert [issue.code for issue in draft.issues.at(2, "email")] == ["email_syntax"]
    typed(draft, 2, "email", "carla@diazmuebles.es")
    assert draft.issues.at(2, "email") == ()
    typed(draft, 0, "phone", "+91-887788778888")
    assert [issue.value for issue in draft.issues.at(0, "phone")] == ["+91-887788778888"]
    assert draft.counts().errors == 1
    draft.undo()
    assert draft.counts().errors == 0


def test_a_record_needs_a_name_only_while_it_has_any_text() -> None:
    draft = draft_of(None, ANNA)
    typed(draft, 0, "name", "")
    assert [issue.code for issue in draft.issues.at(0, "name")] == ["name_missing"]
    assert draft.counts().warnings == 1
    typed(draft, 0, "email", "")
    assert draft.issues.of_row(0) == ()
    assert (draft.counts().empty, draft.counts().rows) == (1, 1)
    assert draft.plan().records == 0


def test_a_required_cell_is_missing_only_while_the_record_has_any_text() -> None:
    fields = tuple(replace(field, required=field.name == "phone") for field in LEAD.fields)
    schema = replace(LEAD, fields=fields, _by_name={})
    draft = WorkingDraft.from_records(None, schema, "leads", [ANNA])
    draft.check_all()
    assert [issue.code for issue in draft.issues.at(0, "phone")] == ["required"]
    draft.apply(SetCells((0,), {"name": ("",), "email": ("",)}), "clear")
    assert draft.issues.of_row(0) == ()
    draft.check_all()
    assert draft.issues.of_row(0) == ()
    typed(draft, 0, "name", "Anna")
    assert [issue.code for issue in draft.issues.at(0, "phone")] == ["required"]


def test_an_edit_that_changes_nothing_is_no_step() -> None:
    draft = draft_of(None, ANNA)
    assert draft.apply(set_cell(0, "name", "Anna Keller"), "name").is_empty
    assert draft.undo() is None
    assert draft.redo() is None


def test_undo_says_what_it_undid() -> None:
    draft = draft_of(None, ANNA, BAO)
    draft.apply(fill((0, 1), "status", "new"), "fill of 2 cells")
    undone = draft.undo()
    assert undone is not None
    assert (undone[0].label, undone[1].rows) == ("fill of 2 cells", (0, 1))
    assert draft.batch.text(1, "status") == ""
    redone = draft.redo()
    assert redone is not None
    assert draft.batch.text(1, "status") == "new"


def test_a_copy_is_a_record_of_its_own() -> None:
    draft = draft_of(None, ANNA, CARLA)
    in_state(draft, 0, RowState.CREATED)
    change = draft.duplicate([0])
    (copy,) = change.added
    assert list(draft.batch.order) == [0, copy, 1]
    assert draft.batch.values(copy) == ANNA
    assert draft.state(copy) is RowState.READY
    assert_counts_hold(draft)
    draft.duplicate([0, 1])
    assert [draft.batch.text(row, "name") for row in draft.batch.order] == [
        "Anna Keller",
        "Anna Keller",
        "Carla Díaz",
        "Anna Keller",
        "Carla Díaz",
    ]
    assert draft.counts().errors == 2
    with pytest.raises(DraftError):
        draft.duplicate([99])


@pytest.mark.parametrize(
    ("state", "edit", "says"),
    [
        (RowState.QUEUED, set_cell(1, "name", "x"), "Row 2 is about to be sent. Edit it when"),
        (RowState.SENDING, set_cell(1, "name", "x"), "Row 2 is with the server. Edit it when"),
        (RowState.CREATED, set_cell(1, "name", "x"), "Row 2 was created. Duplicate it to send it as a new"),
        (RowState.ALREADY_THERE, set_cell(1, "name", "x"), "Row 2 is already there. Duplicate it"),
        (RowState.SENDING, fill((0, 1, 2), "name", "x"), "Row 2 is with the server"),
        (RowState.SENDING, Compound((set_cell(0, "name", "x"), set_cell(1, "name", "x"))), "Row 2 is with"),
        (RowState.QUEUED, DeleteRows((0, 1)), "Row 2 is about to be sent. Delete it when"),
        (RowState.SENDING, DeleteRows((1,)), "Row 2 is with the server. Delete it when"),
        (RowState.UNKNOWN, DeleteRows((1,)), "It stays until that is settled"),
    ],
    ids=str,
)
def test_rows_that_are_with_the_server_or_done_are_left_alone(state: RowState, edit: Edit, says: str) -> None:
    draft = draft_of(None, ANNA, BAO, CARLA)
    in_state(draft, 1, state)
    before = [draft.batch.values(row) for row in draft.batch.order]
    with pytest.raises(DraftError, match=says) as refused:
        draft.apply(edit, "edit")
    assert refused.value.rows == (1,)
    assert [draft.batch.values(row) for row in draft.batch.order] == before
    assert draft.undo() is None


@pytest.mark.parametrize(
    ("state", "edit"),
    [
        (RowState.UNKNOWN, set_cell(1, "name", "x")),
        (RowState.REJECTED, set_cell(1, "name", "x")),
        (RowState.SKIPPED, set_cell(1, "name", "x")),
        (RowState.CREATED, set_cell(0, "name", "x")),
        (RowState.CREATED, fill((0, 1), "name", "Bảo Nguyễn")),
        (RowState.CREATED, DeleteRows((1,))),
        (RowState.SENDING, InsertRows(0, (7,))),
    ],
    ids=str,
)
def test_all_other_edits_pass(state: RowState, edit: Edit) -> None:
    draft = draft_of(None, ANNA, BAO)
    in_state(draft, 1, state)
    draft.apply(edit, "edit")
    assert_counts_hold(draft)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (RowState.SENDING, "cannot be undone: it would change row 1, which is with the server"),
        (RowState.CREATED, "cannot be undone: it would change row 1, which was created"),
    ],
)
def test_an_undo_never_changes_what_was_sent(state: RowState, says: str) -> None:
    draft = draft_of(None, ANNA)
    typed(draft, 0, "name", "Anna K.")
    in_state(draft, 0, state)
    with pytest.raises(DraftError, match=says):
        draft.undo()
    assert draft.batch.text(0, "name") == "Anna K."
    in_state(draft, 0, RowState.REJECTED)
    assert draft.undo() is not None
    assert draft.shown_state(0) is RowState.REJECTED
    in_state(draft, 0, RowState.CREATED)
    with pytest.raises(DraftError, match="cannot be redone"):
        draft.redo()


def test_an_undo_does_not_take_away_a_record_that_was_created() -> None:
    draft = draft_of(None)
    (row,) = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(0, (row,), {"name": ("Anna",)}), "new record")
    in_state(draft, row, RowState.CREATED)
    with pytest.raises(DraftError, match="which was created"):
        draft.undo()
    assert row in draft.batch


def test_a_deleted_row_comes_back_with_its_issues_and_its_state() -> None:
    draft = draft_of(None, ANNA, CARLA)
    in_state(draft, 1, RowState.REJECTED)
    before = (draft.issues.of_row(1), draft.counts())
    draft.apply(DeleteRows((1,)), "delete row 2")
    assert draft.counts().states[RowState.REJECTED] == 0
    assert draft.issues.counts.errors == 0
    assert_counts_hold(draft)
    draft.undo()
    assert (draft.issues.of_row(1), draft.counts()) == before


_steps = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "delete", "undo", "redo", "state", "copy"]),
        st.integers(0, 5),
        st.sampled_from(["name", "email", "phone"]),
        st.sampled_from(["", "x", "anna@kellerbau.de", "a b@c.de", "+1-555-123-4567"]),
        st.sampled_from(list(RowState)),
    ),
    max_size=25,
)


@given(_steps)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_kept_counts_are_what_counting_gives_after_any_walk(
    steps: list[tuple[str, int, str, str, RowState]],
) -> None:
    draft = draft_of(None, ANNA, CARLA)
    for kind, number, field, text, state in steps:
        rows = list(draft.batch.order)
        row = rows[number % len(rows)] if rows else None
        try:
            if kind == "undo":
                draft.undo()
            elif kind == "redo":
                draft.redo()
            elif kind == "insert":
                new = draft.batch.new_row_ids(1)
                draft.apply(InsertRows(min(number, len(rows)), new, {field: (text,)}), "insert")
            elif row is None:
                continue
            elif kind == "set":
                typed(draft, row, field, text)
            elif kind == "delete":
                draft.apply(DeleteRows((row,)), "delete")
            elif kind == "copy":
                draft.duplicate([row])
            else:
                in_state(draft, row, state)
        except DraftError:
            pass  # rows that are with the server or done; that nothing changed is tested above
    assert_counts_hold(draft)
    kept = {row: draft.issues.of_row(row) for row in draft.batch.order}
    assert draft.check_all()
    assert {row: draft.issues.of_row(row) for row in draft.batch.order} == kept


def test_a_skipped_row_is_not_sent_until_it_is_taken_back(workspace: Workspace) -> None:
    draft = draft_of(workspace, ANNA, BAO, CARLA)
    in_state(draft, 0, RowState.CREATED)
    assert draft.skip([1, 2]) == (1, 2)
    assert (draft.counts().skipped, draft.plan().records) == (2, 0)
    assert draft.skip([1]) == ()
    assert draft.take_back([0, 1, 2]) == (1, 2)
    assert (draft.counts().skipped, draft.plan().records) == (0, 1)
    assert_counts_hold(draft)
    draft.close()
