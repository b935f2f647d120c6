"""Several work on one submission: they divide its chunks, and the last to go closes it."""

from __future__ import annotations

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Intent, NotFound, RowsTaken, Workspace
from tests.workspace.support import begin, intend, make_draft, result, sent, server_issue, states

READY, QUEUED, SENDING = RowState.READY, RowState.QUEUED, RowState.SENDING
CREATED, REJECTED, UNKNOWN = RowState.CREATED, RowState.REJECTED, RowState.UNKNOWN


def send(workspace: Workspace, submission: str, chunk: int, rows: list[int], state: RowState) -> Intent:
    intent = intend(workspace, submission, chunk, rows)
    assert isinstance(intent, Intent)
    workspace.record_outcome(intent.attempt, result(intent, state))
    return intent


def test_who_joins_gets_what_nobody_has_claimed(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1], [2, 3], [4]])
    intend(workspace, submission, 1, [0, 1])
    with Workspace.open(address) as other:
        joined = other.join_submission(submission, going=range(6), chunk_size=10, who="Bo")
        assert joined.others == 1
        assert [(number, rows) for number, rows, _ in joined.chunks] == [(2, (2, 3)), (3, (4,))]
        assert other.join_submission(submission, going=(), chunk_size=10).chunks == joined.chunks
        assert [run.who for run in other.runs(submission)] == ["", "Bo"]
        send(other, submission, 2, [2, 3], CREATED)
        assert other.release(submission) == {}, "another goes on with it"
        other.finish_run(submission, "person", "Stopped.")
        stored = workspace.submission(submission)
        assert stored is not None
        assert stored.finished_at is None
        assert [number for number, _, _ in workspace.planned_chunks(submission)] == [3]
    workspace.finish_run(submission)
    stored = workspace.submission(submission)
    assert stored is not None
    assert (stored.chunks, stored.stopped) == ({1: "sending", 2: "created", 3: "released"}, None)
    assert [run.stopped for run in workspace.runs(submission)] == [None, "person"]


def test_of_two_who_work_on_it_the_one_that_dies_leaves_only_what_it_sent(
    workspace: Workspace, address: str
) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0], [1], [2]])
    with Workspace.open(address) as dying:
        dying.join_submission(submission, going=(), chunk_size=1)
        intend(dying, submission, 1, [0])
    found = workspace.recover()
    assert (found.submissions, found.unknown, found.released) == ((), 1, 0)
    assert states(workspace, draft) == {0: UNKNOWN, 1: QUEUED, 2: QUEUED}
    assert [run.stopped for run in workspace.runs(submission)] == [None, "interrupted"]


def test_what_an_earlier_run_did_not_send_is_planned_again(address: str) -> None:
    with Workspace.open(address) as dying:
        draft = make_draft(dying)
        submission = begin(dying, draft, [[0], [1], [2, 3, 4, 5]])
        send(dying, submission, 1, [0], CREATED)
        intend(dying, submission, 2, [1])
    with Workspace.open(address) as workspace:
        (about,) = workspace.open_submissions()
        assert (about.unknown, about.unsent, about.assumed, about.running) == (1, 4, 0, False)
        assert about.stopped == "interrupted"
        workspace.set_state(draft, 4, RowState.SKIPPED, "No.")
        joined = workspace.join_submission(submission, going=[0, 1, 2, 3, 4], chunk_size=1)
        assert joined.chunks == ((4, (2,), "again"), (5, (3,), "again"))
        assert states(workspace, draft)[2] is QUEUED
        (about,) = workspace.open_submissions(draft)
        assert (about.unknown, about.unsent, about.running, about.stopped) == (1, 1, True, None)
        send(workspace, submission, 4, [2], CREATED)
        send(workspace, submission, 5, [3], READY)
        workspace.set_state(draft, 1, READY, "Send again.")
        again = workspace.join_submission(submission, going=range(6), chunk_size=10)
        assert again.chunks == ((6, (1, 3, 5), "again"),)


def test_what_is_only_assumed_is_not_planned_by_itself(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1]])
    refuse(workspace, submission, 1, [0, 1])
    workspace.finish_run(submission)
    assert workspace.join_submission(submission, going=[0, 1], chunk_size=9).chunks == ()
    (about,) = workspace.open_submissions()
    assert (about.assumed, about.unsent) == (1, 0)
    assert workspace.add_chunks(submission, [[1]], "rest", 1) == (2,)
    assert workspace.planned_chunks(submission) == ((2, (1,), "rest"),)
    assert workspace.assumed(draft) == ()
    stored = workspace.submission(submission)
    assert stored is not None
    assert (stored.plan[2].purpose, stored.plan[2].parent) == ("rest", 1)


def refuse(workspace: Workspace, submission: str, chunk: int, rows: list[int]) -> Intent:
    """The first row is refused, the others are ready because the chunk was refused as a whole."""
    from dataclasses import replace

    intent = intend(workspace, submission, chunk, rows)
    assert isinstance(intent, Intent)
    said = result(intent, REJECTED, [server_issue(rows[0])], status=400)
    outcomes = {
        row: was if row == rows[0] else replace(was, state=READY) for row, was in said.outcomes.items()
    }
    workspace.record_outcome(intent.attempt, replace(said, outcomes=outcomes))
    return intent


def test_rows_that_must_not_go_are_not_added(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0], [1]])
    send(workspace, submission, 1, [0], UNKNOWN)
    for rows in ([[0]], [[1]], [[2], [2]]):
        with pytest.raises(RowsTaken):
            workspace.add_chunks(submission, rows, "rest")
    assert [number for number, _, _ in workspace.planned_chunks(submission)] == [2]


def test_a_submission_that_is_not_there(workspace: Workspace) -> None:
    for call in (
        lambda: workspace.join_submission("none", going=(), chunk_size=1),
        lambda: workspace.add_chunks("none", [[0]], "rest"),
        lambda: workspace.finish_run("none"),
        lambda: workspace.release("none"),
        lambda: workspace.submission_rows("none"),
    ):
        with pytest.raises(NotFound):
            call()
    assert workspace.submission("none") is None


def test_what_a_submission_knows_of_its_rows(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[2, 3], [0], [1]])
    refuse(workspace, submission, 1, [2, 3])
    send(workspace, submission, 2, [0], UNKNOWN)
    rows = {row.row_id: row for row in workspace.submission_rows(submission)}
    assert list(rows) == [2, 3, 0, 1]
    assert [row.state for row in rows.values()] == [REJECTED, READY, UNKNOWN, QUEUED]
    assert (rows[3].chunk, rows[3].position, rows[3].record) == (1, 2, {"name": "Dora"})
    workspace.finish_run(submission)
    sent(workspace, draft, [1], CREATED)
    workspace.set_state(draft, 0, CREATED, "I looked.", who="Anna")
    rows = {row.row_id: row for row in workspace.submission_rows(submission)}
    assert (rows[1].state, rows[1].at, rows[1].record) == (READY, 0.0, None), "it went in another one"
    assert (rows[0].state, rows[0].evidence) == (CREATED, "I looked.")
    assert workspace.submission_counts([submission]) == {submission: {REJECTED: 1, READY: 1, CREATED: 1}}
    (decided,) = workspace.decisions(submission_id=submission)
    assert (decided.row_id, decided.before, decided.after, decided.who) == (0, UNKNOWN, CREATED, "Anna")
    story = workspace.row_story(draft, 2)
    assert [step.kind for step in story] == ["answer", "sent"] or [s.kind for s in story] == [
        "sent",
        "answer",
    ]
    assert [issue.row_id for step in story for issue in step.issues] == [2]
    (day,) = workspace.days(0.0).values()
    assert day == {REJECTED: 1, READY: 1, CREATED: 2}
    assert workspace.refusal_reasons(0.0) == (("name", "refused", 1),)
