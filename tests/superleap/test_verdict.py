"""What an answer means: every status with every kind of body, against the rule written out here again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.superleap import Answer, ChunkOutcome, FailureKind, Limits, Sent, Then, read_create
from leapgrid.superleap.answers import BodyKind, read_body
from leapgrid.superleap.errors import failure_message, transport_failure
from leapgrid.superleap.verdict import OTHERWISE, TABLE

SAMPLES = Path(__file__).parents[1] / "samples"
CREATED, REJECTED, NOT_SENT, UNKNOWN = ChunkOutcome


def envelope(errors: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "success": False,
        "data": {
            "message": "Failed to create records",
            "status_code": 400,
            "error_code": "VALIDATION_FAILED",
            "validation_errors": errors,
            "meta_data": "validation failed :",
            **more,
        },
    }


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "object_slug": "lead",
        "field": "email",
        "message": "invalid email format: test .sok@gmail.com",
        "error_code": "PARSE_INVALID_FORMAT",
        "record_index": 1,
        "meta_data": None,
        **changes,
    }


def answer(status: int, body: Any = b"", truncated: bool = False, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers, raw, truncated)


SUCCESS = {"success": True, "data": {"message": "records added successfully"}}
BODIES: dict[str, Any] = {
    "success": SUCCESS,
    "errors": envelope([entry()]),
    "refusal": envelope(None),
    "empty list of errors": envelope([]),
    "connector error": {"error": "Invalid or expired API key"},
    "empty": b"",
    "spaces": b" \r\n ",
    "html": b"<!DOCTYPE html><html><title>Log in</title></html>",
    "text": b"upstream connect error",
    "cut json": b'{"success": true, "data": {"mess',
    "null": b"null",
    "list": b"[]",
    "number": b"17",
    "text in json": b'"ok"',
    "success as text": {"success": "true"},
    "success as number": {"success": 1},
    "object without success": {"data": {"message": "records added successfully"}},
    "success false without data": {"success": False},
    "invalid utf-8": b'{"success": true, "data": "\xff\xfe"}',
}
UNREADABLE = set(BODIES) - {"success", "errors", "refusal", "empty list of errors"}


def expected(status: int, name: str) -> tuple[ChunkOutcome, Then]:
    """Section 4 of the submission rules, once more and in other words."""
    if 200 <= status < 300:
        if name == "success":
            return CREATED, Then.GO_ON
        if status == 200 and name == "errors":
            return REJECTED, Then.GO_ON
        return UNKNOWN, Then.LOOK_UP
    if status in (307, 308):
        return NOT_SENT, Then.STOP
    if 300 <= status < 400:
        return UNKNOWN, Then.STOP
    if status in (400, 422):
        return REJECTED, Then.GO_ON
    if status in (401, 403, 404, 405, 410, 415, 501, 505):
        return NOT_SENT, Then.STOP
    if status == 413:
        return NOT_SENT, Then.HALVE
    if status == 429:
        return NOT_SENT, Then.WAIT
    return UNKNOWN, Then.LOOK_UP


STATUSES = [
    100, 101, 200, 201, 202, 204, 206, 207, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405,
    406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422, 423, 425, 426, 428, 429, 431, 451, 499,
    500, 501, 502, 503, 504, 505, 507, 520, 522, 599, 600, 999,
]  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", BODIES)
def test_every_status_with_every_body(status: int, name: str) -> None:
    verdict = read_create(answer(status, BODIES[name]), 2)
    assert (verdict.outcome, verdict.then) == expected(status, name)
    assert verdict.status == status
    assert verdict.message.endswith((".", "?"))
    assert verdict.message[0].isupper()
    # Only what is rejected names records, and nothing is green that is not said.
    assert bool(verdict.errors) <= (verdict.outcome is REJECTED)
    if verdict.outcome is CREATED:
        assert status in range(200, 300)
        assert name == "success"


@pytest.mark.parametrize(
    ("status", "name", "reason", "in_a_row"),
    [
        (200, "html", "web_page", 2),
        (200, "empty", "empty", 2),
        (200, "cut json", "not_json", 2),
        (200, "invalid utf-8", "not_json", 2),
        (200, "null", "not_understood", 2),
        (200, "list", "not_understood", 2),
        (200, "refusal", "not_understood", 2),
        (202, "html", "other_success", None),
        (400, "errors", "refused", None),
        (422, "errors", "refused", None),
        (400, "refusal", "refused_whole", None),
        (400, "empty list of errors", "refused_whole", None),
        (400, "html", "refused_unreadable", 2),
        (422, "connector error", "refused_unreadable", 2),
        (401, "html", "unauthorized", None),
        (403, "empty", "forbidden", None),
        (404, "html", "wrong_place", None),
        (302, "html", "redirect_after", None),
        (307, "empty", "redirect", None),
        (413, "html", "too_large", None),
        (429, "empty", "rate_limited", None),
        (408, "empty", "server_timeout", 3),
        (409, "errors", "conflict", 3),
        (425, "empty", "too_early", 3),
        (500, "connector error", "server_error", 3),
        (502, "html", "server_error", 3),
        (418, "empty", "unexpected_status", 3),
    ],
)
def test_reasons_and_how_many_in_a_row_stop_a_run(
    status: int, name: str, reason: str, in_a_row: int | None
) -> None:
    verdict = read_create(answer(status, BODIES[name]), 2)
    assert (verdict.reason, verdict.stop_after_in_a_row) == (reason, in_a_row)


def test_every_row_of_the_table_is_reached() -> None:
    extra = [
        answer(200, {"success": True, "data": {"count": 1}}),
        answer(200, SUCCESS, truncated=True),
    ]
    answers = [answer(status, body) for status in STATUSES for body in BODIES.values()] + extra
    reached = {(read_create(one, 2).reason, read_create(one, 2).outcome) for one in answers}
    assert {(rule.reason, rule.outcome) for rule in (*TABLE, OTHERWISE)} <= reached


@pytest.mark.parametrize(
    ("kind", "sent", "outcome", "then", "reason"),
    [
        (kind, Sent.NO, NOT_SENT, Then.STOP if kind is FailureKind.TLS_VERIFY else Then.TRY_AGAIN,
         "not_trusted" if kind is FailureKind.TLS_VERIFY else "not_sent")
        for kind in FailureKind
    ]
    + [(kind, Sent.MAYBE, UNKNOWN, Then.LOOK_UP, kind.value) for kind in FailureKind],
)  # fmt: skip
def test_a_failed_transport_means_only_what_it_proves(
    kind: FailureKind, sent: Sent, outcome: ChunkOutcome, then: Then, reason: str
) -> None:
    failure = transport_failure(kind, sent, failure_message(kind, sent, "crm.example:8443"))
    verdict = read_create(failure, 3)
    assert (verdict.outcome, verdict.then, verdict.reason) == (outcome, then, reason)
    assert verdict.status is None
    assert "crm.example:8443" in verdict.message


def test_the_sentences_are_those_of_the_screens() -> None:
    assert read_create(answer(401), 2).message == (
        "The key was refused (401). Nothing of this chunk was stored. Connect again."
    )
    assert read_create(answer(200, BODIES["html"]), 2).message == (
        "The answer is a web page, not data: a login or proxy page?"
    )
    assert failure_message(FailureKind.CONNECT, Sent.NO, "127.0.0.1:8001") == (
        "No connection to 127.0.0.1:8001. Nothing left this computer."
    )
    assert failure_message(FailureKind.READ, Sent.MAYBE, "127.0.0.1:8001").startswith(
        "Sent, but no answer came"
    )


@pytest.mark.parametrize(("request_file", "answer_file", "status", "outcome"), [
    ("create_two_leads.request.json", "create_two_leads.response.200.json", 200, CREATED),
    ("bad_email.request.json", "bad_email.response.400.json", 400, REJECTED),
])  # fmt: skip
def test_the_documented_answers(
    request_file: str, answer_file: str, status: int, outcome: ChunkOutcome
) -> None:
    sent = json.loads((SAMPLES / request_file).read_text())
    verdict = read_create(answer(status, (SAMPLES / answer_file).read_bytes()), len(sent), sent)
    assert verdict.outcome is outcome
    if outcome is REJECTED:
        (error,) = verdict.errors
        assert (error.field, error.error_code, error.record_index) == ("email", "PARSE_INVALID_FORMAT", 1)
        assert error.message == "invalid email format: test .sok@gmail.com"
        assert error.object_slug == "lead"
        assert verdict.server_message == "Failed to create records"
        assert sent[error.record_index - 1]["email"] in error.message
    else:
        assert verdict.server_message == "records added successfully"


MATCHES = [
    {"count": 2},
    {"records_created": 2, "failed_records": None},
    {"ids": ["a", "b"]},
    {"created_records": [{}, {}], "failed_records": []},
    {"created": 2},
    {"validation_errors": None, "status_code": 200},
    {"count": True},  # not a number
    {"count": "1"},
    None,
    "records added successfully",
    [{"id": "a"}, {"id": "b"}],
]
MISMATCHES: list[Any] = [
    {"count": 1},
    {"count": 0},
    {"count": 3},
    {"records_created": 1, "failed_records": [{"id": None}]},
    {"records_created": 2, "failed_records": [{}]},
    {"ids": ["a"]},
    {"ids": []},
    {"created_records": [{}, {}, {}]},
    {"created": ["a"]},
    {"validation_errors": [entry()]},
    {"status_code": 400},
    {"failed_count": 1},
    [],
    [{"id": "a"}],
]


@pytest.mark.parametrize("data", MATCHES)
def test_a_count_or_ids_that_match_are_fine(data: Any) -> None:
    assert read_create(answer(200, {"success": True, "data": data}), 2).outcome is CREATED


@pytest.mark.parametrize("data", MISMATCHES)
def test_a_count_or_ids_that_do_not_match_are_no_green(data: Any) -> None:
    for status in (200, 201):
        verdict = read_create(answer(status, {"success": True, "data": data}), 2)
        assert (verdict.outcome, verdict.then, verdict.reason) == (UNKNOWN, Then.LOOK_UP, "mismatch")


def test_a_success_without_data_is_one_and_a_count_beside_it_counts() -> None:
    assert read_create(answer(200, {"success": True}), 2).outcome is CREATED
    assert read_create(answer(200, {"success": True, "count": 1}), 2).outcome is UNKNOWN
    assert read_create(answer(200, {"success": True, "error": "half of it"}), 2).outcome is UNKNOWN


def test_status_and_body_may_disagree_and_that_is_said() -> None:
    refused = read_create(answer(200, envelope([entry()])), 2)
    assert refused.errors
    assert refused.reason == "refused"
    assert any("Status and body disagree" in note for note in refused.notes)
    green = read_create(answer(400, SUCCESS), 2)
    assert green.outcome is REJECTED
    assert any("Status and body disagree" in note for note in green.notes)


def test_a_content_type_does_not_decide() -> None:
    verdict = read_create(answer(200, SUCCESS, **{"content-type": "text/html"}), 2)
    assert verdict.outcome is CREATED
    assert any("other than JSON" in note for note in verdict.notes)
    assert not read_create(answer(200, SUCCESS, **{"content-type": "application/json"}), 2).notes


def test_one_record_that_is_too_large_alone_is_rejected() -> None:
    verdict = read_create(answer(413, BODIES["html"]), 1)
    assert (verdict.outcome, verdict.then, verdict.reason) == (REJECTED, Then.GO_ON, "too_large")
    (error,) = verdict.errors
    assert (error.record_index, error.field, error.error_code) == (1, None, "too_large")


@pytest.mark.parametrize(
    ("status", "value", "seconds"), [(429, "7", 7.0), (503, "30", 30.0), (429, "soon", None), (200, "7", 7.0)]
)
def test_retry_after_is_kept(status: int, value: str, seconds: float | None) -> None:
    assert read_create(answer(status, **{"retry-after": value}), 2).retry_after == seconds


def test_a_redirect_shows_its_target_harmlessly() -> None:
    verdict = read_create(answer(307, location="https://evil.example/\x1b]0;x\x07é"), 2)
    assert "https://evil.example/?]0;x??" in verdict.message
    assert verdict.message.isprintable()
    assert len(read_create(answer(301, location="https://" + "x" * 9999), 2).message) < 500


# -- single errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "index", "raw"),
    [
        (1, 1, 1),
        (0, 0, 0),
        (-1, -1, -1),
        (3, 3, 3),
        (2**62, 2**62, 2**62),
        (2**63, None, f"{str(2**63)[:20]}…"),
        (10**4000, None, "10000000000000000000…"),
        (None, None, None),
        ("1", None, "1"),
        (1.0, None, 1.0),
        (True, None, True),
        ({"a": 1}, None, "an object"),
        ([1], None, "an array"),
    ],
)
def test_an_index_is_taken_only_if_it_is_a_real_integer(sent: Any, index: int | None, raw: Any) -> None:
    (error,) = read_create(answer(400, envelope([entry(record_index=sent)])), 2).errors
    assert error.record_index == index
    assert type(error.record_index) is type(index)
    assert error.raw_index == raw


def test_an_error_without_anything_is_still_one() -> None:
    (error,) = read_create(answer(400, envelope([{}])), 2).errors
    assert (error.field, error.message, error.error_code, error.record_index) == (None, "", "", None)


def test_fields_of_unexpected_types_become_nothing() -> None:
    odd = {"field": 7, "message": ["x"], "error_code": None, "object_slug": {}, "meta_data": {"a": [1]}}
    (error,) = read_create(answer(400, envelope([odd])), 2).errors
    assert (error.field, error.message, error.error_code, error.object_slug) == (None, "", "", "")


def test_entries_that_are_no_objects_are_left_out_and_counted() -> None:
    verdict = read_create(answer(400, envelope([entry(), "x", None, 7])), 2)
    assert len(verdict.errors) == 1
    assert any(note.startswith("3 more entries") for note in verdict.notes)


def test_at_most_ten_thousand_errors_are_read() -> None:
    many = [{"field": "email", "record_index": n} for n in range(1, 10_051)]
    verdict = read_create(answer(400, envelope(many)), 2)
    assert len(verdict.errors) == 10_000
    assert any(note.startswith("50 more entries") for note in verdict.notes)


def test_texts_are_cut_and_lone_surrogates_replaced() -> None:
    body = envelope([entry(message="\ud800" + "x" * 9999, field="f" * 9999)], message="m" * 9999)
    verdict = read_create(answer(400, body), 2)
    (error,) = verdict.errors
    assert len(error.message) == len(error.field or "") == len(verdict.server_message) == 4096
    assert error.message.startswith("�x")
    error.message.encode()


def test_escape_sequences_stay_raw_in_the_data_and_out_of_our_sentence() -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07[/]\u202e"
    verdict = read_create(answer(400, envelope([entry(message=evil)], message=evil)), 2)
    assert verdict.server_message == verdict.errors[0].message == evil
    assert verdict.message.isprintable()


def test_a_field_that_was_not_sent_is_noted() -> None:
    body = envelope([entry(field="region__c")])
    assert any("not sent" in note for note in read_create(answer(400, body), 1, [{"email": "x"}]).notes)
    assert not read_create(answer(400, envelope([entry()])), 1, [{"email": "x"}]).notes


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": "Invalid or expired API key"}, "Invalid or expired API key"),
        ({"error": {"message": "nested"}}, "nested"),
        ({"message": "plain"}, "plain"),
        ({"detail": "other"}, "other"),
        (BODIES["html"], "Log in"),
        (b"upstream connect error", "upstream connect error"),
        (b"", ""),
        (b"null", ""),
    ],
)
def test_the_servers_words_are_found_in_every_form(body: Any, text: str) -> None:
    assert read_create(answer(502, body), 2).server_message == text


# -- hostile bodies ------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    return b'{"success": true, "data": ' + b"[" * depth + b"]" * depth + b"}"


HOSTILE: dict[str, tuple[bytes, BodyKind]] = {
    "depth 200,000": (nested(200_000), BodyKind.NOT_JSON),
    "depth 900": (nested(900), BodyKind.NOT_JSON),
    "depth 65": (nested(64), BodyKind.NOT_JSON),
    "only opening": (b"[" * 100_000, BodyKind.NOT_JSON),
    "too many containers": (b"[" + b"[]," * 700_000 + b"[]]", BodyKind.TOO_LARGE),
    "too many values": (b"[" + b"0," * 1_000_001 + b"0]", BodyKind.TOO_LARGE),
    "integer of 5,000 digits": (b'{"success": true, "data": ' + b"9" * 5000 + b"}", BodyKind.NOT_JSON),
    "NaN": (b'{"success": false, "data": NaN}', BodyKind.JSON),
    "infinity": (b'{"success": false, "data": [-Infinity, 1e999]}', BodyKind.JSON),
    "duplicate keys": (b'{"success": true, "success": false}', BodyKind.JSON),
    "byte order mark": (b'\xef\xbb\xbf{"success": false}', BodyKind.JSON),
    "utf-16": ('{"success": false}'.encode("utf-16"), BodyKind.JSON),
    "lone surrogate": (rb'{"success": false, "data": {"message": "\ud800"}}', BodyKind.JSON),
    "NUL": (b'{"success": false, "data": "\\u0000"}', BodyKind.JSON),
    "raw NUL": (b"\x00\x00\x00\x00", BodyKind.NOT_JSON),
    "two values": (b"{}{}", BodyKind.NOT_JSON),
    "trailing comma": (b'{"success": true,}', BodyKind.NOT_JSON),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_read_without_harm(name: str) -> None:
    raw, kind = HOSTILE[name]
    assert read_body(answer(200, raw)).kind is kind
    assert read_create(answer(200, raw), 2).outcome is UNKNOWN
    assert read_create(answer(400, raw), 2).outcome is REJECTED
    assert read_create(answer(401, raw), 2).outcome is NOT_SENT


def test_sixty_four_levels_are_fine() -> None:
    assert read_body(answer(200, nested(63))).kind is BodyKind.JSON
    assert read_create(
        answer(200, {"success": True, "data": {"x": 1}}), 2, limits=Limits(levels=2)
    ).reason == ("created")
    assert read_create(
        answer(200, {"success": True, "data": {"x": 1}}), 2, limits=Limits(levels=1)
    ).reason == ("not_json")


def test_what_is_not_whole_proves_nothing() -> None:
    assert read_create(answer(200, SUCCESS, truncated=True), 2).outcome is UNKNOWN
    assert read_create(answer(400, envelope([entry()]), truncated=True), 2).errors == ()
    assert read_create(answer(401, SUCCESS, truncated=True), 2).outcome is NOT_SENT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "success",
                    "data",
                    "validation_errors",
                    "message",
                    "record_index",
                    "count",
                    "error",
                    "ids",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 999),
    st.one_of(json_values.map(lambda value: json.dumps(value).encode()), st.binary(max_size=200)),
    st.integers(1, 5),
    st.dictionaries(
        st.sampled_from(["retry-after", "date", "location", "content-type"]), st.text(max_size=40)
    ),
)
def test_no_answer_makes_it_raise_and_green_needs_success(
    status: int, raw: bytes, count: int, headers: dict[str, str]
) -> None:
    verdict = read_create(Answer(status, headers, raw), count)
    assert verdict.message.isprintable()
    if verdict.outcome is CREATED:
        assert 200 <= status < 300
        assert json.loads(raw)["success"] is True
    for error in verdict.errors:
        assert error.record_index is None or type(error.record_index) is int


def _words() -> Iterator[str]:
    yield from (rule.message for rule in TABLE)
    yield from (failure_message(kind, sent, "HOST") for kind in FailureKind for sent in (Sent.NO, Sent.MAYBE))


def test_sentences_for_people_hold_no_code_words() -> None:
    for sentence in _words():
        assert sentence.endswith((".", "?"))
        for word in ("successfully", "please", "Exception", "HTTPError", "bulk_create", "JSON"):
            assert word.casefold() not in sentence.casefold()
