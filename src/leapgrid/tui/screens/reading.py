"""A quiet page while a file is read of which nothing can be shown yet."""

from __future__ import annotations

from collections.abc import Iterable

from textual.strip import Strip
from textual.widget import Widget

from leapgrid.drafting.opening import Opening
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import LeaveReading
from leapgrid.tui.notes import how_far
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, strip_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.heading import Heading
from leapgrid.tui.widgets.painted import Painted
from leapgrid.visible import visible

_BAR = 40


class HowFar(Painted):
    """A thin bar, and how far the file is behind it."""

    DEFAULT_CSS = """
    HowFar { width: 1fr; height: 1; margin-top: 1; }
    """
    GROUND = "ground"

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        done = (self.opening.percent or 0) * _BAR // 100
        parts = [
            ("  ", palette.style("text")),
            (SIGNS("━") * done, palette.style("accent")),
            (SIGNS("━") * (_BAR - done), palette.style("rule")),
            (f"  {how_far(self.opening)}", palette.style("muted")),
        ]
        return [strip_of(parts, width, palette.style("text"))]


class ReadingScreen(Page):
    """Says which file is read and how far it is; Esc leaves it."""

    SCOPES = ("app", "reading")
    BINDINGS = bindings("reading")

    DEFAULT_CSS = """
    ReadingScreen Heading { margin-top: 1; }
    """

    def __init__(self, desk: Desk, opening: Opening, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        name = visible(opening.wanted.path.rsplit("/", 1)[-1], 60)
        self.heading = Heading(f"Reading {name}", "Esc leaves it")
        self.how_far = HowFar(opening)

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.how_far)

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(0.1, self.how_far.repaint)

    def action_back(self) -> None:
        self.post_message(LeaveReading())
