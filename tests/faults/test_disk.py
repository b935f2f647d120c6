"""A disk that is full, or read-only: a sentence, nothing sent, and it goes on by itself when that is over.

Everywhere by a limit on the size of files, which a process of its own gets; on a small disk in memory where
one can be had. For intents, answers and edits see also ``test_store_fails`` and ``tui/test_rescue``.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.export import Export
from leapgrid.files import UnwritableFile
from leapgrid.records import set_cell
from leapgrid.records.outcomes import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import CannotOpen, DiskFull, Locked, ReadOnly, Workspace, WorkspaceError
from leapgrid.workspace.copies import copies_of, make_copy
from leapgrid.workspace.places import beside
from leapgrid.workspace.tables import USER_VERSION
from tests.cli.conftest import Command
from tests.workspace import form1
from tests.workspace.support import begin, intend, make_draft, result, states

resource = pytest.importorskip("resource", reason="limits of processes are POSIX's")


@pytest.fixture
def leapgrid(tmp_path: Path) -> Command:
    home = tmp_path / "home"
    home.mkdir()
    return Command(home)


def limited(size: int) -> Callable[[], None]:
    """In the child: no file gets larger, as if the disk were full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def said(ran: subprocess.Popen[bytes], code: int = 2) -> str:
    out, err = ran.communicate(timeout=60)
    text = (out + err).decode()
    assert "Traceback" not in text
    assert ran.returncode == code, text
    return text


def form_of(path: Path) -> int:
    with sqlite3.connect(path) as file:
        form = int(file.execute("PRAGMA user_version").fetchone()[0])
    file.close()
    return form


def test_no_room_for_an_intent(leapgrid: Command, server: SandboxServer) -> None:
    rows = [f"{'x' * 400} {n},a{n}@x.com" for n in range(400)]
    file = leapgrid.write("leads.csv", "Name,E-mail", *rows)
    leapgrid.environ["LEAPGRID_BASE_URL"] = server.base_url
    Workspace.open(leapgrid.workspace).close()
    ran = leapgrid.start("submit", file, "--yes", preexec_fn=limited(leapgrid.workspace.stat().st_size))
    assert "it is full for you, gone, or failing. 400 records were not sent." in said(ran, 4)
    assert [request for request in server.requests if request.method == "POST"] == []


def test_no_room_for_a_migration(leapgrid: Command) -> None:
    path = leapgrid.workspace
    path.parent.mkdir(parents=True, mode=0o700)
    form1.make(path)
    for size in (4096, path.stat().st_size):
        ran = leapgrid.start("export", "leads", "--to", leapgrid.home / "x.csv", preexec_fn=limited(size))
        assert "is full" in said(ran)
        assert form_of(path) == 1
        assert not list(path.parent.glob("*.part*"))
    Workspace.open(path).close()
    assert form_of(path) == USER_VERSION


def test_no_room_for_a_copy(path: Path) -> None:
    with Workspace.open(path) as workspace:
        make_draft(workspace)
        make_copy(path)
        make_draft(workspace, ["Gerd"])
        before = copies_of(path)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            with pytest.raises(WorkspaceError, match="full"):
                make_copy(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert copies_of(path) == before
        assert not list(beside(path, "copies").glob("*.part*"))
        assert make_copy(path) is not None


def test_no_room_for_an_export(leapgrid: Command) -> None:
    with Workspace.open(leapgrid.workspace) as workspace:
        make_draft(workspace, [f"{'x' * 90} {n}" for n in range(2000)])
    target = leapgrid.home / "x.csv"
    target.write_text("what stood there before")
    given = ("export", "leads", "--to", target, "--overwrite")
    assert "x.csv" in said(leapgrid.start(*given, preexec_fn=limited(65_536)))
    assert target.read_text() == "what stood there before"
    assert [each.name for each in leapgrid.home.glob("x.csv*")] == ["x.csv"]


# -- a small disk -------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Two MiB."""
    where = tmp_path / "disk"
    where.mkdir(mode=0o700)
    mount = shutil.which("mount")
    given = [str(mount), "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(where)]
    if mount is None or subprocess.run(given, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be had here")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room at all."""
    stone = disk / "stone"
    with stone.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return stone


def test_a_disk_that_fills_up_and_has_room_again(disk: Path) -> None:
    path = disk / "ws.db"
    with Workspace.open(path, busy_timeout_ms=50) as workspace:
        draft_id = make_draft(workspace, [f"Anna {n}" for n in range(2000)])
        draft = WorkingDraft.from_stored(workspace, draft_id)
        submission = begin(workspace, draft_id, [[0], list(range(1, 1001))])
        intent = intend(workspace, submission, 1, [0])
        assert intent is not None
        stone = fill(disk)

        for row in range(1200, 1300):
            draft.apply(set_cell(row, "name", "x" * 2000), "Edit")
        assert not draft.flush()
        assert draft.journal is not None
        assert "The disk is full" in (draft.journal.failure or "")
        with pytest.raises(DiskFull):
            intend(workspace, submission, 2, list(range(1, 1001)))
        with suppress(DiskFull):  # there may be room for so little in the file itself
            workspace.record_outcome(intent.attempt, result(intent, RowState.CREATED))
        with pytest.raises(DiskFull):
            make_draft(workspace, [f"Bert {n}" for n in range(20_000)])
        assert make_copy(path) is None
        with pytest.raises(UnwritableFile):
            Export(draft, str(disk / "out.csv"), what="all").run()
        assert len(draft.batch) == 2000
        assert draft.batch.text(1250, "name") == "x" * 2000

        stone.unlink()
        assert draft.flush(), "it goes on by itself"
        workspace.record_outcome(intent.attempt, result(intent, RowState.CREATED))
        assert intend(workspace, submission, 2, list(range(1, 1001))) is not None
        assert states(workspace, draft_id)[0] is RowState.CREATED
        draft.close()
        assert len(workspace.load_draft(draft_id).journal) == 100
    assert not list(disk.rglob("*.part"))


def test_no_room_at_the_start(disk: Path) -> None:
    stone = fill(disk)
    with pytest.raises(WorkspaceError):
        Workspace.open(disk / "new" / "ws.db")
    stone.unlink()
    Workspace.open(disk / "new" / "ws.db").close()


# -- read-only -----------------------------------------------------------------------------------------------


def immutable(path: Path, on: bool) -> None:
    """Let nobody write to a file or directory, not even root; skips where that cannot be done."""
    if os.geteuid():
        mode = path.stat().st_mode & 0o777
        path.chmod(mode & ~0o222 if on else mode | 0o200)
        return
    tool = shutil.which("chattr")
    given = [str(tool), "+i" if on else "-i", str(path)]
    if tool is None or subprocess.run(given, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be made read-only for root here")


@pytest.mark.parametrize("what", ["file", "directory"])
def test_read_only_at_the_start_and_then_not(path: Path, what: str) -> None:
    with Workspace.open(path) as workspace:
        draft_id = make_draft(workspace)
        # Cut off on its way: it has to be settled before anything is sent.
        intend(workspace, begin(workspace, draft_id, [[3]]), 1, [3])
    Path(f"{path}-journal").unlink(missing_ok=True)
    target = path if what == "file" else path.parent
    immutable(target, True)
    try:
        with Workspace.open(path) as workspace:
            draft = WorkingDraft.from_stored(workspace, draft_id)
            draft.apply(set_cell(0, "name", "Zoe"), "Edit")
            assert not draft.flush()
            assert draft.journal is not None
            assert draft.journal.failure
            with pytest.raises((ReadOnly, CannotOpen)):
                begin(workspace, draft_id, [[1]])
            immutable(target, False)
            assert draft.flush(), "it goes on by itself"
            assert states(workspace, draft_id).get(3) is not RowState.READY
            begin(workspace, draft_id, [[1]])
            assert states(workspace, draft_id)[3] is RowState.UNKNOWN
            draft.close()
    finally:
        immutable(target, False)
    with Workspace.open(path) as workspace:
        assert len(workspace.load_draft(draft_id).journal) == 1


def test_locked_for_longer_than_it_waits(path: Path) -> None:
    with Workspace.open(path, busy_timeout_ms=50) as workspace:
        draft = WorkingDraft.from_stored(workspace, make_draft(workspace))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        draft.apply(set_cell(0, "name", "Zoe"), "Edit")
        assert not draft.flush()
        with pytest.raises(Locked):
            begin(workspace, draft.id, [[1]])
        with pytest.raises(Locked):
            Workspace.open(path, busy_timeout_ms=50)
        other.close()
        assert draft.flush()
        draft.close()
