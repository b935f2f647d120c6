"""A million rows with something wrong in nearly every one: what it takes in memory and time to know that.

A national export whose phones have no country code and whose addresses end with a space is nothing unusual.
Memory is that of processes of their own; the peer of the time is the precise rule, cell by cell.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.bench.measure import table

MILLION = 1_000_000
MOST_MORE = 300
"""MiB that a million wrong phones and addresses may take more than right ones."""

_DRAFT = """
import resource, sys, time
import polars as pl
from leapgrid.drafting import WorkingDraft
from leapgrid.records import CheckContext, Frame, checks, schema_for
from leapgrid.workspace import StoredDraft

def resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * resource.getpagesize() / 2**20

count, country, wrong = int(sys.argv[1]), sys.argv[2] or None, sys.argv[3] == "wrong"
phones = {
    None: lambda row: f"0171 {2_000_000 + row}",
    "DE": lambda row: f"0171 {2_000_000 + row}",
    "US": lambda row: f"({212 + row % 3 * 101}) {200 + row // 10_000 % 800}-{row % 10_000:04}",
    "IN": lambda row: f"{9_000_000_000 + 37 * row}",
}
phone = phones[country] if wrong else lambda row: f"+49 30 {90_000_000 + row}"
columns = (
    pl.Series([f"Lead {row:06}" for row in range(count)]),
    pl.Series([f"lead{row:06}@firm{row % 500}.com" + " " * wrong for row in range(count)]),
    pl.Series([phone(row) for row in range(count)]),
)
names, schema, context = ("name", "email", "phone"), schema_for("lead"), CheckContext(default_country=country)
before = resident()
mapping = {name: number for number, name in enumerate(names)}
stored = StoredDraft("", "leads", schema, Frame(names, columns, range(2, count + 2)), mapping, "")
draft = WorkingDraft(stored, None, context=context)
run = draft.begin_check()
began = time.perf_counter()
run.run()
print(time.perf_counter() - began)
draft.install(run)
print(resident() - before)
counts = draft.issues.counts
assert counts.errors == (count if wrong else 0), counts
assert counts.warnings >= (count if wrong else 0), counts
draft.issues.groups()
few = [columns[number][:2000].to_list() for number in (1, 2)]
began = time.perf_counter()
for name, texts in zip(names[1:], few):
    for text in texts:
        checks.check_cell(schema[name], text, context)
print((time.perf_counter() - began) * count / 2000)
"""


def _measured(country: str, wrong: str) -> tuple[float, float, float]:
    argv = (sys.executable, "-c", _DRAFT, str(MILLION), country, wrong)
    told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    seconds, more, one_by_one = map(float, told.split())
    return seconds, more, one_by_one


@pytest.mark.parametrize("country", ["", "DE", "US", "IN"])
def test_a_million_wrong_phones_and_addresses(benchmark: BenchmarkFixture, country: str) -> None:
    wrong, right = benchmark.pedantic(
        lambda: (_measured(country, "wrong"), _measured(country, "right")), rounds=1
    )
    figures = {
        "checked, all wrong": 1000 * wrong[0],
        "checked, all right": 1000 * right[0],
        "the precise rule for each cell": 1000 * wrong[2],
    }
    ratios = {
        "all wrong to the precise rule": (wrong[0] / wrong[2], 0.25),
        "MiB more than all right": (wrong[1] - right[1], MOST_MORE),
    }
    benchmark.extra_info.update(figures)
    benchmark.extra_info.update({name: ratio for name, (ratio, _) in ratios.items()})
    print(table(f"A million rows, no country code, default {country or 'none'}", figures, ratios))
    assert all(ratio <= most for ratio, most in ratios.values()), ratios
