"""Everything that can go wrong, as a tree: each class means one thing that a caller can do about it.

::

    SuperleapError                      sent    what to do
    ├── BadInput (a ValueError)         no      repair what was given; nothing left this computer
    │   ├── BadBaseUrl                  no      give another address
    │   ├── BadToken                    no      give another key
    │   ├── BadCaFile                   no      give another file of certificates
    │   └── BadRecords                  no      repair the object's name or the records
    ├── TransportFailure                        no whole answer came
    │   ├── NotSent                     no      send the same again
    │   │   └── TlsNotVerified          no      stop: this may not be the server one meant
    │   └── AnswerLost                  maybe   a create: look up first; a read: ask again
    └── AnswerError                     yes     an answer came, but not the one hoped for
        ├── Refused                     yes     400, 422: repair the named records
        ├── TooLarge                    yes     413: send fewer records in one call
        ├── NotAllowed                  yes     401, 403: connect again with another key
        ├── WrongPlace                  yes     404, 405, redirect ...: check address and object
        ├── RateLimited                 yes     429: wait `retry_after` seconds, then the same again
        ├── NotUnderstood               yes     a read was answered with something unknown: it proves nothing
        └── OutcomeUnknown              yes     a create may have been stored: look up, never just repeat

`sent` is about the request, not about what is stored. After Refused, TooLarge, NotAllowed, WrongPlace and
RateLimited nothing was stored (for Refused that is likely, but written nowhere); after AnswerLost and
OutcomeUnknown nobody on this side can know.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from leapgrid.superleap.answers import Answer, RecordError
    from leapgrid.superleap.verdict import CreateVerdict


class Sent(StrEnum):
    """Whether the request reached the server."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class FailureKind(StrEnum):
    """What broke. Only what breaks before a connection exists proves that nothing was sent."""

    CONNECT = "connect"
    CONNECT_TIMEOUT = "connect_timeout"
    POOL_TIMEOUT = "pool_timeout"
    DNS = "dns"
    TLS = "tls"
    TLS_VERIFY = "tls_verify"
    PROXY = "proxy"
    WRITE = "write"
    READ = "read"
    TIMEOUT = "timeout"
    CUT = "cut"
    PROTOCOL = "protocol"
    CANCELLED = "cancelled"
    OTHER = "other"


class SuperleapError(Exception):
    """Root of all errors of this library.

    Attributes:
        sent: whether the request reached the server.
        what_to_do: one sentence for the person.
    """

    sent: Sent = Sent.NO
    what_to_do: str = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class BadInput(SuperleapError, ValueError):
    """What was given cannot be used; nothing was sent."""

    what_to_do = "Repair what was given and try again."


class BadBaseUrl(BadInput):
    """The address is not one that a key may be sent to."""

    what_to_do = "Give an address like https://app.superleap.com."


class BadToken(BadInput):
    """The key is empty or holds characters that no header can carry."""

    what_to_do = "Copy the key again from the API Access page."


class BadCaFile(BadInput):
    """The file of certificates cannot be read."""

    what_to_do = "Give a file with certificates in PEM form."


class BadRecords(BadInput):
    """The object's name or the records cannot be put into a request."""

    what_to_do = "Repair the object's name or the records."


class TransportFailure(SuperleapError):
    """No whole answer came.

    Attributes:
        kind: what broke.
        sent: NO only where no connection came about; else MAYBE.
        message: one sentence for the person.
    """

    def __init__(self, kind: FailureKind, sent: Sent, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.sent = sent

    def __reduce__(self) -> tuple[type[TransportFailure], tuple[FailureKind, Sent, str]]:
        return type(self), (self.kind, self.sent, self.message)


class NotSent(TransportFailure):
    """No connection came about: nothing left this computer."""

    what_to_do = "Try again."


class TlsNotVerified(NotSent):
    """The server's certificate is not trusted: nothing was sent to it."""

    what_to_do = "Check the address, or give the certificate of your organisation."


class AnswerLost(TransportFailure):
    """The request may have arrived, but no whole answer came back."""

    what_to_do = "Look up the records before sending them again."


class AnswerError(SuperleapError):
    """An answer came, but not the one hoped for.

    Attributes:
        answer: the answer as it came.
        verdict: what it means for a create; None for a read.
    """

    sent = Sent.YES

    def __init__(self, message: str, *, answer: Answer | None = None, verdict: CreateVerdict | None = None):
        super().__init__(message)
        self.answer = answer
        self.verdict = verdict

    @property
    def status(self) -> int | None:
        """The HTTP status."""
        if self.answer is not None:
            return self.answer.status
        return self.verdict.status if self.verdict is not None else None

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asked to wait, or None."""
        if self.verdict is not None:
            return self.verdict.retry_after
        return self.answer.retry_after if self.answer is not None else None

    @property
    def errors(self) -> tuple[RecordError, ...]:
        """What the server found wrong with single records."""
        return self.verdict.errors if self.verdict is not None else ()


class Refused(AnswerError):
    """The server refused the records (400, 422); see `errors`."""

    what_to_do = "Repair the records that the server named."


class TooLarge(AnswerError):
    """Too much for one call (413)."""

    what_to_do = "Send fewer records in one call."


class NotAllowed(AnswerError):
    """The key was refused or may not do this (401, 403)."""

    what_to_do = "Connect again with another key."


class WrongPlace(AnswerError):
    """The server does not know this address, object or version, or it points elsewhere."""

    what_to_do = "Check the address and the object."


class RateLimited(AnswerError):
    """Too many calls (429); see `retry_after`."""

    what_to_do = "Wait as long as the server asks, then send the same again."


class NotUnderstood(AnswerError):
    """A read was answered with something that is not documented: it proves nothing."""

    what_to_do = "Try again later, or look in the application."


class OutcomeUnknown(AnswerError):
    """A create was answered with something that does not say whether the records are stored."""

    what_to_do = "Look up the records before sending them again."


_BY_KIND: dict[FailureKind, type[TransportFailure]] = {FailureKind.TLS_VERIFY: TlsNotVerified}


def transport_failure(kind: FailureKind, sent: Sent, message: str) -> TransportFailure:
    """The failure as the class of the tree that fits it."""
    if sent is Sent.NO:
        return _BY_KIND.get(kind, NotSent)(kind, sent, message)
    return AnswerLost(kind, sent, message)


class _Texts:
    """The sentences for each way in which a transport can fail; `{host}` is filled in."""

    NOT_SENT: ClassVar[dict[FailureKind, str]] = {
        FailureKind.CONNECT: "No connection to {host}. Nothing left this computer.",
        FailureKind.CONNECT_TIMEOUT: "{host} did not take the call in time. Nothing left this computer.",
        FailureKind.POOL_TIMEOUT: "No free connection to {host}. Nothing left this computer.",
        FailureKind.DNS: "The name {host} is not known here. Nothing left this computer.",
        FailureKind.TLS: "No secure connection to {host}. No record left this computer.",
        FailureKind.TLS_VERIFY: "The certificate of {host} is not trusted. No record left this computer.",
        FailureKind.PROXY: "The proxy does not connect to {host}. No record was sent.",
        FailureKind.TIMEOUT: "{host} did not take the call in time. Nothing left this computer.",
        FailureKind.CANCELLED: "Cancelled before a connection to {host} came about.",
    }
    LOST: ClassVar[dict[FailureKind, str]] = {
        FailureKind.TIMEOUT: "Sent, but no whole answer came from {host} in time.",
        FailureKind.CUT: "Sent, but the connection to {host} closed before the answer was whole.",
        FailureKind.PROTOCOL: "Sent, but what came back from {host} is not an HTTP answer.",
        FailureKind.WRITE: "The connection to {host} broke while sending. The records may have arrived.",
        FailureKind.CANCELLED: "Cancelled while the records were on their way to {host}.",
    }


def failure_message(kind: FailureKind, sent: Sent, host: str) -> str:
    """The sentence for a person.

    Args:
        kind: what broke.
        sent: whether the request may have arrived.
        host: host and port as the person knows them.
    """
    if sent is Sent.NO:
        text = _Texts.NOT_SENT.get(kind, _Texts.NOT_SENT[FailureKind.CONNECT])
    else:
        text = _Texts.LOST.get(kind, "Sent, but no answer came from {host}.")
    return text.format(host=host)
