"""Both clients against the sandbox: the main paths over real HTTP, with a server of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leapgrid.sandbox import SandboxServer, SandboxSettings
from leapgrid.superleap import (
    AnswerLost,
    FindMethod,
    NotAllowed,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SuperleapError,
    Timeouts,
    TooLarge,
    bulk_create_request,
)

Call = Callable[..., Any]
RECORDS = [
    {"name": "Anna Keller", "email": "anna@kellerbau.de", "external_id": "EXT-001"},
    {"name": "Finn O'Brien", "email": "finn@obrien.ie", "external_id": "EXT-002"},
]
BAD = [{"name": "test-8", "email": "test .sok@gmail.com"}, {"name": "test-9", "email": "test1@gmail.com"}]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


async def test_create_verify_and_find(call: Call, sandbox: SandboxServer) -> None:
    assert (await call(sandbox.base_url, "verify")).server_date
    result = await call(sandbox.base_url, "bulk_create", "lead", RECORDS)
    assert (result.count, result.server_message) == (2, "records added successfully")
    found = await call(sandbox.base_url, "find", "lead", "external_id", ["EXT-001", "EXT-009"], ["email"])
    assert [record["email"] for record in found.records] == ["anna@kellerbau.de"]
    assert (found.understood, found.complete, found.method) == (True, True, FindMethod.PULL)
    assert sandbox.store.count("lead") == 2


async def test_what_is_previewed_is_what_arrives(call: Call, sandbox: SandboxServer) -> None:
    await call(sandbox.base_url, "bulk_create", "lead", RECORDS)
    (request,) = sandbox.requests
    assert request.body == bulk_create_request("lead", RECORDS).body


async def test_the_documented_refusal(call: Call, sandbox: SandboxServer) -> None:
    with pytest.raises(Refused) as caught:
        await call(sandbox.base_url, "bulk_create", "lead", BAD)
    (error,) = caught.value.errors
    assert (error.field, error.error_code, error.record_index) == ("email", "PARSE_INVALID_FORMAT", 1)
    assert error.message == "invalid email format: test .sok@gmail.com"
    assert sandbox.store.count("lead") == 0


FAULTS: list[tuple[str, type[SuperleapError], int]] = [
    ("cut-before", AnswerLost, 0),
    ("cut-after", AnswerLost, 2),
    ("cut-during", AnswerLost, 2),
    ("reset-before", AnswerLost, 0),
    ("reset-after", AnswerLost, 2),
    ("silent", AnswerLost, 0),
    ("silent-after", AnswerLost, 2),
    ("error-500", OutcomeUnknown, 0),
    ("error-500-after", OutcomeUnknown, 2),
    ("html-502", OutcomeUnknown, 0),
    ("html-502-after", OutcomeUnknown, 2),
    ("html-200", OutcomeUnknown, 0),
    ("html-200-after", OutcomeUnknown, 2),
    ("unauthorized-from=1", NotAllowed, 0),
    ("rate-limit=3", RateLimited, 0),
    ("too-large=1", TooLarge, 0),
]


@pytest.mark.parametrize(("fault", "kind", "stored"), FAULTS)
async def test_a_fault_is_told_apart_and_nothing_is_sent_twice(
    call: Call, sandbox: SandboxServer, fault: str, kind: type[SuperleapError], stored: int
) -> None:
    sandbox.set_fault(fault)
    with pytest.raises(SuperleapError) as caught:
        await call(sandbox.base_url, "bulk_create", "lead", RECORDS, timeouts=Timeouts(create=0.7))
    assert type(caught.value) is kind
    if kind is RateLimited:
        assert caught.value.retry_after == 3.0  # type: ignore[attr-defined]  # RateLimited has it
    # Whatever could be stored is stored once. A create that was repeated would be there twice.
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") >= stored)
    assert sandbox.store.count("lead") == stored


@pytest.mark.parametrize("form", ["records", "list", "data"])
async def test_the_filter_is_the_second_way(call: Call, form: Any) -> None:
    with SandboxServer(settings=SandboxSettings(filter_answer=form)) as sandbox:
        await call(sandbox.base_url, "bulk_create", "lead", RECORDS)
        sandbox.set_fault("lookup:error-500@1")
        found = await call(sandbox.base_url, "find", "lead", "external_id", ["EXT-002", "EXT-009"])
    assert [record["external_id"] for record in found.records] == ["EXT-002"]
    assert (found.understood, found.complete, found.method) == (True, True, FindMethod.FILTER)


async def test_a_filter_in_an_unknown_form_proves_nothing(call: Call) -> None:
    with SandboxServer(settings=SandboxSettings(filter_answer="other")) as sandbox:
        await call(sandbox.base_url, "bulk_create", "lead", RECORDS)
        sandbox.set_fault("lookup:error-500@1")
        found = await call(sandbox.base_url, "find", "lead", "external_id", ["EXT-002"])
    assert (found.records, found.understood, found.complete) == ((), False, False)


async def test_many_pages(call: Call) -> None:
    records = [{"name": str(n), "external_id": f"EXT-{n:03d}"} for n in range(150)]
    with SandboxServer(settings=SandboxSettings(page_size=20)) as sandbox:
        await call(sandbox.base_url, "bulk_create", "lead", records)
        found = await call(
            sandbox.base_url, "find", "lead", "external_id", [record["external_id"] for record in records]
        )
    assert len(found.records) == 150
    assert found.complete
