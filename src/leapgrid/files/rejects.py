"""Writing rejected records back as a file that can be repaired and read again."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from leapgrid.files.model import UnwritableFile
from leapgrid.files.source import shown_name
from leapgrid.records.issues import Issue
from leapgrid.visible import visible

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

    Returns:
        The number of rows.

    Raises:
        UnwritableFile: with one sentence; nothing was changed then.
    """
    target = Path(os.path.realpath(path))
    name = shown_name(path)
    _refuse_target(target, source, name)
    own = _own_columns(headers)
    try:
        handle, beside = tempfile.mkstemp(prefix=".leapgrid-", suffix=".part", dir=target.parent)
    except OSError as problem:
        raise _cannot_write(problem, name) from problem
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            count = _write(file, headers, rows, own)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except OSError as problem:
        raise _cannot_write(problem, name) from problem
    finally:
        # Gone after the rename; still there after whatever went wrong.
        Path(beside).unlink(missing_ok=True)
    return count


def _own_columns(headers: Sequence[str]) -> list[int]:
    """The columns without those that an earlier file of rejects brought along."""
    columns = list(range(len(headers)))
    for at in range(len(headers) - len(ADDED), -1, -1):
        if tuple(headers[at : at + len(ADDED)]) == ADDED:
            del columns[at : at + len(ADDED)]
            break
    return columns


def _write(file: TextIO, headers: Sequence[str], rows: Iterable[RejectedRow], own: Sequence[int]) -> int:
    # CR LF, because the csv module quotes a cell with a line break only if it is one of its own.
    writer = csv.writer(file, lineterminator="\r\n")
    first = [*(headers[column] for column in own), *ADDED]
    if first[0].startswith("\ufeff"):
        # Unquoted, it would be taken for the byte order mark of the file.
        csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow(map(_whole, first))
    else:
        writer.writerow(map(_whole, first))
    count = 0
    for row in rows:
        line = "" if row.line is None else str(row.line)
        cells = [row.cells[column] if column < len(row.cells) else "" for column in own]
        writer.writerow(map(_whole, [*cells, line, row.field, row.value, row.message]))
        count += 1
    return count


def _whole(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() and _has_half(text) else text


def _has_half(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _refuse_target(target: Path, source: str | os.PathLike[str] | None, name: str) -> None:
    try:
        found = target.stat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as problem:
        raise UnwritableFile(f"{name} is not a place to write to. Name another file.") from problem
    if not stat.S_ISREG(found.st_mode):
        raise UnwritableFile(f"{name} is not a regular file. Name another file for the rejected records.")
    if source is None:
        return
    try:
        same = os.path.samestat(found, os.stat(source))
    except (OSError, ValueError):  # the source is gone; then it is not what stands at the target
        return
    if same:
        raise UnwritableFile(
            f"{name} is the file that was read; it is never written over. Name another file."
        )


def _cannot_write(problem: OSError, name: str) -> UnwritableFile:
    if isinstance(problem, FileNotFoundError):
        return UnwritableFile(f"The folder of {name} is not there. Make it, or name another one.")
    if isinstance(problem, PermissionError):
        return UnwritableFile(f"{name} may not be written by you. Name a file in another folder.")
    reason = visible(problem.strerror or "unknown reason", 80)
    return UnwritableFile(f"{name} could not be written ({reason}). Name a file in another folder.")
