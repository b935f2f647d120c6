"""The submission as a state machine: whatever is done in whatever order, its rules hold after each step."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import tables
from tests.faults import bugs
from tests.faults.jobs import record
from tests.faults.simulation import FATES, Nature, Place, World, Wrong

RUNS, STEPS = 200, 10

fates = st.lists(st.sampled_from(["", "", *(name for name, _ in FATES)]), max_size=4)
deaths = st.none() | st.integers(1, 60)
natures = st.builds(
    Nature,
    faults=st.sampled_from([(), ("not-atomic",), ("first-only",), ("no-index",), ("zero-based",)]),
    stale=st.sampled_from([0.0, 170.0]),
    skew=st.sampled_from([0.0, -86_400.0]),
    bad_calls=st.just(0.0),
    bad_looks=st.just(0.0),
)

_places: list[Place] = []


@pytest.fixture(autouse=True)
def place() -> Iterator[None]:
    with Place() as opened:
        _places.append(opened)
        yield
        _places.clear()


class Submission(RuleBasedStateMachine):
    """One draft, one server, a person, and processes that come and go."""

    @initialize(
        seed=st.integers(0, 2**32),
        nature=natures,
        total=st.integers(1, 6),
        bad=st.sets(st.integers(0, 5), max_size=2),
    )
    def begin(self, seed: int, nature: Nature, total: int, bad: set[int]) -> None:
        self.world = World(_places[-1], f"m{seed}")
        self.world.workspace.remove_draft(self.world.draft)
        self.world.begin(nature, total, {row for row in bad if row < total})
        self.bodies: dict[str, str] = {}
        self.final: dict[int, RowState] = {}

    # -- what may happen -----------------------------------------------------------------------------------

    @rule(happens=fates, dies=deaths)
    def send(self, happens: list[str], dies: int | None) -> None:
        self.world.server.next_fates = happens
        self.world.process(self.world.send, dies)

    @rule(happens=fates, dies=deaths)
    def go_on(self, happens: list[str], dies: int | None) -> None:
        self.world.server.next_fates = happens
        self.world.process(self.world.go_on, dies)

    @rule(happens=fates)
    def two_at_once(self, happens: list[str]) -> None:
        other = self.world.directory.workspace(self.world.clock)

        async def both(workspace: Any, client: Any) -> None:
            await asyncio.gather(self.world.go_on(workspace, client), self.world.send(other, client))

        self.world.server.next_fates = happens
        try:
            self.world.process(both, None)
        finally:
            other._owners.release()

    @rule()
    def restart(self) -> None:
        unknown = self.rows(RowState.UNKNOWN)
        again = self.world.directory.workspace(self.world.clock)
        again.recover()
        again._owners.release()
        assert unknown <= self.rows(RowState.UNKNOWN), "nothing that is unknown becomes known by a restart"

    @rule(seconds=st.sampled_from([1.0, 60.0, 301.0, 1000.0]))
    def wait(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @precondition(lambda self: self.rows(RowState.UNKNOWN))
    @rule(which=st.integers(0, 5), leaves=st.booleans())
    def decide(self, which: int, leaves: bool) -> None:
        """A person who went and looked, and is right."""
        unknown = sorted(self.rows(RowState.UNKNOWN))
        row = unknown[which % len(unknown)]
        self.world.pass_time(200.0)
        there = self.world.server.stored[f"{self.world.seed}-{row}"] > 0
        state = RowState.SKIPPED if leaves else RowState.CREATED if there else RowState.READY
        self.world.workspace.set_states(self.world.draft, [row], state, "Looked there.")
        if leaves:
            self.world.workspace.take_back(self.world.draft, [row])
            assert row in self.rows(RowState.UNKNOWN), "taken back it is as unknown as before"

    @precondition(lambda self: self.rows(RowState.REJECTED))
    @rule(which=st.integers(0, 5))
    def repair(self, which: int) -> None:
        """The cells of a refused row are put right, which makes it ready, as the draft does it."""
        refused = sorted(self.rows(RowState.REJECTED))
        row = refused[which % len(refused)]
        self.world.bad -= {row}
        self.world.records[row] = record(self.world.seed, row)
        self.world.workspace.set_states(self.world.draft, [row], RowState.READY, "Edited.")

    # -- what must be so -----------------------------------------------------------------------------------

    @invariant()
    def nothing_is_sent_twice_or_said_wrongly(self) -> None:
        self.world.check()

    @invariant()
    def the_states_add_up(self) -> None:
        counts = Counter(self.world.states().values())
        assert sum(counts.values()) == self.world.total
        assert not counts[RowState.SENDING] or self.unresolved()

    @invariant()
    def a_row_has_one_unresolved_attempt_at_most(self) -> None:
        assert all(times == 1 for times in self.unresolved().values())

    @invariant()
    def what_was_sent_stays_as_it_was(self) -> None:
        for submission in self.world.workspace.submissions(self.world.draft):
            for attempt in self.world.workspace.attempts(submission.id):
                assert attempt.intact
                digest = hashlib.sha256(attempt.body).hexdigest()
                assert self.bodies.setdefault(attempt.id, digest) == digest

    @invariant()
    def what_is_done_stays_done(self) -> None:
        states = self.world.states()
        assert all(states[row] is state for row, state in self.final.items())
        done = (RowState.CREATED, RowState.ALREADY_THERE)
        self.final = {row: state for row, state in states.items() if state in done}

    def rows(self, state: RowState) -> set[int]:
        return {row for row, now in self.world.states().items() if now is state}

    def unresolved(self) -> dict[int, int]:
        r = tables.attempt_row.c
        with self.world.workspace._database.read() as connection:
            found = connection.execute(
                select(r.row_id, func.count())
                .where(r.draft_id == self.world.draft, r.unresolved)
                .group_by(r.row_id)
            ).all()
        return {row: int(times) for row, times in found}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.workspace.remove_draft(self.world.draft)


def machine(runs: int) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],  # a history of ten steps is read as it is; making it shorter takes minutes
        suppress_health_check=list(HealthCheck),
    )


def test_the_rules_hold_after_each_step() -> None:
    run_state_machine_as_test(Submission, settings=machine(RUNS))


def test_a_planted_bug_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    bugs.plant("sent again after a cut", monkeypatch.setattr)
    with pytest.raises(Wrong):
        run_state_machine_as_test(Submission, settings=machine(RUNS))
