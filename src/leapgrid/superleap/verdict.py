"""What an answer to a bulk_create means: one table, first row that fits.

A row of the table names statuses and what the body is; it gives the outcome of the chunk, what to do next
and the sentence for a person. What is in no row is unknown: only what proves something says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from leapgrid.superleap.answers import (
    Answer,
    Body,
    BodyKind,
    Complaint,
    RecordError,
    read_body,
    read_complaint,
    text_of,
)
from leapgrid.superleap.errors import FailureKind, Sent, TransportFailure
from leapgrid.superleap.limits import DEFAULT_LIMITS, Limits


class ChunkOutcome(StrEnum):
    """What is known of a chunk after one attempt."""

    CREATED = "created"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Then(StrEnum):
    """What to do next."""

    GO_ON = "go_on"
    TRY_AGAIN = "try_again"
    WAIT = "wait"
    STOP = "stop"
    HALVE = "halve"
    LOOK_UP = "look_up"


@dataclass(frozen=True, slots=True)
class CreateVerdict:
    """The meaning of one attempt to create a chunk.

    Attributes:
        outcome: of the chunk. NOT_SENT also stands for "the server did nothing with it" (401, 429 ...).
            REJECTED: the records that `errors` name are refused, the others are as if never sent.
        then: what to do next.
        reason: stable code of the table's row.
        message: one sentence for a person, in our words.
        status: the HTTP status, or None when no answer came.
        errors: what the server said of single records.
        retry_after: seconds that the server asked to wait, or None.
        notes: what else is worth saying, each one sentence.
        server_message: the server's own words, raw: make them visible before showing them.
        stop_after_in_a_row: a run stops (or pauses, for server errors) after so many of this reason in a row.
    """

    outcome: ChunkOutcome
    then: Then
    reason: str
    message: str
    status: int | None = None
    errors: tuple[RecordError, ...] = ()
    retry_after: float | None = None
    notes: tuple[str, ...] = ()
    server_message: str = ""
    stop_after_in_a_row: int | None = None


class Shape(StrEnum):
    """What the body of an answer to a create is."""

    SUCCESS = "success"
    """`success` is true, and nothing in it contradicts."""
    CONTRADICTION = "contradiction"
    """`success` is true, but a count, ids or errors say otherwise."""
    ERRORS = "errors"
    """The documented refusal, with entries in `validation_errors`."""
    REFUSAL = "refusal"
    """The documented refusal without any."""
    OTHER_JSON = "other_json"
    WEB_PAGE = "web_page"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"


ANY = frozenset(Shape)
_REFUSALS = frozenset({Shape.ERRORS})
_UNREADABLE = ANY - {Shape.ERRORS, Shape.REFUSAL}


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table; `message` may hold {status}, {errors} and {target}."""

    statuses: Iterable[int]
    shapes: frozenset[Shape]
    outcome: ChunkOutcome
    then: Then
    reason: str
    message: str
    in_a_row: int | None = None

    def fits(self, status: int, shape: Shape) -> bool:
        """Whether this row speaks of such an answer."""
        return status in self.statuses and shape in self.shapes


_C, _R, _N, _U = ChunkOutcome.CREATED, ChunkOutcome.REJECTED, ChunkOutcome.NOT_SENT, ChunkOutcome.UNKNOWN
_NOTHING = "Nothing of this chunk was stored."
_LOOK = "These records may exist: look before sending again."

TABLE: tuple[Rule, ...] = (
    # 2xx: only the documented success proves anything.
    Rule(
        range(200, 300), frozenset({Shape.SUCCESS}), _C, Then.GO_ON, "created",
        "The server says it created them.",
    ),
    Rule(
        range(200, 300), frozenset({Shape.CONTRADICTION}), _U, Then.LOOK_UP, "mismatch",
        f"The answer says success, but not for what was sent. {_LOOK}", 2,
    ),
    Rule(
        (200,), _REFUSALS, _R, Then.GO_ON, "refused",
        "The server refused this chunk and named what is wrong ({errors}), though with status 200.",
    ),
    Rule(
        (200,), frozenset({Shape.WEB_PAGE}), _U, Then.LOOK_UP, "web_page",
        "The answer is a web page, not data: a login or proxy page?", 2,
    ),
    Rule((200,), frozenset({Shape.EMPTY}), _U, Then.LOOK_UP, "empty", f"The answer is empty. {_LOOK}", 2),
    Rule(
        (200,), frozenset({Shape.TOO_LARGE}), _U, Then.LOOK_UP, "too_much",
        f"The answer is too large to be read. {_LOOK}", 2,
    ),
    Rule(
        (200,), frozenset({Shape.NOT_JSON}), _U, Then.LOOK_UP, "not_json",
        f"The answer cannot be read as data. {_LOOK}", 2,
    ),
    Rule(
        (200,), ANY, _U, Then.LOOK_UP, "not_understood",
        f"The answer does not say whether the records were created. {_LOOK}", 2,
    ),
    Rule(
        range(200, 300), ANY, _U, Then.LOOK_UP, "other_success",
        f"The server answered {{status}} without saying that the records were created. {_LOOK}",
    ),
    # Redirects are never followed.
    Rule(
        (307, 308), ANY, _N, Then.STOP, "redirect",
        f"The server points elsewhere ({{status}}{{target}}). {_NOTHING} Check the address.",
    ),
    Rule(
        range(300, 400), ANY, _U, Then.STOP, "redirect_after",
        f"The server points elsewhere ({{status}}{{target}}) and may have taken the chunk. {_LOOK}",
    ),
    # Refused.
    Rule(
        (400, 422), frozenset({Shape.ERRORS}), _R, Then.GO_ON, "refused",
        "The server refused this chunk and named what is wrong ({errors}).",
    ),
    Rule(
        (400, 422), frozenset({Shape.REFUSAL}), _R, Then.GO_ON, "refused_whole",
        "The server refused this chunk without naming a record. No row is marked.",
    ),
    Rule(
        (400, 422), _UNREADABLE, _R, Then.GO_ON, "refused_unreadable",
        "The server refused this chunk ({status}), in a form that is not documented. No row is marked.", 2,
    ),
    # Not done, and no use in going on.
    Rule(
        (401,), ANY, _N, Then.STOP, "unauthorized",
        f"The key was refused ({{status}}). {_NOTHING} Connect again.",
    ),
    Rule(
        (403,), ANY, _N, Then.STOP, "forbidden",
        f"The key may not do this ({{status}}). {_NOTHING} Connect again with another key.",
    ),
    Rule(
        (404, 405, 410, 415, 501, 505), ANY, _N, Then.STOP, "wrong_place",
        f"The server does not know this call ({{status}}). {_NOTHING} Check the address and the object.",
    ),
    # Not done, for now.
    Rule((413,), ANY, _N, Then.HALVE, "too_large", f"Too large for one call ({{status}}). {_NOTHING}"),
    Rule((429,), ANY, _N, Then.WAIT, "rate_limited", f"The server asks to wait ({{status}}). {_NOTHING}"),
    # It may have been done: a gateway can have forwarded it, a 409 can be the echo of our own sending.
    Rule(
        (408,), ANY, _U, Then.LOOK_UP, "server_timeout",
        f"The server gave up waiting ({{status}}). {_LOOK}", 3,
    ),
    Rule(
        (409,), ANY, _U, Then.LOOK_UP, "conflict",
        f"The server speaks of a conflict ({{status}}). {_LOOK}", 3,
    ),
    Rule((425,), ANY, _U, Then.LOOK_UP, "too_early", f"The server was not ready ({{status}}). {_LOOK}", 3),
    Rule(
        range(500, 600), ANY, _U, Then.LOOK_UP, "server_error",
        f"The server failed ({{status}}). {_LOOK}", 3,
    ),
)  # fmt: skip

OTHERWISE = Rule(
    (),
    ANY,
    _U,
    Then.LOOK_UP,
    "unexpected_status",
    f"The server answered {{status}}, which is not documented. {_LOOK}",
    3,
)
"""For every status that no row names."""

TOO_LARGE_CODE = "too_large"
"""Our own code, in lower case unlike the server's, on a single record that is too large for a call."""


def read_create(
    result: Answer | TransportFailure,
    count: int,
    records_sent: Sequence[Mapping[str, Any]] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CreateVerdict:
    """What came of sending `count` records.

    Args:
        result: the answer, or why there is none.
        count: how many records the body held.
        records_sent: those records, where at hand: some notes can then say more.
        limits: how much of the body is read.

    Returns:
        The verdict; never raises because of what the server wrote.
    """
    if isinstance(result, TransportFailure):
        return _transport(result)
    body = read_body(result, limits)
    complaint = read_complaint(body.value, limits)
    shape = _shape(body, complaint, count)
    rule = next((rule for rule in TABLE if rule.fits(result.status, shape)), OTHERWISE)
    verdict = CreateVerdict(
        outcome=rule.outcome,
        then=rule.then,
        reason=rule.reason,
        message=rule.message.format(
            status=result.status, errors=_counted(len(complaint.errors)), target=_target(result, limits)
        ),
        status=result.status,
        errors=complaint.errors if rule.outcome is ChunkOutcome.REJECTED else (),
        retry_after=result.retry_after,
        notes=_notes(result, shape, complaint, records_sent),
        server_message=_server_message(body, complaint, limits),
        stop_after_in_a_row=rule.in_a_row,
    )
    if rule.then is Then.HALVE and count <= 1:
        return _single_too_large(verdict)
    return verdict


def _transport(failure: TransportFailure) -> CreateVerdict:
    if failure.sent is Sent.NO:
        verify = failure.kind is FailureKind.TLS_VERIFY
        then = Then.STOP if verify else Then.TRY_AGAIN
        reason = "not_trusted" if verify else "not_sent"
        return CreateVerdict(ChunkOutcome.NOT_SENT, then, reason, failure.message)
    return CreateVerdict(ChunkOutcome.UNKNOWN, Then.LOOK_UP, failure.kind.value, f"{failure.message} {_LOOK}")


def _single_too_large(verdict: CreateVerdict) -> CreateVerdict:
    message = "This record is too large for the server even alone (413)."
    error = RecordError(None, message, TOO_LARGE_CODE, record_index=1, raw_index=1)
    return replace(verdict, outcome=ChunkOutcome.REJECTED, then=Then.GO_ON, message=message, errors=(error,))


def _shape(body: Body, complaint: Complaint, count: int) -> Shape:
    if body.kind is not BodyKind.JSON:
        return Shape(body.kind.value)
    value = body.value
    if isinstance(value, dict) and value.get("success") is True:
        return Shape.CONTRADICTION if _contradicts(value, count) else Shape.SUCCESS
    if complaint.errors:
        return Shape.ERRORS
    if complaint.documented:
        return Shape.REFUSAL
    return Shape.OTHER_JSON


_COUNTS = (
    "count",
    "created",
    "created_count",
    "records_created",
    "total_created",
    "success_count",
    "inserted",
)
_LISTS = ("ids", "record_ids", "created", "created_ids", "records", "created_records")
_FAILURES = ("failed_records", "validation_errors", "errors", "error", "failed", "failed_count")


def _contradicts(envelope: Mapping[str, Any], count: int) -> bool:
    """Whether a success says in some key that it is not one for all records that were sent.

    The documented success has neither count nor ids; where a server gives some, they must match.
    """
    data = envelope.get("data")
    if isinstance(data, list):
        return len(data) != count
    for place in (envelope, data):
        if not isinstance(place, dict):
            continue
        numbers = (place.get(key) for key in _COUNTS)
        if any(isinstance(n, int) and not isinstance(n, bool) and n != count for n in numbers):
            return True
        lists = (place.get(key) for key in _LISTS)
        if any(isinstance(found, list) and len(found) != count for found in lists):
            return True
        if any(place.get(key) for key in _FAILURES):
            return True
        status = place.get("status_code")
        if isinstance(status, int) and status >= 300:
            return True
    return False


def _counted(errors: int) -> str:
    return "1 error" if errors == 1 else f"{errors:,} errors"


def _target(answer: Answer, limits: Limits) -> str:
    location = answer.headers.get("location", "")
    if not location:
        return ""
    shown = "".join(char if char.isascii() and char.isprintable() else "?" for char in location[:200])
    return f" to {shown}"


def _notes(
    answer: Answer, shape: Shape, complaint: Complaint, records_sent: Sequence[Mapping[str, Any]] | None
) -> tuple[str, ...]:
    notes = []
    if shape is Shape.ERRORS and 200 <= answer.status < 300:
        notes.append("Status and body disagree: the status says success, the body a refusal.")
    if shape in (Shape.SUCCESS, Shape.CONTRADICTION) and answer.status >= 300:
        notes.append("Status and body disagree: the body says success, the status does not.")
    if complaint.dropped:
        notes.append(f"{complaint.dropped:,} more entries of the answer were not read.")
    if records_sent is not None:
        known = {key for record in records_sent for key in record}
        unknown = sorted({error.field for error in complaint.errors if error.field} - known)
        if unknown:
            notes.append("The answer names a field that was not sent.")
    if shape in (Shape.SUCCESS, Shape.ERRORS, Shape.REFUSAL) and "json" not in answer.headers.get(
        "content-type", "json"
    ):
        notes.append("The answer calls itself something other than JSON.")
    return tuple(notes)


def _server_message(body: Body, complaint: Complaint, limits: Limits) -> str:
    if complaint.message:
        return complaint.message
    value = body.value
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        return text_of(value["data"].get("message"), limits)
    return body.text
