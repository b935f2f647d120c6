"""Importing the library costs little, brings nothing foreign, and hands out exactly its public names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing

import pytest

import leapgrid.superleap as superleap

FOREIGN = {"textual", "polars", "sqlalchemy", "starlette", "uvicorn", "phonenumbers", "email_validator"}

PUBLIC = {
    "Answer", "AnswerError", "AnswerLost", "AsyncSuperleap", "BadBaseUrl", "BadCaFile", "BadInput",
    "BadRecords", "BadToken", "BulkCreateResult", "ChunkOutcome", "CreateVerdict", "FailureKind",
    "FindMethod", "FindResult", "Limits", "NotAllowed", "NotSent", "NotUnderstood", "OutcomeUnknown",
    "RateLimited", "RecordError", "Refused", "Request", "RequestKind", "SecretToken", "Sent", "Superleap",
    "SuperleapError", "Then", "Timeouts", "TlsNotVerified", "TooLarge", "TransportFailure", "VerifyResult",
    "WrongPlace", "bulk_create_path", "bulk_create_request", "check_base_url", "encode_records", "next_wait",
    "parse_retry_after", "read_create",
}  # fmt: skip


def modules_after(code: str) -> set[str]:
    """What a fresh interpreter has loaded after the code."""
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return set(json.loads(result.stdout))


def test_the_bare_import_loads_next_to_nothing() -> None:
    loaded = modules_after("import leapgrid.superleap")
    assert not loaded & {*FOREIGN, "httpx", "pydantic", "asyncio"}
    assert {name for name in loaded if name.startswith("leapgrid")} == {"leapgrid", "leapgrid.superleap"}


def test_the_clients_load_nothing_foreign() -> None:
    loaded = modules_after("from leapgrid.superleap import AsyncSuperleap, Superleap; Superleap")
    assert not loaded & FOREIGN
    assert "httpx" in loaded
    ours = {name for name in loaded if name.startswith("leapgrid.")}
    assert all(name.startswith("leapgrid.superleap") for name in ours)


def test_the_errors_and_the_verdicts_load_no_http_library() -> None:
    loaded = modules_after(
        "from leapgrid.superleap import read_create, SuperleapError, encode_records, SecretToken, next_wait"
    )
    assert "httpx" not in loaded


def test_only_the_transport_knows_the_http_library() -> None:
    names = [
        "answers", "client", "errors", "headers", "limits", "lookup", "origin", "protocol", "raising",
        "requests", "results", "retry", "token", "verdict", "wire",
    ]  # fmt: skip
    room = os.path.dirname(superleap.__file__)
    assert {name.removesuffix(".py") for name in os.listdir(room) if name.endswith(".py")} == {
        *names,
        "__init__",
        "transport",
    }
    for name in names:
        with open(os.path.join(room, f"{name}.py"), encoding="utf-8") as source:
            assert "httpx" not in source.read()


def test_exactly_the_public_names_are_handed_out() -> None:
    assert set(superleap.__all__) == PUBLIC
    assert superleap.__all__ == sorted(superleap.__all__)
    assert set(dir(superleap)) >= PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(superleap, name)
    assert value.__doc__
    assert value.__module__.startswith("leapgrid.superleap.")
    if not isinstance(value, type):
        assert "return" in typing.get_type_hints(value)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Missing"):
        superleap.Missing  # noqa: B018  # the access is what is tested


def test_the_statement_for_type_checkers_matches() -> None:
    """The names under TYPE_CHECKING and those that are loaded on demand are written twice."""
    with open(superleap.__file__, encoding="utf-8") as source:
        text = source.read()
    for home, names in superleap._HOMES.items():
        for name in names:
            assert f"from leapgrid.superleap.{home} import {name} as {name}\n" in text
    assert text.count("    from leapgrid.superleap.") == len(PUBLIC)
