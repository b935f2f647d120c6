"""A sandbox server on a free port, and a client that talks to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
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


def connect(server: SandboxServer, key: str = "any-key") -> httpx.Client:
    """A client with a key; a fresh connection for every call, as creates are sent."""
    return httpx.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=20.0,
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


@contextmanager
def dial(server: SandboxServer) -> Iterator[socket.socket]:
    """A raw connection, to see every byte that comes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


def request_bytes(body: bytes, length: int | None = None) -> bytes:
    """A bulk_create with this body, and with another Content-Length where one is given."""
    head = f"POST {CREATE} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n"
    return f"{head}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


def read_all(connection: socket.socket) -> tuple[bytes, str]:
    """What came until the end, and how it ended: "end" or "reset"."""
    received = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return received, "reset"
        if not part:
            return received, "end"
        received += part
