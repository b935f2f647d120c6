"""Chunk by chunk: intent on disk, one exchange, answer on disk, event."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.events import RunPaused, RunResumed
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.mapping import map_answer
from leapgrid.submit.pace import Pace
from leapgrid.submit.plan import PlannedChunk
from leapgrid.submit.serverclock import ServerClock
from leapgrid.submit.streak import Streak
from leapgrid.submit.teller import Teller
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.errors import (
    BadInput,
    FailureKind,
    Sent,
    SuperleapError,
    TransportFailure,
    failure_message,
    transport_failure,
)
from leapgrid.superleap.requests import Request, bulk_create_request
from leapgrid.superleap.retry import next_wait
from leapgrid.superleap.verdict import ChunkOutcome, CreateVerdict, Then, read_create
from leapgrid.workspace import Intent, Result, RowsTaken, SentElsewhere, WorkspaceError

TROUBLE_PAUSE = 60.0
"""Seconds to leave a server alone that failed several times in a row."""

PERSON = "person"
_TROUBLE, _LIMIT = "trouble", "limit"


class Client(Protocol):
    """What a run needs of the API client; ``AsyncSuperleap`` has it."""

    base_url: str

    async def exchange(self, request: Request) -> Answer:
        """Send one request on a fresh connection; raises TransportFailure."""

    async def verify(self) -> object:
        """The cheap GET."""


@dataclass(frozen=True, slots=True)
class Means:
    """What chunks are sent with.

    Attributes:
        client: whom to send to.
        object_slug: the object that records are created of.
        parallel: how many chunks may be on their way at once.
        fields: the fields that the schema knows.
        pausable: whether a person is there to resume a run that the server makes wait for too long.
        ledger: where intents and answers are kept.
        teller: is told what happens.
        pace: when a chunk may start.
        server: what time it is there.
        clock: seconds since the epoch.
        monotonic: seconds, never going back.
        random: a number from 0 up to 1.
    """

    client: Client
    object_slug: str
    parallel: int
    fields: Collection[str]
    pausable: bool
    ledger: Ledger
    teller: Teller
    pace: Pace
    server: ServerClock
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]


Told = Callable[[PlannedChunk, Answer, ChunkOutcome, Mapping[RowId, RowOutcome]], Awaitable[None]]


class Sending:
    """The chunks of one run that wait, and what becomes of each.

    Args:
        means: what they are sent with.
        told: is told of every refusal and every success once it is on disk.

    Attributes:
        stopped: code and sentence of the reason why nothing more is sent, or None.
        unexpected: what the client raised that it should not have.
    """

    def __init__(self, means: Means, told: Told) -> None:
        self.stopped: tuple[str, str] | None = None
        self.unexpected: Exception | None = None
        self._means = means
        self._client = means.client
        self._ledger = means.ledger
        self._teller = means.teller
        self._pace = means.pace
        self._server = means.server
        self._told = told
        self._pending: deque[PlannedChunk] = deque()
        self._next_number = 1
        self._tries: Counter[int] = Counter()
        self._streak = Streak()
        self._troubled = False

    def stop(self, reason: str, message: str) -> None:
        """Let no further chunk start; the first reason counts."""
        if self.stopped is None:
            self.stopped = (reason, message)
        self._pace.stop()

    def stop_for(self, error: WorkspaceError) -> None:
        """The workspace failed, or keeps a row from being sent."""
        self.stop("in_flight" if isinstance(error, RowsTaken) else "workspace", str(error))

    def pause(self) -> None:
        """Let no further chunk start until :meth:`resume`."""
        if not self._pace.paused_by(PERSON):
            self._pace.pause(PERSON)
            self._teller.tell(RunPaused(PERSON, "Paused. What is with the server is still recorded."))

    def resume(self) -> None:
        """Go on after :meth:`pause`, or after the server asked for more patience than a run has."""
        if self._pace.paused_by(PERSON) or self._pace.paused_by(_LIMIT):
            self._tries.clear()
            self._pace.resume(PERSON, _LIMIT)
            self._teller.tell(RunResumed())

    def queue(self, chunks: Iterable[PlannedChunk], first: bool = False) -> None:
        """These go next, or after all others; numbers that they have are not given again."""
        chunks = tuple(chunks)
        if first:
            self._pending.extendleft(reversed(chunks))
        else:
            self._pending.extend(chunks)
        self._next_number = max(self._next_number, *(chunk.number + 1 for chunk in chunks), 1)

    async def work_all(self) -> None:
        """Send what waits, until nothing is left or the run is stopped."""
        count = min(self._means.parallel, max(1, len(self._pending)))
        workers = {asyncio.ensure_future(self._work()) for _ in range(count)}
        while not all(worker.done() for worker in workers):
            try:
                await asyncio.wait(workers)
            except asyncio.CancelledError:
                self._ledger.cancelled = True
                self._pace.stop()
                for worker in workers:
                    worker.cancel()
        for worker in workers:
            if not worker.cancelled():
                worker.result()

    async def _work(self) -> None:
        while self._pending and self._may_go_on() and await self._pace.turn():
            # While this worker waited for its turn, another may have taken the last one.
            if self._pending:
                await self._send(self._pending.popleft())

    def _may_go_on(self) -> bool:
        if self._teller.failure is not None:
            self.stop("unexpected", "Something unexpected happened while showing the progress.")
        return not self._ledger.cancelled

    async def _send(self, chunk: PlannedChunk) -> None:
        """One attempt of one chunk, from the intent to what follows from its answer."""
        try:
            request = bulk_create_request(self._means.object_slug, chunk.payloads)
            intent = await self._ledger.intend(chunk, request, self._server.offset)
            if intent is None:
                await self._leave_to_others()
        except BadInput as error:
            self.stop("bad_records", f"{error} Nothing of chunk {chunk.number:,} was sent.")
            return
        except WorkspaceError as error:
            self.stop_for(error)
            return
        if isinstance(intent, SentElsewhere):
            self._take_out(chunk, intent)
        if not isinstance(intent, Intent):
            return
        self._tries[chunk.number] += 1
        if self._ledger.cancelled:
            await self._unsend(chunk, intent)
            return
        self._teller.started(chunk, intent)
        since = self._means.monotonic()
        got = await self._exchange(request)
        elapsed = got.elapsed if isinstance(got, Answer) else self._means.monotonic() - since
        verdict = read_create(got, len(chunk), chunk.payloads)
        await self._take(chunk, intent, got, verdict, elapsed)
        await self._watch(verdict)

    async def _leave_to_others(self) -> None:
        """Someone else has a chunk of ours, and perhaps more of them: those need not be tried."""
        ours = {chunk.number for chunk in self._pending}
        gone = ours - await self._ledger.still_planned()
        self._pending = deque(chunk for chunk in self._pending if chunk.number not in gone)

    def _take_out(self, chunk: PlannedChunk, elsewhere: SentElsewhere) -> None:
        """Some of the records went out from another draft meanwhile; the others are a chunk of their own."""
        outcomes = dict(elsewhere.outcomes)
        if elsewhere.rest is not None:
            number, rows = elsewhere.rest
            rest = chunk.part(number, [chunk.rows.index(row) for row in rows])
            self.queue([rest], first=True)
            outcomes.update(self._teller.rows(rest, RowState.QUEUED, "Planned."))
        self._teller.out_of(chunk, len(elsewhere.rows), outcomes)

    async def _exchange(self, request: Request) -> Answer | TransportFailure:
        try:
            answer = await self._client.exchange(request)
            self._server.observe(answer)
            return answer
        except TransportFailure as failure:
            return failure
        except asyncio.CancelledError:
            self._ledger.cancelled = True
            kind = FailureKind.CANCELLED
        except Exception as error:
            # Whatever else the client raises says nothing about what the server has; it is raised at the
            # end of the run, after the rows were recorded as unknown.
            self.unexpected = error
            self.stop("unexpected", "Something unexpected happened while sending.")
            kind = FailureKind.OTHER
        host = urlsplit(self._client.base_url).netloc
        return transport_failure(kind, Sent.MAYBE, failure_message(kind, Sent.MAYBE, host))

    async def _unsend(self, chunk: PlannedChunk, intent: Intent) -> None:
        """Cancelled between the intent and the first byte: nothing was sent."""
        message = "Cancelled before anything was sent."
        outcomes = self._teller.rows(chunk, RowState.READY, message)
        result = Result("not_sent", "cancelled", message, outcomes, again=True)
        await self._ledger.record(chunk.number, intent.attempt, result)

    async def _take(
        self,
        chunk: PlannedChunk,
        intent: Intent,
        got: Answer | TransportFailure,
        verdict: CreateVerdict,
        elapsed: float,
    ) -> None:
        """Keep what came of an attempt, tell of it, and put the chunk back if it goes again."""
        mapped = map_answer(
            verdict,
            chunk.rows,
            chunk.payloads,
            fields=self._means.fields,
            at=self._means.clock(),
            submission=self._ledger.submission,
            chunk=chunk.number,
        )
        going_on = not self._pace.stopped
        wait = next_wait(self._tries[chunk.number], verdict, random=self._means.random) if going_on else None
        impatient = going_on and verdict.then is Then.WAIT and wait is None and self._means.pausable
        again = wait is not None or impatient
        halves = None
        if verdict.then is Then.HALVE and len(chunk) > 1:
            halves = chunk.halves(self._next_number)
            self._next_number += 2
        result = Result(
            outcome=verdict.outcome.value,
            reason=verdict.reason,
            message=verdict.message,
            outcomes=mapped.outcomes,
            status=verdict.status,
            elapsed=elapsed,
            issues=mapped.issues,
            again=again,
            halves=[(half.number, half.rows) for half in halves or ()],
            server_date=self._server.now,
        )
        if isinstance(got, Answer):
            date = self._server.now if got.date is None else got.date
            result = replace(result, headers=got.headers, body=got.body, server_date=date)
        trouble = await self._ledger.record(chunk.number, intent.attempt, result)
        if trouble is not None:
            self.stop_for(trouble)
        if trouble is None and halves:
            numbers = self._ledger.halves[chunk.number]
            halves = (replace(halves[0], number=numbers[0]), replace(halves[1], number=numbers[1]))
            self.queue(halves, first=True)
            self._teller.split(chunk, halves, intent, verdict, elapsed)
        elif trouble is None and wait is not None:
            self._pace.hold(wait)
            self._pending.appendleft(chunk)
            self._teller.waiting(chunk, intent, verdict, elapsed, wait)
        elif trouble is None and impatient:
            self._pace.pause(_LIMIT)
            self._pending.appendleft(chunk)
            self._teller.out_of_patience(chunk, intent, verdict, elapsed)
        else:
            self._teller.answered(chunk, intent, verdict, mapped, elapsed, saved=trouble is None)
            clear = verdict.outcome in (ChunkOutcome.REJECTED, ChunkOutcome.CREATED)
            if clear and isinstance(got, Answer) and trouble is None:
                await self._clear(chunk, got, verdict.outcome, mapped.outcomes)
            if verdict.then in (Then.STOP, Then.TRY_AGAIN, Then.WAIT):
                self.stop(verdict.reason, self._why(chunk, verdict))

    async def _clear(
        self,
        chunk: PlannedChunk,
        answer: Answer,
        outcome: ChunkOutcome,
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        try:
            await self._told(chunk, answer, outcome, outcomes)
        except WorkspaceError as error:
            self.stop_for(error)

    def _why(self, chunk: PlannedChunk, verdict: CreateVerdict) -> str:
        message, tries = verdict.message, self._tries[chunk.number]
        if verdict.retry_after is not None and verdict.then is Then.WAIT:
            message = f"{message} It asks for {verdict.retry_after:,.0f} s."
        return message if tries == 1 else f"{message} Tried {tries} times."

    async def _watch(self, verdict: CreateVerdict) -> None:
        """Stop, or leave the server alone, when the same kind of answer comes too often in a row."""
        if not self._streak.full(verdict.stop_after_in_a_row) or not self._pending or self._pace.stopped:
            return
        if verdict.stop_after_in_a_row == 2:
            self.stop(verdict.reason, f"This does not look like the API. {verdict.message}")
        elif self._troubled:
            self.stop(verdict.reason, verdict.message)
        else:
            self._troubled = True
            await self._leave_alone(verdict)

    async def _leave_alone(self, verdict: CreateVerdict) -> None:
        """The server failed several times: a pause, then a cheap GET, and only then the next chunk."""
        self._pace.pause(_TROUBLE)
        until = self._means.clock() + TROUBLE_PAUSE
        message = f"{verdict.message} Waiting before the next chunk."
        self._teller.tell(RunPaused(verdict.reason, message, until))
        await self._pace.wait(TROUBLE_PAUSE)
        if self._pace.stopped:
            return
        try:
            await self._client.verify()
        except SuperleapError as error:
            self.stop(verdict.reason, f"The server still fails. {error}")
            return
        self._pace.resume(_TROUBLE)
        self._teller.tell(RunResumed())
