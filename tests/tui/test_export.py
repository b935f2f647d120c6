"""The export screen: which records, in which form, to which file, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from leapgrid.drafting import WorkingDraft
from leapgrid.records import schema_for, set_cell
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.desk import Desk
from leapgrid.tui.exporting import ORDER, form_meaning, form_name, suggested, with_suffix
from leapgrid.tui.screens.export import ExportScreen
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Session
from tests.tui.conftest import Start
from tests.tui.harness import (
    LARGE,
    NASTY,
    SIZES,
    SMALL,
    HarnessApp,
    answer,
    begin,
    desk_with,
    finish,
    leads,
    until,
    workspace,
)

REFUSED = {"name": "Mallory", "email": "mallory@mailinator.com"}


class Below(Page):
    """A page under the one that is tested."""

    HAS_ISSUE_LINE = True


def sent(desk: Desk) -> None:
    """Three records are sent: the second is refused, the others are created."""
    session = desk.session
    assert session is not None
    for chunk in begin(session):
        answer(session, chunk, ChunkOutcome.REJECTED, {2: ("email", "not allowed")})
    finish(session)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "there"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def written_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def opened(app: HarnessApp, pilot: Pilot[Any], desk: Desk, **options: Any) -> ExportScreen:
    assert desk.session is not None
    await app.push_screen(Below(desk, {}))
    screen = ExportScreen(desk, desk.session, {}, **options)
    await app.push_screen(screen)
    await pilot.pause()
    return screen


async def done(app: HarnessApp, pilot: Pilot[Any], screen: ExportScreen) -> str:
    """Wait until the file is there; what is said below."""
    await until(pilot, lambda: app.screen is not screen)
    await pilot.pause()
    return app.text


async def test_what_was_edited_since_it_was_refused_is_counted_and_said(tmp_path: Path, here: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        desk = desk_with(space, [leads(1)[0], REFUSED, REFUSED | {"name": "Eve"}])
        session = desk.session
        assert session is not None
        for chunk in begin(session):
            refused = {2: ("email", "not allowed"), 3: ("email", "not allowed")}
            answer(session, chunk, ChunkOutcome.REJECTED, refused)
        finish(session)
        row = session.draft.batch.order[1]
        session.draft.apply(set_cell(row, "email", "mallory@firm.de"), "repair")
        assert session.draft.counts().rejected == 1
        async with app.run_test(size=LARGE) as pilot:
            screen = await opened(app, pilot, desk, records="rejected")
            assert screen.offer.number == 2
            assert "2 refused, 1 of them edited since" in app.text
            await pilot.press("enter")
            said = " ".join((await done(app, pilot, screen)).split())
            assert "2 records written to" in said
            assert "2 refused, 1 of them edited since; value and message tell of the refusal." in said
        lines = (here / "leads_rejected.csv").read_text().splitlines()
        assert lines[1].startswith("Mallory,mallory@firm.de")
        assert ",email,mallory@mailinator.com," in lines[1]
        assert "not allowed" in lines[1]


@pytest.mark.parametrize("size", SIZES)
async def test_everything_is_on_one_page_and_enter_writes(
    tmp_path: Path, here: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(3)))
            for form in ORDER:
                assert form_name(form) in app.text
            assert form_meaning("csv")[:40] in app.text
            assert "Write 3" in app.text
            assert screen.path.text.endswith("/there/leads_export.csv")
            assert app.grounds("cell") == [" all             "]
            await pilot.press("enter")
            said = await done(app, pilot, screen)
            assert "3 records written to" in said
            assert (here / "leads_export.csv").read_text().splitlines()[:2] == [
                "name,email",
                "Lead 1,lead1@firm.com",
            ]


async def test_the_rejected_and_the_others_are_offered_with_their_numbers(tmp_path: Path, here: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        desk = desk_with(space, [leads(1)[0], REFUSED, *leads(1, status="x"), *leads(1)])
        sent(desk)
        assert desk.session is not None
        desk.session.show_rejected()
        async with app.run_test(size=LARGE) as pilot:
            screen = await opened(app, pilot, desk, records="rejected")
            assert [(o.records, o.number) for o in screen.offers] == [
                ("all", 4),
                ("rejected", 1),
                ("view", 1),
            ]
            assert screen.offer.records == "rejected"
            assert "the view Only rejected" in app.text
            await pilot.press("enter")
            said = await done(app, pilot, screen)
            assert "1 record written to" in said
        header, row = (here / "leads_rejected.csv").read_text().splitlines()
        assert header.endswith("line,field,value,message")
        assert row.startswith("Mallory,mallory@mailinator.com")


@pytest.mark.parametrize("size", SIZES)
async def test_arrows_choose_and_the_name_follows_until_it_is_typed(
    tmp_path: Path, here: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(2, phone="+49 30 901820")))
            await pilot.press("tab", "down")
            await pilot.pause()
            assert (screen.form, screen.path.text.rpartition("/")[2]) == ("spreadsheet", "leads_export.csv")
            await pilot.press("down", "down", "down")
            await pilot.pause()
            assert screen.path.text.endswith("/leads_export.jsonl")
            await pilot.press("down", "down")
            assert screen.focused is screen.path
            await pilot.press("backspace", "n", "tab")
            assert screen.focused is screen.write
            assert screen.path.text.endswith("/leads_export.json")
            await pilot.press("up", "up", "up")
            await pilot.pause()
            assert (screen.form, screen.focused) == ("jsonl", screen.how)
            assert screen.path.text.endswith("/leads_export.jsonl")
            await pilot.press("up", "up", "up", "up", "up")
            assert screen.focused is screen.which


async def test_for_spreadsheets_it_is_said_what_was_made_harmless(tmp_path: Path, here: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(200, 40)) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(2, phone="+49 30 901820")))
            await pilot.press("tab", "down", "enter")
            said = await done(app, pilot, screen)
            assert "(CSV for Excel). 2 cells begin as a formula would, and got an apostrophe" in said
        assert (
            (here / "leads_export.csv")
            .read_bytes()
            .startswith(b"\xef\xbb\xbfname,email,phone,leapgrid:escaped")
        )


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_that_is_there_is_written_over_by_a_second_enter_only(
    tmp_path: Path, here: Path, size: tuple[int, int]
) -> None:
    there = here / "leads_export.csv"
    there.write_text("before")
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(2)))
            await pilot.press("enter")
            await until(
                pilot, lambda: "leads_export.csv exists already. Enter again writes over it." in app.text
            )
            assert "Write over it" in app.text
            assert there.read_text() == "before"
            # Whatever is chosen in between makes it another question.
            await pilot.press("tab", "down", "up")
            await pilot.pause()
            assert "exists already" not in app.text
            await pilot.press("enter")
            await until(pilot, lambda: "exists already" in app.text)
            await pilot.press("enter")
            await done(app, pilot, screen)
        assert there.read_text().startswith("name,email")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/nowhere_at_all/x.csv", "The folder of x.csv is not there."),
        ("/dev/null", "null is not a regular file."),
        ("~/", "Type the path of the file to write."),
        ("", "Type the path of the file to write."),
        ("x.xlsx", "x.xlsx ends in .xlsx, which is another form."),
    ],
)
async def test_what_cannot_be_written_is_said_and_can_be_mended(
    tmp_path: Path, here: Path, typed: str, said: str
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=SMALL) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(1)))
            screen.path.set_text(typed)
            screen.touched = True
            await pilot.press("enter")
            await until(pilot, lambda: said[:50] in app.text)
            assert app.screen is screen
            assert not screen.writing
            screen.path.set_text(str(here / "fine.csv"))
            await pilot.press("enter")
            await done(app, pilot, screen)
            assert (here / "fine.csv").exists()


async def test_tab_completes_a_path_and_goes_on_where_there_is_nothing_to(tmp_path: Path, here: Path) -> None:
    (here / "exports").mkdir()
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=LARGE) as pilot:
            screen = await opened(app, pilot, desk_with(space, leads(1)))
            screen.path.focus()
            screen.path.set_text("exp")
            await pilot.press("tab")
            assert screen.path.text == "exports/"
            assert screen.focused is screen.path
            await pilot.press("x", ".", "c", "s", "v", "tab")
            assert screen.focused is screen.write
            await pilot.press("enter")
            await done(app, pilot, screen)
        assert (here / "exports" / "x.csv").exists()


async def test_escape_cancels_what_is_being_written_and_leaves_nothing(tmp_path: Path, here: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        desk = Desk(space)
        records = [{"name": f"Lead {number}", "email": f"lead{number}@firm.com"} for number in range(200_000)]
        desk.session = Session(WorkingDraft.from_records(None, schema_for("lead"), "leads", records))
        async with app.run_test(size=LARGE) as pilot:
            screen = await opened(app, pilot, desk)
            # Pilot waits for an idle processor after a key, and so for the whole file.
            app.post_message(events.Key("enter", None))
            await until(pilot, lambda: " of 200,000 records. Esc cancels." in app.text)
            assert "Cancel" in app.text
            app.post_message(events.Key("enter", None))
            app.post_message(events.Key("escape", None))
            await until(pilot, lambda: "Cancelled; leads_export.csv was not written." in app.text)
            assert written_in(here) == []
            assert not screen.writing
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is not screen)


async def test_hostile_names_are_only_shown(tmp_path: Path, here: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=SMALL, notifications=True, tooltips=True) as pilot:
            screen = await opened(app, pilot, desk_with(space, [{"name": NASTY}], name=NASTY))
            assert screen.path.text.isprintable()
            await pilot.press("enter")
            await done(app, pilot, screen)
        (written,) = written_in(here)
        assert NASTY in written.read_text()


def test_names_of_files_are_proposed_beside_the_source(tmp_path: Path) -> None:
    source = tmp_path / "leads march.xlsx"
    assert suggested(str(source), "x", "rejected", "csv") == tmp_path / "leads march_rejected.csv"
    assert suggested("-", "../a\nb", "all", "json").name == "a_b_export.json"
    assert suggested("/gone/x.csv", "x", "view", "xlsx").name == "x_view.xlsx"
    assert with_suffix("a/b.csv", "xlsx") == "a/b.xlsx"
    assert with_suffix("a/b.txt", "xlsx") == "a/b.txt"
    assert with_suffix("a/b", "xlsx") == "a/b"


async def test_from_the_grid_by_the_menu_and_from_the_result(start: Start, here: Path) -> None:
    records = [{"name": "Anna", "email": "anna@firm.com"}, REFUSED]
    async with start(records=records) as ui:
        await ui.press("slash", ".")
        await ui.sees("Export", "Write 2")
        await ui.press("tab", "down", "down", "down", "down", "down", "enter")
        await ui.sees("2 records written to")
        # The file that the records came from is never written over; this one stands beside it.
        (path,) = ui.session.draft.source and [Path(ui.session.draft.source).parent / "leads_export.json"]
        assert json.loads(path.read_text("utf-8")) == records
        await ui.send()
        await ui.sees("1 rejected")
        await ui.press("e")
        await ui.sees("Export", "Write 1")
        await ui.press("enter")
        await ui.sees("1 record written to")
        assert "mallory@mailinator.com" in path.with_name("leads_rejected.csv").read_text("utf-8")


async def test_the_result_over_the_whole_screen_exports_too(start: Start, here: Path) -> None:
    async with start(SMALL, records=[{"name": "Anna", "email": "anna@firm.com"}, REFUSED]) as ui:
        await ui.send()
        await ui.sees("Export rejected")
        await ui.press("e")
        await ui.sees("Write 1")
        await ui.press("escape")
        await ui.sees("1 rejected")
