"""What the processes do that are killed. Every function here runs in a fork, see :mod:`tests.faults.crew`."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from leapgrid.drafting import WorkingDraft
    from leapgrid.submit import SubmitEvent
    from leapgrid.workspace import Workspace


# Importing polars starts no thread that a fork would miss; its pool, which it would, comes when it works.
LOADED = (
    "anyio._backends._asyncio",
    "certifi",
    "email_validator",
    "httpcore._backends.anyio",
    "httpx",
    "leapgrid.drafting.resuming",
    "leapgrid.drafting.working",
    "leapgrid.files.made",
    "leapgrid.records.checks.columns",
    "leapgrid.records.checks.email",
    "leapgrid.records.checks.phone",
    "leapgrid.submit.resolver",
    "leapgrid.submit.runner",
    "leapgrid.superleap.client",
    "leapgrid.superleap.wire",
    "leapgrid.workspace.workspace",
    "polars",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
)


def load() -> None:
    """Load what the jobs need, so that a fork has it."""
    for name in LOADED:
        import_module(name)


def record(prefix: str, number: int, *, bad: bool = False) -> dict[str, Any]:
    """A record of a batch; a bad one is fine for every local check, and refused by the server."""
    return {
        "name": f"{prefix} {number}",
        "email": f"{prefix}-{number}@{'mailinator' if bad else 'example'}.com",
        "external_id": f"{prefix}-{number}",
    }


def draft_of(workspace: Workspace, records: list[dict[str, Any]], name: str = "leads") -> str:
    """A draft of these records in the workspace."""
    from leapgrid.drafting import WorkingDraft
    from leapgrid.records import schema_for

    desk = WorkingDraft.from_records(workspace, schema_for("lead"), name, records)
    desk.close()
    return desk.id


def submit(
    url: str,
    draft: str,
    to: str,
    size: int = 2,
    parallel: int = 1,
    point: str = "",
    arrival: int = 1,
    trace: bool = False,
    bug: str = "",
    **options: Any,
) -> None:
    """Send what is ready of a draft, as the screen and the command line do."""
    from leapgrid.drafting import WorkingDraft
    from leapgrid.submit import Runner, SubmitOptions
    from leapgrid.superleap import AsyncSuperleap
    from leapgrid.workspace import Workspace

    _watch(point, arrival, trace, bug)

    async def run() -> None:
        with Workspace.open(url) as workspace:
            desk = WorkingDraft.from_stored(workspace, draft)
            chosen = SubmitOptions(chunk_size=size, parallel=parallel, look_after=0.0, **options)
            made = desk.plan(chosen)
            async with AsyncSuperleap(to, "key") as client:
                runner = Runner(
                    workspace,
                    client,
                    draft,
                    made,
                    object_slug="lead",
                    options=chosen,
                    publish=Adding(desk),
                )
                summary = await runner.run()
            print("stopped", summary.stopped, summary.message, flush=True)
            desk.close()

    asyncio.run(run())


def resume(
    url: str,
    draft: str,
    to: str,
    settle: float = 300.0,
    point: str = "",
    arrival: int = 1,
    trace: bool = False,
    bug: str = "",
) -> None:
    """Go on with what is open of a draft, as the screen and the command line do."""
    from leapgrid.drafting.resuming import Resumption, go_on
    from leapgrid.records import CheckContext
    from leapgrid.superleap import AsyncSuperleap
    from leapgrid.workspace import Workspace

    _watch(point, arrival, trace, bug)

    async def run() -> None:
        with Workspace.open(url) as workspace:
            for about in workspace.open_submissions(draft):
                going = Resumption.of(workspace, about, CheckContext())
                # These records have no errors, and checking them would load in each fork what checks columns.
                going._checked = True
                total = sum(going.counts().values())
                async with AsyncSuperleap(to, "key") as client:
                    await go_on(going, client, settle=settle)
                assert sum(going.counts().values()) == total
                looked = going.looked
                print("looked", looked.message if looked else None, flush=True)
                for summary in going.summaries:
                    print("stopped", summary.stopped, summary.message, flush=True)

    asyncio.run(run())


class Adding:
    """Lets a draft take each event, and sees after each that its states add up to its rows."""

    def __init__(self, desk: WorkingDraft) -> None:
        self._desk = desk

    def __call__(self, event: SubmitEvent) -> None:
        self._desk.take(event)
        assert sum(self._desk.counts().states.values()) == len(self._desk.batch)


def claim(url: str, submission: str, prefix: str, rows: int) -> None:
    """Join a submission and claim chunk by chunk what nobody else has, as a run does, without a server."""
    from leapgrid.records.outcomes import RowOutcome, RowState
    from leapgrid.superleap.requests import encode_records
    from leapgrid.workspace import Intent, Result, Workspace

    with Workspace.open(url) as workspace:
        chunks = workspace.join_submission(submission, going=range(rows), chunk_size=1).chunks
        mine = 0
        for number, members, _ in chunks:
            sent = [record(prefix, row) for row in members]
            intent = workspace.record_intent(
                submission,
                number,
                method="POST",
                path="/",
                body=encode_records(sent),
                records=sent,
                version="0",
            )
            if isinstance(intent, Intent):
                mine += 1
                outcomes = {
                    row: RowOutcome(RowState.CREATED, time.time(), "", submission, number, position)
                    for position, row in enumerate(members, 1)
                }
                workspace.record_outcome(
                    intent.attempt, Result("created", "created", "", outcomes, status=200)
                )
        workspace.finish_run(submission)
    print("claimed", mine)


def type_edits(url: str, draft: str, seed: int, rate: float) -> None:
    """Type so many cells a second, and say of each step when it was accepted."""
    from leapgrid.drafting import WorkingDraft
    from leapgrid.records import set_cell
    from leapgrid.workspace import Workspace

    desk = WorkingDraft.from_stored(Workspace.open(url), draft)
    start = time.monotonic()
    for number, step in enumerate(typing(seed), 1):
        if step == "undo":
            desk.undo()
        elif step == "redo":
            desk.redo()
        else:
            desk.apply(set_cell(*step), "Type")
        print(number, time.time(), flush=True)
        time.sleep(max(0.0, start + number / rate - time.monotonic()))


def typing(seed: int) -> Iterator[Literal["undo", "redo"] | tuple[int, str, str]]:
    """Steps of somebody who types, and now and then takes something back: row, field, text. Each counts."""
    drawn = random.Random(seed)
    undone = done = 0
    for number in count(1):
        if done and drawn.random() < 0.1:
            done, undone = done - 1, undone + 1
            yield "undo"
        elif undone and drawn.random() < 0.5:
            done, undone = done + 1, undone - 1
            yield "redo"
        else:
            done, undone = done + 1, 0
            yield drawn.randrange(EDITED_ROWS), drawn.choice(("name", "email")), f"typed {number}"


EDITED_ROWS = 8


def _watch(point: str, arrival: int, trace: bool, bug: str = "") -> None:
    from tests.faults import points

    if bug:
        from tests.faults import bugs

        bugs.plant(bug)
    if point:
        points.watch(points.Dying(point, arrival))
    elif trace:
        points.watch(lambda name: print("point", name, file=sys.stdout, flush=True))
