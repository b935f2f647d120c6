"""What a sandbox says of itself, and what can be wrong with its look-ups."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from leapgrid.sandbox import SandboxServer, SandboxSettings

from .conftest import connect, create

PULL = "/api/v1/appflow/objects/lead/records/"


def pull(client: httpx.Client, token: str | None = None) -> Any:
    body = {"query": {"fields": ["name"], "filter": {}}, "next_token": token}
    return client.post(PULL, json=body)


def pages(client: httpx.Client) -> list[list[str]]:
    found, token = [], None
    while True:
        data = pull(client, token).json()["data"]
        found.append([record["id"] for record in data["records"]])
        token = data["next_token"]
        if token is None:
            return found


def test_it_says_that_a_refusal_stores_nothing() -> None:
    with SandboxServer() as server, connect(server) as client:
        refused = create(client, {"name": "a"}, {"email": "no address"})
        assert refused.status_code == 400
        assert refused.headers["x-leapgrid-sandbox"] == "all-or-nothing"
        assert "x-leapgrid-sandbox" not in pull(client).headers


@pytest.mark.parametrize("fault", ["not-atomic", "not-atomic@7"])
def test_it_does_not_where_that_is_not_so(fault: str) -> None:
    with SandboxServer(faults=fault) as server, connect(server) as client:
        assert "x-leapgrid-sandbox" not in create(client, {"email": "no address"}).headers


def test_its_time_can_be_set() -> None:
    settings = SandboxSettings(clock=lambda: 1_795_514_400.0)
    with SandboxServer(settings=settings) as server, connect(server) as client:
        answer = create(client, {"name": "a"})
    assert answer.headers.get_list("date") == ["Tue, 24 Nov 2026 10:00:00 GMT"]


@pytest.mark.parametrize(
    ("fault", "seen"), [("skip-page", [0, 1, 3, 4]), ("repeat-page", [0, 1, 1, 2, 2, 3, 3, 4])]
)
def test_pages_that_do_not_fit_together(fault: str, seen: list[int]) -> None:
    with SandboxServer(settings=SandboxSettings(page_size=2)) as server, connect(server) as client:
        create(client, *({"name": str(n)} for n in range(5)))
        ids = sorted(record["id"] for record in server.store.records("lead"))
        server.set_fault(fault)
        assert [ids.index(one) for page in pages(client) for one in page] == seen


def test_a_pull_that_does_not_exist() -> None:
    with SandboxServer(faults="no-pull") as server, connect(server) as client:
        assert pull(client).status_code == 404
