"""What was said of columns is there for the same headers, and gone when it is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.files import ImportMapping, ReadOptions
from leapgrid.records import CheckContext, schema_for
from leapgrid.workspace import Damaged, Workspace, may_remember
from tests.workspace.support import behind

SAID = ImportMapping(
    columns={"E-Mail": "email", "Notes": None, "Stage \ud83d": "status"},
    constants={"owner": "g1"},
    values={"status": {"MQL": "working", "": "new"}},
    default_country="DE",
    date_order="dmy",
)
HEADERS = ["E-Mail", "Notes", "Stage \ud83d"]


def test_it_is_there_for_the_same_headers_and_object(address: str) -> None:
    with Workspace.open(address, clock=lambda: 1000.0) as workspace:
        assert workspace.remembered_mapping("lead", HEADERS) is None
        workspace.remember_mapping("lead", HEADERS, SAID)
    with Workspace.open(address) as workspace:
        found = workspace.remembered_mapping("lead", HEADERS)
        assert found == (SAID, 1000.0)
        assert list(found[0].columns) == HEADERS
        assert workspace.remembered_mapping("lead", [" e-mail", "NOTES", "Stage  \ud83d"]) == found
        assert workspace.remembered_mapping("user", HEADERS) is None
        assert workspace.remembered_mapping("lead", HEADERS[:2]) is None
        assert workspace.remembered_mapping("lead", [HEADERS[1], HEADERS[0], HEADERS[2]]) is None
        assert workspace.remembered_mapping("lead", [*HEADERS, ""]) is None


def test_the_last_word_counts_and_how_it_was_read_is_not_kept(workspace: Workspace) -> None:
    workspace.remember_mapping("lead", HEADERS, SAID)
    later = ImportMapping(columns={"Notes": "name"}, options=ReadOptions("cp1252", ";", 3))
    workspace.remember_mapping("lead", HEADERS, later)
    found = workspace.remembered_mapping("lead", HEADERS)
    assert found is not None
    assert found.mapping == ImportMapping(columns={"Notes": "name"})


def test_it_can_be_forgotten(workspace: Workspace) -> None:
    workspace.remember_mapping("lead", HEADERS, SAID)
    workspace.remember_mapping("user", HEADERS, SAID)
    assert workspace.forget_mapping("lead", ["e-mail", "notes", "stage \ud83d"])
    assert workspace.remembered_mapping("lead", HEADERS) is None
    assert workspace.remembered_mapping("user", HEADERS) is not None
    assert not workspace.forget_mapping("lead", HEADERS)


@pytest.mark.parametrize("stored", ["{}", "[]", '"x"', '{"columns": 1}', "not json", "null"])
def test_what_is_not_what_was_written_is_damage(address: str, stored: str) -> None:
    with Workspace.open(address) as workspace:
        workspace.remember_mapping("lead", HEADERS, SAID)
        behind(workspace, "UPDATE remembered_mapping SET mapping = :stored", stored=stored)
    with Workspace.open(address) as workspace, pytest.raises(Damaged):
        workspace.remembered_mapping("lead", HEADERS)


def test_a_draft_keeps_how_its_values_are_read(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("Name,Phone\nA,0171 2345678\n")
    said = ImportMapping(default_country="DE", date_order="mdy")
    of_all = CheckContext(default_country="FR", date_order="dmy")
    draft = WorkingDraft.from_file(workspace, file, schema_for("lead"), said, context=of_all)
    again = WorkingDraft.from_stored(workspace, draft.id, context=of_all)
    looked_at = WorkingDraft.from_file(None, file, schema_for("lead"), said, context=of_all)
    stored = WorkingDraft.from_stored(workspace, looked_at.store_in(workspace), context=of_all)
    for opened in (draft, again, looked_at, stored):
        assert (opened.context.default_country, opened.context.date_order) == ("DE", "mdy")
        opened.check_all()
        (issue,) = opened.issues
        assert issue.fix is not None
        assert issue.fix.value == "+49 171 2345678"
    plain = WorkingDraft.from_file(workspace, file, schema_for("lead"), context=of_all)
    assert WorkingDraft.from_stored(workspace, plain.id, context=of_all).context == of_all
    for opened in (draft, again, stored, plain):
        opened.close()


def test_a_draft_keeps_what_was_made_on_import(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("Name,Stage\nA,MQL\nB,new\n")
    said = ImportMapping(values={"status": {"MQL": "working"}}, constants={"owner": "g1"})
    draft = WorkingDraft.from_file(workspace, file, schema_for("lead"), said)
    again = WorkingDraft.from_stored(workspace, draft.id)
    for opened in (draft, again):
        assert [opened.batch.text(row, "status") for row in (0, 1)] == ["working", "new"]
        assert [opened.batch.text(row, "owner") for row in (0, 1)] == ["g1", "g1"]
        assert opened.header_mapping == {"Name": "name", "Stage": "status"}
        assert opened.batch.frame.own == 2
        opened.close()


def test_a_glance_tells_whether_it_is_worth_opening(tmp_path: Path) -> None:
    assert not may_remember(None, tmp_path / "nowhere", "lead", HEADERS)
    with Workspace.open(None, data_dir=tmp_path) as workspace:
        assert not may_remember(None, tmp_path, "lead", HEADERS)
        workspace.remember_mapping("lead", HEADERS, SAID)
        assert may_remember(None, tmp_path, "lead", HEADERS)
    assert may_remember(None, tmp_path, "lead", [" e-mail", "NOTES", "Stage  \ud83d"])
    assert not may_remember(None, tmp_path, "lead", HEADERS[:2])
    assert not may_remember(None, tmp_path, "user", HEADERS)


def test_a_glance_leaves_to_the_workspace_what_it_cannot_tell(tmp_path: Path) -> None:
    assert may_remember("sqlite:////elsewhere/ws.db", tmp_path, "lead", HEADERS)
    (tmp_path / "workspace.db").write_bytes(b"no database")
    assert may_remember(None, tmp_path, "lead", HEADERS)
    (tmp_path / "workspace.db").write_bytes(b"")
    assert may_remember(None, tmp_path, "lead", HEADERS)
    assert (tmp_path / "workspace.db").read_bytes() == b""
    assert [path.name for path in tmp_path.iterdir()] == ["workspace.db"]
