"""A start that finds much unsettled is not long after one that finds nothing: the screen says so, keys work.

Measured on the program itself in a terminal of its own: the workspace of a process that was killed with sixty
chunks on their way, beside the same draft of which nothing was ever sent. Every start is the first one after
that: it also settles what the dead process left.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.bench.measure import MANY, SIZE, cells, table, terminal_environment

CHUNKS, CHUNK = 60, 1_000
UNKNOWN = CHUNKS * CHUNK
TO_NOTHING_UNKNOWN = 5.0
"""How much later keys may work with 60,000 rows that a dead process left, than with none."""

RUNS = 5
_HELP_KEY, _HELP = b"\x1bOP", b"type to search"
_PAINT = re.compile(rb"\x1b\[[0-9;:?]*[a-zA-Z]")

LEFT_BEHIND = """
import os, sys
from pathlib import Path
from leapgrid.config import data_dir
from leapgrid.records import schema_for
from leapgrid.records.frame import Frame
from leapgrid.superleap.requests import bulk_create_request
from leapgrid.workspace import Workspace
from tests.bench.measure import FIELDS, cells
rows, chunks, size = map(int, sys.argv[1:])
workspace = Workspace.open(None, data_dir=data_dir())
frame = Frame.from_rows(FIELDS, (cells(row) for row in range(rows)))
mapping = {name: place for place, name in enumerate(FIELDS)}
draft = workspace.create_draft("leads", schema_for("lead"), frame, mapping, "leads.csv", [])
if chunks:
    plan = [list(range(number * size, (number + 1) * size)) for number in range(chunks)]
    one = workspace.begin_submission(draft, object_slug="lead", origin="http://127.0.0.1:9", chunks=plan)
    for number, those in enumerate(plan, 1):
        records = [dict(zip(FIELDS, cells(row))) for row in those]
        request = bulk_create_request("lead", records)
        assert workspace.record_intent(one, number, method="POST", path=request.path, body=request.body,
                                       records=records, version="1")
os._exit(0)
"""


def _started(environment: Mapping[str, str], said: str) -> dict[str, float]:
    """Seconds from the start to the first record, to what is open being said, and to a key's being obeyed."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    marks = {"first record": cells(0)[0].encode(), "what is open": said.encode(), "help on F1": _HELP}
    found: dict[str, float] = {}
    seen = b""
    began = time.perf_counter()
    argv = [sys.executable, "-m", "leapgrid"]
    child = subprocess.Popen(argv, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True)
    os.close(its)
    try:
        while len(found) < len(marks):
            ready, _, _ = select.select([ours], [], [], 60)
            assert ready, f"nothing more after {found}: {seen[-2000:]!r}"
            seen += os.read(ours, 65536)
            now, text = time.perf_counter() - began, _PAINT.sub(b"", seen)
            for name, mark in marks.items():
                if name not in found and mark in text:
                    found[name] = now
                    if name == "what is open":
                        os.write(ours, _HELP_KEY)
        return found
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def _alternating(folder: Path) -> dict[str, float]:
    """The medians in milliseconds, of starts in turn; each on a workspace as it was left behind."""
    kinds = {"nothing unknown": (0, f"{MANY:,} rows"), "60,000 unknown": (CHUNKS, f"{UNKNOWN:,} unknown")}
    times: dict[str, list[float]] = {}
    for name, (chunks, _) in kinds.items():
        home = folder / name
        home.mkdir()
        argv = [sys.executable, "-c", LEFT_BEHIND, str(MANY), str(chunks), str(CHUNK)]
        subprocess.run(argv, env=terminal_environment(home), check=True)
    for run in range(RUNS + 1):
        for name, (_, said) in kinds.items():
            home = folder / f"{name} {run}"
            shutil.copytree(folder / name, home)
            for what, seconds in _started(terminal_environment(home), said).items():
                if run:  # the first of each compiles what is not compiled yet
                    times.setdefault(f"{name}, {what}", []).append(seconds)
            shutil.rmtree(home)
    return {name: 1000 * statistics.median(found) for name, found in times.items()}


def test_a_start_with_much_unknown(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    figures = benchmark.pedantic(lambda: _alternating(tmp_path), rounds=1)
    ratios = {
        f"60,000 unknown to none, {what}": (
            figures[f"60,000 unknown, {what}"] / figures[f"nothing unknown, {what}"],
            TO_NOTHING_UNKNOWN,
        )
        for what in ("what is open", "help on F1")
    }
    benchmark.extra_info.update(figures)
    benchmark.extra_info.update({name: ratio for name, (ratio, _) in ratios.items()})
    print(table(f"From the start to a draft of {MANY:,} rows", figures, ratios))
    assert all(ratio <= most for ratio, most in ratios.values()), ratios
