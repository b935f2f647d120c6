"""Spreadsheets written by hand: ordinary ones, and such as no program writes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Content = str | bytes | Iterable[bytes]


def archive(parts: Mapping[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive; content in blocks is packed as it comes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in parts.items():
            with packed.open(name, "w", force_zip64=False) as part:
                if isinstance(content, str):
                    part.write(content.encode())
                elif isinstance(content, bytes):
                    part.write(content)
                else:
                    for block in content:
                        part.write(block)
    return file.getvalue()


def xlsx_parts(
    *sheets: Content,
    names: Iterable[str] = ("S", "T", "U", "V"),
    states: Mapping[str, str] | None = None,
    strings: Content | None = None,
    styles: Content | None = None,
    head: str = "",
) -> dict[str, Content]:
    """The parts of a workbook.

    Args:
        sheets: the rows of each, as XML; blocks of bytes are taken for the whole part.
        names: the sheets' names. states: name -> "hidden" or "veryHidden".
        strings, styles: the whole parts.
        head: what stands in the workbook before its sheets.
    """
    listed = list(zip(names, sheets, strict=False))
    entries = "".join(
        f"<sheet name={quoteattr(name)} sheetId='{at}' r:id='rId{at}'"
        f" state='{(states or {}).get(name, 'visible')}'/>"
        for at, (name, _) in enumerate(listed, 1)
    )
    relations = "".join(
        f"<Relationship Id='rId{at}' Type='{_REL}/worksheet' Target='worksheets/sheet{at}.xml'/>"
        for at in range(1, len(listed) + 1)
    )
    parts: dict[str, Content] = {
        "[Content_Types].xml": f"<?xml version='1.0'?><Types xmlns='{_PACKAGE}/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'><Relationship Id='r' "
        f"Type='{_REL}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{_MAIN}' xmlns:r='{_REL}'>{head}<sheets>{entries}</sheets>"
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'>{relations}"
        "</Relationships>",
    }
    for at, (_, rows) in enumerate(listed, 1):
        whole = (
            f"<worksheet xmlns='{_MAIN}'><sheetData>{rows}</sheetData></worksheet>"
            if isinstance(rows, str)
            else rows
        )
        parts[f"xl/worksheets/sheet{at}.xml"] = whole
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    if styles is not None:
        parts["xl/styles.xml"] = styles
    return parts


def xlsx(*sheets: Content, **more: object) -> bytes:
    """A workbook as bytes; see :func:`xlsx_parts`."""
    return archive(xlsx_parts(*sheets, **more))  # type: ignore[arg-type]


def row(number: int, *cells: str) -> str:
    """A row of ready cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(place: str, value: object, attributes: str = "") -> str:
    """A cell with a stored value."""
    return f'<c r="{place}"{attributes}><v>{value}</v></c>'


def text(place: str, value: str) -> str:
    """A cell with its own text; ``value`` is XML."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def styles(*codes: str) -> str:
    """Styles of which number 1 has the first format code, and so on."""
    formats = "".join(
        f"<numFmt numFmtId='{164 + at}' formatCode={quoteattr(code)}/>" for at, code in enumerate(codes)
    )
    xfs = "".join(f"<xf numFmtId='{164 + at}'/>" for at in range(len(codes)))
    return (
        f"<styleSheet xmlns='{_MAIN}'><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId='0'/>"
        f"</cellStyleXfs><cellXfs><xf numFmtId='0'/>{xfs}</cellXfs></styleSheet>"
    )


_ODF = " ".join(
    f'xmlns:{short}="{long}"'
    for short, long in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)


def ods(
    tables: Mapping[str, str],
    *,
    hidden: Iterable[str] = (),
    before: str = "",
    mimetype: str = "application/vnd.oasis.opendocument.spreadsheet",
) -> bytes:
    """An OpenDocument spreadsheet: name of a table -> its rows as XML."""
    kept_back = set(hidden)
    inner = "".join(
        f'<table:table table:name={quoteattr(name)} table:style-name="{"h" if name in kept_back else "v"}">'
        f"{rows}</table:table>"
        for name, rows in tables.items()
    )
    automatic = (
        '<office:automatic-styles><style:style style:name="v"><style:table-properties table:display="true"/>'
        '</style:style><style:style style:name="h"><style:table-properties table:display="false"/>'
        "</style:style></office:automatic-styles>"
    )
    content = (
        f"{before}<office:document-content {_ODF}>{automatic}<office:body><office:spreadsheet>{inner}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"mimetype": mimetype, "content.xml": content})


def ods_cell(shown: str, kind: str = "string", value: str = "", more: str = "") -> str:
    """A cell: what is shown (XML; paragraphs parted by "|"), its type and its stored value."""
    stored = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    held = f' office:{stored}="{escape(value)}"' if value else ""
    paragraphs = "".join(f"<text:p>{part}</text:p>" for part in shown.split("|"))
    return f'<table:table-cell office:value-type="{kind}"{held} {more}>{paragraphs}</table:table-cell>'


def ods_row(*cells: str, times: int = 1) -> str:
    """A row, perhaps repeated."""
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


Cell = str | float | bool | tuple[str, float]
"""A text, number or truth; ("date", day) or ("error", code)."""


def xls_stream(
    sheets: Mapping[str, Mapping[tuple[int, int], Cell]], *, hidden: Iterable[str] = (), locked: bool = False
) -> bytes:
    """The stream of a workbook of Excel 97: name of a sheet -> (row, column), from 0 -> cell."""
    kept_back = set(hidden)
    bodies = []
    for cells in sheets.values():
        body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
        for (at, column), value in sorted(cells.items()):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                data = value.encode("utf-16-le")
                data = struct.pack("<HB", len(data) // 2, 1) + data
                body += _record(0x0204, place + data)
            elif isinstance(value, bool):
                body += _record(0x0205, place + bytes([value, 0]))
            elif isinstance(value, tuple):
                if value[0] == "error":
                    body += _record(0x0205, place + bytes([int(value[1]), 1]))
                else:
                    body += _record(0x0203, struct.pack("<HHHd", at, column, 1, value[1]))
            else:
                body += _record(0x0203, place + struct.pack("<d", value))
        bodies.append(body + _record(0x000A))
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if locked:
        start += _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    start += _record(0x0042, struct.pack("<H", 1200))
    for number in (0, 14):  # the general format, and a date
        start += _record(0x00E0, struct.pack("<HH", 0, number) + bytes(16))
    sizes = [len(_record(0x0085, bytes(8) + name.encode("utf-16-le"))) for name in sheets]
    at = len(start) + sum(sizes) + 4
    for (name, _), body in zip(sheets.items(), bodies, strict=True):
        data = struct.pack("<IBBBB", at, name in kept_back, 0, len(name), 1) + name.encode("utf-16-le")
        start += _record(0x0085, data)
        at += len(body)
    return start + _record(0x000A) + b"".join(bodies)


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file, as old Office files and encrypted new ones are."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    bodies = b""
    chains = [0xFFFFFFFD, end]  # the table itself and the directory
    entries = [_entry("Root Entry", 5, end, 0, child=1)]
    for index, (name, data) in enumerate(streams.items(), 1):
        padded = data.ljust(max(len(data), 4_096), b"\0")  # shorter ones would lie elsewhere
        padded += bytes(-len(padded) % sector)
        first, count = len(chains), len(padded) // sector
        chains += [*range(first + 1, first + count), end]
        following = index + 1 if index < len(streams) else free
        entries.append(_entry(name, 2, first, len(padded), right=following))
        bodies += padded
    assert len(chains) <= 128
    chains += [free] * (128 - len(chains))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4_096, end, 0, end, 0)
        + struct.pack("<I", 0)
        + struct.pack("<108I", *[free] * 108)
    )
    directory = b"".join(entries).ljust(sector, b"\0")
    return header + struct.pack("<128I", *chains) + directory + bodies


def _entry(name: str, kind: int, start: int, size: int, child: int = -1, right: int = -1) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, right & 0xFFFFFFFF, child & 0xFFFFFFFF)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xls(sheets: Mapping[str, Mapping[tuple[int, int], Cell]], **more: object) -> bytes:
    """A workbook of Excel 97 as bytes; see :func:`xls_stream`."""
    return ole({"Workbook": xls_stream(sheets, **more)})  # type: ignore[arg-type]
