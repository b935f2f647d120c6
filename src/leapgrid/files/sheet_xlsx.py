"""What calamine does not say about an XLSX sheet: how far it reaches, its errors, its formats for numbers.

Runs in the child process, before calamine does: it takes memory for the whole range between the first and
the last cell, so that two cells far apart end the process. Here the sheet streams by in small pieces.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath

from leapgrid.files.limits import MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.sheet_limits import MAX_ROWS, MAX_WIDTH, SheetLimits
from leapgrid.files.sheet_values import digit_format
from leapgrid.files.sheet_zip import Archive, damaged
from leapgrid.visible import visible

_SMALL = 16 * MIB
_WORKBOOK = "xl/workbook.xml"

# No part of these patterns runs past the next "<", so that no text makes them slow.
_OPEN = rb"<(?:\w+:)?c\s"
_REF = rb"(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]+)(\d+)[\"']"
_FORMULA = rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
_FILLED = re.compile(_OPEN + _REF + rb"(?:[^<>]*[^<>/])?>")
_UNNAMED = re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*)?>")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ERROR = re.compile(
    _OPEN + rb"(?=[^<>]*?\bt=[\"']e[\"'])" + _REF + rb"[^<>]*>\s*(?:" + _FORMULA + rb")?\s*"
    rb"<(?:\w+:)?v>([^<]{1,40})</"
)
_UNNAMED_ERROR = re.compile(
    _OPEN + rb"(?=[^<>]*?\bt=[\"']e[\"'])(?!(?:[^<>]*?\s)?r\s*=)[^<>]*>\s*(?:" + _FORMULA + rb")?\s*"
    rb"<(?:\w+:)?v>([^<]{1,40})</"
)
_NO_RESULT = re.compile(
    _OPEN + rb"(?![^<>]*?\bt=[\"']str[\"'])" + _REF + rb"[^<>]*>\s*" + _FORMULA + rb"\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_DIGITS = re.compile(rb">-?[1-9]\d{15,39}<")
_LONG = re.compile(
    _OPEN + rb"(?![^<>]*?\bt=[\"'](?!n[\"']))" + _REF + rb"[^<>]*>\s*(?:" + _FORMULA + rb")?\s*"
    rb"<(?:\w+:)?v>(-?[1-9]\d{15,39})</"
)
_TEXT = re.compile(rb"<(?:\w+:)?(?:t|v)(?:\s[^<>]*)?>([^<]*_x[0-9A-Fa-f]{4}_[^<]*)</")
_INLINE = re.compile(
    _OPEN + _REF + rb"[^<>]*>\s*<(?:\w+:)?is>\s*"
    rb"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*_x[0-9A-Fa-f]{4}_[^<]*)</(?:\w+:)?t>\s*</(?:\w+:)?is>"
)
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BYTE_ESCAPE = re.compile(r"_x00([0-9A-Fa-f]{2})_")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it.

    Attributes:
        name: as the person sees it.
        hidden: it is not shown.
        part: where in the archive it stands, in small letters; "" where that is not said.
    """

    name: str
    hidden: bool
    part: str


@dataclass(slots=True)
class Scan:
    """What was seen of a sheet.

    Attributes:
        cells: how many cells hold something. unnamed: how many, at most, do not say where they stand.
        top, bottom, left, right: where they lie; rows and columns count from 1.
        lowest, rightmost: the names of two of the cells at the edges.
        shown: place (see :func:`place`) -> the text that a person sees there.
        errors: names and texts of the first cells that hold an error, and how many there are.
        no_result: likewise for formulas without a stored result.
        lost_errors: the texts of errors in cells that do not say where they stand.
    """

    cells: int = 0
    top: int = MAX_ROWS + 1
    bottom: int = 0
    left: int = MAX_WIDTH + 1
    right: int = 0
    lowest: str = ""
    rightmost: str = ""
    rows: int = 0
    unnamed: int = 0
    shown: dict[int, str] = field(default_factory=dict)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    no_result: list[tuple[int, str]] = field(default_factory=list)
    lost_errors: list[str] = field(default_factory=list)

    @property
    def area(self) -> int:
        """Cells of the range from the first to the last cell."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1) if self.cells else 0


def place(row: int, column: int) -> int:
    """One number for a cell; row and column count from 1."""
    return row * (MAX_WIDTH + 1) + column


def column_number(letters: str | bytes) -> int:
    """ "A" is 1, "XFD" 16,384."""
    number = 0
    for letter in letters.upper() if isinstance(letters, bytes) else letters.upper().encode():
        number = number * 26 + letter - 64
        if number > MAX_WIDTH:
            break
    return number


def cell_name(row: int, column: int) -> str:
    """The name of a cell: ``cell_name(3, 28)`` is "AB3"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def sheet_parts(archive: Archive, name: str) -> list[SheetPart]:
    """The sheets in the order of the workbook.

    Raises:
        UnreadableFile: the workbook's part is missing or damaged.
    """
    listed: list[dict[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            listed.append({key.rpartition(":")[2]: value for key, value in attributes.items()})

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, _WORKBOOK, name, sheet)
    if "xl/_rels/workbook.xml.rels" in archive.parts:
        _parse(archive, "xl/_rels/workbook.xml.rels", name, relation)
    found: list[SheetPart] = []
    for attributes in listed:
        target = targets.get(attributes.get("id", ""), "").replace("\\", "/")
        part = normpath(join("/xl", target)).lstrip("/") if target else ""
        hidden = attributes.get("state", "visible") != "visible"
        found.append(SheetPart(attributes.get("name", ""), hidden, part.lower()))
    return found


def digit_formats(archive: Archive, name: str) -> dict[bytes, Callable[[int], str]]:
    """The cell styles whose number format shows leading zeros, or signs as phone numbers have them.

    Returns:
        The style's number as it stands in a cell -> how it shows a whole number.
    """
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "cellStyles":
            inside = False
        elif tag == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))

    if "xl/styles.xml" not in archive.parts:
        return {}
    _parse(archive, "xl/styles.xml", name, start)
    formats = {key: shows for key, code in codes.items() if (shows := digit_format(code)) is not None}
    return {str(index).encode(): formats[key] for index, key in enumerate(styles) if key in formats}


def _parse(archive: Archive, part: str, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    try:
        parser.Parse(archive.whole(part, _SMALL), True)
    except xml.parsers.expat.ExpatError as problem:
        raise damaged(name, f"its part {visible(part, 60)} is no XML") from problem


def scan_sheet(
    archive: Archive,
    sheet: SheetPart,
    name: str,
    limits: SheetLimits,
    formats: dict[bytes, Callable[[int], str]],
    escapes: dict[str, str],
    seen: Callable[[int], None] = lambda _: None,
) -> Scan:
    """Let a sheet stream by.

    Args:
        formats: as :func:`digit_formats` gave them.
        escapes: takes texts whose escapes calamine leaves alone, see :func:`note_escapes`.
        seen: is told how many bytes of the sheet were seen.

    Raises:
        UnreadableFile: its cells lie further apart than the limits allow, or outside of any sheet.
    """
    scan = Scan()
    shown = _shown_pattern(formats)
    for data in _pieces(archive, sheet.part, name, limits, seen):
        scan.rows += len(_ROW.findall(data))
        found = _FILLED.findall(data)
        if found:
            _extend(scan, found)
        else:  # some programs leave the names of the cells out
            scan.unnamed += len(_UNNAMED.findall(data))
        if scan.bottom > MAX_ROWS or scan.right > MAX_WIDTH:
            cell = visible(scan.lowest if scan.bottom > MAX_ROWS else scan.rightmost, 30)
            raise UnreadableFile(
                f"Sheet {quoted(sheet.name)} of {name} has a cell {cell}; a sheet ends at XFD1048576. "
                "Save it again in a spreadsheet program, or as CSV (UTF-8)."
            )
        most_cells = min(limits.cells, limits.table // 16)
        if scan.rows > MAX_ROWS or scan.cells + scan.unnamed > most_cells:
            most = f"{MAX_ROWS:,} rows" if scan.rows > MAX_ROWS else f"{most_cells:,} cells"
            raise UnreadableFile(
                f"Sheet {quoted(sheet.name)} of {name} has more than {most}. "
                "Split it, or save it as CSV (UTF-8)."
            )
        if b'"e"' in data or b"'e'" in data:
            for letters, row, text in _ERROR.findall(data):
                error = _text(text)
                scan.shown[place(int(row), column_number(letters))] = error
                scan.errors.append((int(row), f"{letters.decode().upper()}{int(row)}", error))
            scan.lost_errors.extend(_text(text) for text in _UNNAMED_ERROR.findall(data))
        if b"<f" in data or b":f" in data:
            for letters, row in _NO_RESULT.findall(data):
                scan.no_result.append((int(row), f"{letters.decode().upper()}{int(row)}"))
        if _DIGITS.search(data):
            # Spreadsheet programs keep 15 digits, but others write all, as for identifiers.
            for letters, row, stored in _LONG.findall(data):
                scan.shown[place(int(row), column_number(letters))] = stored.decode()
        if shown is not None:
            for letters, row, style, stored in shown.findall(data):
                value = float(stored)
                if value == int(value) and abs(value) < 1e15:
                    scan.shown[place(int(row), column_number(letters))] = formats[style](int(value))
        if b"_x" in data:
            for letters, row, raw in _INLINE.findall(data):
                scan.shown[place(int(row), column_number(letters))] = _meant(_text(raw))
        note_escapes(data, escapes)
    _refuse_far_cells(scan, sheet, name, limits)
    return scan


def _shown_pattern(formats: dict[bytes, Callable[[int], str]]) -> re.Pattern[bytes] | None:
    if not formats:
        return None
    styles = b"|".join(re.escape(style) for style in formats)
    return re.compile(
        _OPEN + rb"(?=[^<>]*?\bs=[\"'](?:" + styles + rb")[\"'])(?![^<>]*?\bt=[\"'](?!n[\"']))"
        rb"(?=" + _REF + rb")[^<>]*?\bs=[\"'](\d+)[\"'][^<>]*>\s*(?:" + _FORMULA + rb")?\s*"
        rb"<(?:\w+:)?v>(\d{1,16}(?:\.0+)?)</"
    )


def _extend(scan: Scan, found: list[tuple[bytes, bytes]]) -> None:
    scan.cells += len(found)
    columns = {letters: column_number(letters) for letters in {letters for letters, _ in found}}
    rows = {digits: int(digits[:12]) for digits in {digits for _, digits in found}}
    scan.left = min(scan.left, *columns.values())
    scan.top = min(scan.top, *rows.values())
    right, bottom = max(columns.values()), max(rows.values())
    if right > scan.right:
        scan.right = right
        scan.rightmost = next(_name(cell) for cell in found if columns[cell[0]] == right)
    if bottom > scan.bottom:
        scan.bottom = bottom
        scan.lowest = next(_name(cell) for cell in found if rows[cell[1]] == bottom)


def _name(cell: tuple[bytes, bytes]) -> str:
    return (cell[0][:12] + cell[1][:12]).decode().upper()


def _refuse_far_cells(scan: Scan, sheet: SheetPart, name: str, limits: SheetLimits) -> None:
    wide = scan.cells and scan.right - scan.left >= limits.columns
    if scan.area <= limits.cells and not wide:
        return
    if scan.cells * 100 < scan.area:
        cells = dict.fromkeys((scan.lowest, scan.rightmost))
        raise UnreadableFile(
            f"Sheet {quoted(sheet.name)} of {name} has only {scan.cells:,} filled cells, but they reach to "
            f"{' and '.join(cells)}. Delete what stands there, or copy the table into a new sheet."
        )
    if wide:
        raise too_wide(scan.right - scan.left + 1, sheet.name, name, limits)
    raise UnreadableFile(
        f"Sheet {quoted(sheet.name)} of {name} has more than {limits.cells:,} cells. "
        "Split it, or save it as CSV (UTF-8)."
    )


def too_wide(columns: int, sheet: str, name: str, limits: SheetLimits) -> UnreadableFile:
    """The sentence for a sheet of too many columns."""
    return UnreadableFile(
        f"Sheet {quoted(sheet)} of {name} has {columns:,} columns; at most {limits.columns:,} are read. "
        "Delete the columns that are not needed."
    )


def scan_texts(archive: Archive, name: str, limits: SheetLimits, escapes: dict[str, str]) -> None:
    """Let the workbook's shared texts stream by.

    Raises:
        UnreadableFile: one is longer than any cell may be.
    """
    if "xl/sharedstrings.xml" in archive.parts:
        for data in _pieces(archive, "xl/sharedstrings.xml", name, limits, lambda _: None):
            note_escapes(data, escapes)


def note_escapes(data: bytes, escapes: dict[str, str]) -> None:
    """Find texts with escapes that Excel knows and calamine leaves as they are: all but ``_x00HH_``.

    What XML cannot hold is written so, such as half of a surrogate pair.

    Args:
        data: a piece of XML.
        escapes: takes the text as calamine gives it -> the text that is meant. A text that stands in the
            file both so and literally is taken literally.
    """
    if b"_x" not in data:
        return
    for raw in _TEXT.findall(data):
        text = _text(raw)
        given = _BYTE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        meant = _meant(text)
        if meant != given:
            escapes.setdefault(given, meant)
        elif _ESCAPE.search(given):
            escapes[given] = given


def _text(raw: bytes) -> str:
    """What stands between two tags, as an XML reader gives it."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _meant(text: str) -> str:
    """The text with the escapes of spreadsheet programs undone."""
    meant = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Two halves side by side are one character.
    return meant.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _pieces(
    archive: Archive, part: str, name: str, limits: SheetLimits, seen: Callable[[int], None]
) -> Iterator[bytes]:
    """A part in pieces that end between cells, or at least between tags."""
    pending = b""
    total = 0
    for block in archive.unpack(part):
        total += len(block)
        seen(total)
        pending += block
        cut = max(pending.rfind(b"</c>") + 4, pending.rfind(b":c>") + 3, pending.rfind(b"</si>") + 5)
        if cut <= 5:
            # An escaped character takes up to ten bytes.
            if len(pending) < max(MIB, 10 * limits.text):
                continue
            cut = pending.rfind(b"<")
            if cut <= 0:
                raise UnreadableFile(
                    f"{name} has a cell of more than {limits.text:,} characters. "
                    "Shorten it, or leave its column out."
                )
        yield pending[:cut]
        pending = pending[cut:]
    yield pending
