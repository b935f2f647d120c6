"""The sample leads are on the screen not long after an app of one widget would be."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from leapgrid.drafting import SAMPLE_LEADS
from tests.bench.measure import first_paint, table, terminal_environment
from tests.bench.peers import ONE_WIDGET

TO_ONE_WIDGET = 1.5
RUNS = 9


def _alternating(folder: Path) -> dict[str, float]:
    environment = terminal_environment(folder)
    program = folder / "one.py"
    program.write_text(ONE_WIDGET, "utf-8")
    programs = {
        "one widget": ([sys.executable, str(program)], "First paint"),
        "leapgrid demo": ([sys.executable, "-m", "leapgrid", "demo"], SAMPLE_LEADS[0]["name"]),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for run in range(RUNS + 1):
        for name, (argv, mark) in programs.items():
            seconds = first_paint(argv, mark, environment)
            if run:  # the first of each compiles what is not compiled yet
                times[name].append(seconds)
    return {name: 1000 * statistics.median(found) for name, found in times.items()}


def test_the_first_paint(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    figures = benchmark.pedantic(lambda: _alternating(tmp_path), rounds=1)
    ratios = {
        "leapgrid demo to one widget": (figures["leapgrid demo"] / figures["one widget"], TO_ONE_WIDGET)
    }
    benchmark.extra_info.update(figures)
    benchmark.extra_info.update({name: ratio for name, (ratio, _) in ratios.items()})
    print(table("From the start of the program to its first paint", figures, ratios))
    assert all(ratio <= most for ratio, most in ratios.values()), ratios
