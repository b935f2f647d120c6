"""Working on a draft: what the screen and the command line both do, above files, workspace and sending."""

from typing import TYPE_CHECKING

from leapgrid.drafting.answers import ChunkRefusal
from leapgrid.drafting.checking import Cancelled, CheckRun, Progress
from leapgrid.drafting.errors import DraftError
from leapgrid.drafting.samples import LOCAL_REPAIRS, SAMPLE_LEADS, SAMPLE_NAME, SERVER_REPAIR
from leapgrid.drafting.tally import DraftCounts, Kind
from leapgrid.drafting.working import WorkingDraft
from leapgrid.lazy import lazily

if TYPE_CHECKING:
    from leapgrid.drafting.export import Export, Exported
    from leapgrid.drafting.rejects import export_rejects, rejected_rows
    from leapgrid.drafting.report import check_report, in_order, issue_list, submit_report

__all__ = [
    "LOCAL_REPAIRS",
    "SAMPLE_LEADS",
    "SAMPLE_NAME",
    "SERVER_REPAIR",
    "Cancelled",
    "CheckRun",
    "ChunkRefusal",
    "DraftCounts",
    "DraftError",
    "Export",
    "Exported",
    "Kind",
    "Progress",
    "WorkingDraft",
    "check_report",
    "export_rejects",
    "in_order",
    "issue_list",
    "rejected_rows",
    "submit_report",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "export": ("Export", "Exported"),
        "rejects": ("export_rejects", "rejected_rows"),
        "report": ("check_report", "in_order", "issue_list", "submit_report"),
    },
)
