"""After a crash: what was on its way is unknown, what was queued is ready, what is alive is left alone."""

from __future__ import annotations

from pathlib import Path

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Recovered, Workspace
from leapgrid.workspace.owners import Owners
from tests.workspace.support import begin, intend, make_draft, result, states

READY, QUEUED, SENDING = RowState.READY, RowState.QUEUED, RowState.SENDING


def test_what_a_dead_process_left_is_settled_once(address: str) -> None:
    with Workspace.open(address) as dying:
        draft = make_draft(dying)
        submission = begin(dying, draft, [[0], [1, 2], [3, 4, 5]])
        first = intend(dying, submission, 1, [0])
        assert first is not None
        dying.record_outcome(first.attempt, result(first, RowState.CREATED))
        intend(dying, submission, 2, [1, 2])
    with Workspace.open(address) as workspace:
        assert workspace.recovered == Recovered((submission,), unknown=2, released=3)
        found = states(workspace, draft)
        assert found == {0: RowState.CREATED, 1: RowState.UNKNOWN, 2: RowState.UNKNOWN}
        assert "may exist" in workspace.outcomes(draft)[1].evidence
        (stored,) = workspace.submissions()
        assert stored.stopped == "interrupted"
        assert stored.chunks == {1: "created", 2: "unknown", 3: "released"}
        assert workspace.recover() == Recovered()
        begin(workspace, draft, [[3, 4, 5]])


def test_a_live_process_is_left_alone(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0], [1]])
    intend(workspace, submission, 1, [0])
    with Workspace.open(address) as other:
        assert other.recovered == Recovered()
        assert states(other, draft) == {0: SENDING, 1: QUEUED}
    assert workspace.recover() == Recovered()


def test_a_chunk_that_a_live_process_took_over_is_left_alone(workspace: Workspace, address: str) -> None:
    with Workspace.open(address) as dying:
        draft = make_draft(dying)
        submission = begin(dying, draft, [[0], [1]])
        intend(workspace, submission, 1, [0])
    with Workspace.open(address) as third:
        assert third.recovered == Recovered((submission,), unknown=0, released=1)
        assert states(third, draft) == {0: SENDING}


def test_an_answer_that_comes_after_all_does_not_change_what_was_settled(address: str) -> None:
    with Workspace.open(address) as dying:
        draft = make_draft(dying)
        submission = begin(dying, draft, [[0]])
        intent = intend(dying, submission, 1, [0])
        assert intent is not None
    with Workspace.open(address) as workspace:
        workspace.record_outcome(intent.attempt, result(intent, RowState.CREATED))
        assert states(workspace, draft) == {0: RowState.UNKNOWN}


def test_who_is_alive(tmp_path: Path) -> None:
    mine, other = Owners(tmp_path / "o"), Owners(tmp_path / "o")
    name = mine.me
    assert mine.is_alive(name)
    assert other.is_alive(name)
    assert mine.me == name
    mine.release()
    assert not other.is_alive(name)
    assert not other.is_alive("../../etc/passwd")
    assert not other.is_alive("")
    assert list((tmp_path / "o").glob("0*.lock")) == []
