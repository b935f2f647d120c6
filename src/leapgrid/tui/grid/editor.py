"""The open cell: its text, caret and selection, what keys do to them, and how it is drawn.

Textual's Input would draw control characters as they are, and cannot mark the characters that are wrong; the
cell editor is a line of our own. It has no widget: the grid draws it over the cell, so that nothing can part
the two while the window changes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from leapgrid.records import RowId
from leapgrid.tui.grid.choices import ChoiceList
from leapgrid.tui.grid.model import LiveCheck
from leapgrid.tui.theming import Palette, Role
from leapgrid.visible import visible

FINE = LiveCheck("fine", "", None, ())


@dataclass
class EditBuffer:
    """Text with a caret and a selection, both at positions between whole characters as a person sees them.

    Attributes:
        text: exactly what would be kept.
        caret: offset into the text.
        anchor: the other end of the selection, or the caret.
    """

    text: str = ""
    caret: int = 0
    anchor: int = 0

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of what is selected."""
        return (min(self.caret, self.anchor), max(self.caret, self.anchor))

    def insert(self, text: str) -> None:
        """Put text in the place of the selection."""
        start, end = self.selection
        self.text = self.text[:start] + text + self.text[end:]
        self.caret = self.anchor = start + len(text)

    def key(self, key: str) -> bool:
        """Do what an editing key does.

        Args:
            key: Textual's name of it.

        Returns:
            Whether it was an editing key.
        """
        selecting = key.startswith("shift+")
        name = key.removeprefix("shift+")
        target = self._target(name)
        if target is not None:
            if name in ("left", "right") and not selecting and self.caret != self.anchor:
                target = self.selection[0 if name == "left" else 1]
            self.caret = target
            if not selecting:
                self.anchor = target
            return True
        if key == "ctrl+a":
            self.anchor, self.caret = 0, len(self.text)
            return True
        erased_to = {
            "backspace": self._before(self.caret),
            "delete": self._after(self.caret),
            "ctrl+u": 0,
            "ctrl+k": len(self.text),
        }.get(key)
        if erased_to is None:
            return False
        if self.caret == self.anchor:
            self.anchor = erased_to
        self.insert("")
        return True

    def _target(self, key: str) -> int | None:
        match key:
            case "left":
                return self._before(self.caret)
            case "right":
                return self._after(self.caret)
            case "home":
                return 0
            case "end":
                return len(self.text)
            case "ctrl+left":
                at = self.caret
                while at > 0 and not self.text[at - 1].isalnum():
                    at -= 1
                while at > 0 and self.text[at - 1].isalnum():
                    at -= 1
                return at
            case "ctrl+right":
                at = self.caret
                while at < len(self.text) and not self.text[at].isalnum():
                    at += 1
                while at < len(self.text) and self.text[at].isalnum():
                    at += 1
                return at
        return None

    def _before(self, at: int) -> int:
        at = max(0, at - 1)
        while at > 0 and _continues(self.text, at):
            at -= 1
        return at

    def _after(self, at: int) -> int:
        at = min(len(self.text), at + 1)
        while at < len(self.text) and _continues(self.text, at):
            at += 1
        return at


@dataclass
class OpenCell:
    """What is true of a cell while it is open.

    Attributes:
        row_id: its row; None in the ghost row.
        replacing: opened by typing: arrows keep the text and move, as in a spreadsheet.
        old: the text before.
    """

    row_id: RowId | None
    column: int
    buffer: EditBuffer
    old: str
    replacing: bool
    check: LiveCheck = FINE
    choices: ChoiceList = field(default_factory=ChoiceList)


def _continues(text: str, at: int) -> bool:
    """Whether the character at an offset belongs to the one before it: accents, joined emoji."""
    char = text[at]
    return bool(
        unicodedata.combining(char)
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char == "\u200d"
        or text[at - 1] == "\u200d"
        or 0x1F3FB <= ord(char) <= 0x1F3FF
        or 0xFE00 <= ord(char) <= 0xFE0F
    )


def draw_editor(buffer: EditBuffer, check: LiveCheck, width: int, palette: Palette) -> Strip:
    """The open cell as paper on the desk, with the characters that are wrong on the colour of an error.

    Args:
        width: cells in all, with one of padding at the left and one for the caret at the right.
    """
    body = palette.style("on-editor", "editor")
    wrong = palette.style("on-editor", "error")
    caret_style = palette.style("on-editor", "accent")
    chosen = palette.style("on-cell", "cell")
    start, end = buffer.selection
    bad: set[int] = set()
    if check.tone == "error":
        for first, last in check.spans:
            bad.update(range(first, max(last, first + 1)))
    clusters: list[tuple[str, int]] = []
    offset = 0
    while offset < len(buffer.text):
        after = EditBuffer(buffer.text, offset, offset)._after(offset)
        clusters.append((buffer.text[offset:after], offset))
        offset = after
    shown = [(visible(text), at) for text, at in clusters]
    room = max(1, width - 2)
    first = _first_shown(shown, buffer.caret, room)
    segments = [Segment(" ", body)]
    used = 0
    for text, at in shown[first:]:
        size = cell_len(text)
        if used + size > room:
            break
        style = body
        if at == buffer.caret and start == end:
            style = caret_style
        elif start <= at < end:
            style = chosen
        elif at in bad:
            style = wrong
        segments.append(Segment(text, style))
        used += size
    rest = width - 1 - used
    if buffer.caret >= len(buffer.text) and start == end and rest > 0:
        segments.append(Segment(" ", caret_style))
        rest -= 1
    if rest > 0:
        segments.append(Segment(" " * rest, body))
    return Strip(segments, width).simplify()


def _first_shown(shown: list[tuple[str, int]], caret: int, room: int) -> int:
    """The first character drawn, so that the caret is in sight."""
    before = [cell_len(text) for text, at in shown if at < caret]
    used, first = 1, len(before)
    while first > 0 and used + before[first - 1] <= room:
        first -= 1
        used += before[first]
    return first


def note_for(check: LiveCheck, key: str) -> tuple[Role, list[tuple[str, Role, bool]]] | None:
    """The message below an open cell: its ground, and parts as (text, role, bold); None if all is well.

    Args:
        key: the key that takes the fix, as a person knows it.
    """
    if not check.message:
        return None
    if check.tone == "not_yet":
        return "bar", [(check.message, "muted", False)]
    sign = ("!", "error") if check.tone == "error" else ("~", "warning")
    ground: Role = "note" if check.tone == "error" else "bar"
    parts: list[tuple[str, Role, bool]] = [
        (f"{sign[0]} ", sign[1] if check.tone == "warning" else "accent", True),
        (check.message, "strong" if check.tone == "error" else "text", False),
    ]
    if check.tone == "error":
        parts[0] = (f"{sign[0]} ", "strong", True)
    if check.fix is not None:
        parts += [(f"  {key} ", "accent", True), (visible(check.fix, 60), "strong", False)]
    return ground, parts
