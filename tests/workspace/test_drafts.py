"""Drafts come back as they were kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from leapgrid.records.frame import Frame
from leapgrid.records.outcomes import RowState
from leapgrid.records.schema import schema_for
from leapgrid.workspace import CannotOpen, Damaged, JournalEntry, NotFound, RowsTaken, Workspace
from leapgrid.workspace.frames import Frames
from tests.workspace.support import NAMES, begin, intend, make_draft, sent


def test_all_of_a_draft_comes_back(workspace: Workspace, address: str) -> None:
    schema = schema_for("lead").with_extra(["score\ud800"])
    frame = Frame.from_rows(("E-mail", "score"), [["a@x", "1"], ["\x00", "\u202e"]], lines=[2, 3])
    notes = [{"code": "short_line", "line": 3, "message": "m"}]
    draft = workspace.create_draft("Leads \ud800", schema, frame, {"email": 0}, "dir/\udcff.csv", notes)
    entries = [
        JournalEntry("do", "Type \x00", {"k": ["\ud800", None, 1]}, 1.5),
        JournalEntry("undo", "", None, 2.0),
    ]
    workspace.append_entries(draft, entries[:1])
    workspace.append_entries(draft, entries[1:])
    workspace.close()

    with Workspace.open(address) as again:
        stored = again.load_draft(draft)
    assert (stored.name, stored.source, stored.notes) == ("Leads \ud800", "dir/\udcff.csv", tuple(notes))
    assert stored.schema == schema
    assert stored.frame.headers == ("E-mail", "score")
    assert [stored.frame.cell(1, 0), stored.frame.cell(1, 1)] == ["\x00", "\u202e"]
    assert list(stored.frame.lines or ()) == [2, 3]
    assert stored.mapping == {"email": 0}
    assert stored.journal == entries
    assert stored.outcomes == {}


def test_a_draft_without_a_file(workspace: Workspace) -> None:
    draft = workspace.create_draft("New", schema_for("lead"), Frame.empty(), {})
    assert workspace.load_draft(draft).frame.height == 0


def test_the_last_changed_comes_first(address: str) -> None:
    times = iter(range(100))
    with Workspace.open(address, clock=lambda: float(next(times))) as workspace:
        first, second = make_draft(workspace), make_draft(workspace)
        assert [draft.id for draft in workspace.drafts()] == [second, first]
        workspace.rename_draft(first, "other")
        assert [(draft.id, draft.name) for draft in workspace.drafts()] == [
            (first, "other"),
            (second, "leads"),
        ]


def test_counts_add_up_to_the_rows(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    sent(workspace, draft, [0, 1], RowState.CREATED)
    sent(workspace, draft, [2], RowState.REJECTED)
    workspace.set_state(draft, 3, RowState.SKIPPED, "Skipped.")
    workspace.note_counts(draft, 7, 4)
    (found,) = workspace.drafts()
    assert (found.rows, found.errors, found.object, found.source) == (7, 4, "lead", "leads.csv")
    assert found.counts == {
        RowState.READY: 3,
        RowState.CREATED: 2,
        RowState.REJECTED: 1,
        RowState.SKIPPED: 1,
    }
    begin(workspace, draft, [[2, 4]])
    (found,) = workspace.drafts()
    assert found.counts[RowState.QUEUED] == 2
    assert sum(found.counts.values()) == 7


def test_removing_takes_the_frame_along_when_it_is_the_last(in_a_file: Workspace, path: Path) -> None:
    workspace = in_a_file
    first, second = make_draft(workspace), make_draft(workspace)
    sent(workspace, first, [0], RowState.REJECTED)
    frames = path.with_name("ws.frames")
    assert len(list(frames.iterdir())) == 1, "the same content is kept once"
    workspace.remove_draft(first)
    assert workspace.load_draft(second).frame.height == len(NAMES)
    assert workspace.submissions() == []
    workspace.remove_draft(second)
    assert list(frames.iterdir()) == []


def test_what_is_on_its_way_is_not_removed(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    submission = begin(workspace, draft, [[0]])
    intend(workspace, submission, 1, [0])
    with pytest.raises(RowsTaken, match="on their way"):
        workspace.remove_draft(draft)


def test_no_such_draft(workspace: Workspace) -> None:
    for call in (
        lambda: workspace.load_draft("x"),
        lambda: workspace.rename_draft("x", "y"),
        lambda: workspace.remove_draft("x"),
        lambda: workspace.note_counts("x", 1, 1),
        lambda: workspace.append_entries("x", [JournalEntry("do", "")]),
        lambda: begin(workspace, "x", [[0]]),
        lambda: workspace.set_state("x", 0, RowState.SKIPPED, ""),
    ):
        with pytest.raises(NotFound, match="not in the workspace any more"):
            call()


def test_a_frame_is_named_by_its_bytes_and_one_named_by_its_texts_is_read_too(path: Path) -> None:
    frames = Frames(path.with_name("frames"))
    frame = Frame.from_rows(("name",), [["Anna"], ["Bảo"]], lines=range(2, 4)).with_made("owner", ["a", "b"])
    name = frames.put(frame)
    (stored,) = path.with_name("frames").iterdir()
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == name == stored.stem
    assert frames.put(frame) == name
    # As it was done first.
    stored.rename(stored.with_stem(frame.digest()))
    for digest in (frames.put(frame), frame.digest()):
        read = frames.get(digest)
        assert (read.headers, read.lines, read.own) == (("name", "owner"), range(2, 4), 1)
        assert [list(column) for column in read.columns] == [["Anna", "Bảo"], ["a", "b"]]


@pytest.mark.parametrize("how", ["flip", "cut", "gone", "other"])
def test_a_damaged_frame_is_told_and_nothing_is_guessed(in_a_file: Workspace, path: Path, how: str) -> None:
    draft = make_draft(in_a_file)
    (frame,) = path.with_name("ws.frames").iterdir()
    data = frame.read_bytes()
    if how == "flip":
        at = data.index(b"Carl") if b"Carl" in data else len(data) // 2
        frame.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    elif how == "cut":
        frame.write_bytes(data[:40])
    elif how == "gone":
        frame.unlink()
    else:
        Frame.from_rows(("name",), [["Zoe"]]).to_arrow(frame)
    with pytest.raises((Damaged, CannotOpen)) as error:
        in_a_file.load_draft(draft)
    assert str(error.value).endswith(".")


def test_a_draft_is_held_by_one(in_a_file: Workspace, path: Path) -> None:
    workspace = in_a_file
    draft = make_draft(workspace)
    assert workspace.hold_draft(draft)
    assert workspace.hold_draft(draft)
    with Workspace.open(path) as other:
        assert not other.hold_draft(draft)
        workspace.close()
        assert other.hold_draft(draft)


def test_a_new_draft_takes_the_place_of_its_untouched_twins(workspace: Workspace) -> None:
    old = [make_draft(workspace), make_draft(workspace)]
    other_records = make_draft(workspace, NAMES[:2])
    new = make_draft(workspace)
    assert sorted(workspace.remove_twins(new)) == sorted(old)
    assert {draft.id for draft in workspace.drafts()} == {other_records, new}
    assert workspace.load_draft(new).frame.cell(0, 0) == NAMES[0]
    assert workspace.remove_twins(new) == ()
    # No lock file of theirs is left behind.
    if workspace.path is not None:
        assert not list(workspace.path.with_name("ws.owners").glob("draft*"))
    with pytest.raises(NotFound):
        workspace.remove_twins(old[0])


def test_what_was_worked_on_or_is_something_else_is_no_twin(workspace: Workspace, address: str) -> None:
    edited, undone, sent_once, renamed, held, begun = (make_draft(workspace) for _ in range(6))
    workspace.append_entries(edited, [JournalEntry("do", "Type", {"k": 1}, 1.5)])
    entries = [JournalEntry("do", "Type", {"k": 1}, 1.5), JournalEntry("undo", "", None, 2.0)]
    workspace.append_entries(undone, entries)
    sent(workspace, sent_once, [0, 1], RowState.CREATED)
    begin(workspace, begun, [[0, 1]])
    workspace.rename_draft(renamed, "mine")
    frame = Frame.from_rows(("name",), [[name] for name in NAMES])
    lead, place = schema_for("lead"), ("leads.csv", [])
    other_object = workspace.create_draft("leads", schema_for("partner"), frame, {"name": 0}, *place)
    other_columns = workspace.create_draft("leads", lead, frame, {"email": 0}, *place)
    other_file = workspace.create_draft("leads", lead, frame, {"name": 0}, "dir/leads.csv", [])
    other_country = workspace.create_draft(
        "leads", lead, frame, {"name": 0}, *place, {"default_country": "DE"}
    )
    all_of_them = {
        edited, undone, sent_once, renamed, held, begun,
        other_object, other_columns, other_file, other_country,
    }  # fmt: skip
    with Workspace.open(address, recover=False) as another:
        assert another.hold_draft(held)
        new = make_draft(workspace)
        assert workspace.remove_twins(new) == ()
        assert {draft.id for draft in workspace.drafts()} == all_of_them | {new}
    # Nobody has it any more.
    assert workspace.remove_twins(new) == (held,)
    # Of what came from no file each is its own.
    made = [workspace.create_draft("x", lead, frame, {"name": 0}) for _ in range(2)]
    assert workspace.remove_twins(made[0]) == ()


def test_what_is_held_here_stays_held_where_it_stays(workspace: Workspace, address: str) -> None:
    touched = make_draft(workspace)
    assert workspace.hold_draft(touched)
    workspace.append_entries(touched, [JournalEntry("do", "Type", {"k": 1}, 1.5)])
    mine = make_draft(workspace)
    assert workspace.hold_draft(mine)
    assert workspace.remove_twins(make_draft(workspace)) == (mine,)
    with Workspace.open(address, recover=False) as another:
        # Drafts are shared where the workspace is; nobody has it alone then.
        assert another.hold_draft(touched) is workspace.is_shared
        assert not another._owners.hold(f"draft{touched}")
