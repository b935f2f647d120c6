"""What is said stays no longer than it is true, and no key does what nobody meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Start
from tests.tui.test_settling import SIX, cut_off, open_unknown, panel

both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])


@both_sizes
async def test_being_stored_is_said_only_until_it_is(start: Start, size: tuple[int, int]) -> None:
    async with start(size, SIX) as ui:
        ui.app.desk._moved_in.clear()
        await ui.press("f9")
        assert "The records are being stored." in " ".join(ui.issue.split())
        ui.app.desk._moved_in.set()
        await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        await ui.until(lambda: "being stored" not in ui.text)


@both_sizes
async def test_a_question_about_rows_goes_when_they_change(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("cut-before@1", "cut-after@2", "lookup:error-500")
    async with start(size, SIX, link={"chunk_size": 3}) as ui:
        await ui.send()
        await open_unknown(ui)
        await ui.press("x")
        await ui.sees("X again:")
        sandbox.set_fault()
        await ui.press("l")
        await ui.until(lambda: ui.states() == [RowState.UNKNOWN] * 3 + [RowState.CREATED] * 3)
        await ui.until(lambda: "X again" not in ui.text)


@both_sizes
async def test_what_was_open_is_no_longer_said_once_it_is_created(
    start: Start, sandbox: SandboxServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    with Workspace.open(tmp_path / "first.db") as first:
        draft = await cut_off(start, sandbox, first)
    with Workspace.open(tmp_path / "first.db") as again:
        async with start(size, draft_id=draft, workspace=again) as ui:
            await ui.until(lambda: "2 unknown and 4 not sent." in ui.issue)
            await ui.press("slash", "&")
            await ui.sees("Go on with 4 rows")
            await ui.press("enter")
            await ui.until(lambda: ui.states() == [RowState.CREATED] * 6 and not ui.session.is_sending)
            await ui.press("escape")
            await ui.until(lambda: ui.app.screen is ui.screen and "Open since" not in ui.text)
            await ui.press("slash", ":")
            await ui.sees("Notes")
            assert "Open since" not in ui.text


@both_sizes
async def test_a_letter_of_the_menu_that_does_nothing_now_closes_it_and_says_why(
    start: Start, size: tuple[int, int]
) -> None:
    why = {
        "?": "Nothing is unknown.",
        "y": "There is nothing to redo.",
        "b": "The menu has no B.",
        "&": "Nothing is cut off here.",
    }
    async with start(size, SIX) as ui:
        for letter, sentence in why.items():
            await ui.press("slash", letter)
            assert sentence in ui.issue, letter
            assert not ui.screen.menu.has_class("-open")
            assert ui.grid.has_focus
            await ui.press("right")
            assert sentence not in ui.issue


@both_sizes
async def test_a_person_may_decide_before_anybody_looked_and_the_keys_are_there_at_once(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("cut-before@1", "lookup:error-500")
    async with start(size, SIX) as ui:
        await ui.send()
        assert "say what is so" in " ".join(ui.text.split())
        await ui.press("r")
        await ui.until(lambda: ui.app.focused is panel(ui).list)
        await ui.sees("T It is there", "S Send again", "X Leave")
        await ui.press("down")
        await ui.sees("T It is there", "S Send again", "X Leave")


@both_sizes
async def test_the_result_counts_only_the_chunks_that_went_out(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("slow=0.4")
    async with start(size, SIX, link={"chunk_size": 2}) as ui:
        await ui.press("f9")
        await ui.sees("Enter Send")
        await ui.press("enter")
        await ui.until(lambda: RowState.SENDING in ui.states())
        ui.app.desk.stop_after_chunk()
        await ui.until(lambda: not ui.session.is_sending)
        await ui.sees("1 of 3 chunks")
