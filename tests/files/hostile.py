"""Spreadsheets that ask for too much, lie or are broken, and what reading them has to come to."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from leapgrid.files.sheet_xlsx import cell_name

from .workbooks import (
    archive,
    cell,
    ods,
    ods_cell,
    ods_row,
    ole,
    row,
    text,
    xls,
    xls_stream,
    xlsx,
    xlsx_parts,
)

A1 = row(1, cell("A1", 1))


class Case(NamedTuple):
    """A file and what comes of it.

    Attributes:
        make: its bytes.
        said: a part of the sentence; "" where it is read.
        first: the first row's cells, where it is read.
        limits: other limits than the usual ones.
        name: of the file.
    """

    make: Callable[[], bytes]
    said: str = ""
    first: tuple[str, ...] = ()
    limits: dict[str, Any] = {}  # noqa: RUF012
    name: str = "in.xlsx"


def repeated(before: str, unit: str, times: int, after: str) -> Iterator[bytes]:
    """A part of a sheet, made in blocks so that making it needs no memory."""
    yield before.encode()
    block = unit.encode() * 1_000
    for _ in range(times // 1_000):
        yield block
    yield unit.encode() * (times % 1_000) + after.encode()


def numbered(count: int, form: str) -> Iterator[bytes]:
    """Rows of which each says its number."""
    yield b"<worksheet><sheetData>"
    for start in range(1, count + 1, 10_000):
        numbers = range(start, min(start + 10_000, count + 1))
        yield "".join(form.format(number) for number in numbers).encode()
    yield b"</sheetData></worksheet>"


def whole(rows: str) -> str:
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


def sized(data: bytes, part: str, size: int) -> bytes:
    """The archive with another size declared for a part."""
    at = data.rindex(part.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def flagged(data: bytes, part: str, at_offset: int, value: bytes) -> bytes:
    """The archive with bytes changed in the entry of a part."""
    at = data.rindex(part.encode()) - 46 + at_offset
    return data[:at] + value + data[at + len(value) :]


SHEET1 = "xl/worksheets/sheet1.xml"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><sst><si><t>&j;</t></si></sst>"
)
SST = row(1, cell("A1", 0, ' t="s"'))
BIG_TEXT = 300_000_000


def big_text(before: str, after: str) -> Iterator[bytes]:
    yield from repeated(before, "x" * 1_000, BIG_TEXT // 1_000, after)


def parts(change: Callable[[dict[str, Any]], object], rows: str = A1) -> bytes:
    """A workbook some of whose parts are other ones."""
    made = xlsx_parts(rows)
    change(made)
    return archive(made)


def rels(target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        f'Id="rId1" Type="worksheet" Target="{target}"/></Relationships>'
    )


RELS = "xl/_rels/workbook.xml.rels"
DAMAGED = "in.xlsx is damaged"
BROKEN_XLS = "in.xls"

CASES: dict[str, Case] = {
    # Cells far apart, or beyond any sheet
    "far cell": Case(
        lambda: xlsx(A1 + row(1048576, cell("XFD1048576", 1))), "but they reach to XFD1048576. Delete"
    ),
    "far cell, oddly written": Case(
        lambda: xlsx(A1 + "<row r='1048576'><c\nr = 'XFD1048576' ><v>1</v></c></row>"), "reach to XFD1048576"
    ),
    "far cell in the first row": Case(
        lambda: xlsx(row(1, cell("A1", 1), cell("XFD1", 1))), "reach to A1 and XFD1."
    ),
    "far cell, unnamed": Case(
        lambda: xlsx(A1 + '<row r="1048576">' + "<c/>" * 16_383 + "<c><v>1</v></c></row>"),
        "in.xlsx would take more than 2,048 MiB of memory. Save the sheet as CSV",
    ),
    "only a far cell": Case(lambda: xlsx(row(1048576, cell("XFD1048576", 7))), first=("7",)),
    "two far rows": Case(lambda: xlsx(A1 + row(1048576, cell("A1048576", 7))), first=("1",)),
    "row beyond the sheet": Case(
        lambda: xlsx(row(1048577, cell("A1048577", 1))), "has a cell A1048577; a sheet ends"
    ),
    "column beyond the sheet": Case(
        lambda: xlsx(row(1, cell("XFE1", 1))), "has a cell XFE1; a sheet ends at"
    ),
    "absurd name of a cell": Case(
        lambda: xlsx(f'<row r="9">{cell("A" * 99 + "9" * 9_999, 1)}</row>'), "; a sheet ends at XFD1048576"
    ),
    "row 0": Case(lambda: xlsx(row(0, cell("A0", 1))), DAMAGED),
    "small dimension": Case(
        lambda: xlsx_dimension("A1", row(1, cell("A1", 1), cell("C1", 3)) + row(9, cell("B9", 2))),
        first=("1", "", "3"),
    ),
    "huge dimension": Case(lambda: xlsx_dimension("A1:XFD1048576", A1), first=("1",)),
    "senseless dimension": Case(lambda: xlsx_dimension("ZZZZ9:A-1:::", A1), DAMAGED),
    "too many columns": Case(
        lambda: xlsx(
            "".join(row(n, *(cell(cell_name(n, c), 1) for c in range(1, 2_107))) for n in range(1, 4))
        ),
        "has 2,106 columns; at most 2,000 are read.",
    ),
    # Very many rows, or cells
    "three million rows": Case(
        lambda: xlsx(repeated("<worksheet><sheetData>", "<row/>", 3_000_000, "</sheetData></worksheet>")),
        "has more than 1,048,576 rows",
    ),
    "three million unnamed cells": Case(
        lambda: xlsx(
            repeated(
                "<worksheet><sheetData>", "<row><c><v>1</v></c></row>", 3_000_000, "</sheetData></worksheet>"
            )
        ),
        "has more than 1,048,576 rows",
    ),
    "a million empty rows with styles": Case(
        lambda: xlsx(numbered(1_048_576, '<row r="{0}" s="1"><c r="A{0}" s="1"/></row>')),
        "in.xlsx is empty. Name a file",
    ),
    "more cells than the limit": Case(
        lambda: xlsx(numbered(3_000, '<row r="{0}">' + "<c><v>1</v></c>" * 50 + "</row>")),
        "has more than 100,000 cells",
        limits={"cells": 100_000},
    ),
    "more named cells than the limit": Case(
        lambda: xlsx(numbered(3_000, '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{0}"><v>1</v></c></row>')),
        "has more than 5,000 cells",
        limits={"cells": 5_000},
    ),
    "a table beyond the memory for it": Case(
        lambda: xlsx(numbered(9_000, '<row r="{0}"><c r="A{0}" t="str"><v>' + "x" * 300 + "</v></c></row>")),
        "takes more than 2 MiB as a table",
        limits={"table": 2 << 20},
    ),
    "one cell of 300 MB": Case(
        lambda: xlsx(
            big_text(
                '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>',
                "</t></is></c></row></sheetData></worksheet>",
            )
        ),
        "has a cell of more than 131,072 characters",
    ),
    "one shared text of 300 MB": Case(
        lambda: xlsx(SST, strings=big_text("<sst><si><t>", "</t></si></sst>")),
        "has a cell of more than 131,072 characters",
    ),
    "a cell just too long": Case(
        lambda: xlsx(A1 + row(2, text("B2", "x" * 131_073))),
        "Cell B2 of sheet “S” in in.xlsx has more than 131,072 characters. Shorten it",
    ),
    "five thousand sheets": Case(
        lambda: xlsx(*[""] * 5_001, names=[f"s{n}" for n in range(5_001)], states={"s1": "hidden"}),
        "has more than 5,000 sheets",
    ),
    # What the archive says of itself
    "unpacks to more than the limit": Case(
        lambda: xlsx(repeated("<worksheet>", " " * 1_000, 9_000, "</worksheet>")),
        "would unpack to 8 MiB; at most 4 MiB are read",
        limits={"unpacked": 4 << 20},
    ),
    "declares two gigabytes": Case(
        lambda: sized(xlsx(A1), SHEET1, 0x7FFFFFFF), "would unpack to 2,048 MiB; at most 1,024"
    ),
    "declares less than there is": Case(
        lambda: sized(xlsx(numbered(50_000, '<row r="{0}"/>')), SHEET1, 70_000),
        "unpacks to more than it declares",
    ),
    "declares less in a part's beginning": Case(
        lambda: sized(xlsx(A1), SHEET1, 10), "unpacks to more than it declares"
    ),
    "ten thousand and one parts": Case(
        lambda: archive({f"xl/{n}.xml": "" for n in range(10_001)}, zipfile.ZIP_STORED),
        "more than 10,000 parts",
    ),
    "a directory that says it is huge": Case(
        lambda: (lambda data: data[:-12] + struct.pack("<H", 0xFFFF) + data[-10:])(xlsx(A1)),
        "more than 10,000 parts",
    ),
    "an archive in an archive": Case(
        lambda: archive({"in.xlsx": xlsx(A1)}), "a ZIP archive without a spreadsheet in it"
    ),
    "absurd names of parts": Case(
        lambda: parts(
            lambda made: made.update(
                {"../../../etc/x\x1b[31m": "x", "/" * 300: "y", "a\\..\\b": "z", "C:": ""}
            )
        ),
        first=("1",),
    ),
    "names with backslashes and capitals": Case(
        lambda: archive(
            {key.replace("/", "\\").replace("xl", "XL"): value for key, value in xlsx_parts(A1).items()}
        ),
        first=("1",),
    ),
    "the same part twice": Case(lambda: twice(), first=("1",)),
    "a part that needs a password": Case(
        lambda: flagged(xlsx(A1), SHEET1, 8, b"\x01"), "is locked with a password"
    ),
    "packed with LZMA": Case(
        lambda: archive(xlsx_parts(A1), zipfile.ZIP_LZMA), "is packed in an unusual way"
    ),
    "packed data damaged": Case(lambda: spoilt(), DAMAGED),
    "truncated": Case(
        lambda: xlsx(A1)[:-200], "in.xlsx is damaged (its end is missing, as when a download breaks off)"
    ),
    "truncated in the middle": Case(lambda: xlsx(A1)[:700], "its end is missing"),
    "only its first bytes": Case(lambda: b"PK\x03\x04", "its end is missing"),
    "random bytes": Case(lambda: b"PK\x03\x04" + random.Random(4).randbytes(9_000), DAMAGED),
    # XML
    "billion laughs": Case(
        lambda: xlsx(SST, strings=LAUGHS), "declares entities in its part xl/sharedstrings.xml"
    ),
    "external entity": Case(
        lambda: parts(
            lambda made: made.update(
                {
                    "xl/workbook.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                    + str(made["xl/workbook.xml"])
                }
            )
        ),
        "declares entities in its part xl/workbook.xml",
    ),
    "entities in UTF-16": Case(
        lambda: xlsx(
            SST, strings=LAUGHS.replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16")
        ),
        "declares entities",
    ),
    "entities in a sheet": Case(lambda: xlsx((f"<!DOCTYPE x []>{whole(A1)}".encode(),)), "declares entities"),
    "entities far behind comments": Case(
        lambda: parts(
            lambda made: made.update({"xl/workbook.xml": f"<!--{'x' * 99_000}--><!DOCTYPE x><workbook/>"})
        ),
        "declares entities in its part xl/workbook.xml",
    ),
    "an entity that nobody declared": Case(lambda: xlsx(row(1, text("A1", "&a;"))), DAMAGED),
    "nested 200,000 deep": Case(lambda: xlsx("<a>" * 200_000 + A1 + "</a>" * 200_000), first=("1",)),
    "a workbook nested 200,000 deep": Case(
        lambda: parts(lambda made: made.update({"xl/workbook.xml": "<sheets>" * 200_000})), DAMAGED
    ),
    "no XML": Case(lambda: parts(lambda made: made.update({"xl/workbook.xml": "name,email\n"})), DAMAGED),
    "a sheet that is no XML": Case(lambda: xlsx((b"\x00\xff<<<<&&&c r=",)), "in.xlsx is empty"),
    "a sheet that breaks off": Case(lambda: xlsx((whole(A1)[:-40].encode(),)), DAMAGED),
    "a tag of two megabytes": Case(
        lambda: xlsx(row(1, f'<c r="A1" x="{"y" * 2_000_000}"><v>1</v></c>')),
        "in.xlsx has a cell of more than",
    ),
    "many beginnings of cells": Case(
        lambda: xlsx((b"<worksheet><sheetData>" + b"<c " * 700_000,)), "in.xlsx is empty"
    ),
    # Parts that point nowhere
    "text of a number that is not there": Case(
        lambda: xlsx(row(1, cell("A1", 7, ' t="s"')), strings="<sst/>"), DAMAGED
    ),
    "no shared texts": Case(lambda: xlsx(SST), DAMAGED),
    "style of a number that is not there": Case(
        lambda: xlsx(row(1, cell("A1", 1, ' s="99999999"'))), first=("1",)
    ),
    "unknown type of cell": Case(lambda: xlsx(row(1, cell("A1", 1, ' t="zz"'))), DAMAGED),
    "no sheets": Case(
        lambda: parts(lambda made: made.update({"xl/workbook.xml": "<workbook><sheets/></workbook>"})),
        "has no sheet with cells",
    ),
    "no workbook": Case(
        lambda: parts(lambda made: made.pop("xl/workbook.xml")), "its part xl/workbook.xml is missing"
    ),
    "no relationships": Case(lambda: parts(lambda made: made.pop(RELS)), DAMAGED),
    "a relationship to the workbook itself": Case(
        lambda: parts(lambda made: made.update({RELS: rels("workbook.xml")})), "in.xlsx is empty"
    ),
    "a relationship to outside": Case(
        lambda: parts(lambda made: made.update({RELS: rels("../../../../etc/passwd")})), DAMAGED
    ),
    "a relationship to the network": Case(
        lambda: parts(lambda made: made.update({RELS: rels("http://127.0.0.1:9/x.xml")})), DAMAGED
    ),
    "no part for the sheet": Case(lambda: parts(lambda made: made.pop(SHEET1)), DAMAGED),
    # Other files
    "a Word document": Case(
        lambda: archive({"[Content_Types].xml": "<T/>", "word/document.xml": "<d/>"}),
        "is a Word document",
        name="in.docx",
    ),
    "a PowerPoint file": Case(lambda: archive({"ppt/presentation.xml": "<d/>"}), "is a PowerPoint file"),
    "a Numbers file": Case(
        lambda: archive({"Index/Document.iwa": "x"}), "is a Numbers or Pages file", name="in.numbers"
    ),
    "an OpenDocument text": Case(
        lambda: ods({"T": ""}, mimetype="application/vnd.oasis.opendocument.text"),
        "is an OpenDocument text or drawing",
    ),
    "an empty archive": Case(lambda: archive({}), "a ZIP archive without a spreadsheet in it"),
    "an encrypted workbook": Case(
        lambda: ole({"EncryptionInfo": bytes(100), "EncryptedPackage": random.Random(5).randbytes(5_000)}),
        "in.xlsx is locked with a password. Open it in a spreadsheet program and save it without one.",
    ),
    "an old Word document": Case(
        lambda: ole({"WordDocument": bytes(5_000)}), "is a Word document", name="in.xls"
    ),
    "macros": Case(
        lambda: parts(lambda made: made.update({"xl/vbaProject.bin": bytes(999)})),
        first=("1",),
        name="in.xlsm",
    ),
    "another suffix": Case(lambda: xlsx(A1), first=("1",), name="in.csv"),
    "a name with an escape sequence": Case(
        lambda: xlsx(A1)[:-200], "a␛]0;x␇.xlsx is damaged", name="a\x1b]0;x\x07.xlsx"
    ),
    # ODS
    "ODS that repeats 17 billion cells": Case(
        lambda: ods(
            {"T": ods_row(ods_cell("x", more='table:number-columns-repeated="16384"'), times=1_048_576)}
        ),
        "has 16,384 columns; at most 2,000",
        name="in.ods",
    ),
    "ODS that repeats rows": Case(
        lambda: ods(
            {"T": ods_row(ods_cell("x", more='table:number-columns-repeated="900"'), times=1_000_000)}
        ),
        "has more than 50,000,000 cells",
        name="in.ods",
    ),
    "ODS beyond the last row": Case(
        lambda: ods({"T": ods_row(times=1_048_576) + ods_row(ods_cell("x"))}),
        "has more than 1,048,576 rows",
        name="in.ods",
    ),
    "ODS of many spaces": Case(
        lambda: ods({"T": ods_row(ods_cell('x<text:s text:c="999999999"/>'))}),
        "Cell A1 of in.ods has more than 131,072 characters",
        name="in.ods",
    ),
    "ODS with entities": Case(
        lambda: ods({"T": ods_row(ods_cell("&a;"))}, before='<!DOCTYPE x [<!ENTITY a "b">]>'),
        "declares entities in its part content.xml",
        name="in.ods",
    ),
    "ODS that breaks off": Case(
        lambda: archive(
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a><b>"}
        ),
        "in.ods is damaged (its content is no XML)",
        name="in.ods",
    ),
    "ODS without content": Case(
        lambda: archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        "content.xml is missing",
        name="in.ods",
    ),
    # XLS
    "XLS locked": Case(
        lambda: xls({"S": {(0, 0): "x"}}, locked=True), "in.xls is locked with a password", name="in.xls"
    ),
    "XLS that breaks off": Case(lambda: xls({"S": {(0, 0): "x"}})[:1_600], BROKEN_XLS, name="in.xls"),
    "XLS of random bytes": Case(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(6).randbytes(9_000),
        BROKEN_XLS,
        name="in.xls",
    ),
    "XLS without a workbook": Case(
        lambda: ole({"Other": b"x"}), "or protected by a password. Get it again", name="in.xls"
    ),
    "XLS whose sheet lies outside": Case(lambda: ole({"Workbook": misplaced()}), BROKEN_XLS, name="in.xls"),
    "XLS with a record that lies": Case(
        lambda: ole({"Workbook": xls_stream({"S": {(0, 0): "x"}})[:-4] + b"\x04\x02\xff\xff"}),
        BROKEN_XLS,
        name="in.xls",
    ),
    # What the process may take
    "too little time for computing": Case(
        lambda: xlsx(numbered(600_000, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')),
        "takes more than 1 seconds of computing. Save the sheet as CSV (UTF-8).",
        limits={"cpu": 1},
    ),
    "too little time": Case(
        lambda: xlsx(numbered(600_000, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')),
        "takes more than 0.5 seconds. Save the sheet as CSV",
        limits={"wall": 0.5},
    ),
    "too little memory": Case(
        lambda: xlsx(numbered(500_000, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')),
        "would take more than 60 MiB of memory",
        limits={"memory": 60 << 20},
    ),
    "too large a file": Case(lambda: xlsx(A1), "in.xlsx is larger than the 0 MiB", limits={"file": 100}),
    "no room for the result": Case(
        lambda: xlsx(row(1, text("A1", "x" * 60_000))),
        "cannot be read: its reader broke off",
        limits={"output": 20_000},
    ),
}


def xlsx_dimension(reference: str, rows: str) -> bytes:
    sheet = f'<worksheet><dimension ref="{reference}"/><sheetData>{rows}</sheetData></worksheet>'
    return xlsx((sheet.encode(),))


def twice() -> bytes:
    import io
    import warnings

    file = io.BytesIO(xlsx(A1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(file, "a") as packed:
            packed.writestr("docProps/app.xml", "<a/>")
            packed.writestr("docProps/app.xml", "<b/>")
    return file.getvalue()


def spoilt() -> bytes:
    data = bytearray(xlsx(numbered(500, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')))
    at = data.index(SHEET1.encode()) + len(SHEET1)
    data[at : at + 60] = b"\xff" * 60
    return bytes(data)


def misplaced() -> bytes:
    stream = xls_stream({"S": {(0, 0): "x"}})
    at = stream.index(struct.pack("<H", 0x0085)) + 4
    return stream[:at] + struct.pack("<I", 0x7FFFFFF0) + stream[at + 4 :]
