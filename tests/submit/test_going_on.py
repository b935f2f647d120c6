"""Going on with a submission: after a stop, after a dead process, beside others; and two drafts that race."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from typing import Any

from leapgrid.records.outcomes import RowState
from leapgrid.submit import (
    ChunkAnswered,
    ChunkStarted,
    Runner,
    RunSummary,
    SameAgain,
    SubmissionStarted,
    SubmitOptions,
)
from leapgrid.superleap import AsyncSuperleap
from leapgrid.superleap.requests import encode_records
from leapgrid.workspace import Workspace
from tests.submit.support import Listener, creates, known, make_draft
from tests.submit.world import Make, World

READY, CREATED, UNKNOWN, THERE = RowState.READY, RowState.CREATED, RowState.UNKNOWN, RowState.ALREADY_THERE
SENDING = RowState.SENDING


async def go_on(
    world: World, submission: str, *going: int, workspace: Workspace | None = None, **options: Any
) -> tuple[RunSummary, Listener]:
    """Go on with a submission as another opening of the workspace, or as the same."""
    place = workspace or world.workspace
    listener = Listener(range(len(world.records)), partial=True)
    for row, outcome in place.outcomes(world.draft).items():
        listener.states[row] = outcome.state
    async with AsyncSuperleap(world.server.base_url, "key") as client:
        runner = Runner.going_on(
            place,
            client,
            world.draft,
            submission,
            record=world.records.__getitem__,
            going=going or range(len(world.records)),
            object_slug="lead",
            options=SubmitOptions(chunk_size=2, **options),
            publish=listener if workspace is None else lambda event: None,
            clock=world.local,
            monotonic=world.clock,
            sleep=world.clock.sleep,
            who="Bo",
        )
        summary = await runner.run()
    world.take()
    return summary, listener


async def test_after_a_stop_each_remaining_record_goes_once(make: Make) -> None:
    world = make(known(7))

    def then(event: Any) -> None:
        if isinstance(event, ChunkStarted) and event.chunk == 2 and world.runner is not None:
            world.runner.stop_after_chunk()

    world.then = then
    first = await world.run(chunk_size=2)
    assert Counter(world.states.values()) == {CREATED: 4, READY: 3}
    summary, listener = await go_on(world, first.submission)
    assert summary.submission == first.submission
    assert (summary.stopped, summary.counts) == (None, {CREATED: 3})
    assert set(world.states.values()) == {CREATED}
    assert world.there == [f"X-{n}" for n in range(1, 8)]
    (started,) = listener.of(SubmissionStarted)
    assert (started.chunks, started.records) == (2, 3)
    (stored,) = world.workspace.submissions(world.draft)
    assert stored.stopped is None
    assert stored.finished_at is not None
    assert [one.purpose for one in world.workspace.look_ups(first.submission)] == ["baseline", "count"]


async def test_refused_in_the_middle_and_on_after_connecting_again(make: Make) -> None:
    world = make(known(6))
    world.server.set_fault("unauthorized-from=2")
    first = await world.run(chunk_size=2)
    assert first.stopped == "unauthorized"
    world.server.set_fault()
    await go_on(world, first.submission)
    assert world.there == [f"X-{n}" for n in range(1, 7)]


async def test_what_may_not_go_stays(make: Make) -> None:
    world = make(known(4))
    world.server.set_fault("unauthorized-from=1")
    first = await world.run(chunk_size=2)
    world.server.set_fault()
    await go_on(world, first.submission, 0, 3)
    assert world.states == {0: CREATED, 1: READY, 2: READY, 3: CREATED}


async def test_after_a_process_that_died_what_it_sent_is_looked_up_and_the_rest_goes(make: Make) -> None:
    world = make(known(6))
    with Workspace.open(world.workspace.path, clock=world.local) as dying:
        submission = dying.begin_submission(
            world.draft, object_slug="lead", origin=world.server.base_url, chunks=[(0, 1), (2, 3), (4, 5)]
        )
        for number, rows in ((1, (0, 1)), (2, (2, 3))):
            records = [world.records[row] for row in rows]
            assert dying.record_intent(
                submission,
                number,
                method="POST",
                path="/",
                body=encode_records(records),
                records=records,
                version="0",
            )
    world.put(*world.records[:2])
    world.workspace.recover()
    world.take()
    assert world.states == {0: UNKNOWN, 1: UNKNOWN, 2: UNKNOWN, 3: UNKNOWN, 4: READY, 5: READY}
    await world.look()
    assert Counter(world.states.values()) == {CREATED: 2, UNKNOWN: 2, READY: 2}
    world.clock.now += 301
    await world.look()
    summary, _ = await go_on(world, submission)
    assert summary.counts == {CREATED: 4}
    assert sorted(world.there) == [f"X-{n}" for n in range(1, 7)]


async def test_nothing_is_sent_while_it_is_unknown(make: Make) -> None:
    world = make(known(4))
    world.server.set_fault("cut-before@1")
    first = await world.run(chunk_size=2)
    summary, _ = await go_on(world, first.submission)
    assert (summary.records, summary.stopped) == (0, None)
    assert world.states == {0: UNKNOWN, 1: UNKNOWN, 2: CREATED, 3: CREATED}
    assert len(list(creates(world.server))) == 2


async def test_several_divide_a_submission_between_them(make: Make) -> None:
    world = make(known(48))
    world.server.set_fault("unauthorized-from=1")
    first = await world.run(chunk_size=2)
    world.server.set_fault("slow=0.005", "too-large=1@5", "too-large=1@9")
    with ExitStack() as stack:
        places = [stack.enter_context(Workspace.open(world.workspace.path)) for _ in range(4)]
        got = await asyncio.gather(
            *(go_on(world, first.submission, workspace=place, parallel=2) for place in places)
        )
    world.take()
    assert set(world.states.values()) == {CREATED}
    assert Counter(Counter(world.there).values()) == {1: 48}
    shares = [sum(chunk.records for chunk in s.chunks if chunk.outcome == "created") for s, _ in got]
    assert sum(shares) == 48
    assert sum(share > 0 for share in shares) > 1
    for summary, _ in got:
        assert summary.stopped in (None, "in_flight"), summary.message
        assert not summary.unsaved
    (stored,) = world.workspace.submissions(world.draft)
    assert stored.finished_at is not None


async def test_what_others_sent_is_told_at_the_end(make: Make) -> None:
    """Another process takes a chunk of ours and is done with it before we are."""
    world = make(known(6))

    def then(event: Any) -> None:
        if isinstance(event, ChunkAnswered) and event.chunk == 1 and not done:
            done.append(True)
            with Workspace.open(world.workspace.path, clock=world.local) as other:
                assert world.runner is not None
                intent = other.record_intent(
                    world.runner.submission,
                    2,
                    method="POST",
                    path="/",
                    body=b"[]",
                    records=world.records[2:4],
                    version="0",
                )
                assert intent is not None
            world.workspace.recover()

    done: list[bool] = []
    world.then = then
    summary = await world.run(chunk_size=2)
    assert world.states == {0: CREATED, 1: CREATED, 2: UNKNOWN, 3: UNKNOWN, 4: CREATED, 5: CREATED}
    assert summary.counts == {CREATED: 4, UNKNOWN: 2}
    assert summary.stopped is None


async def test_the_same_records_from_another_draft_are_left_out_of_the_chunk(make: Make) -> None:
    world = make(known(3))
    await world.run()
    second = World(world.workspace, world.server, world.clock, world.local, known(5))
    summary = await second.run(chunk_size=4)
    assert summary.counts == {THERE: 3, CREATED: 2}
    (event,) = second.listener.of(SameAgain)
    assert event.message == "3 records of chunk 1 went out from another draft meanwhile and are left out."
    assert event.outcomes[0].evidence.startswith("Created ")
    assert world.there == [f"X-{n}" for n in range(1, 6)]
    third = World(world.workspace, world.server, world.clock, world.local, known(2))
    assert (await third.run(again=True)).counts == {CREATED: 2}, "the person's word"


async def test_a_draft_whose_records_are_unknown_elsewhere_waits(make: Make) -> None:
    world = make(known(2))
    world.server.set_fault("cut-before")
    await world.run()
    world.server.set_fault()
    second = World(world.workspace, world.server, world.clock, world.local, known(3))
    summary = await second.run()
    assert summary.counts == {READY: 2, CREATED: 1}
    assert list(creates(world.server))[-1].body == encode_records(known(3)[2:])


async def test_two_drafts_race_with_the_same_records(make: Make) -> None:
    world = make(known(30))
    world.server.set_fault("slow=0.01")
    draft = make_draft(world.workspace, world.records)
    async with AsyncSuperleap(world.server.base_url, "key") as client:
        runners = [
            Runner(
                world.workspace,
                client,
                name,
                world.planned(SubmitOptions(chunk_size=3)),
                object_slug="lead",
                options=SubmitOptions(chunk_size=3, parallel=2),
            )
            for name in (world.draft, draft)
        ]
        await asyncio.gather(*(runner.run() for runner in runners))
    assert max(Counter(world.there).values()) == 1
    assert len(world.there) == 30
