"""A process to be killed: sends records, or types edits, until it is done or dead."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import leapgrid

ROOTS = (Path(leapgrid.__file__).parents[1], Path(__file__).parents[2])


def start(*args: str) -> subprocess.Popen[str]:
    """Run this file in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, ROOTS))}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.child", *args], env=env, stdout=subprocess.PIPE, text=True
    )


def submit(path: str, draft: str, url: str, first: int, last: int, size: int) -> None:
    from leapgrid.submit import Runner
    from leapgrid.superleap import AsyncSuperleap
    from leapgrid.workspace import Workspace
    from tests.submit.support import people, planned

    async def run() -> None:
        with Workspace.open(path) as workspace:
            async with AsyncSuperleap(url, "key") as client:
                made = planned(people(last)[first:], first_row=first, chunk_size=size)
                await Runner(workspace, client, draft, made, object_slug="lead").run()

    asyncio.run(run())


def type_edits(path: str, draft: str) -> None:
    from leapgrid.workspace import Journal, JournalEntry, Workspace

    workspace = Workspace.open(path)
    journal = Journal(workspace, draft)
    for number in range(100_000):
        journal.append(JournalEntry("do", "Type", {"n": number}))
        print(number, time.time(), flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "submit":
        submit(rest[0], rest[1], rest[2], *map(int, rest[3:]))
    else:
        type_edits(*rest)
