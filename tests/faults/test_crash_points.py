"""A crash before and after each commit and each read and write of a socket, and again in the recovery.

The list of points is what a run comes by, so that nobody has to keep one. That every place in the workspace
which commits is among them, or is known to have no part in sending, is a test of its own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.faults import points
from tests.faults.crew import Crew
from tests.faults.kills import Tally, Trial
from tests.faults.recorder import Recorder

PARTS = 6

ELSEWHERE = {
    "carried.carry": "puts answers that could not be written into the workspace; tests of full disks",
    "decisions.set_states": "a person's word, nothing is sent by it",
    "decisions.take_back": "a person's word, nothing is sent by it",
    "drafts._remove_untouched": "a draft of which nothing was sent",
    "drafts.append_entries": "edits; see test_edit_kills",
    "drafts.create_draft": "before anything is sent",
    "drafts.remove_draft": "a draft that a person gives up",
    "mappings.forget_mapping": "how a file is read",
    "mappings.remember_mapping": "how a file is read",
    "postgres_frames.drop": "a frame that no draft needs",
    "runs.release": "a run that ends early gives up its plan, which the next start does too",
    "same.allow_again": "a person's word, nothing is sent by it",
    "same.mark_already_there": "before anything is sent",
    "steps.append_steps": "edits; see test_edit_kills",
    "steps.give_back_row_ids": "numbers of rows that are typed",
    "steps.take_row_ids": "numbers of rows that are typed",
}
"""Places that commit and have no part in sending a draft, or a test of their own; and why."""

_numbers = count(1)


@dataclass(frozen=True)
class Case:
    """Where a process dies first, and where the one that goes on after it."""

    scenario: str
    point: str
    arrival: int
    again: str = ""

    def __str__(self) -> str:
        return f"{self.scenario}: {self.point}, arrival {self.arrival}, then {self.again or 'no other'}"


class Stage:
    """Where cases are played."""

    def __init__(self, recorder: Recorder, crew: Crew, directory: Path) -> None:
        self.recorder, self.crew, self.directory = recorder, crew, directory
        self.tally = Tally()

    def trial(self) -> Trial:
        name = f"point{next(_numbers)}"
        self.recorder.settled()
        self.recorder.forget()
        self.recorder.behave()
        url = str(self.directory / f"{name}.db")
        trial = Trial(url, self.recorder, self.crew, random.Random(name), name, self.tally)
        # Three chunks, one of which is refused because of one record; the other goes again.
        trial.begin(6, 2, bad=(3,))
        return trial

    def cut(self) -> Trial:
        """A submission whose second chunk was cut off."""
        trial = self.trial()
        assert trial.process("submit", point="after write body of create", arrival=2).wait().killed
        trial.killed(recover=False)
        trial.pass_time()
        trial.recovering = True
        return trial

    def scenarios(self) -> dict[str, tuple[Trial, str]]:
        return {"submit": (self.trial(), "submit"), "resume": (self.cut(), "resume")}

    def trace(self) -> dict[str, list[str]]:
        """What each scenario comes by, undisturbed."""
        found = {}
        for name, (trial, job) in self.scenarios().items():
            output = trial.process(job, trace=True).wait().check().output
            lines = [line for line in output.splitlines() if line.startswith("point ")]
            found[name] = [line.removeprefix("point ") for line in lines]
        return found

    def play(self, case: Case) -> bool:
        """Die there, go on, and see that all is right; whether it came there at all."""
        trial = self.trial() if case.scenario == "submit" else self.cut()
        ended = trial.process(case.scenario, point=case.point, arrival=case.arrival).wait()
        if not ended.killed:
            ended.check()
            return False
        trial.killed()
        trial.check()
        if case.again:
            trial.pass_time()
            ended = trial.process(trial.next_job(), point=case.again).wait()
            if ended.killed:
                trial.killed()
                trial.check()
            else:
                ended.check()
        trial.finish()
        for path in self.directory.glob(f"{trial.name}.*"):
            if path.is_file():
                path.unlink()
        return True


def cases(traces: dict[str, list[str]]) -> Iterator[Case]:
    """Each point at its first, middle and last arrival; once, and again in the recovery at each in turn."""
    recovery = sorted(set(traces["resume"]))
    turn = 0
    for scenario, trace in sorted(traces.items()):
        for point, times in sorted(Counter(trace).items()):
            for arrival in sorted({1, (times + 1) // 2, times}):
                yield Case(scenario, point, arrival)
                yield Case(scenario, point, arrival, recovery[turn % len(recovery)])
                turn += 1


@pytest.fixture
def stage(recorder: Recorder, crew: Crew, tmp_path: Path) -> Stage:
    return Stage(recorder, crew, tmp_path)


def committed(trace: Sequence[str]) -> set[str]:
    return {point.removeprefix("after commit ") for point in trace if point.startswith("after commit ")}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_at_each_point(stage: Stage, part: int) -> None:
    chosen = list(cases(stage.trace()))
    assert len(chosen) > 84, "fewer points than there are commits, reads and writes"
    missed = [str(case) for case in chosen[part::PARTS] if not stage.play(case)]
    assert missed == []
    print(f"{len(chosen[part::PARTS])} of {len(chosen)} cases: {stage.tally}")


def test_each_place_that_commits_is_a_point(stage: Stage) -> None:
    seen = {name for trace in stage.trace().values() for name in committed(trace)}
    without = points.committing() - seen - ELSEWHERE.keys()
    assert not without, f"commits without a case: {sorted(without)}"
    assert ELSEWHERE.keys() <= points.committing() - seen, "places that are gone, or have a case by now"
