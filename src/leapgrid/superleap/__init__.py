"""The Superleap API client: a library of its own, usable from any script.

    from leapgrid.superleap import Superleap

    with Superleap("https://app.superleap.com", token) as client:
        client.bulk_create("lead", [{"name": "Anna Keller", "email": "anna@kellerbau.de"}])

Names are loaded when they are first used, so that importing this costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leapgrid.superleap.answers import Answer as Answer
    from leapgrid.superleap.answers import RecordError as RecordError
    from leapgrid.superleap.client import AsyncSuperleap as AsyncSuperleap
    from leapgrid.superleap.client import Superleap as Superleap
    from leapgrid.superleap.errors import AnswerError as AnswerError
    from leapgrid.superleap.errors import AnswerLost as AnswerLost
    from leapgrid.superleap.errors import BadBaseUrl as BadBaseUrl
    from leapgrid.superleap.errors import BadCaFile as BadCaFile
    from leapgrid.superleap.errors import BadInput as BadInput
    from leapgrid.superleap.errors import BadRecords as BadRecords
    from leapgrid.superleap.errors import BadToken as BadToken
    from leapgrid.superleap.errors import FailureKind as FailureKind
    from leapgrid.superleap.errors import NotAllowed as NotAllowed
    from leapgrid.superleap.errors import NotSent as NotSent
    from leapgrid.superleap.errors import NotUnderstood as NotUnderstood
    from leapgrid.superleap.errors import OutcomeUnknown as OutcomeUnknown
    from leapgrid.superleap.errors import RateLimited as RateLimited
    from leapgrid.superleap.errors import Refused as Refused
    from leapgrid.superleap.errors import Sent as Sent
    from leapgrid.superleap.errors import SuperleapError as SuperleapError
    from leapgrid.superleap.errors import TlsNotVerified as TlsNotVerified
    from leapgrid.superleap.errors import TooLarge as TooLarge
    from leapgrid.superleap.errors import TransportFailure as TransportFailure
    from leapgrid.superleap.errors import WrongPlace as WrongPlace
    from leapgrid.superleap.limits import Limits as Limits
    from leapgrid.superleap.limits import Timeouts as Timeouts
    from leapgrid.superleap.lookup import FindMethod as FindMethod
    from leapgrid.superleap.lookup import FindResult as FindResult
    from leapgrid.superleap.origin import check_base_url as check_base_url
    from leapgrid.superleap.requests import Request as Request
    from leapgrid.superleap.requests import RequestKind as RequestKind
    from leapgrid.superleap.requests import bulk_create_path as bulk_create_path
    from leapgrid.superleap.requests import bulk_create_request as bulk_create_request
    from leapgrid.superleap.requests import encode_records as encode_records
    from leapgrid.superleap.results import BulkCreateResult as BulkCreateResult
    from leapgrid.superleap.results import VerifyResult as VerifyResult
    from leapgrid.superleap.retry import next_wait as next_wait
    from leapgrid.superleap.retry import parse_retry_after as parse_retry_after
    from leapgrid.superleap.token import SecretToken as SecretToken
    from leapgrid.superleap.verdict import ChunkOutcome as ChunkOutcome
    from leapgrid.superleap.verdict import CreateVerdict as CreateVerdict
    from leapgrid.superleap.verdict import Then as Then
    from leapgrid.superleap.verdict import read_create as read_create

_HOMES = {
    "answers": ("Answer", "RecordError"),
    "client": ("AsyncSuperleap", "Superleap"),
    "errors": (
        "AnswerError", "AnswerLost", "BadBaseUrl", "BadCaFile", "BadInput", "BadRecords", "BadToken",
        "FailureKind", "NotAllowed", "NotSent", "NotUnderstood", "OutcomeUnknown", "RateLimited", "Refused",
        "Sent", "SuperleapError", "TlsNotVerified", "TooLarge", "TransportFailure", "WrongPlace",
    ),
    "limits": ("Limits", "Timeouts"),
    "lookup": ("FindMethod", "FindResult"),
    "origin": ("check_base_url",),
    "requests": ("Request", "RequestKind", "bulk_create_path", "bulk_create_request", "encode_records"),
    "results": ("BulkCreateResult", "VerifyResult"),
    "retry": ("next_wait", "parse_retry_after"),
    "token": ("SecretToken",),
    "verdict": ("ChunkOutcome", "CreateVerdict", "Then", "read_create"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
