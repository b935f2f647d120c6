"""A sandbox server on a free port, and a client that talks to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from leapgrid.sandbox import SandboxServer

SAMPLES = Path(__file__).parent.parent / "samples"
CREATE = "/api/v1/org/objects/lead/record/bulk_create"
UPSERT = "/api/v1/org/objects/lead/record/bulk_upsert"
FILTER = "/api/v1/org/objects/lead/filter"
PULL = "/api/v1/appflow/objects/lead/records/"
BAD_EMAIL = "test .sok@gmail.com"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running
    assert running.failures == []


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    with connect(server) as connected:
        yield connected


def connect(server: SandboxServer, key: str = "any-key", timeout: float = 20.0) -> httpx.Client:
    """A client with a key; a fresh connection for every call, as creates are sent."""
    return httpx.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=timeout,
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def sample(name: str) -> Any:
    """The JSON of a printed request or answer."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def create(client: httpx.Client, *records: Any, slug: str = "lead", **options: Any) -> httpx.Response:
    """Send these records in one bulk_create."""
    return client.post(f"/api/v1/org/objects/{slug}/record/bulk_create", json=list(records), **options)


def pull(client: httpx.Client, condition: Any = None, **more: Any) -> list[dict[str, Any]]:
    """The records that a connector pull finds, of one page."""
    query = {"fields": ["id", "name", "email"], "filter": condition or {}}
    answer = client.post(PULL, json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["records"]
    return found


def errors_of(answer: httpx.Response) -> list[tuple[Any, ...]]:
    """Index, field and message of every validation error of a refusal."""
    errors = answer.json()["data"]["validation_errors"]
    return [(error.get("record_index"), error["field"], error["message"]) for error in errors]
