"""SIGKILL while somebody types 50 cells a second: what is older than a second is there, and can be undone."""

from __future__ import annotations

import random
import time
from itertools import islice
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.records import schema_for
from leapgrid.workspace import Workspace
from tests.faults.crew import Crew
from tests.faults.jobs import EDITED_ROWS, typing

KILLS, AT_ONCE, RATE = 200, 20, 50.0
FIELDS = ("name", "email")

State = tuple[tuple[tuple[str, ...], ...], int, int]


def new_draft(workspace: Workspace | None) -> WorkingDraft:
    records = [{"name": f"Person {n}", "email": f"p{n}@example.com"} for n in range(EDITED_ROWS)]
    return WorkingDraft.from_records(workspace, schema_for("lead"), "leads", records)


def texts(desk: WorkingDraft) -> tuple[tuple[str, ...], ...]:
    return tuple((desk.batch.text(row, "name"), desk.batch.text(row, "email")) for row in desk.batch.order)


def state(desk: WorkingDraft) -> State:
    """The cells, and how many steps can be undone and done again."""
    now, back, forth = texts(desk), 0, 0
    while desk.undo():
        back += 1
    assert texts(desk) == texts(new_draft(None)), "everything can be taken back"
    while desk.redo():
        forth += 1
    for _ in range(forth - back):
        desk.undo()
    assert texts(desk) == now
    return now, back, forth - back


def states(steps: int, seed: int) -> list[State]:
    """What the draft is after no step, one step, two ..."""
    cells = {(row, field): "" for row in range(EDITED_ROWS) for field in FIELDS}
    start = texts(new_draft(None))
    for row, values in enumerate(start):
        cells.update({(row, field): value for field, value in zip(FIELDS, values, strict=True)})
    history: list[tuple[tuple[int, str], str, str]] = []
    done = 0
    found = [(start, 0, 0)]
    for step in islice(typing(seed), steps):
        if step == "undo":
            done -= 1
            where, before, _after = history[done]
            cells[where] = before
        elif step == "redo":
            where, _before, after = history[done]
            cells[where] = after
            done += 1
        else:
            where, text = (step[0], step[1]), step[2]
            history[done:] = [(where, cells[where], text)]
            cells[where] = text
            done += 1
        now = tuple(tuple(cells[row, field] for field in FIELDS) for row in range(EDITED_ROWS))
        found.append((now, done, len(history) - done))
    return found


@pytest.mark.parametrize("part", range(2))
def test_edits_outlive_their_process(crew: Crew, tmp_path: Path, part: int) -> None:
    drawn = random.Random(part)
    oldest_lost, proving = 0.0, 0
    for first in range(0, KILLS // 2, AT_ONCE):
        running = []
        for number in range(first, first + AT_ONCE):
            path, seed = tmp_path / f"{number}.db", 1000 * part + number
            with Workspace.open(path) as workspace:
                desk = new_draft(workspace)
                desk.close()
            worker = crew.start("type_edits", url=str(path), draft=desk.id, seed=seed, rate=RATE)
            running.append((path, desk.id, seed, worker))
        begun = time.time()
        # Long enough that the first edits are older than a second.
        moments = sorted(begun + drawn.uniform(1.1, 1.9) for _ in running)
        ended = []
        for moment, (_path, _draft, _seed, worker) in zip(moments, running, strict=True):
            time.sleep(max(0.0, moment - time.time()))
            killed = time.time()
            ended.append((killed, worker.kill()))
        for (path, draft, seed, _worker), (killed, end) in zip(running, ended, strict=True):
            assert end.killed, end.output
            accepted = [float(line.split()[1]) for line in end.output.splitlines()]
            with Workspace.open(path) as workspace:
                desk = WorkingDraft.from_stored(workspace, draft)
                found = state(desk)
                desk.close()
            # A step may have been written that could not be told of any more.
            possible = states(len(accepted) + 1, seed)
            kept = [steps for steps, there in enumerate(possible) if there == found]
            assert kept, f"after {len(accepted)} steps of seed {seed} it is as it never was"
            old = sum(1 for at in accepted if at < killed - 1.0)
            proving += old > 0
            assert kept[-1] >= old, f"{old} steps are older than a second, {kept[-1]} are there"
            lost = accepted[kept[-1] :]
            oldest_lost = max(oldest_lost, killed - lost[0] if lost else 0.0)
            path.unlink()
    assert proving > KILLS // 4, "hardly a step was older than a second: the test shows nothing"
    print(f"the oldest edit that was lost was {oldest_lost:.2f} s old")
