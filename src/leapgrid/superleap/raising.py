"""Which error of the tree an answer becomes, for callers who want results or exceptions."""

from __future__ import annotations

from leapgrid.superleap.answers import Answer, read_body, read_complaint
from leapgrid.superleap.errors import (
    AnswerError,
    NotAllowed,
    NotUnderstood,
    OutcomeUnknown,
    RateLimited,
    Refused,
    TooLarge,
    WrongPlace,
)
from leapgrid.superleap.limits import DEFAULT_LIMITS, Limits
from leapgrid.superleap.verdict import ChunkOutcome, CreateVerdict

_NOT_DONE: dict[str, type[AnswerError]] = {
    "unauthorized": NotAllowed,
    "forbidden": NotAllowed,
    "wrong_place": WrongPlace,
    "redirect": WrongPlace,
    "too_large": TooLarge,
    "rate_limited": RateLimited,
}

_READS: dict[int, tuple[type[AnswerError], str]] = {
    400: (Refused, "The server refused the question (400)."),
    401: (NotAllowed, "The key was refused (401). Connect again."),
    403: (NotAllowed, "The key may not do this (403). Connect again with another key."),
    413: (TooLarge, "Too much for one question (413)."),
    422: (Refused, "The server refused the question (422)."),
    429: (RateLimited, "The server asks to wait (429)."),
}
_WRONG_PLACE = frozenset({*range(300, 400), 404, 405, 410, 415, 501, 505})


def error_for_create(verdict: CreateVerdict, answer: Answer) -> AnswerError:
    """The error for a create that an answer came to but that did not create."""
    if verdict.outcome is ChunkOutcome.REJECTED:
        kind: type[AnswerError] = TooLarge if verdict.reason == "too_large" else Refused
    elif verdict.outcome is ChunkOutcome.NOT_SENT:
        kind = _NOT_DONE[verdict.reason]
    else:
        kind = OutcomeUnknown
    return kind(verdict.message, answer=answer, verdict=verdict)


def error_for_read(answer: Answer, limits: Limits = DEFAULT_LIMITS) -> AnswerError:
    """The error for a read that was not answered as documented."""
    status = answer.status
    if status in _READS:
        kind, message = _READS[status]
        return kind(message, answer=answer)
    if status in _WRONG_PLACE:
        return WrongPlace(
            f"The server does not know this call ({status}). Check the address and the object.", answer=answer
        )
    if status >= 500:
        return NotUnderstood(f"The server failed ({status}).", answer=answer)
    complaint = read_complaint(read_body(answer, limits).value, limits)
    if complaint.documented:
        return NotUnderstood("The server says that it could not do this.", answer=answer)
    return NotUnderstood("The answer is not what this call is documented to give.", answer=answer)


def must_stop(answer: Answer) -> bool:
    """Whether asking in another way is pointless: the key is refused, or the server asks to wait."""
    return answer.status in (401, 403, 429)
