"""The history: days and reasons as bars, submissions as lines, and what its keys lead to."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.history import HistoryDay, HistoryLine, RefusalReason, read_history
from leapgrid.records import RowState, schema_for
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.desk import Desk
from leapgrid.tui.history import (
    SentLine,
    day_bars,
    fitting_lines,
    moment_words,
    portions,
    reason_bars,
    sent_line,
    target_words,
)
from leapgrid.tui.screens.export import ExportScreen
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.history import HistoryScreen
from leapgrid.tui.screens.receipt import ReceiptScreen
from leapgrid.tui.sent import Waiting, about_line
from leapgrid.workspace import Intent, SentRow, Workspace
from tests.tui.conftest import WIDE, Start
from tests.tui.harness import LARGE, NASTY, SIZES, SMALL, HarnessApp, leads, until
from tests.workspace.support import begin, intend, result, server_issue
from tests.workspace.support import sent as sent_in

NOW = datetime(2026, 3, 24, 10, 50).timestamp()
REFUSED = {"name": "Mallory", "email": "mallory@mailinator.com"}


def line_of(**given: object) -> SentLine:
    counts = {RowState(name): number for name, number in given.pop("counts", {}).items()}  # type: ignore[attr-defined]  # a dict
    known: dict[str, object] = {
        "id": "S", "draft_id": "D", "draft": "leads_march.csv", "source": "/there/leads_march.csv",
        "object_slug": "lead", "origin": "https://app.superleap.dev", "profile": "acme", "who": "anna",
        "started_at": NOW - 180, "finished_at": NOW - 142, "records": sum(counts.values()),
    }  # fmt: skip
    return sent_line(HistoryLine(counts=counts, **{**known, **given}), NOW)  # type: ignore[arg-type]  # its fields


def day(number: int, **counts: int) -> HistoryDay:
    return HistoryDay(date(2026, 3, number), {RowState(name): many for name, many in counts.items()})


# -- words ------------------------------------------------------------------------------------------------


def test_days_are_bars_in_the_colours_of_their_states_and_empty_weekends_are_left_out() -> None:
    days = [day(20, created=240, rejected=9), day(21), day(22), day(23), day(24, already_there=1, sending=2)]
    bars = day_bars(days, 7)
    assert [(bar.label, bar.records) for bar in bars] == [
        ("Fri 20 March", 249),
        ("Mon 23 March", 0),
        ("Tue 24 March", 3),
    ]
    assert bars[0].parts == (("created", 240), ("error", 9))
    assert bars[2].parts == (("created", 1), ("unknown", 2))
    assert [bar.label for bar in day_bars(days, 2, short=True)] == ["Mon 23 Mar", "Tue 24 Mar"]


def test_a_long_time_without_anything_is_one_line() -> None:
    days = [day(2, created=5), *(day(number) for number in range(3, 24)), day(24, created=1)]
    assert [(bar.label, bar.records) for bar in day_bars(days, 7)] == [
        ("Mon 2 March", 5),
        ("15 days", 0),
        ("Tue 24 March", 1),
    ]
    assert day_bars((), 7) == ()


@pytest.mark.parametrize(
    ("numbers", "cells", "sizes"),
    [
        ([410, 21, 12], 34, [31, 2, 1]),
        ([1, 0, 1], 10, [5, 0, 5]),
        ([1_000_000, 1], 20, [19, 1]),
        ([0, 0], 5, [0, 0]),
        ([3, 2, 1], 2, [1, 1, 1]),
    ],
)
def test_a_bar_has_a_cell_for_everything_that_there_is(
    numbers: list[int], cells: int, sizes: list[int]
) -> None:
    assert portions(numbers, cells) == sizes


def test_reasons_for_which_there_is_no_room_are_counted_together() -> None:
    reasons = [
        RefusalReason("email", "invalid", 24),
        RefusalReason("phone", NASTY, 9),
        RefusalReason("", "", 1),
    ]
    assert [bar[:] for bar in reason_bars(reasons, 3)][0::2] == [
        ("email", "invalid", 24),
        ("", "no reason given", 1),
    ]
    assert reason_bars(reasons, 2)[1] == ("", "2 other reasons", 10)
    assert reason_bars(reasons, 3)[1].message.isprintable()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 24, 9, 15), "today 09:15"),
        (datetime(2026, 3, 23, 16, 2), "23 March 16:02"),
        (datetime(2026, 1, 23, 16, 2), "23 Jan 16:02"),
        (datetime(2025, 9, 30, 8, 0), "30 Sep 2025"),
    ],
)
def test_a_moment_has_at_most_fourteen_cells(moment: datetime, words: str) -> None:
    assert moment_words(moment.timestamp(), NOW) == words
    assert len(words) <= 14


def test_where_records_went_is_said_by_the_name_that_people_know() -> None:
    assert target_words("https://app.superleap.dev", "acme") == ("acme", "app.superleap.dev")
    assert target_words("http://127.0.0.1:8001", "") == ("sandbox", "127.0.0.1:8001")
    assert target_words("https://app.superleap.dev/", "") == ("", "app.superleap.dev")


def test_a_filter_needs_every_word_and_knows_what_needs_a_person() -> None:
    lines = (
        line_of(counts={"created": 3, "unknown": 1}),
        line_of(id="T", draft="köln.csv", source="köln.csv", who="bo"),
    )
    assert [line.id for line in fitting_lines(lines, "")] == ["S", "T"]
    assert [line.id for line in fitting_lines(lines, "KÖLN acme")] == ["T"]
    assert [line.id for line in fitting_lines(lines, "unknown anna today")] == ["S"]
    assert fitting_lines(lines, "unknown bo") == ()


def test_the_line_below_says_what_needs_a_person_first() -> None:
    unknown = line_of(counts={"created": 3, "rejected": 1, "unknown": 12})
    at = datetime(2026, 3, 24, 10, 47, 31).timestamp()
    row = SentRow(1, "A", "S", 5, 1, None, "https://x", "lead", at, None)
    said = about_line(unknown, Waiting.of([row] * 12))
    assert (said.sign, said.where) == ("?", "12 records of chunk 5")
    assert said.sentence == "were sent at 10:47:31 and no answer came. They may exist."
    assert said.key == ("R", "Look them up")
    assert about_line(line_of(counts={"unknown": 1})).sentence.startswith("was sent")
    assert about_line(line_of(counts={"rejected": 2})).key == ("E", "Export")
    assert about_line(line_of(counts={"created": 2}, stopped="x", message="The key.")).sentence == "The key."
    assert about_line(line_of(counts={"created": 2})).sentence == "Sent by anna in 38 s."
    assert about_line(line_of(counts={"sending": 2}, running=True)).sign == ">"
    assert about_line(line_of(counts={"ready": 2}, open=True)).key == ("O", "Open the draft")


# -- what the workspace gives -----------------------------------------------------------------------------


def a_draft(space: Workspace, name: str = "leads_march.csv", count: int = 6) -> str:
    draft = WorkingDraft.from_records(space, schema_for("lead"), name, leads(count))
    draft.close()
    return draft.id


def test_what_was_refused_only_with_others_is_counted_once(workspace: Workspace) -> None:
    draft = a_draft(workspace)
    refused = begin(workspace, draft, [[0, 1]])
    intent = intend(workspace, refused, 1, [0, 1])
    assert isinstance(intent, Intent)
    together = replace(result(intent, RowState.READY), outcome="rejected")
    workspace.record_outcome(intent.attempt, together)
    workspace.finish_run(refused)
    sent_in(workspace, draft, [0, 1], RowState.CREATED)
    sent_in(workspace, draft, [2], RowState.REJECTED, issues=[server_issue(2)])
    view = read_history(workspace)
    assert (len(view.lines), view.records, view.refused) == (3, 3, 1)  # not 5
    last = view.lines[0]
    assert (last.records, dict(last.counts)) == (1, {RowState.REJECTED: 1})
    assert [(r.field, r.message, r.count) for r in view.reasons] == [("name", "refused", 1)]
    assert read_history(workspace, now=time.time() + 40 * 86400).older == 3
    assert read_history(workspace, origin="https://elsewhere").lines == ()


# -- on the screen ----------------------------------------------------------------------------------------


async def shown(app: HarnessApp, pilot: object, desk: Desk) -> HistoryScreen:
    screen = HistoryScreen(desk, {})
    await app.push_screen(screen)
    await until(pilot, lambda: screen.view is not None)  # type: ignore[arg-type]  # a Pilot of this app
    await pilot.pause()  # type: ignore[attr-defined]  # the same
    return screen


@pytest.mark.parametrize("size", [*SIZES, (120, 34)])
async def test_it_fits_every_window_with_one_bright_thing(
    workspace: Workspace, size: tuple[int, int]
) -> None:
    draft = a_draft(workspace, NASTY)
    sent_in(workspace, draft, [0, 1], RowState.CREATED)
    sent_in(workspace, draft, [2], RowState.REJECTED, issues=[server_issue(2, NASTY)])
    app = HarnessApp()
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await shown(app, pilot, Desk(workspace))
        for words in (
            "History",
            "sandbox",
            "Records sent a day",
            "Why records were refused",
            "1 of 3 records refused",
        ):
            assert words in app.text
        assert [run.strip()[:5] for run in app.grounds("cell")] == ["today"]
        assert "[/x] ␛]52" in app.text
        await pilot.press("down", "down", "end", "home", "pagedown")
        await pilot.pause()
        assert len(app.grounds("cell")) == 1
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert "today" in app.text


@pytest.mark.parametrize(("size", "word"), [(SMALL, "unsent"), (LARGE, "not sent")])
async def test_the_numbers_of_a_submission_add_up(
    workspace: Workspace, size: tuple[int, int], word: str
) -> None:
    app = HarnessApp()
    async with app.run_test(size=size) as pilot:
        screen = await shown(app, pilot, Desk(workspace))
        screen.table.show((line_of(counts={"created": 200, "ready": 30, "queued": 20}),), 0)
        screen.head.repaint()
        await pilot.pause()
        assert word in app.text
        line = next(line for line in app.text.splitlines() if "leads_m" in line)
        assert [words for words in line.split() if words in ("250", "200", "-", "50")] == [
            "250",
            "200",
            "-",
            "-",
            "50",
        ]
        screen.table.show((line_of(counts={"created": 200}),), 0)
        assert screen.table.columns.unsent == screen.table.columns.skipped == 0


async def test_nothing_sent_is_a_sentence_and_no_empty_panels(workspace: Workspace) -> None:
    app = HarnessApp()
    async with app.run_test(size=SMALL) as pilot:
        await shown(app, pilot, Desk(workspace))
        assert "Nothing was sent yet." in app.text
        assert "sent a day" not in app.text
        assert "Filter" not in app.text
        await pilot.press("enter", "o", "r", "e", "f")
        await pilot.pause()
        assert isinstance(app.screen, HistoryScreen)


async def test_typing_filters_and_escape_gives_all_back(workspace: Workspace) -> None:
    for row, name in enumerate(("one.csv", "two.csv")):
        sent_in(workspace, a_draft(workspace, name), [row], RowState.CREATED)
    app = HarnessApp()
    async with app.run_test(size=LARGE) as pilot:
        screen = await shown(app, pilot, Desk(workspace))
        assert len(screen.table.lines) == 2
        await pilot.press("f", *"two")
        await pilot.pause()
        assert [line.file for line in screen.table.lines] == ["two.csv"]
        await pilot.press("x", "enter")
        await pilot.pause()
        assert 'Nothing here has "twox". Esc shows all.' in app.text
        await pilot.press("escape")
        await pilot.pause()
        assert len(screen.table.lines) == 2
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)


async def test_what_is_older_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    now = [time.time() - 90 * 86400]
    with Workspace.open(None, data_dir=tmp_path, clock=lambda: now[0]) as space:
        sent_in(space, a_draft(space, "old.csv"), [0], RowState.CREATED)
        now[0] = time.time()
        sent_in(space, a_draft(space, "new.csv"), [1], RowState.UNKNOWN)
        app = HarnessApp()
        async with app.run_test(size=LARGE) as pilot:
            screen = await shown(app, pilot, Desk(space))
            await until(pilot, lambda: "1 record of chunk 1" in app.text)
            assert "1 more from before" in app.text
            await pilot.press("end", "enter")
            await until(pilot, lambda: len(screen.table.lines) == 2)
            await pilot.pause()
            assert "old.csv" in app.text
            assert "more from before" not in app.text


async def test_of_two_thousand_submissions_only_those_in_sight_are_drawn(workspace: Workspace) -> None:
    app = HarnessApp()
    async with app.run_test(size=LARGE) as pilot:
        screen = await shown(app, pilot, Desk(workspace))
        many = tuple(line_of(id=f"S{at}", draft=f"file {at}", counts={"created": at}) for at in range(2000))
        screen.lines = many
        screen.table.show(many, 0)
        began = time.process_time()
        await pilot.press(*["down"] * 20, "end", "pageup", "home")
        await pilot.pause()
        assert time.process_time() - began < 2.0
        assert "file 0 " in app.text


# -- in the app -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_from_the_grid_to_the_receipt_and_back_to_the_refused_cell(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size, [REFUSED, *leads(2)]) as ui:
        await ui.send()
        await ui.until(lambda: not ui.session.is_sending)
        if isinstance(ui.app.screen, GridScreen):
            await ui.press("escape")
        else:
            await ui.press("escape", "escape")
        await ui.press("slash", "r")
        await ui.sees("History", "leads.json", "1 record was refused")
        await ui.press("enter")
        await ui.sees("Receipt", "chunk 1")
        assert isinstance(ui.app.screen, ReceiptScreen)
        await ui.press("a")
        await ui.sees("Mallory")
        await ui.until(lambda: ui.app.screen.list.at >= 0)  # type: ignore[attr-defined]  # a receipt's
        await ui.press("down", "enter")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert ui.cursor == (1, "email")


async def test_another_draft_is_opened_and_its_rejected_rows_are_exported_without_that(
    start: Start,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    async with start(WIDE, [REFUSED, *leads(1)]) as ui:
        await ui.send()
        first = ui.session.draft.id
        await ui.press("escape", "slash", "z")
        await ui.sees("Go on with", "History")
        await ui.press("h")
        await ui.sees("Records sent a day", "leads.json")
        await ui.press("e")
        await ui.until(lambda: isinstance(ui.app.screen, ExportScreen))
        assert ui.app.desk.session is None
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, HistoryScreen))
        await ui.press("o")
        await ui.until(lambda: isinstance(ui.app.screen, GridScreen))
        assert ui.session.draft.id == first


async def test_what_is_unknown_is_looked_up_from_the_history(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-after@1", "lookup:error-500")
    records = [{**lead, "external_id": f"EXT-{number}"} for number, lead in enumerate(leads(2))]
    async with start(WIDE, records) as ui:
        await ui.send()
        await ui.sees("2 unknown")
        sandbox.set_fault()
        await ui.press("escape", "slash", "z")
        await ui.sees("Go on with")
        await ui.press("h")
        await ui.sees("2 records of chunk 1", "no answer came. They may exist.", "R Look them up")
        await ui.press("r")
        await ui.until(lambda: ui.app.desk.session is not None)
        await ui.until(lambda: ui.states() == [RowState.CREATED] * 2)
        assert len(ui.creates) == 1
        await ui.press("escape", "slash", "r")
        await ui.sees("History", "leads.json")
        await ui.until(lambda: "unknown" not in ui.text)
        await ui.press("enter")
        await ui.sees("Receipt", "2 created")
        await ui.press("a")
        await ui.sees("looked up")
