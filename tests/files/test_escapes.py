"""Cells that a spreadsheet would calculate: harmless in the file, and the very same when it is read again."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files.csv_out import acts_anywhere, write_for_spreadsheets
from leapgrid.files.escapes import ESCAPED, EXACT, escape, is_marked, undo_escapes, unescape

TRIGGERS = "=+-@\t\r＝＋－＠"
TEXTS = st.text("=+-@\t\r\n＝＋－＠' \xa0ab\u3000\u200b\ufeff\x0b\x85\u2028,\"0", max_size=10)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("=1+1", "'=1+1"), ("+49 30 1", "'+49 30 1"), ("-1", "'-1"), ("@SUM(1)", "'@SUM(1)"), ("\ta", "'\ta"),
        ("\ra", "'\ra"), ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠a", "'＠a"),
        ("  =1", "'  =1"),
        ("\xa0\u3000=1", "'\xa0\u3000=1"), ("\u200b\ufeff=1", "'\u200b\ufeff=1"), ("a\n=1", "a\n'=1"),
        ("a\r\n+1\r\nb", "a\r\n'+1\r\nb"), ("'x\n=1", "''x\n'=1"),
        ("a\r=1", "a\r'=1"),
    ],
)  # fmt: skip
def test_makes_harmless_what_acts_and_undoes_it(text: str, harmless: str) -> None:
    assert escape(text) == harmless
    assert unescape(harmless) == text


@pytest.mark.parametrize("text", ["", "a=b", "'=1", "1-2", "a@b.de", "a\nb", "'", "#", "O'Brien"])
def test_leaves_alone_what_does_not_act(text: str) -> None:
    assert escape(text) is None


def test_the_first_cell_does_not_name_a_delimiter() -> None:
    assert escape("sep=;") is None
    assert escape("sep=;\n'a", first=True) == "'sep=;\n''a"
    assert unescape("'sep=;\n''a") == "sep=;\n'a"
    assert acts_anywhere(["sep=;"], [])
    assert not acts_anywhere(["name", "sep=;"], [["sep=;"]])


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_any_text_comes_back_and_none_of_its_lines_acts(text: str) -> None:
    made = escape(text)
    if made is not None:
        assert unescape(made) == text
    for line in re.split(r"[\n\r]", text if made is None else made):
        assert not line.lstrip(" \xa0").startswith(tuple("=+-@\t＝＋－＠"))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_a_table_comes_back(header: str, table: list[list[str]]) -> None:
    file = io.BytesIO()
    done = write_for_spreadsheets(file, [header, "name"], table)
    data = file.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for cells in found:
        for cell in cells:
            assert not any(
                line.lstrip(" \xa0").startswith(tuple(TRIGGERS)) for line in re.split("[\r\n]", cell)
            )
            assert not cell.startswith(("\r", "\t"))
    columns = [list(column) for column in zip(*found[1:], strict=True)] or [[], [], []]
    back = undo_escapes(found[0], columns)
    assert back is not None
    assert back.headers == (header, "name")
    assert [list(row) for row in zip(*back.columns, strict=True)] == table
    assert done.records == len(table)
    assert (done.escaped > 0) == acts_anywhere([header, "name"], table)


def test_without_anything_that_acts_there_is_no_column_for_it() -> None:
    file = io.BytesIO()
    write_for_spreadsheets(file, ["name"], [["A"], [""]], acts=False)
    assert file.getvalue() == b'\xef\xbb\xbfname\r\nA\r\n""\r\n'


@pytest.mark.parametrize(
    ("headers", "marked"),
    [
        (("name", ESCAPED), True), (("name", f"{ESCAPED} 1"), True), (("name", EXACT), True),
        ((ESCAPED,), False),
        (("name", f"{ESCAPED} x"), False), ((ESCAPED, "name"), False),
        (("name", f"{ESCAPED}x"), False), ((), False),
    ],
)  # fmt: skip
def test_knows_the_headers_that_it_wrote(headers: tuple[str, ...], marked: bool) -> None:
    assert is_marked(headers) is marked
    assert (undo_escapes(headers, [[] for _ in headers]) is not None) is marked


def test_numbers_of_columns_that_are_not_there_and_other_marks_do_nothing() -> None:
    back = undo_escapes(
        ["a", "b", ESCAPED], [["'=1", "'=2", "'=3"], ["'x", "y", "z"], ["1", "9 0 1 1", "1, 2; x"]]
    )
    assert back is not None
    assert [list(column) for column in back.columns] == [["=1", "=2", "'=3"], ["'x", "y", "z"]]


def test_long_columns_come_back_in_the_form_they_had() -> None:
    import polars as pl

    columns = [pl.Series(["'+1", "a", None]), pl.Series(["x", "y", "z"]), pl.Series(["1", None, ""])]
    back = undo_escapes(["phone", "name", ESCAPED], columns)  # type: ignore[arg-type]  # a frame takes both
    assert back is not None
    assert back.cells == 1
    assert isinstance(back.columns[0], pl.Series)
    assert back.columns[0].to_list() == ["+1", "a", None]
    assert back.columns[1] is columns[1]
