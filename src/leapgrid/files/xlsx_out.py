"""XLSX out: every cell as text, so that no program calculates, shortens or links what stands in it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from leapgrid.files.model import UnwritableFile
from leapgrid.files.notebook import quoted

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
"""UTF-16 units in one cell."""
_AS_TEXT = 49
"""The number format "@" that every spreadsheet program has built in."""
_MAX_SHEET_NAME = 31

_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]")
_WIDTH = range(10, 41)
"""Characters that a column is at least and at most wide."""
_MEASURED = 100
"""Rows whose texts decide on the widths; they have to be known before the first row is written."""


def write_xlsx(
    target: str | os.PathLike[str] | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    sheet: str = "records",
) -> int:
    """Write a workbook of one sheet in which every cell is text, and stays text when it is edited.

    Phones keep their plus sign, codes their leading zeros; nothing is a formula, number, date or link. What
    XML cannot hold is written as spreadsheet programs escape it (``_x0001_``), and :func:`read_sheet` undoes
    it. Rows are written as they come, in little memory.

    Args:
        target: a path, which is overwritten, or a file that is open for writing. That no half-written file
            is taken for a whole one is for the caller.
        headers: the first row, in bold; it stays in place when one scrolls.
        rows: as long as ``headers`` or shorter.
        sheet: the name of the sheet; what such a name may not hold is replaced.

    Returns:
        How many rows were written, the headers not counted.

    Raises:
        UnwritableFile: too many rows or columns, or a text too long for a cell.
        OSError: the file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    if len(headers) > MAX_COLUMNS:
        raise UnwritableFile(
            f"An XLSX sheet has at most {MAX_COLUMNS:,} columns, not {len(headers):,}. Write CSV instead."
        )
    with tempfile.TemporaryDirectory(prefix="leapgrid-") as folder:
        # The folder takes what the library keeps outside of memory, and is gone even after a failure.
        options = {"constant_memory": True, "tmpdir": folder, "in_memory": False}
        given = target if hasattr(target, "write") else os.fspath(target)
        workbook = xlsxwriter.Workbook(given, options)
        page = workbook.add_worksheet(_sheet_name(sheet), _text_sheet())
        try:
            count = _fill(workbook, page, headers, rows)
            workbook.close()
        except FileCreateError as problem:
            # The library packs the system's error in one of its own.
            raise OSError(*getattr(problem.args[0], "args", problem.args)) from problem
        finally:
            workbook.fileclosed = True  # else it writes what there is when it is collected after a failure
            page.row_data_fh.close()
    return count


def _fill(workbook: Any, page: Any, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    text = workbook.add_format({"num_format": _AS_TEXT})
    bold = workbook.add_format({"num_format": _AS_TEXT, "bold": True})
    page.freeze_panes(1, 0)
    waiting: list[Sequence[str]] = []
    widths = [min(max(len(header) + 2, _WIDTH[0]), _WIDTH[-1]) for header in headers]
    source = iter(rows)
    for row in source:
        waiting.append(row)
        for index, value in enumerate(row[: len(widths)]):
            widths[index] = min(max(widths[index], len(value) + 2), _WIDTH[-1])
        if len(waiting) == _MEASURED:
            break
    for index, width in enumerate(widths):
        # Cells that are still empty are text too, once something is typed into them.
        page.set_column(index, index, width, text)
    count = -1
    for number, cells, shape in _numbered(headers, waiting, source, text, bold):
        if number >= MAX_ROWS:
            raise UnwritableFile(
                f"An XLSX sheet has at most {MAX_ROWS:,} rows with its header, and there are more. "
                "Write fewer rows, or CSV."
            )
        for column, value in enumerate(cells):
            if value:
                if len(value) > MAX_TEXT // 2:
                    _refuse_long(value, number, column, headers)
                page.write_string(number, column, value, shape)
        count += 1
    return count


def _numbered(
    headers: Sequence[str],
    waiting: list[Sequence[str]],
    source: Iterable[Sequence[str]],
    text: Any,
    bold: Any,
) -> Iterable[tuple[int, Sequence[str], Any]]:
    yield 0, headers, bold
    number = 0
    for rows in (waiting, source):
        for row in rows:
            number += 1
            yield number, row, text


def _refuse_long(value: str, number: int, column: int, headers: Sequence[str]) -> None:
    units = len(value) + sum(char > "\uffff" for char in value)
    if units > MAX_TEXT:
        header = headers[column] if column < len(headers) else ""
        where = (
            f"the header of column {column + 1}" if number == 0 else f"row {number}, column {quoted(header)}"
        )
        raise UnwritableFile(
            f"The text in {where} has {units:,} characters; a cell of an XLSX sheet holds at most "
            f"{MAX_TEXT:,}. Shorten it, or write CSV instead."
        )


def _sheet_name(name: str) -> str:
    plain = _NO_SHEET_NAME.sub("_", name).strip().strip("'")[:_MAX_SHEET_NAME].rstrip("'")
    return plain if plain and plain.casefold() != "history" else "records"


def escaped(text: str) -> str:
    """Text as it stands within a cell's XML: markup as entities, what XML cannot hold as ``_xHHHH_``.

    A text that looks like such an escape has its first character escaped, so that it comes back as it was.
    """
    if _NOT_IN_XML.search(text):
        text = _NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.translate(_MARKUP)


def _text_sheet() -> type[Any]:
    from xlsxwriter.utility import xl_rowcol_to_cell_fast
    from xlsxwriter.worksheet import Worksheet

    class TextSheet(Worksheet):  # type: ignore[misc]  # the library has no types
        """A sheet whose cells are all texts.

        The library writes a text that looks like rich text (``<r>...</r>``) as markup, unescaped, and
        cannot write halves of surrogate pairs; so the one method that writes a cell is ours.
        """

        def _write_cell(self, row: int, col: int, cell: Any) -> None:
            style = cell.format._get_xf_index() if cell.format else 0
            self.fh.write(
                f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{style}" t="inlineStr">'
                f'<is><t xml:space="preserve">{escaped(cell.string)}</t></is></c>'
            )

    return TextSheet
