"""What every request passes on its way in and out: the log, the key, and the faults beneath the API.

Faults about the content of an answer (``zero-based``, ``stale`` and their like) are for the endpoints; they
find them with :func:`striking`.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leapgrid.sandbox.answers import JSONAnswer, general_error, page
from leapgrid.sandbox.faults import BadFault, CallKind, FaultBook, Striking, as_faults
from leapgrid.sandbox.requestlog import LoggedRequest, RequestLog
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.wires import Stopping, Wires

FAULT_HEADER = "x-sandbox-fault"
ATOMIC_HEADER = "x-leapgrid-sandbox"
ALL_OR_NOTHING = "all-or-nothing"
CONTROL_PREFIX = "/_sandbox"
_SCOPE_KEY = "leapgrid.sandbox.striking"


class _Unanswered(Exception):
    """The request ends without an answer: the connection is cut, or the client has gone."""


class _TooLarge(Exception):
    """The body is longer than the server takes."""


def striking(scope: Mapping[str, Any]) -> Striking:
    """The faults that strike the request of this scope."""
    found = scope.get(_SCOPE_KEY)
    return found if isinstance(found, Striking) else Striking()


class Gate:
    """ASGI middleware around the whole application.

    Args:
        app: the application within.
        settings: the key and the longest body.
        faults: the faults set on the server.
        log: where requests are noted.
        wires: the connections, for faults that cut or hold them.
        failures: where an unexpected exception of the application is put, beside the 500 that it becomes.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: SandboxSettings,
        faults: FaultBook,
        log: RequestLog,
        wires: Wires,
        failures: list[Exception],
    ) -> None:
        self._app = app
        self._settings = settings
        self._faults = faults
        self._log = log
        self._wires = wires
        self._failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The documentation prints the same paths with and without a slash at the end.
        scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        if scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        entry = _entry(scope, time.time())
        self._log.add(entry)
        try:
            answer = await self._answer(scope, receive, entry)
        except (_Unanswered, Stopping):
            self._log.finish(entry, None)
            return
        # Noted before it goes out, so that a client that has its answer also finds it in the log.
        self._log.finish(entry, answer.status_code)
        answer.headers["date"] = formatdate(self._settings.clock(), usegmt=True)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, entry: LoggedRequest) -> Response:
        headers = Headers(scope=scope)
        try:
            asked = as_faults(headers.get(FAULT_HEADER))
        except BadFault as bad:
            return JSONAnswer({"error": str(bad)}, 400)
        faults = self._faults.take(call_kind(scope["method"], scope["path"]), asked)
        entry.faults = tuple(map(str, faults.faults))
        scope[_SCOPE_KEY] = faults

        await self._before_reading(faults, scope)
        try:
            body = await _read_body(receive, self._settings.max_body)
        except _TooLarge:
            return general_error(scope["path"], 413)
        self._log.has_body(entry, body)
        answer = await self._before_storing(faults, scope)
        if answer is None and not self._is_allowed(headers.get("authorization", "")):
            answer = general_error(scope["path"], 401)
        if answer is None:
            answer = await self._run(scope, body)
            self._say_of_refusals(scope, answer)
        return await self._after_storing(faults, scope, answer)

    async def _before_reading(self, faults: Striking, scope: Scope) -> None:
        if "cut-before" in faults or "reset-before" in faults:
            await self._wires.cut(scope, reset="reset-before" in faults)
            raise _Unanswered
        if "stall" in faults:
            await self._wires.gone(scope)
            raise _Unanswered

    async def _before_storing(self, faults: Striking, scope: Scope) -> Response | None:
        path = scope["path"]
        if "slow" in faults:
            await self._wires.pause(faults.number("slow"))
        if "silent" in faults:
            await self._wires.gone(scope)
            raise _Unanswered
        if "unauthorized-from" in faults:
            return general_error(path, 401)
        if "rate-limit" in faults:
            retry_after = faults.text("rate-limit")
            return general_error(path, 429, {"Retry-After": retry_after} if retry_after is not None else None)
        return _replacement(faults, path, "")

    async def _after_storing(self, faults: Striking, scope: Scope, answer: Response) -> Response:
        if "slow-after" in faults:
            await self._wires.pause(faults.number("slow-after"))
        if "silent-after" in faults:
            await self._wires.gone(scope)
            raise _Unanswered
        if "cut-after" in faults or "reset-after" in faults:
            await self._wires.cut(scope, reset="reset-after" in faults)
            raise _Unanswered
        if "cut-during" in faults:
            await self._wires.cut(scope, after=_half(answer))
            raise _Unanswered
        return _replacement(faults, scope["path"], "-after") or answer

    def _say_of_refusals(self, scope: Scope, answer: Response) -> None:
        """Whoever asks may rely on it that a refused create stores nothing, unless it was asked to.

        A fault counts while it is set, whether it strikes now or not: what this says holds for the server.
        """
        atomic = all(fault.name != "not-atomic" for fault in self._faults.faults)
        creates = call_kind(scope["method"], scope["path"]) is CallKind.CREATE
        if creates and atomic and "not-atomic" not in striking(scope):
            answer.headers[ATOMIC_HEADER] = ALL_OR_NOTHING

    def _is_allowed(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            return False
        pinned = self._settings.token
        return pinned is None or hmac.compare_digest(key.encode(), pinned.encode())

    async def _run(self, scope: Scope, body: bytes) -> Response:
        """Let the application answer into memory, so that a fault can still take its answer's place."""
        start: Message = {}
        parts: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(scope, receive, keep)
        except Exception as error:  # a defect of the sandbox must reach its tests, not only its client
            self._failures.append(error)
            return general_error(scope["path"], 500)
        answer = Response(b"".join(parts), start["status"])
        answer.raw_headers = list(start["headers"])
        return answer


def call_kind(method: str, path: str) -> CallKind:
    """What a request does, by its method and its path without a slash at the end."""
    last = path.rpartition("/")[2]
    if method == "POST" and last in ("bulk_create", "bulk_upsert"):
        return CallKind.CREATE
    if method == "POST" and last in ("filter", "records"):
        return CallKind.LOOKUP
    if method == "GET" and "/record/" in path:
        return CallKind.LOOKUP
    return CallKind.OTHER


def _entry(scope: Scope, at: float) -> LoggedRequest:
    headers = dict(Headers(scope=scope))
    if "authorization" in headers:
        headers["authorization"] = "***"
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return LoggedRequest(scope["method"], raw_path.decode("ascii", "replace"), headers, at)


async def _read_body(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Unanswered
        body += message.get("body", b"")
        if len(body) > limit:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


_REPLACEMENTS: dict[str, Callable[[str], Response]] = {
    "error-500": lambda path: general_error(path, 500),
    "html-502": lambda path: page(502),
    "html-200": lambda path: page(200),
}


def _replacement(faults: Striking, path: str, suffix: str) -> Response | None:
    for name, make in _REPLACEMENTS.items():
        if name + suffix in faults:
            return make(path)
    return None


def _half(answer: Response) -> bytes:
    body = bytes(answer.body)
    head = f"HTTP/1.1 {answer.status_code}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2]
