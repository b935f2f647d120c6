"""The issue line: what is wrong under the cursor, what to do, and the key that helps."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from leapgrid.tui.text import SIGNS, Part, two_sides, width_of, wrap
from leapgrid.tui.theming import Palette, Role, palette_of
from leapgrid.tui.widgets.painted import Painted


class IssueState(NamedTuple):
    """What the line says; texts are safe to draw.

    Attributes:
        sign: "!", "~", "✗", "?" or "" where it is only a word to the person.
        where: e.g. "email, row 5".
        line: e.g. "(line 6 of the file)".
        sentence: what is wrong and what to do.
        aside: muted words before the key, e.g. "no fix known".
        key: the key that helps, and what it does.
    """

    sign: str = ""
    role: Role = "muted"
    where: str = ""
    line: str = ""
    sentence: str = ""
    aside: str = ""
    key: tuple[str, str] | None = None


MOST_LINES = 3
"""The most lines of a sentence on a page."""


class IssueLine(Painted):
    """One line above the status line; on a page (class ``-grows``) more where a sentence needs them."""

    DEFAULT_CSS = """
    IssueLine { width: 1fr; height: 1; }
    IssueLine.-grows { height: auto; min-height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.state = IssueState()

    def show(self, state: IssueState) -> None:
        """Say something else."""
        if state != self.state:
            self.state = state
            self.repaint()
            if self._grows:
                self.refresh(layout=True)

    @property
    def _grows(self) -> bool:
        return self.has_class("-grows")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the sentence takes at that width."""
        return len(self.paint(width, palette_of(self)))

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        plain = palette.style("text", "panel")
        muted = palette.style("muted", "panel")
        head: list[Part] = [(" ", plain)]
        if state.sign:
            head.append((SIGNS(state.sign) + " ", palette.style(state.role, "panel", bold=True)))
        if state.where:
            head.append((state.where, palette.style("strong", "panel", bold=True)))
        line: list[Part] = [(f" {state.line}", muted)] if state.line else []
        said = palette.style("text" if state.sign or state.where else state.role, "panel")
        gap = "  " if state.where else ""
        sentence: list[Part] = [(SIGNS(gap + state.sentence), said)]
        end: list[Part] = []
        if state.aside:
            end += [(state.aside, muted), ("   ", plain)]
        if state.key:
            end += [
                (state.key[0], palette.style("accent", "panel", bold=True)),
                (f" {state.key[1]}", palette.style("strong", "panel")),
            ]
        if end:
            end.append((" ", plain))
        # When it is narrow the parenthesis goes first, then the key, and only then the sentence is cut.
        for left, right in (([*head, *line, *sentence], end), ([*head, *sentence], end)):
            if width_of(left) + width_of(right) + (2 if right else 0) <= width:
                return [two_sides(left, right, width, plain)]
        if self._grows and not (end or state.where or state.line):
            return self._wrapped(head, SIGNS(state.sentence), said, width, palette)
        short: list[Part] = []
        if state.key:
            short = [(state.key[0], palette.style("accent", "panel", bold=True)), (" ", plain)]
        left = [*head, *sentence]
        if width_of(left) + width_of(short) + 2 > width:
            short = []
        return [two_sides(left, short, width, plain)]

    def _wrapped(
        self, head: list[Part], sentence: str, said: Style, width: int, palette: Palette
    ) -> list[Strip]:
        """A sentence that is longer than the line, broken at its words; it stands under itself."""
        plain = palette.style("text", "panel")
        indent = width_of(head)
        lines = wrap(sentence, max(8, width - indent - 1))
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], " ".join(lines[MOST_LINES - 1 :])]
        heads = [head, *[[(" " * indent, plain)]] * (len(lines) - 1)]
        return [
            two_sides([*before, (line, said), (" ", plain)], [], width, plain)
            for before, line in zip(heads, lines, strict=True)
        ]
