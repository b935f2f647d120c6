"""The control path, for whoever runs in another process."""

from __future__ import annotations

import httpx
import pytest

from leapgrid.sandbox import Fault, SandboxServer

from .conftest import CREATE, connect, create


@pytest.fixture
def control(server: SandboxServer) -> httpx.Client:
    with httpx.Client(base_url=f"{server.base_url}/_sandbox", trust_env=False) as connected:
        yield connected


def test_what_is_stored(client: httpx.Client, control: httpx.Client) -> None:
    create(client, {"name": "a"}, {"name": "b"})
    create(client, {"name": "c"}, slug="student")
    assert control.get("/records").json() == {"objects": {"lead": 2, "student": 1}}
    stored = control.get("/records/lead").json()
    assert (stored["object"], stored["count"]) == ("lead", 2)
    assert [record["name"] for record in stored["records"]] == ["a", "b"]
    assert control.get("/records/nothing").json()["count"] == 0
    assert control.delete("/records").json() == {"objects": {}}
    assert control.get("/records/lead").json()["records"] == []


def test_what_has_come(server: SandboxServer, client: httpx.Client, control: httpx.Client) -> None:
    client.post(CREATE, content=b'[{"name": "\xff"}]')
    [entry] = control.get("/requests").json()["requests"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", CREATE, 400)
    assert entry["body"] == '[{"name": "\ufffd"}]'
    assert entry["headers"]["authorization"] == "***"
    assert control.delete("/requests").json() == {"requests": []}
    assert server.requests == []


def test_faults_are_set_and_cleared(
    server: SandboxServer, client: httpx.Client, control: httpx.Client
) -> None:
    answer = control.put("/faults", json={"faults": ["error-500", "stale=2"]})
    assert answer.json() == {"faults": ["error-500", "stale=2"]}
    assert create(client, {"name": "a"}).status_code == 500
    assert control.put("/faults", json={"faults": ["rate-limit=1x1"]}).status_code == 200
    assert create(client, {"name": "a"}).status_code == 429
    assert create(client, {"name": "a"}).status_code == 200
    assert control.get("/faults").json() == {"faults": ["rate-limit=1x1"]}
    assert control.delete("/faults").json() == {"faults": []}
    server.set_fault(Fault("html-200"))
    assert control.get("/faults/").json() == {"faults": ["html-200"]}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"faults": "slow=1"}', b'{"faults": [1]}', b'{"faults": ["no"]}']
)
def test_faults_of_another_form_change_nothing(
    server: SandboxServer, control: httpx.Client, body: bytes
) -> None:
    server.set_fault("error-500")
    answer = control.put("/faults", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert control.get("/faults").json() == {"faults": ["error-500"]}


@pytest.mark.parametrize("path", ["/records", "/records/lead", "/requests", "/faults"])
def test_a_page_under_a_foreign_name_is_kept_out(control: httpx.Client, path: str) -> None:
    assert control.get(path, headers={"Host": "evil.example"}).status_code == 403
    assert control.get(path, headers={"Host": "localhost:1"}).status_code == 200


def test_faults_do_not_strike_the_control_path(server: SandboxServer, control: httpx.Client) -> None:
    server.set_fault("all:cut-before")
    assert control.get("/records").status_code == 200
    with connect(server) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/v1/appflow/verify/")
