"""The one answer reader: what came back, held within limits, and its text as values.

Nothing here raises because of what a server wrote: a body that is too deep, too long, cut or not JSON is
an answer that is not understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from leapgrid.superleap.headers import parse_http_date, parse_retry_after
from leapgrid.superleap.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from leapgrid.superleap import wire

INT64 = 2**63
_SURROGATES = re.compile("[\ud800-\udfff]")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole or marked as not whole.

    Attributes:
        status: the HTTP status.
        headers: names in lower case; one that came twice is joined by ", ".
        body: decoded, never more than the limit; the key, if the server echoed it, is masked.
        truncated: the body is not whole: too large, or in an encoding that nobody asked for.
        elapsed: seconds from the call to the last byte.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    # Not in the repr: a body may be megabytes and personal data.
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False
    elapsed: float = 0.0

    @property
    def date(self) -> float | None:
        """The server's clock when it answered, seconds since the epoch, or None."""
        return parse_http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asked to wait, or None."""
        return parse_retry_after(self.headers.get("retry-after"), self.headers.get("date"))


@dataclass(frozen=True, slots=True)
class RecordError:
    """What the server found wrong with one record. All texts are the server's, only cut and without
    surrogates: make them visible before showing them.

    Attributes:
        field: the field's slug, or None.
        message: in the server's words.
        error_code: such as "PARSE_INVALID_FORMAT"; codes are open-ended.
        record_index: as sent, if it is a real integer (the documented numbering counts from 1); else None.
        raw_index: as sent, whatever it was; an object or array becomes its kind as text.
        object_slug: the object, or "".
    """

    field: str | None
    message: str
    error_code: str = ""
    record_index: int | None = None
    raw_index: Any = None
    object_slug: str = ""


class BodyKind(StrEnum):
    """What a body is, before one asks what it says."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WEB_PAGE = "web_page"
    NOT_JSON = "not_json"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Body:
    """A body as a value.

    Attributes:
        kind: what it is.
        value: the JSON value where kind is JSON; else None.
        text: a short text for a person where kind is not JSON: the page's title, or the body's beginning.
    """

    kind: BodyKind
    value: Any = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a refusing body says, in whichever of the known forms.

    Attributes:
        documented: it has the form that the record endpoints document.
        message: the server's message, cut.
        errors: what it says of single records.
        dropped: entries of `validation_errors` that were over the limit or not objects.
    """

    documented: bool
    message: str = ""
    errors: tuple[RecordError, ...] = ()
    dropped: int = 0


def read_body(answer: Answer, limits: Limits = DEFAULT_LIMITS) -> Body:
    """The body as a value, whatever its Content-Type says."""
    raw = answer.body
    if answer.truncated:
        return Body(BodyKind.TOO_LARGE)
    if not raw.strip():
        return Body(BodyKind.EMPTY)
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        page = raw[:65536].decode("utf-8", "replace")
        title = _TITLE.search(page)
        return Body(BodyKind.WEB_PAGE, text=bounded(title.group(1).strip(), limits) if title else "")
    # Counting first keeps a few megabytes of "[[[" or "0,0," from becoming hundreds of them.
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > limits.values:
        return Body(BodyKind.TOO_LARGE)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        # ValueError is also what an integer of 5,000 digits and bytes that are no text raise.
        return Body(
            BodyKind.NOT_JSON, text=bounded(raw[: limits.message * 4].decode("utf-8", "replace"), limits)
        )
    if _deeper_than(value, limits.levels):
        return Body(BodyKind.NOT_JSON)
    return Body(BodyKind.JSON, value)


def _deeper_than(value: Any, levels: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        below: list[Any] = []
        for container in level:
            children = container.values() if isinstance(container, dict) else container
            below.extend(child for child in children if isinstance(child, dict | list))
        if not below:
            return False
        level = below
    return True


def read_complaint(value: Any, limits: Limits = DEFAULT_LIMITS) -> Complaint:
    """What a refusal says: the record endpoints' form, the connectors' `{"error": text}`, or neither."""
    if not isinstance(value, dict):
        return Complaint(False)
    data = value.get("data")
    if isinstance(data, dict) and value.get("success") is not True:
        errors, dropped = _errors(data.get("validation_errors"), limits)
        known = (
            bool(errors) or isinstance(data.get("message"), str) or isinstance(data.get("error_code"), str)
        )
        if known:
            return Complaint(True, text_of(data.get("message"), limits), errors, dropped)
    for key in ("error", "message", "detail"):
        text = value.get(key)
        if isinstance(text, dict):
            text = text.get("message")
        if isinstance(text, str) and text:
            return Complaint(False, text_of(text, limits))
    return Complaint(False)


def _errors(entries: Any, limits: Limits) -> tuple[tuple[RecordError, ...], int]:
    if not isinstance(entries, list):
        return (), 0
    # Pydantic takes a while to load, and most runs of the program never read a refusal.
    from leapgrid.superleap import wire

    taken = [entry for entry in entries[: limits.errors] if isinstance(entry, dict)]
    errors = tuple(_error(wire.ValidationErrorItem.model_validate(entry), limits) for entry in taken)
    return errors, len(entries) - len(errors)


def _error(item: wire.ValidationErrorItem, limits: Limits) -> RecordError:
    index = item.record_index
    real = isinstance(index, int) and not isinstance(index, bool) and -INT64 <= index < INT64
    return RecordError(
        field=None if item.field is None else text_of(item.field, limits),
        message=text_of(item.message, limits),
        error_code=text_of(item.error_code, limits),
        record_index=index if real else None,
        raw_index=_scalar(index),
        object_slug=text_of(item.object_slug, limits),
    )


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("�", value[:100])
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and not -INT64 <= value < INT64:
        return f"{str(value)[:20]}…"
    return value


def text_of(value: Any, limits: Limits = DEFAULT_LIMITS) -> str:
    """A server's text, cut to the limit; "" where it is not text."""
    return bounded(value, limits) if isinstance(value, str) else ""


def bounded(text: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The text cut to the limit, with lone surrogates replaced: they fit into no file and no database."""
    return _SURROGATES.sub("�", text[: limits.message])
