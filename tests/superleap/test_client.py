"""The calls of both clients: what they give back and which errors they raise."""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from leapgrid.superleap import (
    Answer,
    AnswerError,
    AnswerLost,
    AsyncSuperleap,
    BadBaseUrl,
    BadInput,
    BadRecords,
    BadToken,
    BulkCreateResult,
    FailureKind,
    NotAllowed,
    NotSent,
    NotUnderstood,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Sent,
    Superleap,
    SuperleapError,
    TooLarge,
    TransportFailure,
    VerifyResult,
    WrongPlace,
    errors,
    read_create,
)
from leapgrid.superleap.errors import transport_failure
from tests.superleap.servers import Connection, RawServer, answering, closed_port

Call = Callable[..., Any]
RECORDS = [{"name": "test-8", "email": "test .sok@gmail.com"}, {"name": "test-9", "email": "test1@gmail.com"}]
SUCCESS = {"success": True, "data": {"message": "records added successfully"}}
REFUSAL = {
    "success": False,
    "data": {
        "message": "Failed to create records",
        "status_code": 400,
        "error_code": "VALIDATION_FAILED",
        "validation_errors": [
            {
                "object_slug": "lead",
                "field": "email",
                "message": "invalid email format: test .sok@gmail.com",
                "error_code": "PARSE_INVALID_FORMAT",
                "record_index": 1,
                "meta_data": None,
            }
        ],
        "meta_data": "validation failed :",
    },
}


async def test_a_bulk_create_gives_back_what_was_sent(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        result = await call(server.base_url, "bulk_create", "lead", RECORDS)
    assert isinstance(result, BulkCreateResult)
    assert (result.count, result.status) == (2, 200)
    assert result.server_message == "records added successfully"
    assert server.seen[0].value == RECORDS


CREATES: list[tuple[int, Any, type[AnswerError]]] = [
    (200, b"<html></html>", OutcomeUnknown),
    (200, b"", OutcomeUnknown),
    (200, {"success": True, "data": {"count": 1}}, OutcomeUnknown),
    (200, REFUSAL, Refused),
    (202, b"", OutcomeUnknown),
    (302, b"", OutcomeUnknown),
    (307, b"", WrongPlace),
    (400, REFUSAL, Refused),
    (400, b"bad", Refused),
    (422, REFUSAL, Refused),
    (401, {"error": "Invalid or expired API key"}, NotAllowed),
    (403, b"", NotAllowed),
    (404, b"", WrongPlace),
    (405, b"", WrongPlace),
    (410, b"", WrongPlace),
    (415, b"", WrongPlace),
    (501, b"", WrongPlace),
    (505, b"", WrongPlace),
    (413, b"", TooLarge),
    (429, b"", RateLimited),
    (408, b"", OutcomeUnknown),
    (409, b"", OutcomeUnknown),
    (425, b"", OutcomeUnknown),
    (418, b"", OutcomeUnknown),
    (500, b"", OutcomeUnknown),
    (502, b"<html>", OutcomeUnknown),
    (504, b"", OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "body", "kind"), CREATES)
async def test_a_create_that_did_not_create_raises_by_its_verdict(
    call: Call, status: int, body: Any, kind: type[AnswerError]
) -> None:
    with RawServer(answering(status, body, retry_after="7")) as server:
        with pytest.raises(AnswerError) as caught:
            await call(server.base_url, "bulk_create", "lead", RECORDS)
        # Whatever came: it went out once.
        assert len(server.seen) == 1
    error = caught.value
    assert type(error) is kind
    assert error.sent is Sent.YES
    assert error.what_to_do.endswith(".")
    assert error.status == status
    assert error.retry_after == 7.0
    assert error.verdict is not None
    assert error.message == error.verdict.message == str(error)


async def test_a_refusal_says_which_records(call: Call) -> None:
    with RawServer(answering(400, REFUSAL)) as server, pytest.raises(Refused) as caught:
        await call(server.base_url, "bulk_create", "lead", RECORDS)
    (error,) = caught.value.errors
    assert (error.field, error.record_index) == ("email", 1)
    assert caught.value.verdict is not None
    assert caught.value.verdict.server_message == "Failed to create records"


async def test_one_record_alone_that_is_too_large(call: Call) -> None:
    with RawServer(answering(413, b"")) as server, pytest.raises(TooLarge):
        await call(server.base_url, "bulk_create", "lead", RECORDS[:1])


async def test_records_that_cannot_be_sent_reach_nobody(call: Call) -> None:
    with RawServer(answering(200, SUCCESS)) as server:
        for slug, records in (("lead", []), ("lead", [{"x": {1}}]), ("../x", RECORDS), ("", RECORDS)):
            with pytest.raises(BadRecords) as caught:
                await call(server.base_url, "bulk_create", slug, records)
            assert caught.value.sent is Sent.NO
        assert server.connections == 0


async def test_no_connection(call: Call) -> None:
    with closed_port() as port:
        for name, args in (
            ("bulk_create", ("lead", RECORDS)),
            ("verify", ()),
            ("find", ("lead", "email", ["a"])),
        ):
            with pytest.raises(NotSent) as caught:
                await call(f"http://127.0.0.1:{port}", name, *args)
            assert caught.value.what_to_do == "Try again."


async def test_verify(call: Call) -> None:
    date = "Tue, 24 Nov 2026 10:00:00 GMT"
    with RawServer(answering(200, {"status": "ok"}, date=date)) as server:
        result = await call(server.base_url, "verify")
    assert isinstance(result, VerifyResult)
    assert result.server_date == 1_795_514_400.0
    assert server.seen[0].line == "GET /api/v1/appflow/verify/ HTTP/1.1"


VERIFIES: list[tuple[int, Any, type[AnswerError]]] = [
    (401, {"error": "Invalid or expired API key"}, NotAllowed),
    (403, {"error": "Forbidden"}, NotAllowed),
    (404, b"", WrongPlace),
    (302, b"", WrongPlace),
    (308, b"", WrongPlace),
    (429, b"", RateLimited),
    (413, b"", TooLarge),
    (400, {"error": "Invalid query format"}, Refused),
    (500, {"error": "Internal server error"}, NotUnderstood),
    (502, b"<html>", NotUnderstood),
    (418, b"", NotUnderstood),
    (200, b"<html>Log in</html>", NotUnderstood),
    (200, b"", NotUnderstood),
    (200, {"status": "bad"}, NotUnderstood),
    (200, {"success": True}, NotUnderstood),
    (200, ["ok"], NotUnderstood),
    (200, REFUSAL, NotUnderstood),
    (202, {"status": "ok"}, NotUnderstood),
]


@pytest.mark.parametrize(("status", "body", "kind"), VERIFIES)
async def test_a_key_is_fine_only_if_the_documented_answer_says_so(
    call: Call, status: int, body: Any, kind: type[AnswerError]
) -> None:
    with RawServer(answering(status, body, retry_after="7")) as server:
        with pytest.raises(AnswerError) as caught:
            await call(server.base_url, "verify")
        assert len(server.seen) == 1
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.retry_after == 7.0
    assert caught.value.errors == ()
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("client", [AsyncSuperleap, Superleap])
def test_what_cannot_be_used_is_refused_before_anything_runs(client: Any) -> None:
    with pytest.raises(BadBaseUrl):
        client("http://crm.example", "key")
    with pytest.raises(BadToken):
        client("https://crm.example", " ")


@pytest.mark.parametrize("client", [AsyncSuperleap, Superleap])
def test_its_addresses_are_readable(client: Any) -> None:
    made = client("https://crm.example:8443/gateway/", "key-key-key")
    assert made.base_url == "https://crm.example:8443/gateway"
    assert made.origin == "https://crm.example:8443"


def test_both_clients_have_the_same_calls() -> None:
    def calls(client: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in vars(client).items()
            if not name.startswith("_") and name not in ("close", "aclose")
        }

    assert calls(AsyncSuperleap) == calls(Superleap)
    assert inspect.signature(AsyncSuperleap.__init__) == inspect.signature(Superleap.__init__)


# -- the tree ----------------------------------------------------------------------------------------------


def _classes(root: type[SuperleapError]) -> list[type[SuperleapError]]:
    return [root, *(found for below in root.__subclasses__() for found in _classes(below))]


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = errors.__doc__ or ""
    for kind in _classes(SuperleapError):
        assert f"{kind.__name__} " in drawn
        assert kind.__doc__
        assert kind.what_to_do.endswith(".") or kind in (SuperleapError, TransportFailure, AnswerError)


def test_each_class_says_whether_it_was_sent() -> None:
    for kind in _classes(BadInput):
        assert kind("No.").sent is Sent.NO
        assert issubclass(kind, ValueError)
    for kind in _classes(AnswerError):
        assert kind("No.").sent is Sent.YES
    for failure in FailureKind:
        for sent in (Sent.NO, Sent.MAYBE):
            made = transport_failure(failure, sent, "No.")
            assert (made.kind, made.sent) == (failure, sent)
            assert isinstance(made, NotSent if sent is Sent.NO else AnswerLost)


def test_a_transport_failure_survives_pickling() -> None:
    made = pickle.loads(pickle.dumps(transport_failure(FailureKind.CUT, Sent.MAYBE, "Cut.")))
    assert (type(made), made.kind, made.sent, made.message) == (
        AnswerLost,
        FailureKind.CUT,
        Sent.MAYBE,
        "Cut.",
    )


def test_an_error_without_an_answer_has_no_status() -> None:
    bare = NotUnderstood("No.")
    assert (bare.status, bare.retry_after, bare.errors) == (None, None, ())
    judged = Refused("No.", verdict=read_create(Answer(400, {"retry-after": "3"}), 1))
    assert (judged.status, judged.retry_after) == (400, 3.0)


# -- the plain client's thread -----------------------------------------------------------------------------


def _script(code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_an_interrupt_ends_the_plain_call() -> None:
    """Ctrl+C arrives in the waiting thread; the call on its way must not go on behind its back."""
    gone = threading.Event()

    def wait_for_the_end(connection: Connection) -> None:
        connection.read_request()
        if connection.sock.recv(1) == b"":
            gone.set()

    code = (
        "import sys\n"
        "from leapgrid.superleap import Superleap\n"
        "client = Superleap(sys.argv[1], 'key')\n"
        "try:\n"
        "    client.bulk_create('lead', [{'name': 'a'}])\n"
        "except KeyboardInterrupt:\n"
        "    sys.stdin.read()\n"
        "    print('interrupted')\n"
    )
    with RawServer(wait_for_the_end) as server, _script(code, server.base_url) as child:
        assert server.arrived.wait(20)
        child.send_signal(signal.SIGINT)
        assert gone.wait(20)
        output, complaints = child.communicate("", timeout=20)
    assert (output, complaints, child.returncode) == ("interrupted\n", "", 0)


def test_a_script_that_never_closes_still_ends_quietly() -> None:
    code = (
        "import sys\n"
        "from leapgrid.superleap import Superleap\n"
        "print(Superleap(sys.argv[1], 'key').bulk_create('lead', [{'name': 'a'}]).count)\n"
    )
    with RawServer(answering(200, SUCCESS)) as server, _script(code, server.base_url) as child:
        output, complaints = child.communicate("", timeout=20)
    assert (output, complaints, child.returncode) == ("1\n", "", 0)


async def test_many_threads_may_share_the_plain_client() -> None:
    with RawServer(answering(200, SUCCESS)) as server, Superleap(server.base_url, "key") as client:
        results = await asyncio.gather(
            *(asyncio.to_thread(client.bulk_create, "lead", [{"name": str(n)}]) for n in range(8))
        )
    assert [result.count for result in results] == [1] * 8
    assert sorted(seen.value[0]["name"] for seen in server.seen) == [str(n) for n in range(8)]
