"""Standard input as a file, under the name "-"."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leapgrid.files import RawFile, ReadingCancelled, UnreadableFile, read_raw
from leapgrid.files.stdin import open_stdin
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")


@contextmanager
def stdin_from(handle: int) -> Iterator[None]:
    """Let this process read its standard input from a file descriptor."""
    kept = sys.stdin
    with open(handle, encoding="utf-8", closefd=False) as stream:
        sys.stdin = stream
        try:
            yield
        finally:
            sys.stdin = kept


def piped(data: bytes) -> RawFile:
    ours, its = os.pipe()

    def write() -> None:
        with open(its, "wb") as pipe:
            pipe.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with stdin_from(ours):
            return read_raw("-", schema=LEAD)
    finally:
        writer.join()
        os.close(ours)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"name,email\nAnna,a@b.de\n", "csv"),
        (b"name\temail\nAnna\ta@b.de\n", "tsv"),
        ("name;email\nMüller;a@b.de\n".encode("cp1252"), "csv"),
        (b'[{"name": "Anna"}]', "json"),
        (b"name,email\n" + b"Anna,anna@firm.com\n" * 200_000, "csv"),
    ],
)
def test_reads_what_is_piped_in(data: bytes, kind: str) -> None:
    raw = piped(data)
    assert (raw.kind, raw.source, raw.name, raw.size) == (kind, "-", "standard input", len(data))
    assert raw.frame.height == max(1, data.count(b"\n") - 1)


def test_a_redirected_file_works_too(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"name\nAnna\n")
    code = (
        "from leapgrid.files import read_raw\nfrom leapgrid.records.schema import schema_for\n"
        "print(read_raw('-', schema=schema_for('lead')).frame.column(0))"
    )
    with path.open("rb") as file:
        done = subprocess.run([sys.executable, "-c", code], stdin=file, capture_output=True, text=True)
    assert done.stdout == "['Anna']\n"


def test_bytes_in_memory_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name\nAnna\n")))
    assert read_raw("-", schema=LEAD).frame.column(0) == ["Anna"]


def test_messages_name_it() -> None:
    with pytest.raises(UnreadableFile, match=r"^standard input is empty\."):
        piped(b"")
    with pytest.raises(UnreadableFile, match=r"^Line 2 of standard input opens a quote"):
        piped(b'name,email,phone\n"A,b\n')


def test_a_terminal_is_no_file() -> None:
    ours, its = pty.openpty()
    try:
        with stdin_from(its), pytest.raises(UnreadableFile, match=r"Standard input is a terminal\."):
            read_raw("-", schema=LEAD)
    finally:
        os.close(ours)
        os.close(its)


def test_without_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UnreadableFile, match="There is no standard input"):
        read_raw("-", schema=LEAD)


def test_too_much_is_refused_and_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 3_000_000)))
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(UnreadableFile, match="Standard input gives more than 2 MiB"):
        open_stdin(limit=2 * 1024 * 1024)
    assert len(os.listdir("/dev/fd")) == before


def test_waiting_for_a_silent_pipe_is_cancelled() -> None:
    ours, its = os.pipe()
    asked = 0

    def third() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    try:
        with stdin_from(ours), pytest.raises(ReadingCancelled, match="standard input was cancelled"):
            read_raw("-", schema=LEAD, cancelled=third)
    finally:
        os.close(ours)
        os.close(its)


def test_the_copy_has_no_name_and_progress_knows_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name\nAnna\n")))
    told: list[tuple[int, int]] = []
    with open_stdin(progress=lambda *at: told.append(at)) as copy:
        assert copy.read() == b"name\nAnna\n"
        assert os.name == "nt" or list(tmp_path.iterdir()) == []
    assert told == [(10, 0)]
