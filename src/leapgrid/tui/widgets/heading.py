"""The heading of a page, with a few muted words behind it."""

from __future__ import annotations

from textual.strip import Strip

from leapgrid.tui.text import Part, strip_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.painted import Painted


class Heading(Painted):
    """One line; bold, with air around it that the page gives."""

    DEFAULT_CSS = """
    Heading { width: 1fr; height: 1; }
    """
    GROUND = "ground"

    def __init__(self, text: str, words: str = "") -> None:
        super().__init__()
        self.text, self.words = text, words

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        parts: list[Part] = [
            ("  ", palette.style("text")),
            (self.text, palette.style("strong", bold=True)),
            (f"  {self.words}", palette.style("muted")),
        ]
        return [strip_of(parts, width, palette.style("text"))]
