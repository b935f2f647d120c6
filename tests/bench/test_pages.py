"""A page of records is drawn at a price near that of the barest grid that shows the same cells."""

from __future__ import annotations

import asyncio

from pytest_benchmark.fixture import BenchmarkFixture
from textual.app import App, ComposeResult
from textual.widget import Widget

from leapgrid.tui.grid import RecordGrid
from leapgrid.tui.rows import DraftRows
from leapgrid.tui.theming import load_themes, theme_variables
from tests.bench.measure import MANY, SIZE, cost_of, draft_of, settled, table
from tests.bench.peers import BareGrid

TO_BARE = 2.0


class OneWidgetApp(App[None]):
    """Shows one widget, in our colours."""

    def __init__(self, widget: Widget) -> None:
        self.palettes, _ = load_themes()
        self.palette = self.palettes["dark"]
        super().__init__()
        self.widget = widget

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.palette)

    def compose(self) -> ComposeResult:
        yield self.widget


async def _both() -> dict[str, float]:
    draft = draft_of(MANY, None)
    grid = RecordGrid(DraftRows(draft, lambda *_: None), {})
    costs = {}
    async with OneWidgetApp(grid).run_test(size=SIZE):
        grid.focus()
        await settled(grid)
        costs["RecordGrid"] = await cost_of(grid, lambda _: grid.move("page_down"))
        assert grid.row > 500
        widths = [span.width + 2 for span in grid.layout_now.spans]
        assert len(widths) == len(draft.schema.names)
    bare = BareGrid(lambda row, column: f" {draft.batch.text(row, draft.schema.names[column])}", widths, MANY)
    async with OneWidgetApp(bare).run_test(size=SIZE):
        bare.focus()
        await settled(bare)
        costs["bare grid"] = await cost_of(bare, lambda _: bare.page_down())
        assert bare.top > 500
    return costs


def test_a_page_down(benchmark: BenchmarkFixture) -> None:
    figures = benchmark.pedantic(lambda: asyncio.run(_both()), rounds=1)
    ratios = {"RecordGrid to the bare grid": (figures["RecordGrid"] / figures["bare grid"], TO_BARE)}
    benchmark.extra_info.update(figures)
    benchmark.extra_info.update({name: ratio for name, (ratio, _) in ratios.items()})
    print(table(f"Processor time of a page down, {MANY:,} rows", figures, ratios))
    assert all(ratio <= most for ratio, most in ratios.values()), ratios
