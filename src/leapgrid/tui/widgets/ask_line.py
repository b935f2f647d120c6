"""A question of one line above the issue line: a label and a field."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.painted import Painted


class AskLabel(Painted):
    """What is asked."""

    DEFAULT_CSS = """
    AskLabel { width: 20; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        words = (f" {self.text}", palette.style("strong", "panel", bold=True))
        return [strip_of([words], width, palette.style("text", "panel"))]


class AskLine(Horizontal):
    """Hidden until something is asked."""

    DEFAULT_CSS = """
    AskLine { height: 1; width: 1fr; display: none; background: $lg-panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.label = AskLabel()
        self.field = TextField(id="ask")
        self.is_open = False

    def compose(self) -> ComposeResult:
        yield self.label
        yield self.field

    def open(self, label: str, text: str) -> None:
        """Ask for a text."""
        self.label.text = label
        self.label.styles.width = cell_len(label) + 3
        self.label.repaint()
        self.field.set_text(text)
        self.is_open = True
        self.display = True
        self.field.focus()

    def close(self) -> None:
        """Ask no more."""
        self.is_open = False
        self.display = False
