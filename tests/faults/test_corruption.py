"""Bits flip, pages vanish, files are cut: a sentence each time, and never a body that was not sent so."""

from __future__ import annotations

import random
from pathlib import Path

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import JournalEntry, Workspace, WorkspaceError
from tests.workspace.support import begin, intend, make_draft, sent, server_issue

MUTATIONS = 150


def build(path: Path) -> None:
    with Workspace.open(path) as workspace:
        draft = make_draft(workspace)
        workspace.append_entries(draft, [JournalEntry("do", "Type", {"n": n}) for n in range(40)])
        sent(workspace, draft, [0, 1], RowState.CREATED)
        sent(workspace, draft, [2], RowState.REJECTED, issues=[server_issue(2)])
        sent(workspace, draft, [3], RowState.UNKNOWN)
        intend(workspace, begin(workspace, draft, [[4]]), 1, [4])


def mutate(data: bytes, rng: random.Random) -> bytes:
    spoiled = bytearray(data)
    how = rng.choice(["flip", "flips", "zero", "cut", "noise"])
    at = rng.randrange(len(data))
    if how == "flip":
        spoiled[at] ^= 1 << rng.randrange(8)
    elif how == "flips":
        for _ in range(20):
            spoiled[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif how == "zero":
        spoiled[at : at + 512] = bytes(len(spoiled[at : at + 512]))
    elif how == "cut":
        del spoiled[at:]
    else:
        spoiled[at : at + 16] = rng.randbytes(len(spoiled[at : at + 16]))
    return bytes(spoiled)


def use(path: Path) -> None:
    """Everything that a start does."""
    with Workspace.open(path) as workspace:
        for draft in workspace.drafts():
            stored = workspace.load_draft(draft.id)
            for outcome in stored.outcomes.values():
                assert outcome.sent is None or set(outcome.sent) == {"name"}
                assert outcome.sent is None or outcome.sent["name"] in (
                    "Anna",
                    "Bert",
                    "Carl",
                    "Dora",
                    "Emil",
                )
            for submission in workspace.submissions(draft.id):
                workspace.attempts(submission.id)


def test_a_damaged_file_is_a_sentence(path: Path) -> None:
    build(path)
    data, rng = path.read_bytes(), random.Random(7)
    sentences: list[str] = []
    for _ in range(MUTATIONS):
        path.write_bytes(mutate(data, rng))
        try:
            use(path)
        except WorkspaceError as error:
            sentences.append(str(error))
    assert 0 < len(sentences) < MUTATIONS
    assert all(sentence.endswith(".") and sentence.isprintable() for sentence in sentences)
