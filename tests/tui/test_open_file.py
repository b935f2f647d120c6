"""Asking for a file: typing, completing, choosing, and what is said where it does not go on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import (
    FileEntry,
    Folder,
    anew,
    as_typed,
    completed,
    file_size,
    matching,
    parted,
    read_folder,
)
from leapgrid.tui.messages import OpenFile
from leapgrid.tui.screens.open_file import OpenFileScreen
from tests.tui.harness import NASTY, SIZES, HarnessApp, until, workspace


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "there"
    (there / "exports").mkdir(parents=True)
    (there / "exports" / "deep.json").write_text("[]")
    for name in ("leads_march.csv", "leads_april.CSV", "notes.pdf", ".hidden.csv"):
        (there / name).write_text("name\n")
    monkeypatch.chdir(there)
    return there


async def opened(app: HarnessApp, pilot: object, desk: Desk) -> OpenFileScreen:
    screen = OpenFileScreen(desk, {})
    await app.push_screen(screen)
    await until(pilot, lambda: bool(screen.list.entries))  # type: ignore[arg-type]  # a Pilot of this app
    return screen


def files(app: HarnessApp) -> list[Path]:
    return [m.path for m in app.asked if isinstance(m, OpenFile)]


def test_folders_come_first_then_what_can_be_read(folder: Path) -> None:
    assert [e.name for e in read_folder(folder).entries] == [
        "exports",
        ".hidden.csv",
        "leads_april.CSV",
        "leads_march.csv",
        "notes.pdf",
    ]
    assert ".hidden.csv" not in [e.name for e in matching(read_folder(folder), "")]
    assert [e.name for e in matching(read_folder(folder), ".h")] == [".hidden.csv"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("gone", "There is no folder"),
        ("notes.pdf", "is a file, not a folder."),
        ("x" * 400, "cannot be read"),
        ("nul\0", "cannot be read"),
    ],
)
def test_a_folder_that_cannot_be_read_is_said_in_a_sentence(folder: Path, path: str, said: str) -> None:
    assert said in read_folder(folder / path).problem


def test_names_are_matched_from_their_beginning_or_else_anywhere(folder: Path) -> None:
    have = read_folder(folder)
    assert [e.name for e in matching(have, "LEADS")] == ["leads_april.CSV", "leads_march.csv"]
    assert [e.name for e in matching(have, "march")] == ["leads_march.csv"]
    assert matching(have, "zzz") == ()


@pytest.mark.parametrize(
    ("names", "start", "result"),
    [
        (["leads_march.csv", "leads_may.csv"], "le", "leads_ma"),
        (["leads_march.csv"], "le", "leads_march.csv"),
        (["exports/"], "e", "exports/"),
        (["abc", "abd"], "ab", "ab"),
        (["march_leads.csv"], "leads", "leads"),
        ([], "x", "x"),
    ],
)
def test_a_name_is_completed_as_far_as_all_agree(names: list[str], start: str, result: str) -> None:
    entries = [FileEntry(n.removesuffix("/"), n.endswith("/"), None) for n in names]
    assert completed(entries, start) == result


def test_home_and_root_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parted("~/lea") == (tmp_path, "lea")
    assert parted("~") == (tmp_path, "")
    assert parted("/lea") == (Path("/"), "lea")
    assert parted("/var/lea") == (Path("/var"), "lea")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/there//var/x", "/var/x"),
        ("/there/~/x", "~/x"),
        ("/there/~", "~"),
        ("~/there//", "/"),
        ("//var", "/var"),
        ("///var", "/var"),
        ("/a//b/~/c//d", "/d"),
        ("/there/~$lock.csv", "/there/~$lock.csv"),
        ("/there/x~/y", "/there/x~/y"),
        ("a/b", "a/b"),
        ("", ""),
    ],
)
def test_a_path_begins_anew_behind_another(text: str, meant: str) -> None:
    assert anew(text) == meant
    assert parted(text) == parted(meant)


def test_a_root_of_two_slashes_is_one() -> None:
    assert as_typed(Path("//var")) == "/var/"


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory whose path is short enough to type it key by key."""
    with tempfile.TemporaryDirectory(prefix="") as place:
        yield Path(place).resolve()


async def test_typing_a_whole_path_behind_what_stands_there_means_that_path(
    tmp_path: Path, folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "other.csv").write_text("name\n")
    monkeypatch.setenv("HOME", str(elsewhere))
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(140, 40)) as pilot:
            screen = await opened(app, pilot, Desk(space))
            await pilot.press(*str(elsewhere / "oth"), "tab")
            await until(pilot, lambda: screen.field.text == str(elsewhere / "other.csv"))
            await pilot.press("enter")
            await pilot.pause()
            assert files(app) == [elsewhere / "other.csv"]
            await pilot.press("ctrl+u", *str(elsewhere.parent), "/", "~", "/", "o", "t", "tab", "enter")
            await until(pilot, lambda: len(files(app)) == 2)
            assert screen.field.text == "~/other.csv"
            assert files(app)[1] == elsewhere / "other.csv"


async def test_a_completion_asked_for_before_the_folder_is_read_comes_when_it_is(
    tmp_path: Path, folder: Path
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(140, 40)) as pilot:
            screen = OpenFileScreen(Desk(space), {})
            await app.push_screen(screen)
            # All within one turn of the loop: no folder can have been read in between.
            screen.field.set_text(str(folder / "exports" / "de"))
            screen.action_complete_path()
            assert screen.field.text.endswith("/de")
            await until(pilot, lambda: screen.field.text == str(folder / "exports" / "deep.json"))
            # So it is when the key that opens comes right behind.
            screen.field.set_text(str(tmp_path / "there" / "leads_m"))
            screen.action_complete_path()
            screen.action_open_path()
            await until(pilot, lambda: files(app) == [folder / "leads_march.csv"])
            screen.field.set_text(str(folder / "exports" / "de"))
            screen.action_complete_path()
            await until(pilot, lambda: screen.folder.path == folder / "exports")
            # Who types on does not want it any more.
            screen.field.set_text(str(folder / "le"))
            screen.action_complete_path()
            screen.field.set_text(str(folder / "x"))
            await until(pilot, lambda: screen.folder.path == folder)
            await pilot.pause()
            assert screen.field.text == str(folder / "x")


@pytest.mark.parametrize(
    ("size", "words"), [(None, ""), (812, "812 B"), (12_300, "12 KB"), (3_400_000, "3.4 MB")]
)
def test_a_size_is_short(size: int | None, words: str) -> None:
    assert file_size(size) == words


@pytest.mark.parametrize("size", SIZES)
async def test_typing_narrows_tab_completes_and_enter_opens(
    tmp_path: Path, folder: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = await opened(app, pilot, Desk(space))
            assert "exports/" in app.text
            await pilot.press("l")
            await pilot.pause()
            assert "exports/" not in app.text
            await pilot.press("tab")
            assert screen.field.text.endswith("/leads_")
            await pilot.press("m", "tab", "enter")
            await pilot.pause()
            assert files(app) == [folder / "leads_march.csv"]


async def test_the_arrows_choose_enter_descends_and_up_leaves_the_list(tmp_path: Path, folder: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await opened(app, pilot, Desk(space))
            await pilot.press("down")
            assert screen.list.chosen is not None
            await pilot.press("enter")
            await until(pilot, lambda: [e.name for e in screen.list.entries] == ["deep.json"])
            assert screen.field.text.endswith("/exports/")
            await pilot.press("down", "up")
            assert screen.list.chosen is None
            await pilot.press("down", "enter")
            await pilot.pause()
            assert files(app) == [folder / "exports" / "deep.json"]


async def test_a_beginning_that_fits_one_file_does_not_open_it_by_itself(
    tmp_path: Path, folder: Path
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(140, 40)) as pilot:
            screen = await opened(app, pilot, Desk(space))
            await pilot.press(*"leads_m", "enter")
            await pilot.pause()
            assert files(app) == []
            assert "There is no leads_m in" in app.text
            assert "The Down key chooses from 1." in app.text
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is not screen)


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path, folder: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await opened(app, pilot, Desk(space))
            screen.field.set_text("/")
            await pilot.press(*"nowhere_at_all/x")
            await until(pilot, lambda: "There is no folder /nowhere_at_all." in app.text)


async def test_hostile_names_are_only_shown_and_open_as_they_are(tmp_path: Path, folder: Path) -> None:
    name = NASTY.replace("/", "") + ".csv"
    (folder / "exports" / name).write_text("name\n")
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            screen = await opened(app, pilot, Desk(space))
            await pilot.press("down", "enter")
            await until(pilot, lambda: len(screen.list.entries) == 2)
            assert "[x] ␛]52" in app.text
            await pilot.press("down")
            await pilot.press("enter")
            await pilot.pause()
            assert files(app) == [folder / "exports" / name]


def test_more_than_is_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leapgrid.tui.folders._MOST_READ", 3)
    found = read_folder(folder)
    assert (len(found.entries), found.more) == (3, True)
    assert isinstance(found, Folder)


LONG = (
    "leads.xlsx is damaged (Cannot detect file format), or protected by a password. Ask for it again without "
    "one, or open it in a spreadsheet program and save it as XLSX or CSV, and then open that file here."
)


@pytest.mark.parametrize(("size", "lines"), [((140, 40), 2), ((80, 24), 3)])
async def test_a_long_sentence_is_whole_and_the_line_shrinks_again(
    tmp_path: Path, folder: Path, size: tuple[int, int], lines: int
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size) as pilot:
            screen = await opened(app, pilot, Desk(space))
            screen.say("Short.")
            await pilot.pause()
            before = screen.list.size.height
            screen.say(LONG, sign="!", role="error")
            await pilot.pause()
            assert LONG in " ".join(app.text.split())
            assert screen.issue_line.size.height == lines
            assert screen.list.size.height == before - lines + 1
            await pilot.resize_terminal(220, size[1])
            await pilot.pause()
            assert screen.issue_line.size.height == 1
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert screen.issue_line.size.height == lines
            screen.say("word " * 70)
            await pilot.pause()
            assert screen.issue_line.size.height == 3
            screen.say("Short.")
            await pilot.pause()
            assert screen.issue_line.size.height == 1
            assert screen.list.size.height == before
