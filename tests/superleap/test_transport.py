"""The wire: what breaks, when, and what that proves. Real sockets, both clients."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from leapgrid.superleap import (
    Answer,
    AnswerLost,
    AsyncSuperleap,
    BadCaFile,
    FailureKind,
    Limits,
    NotSent,
    Request,
    Sent,
    Superleap,
    Timeouts,
    TlsNotVerified,
    TransportFailure,
    bulk_create_request,
)
from leapgrid.superleap.requests import verify_request
from tests.superleap.servers import (
    TLS,
    Connection,
    RawServer,
    answering,
    broken_chunks,
    busy_port,
    close_after_reading,
    close_before_reading,
    closed_port,
    cut_body,
    cut_chunks,
    garbage,
    half_a_head,
    huge_head,
    never_answers,
    never_reads,
    reset_after_reading,
    reset_before_reading,
    reset_in_body,
    slow_body,
    slow_chunks,
    slow_head,
    two_lengths,
)

SUCCESS = {"success": True, "data": {"message": "records added successfully"}}
CREATE = bulk_create_request("lead", [{"name": "Anna Keller", "email": "anna@kellerbau.de"}])
SHORT = Timeouts(create=0.6, read=0.6, connect=0.4)
OVERSHOOT = 1.0
"""Seconds that a deadline may be overshot (the bar), on a machine that does other work too."""

Call = Callable[..., Any]


async def test_a_whole_exchange(call: Call) -> None:
    with RawServer(
        answering(200, SUCCESS, x_request_id="r1", Date="Tue, 24 Nov 2026 10:00:00 GMT")
    ) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    (seen,) = server.seen
    assert isinstance(answer, Answer)
    assert (answer.status, answer.truncated) == (200, False)
    assert answer.headers["x-request-id"] == "r1"
    assert answer.date == 1_795_514_400.0
    assert 0 < answer.elapsed < 5
    assert seen.line == "POST /api/v1/org/objects/lead/record/bulk_create HTTP/1.1"
    assert seen.body == CREATE.body


async def test_only_documented_headers_leave(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        await call(server.base_url, "exchange", CREATE)
        await call(server.base_url, "exchange", verify_request())
    create, verify = server.seen
    protocol = {"host", "connection", "content-length"}
    documented = {"authorization", "accept-encoding", "user-agent"}
    assert set(create.headers) == protocol | documented | {"content-type"}
    assert set(verify.headers) == documented | {"host"}
    assert create.headers["authorization"].startswith("Bearer canary-")
    assert create.headers["content-type"] == "application/json"
    assert create.headers["accept-encoding"] == "gzip"
    assert create.headers["user-agent"].startswith("leapgrid/")


async def test_a_path_in_the_base_url_comes_first(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        await call(f"{server.base_url}/gateway/v2/", "exchange", CREATE)
    assert server.seen[0].path == "/gateway/v2/api/v1/org/objects/lead/record/bulk_create"


async def test_a_slug_arrives_as_one_segment(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        await call(server.base_url, "exchange", bulk_create_request("a b?c#d%2Fe", [{}]))
    assert server.seen[0].path == "/api/v1/org/objects/a%20b%3Fc%23d%252Fe/record/bulk_create"


async def test_localhost_is_held_to_loopback_and_keeps_its_name(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        answer = await call(f"localhost:{server.port}", "exchange", CREATE)
    assert answer.status == 200
    assert server.seen[0].headers["host"] == f"localhost:{server.port}"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1", "192.0.2.7"], ["192.0.2.7"], ["::ffff:127.0.0.1"], ["0.0.0.0"], []]
)
async def test_a_localhost_that_leads_elsewhere_gets_nothing(
    call: Call, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The system's resolver is what an attacker would have changed; it is the one thing replaced here.
    real = socket.getaddrinfo

    def resolver(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "localhost":
            return real(host, *args, **kwargs)
        if not addresses:
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with RawServer(answering(200, SUCCESS)) as server, pytest.raises(NotSent) as caught:
        await call(f"localhost:{server.port}", "exchange", CREATE)
    assert caught.value.kind is FailureKind.DNS
    assert server.connections == 0


# -- nothing was sent --------------------------------------------------------------------------------------


async def fails(call: Call, base_url: str, request: Request = CREATE, **settings: Any) -> TransportFailure:
    with pytest.raises(TransportFailure) as caught:
        await call(base_url, "exchange", request, **settings)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return caught.value


async def test_nobody_listens(call: Call) -> None:
    with closed_port() as port:
        failure = await fails(call, f"http://127.0.0.1:{port}")
    assert type(failure) is NotSent
    assert (failure.kind, failure.sent) == (FailureKind.CONNECT, Sent.NO)
    assert failure.message == f"No connection to 127.0.0.1:{port}. Nothing left this computer."


async def test_the_connection_is_not_taken(call: Call) -> None:
    with busy_port() as port:
        started = time.monotonic()
        failure = await fails(call, f"http://127.0.0.1:{port}", timeouts=Timeouts(connect=0.4))
        assert time.monotonic() - started < 0.4 + OVERSHOOT
    assert (failure.kind, failure.sent) == (FailureKind.CONNECT_TIMEOUT, Sent.NO)


async def test_the_total_deadline_while_connecting_is_not_sent(call: Call) -> None:
    with busy_port() as port:
        failure = await fails(call, f"http://127.0.0.1:{port}", timeouts=Timeouts(create=0.3, connect=5))
    assert (failure.kind, failure.sent) == (FailureKind.TIMEOUT, Sent.NO)


async def test_a_name_that_does_not_exist(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # Resolvers differ in how they fail, and some answer every name with an address of their own.
    def resolver(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    failure = await fails(call, "https://no-such-host.invalid")
    assert (failure.kind, failure.sent) == (FailureKind.DNS, Sent.NO)
    assert "no-such-host.invalid" in failure.message


async def test_tls_that_stalls(call: Call) -> None:
    with RawServer(lambda connection: connection.wait()) as server:
        failure = await fails(call, f"https://127.0.0.1:{server.port}", timeouts=SHORT)
    assert failure.sent is Sent.NO
    assert failure.kind is FailureKind.CONNECT_TIMEOUT


async def test_tls_against_a_plain_server(call: Call) -> None:
    with RawServer(lambda connection: connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        failure = await fails(call, f"https://127.0.0.1:{server.port}")
    assert (failure.kind, failure.sent) == (FailureKind.TLS, Sent.NO)


async def test_a_certificate_that_nobody_vouches_for(call: Call) -> None:
    with RawServer(answering(200, SUCCESS), tls=True) as server:
        failure = await fails(call, server.base_url)
    assert type(failure) is TlsNotVerified
    assert failure.kind is FailureKind.TLS_VERIFY
    assert server.seen == []


async def test_a_certificate_of_another_host(call: Call) -> None:
    with RawServer(answering(200, SUCCESS), tls=True) as server:
        failure = await fails(call, f"https://127.0.0.2:{server.port}", ca_file=TLS / "loopback.pem")
        # On systems without the whole 127.0.0.0/8 nobody listens there, which proves nothing of this.
        assert failure.kind in (FailureKind.TLS_VERIFY, FailureKind.CONNECT)
    assert failure.sent is Sent.NO
    assert server.seen == []


async def test_a_certificate_that_was_given_is_trusted(call: Call) -> None:
    with RawServer(answering(200, SUCCESS), tls=True) as server:
        answer = await call(server.base_url, "exchange", CREATE, ca_file=TLS / "loopback.pem")
    assert answer.status == 200


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_a_file_of_certificates_that_is_none(call: Call, content: str | None, tmp_path: Any) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadCaFile):
        await call("https://127.0.0.1:1", "verify", ca_file=path)


async def test_a_setting_of_the_system_that_names_no_certificates(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(BadCaFile):
        await call("https://127.0.0.1:1", "verify")


# -- it may have arrived -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        close_before_reading,
        reset_before_reading,
        close_after_reading,
        reset_after_reading,
        garbage,
        half_a_head,
        cut_body,
        reset_in_body,
        broken_chunks,
        cut_chunks,
        huge_head,
        two_lengths,
    ],
    ids=lambda script: script.__name__,
)
async def test_a_broken_answer_leaves_it_open_and_a_create_is_not_repeated(
    call: Call, script: Callable[[Connection], None]
) -> None:
    with RawServer(script) as server:
        failure = await fails(call, server.base_url)
    assert type(failure) is AnswerLost
    assert failure.sent is Sent.MAYBE
    assert server.connections == 1


# -- the one deadline --------------------------------------------------------------------------------------


BIG = bulk_create_request("lead", [{"name": "x" * 16_000_000}])


@pytest.mark.parametrize("script", [never_answers, never_reads, slow_head, slow_body, slow_chunks])
@pytest.mark.parametrize("request_", [BIG, verify_request()], ids=["create", "read"])
async def test_one_deadline_counts_everything(
    call: Call, script: Callable[[Connection], None], request_: Request
) -> None:
    with RawServer(script) as server:
        started = time.monotonic()
        failure = await fails(call, server.base_url, request_, timeouts=SHORT)
        took = time.monotonic() - started
    assert (failure.kind, failure.sent) == (FailureKind.TIMEOUT, Sent.MAYBE)
    assert 0.5 < took < 0.6 + OVERSHOOT


# -- connections -------------------------------------------------------------------------------------------


async def test_every_create_has_a_connection_of_its_own() -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        async with AsyncSuperleap(server.base_url, "key") as client:
            for _ in range(5):
                await client.exchange(CREATE)
    assert server.connections == 5
    assert {seen.headers["connection"] for seen in server.seen} == {"close"}


async def test_reads_share_one_and_survive_its_end() -> None:
    def two_each(connection: Connection) -> None:
        # The third request on a connection finds it closed, as with a server's idle time.
        for _ in range(2):
            if connection.read_request() is not None:
                connection.answer(200, {"status": "ok"})

    with RawServer(two_each) as server:
        async with AsyncSuperleap(server.base_url, "key") as client:
            answers = [await client.exchange(verify_request()) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 6
    assert server.connections == 3


async def test_a_read_on_a_fresh_connection_is_not_repeated(call: Call) -> None:
    with RawServer(close_after_reading) as server:
        failure = await fails(call, server.base_url, verify_request())
    assert failure.sent is Sent.MAYBE
    assert server.connections == 1


async def test_the_plain_client_can_be_used_again_after_close() -> None:
    def work(base_url: str) -> list[int]:
        client = Superleap(base_url, "key")
        statuses = []
        for _ in range(2):
            statuses.append(client.exchange(verify_request()).status)
            client.close()
        client.close()
        return statuses

    with RawServer(answering(200, {"status": "ok"})) as server:
        assert await asyncio.to_thread(work, server.base_url) == [200, 200]


async def test_the_plain_client_works_where_a_loop_runs() -> None:
    with RawServer(answering(200, SUCCESS)) as server, Superleap(server.base_url, "key") as client:
        assert client.bulk_create("lead", [{"name": "a"}]).count == 1


async def test_a_cancelled_call_ends_at_once() -> None:
    with RawServer(never_answers) as server:
        async with AsyncSuperleap(server.base_url, "key") as client:
            task = asyncio.create_task(client.exchange(CREATE))
            await asyncio.to_thread(server.arrived.wait, 5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


# -- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["{other}/x", "/elsewhere", "//127.0.0.1:{port}/x", "http://u:p@127.0.0.1:{port}/"]
)
async def test_no_redirect_is_followed(call: Call, status: int, target: str) -> None:
    with RawServer(answering(200, SUCCESS)) as other:
        location = target.format(other=other.base_url, port=other.port)
        with RawServer(answering(status, b"", location=location)) as server:
            for request in (CREATE, verify_request()):
                answer = await call(server.base_url, "exchange", request)
                assert answer.status == status
                assert answer.headers["location"] == location
            assert len(server.seen) == 2
        assert other.connections == 0


# -- proxies -----------------------------------------------------------------------------------------------

PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [*PROXIES, "NO_PROXY"]:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", [*PROXIES, *(name.lower() for name in PROXIES)])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
async def test_what_is_meant_for_this_computer_meets_no_proxy(
    call: Call, name: str, tls: bool, no_proxies: pytest.MonkeyPatch
) -> None:
    with RawServer(answering(200, SUCCESS)) as proxy, RawServer(answering(200, SUCCESS), tls=tls) as server:
        no_proxies.setenv(name, proxy.base_url)
        answer = await call(server.base_url, "exchange", CREATE, ca_file=TLS / "loopback.pem")
        assert answer.status == 200
        assert (proxy.connections, len(server.seen)) == (0, 1)


@pytest.mark.parametrize("status", [407, 502, 403])
async def test_a_proxy_that_does_not_connect_saw_no_key(
    call: Call, status: int, no_proxies: pytest.MonkeyPatch
) -> None:
    with RawServer(answering(status, b"no")) as proxy:
        no_proxies.setenv("HTTPS_PROXY", proxy.base_url)
        failure = await fails(call, "https://crm.example.invalid")
        (seen,) = proxy.seen
    assert (failure.kind, failure.sent) == (FailureKind.PROXY, Sent.NO)
    assert seen.line.startswith("CONNECT crm.example.invalid:443")
    assert "authorization" not in seen.headers
    assert "canary" not in str(seen)


async def test_a_proxy_that_hangs_up_saw_no_key(call: Call, no_proxies: pytest.MonkeyPatch) -> None:
    with RawServer(close_after_reading) as proxy:
        no_proxies.setenv("HTTPS_PROXY", proxy.base_url)
        failure = await fails(call, "https://crm.example.invalid")
    assert failure.sent is Sent.NO


@pytest.mark.parametrize("value", ["nonsense://x", "http://[::1", "socks9://127.0.0.1:1", "http://a:99999"])
async def test_a_proxy_setting_that_cannot_be_used(
    call: Call, value: str, no_proxies: pytest.MonkeyPatch
) -> None:
    no_proxies.setenv("HTTPS_PROXY", value)
    failure = await fails(call, "https://crm.example.invalid")
    assert failure.sent is Sent.NO


# -- bodies ------------------------------------------------------------------------------------------------


async def test_gzip_is_decoded(call: Call) -> None:
    body = gzip.compress(b'{"success": true}')
    with RawServer(answering(200, body, content_encoding="gzip")) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert (answer.body, answer.truncated) == (b'{"success": true}', False)


async def test_gzip_in_several_parts_is_decoded(call: Call) -> None:
    body = gzip.compress(b'{"success": ') + gzip.compress(b"true}")
    with RawServer(answering(200, body, content_encoding="GZIP")) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert (answer.body, answer.truncated) == (b'{"success": true}', False)


async def test_an_empty_body_that_calls_itself_gzip_is_empty(call: Call) -> None:
    with RawServer(answering(204, b"", content_encoding="gzip")) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert (answer.body, answer.truncated) == (b"", False)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b'{"success": true}')[:-6], "gzip"),
        (b'{"success": true}', "gzip"),
        (gzip.compress(b'{"success": true}') + b"trailing", "gzip"),
        (b'{"success": true}', "br"),
        (b'{"success": true}', "zstd"),
        (zlib.compress(b'{"success": true}'), "deflate"),
        (gzip.compress(gzip.compress(b'{"success": true}')), "gzip, gzip"),
        (b'{"success": true}', "x" * 300),
    ],
    ids=["cut", "not gzip", "trailing", "br", "zstd", "deflate", "twice", "long"],
)
async def test_what_cannot_be_decoded_whole_is_marked(call: Call, body: bytes, encoding: str) -> None:
    with RawServer(answering(200, body, content_encoding=encoding)) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert (answer.status, answer.truncated) == (200, True)


async def test_a_gzip_bomb_is_cut_at_the_limit_and_costs_little(call: Call) -> None:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezer.compress(b" " * 1_000_000) for _ in range(300)) + squeezer.flush()
    assert len(bomb) < 400_000
    with RawServer(answering(200, bomb, content_encoding="gzip")) as server:
        tracemalloc.start()
        answer = await call(server.base_url, "exchange", CREATE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (len(answer.body), answer.truncated) == (8 * 1024 * 1024, True)
    assert peak < 32 * 1024 * 1024


async def test_a_body_without_end_is_cut_at_the_limit(call: Call) -> None:
    def endless(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.send(b"[" * 65536)

    with RawServer(endless) as server:
        answer = await call(server.base_url, "exchange", CREATE, limits=Limits(body=100_000))
    assert (len(answer.body), answer.truncated) == (100_000, True)


@pytest.mark.parametrize("size", [99_999, 100_000, 100_001])
@pytest.mark.parametrize("zipped", [False, True])
async def test_the_limit_is_exact(call: Call, size: int, zipped: bool) -> None:
    body = b"x" * size
    headers = {"content_encoding": "gzip"} if zipped else {}
    with RawServer(answering(200, gzip.compress(body) if zipped else body, **headers)) as server:
        answer = await call(server.base_url, "exchange", CREATE, limits=Limits(body=100_000))
    assert (len(answer.body), answer.truncated) == (min(size, 100_000), size > 100_000)


async def test_an_early_answer_while_sending_is_read(call: Call) -> None:
    def refuse_early(connection: Connection) -> None:
        connection.sock.recv(1000)
        connection.answer(413, b"too large", connection="close")
        connection.sock.recv(100_000_000)
        while connection.sock.recv(1_000_000):
            pass

    with RawServer(refuse_early) as server:
        answer = await call(server.base_url, "exchange", BIG)
    assert answer.status == 413


async def test_a_header_that_came_twice_is_joined(call: Call) -> None:
    def twice(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 429 X\r\nRetry-After: 5\r\nRETRY-AFTER: 10\r\nContent-Length: 0\r\n\r\n")

    with RawServer(twice) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert answer.headers["retry-after"] == "5, 10"
    assert answer.retry_after == 10.0


async def test_interim_answers_are_passed_over(call: Call) -> None:
    def hints(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")
        connection.answer(200, SUCCESS)

    with RawServer(hints) as server:
        answer = await call(server.base_url, "exchange", CREATE)
    assert answer.status == 200
