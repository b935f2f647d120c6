"""``leapgrid export``: a draft out again, in the form in which somebody else needs it."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import DraftSummary, Workspace
from tests.cli.conftest import Command

SAYS = 'The server says "email domain is not allowed: mallory@mailinator.com".'


@pytest.fixture
def sent(leapgrid: Command, sandbox: SandboxServer) -> str:
    """The id of a draft: one record refused, two good ones of the same chunk, one with an error."""
    path = leapgrid.write(
        "leads.csv",
        "E-mail,Notes,Name,Phone",
        "anna@kellerbau.de,met in Ulm,Anna Keller,+49 171 2345678",
        "mallory@mailinator.com,=call back,Mallory,",
        'test .sok@gmail.com,"a, b",Test Eight,007',
        "bao@phohanoi.vn,,Bảo Nguyễn,",
    )
    ran = leapgrid(
        "submit", path, "--yes", "--base-url", sandbox.base_url, "--format", "json", "--on-refusal=leave"
    )
    assert ran.code == 1
    return str(ran.document["draft"])


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def drafts(leapgrid: Command) -> list[DraftSummary]:
    with Workspace.open(str(leapgrid.workspace)) as workspace:
        return workspace.drafts()


def test_all_records_come_out_by_field_and_read_back_the_same(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "out.csv"
    ran = leapgrid("export", "leads.csv", "--to", out)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"4 records of leads.csv in {out}\n"
    assert rows(out) == [
        ["name", "email", "phone"],
        ["Anna Keller", "anna@kellerbau.de", "+49 171 2345678"],
        ["Mallory", "mallory@mailinator.com", ""],
        ["Test Eight", "test .sok@gmail.com", "007"],
        ["Bảo Nguyễn", "bao@phohanoi.vn", ""],
    ]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    first, second = (
        leapgrid("preview", path, "--include-invalid") for path in (leapgrid.home / "leads.csv", out)
    )
    assert first.document == second.document


def test_rejected_records_keep_the_columns_of_their_file(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "rejected.csv"
    ran = leapgrid("export", sent, "--to", out, "--only", "rejected", "--format", "json")
    assert ran.code == 0
    assert ran.document == {
        "draft": sent,
        "name": "leads.csv",
        "object": "lead",
        "file": str(out),
        "form": "csv",
        "only": "rejected",
        "records": 1,
        "notes": [],
    }
    assert rows(out) == [
        ["E-mail", "Notes", "Name", "Phone", "line", "field", "value", "message"],
        ["mallory@mailinator.com", "=call back", "Mallory", "", "3", "email", "mallory@mailinator.com", SAYS],
    ]


def test_unsent_records_are_those_that_the_server_has_no_word_on(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "unsent.jsonl"
    ran = leapgrid("export", sent[:20], "--to", out, "--only", "unsent")
    # Of a refused chunk nothing was stored, so its good records are still to be sent.
    assert ran.out == f"3 unsent records of leads.csv in {out}\n"
    assert [json.loads(line) for line in out.read_text("utf-8").splitlines()] == [
        {"name": "Anna Keller", "email": "anna@kellerbau.de", "phone": "+49 171 2345678"},
        {"name": "Test Eight", "email": "test .sok@gmail.com", "phone": "007"},
        {"name": "Bảo Nguyễn", "email": "bao@phohanoi.vn", "phone": ""},
    ]


def test_json_is_to_the_byte_what_preview_prints(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "out.json"
    assert leapgrid("export", sent, "--to", out).code == 0
    shown = leapgrid("preview", leapgrid.home / "leads.csv", "--include-invalid").out
    assert out.read_text("utf-8") == shown


def test_for_spreadsheets_nothing_is_calculated_and_that_is_said(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "excel.csv"
    ran = leapgrid("export", sent, "--to", out, "--as", "spreadsheet", "--only", "rejected")
    assert ran.code == 0
    assert "1 cell begins as a formula would, and got an apostrophe" in ran.err
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    header, row = rows(out)
    assert (header[-1], row[1], row[-1]) == ("leapgrid:escaped", "'=call back", "2")
    document = leapgrid("check", out, "--map", "Notes=status", "--format", "json").document
    assert list(document["mapping"]) == header[:-1]
    assert [note["code"] for note in document["notes"]].count("escapes_undone") == 1
    assert '"status": "=call back"' in leapgrid("preview", out, "--map", "Notes=status").out


@pytest.mark.parametrize("name", ["out.tsv", "out.xlsx", "out.jsonl"])
def test_other_forms_read_back_the_same(leapgrid: Command, sent: str, name: str) -> None:
    out = leapgrid.home / name
    assert leapgrid("export", sent, "--to", out).code == 0
    first, second = (
        leapgrid("preview", path, "--include-invalid") for path in (leapgrid.home / "leads.csv", out)
    )
    assert first.document == second.document


def test_fields_of_its_own_are_told_where_a_table_loses_them(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write("own.json", '[{"name": "A", "size": 3}, {"name": "B"}]')
    leapgrid("submit", path, "--yes", "--base-url", sandbox.base_url)
    ran = leapgrid("export", "own.json", "--to", leapgrid.home / "o.csv")
    assert ran.code == 0
    assert (
        "“size” is not a known field of Lead: read again from this form, it has to be mapped by hand"
        in ran.err
    )
    assert leapgrid("export", "own.json", "--to", leapgrid.home / "o.jsonl").err == ""
    assert leapgrid("preview", leapgrid.home / "o.jsonl").document == [
        {"name": "A", "size": "3"},
        {"name": "B"},
    ]


def test_a_file_is_only_replaced_when_that_was_said_and_the_source_never(
    leapgrid: Command, sent: str
) -> None:
    out = leapgrid.home / "out.csv"
    out.write_text("before")
    ran = leapgrid("export", sent, "--to", out, "--format", "json")
    assert ran.code == 2
    assert ran.document["error"]["code"] == "exists"
    assert "give --overwrite" in ran.err
    assert out.read_text() == "before"
    assert leapgrid("export", sent, "--to", out, "--overwrite").code == 0
    assert rows(out)[0] == ["name", "email", "phone"]
    source = leapgrid.home / "leads.csv"
    before = source.read_text("utf-8")
    ran = leapgrid("export", sent, "--to", source, "--overwrite")
    assert (ran.code, source.read_text("utf-8")) == (2, before)
    assert "is the file that was read; it is never written over" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("leads.csv", "--to", "x.txt"), "x.txt does not say which form it has."),
        (("leads.csv", "--to", "x"), "x does not say which form it has."),
        (("leads.csv", "--to", "x.csv", "--as", "xlsx"), "x.csv ends in .csv, which is another form."),
        (("leads.csv", "--to", "no/x.csv"), "The folder of x.csv is not there."),
        (("leads.csv", "--to", "."), "does not say which form"),
        (("leads.csv", "--to", "-"), "--to wants the path of a file"),
        (("leeds.csv", "--to", "x.csv"), "There is no draft 'leeds.csv'. Closest: "),
        (("zzz", "--to", "x.csv"), "There is no draft 'zzz'. The last ones: "),
        (("", "--to", "x.csv"), "There is no draft ''. The last ones: "),
        (("\x1b[2J", "--to", "x.csv"), "There is no draft"),
    ],
)
def test_says_in_a_sentence_why_nothing_is_written(
    leapgrid: Command, sent: str, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = leapgrid.home / "there"
    there.mkdir()
    monkeypatch.chdir(there)
    ran = leapgrid("export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "\x1b" not in ran.err
    assert list(there.iterdir()) == []


def test_without_a_draft_it_says_how_to_make_one(leapgrid: Command) -> None:
    ran = leapgrid("export", "x", "--to", "x.csv")
    assert ran.code == 2
    assert "There are no drafts yet. leapgrid open FILE makes one" in ran.err


def test_a_name_that_two_drafts_have_wants_the_id(
    leapgrid: Command, sent: str, sandbox: SandboxServer
) -> None:
    leapgrid("submit", leapgrid.home / "leads.csv", "--yes", "--base-url", sandbox.base_url)
    ran = leapgrid("export", "leads.csv", "--to", "x.csv")
    assert ran.code == 2
    assert all(draft.id in ran.err for draft in drafts(leapgrid))


def test_a_draft_that_is_open_elsewhere_can_be_exported_and_is_not_changed(
    leapgrid: Command, sent: str
) -> None:
    before = drafts(leapgrid)
    with Workspace.open(str(leapgrid.workspace)) as workspace:
        assert workspace.hold_draft(sent)
        assert leapgrid.run("export", sent, "--to", leapgrid.home / "x.csv").code == 0
    assert drafts(leapgrid) == before


def test_in_a_process_of_its_own(leapgrid: Command, sent: str) -> None:
    out = leapgrid.home / "out.csv"
    ran = leapgrid.run("export", sent, "--to", out, "--format", "json")
    document: dict[str, Any] = ran.document
    assert (ran.code, ran.err, document["records"]) == (0, "", 4)
    assert len(rows(out)) == 5


def test_of_drafts_of_one_name_the_newest_are_listed_first_with_what_tells_them_apart(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write("main.csv", "name", "Anna", "Bo")
    to = ("--base-url", sandbox.base_url, "--yes", "--format", "json")
    ids = [leapgrid("submit", path, *to).document["draft"] for _ in range(2)]
    path.write_text("name\nAnna\n", encoding="utf-8")
    ids.append(leapgrid("submit", path, *to, "--first").document["draft"])
    ran = leapgrid("export", "main.csv", "--to", leapgrid.home / "out.csv")
    assert ran.code == 2
    assert "3 drafts may be meant by 'main.csv'. Give the id of one: " in ran.err
    places = [ran.err.index(draft_id) for draft_id in reversed(ids)]
    assert places == sorted(places)
    assert ran.err.count("2 records, 2 created") == 1
    assert ran.err.count("2 records, 2 already there") == 1
    assert ran.err.count("1 record, 1 already there") == 1
