"""Theme files: all of ours can be used and read, bad ones cost a message."""

from pathlib import Path

import pytest
from textual.color import Color

from leapgrid.tui.theming import ROLES, Palette, ThemeError, load_themes, read_theme, theme_directories

THEMES = load_themes()[0]
GROUNDS = ("ground", "panel", "header", "bar", "row", "select")
TEXTS = ("text", "strong", "muted", "accent", "sending", "error", "warning", "edited", "created", "unknown")
COLOURED = [palette for palette in THEMES.values() if palette.mode != "ansi"]


def luminance(colour: str) -> float:
    def channel(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    c = Color.parse(colour)
    return 0.2126 * channel(c.r) + 0.7152 * channel(c.g) + 0.0722 * channel(c.b)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def needed(palette: Palette) -> float:
    return 7.0 if palette.name == "high-contrast" else 4.5


def test_there_are_at_least_six_and_all_can_be_used() -> None:
    palettes, problems = load_themes()
    assert problems == []
    assert {"dark", "light", "high-contrast", "sixteen", "mono"} <= set(palettes)
    assert len(palettes) >= 7


@pytest.mark.parametrize("palette", COLOURED, ids=lambda p: p.name)
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_can_be_read_on_every_ground(palette: Palette, text: str) -> None:
    for ground in GROUNDS:
        assert contrast(palette.colors[text], palette.colors[ground]) >= needed(palette), ground


@pytest.mark.parametrize("palette", COLOURED, ids=lambda p: p.name)
def test_states_can_be_read_on_their_own_grounds(palette: Palette) -> None:
    pairs = [
        ("on-cell", "cell"),
        ("on-editor", "editor"),
        ("on-editor", "error") if palette.mode == "dark" else ("on-cell", "cell"),
        ("on-host", "host"),
        ("on-danger", "danger"),
        ("error", "error-ground"),
        ("strong", "note"),
        ("accent", "note"),
        ("json-key", "panel"),
    ]
    for text, ground in pairs:
        assert contrast(palette.colors[text], palette.colors[ground]) >= needed(palette), (text, ground)
    assert contrast(palette.colors["cell"], palette.colors["ground"]) >= 3


@pytest.mark.parametrize("palette", COLOURED, ids=lambda p: p.name)
def test_greys_are_nearly_without_hue_so_that_256_colours_do_not_tint_them(palette: Palette) -> None:
    for role in ("ground", "panel", "header", "bar"):
        red, green, blue = Color.parse(palette.colors[role]).rgb
        assert max(red, green, blue) - min(red, green, blue) <= 16, role


@pytest.mark.parametrize("palette", THEMES.values(), ids=lambda p: p.name)
def test_every_theme_becomes_one_that_textual_can_draw_with(palette: Palette) -> None:
    theme = palette.to_textual()
    assert theme.to_color_system().generate()
    assert all(f"lg-{role}" in theme.variables for role in ROLES)


def text_of(name: str) -> str:
    return next(d / f"{name}.toml" for d in theme_directories() if (d / f"{name}.toml").exists()).read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace('cell = "#4D68E0"', 'cell = "notacolor"'), 'palette.cell is "notacolor"'),
        (lambda t: t.replace('muted = "#989FAE"\n', ""), "palette.muted is missing"),
        (
            lambda t: t.replace("muted =", "mutd ="),
            "palette.mutd is not a key of a theme. Did you mean muted",
        ),
        (lambda t: t.replace('text = "#CED2DB"', 'text = "none"'), 'palette.text is "none"'),
        (lambda t: t + "\nwrong", "this is not TOML"),
        (lambda t: t.replace('mode = "dark"', 'mode = "dim"'), "mode: one of dark, light, ansi is expected."),
        (lambda t: t.replace('title = "Dark"', "title = 1"), "title should be a text in quotes."),
        (lambda t: t.replace('text = "#CED2DB"', "text = 3"), "palette.text should be a text in quotes."),
        (lambda t: "palette = 1\n" + t[: t.index("[palette]")], "palette should be a table."),
    ],
)
def test_a_bad_file_is_one_message_with_file_and_key(tmp_path: Path, change, said: str) -> None:
    bad = tmp_path / "mine.toml"
    bad.write_text(change(text_of("dark")))
    with pytest.raises(ThemeError) as caught:
        read_theme(bad)
    assert str(caught.value).startswith("mine.toml: ")
    assert said in str(caught.value)


def test_a_persons_own_file_wins_and_a_bad_one_leaves_ours_in_use(tmp_path: Path) -> None:
    (tmp_path / "dark.toml").write_text(text_of("dark").replace('title = "Dark"', 'title = "My dark"'))
    (tmp_path / "light.toml").write_text("nonsense")
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe")
    palettes, problems = load_themes(tmp_path)
    assert palettes["dark"].title == "My dark"
    assert palettes["light"].title == "Light"
    assert len(problems) == 2
    assert "own" not in palettes
