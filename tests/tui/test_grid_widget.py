"""The grid and what stands around it, under keys and mouse: moving, editing, views, menu and footer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual import events

from leapgrid.records import RowState, set_cell
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.payload import PayloadPage
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.screens.start import StartScreen
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Journey, Start, style_at

FEW = [{"name": f"Lead {n}", "email": f"lead{n}@firm.com"} for n in range(1, 4)]
MANY = [{"name": f"Lead {n}", "email": f"lead{n}@firm.com"} for n in range(1, 201)]
GAPS = [
    {"name": "a"},
    {"name": "b"},
    {"email": "x@y.com"},
    {"email": "z@y.com"},
    {"name": "c"},
    {"name": "d"},
]


# -- moving -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["down", "down", "up"], (2, "name")),
        (["up"], (1, "name")),
        (["left"], (1, "name")),
        (["end"], (1, "external_id")),
        (["end", "right"], (1, "external_id")),
        (["end", "tab"], (2, "name")),
        (["down", "shift+tab"], (1, "external_id")),
        (["shift+tab"], (1, "name")),
        (["ctrl+end"], (7, "external_id")),
        (["ctrl+end", "tab"], (7, "external_id")),
        (["ctrl+end", "down"], (7, "external_id")),
        (["ctrl+end", "ctrl+home"], (1, "name")),
        (["ctrl+down"], (2, "name")),
        (["ctrl+down", "ctrl+down"], (5, "name")),
        (["ctrl+down", "ctrl+down", "ctrl+down"], (6, "name")),
        (["ctrl+down", "ctrl+down", "ctrl+up"], (2, "name")),
        (["pagedown"], (7, "name")),
        (["pagedown", "pageup"], (1, "name")),
        (["ctrl+right", "ctrl+left"], (1, "name")),
    ],
)
async def test_keys_move_the_cursor(start: Start, keys: list[str], place: tuple[int, str]) -> None:
    async with start(WIDE, GAPS) as ui:
        await ui.press(*keys)
        assert ui.cursor == place
        assert ui.row_line(place[0]).startswith("▸")
        assert sum(line.startswith("▸") for line in ui.grid_lines) == 1


async def test_pages_and_the_thumb(start: Start) -> None:
    async with start(NARROW, MANY) as ui:
        page = ui.grid.size.height - 1
        for turn in range(1, 4):
            await ui.press("pagedown")
            assert ui.cursor[0] == 1 + turn * page
            assert f"Lead {ui.cursor[0]} " in ui.row_line(ui.cursor[0])
        assert ui.grid_lines[0][-1] == " "
        await ui.press("ctrl+end")
        assert "type here to add a record" in ui.grid_lines[-1]
        assert ui.grid_lines[-1][-1] == "▐"
        await ui.press("ctrl+home")
        assert ui.grid_lines[0][-1] == "▐"


async def test_there_is_one_bright_thing(start: Start) -> None:
    """The cursor cell is bright while it has the keys, and steps back while the menu has them."""
    async with start(WIDE, FEW) as ui:
        palette = ui.app.palette
        bright = palette.style("on-cell", "cell").bgcolor
        y, x = ui.grid.region.y, ui.grid.layout_now.spans[0].x

        def bright_cells() -> int:
            return sum(
                len(s.text) for strip in ui.strips for s in strip if s.style and s.style.bgcolor == bright
            )

        assert style_at(ui.app, x, y).bgcolor == bright
        assert bright_cells() == ui.grid.layout_now.spans[0].width + 2
        await ui.press("slash")
        assert style_at(ui.app, x, y).bgcolor == palette.style("text", "select").bgcolor
        assert bright_cells() == 0
        await ui.press("escape")
        assert style_at(ui.app, x, y).bgcolor == bright


# -- editing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "text", "place"),
    [
        (["x", "enter"], "x", (2, "name")),
        (["x", "tab"], "x", (1, "email")),
        (["x", "right"], "x", (1, "email")),
        (["x", "down"], "x", (2, "name")),
        (["x", "up"], "x", (1, "name")),
        (["x", "escape"], "Lead 1", (1, "name")),
        (["f2", "x", "enter"], "Lead 1x", (2, "name")),
        (["enter", "x", "enter"], "Lead 1x", (2, "name")),
        (["f2", "left", "x", "enter"], "Lead x1", (2, "name")),
        (["f2", "home", "x", "enter"], "xLead 1", (2, "name")),
        (["f2", "ctrl+u", "enter"], "", (2, "name")),
        (["x", "f2", "left", "y", "enter"], "yx", (2, "name")),
        (["f2", "ctrl+a", "x", "enter"], "x", (2, "name")),
        (["delete"], "", (1, "name")),
        (["backspace"], "", (1, "name")),
        (["f2", "slash", "enter"], "Lead 1/", (2, "name")),
        (["f2", "x", "f4"], "Lead 1x", (1, "name")),
        (["f2", "x", "ctrl+s", "enter"], "Lead 1x", (2, "name")),
        (["x", "ctrl+z", "enter"], "x", (2, "name")),
    ],
)
async def test_keys_in_a_cell(start: Start, keys: list[str], text: str, place: tuple[int, str]) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.press(*keys)
        assert ui.texts("name")[0] == text
        assert ui.cursor == place
        assert ui.grid.open is None
        # One gesture is one step.
        assert len(ui.session.draft.history.steps) == (text != "Lead 1")


async def test_grid_keys_do_nothing_in_an_open_cell(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.write("Anna")
        await ui.press("enter", "f2")
        for key in ("ctrl+z", "ctrl+k", "ctrl+g", "ctrl+o", "ctrl+y"):
            await ui.press(key)
            assert ui.grid.open is not None
            assert ui.texts("name") == ["Anna", "Lead 2", "Lead 3"], "neither undone nor deleted"


async def test_quick_typing_arrives_in_order(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        for key in [*"Ann", "tab", *"ann@x.com", "enter", *"Bo", "tab", *"bo@x.com", "enter"]:
            ui.type_ahead(key)
        await ui.settle()
        assert ui.texts("name") == ["Ann", "Bo", "Lead 3"]
        assert ui.texts("email")[:2] == ["ann@x.com", "bo@x.com"]
        assert ui.cursor == (3, "name")


async def test_a_fix_in_the_open_cell_and_outside(start: Start) -> None:
    async with start(
        WIDE, [{"name": "Ann", "email": "a b@firm.com"}, {"name": "Bo", "email": "b o@firm.com"}]
    ) as ui:
        await ui.press("right", "f2")
        assert "F8" in ui.lines[-1]
        await ui.press("f8")
        assert ui.grid.open is not None
        assert ui.grid.open.buffer.text == "ab@firm.com"
        assert "F8" not in ui.lines[-1], "a key that would do nothing is not shown"
        await ui.press("enter")
        assert ui.texts("email") == ["ab@firm.com", "b o@firm.com"]
        await ui.press("f8")
        assert ui.texts("email") == ["ab@firm.com", "bo@firm.com"]
        assert ui.cursor == (2, "email")


@pytest.mark.parametrize("action", ["next_issue", "payload", "review", "menu", "undo"])
async def test_what_else_is_done_keeps_the_open_cell_first(start: Start, action: str) -> None:
    """Palette, help, footer and menu act on the records as they are with the text kept."""
    records = [*FEW, {"name": "Bad", "email": "b d@firm.com"}]
    async with start(NARROW, records) as ui:
        await ui.write("Anna")
        await ui.screen.run_action(action)
        await ui.settle()
        assert ui.grid.open is None
        assert ui.texts("name")[0] == ("Lead 1" if action == "undo" else "Anna")


async def test_a_cell_stays_open_under_help(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.write("Ann")
        await ui.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.write("a")
        await ui.press("enter")
        assert ui.texts("name")[0] == "Anna"


@pytest.mark.parametrize("key", ["f9", "f7", "ctrl+o", "f1"])
async def test_a_key_that_is_held_down_opens_one_page(start: Start, key: str) -> None:
    async with start(NARROW, FEW) as ui:
        grid = ui.app.screen
        for _ in range(4):
            ui.type_ahead(key)
        await ui.until(lambda: ui.app.screen is not grid)
        await ui.settle()
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is grid)


# -- paste ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Anna", "Anna"),
        ("Anna\n", "Anna"),
        ("Anna\r\n", "Anna"),
        ("two\nlines", "two\nlines"),
        ("[/x]", "[/x]"),
    ],
)
async def test_a_paste_goes_into_the_cell(start: Start, pasted: str, kept: str) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.paste(pasted)
        await ui.press("enter")
        assert ui.texts("name")[0] == kept
        await ui.press("f2", "home")
        await ui.paste("Dr ")
        await ui.press("enter")
        assert ui.texts("name")[1] == "Dr Lead 2"


async def test_an_empty_paste_opens_nothing(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.paste("\n")
        await ui.paste("")
        assert ui.grid.open is None


async def test_a_paste_into_a_row_that_was_sent_is_refused(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await ui.send()
        await ui.press("escape")
        await ui.paste("x")
        assert ui.texts("name")[0] == "Lead 1"
        assert "was created" in ui.issue


# -- the mouse --------------------------------------------------------------------------------------------


async def test_a_click_moves_and_a_second_one_opens(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        x = ui.grid.layout_now.spans[1].x + 2
        await ui.pilot.click(ui.grid, offset=(x, 1))
        assert ui.cursor == (2, "email")
        await ui.write("typed@firm.com")
        await ui.pilot.click(ui.grid, offset=(2, 2))
        assert ui.texts("email")[1] == "typed@firm.com", "a click elsewhere keeps what was typed"
        assert ui.cursor[0] == 3
        await ui.pilot.click(ui.grid, offset=(x, 0), times=2)
        assert ui.grid.open is not None
        assert ui.grid.open.old == "lead1@firm.com"
        await ui.pilot.click(ui.grid, offset=(x, 20))
        assert ui.cursor == (1, "email"), "below the records there is nothing to click"


async def test_a_click_into_the_grid_closes_menu_and_question(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await ui.press("ctrl+g", "2")
        await ui.pilot.click(ui.grid, offset=(11, 2))
        await ui.settle()
        assert ui.cursor[0] == 3
        assert not ui.screen.prompt.display
        await ui.write("x")
        await ui.press("enter")
        assert ui.texts("name")[2] == "x"
        await ui.press("slash")
        await ui.pilot.click(ui.grid, offset=(20, 0))
        await ui.settle()
        assert "one letter does it" not in ui.text
        assert ui.cursor[0] == 1


async def test_the_wheel_scrolls(start: Start) -> None:
    async with start(NARROW, MANY) as ui:
        await ui.write("open")
        for _ in range(3):
            await ui.pilot._post_mouse_events([events.MouseScrollDown], ui.grid, (5, 5))
        await ui.settle()
        assert "Lead 10 " in ui.grid_lines[0]
        assert ui.texts("name")[0] == "open"
        assert ui.cursor[0] == 10


async def test_keys_in_the_footer_can_be_clicked(start: Start) -> None:
    async with start(WIDE, [*FEW, {"name": "Bad", "email": "b d@firm.com"}]) as ui:

        async def click(words: str) -> None:
            await ui.pilot.click(ui.screen.footer, offset=(ui.lines[-1].index(words) + 1, 0))
            await ui.settle()

        await click("F4 Next issue")
        assert ui.cursor == (4, "email")
        await click("F2 Edit")
        assert ui.grid.open is not None
        await ui.write("x")
        await click("Esc Restore")
        assert ui.grid.open is None
        assert ui.texts("email")[3] == "b d@firm.com"
        await click("F8 Fix")
        assert ui.texts("email")[3] == "bd@firm.com"
        await click("/ Menu")
        assert "one letter does it" in ui.text
        await ui.press("escape")
        await click("F9 Review")
        await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))


# -- views ------------------------------------------------------------------------------------------------


async def refused(ui: Journey) -> None:
    await ui.send()
    await ui.press("escape")
    await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)


MIXED = [
    {"name": "A", "email": "a@firm.com"},
    {"name": "B", "email": "b@mailinator.com"},
    {"name": "C", "email": "c@firm.com"},
    {"name": "D", "email": "d@mailinator.com"},
]


async def test_only_rejected_and_back(start: Start) -> None:
    async with start(WIDE, MIXED) as ui:
        assert not ui.screen.can("only_rejected")
        await refused(ui)
        await ui.press("slash", "w")
        assert "Only rejected" in ui.text
        assert "2 of 4 rows, 2 hidden" in ui.text
        assert "type here" not in ui.text, "a filtered view takes no new records"
        assert ui.row_line(2)
        assert ui.row_line(4)
        await ui.press("down", "down", "down")
        assert ui.session.draft.batch.text(ui.grid.row_id or 0, "name") == "D"
        # Repaired, a row stays in the view until the view is chosen again.
        await ui.press("right")
        await ui.write("d@firm.com")
        await ui.press("enter")
        assert ui.states()[3] is RowState.READY
        assert "2 of 4 rows" in ui.text
        assert "*" in ui.row_line(4)[:9]
        await ui.press("slash", "w")
        assert "all rows" in ui.text
        assert ui.session.draft.batch.text(ui.grid.row_id or 0, "name") == "D", (
            "the cursor stays on its record"
        )
        await ui.press("slash", "w")
        assert "1 of 4 rows, 3 hidden" in ui.text


async def test_deleting_and_undoing_in_a_view(start: Start) -> None:
    async with start(WIDE, MIXED) as ui:
        await refused(ui)
        await ui.press("slash", "w", "ctrl+k")
        assert ui.texts("name") == ["A", "C", "D"]
        assert "1 of 3 rows, 2 hidden" in ui.text
        await ui.press("ctrl+k")
        assert ui.texts("name") == ["A", "C"]
        await ui.press("ctrl+z", "ctrl+z")
        assert ui.texts("name") == ["A", "B", "C", "D"]
        assert ui.states()[1] is RowState.REJECTED
        assert all(len(line) == ui.grid.size.width for line in ui.grid_lines)


async def test_a_row_inserted_in_a_view_is_not_lost(start: Start) -> None:
    async with start(WIDE, MIXED) as ui:
        await refused(ui)
        await ui.press("slash", "w", "slash", "m")
        assert ui.texts("name") == ["A", "B", "B", "C", "D"]
        assert ui.session.draft.batch.text(ui.grid.row_id or 0, "name") == "B"
        await ui.press("slash", "w")
        assert len([line for line in ui.grid_lines if " B " in line]) == 2


async def test_issues_are_walked_within_the_view(start: Start) -> None:
    async with start(WIDE, [*MIXED, {"name": "E", "email": "e e@firm.com"}]) as ui:
        await refused(ui)
        await ui.press("slash", "w", "f4")
        seen = set()
        for _ in range(4):
            await ui.press("f4")
            seen.add(ui.session.draft.batch.text(ui.grid.row_id or 0, "name"))
        assert seen == {"B", "D"}


# -- around the grid --------------------------------------------------------------------------------------


async def test_a_row_whose_bad_cell_is_out_of_sight_says_so(start: Start) -> None:
    good = {"name": "Annamaria Keller", "email": "annamaria@kellerbau-und.com", "phone": "+49 171 2345678"}
    bad = {**good, "email": "annamaria@kellerbau-aus.com", "phone": "+91-887788778888"}
    async with start((60, 12), [good, bad]) as ui:
        assert ui.lines[1].rstrip().endswith("▸4 more"), "how many columns do not fit"
        assert ui.row_line(2).index("▸!") == ui.lines[1].index("▸4"), "under the count"
        assert "▸!" not in ui.row_line(1)
        await ui.press("f4")
        assert ui.cursor == (2, "phone")
        assert "+91-887788778888 !" in ui.row_line(2)
        assert "<1" in ui.lines[1], "and how many went out at the left"
        await ui.press("end")
        assert ui.screen.field == "external_id"
        assert "<" in ui.lines[1]
        assert "▸" not in ui.lines[1]


async def test_notes_of_a_file_stay_until_something_moves(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("name,email,shoe size\nAnn,ann@firm.com,38\nBo,bo@firm.com\n")
    async with start(WIDE, file=file) as ui:
        assert ui.session.draft.notes
        said = ui.session.draft.notes[0].message
        assert said[:40] in ui.issue
        await ui.press("down")
        assert said[:40] not in ui.issue


async def test_the_title_says_that_edits_are_kept(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        await ui.write("Ann")
        await ui.press("enter")
        journal = ui.session.draft.journal
        assert journal is not None
        await ui.until(lambda: journal.saved_at)
        await ui.sees(time.strftime("saved %H:%M", time.localtime(journal.saved_at)))


async def test_a_full_disk_is_said_until_there_is_room(start: Start, workspace: Workspace) -> None:
    async with start(NARROW, FEW) as ui:
        room = "PRAGMA max_page_count = {}"
        with workspace._database._driver() as driver:
            driver.execute(room.format(1))
        for _ in range(2):
            await ui.paste("x" * 50_000)
            await ui.press("enter")
        await ui.sees("The disk is full", "not saved")
        await ui.press("up", "down")
        assert "The disk is full" in ui.issue, "it stays"
        with workspace._database._driver() as driver:
            driver.execute(room.format(1_000_000))
        await ui.until(lambda: "disk is full" not in ui.text and "not saved" not in ui.text)
        assert len(ui.texts("name")[1]) == 50_000


async def test_columns_grow_with_what_is_typed(start: Start) -> None:
    async with start(WIDE) as ui:
        await ui.press("n")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        await ui.write("Annamaria Keller")
        await ui.press("tab")
        await ui.write("annamaria@keller.com")
        await ui.press("enter")
        assert "Annamaria Keller  annamaria@keller.com" in ui.row_line(1)
        await ui.press("up", "delete")
        assert ui.grid.layout_now.spans[0].width == len("Annamaria Keller"), "and do not shrink at once"


async def test_from_the_grid_to_the_start_and_back_to_the_draft(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.write("Anna")
        await ui.press("enter", "slash", "z")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.sees("leads.json")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert ui.texts("name")[0] == "Anna"
        await ui.press("ctrl+z")
        assert ui.texts("name")[0] == "Lead 1", "undo goes on where it was"


async def test_what_changes_elsewhere_is_drawn(start: Start) -> None:
    async with start(WIDE, FEW) as ui:
        ui.session.apply(set_cell(ui.session.draft.batch.row_at(1), "name", "Else"), "Edit name")
        await ui.settle()
        assert "Else " in ui.row_line(2)
        assert '"name": "Lead 1"' in ui.text


async def test_the_payload_page_scrolls_and_closes(start: Start) -> None:
    async with start(NARROW, MANY) as ui:
        await ui.press("f7")
        await ui.until(lambda: isinstance(ui.app.screen, PayloadPage))
        await ui.press("f7", "f7")
        first = ui.lines[3]
        await ui.press("pagedown", "down")
        assert ui.lines[3] != first
        await ui.press("pageup", "up")
        assert ui.lines[3] == first
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)


async def test_ctrl_c_ends_nothing(start: Start) -> None:
    async with start(NARROW, FEW) as ui:
        await ui.press("ctrl+c", "ctrl+c")
        await ui.write("x")
        await ui.press("ctrl+c", "enter")
        assert ui.app.is_running
        assert ui.texts("name")[0] == "x"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_menu_and_a_click_in_the_footer_reach_the_apps_own_actions(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size, FEW) as ui:
        await ui.press("slash", "h")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        await ui.pilot.click(ui.screen.footer, offset=(2, 0))
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        await ui.press("slash", "q")
        await ui.until(lambda: not ui.app.is_running)
