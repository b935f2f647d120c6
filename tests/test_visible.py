"""Outside text on its way to the screen: what would act is shown, everything else stays as it is."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leapgrid.visible as visible_module
from leapgrid.visible import visible, visible_lines

ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"

BASES = "aé1 א漢नक👩💻❤\u0301\u093f\ufe0f\U0001f3fd"
EVIL = (
    "\x00\x07\x1b\x7f\x85\x9b\x9d\u00ad\u061c\u200b\u200e\u202e\u2066\u2028\ufeff\ufffb\ud800\udfff\U000e0041"
)


def acting(text: str) -> list[str]:
    """The characters that act, save joiners that have something to join on both sides."""
    found = []
    for at, char in enumerate(text):
        if unicodedata.category(char) not in ACTING:
            continue
        around = (text[at - 1 : at] if at else "", text[at + 1 : at + 2])
        if char in JOINERS and all(side and not side.isascii() for side in around):
            continue
        found.append(f"U+{ord(char):04X}")
    return found


def test_no_code_point_that_acts_comes_through_whatever_stands_around_it() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ACTING and char not in JOINERS:
            for text in (char, f"a{char}b", f"א{char}א", f"👩{char}💻", f"{char}\ufe0f", char * 2):
                assert acting(visible(text)) == [], f"U+{code:04X}"


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30) | st.text(BASES + EVIL + JOINERS, max_size=12), st.none() | st.integers(0, 20))
def test_nothing_that_acts_is_ever_emitted(text: str, limit: int | None) -> None:
    assert acting(visible(text, limit)) == []
    assert "\n" not in visible(text, limit)
    assert acting(visible_lines(text).replace("\n", "")) == []


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_unchanged(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Müller", "e\u0301", "Владимир", "王小明", "محمد", "שלום", "नमस्ते", "한국어", "สวัสดี",
        "+49 171 23", "a\u00a0b", "a\u3000b", "“x” – …", "✓ ✗ ▸", "😀", "❤️",
        "☎\ufe0e", "1️⃣", "#️⃣", "👩\u200d💻", "👨\u200d👩\u200d👧",
        "👩🏽\u200d🚀", "🏳️\u200d🌈", "🧑\u200d⚕️", "🙂\u200d↔️",
        "🫨", "🇩🇪", "می\u200cخواهم", "क्\u200dष", "葛\U000e0100",
        "\ue0b0", "",
    ],
)  # fmt: skip
def test_letters_marks_and_emoji_are_unchanged(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;AAAA\x07", "␛]52;c;AAAA␇"),
        ("\x9b31mred", "⟨U+009B⟩31mred"),
        ("a\x00b\x7fc\td", "a␀b␡c␉d"),
        ("a\nb", "a⏎b"),
        ("a\r\nb\rc", "a␍⏎b␍c"),
        ("a\u2028b\u2029c", "a⏎b⏎c"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("co\u00adop", "co⟨U+00AD⟩op"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\u200db", "a⟨U+200D⟩b"),
        ("👩\u200d", "👩⟨U+200D⟩"),
        ("👩\u200d\u200d💻", "👩⟨U+200D⟩⟨U+200D⟩💻"),
        ("a\ufe0f\u200d💻", "a⟨U+FE0F⟩⟨U+200D⟩💻"),
        ("a\ufe0fb", "a⟨U+FE0F⟩b"),
        ("\ufe0f", "⟨U+FE0F⟩"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f⟨U+FE0F⟩"),
        ("a\U000e0100", "a⟨U+E0100⟩"),
        ("\ufeffname", "⟨U+FEFF⟩name"),
        ("x\ud83dy", "x�y"),
        ("\ud83d\ude00", "��"),
        ("\u3164", "⟨U+3164⟩"),
        ("\U0001d173", "⟨U+1D173⟩"),
        ("\U00013437", "⟨U+13437⟩"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4⟨U+E0067⟩"),
        ("\U0010eeee", "⟨U+10EEEE⟩"),
        ("[b]x[/b]", "[b]x[/b]"),
    ],
)
def test_what_acts_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(f"{text}." * 300) == f"{shown}." * 300  # long texts go another way than short ones


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc… +1"),
        ("abc", 0, "… +3"),
        ("x" * 1_234_567, 1, "x… +1,234,566"),
        ("\x1b" * 5, 2, "␛␛… +3"),
        ("👩\u200d💻", 2, "👩… +2"),
        ("", 0, ""),
    ],
)
def test_a_limit_counts_what_it_leaves_out(text: str, limit: int, shown: str) -> None:
    assert visible(text, limit) == shown
    assert visible_lines(text, limit) == shown


def test_what_is_not_text_becomes_text() -> None:
    assert visible(12) == "12"
    assert visible(None) == "None"
    assert visible(ValueError("a\x1bb")) == "a␛b"


def test_lines_stay_lines_where_they_are_meant() -> None:
    assert visible_lines("a\r\nb\n\x1bc\rd\u2028e") == "a\nb\n␛c␍d⏎e"


def test_no_character_that_acts_is_taken_for_one_that_does_not() -> None:
    acting = re.compile(visible_module._ACTING)
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if acting.match(char):
            assert visible(f"ab{char}") != f"ab{char}", hex(code)
