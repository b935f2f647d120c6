"""The receipt: chunks that open into records with their evidence, given on as text and as files."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.receipts import Receipt, ReceiptRow, read_receipt
from leapgrid.drafting.receipts.model import ReceiptAttempt, ReceiptChunk, ReceiptIssue
from leapgrid.records import RowState, schema_for
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import GoToDraft, LookUpSent
from leapgrid.tui.receipt import (
    ReceiptTree,
    about_chunk,
    details_of_chunk,
    details_of_row,
    facts_of,
    said_of,
    trees,
)
from leapgrid.tui.receipts import MOST_COPIED, receipt_path, told_copied, with_receipt_suffix
from leapgrid.tui.screens.receipt import ReceiptScreen
from leapgrid.tui.screens.receipt_export import ReceiptExportScreen
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.workspace import Workspace
from tests.tui.harness import LARGE, NASTY, SIZES, HarnessApp, leads, until
from tests.workspace.support import begin, intend, result, server_issue

NOW = 1_774_345_651.0


def row(number: int, chunk: int, state: RowState = RowState.CREATED, **more: Any) -> ReceiptRow:
    known = {"evidence": "The server's answer.", "record": {"name": f"Lead {number}"}, **more}
    return ReceiptRow(number - 1, number, number + 1, chunk, 1 if chunk else 0, state, NOW, **known)


def receipt(
    *rows: ReceiptRow, chunks: int = 0, sections: tuple[ReceiptChunk, ...] = (), **more: Any
) -> Receipt:
    sizes = {number: sum(r.chunk == number for r in rows) for number in range(1, chunks + 1)}
    counts: dict[RowState, int] = {}
    for each in rows:
        counts[each.state] = counts.get(each.state, 0) + 1
    known: dict[str, Any] = {
        "submission": "S", "draft_id": "D", "draft": "leads.csv", "source": "/there/leads.csv",
        "object_slug": "lead", "origin": "https://app.superleap.dev", "profile": "acme", "who": "anna",
        "started_at": NOW, "finished_at": NOW + 9, "stopped": None, "message": "", "options": {},
        "counts": counts, "rows": rows,
        "chunks": sections or tuple(ReceiptChunk(number, "created", size) for number, size in sizes.items()),
    }  # fmt: skip
    return Receipt(**{**known, **more})


# -- lines ------------------------------------------------------------------------------------------------


def test_chunks_open_into_their_records_and_close_again() -> None:
    never = row(4, 0, RowState.READY)
    tree = ReceiptTree(receipt(row(1, 1), row(2, 1), row(3, 2), never, chunks=2))
    assert [tree.place(line) for line in range(len(tree))] == [(0, -1), (1, -1), (2, -1)]
    tree.toggle(0)
    assert [tree.place(line) for line in range(len(tree))] == [(0, -1), (0, 0), (0, 1), (1, -1), (2, -1)]
    found = [tree.row(line) for line in range(len(tree))]
    assert [each.number if each else None for each in found] == [None, 1, 2, None, None]
    tree.open_all()
    assert tree.all_open
    assert tree.row(len(tree) - 1) is never
    tree.open_all()
    assert len(tree) == 3
    assert tree.row(-1) is None
    assert tree.row(99) is None


def test_a_kind_shows_only_what_has_records_of_it_and_is_open() -> None:
    found = trees(receipt(row(1, 1), row(2, 1, RowState.REJECTED), row(3, 2), chunks=2))
    assert list(found) == ["all", "rejected", "created"]
    rejected = found["rejected"]
    assert len(rejected.sections) == 1
    assert [r.number for line in range(len(rejected)) if (r := rejected.row(line))] == [2]
    assert list(trees(receipt(row(1, 1), chunks=1))) == ["all"]


def test_a_hundred_thousand_records_open_at_once() -> None:
    rows = tuple(row(number, 1 + number // 100) for number in range(1, 100_001))
    began = time.process_time()
    tree = ReceiptTree(receipt(*rows, sections=_chunks(1001)))
    tree.open_all()
    assert tree.row(len(tree) - 1) is rows[-1]
    assert time.process_time() - began < 3.0
    began = time.process_time()
    for _ in range(20):
        tree.toggle(500)
        tree.row(50_000)
    assert time.process_time() - began < 0.5


def _chunks(count: int) -> tuple[ReceiptChunk, ...]:
    return tuple(ReceiptChunk(number, "created", 100) for number in range(1, count + 1))


CUT = ReceiptChunk(
    1,
    "unknown",
    9,
    attempts=(
        ReceiptAttempt(
            "A", 1, NOW, 0.4, None, "unknown", "cut",
            "The connection closed. These records may exist: look first.", "ab" * 32, 1200,
        ),
    ),
)  # fmt: skip


def test_what_is_said_of_a_chunk_and_a_record_is_whole_and_safe() -> None:
    attempt = ReceiptAttempt(
        "A", 1, NOW, 0.4, 400, "rejected", "refused", NASTY, "ab" * 32, 1200, request_id="req-7"
    )
    chunk = ReceiptChunk(3, "rejected", 9, purpose="rest", parent=1, attempts=(attempt, attempt))
    whole = receipt(row(1, 3, RowState.REJECTED, issues=(ReceiptIssue("email", NASTY, "x"),)))
    assert about_chunk(chunk) == "refused (400), what was good of chunk 1, 2 tries"
    said = details_of_chunk(whole, chunk)
    assert "answer 400 after 0.4 s, request req-7, 1,200 bytes, SHA-256 abababababababab…" in said
    assert said.isprintable()
    first = whole.rows[0]
    assert said_of(first).startswith("email: [/x]")
    words = details_of_row(whole, first)
    assert words.startswith("Row 1 (line 2 of the file), record 1 of chunk 3: rejected at ")
    assert words.isprintable()
    twice = row(2, 1, ids=("r1", "r2"), evidence="Found.")
    assert "duplicate suspected: r1, r2. Found." in details_of_row(whole, twice)
    assert "It never went out." in details_of_chunk(whole, ReceiptChunk(4, "released", 9))
    assert about_chunk(ReceiptChunk(4, "created", 9, parent=2)) == "created, part of chunk 2"
    assert about_chunk(ReceiptChunk(5, "created", 9, purpose="again")) == "created, sent later"


def test_a_chunk_that_was_settled_since_is_not_told_of_as_unknown() -> None:
    lost = replace(CUT, counts={RowState.UNKNOWN: 9})
    assert about_chunk(lost) == "unknown. The connection closed. These records may exist: look first."
    assert about_chunk(replace(CUT, counts={RowState.CREATED: 9})) == "settled since. The connection closed."


def test_the_facts_say_what_where_when_and_by_whom() -> None:
    facts = facts_of(receipt(row(1, 1), row(2, 1, RowState.UNKNOWN), stopped="auth", message="The key."))
    assert facts.title == "2 records"
    assert facts.trouble == "The key."
    assert [count[2:] for count in facts.counts] == [(1, "created"), (1, "unknown")]
    lines = dict(facts.lines)
    assert lines["to"] == "acme  app.superleap.dev, as lead"
    assert lines["from"] == "/there/leads.csv"
    assert lines["sent"].endswith("by anna")


def test_a_file_is_proposed_beside_the_records_and_its_ending_follows_the_form() -> None:
    path = receipt_path(receipt(draft="a/b", source=""), "html")
    assert path.parent == Path.cwd()
    assert path.name.startswith("a_b_receipt_2026-")
    assert path.suffix == ".html"
    assert with_receipt_suffix("/x/y.html", "csv") == "/x/y.csv"
    assert with_receipt_suffix("/x/y.zip", "csv") == "/x/y.zip"


# -- on the screen ----------------------------------------------------------------------------------------


def a_submission(space: Workspace) -> tuple[str, str]:
    """A draft, and its submission: a chunk created, one refused for its first record, one never sent."""
    draft = WorkingDraft.from_records(space, schema_for("lead"), "leads_march", leads(6))
    draft.close()
    submission = begin(space, draft.id, [[0, 1], [2, 3], [4, 5]])
    for number, rows, state in ((1, [0, 1], RowState.CREATED), (2, [2, 3], RowState.READY)):
        intent = intend(space, submission, number, rows)
        assert intent is not None
        came = result(intent, state, [server_issue(2, NASTY)] if state is RowState.READY else ())
        if state is RowState.READY:
            outcomes = dict(came.outcomes)
            outcomes[2] = _rejected(outcomes[2])
            came = _as_refused(came, outcomes)
        space.record_outcome(intent.attempt, came)  # type: ignore[union-attr]  # nobody else sends here
    space.finish_run(submission, "stopped", "Stopped by you.")
    return draft.id, submission


def _rejected(outcome: Any) -> Any:
    return replace(outcome, state=RowState.REJECTED)


def _as_refused(came: Any, outcomes: Any) -> Any:
    return replace(came, outcome="rejected", outcomes=outcomes, status=400)


async def shown(app: HarnessApp, pilot: Pilot[Any], space: Workspace, submission: str) -> ReceiptScreen:
    screen = ReceiptScreen(Desk(space), submission, {})
    await app.push_screen(screen)
    await until(pilot, lambda: screen.receipt is not None)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [*SIZES, (120, 34)])
async def test_it_is_walked_chunk_by_chunk_and_record_by_record(
    workspace: Workspace, size: tuple[int, int]
) -> None:
    draft, submission = a_submission(workspace)
    app = HarnessApp()
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        screen = await shown(app, pilot, workspace, submission)
        for words in ("6 records", "2 created", "1 rejected", "3 not sent", "Stopped by you.", submission):
            assert words in app.text
        assert [run.strip() for run in app.grounds("cell")] == ["chunk 1"]
        await pilot.press("down", "enter", "down")
        await pilot.pause()
        assert "Row 3, record 1 of chunk 2: rejected" in app.text
        assert "[/x] ␛]52" in app.text
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, TextPage))
        await pilot.pause()
        assert '"name": "Carl"' in app.text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("enter")
        await pilot.pause()
        assert [(m.draft_id, m.row_id, m.field) for m in app.asked if isinstance(m, GoToDraft)] == [
            (draft, 2, "name")
        ]
        await pilot.press("f")
        await pilot.pause()
        assert screen.kind == "rejected"
        assert "chunk 1 " not in app.text
        await pilot.press("f", "f", "f", "a", "end", "home", "r", "o")
        await pilot.pause()
        assert screen.kind == "all"
        assert not any(isinstance(m, LookUpSent) for m in app.asked)  # nothing of it is unknown
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)


async def test_it_is_copied_as_text(workspace: Workspace) -> None:
    _, submission = a_submission(workspace)
    app = HarnessApp()
    async with app.run_test(size=LARGE) as pilot:
        await shown(app, pilot, workspace, submission)
        await pilot.press("c")
        await until(pilot, lambda: bool(app.clipboard))
        await pilot.pause()
        assert "Chunk by chunk" in app.clipboard
        assert "\x1b" not in app.clipboard
        assert told_copied(1)[:40] in app.text
    assert "more than terminals take" in told_copied(MOST_COPIED + 1)


@pytest.mark.parametrize(("downs", "ending"), [(0, ".html"), (1, ".txt"), (2, ".json"), (3, ".csv")])
async def test_it_is_written_in_every_form(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, downs: int, ending: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _, submission = a_submission(workspace)
    app = HarnessApp()
    async with app.run_test(size=LARGE) as pilot:
        screen = await shown(app, pilot, workspace, submission)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ReceiptExportScreen))
        await pilot.press(*["down"] * downs, "enter")
        await until(pilot, lambda: app.screen is screen)
        await pilot.pause()
        written = only(tmp_path)
        assert written.suffix == ending
        assert written.name in app.text
        text = written.read_text("utf-8")
        assert submission in text or ending == ".csv"
        if ending == ".json":
            assert len(json.loads(text)["rows"]) == 6
        # Once more: it is not written over without a word.
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ReceiptExportScreen))
        await pilot.press(*["down"] * downs, "enter")
        await until(pilot, lambda: "exists already" in app.text)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)


def only(folder: Path) -> Path:
    (found,) = folder.glob("leads_march_receipt_*")
    return found


async def test_one_that_is_gone_is_a_sentence(workspace: Workspace) -> None:
    app = HarnessApp()
    async with app.run_test(size=LARGE) as pilot:
        screen = ReceiptScreen(Desk(workspace), "01ARZ3NDEKTSV4RRFFQ69G5FAV", {})
        await app.push_screen(screen)
        await until(pilot, lambda: "not in the workspace any more" in app.text)
        await pilot.press("enter", "a", "f", "e", "c", "p", "o", "r")
        await pilot.pause()
        assert app.screen is screen
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)


def test_it_reads_what_was_written(workspace: Workspace) -> None:
    _, submission = a_submission(workspace)
    found = read_receipt(workspace, submission)
    assert found.records == 6
    assert sum(found.counts.values()) == 6
