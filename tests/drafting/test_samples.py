from __future__ import annotations

from collections import Counter

from leapgrid.drafting import LOCAL_REPAIRS, SAMPLE_LEADS, SAMPLE_NAME, SERVER_REPAIR, WorkingDraft
from leapgrid.records import Compound, RowState, set_cell
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.drafting.desk import LEAD, send


def samples(workspace: Workspace | None) -> WorkingDraft:
    draft = WorkingDraft.from_records(workspace, LEAD, SAMPLE_NAME, SAMPLE_LEADS)
    draft.check_all()
    return draft


def test_the_samples_hold_the_mistakes_that_lists_have() -> None:
    draft = samples(None)
    found = Counter((issue.severity.value, issue.field, issue.code) for issue in draft.issues)
    assert found == {
        ("error", "email", "email_syntax"): 2,
        ("error", "phone", "phone_length"): 1,
        ("warning", "email", "email_typo"): 1,
        ("warning", "phone", "phone_unassigned"): 1,
        ("warning", "name", "name_missing"): 1,
    }
    documented = [row for row in draft.batch.order if draft.batch.text(row, "email") == "test .sok@gmail.com"]
    assert [draft.batch.text(row, "name") for row in documented] == ["test-8"]
    assert draft.issues.of_row(0) == ()


async def test_the_main_job_of_the_demo(workspace: Workspace, sandbox: SandboxServer) -> None:
    draft = samples(workspace)
    fixes = [
        set_cell(issue.row_id, issue.field, issue.fix.value)
        for issue in draft.issues
        if issue.fix is not None and issue.row_id is not None and issue.field is not None
    ]
    typed = [set_cell(row - 1, field, text) for (row, field), text in LOCAL_REPAIRS.items()]
    draft.apply(Compound((*fixes, *typed)), "repairs")
    assert draft.issues.counts.errors == 0

    first = await send(draft, sandbox)
    assert (first.chunks[0].status, draft.counts().rejected) == (400, 1)
    place = draft.find_first_rejected()
    assert place is not None
    row, field, text = SERVER_REPAIR
    assert (place.position + 1, place.field) == (row, field)

    draft.apply(set_cell(row - 1, field, text), "repair of record 1")
    second = await send(draft, sandbox)
    assert second.counts == {RowState.CREATED: len(SAMPLE_LEADS)}
    assert len(sandbox.store.records("lead")) == len(SAMPLE_LEADS)
    draft.close()
