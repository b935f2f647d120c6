"""The dock at the right of the grid: one panel at a time, its title in the header band."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.tui.text import Part, two_sides
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.painted import Painted

Title = Callable[[Palette], tuple[list[Part], list[Part]]]


class DockTitle(Painted):
    """The dock's part of the header band."""

    DEFAULT_CSS = """
    DockTitle { width: 1fr; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title: Title | None = None

    def show(self, title: Title) -> None:
        """Show another title."""
        self._title = title
        self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        left, right = self._title(palette) if self._title else ([], [])
        return [two_sides(left, right, width, palette.style("muted", "header"))]


class Dock(Vertical):
    """Holds the panels; shows one of them, or nothing."""

    DEFAULT_CSS = """
    Dock { width: 34; height: 1fr; display: none; background: $lg-panel; }
    Dock.-shown { display: block; }
    Dock.-wide { width: 62; }
    Dock.-line { border-left: solid $lg-rule; width: 35; }
    Dock.-line.-wide { width: 63; }
    Dock > .panel { display: none; }
    Dock > .panel.-current { display: block; }
    """

    def __init__(self, *panels: Widget) -> None:
        super().__init__(id="dock")
        self.title = DockTitle()
        self.panels = panels
        for panel in panels:
            panel.add_class("panel")

    def compose(self) -> ComposeResult:
        yield self.title
        yield from self.panels

    @property
    def current(self) -> Widget | None:
        """The panel that is shown."""
        if not self.has_class("-shown"):
            return None
        return next((p for p in self.panels if p.has_class("-current")), None)

    def open(self, panel: Widget, title: Title, *, wide: bool) -> None:
        """Show a panel under its title."""
        for other in self.panels:
            other.set_class(other is panel, "-current")
        self.set_class(wide, "-wide")
        self.add_class("-shown")
        self.title.show(title)

    def close(self) -> None:
        """Show nothing."""
        self.remove_class("-shown")
