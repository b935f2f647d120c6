"""Large files go through polars, small ones line by line, and nobody can tell which way a file went."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files.blocks import NotInEncoding
from leapgrid.files.delimited import Table, read_table
from leapgrid.files.model import Note, ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.source import Source

HEADERS = ["alpha", "beta", "gamma", "delta"]


def known(cells: Sequence[str]) -> int:
    return sum(cell in HEADERS for cell in cells)


def read(
    data: bytes, *, large: bool, block: int = 64, codec: str = "utf-8", options: ReadOptions | None = None
) -> tuple[Table, tuple[Note, ...]]:
    notes = Notebook()
    table = read_table(
        Source(io.BytesIO(data), "x.csv"),
        codec,
        options or ReadOptions(delimiter=","),
        preferred=",",
        count_matches=known,
        notes=notes,
        large=0 if large else 1 << 40,
        block=block,
    )
    return table, notes.finish()


def outcome(data: bytes, *, large: bool, block: int = 64, codec: str = "utf-8") -> object:
    """All that a person can see of a reading."""
    try:
        table, notes = read(data, large=large, block=block, codec=codec)
    except UnreadableFile as problem:
        return problem.message, problem.line
    except NotInEncoding as problem:
        return problem.args
    frame = table.frame
    texts = [frame.column(index) for index in range(len(frame.headers))]
    return frame.headers, texts, list(frame.lines or ()), notes, table.options, table.detected


def both(data: bytes, block: int = 64, codec: str = "utf-8") -> object:
    small = outcome(data, large=False, codec=codec)
    assert outcome(data, large=True, block=block, codec=codec) == small
    return small


_WORD = st.text("abcé田 ", max_size=6)
_ODD = st.text('a",\n\r \t田', max_size=8)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_REGULAR = st.lists(_WORD | _ODD.map(_quoted), min_size=3, max_size=3).map(",".join)
_ANY = st.lists(_WORD | _ODD.map(_quoted) | _ODD, max_size=5).map(",".join)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(_REGULAR | _REGULAR | _REGULAR | _ANY, max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(1, 200),
)
def test_both_ways_read_the_same(lines: list[str], end: str, ended: bool, block: int) -> None:
    text = end.join(["alpha,beta,gamma", *lines]) + (end if ended else "")
    both(text.encode(), block)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text('a"\n ', max_size=4), max_size=30), st.integers(1, 60))
def test_both_ways_read_a_single_column_the_same(lines: list[str], block: int) -> None:
    both("\n".join(["alpha", *lines]).encode(), block)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.integers(1, 60))
def test_both_ways_read_any_bytes_the_same(data: bytes, block: int) -> None:
    both(b"alpha,beta\n1,2\n3,4\n" + data, block)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(_REGULAR, min_size=1, max_size=12),
    st.sampled_from(["utf-16-le", "utf-16-be", "utf-16", "utf-32", "gb18030"]),
    st.integers(1, 90),
)
def test_both_ways_read_every_encoding_the_same(lines: list[str], codec: str, block: int) -> None:
    both("\n".join(["alpha,beta,gamma", *lines]).encode(codec), block, codec)


def _file(*odd: tuple[int, str], rows: int = 300, end: str = "\n") -> bytes:
    lines = [f"a{row},b{row},c{row}" for row in range(rows)]
    for row, line in odd:
        lines[row] = line
    return (end.join(["alpha,beta,gamma", *lines]) + end).encode()


@pytest.mark.parametrize(
    ("odd", "code", "line"),
    [
        ("only,two", "short_line", 102),
        ("", "blank_line", 102),
        ("  ", "blank_line", 102),
        ("a,b,c,too much", "long_line", 102),
        ("a,b,c,", "empty_tail", 102),
        ('"a" b,c,d', "stray_quote", 102),
        ('"a,b,c', "open_quote", 102),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [500, 100_000])
def test_one_odd_line_among_many(odd: str, code: str, line: int, end: str, block: int) -> None:
    data = _file((100, odd), end=end)
    both(data, block)
    _, notes = read(data, large=True, block=block)
    assert [(note.code, note.line) for note in notes] == [(code, line)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_behind_a_break_in_a_cell_keep_their_numbers(end: str) -> None:
    data = _file((10, f'"a{end}b\n",c,d'), (20, "short"), end=end)
    both(data, 300)
    table, notes = read(data, large=True, block=300)
    lines = list(table.frame.lines or ())
    assert lines[10:12] == [12, 15]
    assert table.frame.cell(10, 0) == f"a{end}b\n"
    assert [(note.code, note.line) for note in notes] == [("short_line", 24)]


def test_a_record_may_run_over_several_blocks() -> None:
    long = "x\n" * 400
    data = _file((50, f'"{long}",c,d'))
    both(data, 128)
    table, _ = read(data, large=True, block=128)
    assert table.frame.cell(50, 0) == long


def test_numbers_without_a_gap_are_a_range() -> None:
    table, _ = read(_file(), large=True, block=700)
    assert table.frame.lines == range(2, 302)
    table, _ = read(_file((3, "")), large=True, block=700)
    assert list(table.frame.lines or ()) == [2, 3, 4, *range(6, 302)]


def test_a_quote_that_is_never_closed_takes_only_its_line() -> None:
    data = _file((100, '"Bo, Main Street 5,c'), rows=30_000)
    table, notes = read(data, large=True, block=1 << 16)
    assert table.frame.height == 30_000
    assert [(note.code, note.line) for note in notes] == [("open_quote", 102)]
    assert table.frame.cell(100, 0) == '"Bo'
    both(data, 1 << 16)


def test_a_long_cell_and_a_long_line_are_refused_alike() -> None:
    for odd in ("x" * 140_000 + ",b,c", "a," + "é" * 1_100_000 + ",c"):
        said = both(_file((100, odd)), 3_000_000)
        assert isinstance(said, tuple)
        assert said[1] == 102


def test_a_bad_byte_far_behind_is_found() -> None:
    data = _file() + b"a,\xff,c\n" + _file()
    for block in (64, 5_000, 1 << 20):
        assert outcome(data, large=True, block=block) == (302, 3, 0xFF)


def test_more_columns_than_a_pattern_holds() -> None:
    names = ",".join(f"n{i}" for i in range(600))
    row = ",".join(f'"{i}"' if i % 7 else str(i) for i in range(600))
    both("\n".join([names, *[row] * 20, "short"]).encode(), 9_000)


def test_a_delimiter_of_several_bytes() -> None:
    options = ReadOptions(delimiter="→")
    data = "alpha→beta\n1→2\n3→4\n".encode()
    table, _ = read(data, large=True, options=options)
    assert [table.frame.column(index) for index in (0, 1)] == [["1", "3"], ["2", "4"]]
