"""Help and palette: every action of the screen with its key, searched by typing, done by Enter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandPalette

from leapgrid.tui.actions import ACTIONS, actions_of
from leapgrid.tui.commands import LeapGridCommands
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import AskForFile, NewDraft
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.receipt import ReceiptScreen
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.screens.start import StartScreen
from tests.tui.conftest import Start
from tests.tui.harness import SIZES, HarnessApp, desk_with, leads, until, workspace


async def helped(app: HarnessApp, desk: Desk, keymap: dict[str, str] | None = None) -> HelpScreen:
    below = StartScreen(desk, keymap)
    await app.push_screen(below)
    screen = HelpScreen(desk, below, keymap)
    await app.push_screen(screen)
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_action_of_the_screen_stands_there_with_its_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = await helped(app, Desk(space))
            await pilot.pause()
            for action in actions_of("start", "app"):
                assert action.title in app.text
            assert "^Q" in app.text
            assert "Remove the draft" in app.text  # although it would do nothing now
            assert "not now" in app.text
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is not screen)


async def test_a_persons_own_keys_are_the_ones_shown(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await helped(app, Desk(space), {"start.new_draft": "ctrl+t"})
            await pilot.pause()
            assert "^T" in app.text


async def test_typing_searches_and_enter_does_it_on_the_screen_below(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await helped(app, Desk(space))
            await pilot.press(*"open a file")
            await pilot.pause()
            assert "New leads" not in app.text
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.asked))
            assert [type(m) for m in app.asked] == [AskForFile]
            assert app.screen is screen.below


async def test_the_arrows_choose_and_pass_over_what_is_not_possible(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await helped(app, Desk(space))
            await pilot.press("down", "down")
            assert screen.list.chosen is not None
            assert screen.list.chosen.action is not None
            assert screen.list.chosen.action.id == "new_draft"
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.asked))
            assert [type(m) for m in app.asked] == [NewDraft]


async def test_nothing_found_is_said_and_enter_does_nothing(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await helped(app, Desk(space))
            await pilot.press(*"zzz[/x]", "enter")
            await pilot.pause()
            assert "nothing here has that" in app.text
            assert app.screen is screen


def titles(app: HarnessApp) -> list[str]:
    return [c.title for c in LeapGridCommands(app.screen).commands()]


async def test_the_palette_has_what_can_be_done_now_and_every_theme(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            desk = desk_with(space, leads(2))
            screen = ReviewScreen(desk, {})
            await app.push_screen(screen)
            await until(pilot, lambda: screen.state is not None and screen.focused is screen.send)
            found = titles(app)
            assert "Dry run: everything but the sending" in found
            assert "What is left out, and why" not in found
            assert {f"Theme: {p.title}" for p in app.palettes.values()} <= set(found)
            light = next(c for c in LeapGridCommands(screen).commands() if c.title == "Theme: Light")
            light.do()
            await pilot.pause()
            assert (app.theme, app.palette.name) == ("light", "light")


async def test_the_palette_opens_over_titles_that_look_like_markup(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        app.palettes["odd"] = replace(app.palette, name="odd", title="[/x] \x1b]52;c;")
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            await app.push_screen(StartScreen(Desk(space), {}))
            app.action_command_palette()
            await until(pilot, lambda: isinstance(app.screen, CommandPalette))
            await pilot.press(*"theme: [")
            await until(pilot, lambda: "Theme: [/x] ␛]52" in app.text)


async def test_in_the_result_its_keys_come_first_and_can_be_done(start: Start) -> None:
    async with start((140, 40), [{"name": "Anna"}]) as ui:
        await ui.send()
        await ui.until(lambda: ui.app.focused is ui.screen.result)
        await ui.press("f1")
        await ui.sees("In the result")
        assert ui.text.index("In the result") < ui.text.index("In the grid")
        receipt = next(line for line in ui.lines if "Receipt of the sending" in line)
        assert "not now" not in receipt
        await ui.write("receipt of")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, ReceiptScreen))


def test_every_action_can_be_said() -> None:
    assert all(a.title and a.title[0].isupper() for a in ACTIONS)
