"""The run: what is asked before it, its chunks, its rounds, what is asked after it, and its end."""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import ObjectSchema, schema_for
from leapgrid.submit.enquiries import Circumstances, Enquiries
from leapgrid.submit.events import RunStopped, SubmitEvent
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.pace import Pace, Sleep
from leapgrid.submit.plan import Payloads, Plan, PlannedChunk, Record
from leapgrid.submit.rounds import Rounds
from leapgrid.submit.sending import PERSON, Means, Sending
from leapgrid.submit.sending import Client as Client
from leapgrid.submit.serverclock import ServerClock
from leapgrid.submit.summary import RunSummary
from leapgrid.submit.teller import Teller
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.origin import is_loopback
from leapgrid.superleap.verdict import ChunkOutcome
from leapgrid.workspace import Workspace, WorkspaceError
from leapgrid.workspace.errors import EditedMeanwhile

_NO_USE_ASKING = frozenset(
    {PERSON, "cancelled", "workspace", "unexpected", "unauthorized", "forbidden", "not_trusted", "not_sent"}
    | {"wrong_place", "redirect", "redirect_after", "bad_records"}
)
"""Reasons to stop after which nothing is looked up: nobody would answer, or the person wants to be done."""

_SETTLED = frozenset(
    {RowState.CREATED, RowState.ALREADY_THERE, RowState.REJECTED, RowState.UNKNOWN, RowState.SKIPPED}
)
"""What rows that others sent may have become without their being still at work."""

T = TypeVar("T")


class Latest(Protocol):
    """A draft that others may edit until its rows are queued."""

    def seq(self) -> int | None:
        """The number of the last step that its records have in them; None where nobody else edits."""

    async def look(self) -> Plan | None:
        """Let in what others did; the rows that were to go as they are now, None if they may not."""


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
        number: how a person counts a row, to name it in a sentence; by default in the order of making.
        latest: the draft, where others may edit it.
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
        number: Callable[[RowId], int] = lambda row: row + 1,
        latest: Latest | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._client = client
        self._plan = plan
        self._slug = object_slug
        self._options = options or SubmitOptions()
        self._profile = profile
        self._clock = clock
        self._monotonic = monotonic
        self._latest = latest
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
                number=number,
            )
        )
        known = set(fields) if fields is not None else set(schema_for(object_slug).names)
        self._sending = Sending(
            Means(
                client=client,
                object_slug=object_slug,
                parallel=self._options.parallel,
                fields=known | plan.names,
                pausable=pausable,
                ledger=self._ledger,
                teller=self._teller,
                pace=self._pace,
                server=self._server,
                clock=clock,
                monotonic=monotonic,
                random=random,
            ),
            self._learn,
        )
        self._rounds = Rounds()
        self._joining: _Joining | None = None
        self._ran = False

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
        self._sending.stop(PERSON, "Stopped by you.")

    def pause(self) -> None:
        """Let no further chunk start until :meth:`resume`."""
        self._sending.pause()

    def resume(self) -> None:
        """Go on after :meth:`pause`, or after the server asked for more patience than a run has."""
        self._sending.resume()

    async def save_rest(self) -> bool:
        """Try again to write answers that stayed in memory; for after the run, when there is room again.

        Returns:
            Whether all are on disk.
        """
        await self._ledger.record_rest()
        if not self._ledger.unsaved and self.submission:
            await self._ledger.finish(*(self._sending.stopped or (None, "")))
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
            await self._sending.work_all()
            await self._again_without_the_bad()
            await self._look_afterwards()
        except WorkspaceError as error:
            self._sending.stop_for(error)
        except Exception as error:  # a defect of ours: it is raised once all is recorded
            self._sending.unexpected = self._sending.unexpected or error
            self._sending.stop("unexpected", "Something unexpected happened.")
        others = await self._end()
        seconds = self._monotonic() - started
        self._teller.finished(seconds, others)
        if self._ledger.cancelled:
            raise asyncio.CancelledError
        unexpected = self._sending.unexpected or self._teller.failure
        if unexpected is not None:
            raise unexpected
        unsaved = tuple(sorted(self._ledger.unsaved))
        return self._teller.summary(self._sending.stopped, unsaved, seconds, self._enquiries.again_at)

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
                self._sending.stop("not_proven", f"Nothing was sent. {self._enquiries.waiting}")
            return
        whole, self._plan = self._plan, plan

        async def queue(seen: int | None, latest: Plan | None) -> None:
            if latest is not None:
                self._plan = latest.without(set(whole.rows).difference(plan.rows))
            await self._ledger.begin(
                object_slug=self._slug,
                origin=self._client.base_url,
                profile=self._profile,
                options=asdict(self._options),
                chunks=self._plan.chunks,
                seen_seq=seen,
            )

        await self._as_it_is_now(queue)
        self._sending.queue(self._plan.chunks)
        self._teller.begun(self.submission, self._plan)
        await self._guarded(self._enquiries.baseline(self._plan))

    async def _join(self, joining: _Joining) -> None:
        # What is only assumed not to be stored goes once that is proven: the workspace leaves the rest out.
        await self._guarded(self._enquiries.look_at_refused(joining.submission, joining.going))
        size = self._options.chunk_size
        joined = await self._as_it_is_now(
            lambda seen, _: self._ledger.join(joining.submission, joining.going, size, seen)
        )
        chunks = tuple(
            PlannedChunk(number, rows, Payloads(rows, joining.record)) for number, rows, _ in joined.chunks
        )
        self._plan = Plan(chunks)
        self._sending.queue(chunks)
        self._teller.begun(self.submission, self._plan)
        await self._guarded(self._enquiries.baseline_if_none(self._plan))

    async def _as_it_is_now(self, queue: Callable[[int | None, Plan | None], Awaitable[T]]) -> T:
        """Queue rows, but never with a text that somebody edited meanwhile: it is looked once more then.

        Raises:
            EditedMeanwhile: others edit on and on, or what is to go may not go any more.
        """
        latest = self._latest
        if latest is None or latest.seq() is None:
            return await queue(None, None)
        for last_time in (False, True):
            plan = await latest.look()
            if plan is None:
                break
            try:
                return await queue(latest.seq(), plan)
            except EditedMeanwhile:
                if last_time:
                    raise
        raise EditedMeanwhile

    async def _again_without_the_bad(self) -> None:
        """The good records of refused chunks, round by round, where that may be."""
        while not self._pace.stopped and (refused := self._rounds.next()):
            chosen = await self._guarded(self._enquiries.may_go_again(refused))
            if not chosen or self._pace.stopped:
                return
            self._rounds.begin(sum(map(len, chosen)))
            planned = [await self._ledger.add(chunk) for chunk in chosen]
            self._sending.queue(planned)
            self._teller.more(planned, self._rounds.number)
            await self._sending.work_all()
        self._enquiries.gave_up(self._rounds.given_up)

    async def _learn(
        self,
        chunk: PlannedChunk,
        answer: Answer,
        outcome: ChunkOutcome,
        outcomes: Mapping[RowId, RowOutcome],
    ) -> None:
        """What a clear answer to a chunk says beyond its rows."""
        if outcome is ChunkOutcome.CREATED:
            await self._enquiries.created(chunk)
        else:
            self._rounds.refused(chunk, outcomes)
            await self._enquiries.heard(answer, chunk.number)

    async def _look_afterwards(self) -> None:
        """What is unknown is looked up once, and what was created is counted."""
        reason = self._sending.stopped[0] if self._sending.stopped else None
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

    async def _end(self) -> dict[RowId, RowOutcome]:
        """Write what is left to write; whatever was not sent is ready again.

        Returns:
            What became of rows that others sent, where nothing else tells of it.
        """
        if self._ledger.cancelled:
            self._sending.stop("cancelled", "Cancelled. What was on its way is unknown.")
        if self.submission:
            await self._ledger.record_rest()
        released = await self._release()
        if self._sending.stopped is None and any(one.state not in _SETTLED for one in released.values()):
            # No chunk of ours is left, and yet rows are: another process took their chunk over.
            self._sending.stop("in_flight", "Another LeapGrid sends the other chunks of this submission.")
        elif released and self._sending.stopped is not None:
            reason, message = self._sending.stopped
            count = sum(1 for outcome in released.values() if outcome.state is RowState.READY)
            what = "1 record was" if count == 1 else f"{count:,} records were"
            self._sending.stopped = (reason, f"{message} {what} not sent." if count else message)
        if self._sending.stopped is not None:
            reason, message = self._sending.stopped
            self._teller.tell(RunStopped(reason, message, released))
            released = {}
        if self.submission:
            await self._ledger.finish(*(self._sending.stopped or (None, "")))
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
            self._sending.stop_for(error)
            return dict.fromkeys(left, unsent)
        # A chunk that another run took over is not ours to release: the workspace knows what it is.
        others = [row for row in left if row not in released]
        known = await self._ledger.current(others) if others else {}
        return {row: known.get(row, unsent) if row in known else released.get(row, unsent) for row in left}
