"""What an answer to a look-up says of one sending: the whole rule, without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.records.schema import Field, ObjectSchema, schema_for
from leapgrid.submit.judging import LookedFor, StillOpen, created_at, judge, over_at
from leapgrid.submit.keys import Key, key_of, ladder
from leapgrid.workspace.evidence import Looked, Resolution, Seen, SentRow

CREATED, THERE, READY = RowState.CREATED, RowState.ALREADY_THERE, RowState.READY
START = 1_795_514_400.0
OFFSET = 50.0
"""The server's clock is ahead of ours by so much."""
OVER = START + 10
RECORD = {"name": "Anna", "external_id": "X-1"}
KEY = Key("external_id", "X-1", True)
MAIL = Key("email", "anna@example.com", False)

SENT = SentRow(
    row_id=1,
    attempt="A",
    submission="S",
    chunk=1,
    position=1,
    record=RECORD,
    origin="http://127.0.0.1:1",
    object_slug="lead",
    started_at=START - OFFSET,
    finished_at=OVER - OFFSET,
    clock_offset=OFFSET,
)


def record(after: float | None, number: int = 1, **more: Any) -> dict[str, Any]:
    """A record at the server, created so many seconds after the sending began."""
    made = {"id": f"sandbx_{number}", **RECORD, **more}
    return made if after is None else made | {"created_at": int((START + after) * 1000)}


def answer(*records: dict[str, Any], after: float = 20.0, **more: Any) -> LookedFor:
    """An answer so many seconds after the end of the sending, by the server's clock."""
    return LookedFor(records=records, server_date=OVER + after, at=OVER + after - OFFSET, **more)


# -- found -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (False, 1, CREATED),
        (False, None, CREATED),
        (False, -100, CREATED),  # the baseline knows better than the record's own time
        (True, 1, THERE),
        (True, None, THERE),
        (None, 1, CREATED),
        (None, -0.9, CREATED),  # the Date has no fractions
        (None, -1.5, THERE),
        (None, None, CREATED),
    ],
)
def test_found_once(before: bool | None, after: float | None, state: RowState) -> None:
    found = judge(SENT, KEY, answer(record(after)), before=before, settle=300)
    assert isinstance(found, Resolution)
    assert (found.state, len(found.found)) == (state, 1)
    assert "sandbx_1" in found.evidence
    assert ("not known" in found.evidence) == (before is None and after is None)


def test_presence_is_proof_even_where_the_answer_is_not_whole() -> None:
    for more in ({"complete": False}, {"understood": False, "complete": False}):
        assert isinstance(judge(SENT, KEY, answer(record(1), **more), before=False, settle=300), Resolution)


@pytest.mark.parametrize(
    ("before", "times", "state"),
    [
        (False, (1, 2), CREATED),
        (True, (None, None), CREATED),  # one was there, and nobody knows of how many
        (None, (-100, 2), CREATED),
        (None, (-100, -200), THERE),
    ],
)
def test_found_more_than_once(before: bool | None, times: tuple[Any, Any], state: RowState) -> None:
    records = [record(after, number) for number, after in enumerate(times)]
    found = judge(SENT, KEY, answer(*records), before=before, settle=300)
    assert isinstance(found, Resolution)
    assert (found.state, len(found.found)) == (state, 2)
    assert ("duplicate is suspected" in found.evidence) == (state is CREATED)
    assert "sandbx_0, sandbx_1" in found.evidence


def test_without_an_offset_nothing_is_said_of_before() -> None:
    found = judge(replace(SENT, clock_offset=None), KEY, answer(record(-100)), settle=300)
    assert isinstance(found, Resolution)
    assert found.state is CREATED
    assert "not known" in found.evidence


def test_other_fields_are_named_and_do_not_decide() -> None:
    found = judge(SENT, KEY, answer(record(1, name="Anne", external_id=" x-1 ")), before=False, settle=300)
    assert isinstance(found, Resolution)
    assert found.evidence.endswith("The server has another name.")


# -- not found ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "settled"), [(0, False), (299, False), (300, True), (5000, True)])
def test_absence_counts_after_the_settling_time(after: float, settled: bool) -> None:
    found = judge(SENT, KEY, answer(after=after), settle=300)
    if settled:
        assert isinstance(found, Resolution)
        assert found.state is READY
    else:
        assert isinstance(found, StillOpen)
        assert (found.seen, found.until) == (Seen.ABSENT, OVER + 300)


@pytest.mark.parametrize("more", [{"complete": False}, {"understood": False, "complete": False}])
def test_what_is_not_understood_proves_no_absence(more: dict[str, bool]) -> None:
    found = judge(SENT, KEY, answer(after=5000, message="Why.", **more), settle=300)
    assert isinstance(found, StillOpen)
    assert (found.seen, found.until, found.evidence) == (Seen.NOT_UNDERSTOOD, None, "Why.")


def test_without_the_servers_time_absence_never_counts() -> None:
    silent = replace(answer(after=5000), server_date=None)
    for sent in (SENT, replace(SENT, clock_offset=None)):
        found = judge(sent, KEY, silent, settle=0)
        assert isinstance(found, StillOpen)
        assert (found.seen, found.until) == (Seen.ABSENT, None)


def test_what_was_created_later_and_is_visible_shortens_it_only_after_an_answer() -> None:
    witness = record(12.5, 9, external_id="X-9")
    cut = judge(SENT, KEY, answer(witness), settle=300)
    assert isinstance(cut, StillOpen)
    answered = replace(SENT, answered=True, server_date=OVER)
    found = judge(answered, KEY, answer(witness), settle=300)
    assert isinstance(found, Resolution)
    assert found.state is READY
    for useless in (record(10.5, 9, external_id="X-9"), record(None, 9, external_id="X-9")):
        assert isinstance(judge(answered, KEY, answer(useless), settle=300), StillOpen)
    assert isinstance(judge(answered, KEY, answer(witness, complete=False), settle=300), StillOpen)


def test_when_a_sending_was_over() -> None:
    later = OVER + 40
    interrupted = replace(SENT, interrupted=True, finished_at=OVER + 90_000)
    assert over_at(replace(SENT, server_date=OVER - 3), later) == OVER - 3
    assert over_at(SENT, later) == OVER
    assert over_at(interrupted, None) == START + 600
    assert over_at(interrupted, later) == later, "it was over when it was first looked for"
    assert over_at(replace(SENT, clock_offset=None), later) == later
    assert over_at(replace(SENT, clock_offset=None), None) is None


def test_a_clock_that_was_set_back_meanwhile_does_not_make_it_earlier_than_the_start() -> None:
    assert over_at(replace(SENT, finished_at=START - 90_000), None) == START


def test_the_first_look_up_begins_the_settling_where_nothing_else_is_known() -> None:
    unknown = replace(SENT, clock_offset=None, interrupted=True)
    first = judge(unknown, KEY, answer(after=1000), settle=300)
    assert isinstance(first, StillOpen)
    assert first.until == OVER + 1300
    looked = Looked(Seen.ABSENT, OVER + 1000, 0.0)
    assert isinstance(judge(unknown, KEY, answer(after=1299), looked=looked, settle=300), StillOpen)
    assert isinstance(judge(unknown, KEY, answer(after=1300), looked=looked, settle=300), Resolution)


# -- candidates --------------------------------------------------------------------------------------------


def test_an_email_finds_candidates_and_proves_nothing() -> None:
    near, far = record(2, 1, email="Anna@example.com"), record(-9000, 2, email="anna@example.com")
    found = judge(SENT, MAIL, answer(near, far), settle=300)
    assert isinstance(found, StillOpen)
    assert (found.seen, found.candidates) == (Seen.CANDIDATE, (near,))
    for records in ((), (far,)):
        absent = judge(SENT, MAIL, answer(*records, after=5000), settle=300)
        assert isinstance(absent, StillOpen)
        assert (absent.seen, absent.until) == (Seen.ABSENT, None)


def test_a_key_of_several_rows_proves_only_that_none_is_there() -> None:
    found = judge(SENT, KEY, answer(record(1)), before=False, shared=2, settle=300)
    assert isinstance(found, StillOpen)
    assert found.seen is Seen.CANDIDATE
    absent = judge(SENT, KEY, answer(after=300), shared=2, settle=300)
    assert isinstance(absent, Resolution)
    assert absent.state is READY


def test_a_record_that_another_row_accounts_for_is_not_this_one() -> None:
    one = judge(SENT, KEY, answer(record(1), after=300), shared=2, accounted=1, settle=300)
    assert isinstance(one, Resolution)
    assert one.state is READY
    two = judge(SENT, KEY, answer(record(1), record(2, 2), after=300), shared=2, accounted=1, settle=300)
    assert isinstance(two, StillOpen)
    assert two.seen is Seen.CANDIDATE


def test_without_a_key_a_person_decides() -> None:
    found = judge(SENT, None, answer(), settle=300)
    assert isinstance(found, StillOpen)
    assert (found.seen, found.until) == (Seen.NO_KEY, None)


# -- keys and times ----------------------------------------------------------------------------------------


def test_the_ladder() -> None:
    schema = ObjectSchema(
        "lead", "Lead", (*schema_for("lead").fields, Field("badge", unique=True), Field("vat", unique=True))
    )
    rungs = ladder(schema)
    assert [rung.field for rung in rungs] == ["badge", "vat", "external_id", "email"]
    whole = {"badge": 7, "vat": "v", "external_id": "x", "email": "a@b.de"}
    keys = []
    for name in (*whole, ""):
        key = key_of(whole, rungs)
        keys.append(None if key is None else (key.field, key.proves))
        whole = {field: value for field, value in whole.items() if field != name}
    assert keys == [("badge", True), ("vat", True), ("external_id", True), ("email", False), None]
    assert [key_of({"badge": value, "email": " "}, rungs) for value in (True, "", "  ", None, [1])] == [
        None
    ] * 5
    assert key_of(None, rungs) is None


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (1_795_514_400_123, 1_795_514_400.123),
        ("2026-11-24T10:00:00.5Z", 1_795_514_400.5),
        ("2026-11-24T10:00:00", 1_795_514_400.0),
        ("2026-11-24T15:30:00+05:30", 1_795_514_400.0),
        ("yesterday", None),
        (True, None),
        (None, None),
        (-5, None),
        (1e300, None),
        (float("nan"), None),
    ],
)
def test_when_a_record_was_created(given: Any, seconds: float | None) -> None:
    assert created_at({"created_at": given}) == seconds
