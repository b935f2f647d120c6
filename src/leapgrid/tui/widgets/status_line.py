"""The status line: how many rows are in which state, which is also the legend of the glyphs."""

from __future__ import annotations

from typing import NamedTuple

from textual.strip import Strip

from leapgrid.tui.text import SIGNS, Part, two_sides, width_of
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.painted import Painted


class Count(NamedTuple):
    """A number with its glyph; the word is left out where it is narrow, unless there is no glyph.

    Attributes:
        always: whether a zero is shown too.
    """

    number: int
    word: str
    glyph: str = ""
    role: Role = "text"
    always: bool = False


class StatusState(NamedTuple):
    """What the line says.

    Attributes:
        data: counts of what the data is.
        server: counts of what the server said; they stand after a wider gap.
        view: "all rows", or the view's name.
        hidden: e.g. "21 of 412 rows, 391 hidden".
        plain: words instead of the counts, while a cell is open or a run goes on.
    """

    data: tuple[Count, ...] = ()
    server: tuple[Count, ...] = ()
    view: str = "all rows"
    hidden: str = ""
    plain: str = ""


class StatusLine(Painted):
    """One line above the footer."""

    DEFAULT_CSS = """
    StatusLine { width: 1fr; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.state = StatusState()

    def show(self, state: StatusState) -> None:
        """Say something else."""
        if state != self.state:
            self.state = state
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        ground = palette.style("text", "panel")
        muted = palette.style("muted", "panel")
        right: list[Part]
        if state.hidden:
            right = [
                (state.view, palette.style("accent", "panel", bold=True)),
                (f"  {state.hidden} ", muted),
            ]
        else:
            right = [(f"{state.view} ", muted)]
        if state.plain:
            return [two_sides([(" ", ground), (SIGNS(state.plain), ground)], right, width, ground)]
        for words in (True, False):
            left = self._counts(palette, words)
            if width_of(left) + width_of(right) + 2 <= width:
                return [two_sides(left, right, width, ground)]
        return [two_sides(self._counts(palette, False), right, width, ground)]

    def _counts(self, palette: Palette, words: bool) -> list[Part]:
        ground = palette.style("text", "panel")
        number = palette.style("strong", "panel")
        muted = palette.style("muted", "panel")
        parts: list[Part] = [(" ", ground)]
        for position, group in enumerate((self.state.data, self.state.server)):
            shown = [c for c in group if c.number or c.always]
            if position and shown:
                parts.append(("  " if words else " ", ground))
            for count in shown:
                if count.glyph:
                    gap = " " if words else ""
                    parts.append((SIGNS(count.glyph) + gap, palette.style(count.role, "panel", bold=True)))
                parts.append((f"{count.number:,}", number))
                if words or not count.glyph:
                    parts.append((f" {count.word}", muted))
                parts.append(("   " if not count.glyph else "  ", ground))
        return parts
