"""A file of the first released form becomes one of the present form: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.records import RowState
from leapgrid.records.importing import ImportMapping
from leapgrid.workspace import CannotOpen, Locked, Recovered, Workspace, WorkspaceError
from leapgrid.workspace.tables import USER_VERSION
from tests.workspace import form1, form2


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of all tables, as the database knows them."""
    connection = sqlite3.connect(path)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [row[1:] for row in connection.execute(f"PRAGMA table_info('{name}')")]
            for name in sorted(names)
        }
    finally:
        connection.close()


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.form1-*"))


def test_an_old_file_opens_with_all_that_is_in_it(path: Path) -> None:
    draft_id = form1.make(path)
    with Workspace.open(path) as workspace:
        draft = WorkingDraft.from_stored(workspace, draft_id)
        assert draft.batch.text(0, "name") == "Anne"
        assert draft.batch.text(1, "name") == "Bo"
        assert draft.state(1) is RowState.REJECTED
        assert draft.notes[0].message == "A note."
        assert draft.settings == {}
        assert draft.undo() is not None
        draft.close()
        workspace.remember_mapping("lead", ["A"], ImportMapping({"A": "name"}))
    assert version(path) == USER_VERSION


def test_what_was_sent_in_form_2_is_known_after_it(path: Path) -> None:
    draft_id = form2.make(path)
    with Workspace.open(path) as workspace:
        assert workspace.recovered == Recovered((form2.CUT,), unknown=2, released=1)
        stored = workspace.load_draft(draft_id)
        assert [entry.label for entry in stored.journal] == ["edit of name"]
        assert {row: was.state for row, was in stored.outcomes.items()} == {
            0: RowState.CREATED,
            1: RowState.UNKNOWN,
            2: RowState.UNKNOWN,
        }
        over, cut = workspace.submission(form2.OVER), workspace.submission(form2.CUT)
        assert over is not None
        assert cut is not None
        assert (over.stopped, over.finished_at) == (None, 3.0)
        assert (cut.stopped, cut.chunks) == ("interrupted", {1: "unknown", 2: "released"})
        assert [run.owner for run in workspace.runs(form2.CUT)] == [form2.DEAD]
        assert [sent.record for sent in workspace.unresolved(draft_id)] == [{"name": "N1"}, {"name": "N2"}]
        assert all(sent.interrupted for sent in workspace.unresolved(draft_id))
        assert [step.kind for step in workspace.row_story(draft_id, 0)] == ["sent", "decision", "answer"]
        (left,) = workspace.open_submissions()
        assert (left.id, left.unknown, left.unsent) == (form2.CUT, 2, 1)
        joined = workspace.join_submission(form2.CUT, going=[3], chunk_size=10)
        assert [rows for _, rows, _ in joined.chunks] == [(3,)]


@pytest.mark.parametrize("form", [form1, form2], ids=["form1", "form2"])
def test_it_has_the_same_tables_as_a_new_one(path: Path, tmp_path: Path, form: Any) -> None:
    form.make(path)
    Workspace.open(path).close()
    Workspace.open(tmp_path / "new.db").close()
    assert shape(path) == shape(tmp_path / "new.db")


def test_a_dated_copy_of_it_stays_beside_it_for_the_person_alone(path: Path) -> None:
    form1.make(path)
    before = shape(path)
    Workspace.open(path).close()
    (copy,) = copies(path)
    assert version(copy) == 1
    assert shape(copy) == before
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    Workspace.open(path).close()
    assert copies(path) == [copy]
    assert not list(path.parent.glob("*.part"))


KILLED = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from leapgrid.workspace.migrations import migrate

base = Path(sys.argv[1])
number = 0
while True:
    number += 1
    place = base.with_name(f"killed{number}")
    shutil.copytree(base, place)
    child = os.fork()
    if not child:
        driver = sqlite3.connect(place / "ws.db", isolation_level=None)
        seen = 0

        def count(statement):
            global seen
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

        driver.set_trace_callback(count)
        migrate(driver, place / "ws.db", int(sys.argv[2]))
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(number)
"""


@pytest.mark.parametrize("form", [form1, form2], ids=["form1", "form2"])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test kills a forked process")
def test_killed_at_each_statement_it_is_old_or_new(tmp_path: Path, form: Any) -> None:
    base = tmp_path / "base"
    base.mkdir()
    draft_id = form.make(base / "ws.db")
    first = version(base / "ws.db")
    old = shape(base / "ws.db")
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(base), str(first)], capture_output=True, text=True, check=True
    )
    total = int(ran.stdout)
    assert total > 6
    found = []
    for number in range(1, total + 1):
        path = tmp_path / f"killed{number}" / "ws.db"
        found.append(version(path))
        assert (shape(path) == old) is (found[-1] == first)
        with Workspace.open(path) as workspace:
            assert workspace.load_draft(draft_id).schema.slug == "lead"
        assert version(path) == USER_VERSION
        shutil.rmtree(path.parent)
    assert found == sorted(found)
    assert set(found) == {first, USER_VERSION}


def test_a_disk_that_is_full_leaves_it_as_it_was(path: Path) -> None:
    form1.make(path)
    before = path.read_bytes()
    connection = sqlite3.connect(path, isolation_level=None)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    from leapgrid.workspace.migrations import migrate

    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, 1)
    connection.close()
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights of this kind are POSIX's")
def test_a_folder_that_takes_no_copy_leaves_it_as_it_was(path: Path) -> None:
    form1.make(path)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(CannotOpen, match="is of an earlier LeapGrid"):
            Workspace.open(path)
    finally:
        path.parent.chmod(0o700)
    assert version(path) == 1


def test_while_another_writes_it_waits_and_says_so(path: Path) -> None:
    form1.make(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises((Locked, WorkspaceError)):
            Workspace.open(path, busy_timeout_ms=10)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert version(path) == 1
    assert not list(path.parent.glob("*.part"))


def test_two_that_open_it_at_once_migrate_it_once(path: Path) -> None:
    form1.make(path)
    code = "import sys; from leapgrid.workspace import Workspace; Workspace.open(sys.argv[1]).close()"
    running = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert version(path) == USER_VERSION
    assert len(copies(path)) == 1
