"""Starting and stopping: in tests, in an application on an event loop, and as a command."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import cast

import httpx
import pytest

from leapgrid.sandbox import BadFault, SandboxServer, SandboxSettings, SandboxUnavailable, create_app
from leapgrid.sandbox.faults import FaultBook

from .conftest import CREATE, connect, create


def _sandbox_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "leapgrid-sandbox"]


def test_it_starts_on_a_free_port_and_stops() -> None:
    server = SandboxServer()
    server.stop()
    with server, connect(server) as client:
        assert server.base_url == f"http://127.0.0.1:{server.port}"
        assert server.port > 0
        assert create(client, {"name": "a"}).status_code == 200
    assert _sandbox_threads() == []
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", server.port), timeout=5),
    ):
        pass
    gc.collect()  # what was left open would warn here, and warnings are errors


def test_started_again_it_goes_on_where_it_was() -> None:
    server = SandboxServer()
    server.start()
    server.start()
    url = server.base_url
    with connect(server) as client:
        create(client, {"name": "a"})
    server.stop()
    server.start()
    try:
        assert server.base_url == url
        with connect(server) as client:
            create(client, {"name": "b"})
        assert [record["name"] for record in server.store.records("lead")] == ["a", "b"]
        assert len(server.requests) == 2
    finally:
        server.stop()


def test_two_servers_know_nothing_of_each_other() -> None:
    with SandboxServer() as one, SandboxServer(faults="error-500") as other:
        with connect(one) as client:
            assert create(client, {"name": "a"}).status_code == 200
        with connect(other) as client:
            assert create(client, {"name": "a"}).status_code == 500
        assert (one.store.count("lead"), other.store.count("lead")) == (1, 0)


@pytest.mark.parametrize("fault", ["slow=60", "slow-after=60", "silent", "stall"])
def test_stopping_does_not_wait_for_open_requests(fault: str) -> None:
    server = SandboxServer(faults=fault)
    stored = int(fault == "slow-after=60")
    ends: list[httpx.HTTPError] = []

    def send() -> None:
        with connect(server) as client:
            try:
                create(client, {"name": "a"})
            except httpx.HTTPError as error:
                ends.append(error)

    with server:
        thread = threading.Thread(target=send)
        thread.start()
        assert server.wait_until(lambda: bool(server.requests) and server.store.count("lead") == stored)
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 4
        thread.join()
    assert len(ends) == 1
    assert server.store.count("lead") == stored
    assert server.failures == []
    gc.collect()


def test_stopping_closes_idle_connections() -> None:
    with SandboxServer() as server, httpx.Client(base_url=server.base_url, trust_env=False) as client:
        assert client.get("/api/v1/appflow/verify/").status_code == 401
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 4


async def test_an_application_on_an_event_loop_can_run_one() -> None:
    server = SandboxServer()
    server.start()
    try:
        async with httpx.AsyncClient(base_url=server.base_url, trust_env=False) as client:
            headers = {"Authorization": "Bearer x"}
            answers = await asyncio.gather(
                *(client.post(CREATE, json=[{"name": str(n)}], headers=headers) for n in range(10))
            )
        assert {answer.status_code for answer in answers} == {200}
        assert server.store.count("lead") == 10
    finally:
        server.stop()


def test_it_leaves_signals_and_the_terminal_alone(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    handlers = list(logging.getLogger().handlers)
    with SandboxServer() as server:
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(b"this is not HTTP\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 400")
        with connect(server) as client:
            create(client, {"name": "a"})
    assert logging.getLogger().handlers == handlers
    assert capfd.readouterr() == ("", "")


def test_a_defect_of_the_sandbox_is_answered_500_and_kept() -> None:
    broken = SandboxSettings(blocked_email_domains=cast("frozenset[str]", None))
    with SandboxServer(settings=broken) as server, connect(server) as client:
        answer = create(client, {"name": "a", "email": "a@example.com"})
        assert (answer.status_code, answer.json()["data"]["error_code"]) == (500, "INTERNAL_ERROR")
        assert [type(error) for error in server.failures] == [TypeError]
        assert server.requests[0].status == 500


async def test_the_application_alone_cannot_cut() -> None:
    """Without the server's connections such a fault is a mistake of the caller, and is said to be one."""
    app = create_app(faults=FaultBook("cut-after"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with pytest.raises(RuntimeError, match="use SandboxServer"):
            await client.post(CREATE, json=[{"name": "a"}], headers={"Authorization": "Bearer x"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_only_loopback(host: str) -> None:
    with pytest.raises(SandboxUnavailable, match="this computer only"):
        SandboxServer(host=host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2"])
def test_names_of_loopback(host: str) -> None:
    with SandboxServer(host=host) as server, connect(server) as client:
        assert create(client, {"name": "a"}).status_code == 200


def test_a_port_that_is_taken() -> None:
    with (
        SandboxServer() as server,
        pytest.raises(SandboxUnavailable, match=f"Port {server.port} cannot be used"),
    ):
        SandboxServer(server.port).start()


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(SandboxUnavailable, match="cannot be used"):
        SandboxServer(port).start()


def test_a_fault_that_is_none() -> None:
    with pytest.raises(BadFault):
        SandboxServer(faults="nonsense")


def test_the_log_has_no_key(server: SandboxServer) -> None:
    with connect(server, key="secret-key") as client:
        client.post(CREATE, content=b'[{"name": "a"}]', headers={"X-Other": "1"})
    [entry] = server.requests
    assert (entry.method, entry.path, entry.body) == ("POST", CREATE, b'[{"name": "a"}]')
    assert (entry.status, entry.done, entry.faults) == (200, True, ())
    assert entry.headers["authorization"] == "***"
    assert entry.headers["x-other"] == "1"
    assert entry.at == pytest.approx(time.time(), abs=60)
    assert "secret-key" not in repr(entry)


def test_waiting_ends_with_its_time(server: SandboxServer) -> None:
    assert server.wait_until(lambda: False, timeout=0.01) is False


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is another thing there")
def test_the_command_prints_its_address_first_and_ends_with_ctrl_c() -> None:
    code = "from leapgrid.sandbox import run; run(port=0, faults=['error-500x1'])"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-X", "dev", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            headers = {"Authorization": "Bearer x"}
            for status in (500, 200):
                answer = httpx.post(url + CREATE, json=[{"name": "a"}], headers=headers, trust_env=False)
                assert answer.status_code == status
            port = int(url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"this is not HTTP\r\n\r\n")
                assert connection.recv(1000).startswith(b"HTTP/1.1 400")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert url.startswith("http://127.0.0.1:")


def test_the_sandbox_loads_neither_the_judges_nor_the_screen() -> None:
    code = (
        "import sys, leapgrid.sandbox\n"
        "names = ('email_validator', 'phonenumbers', 'textual', 'polars', 'sqlalchemy', 'leapgrid.records')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
