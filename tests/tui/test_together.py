"""A draft that another person works on too, in a workspace of a team."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.records import DeleteRows, RowState, schema_for, set_cell
from leapgrid.workspace import Workspace
from tests.tui.conftest import Start

RECORDS = [{"name": f"Lead {n}", "email": f"lead{n}@example.com"} for n in range(4)]


@pytest.fixture
def bert(team_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkingDraft]:
    """The draft as Bert has it, elsewhere."""
    monkeypatch.setenv("LOGNAME", "bert")
    with Workspace.open(team_url) as workspace:
        draft = WorkingDraft.from_records(workspace, schema_for("lead"), "leads", RECORDS)
        yield draft
        draft.close()


@pytest.fixture
def anna(team_url: str, monkeypatch: pytest.MonkeyPatch, bert: WorkingDraft) -> Iterator[Workspace]:
    """The workspace as Anna opens it."""
    monkeypatch.setenv("LOGNAME", "anna")
    with Workspace.open(team_url) as workspace:
        yield workspace


async def test_what_another_writes_appears_within_two_seconds(
    start: Start, anna: Workspace, bert: WorkingDraft
) -> None:
    async with start(draft_id=bert.id, workspace=anna) as journey:
        await journey.sees("Lead 1")
        began = time.monotonic()
        bert.apply(set_cell(1, "name", "Bert 1"), "type")
        await journey.sees("Bert 1")
        assert time.monotonic() - began < 2.0
        bert.apply(DeleteRows((0,)), "delete")
        await journey.until(lambda: "Lead 0" not in journey.text)
        assert not journey.session.can_undo, "what Bert did is his to take back"
        assert journey.texts("name") == ["Bert 1", "Lead 2", "Lead 3"]


async def test_two_in_one_cell_are_told(start: Start, anna: Workspace, bert: WorkingDraft) -> None:
    async with start(draft_id=bert.id, workspace=anna) as journey:
        await journey.sees("Lead 0")
        await journey.press("enter")
        assert journey.grid.open is not None
        bert.apply(set_cell(0, journey.cursor[1], "Bert's"), "type")
        assert bert.flush()
        await journey.write("X")
        await journey.press("enter")
        await journey.sees("bert wrote in", "of row 1 at the same moment")
        bert.flush()
        received = bert.receive()
        assert [(c.kind, c.who, c.stands) for c in received.conflicts] == [("over", "anna", False)]
        assert journey.session.draft.batch.values(0) == bert.batch.values(0)


async def test_what_one_sends_the_other_sees(start: Start, anna: Workspace, bert: WorkingDraft) -> None:
    bert.apply(set_cell(2, "name", "Late 2"), "type")
    async with start(draft_id=bert.id, workspace=anna) as journey:
        await journey.sees("Late 2")
        await journey.send()
        assert [record["name"] for record in journey.stored] == ["Lead 0", "Lead 1", "Late 2", "Lead 3"]
        await journey.until(lambda: bert.flush() and bert.receive() is not None and bert.outcomes)
        await journey.until(
            lambda: (
                bert.receive() is not None
                and [bert.state(row) for row in bert.batch] == [RowState.CREATED] * 4
            )
        )
        assert bert.why_not_edit(0) is not None
