"""What the tests of the run share: a listener that holds every event to the rules, and small builders."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from leapgrid.records.frame import Frame
from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import schema_for
from leapgrid.submit import Plan, PlanRow, RunFinished, RunStopped, SubmitEvent, SubmitOptions, plan
from leapgrid.workspace import Workspace

ALLOWED = {
    # Straight from ready to found: what was only assumed not to be stored is looked up before a run.
    RowState.READY: {RowState.QUEUED, RowState.READY, RowState.CREATED, RowState.ALREADY_THERE},
    RowState.QUEUED: {RowState.SENDING, RowState.READY, RowState.QUEUED, RowState.ALREADY_THERE},
    RowState.UNKNOWN: {RowState.CREATED, RowState.ALREADY_THERE, RowState.READY},
    RowState.SENDING: {
        RowState.CREATED,
        RowState.REJECTED,
        RowState.READY,
        RowState.UNKNOWN,
        RowState.QUEUED,  # refused for now, planned again at once
    },
}


class Listener:
    """Takes the events of a run; after each, every row must be in one state and have come there rightly."""

    def __init__(
        self,
        rows: Sequence[RowId],
        then: Callable[[SubmitEvent], None] | None = None,
        *,
        partial: bool = False,
    ) -> None:
        self.events: list[SubmitEvent] = []
        self.states: dict[RowId, RowState] = dict.fromkeys(rows, RowState.READY)
        self.outcomes: dict[RowId, RowOutcome] = {}
        self._total = len(rows)
        self._then = then
        self._partial = partial  # the run is about some of the rows only

    def __call__(self, event: SubmitEvent) -> None:
        assert not any(isinstance(seen, RunFinished) for seen in self.events), "nothing after the last event"
        for row, outcome in event.outcomes.items():
            before = self.states[row]
            others = before is RowState.QUEUED and isinstance(event, RunFinished | RunStopped)
            assert others or outcome.state in ALLOWED.get(before, ()), (
                f"row {row}: {before} -> {outcome.state}"
            )
            self.states[row] = outcome.state
            self.outcomes[row] = outcome
        assert sum(self.counts.values()) == self._total
        if isinstance(event, RunFinished):
            assert self._partial or event.counts == self.counts
            assert not self.counts[RowState.QUEUED]
            assert not self.counts[RowState.SENDING]
        self.events.append(event)
        if self._then is not None:
            self._then(event)

    @property
    def counts(self) -> Counter[RowState]:
        return Counter(self.states.values())

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def issues(self) -> list[Issue]:
        return [issue for event in self.events for issue in getattr(event, "issues", ())]


class Clock:
    """Time that passes only by sleeping, which takes none."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def people(count: int) -> list[dict[str, Any]]:
    """Records that the sandbox takes."""
    return [{"name": f"Person {n}", "email": f"person{n}@example.com"} for n in range(1, count + 1)]


def known(count: int, prefix: str = "X") -> list[dict[str, Any]]:
    """Records that can be looked up."""
    return [record | {"external_id": f"{prefix}-{n}"} for n, record in enumerate(people(count), 1)]


def planned(records: Sequence[Mapping[str, Any]], *, first_row: RowId = 0, **options: Any) -> Plan:
    return plan(
        [PlanRow(row, record) for row, record in enumerate(records, first_row)], SubmitOptions(**options)
    )


def make_draft(workspace: Workspace, records: Sequence[Mapping[str, Any]], name: str = "leads") -> str:
    frame = Frame.from_rows(("name",), [[str(record.get("name", ""))] for record in records])
    return workspace.create_draft(name, schema_for("lead"), frame, {"name": 0}, "leads.csv", [])


def stored_names(server: Any) -> list[str]:
    return [record["name"] for record in server.store.records("lead")]


def creates(server: Any) -> Iterator[Any]:
    return (request for request in server.requests if request.path.endswith("/bulk_create"))
