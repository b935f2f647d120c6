"""Tables as other programs export them, written by hand in the forms that those programs use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.files import FileRead, ReadOptions, read_raw
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records

EXCEL_GERMAN = (
    "Name;E-Mail-Adresse;Telefon;Status;Umsatz\r\n"
    "Jürgen Müller;j.mueller@firma.de;+49 30 901820;neu;1.234,50\r\n"
    '"Groß; Käthe";k.gross@firma.de;"+49 171 2345678";qualifiziert;0,5\r\n'
    '"Weiß\nund Söhne";info@weiss.de;;"sagt ""ja""";\r\n'
).encode("cp1252")

EXCEL_SEP = b'sep=;\r\n"Name";"Email"\r\n"Anna";"a@b.de"\r\n'

EXCEL_UNICODE_TEXT = "Name\tEmail\tPhone\r\nJosé\tj@b.es\t+34 912 345 678\r\n".encode("utf-16")

GOOGLE_SHEETS = (
    "Full Name,Email,Phone Number,Lead Status\r\n"
    'Анна Смит,anna@b.co,+44 20 7946 0000,\r\n"Sok, Dara",dara@b.co,,"a ""quoted"" word"\r\n'
    ",,,\r\n"
).encode()

HUBSPOT = (
    '\ufeff"Record ID","First Name","Last Name","Email","Phone Number","Contact owner","Lead Status",'
    '"Notes"\n'
    '"51","Maria","Johnson (Sample Contact)","emailmaria@hubspot.com","","Anna Keller","New",""\n'
    '"101","Brian","Halligan","bh@hubspot.com","+1 617 555 0100","","","Line one\nline two"\n'
).encode()

SALESFORCE = (
    '"Lead Owner","First Name","Last Name","Email","Phone","Lead Status"\n'
    '"Ann Müller","René","Lefèvre","rene@b.fr","(415) 555-0100","Open - Not Contacted"\n'
    '"Ann Müller","Zoë","Groß","zoe@b.de","","Working"\n'
    "\n\n"
    '"Leads by status"\n'
    '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
).encode("iso-8859-1")

_OUTLOOK = [
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title",
    *[f"{place} {part}" for place in ("Business", "Home", "Other")
      for part in ("Street", "City", "State", "Postal Code", "Country/Region")],
    "Business Phone", "Mobile Phone", "E-mail Address", "E-mail Type", "Birthday", "Notes", "Web Page",
]  # fmt: skip
_OUTLOOK_CELLS = {
    "First Name": "Anna",
    "E-mail Address": "a@b.de",
    "Mobile Phone": "+49 171 1",
    "Birthday": "0/0/00",
}
OUTLOOK = (
    ",".join(_OUTLOOK) + "\r\n" + ",".join(_OUTLOOK_CELLS.get(name, "") for name in _OUTLOOK) + "\r\n"
).encode("cp1252")

GOOGLE_CONTACTS = (
    "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\r\n"
    "田中,太郎,* myContacts,Work,t@b.jp,Mobile,090-1234-5678 ::: +81 3 1234 5678\r\n"
).encode()

JAPANESE_EXCEL = "氏名,メール,電話\r\n田中 太郎,t@b.jp,03-1234-5678\r\n".encode("cp932")
CHINESE_EXCEL = "姓名,邮箱,电话\r\n王小明,w@b.cn,138 0013 8000\r\n".encode("gb18030")

REPORT = b"Lead report,,\r\nGenerated 24.11.2026,,\r\n,,\r\nName,Email,Phone\r\nAnna,a@b.de,\r\nTotal,1,\r\n"


def test_excel_in_a_german_locale(read: Read) -> None:
    found = read("Leads.csv", EXCEL_GERMAN)
    assert records(found) == [
        {
            "name": "Jürgen Müller",
            "email": "j.mueller@firma.de",
            "phone": "+49 30 901820",
            "status": "neu",
        },
        {
            "name": "Groß; Käthe",
            "email": "k.gross@firma.de",
            "phone": "+49 171 2345678",
            "status": "qualifiziert",
        },
        {"name": "Weiß\nund Söhne", "email": "info@weiss.de", "status": 'sagt "ja"'},
    ]
    assert found.frame.column(4) == ["1.234,50", "0,5", ""]
    assert found.frame.lines == [2, 3, 4]
    assert {"encoding", "delimiter"} <= set(codes(found))


def test_excel_with_a_line_that_names_the_delimiter(read: Read) -> None:
    assert records(read("in.csv", EXCEL_SEP)) == [{"name": "Anna", "email": "a@b.de"}]


def test_excel_as_unicode_text(read: Read) -> None:
    found = read("in.txt", EXCEL_UNICODE_TEXT)
    assert found.kind == "tsv"
    assert records(found) == [{"name": "José", "email": "j@b.es", "phone": "+34 912 345 678"}]


def test_google_sheets(read: Read) -> None:
    found = read("in.csv", GOOGLE_SHEETS)
    first, second, *_ = records(found)
    assert first == {"name": "Анна Смит", "email": "anna@b.co", "phone": "+44 20 7946 0000"}
    assert second == {"name": "Sok, Dara", "email": "dara@b.co", "status": 'a "quoted" word'}


@pytest.mark.parametrize("copies", [1, 6_000])
def test_hubspot(tmp_path: Path, copies: int) -> None:
    head, _, rest = HUBSPOT.partition(b"\n")
    (tmp_path / "in.csv").write_bytes(head + b"\n" + rest * copies)
    raw = read_raw(tmp_path / "in.csv", schema=schema_for("lead"))
    assert raw.frame.headers[0] == "Record ID"
    assert raw.frame.height == 2 * copies
    assert raw.frame.cell(2 * copies - 1, 7) == "Line one\nline two"
    assert list(raw.frame.lines or ())[-2:] == [3 * copies - 1, 3 * copies]
    assert raw.notes == ()


def test_salesforce(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(SALESFORCE)
    raw = read_raw(tmp_path / "in.csv", schema=schema_for("lead"))
    assert raw.frame.column(2)[:2] == ["Lefèvre", "Groß"]
    assert raw.detected[0].value == "Windows-1252"
    assert raw.frame.height == 2
    assert [(note.code, note.line) for note in raw.notes] == [
        ("encoding", None),
        ("blank_line", 4),
        ("footer", 6),
    ]


def test_outlook_and_a_phone_s_contacts(read: Read) -> None:
    found = read("contacts.csv", OUTLOOK)
    (record,) = records(found)
    assert record["email"] == "a@b.de"
    assert record["phone"] == "+49 171 1"
    raw = read("google.csv", GOOGLE_CONTACTS, said=_said({"E-mail 1 - Value": "email"}))
    assert records(raw)[0]["email"] == "t@b.jp"


def _said(columns: dict[str, str]) -> object:
    from leapgrid.files import ImportMapping

    return ImportMapping(columns)


@pytest.mark.parametrize(
    ("data", "headers", "encoding"),
    [
        (JAPANESE_EXCEL, ("氏名", "メール", "電話"), "cp932"),
        (CHINESE_EXCEL, ("姓名", "邮箱", "电话"), "gb18030"),
    ],
)
def test_excel_in_east_asian_locales(
    tmp_path: Path, data: bytes, headers: tuple[str, ...], encoding: str
) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    raw = read_raw(tmp_path / "in.csv", ReadOptions(), schema=schema_for("lead"))
    assert raw.frame.headers == headers
    assert raw.options.encoding == encoding


def test_a_report_with_a_title_above(read: Callable[..., FileRead]) -> None:
    found = read("in.csv", REPORT)
    assert records(found)[0] == {"name": "Anna", "email": "a@b.de"}
    assert found.frame.lines == [5, 6]
    note = next(note for note in found.notes if note.code == "above_header")
    assert note.text.startswith("Lead report,,\r\nGenerated 24.11.2026")
