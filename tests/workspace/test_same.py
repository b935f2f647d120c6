"""What this workspace created is not created again, from whichever draft; unless a person says so."""

from __future__ import annotations

import time
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Earlier, Intent, RowsTaken, SentElsewhere, Workspace
from leapgrid.workspace.same import same_words
from leapgrid.workspace.submissions import record_sha256
from tests.workspace.support import begin, intend, make_draft, records, sent, states

READY, QUEUED, CREATED, UNKNOWN = RowState.READY, RowState.QUEUED, RowState.CREATED, RowState.UNKNOWN
THERE = RowState.ALREADY_THERE
ORIGIN = "http://127.0.0.1:8001"


def same(workspace: Workspace, draft: str, row: int, **where: Any) -> Earlier | None:
    digest = record_sha256(records([row])[0])
    place = {"origin": ORIGIN, "object_slug": "lead"} | where
    return workspace.same_records(place["origin"], place["object_slug"], [digest], but=draft).get(digest)


def test_a_record_is_known_again_in_another_draft_of_the_same_place(workspace: Workspace) -> None:
    first, second = make_draft(workspace), make_draft(workspace)
    assert same(workspace, second, 0) is None
    sent(workspace, first, [0], CREATED)
    sent(workspace, first, [1], UNKNOWN)
    sent(workspace, first, [2], READY)
    sent(workspace, first, [3], RowState.REJECTED)
    found = same(workspace, second, 0)
    assert found is not None
    assert (found.draft_id, found.draft, found.row_id, found.state) == (first, "leads", 0, CREATED)
    assert same(workspace, first, 0) is None, "equal rows of one draft are all sent"
    assert same(workspace, second, 0, origin="http://127.0.0.1:1") is None
    assert same(workspace, second, 0, object_slug="user") is None
    unknown = same(workspace, second, 1)
    assert unknown is not None
    assert unknown.state is UNKNOWN
    assert same(workspace, second, 2) is None
    assert same(workspace, second, 3) is None
    workspace.set_state(first, 1, RowState.SKIPPED, "Leave it.")
    left = same(workspace, second, 1)
    assert left is not None
    assert left.state is UNKNOWN, "what is left alone is no less unknown"
    workspace.take_back(first, [1])
    workspace.set_state(first, 1, CREATED, "It is there.")
    settled = same(workspace, second, 1)
    assert settled is not None
    assert settled.state is CREATED


def test_it_is_marked_and_a_person_may_send_it_all_the_same(workspace: Workspace) -> None:
    first, second = make_draft(workspace), make_draft(workspace)
    sent(workspace, first, [0], CREATED)
    sent(workspace, first, [1], UNKNOWN)
    rows = {row: earlier for row in (0, 1) if (earlier := same(workspace, second, row)) is not None}
    assert set(rows) == {0, 1}
    after = workspace.mark_already_there(second, rows, ORIGIN, "Anna")
    assert {row: was.state for row, was in after.items()} == {0: THERE}
    assert after[0].evidence.startswith("Created on ")
    assert after[0].evidence.endswith(" in leads.")
    with pytest.raises(RowsTaken):
        begin(workspace, second, [[0]])
    with pytest.raises(RowsTaken):
        workspace.allow_again(first, [0])
    with pytest.raises(RowsTaken):
        workspace.allow_again(first, [1])
    allowed = workspace.allow_again(second, [0, 1], "Anna")
    assert {row: was.state for row, was in allowed.items()} == {0: READY, 1: READY}
    assert workspace.allowed_again(second) == {0, 1}
    assert [(d.kind, d.who) for d in workspace.decisions(second)] == [
        ("same", "Anna"),
        ("again", "Anna"),
        ("again", "Anna"),
    ]
    sent(workspace, second, [0, 1], CREATED)


def test_what_another_draft_sent_meanwhile_leaves_the_chunk_within_the_claim(workspace: Workspace) -> None:
    first, second = make_draft(workspace), make_draft(workspace)
    submission = begin(workspace, second, [[0, 1, 2, 3]])
    sent(workspace, first, [1], CREATED)
    sent(workspace, first, [2], UNKNOWN)
    found = intend(workspace, submission, 1, [0, 1, 2, 3])
    assert isinstance(found, SentElsewhere)
    assert set(found.rows) == {1, 2}
    assert {row: was.state for row, was in found.outcomes.items()} == {1: THERE, 2: READY}
    assert found.rest == (2, (0, 3))
    assert states(workspace, second) == {0: QUEUED, 1: THERE, 3: QUEUED}
    assert workspace.attempts(submission) == []
    assert intend(workspace, submission, 1, [0, 1, 2, 3]) is None
    assert isinstance(intend(workspace, submission, 2, [0, 3]), Intent)


def test_the_whole_chunk_may_have_gone_already(workspace: Workspace) -> None:
    first, second = make_draft(workspace), make_draft(workspace)
    submission = begin(workspace, second, [[0]])
    sent(workspace, first, [0], CREATED)
    found = intend(workspace, submission, 1, [0])
    assert isinstance(found, SentElsewhere)
    assert found.rest is None
    assert workspace.planned_chunks(submission) == ()


def test_who_chose_to_send_again_is_not_kept_from_it(workspace: Workspace) -> None:
    first, second = make_draft(workspace), make_draft(workspace)
    sent(workspace, first, [0], CREATED)
    submission = workspace.begin_submission(
        second, object_slug="lead", origin=ORIGIN, chunks=[[0]], options={"again": True}
    )
    assert isinstance(intend(workspace, submission, 1, [0]), Intent)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CREATED, "Created on 3 March in leads_march."),
        (THERE, "Found to be there already on 3 March, for leads_march."),
        (
            UNKNOWN,
            "The same record was sent on 3 March from leads_march, and it is not known whether it is there.",
        ),
    ],
)
def test_what_is_said_of_it(state: RowState, words: str) -> None:
    march = time.mktime((2026, 3, 3, 12, 0, 0, 0, 0, -1))
    earlier = Earlier("d", "leads_march", 1, state, march)
    assert same_words(earlier, march + 86400) == words
    assert "3 March 2026" in same_words(earlier, march + 366 * 86400)
    assert "an unknown day" in same_words(earlier._replace(at=1e300), march)
