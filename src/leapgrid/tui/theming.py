"""Themes: TOML files, checked key by key before Textual sees them.

Textual accepts a colour that is none and fails later, while it draws; so every value is parsed here. A file
that is wrong costs one message and never the app: the theme in use stays.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from rich.color import Color as RichColor
from rich.color import ColorParseError
from rich.style import Style
from textual.color import Color
from textual.color import ColorParseError as TextualColorError
from textual.dom import DOMNode
from textual.theme import Theme

DEFAULT_THEME = "dark"
MONOCHROME_THEME = "mono"
SIXTEEN_THEME = "sixteen"

Role = str
NO_GROUND = "none"
REVERSE = "reverse"


ROLES: tuple[Role, ...] = (
    "ground", "panel", "header", "bar", "row", "cell", "on-cell", "select", "editor", "on-editor", "text",
    "strong", "muted", "rule", "accent", "json-key", "sending", "error", "error-ground", "note", "warning",
    "edited", "created", "unknown", "host", "on-host", "danger", "on-danger",
)  # fmt: skip
"""What has a colour (see the table of roles in the README); a theme file has a colour for each."""
GROUNDS = frozenset(
    {"ground", "panel", "header", "bar", "row", "cell", "select", "editor", "error-ground", "note", "host"}
    | {"danger"}
)
"""Roles that may say ``none`` (the terminal's own ground) or ``reverse``."""


MODES = ("dark", "light", "ansi")
_REQUIRED: dict[str, type] = {"title": str, "mode": str, "palette": dict}
_OPTIONAL: dict[str, type] = {"help": str, "dock_line": bool}
_EXPECTED = {str: "a text in quotes", bool: "true or false", dict: "a table"}


class ThemeError(ValueError):
    """A theme file cannot be used; the message names the file, the key and what to do."""


@dataclass(frozen=True)
class Palette:
    """A theme as the widgets use it: styles by role.

    Attributes:
        name: the file's name without its ending.
        colors: role -> colour as written in the file.
        dock_line: whether a line parts the dock from the grid (where grounds cannot).
    """

    name: str
    title: str
    help: str
    mode: Literal["dark", "light", "ansi"]
    colors: dict[Role, str]
    dock_line: bool = False

    def style(
        self,
        fg: Role,
        bg: Role = "ground",
        *,
        bold: bool = False,
        underline: bool = False,
        italic: bool = False,
    ) -> Style:
        """The Rich style of text in one role on the ground of another."""
        return _style(self.colors[fg], self.colors[bg], bold, underline, italic)

    def color(self, role: Role) -> str:
        """The colour of a role in the form that Textual's CSS takes."""
        value = self.colors[role]
        return "ansi_default" if value in (NO_GROUND, REVERSE) else value

    def to_textual(self) -> Theme:
        """The theme that Textual's own widgets (the palette, inputs) are drawn with."""
        ansi = self.mode == "ansi"
        variables = theme_variables(self)
        if ansi:
            variables |= {"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"}
        return Theme(
            name=self.name,
            primary=self.color("cell") if not ansi else "ansi_blue",
            secondary=self.color("accent"),
            accent=self.color("accent"),
            warning=self.color("warning"),
            error=self.color("error"),
            success=self.color("created"),
            foreground=self.color("text"),
            background=self.color("ground"),
            surface=self.color("panel"),
            panel=self.color("header"),
            boost=self.color("bar") if not ansi else "ansi_default",
            dark=self.mode != "light",
            variables=variables,
            ansi=ansi,
        )


@cache
def _style(fg: str, bg: str, bold: bool, underline: bool, italic: bool) -> Style:
    return Style(
        color=_rich(fg),
        bgcolor=_rich(bg),
        bold=bold or None,
        underline=underline or None,
        italic=italic or None,
        reverse=True if bg == REVERSE else None,
    )


def _rich(value: str) -> RichColor | None:
    if value in (NO_GROUND, REVERSE):
        return None
    return RichColor.parse(value.removeprefix("ansi_"))


def theme_variables(palette: Palette) -> dict[str, str]:
    """The CSS variables of ours: ``$lg-ROLE`` for every role."""
    return {f"lg-{role}": palette.color(role) for role in ROLES}


def read_theme(path: Path) -> Palette:
    """Read one theme file.

    Raises:
        ThemeError: it is no TOML, a key is missing or unknown, or a value is no colour.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ThemeError(f"{path.name}: the file cannot be read ({type(error).__name__}).") from error
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ThemeError(f"{path.name}: this is not TOML. {error}.") from error
    _check_keys(path.name, "", table, _REQUIRED, _OPTIONAL)
    if table["mode"] not in MODES:
        raise ThemeError(f"{path.name}: mode: one of {', '.join(MODES)} is expected.")
    colors: dict[Role, str] = table["palette"]
    _check_keys(path.name, "palette.", colors, dict.fromkeys(ROLES, str), {})
    for role, value in colors.items():
        if not _is_color(role, value):
            raise ThemeError(
                f'{path.name}: palette.{role} is "{value}", which is no colour. Write it like "#CED2DB".'
            )
    in_order = {role: colors[role] for role in ROLES}
    dock_line = table.get("dock_line", False)
    return Palette(path.stem, table["title"], table.get("help", ""), table["mode"], in_order, dock_line)


def _is_color(role: Role, value: str) -> bool:
    if value in (NO_GROUND, REVERSE):
        return role in GROUNDS
    try:
        Color.parse(value)
        _rich(value)
    except (TextualColorError, ColorParseError):
        return False
    return True


def _check_keys(
    file: str,
    place: str,
    table: Mapping[str, object],
    required: Mapping[str, type],
    optional: Mapping[str, type],
) -> None:
    """Refuse a key that is unknown, missing or of another type, in this order: a mistyped key is two of
    them, and what it was meant to be is the best hint."""
    known = {**required, **optional}
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ThemeError(f"{file}: {place}{key} is not a key of a theme.{hint}")
    for key, kind in known.items():
        if key not in table:
            if key in required:
                raise ThemeError(
                    f"{file}: {place}{key} is missing. Add it; themes/dark.toml has all of them."
                )
        elif type(table[key]) is not kind:
            raise ThemeError(f"{file}: {place}{key} should be {_EXPECTED[kind]}.")


def theme_directories(user_directory: Path | None = None) -> list[Path]:
    """Where theme files are looked for; the first file of a name wins: the user's, then ours."""
    found = [user_directory] if user_directory else []
    found.append(Path(__file__).resolve().parents[1] / "themes")
    # An editable install has no package data of ours: the files stand beside src/.
    found.append(Path(__file__).resolve().parents[3] / "themes")
    return [d for d in found if d.is_dir()]


class Themes(MutableMapping[str, Palette]):
    """Themes by name, each read when it is first asked for: the start waits for one file and not for all.

    Attributes:
        problems: one message for each file that cannot be used, as far as they were read.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._files: dict[str, Path] = {}
        self._read: dict[str, Palette] = {}

    def add(self, path: Path) -> None:
        """Offer a file; the first of a name stays."""
        self._files.setdefault(path.stem, path)

    def __getitem__(self, name: str) -> Palette:
        if name not in self._read:
            path = self._files[name]
            try:
                self._read[name] = read_theme(path)
            except ThemeError as error:
                del self._files[name]
                self.problems.append(str(error))
                raise KeyError(name) from error
        return self._read[name]

    def __setitem__(self, name: str, palette: Palette) -> None:
        self._read[name] = palette

    def __delitem__(self, name: str) -> None:
        del self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in {**self._files, **self._read} if name in self])

    def __len__(self) -> int:
        return len(list(iter(self)))


def load_themes(user_directory: Path | None = None) -> tuple[Themes, list[str]]:
    """All themes that can be used, by name, and one message for each file that cannot.

    Args:
        user_directory: the folder of the person's own themes; its files win over ours, and are read at once,
            so that a mistake in one is said at the start.
    """
    themes = Themes()
    for directory in theme_directories(user_directory):
        for path in sorted(directory.glob("*.toml")):
            themes.add(path)
            if directory == user_directory:
                themes.get(path.stem)  # reads it, and forgets it where it cannot be used
    return themes, themes.problems


def palette_of(node: DOMNode) -> Palette:
    """The palette of the app that a widget belongs to."""
    return cast(Palette, node.app.palette)  # type: ignore[attr-defined]  # every app of ours has one (tests too)
