"""What keeping every intent and every answer costs: the same bodies, sent with the ledger and by bare httpx.

100,000 records in chunks of 1,000, four in flight, no limit of the rate, to a server in a process of its own
that answers at once. Best of some rounds in turn, in the same run, so that other work on the machine counts
for both.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leapgrid.records import schema_for
from leapgrid.records.outcomes import RowState
from leapgrid.submit import PlanRow, Runner, SubmitOptions, plan
from leapgrid.superleap import AsyncSuperleap
from leapgrid.superleap.requests import bulk_create_request
from leapgrid.workspace import Workspace
from tests.bench.measure import FIELDS, cells

RECORDS, CHUNK, IN_FLIGHT, ROUNDS, MOST = 100_000, 1_000, 4, 3, 3.0
SENT = FIELDS[:4]
"""Without an external id there is nothing to look up by: what is measured is the sending."""

SERVER = """
import asyncio, sys
CREATED = b'{"success": true, "data": {"message": "records added successfully"}}'
async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        lines = head.lower().split(b"\\r\\n")
        size = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
        await reader.readexactly(size)
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n"
                     b"Content-Length: %d\\r\\n\\r\\n" % len(CREATED) + CREATED)
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@pytest.fixture
def base_url() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


async def bare(base_url: str, bodies: list[bytes], path: str) -> float:
    """Seconds that httpx takes to send these bodies, each on a connection of its own, as a create has to."""
    begun = time.perf_counter()
    limits = httpx.Limits(max_keepalive_connections=0)
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
    waiting = iter(bodies)

    async with httpx.AsyncClient(limits=limits, headers=headers, trust_env=False, timeout=60) as client:

        async def work() -> None:
            for body in waiting:
                answer = await client.post(base_url + path, content=body)
                assert answer.json()["success"] is True

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return time.perf_counter() - begun


async def with_ledger(base_url: str, path: Path, rows: list[PlanRow]) -> float:
    """Seconds that a run takes: the plan, each intent and each answer on the disk, the end."""
    from leapgrid.records.frame import Frame

    with Workspace.open(path) as workspace:
        frame = Frame.from_rows(SENT, (cells(row)[:4] for row in range(RECORDS)))
        mapping = {name: place for place, name in enumerate(SENT)}
        draft = workspace.create_draft("leads", schema_for("lead"), frame, mapping, "leads.csv", [])
        options = SubmitOptions(chunk_size=CHUNK, parallel=IN_FLIGHT, rate=None, look_after=0.0)
        async with AsyncSuperleap(base_url, "key") as client:
            begun = time.perf_counter()
            made = plan(rows, options)
            summary = await Runner(workspace, client, draft, made, object_slug="lead", options=options).run()
            seconds = time.perf_counter() - begun
        assert summary.counts == {RowState.CREATED: RECORDS}
        assert summary.stopped is None
    return seconds


async def test_the_ledger_costs_little(base_url: str, tmp_path: Path) -> None:
    records = [dict(zip(SENT, cells(row), strict=False)) for row in range(RECORDS)]
    rows = [PlanRow(row, record) for row, record in enumerate(records)]
    requests = [
        bulk_create_request("lead", records[start : start + CHUNK]) for start in range(0, RECORDS, CHUNK)
    ]
    bodies = [request.body or b"" for request in requests]
    ours, theirs = [], []
    for number in range(ROUNDS):
        theirs.append(await bare(base_url, bodies, requests[0].path))
        ours.append(await with_ledger(base_url, tmp_path / f"{number}.db", rows))
    ratio = min(ours) / min(theirs)
    print(f"with the ledger {min(ours):.2f} s, bare httpx {min(theirs):.2f} s: {ratio:.1f} times")
    assert ratio <= MOST
