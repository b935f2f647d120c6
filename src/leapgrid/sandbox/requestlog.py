"""What has come to a sandbox server, for tests and for the control path."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class LoggedRequest:
    """One request and what became of it.

    Attributes:
        method: the HTTP method.
        path: the path as sent, still percent-encoded, without the query.
        headers: lower-case names to values; that of ``authorization`` is not kept, only ``***``.
        body: the bytes that were read; empty where a fault struck before.
        at: seconds since the epoch when it came.
        faults: the written faults that struck it.
        status: the status that was answered; None while there is no answer, or where none was given.
        done: whether the server has finished with it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    at: float
    body: bytes = b""
    faults: tuple[str, ...] = ()
    status: int | None = None
    done: bool = False


class RequestLog:
    """The requests in the order of their coming. Every method may be called from any thread.

    Args:
        changed: notified after every change, so that a thread can wait for one.
    """

    def __init__(self, changed: threading.Condition | None = None) -> None:
        self._changed = changed or threading.Condition()
        self._requests: list[LoggedRequest] = []

    def add(self, request: LoggedRequest) -> None:
        """Note a request that has come."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def has_body(self, request: LoggedRequest, body: bytes) -> None:
        """Note that a request's body has been read."""
        with self._changed:
            request.body = body
            self._changed.notify_all()

    def finish(self, request: LoggedRequest, status: int | None) -> None:
        """Note how a request ended: with this status, or without an answer (None)."""
        with self._changed:
            request.status = status
            request.done = True
            self._changed.notify_all()

    def requests(self) -> list[LoggedRequest]:
        """All requests so far."""
        with self._changed:
            return list(self._requests)

    def clear(self) -> None:
        """Forget all requests."""
        with self._changed:
            self._requests.clear()
            self._changed.notify_all()
