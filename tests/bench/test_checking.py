"""``leapgrid check`` of a large file against what one writes with the two libraries alone, both as processes
from their start to their end; and what each column takes by itself.

Run: ``pytest tests/bench/test_checking.py -s --override-ini addopts=``
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from leapgrid.files import read_file
from leapgrid.records import CheckContext, schema_for
from leapgrid.records.checks.columns import check_column, check_rows, value_keys
from tests.bench.bigfile import write

RECORDS, TIMES, ROUNDS = 300_000, 20, 5
SECONDS = 30
"""For a column of a million, so that a filter that accepts nothing is noticed on any machine."""

PEER = """
import csv, sys
import phonenumbers
from pydantic import EmailStr, TypeAdapter, ValidationError

address = TypeAdapter(EmailStr)
wrong = 0
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        try:
            address.validate_python(row["Email"])
        except ValidationError:
            wrong += 1
        try:
            wrong += not phonenumbers.is_valid_number(phonenumbers.parse(row["Phone"], None))
        except phonenumbers.NumberParseException:
            wrong += 1
print(wrong)
"""
"""Only these two columns, and no word on what is wrong."""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("checking") / "leads.csv", RECORDS)


class Run(NamedTuple):
    """A process from its start to its end: seconds on the clock and of the processor, and what it printed."""

    clock: float
    processor: float
    out: str


def run(*command: str) -> Run:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1), done.stderr
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(clock, spent, done.stdout)


def test_a_large_file_is_checked_many_times_faster_than_by_its_libraries(big: Path) -> None:
    """The middle of some rounds before and after the peer's one, which is long enough to be even."""
    check = (sys.executable, "-m", "leapgrid", "check", str(big))
    ours = [run(*check) for _ in range(ROUNDS)]
    theirs = run(sys.executable, "-c", PEER, str(big))
    ours += [run(*check) for _ in range(ROUNDS)]
    clock = statistics.median(each.clock for each in ours)
    processor = statistics.median(each.processor for each in ours)
    print(
        f"\n{RECORDS:,} records: leapgrid check {clock:.2f} s (processor {processor:.2f} s), EmailStr and "
        f"phonenumbers {theirs.clock:.2f} s ({theirs.processor:.2f} s): {theirs.clock / clock:.1f} times by "
        f"the clock, {theirs.processor / processor:.1f} by the processor"
    )
    assert f"{RECORDS:,} records" in ours[0].out
    assert int(theirs.out) > RECORDS // 500
    assert theirs.clock >= TIMES * clock


def test_a_column_of_a_million_is_checked_within_seconds(tmp_path: Path) -> None:
    read = read_file(write(tmp_path / "leads.csv", 1_000_000), schema=schema_for("lead"))
    context, schema = CheckContext(), schema_for("lead")
    print()
    columns = {name: read.frame.columns[at] for name, at in read.mapping.items()}
    began = time.perf_counter()
    assert check_rows(schema, columns, [True] * read.frame.height, context)
    print(f"{'row rules':12} {time.perf_counter() - began:6.2f} s")
    for field in schema.fields:
        column = columns[field.name]
        began = time.perf_counter()
        found = check_column(field, column, context)
        checked = time.perf_counter()
        keys = value_keys(field, column, context, found)
        done = time.perf_counter()
        assert found is not None
        assert done - began < SECONDS
        print(
            f"{field.name:12} {checked - began:6.2f} s, keys {done - checked:6.2f} s "
            f"({len(found.rows):,} cells, {len(found.values):,} values; keys: {keys is not None})"
        )
