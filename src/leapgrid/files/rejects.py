"""Writing rejected records back as a file that can be repaired and read again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leapgrid.files.writing import replacing
from leapgrid.records.issues import Issue
from leapgrid.records.schema import ObjectSchema, schema_for

ADDED = ("line", "field", "value", "message")
"""The columns that stand behind the file's own."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One rejected record: always one line, so that reading the file again does not make two of it.

    Attributes:
        cells: the texts of the file's own columns, in order.
        line: the physical line it came from, or None.
        field: the slugs of the fields that were refused, parted by "; ".
        value: the refused values, likewise.
        message: what was said of them, likewise.
    """

    cells: Sequence[str]
    line: int | None = None
    field: str = ""
    value: str = ""
    message: str = ""

    @classmethod
    def of(cls, cells: Sequence[str], line: int | None, issues: Iterable[Issue]) -> RejectedRow:
        """A row with all that is wrong with it."""
        found = list(issues)
        return cls(
            cells,
            line,
            field="; ".join(issue.field or "" for issue in found),
            value="; ".join(issue.value for issue in found),
            message="; ".join(issue.message for issue in found),
        )


def write_rejects(
    path: str | os.PathLike[str],
    headers: Sequence[str],
    rows: Iterable[RejectedRow],
    *,
    source: str | os.PathLike[str] | None = None,
    schema: ObjectSchema | None = None,
) -> int:
    """Write rejected records as CSV (UTF-8): the file's own columns, then line, field, value, message.

    Cells are written exactly as they are: reading the file again gives the same texts. The file appears
    whole or not at all, and only its owner may read it.

    Args:
        path: an existing regular file is replaced.
        headers: the file's own columns. If the four added ones are among them, side by side (a file of
            rejects that was read again), those are replaced, not added twice.
        rows: in their order.
        source: the file that the records came from, which is never written over.
        schema: the object whose records they are; a lead if None.

    Returns:
        The number of rows.

    Raises:
        UnwritableFile: with one sentence; nothing was changed then.
    """
    from leapgrid.files.csv_out import write_exact

    names, lines = rejects_table(headers, rows)
    with replacing(path, source=source, overwrite=True) as file:
        return write_exact(file, names, lines, schema=schema or schema_for("lead")).records


def rejects_table(
    headers: Sequence[str], rows: Iterable[RejectedRow]
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The table of some rejected records, whatever form it is written in.

    Args:
        headers: as for :func:`write_rejects`.
        rows: likewise; gone through once, as the lines are asked for.

    Returns:
        Its headers and its lines.
    """
    own = _own_columns(headers)
    return (*(headers[column] for column in own), *ADDED), _lines(rows, own)


def _own_columns(headers: Sequence[str]) -> list[int]:
    """The columns without those that an earlier file of rejects brought along."""
    columns = list(range(len(headers)))
    for at in range(len(headers) - len(ADDED), -1, -1):
        if tuple(headers[at : at + len(ADDED)]) == ADDED:
            del columns[at : at + len(ADDED)]
            break
    return columns


def _lines(rows: Iterable[RejectedRow], own: Sequence[int]) -> Iterator[list[str]]:
    for row in rows:
        line = "" if row.line is None else str(row.line)
        cells = [row.cells[column] if column < len(row.cells) else "" for column in own]
        yield [*cells, line, row.field, row.value, row.message]
