"""Which sheet of a workbook is read where nobody said one, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from leapgrid.files import RawFile, ReadOptions, UnreadableFile, read_file, read_raw
from leapgrid.records import schema_for
from tests.files.workbooks import ods, ods_cell, ods_row

LEAD = schema_for("lead")
Rows = Sequence[Sequence[str]]
JUNK: Rows = (("Report Q3",), (), ("Total", "123"), ("Region", "North"))
LEADS: Rows = (("Full Name", "E-mail", "Mobile"), ("Anna", "anna@kellerbau.de", "+49 171 2345678"))
STRANGE: Rows = (("aaa", "bbb"), ("x", "y"))
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a workbook of these sheets."""

    def run(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = ()) -> Path:
        path = tmp_path / "in.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, rows in sheets.items():
                page = book.add_worksheet(name)
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)
                if name in hidden:
                    page.hide()
        return path

    return run


def chosen(path: Path, options: ReadOptions | None = None) -> str | None:
    return read_raw(path, options or ReadOptions(), schema=LEAD).options.sheet


def told(raw: RawFile) -> tuple[str, list[str]]:
    """The line about the sheet, and the notes about it."""
    (fact,) = [d for d in raw.detected if d.fact == "sheet"]
    return fact.why, [n.message for n in raw.notes if n.code == "sheet"]


def test_the_first_sheet_whose_headers_are_fields_is_read_and_said(make: Make) -> None:
    raw = read_raw(make({"Summary": JUNK, "Empty": (), "Leads": LEADS, "Old": LEADS}), schema=LEAD)
    assert raw.options.sheet == "Leads"
    assert raw.frame.headers == LEADS[0]
    assert told(raw) == (
        "Sheet 3 of 4; not read: “Summary”, “Empty”, “Old”.",
        [
            "Sheet 3 of 4 was read, “Leads”; not “Summary”, “Empty”, “Old”. --sheet NAME takes another, or S "
            "on the import screen."
        ],
    )
    (fact,) = [d for d in raw.detected if d.fact == "sheet"]
    assert fact.choices == ("Summary", "Empty", "Leads", "Old")


def test_the_first_one_stays_where_its_headers_are_fields_or_nothing_is(make: Make) -> None:
    assert chosen(make({"Leads": LEADS, "More": LEADS})) == "Leads"
    assert chosen(make({"Summary": STRANGE, "Other": STRANGE})) == "Summary"


def test_one_word_that_is_a_field_gives_way_to_several(make: Make) -> None:
    summary = (("Status", "final"), ("Pages", "3"))
    assert chosen(make({"Summary": summary, "Leads": LEADS})) == "Leads"
    assert chosen(make({"Summary": summary, "Other": STRANGE})) == "Summary"


def test_hidden_sheets_are_not_looked_at_and_a_name_goes_before_all(make: Make) -> None:
    path = make({"Summary": STRANGE, "Secret": LEADS}, hidden=["Secret"])
    assert chosen(path) == "Summary"
    raw = read_raw(path, ReadOptions(sheet="Secret"), schema=LEAD)
    assert told(raw) == ("Sheet 2 of 2; not read: “Summary”.", [])


def test_the_only_sheet_is_no_note(make: Make) -> None:
    assert told(read_raw(make({"Leads": LEADS}), schema=LEAD)) == ("The only sheet.", [])


def test_ods_is_chosen_from_in_the_same_way(tmp_path: Path) -> None:
    def table(rows: Rows) -> str:
        return "".join(ods_row(*(ods_cell(text) for text in row)) for row in rows)

    path = tmp_path / "in.ods"
    path.write_bytes(ods({"Summary": table(STRANGE), "Leads": table(LEADS)}))
    assert chosen(path) == "Leads"


def test_where_nothing_matches_the_other_sheets_are_named(make: Make) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_file(make({"Summary": STRANGE, "Other": STRANGE}), schema=LEAD)
    assert caught.value.message.startswith("None of these headers is a field of Lead.")
    assert caught.value.message.endswith("This is the sheet “Summary”; --sheet NAME takes another: “Other”.")


def test_only_some_of_many_sheets_are_looked_at(make: Make) -> None:
    many: dict[str, Rows] = {f"S{i}": STRANGE for i in range(14)}
    assert chosen(make({**many, "Leads": LEADS})) == "S0"
    raw = read_raw(make(many), schema=LEAD)
    assert told(raw)[0] == "Sheet 1 of 14; not read: “S1”, “S2”, “S3”, “S4”, “S5”, “S6” and 7 more."


def test_a_sheet_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Summary").write_row(0, 0, STRANGE[0])
        far = book.add_worksheet("Far")
        far.write(0, 0, "Notes")
        far.write(1_048_575, 16_383, "x")
        page = book.add_worksheet("Leads")
        for at, row in enumerate(LEADS):
            page.write_row(at, 0, row)
    assert chosen(path) == "Leads"
    with pytest.raises(UnreadableFile):
        read_raw(path, ReadOptions(sheet="Far"), schema=LEAD)
