"""Bad text files, made here: read with notes or refused with a sentence, in bounded memory and time."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.files import RawFile, ReadingCancelled, ReadOptions, UnreadableFile, read_raw
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")
MIB = 1024 * 1024
HEAD = b"name,email,phone\n"
ROW = b"Anna,anna@firm.com,+49 30 901820\n"
MUCH = HEAD + ROW * 70_000


def refused(path: Path | str, options: ReadOptions | None = None) -> UnreadableFile:
    began = time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        read_raw(path, options or ReadOptions(), schema=LEAD)
    assert time.monotonic() - began < 60
    said = caught.value.message
    assert said.endswith(".")
    assert "\n" not in said
    return caught.value


BAD: dict[str, tuple[str, bytes, str, int | None]] = {
    "nothing": ("in.csv", b"", "in.csv is empty. Name a file", None),
    "only a mark": ("in.csv", b"\xef\xbb\xbf", "in.csv is empty.", None),
    "only blank lines": ("in.csv", b"\n\r\n \n" * 9, "in.csv is empty.", None),
    "white space beyond ASCII": ("in.csv", "\n\u3000\n".encode(), "in.csv has no header line.", None),
    "only a mark of UTF-16": ("in.csv", b"\xff\xfe", "in.csv has no header line.", None),
    "NULs": ("in.csv", b"\0" * 70_000, "in.csv is not a text file, from line 1 on.", 1),
    "text with many NULs": ("in.csv", b"a\0\0\0\0b" * 900, "in.csv is not a text file", 1),
    "a picture": ("in.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "in.csv", None),
    "random bytes": ("in.csv", random.Random(4).randbytes(9_000), "in.csv", None),
    "every byte": ("in.csv", bytes(range(1, 256)) * 40, "in.csv", None),
    "PDF": ("in.csv", b"%PDF-1.7\n", "in.csv: PDF files cannot be read. Export the table", None),
    "gzip": ("in.csv.gz", b"\x1f\x8b\x08\0\0", "in.csv.gz: It is compressed (gzip). Unpack it first.", None),
    "a database": ("in.csv", b"SQLite format 3\0" + b"\0" * 84, "in.csv: Databases cannot be read.", None),
    "Parquet": ("in.csv", b"PAR1" + b"\0" * 90, "in.csv: Parquet files cannot be read.", None),
    "a line of 1.1 MB": ("in.csv", HEAD + b"x" * 1_100_000, "Line 2 of in.csv is longer than", 2),
    "a header of 1.1 MB": ("in.csv", b"x" * 1_100_000, "Line 1 of in.csv is longer than", 1),
    "a long line far behind": ("in.csv", MUCH + b"x," * 900_000, "Line 70002 of in", 70_002),
    "a cell of 140 KB": ("in.csv", HEAD + b"x" * 140_000, "in line 2 of in.csv has a value of more", 2),
    "a cell of 140 KB far behind": (
        "in.csv", MUCH + b"x" * 140_000 + b",,\n", "line 70002 of in.csv has a value", 70_002,
    ),
    "such a cell over many lines": ("in.csv", HEAD + b'"' + b"x\n" * 70_000 + b'",,', "line 2 of in.csv", 2),
    "a header that opens one": ("in.csv", b'"name,email\nA,b\n', "Line 1 of in.csv opens a quote", 1),
    "a record that opens one": ("in.csv", HEAD + b'"A,b\n', "Line 2 of in.csv opens a quote", 2),
    "one far behind": ("in.csv", MUCH + b'"A\n', "Line 70002 of in.csv opens a quote", 70_002),
    "2,001 columns": ("in.csv", b"name" + b",x" * 2_000, "in.csv has 2,001 columns; at most 2,000", 1),
    "50,000 columns": ("in.csv", b"name" + b",x" * 49_999 + b"\n", "has 50,000 columns; at most 2,000", 1),
    "50,000 columns in a large file": (
        "in.csv", (b"name" + b",x" * 49_999 + b"\n") * 20, "has 50,000 columns; at most 2,000", 1,
    ),
    "few values, many columns": ("in.csv", b"name" + b",x" * 1_999 + b"\nA" * 9_000, "too short by", 5_004),
    "the same in a large file": (
        "in.csv", b"name" + b",x" * 1_999 + b"\nA" * 600_000, "are too short by more than 10,000,000", 5_004,
    ),
    "mixed encodings": ("in.csv", "name\nMü\n".encode() + b"M\xfc\n", "Line 3 of in.csv is not UTF-8", 3),
    "mixed far behind": (
        "in.csv", MUCH + "Mü,".encode() + b"M\xfc,\n", "Line 70002 of in.csv is not UTF-8", 70_002,
    ),
    "half a character of UTF-16": ("in.csv", "name\nA".encode("utf-16") + b"x", "Line 2 of in.csv is", 2),
    "half a pair of UTF-16": ("in.csv", "name\n".encode("utf-16") + b"\0\xd8A\0", "Line 2 of in.csv is", 2),
    "half a character of UTF-32": ("in.csv", "name\nA".encode("utf-32") + b"xy", "Line 2 of in.csv is", 2),
    "a record of 6 MB": (
        "in.csv", HEAD + b'"' + b'x\n","' * 1_200_000 + b'"\n', "line 2 of in.csv is longer than 4 MiB.", 2,
    ),
    "a web page": ("in.xls", b"<html><table><tr><td>name</td></tr></table>", "in.xls is a web page", None),
    "not JSON after all": ("in.csv", b'[{"name": "A"', "in.csv is not JSON", 1),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    name, data, said, line = BAD[case]
    (tmp_path / name).write_bytes(data)
    problem = refused(tmp_path / name)
    assert said in problem.message
    assert name in problem.message
    if line is not None:
        assert problem.line == line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (ReadOptions(encoding="utf-16"), "in.csv"),
        (ReadOptions(encoding="nonsense"), "“nonsense” is no encoding."),
        (ReadOptions(delimiter=",,"), "“,,” cannot part values."),
        (ReadOptions(header_line=9), "No record begins in line 9 of in.csv"),
        (ReadOptions(sheet="Leads"), "in.csv has no sheets"),
    ],
)
def test_a_wrong_option_is_told(tmp_path: Path, options: ReadOptions, said: str) -> None:
    (tmp_path / "in.csv").write_bytes(HEAD + ROW)
    assert said in refused(tmp_path / "in.csv", options).message


UNTIDY: dict[str, tuple[bytes, int, set[str]]] = {
    "a quote that is never closed": (
        HEAD + ROW * 50_000 + b'"A,b,c\n' + ROW * 50_000,
        100_001,
        {"open_quote"},
    ),
    "such a quote in every line": (HEAD + b'"A,b,c\n' * 50_000, 50_000, {"open_quote"}),
    "nothing but quotes": (b"name\n" + b'"' * 100_000, 1, set()),
    "nothing but delimiters": (HEAD + b",,\n" * 400_000, 400_000, set()),
    "nothing but blank lines behind": (HEAD + ROW + b"\n" * 2_000_000, 1, {"blank_line"}),
    "many short lines": (HEAD + b"A\n" * 400_000, 400_000, {"short_line"}),
    "many long lines": (HEAD + b"A,b,c,d,e\nA,b,c\n" * 200_000, 400_000, {"long_line"}),
    "NUL in a cell": (HEAD + b"Anna\0Keller,b,c\n" * 9, 9, set()),
    "CR alone": ((HEAD + ROW * 60_000).replace(b"\n", b"\r"), 60_000, set()),
    "line ends of all kinds": (HEAD + b"A,b,c\rB,b,c\r\nC,b,c\n" * 60_000, 180_000, set()),
    "CR LF, with LF in cells": (HEAD + b'"A\nB",b,c\r\n' * 90_000, 90_000, set()),
    "escape sequences": (HEAD + b"\x1b[2J\x07,b,c,\x1b]0;x\x07\n" * 2, 2, {"long_line"}),
    "marks within": (HEAD + "\ufeffA,b,c\n".encode() * 3, 3, set()),
}


@pytest.mark.parametrize("case", UNTIDY)
def test_an_untidy_file_is_read_with_notes(tmp_path: Path, case: str) -> None:
    data, height, codes = UNTIDY[case]
    (tmp_path / "in.csv").write_bytes(data)
    began = time.monotonic()
    raw = read_raw(tmp_path / "in.csv", schema=LEAD)
    assert time.monotonic() - began < 60
    assert raw.frame.height == height
    assert {note.code for note in raw.notes} == codes
    assert "\x1b" not in "".join(note.message for note in raw.notes)


_MEASURED = """
import json, sys
from leapgrid.files import FileError, read_raw
from leapgrid.records.schema import schema_for
import leapgrid.files.regular, polars as pl
pl.read_csv(b"a\\n1\\n")
def peak(): return int(next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")))
start = peak()
try:
    raw = read_raw(sys.argv[1], schema=schema_for("lead")); said, line = "read", raw.frame.height
except FileError as problem:
    said, line = problem.message, problem.line
print(json.dumps([said, line, (peak() - start) // 1024]))
"""


def measured(path: Path) -> tuple[str, int | None, int]:
    """What is said of a file, the line, and the MiB that reading it took above the start."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True, timeout=90
    )
    said, line, mib = json.loads(done.stdout)
    return said, line, mib


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from Linux")
@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (HEAD + b"x" * 70_000, "Line 2 of in.csv is longer than"),
        (HEAD + b'"' + b"x" * 70_000, "Line 2 of in.csv is longer than"),
        (MUCH, "Line 70002 of in.csv is longer than"),
        (b"x" * 70_000, "Line 1 of in.csv is longer than"),
        (b'[{"name": "' + b"x" * 70_000, "Line 1 of in.csv is longer than"),
        ("name\n".encode("utf-16") + b"x\0" * 40_000, "Line 2 of in.csv is longer than"),
        (b"", "in.csv is not a text file"),
    ],
)
def test_a_gigabyte_without_a_line_end_takes_little_memory(tmp_path: Path, begin: bytes, said: str) -> None:
    path = tmp_path / "in.csv"
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(1024 * MIB)
    told, _, mib = measured(path)
    assert said in told or "JSON files may have" in told
    assert mib < 300


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from Linux")
def test_many_bad_lines_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD + b"A\n\n" * 1_000_000)
    told, height, mib = measured(path)
    assert (told, height) == ("read", 1_000_000)
    assert mib < 300


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from Linux")
def test_forty_million_empty_cells_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"name" + b",x" * 199 + b"\n" + (b"," * 199 + b"\n") * 200_000)
    told, height, mib = measured(path)
    assert (told, height) == ("read", 200_000)
    assert mib < 300


# -- things that are no files, and files that do not hold still -------------------------------------------


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.csv")
        for name, said in {
            "pipe.csv": "is not a regular file",
            "s.csv": "is not a regular file",
            "/dev/zero": "is not a regular file",
            ".": "is a folder",
            "loop.csv": "is not a path",
            "gone.csv": "There is no file",
            "no.csv": "There is no file",
            "x" * 300: "is not a path",
            "a\0b": "is not a path",
        }.items():
            assert said in refused(name).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD)
    path.chmod(0)
    assert "may not be read by you" in refused(path).message


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(ROW)


def _shrink(path: Path) -> None:
    os.truncate(path, 2 * MIB)


def _rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"NAME")


@pytest.mark.parametrize("change", [_grow, _shrink, _rewrite])
@pytest.mark.parametrize("encoding", [None, "cp1252"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, change: Callable[[Path], None], encoding: str | None
) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD + ROW * 500_000)
    os.utime(path, (1, 1))
    done: list[int] = []

    def progress(read: int, total: int) -> None:
        if read > 9 * MIB and not done:
            done.append(read)
            change(path)

    with pytest.raises(UnreadableFile, match=r"in\.csv was changed while it was read\. Open it again"):
        read_raw(path, ReadOptions(encoding=encoding), schema=LEAD, progress=progress)
    assert done


def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD + ROW * 500_000)
    raw = read_raw(path, schema=LEAD, progress=lambda read, total: path.unlink(missing_ok=True))
    assert raw.frame.height == 500_000
    assert not path.exists()


CANCELLED: dict[str, bytes] = {
    "regular": HEAD + ROW * 500_000,
    "irregular": HEAD + b'"a""b",c,d\nA\n' * 300_000,
    "in another encoding": HEAD + b"M\xfcller,b,c\n" * 900_000,
    "JSON": b"[" + b'{"name": "Anna"},' * 400_000 + b'{"name": "Bo"}]',
    "JSON lines": b'{"name": "Anna"}\n' * 300_000,
}


@pytest.mark.parametrize("case", CANCELLED)
def test_reading_is_cancelled_at_any_time(tmp_path: Path, case: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(CANCELLED[case])
    asked: list[float] = []

    def never() -> bool:
        asked.append(time.monotonic())
        return False

    read_raw(path, schema=LEAD, cancelled=never)
    assert len(asked) > 5
    for share in (0.0, 0.5, 0.9):
        left = int(len(asked) * share)

        def now() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        with pytest.raises(ReadingCancelled, match=r"in\.csv was cancelled"):
            read_raw(path, schema=LEAD, cancelled=now)


def test_progress_reaches_the_size(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD + ROW * 300_000)
    told: list[tuple[int, int]] = []
    raw: RawFile = read_raw(path, schema=LEAD, progress=lambda *at: told.append(at))
    assert told[-1] == (raw.size, raw.size)
    assert [read for read, _ in told] == sorted(read for read, _ in told)


def test_two_files_are_read_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(HEAD + (ROW * 999 + b"A\n") * 200)
    heights: list[int] = []
    threads = [
        threading.Thread(target=lambda: heights.append(read_raw(path, schema=LEAD).frame.height))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heights == [200_000] * 3
