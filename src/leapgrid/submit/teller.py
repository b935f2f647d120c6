"""Tells the events of one run, and keeps what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.events import (
    ChunkAnswered,
    ChunksPlanned,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    LookedUp,
    RunFinished,
    RunPaused,
    SameAgain,
    SubmissionStarted,
    SubmitEvent,
)
from leapgrid.submit.mapping import MappedAnswer
from leapgrid.submit.plan import Plan, PlannedChunk
from leapgrid.submit.summary import ChunkSummary, RunSummary
from leapgrid.superleap.verdict import CreateVerdict
from leapgrid.visible import visible
from leapgrid.workspace import Intent


class Teller:
    """The one source of a run's events.

    Args:
        plan: what goes.
        object_slug: the object.
        base_url: where to.
        listener: is called with every event.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        plan: Plan,
        object_slug: str,
        base_url: str,
        listener: Callable[[SubmitEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self.submission = ""
        self.states: dict[RowId, RowOutcome] = {row: RowOutcome() for row in plan.rows}
        self.failure: Exception | None = None
        self._slug = object_slug
        self._base_url = base_url
        self._listener = listener
        self._clock = clock
        self._chunks: dict[int, ChunkSummary] = {}
        self._issues: list[Issue] = []
        self._notes: list[str] = []
        self._look_ups: list[LookedUp] = []

    def tell(self, event: SubmitEvent) -> None:
        """Tell an event. What a listener raises is kept in ``failure``: it must not stop the recording."""
        if isinstance(event, LookedUp):
            self._look_ups.append(event)
            for row, outcome in event.outcomes.items():
                # What was sent is not known any better, or forgotten, because it was found.
                was = self.states.get(row)
                self.states[row] = replace(outcome, sent=was.sent) if was is not None else outcome
        else:
            self.states.update(event.outcomes)
        try:
            self._listener(event)
        except Exception as error:
            # Any listener may fail in any way; the run stops after what is on its way and raises it then.
            self.failure = self.failure or error

    def begun(self, submission: str, plan: Plan) -> None:
        """The plan is on disk."""
        self.submission = submission
        now = self._clock()
        outcomes: dict[RowId, RowOutcome] = {}
        for chunk in plan.chunks:
            outcomes.update(self.rows(chunk, RowState.QUEUED, "Planned."))
        chunks, records = len(plan.chunks), len(outcomes)
        self.tell(SubmissionStarted(submission, self._slug, self._base_url, chunks, records, now, outcomes))

    def more(self, chunks: Sequence[PlannedChunk], number: int) -> None:
        """The good records of refused chunks are planned once more, as the how-manieth such round."""
        outcomes: dict[RowId, RowOutcome] = {}
        for chunk in chunks:
            outcomes.update(self.rows(chunk, RowState.QUEUED, "Planned again, without the refused records."))
        count = len(outcomes)
        what = "1 record" if count == 1 else f"{count:,} records"
        message = f"{what} of refused chunks {'goes' if count == 1 else 'go'} again without the bad ones."
        self.tell(ChunksPlanned(tuple(chunk.number for chunk in chunks), number, message, outcomes))

    def out_of(self, chunk: PlannedChunk, count: int, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """So many records of a chunk are left out: they went out from another draft meanwhile."""
        what = "1 record" if count == 1 else f"{count:,} records"
        verb = "is" if count == 1 else "are"
        message = (
            f"{what} of chunk {chunk.number:,} went out from another draft meanwhile and {verb} left out."
        )
        self.tell(SameAgain(message, outcomes))

    def note(self, text: str) -> None:
        """Something worth knowing about the run as a whole."""
        if text and text not in self._notes:
            self._notes.append(text)

    def started(self, chunk: PlannedChunk, intent: Intent) -> None:
        """The first byte leaves now."""
        now = self._clock()
        self.tell(ChunkStarted(chunk.number, chunk.rows, intent.attempt, intent.number, now, intent.outcomes))

    def split(
        self,
        chunk: PlannedChunk,
        halves: tuple[PlannedChunk, PlannedChunk],
        intent: Intent,
        verdict: CreateVerdict,
        elapsed: float,
    ) -> None:
        """The chunk was too large; its halves go instead."""
        into = (halves[0].number, halves[1].number)
        self._keep(chunk, intent, verdict, elapsed, into)
        outcomes: dict[RowId, RowOutcome] = {}
        for half in halves:
            outcomes.update(self.rows(half, RowState.QUEUED, verdict.message))
        self.tell(ChunkSplit(chunk.number, into, verdict.status, verdict.message, outcomes))

    def waiting(
        self, chunk: PlannedChunk, intent: Intent, verdict: CreateVerdict, elapsed: float, wait: float
    ) -> None:
        """The same body goes out again after a wait, in seconds."""
        self._keep(chunk, intent, verdict, elapsed)
        until = self._clock() + wait
        outcomes = self.rows(chunk, RowState.QUEUED, verdict.message)
        self.tell(
            ChunkWaiting(chunk.number, wait, until, verdict.reason, verdict.message, intent.number, outcomes)
        )

    def out_of_patience(
        self, chunk: PlannedChunk, intent: Intent, verdict: CreateVerdict, elapsed: float
    ) -> None:
        """The server asks for more patience than a run has; a person may resume it."""
        self._keep(chunk, intent, verdict, elapsed)
        until = None if verdict.retry_after is None else self._clock() + verdict.retry_after
        outcomes = self.rows(chunk, RowState.QUEUED, verdict.message)
        self.tell(RunPaused(verdict.reason, verdict.message, until, outcomes))

    def answered(
        self,
        chunk: PlannedChunk,
        intent: Intent,
        verdict: CreateVerdict,
        mapped: MappedAnswer,
        elapsed: float,
        saved: bool,
    ) -> None:
        """What is known of the chunk now."""
        self._keep(chunk, intent, verdict, elapsed)
        self._issues.extend(mapped.issues)
        self._notes.extend(note for note in mapped.notes if note not in self._notes)
        self.tell(
            ChunkAnswered(
                chunk=chunk.number,
                rows=chunk.rows,
                attempt=intent.attempt,
                outcome=verdict.outcome,
                reason=verdict.reason,
                status=verdict.status,
                message=verdict.message,
                server_message=verdict.server_message,
                elapsed=elapsed,
                saved=saved,
                issues=mapped.issues,
                notes=mapped.notes,
                outcomes=mapped.outcomes,
            )
        )

    def finished(self, seconds: float, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """The last event, with what became of rows that others sent."""
        self.states.update(outcomes)
        self.tell(RunFinished(self.submission, self.counts(), seconds, outcomes))

    def counts(self) -> Mapping[RowState, int]:
        """How many rows of the plan are in which state."""
        return dict(Counter(outcome.state for outcome in self.states.values()))

    def rows(self, chunk: PlannedChunk, state: RowState, evidence: str) -> dict[RowId, RowOutcome]:
        """All rows of a chunk in the same state."""
        now = self._clock()
        return {
            row: RowOutcome(state, now, evidence, self.submission, chunk.number, position)
            for position, row in enumerate(chunk.rows, 1)
        }

    def summary(
        self,
        stopped: tuple[str, str] | None,
        unsaved: tuple[int, ...],
        seconds: float,
        again_at: float | None = None,
    ) -> RunSummary:
        """What the run came to."""
        reason, message = stopped or (None, "")
        return RunSummary(
            submission=self.submission,
            object_slug=self._slug,
            base_url=self._base_url,
            outcomes=dict(self.states),
            chunks=tuple(self._chunks[number] for number in sorted(self._chunks)),
            issues=tuple(self._issues),
            notes=tuple(self._notes),
            stopped=reason,
            message=visible(message),
            unsaved=unsaved,
            seconds=seconds,
            look_ups=tuple(self._look_ups),
            difference=any(event.difference for event in self._look_ups),
            again_at=again_at,
        )

    def _keep(
        self,
        chunk: PlannedChunk,
        intent: Intent,
        verdict: CreateVerdict,
        elapsed: float,
        into: tuple[int, ...] = (),
    ) -> None:
        self._chunks[chunk.number] = ChunkSummary(
            chunk=chunk.number,
            records=len(chunk),
            outcome=verdict.outcome,
            status=verdict.status,
            message=verdict.server_message or verdict.message,
            reason=verdict.reason,
            attempts=intent.number,
            elapsed=elapsed,
            into=into,
        )
