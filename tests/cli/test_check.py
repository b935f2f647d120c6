"""``leapgrid check``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Command


def test_the_documented_mistake_is_found_and_the_record_beside_it_is_not_blamed(leapgrid: Command) -> None:
    ran = leapgrid("check", SAMPLES / "bad_email.request.json", "--format", "json")
    assert ran.code == 1
    assert ran.err == ""
    assert ran.document == {
        "object": "lead",
        "source": str(SAMPLES / "bad_email.request.json"),
        "records": 2,
        "errors": 1,
        "warnings": 0,
        "records_with_errors": 1,
        "mapping": {"name": "name", "email": "email"},
        "notes": [],
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


def test_columns_are_mapped_lines_are_named_and_short_lines_are_noted(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "E-mail,Name,Notes", "test .sok@gmail.com,Eight,x", "bao@phohanoi.vn")
    document = leapgrid("check", path, "--format", "json").document
    assert document["mapping"] == {"E-mail": "email", "Name": "name", "Notes": None}
    assert [(issue["row"], issue["line"], issue["field"]) for issue in document["issues"]] == [
        (1, 2, "email"),
        (2, 3, "name"),
    ]
    short = [note for note in document["notes"] if note["code"] == "short_line"]
    assert [note["line"] for note in short] == [3]
    assert short[0]["message"] == "Line 3 has 1 of 3 values; the rest was left empty."


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("name,email", "Anna,anna@kellerbau.de"), 0),
        (("name,email", "Dev,dev@gmial.com"), 0),
        (("name,email", "Carla,carla@"), 1),
        (("name,email",), 0),
    ],
    ids=["fine", "only a warning", "an error", "no record"],
)
def test_the_exit_code_says_whether_there_are_errors(
    leapgrid: Command, lines: tuple[str, ...], code: int
) -> None:
    assert leapgrid("check", leapgrid.write("in.csv", *lines)).code == code


def test_errors_come_first_and_then_the_rows(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name,email", "A,a@gmial.com", "B,b@", "C,c@gmial.com", "D,d@")
    issues = leapgrid("check", path, "--format", "json").document["issues"]
    assert [(issue["severity"], issue["row"]) for issue in issues] == [
        ("error", 2),
        ("error", 4),
        ("warning", 1),
        ("warning", 3),
    ]


def test_text_has_groups_with_counts_the_first_twenty_and_what_to_do(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name,E-mail,Notes", *(f"N{n},n{n} x@firm.de,y" for n in range(25)), "Z")
    ran = leapgrid("check", path)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "in.csv: 26 records of lead"
    assert "  E-mail  ->  email" in lines
    assert "  left out: Notes" in lines
    assert any(line.split()[:3] == ["!", "25", "email"] for line in lines)
    assert "The first 20 of 25" in lines
    listed = [line for line in lines if "@firm.de" in line]
    assert len(listed) == 20
    assert listed[0].split()[:5] == ["1", "2", "!", "email", "n0"]
    # The columns stand one below the other.
    assert len({line.index("The address") for line in listed}) == 1
    assert "  Line 27 has 1 of 3 values; the rest was left empty." in lines
    assert lines[-1] == (
        f"25 records with errors are not sent; the other one can. Repair them: leapgrid open {path}"
    )
    assert ran.err == ""


def test_a_clean_file_says_how_to_send_it(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name,email", "Anna,anna@kellerbau.de")
    assert (
        leapgrid("check", path).out.splitlines()[-1] == f"Nothing is wrong. Send them: leapgrid submit {path}"
    )


def test_columns_can_be_mapped_renamed_and_left_out(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "Who,Where=at,Email,Score", "Anna,x@,anna@kellerbau.de,7")
    maps = ("Who=name", "Where=at=email", "Email=", "Score=score_c")
    given = [word for one in maps for word in ("--map", one)]
    ran = leapgrid("check", path, *given, "--format", "json")
    assert ran.document["mapping"] == {"Who": "name", "Where=at": "email", "Email": None, "Score": "score_c"}
    assert ran.code == 1


def test_options_may_stand_before_the_command_and_the_later_ones_win(leapgrid: Command, leads: Path) -> None:
    before = leapgrid("--object", "user", "--format", "json", "check", leads)
    assert before.document["object"] == "user"
    after = leapgrid("--object", "user", "check", leads, "--object", "opportunity", "--format", "json")
    assert after.document["object"] == "opportunity"
    assert (
        leapgrid("--map", "Notes=name", "check", leads, "--format", "json").document["mapping"]["Notes"]
        == "name"
    )


def test_an_object_of_the_organisation_itself_has_the_documented_fields(
    leapgrid: Command, leads: Path
) -> None:
    document = leapgrid("check", leads, "--object", "partner", "--format", "json").document
    assert document["object"] == "partner"
    assert document["mapping"]["E-mail"] == "email"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--map", "Notes"),
        ("--map", "=email"),
        ("--object", "a/b"),
        ("--object", ""),
        ("--object", ".."),
        ("--format", "xml"),
        ("--colour",),
        ("other.csv",),
        ("--profile", "nobody"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    leapgrid: Command, leads: Path, arguments: tuple[str, ...]
) -> None:
    ran = leapgrid("check", leads, *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def _directory(folder: Path) -> None:
    (folder / "in.csv").mkdir()


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "in.csv")


def _socket(folder: Path) -> None:
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("in.csv")
    os.chdir(here)


def _missing(folder: Path) -> None:
    pass


@pytest.mark.parametrize("make", [_directory, _pipe, _socket, _missing])
def test_what_is_no_file_is_refused_at_once(leapgrid: Command, make: object) -> None:
    make(leapgrid.home)  # type: ignore[operator]  # one of the four above
    ran = leapgrid("check", leapgrid.home / "in.csv", "--format", "json")
    assert ran.code == 2
    assert ran.document["error"]["code"] == "unreadable"
    assert ran.err.strip() == ran.document["error"]["message"]


AWFUL = {
    "empty": b"",
    "white": b" \n\n\t\n",
    "random": bytes((n * 7919 + n // 3) % 256 for n in range(4096)),
    "zeros": bytes(2048),
    "one NUL": b"name,email\nA\0nna,anna@kellerbau.de\n",
    "2,000 columns": b",".join(b"c%d" % n for n in range(2000)) + b"\n" + b"x," * 1999 + b"x\n",
    "2,000 columns, one known": b"email," + b"," * 1999 + b"\n" + b"a@b.de" + b"," * 2000 + b"\n",
    "long line": b"name,email\n" + b"x" * 200_000 + b",a@b.de\n",
    "quote that never ends": b'name,email\n"Anna,anna@kellerbau.de\nBo,bo@firm.de\n',
    "escape sequences": b"name,email\n\x1b]52;c;ZXZpbA==\x07,\x1b[2Ja@b.de\n",
    "Latin-1": "name,email\nMüller,m@firm.de\n".encode("latin-1"),
    "UTF-16": "name,email\nAnna,anna@kellerbau.de\n".encode("utf-16"),
    "lone surrogate": b'[{"name": "\\ud800", "email": "a@b.de"}]',
    "deep JSON": b"[" * 100_000,
    "endless number": b'[{"name": ' + b"9" * 5000 + b"}]",
    "no records in JSON": b'{"a": 1}',
    "list of lists": b"[[1, 2], [3]]",
    "not closed JSON": b'[{"name": "Anna"',
    "curl without a body": b"curl -X POST https://app.example.com",
    "zip": b"PK\x03\x04" + bytes(100),
    "gzip": b"\x1f\x8b\x08" + bytes(100),
    "only a header": b"name,email\n",
    "no known header": b"foo,bar\n1,2\n",
    "the same header twice": b"email,email\na@b.de,c@d.de\n",
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("what", AWFUL)
@pytest.mark.parametrize("name", ["in.csv", "in.json"])
def test_whatever_a_file_holds_there_is_an_answer_and_nothing_that_acts(
    leapgrid: Command, what: str, form: str, name: str
) -> None:
    (leapgrid.home / name).write_bytes(AWFUL[what])
    ran = leapgrid("check", leapgrid.home / name, "--format", form)
    assert ran.code in (0, 1, 2), ran.err
    if form == "json":
        assert ran.document
    if ran.code == 2:
        assert ran.err.strip()
    for text in (ran.out, ran.err):
        assert not [char for char in text if (char < " " and char != "\n") or "\x7f" <= char <= "\x9f"]
        assert "Traceback" not in text


ACTING = "\x1b\x07\x9b\u202e\u2066\ufeff\U000e0041\x7f"
HOSTILE = "\x1b]52;c;ZXZpbA==\x07|\x9b2J|\u202etxt|\u2066x|\ufeff|\U000e0041|\x7f"


@pytest.mark.parametrize("form", ["text", "json"])
def test_text_from_a_file_never_reaches_a_terminal_as_it_is(leapgrid: Command, form: str) -> None:
    path = leapgrid.home / f"in{HOSTILE}.csv"
    path.write_text(f"name{HOSTILE},email\n{HOSTILE},{HOSTILE}\n", encoding="utf-8")
    ran = leapgrid("check", path, "--map", f"name{HOSTILE}=name", "--format", form)
    assert ran.code == 1
    assert not set(ran.out) & set(ACTING)
    if form == "json":
        # Nothing is lost: a program reads what stands in the file.
        issue = next(issue for issue in ran.document["issues"] if issue["field"] == "email")
        assert issue["value"] == HOSTILE
        assert ran.document["source"] == str(path)


def test_nothing_is_written_and_no_screen_or_table_library_is_loaded(leapgrid: Command, leads: Path) -> None:
    code = (
        "import sys, leapgrid.cli.entry as entry\n"
        "code = entry._run(sys.argv[1:])\n"
        "found = [n for n in ('textual', 'polars', 'httpx', 'uvicorn', 'starlette') if n in sys.modules]\n"
        "print(code, found, file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "check", str(leads)],
        env=leapgrid.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == "1 []\n"
    assert sorted(path.name for path in leapgrid.home.iterdir()) == ["leads.csv", "tmp"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_few_words_do_without_the_parser_and_come_to_the_same(
    leapgrid: Command, leads: Path, form: str
) -> None:
    short, long = leapgrid("check", leads, "--format", form), leapgrid("check", "--format", form, leads)
    assert (short.code, short.out, short.err) == (long.code, long.out, long.err)
    assert short.out
    if form == "text":
        assert leapgrid("check", leads).out == short.out
    missing = leads.with_name("nothing.csv")
    short, long = (
        leapgrid("check", missing, "--format", form),
        leapgrid("check", "--format", form, missing),
    )
    assert (short.code, short.out, short.err) == (long.code, long.out, long.err)
    assert short.code == 2


def test_few_words_load_no_parser(leapgrid: Command, leads: Path) -> None:
    code = (
        "import sys, leapgrid.cli.entry as entry\n"
        "entry._run(sys.argv[1:])\n"
        "print([n for n in ('typer', 'pydantic', 'sqlalchemy') if n in sys.modules], file=sys.stderr)\n"
    )
    for words in (["check", str(leads)], ["check", str(leads), "--format", "json"]):
        result = subprocess.run(
            [sys.executable, "-c", code, *words],
            env=leapgrid.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stderr == "[]\n"


def test_a_reader_who_leaves_early_gets_no_complaint(leapgrid: Command, leads: Path) -> None:
    """The process is left without taking everything apart, and still says its last word where it can."""
    with subprocess.Popen(
        [sys.executable, "-m", "leapgrid", "check", str(leads)],
        env=leapgrid.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_neither_key_nor_address_is_needed(leapgrid: Command, leads: Path) -> None:
    nothing = {"LEAPGRID_TOKEN": None, "LEAPGRID_BASE_URL": "http://not.a.loopback.example"}
    assert leapgrid("check", leads, environ=nothing).code == 1
