"""SIGKILL at random moments, again and again, until everything is sent; and what must be true all the while.

``python -m tests.faults.kills 3000`` does it as often by hand as a push does it 200 times.
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Workspace
from tests.faults.crew import Crew, Worker
from tests.faults.jobs import draft_of, record
from tests.faults.recorder import Manners, Recorder

SETTLE = 300.0
CREATE_DEADLINE = 600.0
MOST_ROUNDS = 12

POINTS = (
    "before commit",
    "after commit",
    "before write head of create",
    "after write head of create",
    "after write body of create",
    "before read of create",
    "after read of create",
    "before read of look-up",
    "after read of look-up",
)
"""Where some of the kills are aimed: those at random moments mostly hit a process that waits."""


class Wrong(AssertionError):
    """The promise does not hold."""


@dataclass
class Tally:
    """What a number of trials came to."""

    trials: int = 0
    kills: int = 0
    in_recovery: int = 0
    cut_chunks: int = 0
    unknown_rows: int = 0
    found: int = 0
    absent: int = 0
    records: int = 0
    lost: int = 0
    twice: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.in_recovery} in a recovery) in {self.trials} submissions of "
            f"{self.records} records, {self.seconds:.0f} s: {self.lost} lost, {self.twice} twice; "
            f"{self.cut_chunks} chunks cut off, {self.unknown_rows} rows unknown, "
            f"{self.found} of them found there, {self.absent} proven absent"
        )


@dataclass
class Trial:
    """One draft, sent by processes that are killed until one gets through.

    Args:
        url: of the workspace.
        recorder: the server.
        crew: starts the processes.
        drawn: decides everything.
        name: of the trial; the records have it in their keys.
        tally: where the numbers go.
        bug: a planted bug that the processes have, see :mod:`tests.faults.bugs`.
    """

    url: str
    recorder: Recorder
    crew: Crew
    drawn: random.Random
    name: str
    tally: Tally
    bug: str = ""
    since: int = 0
    draft: str = ""
    total: int = 0
    bad: frozenset[int] = frozenset()
    recovering: bool = False
    sending: dict[str, Any] = field(default_factory=dict)

    def begin(self, total: int, size: int, parallel: int = 1, bad: Collection[int] = ()) -> None:
        """Make a draft of so many records, some of which the server will refuse."""
        self.since = self.recorder.place()
        self.total, self.bad = total, frozenset(bad)
        self.sending = {"size": size, "parallel": parallel}
        with Workspace.open(self.url) as workspace:
            records = [record(self.name, row, bad=row in self.bad) for row in range(total)]
            self.draft = draft_of(workspace, records, self.name)
        self.tally.trials += 1
        self.tally.records += total

    def run(self, kills: int) -> None:
        """Send everything, killing so many processes at most on the way.

        Raises:
            Wrong: something was lost, sent twice, or said wrongly.
        """
        total = self.drawn.randint(4, 16)
        bad = {row for row in range(total) if self.drawn.random() < 0.1}
        self.begin(total, self.drawn.randint(1, 4), self.drawn.choice((1, 1, 2, 4)), bad)
        for left in range(kills, kills - MOST_ROUNDS, -1):
            # Sometimes somebody asks before the time is over; then nothing may be sent that is not proven.
            if left < kills and self.drawn.random() < 0.7:
                self.pass_time()
            self.start(self.next_job(), left > 0)
            if self.is_done():
                return
        raise Wrong(f"{self.name}: after {MOST_ROUNDS} rounds it is still {Counter(self.check().values())}")

    def finish(self) -> None:
        """Go on, undisturbed, until everything is sent.

        Raises:
            Wrong: something was lost, sent twice, or said wrongly.
        """
        for _ in range(MOST_ROUNDS):
            if self.is_done():
                return
            self.pass_time()
            self.start(self.next_job(), False)
        raise Wrong(f"{self.name}: after {MOST_ROUNDS} rounds it is still {Counter(self.check().values())}")

    def pass_time(self) -> None:
        """Let what is under way at the server come to its end, and so much time pass that absence counts."""
        self.recorder.settled()
        self.recorder.turn_clock(SETTLE + CREATE_DEADLINE + 5)

    def next_job(self) -> str:
        """What a person would do now: go on with what is open, else send what is ready."""
        with Workspace.open(self.url, recover=False) as workspace:
            if not workspace.submissions(self.draft):
                return "submit"
            self.recovering = True
            states = Counter(was.state for was in workspace.outcomes(self.draft).values())
            opened = workspace.open_submissions(self.draft)
        flying = states[RowState.SENDING] + states[RowState.QUEUED]
        return "resume" if flying or any(about.unknown or about.unsent for about in opened) else "submit"

    def is_done(self) -> bool:
        """Whether every row is where it belongs; nothing was lost then."""
        states = self.check()
        wanted = {row: RowState.REJECTED if row in self.bad else RowState.CREATED for row in states}
        if states != wanted:
            return False
        self.recorder.settled()
        stored = self.recorder.stored(self.since)
        with Workspace.open(self.url, recover=False) as workspace:
            afters = Counter(
                decision.after for decision in workspace.decisions(self.draft) if decision.kind == "look_up"
            )
        self.tally.found += afters[RowState.CREATED]
        self.tally.absent += afters[RowState.READY]
        lost = [row for row in states if row not in self.bad and not stored[f"{self.name}-{row}"]]
        self.tally.lost += len(lost)
        if lost:
            raise Wrong(f"{self.name}: lost {lost}")
        return True

    def start(self, job: str, kill: bool) -> None:
        """Run a process, and kill it on the way if that is wanted."""
        if not kill:
            self.process(job).wait().check()
            return
        if self.drawn.random() < 0.4:
            point, arrival = self.drawn.choice(POINTS), self.drawn.randint(1, 6)
            ended = self.process(job, point=point, arrival=arrival).wait()
        else:
            worker = self.process(job)
            time.sleep(self.drawn.uniform(0.02, 0.3))
            ended = worker.kill()
        if ended.killed:
            self.killed()
        else:
            ended.check()

    def process(self, job: str, **arguments: Any) -> Worker:
        """A process that sends, or goes on."""
        arguments |= self.sending if job == "submit" else {}
        return self.crew.start(
            job, url=self.url, draft=self.draft, to=self.recorder.base_url, bug=self.bug, **arguments
        )

    def killed(self, *, recover: bool | None = None) -> None:
        """Count a kill, and see what it left behind, perhaps with a recovery of our own."""
        self.tally.kills += 1
        self.tally.in_recovery += self.recovering
        self.cut_off(self.drawn.random() < 0.5 if recover is None else recover)

    def cut_off(self, recover: bool) -> None:
        """Every chunk that was under way is unknown, as a whole, at the next start; and nothing else."""
        with Workspace.open(self.url, recover=False) as workspace:
            before = workspace.outcomes(self.draft)
            sending = {row for row, was in before.items() if was.state is RowState.SENDING}
            were = {row for row, was in before.items() if was.state is RowState.UNKNOWN}
            opened = [
                attempt
                for submission in workspace.submissions(self.draft)
                for attempt in workspace.attempts(submission.id)
                if attempt.finished_at is None
            ]
            self.tally.cut_chunks += len(opened)
            # What the server saw and nobody wrote an answer down for, is among them.
            known = {
                hashlib.sha256(attempt.body).hexdigest()
                for submission in workspace.submissions(self.draft)
                for attempt in workspace.attempts(submission.id)
            }
            unheard = [
                call for call in self.recorder.calls(self.since) if call.sha256 and call.sha256 not in known
            ]
            if unheard:
                raise Wrong(f"{self.name}: the server saw chunks that no intent tells of: {unheard}")
            if sending != {row for attempt in opened for row in attempt.rows}:
                raise Wrong(f"{self.name}: {sending} are on their way, but not what is in the open attempts")
            self.tally.unknown_rows += len(sending)
            if not recover:
                return  # the next process finds it so
            workspace.recover()
            after = workspace.outcomes(self.draft)
        unknown = {row for row, was in after.items() if was.state is RowState.UNKNOWN}
        if unknown != sending | were:
            raise Wrong(f"{self.name}: {sending} were on their way and {were} unknown, now {unknown} are")

    def check(self) -> dict[int, RowState]:
        """What the workspace says is so, for what is not under way; nothing was stored twice."""
        stored = self.recorder.stored(self.since)
        twice = {key: times for key, times in stored.items() if times > 1}
        if twice:
            self.tally.twice += len(twice)
            raise Wrong(f"{self.name}: stored more than once: {twice}")
        with Workspace.open(self.url, recover=False) as workspace:
            outcomes = workspace.outcomes(self.draft)
        states = {
            row: outcomes[row].state if row in outcomes else RowState.READY for row in range(self.total)
        }
        for row, state in states.items():
            there = stored[f"{self.name}-{row}"]
            if state is RowState.CREATED and not there:
                raise Wrong(f"{self.name}: row {row} is said to be created and is not: {outcomes[row]}")
            if state in (RowState.READY, RowState.QUEUED) and there:
                raise Wrong(f"{self.name}: row {row} may be sent and is there: {outcomes.get(row)}")
            if state is RowState.REJECTED and row in self.bad:
                continue
            if state in (RowState.ALREADY_THERE, RowState.REJECTED, RowState.SKIPPED):
                raise Wrong(f"{self.name}: row {row} is said to be {state}: {outcomes[row]}")
        return states


def loop(
    kills: int,
    recorder: Recorder,
    crew: Crew,
    directory: Path,
    seed: int,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Kill so many processes.

    Raises:
        Wrong: at the first trial in which the promise does not hold; its name has the seed.
    """
    tally, begun = Tally(), time.monotonic()
    while tally.kills < kills:
        name = f"k{seed}x{tally.trials}"
        drawn = random.Random(name)
        recorder.settled()
        recorder.forget()
        recorder.behave(
            Manners(
                seed=drawn.randrange(2**32),
                before=drawn.choice((0.0, 0.005, 0.02)),
                after=drawn.choice((0.0, 0.005, 0.02)),
                late=drawn.choice((0.0, 0.1)),
                late_by=0.2,
            )
        )
        url = directory / f"{name}.db"
        trial = Trial(str(url), recorder, crew, drawn, name, tally)
        trial.run(drawn.randint(2, 6))
        tally.seconds = time.monotonic() - begun
        for path in directory.glob(f"{name}.*"):
            if path.is_file():
                path.unlink()
        tell(tally)
    return tally


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)

        def tell(tally: Tally) -> None:
            if tally.trials % 50 == 0:
                print(tally, flush=True)

        with Recorder(directory / "log") as recorder, Crew(directory) as crew:
            print(f"seed {seed}", flush=True)
            print(loop(kills, recorder, crew, directory, seed, tell))


if __name__ == "__main__":
    main()
