"""A million records out of a text file: beside polars alone, and with a line that does not fit now and then.

Run with ``pytest tests/bench/test_reading.py -s --override-ini addopts=``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.files import RawFile, read_raw
from leapgrid.records import schema_for

from . import bigfile
from .measure import no_collections, table

ROWS = 1_000_000
MOST_REGULAR = 2.0
"""What reading may take of the time that polars takes for the same file."""

MOST_IRREGULAR = 4.0
"""What one bad line in 200,000 may cost, in times of the file without."""

MOST_MEMORY = 1.5
_ROUNDS = 7
LEAD = schema_for("lead")


@pytest.fixture(scope="module")
def regular(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bigfile.write(tmp_path_factory.mktemp("big") / "regular.csv", ROWS)


@pytest.fixture(scope="module")
def irregular(regular: Path) -> Path:
    lines = regular.read_bytes().split(b"\n")
    for index in range(100_000, ROWS, 200_000):
        lines[index] = lines[index].rsplit(b",", 2)[0]
    path = regular.with_name("irregular.csv")
    path.write_bytes(b"\n".join(lines))
    return path


def timed(*actions: Callable[[], object]) -> list[float]:
    """The median seconds of each, in turn so that a busy moment meets all."""
    spent: list[list[float]] = [[] for _ in actions]
    with no_collections():
        for round_ in range(_ROUNDS + 1):
            for action, times in zip(actions, spent, strict=True):
                began = time.perf_counter()
                action()
                if round_:
                    times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in spent]


def ours(path: Path) -> RawFile:
    return read_raw(path, schema=LEAD)


def test_regular_and_irregular_files(regular: Path, irregular: Path) -> None:
    import polars as pl

    peer, plain, odd = timed(
        lambda: pl.read_csv(regular, infer_schema=False), lambda: ours(regular), lambda: ours(irregular)
    )
    print(
        table(
            "reading 1,000,000 x 6",
            {"polars.read_csv": peer * 1e3, "regular": plain * 1e3, "5 short lines": odd * 1e3},
            {
                "regular / polars": (plain / peer, MOST_REGULAR),
                "irregular / regular": (odd / plain, MOST_IRREGULAR),
            },
        )
    )
    read = ours(irregular)
    assert [(note.code, note.line) for note in read.notes] == [
        ("short_line", index + 1) for index in range(100_000, ROWS, 200_000)
    ]
    assert read.frame.height == ROWS
    assert plain <= peer * MOST_REGULAR
    assert odd <= plain * MOST_IRREGULAR


_PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def peak(code: str, path: Path) -> int:
    """KiB that a program of its own took at most."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{_PEAK}", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_memory(regular: Path) -> None:
    alone = peak("import polars as pl\ndf = pl.read_csv(sys.argv[1], infer_schema=False)", regular)
    here = peak(
        "from leapgrid.files import read_raw\nfrom leapgrid.records import schema_for\n"
        "raw = read_raw(sys.argv[1], schema=schema_for('lead'))",
        regular,
    )
    print(f"\nmemory at most: polars {alone / 1024:.0f} MiB, here {here / 1024:.0f} MiB ({here / alone:.2f})")
    assert here <= alone * MOST_MEMORY
