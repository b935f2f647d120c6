"""What a person does in a cell costs the same in a short and a long draft, and far less than in a table."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture
from textual import events

from leapgrid.records import set_cell
from tests.bench.measure import FEW, MANY, SIZE, cost_of, grid_app, grid_screen, settled, table
from tests.bench.peers import TableApp

LONGER, OF_A_TABLE = 2.0, 0.1


async def _in_the_grid(count: int, folder: Path) -> dict[str, float]:
    with grid_app(count, folder) as app:
        async with app.run_test(size=SIZE) as pilot:
            screen = await grid_screen(app)
            grid, session = screen.grid, screen.session

            def edit(number: int) -> None:
                row = grid.model.row_id(grid.top + number % 20)
                assert session.apply(set_cell(row, "name", f"Changed {number:05}"), "Edit name")

            def type_one(number: int) -> None:
                key = "abcdefgh"[number % 8]
                app.post_message(events.Key(key, key))

            costs = {"edit": await cost_of(grid, edit)}
            grid.go_to_index(5)
            grid.edit("x")
            await settled(grid)
            costs["keystroke"] = await cost_of(grid, type_one)
            assert grid.open is not None
            assert len(grid.open.buffer.text) > 20
            grid.restore()
            assert session.can_undo
            await pilot.pause()
    return costs


async def _in_a_table(count: int) -> float:
    app = TableApp(count)
    async with app.run_test(size=SIZE):
        await settled(app.table)

        def update(number: int) -> None:
            app.table.update_cell(str(number % 20), "name", f"Changed {number:05}")

        return await cost_of(app.table, update)


def test_a_cell_and_a_keystroke(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    async def measure() -> dict[str, float]:
        few = await _in_the_grid(FEW, tmp_path / "few")
        many = await _in_the_grid(MANY, tmp_path / "many")
        return {
            f"cell edit, {FEW:,} rows": few["edit"],
            f"cell edit, {MANY:,} rows": many["edit"],
            f"keystroke in a cell, {FEW:,} rows": few["keystroke"],
            f"keystroke in a cell, {MANY:,} rows": many["keystroke"],
            f"DataTable.update_cell, {MANY:,} rows": await _in_a_table(MANY),
        }

    figures = benchmark.pedantic(lambda: asyncio.run(measure()), rounds=1)
    few_edit, many_edit, few_key, many_key, in_table = figures.values()
    ratios = {
        "cell edit, many rows to few": (many_edit / few_edit, LONGER),
        "keystroke, many rows to few": (many_key / few_key, LONGER),
        "cell edit to DataTable.update_cell": (many_edit / in_table, OF_A_TABLE),
    }
    benchmark.extra_info.update(figures)
    benchmark.extra_info.update({name: ratio for name, (ratio, _) in ratios.items()})
    print(table("Processor time of one action", figures, ratios))
    assert all(ratio <= most for ratio, most in ratios.values()), ratios
