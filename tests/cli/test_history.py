"""``leapgrid history`` and ``leapgrid receipt``: what was sent, in text and for programs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import Command


@pytest.fixture
def sent(leapgrid: Command, sandbox: SandboxServer) -> str:
    """The id of a submission: one created, one refused."""
    path = leapgrid.write("leads.csv", "name,email", "Anna,anna@kellerbau.de", "M\u202e,m@mailinator.com")
    ran = leapgrid(
        "submit",
        path,
        "--base-url",
        sandbox.base_url,
        "--yes",
        "--format",
        "json",
        "--include-invalid",
    )
    assert ran.code == 1, ran
    return str(ran.document["submission"])


def test_before_anything_was_sent_it_says_so(leapgrid: Command) -> None:
    ran = leapgrid("history")
    assert (ran.code, ran.out) == (0, "History, the last 30 days: nothing was submitted.\n")
    assert leapgrid("history", "--format", "json").document["submissions"] == []
    none = leapgrid("receipt", "last")
    assert none.code == 2
    assert "Nothing was submitted yet." in none.err


def test_history_has_days_reasons_and_submissions(
    leapgrid: Command, sandbox: SandboxServer, sent: str
) -> None:
    # It needs neither key nor address.
    ran = leapgrid("history", environ={"LEAPGRID_TOKEN": None})
    assert ran.code == 0
    assert "━" in ran.out
    assert "email domain is not allowed" in ran.out
    assert sent in ran.out
    assert f"leapgrid receipt {sent}" in ran.out
    document = leapgrid("history", "--all", "--format", "json").document
    (line,) = document["submissions"]
    states = ("created", "already_there", "rejected", "unknown", "skipped", "not_sent")
    assert (line["submission"], line["created"], line["rejected"]) == (sent, 1, 1)
    assert sum(line[state] for state in states) == line["records"] == 2
    assert sum(sum(day[state] for state in states) for day in document["days"]) == document["records"]
    assert [reason["field"] for reason in document["reasons"]] == ["email"]
    elsewhere = leapgrid("history", "--base-url", "https://other.example", "--format", "json").document
    assert elsewhere["submissions"] == []
    assert (
        leapgrid("history", "--base-url", sandbox.base_url, "--all", "--format", "json").document == document
    )
    assert leapgrid("history", "--days", "0").code == 2


def test_the_numbers_of_a_submission_add_up(leapgrid: Command, sandbox: SandboxServer) -> None:
    sandbox.set_fault("unauthorized-from=3")
    path = leapgrid.write("many.csv", "name,external_id", *(f"N{n},E{n}" for n in range(10)))
    ran = leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes", "--chunk-size", "2")
    assert ran.code == 4
    out = leapgrid("history").out
    line = leapgrid("history", "--format", "json").document["submissions"][0]
    head = next(each for each in out.splitlines() if "records" in each and "what" in each)
    assert "not sent" in head
    assert "skipped" not in head
    row = next(each for each in out.splitlines() if each.endswith(line["submission"]))
    numbers = [int(word) for word in row.split("lead", 1)[1].split() if word.isdecimal()]
    assert numbers == [10, line["created"], line["not_sent"]]
    assert line["created"] + line["not_sent"] == 10
    assert f"{line['created']} records sent" in out.splitlines()[0]
    assert "Records sent a day" in out


def test_history_for_spreadsheets(leapgrid: Command, sent: str) -> None:
    (row,) = csv.DictReader(io.StringIO(leapgrid("history", "--format", "csv").out))
    assert (row["submission"], row["records"], row["created"], row["rejected"]) == (sent, "2", "1", "1")


@pytest.mark.parametrize("form", ["text", "json", "csv", "html"])
def test_a_receipt_in_each_form_is_the_same_on_stdout_and_in_a_file(
    leapgrid: Command, sent: str, form: str
) -> None:
    name = leapgrid.home / f"receipt.{'txt' if form == 'text' else form}"
    shown = leapgrid("receipt", sent[:12], "--format", form)
    assert shown.code == 0
    assert form == "csv" or "\u202e" not in shown.out
    assert sent in shown.out
    written = leapgrid("receipt", "last", "--to", name)
    assert (written.code, written.out) == (0, "")
    assert f"stands in {name}." in written.err
    text = name.read_text("utf-8-sig")
    if form in ("text", "csv"):
        assert text.replace("\r\n", "\n") == shown.out
    refused = leapgrid("receipt", sent, "--to", name)
    assert refused.code == 2
    assert "exists already" in refused.err
    assert leapgrid("receipt", sent, "--to", name, "--overwrite").code == 0


def test_a_receipt_never_takes_the_place_of_the_file_that_was_sent(leapgrid: Command, sent: str) -> None:
    path = leapgrid.home / "leads.csv"
    before = path.read_bytes()
    ran = leapgrid("receipt", sent, "--to", path, "--overwrite")
    assert ran.code == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("to", ["-", "receipt", "receipt.pdf"])
def test_where_a_receipt_cannot_be_written_it_says_so(leapgrid: Command, sent: str, to: str) -> None:
    ran = leapgrid("receipt", sent, "--to", to)
    assert (ran.code, ran.out) == (2, "")
    assert not Path(to).exists()
