"""What a person does from beginning to end, in a small and a wide window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leapgrid.records import RowState, payload_text
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.payload import PayloadPage
from leapgrid.tui.screens.result import ResultPage
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, SAMPLES, TOKEN, WIDE, Journey, Start, style_at

pytestmark = pytest.mark.filterwarnings("error")
both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])

BAD_EMAIL = SAMPLES / "bad_email.request.json"
GOOD = [
    {"name": "Ann", "email": "ann@firm.com"},
    {"name": "Bo", "email": "bo@firm.com"},
    {"name": "Cy", "email": "cy@firm.com"},
]


def payload_panel(ui: Journey) -> str:
    """What the dock says, or the page that stands for it."""
    if isinstance(ui.app.screen, PayloadPage):
        return ui.text
    region = ui.screen.dock.region
    return "\n".join(line[region.x : region.right] for line in ui.lines[region.y : region.bottom])


# -- entering by hand -------------------------------------------------------------------------------------


@both_sizes
async def test_three_leads_by_hand_and_undo_to_the_start(start: Start, size: tuple[int, int]) -> None:
    async with start(size) as ui:
        await ui.press("n")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert "type here to add a record" in ui.row_line(1)

        await ui.write("Ann")
        assert "editing" in ui.text
        assert "was empty" in ui.text
        await ui.press("tab")
        assert ui.cursor == (1, "email")
        assert len(ui.session.draft.batch) == 1
        assert "type here to add a record" in ui.row_line(2), "exactly one ghost row, below the new record"
        await ui.write("ann@firm.com")
        await ui.press("tab")
        await ui.write("+49 171 2345678")
        await ui.press("enter")
        assert ui.cursor == (2, "name"), "Enter after a run of Tabs goes to where the run began"

        await ui.press("right")
        await ui.write("bo@firm.com")
        await ui.press("tab")
        await ui.write("+49 171 2345679")
        await ui.press("enter")
        assert ui.cursor == (3, "email")
        await ui.press("home")
        await ui.write("Cy")
        await ui.press("tab")
        await ui.write("cy@firm.com")
        await ui.press("enter")
        assert ui.cursor == (4, "name")

        assert ui.texts("name") == ["Ann", "", "Cy"]
        assert ui.texts("email") == ["ann@firm.com", "bo@firm.com", "cy@firm.com"]
        assert "3 rows" in ui.text
        assert "~" in ui.row_line(2)[:9], "a record without its name is worth a look"
        if size == WIDE:
            await ui.press("up")
            assert '"name": "Cy",' in payload_panel(ui)
            await ui.press("up")
            assert '"phone": "+49 171 2345679"' in payload_panel(ui)
            assert "Cy" not in payload_panel(ui), "the preview follows the cursor"

        full = [ui.session.draft.batch.values(row) for row in ui.session.draft.batch]
        steps = 0
        while ui.session.can_undo:
            await ui.press("ctrl+z")
            assert "Undone:" in ui.issue
            steps += 1
        assert steps == 7, "one step for each cell, with the row it made"
        assert len(ui.session.draft.batch) == 0
        assert "type here to add a record" in ui.row_line(1)
        await ui.press("ctrl+z")
        assert len(ui.session.draft.batch) == 0
        for _ in range(steps):
            await ui.press("ctrl+y")
            assert "Redone:" in ui.issue
        assert [ui.session.draft.batch.values(row) for row in ui.session.draft.batch] == full
        assert not ui.session.can_redo


async def test_looking_at_the_ghost_row_makes_no_record(start: Start) -> None:
    async with start(NARROW, GOOD) as ui:
        await ui.press("ctrl+end", "enter", "enter", "f2", "escape", "f2", "tab")
        await ui.write("x")
        await ui.press("backspace", "enter")
        assert len(ui.session.draft.batch) == 3
        assert not ui.session.can_undo


# -- the documented refusal, and its repair ---------------------------------------------------------------


@both_sizes
async def test_a_refused_lead_is_found_repaired_and_sent_once(
    start: Start, sandbox: SandboxServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    records = json.loads(BAD_EMAIL.read_text())
    records.append({"name": "test-10", "email": "ten@mailinator.com"})
    file = tmp_path / "bad_email.request.json"
    file.write_text(json.dumps(records))
    async with start(size, file=file) as ui:
        # The error is on row 1 before anything is sent.
        assert "!" in ui.row_line(1)[:9]
        assert "test .sok@gma" in ui.row_line(1)
        assert "!" not in ui.row_line(2)
        await ui.press("f4")
        assert ui.cursor == (1, "email")
        assert ui.issue.startswith("! email, row 1")
        assert "The address has a space before the @." in ui.issue
        assert "F8" in ui.issue

        # Review says what stays behind, and why.
        await ui.press("f9")
        await ui.sees("Will send", "2", "Left out", "Enter Send")
        assert "error" in ui.text
        assert "127.0.0.1" in ui.text
        assert sandbox.requests == []
        await ui.press("escape")

        # Repair, and send: the organisation refuses one, and the sandbox proves that it stored nothing of
        # that chunk, so the others go once more without it.
        await ui.press("f8")
        assert ui.texts("email")[0] == "test.sok@gmail.com"
        assert "!" not in ui.row_line(1)
        await ui.send()
        await ui.sees("1 rejected")
        assert sorted(r["email"] for r in ui.stored) == sorted(ui.texts("email")[:2])
        assert ui.states() == [RowState.CREATED, RowState.CREATED, RowState.REJECTED]
        if size == NARROW:
            await ui.until(lambda: isinstance(ui.app.screen, ResultPage))
        await ui.sees("ten@mailinator.com")
        assert "email domain is not allowed" in ui.text

        # Enter goes to the cell.
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)
        assert ui.screen.field == "email"
        assert ui.session.draft.batch.text(ui.grid.row_id or 0, "email") == "ten@mailinator.com"
        assert "Only rejected" in ui.text
        assert "1 of 3 rows, 2 hidden" in ui.text
        assert "✗" in ui.row_line(3)[:9]
        assert "email domain is not allowed" in ui.issue

        # Repair and send the rest: all created, each exactly once.
        await ui.write("ten@firm.com")
        await ui.press("enter")
        assert "*" in ui.row_line(3)[:9]
        await ui.send()
        await ui.sees("1 created")
        assert ui.states() == [RowState.CREATED] * 3
        assert sorted(record["email"] for record in ui.stored) == [
            "ten@firm.com",
            "test.sok@gmail.com",
            "test1@gmail.com",
        ]
        assert len(ui.creates) == 3


async def test_only_the_row_that_the_server_named_is_marked(start: Start, sandbox: SandboxServer) -> None:
    """A server's refusal of row 1 leaves row 2 without blame, and the marks where they belong."""
    records = [{"name": "One", "email": "one@mailinator.com"}, {"name": "Two", "email": "two@firm.com"}]
    async with start(WIDE, records) as ui:
        await ui.send()
        await ui.sees("1 rejected")
        await ui.press("escape")
        await ui.until(lambda: ui.grid.has_focus)
        assert "✗" in ui.row_line(1)[:9]
        assert "one@mailinator.com ✗" in ui.row_line(1)
        assert "✗" not in ui.row_line(2)
        y = ui.grid.region.y
        x = ui.lines[y].index("one@mail")
        assert style_at(ui.app, x, y).underline
        assert not style_at(ui.app, x, y + 1).underline
        await ui.press("right", "up")
        assert "The server says" in ui.issue
        assert "email domain is not allowed: one@mailinator.com" in ui.issue
        panel = payload_panel(ui)
        assert "Record 1 of chunk 1: refused." in panel
        assert "Waits for an edit." in panel
        await ui.press("down")
        assert ui.issue.startswith("✓ row 2")
        assert "refused" not in payload_panel(ui)
        assert [r["email"] for r in sandbox.store.records("lead")] == ["two@firm.com"]


# -- what would be sent -----------------------------------------------------------------------------------


@both_sizes
async def test_the_preview_is_what_is_sent(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    records = [{"name": "Ann", "email": "ann@firm.com"}, {"name": "It's $HOME `x`", "email": "bo@firm.com"}]
    async with start(size, records) as ui:
        if size == NARROW:
            await ui.press("f7")
            await ui.until(lambda: isinstance(ui.app.screen, PayloadPage))
        assert '"name": "Ann",' in payload_panel(ui)
        await ui.press("f7")
        panel = payload_panel(ui)
        assert "curl" in panel
        assert "$LEAPGRID_TOKEN" in panel.replace("\n", "").replace(" ", "")
        assert TOKEN not in panel
        await ui.press("f7")
        assert '"name": "It\'s $HOME `x`"' in " ".join(payload_panel(ui).split())
        shown = ui.session.chunk_of(0)
        if size == NARROW:
            await ui.press("f7")
            assert '"name": "Ann",' in payload_panel(ui), "from the last form back to the first"
            await ui.press("escape")
            await ui.until(lambda: ui.app.screen is ui.screen)
        else:
            await ui.press("f7")
            assert not ui.screen.dock.has_class("-shown"), "and once more closes the dock"
            await ui.press("f7")
            assert '"name": "Ann",' in payload_panel(ui)
        await ui.send()
        assert ui.creates == [payload_text(shown).encode()]


# -- themes -----------------------------------------------------------------------------------------------


async def test_a_theme_is_chosen_in_the_palette(start: Start, palettes: dict[str, Any]) -> None:
    async with start(WIDE, GOOD) as ui:
        y = ui.grid.region.y
        before = style_at(ui.app, 30, y + 1)
        await ui.press("ctrl+p")
        await ui.sees("Theme: Light")
        await ui.write("theme light")
        await ui.until(lambda: "Undo" not in ui.text and "Light" in ui.text)
        await ui.press("enter")
        await ui.until(lambda: ui.app.theme == "light")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert style_at(ui.app, 30, y + 1).bgcolor != before.bgcolor
        assert style_at(ui.app, 30, y + 1).bgcolor == palettes["light"].style("text", "ground").bgcolor


@pytest.mark.parametrize("size", [(80, 24), (70, 20)])
async def test_no_halves_of_row_numbers_stand_beside_the_palette(start: Start, size: tuple[int, int]) -> None:
    async with start(size, [{"name": f"Lead {n}"} for n in range(1, 30)]) as ui:
        await ui.press("ctrl+p")
        await ui.sees("Go to row")
        beside = ui.lines[ui.grid.region.y + 1 : ui.grid.region.y + 14]
        assert [line for line in beside if line[:6].strip().isdigit()] == []
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.row_line(12)


@both_sizes
async def test_every_theme_draws_every_state(
    start: Start, palettes: dict[str, Any], size: tuple[int, int]
) -> None:
    records = [*GOOD, {"name": "Bad", "email": "a b@c.de"}, {"name": "Di", "email": "di@gmial.com"}]
    async with start(size, records) as ui:
        await ui.press("down", "down", "down", "right", "f2")
        texts = set()
        for name, palette in palettes.items():
            ui.app.choose_theme(name)
            y, x = ui.grid.region.y, ui.grid.layout_now.spans[0].x + 1
            plain, lined = palette.style("text", "ground"), palette.dock_line and size == WIDE
            await ui.until(lambda: style_at(ui.app, x, y) == plain)  # noqa: B023  # awaited within the turn
            await ui.until(lambda: ("│" in ui.text) == lined)  # noqa: B023  # the same
            await ui.pilot.pause()
            assert {strip.cell_length for strip in ui.strips} == {size[0]}
            texts.add(ui.text)
        assert len(texts) <= 2, "the same words in every theme; some part the dock by a line"


# -- rows -------------------------------------------------------------------------------------------------


@both_sizes
async def test_rows_are_copied_inserted_and_deleted(start: Start, size: tuple[int, int]) -> None:
    async with start(size, GOOD) as ui:
        await ui.press("slash", "m")
        assert ui.texts("name") == ["Ann", "Ann", "Bo", "Cy"]
        assert ui.cursor[0] == 2, "the cursor stands on the copy"
        assert "~" in ui.row_line(2)[:9] or "!" not in ui.row_line(2)[:9]
        await ui.press("slash", "a")
        assert ui.texts("name") == ["Ann", "", "Ann", "Bo", "Cy"]
        assert ui.cursor[0] == 2
        await ui.press("down", "down", "ctrl+k")
        assert ui.texts("name") == ["Ann", "", "Ann", "Cy"]
        assert "4 rows" in ui.text
        for left in (["Ann", "", "Ann", "Bo", "Cy"], ["Ann", "Ann", "Bo", "Cy"], ["Ann", "Bo", "Cy"]):
            await ui.press("ctrl+z")
            assert ui.texts("name") == left
        await ui.press("ctrl+y", "ctrl+y", "ctrl+y")
        assert ui.texts("name") == ["Ann", "", "Ann", "Cy"]
        plan = ui.session.plan(ui.app.desk.options)
        assert plan.records == 3, "an empty record is not sent"


@both_sizes
async def test_what_was_created_cannot_be_edited(start: Start, size: tuple[int, int]) -> None:
    async with start(size, GOOD) as ui:
        await ui.send()
        await ui.sees("3 created")
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)
        for key in ("f2", "enter", "x", "delete", "backspace"):
            await ui.press("right", "left")
            assert "was created." not in ui.issue
            await ui.press(key)
            assert ui.grid.open is None
            assert ui.issue == "Row 1 was created. Duplicate it to send it as a new record."
        assert ui.texts("name") == ["Ann", "Bo", "Cy"]
        assert not ui.session.can_undo
        assert [ui.row_line(n)[6] for n in (1, 2, 3)] == ["✓"] * 3
        # It may leave the draft; brought back, it is still what it was, and nothing is sent again.
        await ui.press("ctrl+k")
        assert ui.texts("name") == ["Bo", "Cy"]
        await ui.press("ctrl+z")
        assert ui.row_line(1)[6] == "✓"
        await ui.press("slash", "m")
        assert ui.states() == [RowState.CREATED, RowState.READY, RowState.CREATED, RowState.CREATED]
        assert ui.session.plan(ui.app.desk.options).records == 1


# -- keys -------------------------------------------------------------------------------------------------


@both_sizes
async def test_issues_are_walked_across_columns_and_round(start: Start, size: tuple[int, int]) -> None:
    records = [
        {"name": "Ann", "email": "ann@firm.com", "phone": "12"},
        {"name": "Bo", "email": "bo@firm.com"},
        {"name": "Cy", "email": "c y@firm.com", "phone": "+91-887788778888"},
    ]
    async with start(size, records) as ui:
        places = [(1, "phone"), (3, "email"), (3, "phone")]
        for place in [*places, *places]:
            await ui.press("f4")
            assert ui.cursor == place
            assert ui.issue.startswith(("! ", "~ "))
        for place in [*reversed(places[:-1]), places[-1]]:
            await ui.press("f3")
            assert ui.cursor == place


async def test_go_to_row(start: Start) -> None:
    records = [{"name": f"Lead {n}", "email": f"l{n}@firm.com"} for n in range(1, 101)]
    async with start(NARROW, records) as ui:
        await ui.press("ctrl+g")
        await ui.write("70")
        await ui.press("enter")
        assert ui.cursor == (70, "name")
        assert "Lead 70" in ui.row_line(70)
        for wrong, sentence in (
            ("700", "There is no row 700 here: the last one is 100."),
            ("x", "A row number"),
        ):
            await ui.press("ctrl+g")
            await ui.write(wrong)
            await ui.press("enter")
            assert ui.cursor == (70, "name")
            assert sentence in ui.issue
        await ui.press("ctrl+g", "5", "escape")
        assert ui.cursor == (70, "name")
        await ui.press("down")
        assert ui.cursor == (71, "name")


@both_sizes
async def test_the_menu_does_what_its_letters_say(start: Start, size: tuple[int, int]) -> None:
    async with start(size, [*GOOD, {"name": "Bad", "email": "b d@firm.com"}]) as ui:
        await ui.press("slash")
        assert "one letter does it" in ui.text
        for action in ("undo", "redo"):
            assert f"  {action} " not in ui.text.lower(), "what would do nothing is not offered"
        await ui.press("escape")
        assert "one letter does it" not in ui.text
        assert ui.grid.has_focus
        await ui.press("slash", "n")
        assert ui.cursor == (4, "email")
        await ui.press("slash", "x")
        assert ui.texts("email")[3] == "bd@firm.com"
        await ui.press("slash", "u")
        assert ui.texts("email")[3] == "b d@firm.com"
        await ui.press("slash", "y")
        assert ui.texts("email")[3] == "bd@firm.com"
        await ui.press("slash", "minus")
        assert ui.states()[3] is RowState.SKIPPED
        assert "-" in ui.row_line(4)[:9]
        assert "Skipped" in ui.issue
        await ui.press("slash", "minus")
        assert ui.states()[3] is RowState.READY
        await ui.press("slash", "g", "2", "enter")
        assert ui.cursor[0] == 2


# -- the live check ---------------------------------------------------------------------------------------


@both_sizes
async def test_typing_is_judged_kindly_and_at_once(start: Start, size: tuple[int, int]) -> None:
    async with start(size, GOOD) as ui:
        await ui.press("right")
        await ui.write("car")
        assert "not yet:" in ui.issue
        assert "!" not in ui.issue
        await ui.write("la@firm.com")
        assert "not yet" not in ui.text
        assert ui.issue == "email, row 1"
        await ui.write(" x")
        assert ui.issue.startswith("! email, row 1")
        # The characters that are wrong stand on the colour of an error.
        y = ui.grid.region.y
        x = ui.lines[y].index("carla@firm.com")
        wrong = [i for i in range(20) if style_at(ui.app, x + i, y).bgcolor == style_of(ui, "error")]
        assert wrong
        assert min(wrong) >= len("carla@firm.com")
        await ui.press("escape")
        assert ui.texts("email")[0] == "ann@firm.com"
        assert ui.cursor == (1, "email"), "Escape restores and moves nothing"
        assert not ui.session.can_undo
        await ui.write("carla@")
        await ui.press("enter")
        assert ui.texts("email")[0] == "carla@", "what is wrong is kept, and marked"
        assert "carla@ !" in ui.row_line(1)
        await ui.press("up")
        assert ui.issue.startswith("! email, row 1")
        # A cell that is marked turns clean the moment it is right.
        await ui.press("f2")
        assert ui.issue.startswith("email, row 1")
        await ui.write("firm.com")
        assert ui.issue == "email, row 1"
        await ui.press("enter")
        assert "!" not in ui.row_line(1)


def style_of(ui: Journey, role: str) -> Any:
    return ui.app.palette.style("text", role).bgcolor


async def test_no_choice_is_taken_by_itself(start: Start) -> None:
    records = [{"name": "Ann", "status": "new"}, {"name": "Bo", "status": "nurturing"}, {"name": "Cy"}]
    async with start(WIDE, records) as ui:
        status = ui.session.draft.schema.names.index("status")
        await ui.press("down", "down", *["right"] * status)
        await ui.write("n")
        assert ui.grid.open is not None
        assert ui.grid.open.choices.shown[:2] == ("new", "nurturing")
        assert any("nurturing" in line for line in ui.grid_lines[3:])
        await ui.press("enter")
        assert ui.texts("status")[2] == "n", "of two that fit, none is taken"
        await ui.press("up")
        await ui.write("nur")
        await ui.press("enter")
        assert ui.texts("status")[2] == "nurturing", "the only one that fits is"
        await ui.press("up")
        await ui.write("n")
        await ui.press("down", "tab")
        assert ui.texts("status")[2] == "new", "and the one that is highlighted"


# -- another day ------------------------------------------------------------------------------------------


@both_sizes
async def test_everything_is_there_another_day(
    start: Start, sandbox: SandboxServer, workspace: Workspace, size: tuple[int, int]
) -> None:
    records = [*GOOD, {"name": "No", "email": "no@mailinator.com"}]
    async with start(size, records, link={"chunk_size": 2}) as ui:
        await ui.write("Anna")
        await ui.press("enter")
        await ui.send()
        await ui.sees("3 created", "1 rejected")
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)
        await ui.press("ctrl+end", "up", "home")
        await ui.write("Cyd")
        await ui.press("enter", "ctrl+z")
        states, draft = ui.states(), ui.session.draft.id
        values = [ui.session.draft.batch.values(row) for row in ui.session.draft.batch]
        await ui.write("open cell")
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
    async with start(size, draft_id=draft) as ui:
        assert ui.states() == [*states[:3], RowState.READY], "what was edited since can go again"
        now = [ui.session.draft.batch.values(row) for row in ui.session.draft.batch]
        assert [n["email"] for n in now] == [v["email"] for v in values]
        assert "open cell" in ui.texts("name"), "what stood in an open cell is kept too"
        assert "✓3" in ui.text or "✓ 3 created" in ui.text
        await ui.press("ctrl+z")
        assert [ui.session.draft.batch.values(row) for row in ui.session.draft.batch] == values
        assert ui.states() == states
        assert "email domain is not allowed" not in ui.issue
        await ui.press("f4")
        assert "email domain is not allowed" in ui.issue
        await ui.press("f9")
        await ui.sees("Will send")
        assert ui.session.plan(ui.app.desk.options).records == 0, "the refused one waits for an edit"
    assert sandbox.store.count("lead") == 3


@both_sizes
async def test_a_file_that_was_sent_before_says_so_when_it_is_opened_and_before_it_is_sent(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "leads.json"
    file.write_text(json.dumps(GOOD))
    async with start(size, file=file) as ui:
        assert "created before" not in ui.issue
        await ui.send()
        assert ui.sandbox.store.count("lead") == 3
    async with start(size, file=file) as ui:
        await ui.until(lambda: "All 3 records were created before from this workspace" in ui.issue)
        await ui.press("f9")
        await ui.sees("Nothing to send: the server has all 3 already.")
