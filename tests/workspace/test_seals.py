"""A value that changed in the file without us is noticed before anything is done with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Damaged, JournalEntry, Workspace
from tests.workspace.support import begin, intend, make_draft, sent


def meddle(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as other:
        assert other.execute(statement).rowcount == 1
    other.close()


@pytest.mark.parametrize(
    "change",
    ["state = 'creatfd'", "state = 'ready'", "attempt_id = 'x'", "evidence = '\"y\"'", "position = 2"],
)
def test_a_row_whose_outcome_was_changed_is_not_sent(in_a_file: Workspace, path: Path, change: str) -> None:
    draft = make_draft(in_a_file)
    sent(in_a_file, draft, [0], RowState.CREATED)
    meddle(path, f"UPDATE row_outcome SET {change}")
    calls: list[Callable[[], object]] = [
        lambda: begin(in_a_file, draft, [[0]]),
        lambda: in_a_file.outcomes(draft),
        lambda: in_a_file.load_draft(draft),
        lambda: in_a_file.set_state(draft, 0, RowState.SKIPPED, "x"),
    ]
    for call in calls:
        with pytest.raises(Damaged):
            call()
    assert len(in_a_file.submissions()) == 1


def test_a_chunk_whose_rows_were_changed_is_not_sent(in_a_file: Workspace, path: Path) -> None:
    draft = make_draft(in_a_file)
    submission = begin(in_a_file, draft, [[0, 1]])
    meddle(path, "UPDATE chunk SET rows = '[0,2]'")
    for call in (
        lambda: intend(in_a_file, submission, 1, [0, 2]),
        lambda: in_a_file.planned_chunks(submission),
        lambda: in_a_file.outcomes(draft),
    ):
        with pytest.raises(Damaged):
            call()
    assert in_a_file.attempts(submission) == []


@pytest.mark.parametrize("change", ["started_at = 1.0", "body = x'5b5d'", "reason = 'interrupted'"])
def test_of_a_sending_that_was_changed_nothing_is_looked_up(
    in_a_file: Workspace, path: Path, change: str
) -> None:
    draft = make_draft(in_a_file)
    sent(in_a_file, draft, [0], RowState.UNKNOWN)
    submission = in_a_file.submissions()[0].id
    assert in_a_file.attempts(submission)[0].intact
    meddle(path, f"UPDATE attempt SET {change}")
    (row,) = in_a_file.unresolved(draft)
    assert row.record is None
    assert not in_a_file.attempts(submission)[0].intact


@pytest.mark.parametrize(
    "change", ["kind = 'undo'", "seq = 2", "label = '\"z\"'", "edit = '{\"a\":2}'", "at = 9"]
)
def test_a_step_of_the_journal_that_was_changed_is_not_replayed(
    in_a_file: Workspace, path: Path, change: str
) -> None:
    draft = make_draft(in_a_file)
    in_a_file.append_entries(draft, [JournalEntry("do", "edit", {"a": 1}, 5.0)])
    assert in_a_file.load_draft(draft).journal[0].edit == {"a": 1}
    meddle(path, f"UPDATE journal_entry SET {change}")
    with pytest.raises(Damaged):
        in_a_file.load_draft(draft)


def test_what_an_earlier_version_wrote_without_a_seal_is_taken_as_it_is(
    in_a_file: Workspace, path: Path
) -> None:
    draft = make_draft(in_a_file)
    sent(in_a_file, draft, [0], RowState.UNKNOWN)
    for table in ("row_outcome", "chunk", "attempt"):
        meddle(path, f"UPDATE {table} SET seal = NULL")
    assert in_a_file.unresolved(draft)[0].record == {"name": "Anna"}
    assert in_a_file.outcomes(draft)[0].state is RowState.UNKNOWN
