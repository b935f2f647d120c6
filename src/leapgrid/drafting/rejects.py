"""Giving rejected records back as a file, to be repaired elsewhere and read again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from leapgrid.drafting.working import WorkingDraft
from leapgrid.files import RejectedRow, suggest_mapping, unique_names
from leapgrid.files.rejects import rejects_table
from leapgrid.records import Issue, RowId, RowState, Severity, Source


def rejected_rows(draft: WorkingDraft) -> tuple[RowId, ...]:
    """The rows that the server refused last, in order, whether or not they were edited since."""
    batch = draft.batch
    found = [
        (position, row)
        for row, outcome in draft.outcomes.items()
        if outcome.state is RowState.REJECTED and (position := batch.position(row)) is not None
    ]
    return tuple(row for _, row in sorted(found))


class Texts(Protocol):
    """The texts of a field, asked for by row ids."""

    def texts(self, rows: Sequence[RowId]) -> list[str]:
        """The texts of some rows."""


class RejectsTable:
    """The rejected records as a table: the file's own columns as they are now, then what was wrong.

    A field that has no column in the file, but a text in one of the records, gets a column behind them. A
    draft that came from no file has a column for each of its fields. Values that were matched on import stand
    in the column that they came from, as they are sent. Columns that were joined stay as they were read, and
    what they make is one of the fields behind them.

    Attributes:
        headers: of the table.
        hidden: field -> the header of a column of the file that would be taken for it when the table is read
            again, instead of the one behind them: it was left out when the file was read.

    Args:
        draft: whose; what was said of the rows is looked up at once.
        rows: which records.
    """

    def __init__(self, draft: WorkingDraft, rows: Sequence[RowId]) -> None:
        batch, frame = draft.batch, draft.batch.frame
        self._rows = rows
        self._frame = frame
        headers = frame.headers[: frame.own]
        self._fields: dict[int, str] = {}
        for name, column in batch.mapping.items():
            if column < frame.own:
                self._fields[column] = name
        names = unique_names(headers)
        for name, column in batch.mapping.items():
            if column >= frame.own and frame.headers[column] in names:
                self._fields.setdefault(names.index(frame.headers[column]), name)
        shown = set(self._fields.values())
        self._added = [
            name
            for name in draft.schema.names
            if name not in shown and (not self._fields or any(batch.text(row, name) for row in rows))
        ]
        self._own_headers = (*headers, *self._added)
        self._lines_of = [batch.line(row) for row in rows]
        self._why = [_why(draft, row) for row in rows]
        self.headers, _ = rejects_table(self._own_headers, ())
        read = suggest_mapping(self.headers, draft.schema)
        self.hidden = {
            name: self.headers[read.index(name)]
            for name in self._added
            if name in read and read.index(name) < len(headers)
        }

    def lines(self, texts: Mapping[str, Texts]) -> Iterator[list[str]]:
        """The lines of the table, each as long as ``headers``.

        Args:
            texts: by field.
        """
        rows = (
            RejectedRow.of(self._cells(row, texts), line, why)
            for row, line, why in zip(self._rows, self._lines_of, self._why, strict=True)
        )
        _, lines = rejects_table(self._own_headers, rows)
        return lines

    def _cells(self, row: RowId, texts: Mapping[str, Texts]) -> list[str]:
        cells: list[str] = []
        for column in range(self._frame.own):
            name = self._fields.get(column)
            if name is not None:
                cells += texts[name].texts((row,))
            else:
                cells.append(self._frame.cell(row, column) if row < self._frame.height else "")
        for name in self._added:
            cells += texts[name].texts((row,))
        return cells


def export_rejects(
    draft: WorkingDraft, path: str | os.PathLike[str], rows: Sequence[RowId] | None = None
) -> int:
    """Write the rejected records as CSV, as :class:`RejectsTable` has them. A file that is there is replaced.

    Args:
        draft: whose.
        path: of a regular file; it may end in anything.
        rows: which records instead, such as those with errors too.

    Returns:
        The number of records written.

    Raises:
        UnwritableFile: with a sentence; nothing was written then.
    """
    from leapgrid.files.csv_out import write_exact
    from leapgrid.files.writing import replacing

    rows = rejected_rows(draft) if rows is None else rows
    table = RejectsTable(draft, rows)
    now = {name: _Now(draft.batch.text, name) for name in draft.schema.names}
    source = draft.source if draft.source not in ("", "-") else None
    with replacing(path, source=source, overwrite=True) as file:
        suffix = os.path.splitext(os.fspath(path))[1].lower()
        delimiter = "\t" if suffix in (".tsv", ".tab") else ","
        return write_exact(
            file, table.headers, table.lines(now), schema=draft.schema, delimiter=delimiter, suffix=suffix
        ).records


class _Now:
    """The texts of a field as they are."""

    def __init__(self, text: Callable[[RowId, str], str], name: str) -> None:
        self._text, self._name = text, name

    def texts(self, rows: Sequence[RowId]) -> list[str]:
        return [self._text(row, self._name) for row in rows]


def _why(draft: WorkingDraft, row: RowId) -> Sequence[Issue]:
    """Why a record was refused: the server's words where it said any, else the errors found here.

    The server's words stay those about the record as it was sent: what was repaired since was wrong then.
    """
    said = [issue for issue in draft.refused_for(row) if issue.severity is Severity.ERROR]
    if said:
        return said
    errors = [issue for issue in draft.issues.of_row(row) if issue.severity is Severity.ERROR]
    return [issue for issue in errors if issue.source is Source.SERVER] or errors
