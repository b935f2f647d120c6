"""SIGKILL: nothing lost, nothing sent twice in silence."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.faults.child import start
from tests.submit.support import creates, make_draft, people, stored_names

TOTAL, SIZE = 12, 2


def new_draft(path: Path) -> str:
    with Workspace.open(path) as workspace:
        return make_draft(workspace, people(TOTAL))


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=30)


@pytest.mark.parametrize("chunk", [1, 3, 6])
@pytest.mark.parametrize("fault", ["silent", "silent-after"])
def test_killed_while_a_chunk_is_with_the_server(
    path: Path, server: SandboxServer, chunk: int, fault: str
) -> None:
    draft = new_draft(path)
    server.set_fault(f"{fault}@{chunk}")
    process = start("submit", str(path), draft, server.base_url, "0", str(TOTAL), str(SIZE))
    try:
        assert server.wait_until(lambda: len(list(creates(server))) == chunk, 60)
        if fault == "silent-after":
            assert server.wait_until(lambda: server.store.count("lead") == chunk * SIZE, 60)
    finally:
        kill(process)

    with Workspace.open(path) as workspace:
        assert workspace.recovered.unknown == SIZE
        assert workspace.recovered.released == TOTAL - chunk * SIZE
        outcomes = workspace.outcomes(draft)
        states = [outcomes[row].state if row in outcomes else RowState.READY for row in range(TOTAL)]
        sent = (chunk - 1) * SIZE
        assert states == (
            [RowState.CREATED] * sent + [RowState.UNKNOWN] * SIZE + [RowState.READY] * (TOTAL - sent - SIZE)
        )

    server.set_fault()
    if chunk * SIZE < TOTAL:
        again = start("submit", str(path), draft, server.base_url, str(chunk * SIZE), str(TOTAL), str(SIZE))
        again.communicate(timeout=60)
        assert again.returncode == 0
    names = Counter(stored_names(server))
    assert max(names.values(), default=1) == 1
    missing = {record["name"] for record in people(TOTAL)} - set(names)
    unknown = {record["name"] for record in people(TOTAL)[sent : sent + SIZE]}
    assert missing == (unknown if fault == "silent" else set())


def test_killed_at_any_time(path: Path, server: SandboxServer) -> None:
    """Whatever the moment: a record is created once, or unknown, or ready; what is ready can go."""
    seeded = random.Random(20261124)
    draft = new_draft(path)
    resolved = 0
    for _ in range(6):
        server.set_fault("slow=0.03" if seeded.random() < 0.5 else "slow-after=0.03")
        with Workspace.open(path) as workspace:
            outcomes = workspace.outcomes(draft)
            ready = [
                row for row in range(TOTAL) if row not in outcomes or outcomes[row].state is RowState.READY
            ]
        if not ready:
            break
        before = len(list(creates(server)))
        process = start("submit", str(path), draft, server.base_url, str(ready[0]), str(TOTAL), "1")
        goal = before + min(seeded.randint(1, 3), len(ready))
        server.wait_until(lambda goal=goal: len(list(creates(server))) >= goal, 30)  # type: ignore[misc]
        # A moment within the call, or between two of them.
        time.sleep(seeded.random() * 0.05)
        kill(process)
        assert server.wait_until(lambda: all(request.done for request in creates(server)), 30)
        with Workspace.open(path) as workspace:
            names = Counter(stored_names(server))
            assert max(names.values(), default=1) == 1
            outcomes = workspace.outcomes(draft)
            for row, record in enumerate(people(TOTAL)):
                state = outcomes[row].state if row in outcomes else RowState.READY
                if state is RowState.CREATED:
                    assert names[record["name"]] == 1
                elif state is RowState.UNKNOWN:
                    # What a look-up or a person would do.
                    there = names[record["name"]] == 1
                    workspace.set_state(
                        draft, row, RowState.CREATED if there else RowState.SKIPPED, "Looked at the server."
                    )
                    resolved += 1
                elif state is RowState.READY:
                    assert names[record["name"]] == 0
    assert resolved, "no kill hit a chunk on its way: the test shows nothing"


def test_edits_older_than_a_second_survive(path: Path) -> None:
    draft = new_draft(path)
    process = start("type", str(path), draft)
    seen: list[tuple[int, float]] = []
    assert process.stdout is not None
    for line in process.stdout:
        number, at = line.split()
        seen.append((int(number), float(at)))
        if len(seen) >= 2 and seen[-1][1] - seen[0][1] > 1.6:
            break
    killed = time.time()
    kill(process)
    with Workspace.open(path) as workspace:
        journal = workspace.load_draft(draft).journal
    assert [entry.edit["n"] for entry in journal] == list(range(len(journal)))
    old = [number for number, at in seen if at < killed - 1.0]
    assert old
    assert len(journal) > old[-1]
