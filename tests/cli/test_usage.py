"""Help, version, and what is said to words that are no command."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from leapgrid import __version__
from leapgrid.cli.commands import root
from leapgrid.cli.exits import Code
from leapgrid.cli.given import Common, Start
from leapgrid.cli.help_text import run
from leapgrid.cli.streams import Streams
from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import TOKEN, Command

COMMANDS = (
    "demo",
    "open",
    "check",
    "preview",
    "submit",
    "resume",
    "history",
    "receipt",
    "export",
    "rescue",
    "sandbox",
)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_is_everywhere_and_has_an_example_that_is_a_command(
    leapgrid: Command, command: tuple[str, ...]
) -> None:
    ran = leapgrid(*command, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: {' '.join(('leapgrid', *command))} ")
    examples = ran.out[ran.out.index("Example") :]
    shown = re.findall(r"^ +leapgrid(?: (\w+))?", examples, re.MULTILINE)
    assert shown
    assert set(shown) <= {*COMMANDS, ""}
    assert max(map(len, ran.out.splitlines())) <= 100


def test_there_is_no_command_that_is_not_built(leapgrid: Command) -> None:
    section = leapgrid("--help").out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert tuple(line.split()[0] for line in section.splitlines()) == COMMANDS
    assert leapgrid("login").code == 2


def test_version(leapgrid: Command) -> None:
    ran = leapgrid.run("--version")
    assert (ran.code, ran.out) == (0, f"leapgrid {__version__}\n")


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(leapgrid: Command, arguments: tuple[str, ...]) -> None:
    code = (
        "import sys, leapgrid.cli.entry as entry\n"
        "entry._run(sys.argv[1:])\n"
        "heavy = ('textual', 'polars', 'sqlalchemy', 'rich', 'httpx', 'uvicorn', 'phonenumbers')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=leapgrid.environ, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "[]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek",), "check"),
        (("check",), "leapgrid check --help"),
        (("submit", "a", "b"), "leapgrid submit --help"),
        (("--nonsense",), "leapgrid --help"),
        (("check", "a", "--format", "xml"), "xml"),
        (("sandbox", "--port", "x"), "--port"),
        (("sandbox", "--port", "99999"), "99999"),
        (("sandbox", "--fault", "nonsense"), "cut-after"),
        (("sandbox", "--fault", "slow"), "slow=2.5"),
        (("leads.csv",), "leapgrid --help"),
    ],
)
def test_wrong_usage_says_what_to_do(leapgrid: Command, arguments: tuple[str, ...], said: str) -> None:
    ran = leapgrid.typed(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("\x1b]52;c;eA==\x07",),
        ("check", "\x1b[2J\x9b\u202e.csv"),
        ("check", "--\x1b[2J"),
        ("check", "x", "--object", "\x1b/\x07"),
        ("check", "x", "--map", "\x1b[2J"),
        ("check", "x", "--profile", "\x1b[2J"),
        ("preview", "x", "--rows", "\x1b[2J"),
        ("sandbox", "--fault", "\x1b[2J"),
        ("submit", "x", "--rejects", "/\x1b[2J/x"),
    ],
)
def test_what_was_typed_is_not_said_back_as_it_is(leapgrid: Command, arguments: tuple[str, ...]) -> None:
    ran = leapgrid.typed(*arguments)
    assert ran.code == 2
    assert not set(ran.out + ran.err) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("arguments", [(), ("open", "leads.csv")])
def test_the_app_says_that_it_needs_a_terminal(leapgrid: Command, arguments: tuple[str, ...]) -> None:
    ran = leapgrid.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "needs a terminal" in ran.err
    assert "leapgrid check" in ran.err
    assert not leapgrid.workspace.exists()


def test_the_sandbox_says_first_where_it_is_and_does_what_it_is_told(leapgrid: Command) -> None:
    process = leapgrid.start("sandbox", "--port", "0", "--fault", "cut-after@1", "--fault", "slow=0.1@2")
    assert process.stdout is not None
    base_url = process.stdout.readline().decode().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base_url)
    path = leapgrid.write("in.csv", "name,email", "Anna,anna@kellerbau.de")
    submit = ("submit", path, "--yes", "--base-url", base_url)
    assert [leapgrid(*submit).code, leapgrid(*submit, "--again").code] == [3, 0]
    process.terminate()
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_no_command_and_no_child_of_it_finds_the_key_in_the_environment(leapgrid: Command) -> None:
    found: list[tuple[bool, str]] = []

    def act(streams: Streams, start: Start, common: Common) -> Code:
        found.append(("LEAPGRID_TOKEN" in os.environ, repr(start)))
        return Code.FINE

    probe = typer.Typer()
    probe.callback(invoke_without_command=True)(root)

    @probe.command()
    def look(context: typer.Context) -> None:
        run(context, Common(), act)

    assert CliRunner().invoke(probe, ["look"], env=leapgrid.environ).exit_code == 0
    assert [inside for inside, _ in found] == [False]
    assert TOKEN not in found[0][1]


def test_a_port_that_is_taken(leapgrid: Command, sandbox: SandboxServer) -> None:
    ran = leapgrid("sandbox", "--port", str(sandbox.port))
    assert ran.code == 2
    assert "choose another" in ran.err
