"""``leapgrid resume``: what was cut off is looked up, and goes on, and nothing goes twice."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import Command, Ran

STATES = ("created", "already_there", "rejected", "unknown", "skipped", "not_sent")


def many(leapgrid: Command, count: int, *, keys: bool = True) -> Path:
    lines = [f"N{n},n{n}@firm.de,{f'EXT-{n}' if keys else ''}" for n in range(1, count + 1)]
    return leapgrid.write("many.csv", "name,email,external_id", *lines)


def submit(leapgrid: Command, sandbox: SandboxServer, path: Path, *more: str) -> Ran:
    return leapgrid("submit", path, "--base-url", sandbox.base_url, "--yes", "--format", "json", *more)


def again(leapgrid: Command, command: str, *more: str) -> Ran:
    """Type a command as it was printed."""
    words = shlex.split(command)
    assert words[0] == "leapgrid"
    return leapgrid(*words[1:], "--format", "json", *more)


def add_up(document: dict[str, Any]) -> bool:
    return bool(sum(document[state] for state in STATES) == document["records"])


def emails(sandbox: SandboxServer) -> list[str]:
    return sorted(record["email"] for record in sandbox.store.records("lead"))


def test_what_was_stored_is_found_after_two_seconds_already(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-after@2")
    ran = submit(leapgrid, sandbox, many(leapgrid, 6), "--chunk-size", "2")
    assert (ran.code, ran.document["created"], ran.document["resume"]) == (0, 6, None)
    purposes = [look["purpose"] for look in ran.document["look_ups"]]
    assert "unknown" in purposes
    assert ran.document["difference"] is False


def test_what_was_not_stored_waits_for_the_settling_time_and_the_command_that_goes_on_is_whole(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-before@2")
    ran = submit(leapgrid, sandbox, many(leapgrid, 6), "--chunk-size", "2", "--settle", "3600")
    document = ran.document
    assert (ran.code, document["created"], document["unknown"]) == (3, 4, 2)
    assert document["look_again_at"]
    assert document["resume"] == (
        f"leapgrid resume {document['submission']} --base-url {sandbox.base_url} --settle 3600 --yes"
    )
    # "Not found" does not count yet: nothing is sent.
    early = again(leapgrid, document["resume"])
    assert (early.code, early.document["unknown"], early.document["chunks"]) == (3, 2, [])
    assert early.document["resume"] == document["resume"]
    assert sandbox.store.count("lead") == 4
    # Now it does: the two are proven not to be there, and go.
    late = again(leapgrid, document["resume"].replace("3600", "0"))
    assert (late.code, late.document["created"], late.document["resume"]) == (0, 6, None)
    assert late.document["submissions"] == [late.document["submission"]] == [document["submission"]]
    assert add_up(late.document)
    assert emails(sandbox) == sorted(f"n{n}@firm.de" for n in range(1, 7))


def test_waiting_looks_again_when_it_counts_and_says_how_long_that_takes(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-before@1")
    first = submit(leapgrid, sandbox, many(leapgrid, 2), "--settle", "4").document
    assert first["unknown"] == 2
    ran = again(leapgrid, first["resume"], "--wait")
    assert (ran.code, ran.document["created"]) == (0, 2)
    assert emails(sandbox) == ["n1@firm.de", "n2@firm.de"]


def test_without_a_key_only_a_person_can_tell(leapgrid: Command, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1")
    path = leapgrid.write("in.csv", "name", "Anna", "Bo")
    first = submit(leapgrid, sandbox, path).document
    assert first["unknown"] == 2
    words = shlex.split(first["resume"])[1:]
    ran = leapgrid(*words, "--wait", "--settle", "0")
    assert ran.code == 3
    assert "Looking again settles nothing more by itself." in ran.out
    assert "say so in the app: leapgrid opens it, and /? in the draft has them." in ran.out
    assert sandbox.store.count("lead") == 0


def test_what_others_may_have_too_is_counted_once_and_shown_by_an_example(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-after@1")
    first = submit(leapgrid, sandbox, many(leapgrid, 3, keys=False)).document
    assert first["unknown"] == 3
    ran = leapgrid(*shlex.split(first["resume"])[1:])
    assert ran.code == 3
    assert "Looked up 3 rows (3 may be there).\n  E.g. row 1: 1 record is there with this email" in ran.err
    assert ran.err.count("with this email") == 1


def test_what_never_went_out_goes_once_after_connecting_again(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("unauthorized-from=3")
    path = many(leapgrid, 10)
    ran = submit(leapgrid, sandbox, path, "--chunk-size", "2")
    document = ran.document
    assert (ran.code, document["stopped"]) == (4, "unauthorized")
    assert document["not_sent"] > 0
    refused = again(leapgrid, document["resume"])
    assert (refused.code, refused.document["stopped"]) == (4, "unauthorized")
    assert add_up(refused.document)
    sandbox.set_fault()
    done = again(leapgrid, document["resume"])
    assert (done.code, done.document["created"]) == (0, 10)
    assert emails(sandbox) == sorted(f"n{n}@firm.de" for n in range(1, 11))


def test_all_that_is_open_goes_on_when_no_id_is_given(leapgrid: Command, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1")
    ids = [submit(leapgrid, sandbox, many(leapgrid, 2)).document["submission"]]
    sandbox.set_fault("cut-before@1")
    other = leapgrid.write("other.csv", "name,external_id", "Zoe,EXT-90")
    ids.append(submit(leapgrid, sandbox, other).document["submission"])
    ran = leapgrid("resume", "--base-url", sandbox.base_url, "--settle", "0", "--yes", "--format", "json")
    document = ran.document
    assert (ran.code, document["created"], document["records"]) == (0, 3, 3)
    assert sorted(document["submissions"]) == sorted(ids)
    assert document["submission"] is None
    assert {chunk["submission"] for chunk in document["chunks"]} == set(ids)
    empty = leapgrid("resume", "--base-url", sandbox.base_url, "--format", "json")
    assert (empty.code, empty.document["submissions"], empty.document["records"]) == (0, [], 0)
    assert leapgrid("resume", "--base-url", sandbox.base_url).out == "There is nothing to go on with.\n"


def test_without_a_terminal_it_wants_to_be_told_that_it_may_send(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-before@1")
    document = submit(leapgrid, sandbox, many(leapgrid, 2)).document
    ran = leapgrid("resume", document["submission"], "--base-url", sandbox.base_url, "--settle", "0")
    assert ran.code == 2
    assert "Give --yes" in ran.err
    assert sandbox.store.count("lead") == 0


def test_where_to_has_to_be_known_and_is_told_in_a_whole_command(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("cut-before@1")
    document = submit(leapgrid, sandbox, many(leapgrid, 2)).document
    command = f"leapgrid resume {document['submission']} --base-url {sandbox.base_url}"
    for more in ((), ("--base-url", "https://other.example")):
        ran = leapgrid("resume", document["submission"], "--yes", *more)
        assert ran.code == 4
        assert command in ran.err
    no_key = leapgrid(
        *shlex.split(command)[1:], "--yes", "--format", "json", environ={"LEAPGRID_TOKEN": None}
    )
    assert (no_key.code, no_key.document["stopped"], no_key.document["unknown"]) == (4, "not_connected", 2)
    elsewhere = leapgrid("resume", "--yes", "--base-url", "https://other.example")
    assert elsewhere.code == 0
    assert f"1 other submission to {sandbox.base_url} can be gone on with: " in elsewhere.err


def test_without_an_address_each_place_is_named_with_its_command(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    with SandboxServer() as second:
        for number, place in enumerate((sandbox, second, sandbox)):
            place.set_fault("cut-before@1")
            path = leapgrid.write(f"{number}.csv", "name,external_id", f"N{number},E{number}")
            assert submit(leapgrid, place, path).code == 3
        ran = leapgrid("resume", "--yes", "--format", "json")
    assert ran.code == 4
    for number, place in (("2 submissions", sandbox), ("1 submission", second)):
        url = place.base_url
        assert f"{number} went to {url}: leapgrid resume --base-url {url}" in ran.err
        assert f"leapgrid resume --base-url {url}" in ran.document["stopped_message"]


def test_the_profile_that_was_used_is_enough(leapgrid: Command, sandbox: SandboxServer) -> None:
    leapgrid.settings(f'[profiles.acme]\nbase_url = "{sandbox.base_url}"\n')
    sandbox.set_fault("cut-before@1")
    first = leapgrid("submit", many(leapgrid, 2), "--profile", "acme", "--yes", "--format", "json").document
    assert first["resume"] == f"leapgrid resume {first['submission']} --profile acme --yes"
    ran = leapgrid("resume", "last", "--settle", "0", "--yes", "--format", "json")
    assert (ran.code, ran.document["created"]) == (0, 2)


def test_which_one_is_meant(leapgrid: Command, sandbox: SandboxServer) -> None:
    none = leapgrid("resume", "01JD", "--base-url", sandbox.base_url)
    assert (none.code, none.out) == (2, "")
    assert "Nothing was submitted yet. leapgrid submit FILE sends a file." in none.err
    ids = [
        submit(leapgrid, sandbox, leapgrid.write(f"{n}.csv", "name", f"N{n}")).document["submission"]
        for n in range(2)
    ]
    both = leapgrid("resume", "01", "--base-url", sandbox.base_url)
    assert both.code == 2
    assert all(each in both.err for each in ids)
    wrong = leapgrid("resume", "zz\x1b]0;x", "--base-url", sandbox.base_url)
    assert wrong.code == 2
    assert "\x1b" not in wrong.err
    done = leapgrid("resume", ids[0].lower(), "--base-url", sandbox.base_url, "--format", "json")
    assert (done.code, done.document["created"], done.document["resume"]) == (0, 1, None)
    assert leapgrid("resume", ids[0], "--settle", "-1").code == 2


def test_records_with_errors_and_refused_ones_stay_where_they_are(
    leapgrid: Command, sandbox: SandboxServer
) -> None:
    path = leapgrid.write(
        "in.csv", "name,email,external_id", "A,a@mailinator.com,E1", "B,b @firm.de,E2", "C,c@firm.de,E3"
    )
    sandbox.set_fault("not-atomic")
    first = submit(leapgrid, sandbox, path)
    assert (first.code, first.document["rejected"]) == (1, 1)
    resume = first.document["resume"]
    assert resume
    ran = again(leapgrid, resume)
    # The server had stored the good one in spite of the refusal: it is found, and is not sent again.
    assert (ran.code, ran.document["rejected"], ran.document["created"]) == (1, 1, 1)
    assert sandbox.store.count("lead") == 1
    assert add_up(ran.document)


@pytest.fixture
def waiting(leapgrid: Command, sandbox: SandboxServer) -> subprocess.Popen[bytes]:
    """A resume that waits for an hour."""
    sandbox.set_fault("cut-before@1")
    document = submit(leapgrid, sandbox, many(leapgrid, 2)).document
    words = shlex.split(document["resume"])[1:]
    return leapgrid.start(*words, "--wait", "--settle", "3600", "--format", "json")


def test_ctrl_c_ends_a_wait_with_what_is_known(waiting: subprocess.Popen[bytes]) -> None:
    assert waiting.stderr is not None
    said = b""
    while b"looked up again at" not in said:
        line = waiting.stderr.readline()
        assert line, said
        said += line
    since = time.monotonic()
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert time.monotonic() - since < 10
    assert b"Traceback" not in err
    assert waiting.returncode == 3
    assert json.loads(out)["unknown"] == 2
