"""What the calls give back when all went well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkCreateResult:
    """A bulk_create that the server says it did. The API gives neither ids nor a count back.

    Attributes:
        count: records that were sent, and with that created.
        status: the HTTP status.
        server_message: the server's words, raw.
        elapsed: seconds.
        notes: what else is worth saying, each one sentence.
    """

    count: int
    status: int
    server_message: str = ""
    elapsed: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The key works.

    Attributes:
        server_date: the server's clock, seconds since the epoch, or None.
        elapsed: seconds.
    """

    server_date: float | None = None
    elapsed: float = 0.0
