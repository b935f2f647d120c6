"""Exact files: any table that is written and read again by our own reader is the same, whatever it holds."""

from __future__ import annotations

import io
import os
import random
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import UnwritableFile
from leapgrid.files.csv_out import write_exact, write_for_spreadsheets
from leapgrid.files.json_out import write_lines, write_payload
from leapgrid.files.reader import read_raw
from leapgrid.files.writing import FileInTheWay, replacing
from leapgrid.records import payload_text
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")
Table = tuple[list[str], list[list[str]]]

PIECES = (
    "", "", " ", "\t", ",", ";", "|", '"', "'", "\n", "\r", "\r\n", "=", "+49", "-", "@", "＝", "\ufeff",
    "name", "email", "Phone", "a", "Müller", "佐藤", "😀", "0171", "sep=;", "curl ", "[", "{", "%PDF-",
    "\x00", "\x1f\x8b", "PK\x03\x04", "#", "\x0b", "\x85", "\u2028", "null", "1.50", "leapgrid:escaped", "//",
    "Leads March 2026",
)  # fmt: skip
HEADERS = ("name", "email", "phone", "status", "Name", "E-mail", "", "", "Notes", "name", "x y")


def any_table(chance: random.Random) -> Table:
    """A table such as nobody should have: its headers may be empty, alike or like anything else."""

    def text() -> str:
        return "".join(chance.choice(PIECES) for _ in range(chance.choice((0, 1, 1, 1, 2, 3))))

    width = chance.choice((1, 1, 2, 2, 3, 4, 6))
    headers = [chance.choice(HEADERS) if chance.random() < 0.7 else text() for _ in range(width)]
    return headers, [[text() for _ in range(width)] for _ in range(chance.choice((0, 1, 2, 3, 5, 8)))]


def as_csv(table: Table, path: Path, delimiter: str = ",") -> bool:
    with path.open("wb") as file:
        return write_exact(file, *table, schema=LEAD, delimiter=delimiter, suffix=path.suffix).certain


def as_spreadsheet(table: Table, path: Path) -> bool:
    with path.open("wb") as file:
        write_for_spreadsheets(file, *table)
    return True


def read_back(path: Path) -> Table:
    frame = read_raw(path, schema=LEAD).frame
    columns = [frame.column(index) for index in range(len(frame.headers))]
    return list(frame.headers), [list(row) for row in zip(*columns, strict=True)]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_csv_and_tsv_come_back(chance: random.Random) -> None:
    table = any_table(chance)
    with tempfile.TemporaryDirectory() as folder:
        for name, delimiter in (("x.csv", ","), ("x.tsv", "\t")):
            path = Path(folder, name)
            assert as_csv(table, path, delimiter)
            assert read_back(path) == table


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_csv_for_spreadsheets_comes_back(chance: random.Random) -> None:
    table = any_table(chance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        as_spreadsheet(table, path)
        assert read_back(path) == table


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_jsonl_comes_back(chance: random.Random) -> None:
    headers, rows = any_table(chance)
    headers = [f"{header}{at}" for at, header in enumerate(headers)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.jsonl")
        with path.open("wb") as file:
            assert write_lines(file, headers, rows) == len(rows)
        if rows:
            assert read_back(path) == (headers, rows)
        else:
            assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "header", ["[", "{a", "// x", "/*", "curl -d x", "", "\x00", "sep=;", "=1", "%PDF-", "PK\x03\x04"]
)
def test_a_header_that_looks_like_something_else_comes_back_from_a_spreadsheets_csv(
    tmp_path: Path, header: str
) -> None:
    table = ([header, "x y"], [["\x00", "a"], ["\x00", "=b\n+c"], ["", "\x00\x00"]])
    as_spreadsheet(table, tmp_path / "x.csv")
    assert read_back(tmp_path / "x.csv") == table


def test_quotes_stand_only_where_they_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    as_csv((["name", "email"], [["A", "a@b.de"], ["", ""], ["a,b", '"']]), path)
    assert path.read_bytes() == b'name,email\r\nA,a@b.de\r\n,\r\n"a,b",""""\r\n'


@pytest.mark.parametrize(
    "table",
    [
        (["a;b"], [["c;d"]]), (["\ufeffname", "email"], [["A", "b"]]), (["[name"], [["A"]]),
        (["curl -x"], [["A"]]),
        (["sep=;"], [["name;email"]]), (["name"], [[""], ["A"], [""]]), (["x"], [["name"], ["A"]]),
        (["Leads March 2026", ""], [["name", "email"], ["A", "a@b.de"]]),
        (["name", "leapgrid:escaped"], [["'=1", "1"]]),
        (["name"], [["\r"], ["\n"], ["\r\n"], [" "], ["\t"]]), (["", ""], [["", ""]]),
        (["1", "2"], [["3", "4"]]),
        (["sep=;\r\x0b", "", "a", ""], []), (["sep=;\r\nnull", "x"], [["a", "b"]]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.txt", "x"])
def test_what_looks_like_something_else_comes_back(tmp_path: Path, table: Table, name: str) -> None:
    path = tmp_path / name
    assert as_csv(table, path, "\t" if name == "x.tsv" else ",")
    assert read_back(path) == table


def test_half_a_character_is_replaced_and_counted(tmp_path: Path) -> None:
    file = io.BytesIO()
    done = write_exact(file, ["name"], [["a\ud800"], ["b"]], schema=LEAD)
    assert (file.getvalue(), done.halves, done.records) == ("name\r\na\ufffd\r\nb\r\n".encode(), 1, 2)
    lines = io.BytesIO()
    write_lines(lines, ["name"], [["a\ud800"]])
    assert lines.getvalue() == b'{"name":"a\\ud800"}\n'


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=4), st.text(max_size=6) | st.integers() | st.lists(st.text(max_size=3))
        ),
        max_size=4,
    )
)
def test_a_payload_is_to_the_byte_what_is_sent(records: list[dict[str, object]]) -> None:
    file = io.BytesIO()
    assert write_payload(file, iter(records)) == len(records)
    assert file.getvalue() == payload_text(records).encode()


# -- the place ----------------------------------------------------------------------------------------------


def test_what_stands_there_is_only_replaced_when_that_was_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before")
    with pytest.raises(FileInTheWay, match=r"x\.csv exists already"), replacing(path):
        raise AssertionError("never reached")
    assert path.read_text() == "before"
    with replacing(path, overwrite=True) as file:
        file.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_a_file_that_comes_while_it_is_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with pytest.raises(FileInTheWay), replacing(path):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("name\n")
    os.link(source, tmp_path / "same.csv")
    for path in (source, tmp_path / "same.csv"):
        with (
            pytest.raises(UnwritableFile, match="never written over"),
            replacing(path, source=source, overwrite=True),
        ):
            raise AssertionError("never reached")
    assert source.read_text() == "name\n"


def stopped() -> None:
    raise KeyboardInterrupt


def full() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("fails", "error"), [(stopped, KeyboardInterrupt), (full, UnwritableFile)])
def test_a_failure_leaves_nothing_behind(
    tmp_path: Path, fails: Callable[[], None], error: type[BaseException]
) -> None:
    def write() -> Iterator[None]:
        with replacing(tmp_path / "x.csv") as file:
            file.write(b"half")
            yield fails()

    with pytest.raises(error):
        next(write())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no/x.csv", "The folder of x.csv is not there."),
        (".", "is a folder"),
        ("/dev/null", "is not a regular file."),
        ("x" * 300, "is not a place to write to."),
        ("nul\0", "is not a place to write to."),
    ],
)
def test_says_why_it_cannot_write(tmp_path: Path, target: str, said: str) -> None:
    with pytest.raises(UnwritableFile) as caught, replacing(tmp_path / target):
        raise AssertionError("never reached")
    assert said in caught.value.message
