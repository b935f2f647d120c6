"""The file: how it is made, refused, and what its failures read like."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.workspace import (
    BadWorkspaceUrl,
    CannotOpen,
    Damaged,
    DiskFull,
    ForeignFile,
    Locked,
    ReadOnly,
    Workspace,
    WorkspaceError,
)
from leapgrid.workspace.copies import make_copy
from leapgrid.workspace.database import path_of
from leapgrid.workspace.frames import frame_failure
from leapgrid.workspace.tables import USER_VERSION
from tests.workspace.support import NAMES, begin, make_draft


@pytest.fixture
def workspace(in_a_file: Workspace) -> Workspace:
    """All of this is about files; see test_postgres.py for the other place."""
    return in_a_file


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_all_that_is_made_is_for_the_person_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Workspace.open(data_dir=tmp_path / "share" / "data") as workspace:
            begin(workspace, make_draft(workspace), [[0]])
            assert workspace.path is not None
            make_copy(workspace.path)
            found = list((tmp_path / "share").rglob("*"))
            wrong = [
                path
                for path in [*found, tmp_path / "share"]
                if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
            ]
    finally:
        os.umask(old)
    assert wrong == []
    kinds = {path.suffix for path in found if path.is_file()}
    assert {".db", ".db-journal", ".arrow", ".lock", ".log"} <= kinds


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_a_file_of_ours_with_wide_rights_is_narrowed(path: Path) -> None:
    Workspace.open(path).close()
    path.chmod(0o644)
    Workspace.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "persist"),
        ("synchronous", 3),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 5000),
        ("application_id", 0x4C474731),
        ("user_version", USER_VERSION),
        ("secure_delete", 1),
    ],
)
def test_how_it_is_set(workspace: Workspace, pragma: str, value: object) -> None:
    with workspace._database.read() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:////abs/ws.db", "/abs/ws.db"),
        ("sqlite:///rel/ws.db", "rel/ws.db"),
        ("/abs/ws.db", "/abs/ws.db"),
        (Path("/abs/ws.db"), "/abs/ws.db"),
        (None, "/data/workspace.db"),
        ("", "/data/workspace.db"),
    ],
)
def test_addresses(url: str | Path | None, found: str) -> None:
    assert path_of(url, Path("/data")) == Path(found)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "postgresql+psycopg://me:secret@host/db",
        "://",
        "nonsense://x",
    ],
)
def test_addresses_that_name_no_file(url: str) -> None:
    with pytest.raises(BadWorkspaceUrl) as error:
        path_of(url)
    assert "secret" not in str(error.value)
    assert str(error.value).endswith(".")


def other_program(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()


def other_program_with_id(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA application_id = 77")
    other.close()


def text_file(path: Path) -> None:
    path.write_text("name,email\nAnna,anna@x.com\n" * 100)


def newer(path: Path) -> None:
    Workspace.open(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()


def cut_short(path: Path) -> None:
    with Workspace.open(path) as workspace:
        for _ in range(20):
            make_draft(workspace)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeroed_pages(path: Path) -> None:
    with Workspace.open(path) as workspace:
        make_draft(workspace)
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)


def directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (other_program, ForeignFile),
        (other_program_with_id, ForeignFile),
        (text_file, Damaged),
        (cut_short, Damaged),
        (zeroed_pages, Damaged),
        (directory, CannotOpen),
    ],
)
def test_a_file_that_is_not_usable_is_refused_and_left_alone(
    path: Path, spoil: Callable[[Path], None], kind: type[WorkspaceError]
) -> None:
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(kind) as error:
        Workspace.open(path)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_the_directory_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotOpen, match="cannot be opened"):
        Workspace.open(tmp_path / "file" / "ws.db")


def test_an_empty_file_becomes_a_workspace(path: Path) -> None:
    path.touch()
    with Workspace.open(path) as workspace:
        assert workspace.drafts() == []


def test_a_name_that_would_act_on_the_terminal_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31mb.db"
    text_file(path)
    with pytest.raises(WorkspaceError) as error:
        Workspace.open(path)
    assert "\x1b" not in str(error.value)


def test_locked_by_another_program(path: Path) -> None:
    with Workspace.open(path, busy_timeout_ms=20) as workspace:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked, match="Another program keeps the workspace"):
            make_draft(workspace)
        other.execute("ROLLBACK")
        other.close()
        assert len(make_draft(workspace)) == 26, "it goes on by itself"


def test_the_disk_is_full_and_has_room_again(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    limit(workspace, 1)
    with pytest.raises(DiskFull, match="Make room"):
        begin(workspace, draft, [list(range(20_000))])
    assert workspace.submissions() == []
    limit(workspace, 1_000_000)
    begin(workspace, draft, [[0]])


def limit(workspace: Workspace, pages: int) -> None:
    """As if the disk had room for so many pages; never fewer than there are."""
    with workspace._database._driver() as driver:
        driver.execute(f"PRAGMA max_page_count = {pages}")


def test_read_only(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    with workspace._database._driver() as driver:
        driver.execute("PRAGMA query_only = 1")
    with pytest.raises(ReadOnly, match="is read-only"):
        begin(workspace, draft, [[0]])
    assert workspace.load_draft(draft).frame.height == len(NAMES), "reading goes on"


def test_what_no_database_takes(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="cannot be stored"):
        begin(workspace, make_draft(workspace) + "\ud800", [[0]])


def test_closed(workspace: Workspace) -> None:
    workspace.close()
    workspace.close()
    with pytest.raises(WorkspaceError, match="closed"):
        workspace.drafts()


def test_a_failed_write_leaves_nothing_half_done(workspace: Workspace) -> None:
    draft = make_draft(workspace)

    def half() -> None:
        with workspace._database.write() as connection:
            connection.exec_driver_sql("UPDATE draft SET rows = 99")
            connection.exec_driver_sql("UPDATE no_such_table SET x = 1")

    with pytest.raises(WorkspaceError):
        half()
    assert workspace.drafts()[0].rows == len(NAMES)
    assert workspace.drafts()[0].id == draft


def test_a_writer_says_so_before_it_reads(workspace: Workspace) -> None:
    """Else two of them could read the same and the later one would fail at its first write."""
    other = sqlite3.connect(workspace.path, isolation_level=None, timeout=0)
    with workspace._database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EACCES, CannotOpen)])
def test_what_a_frame_that_cannot_be_written_reads_like(number: int, kind: type[WorkspaceError]) -> None:
    found = frame_failure(OSError(number, os.strerror(number)), Path("/x/\x1b.arrow"))
    assert type(found) is kind
    assert str(found).isprintable()
