"""bulk_create, bulk_upsert, one record: what is printed is answered to the letter."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import json5
import pytest

from leapgrid.sandbox import SandboxServer, SandboxSettings

from .conftest import BAD_EMAIL, CREATE, SAMPLES, UPSERT, connect, create, errors_of, sample

RECORD = "/api/v1/org/objects/lead/record"


def test_two_leads_are_created_as_printed(server: SandboxServer, client: httpx.Client) -> None:
    answer = client.post(CREATE, content=(SAMPLES / "create_two_leads.request.json").read_bytes())
    assert answer.status_code == 200
    assert json.dumps(answer.json()) == json.dumps(sample("create_two_leads.response.200.json"))
    stored = server.store.records("lead")
    assert [record["email"] for record in stored] == ["test@gmail.com", "test1@gmail.com"]


def test_a_bad_address_is_refused_as_printed_and_nothing_is_stored(
    server: SandboxServer, client: httpx.Client
) -> None:
    answer = client.post(CREATE, content=(SAMPLES / "bad_email.request.json").read_bytes())
    assert answer.status_code == 400
    # As text, so that the order of the keys counts too.
    assert json.dumps(answer.json()) == json.dumps(sample("bad_email.response.400.json"))
    assert server.store.count("lead") == 0


def test_the_example_with_several_fields_is_no_json_as_printed(
    server: SandboxServer, client: httpx.Client
) -> None:
    answer = client.post(CREATE, content=(SAMPLES / "multiple_fields.request.json5").read_bytes())
    assert answer.status_code == 400
    assert answer.json()["data"]["validation_errors"] is None
    assert server.store.count("lead") == 0


def test_the_example_with_several_fields_is_accepted_without_its_stray_commas(
    server: SandboxServer, client: httpx.Client
) -> None:
    records = json5.loads((SAMPLES / "multiple_fields.request.json5").read_text(encoding="utf-8"))
    answer = create(client, *records)
    assert (answer.status_code, answer.json()) == (200, sample("multiple_fields.response.200.json"))
    stored = server.store.records("lead")
    assert [record["status"] for record in stored] == ["new", "qualified"]
    assert [record["phone"] for record in stored] == ["+1-555-123-4567", "+1-555-987-6543"]


def test_every_bad_field_of_every_bad_record_is_named_counting_from_1(
    server: SandboxServer, client: httpx.Client
) -> None:
    answer = create(
        client,
        {"name": "good", "email": "good@firm.com"},
        {"name": "two", "email": "two@", "phone": "letters"},
        {"name": "also good"},
        {"name": "four", "phone": "+91-887788778888"},
    )
    assert answer.status_code == 400
    assert errors_of(answer) == [
        (2, "email", "invalid email format: two@"),
        (2, "phone", "invalid number"),
        (4, "phone", "invalid number"),
    ]
    assert server.store.count("lead") == 0


def test_a_rule_of_the_organisation_refuses_a_well_formed_address(
    server: SandboxServer, client: httpx.Client
) -> None:
    answer = create(client, {"name": "a", "email": "a@firm.com"}, {"name": "b", "email": "b@Mailinator.com"})
    [error] = answer.json()["data"]["validation_errors"]
    assert error == {
        "object_slug": "lead",
        "field": "email",
        "message": "email domain is not allowed: b@Mailinator.com",
        "error_code": "VALIDATION_RULE_FAILED",
        "record_index": 2,
        "meta_data": None,
    }
    assert server.store.count("lead") == 0


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"",
        b"{",
        b'{"name": "an object"}',
        b"null",
        b'"text"',
        b"[1]",
        b'[{"name": "a"}, null]',
        b'[{"name": NaN}]',
        b'[{"name": "a",}]',
        b'[{"name": "\xff"}]',
        b"[" * 100_000,
        b'[{"count": ' + b"9" * 5_000 + b"}]",
    ],
    ids=lambda body: body[:20].decode("latin-1") or "nothing",
)
def test_a_body_of_another_form_is_refused_as_a_whole(
    server: SandboxServer, client: httpx.Client, body: bytes
) -> None:
    answer = client.post(CREATE, content=body)
    assert answer.status_code == 400
    assert list(answer.json()["data"]) == list(sample("bad_email.response.400.json")["data"])
    data = answer.json()["data"]
    assert (data["message"], data["error_code"]) == ("Failed to create records", "VALIDATION_FAILED")
    assert data["validation_errors"] is None
    assert server.store.slugs() == ()


def test_fields_and_objects_that_nobody_knows_are_stored(server: SandboxServer, client: httpx.Client) -> None:
    assert create(client, {"name": "a", "shoe_size": 43, "tags": ["x"]}, slug="student").status_code == 200
    [record] = server.store.records("student")
    assert (record["shoe_size"], record["tags"]) == (43, ["x"])
    assert server.store.count("lead") == 0


def test_values_are_stored_as_sent(server: SandboxServer, client: httpx.Client) -> None:
    name = "  Zoë \N{FAMILY} \u202e\x00 \ud83d\ude00 "
    body = json.dumps([{"name": name}]).encode()
    assert client.post(CREATE, content=body).status_code == 200
    [record] = server.store.records("lead")
    assert record["name"] == json.loads(body)[0]["name"]


def test_half_a_surrogate_pair_can_be_sent_and_read_back(server: SandboxServer, client: httpx.Client) -> None:
    assert client.post(CREATE, content=b'[{"name": "\\ud800"}]').status_code == 200
    record_id = server.store.records("lead")[0]["id"]
    assert b"\\ud800" in client.get(f"{RECORD}/{record_id}").content


def test_a_stored_record_has_the_printed_shape(server: SandboxServer, client: httpx.Client) -> None:
    create(client, {"name": "test Update", "phone": "+91-8129987917", "id": "mine", "created_at": 1})
    [stored] = server.store.records("lead")
    answer = client.get(f"{RECORD}/{stored['id']}")
    assert answer.status_code == 200
    assert list(answer.json()) == ["success", "data"]
    record = answer.json()["data"]
    assert list(record) == sorted(record)
    assert set(record) == {
        *("created_at", "created_by", "email", "external_id", "id", "name", "owner", "phone"),
        *("search_field", "updated_at", "updated_by"),
    }
    assert re.fullmatch(r"[A-Za-z0-9]{6}_[A-Za-z0-9]{8}", record["id"])
    assert record["owner"] == record["created_by"] == record["updated_by"]
    assert record["id"][:7] == record["owner"][:7]
    assert record["search_field"] == "test Update"
    assert record["email"] is None
    assert (
        record["created_at"] == record["updated_at"] == pytest.approx(server.requests[0].at * 1000, abs=5000)
    )
    assert isinstance(record["created_at"], int)


def test_an_owner_that_is_sent_is_kept(server: SandboxServer, client: httpx.Client) -> None:
    create(client, {"name": "a", "owner": "sandbx_AAAAAAAA"})
    assert server.store.records("lead")[0]["owner"] == "sandbx_AAAAAAAA"


def test_a_missing_record_is_answered_400_as_printed(client: httpx.Client) -> None:
    answer = client.get(f"{RECORD}/g1koYv_nothing0")
    assert answer.status_code == 400
    assert json.dumps(answer.json()) == json.dumps(
        {
            "success": False,
            "data": {
                "message": "Failed to get record",
                "status_code": 400,
                "error_code": "NOT_FOUND",
                "validation_errors": None,
                "meta_data": "record not found",
            },
        }
    )


def test_an_update_merges(server: SandboxServer, client: httpx.Client) -> None:
    create(client, {"name": "before", "phone": "+91-8129987917", "email": "a@firm.com"})
    before = server.store.records("lead")[0]
    answer = client.put(
        f"{RECORD}/{before['id']}", json={"name": "test Update", "email": None, "id": "other"}
    )
    assert answer.status_code == 200
    after = answer.json()["data"]
    assert after["name"] == after["search_field"] == "test Update"
    assert (after["phone"], after["email"], after["id"]) == ("+91-8129987917", None, before["id"])
    assert after["updated_at"] >= before["updated_at"]
    assert server.store.records("lead") == [after]


def test_an_update_with_a_bad_phone_is_refused_as_printed(
    server: SandboxServer, client: httpx.Client
) -> None:
    create(client, {"name": "a", "phone": "+91-8129987917"})
    before = server.store.records("lead")[0]
    answer = client.put(f"{RECORD}/{before['id']}", json={"phone": "+91-887788778888"})
    assert answer.status_code == 400
    assert json.dumps(answer.json()) == json.dumps(
        {
            "success": False,
            "data": {
                "message": "Failed to update record",
                "status_code": 400,
                "error_code": "VALIDATION_FAILED",
                "validation_errors": [
                    {
                        "object_slug": "lead",
                        "field": "phone",
                        "message": "invalid number",
                        "error_code": "PARSE_INVALID_FORMAT",
                        "record_index": 1,
                        "meta_data": None,
                    }
                ],
                "meta_data": "validation failed",
            },
        }
    )
    assert server.store.records("lead") == [before]


@pytest.mark.parametrize(
    ("body", "code", "meta"),
    [
        ({"name": "a"}, "NOT_FOUND", "record not found"),
        ([{"name": "a"}], "VALIDATION_FAILED", "request body is not an object"),
    ],
)
def test_an_update_of_nothing_or_with_nothing(client: httpx.Client, body: Any, code: str, meta: str) -> None:
    answer = client.put(f"{RECORD}/sandbx_nothing0", json=body)
    data = answer.json()["data"]
    assert (answer.status_code, data["error_code"], data["meta_data"]) == (400, code, meta)
    assert data["message"] == "Failed to update record"


def test_upsert_creates_and_updates(server: SandboxServer, client: httpx.Client) -> None:
    create(client, {"name": "old", "email": "test@gmail.com"})
    old = server.store.records("lead")[0]
    values = [{"name": "testAdmin", "email": "test@gmail.com"}, {"id": old["id"], "name": "testSteve"}]
    answer = client.post(UPSERT, json={"values": values})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert list(data) == ["records_created", "records_updated", "failed_records", "created_records"]
    assert (data["records_created"], data["records_updated"], data["failed_records"]) == (1, 1, None)
    [created] = data["created_records"]
    assert list(created) == sorted(created)
    assert (created["action"], created["object_slug"], created["name"]) == ("CREATED", "lead", "testAdmin")
    assert None not in created.values()
    assert [record["name"] for record in server.store.records("lead")] == ["testSteve", "testAdmin"]


def test_upsert_names_what_failed_and_stores_the_rest(server: SandboxServer, client: httpx.Client) -> None:
    values = [{"name": "a", "email": BAD_EMAIL}, {"id": "sandbx_nothing0", "name": "b"}, {"name": "c"}]
    data = client.post(UPSERT, json={"values": values}).json()["data"]
    assert (data["records_created"], data["records_updated"]) == (1, 0)
    assert [(error["record_index"], error["field"]) for error in data["failed_records"]] == [
        (1, "email"),
        (2, "id"),
    ]
    assert [record["name"] for record in server.store.records("lead")] == ["c"]


@pytest.mark.parametrize(
    "body", [[{"name": "a"}], {"values": []}, {"records": [{"name": "a"}]}, {"values": {}}]
)
def test_upsert_refuses_another_form(server: SandboxServer, client: httpx.Client, body: Any) -> None:
    answer = client.post(UPSERT, json=body)
    assert (answer.status_code, answer.json()["data"]["validation_errors"]) == (400, None)
    assert server.store.count("lead") == 0


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "abc"])
def test_no_key_no_record(server: SandboxServer, header: str | None) -> None:
    with connect(server) as client:
        del client.headers["Authorization"]
        headers = {} if header is None else {"Authorization": header}
        answer = create(client, {"name": "a"}, headers=headers)
    assert answer.status_code == 401
    assert list(answer.json()["data"]) == list(sample("bad_email.response.400.json")["data"])
    assert answer.json()["data"]["message"] == "Invalid or expired API key"
    assert server.store.count("lead") == 0


def test_a_pinned_key_is_the_only_one() -> None:
    settings = SandboxSettings(token="right-key")
    assert "right-key" not in repr(settings)
    with SandboxServer(settings=settings) as server:
        for key, status in (("wrong-key", 401), ("right-key", 200)):
            with connect(server, key) as client:
                assert create(client, {"name": "a"}).status_code == status
        assert server.store.count("lead") == 1


def test_a_body_past_the_limit_is_answered_413() -> None:
    settings = SandboxSettings(max_body=1000)
    with SandboxServer(settings=settings) as server, connect(server) as client:
        assert create(client, {"name": "a" * 2000}).status_code == 413
        assert create(client, {"name": "a" * 500}).status_code == 200
        assert server.store.count("lead") == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", CREATE, 405),
        ("GET", "/api/v1/org/objects/lead/filter", 405),
        ("DELETE", f"{RECORD}/sandbx_nothing0", 405),
        ("POST", "/api/v1/org/objects/lead/record", 404),
        ("POST", "/api/v1/org/objects//record/bulk_create", 404),
        ("POST", "/api/v1/org/objects/a%2Fb/record/bulk_create", 404),
        ("GET", "/api/v1/appflow/nothing", 404),
        ("GET", "/", 404),
    ],
)
def test_other_paths_and_methods(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert ("success" in answer.json()) == path.startswith("/api/v1/org/")
    assert ("error" in answer.json()) == (not path.startswith("/api/v1/org/"))


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_slash_at_the_end_makes_no_difference(
    server: SandboxServer, client: httpx.Client, slash: str
) -> None:
    assert client.post(CREATE + slash, json=[{"name": "a"}]).status_code == 200
    record_id = server.store.records("lead")[0]["id"]
    for prefix in ("/api/v1/appflow", "/api/v1/airbyte"):
        assert client.get(f"{prefix}/verify{slash}").status_code == 200
        assert client.post(f"{prefix}/objects/list{slash}").status_code == 200
        assert client.get(f"{prefix}/objects/lead{slash}").status_code == 200
        assert client.post(f"{prefix}/objects/lead/records{slash}", json={"query": {}}).status_code == 200
    assert client.get(f"{RECORD}/{record_id}{slash}").status_code == 200
    assert client.put(f"{RECORD}/{record_id}{slash}", json={"name": "b"}).status_code == 200
    assert client.post(f"/api/v1/org/objects/lead/filter{slash}", json={"query": {}}).status_code == 200


def test_every_answer_has_a_date(client: httpx.Client) -> None:
    assert client.get("/api/v1/appflow/verify/").headers["date"].endswith("GMT")
