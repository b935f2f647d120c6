"""Giving rejected records back as a file, to be repaired elsewhere and read again."""

from __future__ import annotations

import os
from collections.abc import Sequence

from leapgrid.drafting.working import WorkingDraft
from leapgrid.files import RejectedRow, write_rejects
from leapgrid.records import Issue, RowId, RowState, Severity, Source


def rejected_rows(draft: WorkingDraft) -> tuple[RowId, ...]:
    """The rows that the server refused last, in order, whether or not they were edited since."""
    return tuple(row for row in draft.batch.order if draft.shown_state(row) is RowState.REJECTED)


def export_rejects(
    draft: WorkingDraft, path: str | os.PathLike[str], rows: Sequence[RowId] | None = None
) -> int:
    """Write the rejected records: the file's own columns as they are now, then what was wrong.

    A field that has no column in the file, but a text in one of the records, gets a column behind them. A
    draft that came from no file has a column for each of its fields.

    Args:
        draft: whose.
        path: of a CSV file; see :func:`leapgrid.files.write_rejects`.
        rows: which records instead, such as those with errors too.

    Returns:
        The number of records written.

    Raises:
        UnwritableFile: with a sentence; nothing was written then.
    """
    batch = draft.batch
    rows = rejected_rows(draft) if rows is None else rows
    by_column = {column: name for name, column in batch.mapping.items()}
    added = [
        name
        for name in draft.schema.names
        if name not in batch.mapping and (not by_column or any(batch.text(row, name) for row in rows))
    ]

    def cells(row: RowId) -> list[str]:
        own = [
            batch.text(row, by_column[column])
            if column in by_column
            else (batch.frame.cell(row, column) if row < batch.frame.height else "")
            for column in range(len(batch.frame.headers))
        ]
        return own + [batch.text(row, name) for name in added]

    return write_rejects(
        path,
        (*batch.frame.headers, *added),
        (RejectedRow.of(cells(row), batch.line(row), _why(draft, row)) for row in rows),
        source=draft.source or None,
    )


def _why(draft: WorkingDraft, row: RowId) -> list[Issue]:
    """Why a record was refused: the server's words where it said any, else the errors found here."""
    errors = [issue for issue in draft.issues.of_row(row) if issue.severity is Severity.ERROR]
    said = [issue for issue in errors if issue.source is Source.SERVER]
    return said or errors
