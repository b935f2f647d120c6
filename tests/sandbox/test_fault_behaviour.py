"""What each fault does over HTTP: what the client gets, and what is stored."""

from __future__ import annotations

import time

import httpx
import pytest

from leapgrid.sandbox import SandboxServer

from .conftest import BAD_EMAIL, CREATE, FILTER, PULL, create, dial, errors_of, pull, request_bytes

BAD = {"name": "bad", "email": BAD_EMAIL}
GOOD = {"name": "good", "email": "good@firm.com"}
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
BODY = b'[{"name": "good"}]'
WORSE = {"name": "worse", "email": "worse@", "phone": "none"}


@pytest.mark.parametrize(
    ("fault", "status", "kind", "stored"),
    [
        ("error-500", 500, "application/json", 0),
        ("error-500-after", 500, "application/json", 1),
        ("html-502", 502, "text/html; charset=utf-8", 0),
        ("html-502-after", 502, "text/html; charset=utf-8", 1),
        ("html-200", 200, "text/html; charset=utf-8", 0),
        ("html-200-after", 200, "text/html; charset=utf-8", 1),
        ("rate-limit", 429, "application/json", 0),
        ("unauthorized-from=1", 401, "application/json", 0),
        ("too-large=0", 413, "application/json", 0),
    ],
)
def test_another_answer(
    server: SandboxServer, client: httpx.Client, fault: str, status: int, kind: str, stored: int
) -> None:
    server.set_fault(fault)
    answer = create(client, GOOD)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert server.store.count("lead") == stored
    assert (server.requests[-1].status, server.requests[-1].faults) == (status, (fault,))
    if kind == "application/json":
        assert answer.json()["success"] is False
        assert answer.json()["data"]["status_code"] == status
    server.set_fault()
    assert create(client, GOOD).status_code == 200


@pytest.mark.parametrize(
    ("fault", "stored"),
    [("cut-before", 0), ("cut-after", 1), ("cut-during", 1), ("reset-before", 0), ("reset-after", 1)],
)
def test_the_client_gets_no_answer(
    server: SandboxServer, client: httpx.Client, fault: str, stored: int
) -> None:
    server.set_fault(f"{fault}x1")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)):
        create(client, GOOD)
    assert server.wait_until(lambda: server.requests[-1].done)
    assert server.store.count("lead") == stored
    assert server.requests[-1].status is None
    assert create(client, GOOD).status_code == 200
    assert server.store.count("lead") == stored + 1


@pytest.mark.parametrize(("fault", "stored"), [("silent", 0), ("silent-after", 1)])
def test_the_server_never_answers(server: SandboxServer, fault: str, stored: int) -> None:
    server.set_fault(fault)
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY))
        assert server.wait_until(lambda: any(entry.body for entry in server.requests))
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert not server.requests[-1].done
    assert server.wait_until(lambda: server.requests[-1].done)
    assert server.store.count("lead") == stored
    assert server.requests[-1].status is None


def _seconds_before_storing(server: SandboxServer) -> float:
    created_at: int = server.store.records("lead")[0]["created_at"]
    return created_at / 1000 - server.requests[0].at


def test_slow_waits_before_storing(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("slow=0.4")
    assert create(client, GOOD).status_code == 200
    assert _seconds_before_storing(server) >= 0.39  # created_at has whole milliseconds


def test_slow_stores_even_if_the_client_has_gone(server: SandboxServer) -> None:
    server.set_fault("slow=0.5")
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY))
        assert server.wait_until(lambda: any(entry.body for entry in server.requests))
    assert server.wait_until(lambda: server.store.count("lead") == 1)
    assert _seconds_before_storing(server) >= 0.49


def test_slow_after_has_stored_already(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("slow-after=0.4")
    assert create(client, GOOD).status_code == 200
    answered = time.time()
    assert answered - server.store.records("lead")[0]["created_at"] / 1000 >= 0.4


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("", None),
        ("=2", "2"),
        ("=-1", "-1"),
        ("=Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ],
)
def test_rate_limit_for_some_calls(
    server: SandboxServer, client: httpx.Client, value: str, header: str | None
) -> None:
    server.set_fault(f"rate-limit{value}x2")
    answers = [create(client, GOOD) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers.get("retry-after") == header
    assert server.store.count("lead") == 1


def test_a_key_that_expires_in_the_middle(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("unauthorized-from=3")
    assert [create(client, GOOD).status_code for _ in range(4)] == [200, 200, 401, 401]
    assert client.get("/api/v1/appflow/verify/").json() == {"error": "Invalid or expired API key"}
    assert server.store.count("lead") == 2


def test_too_large_goes_by_the_number_of_records(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("too-large=2")
    assert create(client, GOOD, GOOD, GOOD).status_code == 413
    assert create(client, GOOD, GOOD).status_code == 200
    assert server.store.count("lead") == 2


def test_counting_from_0(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("zero-based")
    assert [error[0] for error in errors_of(create(client, BAD, GOOD, WORSE))] == [0, 2, 2]


def test_no_index_at_all(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("no-index")
    [error] = create(client, GOOD, BAD).json()["data"]["validation_errors"]
    assert list(error) == ["object_slug", "field", "message", "error_code", "meta_data"]


def test_a_message_quotes_another_record(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("other-value")
    assert errors_of(create(client, GOOD, BAD)) == [(2, "email", "invalid email format: good@firm.com")]
    assert errors_of(create(client, BAD)) == [(1, "email", "invalid email format: nobody@example.org")]
    # The refusal of a phone quotes nothing, so there is nothing to exchange.
    assert errors_of(create(client, {"phone": "none"})) == [(1, "phone", "invalid number")]


def test_only_the_first_bad_record_is_named(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("first-only")
    answer = create(client, GOOD, WORSE, BAD)
    assert [error[:2] for error in errors_of(answer)] == [(2, "email"), (2, "phone")]


def test_a_refusal_that_stores_the_good_ones(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("not-atomic")
    answer = create(client, GOOD, BAD)
    assert answer.status_code == 400
    assert [error[:2] for error in errors_of(answer)] == [(2, "email")]
    assert [record["name"] for record in server.store.records("lead")] == ["good"]


def test_look_ups_that_lag(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("stale=60")
    create(client, GOOD)
    record_id = server.store.records("lead")[0]["id"]
    path = f"/api/v1/org/objects/lead/record/{record_id}"
    assert pull(client) == []
    assert client.post(FILTER, json={"query": {}}).json()["data"]["records"] == []
    assert client.get(path).json()["data"]["error_code"] == "NOT_FOUND"
    server.set_fault()
    assert [record["id"] for record in pull(client)] == [record_id]
    assert client.get(path).status_code == 200


def test_a_lag_is_over_after_its_time(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("stale=0.3")
    started = time.monotonic()
    create(client, GOOD)
    while not pull(client):
        assert time.monotonic() - started < 10
    assert time.monotonic() - started >= 0.3


def test_faults_of_look_ups(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("lookup:error-500@2")
    create(client, GOOD)
    assert len(pull(client)) == 1
    answer = client.post(PULL, json={"query": {}})
    assert (answer.status_code, answer.json()) == (500, {"error": "Internal server error"})
    assert len(pull(client)) == 1


def test_several_faults_together(server: SandboxServer, client: httpx.Client) -> None:
    server.set_fault("cut-after@2", "stale=60")
    create(client, GOOD)
    with pytest.raises(httpx.RemoteProtocolError):
        create(client, GOOD)
    assert server.store.count("lead") == 2
    assert pull(client) == []


def test_a_request_may_ask_for_its_own_fault(server: SandboxServer, client: httpx.Client) -> None:
    asked = {"X-Sandbox-Fault": "html-502"}
    assert create(client, GOOD, headers=asked).status_code == 502
    assert client.get("/api/v1/appflow/verify/", headers=asked).status_code == 502
    assert create(client, GOOD).status_code == 200
    answer = create(client, GOOD, headers={"X-Sandbox-Fault": "nonsense"})
    assert answer.status_code == 400
    assert "no fault of that name" in answer.json()["error"]
    assert server.store.count("lead") == 1


def test_a_request_may_ask_to_be_cut(server: SandboxServer, client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CREATE, json=[GOOD], headers={"X-Sandbox-Fault": "cut-after"})
    assert server.store.count("lead") == 1
