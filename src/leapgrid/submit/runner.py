"""The run: chunk by chunk, intent on disk, one exchange, answer on disk, event."""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from typing import Protocol
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import schema_for
from leapgrid.submit.events import RunPaused, RunResumed, RunStopped, SubmitEvent
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.mapping import map_answer
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.pace import Pace, Sleep
from leapgrid.submit.plan import Plan, PlannedChunk
from leapgrid.submit.streak import Streak
from leapgrid.submit.summary import RunSummary
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
from leapgrid.superleap.origin import is_loopback
from leapgrid.superleap.requests import Request, bulk_create_request
from leapgrid.superleap.retry import next_wait
from leapgrid.superleap.verdict import CreateVerdict, Then, read_create
from leapgrid.workspace import Intent, Result, RowsTaken, Workspace, WorkspaceError

TROUBLE_PAUSE = 60.0
"""Seconds to leave a server alone that failed several times in a row."""

_PERSON, _TROUBLE, _LIMIT = "person", "trouble", "limit"


class Client(Protocol):
    """What a run needs of the API client; ``AsyncSuperleap`` has it."""

    base_url: str

    async def exchange(self, request: Request) -> Answer:
        """Send one request on a fresh connection; raises TransportFailure."""

    async def verify(self) -> object:
        """The cheap GET."""


class Runner:
    """Sends a plan once. One runner, one run.

    All methods are for the event loop that runs it.

    Args:
        workspace: where intents and answers are kept.
        client: whom to send to.
        draft_id: whose rows these are.
        plan: what goes.
        object_slug: the object that records are created of.
        options: rate and parallel chunks; the others were the plan's.
        publish: is told every event, in order, after what it says is on disk.
        fields: the fields that the schema knows, for errors about others.
        profile: the profile's name, to be kept.
        pausable: whether a person is there to resume the run; else what needs one stops it.
        clock: seconds since the epoch.
        monotonic: seconds, never going back.
        sleep: waits so many seconds.
        random: a number from 0 up to 1.
    """

    def __init__(
        self,
        workspace: Workspace,
        client: Client,
        draft_id: str,
        plan: Plan,
        *,
        object_slug: str,
        options: SubmitOptions | None = None,
        publish: Callable[[SubmitEvent], None] = lambda event: None,
        fields: Collection[str] | None = None,
        profile: str = "",
        pausable: bool = False,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._client = client
        self._plan = plan
        self._slug = object_slug
        self._options = options or SubmitOptions()
        known = set(fields) if fields is not None else set(schema_for(object_slug).names)
        self._fields = known | plan.names
        self._profile = profile
        self._pausable = pausable
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._ledger = Ledger(workspace, draft_id, sleep)
        self._teller = Teller(plan, object_slug, client.base_url, publish, clock)
        host = urlsplit(client.base_url).hostname or ""
        self._pace = Pace(None if is_loopback(host) else self._options.rate, monotonic, sleep)
        self._pending: deque[PlannedChunk] = deque(plan.chunks)
        self._next_number = len(plan.chunks) + 1
        self._tries: Counter[int] = Counter()
        self._streak = Streak()
        self._troubled = False
        self._ran = False
        self._stopped: tuple[str, str] | None = None
        self._unexpected: Exception | None = None

    @property
    def submission(self) -> str:
        """ULID of the submission, "" before it began."""
        return self._ledger.submission

    def stop_after_chunk(self) -> None:
        """Let no further chunk start. What is on its way is still answered and recorded."""
        self._stop(_PERSON, "Stopped by you.")

    def pause(self) -> None:
        """Let no further chunk start until :meth:`resume`."""
        if not self._pace.paused_by(_PERSON):
            self._pace.pause(_PERSON)
            self._teller.tell(RunPaused(_PERSON, "Paused. What is with the server is still recorded."))

    def resume(self) -> None:
        """Go on after :meth:`pause`, or after the server asked for more patience than a run has."""
        if self._pace.paused_by(_PERSON) or self._pace.paused_by(_LIMIT):
            self._tries.clear()
            self._pace.resume(_PERSON, _LIMIT)
            self._teller.tell(RunResumed())

    async def save_rest(self) -> bool:
        """Try again to write answers that stayed in memory; for after the run, when there is room again.

        Returns:
            Whether all are on disk.
        """
        await self._ledger.record_rest()
        if not self._ledger.unsaved and self.submission:
            await self._ledger.finish(*(self._stopped or (None, "")))
        return not self._ledger.unsaved

    async def run(self) -> RunSummary:
        """Send the plan.

        Returns:
            What it came to. Failures of the server, the network and the workspace are in it, not raised.

        Raises:
            asyncio.CancelledError: after a cancelled run has recorded what was on its way as unknown.
            RuntimeError: if it ran before.
            Exception: what a listener or the client raised unexpectedly, after all was recorded.
        """
        if self._ran:
            raise RuntimeError("A runner runs once.")
        self._ran = True
        started = self._monotonic()
        try:
            await self._begin()
            await self._work_all()
        except WorkspaceError as error:
            self._stop_for(error)
        await self._end()
        seconds = self._monotonic() - started
        self._teller.finished(seconds)
        if self._ledger.cancelled:
            raise asyncio.CancelledError
        unexpected = self._unexpected or self._teller.failure
        if unexpected is not None:
            raise unexpected
        return self._teller.summary(self._stopped, tuple(sorted(self._ledger.unsaved)), seconds)

    async def _begin(self) -> None:
        await self._ledger.begin(
            object_slug=self._slug,
            origin=self._client.base_url,
            profile=self._profile,
            options=asdict(self._options),
            chunks=self._plan.chunks,
        )
        self._teller.begun(self.submission, self._plan)

    async def _work_all(self) -> None:
        count = min(self._options.parallel, max(1, len(self._pending)))
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
            self._stop("unexpected", "Something unexpected happened while showing the progress.")
        return not self._ledger.cancelled

    async def _send(self, chunk: PlannedChunk) -> None:
        """One attempt of one chunk, from the intent to what follows from its answer."""
        try:
            request = bulk_create_request(self._slug, chunk.payloads)
            intent = await self._ledger.intend(chunk, request)
        except BadInput as error:
            self._stop("bad_records", f"{error} Nothing of chunk {chunk.number:,} was sent.")
            return
        except WorkspaceError as error:
            self._stop_for(error)
            return
        if intent is None:
            return
        self._tries[chunk.number] += 1
        if self._ledger.cancelled:
            await self._unsend(chunk, intent)
            return
        self._teller.started(chunk, intent)
        since = self._monotonic()
        got = await self._exchange(request)
        elapsed = got.elapsed if isinstance(got, Answer) else self._monotonic() - since
        verdict = read_create(got, len(chunk), chunk.payloads)
        await self._take(chunk, intent, got, verdict, elapsed)
        await self._watch(verdict)

    async def _exchange(self, request: Request) -> Answer | TransportFailure:
        try:
            return await self._client.exchange(request)
        except TransportFailure as failure:
            return failure
        except asyncio.CancelledError:
            self._ledger.cancelled = True
            kind = FailureKind.CANCELLED
        except Exception as error:
            # Whatever else the client raises says nothing about what the server has; it is raised at the
            # end of the run, after the rows were recorded as unknown.
            self._unexpected = error
            self._stop("unexpected", "Something unexpected happened while sending.")
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
            fields=self._fields,
            at=self._clock(),
            submission=self.submission,
            chunk=chunk.number,
        )
        going_on = not self._pace.stopped
        wait = next_wait(self._tries[chunk.number], verdict, random=self._random) if going_on else None
        impatient = going_on and verdict.then is Then.WAIT and wait is None and self._pausable
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
        )
        if isinstance(got, Answer):
            result = replace(result, headers=got.headers, body=got.body)
        trouble = await self._ledger.record(chunk.number, intent.attempt, result)
        if trouble is not None:
            self._stop_for(trouble)
        if trouble is None and halves:
            self._pending.extendleft(reversed(halves))
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
            if verdict.then in (Then.STOP, Then.TRY_AGAIN, Then.WAIT):
                self._stop(verdict.reason, self._why(chunk, verdict))

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
            self._stop(verdict.reason, f"This does not look like the API. {verdict.message}")
        elif self._troubled:
            self._stop(verdict.reason, verdict.message)
        else:
            self._troubled = True
            await self._leave_alone(verdict)

    async def _leave_alone(self, verdict: CreateVerdict) -> None:
        """The server failed several times: a pause, then a cheap GET, and only then the next chunk."""
        self._pace.pause(_TROUBLE)
        until = self._clock() + TROUBLE_PAUSE
        message = f"{verdict.message} Waiting before the next chunk."
        self._teller.tell(RunPaused(verdict.reason, message, until))
        await self._pace.wait(TROUBLE_PAUSE)
        if self._pace.stopped:
            return
        try:
            await self._client.verify()
        except SuperleapError as error:
            self._stop(verdict.reason, f"The server still fails. {error}")
            return
        self._pace.resume(_TROUBLE)
        self._teller.tell(RunResumed())

    async def _end(self) -> None:
        """Write what is left to write; whatever was not sent is ready again."""
        if self._ledger.cancelled:
            self._stop("cancelled", "Cancelled. What was on its way is unknown.")
        if self.submission:
            await self._ledger.record_rest()
        released = await self._release()
        if released and self._stopped is None:
            # No chunk of ours is left, and yet rows are: another process took their chunk over.
            self._stop("in_flight", "Another LeapGrid sends the other chunks of this submission.")
        elif released and self._stopped is not None:
            reason, message = self._stopped
            count = sum(1 for outcome in released.values() if outcome.state is not RowState.SENDING)
            what = "1 record was" if count == 1 else f"{count:,} records were"
            self._stopped = (reason, f"{message} {what} not sent." if count else message)
        if self._stopped is not None:
            reason, message = self._stopped
            self._teller.tell(RunStopped(reason, message, released))
        if self.submission:
            await self._ledger.finish(*(self._stopped or (None, "")))

    async def _release(self) -> dict[RowId, RowOutcome]:
        """Take the rows of chunks that were not sent out of the queue."""
        left = [row for row, was in self._teller.states.items() if was.state is RowState.QUEUED]
        if not left:
            return {}
        try:
            released = await self._ledger.release()
        except WorkspaceError as error:
            self._stop_for(error)
            released = {}
        # A chunk that another run took over is not ours to release: the workspace knows what it is.
        others = [row for row in left if row not in released]
        known = await self._ledger.current(others) if others else {}
        unsent = RowOutcome(RowState.READY, self._clock(), "Not sent.")
        for row in others:
            outcome = known.get(row, unsent)
            released[row] = unsent if outcome.state is RowState.QUEUED else outcome
        return released

    def _stop_for(self, error: WorkspaceError) -> None:
        self._stop("in_flight" if isinstance(error, RowsTaken) else "workspace", str(error))

    def _stop(self, reason: str, message: str) -> None:
        if self._stopped is None:
            self._stopped = (reason, message)
        self._pace.stop()
