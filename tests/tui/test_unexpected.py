"""A defect of ours, wherever it is in a sending: it ends on the screen, in a report, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import ChunkAnswered
from leapgrid.submit.enquiries import Enquiries
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.resolver import Resolver
from leapgrid.tui.progress import RunProgress
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Journey, Start
from tests.tui.test_settling import SIX, cut_off

Patch = pytest.MonkeyPatch
both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])


def reports_of(ui: Journey) -> list[Exception]:
    found: list[Exception] = []

    def report(error: Exception) -> str:
        found.append(error)
        return "What is known is in report.txt."

    ui.app.desk.report = report
    return found


def before_it_begins(patch: Patch) -> None:
    def broken(draft: WorkingDraft) -> int:
        raise AttributeError("number")

    patch.setattr(WorkingDraft, "number", property(broken))


def while_it_begins(patch: Patch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise AttributeError("begin")

    patch.setattr(Ledger, "begin", broken)
    patch.setattr(Ledger, "join", broken)


def in_the_progress(patch: Patch) -> None:
    take = RunProgress.take

    def broken(run: RunProgress, event: Any) -> None:
        if isinstance(event, ChunkAnswered):
            raise AttributeError("progress")
        take(run, event)

    patch.setattr(RunProgress, "take", broken)


def after_the_last_chunk(patch: Patch) -> None:
    async def broken(*_: Any) -> None:
        raise AttributeError("count")

    patch.setattr(Enquiries, "count", broken)


@both_sizes
@pytest.mark.parametrize("defect", [before_it_begins, while_it_begins, in_the_progress, after_the_last_chunk])
async def test_a_sending_ends_and_says_so(
    start: Start, monkeypatch: Patch, defect: Callable[[Patch], None], size: tuple[int, int]
) -> None:
    async with start(size, SIX, link={"chunk_size": 2}) as ui:
        found = reports_of(ui)
        with monkeypatch.context() as patch:
            defect(patch)
            await ui.send()
            assert not ui.session.is_sending
            await ui.until(lambda: found)
            await ui.sees("omething unexpected", "report.txt")
            assert isinstance(found[0], AttributeError)
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        if defect is not after_the_last_chunk:
            assert RowState.SENDING not in ui.states()
            assert RowState.QUEUED not in ui.states()
            await ui.send()
        assert ui.states() == [RowState.CREATED] * 6
        assert sorted(r["external_id"] for r in ui.stored) == [r["external_id"] for r in SIX]


@both_sizes
@pytest.mark.parametrize("defect", [before_it_begins, while_it_begins])
async def test_going_on_ends_and_can_be_gone_on_with_again(
    start: Start,
    sandbox: SandboxServer,
    tmp_path: Path,
    monkeypatch: Patch,
    defect: Callable[[Patch], None],
    size: tuple[int, int],
) -> None:
    with Workspace.open(tmp_path / "first.db") as first:
        draft = await cut_off(start, sandbox, first)
    with Workspace.open(tmp_path / "first.db") as again:
        async with start(size, draft_id=draft, workspace=again) as ui:
            await ui.until(lambda: ui.session.can_resume)
            found = reports_of(ui)
            with monkeypatch.context() as patch:
                defect(patch)
                await ui.press("slash", "&")
                await ui.sees("Go on with 4 rows")
                await ui.press("enter")
                await ui.until(lambda: found and ui.session.run is not None and ui.session.run.finished)
                await ui.sees("omething unexpected", "report.txt")
            await ui.press("escape")
            await ui.until(lambda: ui.app.screen is ui.screen)
            await ui.until(lambda: ui.session.can_resume)
            await ui.press("slash", "&")
            await ui.sees("Go on with 4 rows")
            await ui.press("enter")
            await ui.until(lambda: ui.states() == [RowState.CREATED] * 6)
            await ui.until(lambda: not ui.session.is_sending)
    assert sorted(r["external_id"] for r in sandbox.store.records("lead")) == [r["external_id"] for r in SIX]


async def test_a_look_up_says_so_and_settles_nothing(
    start: Start, sandbox: SandboxServer, monkeypatch: Patch
) -> None:
    async def broken(*_: Any) -> None:
        raise AttributeError("look")

    sandbox.set_fault("cut-before@1")
    async with start(WIDE, SIX[:2]) as ui:
        found = reports_of(ui)
        await ui.send()
        monkeypatch.setattr(Resolver, "look_up", broken)
        await ui.press("r")
        await ui.until(lambda: found)
        await ui.sees("report.txt")
        assert ui.states() == [RowState.UNKNOWN] * 2
