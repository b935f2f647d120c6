"""Sending from the screen: once, whatever is pressed; and the truth about it, whatever the server does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.screens.result import ResultPage
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Journey, Start

both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
C, J, R, U = RowState.CREATED, RowState.REJECTED, RowState.READY, RowState.UNKNOWN

SIX = [{"name": f"Lead {n}", "email": f"lead{n}@firm.com"} for n in range(1, 7)]
TWO = SIX[:2]


async def review(ui: Journey) -> None:
    await ui.press("f9")
    await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))
    await ui.sees("Will send")


async def begin(ui: Journey) -> None:
    """Send, and come back to the grid while the first chunk is with the server."""
    await review(ui)
    await ui.sees("Enter Send")
    await ui.press("enter")
    await ui.until(lambda: ui.app.screen is ui.screen)
    await ui.until(lambda: RowState.SENDING in ui.states() and ui.sandbox.requests)


async def over(ui: Journey) -> None:
    await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)
    await ui.settle()


async def leave_result(ui: Journey) -> None:
    await ui.press("escape")
    await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)


# -- once -------------------------------------------------------------------------------------------------


@both_sizes
async def test_send_pressed_again_and_again_sends_once(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("slow=0.2")
    async with start(size, SIX, link={"chunk_size": 3}) as ui:
        await review(ui)
        await ui.sees("Enter Send 6")
        for _ in range(4):
            ui.type_ahead("enter")
        await ui.settle()
        await over(ui)
        assert [len(json.loads(body)) for body in ui.creates] == [3, 3]
        assert ui.states() == [C] * 6
        assert sorted(r["email"] for r in ui.stored) == [r["email"] for r in SIX]
        await ui.sees("6 created")


async def test_nothing_is_left_to_send_afterwards(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, TWO) as ui:
        await ui.send()
        await ui.until(lambda: isinstance(ui.app.screen, ResultPage))
        await leave_result(ui)
        await review(ui)
        assert "Nothing to send" in ui.text
        assert "Enter Send" not in ui.text
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert len(sandbox.requests) == 1


async def test_the_sample_leads_go_to_the_sandbox_and_nowhere_else(start: Start) -> None:
    async with start(WIDE, kind="samples", connected=False) as ui:
        assert "sandbox 127.0.0.1" in ui.lines[0]
        await ui.send()
        await ui.sees("1 rejected")
        assert ui.states()[0] is J
        # The sandbox proves that it stores nothing of a refused chunk: its good records go once more.
        assert len(ui.creates) == 2
        assert len(ui.stored) == ui.states().count(C) > 0
        assert len({r["email"] for r in ui.stored}) == len(ui.stored)


async def test_without_a_connection_nothing_can_be_sent(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, TWO, connected=False) as ui:
        assert "not connected" in ui.lines[0]
        await review(ui)
        await ui.sees("Not connected. Nothing leaves this computer.")
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.states() == [R, R]
        assert sandbox.requests == []


async def test_production_wants_its_name_typed(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, TWO, link={"production": True, "profile": "acme", "sandbox": False}) as ui:
        assert "acme" in ui.lines[0]
        await review(ui)
        await ui.sees("This writes to production.")
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert sandbox.requests == []
        await review(ui)
        await ui.press("tab")
        await ui.write("acm")
        await ui.press("enter")
        assert "The name does not match." in ui.text
        assert sandbox.requests == []
        await ui.write("e")
        await ui.press("enter")
        await over(ui)
        assert ui.states() == [C, C]


async def test_what_is_sent_is_on_disk_before(
    start: Start, sandbox: SandboxServer, workspace: Workspace
) -> None:
    """The journal may take a quarter of a second; a record that the server has must survive a crash."""
    sandbox.set_fault("silent")
    async with start(NARROW, TWO) as ui:
        await review(ui)
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.write("Anna")
        await ui.press("enter", "f9")
        await ui.sees("Enter Send")
        await ui.press("enter")
        await ui.until(lambda: sandbox.requests)
        kept = workspace.load_draft(ui.session.draft.id).journal
        assert [entry.label for entry in kept] == ["Edit name"]
        await ui.press("ctrl+q", "ctrl+q")
        await ui.until(lambda: not ui.app.is_running)


# -- while a chunk is on its way --------------------------------------------------------------------------


@both_sizes
async def test_other_rows_can_be_edited_meanwhile(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("silent")
    records = [*TWO, {"name": "Bad", "email": "b d@firm.com"}]
    async with start(size, records) as ui:
        await begin(ui)
        assert ui.states() == [RowState.SENDING, RowState.SENDING, R]
        assert "sending 2 rows" in ui.lines[0]
        assert [ui.row_line(n)[6] for n in (1, 2, 3)] == [">", ">", " "]
        for keys in (["f2"], ["x"], ["delete"], ["ctrl+k"]):
            await ui.press("ctrl+home", *keys)
            assert ui.grid.open is None
            assert "Row 1 is with the server." in ui.issue
        assert ui.texts("name")[0] == "Lead 1"
        await ui.press("down", "down", "right")
        await ui.write("bad@firm.com")
        await ui.press("enter")
        assert ui.texts("email")[2] == "bad@firm.com"
        assert "!" not in ui.row_line(3)[:9]
        await ui.press("ctrl+z")
        assert ui.texts("email")[2] == "b d@firm.com"
        await ui.press("slash", "m")
        assert len(ui.session.draft.batch) == 4
        # F9 shows how it goes, and cannot send a second time.
        await ui.press("f9")
        await ui.sees("Progress")
        assert len(ui.creates) == 1
        await ui.press("ctrl+q", "ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
    assert len(sandbox.requests) == 1


async def test_an_answer_finds_its_rows_although_others_were_inserted_above(
    start: Start, sandbox: SandboxServer
) -> None:
    sandbox.set_fault("slow=0.4")
    records = [{"name": "Ok", "email": "ok@firm.com"}, {"name": "No", "email": "no@mailinator.com"}]
    async with start(WIDE, records) as ui:
        await begin(ui)
        await ui.press("ctrl+home", "slash", "a", "slash", "a")
        assert ui.texts("name") == ["", "", "Ok", "No"]
        await over(ui)
        assert ui.states() == [R, R, C, J]
        await leave_result(ui)
        assert "no@mailinator.com ✗" in ui.row_line(4)
        assert "✗" not in ui.row_line(2)


async def test_an_open_cell_stays_open_when_the_answer_comes(start: Start, sandbox: SandboxServer) -> None:
    """Neither the result nor the answers may take what is being typed, or move it to another row."""
    sandbox.set_fault("slow=0.4")
    records = [{"name": "No", "email": "no@mailinator.com"}, {"name": "Bad", "email": "b d@firm.com"}]
    async with start(WIDE, records) as ui:
        await begin(ui)
        await ui.press("ctrl+home", "down", "right")
        await ui.write("bad@")
        await over(ui)
        await ui.sees("1 rejected")
        assert ui.grid.open is not None
        await ui.write("firm.com")
        await ui.press("enter")
        assert ui.texts("email") == ["no@mailinator.com", "bad@firm.com"]


async def test_stop_after_the_chunk_leaves_the_rest_unsent(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("slow=0.3")
    async with start(WIDE, SIX, link={"chunk_size": 2}) as ui:
        await begin(ui)
        await ui.press("f9")
        await ui.sees("Progress", "Stop")
        await ui.press("x")
        await over(ui)
        sent = len(ui.creates)
        assert sent < 3
        assert ui.states() == [C] * (2 * sent) + [R] * (6 - 2 * sent)
        await leave_result(ui)
        sandbox.set_fault()
        await ui.send()
        assert ui.states() == [C] * 6
        assert sorted(r["email"] for r in ui.stored) == [r["email"] for r in SIX]


async def test_pause_and_go_on(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("slow=0.2")
    async with start(NARROW, SIX, link={"chunk_size": 2}) as ui:
        await begin(ui)
        await ui.press("f9")
        await ui.until(lambda: isinstance(ui.app.screen, ResultPage))
        await ui.press("p")
        await ui.until(lambda: ui.session.run is not None and ui.session.run.paused)
        await ui.sees("Paused")
        await ui.until(lambda: RowState.SENDING not in ui.states())
        assert len(ui.creates) < 3
        assert RowState.QUEUED in ui.states()
        await ui.press("p")
        await over(ui)
        assert ui.states() == [C] * 6
        assert len(ui.creates) == 3


# -- leaving ----------------------------------------------------------------------------------------------


@both_sizes
async def test_quitting_waits_for_the_answer(
    start: Start, sandbox: SandboxServer, workspace: Workspace, size: tuple[int, int]
) -> None:
    sandbox.set_fault("slow=0.4")
    async with start(size, SIX, link={"chunk_size": 3}) as ui:
        draft = ui.session.draft.id
        await begin(ui)
        await ui.press("ctrl+q")
        assert ui.app.is_running
        assert "A chunk is with the server." in ui.issue
        await ui.until(lambda: not ui.app.is_running)
    assert [len(json.loads(r.body)) for r in sandbox.requests] == [3]
    sandbox.set_fault()
    async with start(size, draft_id=draft) as ui:
        assert ui.states() == [C] * 3 + [R] * 3
        await ui.send()
        assert ui.states() == [C] * 6
        assert sorted(r["email"] for r in ui.stored) == [r["email"] for r in SIX]


@both_sizes
async def test_leaving_at_once_leaves_rows_unknown_and_sends_nothing_twice(
    start: Start, sandbox: SandboxServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    sandbox.set_fault("slow=1.5")
    with Workspace.open(tmp_path / "first.db") as first:
        async with start(size, SIX, link={"chunk_size": 3}, workspace=first) as ui:
            draft = ui.session.draft.id
            await begin(ui)
            await ui.press("ctrl+q", "ctrl+q")
            await ui.until(lambda: not ui.app.is_running, seconds=1.2)
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 3), "the server stores it all the same"
    sandbox.set_fault()
    with Workspace.open(tmp_path / "first.db") as again:
        async with start(size, draft_id=draft, workspace=again) as ui:
            assert ui.states() == [U] * 3 + [R] * 3
            assert [ui.row_line(n)[6] for n in (1, 2, 3, 4)] == ["?", "?", "?", " "]
            await ui.send()
            assert ui.states() == [U] * 3 + [C] * 3
    assert sorted(r["email"] for r in sandbox.store.records("lead")) == [r["email"] for r in SIX]


# -- what goes wrong --------------------------------------------------------------------------------------


@both_sizes
async def test_an_answer_that_was_cut_leaves_its_rows_unknown(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("cut-after")
    async with start(size, TWO) as ui:
        await ui.send()
        await ui.sees("2 unknown")
        assert ui.states() == [U, U]
        assert sandbox.store.count("lead") == 2
        await leave_result(ui)
        assert [ui.row_line(n)[6] for n in (1, 2)] == ["?", "?"]
        assert ui.issue.startswith("? row 1")
        await review(ui)
        await ui.sees("Nothing to send")
        assert "Enter Send" not in ui.text
        await ui.press("escape", "ctrl+k")
        assert "may have been created" in ui.issue
        assert len(ui.session.draft.batch) == 2
        await ui.write("Edited")
        await ui.press("enter")
        await review(ui)
        await ui.sees("Nothing to send")
        assert len(ui.creates) == 1


@pytest.mark.parametrize(
    ("fault", "records", "states", "words"),
    [
        ("cut-before", TWO, [U, U], ["2 unknown"]),
        ("html-200", TWO, [U, U], ["web page"]),
        ("html-502", TWO, [U, U], ["unknown"]),
        ("error-500", TWO, [U, U], ["unknown"]),
        ("unauthorized-from=1", TWO, [R, R], ["401"]),
        (
            "zero-based",
            [*TWO, {"name": "No", "email": "no@mailinator.com"}],
            [C, C, J],
            ["no@mailinator.com", "email domain is not allowed"],
        ),
        (
            "no-index",
            [*TWO, {"name": "No", "email": "no@mailinator.com"}],
            None,
            ["email domain is not allowed"],
        ),
        ("rate-limit=1x1", TWO, [C, C], ["2 created"]),
        ("first-only", [{"name": "No", "email": "n@mailinator.com"}, *TWO], [J, C, C], ["1 rejected"]),
    ],
)
@both_sizes
async def test_what_became_of_it_is_shown_as_it_is(
    start: Start,
    sandbox: SandboxServer,
    size: tuple[int, int],
    fault: str,
    records: list[dict[str, str]],
    states: list[RowState] | None,
    words: list[str],
) -> None:
    sandbox.set_fault(fault)
    async with start(size, records) as ui:
        await ui.send()
        await ui.sees(*words)
        if states is not None:
            assert ui.states() == states
        assert J not in ui.states() or any("mailinator" in r["email"] for r in records)
        # Whatever came: a row that the server stored is never offered again.
        stored = {r["email"] for r in ui.stored}
        plan = ui.session.plan(ui.app.desk.options)
        again = {record["email"] for chunk in plan.chunks for record in chunk.payloads}
        assert not stored & again
        await leave_result(ui)
        assert all(len(line) for line in ui.lines)


async def test_the_wait_that_a_server_asks_for_is_said(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("rate-limit=2x1")
    async with start(WIDE, TWO) as ui:
        await review(ui)
        await ui.sees("Enter Send")
        await ui.press("enter")
        await ui.sees("asks to wait")
        await over(ui)
        assert ui.states() == [C, C]
        assert len(ui.creates) == 2


async def test_a_server_that_is_not_there_costs_nothing(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, TWO) as ui:
        await review(ui)
        await ui.sees("Enter Send")
        sandbox.stop()
        await ui.press("enter")
        await ui.sees("127.0.0.1")
        await ui.until(lambda: "No connection" in ui.text or "not answer" in ui.text)
        assert U not in ui.states()
        await ui.press("ctrl+q", "ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
