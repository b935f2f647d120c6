"""Who goes, in which chunk, and who is left out and why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records.outcomes import RowState
from leapgrid.submit import LeftOut, PlannedChunk, PlanRow, SubmitOptions, plan

RECORD = {"name": "Anna"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (PlanRow(1, RECORD), None),
        (PlanRow(1, RECORD, warnings=2), None),
        (PlanRow(1, RECORD, errors=1), LeftOut.INVALID),
        (PlanRow(1, {}, empty=True), LeftOut.EMPTY),
        (PlanRow(1, {}, empty=True, errors=1), LeftOut.EMPTY),
        (PlanRow(1, RECORD, RowState.CREATED), LeftOut.CREATED),
        (PlanRow(1, RECORD, RowState.ALREADY_THERE), LeftOut.ALREADY_THERE),
        (PlanRow(1, RECORD, RowState.REJECTED), LeftOut.REJECTED),
        (PlanRow(1, RECORD, RowState.REJECTED, edited=True), None),
        (PlanRow(1, RECORD, RowState.REJECTED, edited=True, errors=1), LeftOut.INVALID),
        (PlanRow(1, RECORD, RowState.READY, edited=True), None),
        (PlanRow(1, RECORD, RowState.UNKNOWN), LeftOut.UNKNOWN),
        (PlanRow(1, RECORD, RowState.UNKNOWN, edited=True), LeftOut.UNKNOWN),
        (PlanRow(1, RECORD, RowState.SKIPPED), LeftOut.SKIPPED),
        (PlanRow(1, RECORD, RowState.QUEUED), LeftOut.IN_FLIGHT),
        (PlanRow(1, RECORD, RowState.SENDING), LeftOut.IN_FLIGHT),
    ],
)
def test_each_row_goes_or_has_one_reason(row: PlanRow, reason: LeftOut | None) -> None:
    made = plan([row])
    assert made.rows == ((1,) if reason is None else ())
    assert dict(made.left_out) == ({} if reason is None else {reason: (1,)})


def test_chunks_keep_the_order_and_count_from_one() -> None:
    made = plan([PlanRow(n, {"name": str(n)}) for n in (5, 3, 9, 1, 7)], SubmitOptions(chunk_size=2))
    assert [(chunk.number, chunk.rows) for chunk in made.chunks] == [(1, (5, 3)), (2, (9, 1)), (3, (7,))]
    assert made.chunks[1].payloads == ({"name": "9"}, {"name": "1"})


def test_an_overruled_error_goes() -> None:
    rows = [PlanRow(1, RECORD, errors=1), PlanRow(2, RECORD, warnings=1), PlanRow(3, RECORD, edited=True)]
    made = plan([*rows, PlanRow(4, RECORD)], SubmitOptions(include_invalid=True))
    assert (made.records, made.invalid, made.warnings, made.edited, made.ready) == (4, 1, 1, 1, 1)


def test_first_sends_the_first_that_may_go() -> None:
    rows = [PlanRow(1, RECORD, errors=1), PlanRow(2, RECORD), PlanRow(3, RECORD)]
    made = plan(rows, SubmitOptions(first=True))
    assert made.rows == (2,)
    assert made.left_out == {LeftOut.INVALID: (1,), LeftOut.NOT_FIRST: (3,)}


def test_halves_share_the_rows_in_order() -> None:
    chunk = PlannedChunk(3, (1, 2, 3), ({"name": "a"}, {"name": "b"}, {"name": "c"}))
    first, second = chunk.halves(8)
    assert (first.number, first.rows) == (8, (1, 2))
    assert (second.number, second.rows, second.payloads) == (9, (3,), ({"name": "c"},))
    with pytest.raises(ValueError, match="cannot be halved"):
        second.halves(10)


@pytest.mark.parametrize(
    "wrong", [{"chunk_size": 0}, {"chunk_size": 1001}, {"parallel": 0}, {"parallel": 5}, {"rate": 0.0}]
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        SubmitOptions(**wrong)  # type: ignore[arg-type]  # what a command line would pass on


@given(
    states=st.lists(st.tuples(st.sampled_from(RowState), st.integers(0, 1), st.booleans()), max_size=40),
    size=st.integers(1, 7),
    include=st.booleans(),
    first=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_no_row_is_lost_or_planned_twice(
    states: list[tuple[RowState, int, bool]], size: int, include: bool, first: bool
) -> None:
    rows = [
        PlanRow(number, RECORD, state, errors=errors, edited=edited)
        for number, (state, errors, edited) in enumerate(states)
    ]
    made = plan(rows, SubmitOptions(chunk_size=size, include_invalid=include, first=first))
    everywhere = [*made.rows, *(row for left in made.left_out.values() for row in left)]
    assert sorted(everywhere) == list(range(len(rows)))
    assert all(1 <= len(chunk) <= size for chunk in made.chunks)
    assert made.ready + made.warnings + made.edited + made.invalid == made.records
    assert all(rows[row].state in (RowState.READY, RowState.REJECTED) for row in made.rows)
