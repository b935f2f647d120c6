"""The title bar: what is open, whether it is kept, and, last and never cut, where records will go."""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual.strip import Strip

from leapgrid.tui.text import SIGNS, Part, two_sides, width_of
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.painted import Painted


class Target(NamedTuple):
    """Where records will be written to.

    Attributes:
        text: e.g. "sandbox 127.0.0.1:8001".
        short: the same for narrow windows.
        kind: production stands on a ground of its own; not connected on none.
    """

    text: str = "not connected"
    short: str = "not connected"
    kind: Literal["host", "danger", "none"] = "none"


class TitleState(NamedTuple):
    """What the title bar says; texts are safe to draw."""

    name: str = ""
    object_label: str = ""
    kept: str = ""
    sending: str = ""
    target: Target = Target()


class TitleBar(Painted):
    """One line at the top of every screen."""

    DEFAULT_CSS = """
    TitleBar { width: 1fr; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.state = TitleState()

    def show(self, state: TitleState) -> None:
        """Say something else."""
        if state != self.state:
            self.state = state
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        bar = palette.style("text", "bar")
        muted = palette.style("muted", "bar")
        left: list[Part] = [(" ", bar), ("LeapGrid", palette.style("accent", "bar", bold=True))]
        if state.name:
            left += [("  ", bar), (state.name, palette.style("strong", "bar", bold=True))]
        if state.object_label:
            left += [("  ", bar), (state.object_label, muted)]
        target = state.target
        words = target.text if width >= 100 else target.short
        end: list[Part]
        if target.kind == "none":
            end = [(f"{words} ", muted)]
        elif target.kind == "danger":
            end = [(f" {words} ", palette.style("on-danger", "danger", bold=True))]
        else:
            end = [(f" {words} ", palette.style("on-host", "host"))]
        note: list[Part] = []
        if state.sending:
            note = [
                (SIGNS("> "), palette.style("sending", "bar", bold=True)),
                (state.sending, palette.style("text", "bar")),
                ("  ", bar),
            ]
        elif state.kept:
            note = [(state.kept, muted), ("  ", bar)]
        if width_of(note) + width_of(end) + 30 > width and not state.sending:
            note = []
        return [two_sides(left, [*note, *end], width, bar)]
