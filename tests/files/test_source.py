"""What is not a file of text is refused with a sentence, at once and in little memory."""

from __future__ import annotations

import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import ImportMapping, ReadOptions, UnreadableFile, read_file
from leapgrid.files.limits import MAX_JSON
from leapgrid.records.schema import schema_for

from .conftest import Read, records

LEAD = schema_for("lead")
Refusal = Callable[..., UnreadableFile]


def refused(path: Path | str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_file(path, schema=LEAD)
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "data", "said", "line"),
    [
        ("in.csv", b"", "in.csv is empty.", None),
        ("in.csv", b"\xef\xbb\xbf\r\n \n", "in.csv is empty.", None),
        ("in.json", b"  \n", "in.json is empty.", None),
        ("in.csv", b"\n\n\xc2\xa0\n", "in.csv has no header line.", None),
        ("in.csv", "Mü".encode() + b"\xfc,name\n", "of in.csv is not UTF-8 (byte 0xFC, character 3).", 1),
        ("in.csv", b"\0" * 5_000, "in.csv is not a text file", 1),
        ("in.csv.gz", b"\x1f\x8b\x08", "It is compressed (gzip).", None),
        ("in.pdf", b"%PDF-1.7", "PDF files cannot be read.", None),
        ("in.csv", b"name\n" + b"x" * 1_100_000, "Line 2 of in.csv is longer than 1,048,576 characters.", 2),
        ("in.csv", b"name\n" + b"x" * 140_000, "in.csv has a value of more than 131,072 characters.", 2),
        ("in.csv", b'name\n"a"b' + b"x" * 140_000, "line 2 of in.csv has a value of more than 131,072", 2),
        ("in.csv", b"name" + b",x" * 2_000, "Line 1 of in.csv has 2,001 columns; at most 2,000", 1),
        ("in.csv", b'name,email\n"' + b"x\n" * 140_000, "line 2 of in.csv has a value of more than", 2),
        ("in.csv", b'name,email,phone\n"A,b\nC,d\n', "Line 2 of in.csv opens a quote that is never", 2),
        ("in.csv", b"name" + b",x" * 1_999 + b"\nA" * 9_000, "in.csv has lines that are too short", 5_004),
        ("in.csv", b'[{"name": "A"', "in.csv is not JSON", 1),
    ],
)  # fmt: skip
def test_says_what_is_wrong_and_where(
    refusal: Refusal, name: str, data: bytes, said: str, line: int | None
) -> None:
    problem = refusal(name, data)
    assert said in problem.message
    assert name in problem.message
    assert problem.line == line
    assert problem.message.endswith(".")
    assert problem.message.isprintable()


def test_a_table_whose_first_header_is_in_brackets_is_a_table(read: Read) -> None:
    found = read("in.csv", "[id],name\n1,A\n")
    assert found.kind == "csv"
    assert records(found) == [{"name": "A"}]


def test_a_sheet_is_only_for_spreadsheets(refusal: Refusal) -> None:
    said = ImportMapping(options=ReadOptions(sheet="Leads"))
    assert "Leave --sheet out" in refusal("in.csv", "name\nA\n", said=said).message


def test_missing_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("name\n")
    assert refused(tmp_path / "no.csv") == "There is no file no.csv. Check its name and folder."
    assert refused(tmp_path / "in.csv" / "x.csv").startswith("There is no file x.csv.")
    assert refused(tmp_path) == f"{tmp_path.name} is a folder. Name the file inside it."
    assert "is not a path" in refused("a\0b.csv")
    assert "is not a path" in refused(tmp_path / ("x" * 300))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "is not a path" in refused(tmp_path / "loop")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("name\nA\n")
    path.chmod(0)
    assert refused(path) == "in.csv may not be read by you. Change its permissions or copy it."


def test_pipes_devices_and_sockets_are_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "pipe.csv is not a regular file" in refused(tmp_path / "pipe.csv")
    assert "zero is not a regular file" in refused("/dev/zero")
    monkeypatch.chdir(tmp_path)  # the address of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.csv")
        assert "s.csv is not a regular file" in refused("s.csv")


def test_a_file_name_cannot_send_escape_sequences_to_the_terminal(tmp_path: Path) -> None:
    said = refused(tmp_path / "a\x1b]0;x\x07.csv")
    assert "\x1b" not in said
    assert "a␛]0;x␇.csv" in said


def test_a_json_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    with path.open("wb") as file:
        file.write(b"[")
        file.truncate(MAX_JSON + 1)
        file.seek(0)
        file.write(b'[{"name": "A"},' * 5_000)
    assert "in.json is larger than the 64 MiB that JSON files may have." in refused(path)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_a_gigabyte_without_a_line_break_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    with path.open("wb") as file:
        file.write(b"name\n" + b"x" * 3_000_000)
        file.truncate(1_000_000_000)
    code = (
        "import sys\n"
        "from leapgrid.files import read_file, UnreadableFile\n"
        "from leapgrid.records.schema import schema_for\n"
        "try: read_file(sys.argv[1], schema=schema_for('lead'))\n"
        "except UnreadableFile as problem: print(problem.line)\n"
        # Of this program alone: what getrusage says begins with the peak of the process that started it.
        "print(next(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    line, kib = done.stdout.split()
    assert line == "2"
    assert int(kib) < 300 * 1024


def test_reading_holds_no_file_open(read: Read, refusal: Refusal) -> None:
    before = len(os.listdir("/dev/fd"))
    read("in.csv", "name\nA\n")
    refusal("in.csv", "name\nMü".encode() + b"\xff")
    refusal("in.csv", "name\n" + "x" * 1_100_000)
    refusal("in.csv", 'name,email\n"x')
    assert len(os.listdir("/dev/fd")) == before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["in.csv", "in.tsv", "in.json", "in.txt", "in"]))
def test_no_bytes_make_anything_but_a_sentence(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        said = ""
        try:
            found = read_file(path, schema=LEAD)
        except UnreadableFile as problem:
            said = problem.message
        else:
            said = "".join(note.message for note in found.notes)
        assert {unicodedata.category(character) for character in said}.isdisjoint(
            {"Cc", "Cf", "Cs", "Zl", "Zp"}
        )


def test_random_bytes_are_refused(refusal: Refusal) -> None:
    for seed in range(20):
        assert refusal("in.csv", random.Random(seed).randbytes(4_096)).message
