"""Pages of text: only what is in sight is made, keys move over it, and JSON keeps its letters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leapgrid.records import payload_text
from leapgrid.tui.desk import Desk
from leapgrid.tui.pages import json_lines, plain_lines
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.tui.text import Part
from leapgrid.tui.theming import Palette, load_themes
from tests.tui.harness import NASTY, HarnessApp, workspace


class Made:
    """Lines that count how often they are asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, index: int, width: int, palette: Palette) -> list[Part]:
        self.asked.append(index)
        return [(f"line {index} " + "x" * 200 + " end", palette.style("text"))]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_of_a_hundred_thousand_lines_only_those_in_sight_are_made(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    made = Made()
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            page = TextPage(Desk(space), {}, "Payload", 100_000, made)
            await app.push_screen(page)
            await pilot.press("end")
            await pilot.pause()
            assert "line 99999 " in app.text
            await pilot.press("up")
            await pilot.pause()
            assert "line 99999 " not in app.text
            await pilot.press("pageup", "pagedown", "home")
            await pilot.pause()
            assert "line 0 " in app.text
            assert len(made.asked) < 1000
            await pilot.press("escape")
            assert app.screen is not page


async def test_what_is_too_wide_is_reached_with_the_arrow(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(TextPage(Desk(space), {}, "curl", 3, Made()))
            await pilot.pause()
            assert " end" not in app.text
            await pilot.press(*["right"] * 10)
            await pilot.pause()
            assert app.text.count(" end") == 3
            assert "line 0" not in app.text
            await pilot.press("home")
            await pilot.pause()
            assert "line 0" in app.text


def test_json_is_shown_to_the_letter_and_its_keys_apart() -> None:
    palettes, _ = load_themes()
    palette = palettes["dark"]
    record = {"name": 'Say "hi": ok', "a: b": "x, y", "score": 3, "tags": ["a"], "none": {}}
    text = payload_text([record])
    count, line = json_lines(text)
    parts = [line(i, 80, palette) for i in range(count)]
    assert json.loads("\n".join("".join(t for t, _ in p) for p in parts)) == [record]
    keys = [t for p in parts for t, style in p if style == palette.style("json-key")]
    assert keys == ['"name"', '"a: b"', '"score"', '"tags"', '"none"']


def test_text_that_acts_is_shown_instead() -> None:
    palettes, _ = load_themes()
    count, line = plain_lines(f"one\n{NASTY}")
    assert count == 2
    assert "".join(t for t, _ in line(1, 80, palettes["dark"])).startswith("[/x] ␛]52")
