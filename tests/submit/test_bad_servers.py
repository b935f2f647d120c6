"""Servers that are wrong in several ways at once, over runs and look-ups: nothing twice, no wrong row.

``python -m tests.submit.test_bad_servers 0 500`` tries more of them.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.submit import ChunkAnswered, ChunkStarted
from tests.submit.support import known
from tests.submit.world import Make, World

READY, CREATED, REJECTED, UNKNOWN = RowState.READY, RowState.CREATED, RowState.REJECTED, RowState.UNKNOWN

CREATES = [
    "cut-before", "cut-after", "cut-during", "reset-before", "reset-after", "html-200", "html-200-after",
    "html-502-after", "error-500", "error-500-after", "rate-limit=3", "too-large=1", "zero-based",
    "first-only", "no-index",
]  # fmt: skip
LOOK_UPS = [
    "lookup:error-500", "lookup:cut-before", "lookup:cut-during", "lookup:html-200", "lookup:rate-limit=1",
    "no-pull", "skip-page", "repeat-page",
]  # fmt: skip
LATEST = 280.0
"""Seconds after which a server has done, and shows, what it was asked, though nobody was there to be told."""


class BadServer:
    """A world whose server is wrong by chance, always in the same ways for the same seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.bad = {row for row in world.states if self.rng.random() < 0.15}
        for row in self.bad:
            world.records[row]["email"] = f"p {row}@example.com"
        self.atomic = self.rng.random() < 0.5
        self.stale = self.rng.choice([0, 0, 100, 290])
        self.late: list[tuple[float, list[dict[str, Any]]]] = []
        self.stop_at = 0
        self.heard = 0
        world.then = self.hear

    def break_it(self) -> None:
        rng = self.rng
        faults = [f"{rng.choice(CREATES)}@{n}" for n in range(1, 12) if rng.random() < 0.4]
        faults += [f"{rng.choice(LOOK_UPS)}@{n}" for n in range(1, 12) if rng.random() < 0.3]
        faults += ["not-atomic"] if not self.atomic else ["not-atomic@9999"] if rng.random() < 0.7 else []
        faults += [f"stale={self.stale}"] if self.stale else []
        self.world.server.set_fault(*faults)
        self.stop_at = rng.randint(1, 60)
        self.heard = 0

    def hear(self, event: Any) -> None:
        world = self.world
        self.heard += 1
        if self.heard == self.stop_at and world.runner is not None:
            world.runner.stop_after_chunk()
        if isinstance(event, ChunkStarted):
            world.clock.now += self.rng.choice([0, 0, 1, 5])
        # What the API itself answered is over; a gateway or a cut connection says nothing of the server.
        unknown = isinstance(event, ChunkAnswered) and event.outcome == "unknown" and event.status != 500
        if unknown and self.stale < LATEST and self.rng.random() < 0.5:
            records = [world.records[row] for row in event.rows]
            there = set(world.there)
            if not any(row in self.bad for row in event.rows) and records[0]["external_id"] not in there:
                self.late.append((world.clock.now + self.rng.uniform(1, LATEST - self.stale), records))

    def wait(self, seconds: float) -> None:
        """Time passes, and what the server does late is done."""
        self.world.clock.now += seconds
        due = [one for one in self.late if one[0] <= self.world.clock.now]
        self.late = [one for one in self.late if one[0] > self.world.clock.now]
        for at, records in due:
            now, self.world.clock.now = self.world.clock.now, at
            self.world.put(*records)
            self.world.clock.now = now

    def check(self) -> None:
        world = self.world
        there = Counter(world.there)
        assert max(there.values(), default=1) == 1, "nothing was sent twice"
        assumed = {sent.row_id for sent in world.workspace.assumed(world.draft)}
        for row, state in world.states.items():
            count = there[f"X-{row + 1}"]
            assert state is not CREATED or count == 1, row
            assert state is not READY or row in assumed or count == 0, row
            assert state is not REJECTED or (row in self.bad and count == 0), row

    async def do(self) -> None:
        rng, world = self.rng, self.world
        self.break_it()
        what = rng.random()
        if what < 0.6:
            await world.run(chunk_size=rng.randint(1, 6), parallel=rng.randint(1, 3))
        elif what < 0.85:
            await world.look()
        else:
            await world.look(refused=True)
        self.check()
        self.wait(rng.choice([0, 1, 30, 200, 400]))

    async def finish(self) -> None:
        """At last the server is well, and the person repairs what was refused."""
        world = self.world
        self.wait(LATEST + 400)
        world.server.set_fault("not-atomic@9999")
        for _ in range(8):
            await world.look()
            repaired = [row for row, state in world.states.items() if state is REJECTED]
            for row in self.bad:
                world.records[row]["email"] = f"p{row}@example.com"
            await world.run(*repaired, chunk_size=7)
            self.check()
            self.wait(400)
            if set(world.states.values()) == {CREATED}:
                return
        raise AssertionError(world.states)


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_twice_and_every_row_known_rightly(make: Make, seed: int) -> None:
    bad = BadServer(make(known(18), page_size=4), seed)
    for _ in range(7):
        await bad.do()
    await bad.finish()


if __name__ == "__main__":
    import sys
    import tempfile
    from contextlib import ExitStack
    from pathlib import Path

    from tests.submit.world import world_of

    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        with ExitStack() as stack, tempfile.TemporaryDirectory() as place:

            def entered(records: Any, stack: Any = stack, place: str = place, **more: Any) -> World:
                made: World = stack.enter_context(world_of(Path(place), records, **more))
                return made

            try:
                asyncio.run(test_nothing_twice_and_every_row_known_rightly(entered, number))
            except AssertionError as error:
                sys.stdout.write(f"seed {number}: {error}\n")
