from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import Batch, Frame, FrameError, set_cell
from tests.records.batches import LEAD

ROWS = [
    ("Anna Keller", "0171 2345678", ""),
    ("  Bảo\nPhở ", "+84 24", "=1+1"),
    ("\x1b[31m", "日本\u202e", "\ud800 half"),
]
HEADERS = ("name", "", "name")


def test_a_frame_holds_texts_as_they_were() -> None:
    frame = Frame.from_rows(HEADERS, ROWS, lines=[2, 4, 7])
    assert frame.height == 3
    assert frame.cell(1, 0) == "  Bảo\nPhở "
    assert frame.column(2) == ["", "=1+1", "\ud800 half"]


def test_a_frame_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    frame = Frame.from_rows(HEADERS, ROWS, lines=[2, 4, 7])
    frame.to_arrow(tmp_path / "frame.arrow")
    again = Frame.from_arrow(tmp_path / "frame.arrow")
    assert again.headers == HEADERS
    assert [list(column) for column in again.columns] == [list(column) for column in frame.columns]
    assert again.lines == [2, 4, 7]
    assert again.digest() == frame.digest()


@pytest.mark.parametrize("frame", [Frame.empty(), Frame(("name",), ([],)), Frame(("\ud800",), (["x"],))])
def test_small_frames_come_back_too(frame: Frame, tmp_path: Path) -> None:
    frame.to_arrow(tmp_path / "frame.arrow")
    again = Frame.from_arrow(tmp_path / "frame.arrow")
    assert (again.headers, again.height, again.lines) == (frame.headers, frame.height, frame.lines)
    assert again.digest() == frame.digest()


def test_a_large_frame_reads_the_same_from_its_compact_form(tmp_path: Path) -> None:
    names = [f"name {i}" for i in range(60_000)]
    Frame(("name",), (names,)).to_arrow(tmp_path / "frame.arrow")
    frame = Frame.from_arrow(tmp_path / "frame.arrow")
    assert isinstance(frame.columns[0], pl.Series)
    assert frame.digest() == Frame(("name",), (names,)).digest()
    batch = Batch(LEAD, frame, {"name": 0})
    batch.apply(set_cell(59_999, "name", "Eva"))
    assert (batch.text(0, "name"), batch.text(59_999, "name")) == ("name 0", "Eva")
    assert batch.column("name")[-2:] == ["name 59998", "Eva"]


def test_a_null_of_a_compact_column_is_an_empty_text() -> None:
    frame = Frame(("name",), (pl.Series(["Anna", None]),))  # type: ignore[arg-type]  # a Series indexes alike
    assert (frame.cell(1, 0), frame.column(0)) == ("", ["Anna", ""])
    assert Batch(LEAD, frame, {"name": 0}).values(1) == {}
    assert frame.digest() == Frame(("name",), (["Anna", ""],)).digest()


_texts = st.lists(st.text(max_size=3), min_size=2, max_size=2)


@given(st.lists(_texts, max_size=3), st.lists(_texts, max_size=3))
@settings(max_examples=200, deadline=None)
def test_frames_have_the_same_digest_only_if_they_are_the_same(
    one: list[list[str]], two: list[list[str]]
) -> None:
    digests = [Frame.from_rows(("a", "b"), rows).digest() for rows in (one, two)]
    assert (digests[0] == digests[1]) == (one == two)


def test_the_digest_tells_headers_lines_and_the_border_between_cells_apart() -> None:
    frames = [
        Frame(("a", "b"), (["ab"], ["c"])),
        Frame(("a", "b"), (["a"], ["bc"])),
        Frame(("ab", ""), (["ab"], ["c"])),
        Frame(("a", "b"), (["ab"], ["c"]), [2]),
        Frame(("a", "b"), (["ab"], ["c"]), [3]),
    ]
    assert len({frame.digest() for frame in frames}) == len(frames)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Frame(("a", "b"), (["x"], []))
    with pytest.raises(ValueError, match="one length"):
        Frame(("a",), (["x"],), lines=[1, 2])


def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "frame.arrow"
    Frame.from_rows(HEADERS, ROWS).to_arrow(path)
    whole = path.read_bytes()
    for data in (b"", b"not arrow", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(FrameError, match="cannot be read"):
            Frame.from_arrow(path)
    pl.DataFrame({"other": [1]}).write_ipc(path)
    with pytest.raises(FrameError, match="another format"):
        Frame.from_arrow(path)
    with pytest.raises(FileNotFoundError):
        Frame.from_arrow(tmp_path / "nobody.arrow")


def test_records_load_without_screen_tables_or_database() -> None:
    code = (
        "import sys, leapgrid.records; "
        "print(sorted({'textual', 'polars', 'sqlalchemy', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
