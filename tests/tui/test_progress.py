"""The one line while a run goes on, and what its events add up to."""

from __future__ import annotations

import time

import pytest

from leapgrid.records import RowOutcome, RowState
from leapgrid.submit import (
    ChunkAnswered,
    ChunksPlanned,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    LookedUp,
    LookingUp,
    Plan,
    PlannedChunk,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStopped,
    SubmissionStarted,
)
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.progress import RunProgress
from leapgrid.workspace import Purpose


def states(rows: range, state: RowState) -> dict[int, RowOutcome]:
    return {row: RowOutcome(state, 1.0) for row in rows}


def run(chunks: int = 9, size: int = 100, began: float | None = None) -> RunProgress:
    planned = tuple(
        PlannedChunk(n + 1, tuple(range(n * size, (n + 1) * size)), tuple({"name": "x"} for _ in range(size)))
        for n in range(chunks)
    )
    progress = RunProgress(Plan(planned, {}), time.time() if began is None else began)
    rows = states(range(chunks * size), RowState.QUEUED)
    progress.take(SubmissionStarted("S", "lead", "http://x", chunks, chunks * size, 1.0, rows))
    return progress


def answered(progress: RunProgress, n: int, state: RowState = RowState.CREATED, size: int = 100) -> None:
    rows = range((n - 1) * size, n * size)
    progress.take(ChunkStarted(n, tuple(rows), "A", 1, 1.0, states(rows, RowState.SENDING)))
    kind = {
        RowState.CREATED: ChunkOutcome.CREATED,
        RowState.UNKNOWN: ChunkOutcome.UNKNOWN,
        RowState.REJECTED: ChunkOutcome.REJECTED,
    }[state]
    outcomes = states(rows, state)
    progress.take(ChunkAnswered(n, tuple(rows), "A", kind, "r", 200, "m", "", 1.0, outcomes=outcomes))


def test_the_line_counts_what_is_settled() -> None:
    plan = run().plan
    assert RunProgress(plan, 0.0).line == "chunk 1 of 9 · 0 of 900", "before the first event"
    progress = run()
    assert progress.line == "chunk 1 of 9 · 0 of 900"
    assert progress.percent == 0
    answered(progress, 1)
    answered(progress, 2, RowState.REJECTED)
    assert progress.line == "chunk 2 of 9 · 200 of 900 · 100 ✓ 100 ✗"
    assert progress.percent == 22


def test_a_time_is_said_only_after_three_chunks_and_not_at_the_end() -> None:
    progress = run(9, 100, time.time() - 30)
    for n in (1, 2):
        answered(progress, n)
        assert "about" not in progress.line
    answered(progress, 3)
    assert progress.line.endswith(" · about 60 s")
    for n in range(4, 10):
        answered(progress, n)
    assert "about" not in progress.line
    long = run(9, 1, time.time() - 3000)
    for n in (1, 2, 3):
        answered(long, n, size=1)
    assert long.line.endswith("about 100 min")


def test_why_it_waits_stands_alone_until_it_goes_on() -> None:
    progress = run()
    progress.take(ChunkWaiting(1, 30.0, 1.0, "rate_limited", "The server asks to wait 30 s.", 1))
    assert progress.line == "The server asks to wait 30 s."
    progress.take(ChunkStarted(1, (0,), "A", 2, 1.0))
    assert "wait" not in progress.line
    progress.take(RunPaused("person", "Paused."))
    assert progress.paused
    assert progress.line == "Paused."
    progress.take(RunResumed())
    assert not progress.paused
    assert progress.line.startswith("chunk 1 of 9")
    progress.stopping = True
    assert progress.line.endswith("stops after this chunk")


def test_a_chunk_that_was_too_large_becomes_two() -> None:
    progress = run(1)
    progress.take(ChunkSplit(1, (2, 3), 413, "Halved."))
    assert progress.chunks == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RowState.CREATED, "2 created"),
        (RowState.REJECTED, "2 rejected"),
        (RowState.UNKNOWN, "2 unknown"),
    ],
)
def test_the_headline(state: RowState, words: str) -> None:
    progress = run(2, 2)
    answered(progress, 1, state, 2)
    progress.take(RunStopped("person", "You stopped it.", states(range(2, 4), RowState.READY)))
    progress.take(RunFinished("S", {}, 3.0))
    assert progress.finished
    assert progress.stopped == "You stopped it."
    assert progress.headline == f"4 records: {words} · 2 not sent"
    assert progress.percent == 100
    assert bool(progress.trouble) == (state is not RowState.CREATED)


def test_a_run_of_nothing_is_done() -> None:
    assert RunProgress(Plan(), 0.0).percent == 100


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (Purpose.BASELINE, "asking what is there already · 300 of 900"),
        (Purpose.UNKNOWN, "looking up what is unknown · 300 of 900"),
        (Purpose.REFUSAL, "looking up what the refused chunks left there · 300 of 900"),
        (Purpose.COUNT, "counting what is there · 300 of 900"),
    ],
)
def test_what_is_being_asked_stands_in_the_line_until_it_goes_on(purpose: Purpose, words: str) -> None:
    progress = run()
    progress.take(LookingUp(purpose, 300, 900))
    assert progress.line == words
    progress.take(LookedUp(purpose, 900, "Looked up.", True))
    assert progress.line.startswith("chunk 1 of 9")
    assert [look.purpose for look in progress.look_ups] == [purpose]


def test_a_round_without_the_refused_ones_has_chunks_of_its_own() -> None:
    progress = run(2, 2)
    answered(progress, 1, RowState.REJECTED, 2)
    answered(progress, 2, RowState.CREATED, 2)
    progress.take(ChunksPlanned((3,), 1, "Again.", states(range(1), RowState.QUEUED)))
    assert progress.chunks == 3
    assert progress.line == "round 1 without the refused ones · chunk 2 of 3 · 3 of 4 · 2 ✓ 1 ✗"


def test_what_is_settled_after_the_end_changes_the_counts_of_its_rows_only() -> None:
    progress = run(1, 2)
    answered(progress, 1, RowState.UNKNOWN, 2)
    progress.take(RunFinished("S", {}, 3.0))
    progress.follow(states(range(1, 5), RowState.CREATED))
    assert progress.headline == "2 records: 1 created · 1 unknown"


def test_a_run_that_goes_on_with_others_counts_what_it_is_told() -> None:
    progress = RunProgress(Plan(), 0.0)
    progress.take(SubmissionStarted("S", "lead", "http://x", 2, 4, 1.0, states(range(4), RowState.QUEUED)))
    assert progress.line == "chunk 1 of 2 · 0 of 4"
    assert progress.percent == 0


def test_going_on_counts_its_own_chunks() -> None:
    progress = run(3)
    for number in (5, 6, 7):
        rows = range(number * 100, number * 100 + 100)
        progress.take(ChunkStarted(number, tuple(rows), "A", 1, 1.0, states(rows, RowState.SENDING)))
        assert progress.line.startswith(f"chunk {number - 4} of 3 ")
