"""The story of a cell: as read, edited, sent, answered, looked up, decided; read once a row and kept here."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.drafting.answers import server_words
from leapgrid.records import RowId, RowState
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.workspace import StoryStep, Workspace

_KEPT = 200
"""Rows whose story is remembered."""

_SHOWN = 16
"""The most that is told of a cell; what was before is counted."""

_ROLES: Mapping[RowState | None, Role] = {
    RowState.CREATED: "created",
    RowState.ALREADY_THERE: "created",
    RowState.REJECTED: "error",
    RowState.UNKNOWN: "unknown",
    RowState.SENDING: "sending",
}


class Happened(NamedTuple):
    """One thing in a cell's story; safe to draw.

    Attributes:
        time: when, e.g. "10:47", or "read"; "" where it only parts the days.
        text: what.
        role: its colour.
    """

    time: str
    text: str
    role: Role = "text"


class Story(NamedTuple):
    """What the workspace knows of a row.

    Attributes:
        steps: what happened to it, but for its edits.
        people: when an edit was made -> by whom, where several people work on the draft.
    """

    steps: tuple[StoryStep, ...] = ()
    people: Mapping[float, str] = MappingProxyType({})


class Stories:
    """The stories of the rows that were looked at last."""

    def __init__(self) -> None:
        self._known: OrderedDict[RowId, tuple[object, Story]] = OrderedDict()

    def of(self, row: RowId) -> Story | None:
        """What is known of a row, be it a little old; None where it was not read yet."""
        found = self._known.get(row)
        return found[1] if found is not None else None

    def is_fresh(self, row: RowId, revision: object) -> bool:
        """Whether it was read since what is known of rows changed last."""
        found = self._known.get(row)
        return found is not None and found[0] == revision

    def keep(self, row: RowId, revision: object, story: Story) -> None:
        """Remember what was read."""
        self._known[row] = (revision, story)
        self._known.move_to_end(row)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)


def read_story(workspace: Workspace, draft_id: str, row: RowId, edits: Sequence[float] = ()) -> Story:
    """Read what is known of a row. Waits for the disk.

    Args:
        edits: when its cell was edited, seconds since the epoch.

    Raises:
        WorkspaceError: it cannot be read.
    """
    steps = workspace.row_story(draft_id, row)
    return Story(steps, workspace.who_edited(draft_id, edits) if edits else {})


def story_of(
    told: Iterable[tuple[float, str, str]],
    story: Story,
    field: str,
    *,
    me: str = "",
    now: float | None = None,
) -> tuple[Happened, ...]:
    """The story of a cell, oldest first.

    Args:
        told: what the draft knows itself: when, "read" or "edit" or a row's state, a text. Only the first two
            are taken from it.
        story: what the workspace knows of the row.
        field: the cell's.
        me: the person here, who is not named.
        now: seconds since the epoch.
    """
    found: list[tuple[float, Happened]] = []
    for at, kind, text in told:
        words = visible(text, 80) or "(empty)"
        if kind == "read":
            found.append((at, Happened("read", words, "muted")))
        elif kind == "edit":
            who = story.people.get(at, "")
            by = f", by {visible(who, 40)}" if who and who != me else ""
            found.append((at, Happened(_clock(at), words + by)))
    for step in story.steps:
        if said := _said(step, field, me):
            found.append((step.at, Happened(_clock(step.at), *said)))
    found.sort(key=lambda each: each[0])
    today = date.fromtimestamp(time.time() if now is None else now)
    lines: list[Happened] = []
    day = today
    for number, (at, happened) in enumerate(found):
        if at and len(found) - number <= _SHOWN:
            then = date.fromtimestamp(at)
            if then != day:
                lines.append(Happened("", _day(then, today), "muted"))
                day = then
        if len(found) - number <= _SHOWN or not number:
            lines.append(happened)
        if not number and len(found) > _SHOWN + 1:
            lines.append(Happened("", f"{len(found) - _SHOWN - 1:,} earlier", "muted"))
    return tuple(lines)


def _said(step: StoryStep, field: str, me: str) -> tuple[str, Role] | None:
    sentence = visible(step.sentence, 300)
    match step.kind:
        case "sent":
            return None  # what became of it follows
        case "open":
            return "sent, no answer yet", "sending"
        case "answer":
            return _answered(step, field, sentence)
    who = f" ({visible(step.who, 40)})" if step.who and step.who != me and step.who not in sentence else ""
    return f"{sentence}{who}", _ROLES.get(step.state, "text" if step.state is None else "muted")


def _answered(step: StoryStep, field: str, sentence: str) -> tuple[str, Role]:
    mine = [issue for issue in step.issues if issue.row_id is not None]
    about = [server_words(issue.group or issue.message) for issue in mine if issue.field in (field, None)]
    if about:
        return f"refused: {visible('; '.join(dict.fromkeys(about)), 300)}", "error"
    if mine:
        others = ", ".join(dict.fromkeys(visible(issue.field, 30) for issue in mine))
        return f"refused because of {others}", "error"
    match step.state:
        case RowState.CREATED | RowState.ALREADY_THERE:
            return "created", "created"
        case RowState.UNKNOWN:
            return f"unknown. {sentence}", "unknown"
        case RowState.READY:
            return f"not stored. {sentence}", "muted"
    return sentence, "text"


def _clock(at: float) -> str:
    return time.strftime("%H:%M", time.localtime(at)) if at else ""


def _day(day: date, today: date) -> str:
    if day == today:
        return "today"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"
