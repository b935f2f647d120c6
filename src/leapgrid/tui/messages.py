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


@dataclass
class WorkspaceRescued(Message):
    """The damaged workspace is set aside, and there is one to work in.

    Attributes:
        said: what was done, one sentence.
    """

    said: str


class ShowResult(Message):
    """Show the progress or result of the sending over the whole screen."""


class ShowHistory(Message):
    """Show what was sent from this workspace."""


@dataclass
class ShowReceipt(Message):
    """Show all that is known of a submission."""

    submission: str


@dataclass
class GoToDraft(Message):
    """Show a draft: the one that lies on the desk as it is, another one in its place.

    Attributes:
        row_id: the row to stand on, or None.
        field: the column.
    """

    draft_id: str
    row_id: RowId | None = None
    field: str | None = None


@dataclass
class LookUpSent(Message):
    """Ask the server whether the unknown records of a submission are there."""

    draft_id: str
    submission: str


@dataclass
class ExportRejectedOf(Message):
    """Export the records of a draft that the server refused, whether or not it lies on the desk."""

    draft_id: str


class ShowUnknown(Message):
    """Show the rows that may be at the server over the whole screen."""


@dataclass
class LookUpUnknown(Message):
    """Ask the server whether what is unknown of the draft on the desk is there; all of it, or some rows."""

    rows: tuple[RowId, ...] | None = None


@dataclass
class DecideUnknown(Message):
    """Keep what a person says of unknown rows.

    Attributes:
        choice: "there", "again" or "leave".
    """

    rows: tuple[RowId, ...]
    choice: str


@dataclass
class SendAnyway(Message):
    """Send rows that this workspace created before all the same."""

    rows: tuple[RowId, ...]


@dataclass
class AskToGoOn(Message):
    """Show what was cut off and ask whether to go on; of another draft, that is opened first."""

    draft_id: str = ""


@dataclass
class GoOn(Message):
    """Go on with submissions that were cut off."""

    submissions: tuple[str, ...]
    options: SubmitOptions


class AskToConnect(Message):
    """Show the screen that connects."""
