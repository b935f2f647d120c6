"""No spreadsheet takes the app down: each is read, or refused with a sentence, in little memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leapgrid.files import UnreadableFile
from leapgrid.files.model import ReadingCancelled
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.files.sheets import read_sheet
from leapgrid.visible import visible

from .hostile import A1, CASES, numbered
from .workbooks import xlsx

# Reads file after file in one process, which stands for the app, and says after each what it took.
_APP = """
import json, os, sys, time
from leapgrid.files.model import UnreadableFile
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.files.sheets import read_sheet

def peak():
    try:
        return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))
    except OSError:
        return 0

def children():
    try:
        return [pid for task in os.listdir('/proc/self/task')
                for pid in open(f'/proc/self/task/{task}/children').read().split()]
    except OSError:
        return []

start = peak()
for path, shown, limits in map(json.loads, sys.stdin):
    begun = time.monotonic()
    out = {}
    try:
        sheet = read_sheet(path, name=shown, limits=SheetLimits(**limits))
        out['first'] = [column[0] for column in sheet.columns]
        out['height'] = len(sheet.rows)
    except UnreadableFile as problem:
        out['said'] = problem.message
    except BaseException as problem:
        out['raised'] = repr(problem)
    out['left'] = children() + os.listdir(os.environ['TMPDIR'])
    out |= {'seconds': time.monotonic() - begun, 'kib': peak() - start}
    print(json.dumps(out), flush=True)
"""


Read = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """Lets the app read the file of a case."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "tmp").mkdir()
    path = folder / "case.bin"
    env = os.environ | {"TMPDIR": str(folder / "tmp"), "LEAPGRID_TOKEN": "secret"}
    with subprocess.Popen(
        [sys.executable, "-c", _APP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as app:
        assert app.stdin is not None
        assert app.stdout is not None
        asked, answers = app.stdin, app.stdout

        def read_case(name: str) -> dict[str, Any]:
            case = CASES[name]
            path.write_bytes(case.make())
            print(json.dumps((str(path), visible(case.name), case.limits)), file=asked, flush=True)
            found: dict[str, Any] = json.loads(answers.readline())
            path.unlink()
            return found

        yield read_case


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_read_or_refused_with_a_sentence(read: Read, case: str) -> None:
    expected, found = CASES[case], read(case)
    if expected.said:
        assert expected.said in found.get("said", found)
        assert found["said"].endswith(".")
        assert found["said"].isprintable()
    else:
        assert found.get("first") == list(expected.first), found
    assert found["seconds"] < 30
    assert found["left"] == []
    assert found["kib"] < 300 * 1024, "the app stays small, whatever is in the files"


def test_there_are_many_such_files() -> None:
    assert len(CASES) >= 60


@pytest.fixture
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files go here, and none may be left."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    before = children()  # what other tests have left, if anything, is not these tests' matter
    yield place
    assert list(place.iterdir()) == []
    assert children() <= before


def children() -> set[str]:
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        return set()
    found: set[str] = set()
    for task in tasks.iterdir():
        with suppress(OSError):  # a thread may end between the listing and the look
            found.update((task / "children").read_text().split())
    return found


@pytest.fixture
def readers() -> Callable[[], set[str]]:
    """Whom this test has at work now; other tests may have a database at work all the time."""
    before = children()
    return lambda: children() - before


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A file that takes some seconds."""
    path = tmp_path / "long.xlsx"
    path.write_bytes(xlsx(numbered(1_000_000, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')))
    return path


def test_reading_is_cancelled_at_once_and_leaves_nothing(
    long: Path, nothing_left: Path, readers: Callable[[], set[str]]
) -> None:
    told: list[tuple[int, int]] = []
    asked: list[float] = []

    def cancelled() -> bool:
        if not told:
            return False
        asked.append(time.monotonic())
        return True

    def progress(done: int, total: int) -> None:
        mode = next(nothing_left.iterdir()).stat().st_mode
        assert mode & 0o777 == 0o700
        assert len(readers()) == 1
        told.append((done, total))

    with pytest.raises(ReadingCancelled, match=r"long\.xlsx was cancelled"):
        read_sheet(long, name="long.xlsx", progress=progress, cancelled=cancelled)
    assert time.monotonic() - asked[0] < 1
    done, total = told[0]
    assert 0 <= done <= total == long.stat().st_size


def test_what_the_caller_raises_ends_the_reading_too(long: Path, nothing_left: Path) -> None:
    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_sheet(long, name="long.xlsx", progress=progress)


def test_the_reader_killed_from_outside_is_a_sentence(
    long: Path, nothing_left: Path, readers: Callable[[], set[str]]
) -> None:
    def kill(done: int, total: int) -> None:
        for pid in readers():
            os.kill(int(pid), 9)

    if not Path("/proc/self/task").exists():
        pytest.skip("the child's number is read from /proc")
    with pytest.raises(UnreadableFile, match=r"^Reading long\.xlsx would take more than 2,048 MiB of memory"):
        read_sheet(long, name="long.xlsx", progress=kill)


def test_sheets_are_read_beside_other_threads(tmp_path: Path, nothing_left: Path) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx(A1))
    found: list[Any] = []

    def read() -> None:
        found.append(read_sheet(path, name="in.xlsx").columns)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(["1"],)] * 4


def test_the_reader_knows_neither_the_key_nor_anything_else_of_the_environment(
    long: Path, nothing_left: Path, readers: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("the environment is read from /proc")
    monkeypatch.setenv("LEAPGRID_TOKEN", "top-secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    seen: list[bytes] = []

    def look(done: int, total: int) -> None:
        (pid,) = readers()
        seen.append(Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes())
        limits = Path(f"/proc/{pid}/limits").read_text()
        seen.append(next(line for line in limits.splitlines() if "address space" in line).encode())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_sheet(long, name="long.xlsx", progress=look)
    assert b"top-secret" not in seen[0]
    assert b"PROXY" not in seen[0]
    assert str(SheetLimits().memory).encode() in seen[1]
