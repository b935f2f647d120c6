"""What the start screen says of a draft, from its summary. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from leapgrid.records import RowState
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.workspace import DraftSummary, OpenSubmission


@dataclass(frozen=True, slots=True)
class DraftState:
    """What matters most about a draft: its glyph, a number and a word; and how many rows were never sent."""

    sign: str
    role: Role
    number: int
    word: str
    not_sent: int


def draft_state(summary: DraftSummary) -> DraftState:
    """The state of a draft in a few words: what needs a person first."""
    counts = summary.counts
    ready = counts.get(RowState.READY, 0)
    sending = counts.get(RowState.SENDING, 0) + counts.get(RowState.QUEUED, 0)
    created = counts.get(RowState.CREATED, 0) + counts.get(RowState.ALREADY_THERE, 0)
    errors = summary.errors or 0
    found: tuple[tuple[str, Role, int, str], ...] = (
        (">", "sending", sending, "sending"),
        ("?", "unknown", counts.get(RowState.UNKNOWN, 0), "unknown"),
        ("✗", "error", counts.get(RowState.REJECTED, 0), "rejected"),
        ("!", "error", errors, "error" if errors == 1 else "errors"),
        ("✓", "created", created, "created"),
        ("-", "muted", counts.get(RowState.SKIPPED, 0), "skipped"),
    )
    for sign, role, number, word in found:
        if number:
            return DraftState(sign, role, number, word, ready)
    return DraftState("", "muted", 0, "", ready)


def day_words(at: float, now: float | None = None) -> str:
    """When something was: 10:42, yesterday, 18 March, 18 March 2024."""
    moment = datetime.fromtimestamp(at)
    today = datetime.fromtimestamp(time.time() if now is None else now)
    days = (today.date() - moment.date()).days
    if days <= 0:
        return moment.strftime("%H:%M")
    if days == 1:
        return "yesterday"
    words = f"{moment.day} {moment.strftime('%B')}"
    return words if moment.year == today.year else f"{words} {moment.year}"


def open_words(opened: Sequence[OpenSubmission], now: float | None = None) -> str:
    """What was cut off of a draft: "Open since 10:47: 12 unknown and 300 not sent."

    Args:
        opened: its submissions that somebody may go on with, the newest first.
        now: seconds since the epoch.
    """
    unknown = sum(one.unknown for one in opened)
    unsent = sum(one.unsent + one.assumed for one in opened)
    parts = [f"{count:,} {word}" for count, word in ((unknown, "unknown"), (unsent, "not sent")) if count]
    if not parts:
        return ""
    return f"Open since {day_words(opened[0].started_at, now)}: {' and '.join(parts)}."


def removal_words(draft: DraftSummary) -> str:
    """What a second Del takes away, with what nobody knows yet first, because its traces go too."""
    named = (
        (RowState.SENDING, "being sent"),
        (RowState.UNKNOWN, "unknown"),
        (RowState.REJECTED, "rejected"),
        (RowState.READY, "unsent"),
    )
    parts = [(number, word) for state, word in named if (number := draft.counts.get(state, 0))]
    what = ""
    if parts:
        said = [f"{number:,} {word}" for number, word in parts]
        listed = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
        what = f" and its {listed} {'record' if parts[-1][0] == 1 else 'records'}"
    return f'Press Del again to remove "{visible(draft.name, 40)}"{what}.'
