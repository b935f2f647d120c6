"""The start screen: drafts with what matters of them, ways to begin, and removing that asks once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.records import RowState, schema_for
from leapgrid.tui.desk import Desk
from leapgrid.tui.drafts import day_words, draft_state, removal_words
from leapgrid.tui.messages import AskForFile, NewDraft, OpenDraft, SampleLeads
from leapgrid.tui.screens.start import BEGINNINGS, StartScreen
from leapgrid.workspace import DraftSummary, Workspace
from tests.tui.harness import NASTY, SIZES, HarnessApp, leads, until, workspace

NOW = datetime(2026, 3, 19, 12, 0).timestamp()


def summary(errors: int | None = None, **counts: int) -> DraftSummary:
    states = {RowState(name): number for name, number in counts.items()}
    return DraftSummary("ID", "leads_march", "lead", "", NOW, NOW, sum(counts.values()), errors, states)


def keep(space: Workspace, name: str, count: int = 3) -> str:
    draft = WorkingDraft.from_records(space, schema_for("lead"), name, leads(count))
    draft.close()
    return draft.id


async def begun(app: HarnessApp, pilot: object, desk: Desk, drafts: int) -> StartScreen:
    screen = StartScreen(desk, {})
    await app.push_screen(screen)
    await until(pilot, lambda: len(screen.list.drafts) == drafts)  # type: ignore[arg-type]  # a Pilot of this app
    return screen


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (summary(ready=12, rejected=3), ("✗", 3, "rejected", 12)),
        (summary(errors=2, ready=27), ("!", 2, "errors", 27)),
        (summary(errors=1, ready=1), ("!", 1, "error", 1)),
        (summary(unknown=12, rejected=1), ("?", 12, "unknown", 0)),
        (summary(sending=4, unknown=12), (">", 4, "sending", 0)),
        (summary(created=1200, already_there=4), ("✓", 1204, "created", 0)),
        (summary(), ("", 0, "", 0)),
    ],
)
def test_what_needs_a_person_most_is_said(given: DraftSummary, shown: tuple[str, int, str, int]) -> None:
    state = draft_state(given)
    assert (state.sign, state.number, state.word, state.not_sent) == shown


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 19, 10, 42), "10:42"),
        (datetime(2026, 3, 18, 23, 59), "yesterday"),
        (datetime(2026, 3, 12, 8, 0), "12 March"),
        (datetime(2025, 12, 31, 8, 0), "31 December 2025"),
    ],
)
def test_a_day_is_said_as_one_would(moment: datetime, words: str) -> None:
    assert day_words(moment.timestamp(), NOW) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (summary(ready=12), 'Press Del again to remove "leads_march" and its 12 unsent records.'),
        (summary(created=3), 'Press Del again to remove "leads_march".'),
        (summary(unknown=2), 'Press Del again to remove "leads_march" and its 2 unknown records.'),
        (
            summary(ready=1, rejected=3, sending=4),
            'Press Del again to remove "leads_march" and its 4 being sent, 3 rejected and 1 unsent record.',
        ),
    ],
)
def test_what_removing_takes_away_is_said(given: DraftSummary, words: str) -> None:
    assert removal_words(given) == words


@pytest.mark.parametrize("size", SIZES)
async def test_the_cursor_goes_over_drafts_and_beginnings_and_enter_acts(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        older, newer = keep(space, "first list"), keep(space, "second list")
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            await begun(app, pilot, Desk(space), 2)
            await pilot.pause()
            for words in ("Go on with", "first list", "3 not sent", "New leads", "Nothing leaves this"):
                assert words in app.text
            assert [run.strip() for run in app.grounds("cell")] == ["second list"]
            await pilot.press("enter", "down", "enter", "down", "enter", "down", "enter", "down", "enter")
            await pilot.pause()
            assert [type(m) for m in app.asked] == [OpenDraft, OpenDraft, NewDraft, AskForFile, SampleLeads]
            assert [m.draft_id for m in app.asked if isinstance(m, OpenDraft)] == [newer, older]
            assert [run.strip() for run in app.grounds("cell")] == ["Try it with sample leads"]


async def test_letters_act_at_once_wherever_the_cursor_is(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await begun(app, pilot, Desk(space), 0)
            assert "Go on with" not in app.text
            await pilot.press("d", "O", "N", "ctrl+o")
            await pilot.pause()
            assert [type(m) for m in app.asked] == [SampleLeads, AskForFile, NewDraft, AskForFile]


async def test_removing_asks_once_and_another_key_takes_the_question_back(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        keep(space, "first list")
        keep(space, "second list")
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            screen = await begun(app, pilot, Desk(space), 2)
            asks = 'Press Del again to remove "second list" and its 3 unsent records.'
            await pilot.press("delete")
            await pilot.pause()
            assert asks in app.text
            await pilot.press("down", "up")
            await pilot.pause()
            assert asks not in app.text
            await pilot.press("delete", "escape")
            await pilot.pause()
            assert asks not in app.text
            await pilot.press("delete")
            await pilot.pause()
            assert len(space.drafts()) == 2
            await pilot.press("delete")
            await until(pilot, lambda: len(screen.list.drafts) == 1)
            assert [d.name for d in space.drafts()] == ["first list"]


async def test_many_drafts_scroll_and_hostile_names_are_only_shown(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        for i in range(40):
            keep(space, f"list {i}" if i else NASTY, 1)
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            screen = await begun(app, pilot, Desk(space), 40)
            await pilot.press("end")
            await pilot.pause()
            assert "Try it with sample leads" in app.text
            await pilot.press(*["up"] * len(BEGINNINGS))
            await pilot.pause()
            assert screen.list.draft is not None
            assert "[/x] ␛]52" in app.text
            await pilot.press("home")
            await pilot.pause()
            assert "Go on with" in app.text


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)])
async def test_large_counts_and_long_days_are_whole_beside_small_ones(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    old = datetime(2025, 9, 30, 8, 0).timestamp()
    large = summary(errors=1_000_000, ready=1_000_000)
    drafts = [
        large._replace(name="million_rows.csv", updated_at=old),
        summary(ready=12, rejected=3)._replace(name="small.csv", updated_at=old),
    ]
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size) as pilot:
            screen = await begun(app, pilot, Desk(space), 0)
            await app.workers.wait_for_complete()  # the drafts of the workspace, of which there are none
            screen.list.show(drafts)
            await pilot.pause()
            lines = [" ".join(line.split()) for line in app.text.splitlines()]
            assert any(
                "million_r" in line
                and line.endswith("! 1,000,000 errors 1,000,000 not sent 30 September 2025")
                for line in lines
            ), app.text
            assert any("small.csv ✗ 3 rejected 12 not sent 30 September 2025" in line for line in lines)
            assert "CSV, Excel, ODS, JSON, JSONL, curl" in app.text
            first, second = (line for line in app.text.splitlines() if "not sent" in line)
            assert first.index("not sent") == second.index("not sent")
