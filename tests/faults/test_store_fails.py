"""The workspace fails in the middle of a run: nothing goes out unwritten, no answer is lost in silence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import ChunkAnswered, ChunkStarted, Plan, Runner, RunSummary
from leapgrid.superleap import AsyncSuperleap
from leapgrid.workspace import Workspace
from tests.submit.support import Clock, Listener, creates, make_draft, people, planned

READY, CREATED, REJECTED, UNKNOWN = RowState.READY, RowState.CREATED, RowState.REJECTED, RowState.UNKNOWN


def pragma(workspace: Workspace, text: str) -> None:
    with workspace._database._driver() as driver:
        driver.execute(f"PRAGMA {text}")


def full(workspace: Workspace) -> None:
    pragma(workspace, "max_page_count = 1")


def room(workspace: Workspace) -> None:
    pragma(workspace, "max_page_count = 1000000")


def locked(workspace: Workspace) -> None:
    other = sqlite3.connect(workspace.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _locks.append(other)


def unlocked(workspace: Workspace) -> None:
    while _locks:
        _locks.pop().close()


def read_only(workspace: Workspace) -> None:
    pragma(workspace, "query_only = 1")


def writable(workspace: Workspace) -> None:
    pragma(workspace, "query_only = 0")


_locks: list[sqlite3.Connection] = []
FAILURES = {
    "disk full": (full, room, "The disk is full"),
    "locked": (locked, unlocked, "Another program keeps"),
    "read-only": (read_only, writable, "is read-only"),
}
# A long answer needs new pages, so that a full disk is noticed at the answer too.
BAD = [{"name": "x" * 500, "email": f"bad {n}@example.com"} for n in range(100)]


class Run:
    def __init__(self, workspace: Workspace, server: SandboxServer, records: list[dict[str, Any]], size: int):
        self.workspace, self.server = workspace, server
        self.draft = make_draft(workspace, records)
        self.plan: Plan = planned(records, chunk_size=size)
        self.clock = Clock()
        self.on: Callable[[Any], None] = lambda event: None
        self.listener = Listener(self.plan.rows, lambda event: self.on(event))
        self.runner: Runner | None = None

    async def __call__(self, **more: Any) -> RunSummary:
        async with AsyncSuperleap(self.server.base_url, "key") as client:
            self.runner = Runner(
                self.workspace,
                client,
                self.draft,
                self.plan,
                object_slug="lead",
                publish=self.listener,
                **{"clock": self.clock, "monotonic": self.clock, "sleep": self.clock.sleep, **more},
            )
            return await self.runner.run()


@pytest.mark.parametrize("name", FAILURES)
async def test_before_the_first_intent(workspace: Workspace, server: SandboxServer, name: str) -> None:
    fail, mend, words = FAILURES[name]
    run = Run(workspace, server, people(4000), 100)
    fail(workspace)
    summary = await run()
    mend(workspace)
    assert summary.stopped == "workspace"
    assert words in summary.message
    assert list(creates(server)) == []
    assert summary.counts == {READY: 4000}


@pytest.mark.parametrize("name", FAILURES)
async def test_between_two_chunks(workspace: Workspace, server: SandboxServer, name: str) -> None:
    fail, mend, words = FAILURES[name]
    run = Run(workspace, server, [*people(2), *BAD], 2)
    run.on = lambda event: fail(workspace) if isinstance(event, ChunkAnswered) and event.chunk == 1 else None
    summary = await run()
    if name == "disk full":
        # What little is free in the file may take some chunks more; none goes out without its intent.
        assert len(list(creates(server))) == len(workspace.attempts(summary.submission))
    else:
        assert len(list(creates(server))) == 1
        assert summary.counts == {CREATED: 2, READY: 100}
    assert summary.stopped == "workspace"
    assert words in summary.message
    mend(workspace)


@pytest.mark.parametrize("name", FAILURES)
async def test_after_the_answer_and_for_good(
    workspace: Workspace, server: SandboxServer, path: Path, name: str
) -> None:
    fail, mend, words = FAILURES[name]
    run = Run(workspace, server, [*BAD, *people(2)], 100)
    run.on = lambda event: fail(workspace) if isinstance(event, ChunkStarted) else None
    summary = await run()
    assert summary.stopped == "workspace"
    assert words in summary.message
    assert summary.unsaved == (1,)
    (answered,) = run.listener.of(ChunkAnswered)
    assert not answered.saved
    assert summary.counts == {REJECTED: 100, READY: 2}, "the answer is shown all the same"
    assert len(list(creates(server))) == 1, "nothing more is sent"
    assert run.clock.slept == [1.0] * 4
    mend(workspace)
    workspace.close()
    with Workspace.open(path) as again:
        assert again.recovered.unknown == 100
        assert {outcome.state for outcome in again.outcomes(run.draft).values()} == {UNKNOWN}


@pytest.mark.parametrize("name", FAILURES)
async def test_after_the_answer_and_for_a_moment(
    workspace: Workspace, server: SandboxServer, path: Path, name: str
) -> None:
    fail, mend, _words = FAILURES[name]
    run = Run(workspace, server, [*BAD, *people(2)], 100)
    run.on = lambda event: fail(workspace) if isinstance(event, ChunkStarted) else None

    async def sleep(seconds: float) -> None:
        await run.clock.sleep(seconds)
        if len(run.clock.slept) == 2:
            mend(workspace)

    summary = await run(sleep=sleep)
    assert (summary.stopped, summary.unsaved) == ("workspace", ())
    assert summary.counts == {REJECTED: 100, READY: 2}
    workspace.close()
    with Workspace.open(path) as again:
        assert again.recovered.submissions == ()
        assert len(again.server_issues(run.draft)) == 100


async def test_written_later_when_a_person_asks(workspace: Workspace, server: SandboxServer) -> None:
    run = Run(workspace, server, BAD, 100)
    run.on = lambda event: full(workspace) if isinstance(event, ChunkStarted) else None
    summary = await run()
    assert summary.unsaved == (1,)
    assert run.runner is not None
    assert not await run.runner.save_rest()
    room(workspace)
    assert await run.runner.save_rest()
    assert len(workspace.server_issues(run.draft)) == 100
    assert workspace.submissions()[0].stopped == "workspace"
