"""A draft that was made without a workspace is kept in one later, with every step since."""

from __future__ import annotations

from leapgrid.drafting import SAMPLE_LEADS, SAMPLE_NAME, WorkingDraft
from leapgrid.records import schema_for, set_cell
from leapgrid.workspace import Workspace


def test_steps_from_before_and_after_moving_in_are_all_there_again(workspace: Workspace) -> None:
    draft = WorkingDraft.from_records(None, schema_for("lead"), SAMPLE_NAME, SAMPLE_LEADS)
    draft.apply(set_cell(0, "name", "before"), "Edit name")
    draft.apply(set_cell(1, "name", "undone"), "Edit name")
    draft_id = draft.store_in(workspace)
    draft.undo()  # between the two: what was stored is the draft as it was made
    draft.go_on_in(workspace, draft_id)
    draft.apply(set_cell(2, "name", "after"), "Edit name")
    assert draft.close()
    again = WorkingDraft.from_stored(workspace, draft_id)
    expected = [
        "before",
        SAMPLE_LEADS[1]["name"],
        "after",
        *(lead.get("name", "") for lead in SAMPLE_LEADS[3:]),
    ]
    assert [again.batch.text(row, "name") for row in again.batch.order] == expected
    assert again.history.next_redo is None
    assert [entry.kind for entry in workspace.load_draft(draft_id).journal] == ["do", "do", "undo", "do"]
    again.close()
