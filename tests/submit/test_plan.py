"""Who goes, in which chunk, and who is left out and why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records.outcomes import RowState
from leapgrid.submit import LeftOut, PlannedChunk, PlanRow, SubmitOptions, plan
from leapgrid.submit.plan import Going, Plan, plan_columns

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


# -- a batch that knows where each row is counted ----------------------------------------------------------

KINDS = (*Going, *(reason for reason in LeftOut if reason not in (LeftOut.INVALID, LeftOut.NOT_FIRST)))


def planned(kinds: list[Going | LeftOut], options: SubmitOptions, asked: list[int] | None = None) -> Plan:
    """A plan by columns of rows 0, 1, ... of these kinds; ``asked`` gets the rows whose record is made."""

    def record(row: int) -> dict[str, str]:
        if asked is not None:
            asked.append(row)
        return {"name": str(row)}

    return plan_columns(
        range(len(kinds)), lambda numbers: bytes(map(numbers.__getitem__, kinds)), record, ("name",), options
    )


def as_row(row: int, kind: Going | LeftOut) -> PlanRow:
    """The row that is counted so."""
    states = {
        LeftOut.CREATED: RowState.CREATED,
        LeftOut.ALREADY_THERE: RowState.ALREADY_THERE,
        LeftOut.IN_FLIGHT: RowState.SENDING,
        LeftOut.UNKNOWN: RowState.UNKNOWN,
        LeftOut.SKIPPED: RowState.SKIPPED,
        LeftOut.REJECTED: RowState.REJECTED,
        Going.EDITED: RowState.REJECTED,
    }
    return PlanRow(
        row,
        {"name": str(row)} if kind is not LeftOut.EMPTY else {},
        states.get(kind, RowState.READY),
        errors=int(kind is Going.INVALID),
        warnings=int(kind is Going.WARNINGS),
        empty=kind is LeftOut.EMPTY,
        edited=kind is Going.EDITED,
    )


@given(
    kinds=st.lists(st.sampled_from(KINDS), max_size=30),
    size=st.integers(1, 7),
    include=st.booleans(),
    first=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_by_columns_and_row_by_row_the_plan_is_the_same(
    kinds: list[Going | LeftOut], size: int, include: bool, first: bool
) -> None:
    options = SubmitOptions(chunk_size=size, include_invalid=include, first=first)
    made = planned(kinds, options)
    plain = plan([as_row(row, kind) for row, kind in enumerate(kinds)], options)
    assert tuple(made.chunks) == plain.chunks
    assert dict(made.left_out) == dict(plain.left_out)
    assert list(made.left_out) == list(plain.left_out)
    for name in ("ready", "warnings", "edited", "invalid", "records", "rows"):
        assert getattr(made, name) == getattr(plain, name)
    assert plain.names <= made.names
    for row in range(len(kinds)):
        assert made.chunk_with(row) == plain.chunk_with(row)


def test_records_are_made_for_the_chunk_that_is_looked_at() -> None:
    asked: list[int] = []
    made = planned([Going.READY] * 10, SubmitOptions(chunk_size=4), asked)
    assert (made.records, len(made.chunks), made.rows) == (10, 3, tuple(range(10)))
    last = made.chunks[-1]
    assert (last.number, last.rows, asked) == (3, (8, 9), [])
    assert list(last.payloads) == [{"name": "8"}, {"name": "9"}]
    assert last.halves(4)[1].payloads[0] == {"name": "9"}
    assert asked == [8, 9]
    assert [chunk.number for chunk in made.chunks[1:]] == [2, 3]
    with pytest.raises(IndexError):
        made.chunks[3]


def test_very_many_rows_are_planned_without_a_number_each() -> None:
    made = planned([Going.READY] * 60_000, SubmitOptions())
    assert made.rows == tuple(range(60_000))
    left = planned([LeftOut.SKIPPED, *[Going.INVALID] * 60_000], SubmitOptions())
    assert list(left.left_out[LeftOut.INVALID]) == list(range(1, 60_001))
    assert left.left_out_count() == 60_001
