"""The only place that knows the HTTP library, and the only one that writes the key into a header.

What it promises: a create goes out on a connection of its own; no redirect is followed; one deadline counts
everything from the call to the last byte; an answer is never taken in beyond the limits; and every failure
says whether the request can have arrived.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from leapgrid.superleap.answers import Answer
from leapgrid.superleap.errors import (
    BadCaFile,
    FailureKind,
    Sent,
    TransportFailure,
    failure_message,
    transport_failure,
)
from leapgrid.superleap.limits import Limits, Timeouts
from leapgrid.superleap.origin import LOCALHOST, is_loopback
from leapgrid.superleap.requests import Request, RequestKind
from leapgrid.superleap.token import SecretToken

_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (httpx.ConnectTimeout, FailureKind.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, FailureKind.POOL_TIMEOUT),
    (httpx.TimeoutException, FailureKind.TIMEOUT),
    (TimeoutError, FailureKind.TIMEOUT),
    (httpx.ProxyError, FailureKind.PROXY),
    (httpx.WriteError, FailureKind.WRITE),
    (httpx.ReadError, FailureKind.READ),
)
_PIECE = 256 * 1024
"""Bytes that are decoded at a time."""

_ASTRAY = "The name localhost does not lead to this computer. Nothing left it."


class _Bearer(httpx.Auth):
    """Writes the key into a request at the last moment, so that no local of ours ever holds it."""

    def __init__(self, token: SecretToken) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


@dataclass(slots=True)
class _Progress:
    """How far a call came, as the HTTP library's own trace tells it."""

    handed_over: bool = False
    connecting: bool = False
    sending: bool = False

    @property
    def sent(self) -> Sent:
        """NO where a connection was begun, or not even that, and no byte of the request followed.

        That the connection was seen to begin is required, so that a library which stopped telling would
        make calls unknown and never "not sent".
        """
        return Sent.NO if not self.sending and (self.connecting or not self.handed_over) else Sent.MAYBE

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.connecting = True
        elif event == "http11.send_request_headers.started":
            # The proxy's CONNECT is a request too, but none of ours: it holds no record and no key.
            self.sending = self.sending or info["request"].method != b"CONNECT"


class Transport:
    """Sends requests to one base URL and gives back whole answers.

    Args:
        base_url: as `check_base_url` gave it.
        token: the key.
        timeouts: total deadlines.
        limits: how much of an answer is taken in.
        ca_file: certificates (PEM) to trust beside the system's, or None.

    Raises:
        BadCaFile: the file cannot be read as certificates.
    """

    def __init__(
        self,
        base_url: str,
        token: SecretToken,
        timeouts: Timeouts,
        limits: Limits,
        ca_file: Path | str | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        self._base = base_url
        self._parts = parts
        self._token = token
        self._timeouts = timeouts
        self._limits = limits
        self._auth = _Bearer(token)
        self._secure = parts.scheme == "https"
        self._verify = _tls_context(ca_file) if self._secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._clients: dict[RequestKind, httpx.AsyncClient] = {}

    def __repr__(self) -> str:
        return f"Transport({self._base!r})"

    async def aclose(self) -> None:
        """Close what is open."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def exchange(self, request: Request) -> Answer:
        """Send one request and read its answer, whatever its status.

        Raises:
            TransportFailure: no whole answer came; it says whether the request can have arrived.
        """
        total = self._timeouts.create if request.kind is RequestKind.CREATE else self._timeouts.read
        deadline = asyncio.get_running_loop().time() + total
        progress = _Progress()
        result = await self._attempt(request, deadline, progress)
        if request.kind is RequestKind.READ and _went_stale(result, progress):
            # Asking again is free, and the broken connection is no longer in the pool.
            result = await self._attempt(request, deadline, _Progress())
        if isinstance(result, Answer):
            return result
        # Raised outside of any except block: no context with the library's frames, whose locals hold the
        # headers.
        raise result

    async def _attempt(
        self, request: Request, deadline: float, progress: _Progress
    ) -> Answer | TransportFailure:
        started = time.monotonic()
        try:
            async with asyncio.timeout_at(deadline):
                result: Answer | TransportFailure = transport_failure(FailureKind.DNS, Sent.NO, _ASTRAY)
                for target in await self._targets():
                    result = await self._send(request, target, progress, started)
                    if isinstance(result, Answer) or result.sent is not Sent.NO:
                        break
                return result
        except TimeoutError:
            return self._failure(FailureKind.TIMEOUT, progress.sent)

    async def _targets(self) -> list[str]:
        """Where to send: the host as it is, or for `localhost` the loopback addresses it stands for.

        The name is resolved here and the connection made to the literal address, so that nothing can change
        between the check and the connection.
        """
        if self._secure or self._parts.hostname != LOCALHOST:
            return [self._parts.netloc]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(LOCALHOST, None, type=socket.SOCK_STREAM)
        except OSError:
            return []
        hosts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not all(is_loopback(host) for host in hosts):
            return []
        port = self._parts.port or 80
        return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts]

    async def _send(
        self, request: Request, target: str, progress: _Progress, started: float
    ) -> Answer | TransportFailure:
        try:
            client = self._client(request.kind)
            outgoing = self._outgoing(request, target, progress)
            progress.handed_over = True
            response = await client.send(outgoing, auth=self._auth, stream=True)
            try:
                body, truncated = await self._read(response)
            finally:
                await response.aclose()
            return Answer(
                status=response.status_code,
                headers={name.lower(): self._mask_text(value) for name, value in response.headers.items()},
                body=self._token.mask(body),
                truncated=truncated,
                elapsed=time.monotonic() - started,
            )
        # Whatever the HTTP library throws (its own errors, h11's, the system's): the request may be out, and
        # an error that escaped here unclassified would be taken for "not sent".
        except Exception as error:
            return self._classify(error, progress)

    def _classify(self, error: Exception, progress: _Progress) -> TransportFailure:
        if not progress.handed_over:
            # The client itself could not be made: the environment names a proxy that cannot be used.
            return self._failure(FailureKind.PROXY, Sent.NO)
        sent = progress.sent
        if isinstance(error, _NEVER_CONNECTED) and not progress.sending:
            sent = Sent.NO
        return self._failure(_kind(error, sent), sent)

    def _failure(self, kind: FailureKind, sent: Sent) -> TransportFailure:
        return transport_failure(kind, sent, failure_message(kind, sent, self._parts.netloc))

    def _outgoing(self, request: Request, target: str, progress: _Progress) -> httpx.Request:
        headers = {"Host": self._parts.netloc, **request.headers}
        if request.kind is RequestKind.CREATE:
            headers["Connection"] = "close"
        total = self._timeouts.create if request.kind is RequestKind.CREATE else self._timeouts.read
        timeout = httpx.Timeout(total, connect=self._timeouts.connect, pool=self._timeouts.connect)
        return httpx.Request(
            request.method,
            f"{self._parts.scheme}://{target}{self._parts.path}{request.path}",
            headers=headers,
            content=request.body,
            extensions={"timeout": timeout.as_dict(), "trace": progress},
        )

    def _client(self, kind: RequestKind) -> httpx.AsyncClient:
        client = self._clients.get(kind)
        if client is None:
            # A create on a reused connection that the server is just closing would end unknown.
            keep = 0 if kind is RequestKind.CREATE else 1
            client = self._clients[kind] = httpx.AsyncClient(
                verify=self._verify,
                # A proxy must never see a key in clear, and never what is meant for this computer.
                trust_env=self._secure and not is_loopback(self._parts.hostname or ""),
                follow_redirects=False,
                limits=httpx.Limits(max_keepalive_connections=keep),
            )
        return client

    async def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        """The decoded body, and whether something of it is missing."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            return b"", True
        decoder = _Gunzip() if "gzip" in encoding else None
        body = bytearray()
        async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw())) as pieces:
            async for raw in pieces:
                room = self._limits.body + 1 - len(body)
                for piece in decoder.pieces(raw, room) if decoder else (raw,):
                    body += piece
                if len(body) > self._limits.body:
                    del body[self._limits.body :]
                    return bytes(body), True
                if decoder and decoder.broken:
                    break
        return bytes(body), decoder is not None and not decoder.whole

    def _mask_text(self, text: str) -> str:
        return self._token.mask(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


class _Gunzip:
    """Decodes gzip with a bound on what comes out, where the HTTP library would decode without any."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._began = False
        self.broken = False

    @property
    def whole(self) -> bool:
        """Whether all that came is decoded."""
        return not self.broken and (self._decoder.eof or not self._began)

    def pieces(self, raw: bytes, most: int) -> Iterator[bytes]:
        """What `raw` decodes to, `most` bytes at the most."""
        while raw and most > 0 and not self.broken:
            if self._decoder.eof:
                self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
            self._began = True
            try:
                piece = self._decoder.decompress(raw, min(most, _PIECE))
            except zlib.error:
                self.broken = True
                return
            most -= len(piece)
            raw = self._decoder.unused_data or self._decoder.unconsumed_tail
            yield piece


def _went_stale(result: Answer | TransportFailure, progress: _Progress) -> bool:
    """Whether the server closed an idle connection just as a request was put on it."""
    if isinstance(result, Answer) or result.kind is FailureKind.TIMEOUT:
        return False
    return result.sent is Sent.MAYBE and not progress.connecting


def _tls_context(ca_file: Path | str | None) -> ssl.SSLContext:
    try:
        # Both the library's list (and SSL_CERT_FILE, where set) and the system's own.
        context = httpx.create_ssl_context()
        context.load_default_certs()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except (OSError, ValueError) as error:
        raise BadCaFile("The file of certificates cannot be read.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _kind(error: Exception, sent: Sent) -> FailureKind:
    if sent is Sent.NO and not isinstance(error, httpx.TimeoutException):
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return FailureKind.TLS_VERIFY
            if isinstance(cause, ssl.SSLError):
                return FailureKind.TLS
            if isinstance(cause, socket.gaierror):
                return FailureKind.DNS
    for kind_of_error, kind in _KINDS:
        if isinstance(error, kind_of_error):
            return kind
    if sent is Sent.NO:
        return FailureKind.CONNECT
    if isinstance(error, httpx.RemoteProtocolError):
        # Only for the words: both are unknown.
        closed = any(word in str(error) for word in ("disconnected", "closed", "incomplete"))
        return FailureKind.CUT if closed else FailureKind.PROTOCOL
    return FailureKind.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
