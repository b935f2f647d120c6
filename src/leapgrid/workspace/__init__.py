"""What survives a crash: drafts, edits, submissions, attempts, outcomes.

The names are loaded when they are used: errors and plain values come without the database.
"""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily

if TYPE_CHECKING:
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
    from leapgrid.workspace.glance import may_remember
    from leapgrid.workspace.journal import Journal
    from leapgrid.workspace.mappings import RememberedMapping
    from leapgrid.workspace.model import DraftSummary, JournalEntry, StoredDraft
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
    "RememberedMapping",
    "Result",
    "RowsTaken",
    "StoredAttempt",
    "StoredDraft",
    "StoredSubmission",
    "Workspace",
    "WorkspaceError",
    "may_remember",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "errors": (
            "BadWorkspaceUrl", "CannotOpen", "Damaged", "DiskFull", "ForeignFile", "Locked", "NewerWorkspace",
            "NotFound", "ReadOnly", "RowsTaken", "WorkspaceError",
        ),
        "glance": ("may_remember",),
        "journal": ("Journal",),
        "mappings": ("RememberedMapping",),
        "model": ("DraftSummary", "JournalEntry", "StoredDraft"),
        "receipts": ("StoredAttempt", "StoredSubmission"),
        "recovery": ("Recovered",),
        "submissions": ("Intent", "Result"),
        "workspace": ("Workspace",),
    },
)  # fmt: skip
