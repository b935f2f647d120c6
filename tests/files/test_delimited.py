"""CSV and TSV as other programs write them: untidy, and never with text lost in silence."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files.delimited import read_table
from leapgrid.files.limits import MAX_NOTES
from leapgrid.files.model import ReadOptions
from leapgrid.files.notebook import Notebook
from leapgrid.files.source import Source
from leapgrid.files.splitting import split_untidy

from .conftest import Read, codes, records, rows


def test_reads_a_plain_file_exactly(read: Read) -> None:
    found = read("in.csv", "name,email,external_id\n Anna ,a@b.de,007\nBo,,+1\n")
    assert found.kind == "csv"
    assert found.frame.headers == ("name", "email", "external_id")
    assert rows(found) == [[" Anna ", "a@b.de", "007"], ["Bo", "", "+1"]]
    assert found.frame.lines == [2, 3]
    assert dict(found.mapping) == {"name": 0, "email": 1, "external_id": 2}
    assert found.notes == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_takes_every_line_end_and_none_at_the_last(read: Read, end: str, last: bool) -> None:
    found = read("in.csv", end.join(["name,email", "Anna,a@b.de", "Bo,b@b.de"]) + (end if last else ""))
    assert rows(found) == [["Anna", "a@b.de"], ["Bo", "b@b.de"]]
    assert found.frame.lines == [2, 3]


def test_takes_a_byte_order_mark(read: Read) -> None:
    found = read("in.csv", b"\xef\xbb\xbfname,email\nM\xc3\xbcller,m@b.de\n")
    assert records(found) == [{"name": "Müller", "email": "m@b.de"}]


def test_numbers_lines_physically_across_line_breaks_in_quotes(read: Read) -> None:
    found = read("in.csv", 'name,email\n"Anna\nKeller\n",a@b.de\nBo,b@b.de\n\n"C\r\nD",c@b.de\n')
    assert rows(found) == [["Anna\nKeller\n", "a@b.de"], ["Bo", "b@b.de"], ["C\r\nD", "c@b.de"]]
    assert found.frame.lines == [2, 5, 7]


def test_pads_short_lines_and_says_which(read: Read) -> None:
    found = read("in.csv", "name,email,phone\nAnna,a@b.de,1\nBo\n")
    assert rows(found)[1] == ["Bo", "", ""]
    note = found.notes[0]
    assert (note.code, note.line) == ("short_line", 3)
    assert note.message == "Line 3 has 1 of 3 values; the rest was left empty."


def test_keeps_the_extra_text_of_long_lines_in_a_note(read: Read) -> None:
    found = read("in.csv", 'name,email\nAnna,a@b.de,"x, y",z\n')
    assert rows(found) == [["Anna", "a@b.de"]]
    (note,) = found.notes
    assert (note.code, note.line, note.text) == ("long_line", 2, "x, y\x1fz")
    assert "“x, y”, “z”" in note.message


def test_long_lines_of_nothing_are_one_note(read: Read) -> None:
    found = read("in.csv", "name,email\nAnna,a@b.de,,\nBo,b@b.de,\n")
    assert codes(found) == ["empty_tail"]
    assert found.notes[0].message.startswith("Lines 2 and 3 end in")


def test_skips_blank_lines_with_one_note(read: Read) -> None:
    found = read("in.csv", "\nname,email\n\nAnna,a@b.de\n   \n,\n")
    assert rows(found) == [["Anna", "a@b.de"], ["", ""]]
    assert found.frame.lines == [4, 6]
    assert [(n.code, n.line) for n in found.notes] == [("blank_line", 1)]
    assert "Lines 1, 3 and 5 are blank" in found.notes[0].message


def test_an_empty_value_in_quotes_is_a_record_and_no_blank_line(read: Read) -> None:
    found = read("in.csv", 'name\n""\nAnna\n\n')
    assert rows(found) == [[""], ["Anna"]]
    assert found.frame.lines == [2, 3]


def test_keeps_nul_and_ten_thousand_characters(read: Read) -> None:
    long = "x" * 10_000
    assert rows(read("in.csv", f"name,email\nA\x00B,{long}\n")) == [["A\x00B", long]]


@pytest.mark.parametrize(
    ("name", "data", "kind", "noted"),
    [
        ("in.csv", "name,email\nA,b", "csv", False),
        ("in.tsv", "name\temail\nA\tb", "tsv", False),
        ("in.tab", "name\temail\nA\tb", "tsv", False),
        ("in.txt", "name,email\nA,b", "csv", False),
        ("in.csv", "name;email\nA;b", "csv", True),
        ("in.csv", "name\temail\nA\tb", "tsv", True),
        ("in.tsv", "name,email\nA,b", "csv", True),
        ("in.csv", "name;Owner, if any;email\nA;;b", "csv", True),
        ("in.csv", "sep=;\nname;email\nA;b", "csv", True),
        ("in.csv", '"sep=\t"\r\nname\temail\r\nA\tb', "tsv", True),
    ],
)
def test_finds_the_delimiter_and_says_when_it_is_another(
    read: Read, name: str, data: str, kind: str, noted: bool
) -> None:
    found = read(name, data)
    assert records(found) == [{"name": "A", "email": "b"}]
    assert found.kind == kind
    assert ("delimiter" in codes(found)) is noted


def test_a_semicolon_within_a_value_parts_nothing(read: Read) -> None:
    assert records(read("in.csv", "name,email\nA;B,c")) == [{"name": "A;B", "email": "c"}]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Bob" Smith,b', ['"Bob" Smith', "b"]),
        ('a,"say ""hi"" "now', ["a", '"say ""hi"" "now']),
        ('"a"x,"b,c"', ['"a"x', "b,c"]),
        ('"a"x,', ['"a"x', ""]),
    ],
)
def test_keeps_quotes_that_do_not_fit_as_text(read: Read, line: str, cells: list[str]) -> None:
    found = read("in.csv", f"name,email\n{line}\nAnna,a@b.de\n")
    assert rows(found) == [cells, ["Anna", "a@b.de"]]
    assert [(n.code, n.line) for n in found.notes] == [("stray_quote", 2)]
    assert found.frame.lines == [2, 3]


def test_a_quote_in_the_middle_of_a_value_is_ordinary(read: Read) -> None:
    found = read("in.csv", 'name,email\n5" disk,b\n')
    assert rows(found) == [['5" disk', "b"]]
    assert found.notes == ()


def test_counts_the_notes_that_are_too_many_to_list(read: Read) -> None:
    found = read("in.csv", "name,email\n" + "A\n" * (MAX_NOTES + 5))
    assert codes(found).count("short_line") == MAX_NOTES + 1
    assert found.notes[0].message == "5 more of the kind short_line are not listed."


def test_a_header_alone_has_no_records(read: Read) -> None:
    found = read("in.csv", "name,email")
    assert found.frame.height == 0
    assert codes(found) == ["no_records"]


_CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.text(',;"\r\n\t a', max_size=8)


def _known(cells: Sequence[str]) -> int:
    return sum(cell in ("h0", "h1", "h2", "h3") for cell in cells)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width))))
def test_what_the_csv_module_writes_is_read_back_exactly(table: list[list[str]]) -> None:
    headers = [f"h{n}" for n in range(len(table[0]) if table else 1)]
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # ends lines with CR LF, so both kinds of line break are quoted
    writer.writerow(headers)
    writer.writerows(table)
    source = Source(io.BytesIO(out.getvalue().encode()), "x")
    notes = Notebook()
    found = read_table(source, "utf-8", ReadOptions(), preferred=",", count_matches=_known, notes=notes)
    assert [list(row) for row in zip(*found.frame.columns, strict=True)] == table
    assert notes.finish() == ()


@settings(max_examples=200, deadline=None)
@given(st.text('",\n ab', max_size=20))
def test_the_untidy_splitter_loses_no_character(text: str) -> None:
    cells = split_untidy(text, ",")
    kept = "".join(cells).count("a") + "".join(cells).count("b")
    assert kept == text.count("a") + text.count("b")
