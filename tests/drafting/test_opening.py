from __future__ import annotations

import json
from pathlib import Path

import pytest

from leapgrid.drafting import DraftError, WorkingDraft, check_report
from leapgrid.files import ImportMapping, UnreadableFile
from leapgrid.records import InsertRows, RowState, set_cell
from leapgrid.workspace import JournalEntry, NotFound, Workspace
from tests.drafting.desk import ANNA, BAO, LEAD, assert_counts_hold, draft_of, states, typed, write_csv

SAMPLES = Path(__file__).parent.parent / "samples"


def test_the_report_of_a_file_is_the_document_of_the_contract(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        "Name,E-mail,Notes",
        "test-8,test .sok@gmail.com,x",
        "Anna Keller",
    )
    draft = WorkingDraft.from_file(None, path, LEAD)
    draft.check_all()
    report = check_report(draft)
    report["issues"] = list(report["issues"])
    assert json.loads(json.dumps(report)) == report
    assert report == {
        "object": "lead",
        "source": str(path),
        "records": 2,
        "errors": 1,
        "warnings": 0,
        "records_with_errors": 1,
        "mapping": {"Name": "name", "E-mail": "email", "Notes": None},
        "notes": report["notes"],
        "issues": [
            {
                "row": 1,
                "line": 2,
                "field": "email",
                "severity": "error",
                "source": "local",
                "code": "email_syntax",
                "message": "The address has a space before the @.",
                "value": "test .sok@gmail.com",
                "fix": {"label": "Remove the space", "value": "test.sok@gmail.com"},
            }
        ],
    }
    assert ("short_line", 3) in {(note["code"], note["line"]) for note in report["notes"]}
    assert all(set(note) == {"code", "line", "message"} for note in report["notes"])


def test_errors_come_before_warnings_and_then_by_row(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        "name,email,phone",
        ",dev@gmial.com,+91-887788778888",
        "Eva,eva@,",
        "Finn,f @x.de,",
    )
    draft = WorkingDraft.from_file(None, path, LEAD)
    draft.check_all()
    found = [(issue["severity"], issue["row"], issue["field"]) for issue in check_report(draft)["issues"]]
    assert found == [
        ("error", 1, "phone"),
        ("error", 2, "email"),
        ("error", 3, "email"),
        ("warning", 1, "name"),
        ("warning", 1, "email"),
    ]


def test_the_printed_example_is_read_and_its_mistake_found() -> None:
    draft = WorkingDraft.from_file(None, SAMPLES / "bad_email.request.json", LEAD)
    draft.check_all()
    report = check_report(draft)
    assert (report["records"], report["errors"]) == (2, 1)
    (issue,) = report["issues"]
    assert (issue["value"], issue["line"]) == ("test .sok@gmail.com", 2)
    assert draft.payload(1) == {"name": "test-9", "email": "test1@gmail.com"}


def test_a_file_becomes_a_draft_that_opens_as_it_was_left(workspace: Workspace, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "leads_march.csv", "Name,E-mail,Notes", "Anna Keller,anna@kellerbau.de", "Bo,,x"
    )
    draft = WorkingDraft.from_file(workspace, path, LEAD, ImportMapping(columns={"Notes": "my_notes"}))
    assert draft.name == "leads_march.csv"
    typed(draft, 1, "email", "bo@holm.se")
    rows = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(2, rows, {"name": ("Eva",)}), "new record")
    draft.undo()
    draft.redo()
    assert draft.close()
    path.unlink()

    again = WorkingDraft.from_stored(workspace, draft.id)
    assert [again.batch.values(row) for row in again.batch.order] == [
        {"name": "Anna Keller", "email": "anna@kellerbau.de"},
        {"name": "Bo", "email": "bo@holm.se", "my_notes": "x"},
        {"name": "Eva"},
    ]
    assert again.header_mapping == draft.header_mapping
    assert again.notes == draft.notes
    assert [step.label for step in again.history.steps] == ["email of row 2", "new record"]
    assert again.batch.new_row_ids(1) > rows
    assert (again.undo(), again.undo(), again.undo())[1:] != (None, None)
    assert len(again.batch) == 2
    again.close()


def test_the_list_of_drafts_knows_rows_and_errors(workspace: Workspace) -> None:
    draft = draft_of(workspace, ANNA, {"email": "x"})
    draft.close()
    draft.close()
    (summary,) = workspace.drafts()
    assert (summary.name, summary.rows, summary.errors) == ("leads", 2, 1)


def test_a_new_draft_is_empty_and_takes_records_by_hand(workspace: Workspace) -> None:
    draft = WorkingDraft.new(workspace, LEAD, "by hand")
    assert (len(draft.batch), draft.plan().records) == (0, 0)
    rows = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(0, rows, {"name": ("Anna",)}), "new record")
    assert draft.plan().records == 1
    assert draft.close()
    again = WorkingDraft.from_stored(workspace, draft.id)
    assert again.batch.values(rows[0]) == {"name": "Anna"}
    assert again.story(rows[0], "name")[0][1:] == ("edit", "Anna")
    again.close()


def test_ids_that_something_is_known_of_are_not_given_out_again(workspace: Workspace) -> None:
    draft = draft_of(workspace, ANNA)
    (row,) = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(1, (row,), {"name": ("Eva",)}), "new record")
    draft.skip([row])
    draft.close()
    # As after a crash that lost the journal's end.
    (summary,) = workspace.drafts()
    lost = WorkingDraft.from_stored(workspace, summary.id)
    lost.close()
    stored = workspace.load_draft(draft.id)
    stored.journal.clear()
    again = WorkingDraft(stored, None)
    assert again.batch.new_row_ids(1)[0] > row
    assert_counts_hold(again)
    assert states(again) == ["ready"]


def test_a_draft_without_a_workspace_keeps_nothing(tmp_path: Path) -> None:
    draft = draft_of(None, ANNA)
    typed(draft, 0, "name", "x")
    assert (draft.flush(), draft.close()) == (True, True)
    with pytest.raises(DraftError, match="only looked at"):
        draft.skip([0])
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_opened_says_so(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        WorkingDraft.from_stored(workspace, "01JD")
    with pytest.raises(UnreadableFile):
        WorkingDraft.from_file(workspace, tmp_path / "nothing.csv", LEAD)
    assert workspace.drafts() == []


@pytest.mark.parametrize(
    "edit", [{"kind": "sort"}, {"kind": "set", "rows": [99], "columns": {"name": ["x"]}}, None], ids=str
)
def test_a_damaged_history_is_told_with_its_step(workspace: Workspace, edit: object) -> None:
    draft = draft_of(workspace, ANNA, BAO)
    typed(draft, 0, "name", "x")
    draft.close()
    workspace.append_entries(draft.id, [JournalEntry("do", "broken", edit, 1.0)])
    with pytest.raises(DraftError, match="damaged at step 2 of 2"):
        WorkingDraft.from_stored(workspace, draft.id)


def test_the_story_of_a_cell_begins_with_what_was_read() -> None:
    now = iter(range(100, 200))
    draft = WorkingDraft.from_records(None, LEAD, "leads", [ANNA], clock=lambda: float(next(now)))
    draft.apply(set_cell(0, "name", "Anna K."), "name")
    draft.apply(set_cell(0, "name", "Anna Keller"), "name")
    assert draft.story(0, "name") == [
        (0.0, "read", "Anna Keller"),
        (100.0, "edit", "Anna K."),
        (101.0, "edit", "Anna Keller"),
    ]
    assert draft.story(0, "phone") == []
    assert draft.shown_state(0) is RowState.READY
