"""Spreadsheets are read as a person sees them, with the numbers of their rows and what is odd about them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from leapgrid.files import UnreadableFile
from leapgrid.files.sheets import Sheet, is_spreadsheet, read_sheet, refuse_markup

from .hostile import numbered
from .workbooks import archive, cell, ods, ods_cell, ods_row, row, styles, text, xls, xlsx, xlsx_parts

ReadSheet = Callable[..., Sheet]


@pytest.fixture
def read(tmp_path: Path) -> ReadSheet:
    def write_and_read(data: bytes, sheet: str | None = None, name: str = "in.xlsx") -> Sheet:
        path = tmp_path / name
        path.write_bytes(data)
        return read_sheet(path, sheet, name=name)

    return write_and_read


def made(fill: Callable[[Any, Any], object], *more: str) -> bytes:
    """A workbook as XlsxWriter makes it; ``fill`` gets it and its first sheet, "Leads"."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet("Leads")
        for name in more:
            book.add_worksheet(name)
        fill(book, page)
    return file.getvalue()


def rows(sheet: Sheet) -> list[list[str]]:
    return [list(cells) for cells in zip(*sheet.columns, strict=True)]


def column(sheet: Sheet, index: int = 0) -> list[str]:
    return list(sheet.columns[index])


def codes(sheet: Sheet) -> list[tuple[str, int | None]]:
    return [(note.code, note.line) for note in sheet.notes]


def test_values_are_text_as_a_person_sees_them(read: ReadSheet) -> None:
    moment = dt.datetime(2026, 3, 4, 10, 30)
    values: list[tuple[object, str | None, str]] = [
        (16502530000, None, "16502530000"),
        (0.1 + 0.2, None, "0.3"),
        (1234.5, "#,##0.00", "1234.5"),
        (0.5, "0%", "0.5"),
        (1e21, None, "1E+21"),
        (1e20, None, "100000000000000000000"),
        (1.5e-7, None, "0.00000015"),
        (1e-30, None, "1E-30"),
        (-0.0, None, "0"),
        (-17, None, "-17"),
        (True, None, "true"),
        (False, None, "false"),
        ("007", None, "007"),
        ("  a\r\n\tb ", None, "  a\r\n\tb "),
        ("+49 301", None, "+49 301"),
        (moment.date(), "yyyy-mm-dd", "2026-03-04"),
        (moment, "dd.mm.yyyy hh:mm", "2026-03-04T10:30:00"),
        (moment.replace(second=5, microsecond=250_000), "yyyy", "2026-03-04T10:30:05.250"),
        (moment.time(), "hh:mm:ss", "10:30:00"),
        (dt.timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (1234, "00000", "01234"),
        (12345678, "000\\-00\\-0000", "012-34-5678"),
        (16502530000, '"+"0', "+16502530000"),
        (6502530000, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(650) 253-0000"),
        (5, "0;[Red]-0", "5"),
    ]

    def fill(book: Any, page: Any) -> None:
        for number, (value, code, _) in enumerate(values):
            shape = book.add_format({"num_format": code}) if code else None
            if isinstance(value, str):
                page.write_string(number, 0, value, shape)
            else:
                page.write(number, 0, value, shape)

    assert column(read(made(fill))) == [shown for _, _, shown in values]


def test_formulas_are_their_stored_results(read: ReadSheet) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_formula(0, 0, "=1+1", None, 2)
        page.write_formula(1, 0, '="a"&"b"', None, "ab")
        page.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        page.write_formula(3, 0, "=1=1", None, True)

    found = read(made(fill))
    assert column(found) == ["2", "ab", "#DIV/0!", "true"]
    assert codes(found) == [("error_cells", 3)]
    assert "such as #DIV/0! in A3;" in found.notes[0].message


def test_formulas_without_a_stored_result_are_named(read: ReadSheet) -> None:
    cells = ["<c r='A1'><v>1</v></c>", "<c r='B1'><f>A1+1</f></c>", "<c r='C1'><f>A1</f><v></v></c>"]
    found = read(
        xlsx(row(1, *cells, '<c r="D1" t="str"><f>T("")</f><v></v></c>', "<c r='E1'><f>A1</f><v/></c>"))
    )
    assert rows(found) == [["1"]]
    assert codes(found) == [("formula_without_result", 1)]
    assert "for the formulas in B1, C1 and E1; they were left empty." in found.notes[0].message


def test_rows_keep_their_numbers_and_blank_ones_are_skipped_with_a_note(read: ReadSheet) -> None:
    found = read(
        xlsx(row(4, cell("C4", 1), cell("E4", 2)) + row(5, "<c r='H5' s='1'/>") + row(7, text("D7", "x")))
    )
    assert list(found.rows) == [4, 7]
    assert rows(found) == [["1", "", "2"], ["", "x", ""]]
    assert found.left == 2
    assert found.cell(1, 1) == "D7"
    assert [note.message for note in found.notes] == ["Rows 5 and 6 are blank; they were skipped."]


def test_many_blank_rows_are_one_note(read: ReadSheet) -> None:
    found = read(xlsx("".join(row(n, cell(f"A{n}", n)) for n in range(1, 100, 2))))
    assert list(found.rows) == list(range(1, 100, 2))
    assert [note.message for note in found.notes] == [
        "Rows 2, 4, 6, 8, 10, 12, 14, 16 and 41 more are blank; they were skipped."
    ]


def test_merged_cells_and_long_numbers_are_noted(read: ReadSheet) -> None:
    def fill(book: Any, page: Any) -> None:
        page.merge_range(0, 0, 0, 2, "Title")
        page.write_number(1, 1, 12345678901234567890)
        page.write_number(2, 1, 1234567890123456)

    found = read(made(fill))
    assert rows(found) == [["Title", ""], ["", "12345678901234570000"], ["", "1234567890123456"]]
    assert codes(found) == [("merged_cells", 1), ("long_numbers", 2)]
    assert "merged at A1;" in found.notes[0].message
    assert found.notes[1].message.startswith("In column B 2 numbers have more than 15 digits")


def test_errors_in_cells_without_names_are_told(read: ReadSheet) -> None:
    found = read(
        xlsx('<row><c><v>1</v></c><c t="e"><v>#N/A</v></c></row><row><c t="e" s="0"><v>#REF!</v></c></row>')
    )
    assert rows(found) == [["1"]]
    assert codes(found) == [("error_cells", None)]
    assert "such as #N/A in 2 cells, left empty" in found.notes[0].message


def test_blank_columns_at_both_sides_are_no_columns(read: ReadSheet) -> None:
    blank = '<c r="{}" t="str"><f>T("")</f><v></v></c>'
    found = read(xlsx(row(1, blank.format("A1"), cell("B1", 1), blank.format("C1"), blank.format("F1"))))
    assert (rows(found), found.left, found.cell(0, 0)) == ([["1"]], 1, "B1")
    found = read(ods({"T": ods_row("<table:table-cell/>", ods_cell("x"), ods_cell(""))}), name="in.ods")
    assert (rows(found), found.left) == ([["x"]], 1)


def test_identifiers_that_another_program_wrote_with_all_digits_keep_them(read: ReadSheet) -> None:
    cells = [cell("A1", 12345678901234567), cell("B1", 9007199254740993, ' t="n"'), cell("C1", -(10**20) - 1)]
    found = read(xlsx(row(1, *cells, cell("D1", 12345678901234567, ' t="str"'))))
    assert rows(found) == [
        ["12345678901234567", "9007199254740993", "-100000000000000000001", "12345678901234567"]
    ]
    assert codes(found) == [("long_numbers", 1)] * 3


def test_cells_without_names_and_prefixed_tags_are_read(read: ReadSheet) -> None:
    assert rows(read(xlsx("<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>"))) == [
        ["1", "2"],
        ["", "3"],
    ]
    prefixed = (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c>'
        '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    found = read(xlsx((prefixed.encode(),)))
    assert rows(found) == [["7", "#N/A"]]
    assert codes(found) == [("error_cells", 1)]


def test_escapes_of_excel_are_undone(read: ReadSheet) -> None:
    raw = ["_x0041_", "_x005F_x0041_", "a_xD800_", "_xD83D__xDE00_", "_x000D_", "_xFFFF_", "_xZZZZ_", "x_"]
    meant = ["A", "_x0041_", "a\ud800", "😀", "\r", "\uffff", "_xZZZZ_", "x_"]
    found = read(xlsx("".join(row(n, text(f"A{n}", value)) for n, value in enumerate(raw, 1))))
    assert column(found) == meant
    shared = "<sst>" + "".join(f"<si><t>{value}</t></si>" for value in raw) + "</sst>"
    cells = "".join(row(n, cell(f"A{n}", n - 1, ' t="s"')) for n in range(1, len(raw) + 1))
    assert column(read(xlsx(cells, strings=shared))) == meant


def test_a_large_sheet_comes_as_series_and_is_the_same(read: ReadSheet) -> None:
    count = 70_000
    form = '<row r="{0}"><c r="B{0}" t="str"><v>n{0}</v></c><c r="C{0}"><v>{0}</v></c></row>'
    found = read(xlsx(numbered(count, form)))
    assert not isinstance(found.columns[0], list)
    assert list(found.rows) == list(range(1, count + 1))
    assert list(found.columns[0]) == [f"n{n}" for n in range(1, count + 1)]
    assert found.columns[1][count - 1] == str(count)
    assert found.left == 1


def test_halves_of_surrogate_pairs_survive_in_a_large_sheet(read: ReadSheet) -> None:
    count = 70_000
    form = '<row r="{0}"><c r="A{0}" t="str"><v>_xD800_{0}</v></c></row>'
    assert column(read(xlsx(numbered(count, form)))) == [f"\ud800{n}" for n in range(1, count + 1)]


def test_the_first_visible_sheet_that_is_not_empty_is_chosen(read: ReadSheet) -> None:
    one = row(1, cell("A1", 1))
    data = xlsx(
        one, "", row(2, "<c r='A2' s='1'/>"), row(1, cell("A1", 4)), names=["Old", "Plan", "Form", "Leads"],
        states={"Old": "hidden"},
    )  # fmt: skip
    found = read(data)
    assert (found.chosen, found.names, found.hidden) == ("Leads", ("Old", "Plan", "Form", "Leads"), ("Old",))
    assert rows(found) == [["4"]]
    assert rows(read(data, "old")) == [["1"]]


def test_a_sheet_that_nobody_has_is_named_with_the_closest(read: ReadSheet) -> None:
    data = made(lambda book, page: page.write(0, 0, "x"), "Contacts", "Über")
    assert read(data, "LEADS").chosen == "Leads"
    with pytest.raises(UnreadableFile) as caught:
        read(data, "Leeds")
    assert caught.value.message == (
        "in.xlsx has no sheet “Leeds”. Its sheets are “Leads”, “Contacts”, “Über”. Closest: “Leads”."
    )
    with pytest.raises(UnreadableFile, match=r"Sheet “Über” of in\.xlsx is empty"):
        read(data, "über")


def test_names_that_differ_in_capitals_only_must_be_said_exactly(read: ReadSheet) -> None:
    one, two = row(1, cell("A1", 1)), row(1, cell("A1", 2))
    data = xlsx(one, two, names=["leads", "Leads"])
    assert rows(read(data, "Leads")) == [["2"]]
    with pytest.raises(UnreadableFile, match="has no sheet “LEADS”"):
        read(data, "LEADS")


def test_only_hidden_sheets_are_not_read_unless_named(read: ReadSheet) -> None:
    data = xlsx("", row(1, cell("A1", 1)), states={"T": "veryHidden"})
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    assert caught.value.message == (
        "in.xlsx is empty but for sheets that are hidden: “T”. Name one of them to read it."
    )
    assert rows(read(data, "T")) == [["1"]]


def test_sheets_of_charts_are_no_sheets(read: ReadSheet) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write(0, 0, 1)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Leads!$A$1:$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)

    assert read(made(fill)).names == ("Leads",)


def test_the_days_of_1904_are_the_same_days(read: ReadSheet) -> None:
    data = xlsx(
        row(1, cell("A1", 44623, ' s="1"')), styles=styles("yyyy-mm-dd"), head='<workbookPr date1904="1"/>'
    )
    assert rows(read(data)) == [["2026-03-04"]]


def test_an_open_file_is_read_and_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx(row(1, cell("A1", 1))))
    with path.open("rb") as file:
        file.read(5)
        assert read_sheet(file, name="in.xlsx").rows == range(1, 2)
        assert not file.closed


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file no\.xlsx"):
        read_sheet(tmp_path / "no.xlsx", name="no.xlsx")
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_sheet(tmp_path, name="x")


def test_ods_is_read_with_all_its_types(read: ReadSheet) -> None:
    cells = [
        ods_cell('two|lines<text:s text:c="2"/>and<text:tab/>a tab<text:line-break/>x'),
        ods_cell("1,65E+10", "float", "16502530000"),
        ods_cell("0,30", "float", "0.30000000000000004"),
        ods_cell("01234", "float", "1234"),
        ods_cell("+16502530000", "float", "16502530000"),
        ods_cell("12 %", "percentage", "0.12"),
        ods_cell("5,50 €", "currency", "5.5"),
        ods_cell("04.03.26", "date", "2026-03-04"),
        ods_cell("04.03.26", "date", "2026-03-04T10:30:00.000000000"),
        ods_cell("10:30", "time", "PT10H30M00S"),
        ods_cell("30:05", "time", "PT30H05M00.250000000S"),
        ods_cell("WAHR", "boolean", "true"),
        ods_cell("#N/A", more='calcext:value-type="error"'),
        ods_cell("#DIV/0!", "float", "0", 'calcext:value-type="error"'),
        ods_cell(
            "<text:span>re</text:span>al<office:annotation><text:p>not this</text:p></office:annotation>"
        ),
        ods_cell("12345678901234567890", "float", "12345678901234567890"),
    ]
    found = read(ods({"T": ods_row(*cells)}), name="in.ods")
    assert found.kind == "ods"
    assert rows(found)[0] == [
        "two\nlines  and\ta tab\nx",
        "16502530000",
        "0.3",
        "01234",
        "+16502530000",
        "0.12",
        "5.5",
        "2026-03-04",
        "2026-03-04T10:30:00",
        "10:30:00",
        "30:05:00.250",
        "true",
        "#N/A",
        "#DIV/0!",
        "real",
        "12345678901234567890",
    ]
    assert codes(found) == [("error_cells", 1), ("long_numbers", 1)]
    assert "in M1 and N1;" in found.notes[0].message


def test_ods_repeats_rows_and_cells_and_knows_hidden_sheets(read: ReadSheet) -> None:
    rest = '<table:table-cell table:number-columns-repeated="16000"/>'
    first = '<table:table-cell table:number-columns-repeated="2"/>'
    filled = ods_row(first, ods_cell("x", more='table:number-columns-repeated="2"'), rest, times=3)
    merged = ods_row(ods_cell("m", more='table:number-columns-spanned="2"'), "<table:covered-table-cell/>")
    tail = ods_row('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_570)
    data = ods(
        {"Old": ods_row(ods_cell("o")), "Empty": tail, "New": ods_row() + filled + merged + tail},
        hidden=["Old"],
    )
    found = read(data, name="in.ods")
    assert (found.chosen, found.names, found.hidden) == ("New", ("Old", "Empty", "New"), ("Old",))
    assert list(found.rows) == [2, 3, 4, 5]
    assert rows(found) == [["", "", "x", "x"]] * 3 + [["m", "", "", ""]]
    assert codes(found) == [("merged_cells", 5)]
    assert rows(read(data, "old", "in.ods")) == [["o"]]
    with pytest.raises(UnreadableFile, match="Closest: “New”"):
        read(data, "Now", "in.ods")
    with pytest.raises(UnreadableFile, match=r"Sheet “Empty” of in\.ods is empty"):
        read(data, "Empty", "in.ods")


def test_xls_is_read_with_all_its_types(read: ReadSheet) -> None:
    leads = {
        (0, 0): "name",
        (2, 0): " Änna 😀",
        (2, 1): 16502530000.0,
        (2, 2): True,
        (2, 3): ("date", 46085.0),
        (2, 4): ("date", 46085.4375),
        (2, 5): ("error", 0x2A),
    }
    data = xls({"Old": {(0, 0): "o"}, "Leads": leads}, hidden=["Old"])
    found = read(data, name="in.xls")
    assert (found.kind, found.chosen, found.hidden) == ("xls", "Leads", ("Old",))
    assert list(found.rows) == [1, 3]
    assert rows(found)[1] == [" Änna 😀", "16502530000", "true", "2026-03-04", "2026-03-04T10:30:00", "#N/A"]
    assert codes(found) == [("blank_line", 2), ("error_cells", 3)]
    assert found.notes[0].message == "Row 2 is blank; it was skipped."
    assert rows(read(data, "OLD", "in.xls")) == [["o"]]


def test_what_is_a_spreadsheet_shows_in_the_first_bytes() -> None:
    assert is_spreadsheet(xlsx("")[:8])
    assert is_spreadsheet(xls({"S": {}})[:8])
    assert not is_spreadsheet(b"name,email\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><table><tr><td>name</td></tr></table></html>", "is a web page under another name"),
        ("\n<!DOCTYPE HTML PUBLIC ''>\n", "is a web page under another name"),
        ('<?xml version="1.0"?><!-- x --><html xmlns="x">', "is a web page"),
        ("<meta charset=utf-8><TABLE>", "is a web page"),
        ('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook/>', "in the XML of 2003"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "XML of 2003",
        ),
        ("name\temail\n<b>\tx", ""),
        ("<tablet>,x", ""),
    ],
)
def test_web_pages_under_the_name_of_a_workbook_are_told_from_text(text: str, said: str) -> None:
    if not said:
        refuse_markup(text, "in.xls")
        return
    with pytest.raises(UnreadableFile) as caught:
        refuse_markup(text, "in.xls")
    assert said in caught.value.message
    assert caught.value.message.startswith("in.xls is ")


def test_the_parts_of_the_workbook_may_lie_elsewhere(read: ReadSheet) -> None:
    parts = xlsx_parts(row(1, cell("A1", 9)))
    parts["xl/other/page.xml"] = parts.pop("xl/worksheets/sheet1.xml")
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("worksheets/sheet1.xml", "/xl/other/page.xml")
    assert rows(read(archive(parts))) == [["9"]]
