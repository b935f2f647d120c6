"""Collecting notes, so that a file with a million short lines does not make a million of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from leapgrid.files.limits import MAX_NOTES
from leapgrid.files.model import Note
from leapgrid.visible import visible

_SHOWN = 8


class Notebook:
    """Notes in the order of the lines; of each kind at most ``MAX_NOTES``, and one that counts the rest."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._counts: Counter[str] = Counter()

    def add(self, code: str, line: int | None, message: str, text: str = "") -> None:
        """Take a note, or only count it where there are too many of its kind."""
        self._counts[code] += 1
        if self._counts[code] <= MAX_NOTES:
            self._notes.append(Note(code, line, message, text))

    def has_room(self, code: str) -> bool:
        """Whether a note of this kind would be kept; saves composing its message."""
        if self._counts[code] < MAX_NOTES:
            return True
        self._counts[code] += 1
        return False

    def forget(self, code: str, lines: Collection[int]) -> None:
        """Take back the notes of a kind on some lines."""
        kept = [note for note in self._notes if note.code != code or note.line not in lines]
        self._counts[code] -= len(self._notes) - len(kept)
        self._notes = kept

    def finish(self) -> tuple[Note, ...]:
        """All notes: first those of the whole file, then by line."""
        for code, count in self._counts.items():
            if count > MAX_NOTES:
                self._notes.append(
                    Note(code, None, f"{count - MAX_NOTES:,} more of the kind {code} are not listed.")
                )
        return tuple(sorted(self._notes, key=lambda note: note.line or 0))


def listed(numbers: Iterable[int]) -> str:
    """Line numbers as a sentence has them: "3, 7 and 12" or "3, 7, 9, ... and 40 more"."""
    values = list(numbers)
    if len(values) == 1:
        return str(values[0])
    if len(values) <= _SHOWN:
        return f"{', '.join(map(str, values[:-1]))} and {values[-1]}"
    return f"{', '.join(map(str, values[:_SHOWN]))} and {len(values) - _SHOWN:,} more"


def quoted(text: str, limit: int = 40) -> str:
    """Outside text within a message."""
    return f"“{visible(text, limit)}”"
