"""The domain: objects and fields, the batch and its edits, what is wrong with it. No async, no HTTP."""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily
from leapgrid.records.batch import Batch
from leapgrid.records.checks import CheckContext, Typing, TypingState
from leapgrid.records.curl import curl_command
from leapgrid.records.duplicates import Duplicates
from leapgrid.records.edits import (
    Change,
    Compound,
    DeleteRows,
    Edit,
    EditError,
    InsertRows,
    RestoreRows,
    SetCells,
    edit_from_json,
    edit_to_json,
    fill,
    is_large,
    rows_of,
    set_cell,
)
from leapgrid.records.frame import Frame, FrameError
from leapgrid.records.history import History, Step
from leapgrid.records.issue_index import IssueIndex
from leapgrid.records.issue_nouns import IssueCounts, IssueGroup, Place, Positions
from leapgrid.records.issues import Finding, Fix, Issue, RowId, Severity, Source
from leapgrid.records.outcomes import DONE, IN_FLIGHT, NEVER_SENT, UNRESOLVED, RowOutcome, RowState
from leapgrid.records.payload import is_empty, payload_text, record_payload
from leapgrid.records.schema import (
    BUILT_IN,
    Field,
    FieldType,
    ObjectSchema,
    schema_for,
    schema_from_json,
    schema_to_json,
)

if TYPE_CHECKING:
    from leapgrid.records.checks import check_cell, check_record, check_typing

__all__ = [
    "BUILT_IN",
    "DONE",
    "IN_FLIGHT",
    "NEVER_SENT",
    "UNRESOLVED",
    "Batch",
    "Change",
    "CheckContext",
    "Compound",
    "DeleteRows",
    "Duplicates",
    "Edit",
    "EditError",
    "Field",
    "FieldType",
    "Finding",
    "Fix",
    "Frame",
    "FrameError",
    "History",
    "InsertRows",
    "Issue",
    "IssueCounts",
    "IssueGroup",
    "IssueIndex",
    "ObjectSchema",
    "Place",
    "Positions",
    "RestoreRows",
    "RowId",
    "RowOutcome",
    "RowState",
    "SetCells",
    "Severity",
    "Source",
    "Step",
    "Typing",
    "TypingState",
    "check_cell",
    "check_record",
    "check_typing",
    "curl_command",
    "edit_from_json",
    "edit_to_json",
    "fill",
    "is_empty",
    "is_large",
    "payload_text",
    "record_payload",
    "rows_of",
    "schema_for",
    "schema_from_json",
    "schema_to_json",
    "set_cell",
]

__getattr__, __dir__ = lazily(__name__, {"checks": ("check_cell", "check_record", "check_typing")})
