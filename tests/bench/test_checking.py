"""``leapgrid check`` of a large file against what one writes with the two libraries alone, both as processes
from their start to their end; and what each column takes by itself.

Run: ``pytest tests/bench/test_checking.py -s --override-ini addopts=``
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

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


def took(*command: str) -> tuple[float, str]:
    """Seconds from the start of a process to its end, and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    seconds = time.perf_counter() - began
    assert done.returncode in (0, 1), done.stderr
    return seconds, done.stdout


def test_a_large_file_is_checked_many_times_faster_than_by_its_libraries(big: Path) -> None:
    """The quickest of some rounds before and after the peer's one, which is long enough to be even."""
    check = (sys.executable, "-m", "leapgrid", "check", str(big))
    ours = [took(*check) for _ in range(ROUNDS)]
    theirs, wrong = took(sys.executable, "-c", PEER, str(big))
    ours += [took(*check) for _ in range(ROUNDS)]
    seconds = min(each for each, _ in ours)
    print(
        f"\n{RECORDS:,} records: leapgrid check {seconds:.2f} s, EmailStr and phonenumbers {theirs:.2f} s: "
        f"{theirs / seconds:.1f} times"
    )
    assert f"{RECORDS:,} records" in ours[0][1]
    assert int(wrong) > RECORDS // 500
    assert theirs >= TIMES * seconds


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
