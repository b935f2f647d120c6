"""The open cell: what keys do to its text, and how it is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.tui.grid.editor import FINE, EditBuffer, draw_editor, note_for
from leapgrid.tui.grid.model import LiveCheck
from leapgrid.tui.theming import load_themes

DARK = load_themes()[0]["dark"]
KEYS = ["left", "right", "home", "end", "ctrl+left", "ctrl+right", "backspace", "delete", "ctrl+u", "ctrl+k"]
KEYS += ["shift+left", "shift+right", "shift+home", "shift+end", "ctrl+a"]


def typed(text: str, *keys: str) -> EditBuffer:
    buffer = EditBuffer(text, len(text), len(text))
    for key in keys:
        assert buffer.key(key)
    return buffer


@pytest.mark.parametrize(
    ("text", "keys", "left"),
    [
        ("anna", ["backspace"], "ann"),
        ("anna", ["home", "delete"], "nna"),
        ("anna keller", ["ctrl+left", "ctrl+k"], "anna "),
        ("anna keller", ["ctrl+left", "ctrl+u"], "keller"),
        ("anna", ["ctrl+a", "backspace"], ""),
        ("anna", ["shift+left", "shift+left", "delete"], "an"),
        ("e\u0301", ["backspace"], ""),
        ("a👩‍👩‍👧", ["backspace"], "a"),
        ("👍🏽b", ["home", "delete"], "b"),
        ("", ["backspace", "delete", "left", "right"], ""),
    ],
)
def test_editing_keys(text: str, keys: list[str], left: str) -> None:
    assert typed(text, *keys).text == left


def test_typing_replaces_the_selection() -> None:
    buffer = typed("anna", "ctrl+a")
    buffer.insert("b")
    assert (buffer.text, buffer.caret, buffer.anchor) == ("b", 1, 1)


def test_a_move_without_shift_ends_the_selection_at_its_side() -> None:
    buffer = typed("anna", "shift+left", "shift+left", "left")
    assert (buffer.caret, buffer.anchor) == (2, 2)
    assert not buffer.key("f5")


@given(st.text(max_size=20), st.lists(st.sampled_from(KEYS), max_size=30))
def test_the_caret_never_leaves_the_text(text: str, keys: list[str]) -> None:
    buffer = EditBuffer(text, len(text), len(text))
    for key in keys:
        buffer.key(key)
        assert 0 <= buffer.caret <= len(buffer.text)
        assert 0 <= buffer.anchor <= len(buffer.text)


def test_the_wrong_characters_stand_on_the_colour_of_an_error() -> None:
    check = LiveCheck("error", "There is a space before the @.", "kofi.m@x.com", ((4, 5),))
    strip = draw_editor(EditBuffer("kofi .m@x.com", 0, 0), check, 20, DARK)
    wrong = DARK.style("on-editor", "error")
    assert [s.text for s in strip if s.style == wrong] == [" "]


@given(st.text(max_size=60), st.integers(4, 30), st.data())
def test_the_editor_is_as_wide_as_asked_and_shows_no_control_character(
    text: str, width: int, data: st.DataObject
) -> None:
    caret = data.draw(st.integers(0, len(text)))
    strip = draw_editor(EditBuffer(text, caret, caret), FINE, width, DARK)
    assert strip.cell_length == width
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in strip.text)


def test_the_caret_is_in_sight_in_a_text_longer_than_the_cell() -> None:
    text = "abcdefghijklmnopqrstuvwxyz"
    caret = DARK.style("on-editor", "accent")
    for at in (0, 5, 13, 26):
        strip = draw_editor(EditBuffer(text, at, at), FINE, 10, DARK)
        assert sum(1 for s in strip if s.style == caret) == 1


def test_not_yet_is_said_quietly_and_an_error_with_its_fix() -> None:
    assert note_for(FINE, "F8") is None
    quiet = note_for(LiveCheck("not_yet", "not yet: the domain", None, ()), "F8")
    assert quiet == ("bar", [("not yet: the domain", "muted", False)])
    loud = note_for(LiveCheck("error", "A second @.", "a@b.com", ()), "F8")
    assert loud is not None
    assert loud[0] == "note"
    assert "".join(text for text, _, _ in loud[1]) == "! A second @.  F8 a@b.com"
