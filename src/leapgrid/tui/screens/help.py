"""Help for the screen one came from: what can be done there, how one moves, what the signs mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events, on
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.actions import Action, Scope, actions_of, binding_id, bindings, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.heading import Heading
from leapgrid.tui.widgets.listing import Listing
from leapgrid.tui.widgets.title_bar import TitleState


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A line of help.

    Attributes:
        key: the key, or the sign.
        letter: the letter in the ``/`` menu.
        title: what it does or means.
        words: one sentence more.
        action: what Enter does; None where it is only to be read.
        possible: whether it would do something now.
        role: of a sign.
    """

    key: str
    letter: str
    title: str
    words: str = ""
    action: Action | None = None
    possible: bool = True
    role: Role = "accent"

    def fits(self, needle: str) -> bool:
        """Whether it has what is looked for."""
        return needle in f"{self.key} {self.title} {self.words}".casefold()


Part_ = tuple[str, Sequence[HelpEntry]]

_TITLES: dict[Scope, str] = {
    "app": "Everywhere",
    "grid": "In the grid",
    "cell": "In an open cell",
    "start": "On this screen",
    "review": "On this screen",
    "result": "In the result",
    "payload": "On this page",
    "help": "In the help",
    "open": "On this screen",
    "export": "On this screen",
    "menu": "In the menu",
    "mapping": "On this screen",
    "values": "On this screen",
    "picking": "In the list",
    "reading": "On this screen",
    "history": "On this screen",
    "receipt": "On this screen",
    "write_receipt": "On this screen",
    "unknown": "In the unknown rows",
    "left_out": "On this page",
    "connect": "On this screen",
}

MOVES = (
    HelpEntry("arrows", "", "Move the cursor", "In a cell opened by typing they keep the text and move."),
    HelpEntry("Tab", "", "Right, then the next row", "Shift+Tab goes back."),
    HelpEntry("Home", "", "First column", "End: last column."),
    HelpEntry("PgUp", "", "A page up", "PgDn: a page down."),
    HelpEntry("^Home", "", "First cell", "Ctrl+End: last cell."),
    HelpEntry("^arrows", "", "Edge of the data"),
    HelpEntry("letters", "", "Replace the cell's text", "F2 keeps the text and edits it."),
)
SIGN_ENTRIES = (
    HelpEntry(">", "", "Being sent, or waiting for its turn", role="sending"),
    HelpEntry("✓", "", "Created", role="created"),
    HelpEntry("=", "", "Already there", role="created"),
    HelpEntry("✗", "", "Rejected by the server", role="error"),
    HelpEntry("?", "", "Unknown: sent, but no answer came", role="unknown"),
    HelpEntry("-", "", "Skipped: not sent", role="muted"),
    HelpEntry("!", "", "An error: this row is not sent until it is mended", role="error"),
    HelpEntry("~", "", "A warning: look at it; the row is sent", role="warning"),
    HelpEntry("*", "", "Edited since the server answered", role="edited"),
)

_WITH_SIGNS: frozenset[Scope] = frozenset({"result", "review", "start", "history", "receipt", "unknown"})


def help_parts(below: Page, keymap: dict[str, str]) -> list[Part_]:
    """Help for a screen, in parts with a title."""
    parts: list[Part_] = []
    scopes: list[Scope] = [s for s in below.SCOPES if s != "app"]
    if "grid" in scopes:
        scopes += [s for s in ("cell", "result", "unknown") if s not in scopes]
    if "mapping" in scopes or "values" in scopes:
        scopes.append("picking")
    # A panel that has the keys comes first: they are the ones that do something now.
    scopes.sort(key=lambda scope: scope != below.scope_now)
    for scope in [*scopes, "app"]:
        mine = scope in below.SCOPES or scope == below.scope_now
        entries = [_entry(a, below, keymap, mine) for a in actions_of(scope)]
        if entries:
            parts.append((_TITLES[scope], entries))
    if "grid" in scopes:
        parts += [("Moving", MOVES), ("Signs", SIGN_ENTRIES)]
    elif not _WITH_SIGNS.isdisjoint(scopes):
        parts.append(("Signs", SIGN_ENTRIES))
    return parts


def _entry(action: Action, below: Page, keymap: dict[str, str], mine: bool) -> HelpEntry:
    keys = keymap.get(binding_id(action), action.keys)
    letter = f"/{action.letter}" if action.letter and "grid" in below.SCOPES else ""
    others = [key_label(k) for k in keys.split(",")[1:]] if keys else []
    words = action.help
    if others:
        words = f"Also {', '.join(others)}. {words}".strip()
    return HelpEntry(
        key_label(keys) if keys else "",
        letter,
        action.title,
        words,
        action if mine else None,
        not mine or below.can(action.id),
    )


_TITLE = 46
"""Cells for a title: they are cut last, the words behind them say more of the same."""


class HelpList(Listing):
    """The parts, as far as they have what is looked for."""

    DEFAULT_CSS = """
    HelpList { width: 100%; height: 1fr; margin-top: 1; }
    """
    GROUND = "ground"
    can_focus = False

    class Acted(Message):
        """An entry was clicked."""

    def __init__(self, parts: Sequence[Part_]) -> None:
        super().__init__()
        self.parts = parts
        self.needle = ""
        self.at = -1

    @property
    def shown(self) -> list[Part_]:
        """The parts that have what is looked for."""
        needle = self.needle.strip().casefold()
        if not needle:
            return [(title, list(entries)) for title, entries in self.parts]
        found = [(title, [e for e in entries if e.fits(needle)]) for title, entries in self.parts]
        return [(title, entries) for title, entries in found if entries]

    @property
    def actions(self) -> list[HelpEntry]:
        """The entries that the cursor can stand on."""
        return [e for _, entries in self.shown for e in entries if e.action is not None and e.possible]

    @property
    def entry_count(self) -> int:
        return len(self.actions)

    @property
    def chosen(self) -> HelpEntry | None:
        """The entry under the cursor."""
        actions = self.actions
        return actions[self.at] if 0 <= self.at < len(actions) else None

    def look_for(self, needle: str) -> None:
        """Show only what has this; the cursor goes to the first of it."""
        self.needle = needle
        self.first_line = 0
        self.at = 0 if needle.strip() and self.actions else -1
        self.repaint()
        self.post_message(self.Moved())

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text")
        blank = Strip.blank(width, plain)
        lines: list[Strip] = []
        self.entry_lines = []
        shown = self.shown
        with_words = [len(e.title) for _, entries in shown for e in entries if e.words or not e.possible]
        title_width = min(_TITLE, max(with_words, default=20))
        for title, entries in shown:
            if lines:
                lines.append(blank)
            lines.append(strip_of([("  ", plain), (title, palette.style("strong", bold=True))], width, plain))
            for entry in entries:
                here = False
                if entry.action is not None and entry.possible:
                    here = len(self.entry_lines) == self.at
                    self.entry_lines.append(len(lines))
                lines.append(self._line(entry, title_width, width, palette, here=here))
        if not lines:
            lines.append(strip_of([("  nothing here has that", palette.style("muted"))], width, plain))
        return lines

    def _line(self, entry: HelpEntry, title_width: int, width: int, palette: Palette, *, here: bool) -> Strip:
        ground: Role = "select" if here else "ground"
        plain, muted = palette.style("text", ground), palette.style("muted", ground)
        quiet = entry.action is not None and not entry.possible
        key = SIGNS(entry.key)
        title_style = muted if quiet else palette.style("strong" if here else "text", ground)
        words = entry.words
        if quiet:
            words = "not now"
        parts: list[Part] = [
            ("  ", palette.style("text")),
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (" ", plain),
            (fit(key, 8), muted if quiet else palette.style(entry.role, ground, bold=True)),
            (fit(entry.letter, 4), muted),
            (fit(entry.title, title_width) if words else entry.title, title_style),
            ("  ", plain),
        ]
        used = sum(cell_len(text) for text, _ in parts)
        parts.append((cut(words, max(0, width - used - 2)), muted))
        return strip_of(parts, width, palette.style("text"))

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        self.post_message(self.Acted())


class HelpScreen(Page):
    """Searchable; Enter does the thing on the screen below."""

    SCOPES = ("help",)
    BINDINGS = bindings("help")

    DEFAULT_CSS = """
    HelpScreen TextField { margin: 1 2 0 3; max-width: 48; }
    HelpScreen Heading { margin-top: 1; }
    """

    def __init__(self, desk: Desk, below: Page, keymap: dict[str, str] | None = None) -> None:
        """
        Args:
            below: the screen that the help is for.
        """
        super().__init__(desk, keymap)
        self.below = below
        self.heading = Heading("Help", "type to search; Enter does it")
        self.field = TextField("search", id="search")
        self.list = HelpList(help_parts(below, self.keymap))

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.field, self.list)

    def title_state(self) -> TitleState:
        return self.below.title_state()

    def on_mount(self) -> None:
        super().on_mount()
        self.field.focus()

    def can(self, action_id: str) -> bool:
        return action_id != "do_it" or self.list.chosen is not None

    @on(TextField.Changed, "#search")
    def _typed(self) -> None:
        self.list.look_for(self.field.text)

    @on(Listing.Moved)
    def _moved(self) -> None:
        self.show_footer()

    @on(TextField.Submitted, "#search")
    @on(HelpList.Acted)
    def action_do_it(self) -> None:
        entry = self.list.chosen
        if entry is None or entry.action is None:
            return
        action, below, app = entry.action, self.below, self.app
        self.dismiss()
        # On the screen below once it is on top again; what belongs to the app, the app does.
        if action.scope == "app":
            app.call_later(app.run_action, action.id)
        else:
            app.call_later(below.run_action, action.id)

    @on(TextField.Left, "#search")
    def action_close_help(self) -> None:
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            event.stop()
            self.list.key(event.key)
