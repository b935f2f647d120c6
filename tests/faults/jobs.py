"""What the processes do that are killed. Every function here runs in a fork, see :mod:`tests.faults.crew`."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import Any, Literal


def load() -> None:
    """Load what the jobs need, so that a fork has it."""

    import leapgrid.drafting.working
    import leapgrid.submit.runner
    import leapgrid.superleap.client
    import leapgrid.workspace.workspace  # noqa: F401


def record(prefix: str, number: int, *, bad: bool = False) -> dict[str, Any]:
    """A record of a batch; a bad one is refused."""
    at = " at" if bad else ""
    return {
        "name": f"{prefix} {number}",
        "email": f"{prefix}-{number}{at}@example.com",
        "external_id": f"{prefix}-{number}",
    }


def submit(
    url: str,
    draft: str,
    to: str,
    prefix: str,
    total: int,
    size: int,
    parallel: int = 1,
    point: str = "",
    arrival: int = 1,
    trace: bool = False,
    bad: tuple[int, ...] = (),
) -> None:
    """Send what is ready of a draft whose records are those of ``prefix``."""
    from leapgrid.records.outcomes import RowState
    from leapgrid.submit import PlanRow, Runner, SubmitOptions, plan
    from leapgrid.superleap import AsyncSuperleap
    from leapgrid.workspace import Workspace

    _watch(point, arrival, trace)

    async def run() -> None:
        with Workspace.open(url) as workspace:
            known = workspace.outcomes(draft)
            options = SubmitOptions(chunk_size=size, parallel=parallel)
            rows = [
                PlanRow(
                    row,
                    record(prefix, row, bad=row in bad),
                    known[row].state if row in known else RowState.READY,
                )
                for row in range(total)
            ]
            made = plan(rows, options)
            async with AsyncSuperleap(to, "key") as client:
                runner = Runner(workspace, client, draft, made, object_slug="lead", options=options)
                summary = await runner.run()
            print("stopped", summary.stopped, summary.message)

    asyncio.run(run())


def type_edits(url: str, draft: str, seed: int, rate: float) -> None:
    """Type so many cells a second, and say of each step when it was accepted."""
    from leapgrid.drafting import WorkingDraft
    from leapgrid.records import set_cell
    from leapgrid.workspace import Workspace

    desk = WorkingDraft.from_stored(Workspace.open(url), draft)
    start = time.monotonic()
    for number, step in enumerate(typing(seed), 1):
        if step == "undo":
            desk.undo()
        elif step == "redo":
            desk.redo()
        else:
            desk.apply(set_cell(*step), "Type")
        print(number, time.time(), flush=True)
        time.sleep(max(0.0, start + number / rate - time.monotonic()))


def typing(seed: int) -> Iterator[Literal["undo", "redo"] | tuple[int, str, str]]:
    """Steps of somebody who types, and now and then takes something back: row, field, text. Each counts."""
    drawn = random.Random(seed)
    undone = done = 0
    for number in count(1):
        if done and drawn.random() < 0.1:
            done, undone = done - 1, undone + 1
            yield "undo"
        elif undone and drawn.random() < 0.5:
            done, undone = done + 1, undone - 1
            yield "redo"
        else:
            done, undone = done + 1, 0
            yield drawn.randrange(EDITED_ROWS), drawn.choice(("name", "email")), f"typed {number}"


EDITED_ROWS = 8


def _watch(point: str, arrival: int, trace: bool) -> None:
    from tests.faults import points

    if point:
        points.watch(points.Dying(point, arrival))
    elif trace:
        points.watch(lambda name: print("point", name, file=sys.stdout, flush=True))
