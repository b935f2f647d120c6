"""What only a process of its own shows: signals, pipes that close, streams that are missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.cli.conftest import Command


@pytest.fixture
def many(leapgrid: Command) -> Path:
    return leapgrid.write("many.csv", "name,email", *(f"N{n},n{n}@firm.de" for n in range(1, 7)))


@pytest.fixture
def running(leapgrid: Command, sandbox: SandboxServer, many: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A submission whose second chunk is with the server, which takes its time."""
    sandbox.set_fault("slow-after=20@2")
    process = leapgrid.start(
        "submit", many, "--base-url", sandbox.base_url, "--yes", "--chunk-size", "2", "--format", "json"
    )
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 4, timeout=30)
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate()


def kept(leapgrid: Command) -> dict[RowState, int]:
    """What the workspace knows, as the next start finds it."""
    with Workspace.open(leapgrid.workspace) as workspace:
        (draft,) = workspace.drafts()
        return {state: count for state, count in draft.counts.items() if count}


def test_a_second_ctrl_c_leaves_at_once_with_what_was_on_its_way_unknown(
    leapgrid: Command, sandbox: SandboxServer, running: subprocess.Popen[bytes]
) -> None:
    assert running.stderr is not None
    running.send_signal(signal.SIGINT)
    said = b""
    while b"Ctrl+C again" not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 3
    document = json.loads(out)
    assert (document["created"], document["unknown"], document["not_sent"]) == (2, 2, 2)
    assert document["stopped"]
    assert [chunk["outcome"] for chunk in document["chunks"]] == ["created", "unknown"]
    assert b"Traceback" not in said + err
    assert kept(leapgrid) == {RowState.CREATED: 2, RowState.UNKNOWN: 2, RowState.READY: 2}


def test_one_ctrl_c_waits_for_the_answer_and_sends_no_more(
    leapgrid: Command, sandbox: SandboxServer, many: Path
) -> None:
    sandbox.set_fault("slow-after=1@2")
    process = leapgrid.start("submit", many, "--base-url", sandbox.base_url, "--yes", "--chunk-size", "2")
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 4, timeout=30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "6 records: 4 created, 2 not sent" in out.decode()
    assert "Chunk 2 is with the server" in err.decode()
    assert sandbox.store.count("lead") == 4
    assert kept(leapgrid) == {RowState.CREATED: 4, RowState.READY: 2}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end_records_what_is_unknown(
    leapgrid: Command, running: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    running.send_signal(number)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 3
    assert json.loads(out)["unknown"] == 2
    assert kept(leapgrid) == {RowState.CREATED: 2, RowState.UNKNOWN: 2, RowState.READY: 2}


def test_being_killed_leaves_what_was_on_its_way_unknown_at_the_next_start(
    leapgrid: Command, sandbox: SandboxServer, running: subprocess.Popen[bytes]
) -> None:
    running.kill()
    running.communicate()
    ran = leapgrid(
        "submit", leapgrid.write("one.csv", "name,email", "A,a@b.de"), "--base-url", sandbox.base_url, "--yes"
    )
    assert ran.code == 0
    assert "An earlier run was cut off: 2 records of it may exist, and " in ran.err
    assert "To go on with it: leapgrid resume 01" in ran.err
    with Workspace.open(leapgrid.workspace) as workspace:
        counts = {draft.name: dict(draft.counts) for draft in workspace.drafts()}
    assert {state: n for state, n in counts["many.csv"].items() if n} == {
        RowState.CREATED: 2,
        RowState.UNKNOWN: 2,
        RowState.READY: 2,
    }
    assert sandbox.store.count("lead") == 5


def test_nohup_lets_it_go_on(leapgrid: Command, sandbox: SandboxServer, many: Path) -> None:
    sandbox.set_fault("slow-after=1@2")
    process = leapgrid.start(
        "submit", many, "--base-url", sandbox.base_url, "--yes", "--chunk-size", "2",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 4, timeout=30)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert sandbox.store.count("lead") == 6


@pytest.mark.parametrize(
    "arguments",
    [("check", "big.csv"), ("check", "big.csv", "--format", "json"), ("preview", "big.csv"), ("--help",)],
)
def test_a_reader_that_goes_away_is_no_failure(leapgrid: Command, arguments: tuple[str, ...]) -> None:
    leapgrid.write("big.csv", "name,email", *(f"N{n},n {n}@firm.de" for n in range(3000)))
    reading, writing = os.pipe()
    os.close(reading)
    process = leapgrid.start(*arguments, stdout=writing, cwd=leapgrid.home)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 1)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    assert b"Exception ignored" not in err


@pytest.mark.parametrize("closed", ["0", "1", "2", "1,2", "0,1,2"])
def test_streams_that_are_missing_are_no_failure(leapgrid: Command, leads: Path, closed: str) -> None:
    shut = " ".join(f"{number}>&-" if number != "0" else "0<&-" for number in closed.split(","))
    result = subprocess.run(
        ["sh", "-c", f'exec "$0" -m leapgrid check "$1" {shut}', sys.executable, str(leads)],
        env=leapgrid.environ,
        capture_output=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr


def test_a_locale_without_our_letters_is_no_failure(leapgrid: Command, leads: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    leapgrid.environ |= {**ascii_only, "PYTHONCOERCECLOCALE": "0"}
    assert leapgrid.run("check", leads).code == 1
    ran = leapgrid.run("preview", leads)
    assert [record["name"] for record in ran.document] == ["Anna Keller", "Bảo Nguyễn"]


def test_python_m_and_the_console_script_are_the_same(leapgrid: Command, leads: Path) -> None:
    script = Path(sys.executable).with_name("leapgrid")
    if not script.exists():
        pytest.skip("the package is not installed here")
    result = subprocess.run([script, "check", leads], env=leapgrid.environ, capture_output=True, timeout=60)
    module = leapgrid.run("check", leads)
    assert (result.returncode, result.stdout.decode()) == (module.code, module.out)
