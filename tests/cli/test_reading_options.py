"""How a file is read and mapped, said by options and by recipes."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.cli.conftest import Command

SEMICOLONS = """Bericht vom Mai

Vorname Nachname;E-Mail;Telefon;Phase;Born
Anna Müller;anna@müller.de;0171 2345678;MQL;x
"""


def records(ran: Any) -> list[dict[str, Any]]:
    assert ran.code in (0, 1), ran.err
    found: list[dict[str, Any]] = ran.document
    return found


def write(leapgrid: Command, name: str, text: str, encoding: str = "utf-8") -> Path:
    """A file to read, exactly so."""
    path = leapgrid.home / name
    path.write_bytes(text.encode(encoding))
    return path


def test_all_of_them_together_in_a_process_of_its_own(leapgrid: Command) -> None:
    file = write(leapgrid, "in.csv", SEMICOLONS, "cp1252")
    ran = leapgrid.run(
        "check", file, "--format", "json", "--encoding", "cp1252", "--delimiter", ";",
        "--header-line", "3", "--map", "Born=", "--constant", "owner=g1koYv_uLg11RFM",
        "--default-country", "de",
    )  # fmt: skip
    document = ran.document
    assert document["mapping"] == {
        "Vorname Nachname": "name",
        "E-Mail": "email",
        "Telefon": "phone",
        "Phase": "status",
        "Born": None,
    }
    phone = next(issue for issue in document["issues"] if issue["field"] == "phone")
    assert phone["fix"]["value"] == "+49 171 2345678"
    assert phone["line"] == 4
    (sent,) = records(leapgrid("preview", file, "--header-line", "3", "--constant", "owner=g1koYv_uLg11RFM"))
    assert sent["owner"] == "g1koYv_uLg11RFM"
    assert sent["name"] == "Anna Müller"


@pytest.mark.parametrize("where", ["before", "behind"])
def test_they_stand_before_the_command_or_behind_it(leapgrid: Command, where: str) -> None:
    file = write(leapgrid, "in.txt", "A|a@b.de\nB|b@b.de\n")
    options = [
        "--header-line",
        "0",
        "--delimiter",
        "|",
        "--map",
        "(column 1)=name",
        "--map",
        "(column 2)=email",
    ]
    words = [*options, "preview", file] if where == "before" else ["preview", file, *options]
    assert records(leapgrid(*words)) == [
        {"name": "A", "email": "a@b.de"},
        {"name": "B", "email": "b@b.de"},
    ]


@pytest.mark.parametrize("name", ["tab", "\\t", "\t"])
def test_a_tab_can_be_typed(leapgrid: Command, name: str) -> None:
    file = write(leapgrid, "in.csv", "Name\tE-Mail\nA,B\ta@b.de\n")
    assert records(leapgrid("preview", file, "--delimiter", name)) == [{"name": "A,B", "email": "a@b.de"}]


def test_standard_input_is_a_file_too(leapgrid: Command) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "leapgrid", "check", "-", "--format", "json"],
        input=b"Name;E-Mail\nA;test .sok@gmail.com\n",
        env=leapgrid.environ,
        capture_output=True,
    )
    document = json.loads(ran.stdout)
    assert (ran.returncode, document["source"], document["errors"]) == (1, "-", 1)
    text = subprocess.run(
        [sys.executable, "-m", "leapgrid", "check", "-"],
        input=b"Name,E-Mail\nA,a@b.de\n",
        env=leapgrid.environ,
        capture_output=True,
    )
    assert text.stdout.decode().splitlines()[-1] == (
        "Nothing is wrong. Send them, with the same on standard input: leapgrid submit -"
    )
    assert "- is standard" in leapgrid("check", "--help").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--constant", "status"], "--constant wants FIELD=TEXT, like status=new, and not 'status'."),
        (["--constant", "=x"], "--constant wants FIELD=TEXT, like status=new, and not '=x'."),
        (
            ["--constant", "statuz=new"],
            "The constant is for “statuz”, which is not a field of Lead. Closest: status.",
        ),
        (
            ["--constant", "email=a@b.de"],
            "“E-Mail” of in.csv is email already, which gets a constant as well. "
            "Leave the column out: --map 'E-Mail='",
        ),
        (
            ["--constant", "email=a@b.de", "--map", "E-Mail=email"],
            "“E-Mail” of in.csv is mapped to email, which gets a constant as well. Give it one of the two.",
        ),
        (
            ["--default-country", "Germany"],
            "--default-country wants the two letters of a country, like DE or US, and not 'Germany'. "
            "Germany is DE.",
        ),
        (
            ["--date-format", "YYYY"],
            "--date-format wants to know which comes first: dmy or DD.MM.YYYY for the day, mdy or MM/DD/YYYY "
            "for the month, and not 'YYYY'.",
        ),
        (
            ["--header-line", "-1"],
            "--header-line wants the number of a line, 0 where there are no headers, and not -1.",
        ),
        (["--encoding", "utf-9"], "--encoding does not know the encoding 'utf-9'. Closest: utf-8."),
        (["--delimiter", "ab"], "--delimiter wants one character, like ; or | or tab, and not 'ab'."),
        (["--delimiter", '"'], "--delimiter wants one character, like ; or | or tab, and not '\"'."),
        (
            ["--recipe", "none.toml"],
            "--recipe: The recipe none.toml cannot be read: No such file or directory.",
        ),
        (["--save-recipe", "none/r.toml"], "--save-recipe: The folder of r.toml is not there. "),
    ],
)
@pytest.mark.parametrize("command", ["check", "preview", "submit"])
def test_what_cannot_be_meant_ends_with_a_sentence(
    leapgrid: Command, command: str, options: list[str], said: str
) -> None:
    file = write(leapgrid, "in.csv", "Name,E-Mail\nA,a@b.de\n")
    more = ["--dry-run"] if command == "submit" else []
    ran = leapgrid(command, file, *options, *more)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said)
    assert ran.err.count("\n") == 1


def test_a_recipe_brings_in_the_next_file_and_single_options_go_before_it(leapgrid: Command) -> None:
    first = write(leapgrid, "may.csv", "Wer,Mail,Stufe,Notes\nA,a@b.de,MQL,x\n")
    recipe = leapgrid.home / "crm.toml"
    ran = leapgrid(
        "check", first, "--map", "Wer=name", "--map", "Stufe=status", "--map", "Notes=",
        "--constant", "owner=g1",
        "--default-country", "DE", "--date-format", "DD.MM.YYYY", "--object", "user", "--save-recipe", recipe,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    recipe.write_text(recipe.read_text() + '\n[values.status]\nMQL = "working"\n')
    next_one = write(leapgrid, "june.csv", "Stufe,Wer,Mail\nMQL,B,0171 2345678\n")
    assert records(leapgrid("preview", next_one, "--recipe", recipe, "--include-invalid")) == [
        {"status": "working", "name": "B", "email": "0171 2345678", "owner": "g1"}
    ]
    assert leapgrid("check", next_one, "--recipe", recipe, "--format", "json").document["object"] == "user"
    over = ["--map", "Mail=phone", "--constant", "owner=g2", "--object", "lead", "--default-country", "FR"]
    document = leapgrid("check", next_one, "--recipe", recipe, *over, "--format", "json").document
    assert document["object"] == "lead"
    assert document["mapping"] == {"Stufe": "status", "Wer": "name", "Mail": "phone"}
    assert [note["code"] for note in document["notes"]] == []
    text = leapgrid("check", next_one, "--recipe", recipe, *over).out
    assert "(constant) g2  ->  owner" in text
    assert "values matched: status" in text
    constant = ["--constant", "status=qualified", "--include-invalid"]
    (sent,) = records(leapgrid("preview", next_one, "--recipe", recipe, *constant))
    assert sent["status"] == "qualified"
    gone = leapgrid("check", write(leapgrid, "x.csv", "Name\nA\n"), "--recipe", recipe)
    assert (gone.code, gone.err) == (2, "x.csv has no header “Wer”. There are: “Name”.\n")


def test_a_constant_of_a_recipe_is_taken_away_by_an_empty_one_or_a_column(leapgrid: Command) -> None:
    recipe = write(leapgrid, "r.toml", 'recipe = 1\n[constants]\nowner = "g1"\n')
    file = write(leapgrid, "in.csv", "Name,Who\nA,g2\n")
    assert records(leapgrid("preview", file, "--recipe", recipe)) == [{"name": "A", "owner": "g1"}]
    assert records(leapgrid("preview", file, "--recipe", recipe, "--constant", "owner=")) == [{"name": "A"}]
    assert records(leapgrid("preview", file, "--recipe", recipe, "--map", "Who=owner")) == [
        {"name": "A", "owner": "g2"}
    ]


def test_a_recipe_is_not_written_over_what_is_none(leapgrid: Command) -> None:
    file = write(leapgrid, "in.csv", "Name\nA\n")
    ran = leapgrid("check", file, "--save-recipe", file)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "--save-recipe: in.csv is there already and is no recipe. Name another file.\n"
    assert file.read_text() == "Name\nA\n"


def test_what_was_said_is_remembered_where_records_are_sent(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    file = leapgrid.write("in.csv", "Wer,Notes", "A,x")
    headers = ["Wer", "Notes"]
    assert leapgrid("check", file, "--map", "Wer=name").code == 0
    assert not leapgrid.workspace.exists()
    said = ["--map", "Wer=name", "--constant", "status=new", "--date-format", "MM/DD/YYYY"]
    assert leapgrid("submit", file, *said, "--yes").code == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        found = workspace.remembered_mapping("lead", headers)
        assert found is not None
        assert found.mapping.columns == {"Wer": "name", "Notes": None}
        assert found.mapping.constants == {"status": "new"}
        assert workspace.forget_mapping("lead", headers)
        (draft,) = workspace.drafts()
        assert workspace.load_draft(draft.id).settings == {"date_order": "mdy"}
    assert leapgrid("submit", leapgrid.write("plain.csv", "Name", "A"), "--yes").code == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        assert workspace.remembered_mapping("lead", ["Name"]) is None
    assert len(sandbox.requests) == 2


HALVES = "Last Name,First Name,Email\nKeller,Anna,anna@kellerbau.de\n,Cher,cher@firm.com\n"


def test_halves_of_a_name_are_joined_by_the_options_that_the_note_names(leapgrid: Command) -> None:
    file = write(leapgrid, "hubspot.csv", HALVES)
    ran = leapgrid.run("check", file, "--format", "json")
    assert ran.document["mapping"] == {"Last Name": None, "First Name": None, "Email": "email"}
    (note,) = ran.document["notes"]
    assert note["code"] == "name_in_parts"
    options = shlex.split(note["message"].partition("left out. ")[2].removesuffix(" joins them."))
    assert options == ["--map", "First Name=name", "--map", "Last Name=name"]
    joined = leapgrid.run("check", file, "--format", "json", *options).document
    assert joined["mapping"] == {"First Name": "name", "Last Name": "name", "Email": "email"}
    assert list(joined["mapping"]) == ["First Name", "Last Name", "Email"]
    assert [note["code"] for note in joined["notes"]] == ["joined"]
    assert joined["issues"] == []
    sent = records(leapgrid("preview", file, *options))
    assert [record["name"] for record in sent] == ["Anna Keller", "Cher"]


def test_a_recipe_keeps_what_was_joined_and_an_option_goes_before_it(leapgrid: Command) -> None:
    file, recipe = write(leapgrid, "in.csv", HALVES), leapgrid.home / "names.toml"
    halves = ("--map", "Last Name=name", "--map", "First Name=name")
    ran = leapgrid("check", file, *halves, "--save-recipe", recipe)
    assert "Last Name + First Name  ->  name" in ran.out
    assert "values matched" not in ran.out
    assert "# Columns of one field are joined to one text, in this order." in recipe.read_text("utf-8")
    sent = records(leapgrid("preview", file, "--recipe", recipe))
    assert [record["name"] for record in sent] == ["Keller Anna", "Cher"]
    sent = records(leapgrid("preview", file, "--recipe", recipe, "--map", "First Name=name"))
    assert [record["name"] for record in sent] == ["Anna", "Cher"]


def test_two_columns_for_one_address_are_refused_as_ever(leapgrid: Command) -> None:
    file = write(leapgrid, "in.csv", HALVES)
    ran = leapgrid.run("check", file, "--map", "Email=email", "--map", "First Name=email")
    assert (ran.code, ran.out) == (2, "")
    assert "Two columns of in.csv are mapped to “email”. Map only one." in ran.err


def test_the_command_that_goes_on_reads_the_file_in_the_same_way(leapgrid: Command) -> None:
    path = leapgrid.write("my in.csv", "-Who;Secret", "Anna;x", "Bo;y")
    recipe = leapgrid.home / "rec.toml"
    leapgrid("check", path, "--map", "-Who=name", "--constant", "status=web form", "--save-recipe", recipe)
    ran = leapgrid("--base-url", "https://a.example", "check", path, "--recipe", recipe, "--format", "text")
    last = f"leapgrid submit '{path}' --recipe {recipe} --base-url https://a.example"
    assert ran.out.splitlines()[-1].endswith(f": {last}")
    given = [
        "--object", "partner", "--header-line", "1", "--encoding", "utf-8", "--delimiter", ";",
        "--map=-Who=name", "--map", "Secret=", "--constant", "status=it's new", "--default-country", "DE",
        "--date-format", "dmy",
    ]  # fmt: skip
    line = leapgrid("check", path, *given).out.splitlines()[-1]
    assert shlex.split(line.partition(": ")[2]) == ["leapgrid", "submit", str(path), *given]
    # And so it does.
    document = leapgrid("preview", path, *given).document
    assert document == [{"name": "Anna", "status": "it's new"}, {"name": "Bo", "status": "it's new"}]


def test_a_command_that_a_terminal_would_obey_is_not_printed(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name", "Anna")
    tab = leapgrid.write("tabs.txt", "name\temail", "Anna\ta@firm.de")
    ran = leapgrid("check", path, "--constant", "status=\x1b[2J")
    assert ran.out.splitlines()[-1].endswith(f"leapgrid submit {path} --constant=...")
    assert "\x1b" not in ran.out
    ran = leapgrid("check", tab, "--delimiter", "\t")
    assert ran.out.splitlines()[-1].endswith(f"leapgrid submit {tab} --delimiter tab")
