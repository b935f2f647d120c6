"""The window becomes another size at any time: nothing is lost, nothing is out of line."""

from __future__ import annotations

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.result import ResultPage
from leapgrid.tui.screens.review import ReviewScreen
from tests.tui.conftest import NARROW, WIDE, Journey, Start
from tests.tui.test_hostile_text import check

TINY = (59, 11)
RECORDS = [
    {"name": f"Lead {n}", "email": f"lead{n}@firm.com", "phone": "+49 171 2345678", "status": "new"}
    for n in range(1, 60)
]
SIZES = [NARROW, TINY, (60, 12), (119, 30), (120, 30), (300, 80), (59, 40), (200, 11), (1, 1), WIDE]


async def to(ui: Journey, size: tuple[int, int]) -> None:
    """Another size; all that can be said of every size is checked."""
    await ui.resize(size)
    await ui.until(lambda: (ui.app.screen.size.width, ui.app.screen.size.height) == size)
    # The screen has its size a moment before its widgets have theirs.
    await ui.until(lambda: {strip.cell_length for strip in ui.strips} == {size[0]})
    check(ui)
    small = size[0] < 60 or size[1] < 12
    shown = "Make the window larger"[: size[0]] if size[0] > 22 else ""
    if small:
        assert shown in ui.text
        assert "Lead 1" not in ui.text
    else:
        assert "Make the window larger" not in ui.text
        assert "LeapGrid" in ui.lines[0]
        assert "F1 Help" in ui.lines[-1]


async def test_every_size_in_turn(start: Start) -> None:
    async with start(WIDE, RECORDS) as ui:
        await ui.press("down", "down", "right", "right")
        for size in SIZES:
            await to(ui, size)
            assert ui.cursor == (3, "phone")
            if size[0] >= 60 and size[1] >= 12:
                # The cursor's cell is in sight, wherever the columns stand now.
                assert ui.grid.layout_now.span_of(ui.grid.column) is not None
                assert "+49 171" in ui.row_line(3)
                assert ui.screen.dock.has_class("-shown") == (size[0] >= 120)
        await ui.press("down")
        assert ui.cursor == (4, "phone"), "the keys are where they were"


async def test_a_cursor_at_the_end_stays_in_sight(start: Start) -> None:
    async with start(WIDE, RECORDS) as ui:
        await ui.press("ctrl+end", "up")
        for size in (NARROW, (60, 12), (300, 80), NARROW, WIDE):
            await to(ui, size)
            assert "Lead 59" in ui.row_line(59)
            assert ui.cursor[0] == 59
        assert ui.grid_lines[0].strip(), "a taller window leaves no empty lines above"


@pytest.mark.parametrize("text", ["carla@", "c d@firm.com", "長" * 200], ids=["not yet", "wrong", "long"])
async def test_while_a_cell_is_open(start: Start, text: str) -> None:
    async with start(WIDE, RECORDS) as ui:
        await ui.press("down", "right")
        await ui.write(text)
        for size in SIZES:
            await to(ui, size)
            assert ui.grid.open is not None
            assert ui.grid.open.buffer.text == text
            if size[0] >= 60 and size[1] >= 12:
                assert text[-1] in ui.grid_lines[ui.grid.row - ui.grid.top], "the caret is in sight"
                assert "editing" in ui.text
        await ui.write("x")
        await ui.press("enter")
        assert ui.texts("email")[1] == text + "x"
        assert ui.cursor == (3, "email")


async def test_in_a_tiny_window_keys_do_nothing(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, RECORDS) as ui:
        await ui.press("down")
        await to(ui, TINY)
        await ui.press(
            "down", "x", "enter", "delete", "ctrl+k", "f2", "slash", "m", "f8", "f9", "enter", "f7"
        )
        await ui.press("f1")
        assert isinstance(ui.app.screen, GridScreen), type(ui.app.screen)
        await ui.press("ctrl+p", "ctrl+o", "ctrl+g", "5", "ctrl+z")
        assert isinstance(ui.app.screen, GridScreen), type(ui.app.screen)
        assert "Make the window larger" in ui.text
        await to(ui, NARROW)
        assert ui.cursor == (2, "name")
        assert ui.texts("name")[1] == "Lead 2"
        assert len(ui.session.draft.batch) == len(RECORDS)
        assert ui.grid.open is None
        assert ui.grid.has_focus
        assert sandbox.requests == []
        await ui.press("down")
        assert ui.cursor == (3, "name")


async def test_a_tiny_window_in_the_middle_of_typing(start: Start) -> None:
    async with start(NARROW, RECORDS) as ui:
        await ui.write("Ann")
        await to(ui, TINY)
        await ui.press("x", "enter", "escape")
        await to(ui, NARROW)
        assert ui.grid.open is not None
        assert ui.grid.open.buffer.text == "Ann"
        await ui.write("a")
        await ui.press("enter")
        assert ui.texts("name")[0] == "Anna"


async def test_one_can_quit_a_tiny_window(start: Start) -> None:
    async with start(NARROW, RECORDS) as ui:
        await to(ui, TINY)
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)


async def test_while_the_menu_is_open(start: Start) -> None:
    async with start(WIDE, RECORDS) as ui:
        await ui.press("slash")
        for size in (NARROW, (120, 30), NARROW):
            await to(ui, size)
            assert "one letter does it" in ui.text
            assert "quit" in ui.text
        await ui.press("m")
        assert ui.texts("name")[:3] == ["Lead 1", "Lead 1", "Lead 2"]


async def test_a_menu_that_is_higher_than_the_window_scrolls(start: Start) -> None:
    async with start((60, 12), RECORDS) as ui:
        # With something to undo and an issue to go to, the menu has all of its lines.
        await ui.press("right")
        await ui.write("a b@firm.com")
        await ui.press("enter", "up", "slash")
        assert "q  quit" not in ui.text
        assert "▐" in ui.text
        for _ in range(20):
            await ui.press("down")
        assert "q  quit" in ui.text
        check(ui)
        await to(ui, NARROW)
        assert "one letter does it" in ui.text
        assert "q  quit" in ui.text
        await ui.press("escape", "slash")
        await to(ui, (60, 12))
        assert "one letter does it" in ui.text
        await ui.press("pagedown", "m")
        assert ui.texts("name")[:2] == ["Lead 1", "Lead 1"]


@pytest.mark.parametrize("presses", [0, 1, 2], ids=["JSON", "curl", "all"])
async def test_while_the_dock_is_open(start: Start, presses: int) -> None:
    async with start(WIDE, RECORDS) as ui:
        await ui.press(*["f7"] * presses)
        for size in SIZES:
            await to(ui, size)
        assert ui.screen.dock.current is ui.screen.payload
        assert ui.screen.form == ("JSON", "curl", "all")[presses], "the person's choice is kept"
        await ui.press("f7", *["f7"] * (2 - presses))
        assert not ui.screen.dock.has_class("-shown")
        await to(ui, NARROW)
        await to(ui, WIDE)
        assert not ui.screen.dock.has_class("-shown"), "and what was closed stays closed"


async def test_while_the_result_is_shown(start: Start) -> None:
    records = [*RECORDS[:3], {"name": "No", "email": "no@mailinator.com"}]
    async with start(WIDE, records) as ui:
        await ui.send()
        await ui.sees("1 rejected")
        assert ui.screen.dock.current is ui.screen.result
        for size in SIZES:
            await to(ui, size)
        await ui.press("slash", "+")
        await ui.sees("1 rejected")
        await ui.press("enter")
        await ui.until(lambda: ui.grid.has_focus)
        assert ui.cursor == (1, "email")
        assert "Only rejected" in ui.text
        await to(ui, NARROW)
        assert "✗" in ui.row_line(4)[:9]


async def test_while_the_result_lies_over_the_screen(start: Start) -> None:
    records = [*RECORDS[:3], {"name": "No", "email": "no@mailinator.com"}]
    async with start(NARROW, records) as ui:
        await ui.send()
        await ui.until(lambda: isinstance(ui.app.screen, ResultPage))
        for size in SIZES:
            await to(ui, size)
            if size[0] >= 60 and size[1] >= 12:
                assert "rejected" in ui.text
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert ui.session.draft.batch.text(ui.grid.row_id or 0, "email") == "no@mailinator.com"


async def test_while_records_are_reviewed_and_sent(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("slow=0.3")
    async with start(WIDE, RECORDS[:3]) as ui:
        await ui.press("f9")
        await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))
        await ui.sees("Enter Send")
        for size in SIZES:
            await to(ui, size)
        await to(ui, TINY)
        await ui.press("enter", "enter", "d", "1")
        assert sandbox.requests == []
        await to(ui, NARROW)
        await ui.press("enter")
        await ui.until(lambda: sandbox.requests)
        await to(ui, TINY)
        await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)
        await to(ui, NARROW)
        assert ui.states() == [RowState.CREATED] * 3
        assert len(sandbox.requests) == 1
