"""What is to be looked up, what that settled, and what it must not settle."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import (
    LookUp,
    NotFound,
    Purpose,
    Resolution,
    RowsTaken,
    Rule,
    Seen,
    Workspace,
)
from leapgrid.workspace.store import key_sha256
from tests.workspace.support import begin, make_draft, records, sent, states
from tests.workspace.test_runs import refuse

READY, CREATED, UNKNOWN, SKIPPED = RowState.READY, RowState.CREATED, RowState.UNKNOWN, RowState.SKIPPED
ORIGIN = "http://127.0.0.1:8001"


def look(draft: str, purpose: Purpose = Purpose.UNKNOWN, **more: Any) -> LookUp:
    about: dict[str, Any] = {
        "purpose": purpose,
        "draft_id": draft,
        "origin": ORIGIN,
        "object_slug": "lead",
        "field": "external_id",
        "asked": 1,
        "found": 0,
        "understood": True,
        "complete": True,
        "method": "connector_pull",
        "at": time.time(),
        "server_date": 100.0,
        "who": "Anna",
    }
    return LookUp(**about | more)


def test_what_is_unknown_as_it_went_out(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    intent = sent(workspace, draft, [3, 1], UNKNOWN, status=502, body=b"<html>", server_date=5.0, elapsed=1.0)
    sent(workspace, draft, [0], UNKNOWN, status=500, body=b'{"success": false}')
    found = workspace.unresolved(draft)
    assert [(row.row_id, row.position, row.record) for row in found] == [
        (3, 1, records([3])[0]),
        (1, 2, records([1])[0]),
        (0, 1, records([0])[0]),
    ]
    assert [row.answered for row in found] == [False, False, True]
    assert (found[0].attempt, found[0].server_date, found[0].status) == (intent.attempt, 5.0, 502)
    assert not found[0].interrupted
    assert [row.row_id for row in workspace.unresolved(draft, found[2].submission)] == [0]


def test_found_and_absent_settle_a_row_and_are_kept_as_decisions(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    intent = sent(workspace, draft, [0, 1, 2], UNKNOWN)
    attempts = dict.fromkeys([0, 1, 2], intent.attempt)
    submission = workspace.submissions()[0].id
    after = workspace.record_look_up(
        look(draft, submission=submission),
        {0: Resolution(CREATED, "Found.", ({"id": "a"},)), 1: Resolution(READY, "Absent.")},
        {2: (Seen.ABSENT, ())},
        attempts=attempts,
    )
    assert {row: was.state for row, was in after.items()} == {0: CREATED, 1: READY}
    assert states(workspace, draft) == {0: CREATED, 1: READY, 2: UNKNOWN}
    decided = workspace.decisions(draft)
    assert [(d.row_id, d.kind, d.who) for d in decided] == [(0, "look_up", "Anna"), (1, "look_up", "Anna")]
    assert decided[0].found == ({"id": "a"},)
    assert list(workspace.looked(draft)) == [2]
    assert [row.state for row in workspace.submission_rows(submission)] == [CREATED, READY, UNKNOWN]
    (asked,) = workspace.look_ups(submission)
    assert asked == look(draft, submission=submission, at=asked.at)
    with pytest.raises(RowsTaken):
        begin(workspace, draft, [[0]])
    begin(workspace, draft, [[1]])


def test_the_first_look_counts_for_the_clock_and_the_last_for_the_result(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [0], UNKNOWN)
    workspace.record_look_up(look(draft, server_date=None), {}, {0: (Seen.NOT_UNDERSTOOD, ())})
    assert workspace.looked(draft)[0].first_date is None
    workspace.record_look_up(look(draft, server_date=100.0), {}, {0: (Seen.ABSENT, ())})
    workspace.record_look_up(look(draft, server_date=200.0), {}, {0: (Seen.CANDIDATE, ({"id": "b"},))})
    seen = workspace.looked(draft)[0]
    assert (seen.first_date, seen.result, seen.candidates) == (100.0, Seen.CANDIDATE, ({"id": "b"},))
    assert workspace.row_story(draft, 0)[-1].found == ({"id": "b"},)


def test_an_answer_about_an_earlier_sending_does_not_settle_a_later_one(workspace: Workspace) -> None:
    """While somebody looked, a person said "send again", and that sending is unknown too."""
    draft = make_draft(workspace)
    first = sent(workspace, draft, [0], UNKNOWN)
    workspace.set_state(draft, 0, READY, "Send again.")
    second = sent(workspace, draft, [0], UNKNOWN)
    late = {0: Resolution(READY, "Absent.")}
    assert workspace.record_look_up(look(draft), late, attempts={0: first.attempt}) == {}
    assert (
        workspace.record_look_up(look(draft), {}, {0: (Seen.ABSENT, ())}, attempts={0: first.attempt}) == {}
    )
    assert states(workspace, draft) == {0: UNKNOWN}
    assert workspace.looked(draft) == {}
    assert set(workspace.record_look_up(look(draft), late, attempts={0: second.attempt})) == {0}


@pytest.mark.parametrize("state", [CREATED, SKIPPED])
def test_what_a_person_settled_meanwhile_is_left_alone(workspace: Workspace, state: RowState) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [0], UNKNOWN)
    workspace.set_state(draft, 0, state, "I know.")
    assert workspace.record_look_up(look(draft), {0: Resolution(READY, "Absent.")}) == {}
    assert states(workspace, draft) == {0: state}
    (row,) = workspace.submission_rows(workspace.submissions()[0].id)
    assert row.state is state, "a person's word settles the sending too"


def test_what_was_assumed_is_proven_once_looked_up(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0, 1, 2]])
    intent = refuse(workspace, submission, 1, [0, 1, 2])
    workspace.finish_run(submission)
    assert [(row.row_id, row.answered) for row in workspace.assumed(draft)] == [(1, True), (2, True)]
    after = workspace.record_look_up(
        look(draft, Purpose.REFUSAL),
        {0: Resolution(READY, "x"), 1: Resolution(CREATED, "Found."), 2: Resolution(READY, "Absent.")},
        attempts=dict.fromkeys([0, 1, 2], intent.attempt),
    )
    assert set(after) == {1, 2}, "the refused row is no question"
    assert workspace.assumed(draft) == ()
    assert states(workspace, draft) == {0: RowState.REJECTED, 1: CREATED, 2: READY}
    assert workspace.join_submission(submission, going=range(6), chunk_size=9).chunks == ((2, (2,), "again"),)


def test_what_was_there_before(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0]])
    assert workspace.baseline(submission) == ()
    asked = look(draft, Purpose.BASELINE, submission=submission)
    workspace.keep_baseline(replace(asked, complete=False), [" A1"])
    assert not workspace.baseline(submission)[0].trusted
    workspace.keep_baseline(asked, ["a1 ", "\ud800"])
    (kept,) = workspace.baseline(submission)
    assert (kept.field, kept.trusted) == ("external_id", True)
    assert kept.there == {key_sha256("A1"), key_sha256("\ud800")}
    with pytest.raises(NotFound):
        workspace.keep_baseline(look(draft, Purpose.BASELINE, submission="none"), [])
    with pytest.raises(NotFound):
        workspace.record_look_up(look("none"))


def test_what_was_refuted_is_never_proven(workspace: Workspace) -> None:
    assert workspace.refusal_rule(ORIGIN, "lead") is None
    workspace.learn_refusals(ORIGIN, "lead", Rule.PROVEN, "Absent.")
    assert workspace.refusal_rule(ORIGIN, "user") is None
    workspace.learn_refusals(ORIGIN, "lead", Rule.REFUTED, "Found one.")
    workspace.learn_refusals(ORIGIN, "lead", Rule.PROVEN, "Absent again.")
    known = workspace.refusal_rule(ORIGIN, "lead")
    assert known is not None
    assert (known.rule, known.evidence) == (Rule.REFUTED, "Found one.")
