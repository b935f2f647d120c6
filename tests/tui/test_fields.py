"""The one-line field: what is typed, what is pasted, what it tells."""

from __future__ import annotations

from textual import events, on
from textual.screen import Screen

from leapgrid.tui.widgets.fields import TextField
from tests.tui.harness import NASTY, HarnessApp, until


class OneField(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.field = TextField("name of the profile", id="field")
        self.told: list[tuple[str, str]] = []

    def compose(self):  # type: ignore[no-untyped-def]  # Textual's own form
        yield self.field
        yield TextField("another", id="other")

    @on(TextField.Changed, "#field")
    def _changed(self, event: TextField.Changed) -> None:
        self.told.append(("changed", event.text))

    @on(TextField.Submitted, "#field")
    def _submitted(self, event: TextField.Submitted) -> None:
        self.told.append(("submitted", event.text))

    @on(TextField.Left, "#field")
    def _left(self, event: TextField.Left) -> None:
        self.told.append(("left", event.text))


async def test_typing_enter_and_escape_are_told_with_the_text() -> None:
    app = HarnessApp()
    async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
        screen = OneField()
        await app.push_screen(screen)
        screen.field.focus()
        await pilot.press("a", "c", "x", "backspace", "enter", "escape")
        await pilot.pause()
        assert screen.told == [
            ("changed", "a"),
            ("changed", "ac"),
            ("changed", "acx"),
            ("changed", "ac"),
            ("submitted", "ac"),
            ("left", "ac"),
        ]


async def test_a_move_of_the_caret_changes_nothing_and_typing_goes_to_the_caret() -> None:
    app = HarnessApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = OneField()
        await app.push_screen(screen)
        screen.field.set_text("ace")
        screen.field.focus()
        await pilot.press("left", "left", "home")
        assert screen.told == []
        await pilot.press("x")
        assert screen.field.text == "xace"


async def test_it_is_paper_with_the_keys_and_a_quiet_bar_without() -> None:
    app = HarnessApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = OneField()
        await app.push_screen(screen)
        screen.query_one("#other").focus()
        await pilot.pause()
        assert "name of the profile" in app.text
        assert any("name of the profile" in run for run in app.grounds("bar"))
        screen.field.set_text("acme")
        screen.field.focus()
        await pilot.pause()
        assert any("acme" in run for run in app.grounds("editor"))
        assert "name of the profile" not in app.text


async def test_a_paste_is_one_line_and_what_acts_is_only_shown() -> None:
    app = HarnessApp()
    async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
        screen = OneField()
        await app.push_screen(screen)
        screen.field.focus()
        app.post_message(events.Paste(f"one\ntwo {NASTY}\n"))
        await until(pilot, lambda: bool(screen.told))
        assert screen.field.text == f"one two {NASTY}"
        assert "one two [/x] ␛]52" in app.text  # which also fails on a character that acts
