"""The small rules that a run is made of: rounds, the server's clock, counting, leaving rows out of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit import PlannedChunk
from leapgrid.submit.keys import Rung
from leapgrid.submit.plan import Chunks, Plan
from leapgrid.submit.rounds import MOST_ROUNDS, Rounds
from leapgrid.submit.serverclock import ServerClock
from leapgrid.submit.tally import Tally
from leapgrid.superleap.answers import Answer
from tests.submit.support import people, planned

READY, CREATED, REJECTED, UNKNOWN = RowState.READY, RowState.CREATED, RowState.REJECTED, RowState.UNKNOWN


def chunk(number: int, *rows: int) -> PlannedChunk:
    return PlannedChunk(number, rows, tuple({"name": str(row)} for row in rows))


def outcomes(rows: Sequence[int], bad: Sequence[int]) -> dict[int, RowOutcome]:
    return {row: RowOutcome(REJECTED if row in bad else READY) for row in rows}


# -- rounds ------------------------------------------------------------------------------------------------


def test_a_round_holds_the_good_records_of_the_refused_chunks() -> None:
    rounds = Rounds()
    rounds.refused(chunk(1, 5, 6, 7), outcomes((5, 6, 7), (6,)))
    rounds.refused(chunk(2, 8), outcomes((8,), (8,)))
    rounds.refused(chunk(3, 9, 10), outcomes((9, 10), ()))
    (again,) = rounds.next()
    assert (again.number, again.rows, again.payloads) == (1, (5, 7), ({"name": "5"}, {"name": "7"}))
    assert rounds.next() == []


def test_a_round_must_be_smaller_than_the_last() -> None:
    rounds = Rounds()
    rounds.refused(chunk(1, 1, 2, 3), outcomes((1, 2, 3), (1,)))
    rounds.begin(sum(map(len, rounds.next())))
    rounds.refused(chunk(2, 2, 3, 4), outcomes((2, 3, 4), (4,)))
    assert rounds.next() == []
    assert rounds.given_up == (2, 3)


def test_there_are_five_rounds_at_most() -> None:
    rounds = Rounds()
    for size in range(20, 20 - MOST_ROUNDS, -1):
        rows = tuple(range(size))
        rounds.refused(chunk(1, *rows), outcomes(rows, (0,)))
        found = rounds.next()
        assert found
        rounds.begin(sum(map(len, found)))
    rounds.refused(chunk(1, 1, 2), outcomes((1, 2), (1,)))
    assert (rounds.next(), rounds.given_up, rounds.number) == ([], (2,), MOST_ROUNDS)


# -- the server's clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "monotonic", "passed"),
    [(10, 10, 10), (-86_400, 10, 10), (10, 0, 10), (-5, -5, 0)],
    ids=["both", "set back", "asleep", "neither"],
)
def test_the_longer_of_two_clocks_counts(wall: float, monotonic: float, passed: float) -> None:
    times = {"wall": 1000.0, "monotonic": 5.0}
    server = ServerClock(lambda: times["wall"], lambda: times["monotonic"])
    assert (server.now, server.offset) == (None, None)
    server.observe(Answer(200, {}))
    assert server.now is None, "an answer without a Date tells nothing"
    server.observe(Answer(200, {"date": "Tue, 24 Nov 2026 10:00:00 GMT"}))
    times["wall"] += wall
    times["monotonic"] += monotonic
    assert server.now == 1_795_514_400.0 + passed
    assert server.offset == server.now - times["wall"]


# -- counting ----------------------------------------------------------------------------------------------

RUNGS = (Rung("external_id", True),)


def state(state: RowState, key: Any) -> RowOutcome:
    return RowOutcome(state, sent=None if key is None else {"external_id": key})


def test_what_is_counted_and_what_is_not() -> None:
    tally = Tally(
        dict(
            enumerate(
                [
                    state(CREATED, "a"),
                    state(CREATED, " A"),  # the same key
                    state(CREATED, "b"),
                    state(CREATED, "there"),
                    state(REJECTED, "c"),
                    state(CREATED, "u"),
                    state(UNKNOWN, "u"),
                    state(CREATED, None),
                ]
            )
        ),
        RUNGS,
    )
    tally.leave_out("external_id", lambda value: value == "there")
    assert [str(value).strip().lower() for value in tally.values("external_id")] == ["a", "b", "c"]
    tally.begin("external_id")
    for record in (
        {"id": "1", "external_id": "a"},
        {"id": "1", "external_id": "a"},  # on two pages
        {"id": "2", "external_id": "c"},
    ):
        tally.found("external_id", record)
    assert sorted(str(key).strip().lower() for key in tally.missing("external_id")) == ["a", "b"]
    counted = tally.result("external_id")
    assert (counted.expected, counted.found, counted.more, counted.fewer) == (3, 2, 1, 2)
    assert counted.notes[0] == "external_id c: 1 there, 0 expected."


def test_where_nothing_was_created_nothing_is_counted() -> None:
    assert Tally({0: state(REJECTED, "a"), 1: state(UNKNOWN, "b")}, RUNGS).expected == {}


# -- leaving rows out --------------------------------------------------------------------------------------


def test_rows_are_left_out_of_a_plan() -> None:
    records = people(7)
    small = planned(records, chunk_size=3)
    large = Plan(Chunks(range(7), 3, lambda row: records[row], ("name",)))
    for made in (small, large):
        assert made.without(()) is made
        left = made.without({0, 3, 4, 5})
        assert left.rows == (1, 2, 6)
        assert [row for part in left.chunks for row in part.rows] == [1, 2, 6]
        assert [record for part in left.chunks for record in part.payloads] == [records[r] for r in (1, 2, 6)]
        assert [part.number for part in left.chunks] == list(range(1, len(left.chunks) + 1))
        assert made.without(set(range(7))).records == 0
