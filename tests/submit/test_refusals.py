"""What becomes of the good records of a refused chunk: by what is known, and by the person's word."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.submit import ChunkAnswered, ChunksPlanned, LookedUp, SubmitOptions
from leapgrid.workspace import Purpose, Rule
from tests.submit.support import creates, known, people
from tests.submit.world import Make, World

READY, CREATED, REJECTED, THERE = RowState.READY, RowState.CREATED, RowState.REJECTED, RowState.ALREADY_THERE

SILENT = "not-atomic@99"
"""Keeps the sandbox from saying that it is all or nothing, though it is."""


def with_bad(count: int, *bad: int) -> list[dict[str, Any]]:
    """Records of which some are refused."""
    records = known(count)
    for row in bad:
        records[row]["email"] = "not an address"
    return records


def repair(world: World, *rows: int) -> tuple[int, ...]:
    for row in rows:
        world.records[row]["email"] = f"repaired{row}@example.com"
    return rows


def rule(world: World) -> Rule | None:
    found = world.workspace.refusal_rule(world.server.base_url, "lead")
    return found.rule if found is not None else None


def each_once(world: World) -> None:
    there = Counter(world.there)
    assert max(there.values(), default=1) == 1, "nothing was sent twice"
    for row, state in world.states.items():
        assert (state is CREATED) == (there[f"X-{row + 1}"] == 1), row


# -- proven ------------------------------------------------------------------------------------------------


async def test_the_sandbox_proves_itself_and_the_others_go_again_after_the_other_chunks(make: Make) -> None:
    world = make(with_bad(6, 1))
    summary = await world.run(chunk_size=3)
    assert list(world.states.values()) == [CREATED, REJECTED, *[CREATED] * 4]
    assert world.there == ["X-4", "X-5", "X-6", "X-1", "X-3"]
    assert rule(world) is Rule.PROVEN
    (count,) = world.looked_up(Purpose.COUNT)
    assert count.message == "Counted: the server has all 5 records.", "the refused one is asked for, not had"
    kept = world.workspace.look_ups(summary.submission)
    assert [(look.purpose, look.asked, look.found) for look in kept] == [("baseline", 6, 0), ("count", 6, 5)]
    (more,) = world.listener.of(ChunksPlanned)
    assert (more.numbers, more.round, set(more.outcomes)) == ((3,), 1, {0, 2})
    assert [(c.chunk, c.outcome) for c in summary.chunks] == [(1, "rejected"), (2, "created"), (3, "created")]
    (stored,) = world.workspace.submissions(world.draft)
    assert dict(stored.chunks) == {1: "rejected", 2: "created", 3: "created"}
    assert not world.looked_up(Purpose.REFUSAL)
    await world.run(*repair(world, 1))
    assert set(world.states.values()) == {CREATED}
    each_once(world)


async def test_a_server_that_names_only_the_first_bad_record_takes_rounds(make: Make) -> None:
    world = make(with_bad(8, 1, 3, 5))
    world.server.set_fault("first-only")
    await world.run()
    assert [event.round for event in world.listener.of(ChunksPlanned)] == [1, 2, 3]
    assert [len(event.outcomes) for event in world.listener.of(ChunksPlanned)] == [7, 6, 5]
    assert Counter(world.states.values()) == {CREATED: 5, REJECTED: 3}
    each_once(world)


async def test_after_five_rounds_they_wait_for_the_person(make: Make) -> None:
    world = make(with_bad(9, *range(1, 9)))
    world.server.set_fault("first-only")
    summary = await world.run()
    assert len(world.listener.of(ChunksPlanned)) == 5
    assert Counter(world.states.values()) == {READY: 3, REJECTED: 6}
    assert summary.stopped is None
    assert "3 records of refused chunks wait for you: they were refused again and again." in summary.notes


async def test_a_refusal_that_names_no_row_is_not_sent_again(make: Make) -> None:
    world = make(with_bad(3, 1))
    world.server.set_fault("no-index", "other-value")
    await world.run()
    assert set(world.states.values()) == {READY}
    assert len(list(creates(world.server))) == 1


async def test_stopped_between_the_rounds(make: Make) -> None:
    world = make(with_bad(3, 1))

    def then(event: Any) -> None:
        if isinstance(event, ChunksPlanned) and world.runner is not None:
            world.runner.stop_after_chunk()

    world.then = then
    summary = await world.run()
    assert summary.stopped == "person"
    assert list(world.states.values()) == [READY, REJECTED, READY]
    assert world.workspace.submissions(world.draft)[0].chunks[2] == "released"


# -- not known yet -----------------------------------------------------------------------------------------


async def test_where_nothing_is_known_they_wait_and_the_next_sending_proves_it(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault(SILENT)
    first = await world.run()
    assert list(world.states.values()) == [READY, REJECTED, READY, READY]
    assert rule(world) is None
    assert first.notes == (
        "3 records of refused chunks wait: whether the server stored them is not known. "
        "The next sending looks first.",
    )
    world.clock.now += 301
    second = await world.run(*repair(world, 1))
    assert second.look_ups[0].message == "Looked up 3 rows of refused chunks (3 not there)."
    assert rule(world) is Rule.PROVEN
    assert set(world.states.values()) == {CREATED}
    each_once(world)
    # From now on they go again by themselves.
    other = World(world.workspace, world.server, world.clock, world.local, with_bad(3, 0))
    for record in other.records:
        record["external_id"] += "-b"
    await other.run()
    assert list(other.states.values()) == [REJECTED, CREATED, CREATED]


async def test_what_was_stored_all_the_same_is_found_before_the_next_sending(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault("not-atomic")
    await world.run()
    assert list(world.states.values()) == [READY, REJECTED, READY, READY]
    await world.run(*repair(world, 1))
    assert set(world.states.values()) == {CREATED}
    assert rule(world) is Rule.REFUTED
    each_once(world)


async def test_one_that_was_stored_is_enough_to_refute_and_the_others_wait(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault(SILENT)
    await world.run()
    world.put(world.records[2])
    summary = await world.run()
    assert list(world.states.values()) == [READY, REJECTED, CREATED, READY]
    assert (rule(world), summary.stopped) == (Rule.REFUTED, "not_proven")
    assert summary.again_at is not None
    assert "2 records of refused chunks were not sent again" in summary.message
    world.clock.now = summary.again_at
    await world.run()
    assert list(world.states.values()) == [CREATED, REJECTED, CREATED, CREATED]
    each_once(world)


async def test_before_the_settling_time_is_over_what_could_be_found_waits(make: Make) -> None:
    """A server that stores them, and shows them only minutes later."""
    world = make(with_bad(4, 1))
    world.server.set_fault("not-atomic", "stale=200")
    await world.run()
    world.clock.now += 100
    summary = await world.run(*repair(world, 1))
    assert list(world.states.values()) == [READY, CREATED, READY, READY]
    assert summary.again_at is not None
    world.clock.now += 150
    await world.run()
    assert set(world.states.values()) == {CREATED}
    each_once(world)


async def test_a_record_that_came_later_and_is_visible_proves_it_at_once(make: Make) -> None:
    world = make(with_bad(6, 1))
    world.server.set_fault(SILENT)
    world.then = lambda event: world.clock.now and _pass(world, event)
    await world.run(chunk_size=3)
    assert list(world.states.values()) == [READY, REJECTED, READY, *[CREATED] * 3]
    await world.run(*repair(world, 1))
    assert rule(world) is Rule.PROVEN
    assert "a record created later was visible" in str(
        [decision.evidence for decision in world.workspace.decisions(world.draft)]
    )
    assert set(world.states.values()) == {CREATED}
    each_once(world)


def _pass(world: World, event: Any) -> None:
    if isinstance(event, ChunkAnswered):
        world.clock.now += 3


async def test_what_nothing_can_find_goes_when_the_person_sends_again(make: Make) -> None:
    records = [{"name": "A"}, {"name": "B", "email": "not an address"}, {"name": "C"}]
    world = make(records)
    world.server.set_fault(SILENT)
    await world.run()
    await world.run(*repair(world, 1))
    assert set(world.states.values()) == {CREATED}
    assert rule(world) is None


async def test_a_candidate_keeps_a_row_from_being_sent(make: Make) -> None:
    records = people(3)
    records[1]["email"] = "not an address"
    world = make(records)
    world.server.set_fault("not-atomic")
    await world.run()
    await world.run(*repair(world, 1))
    assert list(world.states.values()) == [READY, CREATED, READY]
    assert world.server.store.count("lead") == 3


# -- the person's word -------------------------------------------------------------------------------------


async def test_resend_looks_once_and_sends_at_once(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault(SILENT)
    summary = await world.run(on_refusal="resend")
    assert list(world.states.values()) == [CREATED, REJECTED, CREATED, CREATED]
    (look,) = world.looked_up(Purpose.REFUSAL)
    assert look.message == "Looked up 3 rows of refused chunks (3 not found so far)."
    assert rule(world) is None, "nothing is learnt from what was not settled"
    assert not summary.difference
    each_once(world)


async def test_resend_does_not_send_what_it_finds(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault("not-atomic")
    await world.run(on_refusal="resend")
    assert list(world.states.values()) == [CREATED, REJECTED, CREATED, CREATED]
    assert rule(world) is Rule.REFUTED
    assert len(list(creates(world.server))) == 1
    each_once(world)


async def test_resend_of_what_waited(make: Make) -> None:
    world = make(with_bad(3, 1))
    world.server.set_fault(SILENT)
    await world.run()
    summary = await world.run(on_refusal="resend")
    assert (summary.stopped, list(world.states.values())) == (None, [CREATED, REJECTED, CREATED])
    each_once(world)


async def test_leave_never_sends_again(make: Make) -> None:
    world = make(with_bad(3, 1))
    await world.run(on_refusal="leave")
    assert list(world.states.values()) == [READY, REJECTED, READY]
    assert len(list(creates(world.server))) == 1


async def test_where_it_is_refuted_what_was_stored_is_found_in_the_same_run(make: Make) -> None:
    world = make(with_bad(3, 1))
    world.workspace.learn_refusals(world.server.base_url, "lead", Rule.REFUTED, "Seen before.")
    world.server.set_fault("not-atomic")
    summary = await world.run()
    assert list(world.states.values()) == [CREATED, REJECTED, CREATED]
    assert "This server stores records of refused chunks: nothing is sent again by itself." in summary.notes
    each_once(world)


async def test_the_count_shows_what_a_refusal_stored(make: Make) -> None:
    world = make(with_bad(4, 1))
    world.server.set_fault("not-atomic@1")
    summary = await world.run(chunk_size=3)
    assert list(world.states.values()) == [READY, REJECTED, READY, CREATED]
    assert summary.difference
    (count,) = world.looked_up(Purpose.COUNT)
    assert count.message == "Counted: the server has 3 records where 1 should be: look for duplicates."


async def test_what_is_looked_up_on_its_own_proves_it_once_it_was_created(make: Make) -> None:
    world = make(with_bad(3, 1))
    world.server.set_fault(SILENT)
    await world.run()
    world.clock.now += 301
    report = await world.look(refused=True)
    assert {row: outcome.state for row, outcome in report.settled.items()} == {0: READY, 2: READY}
    assert rule(world) is None, "they may have been refused as well, without being named"
    assert not world.workspace.assumed(world.draft)
    assert [event.purpose for event in world.events if isinstance(event, LookedUp)] == [Purpose.REFUSAL]
    await world.run()
    assert rule(world) is Rule.PROVEN


async def test_a_bad_record_that_was_not_named_proves_nothing_by_its_absence(make: Make) -> None:
    world = make(with_bad(2, 0, 1))
    world.server.set_fault("first-only", "not-atomic")
    await world.run()
    assert world.states == {0: REJECTED, 1: READY}
    world.clock.now += 301
    await world.run()
    assert (world.states, rule(world)) == ({0: REJECTED, 1: REJECTED}, None)


async def test_a_refusal_that_named_nobody_proves_nothing(make: Make) -> None:
    world = make(with_bad(1, 0))
    world.server.set_fault("no-index", "other-value", "not-atomic")
    await world.run()
    assert world.states == {0: READY}
    world.clock.now += 301
    world.server.set_fault("not-atomic")
    await world.run()
    assert (world.states, rule(world)) == ({0: REJECTED}, None)


@pytest.mark.parametrize("wrong", [{"on_refusal": "maybe"}, {"settle": -1}, {"look_after": float("nan")}])
def test_choices_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        SubmitOptions(**wrong)
