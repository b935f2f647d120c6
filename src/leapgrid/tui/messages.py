"""What screens ask of the app: each says what a person wants, the app knows where that leads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from leapgrid.records import RowId
from leapgrid.submit import Plan, SubmitOptions


class GridIsThere(Message):
    """A draft is on the screen: what its first sight need not wait for can begin."""


class NewDraft(Message):
    """Begin an empty draft."""


@dataclass
class OpenDraft(Message):
    """Go on with a draft of the workspace."""

    draft_id: str


@dataclass
class OpenFile(Message):
    """Make a draft of a file."""

    path: Path


class LeaveReading(Message):
    """Read the file that is being opened no further."""


class ChangeColumns(Message):
    """Let a person say anew which column of the draft's file is which field."""


class ShowNotes(Message):
    """Show all that was found while the draft's file was read."""


class SampleLeads(Message):
    """Start the sandbox and open the sample leads."""


class GoToStart(Message):
    """Show the start screen."""


class AskForFile(Message):
    """Show the screen that asks for a file."""


@dataclass
class AskForExport(Message):
    """Show the screen that exports records; the rejected ones are chosen where that is said."""

    rejected: bool = False


@dataclass
class SendPlan(Message):
    """Send what the review screen showed."""

    plan: Plan
    options: SubmitOptions


class PauseSending(Message):
    """Pause after the chunk that is on its way, or go on."""


class StopSending(Message):
    """Stop after the chunk that is on its way."""


@dataclass
class GoToCell(Message):
    """Show a row, and the field's column, in the grid."""

    row_id: RowId
    field: str | None = None


class AskForReview(Message):
    """Show what would be sent, and ask."""


@dataclass
class ShowPayload(Message):
    """Show the payload of a record over the whole screen."""

    row_id: RowId | None
    field: str


class ShowResult(Message):
    """Show the progress or result of the sending over the whole screen."""
