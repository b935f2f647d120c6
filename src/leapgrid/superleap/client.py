"""The two clients. The plain one is the asynchronous one, run in a thread of its own: there is one logic."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from leapgrid.superleap.answers import Answer, BodyKind, read_body
from leapgrid.superleap.limits import DEFAULT_LIMITS, DEFAULT_TIMEOUTS, Limits, Timeouts
from leapgrid.superleap.lookup import FindResult, find_records
from leapgrid.superleap.origin import check_base_url, origin_of
from leapgrid.superleap.raising import error_for_create, error_for_read
from leapgrid.superleap.requests import Request, bulk_create_request, verify_request
from leapgrid.superleap.results import BulkCreateResult, VerifyResult
from leapgrid.superleap.token import SecretToken
from leapgrid.superleap.transport import Transport
from leapgrid.superleap.verdict import ChunkOutcome, read_create

T = TypeVar("T")


class AsyncSuperleap:
    """The API for asyncio. Nothing is ever sent again by itself.

    Args:
        base_url: the organisation's address, e.g. "https://app.superleap.com".
        token: the API key, or a :class:`SecretToken`.
        timeouts: total deadlines in seconds; slow bodies count.
        limits: how much of an answer is taken in.
        ca_file: certificates (PEM) to trust beside the system's.

    Raises:
        BadBaseUrl, BadToken, BadCaFile: what was given cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        token: str | SecretToken,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        limits: Limits = DEFAULT_LIMITS,
        ca_file: Path | str | None = None,
    ) -> None:
        self.base_url = check_base_url(base_url)
        self.origin = origin_of(self.base_url)
        self._limits = limits
        self._transport = Transport(self.base_url, SecretToken(token), timeouts, limits, ca_file)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is open."""
        await self._transport.aclose()

    async def exchange(self, request: Request) -> Answer:
        """Send one request and give back its answer, whatever its status.

        Raises:
            TransportFailure: no whole answer came; `sent` says whether the request can have arrived.
        """
        return await self._transport.exchange(request)

    async def bulk_create(self, slug: str, records: Sequence[Mapping[str, Any]]) -> BulkCreateResult:
        """Create records in one call (docs: records/bulk_create).

        Args:
            slug: the object, e.g. "lead".
            records: one flat mapping a record, field slug to JSON value.

        Raises:
            BadRecords: they cannot be sent.
            NotSent, NotAllowed, WrongPlace, TooLarge, RateLimited: nothing was stored.
            Refused: the server refused them; `errors` says which.
            AnswerLost, OutcomeUnknown: they may be stored. Look them up before sending them again.
        """
        request = bulk_create_request(slug, records)
        answer = await self.exchange(request)
        verdict = read_create(answer, len(records), records, self._limits)
        if verdict.outcome is not ChunkOutcome.CREATED:
            raise error_for_create(verdict, answer)
        return BulkCreateResult(
            len(records), answer.status, verdict.server_message, answer.elapsed, verdict.notes
        )

    async def verify(self) -> VerifyResult:
        """Check the key cheaply (docs: airbyte/verify; both connectors call it first).

        Raises:
            TransportFailure: no answer.
            AnswerError: the key was refused (NotAllowed), or this is not the API.
        """
        answer = await self.exchange(verify_request())
        body = read_body(answer, self._limits)
        fine = (
            body.kind is BodyKind.JSON and isinstance(body.value, dict) and body.value.get("status") == "ok"
        )
        if answer.status != 200 or not fine:
            raise error_for_read(answer, self._limits)
        return VerifyResult(answer.date, answer.elapsed)

    async def find(
        self, slug: str, field: str, values: Sequence[Any], fields: Sequence[str] = ()
    ) -> FindResult:
        """Look for records whose `field` has one of `values`; see :func:`lookup.find_records`."""
        return await find_records(self.exchange, slug, field, values, fields, self._limits)


class Superleap:
    """The API for plain code: the same names as :class:`AsyncSuperleap`, without `await`.

    It may be used from any thread, also where an event loop runs. Its own thread starts with the first call
    and ends with `close`.
    """

    def __init__(
        self,
        base_url: str,
        token: str | SecretToken,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        limits: Limits = DEFAULT_LIMITS,
        ca_file: Path | str | None = None,
    ) -> None:
        self._client = AsyncSuperleap(base_url, token, timeouts=timeouts, limits=limits, ca_file=ca_file)
        self.base_url = self._client.base_url
        self.origin = self._client.origin
        self._thread = _LoopThread()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open; the client may be used again."""
        self._thread.stop(self._client.aclose)

    def exchange(self, request: Request) -> Answer:
        """See :meth:`AsyncSuperleap.exchange`."""
        return self._thread.run(self._client.exchange(request))

    def bulk_create(self, slug: str, records: Sequence[Mapping[str, Any]]) -> BulkCreateResult:
        """See :meth:`AsyncSuperleap.bulk_create`."""
        return self._thread.run(self._client.bulk_create(slug, records))

    def verify(self) -> VerifyResult:
        """See :meth:`AsyncSuperleap.verify`."""
        return self._thread.run(self._client.verify())

    def find(self, slug: str, field: str, values: Sequence[Any], fields: Sequence[str] = ()) -> FindResult:
        """See :meth:`AsyncSuperleap.find`."""
        return self._thread.run(self._client.find(slug, field, values, fields))


class _LoopThread:
    """An event loop in a thread of its own, for as long as it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work there and wait for it; an interrupt (Ctrl+C) cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._started())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run the last work, let what is left over come to its end, and end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(_finish(last), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # A daemon: a script that never calls close must still be able to end.
                self._thread = threading.Thread(target=self._loop.run_forever, name="superleap", daemon=True)
                self._thread.start()
            return self._loop


async def _finish(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await last()
    await asyncio.get_running_loop().shutdown_asyncgens()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
