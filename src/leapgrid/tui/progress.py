"""How far a submission is, from its events: the one line while it runs, and the result afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from leapgrid.records import Issue, RowId, RowOutcome, RowState
from leapgrid.submit import (
    ChunkAnswered,
    ChunksPlanned,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    LookedUp,
    LookingUp,
    Plan,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStopped,
    SameAgain,
    SubmissionStarted,
    SubmitEvent,
)
from leapgrid.tui.text import plural
from leapgrid.workspace import Purpose

_ENOUGH_TO_GUESS = 3
"""A remaining time is only said after so many chunks."""

_KEY_REFUSED = frozenset({"unauthorized", "forbidden"})

_ASKING = {
    Purpose.BASELINE: "asking what is there already",
    Purpose.UNKNOWN: "looking up what is unknown",
    Purpose.REFUSAL: "looking up what the refused chunks left there",
    Purpose.COUNT: "counting what is there",
}


def asking(event: LookingUp) -> str:
    """What is being asked of the server now, e.g. ``looking up what is unknown · 100 of 200``."""
    words = _ASKING[event.purpose]
    return f"{words} · {event.done:,} of {event.keys:,}" if event.keys else words


@dataclass
class RunProgress:
    """What is known of a run.

    Attributes:
        plan: what it set out to send; empty for a run that goes on with what was cut off.
        began: when, seconds since the epoch.
        outcomes: what became of each row of the plan so far.
        issues: what the server said so far.
        chunk: number of the chunk that went out last.
        chunks: how many there are.
        answers: how many chunks were answered.
        round: the how-manieth round of the good records of refused chunks goes on, or 0.
        asking: what the server is being asked, or "".
        look_ups: what it was found to have, in order.
        waiting: why it waits, in a sentence, or "".
        stopped: why it ended early, in a sentence, or "".
        reason: the code of that reason, or "".
        finished: whether it is over.
        shown: whether its result was put before the person already.
    """

    plan: Plan
    began: float
    submission: str = ""
    outcomes: dict[RowId, RowOutcome] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trouble: list[tuple[int, str]] = field(default_factory=list)
    chunk: int = 0
    chunks: int = 0
    answers: int = 0
    round: int = 0
    asking: str = ""
    look_ups: list[LookedUp] = field(default_factory=list)
    waiting: str = ""
    paused: bool = False
    stopped: str = ""
    reason: str = ""
    stopping: bool = False
    finished: bool = False
    seconds: float = 0.0
    shown: bool = False
    _first: int = 0
    _went: set[int] = field(default_factory=set)
    _states: Counter[RowState] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chunks = len(self.plan.chunks)

    @property
    def records(self) -> int:
        """How many rows it is about."""
        return max(self.plan.records, len(self.outcomes))

    def follow(self, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """Take over what became of rows of this run after it was over: a look-up, a person's word."""
        self._know({row: outcome for row, outcome in outcomes.items() if row in self.outcomes})

    def _know(self, outcomes: Mapping[RowId, RowOutcome]) -> None:
        for row, outcome in outcomes.items():
            before = self.outcomes.get(row)
            if before is not None:
                self._states[before.state] -= 1
            self._states[outcome.state] += 1
            self.outcomes[row] = outcome

    def take(self, event: SubmitEvent) -> None:
        """Follow one event."""
        self._know(event.outcomes)
        if not isinstance(event, LookingUp):
            self.asking = ""
        match event:
            case SubmissionStarted():
                self.submission, self.chunks = event.submission, event.chunks
            case ChunkStarted():
                self.chunk, self.waiting = event.chunk, ""
                self._went.add(event.chunk)
                self._first = self._first or event.chunk
            case ChunkWaiting() | RunPaused():
                self.waiting = event.message
                self.paused = isinstance(event, RunPaused)
            case RunResumed():
                self.waiting, self.paused = "", False
            case ChunkSplit():
                self.chunks += 1
            case ChunksPlanned():
                self.chunks += len(event.numbers)
                self.round = event.round
            case LookingUp():
                self.asking = asking(event)
            case LookedUp():
                self.look_ups.append(event)
            case SameAgain():
                self.notes.append(event.message)
            case ChunkAnswered():
                self.answers += 1
                self.issues += event.issues
                self.notes += event.notes
                if event.outcome.value != "created":
                    self.trouble.append((event.chunk, event.message))
            case RunStopped():
                self.stopped, self.reason = event.message, event.reason
            case RunFinished():
                self.finished, self.waiting, self.seconds = True, "", event.seconds

    def break_off(self, sentence: str, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """End it without its last event."""
        self._know(outcomes)
        self.stopped, self.reason, self.asking, self.waiting = sentence, "unexpected", "", ""
        self.seconds = self.seconds or time.time() - self.began
        self.finished = True

    def count(self, *states: RowState) -> int:
        """How many rows of the run are in these states."""
        return sum(self._states[state] for state in states)

    @property
    def chunk_words(self) -> str:
        """How many chunks there were, and how many of them went out where it ended before the last."""
        if self.stopped and len(self._went) < self.chunks:
            return f"{len(self._went):,} of {plural(self.chunks, 'chunk')}"
        return plural(self.chunks, "chunk")

    @property
    def key_refused(self) -> bool:
        """Whether it ended because the server does not take the key."""
        return self.reason in _KEY_REFUSED

    @property
    def percent(self) -> int:
        """How much of it is settled."""
        if not self.records:
            return 100
        open_rows = self.count(RowState.QUEUED, RowState.SENDING)
        if not self.outcomes:
            return 0
        return 100 * (self.records - open_rows) // self.records

    @property
    def line(self) -> str:
        """The status line while it runs: chunk 3 of 9 · 300 of 1,700 · 288 ✓ 12 ✗ · about 40 s."""
        if self.waiting:
            return self.waiting
        if self.asking:
            return self.asking
        # Before the first event nothing is known of any row, and nothing is settled.
        settled = len(self.outcomes) - self.count(RowState.QUEUED, RowState.SENDING)
        # Where it goes on with what was cut off, the first of its chunks is not the first of all.
        at = max(1, min(self.chunk - max(0, self._first - 1), self.chunks))
        parts = [f"chunk {at} of {self.chunks}", f"{settled:,} of {self.records:,}"]
        if self.round:
            parts.insert(0, f"round {self.round} without the refused ones")
        counts = [
            f"{number:,} {glyph}"
            for number, glyph in (
                (self.count(RowState.CREATED, RowState.ALREADY_THERE), "✓"),
                (self.count(RowState.REJECTED), "✗"),
                (self.count(RowState.UNKNOWN), "?"),
            )
            if number
        ]
        if counts:
            parts.append(" ".join(counts))
        if self.answers >= _ENOUGH_TO_GUESS and self.answers < self.chunks:
            left = (time.time() - self.began) / self.answers * (self.chunks - self.answers)
            parts.append(f"about {_span(left)}")
        if self.stopping:
            parts.append("stops after this chunk")
        return " · ".join(parts)

    @property
    def headline(self) -> str:
        """The result in one line: 19 sent: 16 created · 2 rejected · 1 unknown."""
        names = (
            (self.count(RowState.CREATED), "created"),
            (self.count(RowState.ALREADY_THERE), "already there"),
            (self.count(RowState.REJECTED), "rejected"),
            (self.count(RowState.UNKNOWN), "unknown"),
            (self.count(RowState.READY, RowState.QUEUED), "not sent"),
        )
        said = " · ".join(f"{number:,} {word}" for number, word in names if number)
        return f"{plural(self.records, 'record')}: {said}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
