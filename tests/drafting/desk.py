"""What the tests of this folder share: drafts of a few leads, sending them, and the rule of the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from leapgrid.drafting import WorkingDraft
from leapgrid.records import RowState, schema_for, set_cell
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import Runner, RunSummary, SubmitEvent, SubmitOptions
from leapgrid.superleap import AsyncSuperleap
from leapgrid.workspace import Workspace

LEAD = schema_for("lead")

ANNA = {"name": "Anna Keller", "email": "anna@kellerbau.de"}
BAO = {"name": "Bảo Nguyễn", "email": "bao@phohanoi.vn"}
CARLA = {"name": "Carla Díaz", "email": "carla.diaz@"}
REFUSED = {"name": "Mallory", "email": "mallory@mailinator.com"}
"""Fine for every local check; the sandbox refuses the domain."""


def draft_of(workspace: Workspace | None, *records: dict[str, str]) -> WorkingDraft:
    draft = WorkingDraft.from_records(workspace, LEAD, "leads", records)
    assert draft.check_all()
    return draft


def typed(draft: WorkingDraft, row: int, field: str, text: str) -> None:
    draft.apply(set_cell(row, field, text), f"{field} of row {row + 1}")


def write_csv(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def states(draft: WorkingDraft) -> list[str]:
    """The effective state of every row, in order."""
    return [draft.state(row).value for row in draft.batch.order]


def assert_counts_hold(draft: WorkingDraft) -> None:
    """The kept numbers are what counting every row gives, and add up."""
    counts = draft.counts()
    counted = Counter(draft.state(row) for row in draft.batch.order)
    assert counts.states == {state: counted[state] for state in RowState}
    assert sum(counts.states.values()) == counts.rows == len(draft.batch)
    bad = [row for row in draft.batch.order if draft.issues.local_counts(row)[0]]
    ready = {row for row in draft.batch.order if draft.state(row) is RowState.READY}
    assert counts.empty == len([row for row in ready if draft.batch.is_empty(row)])
    assert counts.errors == len(ready & set(bad))
    assert counts.sendable == draft.plan().records


async def send(
    draft: WorkingDraft,
    server: SandboxServer,
    options: SubmitOptions | None = None,
    then: Callable[[SubmitEvent], None] = lambda event: None,
) -> RunSummary:
    """Send what the draft would send now, as the screen and the command do."""
    assert draft.workspace is not None
    assert draft.flush()
    # The good records of a refused chunk wait, unless a test says otherwise.
    options = options or SubmitOptions(on_refusal="leave")

    def publish(event: SubmitEvent) -> None:
        draft.take(event)
        assert sum(draft.counts().states.values()) == len(draft.batch)
        then(event)

    async with AsyncSuperleap(server.base_url, "any-key") as client:
        runner = Runner(
            draft.workspace,
            client,
            draft.id,
            draft.plan(options),
            object_slug=draft.schema.slug,
            options=options,
            publish=publish,
            fields=draft.schema.names,
        )
        return await runner.run()


def kinds(story: Sequence[tuple[float, str, str]]) -> list[tuple[str, str]]:
    return [(kind, text) for _, kind, text in story]
