"""What is to be said of a file that was opened: how far it is, what was found, and how to change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len

from leapgrid.drafting import WorkingDraft
from leapgrid.files import Note
from leapgrid.tui.keymap import shown_key
from leapgrid.tui.pages import LineOf
from leapgrid.tui.text import Part, cut, plural, wrap
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opening, Remembered
    from leapgrid.workspace import OpenSubmission

_HOW_IT_WAS_READ = frozenset({"delimiter", "encoding", "header", "joined", "json5", "wrapped"})
"""Codes of notes that cost nobody a record; what was left out is told before."""

_ABOUT_COLUMNS = frozenset({"left_out", "no_header", "second_column", "sheet"})
"""Codes of notes that the way to change the columns is an answer to."""

_WIDTH = 76
_NO_KEYS: Mapping[str, str] = {}


def how_far(opening: Opening) -> str:
    """How far a file is read, e.g. ``40 % of 68 MB``."""
    from leapgrid.tui.folders import file_size

    if opening.percent is None:
        done = opening.progress[0]
        return f"{done:,} so far" if done else "just begun"
    return f"{opening.percent} % of {file_size(opening.size)}" if opening.size else f"{opening.percent} %"


def by_weight(notes: Sequence[Note]) -> list[Note]:
    """What was left out, before how the file was read."""
    return sorted(notes, key=lambda note: note.code in _HOW_IT_WAS_READ)


def sending_words(keymap: Mapping[str, str]) -> str:
    """Why another draft cannot be opened while records are being sent, and what to do."""
    how = f"{shown_key('review', keymap)}, then {shown_key('stop_sending', keymap, 'result')}"
    return f"Records are being sent. Wait for the answer, or stop after this chunk: {how}."


def menu_key(action_id: str, keymap: Mapping[str, str]) -> str:
    """How an action that has no key of its own is reached from the grid, e.g. ``/=``."""
    return shown_key(action_id, keymap)


def _columns_key(keymap: Mapping[str, str]) -> str:
    """The beginning of what is said of how columns are changed, e.g. ``/= changes``."""
    return f"{menu_key('mapping', keymap)} changes"


def opened_words(draft: WorkingDraft, remembered: Remembered | None, keymap: Mapping[str, str]) -> list[str]:
    """What to say of a draft when it comes onto the screen; nothing where there is nothing to know."""
    notes = by_weight(draft.notes)
    words: list[str] = []
    if remembered is not None:
        at = remembered.at if isinstance(remembered.at, datetime) else datetime.fromtimestamp(remembered.at)
        day = f"{at.day} {at:%B}"
        words.append(f"The columns are as remembered from {day}; {_columns_key(keymap)} them.")
    if notes:
        more = f" ({menu_key('notes', keymap)} shows all {plural(len(notes), 'note')})" if notes[1:] else ""
        words.append(notes[0].message + more)
    may_change = any(field is None for field in draft.header_mapping.values())
    if draft.source and not remembered and (may_change or any(note.code == "sheet" for note in notes)):
        words.append(f"{_columns_key(keymap)} the columns.")
    return words


def open_words(opened: Sequence[OpenSubmission], unknown: int, keymap: Mapping[str, str]) -> str:
    """What is open of a draft, and the key that goes on with it; "" where nothing is.

    Args:
        opened: its submissions that somebody may go on with, the newest first.
        unknown: how many of its rows may be at the server.
    """
    if any(one.running for one in opened):
        return "Another LeapGrid is sending rows of this draft now."
    unsent = sum(one.unsent + one.assumed for one in opened)
    parts = [f"{unknown:,} unknown"] if unknown else []
    parts += [f"{unsent:,} not sent"] if unsent else []
    if not parts:
        return ""
    from leapgrid.tui.drafts import day_words

    when = f"Open since {day_words(opened[0].started_at)}: " if opened else "Open: "
    ways = [f"{menu_key('unknown', keymap)} shows the unknown"] if unknown else []
    ways = [f"{menu_key('resume', keymap)} goes on", *ways] if opened else ways
    return f"{when}{' and '.join(parts)}. {', '.join(ways)}."


def fitting(said: Sequence[str], width: int, keymap: Mapping[str, str]) -> str:
    """As many whole sentences as a line takes, the first in any case, and where the others are.

    Args:
        said: what matters most first.
        width: cells of the line.
    """
    whole = " ".join(said)
    if cell_len(whole) <= width or not said:
        return whole
    key = menu_key("notes", keymap)
    for count in range(len(said), 0, -1):
        kept = " ".join(said[:count])
        more = "" if count == len(said) or f"({key} shows" in kept else f" {key} shows all."
        if cell_len(kept + more) <= width:
            return kept + more
    # Even the first is too long: its beginning, and where all of it is.
    more = f" {key} shows all."
    return cut(said[0], max(8, width - cell_len(more))) + more


def note_lines(
    notes: Sequence[Note], told: Sequence[str] = (), keymap: Mapping[str, str] = _NO_KEYS
) -> tuple[int, LineOf]:
    """All notes of a file, those that cost something first, with the text that was kept out.

    Args:
        told: what else was said when it was opened; stands first. How the columns are changed stands with the
            notes about columns instead, or at the end.
        keymap: the person's own keys.
    """
    lines: list[tuple[str, str, str]] = []
    own = {note.message for note in notes}
    ways: list[str] = []
    for sentence in told:
        if _columns_key(keymap) in sentence:
            ways.append(sentence)
        elif not any(sentence.startswith(message) for message in own):
            lines += _wrapped("", sentence)
    ordered = by_weight(notes)
    last = max((at for at, note in enumerate(ordered) if note.code in _ABOUT_COLUMNS), default=-1)
    for at, note in enumerate(ordered):
        lines += _wrapped(f"line {note.line:,}" if note.line is not None else "", note.message)
        if note.text:
            lines.append(("", visible(note.text, 2000), "muted"))
        if at == last:
            lines += [line for way in ways for line in _wrapped("", way)]
    if last < 0:
        lines += [line for way in ways for line in _wrapped("", way)]

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        where, text, role = lines[index]
        return [
            (where.rjust(14) + "  ", palette.style("muted")),
            (text, palette.style("muted" if role == "muted" else "text")),
        ]

    return len(lines), line


def _wrapped(where: str, sentence: str) -> list[tuple[str, str, str]]:
    parts = wrap(visible(sentence, 2000), _WIDTH)
    return [(where if not at else "", part, "text") for at, part in enumerate(parts)]
