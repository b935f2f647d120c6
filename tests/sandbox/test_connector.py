"""The connector endpoints under both of their prefixes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.sandbox import SandboxServer, SandboxSettings

from .conftest import PULL, connect, create, pull

PREFIXES = ("/api/v1/appflow", "/api/v1/airbyte")


@pytest.fixture(params=PREFIXES)
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_verify_is_not_enveloped(client: httpx.Client, prefix: str) -> None:
    answer = client.get(f"{prefix}/verify/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("call", ["verify/", "objects/list/", "objects/lead", "objects/lead/records/"])
def test_without_a_key_the_error_is_the_documented_one(server: SandboxServer, prefix: str, call: str) -> None:
    method = "GET" if call in ("verify/", "objects/lead") else "POST"
    answer = httpx.request(method, f"{server.base_url}{prefix}/{call}", trust_env=False)
    assert (answer.status_code, answer.json()) == (401, {"error": "Invalid or expired API key"})


def test_list_has_the_built_in_objects_and_those_in_use(client: httpx.Client, prefix: str) -> None:
    create(client, {"name": "a"}, slug="school_class")
    answer = client.post(f"{prefix}/objects/list/", json={})
    assert answer.json()["success"] is True
    objects = answer.json()["data"]
    assert [entry["entity_identifier"] for entry in objects] == [
        *("lead", "user", "opportunity", "communication"),
        "school_class",
    ]
    assert objects[-1] == {
        "entity_identifier": "school_class",
        "label": "School Class",
        "description": "",
        "has_nested_entities": False,
        "is_writable": False,
    }


def test_describe_tells_the_fields(client: httpx.Client, prefix: str) -> None:
    create(
        client, {"name": "a", "vip": None, "score": 3}, {"name": "b", "vip": True, "notes": "x", "rate": 1.5}
    )
    data = client.get(f"{prefix}/objects/lead").json()["data"]
    assert list(data)[-1] == "fields"
    fields = {field["field_name"]: field for field in data["fields"]}
    assert fields["email"] == {
        "field_name": "email",
        "data_type": "String",
        "data_type_label": "email",
        "label": "Email",
        "description": "",
        "is_primary_key": False,
        "is_deprecated": False,
        "read_properties": {
            "is_retrievable": True,
            "is_nullable": True,
            "is_queryable": False,
            "is_timestamp_field_for_incremental_queries": False,
        },
    }
    assert fields["id"]["is_primary_key"] is True
    assert fields["id"]["read_properties"]["is_nullable"] is False
    assert fields["updated_at"]["read_properties"]["is_timestamp_field_for_incremental_queries"] is True
    assert {"name", "email", "phone", "status", "owner", "external_id"} <= set(fields)
    types = {name: fields[name]["data_type"] for name in ("vip", "score", "notes", "rate", "created_at")}
    assert types == {
        "vip": "Boolean",
        "score": "Integer",
        "notes": "String",
        "rate": "Float",
        "created_at": "DateTime",
    }


def test_pull_has_iso_times_and_null_fields_and_always_the_id(
    server: SandboxServer, client: httpx.Client, prefix: str
) -> None:
    create(client, {"name": "Alice Johnson"})
    body = {"query": {"fields": ["updated_at", "email", "name", "colour"], "filter": {}}, "next_token": None}
    answer = client.post(f"{prefix}/objects/lead/records/", json=body)
    [record] = answer.json()["data"]["records"]
    assert list(record) == ["colour", "email", "id", "name", "updated_at"]
    assert (record["email"], record["colour"]) == (None, None)
    assert record["updated_at"].endswith("Z")
    assert "T" in record["updated_at"]
    assert answer.json()["data"]["next_token"] is None


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (1762368322.372, "2025-11-05T18:45:22.372Z"),
        (1762368358.25, "2025-11-05T18:45:58.25Z"),
        (1762368358.0, "2025-11-05T18:45:58Z"),
    ],
)
def test_times_are_printed_as_the_vendor_prints_them(moment: float, text: str) -> None:
    with SandboxServer(settings=SandboxSettings(clock=lambda: moment)) as server, connect(server) as client:
        create(client, {"name": "a"})
        body = {"query": {"fields": ["created_at"]}}
        assert client.post(PULL, json=body).json()["data"]["records"][0]["created_at"] == text
        record = server.store.records("lead")[0]
        assert record["created_at"] == int(moment * 1000)


PEOPLE = [
    {"name": "John Smith", "email": "john@firm.com", "external_id": "EXT-001", "score": 1},
    {"name": "john doe", "email": "JOHN@firm.com", "external_id": "EXT-002", "score": 2},
    {"name": "Jane 100%", "external_id": "EXT-003", "score": 3, "vip": True},
]


@pytest.fixture(scope="module")
def people() -> Iterator[httpx.Client]:
    with SandboxServer() as server, connect(server) as client:
        create(client, *PEOPLE)
        yield client


def _of(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (None, "123"),
        ({}, "123"),
        ({"and": []}, "123"),
        (_of("external_id", "eq", "EXT-001"), "1"),
        (_of("external_id", "eq", "ext-001"), ""),
        (_of("external_id", "neq", "EXT-001"), "23"),
        (_of("external_id", "in", ["EXT-001", "EXT-003", "EXT-009"]), "13"),
        (_of("external_id", "in", []), ""),
        (_of("email", "leq", "john@FIRM.com"), "12"),
        (_of("email", "eq", None), "3"),
        (_of("name", "contains", "John%"), "1"),
        (_of("name", "contains", "%J%h%"), "1"),
        (_of("name", "contains", "%n%n%"), ""),
        (_of("name", "contains", "%Smith"), "1"),
        (_of("name", "contains", "ohn"), "12"),
        (_of("name", "contains", "%"), "123"),
        (_of("score", "gt", 1), "23"),
        (_of("score", "gte", 2), "23"),
        (_of("score", "lt", 2), "1"),
        (_of("score", "lte", 2.0), "12"),
        (_of("score", "gt", "1"), ""),
        (_of("email", "gt", 0), ""),
        (_of("vip", "eq", 1), ""),
        (_of("vip", "eq", True), "3"),
        (_of("created_at", "gt", 0), "123"),
        ({"and": [_of("score", "gt", 1), _of("email", "leq", "john@firm.com")]}, "2"),
        ({"and": [{"and": [_of("score", "gt", 1), _of("score", "lt", 3)]}]}, "2"),
        ({"or": [{"and": [_of("score", "eq", 1)]}, {"and": [_of("score", "eq", 3)]}]}, "13"),
        ({"and": [_of("score", "lt", 3)], "or": [_of("score", "eq", 2), _of("score", "eq", 3)]}, "2"),
    ],
)
def test_conditions(people: httpx.Client, condition: Any, found: str) -> None:
    names = [PEOPLE[int(digit) - 1]["name"] for digit in found]
    assert sorted(record["name"] for record in pull(people, condition)) == sorted(map(str, names))
    # The record filter knows the same conditions, under another key.
    query = {"query": {"filters": condition, "sort": [{"field": "score", "direction": "asc"}]}}
    answer = people.post("/api/v1/org/objects/lead/filter", json=query)
    assert [record["name"] for record in answer.json()["data"]["records"]] == names


NONSENSE = [
    {"and": {}},
    {"not": []},
    [],
    "x",
    _of("name", "between", [1, 2]),
    _of("name", "in", "EXT-001"),
    _of("name", "leq", 5),
    {"field": "name", "operator": "eq"},
    {"field": 1, "operator": "eq", "value": 1},
    {"and": [5]},
]


@pytest.mark.parametrize("condition", NONSENSE)
def test_a_condition_that_is_none_is_refused(people: httpx.Client, condition: Any) -> None:
    answer = people.post(PULL, json={"query": {"filter": condition}})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query format"})
    answer = people.post("/api/v1/org/objects/lead/filter", json={"query": {"filters": condition}})
    assert (answer.status_code, answer.json()["data"]["validation_errors"]) == (400, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"query": []}',
        b'{"query": {"fields": "id"}}',
        b'{"query": {"fields": [1]}}',
        b'{"query": {}, "next_token": "nonsense"}',
        b'{"query": {}, "next_token": 5}',
        b'{"query": {}, "next_token": "W10="}',
        b'{"query": {"filter": ' + b'{"and": [' * 50 + b"]}" * 50 + b"}}",
    ],
)
def test_a_pull_of_another_form_is_refused(people: httpx.Client, body: bytes) -> None:
    answer = people.post(PULL, content=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query format"})


def test_pages_of_3000_records(server: SandboxServer, client: httpx.Client) -> None:
    server.store.add("lead", [{"name": f"n{number}"} for number in range(6001)], "sandbx_Owner001")
    sizes, ids, token = [], set(), None
    while True:
        answer = client.post(PULL, json={"query": {"fields": ["id"], "filter": {}}, "next_token": token})
        data = answer.json()["data"]
        sizes.append(len(data["records"]))
        ids.update(record["id"] for record in data["records"])
        if token is None:
            decoded = json.loads(base64.b64decode(data["next_token"]))
            assert decoded == {"id": data["records"][-1]["id"], "number_of_records": 3000}
        token = data["next_token"]
        if token is None:
            break
    assert sizes == [3000, 3000, 1]
    assert len(ids) == 6001


@pytest.fixture(scope="module")
def small_pages() -> Iterator[SandboxServer]:
    with SandboxServer(settings=SandboxSettings(page_size=3)) as server:
        yield server


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 13))
def test_pages_hold_every_record_once(small_pages: SandboxServer, count: int) -> None:
    small_pages.store.clear()
    small_pages.store.add("lead", [{"name": str(number)} for number in range(count)], "sandbx_Owner001")
    seen: list[str] = []
    token: str | None = ""
    with connect(small_pages) as client:
        while token is not None:
            data = client.post(PULL, json={"query": {}, "next_token": token}).json()["data"]
            assert 0 < len(data["records"]) <= 3 or count == 0
            seen += [record["name"] for record in data["records"]]
            token = data["next_token"]
    assert sorted(seen, key=int) == [str(number) for number in range(count)]
