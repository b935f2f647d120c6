"""Four processes on one submission: each chunk is claimed once, and nobody stumbles over a lock.

By hand, as large as a release asks for: ``python -m tests.faults.test_four_processes 20 2000``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Workspace
from tests.faults.crew import Crew
from tests.faults.jobs import draft_of, record
from tests.faults.recorder import Manners, Recorder
from tests.postgres import running

PROCESSES, CHUNKS, RUNS = 4, 120, 2


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ws.db'}"
    url: str = request.getfixturevalue("team_url")
    return url


def claimed_once(crew: Crew, address: str, chunks: int, prefix: str) -> list[int]:
    """How many chunks each of four processes claimed of so many; each was claimed once."""
    with Workspace.open(address) as workspace:
        draft = draft_of(workspace, [record(prefix, row) for row in range(chunks)])
        submission = workspace.begin_submission(
            draft, object_slug="lead", origin="http://127.0.0.1:9", chunks=[[row] for row in range(chunks)]
        )
        workers = [
            crew.start("claim", url=address, submission=submission, prefix=prefix, rows=chunks)
            for _ in range(PROCESSES)
        ]
        shares = [int(worker.wait(600).check().output.split()[-1]) for worker in workers]
        workspace.finish_run(submission)
        attempts = Counter(attempt.chunk for attempt in workspace.attempts(submission))
        assert attempts == dict.fromkeys(range(1, chunks + 1), 1)
        outcomes = workspace.outcomes(draft)
        assert Counter(was.state for was in outcomes.values()) == {RowState.CREATED: chunks}
        (about,) = (one for one in workspace.submissions(draft) if one.id == submission)
        assert about.finished_at is not None
    assert sum(shares) == chunks
    return shares


def test_each_chunk_is_claimed_once(crew: Crew, address: str) -> None:
    for number in range(RUNS):
        shares = claimed_once(crew, address, CHUNKS, f"run{number}")
        print(shares)


def test_four_go_on_with_what_one_left(crew: Crew, recorder: Recorder, address: str) -> None:
    total = 80
    with Workspace.open(address) as workspace:
        draft = draft_of(workspace, [record("divided", row) for row in range(total)])
    recorder.behave(Manners(seed=1, before=0.01, after=0.01))
    since = recorder.place()
    whole = {"url": address, "draft": draft, "to": recorder.base_url}
    assert crew.start("submit", size=1, point="after read of create", arrival=5, **whole).wait().killed
    recorder.settled()
    recorder.turn_clock(1000)
    workers = [crew.start("resume", **whole) for _ in range(PROCESSES)]
    for worker in workers:
        worker.wait().check()
    # Whoever came late may have found a chunk of somebody else unknown for a moment; nothing is left by now.
    crew.start("resume", **whole).wait().check()
    stored = recorder.stored(since)
    assert stored == {f"divided-{row}": 1 for row in range(total)}
    with Workspace.open(address) as workspace:
        outcomes = workspace.outcomes(draft)
        assert Counter(was.state for was in outcomes.values()) == {RowState.CREATED: total}
        owners = {
            attempt.process
            for submission in workspace.submissions(draft)
            for attempt in workspace.attempts(submission.id)
        }
    assert len(owners) > 2, "only one of them did anything: the test shows nothing"


def main() -> None:
    runs, chunks = (int(text) for text in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as place, Crew(Path(place)) as crew, running() as server:
        for kind in ("sqlite", "postgres"):
            begun, shares = time.monotonic(), []
            for number in range(runs):
                if kind == "sqlite":
                    shares.append(claimed_once(crew, f"sqlite:///{place}/{number}.db", chunks, "run"))
                else:
                    with server.database() as name:
                        shares.append(claimed_once(crew, server.url(name), chunks, "run"))
            lowest = min(min(one) for one in shares)
            print(
                f"{kind}: {runs} runs of {chunks} chunks, {time.monotonic() - begun:.0f} s, each once;",
                end=" ",
            )
            print(f"the smallest share was {lowest}", flush=True)


if __name__ == "__main__":
    main()
