"""The list of a choice field's values under an open cell."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from leapgrid.tui.text import SIGNS, fit
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

_MOST_SHOWN = 8


@dataclass
class ChoiceList:
    """What is offered, and what is highlighted.

    Attributes:
        shown: the values that begin with (or else hold) what was typed.
        at: the highlighted one; None until a person highlights one, so that none is ever taken by itself.
    """

    shown: tuple[str, ...] = ()
    at: int | None = None
    _only: str | None = None

    def narrow(self, choices: tuple[str, ...], typed: str, *, fresh: bool) -> None:
        """Follow what is typed.

        Args:
            fresh: whether the cell was opened by typing; one that was opened with its text shows all values.
        """
        needle = typed.casefold()
        starting = [c for c in choices if c.casefold().startswith(needle)]
        matching = starting or [c for c in choices if needle and needle in c.casefold()]
        if not fresh and typed in choices:
            matching = list(choices)
        self.at = None
        self._only = starting[0] if fresh and typed and len(starting) == 1 else None
        self.shown = tuple(matching[:_MOST_SHOWN]) if matching != [typed] else ()

    def step(self, by: int) -> None:
        """Highlight the next or the previous one."""
        if not self.shown:
            return
        if self.at is None:
            self.at = 0 if by > 0 else len(self.shown) - 1
        else:
            self.at = (self.at + by) % len(self.shown)

    def taken(self) -> str | None:
        """The value that Enter takes: the highlighted one or the only match; else None."""
        if self.at is not None:
            return self.shown[self.at]
        return self._only if self.shown else None


def draw_choices(choices: ChoiceList, line: int, width: int, palette: Palette) -> Strip:
    """One line of the list."""
    value = visible(choices.shown[line], 60)
    width = max(width, max(len(visible(c, 60)) for c in choices.shown) + 4)
    here = line == choices.at
    ground = "select" if here else "bar"
    mark = SIGNS("▸") if here else " "
    style = palette.style("strong" if here else "text", ground, bold=here)
    return Strip(
        [Segment(mark, palette.style("accent", ground)), Segment(fit(value, width - 1), style)], width
    )
