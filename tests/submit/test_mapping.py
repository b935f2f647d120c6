"""Which row a server means, and what is known of the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records.issues import Issue
from leapgrid.records.outcomes import RowState
from leapgrid.submit import MappedAnswer, map_answer
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.errors import FailureKind, Sent, transport_failure
from leapgrid.superleap.verdict import read_create

SAMPLES = Path(__file__).parent.parent / "samples"
R, J, C, U = RowState.READY, RowState.REJECTED, RowState.CREATED, RowState.UNKNOWN

THREE = [
    {"name": "Anna", "email": "anna@x.com", "phone": "1"},
    {"name": "Bert", "email": "bert @x.com", "phone": "2"},
    {"name": "Carl", "email": "carl@x", "phone": "3"},
]


def error(index: Any, field: str | None = "email", message: str = "invalid number", code: str = "X") -> Any:
    found = {"field": field, "message": message, "error_code": code, "object_slug": "lead"}
    return found if index is ... else {**found, "record_index": index}


def refusal(*errors: Any, status: int = 400) -> Answer:
    body = {
        "success": False,
        "data": {
            "message": "Failed to create records",
            "status_code": 400,
            "error_code": "VALIDATION_FAILED",
            "validation_errors": list(errors),
            "meta_data": "validation failed :",
        },
    }
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def mapped(answer: Any, records: Any = THREE, **more: Any) -> MappedAnswer:
    rows = [10 * n for n in range(1, len(records) + 1)]
    fields = ("name", "email", "phone", "status", "owner", "external_id")
    return map_answer(read_create(answer, len(records), records), rows, records, **{"fields": fields, **more})


def states(result: MappedAnswer) -> list[RowState]:
    return [outcome.state for outcome in result.outcomes.values()]


def only(result: MappedAnswer) -> Issue:
    assert len(result.issues) == 1
    return result.issues[0]


def test_the_documented_refusal_marks_the_first_record_and_leaves_the_second_ready() -> None:
    records = json.loads((SAMPLES / "bad_email.request.json").read_text())
    answer = Answer(400, {}, (SAMPLES / "bad_email.response.400.json").read_bytes())
    result = mapped(answer, records)
    assert states(result) == [J, R]
    issue = only(result)
    assert (issue.row_id, issue.field, issue.code) == (10, "email", "PARSE_INVALID_FORMAT")
    assert issue.message == 'The server says "invalid email format: test .sok@gmail.com".'
    assert issue.group == 'The server says "invalid email format".'
    assert issue.value == "test .sok@gmail.com"
    assert "assumed not stored" in result.outcomes[20].evidence
    assert result.outcomes[10].sent == records[0]
    assert not result.notes


def test_a_message_without_a_value_is_about_the_record_of_its_number() -> None:
    result = mapped(refusal(error(2, "phone", "invalid number")))
    assert states(result) == [R, J, R]
    assert only(result).message == 'The server refused this cell: "invalid number".'
    assert only(result).value == "2"


@pytest.mark.parametrize("number", [1, 3])
def test_a_quoted_value_beats_a_number_that_does_not_fit(number: int) -> None:
    result = mapped(refusal(error(number, message="invalid email format: bert @x.com")))
    assert states(result) == [R, J, R]
    assert "by value" in result.outcomes[20].evidence
    assert "numbering is off" in result.notes[0]


def test_a_quoted_value_that_fits_is_where_the_number_says() -> None:
    twins = [THREE[1], THREE[1], THREE[0]]
    result = mapped(refusal(error(2, message="invalid email format: bert @x.com")), twins)
    assert states(result) == [R, J, R]
    assert not result.notes


def test_a_quoted_value_that_two_others_hold_marks_no_row() -> None:
    result = mapped(
        refusal(error(1, message="invalid email format: bert @x.com")), [THREE[0], THREE[1], THREE[1]]
    )
    assert states(result) == [R, R, R]
    issue = only(result)
    assert (issue.row_id, issue.field) == (None, None)
    assert issue.message.endswith("No row is marked; the chunk's 3 rows stay as they were.")


def test_a_quoted_value_that_no_record_holds_marks_no_row() -> None:
    result = mapped(refusal(error(1, message="invalid email format: dora@y", code="PARSE_INVALID_FORMAT")))
    assert states(result) == [R, R, R]
    assert '"invalid email format: dora@y"' in only(result).message


@pytest.mark.parametrize("said", ["  BERT @x.com ", "Bert @X.com"])
def test_a_value_that_the_server_trimmed_or_lowered_still_fits(said: str) -> None:
    result = mapped(refusal(error(2, message=f"invalid email format: {said}")))
    assert states(result) == [R, J, R]


def test_what_is_only_alike_does_not_beat_the_record_that_holds_the_very_text() -> None:
    records = [{"email": "A@X"}, {"email": "a@x"}, {"email": "b@x.com"}]
    result = mapped(refusal(error(1, message="invalid email format: a@x")), records)
    assert states(result) == [R, J, R]


def test_a_colon_in_a_message_is_not_always_a_value() -> None:
    result = mapped(refusal(error(3, "name", "too long: at most 2 characters")))
    assert states(result) == [R, R, J]


@pytest.mark.parametrize("number", [0, -1, 4, 2**62, ..., None, "1", 1.0, True, 2**63, [1], {"a": 1}])
@pytest.mark.parametrize("message", ["invalid number", "invalid email format: bert @x.com"])
def test_a_number_that_names_no_record_marks_no_row(number: Any, message: str) -> None:
    result = mapped(refusal(error(number, message=message)))
    assert states(result) == [R, R, R]
    issue = only(result)
    assert issue.row_id is None
    assert issue.message.endswith("No row is marked; the chunk's 3 rows stay as they were.")


def test_the_sentence_for_a_number_that_is_too_large() -> None:
    records = [{"name": str(n)} for n in range(100)]
    assert only(mapped(refusal(error(230, "name")), records)).message == (
        "The server named record 230, but only 100 were sent. "
        "No row is marked; the chunk's 100 rows stay as they were."
    )


def test_the_sentence_for_a_refusal_without_a_reason() -> None:
    result = mapped(refusal(error(2, None, "")))
    assert states(result) == [R, J, R]
    assert only(result).message == "The server refused this row without a reason. F7 shows its answer."


def test_the_same_error_twice_is_one_issue_with_a_count() -> None:
    result = mapped(refusal(error(2, "phone"), error(1, "phone"), error(2, "phone"), error(2, "email")))
    assert states(result) == [J, J, R]
    assert [(issue.row_id, issue.field, issue.count) for issue in result.issues] == [
        (20, "phone", 2),
        (10, "phone", 1),
        (20, "email", 1),
    ]


def test_an_unknown_field_becomes_an_issue_of_the_row() -> None:
    result = mapped(refusal(error(2, "phone_no", "is required")))
    assert states(result) == [R, J, R]
    issue = only(result)
    assert (issue.row_id, issue.field) == (20, None)
    assert issue.message == 'The server refused the field phone_no of this record: "is required".'


def test_one_error_that_stays_on_the_chunk_does_not_take_the_others_along() -> None:
    result = mapped(refusal(error(9), error(3, "phone")))
    assert states(result) == [R, R, J]
    assert result.issues[0].message.endswith("No row is marked for it.")


def test_a_server_that_is_caught_counting_from_zero_is_not_believed_without_a_value() -> None:
    result = mapped(
        refusal(error(1, message="invalid email format: bert @x.com"), error(2, "phone", "invalid number"))
    )
    assert states(result) == [R, J, R]
    assert result.issues[1].row_id is None


@pytest.mark.parametrize(
    "answer",
    [refusal(), refusal(status=422), Answer(400, {}, b"<html>no</html>"), Answer(422, {}, b"")],
    ids=["empty list", "422", "web page", "nothing"],
)
def test_a_refusal_that_names_nothing_stays_on_the_chunk(answer: Answer) -> None:
    result = mapped(answer)
    assert states(result) == [R, R, R]
    assert only(result).row_id is None
    assert only(result).message.endswith("stay as they were.")


def test_a_record_that_alone_is_too_large_is_rejected() -> None:
    result = mapped(Answer(413), THREE[:1])
    assert states(result) == [J]
    assert only(result).message == "This record is too large for the server even alone (413)."


@pytest.mark.parametrize(
    ("came", "state"),
    [
        (Answer(200, {}, b'{"success": true, "data": {"message": "records added successfully"}}'), C),
        (Answer(200, {}, b"<html>"), U),
        (Answer(500), U),
        (Answer(401), R),
        (Answer(429), R),
        (transport_failure(FailureKind.CONNECT, Sent.NO, "No connection."), R),
        (transport_failure(FailureKind.CUT, Sent.MAYBE, "Cut."), U),
    ],
)
def test_all_rows_share_what_is_known_of_the_chunk(came: Any, state: RowState) -> None:
    result = mapped(came, at=5.0, submission="S", chunk=7)
    assert states(result) == [state] * 3
    second = result.outcomes[20]
    assert (second.at, second.submission, second.chunk, second.position) == (5.0, "S", 7, 2)
    assert second.evidence


def test_what_acts_on_a_terminal_is_shown_not_obeyed() -> None:
    result = mapped(refusal(error(2, "ph\x1b]52;c;x\x07one", "bad \x1b[31m\u202e value\nline")))
    assert not any(char in only(result).message for char in "\x1b\x07\u202e\n")


def test_as_many_records_as_rows() -> None:
    with pytest.raises(ValueError, match="were sent"):
        map_answer(read_create(refusal(), 1), [1, 2], [{}])


values = st.text(min_size=1, max_size=6).filter(lambda text: text < "\ud800" or text.isprintable())
records_of = st.lists(
    st.fixed_dictionaries(
        {"email": st.text("aA:' \"x@.", min_size=1, max_size=5)}, optional={"name": values}
    ),
    min_size=1,
    max_size=8,
)


@given(records=records_of, data=st.data(), base=st.sampled_from([0, 1, 2, -3]))
@settings(max_examples=400, deadline=None)
def test_no_mark_ever_lands_on_a_row_that_does_not_hold_the_quoted_value(
    records: list[dict[str, str]], data: st.DataObject, base: int
) -> None:
    """Whatever the server counts from, and whatever else it says in the same answer."""
    bad = data.draw(st.lists(st.integers(0, len(records) - 1), min_size=1, max_size=4))
    form = data.draw(st.sampled_from(["invalid email format: {}", "duplicate value: {}"]))
    errors = [error(n + base, message=form.format(records[n]["email"])) for n in bad]
    result = mapped(refusal(*errors), records, fields=("name", "email"))
    allowed = {records[n]["email"].strip().casefold() for n in bad}
    for record, outcome in zip(records, result.outcomes.values(), strict=True):
        if outcome.state is J:
            assert record["email"].strip().casefold() in allowed
        else:
            assert outcome.state is R
    assert sum(issue.count for issue in result.issues) == len(errors)
    if base == 1:
        assert {n for n, outcome in enumerate(result.outcomes.values()) if outcome.state is J} == set(bad)


@given(records=records_of, data=st.data())
@settings(max_examples=200, deadline=None)
def test_with_unique_values_the_very_row_is_found_or_none(
    records: list[dict[str, str]], data: st.DataObject
) -> None:
    distinct = [{"email": f"{record['email']}#{n}#"} for n, record in enumerate(records)]
    meant = data.draw(st.integers(0, len(distinct) - 1))
    said = data.draw(st.one_of(st.integers(-2, len(distinct) + 2), st.none(), st.booleans()))
    answer = refusal(error(said, message=f"invalid email format: {distinct[meant]['email']}"))
    result = mapped(answer, distinct, fields=("email",))
    marked = [n for n, outcome in enumerate(result.outcomes.values()) if outcome.state is J]
    real = isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= len(distinct)
    assert marked == ([meant] if real else [])
