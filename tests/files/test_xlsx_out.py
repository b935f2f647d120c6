"""XLSX out: every cell is text, and reading it gives the identical texts."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import UnwritableFile
from leapgrid.files.sheets import read_sheet
from leapgrid.files.xlsx_out import MAX_TEXT, escaped, write_xlsx

TRICKY = [
    ["=1+1", "+49 301", "-5", "@SUM(A1)"],
    ["007", "16502530000", "1e5", "2026-03-04"],
    ["http://firm.com", "mailto:a@firm.com", "internal:A1", "TRUE"],
    ["<r><t>x</t></r>", "<f>1</f>", "&lt;&amp;", "\"'<>&"],
    ["{=1}", " padded ", "\r\n\tbreaks\n", "\x00\x01\x1f\x7f\x80"],
    ["_x0001_", "_x005F_", "_x005F_x0041_", "__x0041__"],
    ["\ud800", "\udfff\ud800", "\ufffe\uffff", "😀 ünï"],
    ["x", "", "_xD800_", "_"],
]


def read_back(path: Path) -> list[list[str]]:
    sheet = read_sheet(path, name=path.name)
    return [list(row) for row in zip(*sheet.columns, strict=True)]


def part(data: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return packed.read(name).decode()


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    assert write_xlsx(path, ["name", "=cmd", "_x000D_", "\ud800"], TRICKY) == len(TRICKY)
    assert read_back(path) == [["name", "=cmd", "_x000D_", "\ud800"], *TRICKY]
    assert read_sheet(path, name="out.xlsx").names == ("records",)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.text(st.characters(codec=None, categories=None), max_size=12),
                st.text(st.sampled_from("_x0D8F05\ud83d\ude00<r>/&;\r\n\t "), max_size=14),
            ),
            min_size=3,
            max_size=3,
        ),
        max_size=12,
    )
)
def test_any_table_is_read_back(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.xlsx")
        write_xlsx(path, ["a", "b", "c"], rows)
        # Rows that are wholly blank are skipped with a note, by their numbers they can be told.
        sheet = read_sheet(path, name="out.xlsx")
        found = dict(zip(sheet.rows, zip(*sheet.columns, strict=True), strict=True))
        joined = [[halves_joined(text) for text in row] for row in rows]
        assert found == {1: ("a", "b", "c")} | {
            number: tuple(row) for number, row in enumerate(joined, 2) if any(row)
        }


def halves_joined(text: str) -> str:
    """Two halves of a surrogate pair side by side are one character, in a file as anywhere else."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_no_cell_is_anything_but_text() -> None:
    file = io.BytesIO()
    write_xlsx(file, ["a", "b", "c", "d"], TRICKY)
    assert not file.closed
    sheet = part(file.getvalue())
    assert "<f" not in sheet
    assert "<hyperlink" not in sheet
    cells = re.findall(r"<c ([^>]*)>", sheet)
    assert len(cells) == 4 + sum(bool(text) for row in TRICKY for text in row)
    assert all('t="inlineStr"' in cell for cell in cells)


def test_cells_stay_text_when_they_are_edited_and_the_header_stays_in_sight() -> None:
    file = io.BytesIO()
    write_xlsx(file, ["name", "phone"], [["Anna", "+49"]])
    sheet, styles = part(file.getvalue()), part(file.getvalue(), "xl/styles.xml")
    assert '<pane ySplit="1"' in sheet
    assert 'state="frozen"' in sheet
    xfs = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
    used = {int(style) for style in re.findall(r'<c [^>]*s="(\d+)"', sheet)}
    columns = {int(style) for style in re.findall(r'<col [^>]*style="(\d+)"', sheet)}
    assert 0 not in used | columns
    assert all('numFmtId="49"' in xfs[style] for style in used | columns)  # 49 is "@", text
    assert "<b/>" in styles


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    assert write_xlsx(path, ["n"], ([str(n)] for n in range(300))) == 300
    assert read_back(path) == [["n"], *([str(n)] for n in range(300))]
    assert write_xlsx(path, ["n"], iter(())) == 0
    assert read_back(path) == [["n"]]


def test_a_text_too_long_for_a_cell_is_named(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    rows = [["x" * MAX_TEXT, ""], ["", "😀" * (MAX_TEXT // 2)]]
    write_xlsx(path, ["a", "notes"], rows)
    assert read_back(path)[1:] == rows
    for long in ("x" * (MAX_TEXT + 1), "😀" * (MAX_TEXT // 2 + 1)):
        with pytest.raises(UnwritableFile) as caught:
            write_xlsx(path, ["a", "notes"], [["", ""], ["", long]])
        assert caught.value.message == (
            "The text in row 2, column “notes” has 32,768 characters; a cell of an XLSX sheet holds at most "
            "32,767. Shorten it, or write CSV instead."
        )
    with pytest.raises(UnwritableFile, match="The text in the header of column 2 has"):
        write_xlsx(path, ["a", "x" * 40_000], [])


def test_more_than_a_sheet_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnwritableFile, match="at most 16,384 columns, not 16,385"):
        write_xlsx(tmp_path / "out.xlsx", [""] * 16_385, [])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(UnwritableFile, match="at most 1,048,576 rows with its header"):
        write_xlsx(tmp_path / "out.xlsx", ["a"], ([""] for _ in range(1_048_576)))
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "out.xlsx").exists()


def test_a_failure_of_the_rows_or_the_disk_comes_through(tmp_path: Path) -> None:
    def broken() -> object:
        yield ["a"]
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write_xlsx(tmp_path / "out.xlsx", ["a"], broken())  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        write_xlsx(tmp_path / "no" / "out.xlsx", ["a"], [["b"]])


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Leads", "Leads"),
        ("a/b:c*[x]", "a_b_c__x_"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("", "records"),
        ("History", "records"),
        ("a\ud800\x1b", "a__"),
    ],
)
def test_the_name_of_the_sheet_is_one_that_excel_takes(tmp_path: Path, name: str, written: str) -> None:
    path = tmp_path / "out.xlsx"
    write_xlsx(path, ["a"], [], sheet=name)
    assert read_sheet(path, name="out.xlsx").names == (written,)


def test_escapes() -> None:
    assert escaped("a<b>&\x01_x0041_\ud800") == "a&lt;b&gt;&amp;_x0001__x005F_x0041__xD800_"
