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
        NotForSending,
        NotFound,
        ReadOnly,
        RowsTaken,
        Unreachable,
        WorkspaceError,
    )
    from leapgrid.workspace.evidence import (
        Baseline,
        Decision,
        Earlier,
        Joined,
        Looked,
        LookUp,
        OpenSubmission,
        Purpose,
        RefusalRule,
        Resolution,
        Rule,
        Seen,
        SentElsewhere,
        SentRow,
        StoryStep,
        SubmittedRow,
    )
    from leapgrid.workspace.glance import may_remember
    from leapgrid.workspace.journal import Journal
    from leapgrid.workspace.mappings import RememberedMapping
    from leapgrid.workspace.model import DraftSummary, JournalEntry, SharedStep, StoredDraft
    from leapgrid.workspace.receipts import StoredAttempt, StoredChunk, StoredRun, StoredSubmission
    from leapgrid.workspace.recovery import Recovered
    from leapgrid.workspace.submissions import Intent, Result
    from leapgrid.workspace.workspace import Workspace

__all__ = [
    "BadWorkspaceUrl",
    "Baseline",
    "CannotOpen",
    "Damaged",
    "Decision",
    "DiskFull",
    "DraftSummary",
    "Earlier",
    "ForeignFile",
    "Intent",
    "Joined",
    "Journal",
    "JournalEntry",
    "Locked",
    "LookUp",
    "Looked",
    "NewerWorkspace",
    "NotForSending",
    "NotFound",
    "OpenSubmission",
    "Purpose",
    "ReadOnly",
    "Recovered",
    "RefusalRule",
    "RememberedMapping",
    "Resolution",
    "Result",
    "RowsTaken",
    "Rule",
    "Seen",
    "SentElsewhere",
    "SentRow",
    "SharedStep",
    "StoredAttempt",
    "StoredChunk",
    "StoredDraft",
    "StoredRun",
    "StoredSubmission",
    "StoryStep",
    "SubmittedRow",
    "Unreachable",
    "Workspace",
    "WorkspaceError",
    "may_remember",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "errors": (
            "BadWorkspaceUrl", "CannotOpen", "Damaged", "DiskFull", "ForeignFile", "Locked", "NewerWorkspace",
            "NotForSending", "NotFound", "ReadOnly", "RowsTaken", "Unreachable", "WorkspaceError",
        ),
        "evidence": (
            "Baseline", "Decision", "Earlier", "Joined", "LookUp", "Looked", "OpenSubmission", "Purpose",
            "RefusalRule", "Resolution", "Rule", "Seen", "SentElsewhere", "SentRow", "StoryStep",
            "SubmittedRow",
        ),
        "glance": ("may_remember",),
        "journal": ("Journal",),
        "mappings": ("RememberedMapping",),
        "model": ("DraftSummary", "JournalEntry", "SharedStep", "StoredDraft"),
        "receipts": ("StoredAttempt", "StoredChunk", "StoredRun", "StoredSubmission"),
        "recovery": ("Recovered",),
        "submissions": ("Intent", "Result"),
        "workspace": ("Workspace",),
    },
)  # fmt: skip
