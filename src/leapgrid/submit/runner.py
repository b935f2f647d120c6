"""The run: chunk by chunk, intent on disk, one exchange, answer on disk, event."""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import ObjectSchema, schema_for
from leapgrid.submit.enquiries import Circumstances, Enquiries
from leapgrid.submit.events import RunPaused, RunResumed, RunStopped, SubmitEvent
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.mapping import map_answer
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.pace import Pace, Sleep
from leapgrid.submit.plan import Payloads, Plan, PlannedChunk, Record
from leapgrid.submit.rounds import Rounds
from leapgrid.submit.serverclock import ServerClock
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
from leapgrid.superleap.verdict import ChunkOutcome, CreateVerdict, Then, read_create
from leapgrid.workspace import Intent, Result, RowsTaken, SentElsewhere, Workspace, WorkspaceError

TROUBLE_PAUSE = 60.0
"""Seconds to leave a server alone that failed several times in a row."""

_PERSON, _TROUBLE, _LIMIT = "person", "trouble", "limit"

_NO_USE_ASKING = frozenset(
    {_PERSON, "cancelled", "workspace", "unexpected", "unauthorized", "forbidden", "not_trusted", "not_sent"}
    | {"wrong_place", "redirect", "redirect_after", "bad_records"}
)
"""Reasons to stop after which nothing is looked up: nobody would answer, or the person wants to be done."""

_SETTLED = frozenset(
    {RowState.CREATED, RowState.ALREADY_THERE, RowState.REJECTED, RowState.UNKNOWN, RowState.SKIPPED}
)
"""What rows that others sent may have become without their being still at work."""

T = TypeVar("T")


class Client(Protocol):
    """What a run needs of the API client; ``AsyncSuperleap`` has it."""

    base_url: str

    async def exchange(self, request: Request) -> Answer:
        """Send one request on a fresh connection; raises TransportFailure."""

    async def verify(self) -> object:
        """The cheap GET."""


@dataclass(frozen=True, slots=True)
class _Joining:
    """What a run goes on with: which submission, which of its rows may go, and the record of a row."""

    submission: str
    going: Collection[RowId]
    record: Callable[[RowId], Record]


class Runner:
    """Sends a plan once. One runner, one run.

    All methods are for the event loop that runs it.

    Args:
        workspace: where intents and answers are kept.
        client: whom to send to.
        draft_id: whose rows these are.
        plan: what goes.
        object_slug: the object that records are created of.
        options: how to go about it; what is left out because of them was the plan's affair.
        publish: is told every event, in order, after what it says is on disk.
        fields: the fields that the schema knows, for errors about others.
        profile: the profile's name, to be kept.
        pausable: whether a person is there to resume the run; else what needs one stops it.
        who: the person, to be kept.
        schema: which fields are unique, to look records up by; the built-in one of the object by default.
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
        who: str = "",
        schema: ObjectSchema | None = None,
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
        self._ledger = Ledger(workspace, draft_id, sleep, who)
        self._teller = Teller(plan, object_slug, client.base_url, publish, clock)
        host = urlsplit(client.base_url).hostname or ""
        self._pace = Pace(None if is_loopback(host) else self._options.rate, monotonic, sleep)
        self._server = ServerClock(clock, monotonic)
        self._enquiries = Enquiries(
            Circumstances(
                workspace=workspace,
                client=client,
                draft_id=draft_id,
                schema=schema or schema_for(object_slug),
                options=self._options,
                ledger=self._ledger,
                teller=self._teller,
                pace=self._pace,
                server=self._server,
                clock=clock,
                sleep=sleep,
                who=who,
            )
        )
        self._rounds = Rounds()
        self._joining: _Joining | None = None
        self._pending: deque[PlannedChunk] = deque()
        self._next_number = 1
        self._tries: Counter[int] = Counter()
        self._streak = Streak()
        self._troubled = False
        self._ran = False
        self._stopped: tuple[str, str] | None = None
        self._unexpected: Exception | None = None

    @classmethod
    def going_on(
        cls,
        workspace: Workspace,
        client: Client,
        draft_id: str,
        submission_id: str,
        *,
        record: Callable[[RowId], Record],
        going: Collection[RowId],
        object_slug: str,
        **more: Any,
    ) -> Runner:
        """A run that goes on with a submission instead of beginning one: what nobody has sent of it yet.

        Several may go on with one submission at the same time, in other processes or on other machines: they
        divide its chunks between them.

        Args:
            workspace: as for a runner that begins.
            client: whom to send to: whoever the submission went to.
            draft_id: whose rows these are.
            submission_id: which submission.
            record: the record of a row, as it is now.
            going: the rows that may be sent: the person has not skipped them, and they have no errors, or
                none that count.
            object_slug: the object.
            more: all else that a runner takes.
        """
        runner = cls(workspace, client, draft_id, Plan(), object_slug=object_slug, **more)
        runner._joining = _Joining(submission_id, going, record)
        return runner

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
            await self._again_without_the_bad()
            await self._look_afterwards()
        except WorkspaceError as error:
            self._stop_for(error)
        others = await self._end()
        seconds = self._monotonic() - started
        self._teller.finished(seconds, others)
        if self._ledger.cancelled:
            raise asyncio.CancelledError
        unexpected = self._unexpected or self._teller.failure
        if unexpected is not None:
            raise unexpected
        unsaved = tuple(sorted(self._ledger.unsaved))
        return self._teller.summary(self._stopped, unsaved, seconds, self._enquiries.again_at)

    async def _begin(self) -> None:
        """Have the plan on disk, and know what is at the server before anything of it is sent."""
        if self._joining is not None:
            await self._join(self._joining)
            return
        plan = await self._guarded(self._enquiries.before(self._plan))
        if plan is None:
            return
        if not plan.records and self._plan.records:
            if self._enquiries.waiting:
                self._stop("not_proven", f"Nothing was sent. {self._enquiries.waiting}")
            return
        self._plan = plan
        await self._ledger.begin(
            object_slug=self._slug,
            origin=self._client.base_url,
            profile=self._profile,
            options=asdict(self._options),
            chunks=plan.chunks,
        )
        self._queue(plan.chunks)
        self._teller.begun(self.submission, plan)
        await self._guarded(self._enquiries.baseline(plan))

    async def _join(self, joining: _Joining) -> None:
        joined = await self._ledger.join(joining.submission, joining.going, self._options.chunk_size)
        chunks = tuple(
            PlannedChunk(number, rows, Payloads(rows, joining.record)) for number, rows, _ in joined.chunks
        )
        self._plan = Plan(chunks)
        self._queue(chunks)
        self._teller.begun(self.submission, self._plan)
        await self._guarded(self._enquiries.baseline_if_none(self._plan))

    def _queue(self, chunks: Iterable[PlannedChunk], first: bool = False) -> None:
        """These go next, or after all others; numbers that they have are not given again."""
        chunks = tuple(chunks)
        if first:
            self._pending.extendleft(reversed(chunks))
        else:
            self._pending.extend(chunks)
        self._next_number = max(self._next_number, *(chunk.number + 1 for chunk in chunks), 1)

    async def _again_without_the_bad(self) -> None:
        """The good records of refused chunks, round by round, where that may be."""
        while not self._pace.stopped and (refused := self._rounds.next()):
            chosen = await self._guarded(self._enquiries.may_go_again(refused))
            if not chosen or self._pace.stopped:
                return
            self._rounds.begin(sum(map(len, chosen)))
            planned = [await self._ledger.add(chunk) for chunk in chosen]
            self._queue(planned)
            self._teller.more(planned, self._rounds.number)
            await self._work_all()
        self._enquiries.gave_up(self._rounds.given_up)

    async def _look_afterwards(self) -> None:
        """What is unknown is looked up once, and what was created is counted."""
        reason = self._stopped[0] if self._stopped else None
        if reason in _NO_USE_ASKING or self._ledger.unsaved or not self.submission:
            return
        await self._guarded(self._enquiries.look_once())
        if reason is None:
            await self._guarded(self._enquiries.count())

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do some work to its end, or until the run is cancelled; what it came to, or None then."""
        task = asyncio.ensure_future(work)
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                self._ledger.cancelled = True
                self._pace.stop()
                task.cancel()
        return None if task.cancelled() else task.result()

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
            intent = await self._ledger.intend(chunk, request, self._server.offset)
            if intent is None:
                await self._leave_to_others()
        except BadInput as error:
            self._stop("bad_records", f"{error} Nothing of chunk {chunk.number:,} was sent.")
            return
        except WorkspaceError as error:
            self._stop_for(error)
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
        since = self._monotonic()
        got = await self._exchange(request)
        elapsed = got.elapsed if isinstance(got, Answer) else self._monotonic() - since
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
            self._queue([rest], first=True)
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
            server_date=self._server.now,
        )
        if isinstance(got, Answer):
            date = self._server.now if got.date is None else got.date
            result = replace(result, headers=got.headers, body=got.body, server_date=date)
        trouble = await self._ledger.record(chunk.number, intent.attempt, result)
        if trouble is not None:
            self._stop_for(trouble)
        if trouble is None and halves:
            self._queue(halves, first=True)
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
            if verdict.outcome is ChunkOutcome.REJECTED and isinstance(got, Answer) and trouble is None:
                await self._refused(chunk, got, mapped.outcomes)
            if verdict.then in (Then.STOP, Then.TRY_AGAIN, Then.WAIT):
                self._stop(verdict.reason, self._why(chunk, verdict))

    async def _refused(
        self, chunk: PlannedChunk, answer: Answer, outcomes: Mapping[RowId, RowOutcome]
    ) -> None:
        self._rounds.refused(chunk, outcomes)
        try:
            await self._enquiries.heard(answer, chunk.number)
        except WorkspaceError as error:
            self._stop_for(error)

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

    async def _end(self) -> dict[RowId, RowOutcome]:
        """Write what is left to write; whatever was not sent is ready again.

        Returns:
            What became of rows that others sent, where nothing else tells of it.
        """
        if self._ledger.cancelled:
            self._stop("cancelled", "Cancelled. What was on its way is unknown.")
        if self.submission:
            await self._ledger.record_rest()
        released = await self._release()
        if self._stopped is None and any(one.state not in _SETTLED for one in released.values()):
            # No chunk of ours is left, and yet rows are: another process took their chunk over.
            self._stop("in_flight", "Another LeapGrid sends the other chunks of this submission.")
        elif released and self._stopped is not None:
            reason, message = self._stopped
            count = sum(1 for outcome in released.values() if outcome.state is RowState.READY)
            what = "1 record was" if count == 1 else f"{count:,} records were"
            self._stopped = (reason, f"{message} {what} not sent." if count else message)
        if self._stopped is not None:
            reason, message = self._stopped
            self._teller.tell(RunStopped(reason, message, released))
            released = {}
        if self.submission:
            await self._ledger.finish(*(self._stopped or (None, "")))
        return released

    async def _release(self) -> dict[RowId, RowOutcome]:
        """Take the rows of chunks that were not sent out of the queue; these, and those that others sent."""
        left = [row for row, was in self._teller.states.items() if was.state is RowState.QUEUED]
        if not left:
            return {}
        unsent = RowOutcome(RowState.READY, self._clock(), "Not sent.")
        try:
            released = await self._ledger.release()
        except WorkspaceError as error:
            self._stop_for(error)
            return dict.fromkeys(left, unsent)
        # A chunk that another run took over is not ours to release: the workspace knows what it is.
        others = [row for row in left if row not in released]
        known = await self._ledger.current(others) if others else {}
        return {row: known.get(row, unsent) if row in known else released.get(row, unsent) for row in left}

    def _stop_for(self, error: WorkspaceError) -> None:
        self._stop("in_flight" if isinstance(error, RowsTaken) else "workspace", str(error))

    def _stop(self, reason: str, message: str) -> None:
        if self._stopped is None:
            self._stopped = (reason, message)
        self._pace.stop()
