from __future__ import annotations

import asyncio

import pytest

from leapgrid.drafting import DraftError, WorkingDraft, submit_report
from leapgrid.records import Issue, RowOutcome, RowState, Severity, Source
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import ChunkAnswered, ChunkStarted, LeftOut, Runner, SubmitEvent, SubmitOptions
from leapgrid.superleap import AsyncSuperleap
from leapgrid.superleap.verdict import ChunkOutcome
from leapgrid.workspace import Workspace
from tests.drafting.desk import (
    ANNA,
    BAO,
    CARLA,
    REFUSED,
    assert_counts_hold,
    draft_of,
    kinds,
    send,
    states,
    typed,
)


async def test_refused_repaired_and_sent_again(workspace: Workspace, sandbox: SandboxServer) -> None:
    draft = draft_of(workspace, REFUSED, ANNA, CARLA, BAO)
    first = await send(draft, sandbox)
    assert first.stopped is None
    assert states(draft) == ["rejected", "ready", "ready", "ready"]
    (issue,) = draft.issues.at(0, "email")
    assert (issue.source, issue.value) == (Source.SERVER, "mallory@mailinator.com")
    place = draft.find_first_rejected()
    assert place is not None
    assert (place.row_id, place.field, place.position) == (0, "email", 0)
    assert draft.plan().left_out == {LeftOut.REJECTED: (0,), LeftOut.INVALID: (2,)}
    assert_counts_hold(draft)

    typed(draft, 0, "email", "mallory@firm.com")
    assert draft.issues.of_row(0) == ()
    assert draft.edited_since_answer(0)
    assert (draft.state(0), draft.shown_state(0)) == (RowState.READY, RowState.REJECTED)
    assert draft.counts().edited == 1
    assert draft.find_first_rejected() is None
    assert_counts_hold(draft)

    typed(draft, 2, "email", "carla@diazmuebles.es")
    second = await send(draft, sandbox)
    assert second.counts == {RowState.CREATED: 4}
    assert states(draft) == ["created"] * 4
    assert [record["email"] for record in sandbox.store.records("lead")] == [
        "mallory@firm.com",
        "anna@kellerbau.de",
        "carla@diazmuebles.es",
        "bao@phohanoi.vn",
    ]
    assert draft.plan().records == 0
    with pytest.raises(DraftError, match="Row 1 was created"):
        typed(draft, 0, "email", "other@firm.com")
    story = kinds(draft.story(0, "email"))
    assert story[:2] == [
        ("read", "mallory@mailinator.com"),
        ("rejected", 'The server says "email domain is not allowed: mallory@mailinator.com".'),
    ]
    assert story[2:] == [("edit", "mallory@firm.com"), ("created", "The server's answer.")]
    draft.close()


async def test_taking_a_repair_back_brings_the_refusal_back(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    draft = draft_of(workspace, REFUSED, ANNA)
    await send(draft, sandbox)
    said = draft.issues.of_row(0)
    assert len(said) == 1
    typed(draft, 0, "phone", "+49 30 901820")
    # Another cell was edited: the row goes again, and what was said of this cell still holds.
    assert (draft.state(0), draft.issues.of_row(0)) == (RowState.READY, said)
    typed(draft, 0, "email", "mallory@firm.com")
    assert draft.issues.of_row(0) == ()
    draft.undo()
    assert draft.issues.of_row(0) == said
    draft.undo()
    assert (draft.state(0), draft.shown_state(0)) == (RowState.REJECTED, RowState.REJECTED)
    draft.redo()
    assert draft.state(0) is RowState.READY
    assert_counts_hold(draft)
    draft.close()


async def test_a_draft_is_left_and_opened_again_with_all_that_is_known(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    draft = draft_of(workspace, REFUSED, ANNA, CARLA)
    await send(draft, sandbox)
    typed(draft, 2, "email", "carla@diazmuebles.es")
    typed(draft, 0, "phone", "x")
    draft.undo()
    said = draft.issues.of_row(0)
    assert draft.close()

    again = WorkingDraft.from_stored(workspace, draft.id)
    again.check_all()
    assert states(again) == states(draft) == ["rejected", "ready", "ready"]
    assert again.issues.of_row(0) == said
    assert again.counts() == draft.counts()
    assert kinds(again.story(0, "email")) == kinds(draft.story(0, "email"))
    assert again.redo() is not None
    assert again.state(0) is RowState.READY
    assert (again.undo(), again.undo())[1] is not None
    assert again.batch.text(2, "email") == "carla.diaz@"
    again.close()


async def test_while_a_chunk_is_on_its_way_its_rows_are_locked(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    draft = draft_of(workspace, ANNA, BAO, CARLA)
    typed(draft, 0, "status", "new")
    tried: list[str] = []

    def during(event: SubmitEvent) -> None:
        if not isinstance(event, ChunkStarted) or event.chunk != 1:
            return
        assert states(draft) == ["sending", "queued", "ready"]
        assert_counts_hold_but_plan(draft)
        for row in (0, 1):
            with pytest.raises(DraftError) as refused:
                typed(draft, row, "name", "x")
            assert draft.why_not_edit(row) == refused.value.message
            tried.append(refused.value.message)
        with pytest.raises(DraftError):
            draft.undo()
        with pytest.raises(DraftError, match="on its way"):
            draft.skip([1])
        assert draft.why_not_edit(2) is None
        typed(draft, 2, "email", "carla@diazmuebles.es")

    await send(draft, sandbox, SubmitOptions(chunk_size=1), during)
    assert len(tried) == 2
    assert states(draft) == ["created", "created", "ready"]
    draft.close()


def assert_counts_hold_but_plan(draft: WorkingDraft) -> None:
    counts = draft.counts()
    assert (counts.sending, counts.queued, counts.errors, counts.rows) == (1, 1, 1, 3)


async def test_what_got_no_answer_is_unknown_and_locked_out(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-after")
    draft = draft_of(workspace, ANNA, BAO)
    await send(draft, sandbox)
    assert states(draft) == ["unknown", "unknown"]
    assert draft.plan().left_out == {LeftOut.UNKNOWN: (0, 1)}
    # An undo or an edit is no proof of anything.
    typed(draft, 0, "name", "Anna K.")
    draft.undo()
    assert states(draft) == ["unknown", "unknown"]
    draft.close()
    again = WorkingDraft.from_stored(workspace, draft.id)
    assert states(again) == ["unknown", "unknown"]
    again.close()


async def test_a_refusal_without_a_row_stays_on_the_chunk_until_its_rows_go_again(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("no-index x1")
    draft = draft_of(workspace, REFUSED, ANNA)
    summary = await send(draft, sandbox)
    assert states(draft) == ["ready", "ready"]
    assert len(draft.chunk_issues) == 1
    report = submit_report(draft, summary)
    assert [(issue["row"], issue["chunk"]) for issue in report["issues"]] == [(None, 1)]
    typed(draft, 0, "email", "mallory@firm.com")
    await send(draft, sandbox)
    assert states(draft) == ["created", "created"]
    assert draft.chunk_issues == ()
    draft.close()


def test_a_refusal_of_a_whole_row_stands_until_any_of_its_cells_is_edited() -> None:
    draft = draft_of(None, ANNA, BAO)
    issue = Issue(0, None, Severity.ERROR, Source.SERVER, "LIMIT", "The server refused this row.")
    draft.take(answered(draft, RowState.REJECTED, issue))
    assert draft.issues.at(0, None) == (issue,)
    place = draft.find_first_rejected()
    assert place is not None
    assert (place.row_id, place.field, place.field_index) == (0, None, 0)
    typed(draft, 0, "phone", "+49 30 901820")
    assert draft.issues.of_row(0) == ()
    draft.undo()
    assert draft.issues.at(0, None) == (issue,)
    assert kinds(draft.story(0, "phone")) == [("rejected", "The server refused this row.")]
    draft.take(answered(draft, RowState.READY))
    assert draft.issues.of_row(0) == ()


def answered(draft: WorkingDraft, state: RowState, *issues: Issue) -> ChunkAnswered:
    """What a run tells when row 0, alone in its chunk, was answered."""
    outcome = RowOutcome(state, 50.0, "The server's answer.", "01JD", 1, 1, draft.payload(0))
    what = ChunkOutcome.REJECTED if issues else ChunkOutcome.NOT_SENT
    return ChunkAnswered(1, (0,), "01JE", what, "refused", 400, "", "", 0.1, True, issues, (), {0: outcome})


async def test_with_no_server_nothing_changes_but_the_story(workspace: Workspace) -> None:
    with SandboxServer(port=0) as gone:
        pass
    draft = draft_of(workspace, ANNA)
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        await asyncio.sleep(0)

    async with AsyncSuperleap(gone.base_url, "any-key") as client:
        runner = Runner(
            workspace,
            client,
            draft.id,
            draft.plan(),
            object_slug="lead",
            publish=draft.take,
            sleep=sleep,
            monotonic=lambda: now,
        )
        summary = await runner.run()
    assert summary.stopped
    assert states(draft) == ["ready"]
    assert draft.plan().records == 1
    assert_counts_hold(draft)
    draft.close()


async def test_skipping_a_rejected_row_and_taking_it_back_keeps_the_refusal(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    draft = draft_of(workspace, REFUSED, ANNA)
    await send(draft, sandbox)
    said = draft.issues.of_row(0)
    draft.skip([0])
    assert states(draft) == ["skipped", "ready"]
    draft.close()
    again = WorkingDraft.from_stored(workspace, draft.id)
    again.take_back([0])
    assert states(again) == ["rejected", "ready"]
    typed(again, 0, "email", "mallory@firm.com")
    assert states(again) == ["ready", "ready"]
    again.close()
    draft = WorkingDraft.from_stored(workspace, draft.id)
    draft.undo()
    assert draft.issues.of_row(0) == said
    draft.close()


async def test_what_was_created_is_not_skipped(workspace: Workspace, sandbox: SandboxServer) -> None:
    draft = draft_of(workspace, ANNA, BAO)
    await send(draft, sandbox, SubmitOptions(first=True))
    assert states(draft) == ["created", "ready"]
    with pytest.raises(DraftError, match="Row 1 is at the server already"):
        draft.skip([0, 1])
    assert states(draft) == ["created", "ready"]
    draft.close()


async def test_the_report_of_a_run_adds_up(workspace: Workspace, sandbox: SandboxServer) -> None:
    draft = draft_of(workspace, REFUSED, ANNA, CARLA)
    summary = await send(draft, sandbox)
    report = submit_report(draft, summary, resume=None, rejects="rejects.csv")
    assert report["submission"] == summary.submission
    assert report["base_url"] == sandbox.base_url
    numbers = ("created", "already_there", "rejected", "unknown", "skipped", "not_sent")
    assert [report[name] for name in numbers] == [0, 0, 1, 0, 0, 2]
    assert sum(report[name] for name in numbers) == report["records"] == 3
    assert (report["invalid"], report["rejects"], report["stopped"]) == (1, "rejects.csv", None)
    assert report["chunks"] == [
        {
            "chunk": 1,
            "records": 2,
            "outcome": "rejected",
            "status": 400,
            "message": "Failed to create records",
        }
    ]
    assert [(issue["row"], issue["source"]) for issue in report["issues"]] == [(1, "server"), (3, "local")]
    draft.close()
