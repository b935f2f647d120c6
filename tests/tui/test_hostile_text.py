"""Text from outside in every place that draws it: nothing crashes, nothing acts, nothing is out of line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from leapgrid.sandbox import SandboxServer
from leapgrid.submit import SubmitOptions
from leapgrid.tui.grid.columns import lay_out, wish_for
from leapgrid.tui.grid.editor import FINE, EditBuffer, draw_editor
from leapgrid.tui.grid.model import CellLook, Column, RowLook
from leapgrid.tui.grid.strips import draw_header, draw_row
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.payload import PayloadPage
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.screens.start import StartScreen
from leapgrid.visible import visible
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Journey, Start

both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])

HOSTILE = {
    "markup": "[/x]",
    "action": "[@click=app.quit]x[/]",
    "markup-open": "[bold red on",
    "clipboard": "\x1b]52;c;aGVsbG8=\x07",
    "title": "\x1b]0;pwned\x1b\\",
    "unterminated": "\x1b]2;never ends",
    "clear": "\x1b[2J\x1b[H",
    "c1": "\x9b31mred\x9d0;x\x9c",
    "nul": "a\x00b\x08c\x7f",
    "breaks": "one\r\ntwo\nthree\u2028four\ttab",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069",
    "rtl": "ليلى حداد שלום",
    "cjk": "田中美咲様東京都渋谷区神南一丁目",
    "emoji": "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ☎️ 1️⃣ 🇩🇪",
    "combining": "Z" + "\u0301\u0327\u0330" * 40 + "algo",
    "lone-combining": "\u0301\u0301x",
    "zero-width": "a\u200bb\u200dc\ufeffd\u00ad\u3164\u115f",
    "tags": "x\U000e0041\U000e0042\U000e007f",
    "surrogate": "\ud83d x \udc00",
    "long": "x" * 10_000,
    "long-wide": "長" * 10_000,
    "kitty": "\U0010eeee\u0305\u030d",
    "indic": "क्षत्रिय ज़्यादा ಕನ್ನಡ ไทยน้ำ",
}


def check(ui: Journey) -> None:
    """Every line is as wide as the screen, and no character in it acts on a terminal."""
    width = ui.app.size.width
    assert len(ui.strips) == ui.app.size.height
    for y, strip in enumerate(ui.strips):
        drawn = sum(cell_len(segment.text) for segment in strip)
        assert (y, strip.cell_length, drawn) == (y, width, width)
        for segment in strip:
            assert segment.control is None
            for char in segment.text:
                code = ord(char)
                assert code >= 0x20, (y, segment.text)
                assert not 0x7F <= code <= 0x9F, (y, segment.text)
                assert char not in "\u200b\u200e\u200f\u2028\u2029\ufeff\u061c", (y, segment.text)
                assert not 0x202A <= code <= 0x202E, (y, segment.text)
                assert not 0x2060 <= code <= 0x206F, (y, segment.text)
                assert not 0xD800 <= code <= 0xDFFF, (y, segment.text)
                assert not 0xE0000 <= code <= 0xE00FF, (y, segment.text)


def columns_stand(ui: Journey) -> None:
    """Behind every hostile cell the next column begins where the layout says."""
    x = ui.grid.layout_now.spans[1].x
    for number in range(1, len(ui.session.draft.batch) + 1):
        y = ui.grid.region.y + number - 1
        if y >= ui.grid.region.bottom:
            return
        rest = ui.strips[y].crop(x, x + 6).text
        assert rest.startswith(" ok@"), (number, ui.lines[y])


# -- cells ------------------------------------------------------------------------------------------------


@both_sizes
async def test_hostile_cells(start: Start, size: tuple[int, int], tmp_path: Path) -> None:
    # ASCII escapes let lone surrogates and control characters into the file.
    rows = [{"name": text, "email": f"ok@f{i}.com"} for i, text in enumerate(HOSTILE.values())]
    rows.append({"name": "\x1b[2J[/x]", "email": "ok@\x1b[2J[/x]"})
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(rows))
    async with start(size, file=file) as ui:
        check(ui)
        columns_stand(ui)
        for _ in range(len(rows)):
            await ui.press("f2")  # the cell open, with its text
            check(ui)
            await ui.press("home", "right", "right")
            check(ui)
            await ui.press("escape")
            if size == NARROW:
                await ui.press("f7")
                await ui.until(lambda: isinstance(ui.app.screen, PayloadPage))
            check(ui)
            if size == NARROW:
                await ui.press("escape")
                await ui.until(lambda: ui.app.screen is ui.screen)
            await ui.press("down")
        assert not ui.session.can_undo, "opening and leaving a cell changes nothing in it"
        assert (ui.grid.top > 0) == (size == NARROW)
        await ui.press("f9")
        await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))
        await ui.sees("Will send")
        check(ui)
        for key in ("p", "c", "l"):
            await ui.press(key)
            await ui.until(lambda: not isinstance(ui.app.screen, ReviewScreen))
            check(ui)
            for _ in range(6):
                await ui.press("pagedown")
                check(ui)
            await ui.press("escape")
            await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))


@pytest.mark.parametrize("field", ["email", "phone", "status", "owner", "external_id"])
async def test_hostile_text_in_every_kind_of_field(start: Start, tmp_path: Path, field: str) -> None:
    rows = [{"name": f"Row {i}", field: text} for i, text in enumerate(HOSTILE.values())]
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(rows))
    async with start((200, 40), file=file) as ui:
        check(ui)
        while ui.screen.field != field:
            await ui.press("right")
        for _ in rows:
            await ui.press("f2")
            check(ui)
            await ui.press("escape", "down")
            check(ui)
        assert not ui.session.can_undo


@both_sizes
async def test_pasted_and_typed(start: Start, size: tuple[int, int]) -> None:
    async with start(size, [{"name": "Ann", "email": "ok@firm.com"}]) as ui:
        for name, text in HOSTILE.items():
            await ui.press("ctrl+end", "home")
            await ui.paste(text)
            check(ui)
            assert ui.grid.open is not None
            assert ui.grid.open.buffer.text == text.removesuffix("\n")
            await ui.press("enter")
            check(ui)
            assert ui.texts("name")[-1] == text, name
        await ui.press("ctrl+z")
        check(ui)
        # What a terminal may hand over as one key.
        await ui.press("ctrl+end", "home")
        await ui.write("日é👍")
        check(ui)
        await ui.press("enter")
        assert ui.texts("name")[-1] == "日é👍"


# -- names of things --------------------------------------------------------------------------------------


@both_sizes
async def test_hostile_field_names(start: Start, size: tuple[int, int], tmp_path: Path) -> None:
    row = {"name": "Ann", "email": "ok@firm.com"}
    row |= {f"{text}{i}": text for i, text in enumerate(HOSTILE.values())}
    file = tmp_path / "fields.json"
    file.write_text(json.dumps([row]))
    async with start(size, file=file) as ui:
        check(ui)
        for _ in range(len(ui.session.draft.schema.names)):
            await ui.press("right")
            check(ui)
        for key in ("f2", "x", "escape", "f7"):
            await ui.press(key)
            check(ui)


async def test_two_thousand_columns(start: Start) -> None:
    row: dict[str, Any] = {"name": "Ann"} | {f"field_{n}": str(n) for n in range(1990)}
    async with start(NARROW, [row, row]) as ui:
        check(ui)
        assert "▸" in ui.lines[1]
        await ui.press("end")
        assert ui.screen.field == "field_1989"
        assert "1989" in ui.row_line(1)
        check(ui)
        await ui.press("left", "left", "home", "right", "right", "tab")
        check(ui)
        assert "Ann" in ui.row_line(1), "the first column stays in its place"


@pytest.mark.parametrize("name", ["markup", "action", "clipboard", "c1", "bidi", "cjk", "emoji", "combining"])
async def test_hostile_file_names(start: Start, tmp_path: Path, name: str) -> None:
    file = tmp_path / (HOSTILE[name].replace("/", "_")[:60] + ".json")
    file.write_text('[{"name": "Ann", "email": "ok@firm.com"}]')
    async with start(NARROW, file=file) as ui:
        check(ui)
        await ui.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        check(ui)
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.press("slash", "z")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.sees("Go on with")
        check(ui)


async def test_hostile_draft_that_cannot_be_read(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "[red]\x1b[2Jno.json"
    file.write_text("[{")
    async with start(NARROW) as ui:
        await ui.press("o")
        await ui.sees("Open")
        await ui.paste(str(file))
        check(ui)
        await ui.press("enter")
        await ui.settle()
        await ui.until(lambda: "no.json" in ui.text)
        check(ui)


# -- the server's words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("surrogate", "long", "long-wide")])
async def test_hostile_server_messages(start: Start, sandbox: SandboxServer, name: str) -> None:
    """The server's refusal quotes the value, as the documented one does."""
    text = HOSTILE[name][:60]
    record = {"name": text, "email": f"{text}@mailinator.com"}
    async with start(NARROW, [record]) as ui:
        plan = ui.session.plan(SubmitOptions(include_invalid=True))
        assert ui.session.begin(plan)
        await ui.app.desk.send(plan, ui.app.desk.options)
        await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)
        await ui.sees("1 rejected")
        check(ui)
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is ui.screen)
        check(ui)
        await ui.press("f7")
        check(ui)
        assert ui.app.is_running


# -- at random --------------------------------------------------------------------------------------------


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=12))
def test_any_text_leaves_lines_as_wide_as_the_screen(palettes: dict[str, Any], texts: list[str]) -> None:
    palette = palettes["dark"]
    columns = tuple(Column(visible(t, 60), "", "text") for t in texts)
    wishes = [wish_for(c, [cell_len(visible(t))]) for c, t in zip(columns, texts, strict=True)]
    for width in (40, 60, 80, 133):
        layout = lay_out(columns, wishes, width, 9)
        cells = tuple(CellLook(visible(t), m, "text") for t, m in zip(texts, "✗!~ " * 3, strict=False))
        look = RowLook(1, ("✓", "created"), ("!", "error"), False, cells)
        for cursor in (None, 0, len(texts) - 1):
            strip = draw_row(look, layout, palette, cursor=cursor, has_keys=True)
            assert sum(cell_len(s.text) for s in strip) == width == strip.cell_length
        strip = draw_header(layout, columns, 0, palette)
        assert sum(cell_len(s.text) for s in strip) == width
        editor = draw_editor(EditBuffer(texts[0], len(texts[0]), 0), FINE, 20, palette)
        assert sum(cell_len(s.text) for s in editor) == 20


async def test_hostile_text_survives_a_restart(start: Start, workspace: Workspace) -> None:
    async with start(NARROW) as ui:
        await ui.press("n")
        await ui.until(lambda: len(ui.app.screen_stack) > 2)
        for text in HOSTILE.values():
            await ui.paste(text)
            await ui.press("enter")
        draft, kept = ui.session.draft.id, ui.texts("name")
        assert kept == [text.removesuffix("\n") for text in HOSTILE.values()]
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
    async with start(NARROW, draft_id=draft) as ui:
        assert ui.texts("name") == kept
        check(ui)
