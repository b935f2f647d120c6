"""Several people in one draft: all have the same records in the end, and nobody loses a word."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.latest import Latest
from leapgrid.drafting.received import NOTHING, Received
from leapgrid.drafting.together import Conflict, Together
from leapgrid.records import (
    Batch,
    Compound,
    DeleteRows,
    Frame,
    InsertRows,
    RowId,
    RowState,
    SetCells,
    schema_for,
    set_cell,
)
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import Plan, Runner, SubmitOptions
from leapgrid.superleap import AsyncSuperleap
from leapgrid.workspace import Locked, SharedStep, Workspace
from leapgrid.workspace.errors import EditedMeanwhile
from tests.postgres import Server
from tests.workspace.support import begin, behind, intend, result

ROWS = [{"name": f"n{n}", "email": f"e{n}@x.com"} for n in range(8)]


def until(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


def everything(batch: Batch) -> list[tuple[RowId, dict[str, str]]]:
    return [(row, batch.values(row)) for row in batch.order[:]]


# -- the order alone ---------------------------------------------------------------------------------------


def alone(height: int, hand: str) -> Together:
    frame = Frame.from_rows(("name", "email"), [[f"n{n}", f"e{n}"] for n in range(height)])
    batch = Batch(schema_for("lead"), frame, {"name": 0, "email": 1})
    return Together(batch, hand, hand)


def as_stored(step: SharedStep, seq: int) -> SharedStep:
    edit = step.entry.edit() if callable(step.entry.edit) else step.entry.edit
    return step._replace(entry=step.entry._replace(edit=json.loads(json.dumps(edit))), seq=seq, rows=())


def some_edit(chance: random.Random, batch: Batch) -> SetCells | InsertRows | DeleteRows | Compound:
    rows = list(batch.order[:])
    kind = chance.random()
    if kind < 0.5 and rows:
        some = tuple(chance.sample(rows, min(len(rows), chance.choice([1, 1, 3]))))
        texts = tuple(chance.choice("xyz") for _ in some)
        return SetCells(some, {chance.choice(["name", "email"]): texts})
    if kind < 0.65 and rows:
        return DeleteRows(tuple(chance.sample(rows, min(len(rows), chance.choice([1, 3])))))
    ids = batch.new_row_ids(chance.choice([1, 2]))
    insert = InsertRows(
        chance.randint(0, len(rows)), ids, {"name": tuple(f"i{chance.random():.3f}" for _ in ids)}
    )
    if kind < 0.75 and rows:
        return Compound((set_cell(rows[0], "name", "c"), insert))
    return insert


@pytest.mark.parametrize("seed", range(15))
def test_whoever_writes_what_and_when_all_have_the_same_in_the_end(seed: int) -> None:
    for number in range(20):
        chance = random.Random(seed * 1000 + number)
        height = chance.choice([0, 3, 8])
        people = [alone(height, hand) for hand in "abc"[: chance.choice([2, 2, 3])]]
        free = [height]

        def ids(count: int, free: list[int] = free) -> tuple[RowId, ...]:
            free[0] += count
            return tuple(range(free[0] - count, free[0]))

        waiting: dict[str, list[SharedStep]] = {person.hand: [] for person in people}
        journal: list[SharedStep] = []
        for person in people:
            person.batch.draw_ids = ids
        for _ in range(chance.choice([10, 60])):
            person = chance.choice(people)
            mine, what = waiting[person.hand], chance.random()
            if what < 0.6:
                step = person.do(some_edit(chance, person.batch), "x", 0.0)[1]
                mine += [step] if step is not None else []
            elif what < 0.75:
                turned = person.undo(0.0) if what < 0.7 else person.redo(0.0)
                mine += [turned[2]] if turned is not None else []
            elif what < 0.88:
                for step in mine[: (count := chance.randint(0, len(mine)))]:
                    journal.append(as_stored(step, len(journal) + 1))
                del mine[:count]
            else:
                refused = [mine.pop(chance.randrange(len(mine))).mark] if mine and what > 0.98 else []
                person.merge(journal[person.seen : chance.randint(person.seen, len(journal))], refused)
        for steps in waiting.values():
            for step in steps:
                journal.append(as_stored(step, len(journal) + 1))
        late = alone(height, chance.choice("az"))
        late.replay(journal)
        for person in people:
            person.merge(journal[person.seen :])
            assert person.unconfirmed == 0
            assert everything(person.batch) == everything(late.batch), (seed, number)


def meet(*pairs: tuple[Together, SharedStep | None]) -> list[list[Conflict]]:
    """Give steps their places in this order, and let all know them."""
    journal = [as_stored(step, seq) for seq, (_, step) in enumerate(pairs, 1) if step is not None]
    people = list(dict.fromkeys(person for person, _ in pairs))
    return [person.merge(journal).conflicts for person in people]


def test_two_who_write_in_one_cell_are_both_told_and_the_later_text_stands() -> None:
    anna, bert = alone(3, "anna"), alone(3, "bert")
    first = anna.do(set_cell(1, "name", "A"), "type", 1.0)[1]
    later = bert.do(set_cell(1, "name", "B"), "type", 2.0)[1]
    told_anna, told_bert = meet((anna, first), (bert, later))
    assert told_anna == [Conflict("over", 1, "name", "A", "B", "bert", False)]
    assert told_bert == [Conflict("over", 1, "name", "B", "A", "anna", True)]
    assert anna.batch.text(1, "name") == bert.batch.text(1, "name") == "B"
    assert [text for _, text in anna.story(1, "name")] == ["A", "B"], "both are in the story of the cell"


def test_cells_beside_each_other_and_seen_texts_are_no_conflict() -> None:
    anna, bert = alone(3, "anna"), alone(3, "bert")
    first = anna.do(set_cell(1, "name", "A"), "type", 1.0)[1]
    later = bert.do(set_cell(1, "email", "B"), "type", 2.0)[1]
    assert meet((anna, first), (bert, later)) == [[], []]
    assert anna.batch.values(1) == bert.batch.values(1) == {"name": "A", "email": "B"}
    seen = bert.do(set_cell(1, "name", "B"), "type", 3.0)[1]
    assert seen is not None
    assert anna.merge([as_stored(seen, 3)]).conflicts == []


def test_an_undo_takes_back_only_ones_own_and_leaves_what_others_wrote_since() -> None:
    anna, bert = alone(3, "anna"), alone(3, "bert")
    first = anna.do(SetCells((0, 1), {"name": ("A", "A")}), "fill", 1.0)[1]
    meet((anna, first), (bert, None))
    later = bert.do(set_cell(1, "name", "B"), "type", 2.0)[1]
    assert later is not None
    anna.merge([as_stored(later, 2)])
    undone = anna.undo(3.0)
    assert undone is not None
    assert [anna.batch.text(row, "name") for row in (0, 1)] == ["n0", "B"]
    bert.merge([as_stored(later, 2), as_stored(undone[2], 3)])
    assert everything(anna.batch) == everything(bert.batch)
    again = anna.redo(4.0)
    assert again is not None
    assert [anna.batch.text(row, "name") for row in (0, 1)] == ["A", "B"]
    assert anna.undo(5.0) is not None
    assert anna.undo(6.0) is None, "what Bert did is his"


def test_a_row_that_somebody_writes_in_is_not_deleted_by_one_who_did_not_see_it() -> None:
    anna, bert = alone(3, "anna"), alone(3, "bert")
    written = anna.do(set_cell(1, "name", "A"), "type", 1.0)[1]
    deleted = bert.do(DeleteRows((0, 1)), "delete", 2.0)[1]
    told_anna, told_bert = meet((anna, written), (bert, deleted))
    assert told_anna == [Conflict("back", 1, "", "", "", "bert", True)]
    assert told_bert == [Conflict("back", 1, "", "", "", "anna", False)]
    assert everything(anna.batch) == everything(bert.batch)
    assert [row for row, _ in everything(anna.batch)] == [1, 2]


def test_a_deleted_row_comes_back_to_its_place_where_somebody_wrote_in_it() -> None:
    anna, bert = alone(4, "anna"), alone(4, "bert")
    deleted = bert.do(DeleteRows((1, 2)), "delete", 1.0)[1]
    written = anna.do(set_cell(2, "name", "A"), "type", 2.0)[1]
    told_bert, told_anna = meet((bert, deleted), (anna, written))
    assert told_anna == [Conflict("back", 2, "", "", "", "bert", True)]
    assert told_bert == [Conflict("back", 2, "", "", "", "anna", False)]
    assert [row for row, _ in everything(anna.batch)] == [0, 2, 3]
    assert everything(anna.batch) == everything(bert.batch)


def test_rows_that_two_insert_at_one_place_stand_behind_the_row_that_was_meant() -> None:
    anna, bert = alone(4, "anna"), alone(4, "bert")
    top = anna.do(InsertRows(0, (100,), {"name": ("top",)}), "insert", 1.0)[1]
    third = bert.do(InsertRows(3, (200,), {"name": ("behind 2",)}), "insert", 2.0)[1]
    meet((anna, top), (bert, third))
    assert [row for row, _ in everything(bert.batch)] == [100, 0, 1, 2, 200, 3]
    assert everything(anna.batch) == everything(bert.batch)


# -- over a database ---------------------------------------------------------------------------------------


@pytest.fixture
def opened(team_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], WorkingDraft]]:
    """Opens the draft of this id (a new one with "") as somebody, in a workspace of their own."""
    todo: list[Callable[[], object]] = []

    def open_as(who: str, draft_id: str = "") -> WorkingDraft:
        monkeypatch.setenv("LOGNAME", who)
        workspace = Workspace.open(team_url)
        todo.append(workspace.close)
        draft = (
            WorkingDraft.from_stored(workspace, draft_id)
            if draft_id
            else WorkingDraft.from_records(workspace, schema_for("lead"), "leads", ROWS)
        )
        assert workspace.hold_draft(draft.id)
        todo.append(draft.close)
        draft.check_all()
        return draft

    yield open_as
    for each in reversed(todo):
        each()


def received(draft: WorkingDraft, enough: Callable[[], bool]) -> Received:
    """What the draft receives until something is so."""
    found = NOTHING

    def look() -> bool:
        nonlocal found
        found = found.and_then(draft.receive())
        return enough()

    assert until(look), (found, draft.sharing and draft.sharing.failure)
    return found


def texts(draft: WorkingDraft, row: RowId) -> dict[str, str]:
    return dict(draft.batch.values(row))


def test_each_sees_within_two_seconds_what_the_other_writes(
    opened: Callable[..., WorkingDraft],
) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    began = time.monotonic()
    anna.apply(set_cell(3, "name", "Ann"), "type")
    bert.apply(set_cell(4, "email", "not an address"), "type")
    found = received(bert, lambda: bert.batch.text(3, "name") == "Ann")
    received(anna, lambda: anna.batch.text(4, "email") == "not an address")
    assert time.monotonic() - began < 2.0
    assert found.people == ("anna",)
    assert found.change is not None
    assert 3 in found.change.rows  # and 4, where his own step had to be made again behind hers
    assert anna.counts().errors == bert.counts().errors == 1, "what came is checked too"
    assert [text for _, _, text in bert.story(3, "name")] == ["n3", "Ann"]


def test_two_type_at_once_and_nothing_is_lost(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    chance = random.Random(5)
    written: set[tuple[RowId, str, str]] = set()
    told: dict[str, list[Conflict]] = {anna.id: [], "bert": []}
    for number in range(150):
        draft = chance.choice([anna, bert])
        row = chance.choice(draft.batch.order[:6])
        if chance.random() < 0.85:
            field = chance.choice(["name", "email"])
            draft.apply(set_cell(row, field, f"t{number}"), "type")
            written.add((row, field, f"t{number}"))
        else:
            draft.duplicate([row])
        if chance.random() < 0.3:
            told[anna.id if draft is anna else "bert"] += draft.receive().conflicts
            threading.Event().wait(0.005)
    assert anna.flush()
    assert bert.flush()
    assert anna.flush()
    for draft, name in ((anna, anna.id), (bert, "bert")):
        told[name] += draft.receive().conflicts
        assert draft.sharing is not None
        assert draft.sharing.together.unconfirmed == 0
    assert everything(anna.batch) == everything(bert.batch)
    third = opened("carla", anna.id)
    assert everything(third.batch) == everything(anna.batch)
    assert len(set(anna.batch.order[:])) == len(anna.batch) > len(ROWS)
    assert anna.counts() == bert.counts() == third.counts()
    for row, field, text in written:
        for draft in (anna, bert, third):
            assert text in {told for _, _, told in draft.story(row, field)}
    swapped = {(c.row, c.field, c.theirs, c.mine, not c.stands) for c in told["bert"]}
    assert {(c.row, c.field, c.mine, c.theirs, c.stands) for c in told[anna.id]} == swapped != set()


def test_a_conflict_is_told_to_both(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    anna.apply(set_cell(2, "name", "from Anna"), "type")
    assert anna.flush()
    bert.apply(set_cell(2, "name", "from Bert"), "type")
    assert bert.flush()
    told_bert = received(bert, lambda: bool(bert.sharing and not bert.sharing.together.unconfirmed))
    told_anna = received(anna, lambda: anna.batch.text(2, "name") == "from Bert")
    assert told_anna.conflicts == (Conflict("over", 2, "name", "from Anna", "from Bert", "bert", False),)
    assert told_bert.conflicts == (Conflict("over", 2, "name", "from Bert", "from Anna", "anna", True),)


def test_undo_steps_are_there_again_for_each_person(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    anna.apply(set_cell(0, "name", "A"), "type")
    received(bert, lambda: bert.batch.text(0, "name") == "A")
    bert.apply(set_cell(1, "name", "B"), "type")
    assert bert.flush()
    received(anna, lambda: anna.batch.text(1, "name") == "B")
    anna.close()
    again = opened("anna", anna.id)
    assert again.undo() is not None
    assert [again.batch.text(row, "name") for row in (0, 1)] == ["n0", "B"]
    assert again.undo() is None
    received(bert, lambda: bert.batch.text(0, "name") == "n0")
    assert again.redo() is not None
    received(bert, lambda: bert.batch.text(0, "name") == "A")


def test_what_is_on_its_way_takes_no_edit_of_another(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    received(bert, lambda: True)
    assert bert.workspace is not None
    assert anna.workspace is not None
    assert bert.sharing is not None
    submission = begin(anna.workspace, anna.id, [[1]])
    # Before he hears of it.
    bert.apply(set_cell(1, "name", "too late"), "type")
    bert.apply(set_cell(2, "name", "in time"), "type")
    found = received(
        bert, lambda: bert.batch.text(1, "name") == "n1" and bert.shown_state(1) is RowState.QUEUED
    )
    assert found.conflicts == (Conflict("refused", 1, "name", "too late", "n1", "", False),)
    received(anna, lambda: anna.batch.text(2, "name") == "in time")
    assert anna.batch.text(1, "name") == "n1"
    intent = intend(anna.workspace, submission, 1, [1])
    assert intent is not None
    received(bert, lambda: bert.shown_state(1) is RowState.SENDING)
    anna.workspace.record_outcome(intent.attempt, result(intent, RowState.CREATED))
    received(bert, lambda: bert.shown_state(1) is RowState.CREATED)
    assert bert.why_not_edit(1) is not None
    assert bert.undo() is not None, "what was not accepted is no step"
    received(anna, lambda: anna.batch.text(2, "name") == "n2")


def test_what_was_read_before_a_decision_does_not_undo_it(opened: Callable[..., WorkingDraft]) -> None:
    """The thread that looks may have read the states a moment before a person skipped a row."""
    anna = opened("anna")
    assert anna.sharing is not None
    for row in anna.batch.order[:]:
        assert anna.sharing.look()
        anna.skip([row])
        anna.receive()
        assert anna.shown_state(row) is RowState.SKIPPED
    bert = opened("bert", anna.id)
    bert.take_back([3])
    received(anna, lambda: anna.shown_state(3) is RowState.READY)


def test_edits_go_on_while_the_database_is_away(
    opened: Callable[..., WorkingDraft], postgres_server: Server, prepared_database: str
) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    for number in range(30):
        anna.apply(set_cell(number % 8, "name", f"a{number}"), "type")
        if number % 5 == 0:
            postgres_server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
                database=prepared_database,
            )
    assert until(lambda: anna.flush() and bert.flush())
    anna.receive()
    bert.receive()
    assert everything(anna.batch) == everything(bert.batch)
    third = opened("carla", anna.id)
    assert everything(third.batch) == everything(anna.batch)
    assert third.workspace is not None
    assert len(third.workspace.steps_since(anna.id, 0)) == 30, "what was in doubt is there once"


def test_a_draft_that_is_put_into_the_workspace_later_has_its_steps(
    opened: Callable[..., WorkingDraft], team_url: str
) -> None:
    made = WorkingDraft.from_records(None, schema_for("lead"), "leads", ROWS)
    made.apply(set_cell(0, "name", "A"), "type")
    made.apply(set_cell(1, "name", "B"), "type")
    made.undo()
    made.apply(DeleteRows((7,)), "delete")
    with Workspace.open(team_url) as workspace:
        made.go_on_in(workspace, made.store_in(workspace))
        made.duplicate([0])
        assert made.flush()
        made.receive()
        other = opened("bert", made.id)
        assert everything(other.batch) == everything(made.batch)
        made.undo()
        made.undo()
        made.undo()
        assert made.undo() is None
        assert [made.batch.text(row, "name") for row in (0, 1, 7)] == ["n0", "n1", "n7"]
        received(other, lambda: everything(other.batch) == everything(made.batch))
        made.close()


def test_a_draft_that_somebody_removed_is_told(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    assert bert.workspace is not None
    bert.close()
    with pytest.raises(Locked, match="Somebody else works on this draft"):
        bert.workspace.remove_draft(anna.id)
    behind(bert.workspace, "DELETE FROM draft")  # by an older program, say
    anna.apply(set_cell(0, "name", "A"), "type")
    assert until(
        lambda: bool(anna.sharing and anna.sharing.failure and anna.journal and anna.journal.failure)
    )
    assert anna.sharing is not None
    assert anna.sharing.failure == "This draft is not in the workspace any more."


def test_numbers_of_rows_that_were_not_used_are_given_back(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    anna.duplicate([0])
    assert anna.flush()
    assert max(anna.batch.order[:]) == 8
    anna.close()
    again = opened("anna", anna.id)
    again.duplicate([0])
    assert max(again.batch.order[:]) == 9
    many = again.duplicate(list(again.batch.order[:]) * 10)
    assert len(many.rows) == len(set(many.rows)) == 100, "more than are at hand"


class Meddling(Latest):
    """A colleague's edit gets its place right behind each look at the draft."""

    def __init__(self, *given: Any, edits: list[Callable[[], object]]) -> None:
        super().__init__(*given)
        self.edits = edits

    async def look(self) -> Plan | None:
        plan = await super().look()
        if self.edits:
            self.edits.pop(0)()
        return plan


@pytest.mark.parametrize("times", [1, 2])
async def test_what_a_colleague_wrote_behind_the_last_look_goes_or_nothing_goes(
    opened: Callable[..., WorkingDraft], times: int
) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    anna.apply(set_cell(1, "name", "Anna's"), "edit")

    def edit(text: str) -> None:
        bert.apply(set_cell(0, "name", text), "edit")
        assert bert.flush()

    edits = [lambda n=n: edit(f"later {n}") for n in range(times)]
    options = SubmitOptions()
    with SandboxServer(port=0) as server:
        async with AsyncSuperleap(server.base_url, "key") as client:
            made = anna.plan(options)
            runner = Runner(
                cast(Workspace, anna.workspace),
                client,
                anna.id,
                made,
                object_slug="lead",
                options=options,
                publish=anna.take,
                latest=Meddling(anna, made.rows, options, edits=edits),
            )
            summary = await runner.run()
        sent = [record["name"] for record in server.store.records("lead")]
    assert edits == []
    if times == 1:
        assert sent[:2] == ["later 0", "Anna's"]
        assert summary.stopped is None
    else:
        assert sent == []
        assert summary.message.startswith("Somebody edited the draft just now, so nothing was sent.")
        assert not cast(Workspace, anna.workspace).submissions(anna.id)


def test_a_plan_is_not_kept_behind_a_step_that_was_not_seen(opened: Callable[..., WorkingDraft]) -> None:
    anna = opened("anna")
    bert = opened("bert", anna.id)
    space = cast(Workspace, anna.workspace)
    first = space.begin_submission(anna.id, object_slug="lead", origin="x", chunks=[[1]], seen_seq=0)
    space.finish_run(first)
    bert.apply(set_cell(0, "name", "later"), "edit")
    assert bert.flush()
    with pytest.raises(EditedMeanwhile):
        space.begin_submission(anna.id, object_slug="lead", origin="x", chunks=[[0]], seen_seq=0)
    with pytest.raises(EditedMeanwhile):
        space.join_submission(first, going=[1], chunk_size=9, seen_seq=0)
    assert space.join_submission(first, going=[1], chunk_size=9, seen_seq=1).chunks == ((2, (1,), "again"),)


def test_files_are_not_shared(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws.db") as workspace:
        draft = WorkingDraft.from_records(workspace, schema_for("lead"), "leads", ROWS)
        assert draft.sharing is None
        assert draft.receive() is NOTHING
        draft.close()
