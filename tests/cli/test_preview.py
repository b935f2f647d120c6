"""``leapgrid preview``: to the byte what is sent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import SAMPLES, TOKEN, Command


@pytest.mark.parametrize(
    "lines",
    [
        ("name,email", "Anna Keller,anna@kellerbau.de", "Bảo Nguyễn,bao@phohanoi.vn"),
        (
            "name,email,phone",
            '"O\'Brien ""Finn"" \\",finn@obrien.ie,0171 2345678',
            "田中 美咲,m@sakura.jp,",
        ),
        ("name,email", "\x9b2J\u202e\x7f,a@firm.de"),
    ],
    ids=["plain", "quotes", "characters that act"],
)
def test_a_preview_is_to_the_byte_what_the_server_gets(
    leapgrid: Command, sandbox: SandboxServer, lines: tuple[str, ...]
) -> None:
    path = leapgrid.write("in.csv", *lines)
    process = leapgrid.start("preview", path)
    shown, _ = process.communicate(timeout=60)
    ran = leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes")
    assert ran.code == 0
    (request,) = [request for request in sandbox.requests if request.method == "POST"]
    assert shown == request.body


def test_records_with_errors_are_left_out_unless_asked_for(leapgrid: Command) -> None:
    path = SAMPLES / "bad_email.request.json"
    ran = leapgrid("preview", path)
    assert ran.code == 1
    assert [record["name"] for record in ran.document] == ["test-9"]
    assert "1 record with errors left out" in ran.err
    every = leapgrid("preview", path, "--include-invalid")
    assert every.document == json.loads(path.read_text("utf-8"))
    assert every.code == 1
    assert every.err == ""


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("1", [1]),
        ("2-4", [2, 3, 4]),
        ("9-", [9, 10]),
        ("1,3-4, 10", [1, 3, 4, 10]),
        ("9-999", [9, 10]),
    ],
)
def test_rows_can_be_chosen(leapgrid: Command, rows: str, names: list[int]) -> None:
    path = leapgrid.write("in.csv", "name,email", *(f"{n},n{n}@firm.de" for n in range(1, 11)))
    ran = leapgrid("preview", path, "--rows", rows)
    assert ran.code == 0
    assert [int(record["name"]) for record in ran.document] == names


@pytest.mark.parametrize("rows", ["0", "4-2", "x", "-3", "", "1-2-3", "11", "11-20", "١"])
def test_rows_that_are_none_are_wrong_usage(leapgrid: Command, rows: str) -> None:
    path = leapgrid.write("in.csv", "name,email", *(f"{n},n{n}@firm.de" for n in range(1, 11)))
    ran = leapgrid("preview", path, f"--rows={rows}")
    assert (ran.code, ran.out) == (2, "")
    assert "--rows" in ran.err


def test_an_error_in_a_row_that_is_not_asked_for_does_not_count(leapgrid: Command) -> None:
    assert leapgrid("preview", SAMPLES / "bad_email.request.json", "--rows", "2").code == 0


def test_curl_is_one_command_for_each_chunk_without_the_key(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write("in.csv", "name,email", *(f"O'Neil {n},n{n}@firm.de" for n in range(5)))
    ran = leapgrid("preview", path, "--format", "curl", "--chunk-size", "2", "--base-url", sandbox.base_url)
    assert ran.code == 0
    commands = ran.out.strip().split("\n\n")
    assert len(commands) == 3
    assert all('"Authorization: Bearer $LEAPGRID_TOKEN"' in command for command in commands)
    assert TOKEN not in ran.out
    # They are run by a shell, and the records are there as they were read.
    subprocess.run(
        ["sh", "-e"], input=ran.out, env=leapgrid.environ, text=True, check=True, capture_output=True
    )
    assert [record["name"] for record in sandbox.store.records("lead")] == [f"O'Neil {n}" for n in range(5)]


def test_without_an_address_curl_has_a_place_for_it(leapgrid: Command, leads: Path) -> None:
    ran = leapgrid("preview", leads, "--format", "curl")
    assert "https://HOST/api/v1/org/objects/lead/record/bulk_create" in ran.out


def test_several_calls_are_said_beside_the_records(leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name,email", *(f"{n},n{n}@firm.de" for n in range(7)))
    ran = leapgrid("preview", path, "--chunk-size", "3")
    assert len(ran.document) == 7
    assert ran.err == "Sent as 3 calls of at most 3 records.\n"


def test_nothing_to_send_is_an_empty_array(leapgrid: Command) -> None:
    assert leapgrid("preview", leapgrid.write("in.csv", "name,email")).document == []


@pytest.mark.parametrize(
    "arguments", [("--chunk-size", "0"), ("--chunk-size", "1001"), ("--format", "xml"), ("--object", "a/b")]
)
def test_wrong_usage(leapgrid: Command, leads: Path, arguments: tuple[str, ...]) -> None:
    assert leapgrid("preview", leads, *arguments).code == 2


def test_an_address_that_a_key_may_not_go_to_stands_in_no_command(leapgrid: Command, leads: Path) -> None:
    ran = leapgrid("preview", leads, "--format", "curl", "--base-url", "http://firm.example")
    assert (ran.code, ran.out) == (4, "")
