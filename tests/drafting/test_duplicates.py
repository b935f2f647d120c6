"""Rows that share a value: told as they are now, and as a check of everything would tell them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.drafting import WorkingDraft
from leapgrid.records import DeleteRows, Edit, Frame, InsertRows, SetCells, Severity, set_cell
from leapgrid.workspace import StoredDraft
from tests.drafting.desk import LEAD, assert_counts_hold, draft_of

FIELDS = ("name", "email", "phone", "external_id")


def shared(draft: WorkingDraft) -> list[tuple[int, str | None, str]]:
    """Row from 1, field and sentence of each duplicate, in order."""
    found = [issue for issue in draft.issues if issue.code == "duplicate"]
    assert all(issue.severity is Severity.WARNING for issue in found)
    places = {issue.row_id: draft.batch.position(issue.row_id or 0) or 0 for issue in found}
    return sorted((places[i.row_id] + 1, i.field, i.message) for i in found)


def test_an_address_is_the_same_in_any_case_and_a_number_in_any_spelling() -> None:
    draft = draft_of(
        None,
        {"name": "Anna", "email": "Anna@Kellerbau.de", "phone": "+49 30 901820"},
        {"name": "Bảo", "email": "bao@phohanoi.vn", "phone": "+49 (0)30 90 18 20"},
        {"name": "A. Keller", "email": "anna@kellerbau.DE"},
    )
    assert shared(draft) == [
        (1, "email", "Rows 1 and 3 have the same email."),
        (1, "phone", "Rows 1 and 2 have the same phone."),
        (2, "phone", "Rows 1 and 2 have the same phone."),
        (3, "email", "Rows 1 and 3 have the same email."),
    ]
    assert draft.counts().warnings == 3
    assert draft.plan().records == 3
    assert_counts_hold(draft)


def test_the_numbers_follow_rows_that_come_and_go() -> None:
    anna = {"name": "Anna", "external_id": "A-1"}
    draft = draft_of(None, anna, {"name": "Bảo", "external_id": "B-1"}, anna)
    (new,) = draft.batch.new_row_ids(1)
    change = draft.apply(InsertRows(0, (new,), {"name": ("Carla",)}), "insert")
    assert shared(draft) == [
        (2, "external_id", "Rows 2 and 4 have the same external id."),
        (4, "external_id", "Rows 2 and 4 have the same external id."),
    ]
    assert change.also == ()
    change = draft.apply(DeleteRows((2,)), "delete")
    assert (shared(draft), change.also, draft.counts().warnings) == ([], (0,), 0)
    undone = draft.undo()
    assert undone is not None
    assert (undone[1].also, len(shared(draft))) == ((0,), 2)
    assert_counts_hold(draft)


def test_rows_that_come_back_together_are_counted_with_their_warnings() -> None:
    anna = {"name": "Anna", "email": "a@firm.com"}
    draft = draft_of(None, anna, {"name": "Bảo"}, anna)
    before = draft.counts()
    assert before.warnings == 2
    draft.apply(DeleteRows((0, 2)), "delete")
    assert draft.counts().warnings == 0
    draft.undo()
    assert draft.counts() == before
    assert_counts_hold(draft)


def test_an_edit_names_the_other_rows_to_be_painted() -> None:
    draft = draft_of(None, *({"name": name, "email": f"{name}@firm.com"} for name in "abcd"))
    change = draft.apply(set_cell(1, "email", "A@firm.com"), "edit")
    assert (change.rows, change.also) == ((1,), (0,))
    change = draft.apply(set_cell(1, "email", "c@firm.com"), "edit")
    assert (change.rows, sorted(change.also)) == ((1,), [0, 2])
    assert shared(draft)[0] == (2, "email", "Rows 2 and 3 have the same email.")


TEXTS = {
    "name": ["", "Anna"],
    "email": ["", "a@firm.com", "A@firm.com", "b@firm.com", "no address"],
    "phone": ["", "+49 30 901820", "0049 30 901820"],
    "external_id": ["", "1", "2"],
}
_record = st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in TEXTS.items()})


@pytest.mark.parametrize("compact", [False, True], ids=["lists", "series"])
@pytest.mark.parametrize("wide", [20_000, 1], ids=["by row", "by column"])
@given(st.lists(_record, min_size=1, max_size=8), st.data())
@settings(max_examples=40, deadline=None)
def test_what_edits_leave_is_what_a_check_of_everything_finds(
    compact: bool, wide: int, records: list[dict[str, str]], data: st.DataObject
) -> None:
    columns = [[record[name] for record in records] for name in FIELDS]
    if compact:
        columns = [pl.Series(column, dtype=pl.String) for column in columns]  # type: ignore[misc]  # texts too
    frame = Frame(FIELDS, tuple(columns))
    stored = StoredDraft("", "leads", LEAD, frame, {name: at for at, name in enumerate(FIELDS)}, "")
    draft = WorkingDraft(stored, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leapgrid.drafting.rows._WIDE", wide)
        patch.setattr("leapgrid.records.texts._WIDE", wide)
        unfinished = draft.begin_check() if data.draw(st.booleans()) else None
        if unfinished is None:
            draft.check_all()
        for _ in range(data.draw(st.integers(0, 6))):
            if data.draw(st.integers(0, 3)) == 0:
                draft.undo()
                continue
            edit = data.draw(_edits(draft))
            before = {row: str(draft.issues.of_row(row)) for row in draft.batch.order}
            change = draft.apply(edit, "edit")
            told = {*change.rows, *change.also}
            came = {row for row in before if ("duplicate" in before[row]) != _has_duplicate(draft, row)}
            assert {row for row in came if row in draft.batch} <= told
        if unfinished is not None:
            assert unfinished.run()
            draft.install(unfinished)
        assert_counts_hold(draft)
        kept, counts = sorted(map(repr, draft.issues)), draft.counts()
        draft.check_all()
        assert sorted(map(repr, draft.issues)) == kept
        assert draft.counts() == counts
        assert_counts_hold(draft)


def _has_duplicate(draft: WorkingDraft, row: int) -> bool:
    return any(issue.code == "duplicate" for issue in draft.issues.of_row(row))


@st.composite
def _edits(draw: st.DrawFn, draft: WorkingDraft) -> Edit:
    rows = list(draft.batch.order)
    kind = draw(st.sampled_from(["set", "delete", "insert"])) if rows else "insert"
    name = draw(st.sampled_from(FIELDS))
    if kind == "insert":
        return InsertRows(
            draw(st.integers(0, len(rows))),
            draft.batch.new_row_ids(2),
            {name: tuple(draw(st.sampled_from(TEXTS[name])) for _ in range(2))},
        )
    chosen = draw(st.lists(st.sampled_from(rows), min_size=1, max_size=3, unique=True))
    if kind == "delete":
        return DeleteRows(tuple(chosen))
    return SetCells(tuple(chosen), {name: tuple(draw(st.sampled_from(TEXTS[name])) for _ in chosen)})
