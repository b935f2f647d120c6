"""A workspace that is damaged, newer, full, locked or on a network, as a person sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.superleap import SecretToken
from leapgrid.tui.app import LeapGridApp
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.launch import Launch
from leapgrid.workspace import Workspace, WorkspaceError, places
from leapgrid.workspace.copies import copies_of, make_copy
from leapgrid.workspace.rescue import can_help, examine
from leapgrid.workspace.tables import USER_VERSION
from tests.tui.conftest import NARROW, TOKEN, WIDE, Journey, Start
from tests.workspace.support import make_draft, sent

Open = Callable[..., AbstractAsyncContextManager[Journey]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "ws.db"


@pytest.fixture
def damaged(path: Path) -> Path:
    """A workspace with a copy, of which nothing can be read."""
    with Workspace.open(path) as workspace:
        draft = make_draft(workspace)
        make_copy(path)
        sent(workspace, draft, [0], RowState.CREATED)
        make_draft(workspace, ["Gerd", "Hans"])
    path.write_bytes(bytes(path.stat().st_size))
    return path


@pytest.fixture
def opened(palettes: dict[str, Any], sandbox: SandboxServer) -> Iterator[Open]:
    """Starts the app as the command does on a workspace that may not open."""

    @asynccontextmanager
    async def run(path: Path, size: tuple[int, int] = WIDE) -> AsyncIterator[Journey]:
        made: list[Workspace] = []

        def open_it() -> Workspace:
            if not made:
                made.append(Workspace.open(path, busy_timeout_ms=50))
            return made[0]

        launch = Launch(palettes, theme="dark")
        try:
            open_it()
        except WorkspaceError as problem:
            if can_help(problem, path):
                launch.findings = examine(path, problem)
        link = Link(sandbox.base_url, SecretToken(TOKEN), sandbox=True, rate=None)
        app = LeapGridApp(Desk(made[0] if made else open_it, link=link), launch)
        async with app.run_test(size=size) as pilot:
            yield Journey(app, pilot, sandbox)
        if app.desk.session is not None:
            app.desk.session.draft.close()
        for workspace in made:
            workspace.close()
        assert app._exception is None

    return run


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_copy_is_taken(damaged: Path, opened: Open, size: tuple[int, int]) -> None:
    async with opened(damaged, size) as journey:
        await journey.sees(
            "The workspace is damaged",
            "The newest good copy is of today",
            "1 draft with 6 records",
            "Lost: 1 draft made since, leads (2 records).",
            "1 record was sent since.",
            "C Go on with the copy",
            "B Begin anew",
        )
        await journey.press("c")
        await journey.sees("The copy took the place", "Go on with", "leads")
        await journey.press("enter")
        await journey.until(lambda: journey.app.desk.session is not None)
        assert journey.states()[:2] == [RowState.CREATED, RowState.READY]
    assert len(list(damaged.parent.glob("*.damaged-*.db"))) == 1


async def test_beginning_anew_is_said_twice(damaged: Path, opened: Open) -> None:
    async with opened(damaged) as journey:
        await journey.sees("The workspace is damaged")
        assert "shows what can be saved" not in " ".join(journey.text.split())
        await journey.press("n", "n")  # meant as no
        assert not list(damaged.parent.glob("*.damaged-*"))
        await journey.press("b")
        await journey.sees("Press B again to begin with an empty workspace.")
        assert not list(damaged.parent.glob("*.damaged-*"))
        await journey.press("b")
        await journey.sees("This is an empty workspace", "Begin")
    with Workspace.open(damaged) as workspace:
        assert workspace.drafts() == []


async def test_another_has_it_open(damaged: Path, opened: Open) -> None:
    (held,) = copies_of(damaged)
    with Workspace.open(damaged.with_name("other.db")) as other:
        assert other.hold_draft("x")
        (damaged.parent / "ws.owners").mkdir(exist_ok=True)
        (lock,) = (damaged.parent / "other.owners").iterdir()
        (damaged.parent / "ws.owners" / lock.name).hardlink_to(lock)
        async with opened(damaged) as journey:
            await journey.press("c")
            await journey.sees("Close it first")
    assert held.path.exists()


async def test_locked_at_the_start_and_then_not(path: Path, opened: Open) -> None:
    with Workspace.open(path) as workspace:
        make_draft(workspace)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with opened(path) as journey:
        await journey.sees("Another program keeps the workspace", "Begin")
        other.close()
        await journey.sees("Go on with", "leads")
        assert "Another program" not in journey.text


async def test_a_newer_one_is_only_looked_at(path: Path, opened: Open) -> None:
    with Workspace.open(path) as workspace:
        make_draft(workspace)
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version = {USER_VERSION + 1}")
    file.close()
    before = bytes_of(path)
    async with opened(path) as journey:
        await journey.sees("Enter Open")
        await journey.press("enter")
        await journey.sees("Anna")
        await journey.press("f9")
        await journey.sees("A newer LeapGrid wrote the workspace")
        await journey.write("Zoe")
        await journey.press("enter")
        await journey.sees("not saved", "A newer LeapGrid wrote the workspace")
    assert bytes_of(path) == before


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def full(workspace: Workspace) -> None:
    with workspace._database._driver() as driver:  # type: ignore[attr-defined]
        driver.execute("PRAGMA max_page_count = 1")


def room(workspace: Workspace) -> None:
    with workspace._database._driver() as driver:  # type: ignore[attr-defined]
        driver.execute("PRAGMA max_page_count = 1000000")


async def test_edits_on_a_full_disk(start: Start, workspace: Workspace) -> None:
    async with start(records=[{"name": f"Anna {n}"} for n in range(40)]) as journey:
        full(workspace)
        text = "x" * 9000
        await journey.paste(text)
        await journey.press("enter")
        await journey.sees("not saved", "The disk is full")
        await journey.press("f9")
        await journey.sees("Nothing can be sent before the records are stored. The disk is full")
        assert journey.creates == []
        room(workspace)
        await journey.until(lambda: not journey.session.trouble)
        await journey.press("f9")
        await journey.sees("Enter Send")
    drafts = workspace.drafts()
    assert len(workspace.load_draft(drafts[0].id).journal) == 1


async def test_on_a_network_nothing_is_sent(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("36 1 0:30 / / rw shared:1 - nfs4 files:/home rw\n")
    monkeypatch.setattr(places, "MOUNTS", mounts)
    with Workspace.open(tmp_path / "far.db") as far:
        async with start(records=[{"name": "Anna"}], workspace=far) as journey:
            await journey.press("f9")
            await journey.sees("Nothing is sent from a workspace on a network (NFS)")
            assert journey.creates == []
