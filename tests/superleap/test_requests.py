"""What is sent: the builder of requests and the one body."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.superleap import BadRecords, Request, RequestKind, bulk_create_request, encode_records
from leapgrid.superleap.requests import filter_request, pull_request, verify_request

SAMPLES = Path(__file__).parents[1] / "samples"

values = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(categories=["Cs", "Lu", "Po"])),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.text(), max_size=3),
)


@given(st.lists(st.dictionaries(st.text(), values, max_size=5), max_size=5))
def test_the_body_is_utf8_and_reads_back_as_the_records(records: list[dict[str, Any]]) -> None:
    body = encode_records(records)
    # Two halves of one character come back as the character: that is what JSON makes of them.
    joined = json.loads(json.dumps(records))
    assert json.loads(body.decode("utf-8")) == joined


@given(st.lists(st.dictionaries(st.text(), values | st.text("{},\n[]: "), max_size=5), max_size=5))
def test_the_body_is_what_an_indented_document_is(records: list[dict[str, Any]]) -> None:
    text = json.dumps(records, ensure_ascii=False, indent=2, allow_nan=False)
    assert encode_records(records) == text.encode("utf-8", "backslashreplace")


def test_the_body_is_readable_on_purpose() -> None:
    body = encode_records([{"name": "Carla Díaz", "email": "c@d.es"}])
    assert body.decode() == '[\n  {\n    "name": "Carla Díaz",\n    "email": "c@d.es"\n  }\n]'


@pytest.mark.parametrize(("text", "escaped"), [("a\ud800b", r"a\ud800b"), ("\udfff", r"\udfff")])
def test_a_lone_surrogate_becomes_its_json_escape(text: str, escaped: str) -> None:
    body = encode_records([{"name": text}])
    assert f'"{escaped}"'.encode() in body
    assert json.loads(body) == [{"name": text}]


def test_the_documented_example_is_a_bulk_create() -> None:
    records = json.loads((SAMPLES / "create_two_leads.request.json").read_text())
    request = bulk_create_request("lead", records)
    assert (request.method, request.path) == ("POST", "/api/v1/org/objects/lead/record/bulk_create")
    assert request.kind is RequestKind.CREATE
    assert json.loads(request.body or b"") == records
    assert isinstance(json.loads(request.body or b""), list)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1, 2}, b"x", object(), 1j])
def test_what_json_cannot_carry_is_refused(value: Any) -> None:
    with pytest.raises(BadRecords):
        bulk_create_request("lead", [{"name": value}])


def test_a_record_that_holds_itself_is_refused() -> None:
    record: dict[str, Any] = {}
    record["self"] = record
    with pytest.raises(BadRecords):
        bulk_create_request("lead", [record])


def test_no_records_are_refused() -> None:
    with pytest.raises(BadRecords):
        bulk_create_request("lead", [])


def test_an_earlier_body_goes_out_as_it_was() -> None:
    assert bulk_create_request("lead", body=b"[ {} ]").body == b"[ {} ]"


@pytest.mark.parametrize(
    "slug", ["", " ", "/", "a/b", ".", "..", "../lead", "lead/", "x" * 201, "le\ud800ad"]
)
def test_a_slug_that_would_change_the_path_is_refused(slug: str) -> None:
    for build in (
        lambda: bulk_create_request(slug, [{}]),
        lambda: pull_request(slug, ["id"]),
        lambda: filter_request(slug, ["id"], "email", ["a"]),
    ):
        with pytest.raises(BadRecords):
            build()


@pytest.mark.parametrize(
    ("slug", "segment"),
    [
        ("lead", "lead"),
        ("my object", "my%20object"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("a%2Fb", "a%252Fb"),
        ("a\\b", "a%5Cb"),
        ("käse", "k%C3%A4se"),
        ("a\r\nb", "a%0D%0Ab"),
    ],
)
def test_any_other_slug_is_one_segment(slug: str, segment: str) -> None:
    request = bulk_create_request(slug, [{}])
    assert request.path == f"/api/v1/org/objects/{segment}/record/bulk_create"


def test_no_header_that_the_api_does_not_document() -> None:
    requests = [
        bulk_create_request("lead", [{}]),
        verify_request(),
        pull_request("lead", ["id"]),
        filter_request("lead", ["id"], "email", ["a"]),
    ]
    for request in requests:
        assert set(request.headers) <= {"Content-Type", "Accept-Encoding", "User-Agent"}
        assert re.fullmatch(r"leapgrid/\S+ \(Python [\d.]+\S*; \w+\)", request.headers["User-Agent"])
        assert ("Content-Type" in request.headers) == (request.body is not None)


def test_the_pull_has_the_documented_form() -> None:
    request = pull_request("lead", ["id", "email"], "external_id", ["EXT-001", "EXT-002"])
    assert (request.method, request.path) == ("POST", "/api/v1/appflow/objects/lead/records/")
    assert json.loads(request.body or b"") == {
        "query": {
            "fields": ["id", "email"],
            "filter": {"and": [{"field": "external_id", "operator": "in", "value": ["EXT-001", "EXT-002"]}]},
        },
        "next_token": None,
    }
    one = json.loads(pull_request("lead", ["id"], "email", ["A@b.de"], "leq", "tok").body or b"")
    assert one["query"]["filter"]["and"][0] == {"field": "email", "operator": "leq", "value": "A@b.de"}
    assert one["next_token"] == "tok"
    assert json.loads(pull_request("lead", ["id"]).body or b"")["query"]["filter"] == {}


def test_the_filter_has_the_documented_form() -> None:
    request = filter_request("lead", ["id"], "email", ["a@b.de"], page=2, page_size=50)
    assert (request.method, request.path) == ("POST", "/api/v1/org/objects/lead/filter")
    assert json.loads(request.body or b"") == {
        "query": {
            "fields": ["id"],
            "filters": {"or": [{"and": [{"field": "email", "operator": "in", "value": ["a@b.de"]}]}]},
            "pagination": {"page": 2, "page_size": 50},
        }
    }


def test_verify_is_a_get_without_body() -> None:
    assert verify_request() == Request(
        "GET", "/api/v1/appflow/verify/", None, verify_request().headers, RequestKind.READ
    )


def test_the_records_are_not_in_the_repr() -> None:
    assert "anna@" not in repr(bulk_create_request("lead", [{"email": "anna@kellerbau.de"}]))


def test_a_request_cannot_be_changed() -> None:
    request = bulk_create_request("lead", [{}])
    with pytest.raises(AttributeError):
        request.path = "/"  # type: ignore[misc]  # what is tested
    with pytest.raises(TypeError):
        request.headers["X"] = "y"  # type: ignore[index]  # what is tested
