"""What was sent and what is known of it: claims, answers, and the rule that the database itself holds."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Intent, NotFound, RowsTaken, Workspace
from leapgrid.workspace.errors import NotUnique
from leapgrid.workspace.submissions import record_sha256
from tests.workspace.support import (
    begin,
    behind,
    intend,
    make_draft,
    records,
    result,
    sent,
    server_issue,
    states,
)

READY, QUEUED, SENDING = RowState.READY, RowState.QUEUED, RowState.SENDING
CREATED, REJECTED, UNKNOWN, SKIPPED = (
    RowState.CREATED,
    RowState.REJECTED,
    RowState.UNKNOWN,
    RowState.SKIPPED,
)


def test_a_row_goes_from_queued_to_sending_to_created(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[4, 2], [0]])
    assert states(workspace, draft) == {4: QUEUED, 2: QUEUED, 0: QUEUED}
    queued = workspace.outcomes(draft)[2]
    assert (queued.submission, queued.chunk, queued.position) == (submission, 1, 2)

    intent = intend(workspace, submission, 1, [4, 2])
    assert intent is not None
    assert states(workspace, draft) == {4: SENDING, 2: SENDING, 0: QUEUED}
    workspace.record_outcome(intent.attempt, result(intent, CREATED))
    assert states(workspace, draft) == {4: CREATED, 2: CREATED, 0: QUEUED}
    assert set(workspace.release(submission)) == {0}
    assert states(workspace, draft) == {4: CREATED, 2: CREATED}
    workspace.finish_run(submission, "person", "Stopped.")
    (stored,) = workspace.submissions(draft)
    assert (stored.chunks, stored.stopped) == ({1: "created", 2: "released"}, "person")


def test_a_chunk_is_claimed_once(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1]])
    assert intend(workspace, submission, 1, [0, 1]) is not None
    with Workspace.open(address) as other:
        assert intend(other, submission, 1, [0, 1]) is None
    assert len(workspace.attempts(submission)) == 1


def test_four_openings_race_for_the_same_chunks(workspace: Workspace, address: str) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[n] for n in range(40)])
    got: list[int] = []
    start = threading.Barrier(4)

    def claim() -> None:
        with Workspace.open(address) as mine:
            start.wait()
            for chunk in range(1, 41):
                if intend(mine, submission, chunk, [chunk - 1]) is not None:
                    got.append(chunk)
            done.wait()

    done = threading.Barrier(4)
    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(got) == Counter(range(1, 41))


def test_the_database_itself_holds_one_unresolved_attempt_a_row(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    intent = sent(workspace, draft, [0], UNKNOWN)
    with pytest.raises(NotUnique):
        behind(
            workspace,
            "INSERT INTO attempt_row"
            " SELECT attempt_id, 2, draft_id, row_id, record_sha256, true, state, evidence FROM attempt_row"
            " WHERE attempt_id = :attempt",
            attempt=intent.attempt,
        )


def test_what_is_unresolved_is_refused_even_where_the_outcome_was_lost(workspace: Workspace) -> None:
    """A damaged or meddled row_outcome does not open the door: the index still says no."""
    draft = make_draft(workspace)
    sent(workspace, draft, [0], UNKNOWN)
    behind(workspace, "DELETE FROM row_outcome")
    submission = begin(workspace, draft, [[0]])
    with pytest.raises(RowsTaken):
        intend(workspace, submission, 1, [0])
    assert len(workspace.attempts(submission)) == 0


@pytest.mark.parametrize("state", [CREATED, UNKNOWN])
def test_rows_that_must_not_be_sent_are_refused(workspace: Workspace, state: RowState) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [1], state)
    with pytest.raises(RowsTaken) as error:
        begin(workspace, draft, [[0, 1]])
    assert error.value.rows == (1,)
    assert str(error.value).endswith("nothing was sent.")
    assert states(workspace, draft) == {1: state}


def test_queued_rows_are_refused_and_so_is_the_same_row_twice(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    begin(workspace, draft, [[0]])
    with pytest.raises(RowsTaken):
        begin(workspace, draft, [[0]])
    with pytest.raises(RowsTaken):
        begin(workspace, draft, [[1], [1]])


def test_what_became_final_meanwhile_is_not_sent(workspace: Workspace) -> None:
    """A person's word may come from another process between the plan and the sending."""
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1]])
    behind(
        workspace,
        "INSERT INTO row_outcome VALUES (:draft, 1, 'created', 1.0, '\"x\"', '', 0, 0, '', NULL)",
        draft=draft,
    )
    with pytest.raises(RowsTaken) as error:
        intend(workspace, submission, 1, [0, 1])
    assert error.value.rows == (1,)
    assert workspace.submissions()[0].chunks == {1: "planned"}, "the claim was taken back with the rest"


def test_recording_twice_changes_nothing(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    intent = sent(workspace, draft, [0], CREATED)
    workspace.record_outcome(intent.attempt, result(intent, UNKNOWN))
    assert states(workspace, draft) == {0: CREATED}
    with pytest.raises(NotFound):
        workspace.record_outcome("none", result(intent, CREATED))


def test_what_goes_again_is_queued_and_its_tries_are_counted(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0]])
    for number in (1, 2, 3):
        intent = intend(workspace, submission, 1, [0])
        assert isinstance(intent, Intent)
        assert intent.number == number
        workspace.record_outcome(intent.attempt, result(intent, READY, again=True))
        assert states(workspace, draft) == {0: QUEUED}
    assert [attempt.outcome for attempt in workspace.attempts(submission, 1)] == ["not_sent"] * 3


def test_halves_take_the_place_of_a_chunk(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1]])
    intent = intend(workspace, submission, 1, [0, 1])
    assert intent is not None
    workspace.record_outcome(intent.attempt, result(intent, READY, halves=[(2, [0]), (3, [1])]))
    assert workspace.submissions()[0].chunks == {1: "split", 2: "planned", 3: "planned"}
    assert states(workspace, draft) == {0: QUEUED, 1: QUEUED}


def test_only_some_of_an_answer_is_kept(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    headers = {"date": "D", "set-cookie": "secret", "x-request-id": "R\ud800", "content-type": "T"}
    intent = sent(
        workspace, draft, [0], REJECTED, status=400, headers=headers, body=b"z" * 100_000, elapsed=1.25
    )
    attempt = workspace.last_attempt(draft, 0)
    assert attempt is not None
    assert attempt.id == intent.attempt
    assert attempt.headers == {"date": "D", "x-request-id": "R\ud800", "content-type": "T"}
    assert (len(attempt.answer), attempt.answer_size) == (65536, 100_000)
    assert (attempt.status, attempt.elapsed, attempt.intact) == (400, 1.25, True)
    assert workspace.last_attempt(draft, 1) is None


def test_a_changed_body_is_noticed(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    intent = sent(workspace, draft, [0], REJECTED)
    ((body,),) = behind(workspace, "SELECT body FROM attempt")
    behind(workspace, "UPDATE attempt SET body = :body", body=bytes(body).replace(b"Anna", b"Anne"))
    attempt = workspace.last_attempt(draft, 0)
    assert attempt is not None
    assert not attempt.intact
    assert workspace.outcomes(draft)[0].sent is None
    assert workspace.sent_record(draft, 0) is None
    assert attempt.id == intent.attempt


def test_issues_of_the_server_live_until_the_row_is_sent_again(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    issues = [server_issue(0), server_issue(1), server_issue(None)]
    sent(workspace, draft, [0, 1], REJECTED, issues=issues)
    assert workspace.server_issues(draft) == tuple(issues[:2])
    sent(workspace, draft, [1], CREATED)
    assert workspace.server_issues(draft) == (issues[0],)
    assert workspace.load_draft(draft).issues == (issues[0],)


def test_the_record_as_it_was_sent(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [3, 5], REJECTED)
    assert workspace.outcomes(draft)[5].sent == records([5])[0]
    sent(workspace, draft, [2], CREATED)
    assert workspace.outcomes(draft)[2].sent is None
    assert workspace.sent_record(draft, 2) == records([2])[0]
    assert workspace.sent_record(draft, 0) is None


def test_a_record_is_the_same_in_any_order_of_its_fields() -> None:
    assert record_sha256({"a": 1, "b": "\ud800"}) == record_sha256({"b": "\ud800", "a": 1})
    assert record_sha256({"a": 1}) != record_sha256({"a": "1"})


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (READY, SKIPPED, True),
        (READY, CREATED, False),
        (REJECTED, SKIPPED, True),
        (REJECTED, READY, True),
        (UNKNOWN, CREATED, True),
        (UNKNOWN, READY, True),
        (UNKNOWN, SKIPPED, True),
        (UNKNOWN, REJECTED, False),
        (CREATED, SKIPPED, False),
        (CREATED, READY, False),
    ],
)
def test_what_a_person_may_decide(
    workspace: Workspace, before: RowState, after: RowState, allowed: bool
) -> None:
    draft = make_draft(workspace)
    if before is not READY:
        sent(workspace, draft, [0], before)
    if allowed:
        outcome = workspace.set_state(draft, 0, after, "I looked.")
        assert (outcome.state, outcome.evidence) == (after, "I looked.")
        assert workspace.outcomes(draft)[0].state is after
    else:
        with pytest.raises(RowsTaken):
            workspace.set_state(draft, 0, after, "I looked.")
        assert workspace.outcomes(draft).get(0) is None or states(workspace, draft) == {0: before}


def test_rows_on_their_way_are_not_a_persons_to_decide(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0], [1]])
    intend(workspace, submission, 1, [0])
    for row in (0, 1):
        with pytest.raises(RowsTaken, match="on its way"):
            workspace.set_states(draft, [row, 2], SKIPPED, "No.")
    assert states(workspace, draft) == {0: SENDING, 1: QUEUED}


def test_send_again_is_a_recorded_decision_that_opens_the_row(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [0], UNKNOWN)
    workspace.set_state(draft, 0, READY, "Send again.", who="Anna")
    sent(workspace, draft, [0], CREATED)
    decided = behind(workspace, "SELECT row_id, kind, before, after, who FROM decision")
    assert decided == [(0, "person", "unknown", "ready", "Anna")]


@pytest.mark.parametrize("before", [READY, REJECTED, UNKNOWN])
def test_skipped_and_taken_back(workspace: Workspace, before: RowState) -> None:
    draft = make_draft(workspace)
    if before is not READY:
        sent(workspace, draft, [0], before)
    workspace.set_state(draft, 0, SKIPPED, "Skip.")
    with pytest.raises(RowsTaken):
        begin(workspace, draft, [[0]])
    back = workspace.take_back(draft, [0, 1])
    assert (back[0].state, back[1].state) == (before, READY)
    assert workspace.outcomes(draft)[0].state is before
    if before is UNKNOWN:
        with pytest.raises(RowsTaken):
            begin(workspace, draft, [[0]])
