"""A damaged workspace: what its newest good copy lacks is counted, what was sent since is not sent again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import Damaged, JournalEntry, RowsTaken, Workspace, WorkspaceError
from leapgrid.workspace.copies import copies_of, make_copy
from leapgrid.workspace.places import beside
from leapgrid.workspace.rescue import Findings, begin_anew, can_help, examine, take_copy
from tests.workspace.support import begin, intend, make_draft, result, sent, states


def edits(workspace: Workspace, draft: str, count: int) -> None:
    workspace.append_entries(draft, [JournalEntry("do", "Type", {"n": n}) for n in range(count)])


def zeroed(path: Path) -> None:
    """Nothing of the file can be read."""
    path.write_bytes(bytes(path.stat().st_size))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def header(path: Path) -> None:
    """All can be read, but it is not taken for ours any more."""
    data = bytearray(path.read_bytes())
    data[68:72] = b"\0\0\0\1"
    path.write_bytes(data)


def hole(path: Path) -> None:
    """The last third is noise."""
    data = bytearray(path.read_bytes())
    third = len(data) // 3 // 4096 * 4096
    data[-third:] = b"\xa5" * third
    path.write_bytes(data)


DAMAGE = [zeroed, emptied, header, hole]


class Worked:
    """A workspace that was copied, worked on, and damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with Workspace.open(path) as workspace:
            self.draft = make_draft(workspace)
            edits(workspace, self.draft, 3)
            sent(workspace, self.draft, [0], RowState.CREATED)
            assert make_copy(path) is not None
            edits(workspace, self.draft, 4)
            make_draft(workspace, ["Gerd", "Hans"])
            sent(workspace, self.draft, [1], RowState.CREATED)
            sent(workspace, self.draft, [2], RowState.UNKNOWN)
            intend(workspace, begin(workspace, self.draft, [[3]]), 1, [3])

    def found(self) -> Findings:
        with pytest.raises(WorkspaceError) as error:
            Workspace.open(self.path)
        assert can_help(error.value, self.path)
        return examine(self.path, error.value)


@pytest.fixture
def worked(path: Path) -> Worked:
    return Worked(path)


@pytest.mark.parametrize("spoil", DAMAGE)
def test_what_is_lost_is_counted(worked: Worked, spoil: Callable[[Path], None]) -> None:
    spoil(worked.path)
    found = worked.found()
    assert found.copy is not None
    assert (found.holds.rows, found.holds.edits) == (6, 3)
    assert found.lost.edits == (("leads", 4),)
    assert found.lost.drafts == (("leads", 2),)
    assert found.lost.sent == 3
    assert found.lost.exact


@pytest.mark.parametrize("spoil", DAMAGE)
def test_nothing_that_was_sent_since_is_sent_again(worked: Worked, spoil: Callable[[Path], None]) -> None:
    spoil(worked.path)
    before = worked.path.read_bytes()
    aside = take_copy(worked.found())
    assert aside.read_bytes() == before, "the damaged file is kept as it was"
    with Workspace.open(worked.path) as workspace:
        assert states(workspace, worked.draft) == {
            0: RowState.CREATED,
            1: RowState.CREATED,
            2: RowState.UNKNOWN,
            3: RowState.UNKNOWN,
        }
        assert len(workspace.load_draft(worked.draft).journal) == 3
        for row in range(4):
            with pytest.raises(RowsTaken):
                begin(workspace, worked.draft, [[row]])
        assert {row.row_id for row in workspace.unresolved(worked.draft)} == {2, 3}
        sent(workspace, worked.draft, [4], RowState.CREATED)
    assert not [path for path in worked.path.parent.iterdir() if path.name.startswith("ws.db.")]


def test_what_can_be_read_of_a_sending_comes_along(worked: Worked) -> None:
    """So that it can be looked up by its key."""
    header(worked.path)
    take_copy(worked.found())
    with Workspace.open(worked.path) as workspace:
        assert [row.record for row in workspace.unresolved(worked.draft)] == [
            {"name": "Carl"},
            {"name": "Dora"},
        ]


def test_without_a_trail_what_cannot_be_read_is_unknown(worked: Worked) -> None:
    for path in beside(worked.path, "trail").iterdir():
        path.unlink()
    zeroed(worked.path)
    found = worked.found()
    assert not found.lost.exact
    take_copy(found)
    with Workspace.open(worked.path) as workspace:
        known = states(workspace, worked.draft)
    assert known == {0: RowState.CREATED} | dict.fromkeys(range(1, 6), RowState.UNKNOWN)


def test_a_copy_made_while_a_chunk_was_on_its_way(path: Path) -> None:
    with Workspace.open(path) as workspace:
        draft = make_draft(workspace)
        intent = intend(workspace, begin(workspace, draft, [[0, 1], [2]]), 1, [0, 1])
        assert intent is not None
        make_copy(path)
        workspace.record_outcome(intent.attempt, result(intent, RowState.CREATED))
    zeroed(path)
    with pytest.raises(Damaged) as error:
        Workspace.open(path)
    take_copy(examine(path, error.value))
    with Workspace.open(path) as workspace:
        known = states(workspace, draft)
        assert {known[0], known[1]} == {RowState.CREATED}
        assert known.get(2, RowState.READY) is RowState.READY
        assert workspace.unresolved(draft) == ()


def test_a_damaged_copy_is_passed_over(worked: Worked) -> None:
    newer = make_copy(worked.path, now=2e9)
    assert newer is not None
    zeroed(newer.path)
    zeroed(worked.path)
    found = worked.found()
    assert found.copy is not None
    assert found.copy.path != newer.path
    assert found.bad_copies == 1


def test_without_any_copy_one_can_begin_anew(worked: Worked) -> None:
    for copy in copies_of(worked.path):
        copy.path.unlink()
    zeroed(worked.path)
    found = worked.found()
    assert found.copy is None
    aside = begin_anew(worked.path)
    assert aside.exists()
    assert beside(aside, "trail").is_dir()
    with Workspace.open(worked.path) as workspace:
        assert workspace.drafts() == []


def test_not_while_another_has_it_open(worked: Worked) -> None:
    """What that one has in memory would be lost."""
    with Workspace.open(worked.path) as other:
        assert other.hold_draft(worked.draft)
        found = examine(worked.path, Damaged("Damaged."))
        with pytest.raises(WorkspaceError, match="Close it first"):
            take_copy(found)
        with pytest.raises(WorkspaceError, match="Close it first"):
            begin_anew(worked.path)
    assert not list(worked.path.parent.glob("*.damaged-*"))


def test_an_opening_never_goes_on_in_another_file(worked: Worked) -> None:
    with Workspace.open(worked.path) as workspace:
        found = examine(worked.path, Damaged("Damaged."))
        take_copy(found)
        for _ in range(2):
            with pytest.raises(WorkspaceError, match="start it again"):
                edits(workspace, worked.draft, 1)
    with Workspace.open(worked.path) as workspace:
        assert len(workspace.load_draft(worked.draft).journal) == 3


def test_lost_counts_begin_anew_with_what_was_restored(worked: Worked) -> None:
    zeroed(worked.path)
    take_copy(worked.found())
    with Workspace.open(worked.path) as workspace:
        edits(workspace, worked.draft, 2)
    zeroed(worked.path)
    found = worked.found()
    assert found.lost.edits == (("leads", 2),)
    assert found.lost.drafts == ()
    take_copy(found)
    with Workspace.open(worked.path) as workspace:
        assert states(workspace, worked.draft)[1] is RowState.CREATED, "still known, also the second time"


def test_frames_that_are_gone_come_back(worked: Worked) -> None:
    frames = list(beside(worked.path, "frames").glob("*.arrow"))
    for frame in frames:
        frame.write_bytes(b"noise")
    zeroed(worked.path)
    take_copy(worked.found())
    with Workspace.open(worked.path) as workspace:
        assert workspace.load_draft(worked.draft).frame.height == 6


def test_three_copies_of_different_days(worked: Worked) -> None:
    hour = 3600.0
    at = 1_700_000_000.0
    for number in range(60):
        assert make_copy(worked.path, now=at + number * 2 * hour) is not None
    made = [(copy.at - at) / hour for copy in copies_of(worked.path) if copy.at < 1.75e9]
    assert made[0] == 118
    assert len(made) <= 3
    own = [copy for copy in copies_of(worked.path) if not copy.before_migration]
    assert len(own) == 3
    newest_first = [copy.at for copy in own]
    assert newest_first == sorted(newest_first, reverse=True)


def test_no_copy_of_a_file_that_is_damaged(worked: Worked) -> None:
    with sqlite3.connect(worked.path) as file:
        root = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'attempt_row_of_row'").fetchone()
    file.close()
    data = bytearray(worked.path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[root[0] * size - 40] ^= 1
    worked.path.write_bytes(data)
    before = copies_of(worked.path)
    with pytest.raises(Damaged):
        make_copy(worked.path)
    assert copies_of(worked.path) == before
