"""A server, a workspace and a run that share one clock: settling times pass without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leapgrid.records.outcomes import RowState
from leapgrid.records.schema import schema_for
from leapgrid.sandbox import SandboxServer, SandboxSettings
from leapgrid.submit import (
    LookedUp,
    LookUpReport,
    Plan,
    PlanRow,
    Resolver,
    Runner,
    RunSummary,
    SubmitOptions,
    plan,
)
from leapgrid.superleap import AsyncSuperleap
from leapgrid.workspace import Purpose, Workspace
from tests.submit.support import Clock, Listener, make_draft

AHEAD = 50.0
"""Seconds by which the server's clock is ahead of ours."""

KEY = "key"


class Local:
    """Our clock: as much before or after the time that passes as it was set."""

    def __init__(self, clock: Clock) -> None:
        self.set = 0.0
        self._clock = clock

    def __call__(self) -> float:
        return self._clock.now + self.set


class World:
    """One draft and all that it meets.

    Args:
        workspace: opened with the clock.
        server: started with the clock, ahead of ours.
        clock: passes only by sleeping.
        local: our clock, which may be set while the other goes on.
        records: the draft's records.
    """

    def __init__(
        self,
        workspace: Workspace,
        server: SandboxServer,
        clock: Clock,
        local: Local,
        records: Sequence[Mapping[str, Any]],
    ) -> None:
        self.workspace = workspace
        self.server = server
        self.clock = clock
        self.local = local
        self.records = [dict(record) for record in records]
        self.draft = make_draft(workspace, records)
        self.states = dict.fromkeys(range(len(records)), RowState.READY)
        self.listener = Listener(())
        self.runner: Runner | None = None
        self.then: Any = None
        self.events: list[Any] = []

    def planned(self, options: SubmitOptions, *edited: int) -> Plan:
        return plan(
            [
                PlanRow(row, self.records[row], state, edited=row in edited)
                for row, state in self.states.items()
            ],
            options,
        )

    async def run(self, *edited: int, plan: Plan | None = None, **options: Any) -> RunSummary:
        """Send what may go; rows that are named were edited since they were refused."""
        chosen = SubmitOptions(**options)
        made = plan or self.planned(chosen, *edited)
        for row in edited:
            self.states[row] = RowState.READY
        self.listener = Listener(made.rows, self._hear)
        async with AsyncSuperleap(self.server.base_url, KEY) as client:
            self.runner = Runner(
                self.workspace,
                client,
                self.draft,
                made,
                object_slug="lead",
                options=chosen,
                publish=self.listener,
                clock=self.local,
                monotonic=self.clock,
                sleep=self.clock.sleep,
                random=lambda: 0.5,
                who="Ada",
            )
            try:
                return await self.runner.run()
            finally:
                self.take()
                for row, state in self.listener.states.items():
                    assert self.states[row] is state, f"row {row}: what is stored is not what was told"

    async def look(self, *rows: int, refused: bool = False, settle: float = 300.0) -> LookUpReport:
        """Look up what is open."""
        self.events = []
        async with AsyncSuperleap(self.server.base_url, KEY) as client:
            resolver = Resolver(
                self.workspace,
                client,
                self.draft,
                schema=schema_for("lead"),
                settle=settle,
                who="Ada",
                publish=self.events.append,
                clock=self.local,
                monotonic=self.clock,
                sleep=self.clock.sleep,
            )
            look = resolver.look_up_refused if refused else resolver.look_up
            report = await look(rows or None)
        self.take()
        return report

    def take(self) -> None:
        """What the workspace knows of each row."""
        stored = self.workspace.outcomes(self.draft)
        for row in self.states:
            self.states[row] = stored[row].state if row in stored else RowState.READY

    def looked_up(self, purpose: Purpose) -> list[LookedUp]:
        return [event for event in self.listener.of(LookedUp) if event.purpose is purpose]

    def evidence(self, row: int) -> str:
        return self.workspace.outcomes(self.draft)[row].evidence

    def put(self, *records: Mapping[str, Any]) -> None:
        """Records come to be at the server without us."""
        self.server.store.add("lead", records, "someone")

    @property
    def there(self) -> list[str]:
        return [str(record["external_id"]) for record in self.server.store.records("lead")]

    def _hear(self, event: Any) -> None:
        if self.then is not None:
            self.then(event)


@contextmanager
def world_of(directory: Path, records: Sequence[Mapping[str, Any]], **settings: Any) -> Iterator[World]:
    """A world with these records in its draft."""
    clock = Clock()
    local = Local(clock)
    chosen = SandboxSettings(clock=lambda: clock.now + AHEAD, **settings)
    with (
        Workspace.open(directory / "ws.db", clock=local) as workspace,
        SandboxServer(port=0, settings=chosen) as server,
    ):
        yield World(workspace, server, clock, local, records)


Make = Callable[..., World]
