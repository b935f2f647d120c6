"""The footer: the keys that do something now, and the screen's main step alone at the right end."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.text import Part, two_sides, width_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.painted import Painted


class FooterKey(NamedTuple):
    """A key in the footer.

    Attributes:
        action: id of what it does, for a click.
        kept: whether its label never drops (Help, Menu).
    """

    key: str
    label: str
    action: str
    kept: bool = False


class FooterBar(Painted):
    """One line at the bottom of every screen."""

    DEFAULT_CSS = """
    FooterBar { width: 1fr; height: 1; dock: bottom; }
    """
    GROUND = "bar"

    class Pressed(Message):
        """A key of the footer was clicked."""

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.keys: tuple[FooterKey, ...] = ()
        self.main: FooterKey | None = None
        self._places: list[tuple[range, str]] = []

    def show(self, keys: tuple[FooterKey, ...], main: FooterKey | None) -> None:
        """Say which keys do something now."""
        if (keys, main) != (self.keys, self.main):
            self.keys, self.main = keys, main
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        gap = 3 if width >= 100 else 2
        bar = palette.style("text", "bar")
        right: list[Part] = []
        if self.main:
            right = [
                (f"{self.main.key} ", palette.style("accent", "bar", bold=True)),
                (f"{self.main.label} ", palette.style("text", "bar")),
            ]
        keys = list(self.keys)
        labelled = [True] * len(keys)

        def needed() -> int:
            return 1 + sum(
                cell_len(k.key) + (cell_len(k.label) + 1 if label else 0) + gap
                for k, label in zip(keys, labelled, strict=True)
            )

        room = width - width_of(right) - 1
        # Labels drop from the right end; where even the bare keys do not fit, keys do. Never Help and Menu.
        for i in reversed(range(len(keys))):
            if needed() <= room:
                break
            if not keys[i].kept:
                labelled[i] = False
        while needed() > room and any(not k.kept for k in keys):
            last = max(i for i, k in enumerate(keys) if not k.kept)
            del keys[last], labelled[last]
        left: list[Part] = [(" ", bar)]
        x = 1
        self._places = []
        for key, label in zip(keys, labelled, strict=True):
            start = x
            left.append((key.key, palette.style("accent", "bar", bold=True)))
            x += cell_len(key.key)
            if label:
                left.append((f" {key.label}", palette.style("muted", "bar")))
                x += cell_len(key.label) + 1
            self._places.append((range(start, x), key.action))
            left.append((" " * gap, bar))
            x += gap
        if self.main:
            self._places.append((range(width - width_of(right), width), self.main.action))
        return [two_sides(left, right, width, bar, gap=0)]

    def on_click(self, event: events.Click) -> None:
        for place, action in self._places:
            if event.x in place:
                self.post_message(self.Pressed(action))
                return
