"""Rejected records as a file: repaired in a spreadsheet and read again, it makes the same records."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import RejectedRow, UnwritableFile, read_file, write_rejects
from leapgrid.records.issues import Issue, Severity, Source
from leapgrid.records.schema import schema_for

from .conftest import rows

LEAD = schema_for("lead")


def server_says(field: str | None, value: str, message: str) -> Issue:
    return Issue(1, field, Severity.ERROR, Source.SERVER, "refused", message, value)


def test_writes_the_own_columns_and_what_was_said(tmp_path: Path) -> None:
    out = tmp_path / "rejects.csv"
    issue = server_says("email", "x @y.de", "invalid email format: x @y.de")
    count = write_rejects(
        out,
        ["Name", "E-mail", "Notes"],
        [RejectedRow.of(["Anna", "x @y.de", "a, b"], 7, [issue]), RejectedRow.of(["Bo"], None, [])],
    )
    assert count == 2
    assert out.read_bytes() == (
        b"Name,E-mail,Notes,line,field,value,message\r\n"
        b'Anna,x @y.de,"a, b",7,email,x @y.de,invalid email format: x @y.de\r\n'
        b"Bo,,,,,,\r\n"
    )


def test_a_record_with_two_issues_is_one_line(tmp_path: Path) -> None:
    found = RejectedRow.of(["A"], 2, [server_says("email", "a", "bad a"), server_says(None, "", "no")])
    assert (found.field, found.value, found.message) == ("email; ", "a; ", "bad a; no")
    write_rejects(tmp_path / "r.csv", ["name"], [found])
    assert read_file(tmp_path / "r.csv", schema=LEAD).frame.height == 1


def test_rejects_that_are_rejected_again_do_not_grow(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    write_rejects(out, ["name"], [RejectedRow(["A"], 2, "name", "A", "no")])
    found = read_file(out, schema=LEAD)
    again = [RejectedRow(cells, 5, "name", "A", "still no") for cells in rows(found)]
    write_rejects(tmp_path / "again.csv", found.frame.headers, again)
    assert list(csv.reader((tmp_path / "again.csv").read_text().splitlines())) == [
        ["name", "line", "field", "value", "message"],
        ["A", "5", "name", "A", "still no"],
    ]


def test_columns_behind_those_of_earlier_rejects_stay(tmp_path: Path) -> None:
    headers = ["line", "name", "line", "field", "value", "message", "phone"]
    row = RejectedRow(["9", "A", "2", "name", "A", "no", "+1"], 5, "name", "A", "still no")
    write_rejects(tmp_path / "r.csv", headers, [row])
    assert list(csv.reader((tmp_path / "r.csv").read_text().splitlines())) == [
        ["line", "name", "phone", "line", "field", "value", "message"],
        ["9", "A", "+1", "5", "name", "A", "still no"],
    ]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_rejects(tmp_path / "r.csv", ["name"], [])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.csv").stat().st_mode) == 0o600


def test_never_writes_over_the_source(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("name\nA\n")
    (tmp_path / "link.csv").symlink_to(source)
    os.link(source, tmp_path / "hard.csv")
    for target in (source, tmp_path / "link.csv", tmp_path / "hard.csv", tmp_path / "." / "in.csv"):
        with pytest.raises(UnwritableFile, match="is the file that was read"):
            write_rejects(target, ["name"], [RejectedRow(["B"])], source=source)
    assert source.read_text() == "name\nA\n"
    assert len(list(tmp_path.iterdir())) == 3


def test_replaces_an_older_file_and_writes_through_a_link(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("x" * 1000)
    (tmp_path / "link.csv").symlink_to(old)
    write_rejects(tmp_path / "link.csv", ["name"], [RejectedRow(["B"])], source=tmp_path / "gone.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert old.read_text() == "name,line,field,value,message\nB,,,,\n"


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    out.write_text("before")

    def breaks() -> Iterator[RejectedRow]:
        yield RejectedRow(["A"])
        raise OSError(28, "No space left on device")

    with pytest.raises(UnwritableFile, match=r"r.csv could not be written \(No space left on device\)"):
        write_rejects(out, ["name"], breaks())
    assert out.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no/r.csv", "The folder of r.csv is not there."),
        (".", "is not a regular file."),
        ("/dev/null", "null is not a regular file."),
        ("x" * 300, "is not a place to write to."),
    ],
)
def test_says_why_it_cannot_write(tmp_path: Path, target: str, said: str) -> None:
    with pytest.raises(UnwritableFile) as caught:
        write_rejects(tmp_path / target, ["name"], [])
    assert said in caught.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UnwritableFile, match="may not be written by you"):
        write_rejects(tmp_path / "r.csv", ["name"], [])


_CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.text(',"\r\n\t ;=+', max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), min_size=1, max_size=5), _CELLS)
def test_reading_it_again_gives_the_same_texts(table: list[list[str]], header: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "r.csv")
        write_rejects(path, [header, "name"], [RejectedRow(cells, 3, "f", "v", "m") for cells in table])
        found = read_file(path, schema=LEAD)
        assert found.frame.headers[:2] == (header, "name")
        assert [row[:2] for row in rows(found)] == table
        assert [row[2:] for row in rows(found)] == [["3", "f", "v", "m"]] * len(table)
