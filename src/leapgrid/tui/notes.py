"""What is to be said of a file that was opened: how far it is, what was found, and how to change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.opening import Opening, Remembered
from leapgrid.files import Note
from leapgrid.tui.actions import find, key_label
from leapgrid.tui.folders import file_size
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.pages import LineOf
from leapgrid.tui.text import Part, plural, wrap
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

_HOW_IT_WAS_READ = frozenset({"delimiter", "encoding", "header", "joined", "json5", "wrapped"})
"""Codes of notes that cost nobody a record; what was left out is told before."""

_WIDTH = 76


def how_far(opening: Opening) -> str:
    """How far a file is read, e.g. ``40 % of 68 MB``."""
    if opening.percent is None:
        done = opening.progress[0]
        return f"{done:,} so far" if done else "just begun"
    return f"{opening.percent} % of {file_size(opening.size)}" if opening.size else f"{opening.percent} %"


def by_weight(notes: Sequence[Note]) -> list[Note]:
    """What was left out, before how the file was read."""
    return sorted(notes, key=lambda note: note.code in _HOW_IT_WAS_READ)


def menu_key(action_id: str, keymap: Mapping[str, str]) -> str:
    """How an action that has no key of its own is reached from the grid, e.g. ``/=``."""
    menu = key_label(keys_in_use(find("menu", "grid"), dict(keymap)))
    return f"{menu}{find(action_id, 'grid').letter}"


def opened_words(draft: WorkingDraft, remembered: Remembered | None, keymap: Mapping[str, str]) -> list[str]:
    """What to say of a draft when it comes onto the screen; nothing where there is nothing to know."""
    notes = by_weight(draft.notes)
    words: list[str] = []
    if remembered is not None:
        at = remembered.at if isinstance(remembered.at, datetime) else datetime.fromtimestamp(remembered.at)
        day = f"{at.day} {at:%B}"
        words.append(f"The columns are as remembered from {day}; {menu_key('mapping', keymap)} changes them.")
    if notes:
        more = f" ({menu_key('notes', keymap)} shows all {plural(len(notes), 'note')})" if notes[1:] else ""
        words.append(notes[0].message + more)
    if draft.source and not remembered and any(field is None for field in draft.header_mapping.values()):
        words.append(f"{menu_key('mapping', keymap)} changes the columns.")
    return words


def note_lines(notes: Sequence[Note]) -> tuple[int, LineOf]:
    """All notes of a file, those that cost something first, with the text that was kept out."""
    lines: list[tuple[str, str, str]] = []
    for note in by_weight(notes):
        where = f"line {note.line:,}" if note.line is not None else ""
        for index, text in enumerate(wrap(visible(note.message, 2000), _WIDTH)):
            lines.append((where if not index else "", text, "text"))
        if note.text:
            lines.append(("", visible(note.text, 2000), "muted"))

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        where, text, role = lines[index]
        return [
            (where.rjust(14) + "  ", palette.style("muted")),
            (text, palette.style("muted" if role == "muted" else "text")),
        ]

    return len(lines), line
