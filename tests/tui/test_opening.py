"""Files on their way onto the screen: at once, in part, not at all; and how they are kept then."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from leapgrid.drafting.opening import SMALL, Opening
from leapgrid.files import ImportMapping, RawFile, ReadOptions
from leapgrid.sandbox import SandboxServer
from leapgrid.superleap import SecretToken
from leapgrid.tui.app import LeapGridApp
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.launch import Launch
from leapgrid.tui.mapping import day_of
from leapgrid.tui.messages import OpenFile
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.mapping import MappingScreen
from leapgrid.tui.screens.open_file import OpenFileScreen
from leapgrid.tui.screens.reading import ReadingScreen
from leapgrid.tui.screens.start import StartScreen
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Journey

LARGE = 20_000


class GatedOpening(Opening):
    """Reads once the gate is open, so that a test sees what is shown before."""

    gate: threading.Event

    def read(self, options: ReadOptions, cancelled: Callable[[], bool] | None = None) -> RawFile:
        while not self.gate.wait(0.005):
            if self.is_cancelled:
                break
        return super().read(options, cancelled)


class GatedDesk(Desk):
    """A desk whose files wait for a gate."""

    gate: threading.Event
    openings: list[Opening]

    def opening(self, path: Path, **options: Any) -> Opening:
        usual = super().opening(path, **options)
        made = GatedOpening(usual.wanted, lambda: self.workspace)
        made.gate = self.gate
        self.openings.append(made)
        return made


class SlowWorkspace(Workspace):
    """Stores a draft once the gate is open."""

    gate: threading.Event

    def create_draft(self, *args: Any, **options: Any) -> str:
        assert self.gate.wait(20)
        return super().create_draft(*args, **options)


def table(path: Path, rows: int, header: str = "name,email,phone") -> Path:
    """A file of leads without an error."""
    lines = (f"Lead {i},lead{i}@firm.com,+49 30 90{i:07}" for i in range(1, rows + 1))
    path.write_text("\n".join((header, *lines, "")), "utf-8")
    return path


@pytest.fixture
def gate() -> threading.Event:
    """Open, unless a test closes it."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def opened(
    workspace: Workspace, sandbox: SandboxServer, palettes: Mapping[str, Any], gate: threading.Event
) -> Callable[..., Any]:
    """The app as ``leapgrid open FILE`` begins it, or on the start screen; nothing is waited for."""

    @asynccontextmanager
    async def run(
        file: Path | None = None, size: tuple[int, int] = WIDE, space: Workspace | None = None
    ) -> AsyncIterator[Journey]:
        link = Link(sandbox.base_url, SecretToken("k"), sandbox=True, rate=None)
        desk = GatedDesk(space or workspace, link=link)
        desk.gate, desk.openings = gate, []
        launch = Launch(dict(palettes), kind="start" if file is None else "file", file=file)
        app = LeapGridApp(desk, launch)
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            yield Journey(app, pilot, sandbox)
        if desk.session is not None:
            await desk.close()
        assert app._exception is None

    return run


def desk_of(ui: Journey) -> GatedDesk:
    assert isinstance(ui.app.desk, GatedDesk)
    return ui.app.desk


async def all_there(ui: Journey, rows: int) -> None:
    """Wait until the whole file is on the screen, checked and kept."""
    await ui.until(lambda: ui.app.desk.session is not None)
    await ui.until(lambda: ui.session.checking is None and ui.session.draft.workspace is not None)
    assert len(ui.session.draft.batch) == rows
    await ui.sees(f"{rows:,} row")


# -- what fits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_small_file_simply_opens_and_is_kept(
    opened: Any, tmp_path: Path, workspace: Workspace, size: tuple[int, int]
) -> None:
    async with opened(table(tmp_path / "few.csv", 3), size) as ui:
        assert isinstance(ui.app.screen, GridScreen), "no page in between"
        assert ui.session.reading is None
        await all_there(ui, 3)
        await ui.press("x", "enter")
        assert ui.texts("name")[0] == "x"
        assert ui.issue == ""
        await ui.press("ctrl+q")
    [draft] = workspace.drafts()
    assert workspace.load_draft(draft.id).journal[0].label == "Edit name"


async def test_the_beginning_of_a_large_file_is_there_at_once_and_the_rest_takes_its_place(
    opened: Any, tmp_path: Path, gate: threading.Event
) -> None:
    gate.clear()
    file = table(tmp_path / "many.csv", LARGE)
    assert file.stat().st_size > SMALL
    async with opened(file) as ui:
        await ui.sees("Lead 1 ", "lead1@firm.com", "reading the file · 0 % of")
        before, header = ui.screen, ui.lines[1].split("Payload")[0]
        assert ui.app.desk.session is None
        await ui.press("down", "down", "down", "right", "q")
        assert "The file is still being read: 0 % of" in ui.issue
        assert ui.grid.open is None
        await ui.press("f9", "ctrl+z", "delete")
        assert ui.screen is before
        gate.set()
        await all_there(ui, LARGE)
        assert ui.screen is before, "no other screen"
        assert ui.cursor == (4, "email")
        assert ui.lines[1].startswith(header), "no column moved"
        await ui.press("q", "enter")
        assert ui.texts("email")[3] == "q"
        await ui.press("ctrl+end")
        assert "type here to add a record" in ui.grid_lines[-1]
        assert f"lead{LARGE}@" in ui.grid_lines[-2]


async def test_help_over_the_beginning_does_not_keep_the_rest_away(
    opened: Any, tmp_path: Path, gate: threading.Event
) -> None:
    gate.clear()
    async with opened(table(tmp_path / "many.csv", LARGE)) as ui:
        await ui.press("f1")
        gate.set()
        await all_there(ui, LARGE)
        assert isinstance(ui.app.screen, GridScreen)


async def test_a_file_of_which_nothing_can_be_shown_has_a_quiet_page(
    opened: Any, tmp_path: Path, gate: threading.Event
) -> None:
    gate.clear()
    file = tmp_path / "leads.json"
    file.write_text('[{"name": "Anna", "email": "anna@kellerbau.de"}]')
    async with opened(file) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, ReadingScreen))
        await ui.sees("Reading leads.json", "0 % of 48 B", "Esc Back")
        gate.set()
        await all_there(ui, 1)
        assert [type(screen) for screen in ui.app.screen_stack[1:]] == [GridScreen]


# -- leaving ----------------------------------------------------------------------------------------------


async def test_escape_leaves_a_file_that_is_read_and_leads_to_the_start(
    opened: Any, tmp_path: Path, gate: threading.Event, workspace: Workspace
) -> None:
    gate.clear()
    async with opened(table(tmp_path / "many.csv", LARGE)) as ui:
        await ui.sees("Stop reading")
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        (opening,) = desk_of(ui).openings
        await ui.until(opening.result.done)
        await ui.settle()
        assert isinstance(ui.app.screen, StartScreen)
        assert ui.app.desk.session is None
    assert workspace.drafts() == []


@pytest.mark.parametrize("name", ["many.csv", "many.json"])
async def test_escape_leads_back_to_the_screen_that_asked_for_the_file(
    opened: Any, tmp_path: Path, gate: threading.Event, name: str
) -> None:
    gate.clear()
    file = table(tmp_path / "many.csv", LARGE)
    if name.endswith(".json"):
        file = tmp_path / name
        file.write_text("[" + ",".join(f'{{"name": "Lead {i}"}}' for i in range(LARGE)) + "]")
    async with opened() as ui:
        await ui.press("o")
        await ui.until(lambda: isinstance(ui.app.screen, OpenFileScreen))
        asked = ui.app.screen
        for _ in range(2):  # and again: nothing of the first time is left
            ui.app.post_message(OpenFile(file))
            await ui.until(lambda: isinstance(ui.app.screen, GridScreen | ReadingScreen))
            await ui.press("escape")
            await ui.until(lambda: ui.app.screen is asked)
        gate.set()
        ui.app.post_message(OpenFile(file))
        await all_there(ui, LARGE)
        assert [type(screen) for screen in ui.app.screen_stack[1:]] == [StartScreen, GridScreen]


async def test_another_file_takes_the_place_of_one_that_is_still_read(
    opened: Any, tmp_path: Path, gate: threading.Event
) -> None:
    gate.clear()
    async with opened(table(tmp_path / "many.csv", LARGE)) as ui:
        await ui.sees("reading the file")
        ui.app.post_message(OpenFile(table(tmp_path / "other.csv", LARGE + 1)))
        await ui.until(lambda: len(desk_of(ui).openings) == 2)
        assert desk_of(ui).openings[0].is_cancelled
        gate.set()
        await all_there(ui, LARGE + 1)
        assert ui.session.draft.name == "other.csv"


async def test_quitting_does_not_wait_for_a_file(opened: Any, tmp_path: Path, gate: threading.Event) -> None:
    gate.clear()
    async with opened(table(tmp_path / "many.csv", LARGE)) as ui:
        await ui.sees("reading the file")
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
        assert desk_of(ui).openings[0].is_cancelled


# -- what cannot be read ----------------------------------------------------------------------------------


async def test_what_cannot_be_read_is_said_where_a_person_can_act(opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('[{"name": "Anna"')
    async with opened() as ui:
        await ui.press("o")
        await ui.until(lambda: isinstance(ui.app.screen, OpenFileScreen))
        ui.app.post_message(OpenFile(file))
        await ui.until(lambda: "bad.json" in ui.issue)
        assert isinstance(ui.app.screen, OpenFileScreen)


async def test_a_file_that_breaks_far_down_leaves_its_beginning(opened: Any, tmp_path: Path) -> None:
    file = table(tmp_path / "long.csv", LARGE)
    with file.open("a") as more:
        more.write("x" * 3_000_000)
    async with opened(file) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.sees("Line 20002 of long.csv")


async def test_a_file_that_vanishes_while_its_beginning_is_shown(
    opened: Any, tmp_path: Path, gate: threading.Event
) -> None:
    gate.clear()
    file = table(tmp_path / "many.csv", LARGE)
    async with opened(file) as ui:
        await ui.sees("reading the file")
        file.unlink()
        gate.set()
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.sees("There is no file many.csv.")


# -- which column is which field --------------------------------------------------------------------------


def strange(path: Path) -> Path:
    return table(path, 3, "aaa,bbb,ccc")


async def test_a_file_whose_headers_say_nothing_asks_and_is_remembered(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    file = strange(tmp_path / "strange.csv")
    said = ImportMapping(columns={"aaa": "name", "bbb": "email", "ccc": None})
    async with opened(file) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        asking = ui.app.screen
        assert isinstance(asking, MappingScreen)
        asking.dismiss(MappingScreen.Result(said, asking._begin[0]))
        await all_there(ui, 3)
        assert ui.texts("email")[0] == "lead1@firm.com"
        await ui.until(lambda: workspace.remembered_mapping("lead", ("aaa", "bbb", "ccc")) is not None)
    async with opened(file) as ui:
        assert isinstance(ui.app.screen, GridScreen), "no dialog the second time"
        await all_there(ui, 3)
        await ui.until(lambda: "The columns are as remembered from" in ui.issue)
        assert "/= changes them." in ui.issue


async def test_the_halves_of_a_name_are_joined_on_the_way_in_and_next_time_by_themselves(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    file = tmp_path / "hubspot.csv"
    file.write_text("First Name,Last Name,Email\nAnna,Keller,anna@kellerbau.de\nCher,,cher@firm.com\n")
    async with opened(file) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        await ui.sees("J Join them to name")
        await ui.press("j")
        await ui.sees("name 1 of 2")
        await ui.press("enter")
        await all_there(ui, 2)
        assert ui.texts("name") == ["Anna Keller", "Cher"]
        headers = ("First Name", "Last Name", "Email")
        await ui.until(lambda: workspace.remembered_mapping("lead", headers) is not None)
    async with opened(file) as ui:
        assert isinstance(ui.app.screen, GridScreen)
        await all_there(ui, 2)
        assert ui.texts("name") == ["Anna Keller", "Cher"]
        await ui.until(lambda: "The columns are as remembered from" in ui.issue)


async def test_the_columns_asked_for_again_still_say_why_they_are_so(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    file = tmp_path / "few.csv"
    file.write_text("Full Name,E-Mail,Notes\nAnna,anna@kellerbau.de,x\n")

    def whys(ui: Journey) -> list[str]:
        screen = ui.app.screen
        if not isinstance(screen, MappingScreen) or screen.is_busy or screen.state is None:
            return []
        return [line.why for line in screen.state.lines]

    async def ask(ui: Journey, *wanted: str) -> None:
        await ui.press("slash", "=")
        await ui.until(lambda: whys(ui) == list(wanted))

    async with opened(file) as ui:
        await all_there(ui, 1)
        # Nobody said a word yet.
        await ask(ui, "like “full name”", "like “email”", "left out")
        await ui.press("down", "down", "space", *"ext", "enter")
        await ui.until(lambda: whys(ui)[2:] == ["you chose it"])
        await ui.press("enter")
        # While one draft takes the place of the other there is none.
        await ui.until(lambda: ui.app.desk.session and ui.texts("external_id") == ["x"])
        await all_there(ui, 1)
        # In the same hour it is what was chosen, and the rest is not.
        await ask(ui, "like “full name”", "like “email”", "you chose it")
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        headers = ("Full Name", "E-Mail", "Notes")
        await ui.until(lambda: workspace.remembered_mapping("lead", headers) is not None)
    async with opened(file) as ui:
        # Opened by what is remembered, all of it is remembered.
        await all_there(ui, 1)
        found = workspace.remembered_mapping("lead", headers)
        assert found is not None
        await ask(ui, *[f"remembered from {day_of(found.at)}"] * 3)


async def test_escape_from_the_columns_leads_to_the_start(opened: Any, tmp_path: Path) -> None:
    async with opened(strange(tmp_path / "strange.csv")) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))


@pytest.mark.parametrize("edited", [False, True])
async def test_the_columns_are_changed_in_place_until_something_was_edited(
    opened: Any, tmp_path: Path, workspace: Workspace, edited: bool
) -> None:
    said = ImportMapping(columns={"name": "name", "email": "email", "phone": "external_id"})
    async with opened(table(tmp_path / "few.csv", 3)) as ui:
        await all_there(ui, 3)
        if edited:
            await ui.press("x", "enter")
        await ui.press("slash", "=")
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        asking = ui.app.screen
        assert isinstance(asking, MappingScreen)
        asking.dismiss(MappingScreen.Result(said, asking._begin[0]))
        await ui.until(lambda: ui.app.desk.session is not None and "+49" in ui.texts("external_id")[0])
        await all_there(ui, 3)
        await ui.until(lambda: len(workspace.drafts()) == (2 if edited else 1))
        assert ui.texts("name")[0] == "Lead 1"
        if edited:
            await ui.until(lambda: "This is a new draft" in ui.issue)


async def test_the_columns_of_a_draft_of_another_day_are_asked_of_its_file(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    file = table(tmp_path / "few.csv", 3)
    async with opened(file) as ui:
        await all_there(ui, 3)
        await ui.press("ctrl+q")
    async with opened() as ui:
        await ui.sees("few.csv")
        await ui.press("enter")
        await all_there(ui, 3)
        await ui.press("slash", "=")
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        file.unlink()
        await ui.press("slash", "=")
        await ui.until(lambda: "There is no file few.csv." in ui.issue)


async def test_all_notes_of_a_file_can_be_read(opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("name,email,shoe size\nAnna,anna@kellerbau.de\nBo,bo@lind.se,44,and more\n")
    async with opened(file) as ui:
        await all_there(ui, 2)
        await ui.until(lambda: "/: shows all" in ui.issue)
        await ui.press("slash", ":")
        await ui.until(lambda: isinstance(ui.app.screen, TextPage))
        await ui.sees("shoe size", "line 2", "line 3", "and more")
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))


async def test_notes_are_kept_where_the_columns_were_asked_for(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    file = tmp_path / "kontakte.csv"
    text = "Vertrieb;;;\nVorname;Nachname;E-Mail;Schuhgröße\nJörg;Weiß;joerg@weiss.de;44\nUte;Groß;ute@m.de\n"
    file.write_bytes(text.encode("cp1252"))
    wanted = {"encoding", "delimiter", "above_header", "short_line", "left_out", "joined"}
    async with opened(file) as ui:
        await ui.until(lambda: isinstance(ui.app.screen, MappingScreen))
        await ui.sees("J Join them to name")
        await ui.press("j")
        await ui.sees("name 1 of 2")
        await ui.press("enter")
        await all_there(ui, 2)
        assert {note.code for note in ui.session.draft.notes} == wanted
        (left_out,) = [n for n in ui.session.draft.notes if n.code == "left_out"]
        assert left_out.message == "“Schuhgröße” is not a field of Lead; it was left out."
        await ui.until(lambda: "/: shows all 6 notes" in ui.issue)
        await ui.press("slash", ":")
        await ui.sees("Schuhgröße", "Windows-1252")
        headers = ("Vorname", "Nachname", "E-Mail", "Schuhgröße")
        await ui.until(lambda: workspace.remembered_mapping("lead", headers) is not None)
    async with opened(file) as ui:
        await all_there(ui, 2)
        assert {note.code for note in ui.session.draft.notes} == wanted
        await ui.until(lambda: "The columns are as remembered from" in ui.issue)
        await ui.press("slash", ":")
        await ui.sees("“Schuhgröße” was left out, as it was the last time.")


async def test_what_a_person_leaves_out_is_no_note(opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("name,email,shoe size,hat size\nAnna,anna@kellerbau.de,41,56\n")
    async with opened(file) as ui:
        await all_there(ui, 1)
        await ui.press("slash", "=")
        await ui.sees("shoe size")
        await ui.press("down", "down", "space", *"ext", "enter")
        await ui.sees("you chose it")
        await ui.press("delete")
        await ui.until(lambda: "you chose it" not in ui.text)
        await ui.press("enter")
        wanted = ["“hat size” is not a field of Lead; it was left out."]
        await ui.until(
            lambda: ui.app.desk.session and [note.message for note in ui.session.draft.notes] == wanted
        )
        await all_there(ui, 1)


async def test_what_was_forgotten_is_not_remembered_by_the_import_that_follows(
    opened: Any, tmp_path: Path, workspace: Workspace
) -> None:
    headers = ("Full Name", "E-Mail", "Notes")
    workspace.remember_mapping("lead", headers, ImportMapping(columns={"Notes": "external_id"}))
    file = tmp_path / "few.csv"
    file.write_text(",".join(headers) + "\nAnna,anna@kellerbau.de,x\n")
    async with opened(file) as ui:
        await all_there(ui, 1)
        assert ui.texts("external_id") == ["x"]
        await ui.press("slash", "=")
        await ui.sees("remembered from")
        await ui.press("x")
        await ui.sees("Forgotten. The columns are what their names and values say.")
        await ui.press("enter")
        # While one draft takes the place of the other there is none.
        await ui.until(lambda: ui.app.desk.session and ui.texts("external_id") == [""])
        await all_there(ui, 1)
        await ui.until(lambda: len(workspace.drafts()) == 1)
        assert workspace.remembered_mapping("lead", headers) is None


# -- keeping ----------------------------------------------------------------------------------------------


async def test_edits_are_kept_in_order_that_were_made_while_the_draft_is_stored(
    opened: Any, tmp_path: Path
) -> None:
    with SlowWorkspace.open(tmp_path / "slow.db") as space:
        space.gate = threading.Event()
        async with opened(table(tmp_path / "few.csv", 3), space=space) as ui:
            await ui.until(lambda: ui.app.desk.session is not None)
            await ui.press("a", "enter", "b", "enter", "ctrl+z")
            await ui.press("f9")
            await ui.until(lambda: "The records are being stored." in ui.issue)
            assert space.drafts() == []
            space.gate.set()
            await ui.sees("Enter Send")
            await ui.press("escape", "c", "enter", "ctrl+q")
        [draft] = space.drafts()
        steps = [(entry.kind, entry.label) for entry in space.load_draft(draft.id).journal]
        assert steps == [("do", "Edit name")] * 2 + [("undo", "Edit name"), ("do", "Edit name")]


async def test_a_draft_that_cannot_be_stored_says_so_until_it_is(
    opened: Any, tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leapgrid.tui.sending.TRY_TO_SAVE_AGAIN", 0.02)
    in_the_way = tmp_path / "workspace.frames"
    in_the_way.write_text("")
    async with opened(table(tmp_path / "few.csv", 3)) as ui:
        await ui.until(lambda: "The stored records in" in ui.issue)
        await ui.sees("not saved")
        await ui.press("a", "enter")
        assert "The stored records in" in ui.issue, "an edit does not take it away"
        await ui.press("f9")
        await ui.settle()
        assert isinstance(ui.app.screen, GridScreen), "what is not kept is not sent"
        in_the_way.unlink()
        await ui.until(lambda: ui.session.not_kept == "")
        await ui.until(lambda: "The stored records in" not in ui.issue)
        await ui.press("b", "enter", "ctrl+q")
    [draft] = workspace.drafts()
    assert len(workspace.load_draft(draft.id).journal) == 2


async def test_a_draft_that_could_not_be_stored_till_the_end_is_told_of(opened: Any, tmp_path: Path) -> None:
    (tmp_path / "workspace.frames").write_text("")
    async with opened(table(tmp_path / "few.csv", 3)) as ui:
        await ui.until(lambda: "The stored records in" in ui.issue)
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
        assert "few.csv was not kept." in ui.app.desk.lost


# -- rows that are shown ----------------------------------------------------------------------------------


async def test_views_over_a_long_draft_are_found_beside_the_loop_and_stay_usable(
    opened: Any, tmp_path: Path
) -> None:
    rows = 25_000
    file = table(tmp_path / "many.csv", rows)
    lines = file.read_text().splitlines()
    for number in (10, 20_000, rows):
        lines[number] = lines[number].replace("@", " @")
    file.write_text("\n".join(lines) + "\n")
    async with opened(file) as ui:
        await all_there(ui, rows)
        await ui.press("slash", "!")
        await ui.sees(f"3 of {rows:,} rows, {rows - 3:,} hidden", "Only problems")
        assert [line[1:7].strip() for line in ui.grid_lines[:3]] == ["10", "20000", str(rows)]
        await ui.press("down", "right", "f8")
        assert ui.texts("email")[19_999] == "lead20000@firm.com"
        assert ui.cursor[0] == 2, "a row that was repaired stays in sight"
        await ui.press("ctrl+k")
        await ui.sees(f"2 of {rows - 1:,} rows")
        await ui.press("ctrl+z", "slash", "!")
        await ui.sees("all rows")
        assert len(ui.session.draft.batch) == rows
        await ui.press("ctrl+home", "ctrl+down")
        assert ui.grid.row == rows - 1
        await ui.press("x", "enter", "ctrl+home", "delete", "ctrl+down")
        assert ui.grid.row == 1, "an edit is seen by the next look for the edge"
