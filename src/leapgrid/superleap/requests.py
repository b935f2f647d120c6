"""The one request builder: what both clients send, and what a preview prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from leapgrid import __version__
from leapgrid.superleap import protocol
from leapgrid.superleap.errors import BadRecords

MAX_SLUG = 200


class RequestKind(StrEnum):
    """A create must not be repeated blindly; a read may."""

    CREATE = "create"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Request:
    """One call, without host and without key.

    Attributes:
        method: "GET" or "POST".
        path: absolute path, percent-encoded.
        body: the very bytes to send, or None.
        headers: what the API documents, without Authorization.
        kind: whether it creates or only reads.
    """

    method: str
    path: str
    # Not in the repr: a body is personal data and may be megabytes.
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    kind: RequestKind = RequestKind.READ


def encode_records(records: Sequence[Mapping[str, Any]]) -> bytes:
    """THE body of a bulk_create: a JSON array of flat objects, indented, in UTF-8.

    It is readable on purpose: what a preview prints is byte for byte what is sent. A lone surrogate, which
    UTF-8 cannot hold, becomes its JSON escape.

    Raises:
        BadRecords: a value is not JSON (NaN, a date, a set ...).
    """
    try:
        given = list(records)
        text = _flat(given) or json.dumps(given, ensure_ascii=False, indent=2, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRecords("A record holds a value that JSON cannot carry.") from error
    # A surrogate can only stand inside a JSON string, where its backslash form is the JSON escape.
    return text.encode("utf-8", "backslashreplace")


_FLAT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",\n    ", ": "))
_SCALARS = frozenset({str, int, float, bool, type(None)})


def _flat(records: list[Any]) -> str:
    """The text of an indented array of flat objects, "" where it is anything else.

    With an indentation Python's encoder does without its part in C, and takes ten times as long: for a large
    batch that is a good part of the time of sending it.
    """
    for record in records:
        if type(record) is not dict or not record or not _SCALARS.issuperset(map(type, record.values())):
            return ""
    if not records:
        return ""
    # A line break within a text is escaped, so what is replaced stands between two records only.
    between = _FLAT.encode(records)[2:-2].replace("},\n    {", "\n  },\n  {\n    ")
    return f"[\n  {{\n    {between}\n  }}\n]"


def quote_slug(slug: str) -> str:
    """An object's slug as one segment of a path.

    Raises:
        BadRecords: it is empty, too long, or would change the path.
    """
    if not slug.strip() or slug in (".", "..") or "/" in slug or len(slug) > MAX_SLUG:
        raise BadRecords("This is not the name of an object; it is a word like lead.")
    try:
        return quote(slug, safe="")
    except UnicodeEncodeError as error:
        raise BadRecords("The name of the object holds a character that cannot be sent.") from error


def bulk_create_path(slug: str) -> str:
    """The path of a bulk_create, as it is sent and shown."""
    return protocol.BULK_CREATE_PATH.format(slug=quote_slug(slug))


def bulk_create_request(
    slug: str, records: Sequence[Mapping[str, Any]] | None = None, *, body: bytes | None = None
) -> Request:
    """A bulk_create: `POST /api/v1/org/objects/{slug}/record/bulk_create` with a bare array.

    Args:
        slug: the object, e.g. "lead".
        records: one flat mapping a record, field slug to JSON value; at least one.
        body: instead of records, the bytes of an earlier :func:`encode_records`, sent as they are.

    Raises:
        BadRecords: the slug or the records cannot be sent.
    """
    if body is None:
        if not records:
            raise BadRecords("There is no record to send.")
        body = encode_records(records)
    return Request("POST", bulk_create_path(slug), body, _headers(body), RequestKind.CREATE)


def verify_request() -> Request:
    """The cheap check of a key: `GET /api/v1/appflow/verify/`, answered with `{"status": "ok"}`."""
    return Request("GET", protocol.VERIFY_PATH, None, _headers(None))


def pull_request(
    slug: str,
    fields: Sequence[str],
    field: str | None = None,
    values: Sequence[Any] = (),
    operator: str = "in",
    next_token: str | None = None,
) -> Request:
    """A connector pull: `POST /api/v1/appflow/objects/{slug}/records/`.

    Args:
        slug: the object.
        fields: the fields to give back; `id` always comes.
        field: the field to compare, or None for all records.
        values: what to compare with; for operators other than `in` the first counts.
        operator: one of `protocol.OPERATORS`.
        next_token: from the page before, or None for the first.
    """
    condition = None
    if field is not None:
        value = list(values) if operator == "in" else next(iter(values), None)
        condition = {"field": field, "operator": operator, "value": value}
    query = {"fields": list(fields), "filter": {"and": [condition]} if condition else {}}
    return _post(protocol.PULL_PATH, slug, {"query": query, "next_token": next_token})


def filter_request(
    slug: str,
    fields: Sequence[str],
    field: str,
    values: Sequence[Any],
    operator: str = "in",
    *,
    page: int = 1,
    page_size: int = 100,
) -> Request:
    """An org filter: `POST /api/v1/org/objects/{slug}/filter`, in the nested form that the docs print.

    The form of its answer was never seen, nor whether pages count from 0 or 1.
    """
    value = list(values) if operator == "in" else next(iter(values), None)
    condition = {"field": field, "operator": operator, "value": value}
    query = {
        "fields": list(fields),
        "filters": {"or": [{"and": [condition]}]},
        "pagination": {"page": page, "page_size": page_size},
    }
    return _post(protocol.FILTER_PATH, slug, {"query": query})


def _post(path: str, slug: str, value: Mapping[str, Any]) -> Request:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRecords("A value to look for is not one that JSON can carry.") from error
    body = text.encode("utf-8", "backslashreplace")
    return Request("POST", path.format(slug=quote_slug(slug)), body, _headers(body))


def _headers(body: bytes | None) -> Mapping[str, str]:
    headers = {"Accept-Encoding": "gzip", "User-Agent": _user_agent()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return MappingProxyType(headers)


@lru_cache(maxsize=1)
def _user_agent() -> str:
    import platform  # looks through a good part of the system, when nothing may be sent at all

    return f"leapgrid/{__version__} (Python {platform.python_version()}; {platform.system() or 'unknown'})"
