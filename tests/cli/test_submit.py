"""``leapgrid submit`` against a server that does everything a server may do wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from leapgrid.cli.sending import send
from leapgrid.drafting import WorkingDraft
from leapgrid.records import Field, ObjectSchema, schema_for
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import SubmitOptions
from leapgrid.superleap import SecretToken
from leapgrid.workspace import Workspace
from tests.cli.conftest import SAMPLES, TOKEN, Command, Ran

KEYS = {
    "submission", "object", "base_url", "records", "created", "already_there", "rejected", "unknown",
    "skipped", "not_sent", "invalid", "issues", "stopped", "resume", "rejects", "chunks",
}  # fmt: skip


def many(leapgrid: Command, count: int) -> Path:
    return leapgrid.write("many.csv", "name,email", *(f"N{n},n{n}@firm.de" for n in range(1, count + 1)))


def sent(leapgrid: Command, sandbox: SandboxServer, path: Path, *more: str) -> Ran:
    return leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes", "--format", "json", *more)


def names(sandbox: SandboxServer) -> list[str]:
    return [record["name"] for record in sandbox.store.records("lead")]


def add_up(document: dict[str, Any]) -> bool:
    states = ("created", "already_there", "rejected", "unknown", "skipped", "not_sent")
    return bool(sum(document[state] for state in states) == document["records"])


def test_records_are_created_and_the_document_says_so(leapgrid: Command, sandbox: SandboxServer) -> None:
    ran = sent(leapgrid, sandbox, SAMPLES / "create_two_leads.request.json")
    assert ran.code == 0
    document = ran.document
    assert set(document) >= KEYS
    assert len(document["submission"]) == 26
    assert {key: document[key] for key in KEYS - {"submission", "chunks"}} == {
        "object": "lead",
        "base_url": sandbox.base_url,
        "records": 2,
        "created": 2,
        "already_there": 0,
        "rejected": 0,
        "unknown": 0,
        "skipped": 0,
        "not_sent": 0,
        "invalid": 0,
        "issues": [],
        "stopped": None,
        "resume": None,
        "rejects": None,
    }
    (chunk,) = document["chunks"]
    assert (chunk["chunk"], chunk["records"], chunk["outcome"], chunk["status"]) == (1, 2, "created", 200)
    assert isinstance(chunk["message"], str)
    assert names(sandbox) == ["test-8", "test-9"]


def test_the_documented_refusal_marks_its_row_in_the_servers_words_and_no_other(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    more = ("--include-invalid", "--on-refusal", "leave")
    ran = sent(leapgrid, sandbox, SAMPLES / "bad_email.request.json", *more)
    assert ran.code == 1
    document = ran.document
    assert (document["rejected"], document["not_sent"], document["created"]) == (1, 1, 0)
    assert add_up(document)
    server = [issue for issue in document["issues"] if issue["source"] == "server"]
    assert [(issue["row"], issue["field"], issue["severity"]) for issue in server] == [(1, "email", "error")]
    assert "invalid email format: test .sok@gmail.com" in server[0]["message"]
    assert server[0]["value"] == "test .sok@gmail.com"
    assert all(issue["row"] == 1 for issue in document["issues"])
    assert document["chunks"] == [
        {
            "chunk": 1,
            "records": 2,
            "outcome": "rejected",
            "status": 400,
            "message": "Failed to create records",
        }
    ]
    assert names(sandbox) == []


def test_records_with_errors_stay_here(leapgrid: Command, sandbox: SandboxServer, leads: Path) -> None:
    ran = sent(leapgrid, sandbox, leads)
    assert ran.code == 1
    assert (ran.document["created"], ran.document["not_sent"], ran.document["invalid"]) == (2, 1, 1)
    assert ran.document["left_out"] == {"invalid": 1}
    assert names(sandbox) == ["Anna Keller", "Bảo Nguyễn"]


def test_what_the_server_takes_although_we_found_an_error_is_all_well(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    # Eleven digits are too many for Britain; the sandbox knows nothing of that.
    path = leapgrid.write("in.csv", "name,phone", "Anna,+44 20 7946 00000")
    kept = sent(leapgrid, sandbox, path)
    assert (kept.code, kept.document["invalid"]) == (1, 1)
    ran = sent(leapgrid, sandbox, path, "--include-invalid")
    assert (ran.code, ran.document["created"]) == (0, 1)


FAULTS: dict[str, tuple[int, dict[str, Any]]] = {
    "cut-after": (3, {"unknown": 2, "stored": 2}),
    "cut-before": (3, {"unknown": 2, "stored": 0}),
    "reset-after": (3, {"unknown": 2, "stored": 2}),
    "cut-during": (3, {"unknown": 2, "stored": 2}),
    "html-200": (3, {"unknown": 2, "stored": 0}),
    "html-502": (3, {"unknown": 2, "stored": 0}),
    "error-500-after": (3, {"unknown": 2, "stored": 2}),
    "unauthorized-from=1": (4, {"not_sent": 2, "stored": 0, "stopped": "unauthorized"}),
    "rate-limit=0x2": (0, {"created": 2, "stored": 2}),
    "too-large=1": (0, {"created": 2, "stored": 2}),
    "slow=0.2": (0, {"created": 2, "stored": 2}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_exit_code_and_nothing_is_claimed_or_sent_twice(
    leapgrid: Command, sandbox: SandboxServer, fault: str
) -> None:
    code, expected = FAULTS[fault]
    sandbox.set_fault(fault)
    ran = sent(leapgrid, sandbox, SAMPLES / "create_two_leads.request.json")
    assert ran.code == code, ran.err
    document = ran.document
    assert add_up(document)
    stored = expected.pop("stored", None)
    assert {key: document[key] for key in expected} == expected
    assert sandbox.store.count("lead") == stored
    assert "Traceback" not in ran.err


def test_numbers_that_are_off_are_put_right_by_the_value_that_the_server_quotes(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("zero-based")
    path = leapgrid.write("in.csv", "name,email", "A,a@firm.de", "B,b@mailinator.com", "C,c@firm.de")
    ran = sent(leapgrid, sandbox, path)
    assert ran.code == 1
    assert (ran.document["rejected"], ran.document["created"]) == (1, 2)
    assert [issue["row"] for issue in ran.document["issues"]] == [2]


def test_a_phone_refused_with_zero_based_numbers_stays_on_the_chunk(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    # The refusal of a phone does not quote it, so nothing tells which row is meant by 0.
    sandbox.set_fault("zero-based")
    path = leapgrid.write("in.csv", "name,phone", "A,+49 30 901820 ext. 5", "B,+49 30 901820")
    ran = sent(leapgrid, sandbox, path)
    assert ran.code == 1
    document = ran.document
    assert (document["rejected"], document["not_sent"]) == (0, 2)
    server = [issue for issue in document["issues"] if issue["source"] == "server"]
    assert [(issue["row"], issue["chunk"]) for issue in server] == [(None, 1)]
    text = leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes")
    assert "Refused, and no row could be found for it" in text.out
    assert "chunk 1, rows 1-2:" in text.out


def test_a_key_that_expires_on_the_way_stops_the_run(leapgrid: Command, sandbox: SandboxServer) -> None:
    sandbox.set_fault("unauthorized-from=3")
    ran = sent(leapgrid, sandbox, many(leapgrid, 10), "--chunk-size", "2")
    assert ran.code == 4
    document = ran.document
    assert (document["created"], document["not_sent"], document["stopped"]) == (4, 6, "unauthorized")
    assert len([request for request in sandbox.requests if request.method == "POST"]) == 3


def test_not_allowed_comes_before_unknown(leapgrid: Command, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-after@1", "unauthorized-from=2")
    ran = sent(leapgrid, sandbox, many(leapgrid, 4), "--chunk-size", "2")
    assert (ran.code, ran.document["unknown"], ran.document["not_sent"]) == (4, 2, 2)


def test_a_web_page_as_an_answer_stops_the_run_after_the_second(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("html-200")
    ran = sent(leapgrid, sandbox, many(leapgrid, 10), "--chunk-size", "2")
    assert ran.code == 3
    assert (ran.document["unknown"], ran.document["not_sent"]) == (4, 6)
    assert "does not look like the API" in ran.document["stopped_message"]


def test_a_server_that_is_not_there(leapgrid: Command) -> None:
    with SandboxServer() as gone:
        base_url = gone.base_url
    ran = leapgrid.run(
        "submit",
        SAMPLES / "create_two_leads.request.json",
        "--base-url",
        base_url,
        "--yes",
        "--format",
        "json",
    )
    assert ran.code == 4
    assert (ran.document["not_sent"], ran.document["stopped"]) == (2, "not_sent")
    assert ran.err.count("Nothing left this computer") >= 5


def test_the_first_record_only(leapgrid: Command, sandbox: SandboxServer) -> None:
    ran = sent(leapgrid, sandbox, many(leapgrid, 5), "--first")
    assert ran.code == 0
    assert (ran.document["created"], ran.document["not_sent"]) == (1, 4)
    assert names(sandbox) == ["N1"]


def test_chunks_and_how_many_at_once(leapgrid: Command, sandbox: SandboxServer) -> None:
    ran = sent(leapgrid, sandbox, many(leapgrid, 10), "--chunk-size", "3", "--parallel", "2")
    assert ran.code == 0
    assert sorted(chunk["records"] for chunk in ran.document["chunks"]) == [1, 3, 3, 3]
    assert sorted(names(sandbox)) == sorted(f"N{n}" for n in range(1, 11))
    assert ran.err.count("created (200)") == 4


@pytest.mark.parametrize(
    "arguments", [("--chunk-size", "0"), ("--chunk-size", "1001"), ("--parallel", "5"), ("--parallel", "0")]
)
def test_numbers_out_of_their_range_are_wrong_usage(
    leapgrid: Command, leads: Path, arguments: tuple[str, ...]
) -> None:
    ran = leapgrid("submit", leads, "--yes", *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_dry_run_sends_and_keeps_nothing(leapgrid: Command, sandbox: SandboxServer, leads: Path) -> None:
    ran = leapgrid("submit", leads, "--base-url", sandbox.base_url, "--dry-run", "--format", "json")
    assert ran.code == 1
    document = ran.document
    assert (document["dry_run"], document["submission"], document["planned"]) == (True, None, 2)
    assert (document["not_sent"], document["invalid"], document["chunks"]) == (3, 1, [])
    assert add_up(document)
    assert sandbox.requests == []
    assert not leapgrid.workspace.exists()
    text = leapgrid("submit", leads, "--dry-run", environ={"LEAPGRID_TOKEN": None})
    assert text.code == 1
    assert "Would send 2 records of leads.csv (lead)" in text.out


def test_refused_and_invalid_records_are_written_and_can_be_read_again(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write(
        "in.csv",
        "E-mail,Name,Notes",
        "anna@mailinator.com,Anna,met in Ulm",
        "bo @firm.de,Bo,",
        "cleo@firm.de,Cleo,x",
    )
    rejects = leapgrid.home / "rejects.csv"
    ran = sent(leapgrid, sandbox, path, "--rejects", str(rejects))
    assert ran.code == 1
    assert ran.document["rejects"] == str(rejects)
    with rejects.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["E-mail", "Name", "Notes", "line", "field", "value", "message"],
        [
            "anna@mailinator.com", "Anna", "met in Ulm", "2", "email", "anna@mailinator.com",
            'The server says "email domain is not allowed: anna@mailinator.com".',
        ],
        ["bo @firm.de", "Bo", "", "3", "email", "bo @firm.de", "The address has a space before the @."],
    ]  # fmt: skip
    assert leapgrid("check", rejects, "--format", "json").document["records"] == 2


def test_without_rejects_the_file_of_an_earlier_run_does_not_stay(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    rejects = leapgrid.write("rejects.csv", "old")
    ran = sent(leapgrid, sandbox, many(leapgrid, 1), "--rejects", str(rejects))
    assert ran.code == 0
    assert rejects.read_text("utf-8").splitlines() == ["name,email,line,field,value,message"]


@pytest.mark.parametrize("place", ["leads.csv", "nowhere/rejects.csv", "tmp"])
def test_a_bad_place_for_rejects_is_refused_before_anything_is_sent(
    leapgrid: Command, sandbox: SandboxServer, leads: Path, place: str
) -> None:
    before = leads.read_bytes()
    ran = sent(leapgrid, sandbox, leads, "--rejects", str(leapgrid.home / place))
    assert ran.code == 2
    assert "--rejects" in ran.err
    assert sandbox.requests == []
    assert leads.read_bytes() == before


# -- who may send, and where to ------------------------------------------------------------------------------


def test_without_a_terminal_nothing_is_sent_without_yes(
    leapgrid: Command, sandbox: SandboxServer, leads: Path
) -> None:
    ran = leapgrid("submit", leads, "--base-url", sandbox.base_url)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert "Not connected" not in ran.err
    assert sandbox.requests == []


def test_no_terminal_and_no_key_are_said_at_once(
    leapgrid: Command, sandbox: SandboxServer, leads: Path
) -> None:
    ran = leapgrid("submit", leads, "--base-url", sandbox.base_url, environ={"LEAPGRID_TOKEN": None})
    assert ran.code == 2
    assert "Give --yes to send without asking. Not connected: there is no key for" in ran.err
    assert "Set LEAPGRID_TOKEN" in ran.err
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ((), {}),
        (("--base-url", "http://firm.example"), {}),
        (("--base-url", "https://user:geheim@firm.example"), {}),
        (("--base-url", "https://firm.example?x=1"), {}),
        (("--base-url", "ftp://firm.example"), {}),
        (("--base-url", "https://firm.example"), {"LEAPGRID_TOKEN": None}),
        (("--base-url", "https://firm.example"), {"LEAPGRID_TOKEN": "no\nheader"}),
        ((), {"LEAPGRID_BASE_URL": "http://10.0.0.1"}),
    ],
)
def test_not_connected_ends_with_4_a_sentence_and_the_records_as_they_are(
    leapgrid: Command, leads: Path, arguments: tuple[str, ...], environ: dict[str, str | None]
) -> None:
    ran = leapgrid("submit", leads, "--yes", "--format", "json", *arguments, environ=environ)
    assert ran.code == 4
    assert ran.err.startswith("Not connected")
    assert "geheim" not in ran.out + ran.err
    document = ran.document
    assert set(document) >= KEYS
    assert (document["records"], document["not_sent"], document["invalid"]) == (3, 3, 1)
    assert document["stopped"] == "not_connected"
    assert not leapgrid.workspace.exists()


def test_wrong_usage_and_unreadable_input_come_before_the_connection(leapgrid: Command, leads: Path) -> None:
    nothing: dict[str, str | None] = {"LEAPGRID_TOKEN": None}
    assert leapgrid("submit", leapgrid.home / "none.csv", "--yes", environ=nothing).code == 2
    assert leapgrid("submit", leads, environ=nothing).code == 2
    assert leapgrid("submit", leads, "--yes", environ=nothing).code == 4


def test_a_profile_gives_address_country_zone_and_object(leapgrid: Command, sandbox: SandboxServer) -> None:
    leapgrid.settings(
        f'[profiles.acme]\nbase_url = "{sandbox.base_url}"\ndefault_country = "DE"\nobject = "partner"\n'
        "chunk_size = 2\nrate = 0\n"
    )
    path = leapgrid.write("in.csv", "name,phone", *(f"N{n},0171 234567{n}" for n in range(3)))
    checked = leapgrid("check", path, "--profile", "acme", "--format", "json").document
    assert [issue["fix"]["value"] for issue in checked["issues"]] == [f"+49 171 234567{n}" for n in range(3)]
    ran = leapgrid("submit", path, "--profile", "acme", "--yes", "--format", "json")
    assert ran.code == 0
    assert (ran.document["object"], len(ran.document["chunks"])) == ("partner", 2)
    assert sandbox.store.count("partner") == 3


@pytest.mark.parametrize("text", ["this is not toml", "nonsense = 1", '[profiles.a]\ntoken = "x"'])
def test_settings_that_cannot_be_used_stop_what_would_send(
    leapgrid: Command, sandbox: SandboxServer, leads: Path, text: str
) -> None:
    leapgrid.settings(text)
    ran = leapgrid("submit", leads, "--base-url", sandbox.base_url, "--yes")
    assert ran.code == 2
    assert "config.toml" in ran.err
    assert sandbox.requests == []


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:////proc/none/ws.db", "sqlite:///"])
def test_a_workspace_that_cannot_be_used_means_that_nothing_is_sent(
    leapgrid: Command, sandbox: SandboxServer, leads: Path, url: str
) -> None:
    ran = leapgrid(
        "submit", leads, "--base-url", sandbox.base_url, "--yes", environ={"LEAPGRID_WORKSPACE": url}
    )
    assert ran.code == 2
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert sandbox.requests == []


# -- what is told and kept -----------------------------------------------------------------------------------


def test_text_tells_what_came_of_it_and_what_to_do(leapgrid: Command, sandbox: SandboxServer) -> None:
    path = leapgrid.write(
        "in.csv", "name,email", "Anna,anna@mailinator.com", "Bo,bo @firm.de", "Cleo,cleo@firm.de"
    )
    ran = leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "3 records: 1 created, 1 rejected, 1 not sent (1 with errors)"
    at = lines.index("Refused by the server")
    assert lines[at + 1].split() == ["row", "line", "field", "value", "what", "is", "wrong"]
    assert lines[at + 2].split()[:5] == ["1", "2", "!", "email", "anna@mailinator.com"]
    assert 'The server says "email domain is not allowed: anna@mailinator.com".' in lines[at + 2]
    assert "Not sent because of errors" in lines
    assert "Repair the refused records in the app; only what was edited since is sent then." in lines
    assert "Kept as the draft in.csv: leapgrid opens it." in lines
    host = sandbox.base_url.removeprefix("http://")
    assert ran.err.splitlines()[:2] == [
        f"Sending 2 records of in.csv (lead) to {host}, in 1 chunk of at most 100.",
        "Left out: 1 with errors.",
    ]
    assert ran.err.splitlines()[2].startswith("chunk 1 of 1 · 2 records · refused (400) · ")


def test_what_is_there_already_and_goes_all_the_same_is_said_twice(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.store.add("lead", [{"name": "Bo", "external_id": "E-2"}], "someone")
    path = leapgrid.write("in.csv", "name,external_id", "Anna,E-1", "Bo,E-2")
    ran = leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes")
    assert ran.code == 0
    note = (
        "The server has a record with the key of row 2 (external_id E-2): it is sent all the same, "
        "as a new record."
    )
    lines = ran.err.splitlines()
    assert lines[1:3] == ["Looked before sending: 1 of 2 is there already.", f"  {note}"]
    assert ran.out.splitlines()[1] == f"! {note}"
    assert names(sandbox) == ["Bo", "Anna", "Bo"]


def test_a_field_that_the_drafts_schema_calls_unique_is_what_is_looked_up_by(
    tmp_path: Path, sandbox: SandboxServer
) -> None:
    lead = schema_for("lead")
    schema = ObjectSchema("lead", "Lead", (*lead.fields, Field("badge", unique=True)))
    records = [{"name": "Anna", "badge": "B-1"}, {"name": "Bo", "badge": "B-2"}]
    sandbox.store.add("lead", [{"name": "Someone", "badge": "B-2"}], "someone")
    said: list[str] = []
    with Workspace.open(tmp_path / "own.db") as workspace:
        draft = WorkingDraft.from_records(workspace, schema, "badges", records)
        options = SubmitOptions()
        token = SecretToken("any-key")
        plan = draft.plan(options)
        ran = send(
            lambda *lines: said.extend(lines),
            workspace,
            draft,
            plan,
            options,
            base_url=sandbox.base_url,
            token=token,
        )
        looks = workspace.look_ups(ran.summary.submission)
        draft.close()
    assert {(look.field, look.asked) for look in looks} == {("badge", 2), ("badge", 1)}
    assert said[0] == "Looked before sending: 1 of 2 is there already."


def test_what_the_server_says_never_reaches_a_terminal_as_it_is(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write("in.csv", "name,email", "A,\x1b]52;c;eA==\x07\u202e\x9bx@mailinator.com")
    for form in ("text", "json"):
        ran = leapgrid(
            "submit", path, "--base-url", sandbox.base_url, "--yes", "--include-invalid", "--format", form
        )
        assert ran.code == 1
        assert not set(ran.out + ran.err) & set("\x1b\x07\u202e\x9b")


def test_the_draft_is_kept_under_the_files_name_with_its_outcomes(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-after@2")
    document = sent(leapgrid, sandbox, many(leapgrid, 4), "--chunk-size", "2").document
    with Workspace.open(leapgrid.workspace) as workspace:
        (draft,) = workspace.drafts()
        assert (draft.id, draft.name) == (document["draft"], "many.csv")
        assert {state.value: n for state, n in draft.counts.items() if n} == {"created": 2, "unknown": 2}
    # Submitted again, it is said what that means.
    again = sent(leapgrid, sandbox, many(leapgrid, 4))
    assert "2 of 4 records were created before from this workspace and are left out." in again.err
    assert "2 records wait: they were sent before, and it is not known whether they are there." in again.err
    assert f"leapgrid resume --base-url {sandbox.base_url}" in again.err
    assert (again.code, again.document["already_there"], again.document["not_sent"]) == (1, 2, 2)
    assert {issue["code"] for issue in again.document["issues"]} >= {"same_unknown"}
    assert sandbox.store.count("lead") == 4


def test_a_dry_run_says_that_the_file_was_sent_before_and_makes_nothing(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = many(leapgrid, 3)
    to = ("--base-url", sandbox.base_url)
    first = leapgrid("submit", path, "--dry-run", *to)
    assert (first.code, first.err) == (0, "")
    assert not leapgrid.workspace.exists()
    assert not leapgrid.workspace.parent.exists()
    sent(leapgrid, sandbox, path)
    nothing: dict[str, str | None] = {"LEAPGRID_TOKEN": None}
    for environ in ({}, nothing):
        again = leapgrid("submit", path, "--dry-run", *to, environ=environ)
        assert "All 3 records were created before from this workspace and would be left out." in again.err
        assert f"leapgrid submit {path} --base-url {sandbox.base_url} --again" in again.err
        assert again.code == 0
    assert leapgrid("submit", path, "--dry-run", "--base-url", "https://other.example").err == ""
    with Workspace.open(leapgrid.workspace) as workspace:
        assert len(workspace.drafts()) == 1
    leapgrid.workspace.write_bytes(b"not a database" * 100)
    assert leapgrid("submit", path, "--dry-run", *to).code == 0


def test_nothing_to_send_is_no_submission(leapgrid: Command, sandbox: SandboxServer) -> None:
    empty = sent(leapgrid, sandbox, leapgrid.write("in.csv", "name,email"))
    assert (empty.code, empty.document["submission"], empty.document["records"]) == (0, None, 0)
    wrong = sent(leapgrid, sandbox, leapgrid.write("in.csv", "name,email", "A,a@"))
    assert (wrong.code, wrong.document["submission"], wrong.document["invalid"]) == (1, None, 1)
    assert sandbox.requests == []


def test_the_key_stands_nowhere(leapgrid: Command, sandbox: SandboxServer, leads: Path) -> None:
    """In no output and no file, whatever happens: refused, cut, unauthorised, crashed."""
    said = []
    more: tuple[str | Path, ...] = ("--yes", "--include-invalid", "--rejects", leapgrid.home / "rejects.csv")
    for fault in ("cut-after", "unauthorized-from=1", "html-200", "zero-based", None):
        sandbox.set_fault(*([fault] if fault else []))
        ran = leapgrid("submit", leads, "--base-url", sandbox.base_url, *more, "--format", "json")
        said += [ran.out, ran.err]
    for command in ("submit", "preview"):
        form = ("--format", "curl") if command == "preview" else more
        ran = leapgrid.run(command, leads, "--base-url", sandbox.base_url, *form)
        said += [ran.out, ran.err]
    assert all(TOKEN not in text for text in said)
    files = [path for path in leapgrid.home.rglob("*") if path.is_file()]
    assert leapgrid.workspace in files
    for path in files:
        assert TOKEN.encode() not in path.read_bytes(), path
    # It did get where it belongs.
    assert any(request.method == "POST" for request in sandbox.requests)


def test_the_document_is_one_even_when_the_progress_is_not_read(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    process = leapgrid.start(
        "submit", many(leapgrid, 6), "--base-url", sandbox.base_url, "--yes", "--chunk-size", "1",
        "--format", "json",
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.close()
    out = process.stdout.read() if process.stdout is not None else b""
    assert process.wait(timeout=60) == 0
    assert json.loads(out)["created"] == 6
    if process.stdout is not None:
        process.stdout.close()
