"""A few choices of which one holds: a label at the left, a line a choice, the chosen one marked."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of, wrap
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.listing import Listing

LABEL, CONTENT = 2, 13
"""The cells where labels and choices begin."""
_NAME = 15
_NUMBER = 11


class Choice(NamedTuple):
    """One of them; texts are safe to draw.

    Attributes:
        name: in a word or two.
        number: right-aligned behind it, or "".
        words: what it means, in a few words.
    """

    name: str
    number: str = ""
    words: str = ""


class ChoiceList(Listing):
    """Says when another one is chosen, and when an arrow key goes beyond its ends."""

    DEFAULT_CSS = """
    ChoiceList { width: 1fr; height: auto; }
    """
    GROUND = "ground"

    class Chosen(Message):
        """Another choice holds."""

        def __init__(self, choices: ChoiceList) -> None:
            self.choices = choices
            super().__init__()

        @property
        def control(self) -> ChoiceList:
            """The list, so that a handler can be for one of several."""
            return self.choices

    class Passed(Message):
        """An arrow key went beyond the first or the last choice."""

        def __init__(self, down: bool) -> None:
            self.down = down
            super().__init__()

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.label = label
        self.choices: tuple[Choice, ...] = ()
        self.sentence = ""
        self._lines_below = 0

    @property
    def entry_count(self) -> int:
        return len(self.choices)

    def show(self, choices: tuple[Choice, ...], at: int, sentence: str = "", *, lines_below: int = 0) -> None:
        """Offer these.

        Args:
            choices: at least one.
            at: the one that holds.
            sentence: what is said below them about it.
            lines_below: how many lines are kept for that.
        """
        self.choices, self.at, self.sentence = choices, at, sentence
        self._lines_below = lines_below
        self.styles.height = len(choices) + lines_below
        self.repaint()

    def key(self, key: str) -> bool:
        if (key == "up" and self.at <= 0) or (key == "down" and self.at >= self.entry_count - 1):
            self.post_message(self.Passed(key == "down"))
            return True
        return super().key(key)

    def on_listing_moved(self, event: Listing.Moved) -> None:
        event.stop()
        self.post_message(self.Chosen(self))

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain, muted = palette.style("text"), palette.style("muted")
        self.entry_lines = list(range(len(self.choices)))
        lines = [self._line(at, width, palette) for at in self.entry_lines]
        below = wrap(SIGNS(self.sentence), max(8, width - CONTENT - 2))[: self._lines_below]
        for words in below:
            lines.append(strip_of([(" " * CONTENT, plain), (words, muted)], width, plain))
        return lines

    def _line(self, at: int, width: int, palette: Palette) -> Strip:
        choice, here, keys = self.choices[at], at == self.at, self.has_focus
        plain, muted = palette.style("text"), palette.style("muted")
        ground: Role = "ground"
        tone: Role = "text"
        if here:
            ground, tone = ("cell", "on-cell") if keys else ("select", "strong")
        label = fit(self.label if at == 0 else "", CONTENT - LABEL - 3)
        name = fit(f" {cut(choice.name, _NAME)}", _NAME + 2)
        parts: list[Part] = [
            (" " * LABEL, plain),
            (label, palette.style("strong", bold=True)),
            (" ", plain),
            (SIGNS("▸") if here else " ", palette.style("accent", bold=True)),
            (name, palette.style(tone, ground, bold=here)),
        ]
        if any(other.number for other in self.choices):
            parts.append((choice.number.rjust(_NUMBER), palette.style("strong" if here else "text")))
        parts.append((f"  {choice.words}", muted))
        return strip_of(parts, width, plain)

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
