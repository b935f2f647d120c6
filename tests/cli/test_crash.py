"""A defect of ours: a sentence, a report without anything of what was worked on, exit 70."""

from __future__ import annotations

import json
import shlex
import stat
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from leapgrid.cli import crash
from leapgrid.cli.commands import root
from leapgrid.cli.exits import Code
from leapgrid.cli.given import Common, Start
from leapgrid.cli.help_text import run
from leapgrid.cli.sending import Progress
from leapgrid.cli.streams import Streams
from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import TOKEN, Command


def _broken(streams: Streams, start: Start, common: Common) -> Code:
    token = start.token.reveal() if start.token is not None else ""
    record = {"name": "Anna Keller", "email": "anna@kellerbau.de", "phone": "+49 171 2345678"}
    try:
        raise KeyError("Anna Keller")
    except KeyError as error:
        raise RuntimeError(f"no {record} for {token} \x1b]52;c;eA==\x07") from error


broken = typer.Typer()
broken.callback(invoke_without_command=True)(root)


@broken.command()
def defect(context: typer.Context) -> None:
    run(context, Common(), _broken)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_defect_is_a_sentence_and_a_report_that_tells_nothing_of_the_records(
    leapgrid: Command, form: str
) -> None:
    result = CliRunner().invoke(broken, ["--format", form, "defect"], env=leapgrid.environ)
    assert result.exit_code == 70
    assert "Traceback" not in result.output
    assert result.stderr.startswith("Something unexpected happened. What is known")
    (path,) = (leapgrid.home / "data" / "leapgrid" / "reports").iterdir()
    assert str(path) in result.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    text = path.read_text("utf-8")
    assert "RuntimeError" in text
    assert "because of builtins.KeyError" in text
    assert "in _broken" in text
    for secret in (TOKEN, TOKEN[:12], "Anna", "anna@kellerbau.de", "2345678", "\x1b", "\x07"):
        assert secret not in text + result.output
    if form == "json":
        assert json.loads(result.stdout)["error"]["code"] == "unexpected"


def test_a_defect_while_sending_also_says_what_is_safe_and_how_to_go_on(
    leapgrid: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = leapgrid.write("many.csv", "name,external_id", *(f"N{n},E{n}" for n in range(6)))

    def defect(*given: object) -> None:
        raise RuntimeError("a defect")

    with SandboxServer() as server:
        words = ["submit", path, "--base-url", server.base_url, "--chunk-size", "2"]
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "_answered", defect)
            for _ in range(2):  # the second time it is the going on that ends so
                ran = leapgrid(*words, "--yes")
                assert ran.code == 70
                assert "what was on its way is kept as unknown" in ran.err
                assert "a defect" not in ran.err
                command = shlex.split(ran.err.rsplit("without sending anything twice: ", 1)[1])
                assert command[:2] == ["leapgrid", "resume"]
                words = [*command[1:], "--settle", "0"]
        done = leapgrid(*command[1:], "--yes", "--settle", "0", "--format", "json")
        assert (done.code, done.document["created"]) == (0, 6)
        assert sorted(record["name"] for record in server.store.records("lead")) == [
            f"N{n}" for n in range(6)
        ]


def test_a_defect_before_anything_was_sent_speaks_of_nothing_sent() -> None:
    with pytest.raises(RuntimeError) as raised, crash.while_sending(lambda: ""):
        raise RuntimeError
    assert not hasattr(raised.value, "__notes__")


def test_where_no_report_can_be_written_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(file))
    monkeypatch.setattr("tempfile.tempdir", str(file))
    assert crash.unexpected(ValueError("x"), None) == (
        "Something unexpected happened (ValueError), and no report of it could be kept."
    )


def test_the_command_in_the_report_has_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys,
        "argv",
        ["leapgrid", "submit", "Kunden Anna.csv", "--map=Geheim=email", "--yes", "--profile", "acme"],
    )
    line = next(line for line in crash.report(ValueError("x")).splitlines() if line.startswith("command:"))
    assert line == "command: submit --map --yes --profile"


def test_a_chain_that_bites_its_own_tail_ends() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__context__, second.__context__ = second, first
    assert crash.report(first).count("ValueError") == 2
