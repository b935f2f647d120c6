"""Spreadsheets in: XLSX, XLS and ODS, read by a process of its own, so that no file can take the app down."""

from __future__ import annotations

import json
import os
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from leapgrid.files.child import ChildLimits, End, private_folder, run_child
from leapgrid.files.limits import MIB
from leapgrid.files.model import Note, ReadingCancelled, UnreadableFile
from leapgrid.files.sheet_child import ARROW, HEAD
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.files.source import open_regular

SheetKind = Literal["xlsx", "ods", "xls"]

_CHILD = "leapgrid.files.sheet_child"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_HEAD = 512 * MIB
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*"
    r"(?:<!doctype\s+html|<(?:html|head|body|table|meta|style)\b)",
    re.IGNORECASE | re.DOTALL,
)
_XML_2003 = re.compile(r"\s*<\?xml[^>]*\?>.{0,2000}(?:Excel\.Sheet|office:spreadsheet)", re.S)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a spreadsheet as text, as a person sees it there.

    Attributes:
        names: all sheets that can hold cells, in the order of the workbook.
        hidden: those of them that are not shown; none of these is chosen unless it was named.
        chosen: the name of the sheet that was read.
        kind: what the file is; binary workbooks (XLSB) count as xlsx.
        columns: the cells of the used range, the header not split off, without rows and outer columns that
            are wholly blank. Lists, or polars Series of strings where the sheet is large. All of one length.
        rows: the number of each row in the sheet, from 1.
        left: the column of the sheet that ``columns[0]`` is, from 0: 1 stands for B.
        notes: what a person should know, by row.
    """

    names: tuple[str, ...]
    hidden: tuple[str, ...]
    chosen: str
    kind: SheetKind
    columns: tuple[Sequence[str], ...]
    rows: Sequence[int]
    left: int = 0
    notes: tuple[Note, ...] = ()

    def cell(self, row: int, column: int) -> str:
        """The name of a cell in the sheet.

        Args:
            row: index into ``rows``.
            column: index into ``columns``.
        """
        from leapgrid.files.sheet_xlsx import cell_name

        return cell_name(self.rows[row], self.left + column + 1)


def is_spreadsheet(head: bytes) -> bool:
    """Whether a file that begins so is for :func:`read_sheet`: archives and old Office files are.

    What they hold shows only when they are read; text under the name of a workbook is none of them.
    """
    return head.startswith((_ZIP, _OLE))


def refuse_markup(head: str, name: str) -> None:
    """Refuse web pages and XML that other programs export under the name of a workbook.

    Args:
        head: how the text begins.
        name: the file's name as messages print it.

    Raises:
        UnreadableFile: it is one of them.
    """
    begin = head[:65_536].lstrip("\ufeff")
    if _MARKUP.match(begin):
        raise UnreadableFile(
            f"{name} is a web page under another name, as some programs export it. Open it in a "
            "spreadsheet program and save it as XLSX or CSV (UTF-8)."
        )
    if _XML_2003.match(begin):
        raise UnreadableFile(
            f"{name} is a spreadsheet in the XML of 2003. Open it in a spreadsheet program and save it "
            "as XLSX or CSV (UTF-8)."
        )


def read_sheet(
    source: str | os.PathLike[str] | BinaryIO,
    sheet: str | None = None,
    *,
    name: str,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    limits: SheetLimits | None = None,
) -> Sheet:
    """Read one sheet of an XLSX, XLSB, XLS or ODS file in a process with limits.

    Args:
        source: the path of a regular file, or a file that is open for reading; it stays open, and where it
            stands afterwards is not defined.
        sheet: the name of the sheet, in capitals or not; None: the first that is visible and not empty.
        name: the file's name as messages print it.
        progress: is told bytes done and bytes in all, now and then.
        cancelled: is asked now and then whether to stop.
        limits: what the reading may take.

    Raises:
        UnreadableFile: with a sentence on what is wrong and what to do, whatever the file does to its reader.
        ReadingCancelled: ``cancelled`` said so.
    """
    limits = limits or SheetLimits()
    if isinstance(source, str | os.PathLike):
        with open_regular(Path(source)) as file:
            return _read(file, sheet, name, progress, cancelled, limits)
    return _read(source, sheet, name, progress, cancelled, limits)


def _read(
    file: BinaryIO,
    sheet: str | None,
    name: str,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
    limits: SheetLimits,
) -> Sheet:
    if os.fstat(file.fileno()).st_size > limits.file:
        raise UnreadableFile(
            f"{name} is larger than the {limits.file // MIB:,} MiB that a spreadsheet may have. Split it, "
            "or save the sheet as CSV (UTF-8)."
        )
    with private_folder() as folder:
        end = run_child(
            _CHILD,
            {"name": name, "sheet": sheet, "limits": asdict(limits)},
            stdin=file,
            folder=folder,
            limits=ChildLimits(limits.memory, limits.cpu, limits.wall, limits.output),
            progress=progress,
            cancelled=cancelled,
        )
        if end == "cancelled":
            raise ReadingCancelled(f"Reading {name} was cancelled.")
        if end == "done":
            try:
                return _take(folder, name, limits)
            except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
                raise _ended("failed", name, limits) from problem
        raise _ended(end, name, limits)


def _take(folder: Path, name: str, limits: SheetLimits) -> Sheet:
    """What the process has left behind, which is believed no more than its end."""
    path = folder / HEAD
    if path.stat().st_size > _MAX_HEAD:
        raise ValueError("too long")
    head: dict[str, Any] = json.loads(path.read_bytes())
    if "refused" in head:
        raise UnreadableFile(str(head["refused"]), head["line"])
    if "end" in head:
        raise _ended(cast(End, head["end"]), name, limits)
    width, height = int(head["width"]), int(head["height"])
    columns: list[Sequence[str]]
    if "columns" in head:
        columns = [[str(text) for text in column] for column in head["columns"]]
    else:
        from leapgrid.files.sheet_table import from_arrow

        columns = from_arrow(folder / ARROW, width, height)
    rows = _rows(head["rows"])
    if len(columns) != width or len(rows) != height or any(len(column) != height for column in columns):
        raise ValueError("uneven")
    return Sheet(
        names=tuple(map(str, head["names"])),
        hidden=tuple(map(str, head["hidden"])),
        chosen=str(head["chosen"]),
        kind=cast(SheetKind, head["kind"]),
        columns=tuple(columns),
        rows=rows,
        left=int(head["left"]),
        notes=tuple(Note(code, line, message, text) for code, line, message, text in head["notes"]),
    )


def _rows(spans: list[list[int]]) -> Sequence[int]:
    if len(spans) == 1:
        first, count = spans[0]
        return range(first, first + count)
    rows = array("q")
    for first, count in spans:
        rows.extend(range(first, first + count))
    return rows


def _ended(end: End, name: str, limits: SheetLimits) -> UnreadableFile:
    """The sentence for a process that did not come to its end, or came to one that makes no sense."""
    if end == "memory":
        return UnreadableFile(
            f"Reading {name} would take more than {limits.memory // MIB:,} MiB of memory. "
            "Save the sheet as CSV (UTF-8), or copy the table into a new workbook."
        )
    if end == "cpu":
        return UnreadableFile(
            f"Reading {name} takes more than {limits.cpu} seconds of computing. "
            "Save the sheet as CSV (UTF-8)."
        )
    if end == "time":
        return UnreadableFile(
            f"Reading {name} takes more than {limits.wall:g} seconds. Save the sheet as CSV (UTF-8)."
        )
    return UnreadableFile(
        f"{name} cannot be read: its reader broke off. Open it in a spreadsheet program and save the sheet "
        "as CSV (UTF-8)."
    )
