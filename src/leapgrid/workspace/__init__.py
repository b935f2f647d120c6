"""What survives a crash: drafts, edits, submissions, attempts, outcomes."""

from leapgrid.workspace.drafts import DraftSummary, JournalEntry, StoredDraft
from leapgrid.workspace.errors import (
    BadWorkspaceUrl,
    CannotOpen,
    Damaged,
    DiskFull,
    ForeignFile,
    Locked,
    NewerWorkspace,
    NotFound,
    ReadOnly,
    RowsTaken,
    WorkspaceError,
)
from leapgrid.workspace.journal import Journal
from leapgrid.workspace.receipts import StoredAttempt, StoredSubmission
from leapgrid.workspace.recovery import Recovered
from leapgrid.workspace.submissions import Intent, Result
from leapgrid.workspace.workspace import Workspace

__all__ = [
    "BadWorkspaceUrl",
    "CannotOpen",
    "Damaged",
    "DiskFull",
    "DraftSummary",
    "ForeignFile",
    "Intent",
    "Journal",
    "JournalEntry",
    "Locked",
    "NewerWorkspace",
    "NotFound",
    "ReadOnly",
    "Recovered",
    "Result",
    "RowsTaken",
    "StoredAttempt",
    "StoredDraft",
    "StoredSubmission",
    "Workspace",
    "WorkspaceError",
]
