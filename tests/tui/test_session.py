"""A session: edits and refusals told as sentences, views, the guard of Send, and the grid's model of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.records import Batch, DeleteRows, Frame, RowState, schema_for, set_cell
from leapgrid.submit import SubmitOptions
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.views import View
from tests.tui.harness import answer, begin, desk_with, finish, leads, workspace

BAD = {"name": "Bad", "email": "b d@firm.com"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Three leads that are fine and a fourth with an error."""
    with workspace(tmp_path) as space:
        desk = desk_with(space, [*leads(3), BAD])
        assert desk.session is not None
        yield desk.session
        desk.session.draft.close()


@pytest.fixture
def told(session: Session) -> list[Changed]:
    heard: list[Changed] = []
    session.listen(heard.append)
    return heard


def said(told: list[Changed]) -> str:
    return next((c.said for c in reversed(told) if c.said), "")


def send(session: Session, kind: ChunkOutcome = ChunkOutcome.CREATED, **refusal: object) -> None:
    for chunk in begin(session):
        answer(session, chunk, kind, **refusal)  # type: ignore[arg-type]  # as answer takes them
    finish(session)


# -- edits ------------------------------------------------------------------------------------------------


def test_every_edit_is_told_with_its_rows(session: Session, told: list[Changed]) -> None:
    session.rows.commit(1, 0, "Anna")
    assert told[-1].rows == {1}
    assert told[-1].edited
    session.rows.commit(None, 0, "New")
    assert told[-1].rows is None
    assert session.draft.batch.text(4, "name") == "New"
    session.rows.commit(None, 0, "")
    assert len(session.draft.batch) == 5, "an empty text makes no record of the ghost row"


def test_undo_and_redo_say_what_and_where(session: Session, told: list[Changed]) -> None:
    session.apply(set_cell(2, "email", "x@firm.com"), "Edit email")
    place = session.undo()
    assert place is not None
    assert (place.row_id, place.field) == (2, "email")
    assert said(told) == "Undone: Edit email."
    assert session.redo() is not None
    assert said(told) == "Redone: Edit email."
    session.delete_row(2)
    assert session.undo() is not None
    assert session.draft.batch.position(2) == 2
    session.undo()
    assert session.undo() is None
    assert said(told) == "There is nothing to undo."
    while session.can_redo:
        session.redo()
    assert session.redo() is None
    assert said(told) == "There is nothing to redo."


def test_a_refusal_is_a_sentence_and_changes_nothing(session: Session, told: list[Changed]) -> None:
    send(session)
    told.clear()
    assert session.apply(set_cell(0, "name", "Other"), "Edit name") is None
    assert said(told) == "Row 1 was created. Duplicate it to send it as a new record."
    assert not any(c.rows or c.edited for c in told)
    assert session.apply(set_cell(77, "name", "x"), "Edit name") is None


def test_skip_and_take_back(session: Session, told: list[Changed]) -> None:
    session.skip(3)
    assert session.draft.state(3) is RowState.SKIPPED
    assert said(told).startswith("Skipped")
    session.skip(3)
    assert session.draft.state(3) is RowState.READY
    assert said(told) == "Taken back."


def test_insert_duplicate_delete_clear_fix(session: Session) -> None:
    new = session.insert_row(1)
    assert [session.draft.batch.row_at(i) for i in range(3)] == [0, new, 1]
    copy = session.duplicate_row(1)
    assert copy is not None
    assert session.draft.batch.text(copy, "email") == "lead2@firm.com"
    assert session.draft.batch.position(copy) == 3
    session.clear_cell(copy, "name")
    assert session.draft.batch.text(copy, "name") == ""
    steps = len(session.draft.history.steps)
    session.clear_cell(copy, "name")
    assert len(session.draft.history.steps) == steps, "clearing what is empty is no step"
    (issue,) = session.draft.issues.at(3, "email")
    assert session.fix(issue)
    assert session.draft.batch.text(3, "email") == "bd@firm.com"
    assert not session.has_issues or not session.draft.issues.at(3, "email")


def test_nobody_is_told_after_forgetting(session: Session) -> None:
    heard: list[Changed] = []
    session.listen(heard.append)
    session.forget(heard.append)
    listener = heard.append
    session.listen(listener)
    session.forget(listener)
    session.forget(listener)
    session.rows.commit(0, 0, "Anna")
    assert heard == []


# -- sending ----------------------------------------------------------------------------------------------


def test_begin_lets_in_one_at_a_time(session: Session) -> None:
    plan = session.plan(SubmitOptions())
    chunks = begin(session)
    first = next(chunks)
    assert session.is_sending
    assert not session.begin(plan), "this is what keeps a second press from sending"
    answer(session, first)
    assert not session.begin(plan)
    finish(session)
    assert not session.is_sending
    assert session.begin(session.plan(SubmitOptions()))


def test_the_chunk_of_a_row_follows_edits_and_answers(session: Session) -> None:
    session.chunk_size = 2
    assert [r["name"] for r in session.chunk_of(0)] == ["Lead 1", "Lead 2"]
    assert [r["name"] for r in session.chunk_of(2)] == ["Lead 3"]
    assert [r["name"] for r in session.chunk_of(3)] == ["Lead 1", "Lead 2"], "it has an error: the first"
    session.apply(set_cell(3, "email", "bad@firm.com"), "Edit email")
    assert [r["name"] for r in session.chunk_of(3)] == ["Lead 3", "Bad"]
    session.skip(0)
    assert [r["name"] for r in session.chunk_of(1)] == ["Lead 2", "Lead 3"]
    send(session)
    assert session.chunk_of(1) == []


def test_a_chunk_that_was_refused_without_a_row_is_told_of_each_of_its_rows(session: Session) -> None:
    send(session, ChunkOutcome.REJECTED, atomic=True, whole="Not today.")
    assert session.refusal_of_chunk(0) == "Not today."
    assert session.refusal_of_chunk(3) == ""
    assert session.draft.state(0) is RowState.READY


# -- views ------------------------------------------------------------------------------------------------


def refuse_two(session: Session) -> None:
    send(session, ChunkOutcome.REJECTED, refused={1: ("email", "no"), 3: ("email", "no")}, atomic=True)


def test_only_rejected_shows_them_in_the_order_of_the_batch(session: Session) -> None:
    assert not session.show_rejected()
    refuse_two(session)
    assert session.show_rejected()
    rows = session.rows
    assert [rows.row_id(i) for i in range(len(rows))] == [0, 2]
    assert rows.index_of(2) == 1
    assert rows.index_of(1) is None
    assert rows.ghost_number is None
    assert rows.look(2).number == 3, "numbers count over the whole batch"
    session.apply(set_cell(2, "email", "other@firm.com"), "Edit email")
    assert len(rows) == 2, "what is repaired stays until the view is chosen again"
    session.delete_row(0)
    assert [rows.row_id(i) for i in range(len(rows))] == [2]
    session.show_all()
    assert len(rows) == 3
    assert rows.ghost_number == 4


def test_the_view_is_chosen_again_when_a_run_is_over(session: Session) -> None:
    refuse_two(session)
    session.show_rejected()
    session.apply(set_cell(0, "email", "a@firm.com"), "Edit email")
    chunks = list(begin(session))
    answer(session, chunks[0], ChunkOutcome.REJECTED, {1: ("email", "still no")}, atomic=True)
    finish(session)
    assert [session.rows.row_id(i) for i in range(len(session.rows))] == [0, 2]
    session.apply(set_cell(0, "email", "b@firm.com"), "Edit email")
    session.apply(set_cell(2, "email", "c@firm.com"), "Edit email")
    send(session)
    assert session.rows.view is None, "nothing rejected is left, so all is shown"


def test_a_view_without_rows() -> None:
    batch = Batch(schema_for("lead"), Frame.from_rows(("name",), [[str(i)] for i in range(10)]), {"name": 0})
    view = View("Some", [3, 5, 9], batch)
    less = view.without({3})
    assert [less.row_at(i) for i in range(len(less))] == [5, 9]
    assert less.position(9) == 1
    assert less.position(3) is None
    assert less.structure_revision != view.structure_revision
    assert len(view) == 3


def test_issues_are_walked_in_the_view(session: Session) -> None:
    place = session.next_issue(0, 0)
    assert place is not None
    assert (place.row_id, place.field) == (3, "email")
    again = session.next_issue(3, 1)
    assert again is not None
    assert again.row_id == 3, "round at the end"
    refuse_two(session)
    session.show_rejected()
    seen = []
    at = (0, 0)
    for _ in range(3):
        found = session.next_issue(*at)
        assert found is not None
        seen.append(found.row_id)
        at = (found.position, found.field_index)
    assert seen in ([0, 2, 0], [2, 0, 2])


# -- the grid's model -------------------------------------------------------------------------------------


def test_a_row_that_is_done_steps_back_and_is_locked(session: Session) -> None:
    send(session)
    look = session.rows.look(0)
    assert look.done
    assert look.server == ("✓", "created")
    assert look.data == (" ", "muted")
    assert all(cell.tone == "muted" for cell in look.cells)
    assert session.rows.locked(0).startswith("Row 1 was created.")
    assert session.rows.locked(3) == ""
    assert session.rows.look(3).data == ("!", "error")
    assert session.rows.look(3).cells[1].mark == "!"


@pytest.mark.parametrize(
    ("kind", "glyph", "locked"),
    [
        (ChunkOutcome.CREATED, "✓", True),
        (ChunkOutcome.UNKNOWN, "?", False),
        (ChunkOutcome.NOT_SENT, " ", False),
    ],
)
def test_the_server_s_glyph(session: Session, kind: ChunkOutcome, glyph: str, locked: bool) -> None:
    send(session, kind)
    assert session.rows.look(0).server[0] == glyph
    assert bool(session.rows.locked(0)) == locked


def test_a_refused_row_is_marked_until_it_is_edited(session: Session) -> None:
    refuse_two(session)
    look = session.rows.look(0)
    assert look.server[0] == "✗"
    assert look.cells[1].mark == "✗"
    assert look.cells[0].mark == ""
    assert look.data[0] == " "
    session.apply(set_cell(0, "email", "other@firm.com"), "Edit email")
    look = session.rows.look(0)
    assert look.data == ("*", "edited")
    assert look.cells[1].tone == "edited"
    assert look.cells[0].tone == "text"
    assert session.rows.edited_fields(0) == {"email"}
    session.undo()
    assert session.rows.edited_fields(0) == frozenset(), "as it was sent is not edited"


def test_a_strip_is_drawn_again_only_when_its_row_looks_different(session: Session) -> None:
    before = {row: session.rows.revision(row) for row in range(4)}
    session.rows.commit(1, 0, "Anna")
    after = {row: session.rows.revision(row) for row in range(4)}
    assert [row for row in range(4) if before[row] != after[row]] == [1]
    session.apply(DeleteRows((0,)), "Delete a row")
    assert all(session.rows.revision(row) != after[row] for row in (1, 2, 3)), "other numbers stand there now"


def test_choices_are_those_of_the_object_and_then_those_seen(session: Session) -> None:
    status = session.draft.schema.names.index("status")
    session.apply(set_cell(0, "status", "nurturing"), "Edit status")
    offered = session.rows.choices(status)
    assert offered == (*session.draft.schema.fields[status].choices, "nurturing")
    assert session.rows.choices(0) == ()


def test_the_live_check_words_what_may_still_become_right(session: Session) -> None:
    email = session.draft.schema.names.index("email")
    assert session.rows.check(0, email, "").tone == "fine"
    assert session.rows.check(0, email, "").message == ""
    check = session.rows.check(0, email, "carla@")
    assert (check.tone, check.message[:8]) == ("not_yet", "not yet:")
    check = session.rows.check(0, email, "c d@firm.com")
    assert check.tone == "error"
    assert check.fix == "cd@firm.com"
    assert check.spans == ((1, 2),)


def test_widths_have_room_for_marks(session: Session) -> None:
    assert session.rows.widths(1) == [14, 14, 14, 14]
    session.apply(set_cell(3, "email", "bd@firm.com"), "Edit email")
    assert session.rows.widths(1) == [14, 14, 14, 11]
