"""The same record again: what this workspace created is not created a second time."""

from __future__ import annotations

import dataclasses

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.again import SAME_UNKNOWN, Question, know_again, take_known
from leapgrid.records import RowState, schema_for
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import SubmitOptions
from leapgrid.workspace import Workspace
from tests.drafting.desk import send, states, typed

ANNA = {"name": "Anna", "email": "anna@kellerbau.de", "external_id": "E1"}
BO = {"name": "Bo", "email": "bo@firm.de", "external_id": "E2"}
CLEO = {"name": "Cleo", "email": "cleo@firm.de", "external_id": "E3"}


def draft_of(workspace: Workspace, name: str, *records: dict[str, str]) -> WorkingDraft:
    draft = WorkingDraft.from_records(workspace, schema_for("lead"), name, records)
    draft.check_all()
    return draft


async def test_only_what_is_new_goes(workspace: Workspace, sandbox: SandboxServer) -> None:
    first = draft_of(workspace, "leads_march", ANNA, BO)
    await send(first, sandbox)
    second = draft_of(workspace, "again", CLEO, BO, ANNA)
    event = know_again(workspace, second, sandbox.base_url, "anna")
    assert event is not None
    assert event.message == "2 of 3 records were created before from this workspace and are left out."
    assert states(second) == ["ready", "already_there", "already_there"]
    assert second.outcome(1).evidence.startswith("Created on ")
    assert second.outcome(1).evidence.endswith(" in leads_march.")
    await send(second, sandbox)
    assert [record["name"] for record in sandbox.store.records("lead")] == ["Anna", "Bo", "Cleo"]
    # It is on disk, and asking again finds nothing more.
    assert know_again(workspace, second, sandbox.base_url) is None
    assert states(WorkingDraft.from_stored(workspace, second.id))[1:] == ["already_there"] * 2
    for draft in (first, second):
        draft.close()


async def test_another_place_another_object_or_another_text_is_another_record(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    first = draft_of(workspace, "one", ANNA)
    await send(first, sandbox)
    second = draft_of(workspace, "two", ANNA, {**BO, "name": "Bo "}, BO)
    assert know_again(workspace, second, "https://other.example") is None
    typed(second, 0, "name", "Anna K.")
    assert know_again(workspace, second, sandbox.base_url) is None
    second.undo()
    assert know_again(workspace, second, sandbox.base_url) is not None
    other = WorkingDraft.from_records(workspace, schema_for("opportunity"), "three", [ANNA])
    assert know_again(workspace, other, sandbox.base_url) is None
    for draft in (first, second, other):
        draft.close()


async def test_a_look_keeps_nothing(workspace: Workspace, sandbox: SandboxServer) -> None:
    first = draft_of(workspace, "one", ANNA)
    await send(first, sandbox)
    second = draft_of(workspace, "two", ANNA)
    known = Question(second).ask(workspace, sandbox.base_url, keep=False)
    assert (known.left_out, known.asked) == (1, 1)
    assert known.where.startswith("It was sent in one on ")
    assert not workspace.was_sent(sandbox.base_url, "lead", but=first.id)
    assert workspace.was_sent(sandbox.base_url, "lead", but=second.id)
    assert workspace.outcomes(second.id) == {}
    for draft in (first, second):
        draft.close()


async def test_while_the_other_sending_is_not_settled_the_row_waits_with_an_error(
    workspace: Workspace, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-before@1")
    first = draft_of(workspace, "one", ANNA)
    await send(first, sandbox, SubmitOptions(look_after=0.0))
    assert states(first) == ["unknown"]
    second = draft_of(workspace, "two", ANNA, BO)
    assert know_again(workspace, second, sandbox.base_url) is None
    (issue,) = second.issues.of_row(0)
    assert (issue.code, issue.field) == (SAME_UNKNOWN, None)
    assert "it is not known whether it is there" in issue.message
    assert second.plan().rows == (1,)
    assert second.counts().errors == 1
    # The next check does not lose it, and an edit makes another record of it.
    second.check_all()
    assert second.issues.of_row(0) == (issue,)
    typed(second, 0, "name", "Anna Keller")
    assert second.issues.of_row(0) == ()
    assert second.plan().rows == (0, 1)
    second.undo()
    assert second.issues.of_row(0) == (issue,)
    # Once that is settled, nothing waits.
    workspace.set_states(first.id, [0], RowState.READY, "Not there, says a person.")
    known = Question(second).ask(workspace, sandbox.base_url)
    take_known(second, known)
    assert second.issues.of_row(0) == ()
    for draft in (first, second):
        draft.close()


async def test_a_persons_word_sends_it_all_the_same(workspace: Workspace, sandbox: SandboxServer) -> None:
    first = draft_of(workspace, "one", ANNA)
    await send(first, sandbox)
    second = draft_of(workspace, "two", ANNA)
    know_again(workspace, second, sandbox.base_url)
    allowed = workspace.allow_again(second.id, [0], "anna")
    second.outcomes.update({row: dataclasses.replace(outcome) for row, outcome in allowed.items()})
    assert know_again(workspace, second, sandbox.base_url) is None
    again = WorkingDraft.from_stored(workspace, second.id)
    await send(again, sandbox)
    assert sandbox.store.count("lead") == 2
    for draft in (first, second, again):
        draft.close()
