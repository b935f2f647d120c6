"""How far a submission is, from its events: the one line while it runs, and the result afterwards."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from leapgrid.records import Issue, RowId, RowOutcome, RowState
from leapgrid.submit import (
    ChunkAnswered,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    Plan,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStopped,
    SubmissionStarted,
    SubmitEvent,
)
from leapgrid.tui.text import plural

_ENOUGH_TO_GUESS = 3
"""A remaining time is only said after so many chunks."""


@dataclass
class RunProgress:
    """What is known of a run.

    Attributes:
        plan: what it set out to send.
        began: when, seconds since the epoch.
        outcomes: what became of each row of the plan so far.
        issues: what the server said so far.
        chunk: number of the chunk that went out last.
        chunks: how many there are.
        answers: how many chunks were answered.
        waiting: why it waits, in a sentence, or "".
        stopped: why it ended early, in a sentence, or "".
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
    waiting: str = ""
    paused: bool = False
    stopped: str = ""
    stopping: bool = False
    finished: bool = False
    seconds: float = 0.0
    shown: bool = False
    _states: Counter[RowState] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chunks = len(self.plan.chunks)

    def take(self, event: SubmitEvent) -> None:
        """Follow one event."""
        for row, outcome in event.outcomes.items():
            before = self.outcomes.get(row)
            if before is not None:
                self._states[before.state] -= 1
            self._states[outcome.state] += 1
            self.outcomes[row] = outcome
        match event:
            case SubmissionStarted():
                self.submission, self.chunks = event.submission, event.chunks
            case ChunkStarted():
                self.chunk, self.waiting = event.chunk, ""
            case ChunkWaiting() | RunPaused():
                self.waiting = event.message
                self.paused = isinstance(event, RunPaused)
            case RunResumed():
                self.waiting, self.paused = "", False
            case ChunkSplit():
                self.chunks += 1
            case ChunkAnswered():
                self.answers += 1
                self.issues += event.issues
                self.notes += event.notes
                if event.outcome.value != "created":
                    self.trouble.append((event.chunk, event.message))
            case RunStopped():
                self.stopped = event.message
            case RunFinished():
                self.finished, self.waiting, self.seconds = True, "", event.seconds

    def count(self, *states: RowState) -> int:
        """How many rows of the run are in these states."""
        return sum(self._states[state] for state in states)

    @property
    def percent(self) -> int:
        """How much of it is settled."""
        if not self.plan.records:
            return 100
        open_rows = self.count(RowState.QUEUED, RowState.SENDING)
        if not self.outcomes:
            return 0
        return 100 * (self.plan.records - open_rows) // self.plan.records

    @property
    def line(self) -> str:
        """The status line while it runs: chunk 3 of 9 · 300 of 1,700 · 288 ✓ 12 ✗ · about 40 s."""
        if self.waiting:
            return self.waiting
        # Before the first event nothing is known of any row, and nothing is settled.
        settled = len(self.outcomes) - self.count(RowState.QUEUED, RowState.SENDING)
        parts = [f"chunk {max(1, self.chunk)} of {self.chunks}", f"{settled:,} of {self.plan.records:,}"]
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
        return f"{plural(self.plan.records, 'record')}: {said}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
