"""The key is nowhere but in the one header: not in texts, not in what a traceback prints of locals."""

from __future__ import annotations

import base64
import logging
import traceback
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leapgrid.superleap import (
    AsyncSuperleap,
    Superleap,
    SuperleapError,
    Timeouts,
    bulk_create_request,
)
from tests.superleap.conftest import TOKEN
from tests.superleap.servers import (
    RawServer,
    answering,
    close_after_reading,
    closed_port,
    cut_body,
    garbage,
    never_answers,
    never_reads,
    reset_before_reading,
    response,
)

Call = Callable[..., Any]
TESTS = str(Path(__file__).parents[1])
CREATE = bulk_create_request("lead", [{"name": "Anna Keller"}])


def traces_of_the_key(text: str) -> list[str]:
    """Every form or piece of the key that stands in the text."""
    forms = [TOKEN[start : start + 12] for start in range(len(TOKEN) - 11)]
    forms += [base64.b64encode(TOKEN.encode()).decode()[:12], urllib.parse.quote(TOKEN)]
    return [form for form in forms if form in text]


def everything_that_prints(error: BaseException) -> str:
    """The error in all its forms, with the locals of every frame but those of the tests, who know the key."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if not frame.filename.startswith(TESTS)]
    assert any("transport.py" in frame.filename or "client.py" in frame.filename for frame in frames)
    shown = [f"{frame.name} {frame.locals}" for frame in frames]
    assert error.__context__ is None
    return "\n".join([*shown, repr(error), str(error), repr(vars(error))])


@pytest.mark.parametrize("client", [AsyncSuperleap, Superleap])
def test_a_client_prints_without_its_key(client: Any) -> None:
    made = client("https://crm.example", TOKEN)
    shown = [repr(made), str(made), repr(vars(made)), repr(vars(getattr(made, "_client", made)))]
    transport = getattr(made, "_client", made)._transport
    shown += [repr(transport), repr(vars(transport)), repr(vars(transport._auth))]
    assert traces_of_the_key("".join(shown)) == []
    assert "***" in "".join(shown)


NAMED_ERROR = {"success": False, "data": {"message": TOKEN, "validation_errors": [{"message": TOKEN}]}}
SCRIPTS = {
    "closed": close_after_reading,
    "reset": reset_before_reading,
    "cut": cut_body,
    "garbage": garbage,
    "silent": never_answers,
    "stalled": never_reads,
    "401 echo": answering(401, {"error": f"the key {TOKEN} is not known"}),
    "500 echo": answering(500, f"<html>Bearer {TOKEN}</html>"),
    "400 echo": answering(400, NAMED_ERROR),
    "307 echo": answering(307, b"", location=f"https://evil.example/?key={TOKEN}", x_echo=TOKEN),
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_no_failure_shows_the_key(call: Call, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    short = Timeouts(create=0.4, read=0.4, connect=0.4)
    records = [{"name": "x" * 16_000_000 if name == "stalled" else "Anna"}]
    with RawServer(SCRIPTS[name]) as server, pytest.raises(SuperleapError) as caught:
        await call(server.base_url, "bulk_create", "lead", records, timeouts=short)
    error = caught.value
    assert traces_of_the_key(everything_that_prints(error)) == []
    answer = getattr(error, "answer", None)
    assert (answer is not None) == name.endswith("echo")
    if answer is not None:
        assert traces_of_the_key(f"{answer!r} {answer.body!r} {answer.headers!r}") == []
        assert "***" in f"{answer.body!r} {answer.headers!r}"
    if name != "307 echo":
        # The HTTP library's own debug log prints the head of an answer as it came, echo and all.
        assert traces_of_the_key(caplog.text) == []
        assert traces_of_the_key(str([record.__dict__ for record in caplog.records])) == []


async def test_no_failure_to_connect_shows_the_key(call: Call) -> None:
    with closed_port() as port:
        for base_url in (f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port}", "https://nowhere.invalid"):
            with pytest.raises(SuperleapError) as caught:
                await call(base_url, "exchange", CREATE)
            assert traces_of_the_key(everything_that_prints(caught.value)) == []


async def test_the_key_itself_arrives(call: Call) -> None:
    with RawServer(answering(200, b"")) as server:
        await call(server.base_url, "exchange", CREATE)
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_the_raw_answer_of_these_tests_holds_the_key() -> None:
    """What the cases above look for would be found if nobody masked it."""
    assert traces_of_the_key(response(401, {"error": TOKEN}).decode())
