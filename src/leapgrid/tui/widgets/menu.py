"""The ``/`` menu: every action of the grid with one letter, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.actions import Action, key_label
from leapgrid.tui.text import Part, fit, strip_of, two_sides
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.listing import with_thumb
from leapgrid.tui.widgets.painted import Painted

_SCROLLS = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
"""For windows that are lower than the menu."""
_GROUPS = ("Edit", "Rows", "Look", "LeapGrid")


class Menu(Painted, can_focus=True):
    """Lies over the bottom of the grid while it is open; one letter does the thing and closes it."""

    DEFAULT_CSS = """
    Menu { width: 1fr; height: auto; max-height: 90%; display: none; }
    Menu.-open { display: block; }
    """

    class Chosen(Message):
        """A letter was pressed."""

        def __init__(self, action: Action) -> None:
            self.action = action
            super().__init__()

    class Refused(Message):
        """A letter was pressed that does nothing now."""

        def __init__(self, letter: str) -> None:
            self.letter = letter
            super().__init__()

    class Closed(Message):
        """The menu was left without choosing."""

    def __init__(self) -> None:
        super().__init__(id="menu")
        self.actions: tuple[Action, ...] = ()
        self.keymap: dict[str, str] = {}

    def offer(self, actions: Sequence[Action], keymap: dict[str, str]) -> None:
        """Open with these actions."""
        self.actions = tuple(actions)
        self.keymap = keymap
        self.styles.height = self._height()
        self.add_class("-open")
        self.first_line = 0
        self.repaint()

    def _columns(self) -> list[list[str | Action]]:
        columns: list[list[str | Action]] = []
        for group in _GROUPS:
            members: list[str | Action] = [a for a in self.actions if a.group == group]
            if members:
                columns.append([group, *members])
        if self.app.size.width < 100 and len(columns) > 2:
            # Two columns, the shorter groups below the others.
            return [
                [*columns[0], "", *columns[1]],
                [*columns[2], *(["", *columns[3]] if columns[3:] else [])],
            ]
        return columns

    def _height(self) -> int:
        return max((len(c) for c in self._columns()), default=0) + 3

    def on_resize(self) -> None:
        self.styles.height = self._height()
        self.repaint()
        self.scroll_lines(0)

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        head = palette.style("text", "header")
        ground = palette.style("text", "panel")
        title: list[Part] = [
            ("  ", head),
            ("Menu", palette.style("strong", "header", bold=True)),
            ("  one letter does it", palette.style("muted", "header")),
        ]
        search: list[Part] = [
            ("^P", palette.style("accent", "header", bold=True)),
            (" searches all commands ", palette.style("muted", "header")),
        ]
        lines = [two_sides(title, search, width, head), Strip.blank(width, ground)]
        columns = self._columns()
        each = max(20, (width - 4) // max(1, len(columns)))
        for row in zip_longest(*columns, fillvalue=""):
            parts: list[Part] = [("  ", ground)]
            for entry in row:
                parts += self._entry(entry, each, palette)
            lines.append(strip_of(parts, width, ground))
        lines.append(Strip.blank(width, ground))
        return lines

    def _entry(self, entry: str | Action, width: int, palette: Palette) -> list[Part]:
        ground = palette.style("text", "panel")
        if isinstance(entry, str):
            return [(fit(entry, width), palette.style("strong", "panel", bold=True))]
        keys = self.keymap.get(f"{entry.scope}.{entry.id}", entry.keys)
        key = key_label(keys) if keys else ""
        name = entry.title[0].lower() + entry.title[1:]
        room = width - 3 - cell_len(key) - 2
        return [
            (entry.letter, palette.style("accent", "panel", bold=True)),
            ("  ", ground),
            (fit(name, room), ground),
            (key, palette.style("muted", "panel")),
            ("  ", ground),
        ]

    def render_line(self, y: int) -> Strip:
        return with_thumb(self, super().render_line(y), y)

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "slash"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Closed())
            return
        if event.key in _SCROLLS:
            event.stop()
            self.scroll_lines(_SCROLLS[event.key])
            return
        letter = event.character or ""
        for action in self.actions:
            if action.letter == letter.lower() and letter:
                event.stop()
                event.prevent_default()
                self.post_message(self.Chosen(action))
                return
        if event.is_printable and letter.strip():
            event.stop()
            event.prevent_default()
            self.post_message(self.Refused(letter))

    def on_blur(self) -> None:
        self.post_message(self.Closed())
