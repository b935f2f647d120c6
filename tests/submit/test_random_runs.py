"""Random servers, random stops: the promise holds whatever happens."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import Plan, PlanRow, Runner, SubmitEvent, SubmitOptions, plan
from leapgrid.superleap import AsyncSuperleap
from leapgrid.workspace import Workspace
from tests.submit.support import Clock, Listener, make_draft, stored_names

FAULTS = [
    "cut-before",
    "cut-after",
    "cut-during",
    "reset-before",
    "reset-after",
    "html-200-after",
    "html-502",
    "error-500-after",
    "rate-limit=3",
    "rate-limit",
    "too-large=1",
    "zero-based",
    "first-only",
    "no-index",
    "other-value",
    "slow=0.01",
]


def record(number: int, rng: random.Random) -> dict[str, Any]:
    bad = rng.random() < 0.15
    return {"name": f"P{number}", "email": f"p {number}@example.com" if bad else f"p{number}@example.com"}


async def run_once(workspace: Workspace, url: str, draft: str, made: Plan, rng: random.Random) -> Listener:
    """A run that a person may stop at any event."""
    clock, listener, stop_at = Clock(), Listener(made.rows), rng.randint(1, 40)

    def hear(event: SubmitEvent) -> None:
        listener(event)
        if len(listener.events) == stop_at:
            runner.stop_after_chunk()

    async with AsyncSuperleap(url, "key") as client:
        runner = Runner(
            workspace,
            client,
            draft,
            made,
            object_slug="lead",
            options=SubmitOptions(parallel=rng.randint(1, 4)),
            publish=hear,
            clock=clock,
            monotonic=clock,
            sleep=clock.sleep,
            random=rng.random,
        )
        summary = await runner.run()
    assert sum(summary.counts.values()) == made.records
    return listener


@pytest.mark.parametrize("seed", range(12))
async def test_each_record_is_stored_once_and_each_row_is_known_rightly(
    workspace: Workspace, server: SandboxServer, seed: int
) -> None:
    rng = random.Random(seed)
    records = [record(n, rng) for n in range(24)]
    draft = make_draft(workspace, records)
    states = dict.fromkeys(range(len(records)), RowState.READY)
    for _round in range(4):
        server.set_fault(*(f"{rng.choice(FAULTS)}@{n}" for n in range(1, 20) if rng.random() < 0.4))
        options = SubmitOptions(chunk_size=rng.randint(1, 6))
        made = plan([PlanRow(row, records[row], states[row]) for row in states], options)
        states |= (await run_once(workspace, server.base_url, draft, made, rng)).states

        stored = workspace.outcomes(draft)
        assert {row: stored[row].state for row in stored} == {row: states[row] for row in stored}
        names = Counter(stored_names(server))
        assert max(names.values(), default=1) == 1, "nothing was sent twice"
        for row, state in states.items():
            there = names[records[row]["name"]]
            assert state is not RowState.CREATED or there == 1
            assert state is not RowState.READY or there == 0
            assert state is not RowState.REJECTED or " " in records[row]["email"], "blamed rightly"
