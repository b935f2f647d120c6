"""``leapgrid rescue``, and what other commands say of a workspace that cannot be used."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from leapgrid.workspace.copies import copies_of, make_copy
from leapgrid.workspace.tables import USER_VERSION
from tests.cli.conftest import Command
from tests.workspace.support import make_draft


@pytest.fixture
def kept(leapgrid: Command) -> Path:
    """A workspace with a copy, and one draft that is not in it."""
    path = leapgrid.workspace
    with Workspace.open(path) as workspace:
        make_draft(workspace)
        make_copy(path)
        make_draft(workspace, ["Gerd", "Hans"])
    return path


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def test_a_sound_one(leapgrid: Command, kept: Path) -> None:
    ran = leapgrid("rescue")
    assert ran.code == 0
    assert "is not damaged. It holds 2 drafts with 8 records. Its newest copy is of today" in ran.out


def test_none_yet(leapgrid: Command) -> None:
    assert leapgrid("rescue").out == "There is no workspace yet.\n"
    assert not leapgrid.workspace.exists()


def test_without_a_terminal_it_says_what_there_is(leapgrid: Command, kept: Path) -> None:
    zeroed(kept)
    before = kept.read_bytes()
    ran = leapgrid("rescue", "--format", "json")
    assert ran.code == 2
    assert "The newest good copy is of today" in ran.err
    assert "shows what can be saved" not in ran.err + ran.out
    assert "holds 1 draft with 6 records." in ran.err
    assert "Lost: 1 draft made since, leads (2 records)." in ran.err
    assert "leapgrid rescue --take-copy goes on with the copy" in ran.err
    assert ran.document["lost"] == {"drafts": 1, "records": 2, "edits": 0, "sent": 0, "exact": True}
    assert kept.read_bytes() == before


def test_the_copy_is_taken(leapgrid: Command, kept: Path) -> None:
    zeroed(kept)
    ran = leapgrid("rescue", "--take-copy", "--format", "json")
    assert ran.code == 0
    assert ran.document["done"] == "copy"
    assert (
        Path(ran.document["set_aside"]).read_bytes().count(0)
        == Path(ran.document["set_aside"]).stat().st_size
    )
    assert "holds 1 draft with 6 records" in leapgrid("rescue").out


def test_what_it_says_afterwards_leads_back(leapgrid: Command, kept: Path) -> None:
    zeroed(kept)
    anew = leapgrid("rescue", "--begin-anew")
    assert "The damaged file is " in anew.out
    address, *command = shlex.split(anew.out.splitlines()[-1].split(": ", 1)[1])
    assert command == ["leapgrid", "rescue"]
    name, _, value = address.partition("=")
    back = leapgrid("rescue", "--take-copy", environ={name: value})
    assert back.code == 0, back
    assert "holds 1 draft with 6 records" in leapgrid("rescue", environ={name: value}).out
    assert f"move that file to {value.removeprefix('sqlite:///')}, over the copy" in back.out


def test_beginning_anew(leapgrid: Command, kept: Path) -> None:
    for copy in copies_of(kept):
        copy.path.unlink()
    zeroed(kept)
    refused = leapgrid("rescue", "--take-copy")
    assert refused.code == 2
    assert "There is no good copy" in refused.err
    assert leapgrid("rescue", "--begin-anew").code == 0
    assert "holds no drafts" in leapgrid("rescue").out


def test_a_damaged_draft_in_a_sound_file(leapgrid: Command, kept: Path) -> None:
    for frame in (kept.parent / "workspace.frames").iterdir():
        frame.write_bytes(b"noise")
    ran = leapgrid("rescue")
    assert ran.code == 2
    assert "The draft leads cannot be opened, others may be. Its records in" in ran.err
    # The first draft's frame came back from its copy by itself; the newer one has none.
    assert "leapgrid rescue --take-copy" in ran.err


@pytest.mark.parametrize("command", ["submit", "export"])
def test_other_commands_say_where_to_go(
    leapgrid: Command, kept: Path, leads: Path, sandbox: SandboxServer, command: str
) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    zeroed(kept)
    given = (
        ["submit", leads, "--yes"]
        if command == "submit"
        else ["export", "leads", "--to", leads.parent / "x.csv"]
    )
    ran = leapgrid(*given)
    assert ran.code == 2
    assert "leapgrid rescue shows what can be saved" in ran.err
    assert sandbox.requests == []


def newer(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version = {USER_VERSION + 1}")
    file.close()


def test_a_newer_one_can_be_looked_at_and_sends_nothing(
    leapgrid: Command, leads: Path, sandbox: SandboxServer
) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    with Workspace.open(leapgrid.workspace) as workspace:
        make_draft(workspace)
    newer(leapgrid.workspace)
    before = leapgrid.workspace.read_bytes()
    target = leapgrid.home / "out.csv"
    assert leapgrid("export", "leads", "--to", target).code == 0
    assert "Anna" in target.read_text()
    ran = leapgrid("submit", leads, "--yes")
    assert ran.code == 2
    assert "A newer LeapGrid wrote the workspace" in ran.err
    assert sandbox.requests == []
    assert leapgrid.workspace.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_a_directory_that_others_can_write(leapgrid: Command, leads: Path, sandbox: SandboxServer) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    folder = leapgrid.home / "shared"
    folder.mkdir()
    folder.chmod(0o770)
    ran = leapgrid("submit", leads, "--yes", environ={"LEAPGRID_WORKSPACE": f"sqlite:///{folder}/ws.db"})
    assert ran.code == 2
    assert "can be written by its group" in ran.err
    assert "chmod go-w" in ran.err
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="links and rights are POSIX's")
def test_a_directory_that_is_a_link(leapgrid: Command, leads: Path, sandbox: SandboxServer) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    (leapgrid.home / "real").mkdir(mode=0o700)
    link = leapgrid.home / "link"
    link.symlink_to(leapgrid.home / "real")
    ran = leapgrid("submit", leads, "--yes", environ={"LEAPGRID_WORKSPACE": f"sqlite:///{link}/ws.db"})
    assert ran.code == 2
    assert "is a link" in ran.err
    assert str(leapgrid.home / "real" / "ws.db") in ran.err


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_all_that_is_made_is_for_the_person_alone(
    leapgrid: Command, leads: Path, sandbox: SandboxServer
) -> None:
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    before = os.umask(0)
    try:
        for _ in range(2):
            assert leapgrid("submit", leads, "--yes").code in (0, 1)
        data = leapgrid.home / "data"
        wrong = [
            path
            for path in [data, *data.rglob("*")]
            if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
        ]
    finally:
        os.umask(before)
    assert wrong == []
