"""The process that reads a spreadsheet: everything that touches what is in the file happens here."""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from leapgrid.files.child import tell
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.files.sheet_notes import SheetNotes
from leapgrid.files.sheet_table import Table
from leapgrid.files.sheet_values import column_texts
from leapgrid.files.sheet_zip import Archive, damaged, locked
from leapgrid.visible import visible

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from leapgrid.files.sheet_xlsx import Scan

HEAD = "head.json"
ARROW = "table.arrow"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BLOCK = 1 << 20
_NO_ESCAPES: dict[str, str] = {}
_PADDING = 5_000_000
_SLAB_ROWS = 8_192
_SLAB_CELLS = 500_000
_MOST_SHEETS = 5_000
_WORDS = "WordDocument".encode("utf-16-le")
_SLIDES = "PowerPoint Document".encode("utf-16-le")
_OTHERS = {_WORDS: "Word document", _SLIDES: "PowerPoint file"}


def main(folder: Path, task: dict[str, Any]) -> None:
    """Read the spreadsheet on standard input and write what was found into the folder.

    Args:
        folder: where :data:`HEAD` and, for large tables, :data:`ARROW` are written.
        task: ``name`` of the file as messages print it, ``sheet`` that is wanted or None, ``limits``.
    """
    name = task["name"]
    limits = SheetLimits(**task["limits"])
    try:
        head = _Reading(sys.stdin.buffer, folder, name, task["sheet"], limits).read()
    except UnreadableFile as problem:
        head = {"refused": problem.message, "line": problem.line}
    except MemoryError:
        head = {"end": "memory"}
    except OSError as problem:
        head = {"end": "output" if problem.errno == 27 else "failed"}  # EFBIG
    (folder / HEAD).write_text(json.dumps(head))


class _Reading:
    def __init__(
        self, file: BinaryIO, folder: Path, name: str, wanted: str | None, limits: SheetLimits
    ) -> None:
        self._file = file
        self._folder = folder
        self._name = name
        self._wanted = wanted
        self._limits = limits
        self._told = 0.0
        self._size = 0

    def read(self) -> dict[str, Any]:
        file = self._file
        self._size = file.seek(0, 2)
        file.seek(0)
        begin = file.read(8)
        if begin.startswith(_OLE):
            self._refuse_other_ole()
            return self._read_xls()
        archive = Archive(file, self._name, self._limits)
        kind = archive.kind()
        archive.refuse_doctypes()
        if kind == "ods":
            return self._read_ods(archive)
        if kind == "xlsb":
            return self._read_calamine("xlsx")
        return self._read_xlsx(archive)

    def _tell(self, share: float) -> None:
        now = time.monotonic()
        if now - self._told > 0.1:
            self._told = now
            tell(self._folder, int(self._size * min(share, 1.0)), self._size)

    def _refuse_other_ole(self) -> None:
        """Old Word documents and encrypted workbooks begin as old workbooks do."""
        self._file.seek(0)
        tail = b""
        while block := self._file.read(_BLOCK):
            data = tail + block
            if _ENCRYPTED in data:
                raise locked(self._name)
            for mark, what in _OTHERS.items():
                if mark in data:
                    raise UnreadableFile(
                        f"{self._name} is a {what}, not a spreadsheet. Copy its table into one, "
                        "or save it as CSV (UTF-8)."
                    )
            tail = data[-64:]

    def _read_ods(self, archive: Archive) -> dict[str, Any]:
        from leapgrid.files.sheet_ods import OdsReader

        declared = archive.parts["content.xml"].file_size if "content.xml" in archive.parts else 0
        reader = OdsReader(
            archive,
            self._name,
            self._wanted,
            self._limits,
            lambda seen: self._tell(seen / max(declared, 1)),
        )
        reader.read()
        if reader.table is None:
            self._choose(reader.names, reader.hidden)
            raise self._nothing(reader.names, reader.hidden)
        return self._answer("ods", reader.names, reader.hidden, reader.table, reader.notes)

    def _read_xlsx(self, archive: Archive) -> dict[str, Any]:
        from leapgrid.files.sheet_xlsx import digit_formats, scan_sheet, scan_texts, sheet_parts

        parts = sheet_parts(archive, self._name)
        formats = digit_formats(archive, self._name)
        escapes: dict[str, str] = {}
        scan_texts(archive, self._name, self._limits, escapes)
        part_of = {sheet.name: sheet for sheet in parts}

        def scan(_: int, sheet: str) -> Scan | None:
            found = part_of.get(sheet)
            if found is None or found.part not in archive.parts:
                return None  # whatever is wrong, calamine will say so
            declared = max(archive.parts[found.part].file_size, 1)
            return scan_sheet(
                archive,
                found,
                self._name,
                self._limits,
                formats,
                escapes,
                lambda seen: self._tell(0.4 * seen / declared),
            )

        return self._read_calamine("xlsx", scan, escapes)

    def _read_xls(self) -> dict[str, Any]:
        from leapgrid.files.sheet_xls import OldWorkbook
        from leapgrid.files.sheet_xlsx import Scan, cell_name, place

        book = OldWorkbook(self._file)
        if book.locked:
            raise locked(self._name)

        def errors(index: int, _: str) -> Scan:
            scan = Scan(rows=1)
            for row, column, text in book.errors(index):
                scan.shown[place(row, column)] = text
                scan.errors.append((row, cell_name(row, column), text))
            return scan

        return self._read_calamine("xls", errors, {})

    def _read_calamine(
        self,
        kind: str,
        scan_of: Callable[[int, str], Scan | None] = lambda *_: None,
        escapes: dict[str, str] = _NO_ESCAPES,
    ) -> dict[str, Any]:
        """Let calamine read.

        Args:
            scan_of: index and name of a sheet -> what was seen of it before calamine loads it.
            escapes: texts that calamine gives -> what they mean; filled by then.
        """
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        self._file.seek(0)
        book: CalamineWorkbook | None = None
        try:
            book = CalamineWorkbook.from_filelike(self._file)
            names, hidden = _sheets(book)
            chosen = self._choose(names, hidden)
            for index, sheet_name in enumerate(names):
                if sheet_name != chosen if chosen is not None else sheet_name in hidden:
                    continue
                scan = scan_of(index, sheet_name)
                # Some programs write cells without their names: rows are reason enough to look.
                if scan is not None and not scan.cells and not scan.rows:
                    continue
                sheet = book.get_sheet_by_name(sheet_name)
                if sheet.start is not None:
                    return self._collect(kind, names, hidden, sheet, scan, escapes)
        except PasswordError as problem:
            raise locked(self._name) from problem
        except CalamineError as problem:
            raise damaged(self._name, visible(problem, 100), or_locked=book is None) from problem
        raise self._nothing(names, hidden, chosen)

    def _collect(
        self,
        kind: str,
        names: list[str],
        hidden: list[str],
        sheet: CalamineSheet,
        scan: Scan | None,
        escapes: dict[str, str],
    ) -> dict[str, Any]:
        from leapgrid.files.sheet_xlsx import cell_name, place

        notes = SheetNotes()
        shown: dict[int, list[tuple[int, str]]] = {}
        for at, text in scan.shown.items() if scan is not None else ():
            row, column = divmod(at, place(1, 0))
            shown.setdefault(row, []).append((column, text))
        assert sheet.start is not None
        top, left = sheet.start
        table = Table(sheet.name, self._name, self._limits, left)
        first, rows = 1, sheet.iter_rows()
        if top * sheet.width > _PADDING:
            # Rows before the first cell come as empty ones; here they would be too many.
            if sheet.height * sheet.width > _PADDING:
                raise UnreadableFile(
                    f"Sheet {quoted(sheet.name)} of {self._name} begins only in row {top + 1:,}. "
                    "Delete the empty rows before it."
                )
            first, rows = top + 1, iter(sheet.to_python())
        height = max(sheet.total_height, 1)
        slab = max(1, min(_SLAB_ROWS, _SLAB_CELLS // max(sheet.width, 1)))
        while block := list(islice(rows, slab)):
            columns: list[Sequence[str]] = []
            for index, values in enumerate(zip(*block, strict=True)):
                texts, long = column_texts(values)
                for at in long:
                    notes.long(first + at, left + index + 1)
                columns.append([escapes.get(text, text) for text in texts] if escapes else texts)
            _show(shown, columns, first, left)
            table.add_block(first, columns)
            first += len(block)
            self._tell(0.6 + 0.4 * first / height)
        if scan is not None:
            for row, cell, error in scan.errors:
                notes.error(row, cell, error)
            for error in scan.lost_errors:
                notes.lost_error(error)
            for row, cell in scan.no_result:
                notes.no_result(row, cell)
        for (row, column), _ in sheet.merged_cell_ranges or []:
            notes.merged(row + 1, cell_name(row + 1, column + 1))
        return self._answer(kind, names, hidden, table, notes)

    def _choose(self, names: list[str], hidden: list[str]) -> str | None:
        """The name of the sheet that is wanted, None where nobody said one."""
        if not names:
            raise UnreadableFile(f"{self._name} has no sheet with cells. Name a file with a table in it.")
        if len(names) > _MOST_SHEETS or sum(map(len, names)) > _BLOCK:
            raise UnreadableFile(
                f"{self._name} has more than {_MOST_SHEETS:,} sheets. Copy the table into a new workbook."
            )
        wanted = self._wanted
        if wanted is None or wanted in names:
            return wanted
        alike = [name for name in names if name.casefold() == wanted.casefold()]
        if len(alike) == 1:
            return alike[0]
        close = get_close_matches(wanted.casefold(), [name.casefold() for name in names], 1)
        closest = next((name for name in names if close and name.casefold() == close[0]), None)
        listed = ", ".join(quoted(name) for name in names[:12])
        more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
        hint = f" Closest: {quoted(closest)}." if closest else ""
        raise UnreadableFile(
            f"{self._name} has no sheet {quoted(wanted)}. Its sheets are {listed}{more}.{hint}"
        )

    def _nothing(self, names: list[str], hidden: list[str], chosen: str | None = None) -> UnreadableFile:
        if chosen is not None:
            return UnreadableFile(
                f"Sheet {quoted(chosen)} of {self._name} is empty. Name another sheet or another file."
            )
        if hidden and len(hidden) < len(names) + 1:
            listed = ", ".join(quoted(name) for name in hidden[:12])
            return UnreadableFile(
                f"{self._name} is empty but for sheets that are hidden: {listed}. "
                "Name one of them to read it."
            )
        return UnreadableFile(f"{self._name} is empty. Name a file with a header line and records.")

    def _answer(
        self, kind: str, names: list[str], hidden: list[str], table: Table, notes: SheetNotes
    ) -> dict[str, Any]:
        table.finish()
        rows = table.rows
        if not rows:
            raise self._nothing(names, hidden, self._wanted and table.sheet)
        head: dict[str, Any] = {
            "kind": kind,
            "names": names,
            "hidden": hidden,
            "chosen": table.sheet,
            "left": table.left,
            "width": table.width,
            "height": len(rows),
            "rows": _spans(rows),
            "notes": [list(note) for note in notes.finish(rows)],
        }
        if table.small:
            head["columns"] = table.lists()
        else:
            table.to_arrow(self._folder / ARROW)
        return head


def _show(
    shown: dict[int, list[tuple[int, str]]], columns: list[Sequence[str]], first: int, left: int
) -> None:
    """Put what a person sees in the place of what calamine gave, in a block that begins with a row."""
    height = len(columns[0]) if columns else 0
    rows = range(first, first + height)
    for row in shown.keys() & rows if height < len(shown) else [row for row in shown if row in rows]:
        for place, text in shown[row]:
            index = place - left - 1
            if 0 <= index < len(columns):
                column = columns[index]
                if not isinstance(column, list):
                    column = columns[index] = list(column)
                column[row - first] = text


def _spans(rows: array[int]) -> list[list[int]]:
    """Row numbers as pairs: first of a run, and how many."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][0] + spans[-1][1]:
            spans[-1][1] += 1
        else:
            spans.append([row, 1])
    return spans


def _sheets(book: CalamineWorkbook) -> tuple[list[str], list[str]]:
    """The names of the sheets with cells, and those of them that are hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return (
        [sheet.name for sheet in sheets],
        [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible],
    )
