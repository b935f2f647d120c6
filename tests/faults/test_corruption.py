"""Bits flip, pages vanish, files are cut or exchanged: a sentence each time, never a wrong record sent."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.records import EditError, edit_to_json, set_cell
from leapgrid.records.outcomes import RowState
from leapgrid.workspace import JournalEntry, RowsTaken, Workspace, WorkspaceError
from leapgrid.workspace.copies import make_copy
from leapgrid.workspace.places import beside
from leapgrid.workspace.rescue import can_help, examine, take_copy
from leapgrid.workspace.tables import APPLICATION_ID
from tests.workspace.support import NAMES, begin, intend, make_draft, sent, server_issue

SEEDS, FILES = range(4), 250
"""A thousand, in four parts that may run side by side."""

RESCUED_OF = 20
"""Every so-manieth file that cannot be opened is rescued to its end."""


class Kept:
    """A workspace with everything in it, and what is true of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with Workspace.open(path) as workspace:
            self.draft = make_draft(workspace)
            for n in range(30):
                edit = set_cell(5, "name", f"Fritz {n}")
                workspace.append_entries(
                    self.draft, [JournalEntry("do", "Type", edit_to_json(edit), float(n))]
                )
            sent(workspace, self.draft, [0, 1], RowState.CREATED)
            make_copy(path)
            sent(workspace, self.draft, [2], RowState.REJECTED, issues=[server_issue(2)])
            sent(workspace, self.draft, [3], RowState.UNKNOWN)
            intend(workspace, begin(workspace, self.draft, [[4]]), 1, [4])
        with Workspace.open(path) as workspace:
            pass  # what was on its way is settled, as after any crash
        self.texts = [*NAMES[:5], "Fritz 29"]
        self.free, self.taken = {2, 5}, [0, 1, 3, 4]
        self.data = path.read_bytes()
        self.journal = Path(f"{path}-journal").read_bytes()


def flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def flips(data: bytearray, rng: random.Random) -> None:
    for _ in range(20):
        flip(data, rng)


def value(data: bytearray, rng: random.Random) -> None:
    """One bit in the middle of something that counts: a plain value, of which SQLite knows nothing."""
    token = rng.choice(_VALUES)
    places = [found.start() for found in re.finditer(re.escape(token), data)]
    data[rng.choice(places) + rng.randrange(len(token))] ^= 1 << rng.randrange(3)


_VALUES = (b"Fritz 29", b'{"name":0}', b'"rows":[5]', b"created", b"unknown", b"rejected", b"[4]", b'"lead"')


def zero(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data)) // 512 * 512
    data[at : at + 512] = bytes(len(data[at : at + 512]))


def page(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data)) // 4096 * 4096
    data[at : at + 4096] = bytes(len(data[at : at + 4096]))


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def noise(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at : at + 16] = rng.randbytes(len(data[at : at + 16]))


def header(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(100)] ^= 1 << rng.randrange(8)


def text(data: bytearray, rng: random.Random) -> None:
    data[:] = b"name,email\nAnna,anna@x.com\n" * rng.randrange(1, 99)


def another(data: bytearray, rng: random.Random) -> None:
    """Another program's database, or one that only says it is ours."""
    with sqlite3.connect(":memory:") as other:
        other.execute("CREATE TABLE draft (x)")
        if rng.random() < 0.5:
            other.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            other.execute(f"PRAGMA user_version = {rng.choice([-1, 0, 1, 2, 3])}")
    data[:] = other.serialize()
    other.close()


HOWS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip, flip, value, value, flips, zero, page, cut, noise, header, text, another
)  # fmt: skip


def spoil(kept: Kept, rng: random.Random) -> str:
    """Damage the file, its journal or both."""
    how = rng.choice(HOWS)
    data = bytearray(kept.data)
    how(data, rng)
    kept.path.write_bytes(data)
    journal = Path(f"{kept.path}-journal")
    which = rng.choice(["as it was", "as it was", "gone", "foreign", "noise"])
    if which == "gone":
        journal.unlink(missing_ok=True)
    elif which == "foreign":
        # One that looks as if it had to be rolled back, of another file.
        journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + rng.randbytes(2000))
    else:
        journal.write_bytes(kept.journal if which == "as it was" else rng.randbytes(512))
    return how.__name__


def use(kept: Kept) -> None:
    """Everything that a start and a sending do; what is not true must never come out of it.

    Raises:
        WorkspaceError: something of it is damaged.
        DraftError: the same.
        EditError: the same.
    """
    with Workspace.open(kept.path, busy_timeout_ms=50) as workspace:
        for summary in workspace.drafts():
            draft = WorkingDraft(workspace.load_draft(summary.id), None)
            assert [draft.batch.text(row, "name") for row in range(len(NAMES))] == kept.texts
            for submission in workspace.submissions(summary.id):
                workspace.attempts(submission.id)
            for row in workspace.unresolved(summary.id):
                assert row.record in (None, {"name": NAMES[row.row_id]})
            plan = draft.plan()
            assert set(plan.rows) <= kept.free, "what may be at the server was planned"
            with pytest.raises(RowsTaken) as taken:
                begin(workspace, summary.id, [[row] for row in kept.taken])
            assert list(taken.value.rows) == kept.taken
            for chunk in plan.chunks:
                for payload, row in zip(chunk.payloads, chunk.rows, strict=True):
                    assert payload == {"name": kept.texts[row]}
                begin(workspace, summary.id, [chunk.rows])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be had: this is not about disks, and a thousand files are many commits."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(prefix="leapgrid-", dir=memory) as made:
        yield Path(made)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_thousand_damaged_files(folder: Path, seed: int) -> None:
    kept, rng = Kept(folder / "ws.db"), random.Random(20261124 + seed)
    beside_it = [beside(kept.path, kind) for kind in ("frames", "copies", "trail")]
    for each in beside_it:
        shutil.copytree(each, folder / "as_it_was" / each.name)
    came: Counter[str] = Counter()
    sentences: set[str] = set()
    for number in range(FILES):
        spoil(kept, rng)
        problem: Any = None
        try:
            use(kept)
        except (WorkspaceError, DraftError, EditError) as error:
            problem = error
            sentences.add(str(error))
        came[type(problem).__name__] += 1
        if isinstance(problem, WorkspaceError) and can_help(problem, kept.path) and not number % RESCUED_OF:
            findings = examine(kept.path, problem)
            assert findings.copy is not None
            take_copy(findings)
            with Workspace.open(kept.path) as workspace, pytest.raises(RowsTaken) as taken:
                begin(workspace, kept.draft, [[row] for row in kept.taken])
            assert list(taken.value.rows) == kept.taken
            came["rescued"] += 1
            beginning = beside_it
        else:
            beginning = beside_it[2:]
        for each in beginning:
            shutil.rmtree(each)
            shutil.copytree(folder / "as_it_was" / each.name, each)
    assert all(sentence.endswith(".") and sentence.isprintable() for sentence in sentences)
    assert came["Damaged"] > FILES / 3
    assert came["rescued"] > 2
