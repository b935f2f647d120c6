from __future__ import annotations

import asyncio
import threading

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.checking import threads_for
from leapgrid.drafting.tally import Kind
from leapgrid.records import DeleteRows, Frame, InsertRows, RowOutcome, RowState, fill, set_cell
from leapgrid.workspace import StoredDraft, Workspace
from tests.drafting.desk import ANNA, BAO, CARLA, LEAD, assert_counts_hold, draft_of, typed


def many(rows: int) -> WorkingDraft:
    """A draft of many leads; every tenth address has a space in it."""
    names = [f"Lead {n}" for n in range(rows)]
    emails = [f"n{n}@firm{n % 50}.com" if n % 10 else f"n {n}@firm.com" for n in range(rows)]
    frame = Frame(("name", "email"), (names, emails))
    return WorkingDraft(StoredDraft("", "many", LEAD, frame, {"name": 0, "email": 1}, ""), None)


def test_all_cells_are_checked_and_progress_comes_to_its_end() -> None:
    draft, told = many(3000), []
    assert draft.check_all(lambda done, total: told.append((done, total)))
    assert draft.issues.counts.errors == 300
    assert draft.counts().errors == 300
    assert told == sorted(told)
    assert told[-1] == (21_000, 21_000)
    assert len(told) > 10
    assert_counts_hold(draft)


def test_a_check_that_was_called_off_leaves_things_as_they_were() -> None:
    draft, calls = many(3000), iter(range(100))
    typed(draft, 0, "email", "n0@firm.com")
    before = draft.issues.counts
    assert not draft.check_all(cancelled=lambda: next(calls) > 3)
    assert draft.issues.counts == before
    late = []
    assert not draft.check_all(lambda done, total: late.append(total - done), lambda: late[-1] < 1500)
    assert draft.issues.counts == before
    run = draft.begin_check()
    with pytest.raises(ValueError, match="did not come to its end"):
        draft.install(run)


def test_columns_beside_each_other_are_found_the_same_in() -> None:
    draft, told = many(6000), []
    one, two = draft.begin_check(), draft.begin_check()
    assert one.run()
    assert two.run(lambda done, total: told.append((done, total)), threads=3)
    assert list(two.issues) == list(one.issues)
    assert two.issues.counts == one.issues.counts
    assert two.issues.counts.errors == 600
    assert two.kinds == one.kinds
    assert told == sorted(told)
    assert told[-1] == (42_000, 42_000)


def test_a_gentle_check_finds_the_same() -> None:
    draft = many(6000)
    one, two = draft.begin_check(), draft.begin_check()
    assert one.run()
    assert two.run(gently=True)
    assert list(two.issues) == list(one.issues)
    assert two.kinds == one.kinds


def test_columns_beside_each_other_all_stop_and_tell_what_went_wrong() -> None:
    draft = many(6000)
    stopped, calls = draft.begin_check(), iter(range(100))
    assert not stopped.run(cancelled=lambda: next(calls) > 3, threads=3)
    assert not stopped.finished
    failing = draft.begin_check()

    def progress(done: int, total: int) -> None:
        raise OSError("nobody listens")

    with pytest.raises(OSError, match="nobody listens"):
        failing.run(progress, threads=3)
    assert not failing.finished


def test_threads_are_for_many_rows() -> None:
    assert threads_for(1_000) == 1
    assert 1 <= threads_for(1_000_000) <= 4


async def test_edits_while_a_check_runs_in_another_thread_are_checked_too() -> None:
    draft = many(3000)
    run, begun, go_on = draft.begin_check(), threading.Event(), threading.Event()

    def progress(done: int, total: int) -> None:
        begun.set()
        assert go_on.wait(10)

    checking = asyncio.create_task(asyncio.to_thread(run.run, progress))
    await asyncio.to_thread(begun.wait, 10)
    draft.apply(set_cell(10, "email", "n10@firm.com"), "repair")
    draft.apply(set_cell(11, "email", "a b@firm.com"), "break")
    draft.apply(DeleteRows((20,)), "delete")
    (new,) = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(0, (new,), {"email": ("nobody",)}), "insert")
    draft.apply(fill((30, 40), "email", ""), "clear")
    go_on.set()
    assert await checking
    draft.install(run)
    assert draft.issues.at(10, "email") == ()
    assert [issue.value for issue in draft.issues.at(11, "email")] == ["a b@firm.com"]
    assert draft.issues.of_row(20) == ()
    assert {issue.code for issue in draft.issues.of_row(new)} == {"email_syntax", "name_missing"}
    assert draft.issues.at(30, "email") == ()
    assert draft.issues.counts.errors == 300 + 2 - 4
    kept = dict.fromkeys(draft.issues)
    draft.check_all()
    assert dict.fromkeys(draft.issues) == kept
    assert_counts_hold(draft)


def test_a_file_is_not_checked_until_asked_and_its_lines_are_known(workspace: Workspace) -> None:
    draft = draft_of(workspace, ANNA, BAO, CARLA)
    draft.close()
    again = WorkingDraft.from_stored(workspace, draft.id)
    assert again.issues.counts.errors == 0
    again.check_all()
    assert again.issues.counts.errors == 1
    again.close()


def test_refused_rows_that_were_edited_are_counted_as_before_when_a_check_is_put_in() -> None:
    draft, count = many(60), 50
    refused = {
        row: RowOutcome(RowState.REJECTED, 1.0, "said so", "S", 1, row + 1, dict(draft.payload(row)))
        for row in range(count)
    }
    stored = StoredDraft("", "many", LEAD, draft.batch.frame, draft.batch.mapping, "", outcomes=refused)
    draft = WorkingDraft(stored, None)
    draft.check_all()
    for row in range(0, count, 2):
        typed(draft, row, "name", "" if row % 4 else "Anna")
    typed(draft, 20, "email", "")
    draft.apply(DeleteRows((6, 8)), "Delete")
    states = [(draft.state(row), draft.edited_since_answer(row)) for row in draft.batch.order]
    before, marks = draft.counts(), draft.marks_of((Kind.EDITED,))
    assert 10 < before.edited < 25
    assert draft.check_all()
    assert draft.counts() == before
    assert draft.marks_of((Kind.EDITED,)) == marks
    assert [(draft.state(row), draft.edited_since_answer(row)) for row in draft.batch.order] == states
    assert_counts_hold(draft)
