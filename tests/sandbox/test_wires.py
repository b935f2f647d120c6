"""Cuts as a raw socket sees them: not one byte of an answer."""

from __future__ import annotations

import json

import pytest

from leapgrid.sandbox import SandboxServer

from .conftest import dial, read_all, request_bytes

WHOLE = b'{"success":true,"data":{"message":"records added successfully"}}'
BODY = json.dumps([{"name": "a"}]).encode()


@pytest.mark.parametrize(
    ("fault", "end", "stored"),
    [
        ("cut-before", "end", 0),
        ("cut-after", "end", 1),
        ("reset-before", "reset", 0),
        ("reset-after", "reset", 1),
    ],
)
def test_no_byte_of_an_answer(server: SandboxServer, fault: str, end: str, stored: int) -> None:
    server.set_fault(fault)
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY))
        assert read_all(connection) == (b"", end)
    assert server.store.count("lead") == stored


def test_half_an_answer(server: SandboxServer) -> None:
    server.set_fault("cut-during")
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY))
        received, end = read_all(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    assert end == "end"
    assert head.startswith(b"HTTP/1.1 200")
    assert body == WHOLE[: len(WHOLE) // 2]
    assert f"content-length: {len(WHOLE)}".encode() in head
    assert server.store.count("lead") == 1


def test_a_cut_before_does_not_wait_for_the_body(server: SandboxServer) -> None:
    server.set_fault("cut-before")
    with dial(server) as connection:
        connection.sendall(request_bytes(b"", length=1000))
        assert read_all(connection) == (b"", "end")
    assert server.requests[0].body == b""


def test_a_stalled_server_takes_no_more_than_its_buffers(server: SandboxServer) -> None:
    server.set_fault("stall")
    with dial(server) as connection:
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.sendall(request_bytes(b" " * 50_000_000))
    assert server.requests[0].body == b""
    assert server.store.count("lead") == 0


def test_half_a_request_stores_nothing(server: SandboxServer) -> None:
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY, length=len(BODY) + 10))
        assert server.wait_until(lambda: len(server.requests) == 1)
    assert server.wait_until(lambda: server.requests[0].done)
    assert server.requests[0].status is None
    assert server.store.count("lead") == 0


def test_two_requests_on_one_connection_and_a_cut_of_the_second(server: SandboxServer) -> None:
    server.set_fault("cut-after@2")
    with dial(server) as connection:
        connection.sendall(request_bytes(BODY))
        first = b""
        while not first.endswith(WHOLE):
            first += connection.recv(65536)
        assert first.startswith(b"HTTP/1.1 200")
        connection.sendall(request_bytes(BODY))
        assert read_all(connection) == (b"", "end")
    assert server.store.count("lead") == 2
