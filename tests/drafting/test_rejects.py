from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft, export_rejects, rejected_rows
from leapgrid.drafting.export import export
from leapgrid.files import ImportMapping, UnwritableFile
from leapgrid.records import InsertRows
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.drafting.desk import ANNA, LEAD, REFUSED, draft_of, send, typed, write_csv


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


async def test_rejected_records_go_out_with_their_own_columns_and_what_was_wrong(
    workspace: Workspace, sandbox: SandboxServer, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        "E-mail,Notes,Name",
        "anna@kellerbau.de,met in Ulm,Anna Keller",
        "mallory@mailinator.com,call back,Mallory",
    )
    draft = WorkingDraft.from_file(workspace, path, LEAD)
    draft.check_all()
    typed(draft, 1, "phone", "+49 30 901820")
    rows = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(2, rows, {"name": ("Eve",), "email": ("eve@mailinator.com",)}), "new record")
    await send(draft, sandbox)
    assert rejected_rows(draft) == (1, *rows)
    out = tmp_path / "rejects.csv"
    assert export_rejects(draft, out) == 2
    says = 'The server says "email domain is not allowed: {}".'
    assert rows_of(out) == [
        ["E-mail", "Notes", "Name", "phone", "line", "field", "value", "message"],
        [
            "mallory@mailinator.com",
            "call back",
            "Mallory",
            "+49 30 901820",
            "3",
            "email",
            "mallory@mailinator.com",
            says.format("mallory@mailinator.com"),
        ],
        [
            "eve@mailinator.com",
            "",
            "Eve",
            "",
            "",
            "email",
            "eve@mailinator.com",
            says.format("eve@mailinator.com"),
        ],
    ]
    with pytest.raises(UnwritableFile):
        export_rejects(draft, path)
    draft.close()


async def test_a_draft_without_a_file_has_a_column_for_each_field(
    workspace: Workspace, sandbox: SandboxServer, tmp_path: Path
) -> None:
    draft = WorkingDraft.new(workspace, LEAD, "by hand")
    rows = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(0, rows, {name: (text,) for name, text in REFUSED.items()}), "new record")
    await send(draft, sandbox)
    export_rejects(draft, tmp_path / "rejects.csv")
    header, row = rows_of(tmp_path / "rejects.csv")
    assert header[:6] == list(LEAD.names)
    assert row[:2] == ["Mallory", "mallory@mailinator.com"]
    draft.close()


def test_without_rejected_records_there_is_only_the_header(tmp_path: Path) -> None:
    draft = draft_of(None, ANNA)
    assert export_rejects(draft, tmp_path / "rejects.csv") == 0
    assert len(rows_of(tmp_path / "rejects.csv")) == 1


async def test_a_joined_field_stands_behind_and_is_read_back_as_it_was_edited(
    workspace: Workspace, sandbox: SandboxServer, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        "Last Name,First Name,E-mail",
        "Ory,Mal,mallory@mailinator.com",
        ",Eve,eve@mailinator.com",
    )
    said = ImportMapping(columns={"First Name": "name", "Last Name": "name"})
    draft = WorkingDraft.from_file(workspace, path, LEAD, said)
    draft.check_all()
    assert [draft.batch.text(row, "name") for row in (0, 1)] == ["Mal Ory", "Eve"]
    await send(draft, sandbox)
    typed(draft, 1, "name", "Eve Smith")
    out = tmp_path / "rejects.csv"
    assert export_rejects(draft, out) == 2
    header, *lines = rows_of(out)
    assert header == ["Last Name", "First Name", "E-mail", "name", "line", "field", "value", "message"]
    # The file's own columns as they were read, and what is meant now behind them.
    assert [line[:4] for line in lines] == [
        ["Ory", "Mal", "mallory@mailinator.com", "Mal Ory"],
        ["", "Eve", "eve@mailinator.com", "Eve Smith"],
    ]
    again = WorkingDraft.from_file(None, out, LEAD)
    assert [again.batch.text(row, "name") for row in (0, 1)] == ["Mal Ory", "Eve Smith"]
    # Who has the halves joined once more gets them, and is told that the other column is not used.
    joined = WorkingDraft.from_file(None, out, LEAD, said)
    assert [joined.batch.text(row, "name") for row in (0, 1)] == ["Mal Ory", "Eve"]
    assert "“name” was left out" in " ".join(note.message for note in joined.notes)
    draft.close()
    # The draft of another day still knows which columns were joined, and in which order.
    stored = WorkingDraft.from_stored(workspace, draft.id)
    assert list(stored.header_mapping) == ["First Name", "Last Name", "E-mail"]
    assert stored.batch.text(1, "name") == "Eve Smith"
    stored.close()


async def test_a_column_that_would_hide_a_joined_field_is_told(
    workspace: Workspace, sandbox: SandboxServer, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "in.csv", "Name,First,Last,E-mail", "old,Mal,Ory,mallory@mailinator.com")
    said = ImportMapping(columns={"First": "name", "Last": "name"})
    draft = WorkingDraft.from_file(workspace, path, LEAD, said)
    draft.check_all()
    await send(draft, sandbox)
    out = tmp_path / "rejects.csv"
    done = export(draft, out, what="rejected")
    assert [(note.code, note.message) for note in done.notes] == [
        (
            "hidden_field",
            "Read again, “Name” of the file itself would be taken for name, which has a column behind: "
            "--map 'Name=' leaves it out.",
        )
    ]
    assert WorkingDraft.from_file(None, out, LEAD).batch.text(0, "name") == "old"
    again = WorkingDraft.from_file(None, out, LEAD, ImportMapping(columns={"Name": None}))
    assert again.batch.text(0, "name") == "Mal Ory"
    draft.close()


async def test_what_was_repaired_since_still_has_what_it_was_refused_for(
    workspace: Workspace, sandbox: SandboxServer, tmp_path: Path
) -> None:
    lines = ("name,email", "Mallory,mallory@mailinator.com", "Eve,eve@mailinator.com")
    draft = WorkingDraft.from_file(workspace, write_csv(tmp_path / "in.csv", *lines), LEAD)
    draft.check_all()
    await send(draft, sandbox)
    typed(draft, 0, "email", "mallory@firm.de")
    typed(draft, 1, "name", "Eve Smith")  # another cell than the one that was refused
    says = 'The server says "email domain is not allowed: {}".'
    wanted = [
        [cells[0], cells[1], line, "email", sent, says.format(sent)]
        for cells, line, sent in (
            (("Mallory", "mallory@firm.de"), "2", "mallory@mailinator.com"),
            (("Eve Smith", "eve@mailinator.com"), "3", "eve@mailinator.com"),
        )
    ]
    assert draft.counts().rejected == 0
    written = export(draft, tmp_path / "out.csv", what="rejected")
    assert rows_of(tmp_path / "out.csv")[1:] == wanted
    assert [note.message for note in written.notes] == [
        "2 refused, 2 of them edited since; value and message tell of the refusal."
    ]
    draft.close()
    # And so it has on another day, and once the repair is sent nothing is said of it any more.
    again = WorkingDraft.from_stored(workspace, draft.id)
    export_rejects(again, tmp_path / "again.csv")
    assert rows_of(tmp_path / "again.csv")[1:] == wanted
    await send(again, sandbox)
    export_rejects(again, tmp_path / "last.csv")
    assert [row[:2] for row in rows_of(tmp_path / "last.csv")[1:]] == [["Eve Smith", "eve@mailinator.com"]]
    again.close()
