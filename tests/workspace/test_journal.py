"""Every edit is on disk within a second, and nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from leapgrid.workspace import Journal, JournalEntry, Workspace
from tests.workspace.support import behind, make_draft
from tests.workspace.test_database import limit


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.005)
    return True


def stored(workspace: Workspace) -> int:
    """What another connection sees."""
    ((count,),) = behind(workspace, "SELECT count(*) FROM journal_entry")
    return int(count)


def test_an_edit_is_on_disk_by_itself(workspace: Workspace) -> None:
    journal = Journal(workspace, make_draft(workspace))
    began = time.monotonic()
    journal.append(JournalEntry("do", "Type", {"n": 1}, 1.0))
    assert until(lambda: journal.unsaved == 0)
    assert time.monotonic() - began < 1.0
    assert stored(workspace) == 1
    assert journal.saved_at is not None
    assert journal.close()


def test_many_edits_do_not_wait_for_the_clock(workspace: Workspace) -> None:
    journal = Journal(workspace, make_draft(workspace), interval=3600)
    for n in range(50):
        journal.append(JournalEntry("do", "Type", {"n": n}))
    assert until(lambda: journal.unsaved == 0)
    journal.append(JournalEntry("do", "Type"))
    assert journal.flush()
    assert stored(workspace) == 51
    journal.append(JournalEntry("undo", ""))
    assert journal.close()
    assert stored(workspace) == 52
    assert journal.close()


def test_they_come_back_in_their_order(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    journal = Journal(workspace, draft)
    for n in range(200):
        journal.append(JournalEntry("do", str(n), {"n": n}))
        if n % 37 == 0:
            journal.flush()
    assert journal.close()
    assert [entry.edit["n"] for entry in workspace.load_draft(draft).journal] == list(range(200))


def test_a_full_disk_is_told_and_no_edit_is_lost(in_a_file: Workspace) -> None:
    workspace = in_a_file
    journal = Journal(workspace, make_draft(workspace), retry=0.02)
    limit(workspace, 1)
    journal.append(JournalEntry("do", "Paste", "x" * 200_000))
    journal.append(JournalEntry("do", "Type", "small"))
    assert not journal.flush()
    assert journal.failure is not None
    assert "The disk is full" in journal.failure
    assert journal.unsaved == 2
    limit(workspace, 1_000_000)
    assert until(lambda: journal.unsaved == 0), "tried again by itself"
    assert journal.failure is None
    assert stored(workspace) == 2
    assert journal.close()


def test_closing_does_not_hang_on_a_full_disk(in_a_file: Workspace) -> None:
    workspace = in_a_file
    journal = Journal(workspace, make_draft(workspace))
    limit(workspace, 1)
    journal.append(JournalEntry("do", "Paste", "x" * 200_000))
    assert not journal.close()
    assert not journal._thread.is_alive()


def test_an_edit_that_cannot_be_written_down_is_told(workspace: Workspace) -> None:
    journal = Journal(workspace, make_draft(workspace))
    journal.append(JournalEntry("do", "Type", {1, 2}))
    assert not journal.close()
    assert journal.failure is not None


def test_nothing_after_closing(workspace: Workspace) -> None:
    journal = Journal(workspace, make_draft(workspace))
    journal.close()
    with pytest.raises(RuntimeError):
        journal.append(JournalEntry("do", ""))
