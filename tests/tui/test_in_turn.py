"""Keys, pastes and clicks that come faster than what they open."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual import events

from leapgrid.tui import turns
from leapgrid.tui.desk import Desk
from leapgrid.tui.screens import grid as grid_screen
from leapgrid.tui.screens.export import ExportScreen
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.left_out import LeftOutPage
from leapgrid.tui.screens.review import ReviewScreen
from tests.tui.conftest import NARROW, PATIENCE, WIDE, Journey, Start

pytestmark = pytest.mark.filterwarnings("error")
both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])

FEW = [
    {"name": "Ann", "email": "ann@firm.com"},
    {"name": "Bo", "email": "bo@firm.com"},
    {"name": "Cy", "email": "cy@firm"},
]
NAMES = ["Ann", "Bo", "Cy"]


async def at_once(ui: Journey, *keys: str) -> None:
    """Hand keys over in one go, and wait until all are dealt with."""
    for key in keys:
        ui.type_ahead(key)
    await ui.given_away(PATIENCE)
    assert ui.app.is_settled
    await ui.settle()


@both_sizes
async def test_letters_behind_the_menu_are_for_the_menu_and_for_what_it_opens(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size, FEW) as ui:
        await at_once(ui, *"/m")
        assert len(ui.session.draft.batch) == 4
        assert not ui.screen.menu.has_class("-open")
        await at_once(ui, *"/hun")
        assert isinstance(ui.app.screen, HelpScreen)
        assert ui.app.screen.field.text == "un"
        await at_once(ui, "escape", *"Xa", "enter")
        assert isinstance(ui.app.screen, GridScreen)
        assert "Xa" in ui.texts("name")


async def test_a_letter_that_the_menu_does_not_have_leaves_the_cell_alone(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await at_once(ui, *"/5")
        assert not ui.screen.menu.has_class("-open")
        assert ui.grid.open is None


@both_sizes
async def test_pages_over_pages_and_back_in_one_go(start: Start, size: tuple[int, int]) -> None:
    async with start(size, FEW) as ui:
        await at_once(ui, "f9", "l")
        assert isinstance(ui.app.screen, LeftOutPage)
        await at_once(ui, "escape", "p", "escape", "d")
        assert isinstance(ui.app.screen, ReviewScreen)
        assert "Dry run" in ui.issue
        await at_once(ui, "escape", *"Xa", "enter")
        assert isinstance(ui.app.screen, GridScreen)
        assert ui.texts("name") == ["Xa", "Bo", "Cy"]


async def test_a_row_number_in_one_go(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await at_once(ui, "ctrl+g", "3", "enter", *"Xa", "enter")
        assert ui.texts("name") == ["Ann", "Bo", "Xa"]


async def test_a_paste_and_a_click_keep_their_turn(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        ui.type_ahead("ctrl+g")
        ui.app.post_message(events.Paste("2"))
        await at_once(ui, "enter")
        assert ui.cursor == (2, "name")
        # A click that was meant for a row of the grid does nothing on the page that came meanwhile.
        ui.type_ahead("f1")
        for kind in (events.MouseDown, events.MouseUp):
            ui.app.post_message(kind(None, 2, 39, 0, 0, 1, False, False, False, 2, 39))
        await at_once(ui, *"un")
        assert isinstance(ui.app.screen, HelpScreen)
        assert ui.app.screen.field.text == "un"


@both_sizes
async def test_what_opens_nothing_lets_the_next_keys_through(start: Start, size: tuple[int, int]) -> None:
    async with start(size, FEW) as ui:
        await at_once(ui, "/", "u", "f4", "home", *"Xa", "enter")
        assert ui.texts("name") == ["Ann", "Bo", "Xa"], "there is nothing to undo; the issue is in row 3"


async def test_a_long_text_that_comes_as_keys_is_typed_as_it_is(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        text = "x y" * 700
        await at_once(ui, *text, "enter")
        assert ui.texts("name") == [text, "Bo", "Cy"]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_key_that_was_there_before_the_review_sends_nothing(start: Start, key: str) -> None:
    async with start(WIDE, FEW) as ui:
        await at_once(ui, "f9", key, *"Xa")
        assert isinstance(ui.app.screen, ReviewScreen)
        assert "sends nothing. Look" in ui.issue
        assert ui.session.run is None
        await ui.press("enter")
        await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)


async def test_keys_wait_for_a_view_that_is_looked_for(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_screen, "AT_ONCE", 0)  # in a thread, as the rows of a long draft
    async with start(WIDE, FEW) as ui:
        await at_once(ui, *"/!", *"Xa", "enter")
        assert ui.texts("name") == ["Ann", "Bo", "Xa"]


async def test_keys_wait_for_the_review_of_a_draft_that_is_being_stored(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(WIDE, FEW) as ui:
        gate = threading.Event()
        ready = Desk.ready

        async def later(desk: Desk) -> None:
            while not gate.is_set():
                await turns.asyncio.sleep(0.01)
            await ready(desk)

        monkeypatch.setattr(Desk, "is_ready", property(lambda _: False))
        monkeypatch.setattr(Desk, "ready", later)
        for key in ("f9", "l"):
            ui.type_ahead(key)
        await ui.until(lambda: "are being stored" in ui.issue)
        assert not ui.app.is_settled
        gate.set()
        await ui.until(lambda: isinstance(ui.app.screen, LeftOutPage))
        assert ui.texts("name") == NAMES


async def test_keys_that_waited_too_long_are_dropped_with_a_word(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONGEST", 8)
    async with start(WIDE, FEW) as ui:
        with ui.app.opening():
            for key in "Xa":
                ui.type_ahead(key)
            await ui.until(lambda: "Type it again." in ui.issue)
            assert ui.app.is_settled
            assert ui.grid.open is None
            await at_once(ui, *"Xa", "enter")  # who sees that nothing comes goes on
            assert ui.texts("name") == ["Xa", "Bo", "Cy"]
        with ui.app.opening():
            ui.type_ahead("Y")
            await ui.given_away(0.2)
            assert ui.grid.open is None, "the next one that is opened is waited for again"
        await ui.until(lambda: ui.grid.open is not None)


async def test_no_more_keys_are_held_than_can_be(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_MOST", 3)
    async with start(WIDE, FEW) as ui:
        with ui.app.opening():
            for key in "Xaver":
                ui.type_ahead(key)
            await ui.until(lambda: not ui.app.is_settled)
        await ui.until(lambda: ui.app.is_settled)
        assert ui.grid.open is not None
        assert ui.grid.open.buffer.text == "Xav"
        await ui.press("enter", "h")
        assert ui.texts("name") == ["Xav", "Bo", "Cy"]


async def test_quitting_does_not_wait_for_what_takes_long(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        with ui.app.opening():
            ui.type_ahead("X")
            await turns.asyncio.sleep(0)
            await ui.until(lambda: not ui.app.is_settled)
            await turns.asyncio.sleep(1)
            ui.type_ahead("ctrl+q")
            await ui.until(lambda: not ui.app.is_running)


async def test_letters_behind_the_import_of_columns_stay_out_of_the_older_draft(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("name,email\n" + "".join(f"{n},{n.lower()}@firm.com\n" for n in NAMES), "utf-8")
    async with start(WIDE, file=file) as ui:
        await at_once(ui, *"/=", "enter", *"Xa", "enter")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        await ui.until(lambda: ui.texts("name") == ["Xa", "Bo", "Cy"])


async def test_the_path_of_an_export_in_one_go(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await at_once(ui, *"/.", "tab", *"zz")
        assert isinstance(ui.app.screen, ExportScreen)
        assert ui.texts("name") == NAMES


async def test_a_command_is_looked_for_and_done_in_one_go(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await at_once(ui, "ctrl+p", *"go to row", "enter", *"2", "enter")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert ui.cursor == (2, "name")
        assert ui.texts("name") == NAMES
