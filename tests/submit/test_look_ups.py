"""Looking up over real HTTP: before the first chunk, after a cut, after the settling time, at the end."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.records.schema import schema_for
from leapgrid.submit import (
    ChunkAnswered,
    ChunkStarted,
    LookedUp,
    LookingUp,
    Resolver,
    Runner,
    SubmissionStarted,
)
from leapgrid.superleap import AsyncSuperleap
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.requests import Request
from leapgrid.workspace import Purpose, Seen
from tests.submit.support import creates, known, make_draft, people, planned
from tests.submit.world import AHEAD, Make

READY, CREATED, UNKNOWN, THERE = RowState.READY, RowState.CREATED, RowState.UNKNOWN, RowState.ALREADY_THERE

# -- before and at the end ---------------------------------------------------------------------------------


async def test_what_is_there_is_asked_before_the_first_chunk_and_counted_at_the_end(make: Make) -> None:
    world = make(known(5))
    world.put({"external_id": "x-2"})
    summary = await world.run(chunk_size=2)
    assert summary.counts == {CREATED: 5}
    paths = [request.path.rstrip("/").rpartition("/")[2] for request in world.server.requests]
    assert paths == ["records", "bulk_create", "bulk_create", "bulk_create", "records"]
    assert [event.message for event in summary.look_ups] == [
        "Looked before sending: 1 of 5 is there already.",
        "Counted: the server has all 4 records.",
    ]
    (baseline,) = world.workspace.baseline(summary.submission)
    assert (baseline.field, len(baseline.there), baseline.trusted) == ("external_id", 1, True)
    assert [one.purpose for one in world.workspace.look_ups(summary.submission)] == ["baseline", "count"]
    assert {one.who for one in world.workspace.look_ups(summary.submission)} == {"Ada"}
    assert (summary.difference, summary.again_at) == (False, None)
    names = world.listener.names
    assert names[:4] == ["SubmissionStarted", "LookingUp", "LookedUp", "ChunkStarted"]
    assert names[-3:] == ["LookingUp", "LookedUp", "RunFinished"]


async def test_what_is_there_and_goes_all_the_same_is_named_with_its_key(make: Make) -> None:
    world = make(known(6))
    world.put({"external_id": "x-1"})
    summary = await world.run(first=True)
    assert summary.look_ups[0].notes == (
        "The server has a record with the key of row 1 (external_id X-1): it is sent all the same, "
        "as a new record.",
    )
    world.put(*({"external_id": f"X-{n}"} for n in range(3, 7)))
    summary = await world.run()
    assert summary.look_ups[0].message == "Looked before sending: 4 of 5 are there already."
    assert summary.look_ups[0].notes == (
        "The server has records with the keys of row 3 (external_id X-3), row 4 (external_id X-4), "
        "row 5 (external_id X-5) and 1 more: they are sent all the same, as new records.",
    )


async def test_records_without_a_key_ask_nothing(make: Make) -> None:
    world = make(people(3))
    assert (await world.run()).look_ups == ()
    assert len(world.server.requests) == 1


async def test_a_server_that_says_success_and_stores_less_is_shown(make: Make) -> None:
    world = make(known(3))
    world.then = lambda e: world.server.store.clear() if isinstance(e, ChunkAnswered) else None
    summary = await world.run()
    assert summary.difference
    (count,) = world.looked_up(Purpose.COUNT)
    assert count.message == (
        "Counted: the server has 0 of 3 records so far; it may be minutes behind. Look there again."
    )
    assert count.notes[0] == "external_id X-1: 0 there, 1 expected."
    assert world.clock.slept == [2.0], "it is asked once more for what is missing"


async def test_a_record_that_is_there_twice_is_shown(make: Make) -> None:
    world = make(known(3))
    world.then = lambda e: world.put({"external_id": "X-3"}) if isinstance(e, ChunkAnswered) else None
    summary = await world.run()
    (stored,) = (look for look in world.workspace.look_ups(summary.submission) if look.purpose == "count")
    assert (stored.asked, stored.found) == (3, 3), "of what was asked for; the message says of the fourth"
    assert summary.difference
    (count,) = world.looked_up(Purpose.COUNT)
    assert count.message == "Counted: the server has 4 records where 3 should be: look for duplicates."
    assert count.notes == ("external_id X-3: 2 there, 1 expected.",)


async def test_look_ups_that_fail_do_not_keep_a_run_from_sending(make: Make) -> None:
    world = make(known(2))
    world.server.set_fault("lookup:error-500")
    summary = await world.run()
    assert summary.counts == {CREATED: 2}
    (baseline,) = world.looked_up(Purpose.BASELINE)
    assert (baseline.proves, baseline.message) == (
        False,
        "What was there before sending is not known. The server failed (500).",
    )
    assert world.workspace.baseline(summary.submission)[0].trusted is False
    assert world.looked_up(Purpose.COUNT) == [], "a count would say nothing"


async def test_a_stop_while_it_is_asked_sends_nothing(make: Make) -> None:
    world = make(known(3))

    def then(event: Any) -> None:
        if isinstance(event, LookingUp) and world.runner is not None:
            world.runner.stop_after_chunk()

    world.then = then
    summary = await world.run()
    assert (summary.stopped, summary.counts) == ("person", {READY: 3})
    assert world.server.requests == []


async def test_a_cancel_while_it_is_asked_sends_nothing(make: Make) -> None:
    world = make(known(3))
    world.server.set_fault("lookup:silent")
    task = asyncio.ensure_future(world.run())
    assert await asyncio.to_thread(world.server.wait_until, lambda: len(world.server.requests) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(world.states.values()) == {READY}
    assert list(creates(world.server)) == []


async def test_a_cancel_while_the_unknown_is_looked_up_leaves_it_unknown(make: Make) -> None:
    world = make(known(2))
    world.server.set_fault("cut-after", "lookup:silent@2")
    task = asyncio.ensure_future(world.run())
    assert await asyncio.to_thread(world.server.wait_until, lambda: len(world.server.requests) == 3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(world.states.values()) == {UNKNOWN}


# -- unknown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["cut-after", "reset-after", "cut-during", "html-200-after", "error-500-after"]
)
async def test_what_was_stored_is_found_at_the_end_of_the_run(make: Make, fault: str) -> None:
    world = make(known(6))
    world.server.set_fault(f"{fault}@2")
    summary = await world.run(chunk_size=2)
    assert summary.counts == {CREATED: 6}
    assert (summary.again_at, summary.difference) == (None, False)
    assert world.clock.slept == [2.0]
    (look,) = world.looked_up(Purpose.UNKNOWN)
    assert look.message == "Looked up 2 rows (2 found)."
    assert world.evidence(2).startswith("Found by external_id on ")
    assert len(list(creates(world.server))) == 3


@pytest.mark.parametrize("fault", ["cut-before", "reset-before", "error-500", "html-502"])
async def test_what_was_not_stored_is_ready_once_the_settling_time_is_over(make: Make, fault: str) -> None:
    world = make(known(6))
    world.server.set_fault(f"{fault}@2")
    summary = await world.run(chunk_size=2)
    assert summary.counts == {CREATED: 4, UNKNOWN: 2}
    assert summary.again_at is not None
    assert 298 <= summary.again_at - world.clock.now <= 301
    unknown = [look for look in world.workspace.look_ups(summary.submission) if look.purpose == "unknown"]
    assert [(look.asked, look.found) for look in unknown] == [(2, 0)], "others do not count"
    world.clock.now = summary.again_at - 3
    early = await world.look()
    assert (dict(early.settled), set(early.open)) == ({}, {2, 3})
    assert {one.result for one in early.open.values()} == {Seen.ABSENT}
    assert early.again_at == pytest.approx(summary.again_at, abs=1.5)
    world.clock.now = early.again_at or 0.0
    late = await world.look()
    assert {row: outcome.state for row, outcome in late.settled.items()} == {2: READY, 3: READY}
    assert (late.open, late.again_at) == ({}, None)
    assert late.message == "Looked up 2 rows (2 not there)."
    assert world.evidence(2).startswith("Not there: looked for by external_id on ")
    await world.run()
    assert sorted(world.there) == [f"X-{n}" for n in range(1, 7)]


async def test_what_was_there_before_is_already_there(make: Make) -> None:
    world = make(known(2))
    world.put({"external_id": "X-1"})
    world.server.set_fault("cut-before")
    await world.run()
    assert world.states == {0: THERE, 1: UNKNOWN}
    assert "It was there before this submission." in world.evidence(0)


async def test_a_late_commit_is_not_concluded_to_be_absent(make: Make) -> None:
    world = make(known(1))
    world.server.set_fault("cut-before")
    await world.run()
    world.clock.now += 120
    await world.look()
    world.put(world.records[0])
    world.clock.now += 170
    await world.look()
    assert world.states == {0: CREATED}


async def test_a_replica_that_is_minutes_behind(make: Make) -> None:
    world = make(known(1))
    world.server.set_fault("cut-after", "stale=290")
    await world.run()
    for _ in range(9):
        assert world.states == {0: UNKNOWN}
        world.clock.now += 30
        await world.look()
    world.clock.now += 30
    await world.look()
    assert world.states == {0: CREATED}


async def test_found_twice_is_created_and_suspected(make: Make) -> None:
    world = make(known(1))
    world.server.set_fault("cut-after")
    world.then = lambda e: world.put({"external_id": "X-1"}) if isinstance(e, ChunkAnswered) else None
    await world.run()
    assert world.states == {0: CREATED}
    assert "a duplicate is suspected" in world.evidence(0)
    (look,) = world.looked_up(Purpose.UNKNOWN)
    assert look.message == "Looked up 1 row (1 found more than once)."


@pytest.mark.parametrize(
    "fault", ["lookup:error-500", "lookup:cut-before", "lookup:rate-limit=1", "lookup:rate-limit=99"]
)
async def test_a_look_up_without_an_answer_settles_nothing_and_may_be_tried_again(
    make: Make, fault: str
) -> None:
    world = make(known(2))
    world.server.set_fault("cut-before", f"{fault}@2+")
    summary = await world.run()
    assert summary.counts == {UNKNOWN: 2}
    assert summary.again_at == pytest.approx(world.clock.now + 30, abs=2)
    (look,) = world.looked_up(Purpose.UNKNOWN)
    assert not look.proves
    world.server.set_fault()
    world.clock.now += 400
    await world.look()
    assert world.states == {0: READY, 1: READY}


async def test_a_form_of_answer_that_is_not_known_is_a_persons_affair(make: Make) -> None:
    world = make(known(2), filter_answer="other")
    world.server.set_fault("cut-before", "no-pull")
    summary = await world.run()
    assert (summary.counts, summary.again_at) == ({UNKNOWN: 2}, None)
    world.clock.now += 4000
    report = await world.look()
    assert {one.result for one in report.open.values()} == {Seen.NOT_UNDERSTOOD}


async def test_a_filter_serves_where_there_is_no_pull(make: Make) -> None:
    world = make(known(2))
    world.server.set_fault("cut-after", "no-pull")
    assert (await world.run()).counts == {CREATED: 2}


@pytest.mark.parametrize("fault", ["skip-page", "repeat-page"])
async def test_pages_that_do_not_fit_together_prove_no_absence(make: Make, fault: str) -> None:
    world = make(known(7), page_size=2)
    world.server.set_fault("cut-after", fault)
    await world.run()
    world.clock.now += 4000
    await world.look()
    assert READY not in world.states.values()
    assert CREATED in world.states.values()


async def test_an_email_gives_candidates_for_a_person(make: Make) -> None:
    world = make(people(2))
    world.server.set_fault("cut-after")
    await world.run()
    report = await world.look()
    assert world.states == {0: UNKNOWN, 1: UNKNOWN}
    assert [one.result for one in report.open.values()] == [Seen.CANDIDATE] * 2
    assert report.open[0].candidates[0]["email"] == "person1@example.com"
    assert report.again_at is None


async def test_rows_without_any_key_are_left_to_the_person_without_a_question(make: Make) -> None:
    world = make([{"name": "A"}, {"name": "B"}])
    world.server.set_fault("cut-after")
    summary = await world.run()
    assert (summary.counts, summary.again_at) == ({UNKNOWN: 2}, None)
    assert len(world.server.requests) == 1
    assert world.clock.slept == []
    (look,) = world.looked_up(Purpose.UNKNOWN)
    assert look.message == "Looked up 2 rows (2 without a field to look for)."


async def test_a_key_of_two_rows_is_a_candidate_unless_the_other_accounts_for_it(make: Make) -> None:
    records = known(3)
    records[1]["external_id"] = records[2]["external_id"] = "X-1"
    world = make(records)
    world.server.set_fault("cut-before@2", "cut-after@3")
    await world.run(chunk_size=1)
    assert world.states == {0: CREATED, 1: UNKNOWN, 2: UNKNOWN}
    report = await world.look()
    assert {one.result for one in report.open.values()} == {Seen.CANDIDATE}
    world.server.store.clear()
    world.put({"external_id": "X-1"})
    world.clock.now += 400
    await world.look()
    assert world.states == {0: CREATED, 1: READY, 2: READY}


async def test_only_some_rows_are_looked_up_where_they_are_named(make: Make) -> None:
    world = make(known(3))
    world.server.set_fault("cut-after", "lookup:error-500@2+")
    await world.run()
    world.server.set_fault()
    report = await world.look(1)
    assert set(report.settled) == {1}
    assert world.states == {0: UNKNOWN, 1: CREATED, 2: UNKNOWN}


async def test_rows_that_went_elsewhere_are_not_looked_up_here(make: Make) -> None:
    world = make(known(1))
    world.server.set_fault("cut-after", "lookup:error-500@2+")
    await world.run()
    asked: list[Any] = []

    class Elsewhere:
        base_url = "https://crm.example"

        async def exchange(self, request: Request) -> Answer:
            asked.append(request)
            raise AssertionError

    report = await Resolver(world.workspace, Elsewhere(), world.draft, schema=schema_for("lead")).look_up()
    assert asked == []
    assert report.message == f"1 row went to {world.server.base_url}."


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
async def test_a_clock_that_is_set_meanwhile_does_not_make_absence_count_early(
    make: Make, jump: float
) -> None:
    world = make(known(2))
    world.server.set_fault("cut-before@2")

    def then(event: Any) -> None:
        if isinstance(event, ChunkStarted) and event.chunk == 2:
            world.local.set = jump

    world.then = then
    await world.run(chunk_size=1)
    (sent,) = world.workspace.unresolved(world.draft)
    assert sent.clock_offset == pytest.approx(AHEAD, abs=2)
    world.clock.now += 290
    assert not (await world.look()).settled
    world.clock.now += 20
    assert (await world.look()).settled


async def test_calls_to_another_host_keep_to_the_pace(make: Make) -> None:
    """The host is only named so: what is sent arrives at the sandbox."""
    world = make(known(1))
    records = known(420)
    times: list[float] = []

    class Named:
        base_url = "https://crm.example"

        def __init__(self, client: AsyncSuperleap) -> None:
            self._client = client

        async def exchange(self, request: Request) -> Answer:
            times.append(world.clock.now)
            return await self._client.exchange(request)

        async def verify(self) -> object:
            return await self._client.verify()

    async with AsyncSuperleap(world.server.base_url, "key") as client:
        runner = Runner(
            world.workspace,
            Named(client),
            make_draft(world.workspace, records),
            planned(records, chunk_size=100, parallel=4),
            object_slug="lead",
            clock=world.clock,
            monotonic=world.clock,
            sleep=world.clock.sleep,
        )
        world.server.set_fault("cut-after@3")
        summary = await runner.run()
    assert summary.counts == {CREATED: 420}
    assert len(times) == 5 + 9 + 3 + 9, "chunks; the baseline in parts of 50; the unknown; the count"
    assert all(after - before > 0.199 for before, after in pairwise(times))


async def test_events_of_a_look_up_add_up(make: Make) -> None:
    world = make(known(130))
    world.server.set_fault("cut-after", "lookup:error-500@4+")
    await world.run(chunk_size=130)
    world.server.set_fault()
    await world.look()
    (done,) = [event for event in world.events if isinstance(event, LookedUp)]
    progress = [(e.done, e.keys) for e in world.events if isinstance(e, LookingUp)]
    assert progress == [(0, 130), (50, 130), (100, 130)]
    assert len(done.outcomes) == 130
    assert set(world.states.values()) == {CREATED}
    assert not [event for event in world.events if isinstance(event, SubmissionStarted)]
