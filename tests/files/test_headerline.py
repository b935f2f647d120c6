"""Where the headers are, what parts the values, and what stands above and beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.files import RawFile, ReadOptions, UnreadableFile, read_raw
from leapgrid.files.headerline import find_header
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")
FIELDS = {"name", "email", "phone", "status"}


def known(cells: object) -> int:
    assert isinstance(cells, list)
    return sum(str(cell).lower() in FIELDS for cell in cells)


@pytest.mark.parametrize(
    ("text", "index", "why"),
    [
        ("Name,Email\nA,b", 0, ""),
        ("Foo,Bar\nA,b", 0, ""),
        ("Leads 2026,\nName,Email\nA,b", 1, "line 1 looks like a title"),
        (
            "Leads\nBy,Anna\n,\nName,Email,Phone,Status\nA,b,c,d",
            3,
            "lines 1 and 2 look like a title",
        ),
        ("Kunden\n\nVorname,Ort,Land\nAnna,Bern,CH", 2, "line 1 looks like a title"),
        ("Anna Keller,anna@firm.com,x\nBo,b@b.de,y", None, "line 1 looks like a record"),
        ("Anna,+49 30 901820\nBo,+49 30 901821", None, "line 1 looks like a record"),
        ("Anna,2026-11-24\nBo,2026-11-25", None, "line 1 looks like a record"),
        # A value that happens to be the name of a field does not make headers of a record.
        ("Vorname,Art\nAnna,Phone\nBo,Email", 0, ""),
        ("Name\nAnna", 0, ""),
        ("", None, ""),
    ],
)
def test_finds_the_headers(text: str, index: int | None, why: str) -> None:
    rows = [line.split(",") for line in text.split("\n")]
    guess = find_header(rows, range(1, len(rows) + 1), known)
    assert (guess.index, guess.why) == (index, why)
    if index is not None:
        assert guess.candidates[0] == index


def read(path: Path, data: str, **options: object) -> RawFile:
    path.write_bytes(data.encode())
    return read_raw(path, ReadOptions(**options), schema=LEAD)  # type: ignore[arg-type]  # one of several


def facts(raw: RawFile) -> dict[str, tuple[str, str]]:
    return {found.fact: (found.value, found.why) for found in raw.detected}


def test_a_title_is_skipped_with_a_note_that_keeps_it(tmp_path: Path) -> None:
    raw = read(tmp_path / "in.csv", "Report of 2026\n\nName,Email\nAnna,a@b.de\n")
    assert raw.frame.headers == ("Name", "Email")
    assert list(raw.frame.lines or ()) == [4]
    assert raw.options.header_line == 3
    assert facts(raw)["header"] == ("in line 3", "Line 1 looks like a title.")
    above, blank = raw.notes
    assert (above.code, above.line, above.text) == ("above_header", 1, "Report of 2026\n")
    assert (blank.code, blank.line) == ("blank_line", 2)


def test_no_headers_at_all(tmp_path: Path) -> None:
    raw = read(tmp_path / "in.csv", "Anna,a@b.de\nBo,b@b.de\n")
    assert raw.frame.headers == ("", "")
    assert raw.frame.column(0) == ["Anna", "Bo"]
    assert raw.options.header_line == 0
    assert raw.detected[2].choices[0] == 0
    assert [note.code for note in raw.notes] == ["no_header_line"]


def test_what_a_person_says_of_the_header_line_counts(tmp_path: Path) -> None:
    text = "Name,Email\nFull,Mail\nAnna,a@b.de\n"
    raw = read(tmp_path / "in.csv", text, header_line=2)
    assert raw.frame.headers == ("Full", "Mail")
    assert raw.detected[2].choices[:2] == (2, 1)
    assert [note.code for note in raw.notes] == ["above_header"]
    raw = read(tmp_path / "in.csv", text, header_line=0)
    assert raw.frame.height == 3
    assert [note.code for note in raw.notes] == []
    far = "x\n" * 500 + "Name\nAnna\n"
    assert read(tmp_path / "in.csv", far, header_line=501).frame.column(0) == ["Anna"]
    for line in (9, 4):
        with pytest.raises(UnreadableFile) as caught:
            read(tmp_path / "in.csv", text + "\n", header_line=line)
        assert caught.value.line == line
        assert caught.value.message.startswith(f"No record begins in line {line} of in.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x1f", ":"])
@pytest.mark.parametrize("copies", [1, 40_000])
def test_finds_the_delimiter(tmp_path: Path, delimiter: str, copies: int) -> None:
    lines = [["Name", "Email", "Phone"], *[["Anna", "a@b.de", "+49 30 1"]] * copies]
    raw = read(tmp_path / "in.csv", "\n".join(delimiter.join(line) for line in lines))
    assert raw.options.delimiter == delimiter
    assert raw.frame.headers == ("Name", "Email", "Phone")
    assert raw.frame.height == copies
    assert raw.detected[1].choices[0] == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        # Decimal commas, and headers that no field has.
        ("Betrag;Ort\n1,5;Bern\n2,5;Chur\n", ";"),
        ("Vorname;Ort, Land\nAnna;Bern, CH\nBo;Chur, CH\n", ";"),
        # One column whose texts hold other delimiters.
        ("Name\nKeller, Anna\nSok, Dara\n", ","),
        ("Name\nA;B\nC;D\n", ","),
        ("Zeit,Ort\n10:30,Bern\n11:30,Chur\n", ","),
        ("Nothing\nat all\n", ","),
    ],
)
def test_finds_the_delimiter_where_others_occur(tmp_path: Path, text: str, delimiter: str) -> None:
    assert read(tmp_path / "in.csv", text).options.delimiter == delimiter


@pytest.mark.parametrize(("said", "used"), [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("x", "x"), ("→", "→")])
def test_what_a_person_says_of_the_delimiter_counts(tmp_path: Path, said: str, used: str) -> None:
    raw = read(tmp_path / "in.csv", f"Name{used}Email\nAnna{used}a@b.de\n", delimiter=said)
    assert raw.frame.headers == ("Name", "Email")
    assert raw.options.delimiter == used


@pytest.mark.parametrize("said", ["", ";;", '"', "\n"])
def test_what_cannot_part_values_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(UnreadableFile, match="cannot part values"):
        read(tmp_path / "in.csv", "Name\nAnna\n", delimiter=said)


def test_says_how_many_lines_fit(tmp_path: Path) -> None:
    raw = read(tmp_path / "in.csv", "Name,Email\nA,b\nA\nA,b,c\nA,b\n")
    found = facts(raw)
    assert found["delimiter"] == (",", "2 of 4 lines have 2 values, as the headers have.")
    assert found["lines"] == (
        "2 fit, 1 long, 1 short",
        "Short ones are padded; of long ones the rest is kept.",
    )


def test_headers_are_fewer_than_the_values_of_all_lines(tmp_path: Path) -> None:
    raw = read(tmp_path / "in.csv", "Name,Email\nA,b,x\nB,c,y\nC,d,z\n")
    assert raw.frame.headers == ("Name", "Email", "")
    assert raw.frame.column(2) == ["x", "y", "z"]
    assert raw.notes == ()
