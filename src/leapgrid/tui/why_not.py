"""Why a letter of the menu does nothing now, in a sentence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leapgrid.tui.actions import actions_of
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.tui.session import Session

_WHY = {
    "undo": "There is nothing to undo.",
    "redo": "There is nothing to redo.",
    "clear_cell": "There is no record in this row yet.",
    "duplicate_row": "There is no record in this row yet.",
    "delete_row": "There is no record in this row yet.",
    "skip_row": "There is no record in this row yet.",
    "next_issue": "There are no issues.",
    "previous_issue": "There are no issues.",
    "fix": "There is no fix for this cell.",
    "only_problems": "There are no issues.",
    "only_rejected": "No row is rejected.",
    "not_sent": "Nothing was sent yet.",
    "unknown": "Nothing is unknown.",
    "resume": "Nothing is cut off here.",
    "send_anyway": "This is only for a row that was created before from this workspace.",
    "result": "Nothing was sent since this draft was opened.",
    "mapping": "These records are not from a file.",
    "notes": "There are no notes.",
    "export": "There are no records to export.",
}
_NOT_WHILE_SENDING = frozenset({"unknown", "resume", "connect", "mapping"})


def why_not(letter: str, session: Session) -> str:
    """Why nothing comes of a letter.

    Args:
        letter: what was pressed in the menu.
        session: the open draft.
    """
    wanted = letter.lower()
    action = next((a for a in actions_of("grid", "app") if a.letter and a.letter == wanted), None)
    if action is None:
        return f"The menu has no {visible(letter.upper(), 8)}."
    if session.reading is not None:
        return f'"{action.title}" can be done once the file is read.'
    if session.is_sending and action.id in _NOT_WHILE_SENDING:
        return f'"{action.title}" can be done once the sending is over.'
    return _WHY.get(action.id, f'"{action.title}" does nothing here now.')
