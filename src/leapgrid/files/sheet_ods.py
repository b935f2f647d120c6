"""Reading an ODS spreadsheet row by row, in the child process.

Not by calamine, which leaves out tabs and errors, and takes memory for every repetition that the file
claims: two attributes can ask for 17 billion cells.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Callable

from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.sheet_limits import MAX_ROWS, SheetLimits
from leapgrid.files.sheet_notes import SheetNotes
from leapgrid.files.sheet_table import Table
from leapgrid.files.sheet_values import number
from leapgrid.files.sheet_xlsx import cell_name, too_wide
from leapgrid.files.sheet_zip import Archive, damaged

_CONTENT = "content.xml"
_INTEGER = re.compile(r"-?[1-9]\d{0,39}|0")
_PERIOD = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_FRACTION = re.compile(r"[.,]0+(?=$|Z|[+-])")
_AS_SHOWN = re.compile(r"[0+(][-+() /0-9]*")
_BREAKS = re.compile(r"[\r\n\t]+")


class OdsReader:
    """One passage over the file, which keeps the sheet that is wanted.

    Args:
        name: the file's name as messages print it.
        wanted: name of the sheet; None: the first one that is visible and not empty.
        seen: is told how many bytes were seen.

    Attributes:
        names: all sheets. hidden: those that are not shown. table: the one that was kept, or None.
    """

    def __init__(
        self,
        archive: Archive,
        name: str,
        wanted: str | None,
        limits: SheetLimits,
        seen: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._name = name
        self._wanted = wanted
        self._limits = limits
        self._seen = seen
        self.names: list[str] = []
        self.hidden: list[str] = []
        self.table: Table | None = None
        self.notes = SheetNotes()
        self._invisible: set[str] = set()
        self._style = ""
        self._depth = 0
        self._keeps = False
        self._row = 0
        self._row_times = 1
        self._cells: list[str] = []
        self._in_cell = False
        self._cell: dict[str, str] = {}
        self._error = False
        self._aside = 0
        self._paragraphs: list[str] = []
        self._text: list[str] | None = None
        self._length = 0
        self._made = 0

    def read(self) -> None:
        """Read.

        Raises:
            UnreadableFile: damaged, or beyond a limit.
        """
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        total = 0
        try:
            for block in self._archive.unpack(_CONTENT):
                total += len(block)
                self._seen(total)
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except xml.parsers.expat.ExpatError as problem:
            raise damaged(self._name, "its content is no XML") from problem

    def _doctype(self, *_: object) -> None:
        raise damaged(self._name, "it declares a document type")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "table":
            self._depth += 1
            if self._depth == 1:
                self._start_table(attributes)
        elif not self._keeps:
            if local == "style":
                self._style = attributes.get("style:name", "")
            elif local == "table-properties" and attributes.get("table:display") == "false":
                self._invisible.add(self._style)
        elif self._depth > 1:
            return  # a table within a cell
        elif local == "table-row":
            self._cells = []
            self._row_times = _times(attributes, "table:number-rows-repeated")
        elif local in ("table-cell", "covered-table-cell"):
            self._start_cell(attributes)
        elif self._in_cell:
            self._start_text(local, attributes)

    def _start_table(self, attributes: dict[str, str]) -> None:
        sheet = attributes.get("table:name", "")
        self.names.append(sheet)
        hidden = attributes.get("table:style-name", "") in self._invisible
        if hidden:
            self.hidden.append(sheet)
        kept = self.table is not None and (self._wanted is not None or bool(len(self.table.rows)))
        if self._wanted is None:
            self._keeps = not hidden and not kept
        else:
            self._keeps = sheet == self._wanted or (not kept and sheet.casefold() == self._wanted.casefold())
        if self._keeps:
            self.table = Table(sheet, self._name, self._limits)
            self.notes = SheetNotes()
            self._row = self._made = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._in_cell = True
        self._cell = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        self._error = attributes.get("calcext:value-type") == "error"
        if not self._error:
            self._cell["value-type"] = attributes.get("office:value-type", "")
        self._paragraphs = []
        self._text = None
        self._length = 0
        if _times(attributes, "table:number-columns-spanned") > 1 or (
            _times(attributes, "table:number-rows-spanned") > 1
        ):
            self.notes.merged(self._row + 1, cell_name(self._row + 1, len(self._cells) + 1))

    def _start_text(self, local: str, attributes: dict[str, str]) -> None:
        if local == "annotation" or self._aside:
            self._aside += 1
        elif local == "p":
            self._text = []
        elif self._text is not None:
            if local == "s":
                self._append(" " * min(_times(attributes, "text:c"), self._limits.text + 1))
            elif local == "tab":
                self._append("\t")
            elif local == "line-break":
                self._append("\n")

    def _characters(self, data: str) -> None:
        if self._text is not None and not self._aside:
            self._append(_BREAKS.sub(" ", data))

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > self._limits.text:
            cell = cell_name(self._row + 1, len(self._cells) + 1)
            raise UnreadableFile(
                f"Cell {cell} of {self._name} has more than {self._limits.text:,} characters. "
                "Shorten it, or leave its column out.",
                self._row + 1,
            )
        assert self._text is not None
        self._text.append(text)

    def _end(self, tag: str) -> None:
        local = tag.rpartition(":")[2]
        if local == "table":
            self._depth -= 1
            if self._depth == 0:
                self._keeps = False
        elif not self._keeps or self._depth > 1:
            return
        elif self._aside:
            self._aside -= 1
        elif local == "p" and self._text is not None:
            self._paragraphs.append("".join(self._text))
            self._text = None
        elif local in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif local == "table-row":
            self._end_row()

    def _end_cell(self) -> None:
        self._in_cell = False
        text = self._value()
        times = _times(self._cell, "number-columns-repeated")
        if text and len(self._cells) + times > self._limits.columns:
            assert self.table is not None
            raise too_wide(len(self._cells) + times, self.table.sheet, self._name, self._limits)
        if self._error:
            row, column = self._row + 1, len(self._cells) + 1
            self.notes.error(row, cell_name(row, column), text)
        # Beyond the limit only empty cells come, or a refusal.
        self._cells.extend([text] * min(times, self._limits.columns + 1))

    def _end_row(self) -> None:
        if self.table is not None and any(self._cells):
            self._made += self._row_times * len(self._cells)
            if self._row + self._row_times > MAX_ROWS or self._made > self._limits.cells:
                most = (
                    f"{MAX_ROWS:,} rows"
                    if self._row + self._row_times > MAX_ROWS
                    else (f"{self._limits.cells:,} cells")
                )
                raise UnreadableFile(
                    f"Sheet {quoted(self.table.sheet)} of {self._name} has more than {most}. "
                    "Split it, or save it as CSV (UTF-8)."
                )
            for repeat in range(self._row_times):
                self.table.add(self._row + repeat + 1, list(self._cells))
        self._row += self._row_times

    def _value(self) -> str:
        shown = "\n".join(self._paragraphs)
        kind = self._cell.get("value-type", "")
        if self._error or kind in ("", "string"):
            return shown or self._cell.get("string-value", "")
        if kind == "boolean":
            return self._cell.get("boolean-value", shown)
        if kind == "date":
            return _FRACTION.sub("", self._cell.get("date-value", shown))
        if kind == "time":
            return _clock(self._cell.get("time-value", "")) or shown
        stored = self._cell.get("value", "")
        try:
            value = float(stored)
        except ValueError:
            return shown
        text = stored if _INTEGER.fullmatch(stored) else number(value)
        if abs(value) >= 1e15 and value == int(value):
            self.notes.long(self._row + 1, len(self._cells) + 1)
        # A number format with leading zeros or as for phones: the digits are the same, so it is no amount.
        if _AS_SHOWN.fullmatch(shown) and re.sub(r"\D", "", shown).lstrip("0") == text.lstrip("0"):
            return shown
        return text


def _times(attributes: dict[str, str], key: str) -> int:
    text = attributes.get(key, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _clock(period: str) -> str:
    """``PT30H05M00S`` as ``30:05:00``."""
    found = _PERIOD.fullmatch(period)
    if found is None or len(period) > 40:
        return ""
    sign, days, hours, minutes, seconds, part = found.groups()
    part = (part or "").rstrip("0")[:3]
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    text = f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{part.ljust(3, '0')}" if part else text
