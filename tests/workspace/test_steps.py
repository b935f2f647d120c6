"""The steps of a draft that several people write: one order, each step once, numbers of rows for each."""

from __future__ import annotations

import threading

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Damaged, JournalEntry, NotFound, SharedStep, Workspace
from tests.workspace.support import begin, behind, intend, make_draft, result, sent


def step(mark: str, *rows: int, who: str = "anna") -> SharedStep:
    entry = JournalEntry("do", f"Type {mark}", {"kind": "set", "seen": 0, "x": "\ud800\x00"}, 1.5)
    return SharedStep(entry, f"{who}@host", who, mark, rows=rows)


def test_they_have_one_order_and_come_back_with_whose_they_are(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    with Workspace.open(address) as other:
        assert workspace.append_steps(draft, [step("a1"), step("a2")], 0) == {}
        assert other.append_steps(draft, [step("b1", who="bert \u20ac")], 0) == {}
    found = workspace.steps_since(draft, 1)
    assert [(each.seq, each.mark, each.who) for each in found] == [
        (2, "a2", "anna"),
        (3, "b1", "bert \u20ac"),
    ]
    assert found[0].entry == step("a2").entry
    assert workspace.load_draft(draft).by[0] == ("anna@host a1", "anna")
    assert workspace.steps_since(draft, 3) == []


def test_a_step_that_may_be_there_already_is_there_once(workspace: Workspace) -> None:
    """After a connection is cut off nobody knows whether what was written was kept."""
    draft = make_draft(workspace)
    workspace.append_steps(draft, [step("a1"), step("a2")], 0)
    workspace.append_steps(draft, [step("a1"), step("a2"), step("a3")], 0)
    assert [each.mark for each in workspace.steps_since(draft, 0)] == ["a1", "a2", "a3"]


def test_rows_on_their_way_or_done_take_no_step(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [0], RowState.CREATED)
    sent(workspace, draft, [1], RowState.REJECTED)
    submission = begin(workspace, draft, [[2], [3]])
    intent = intend(workspace, submission, 1, [2])
    assert intent is not None
    steps = [step("a", 0, 4), step("b", 1), step("c", 2), step("d", 3), step("e", 4)]
    assert workspace.append_steps(draft, steps, 0) == {"a": (0,), "c": (2,), "d": (3,)}
    assert [each.mark for each in workspace.steps_since(draft, 0)] == ["b", "e"]
    many = [step("f", *range(3, 20_000))]
    assert workspace.append_steps(draft, many, 0) == {"f": (3,)}
    workspace.record_outcome(intent.attempt, result(intent, RowState.UNKNOWN))
    assert workspace.append_steps(draft, [step("g", 2)], 0) == {}, "what is unknown may be repaired"


def test_numbers_of_rows_are_given_out_once(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    taken: list[int] = []

    def take() -> None:
        with Workspace.open(address, recover=False) as mine:
            for _ in range(10):
                first = mine.take_row_ids(draft, 3, 6)
                taken.extend(range(first, first + 3))

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(6, 96))
    workspace.give_back_row_ids(draft, 90, 96)
    assert workspace.take_row_ids(draft, 1, 6) == 90
    workspace.give_back_row_ids(draft, 6, 96)
    assert workspace.take_row_ids(draft, 1, 6) == 91, "somebody has one behind them"
    assert workspace.take_row_ids(draft, 1, 500) == 500


def test_what_was_changed_is_damage(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    workspace.append_steps(draft, [step("a1")], 0)
    behind(workspace, "UPDATE journal_entry SET owner = 'bert@host a1'")
    with pytest.raises(Damaged):
        workspace.steps_since(draft, 0)


def test_no_such_draft(workspace: Workspace) -> None:
    for call in (
        lambda: workspace.append_steps("x", [step("a")], 0),
        lambda: workspace.steps_since("x", 0),
        lambda: workspace.take_row_ids("x", 1, 0),
    ):
        with pytest.raises(NotFound, match="not in the workspace any more"):
            call()


def test_the_mark_of_the_states_tells_of_every_change(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    marks = [workspace.states_mark(draft)]
    submission = begin(workspace, draft, [[0], [1]])
    marks.append(workspace.states_mark(draft))
    intent = intend(workspace, submission, 1, [0])
    assert intent is not None
    marks.append(workspace.states_mark(draft))
    workspace.record_outcome(intent.attempt, result(intent, RowState.REJECTED))
    marks.append(workspace.states_mark(draft))
    workspace.finish_run(submission)
    marks.append(workspace.states_mark(draft))
    workspace.set_state(draft, 4, RowState.SKIPPED, "No.")
    marks.append(workspace.states_mark(draft))
    assert len(set(marks)) == len(marks)
