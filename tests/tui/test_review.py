"""Review & send: what is said of a plan, and that Enter sends once, where it may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leapgrid.drafting.lookable import Lookable, lookable
from leapgrid.records import set_cell
from leapgrid.submit import LeftOut, Plan, SubmitOptions
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.messages import SendPlan
from leapgrid.tui.review import ReviewState
from leapgrid.tui.review_lines import review_lines
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.tui.session import Changed
from leapgrid.tui.text import Part, width_of
from leapgrid.tui.theming import load_themes
from leapgrid.workspace import OpenSubmission, RefusalRule, Rule
from tests.tui.harness import (
    NASTY,
    PRODUCTION,
    SANDBOX,
    SIZES,
    HarnessApp,
    answer,
    begin,
    desk_with,
    finish,
    leads,
    until,
    workspace,
)

BAD = {"name": "Carla", "email": "carla@"}
PALETTE = load_themes()[0]["dark"]


async def shown(app: HarnessApp, pilot: object, desk: Desk) -> ReviewScreen:
    screen = ReviewScreen(desk, {})
    await app.push_screen(screen)
    await until(pilot, lambda: screen.state is not None and screen.focused is not None)  # type: ignore[arg-type]  # a Pilot of this app
    return screen


def sent_by(app: HarnessApp) -> list[SendPlan]:
    return [m for m in app.asked if isinstance(m, SendPlan)]


@pytest.mark.parametrize("size", SIZES)
async def test_enter_sends_what_is_shown_exactly_once(tmp_path: Path, size: tuple[int, int]) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, [*leads(12), BAD])
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = await shown(app, pilot, desk)
            await pilot.pause()
            for words in ("Review & send", "12", "records", "Left out", "with errors", "127.0.0.1:8001"):
                assert words in app.text
            assert "POST /api/v1/org/objects/lead/record/bulk_create" in app.text
            assert "1 chunk of at most 100, one at a time." in app.text
            assert [run.strip() for run in app.grounds("cell")] == ["Send 12"]
            await pilot.press("enter", "enter", "enter")
            screen.action_send()
            await pilot.pause()
            (message,) = sent_by(app)
            assert message.plan.records == 12
            assert message.options == desk.options


async def test_a_plan_of_many_records_is_made_beside_the_loop_and_then_shown(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await shown(app, pilot, desk_with(space, leads(2500)))
            assert screen.focused is screen.send
            await until(pilot, lambda: "Send 2,500" in app.text)
            assert "25 chunks of at most 100" in app.text


async def test_back_has_no_part_in_sending(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await shown(app, pilot, desk_with(space, leads(2)))
            await pilot.press("tab")
            await pilot.pause()
            assert [run.strip() for run in app.grounds("cell")] == ["Back"]
            await pilot.press("enter")
            await until(pilot, lambda: app.screen is not screen)
            assert sent_by(app) == []


@pytest.mark.parametrize("size", SIZES)
async def test_production_wants_its_name_before(tmp_path: Path, size: tuple[int, int]) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, leads(3), PRODUCTION)
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = await shown(app, pilot, desk)
            await pilot.pause()
            assert "This writes to production." in app.text
            assert "Tab, then type acme to send." in app.text
            assert [run.strip() for run in app.grounds("cell")] == ["Back"]
            screen.action_send()
            await pilot.press("tab", "a", "c", "m", "enter")
            await pilot.pause()
            assert sent_by(app) == []
            assert screen.focused is screen.name_field
            assert "The name does not match. Type acme to send." in app.text
            assert not screen.can("send")
            # D, 1, P, C and L are letters of a name here
            await pilot.press("d", "1", "p", "c", "l")
            await pilot.pause()
            assert app.screen is screen
            await pilot.press(*["backspace"] * 5, "e")
            await pilot.pause()
            assert screen.can("send")
            await pilot.press("tab")
            await pilot.pause()
            assert [run.strip() for run in app.grounds("cell")] == ["Send 3"]
            await pilot.press("enter")
            await pilot.pause()
            assert len(sent_by(app)) == 1


async def test_the_first_thing_of_production_is_a_way_back(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await shown(app, pilot, desk_with(space, leads(3), PRODUCTION))
            await pilot.press("enter")
            await until(pilot, lambda: app.screen is not screen)
            assert sent_by(app) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((80, 24), "Dry run, nothing was sent: 12 records in 1 chunk would go to 127.0.0.1:8001."),
        ((100, 30), "Dry run: 12 records in 1 chunk would be sent to 127.0.0.1:8001. Nothing was sent."),
    ],
)
async def test_a_dry_run_says_what_would_be_and_sends_nothing(
    tmp_path: Path, size: tuple[int, int], said: str
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=size) as pilot:
            await shown(app, pilot, desk_with(space, leads(12)))
            await pilot.press("d")
            await until(pilot, lambda: said in app.text)
            assert sent_by(app) == []


async def test_the_first_record_only_and_all_again(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(140, 40)) as pilot:
            screen = await shown(app, pilot, desk_with(space, leads(12)))
            await pilot.press("1")
            await until(pilot, lambda: "Send 1 " in app.text)
            assert "after the first record" in app.text
            await pilot.press("1")
            await until(pilot, lambda: "Send 12" in app.text)
            await pilot.press("1")
            await until(pilot, lambda: screen.options.first)
            await pilot.press("enter")
            await pilot.pause()
            (message,) = sent_by(app)
            assert (message.plan.records, message.options.first) == (1, True)


@pytest.mark.parametrize(
    ("key", "heading", "holds"),
    [
        ("p", "Payload", '"email": "lead1@firm.com"'),
        ("c", "curl", "Authorization: Bearer $LEAPGRID_TOKEN"),
    ],
)
async def test_pages_of_text_open_and_close_again(tmp_path: Path, key: str, heading: str, holds: str) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(140, 40), notifications=True, tooltips=True) as pilot:
            screen = await shown(app, pilot, desk_with(space, [*leads(2), BAD]))
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, TextPage))
            await pilot.pause()
            assert heading in app.text
            assert holds in app.text
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is screen)


@pytest.mark.parametrize(
    ("records", "link", "said"),
    [
        ([BAD], SANDBOX, "Nothing to send: 1 row has errors. F4 goes to the first."),
        ([], SANDBOX, "Nothing to send: there is no record yet. Type one, or open a file."),
        (leads(2), None, "Not connected. Nothing leaves this computer."),
    ],
)
async def test_where_nothing_can_be_sent_it_says_why(
    tmp_path: Path, records: list[dict[str, str]], link: Link | None, said: str
) -> None:
    with workspace(tmp_path) as space:
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            screen = await shown(app, pilot, desk_with(space, records, link))
            await pilot.pause()
            assert said in app.text
            assert not screen.can("send")
            assert [run.strip() for run in app.grounds("cell")] == ["Back"]
            screen.action_send()
            await pilot.press("enter")
            await pilot.pause()
            assert sent_by(app) == []


async def test_f4_goes_to_the_first_issue_on_the_screen_below(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, [*leads(3), BAD])
        assert desk.session is not None
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            grid = GridScreen(desk, desk.session, {})
            await app.push_screen(grid)
            await shown(app, pilot, desk)
            await pilot.press("f4")
            await until(pilot, lambda: app.screen is grid and grid.grid.row == 3)
            assert grid.field == "email"


async def test_nothing_is_sent_before_everything_is_checked(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, leads(2))
        assert desk.session is not None
        desk.session.checking = (4, 12)
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await shown(app, pilot, desk)
            assert "still being checked: 4 of 12 cells" in app.text
            assert not screen.can("send")
            desk.session.tell(Changed(checked=(12, 12)))
            await until(pilot, lambda: screen.can("send"))
            assert [run.strip() for run in app.grounds("cell")] == ["Send 2"]


async def test_after_a_refusal_only_what_was_edited_goes(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, leads(4))
        session = desk.session
        assert session is not None
        chunks = begin(session)
        refused = {1: ("email", "bad"), 2: ("email", "bad")}
        answer(session, next(chunks), ChunkOutcome.REJECTED, refused)
        finish(session)
        session.apply(set_cell(0, "email", "better@firm.com"), "Edit")
        app = HarnessApp()
        async with app.run_test(size=(140, 40)) as pilot:
            screen = await shown(app, pilot, desk)
            await pilot.pause()
            for words in ("rejected, edited since", "created before", "rejected and not edited since"):
                assert words in app.text
            assert screen.state is not None
            assert screen.state.plan.rows == (0,)


async def test_hostile_names_are_drawn_and_nothing_acts(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        link = replace(PRODUCTION, profile=NASTY)
        records = [{"name": NASTY, "email": "a@firm.com"}, {"name": NASTY, "email": "b@"}]
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            await shown(app, pilot, desk_with(space, records, link, name=NASTY))
            assert "[/x] ␛]52" in app.text
            for key in ("p", "escape", "l", "escape", "c"):
                await pilot.press(key)
                await pilot.pause()
                assert "Review" in app.text or "[/x] ␛]52" in app.text or "u001b]52" in app.text


@pytest.mark.parametrize("width", [60, 80, 90, 100, 140, 200])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    left = {reason: tuple(range(12_345)) for reason in LeftOut}
    plan = Plan(left_out=left, ready=10_000, warnings=3, edited=2, invalid=1)
    for options in (SubmitOptions(), SubmitOptions(first=True, parallel=3)):
        state = ReviewState(plan, options, "lead" * 40, SANDBOX, "")
        for line in review_lines(state, width, PALETTE):
            assert width_of(line) <= width


# -- what comes after ---------------------------------------------------------------------------------------


def words_of(state: ReviewState, width: int = 80) -> str:
    return "\n".join("".join(text for text, _ in line) for line in review_lines(state, width, PALETTE))


def going(tmp_path: Path, records: list[dict[str, str]], **others: object) -> ReviewState:
    with workspace(tmp_path) as space:
        session = desk_with(space, records).session
        assert session is not None
        plan = session.plan(SubmitOptions())
        found = lookable(session.draft, plan.rows)()
    state = ReviewState(plan, SubmitOptions(), "lead", replace(SANDBOX, sandbox=False), "", look_ups=found)
    return replace(state, **others)  # type: ignore[arg-type]  # fields of it


@pytest.mark.parametrize(
    ("rule", "way", "what", "known"),
    [
        (None, "auto", "wait for you", "Not yet known what this host does."),
        (Rule.PROVEN, "auto", "go again by themselves", "This host stores nothing of a refused chunk."),
        (Rule.REFUTED, "auto", "wait for you", "This host stored good records of a refused chunk before."),
        (Rule.PROVEN, "leave", "wait for you", "This host stores nothing of a refused chunk."),
        (None, "resend", "looked up once, then sent again", "Not yet known what this host does."),
    ],
)
@pytest.mark.parametrize("width", [80, 140])
def test_what_becomes_of_good_records_rests_on_what_is_known(
    tmp_path: Path, rule: Rule | None, way: str, what: str, known: str, width: int
) -> None:
    state = going(
        tmp_path,
        leads(3),
        options=SubmitOptions(on_refusal=way),
        rule=RefusalRule(rule, 1.0, "seen") if rule else None,
    )
    words = words_of(state, width)
    assert what in words
    assert f"{known} G changes this" in words


def test_how_many_could_be_looked_up_is_said_before(tmp_path: Path) -> None:
    records = [
        {"name": "A", "external_id": "1"},
        {"name": "B", "external_id": "2", "email": "b@firm.com"},
        {"name": "C", "email": "c@firm.com"},
        {"name": "D"},
        {"name": "E", "external_id": "same"},
        {"name": "F", "external_id": " SAME "},
    ]
    state = going(tmp_path, records)
    assert state.look_ups == Lookable({"external_id": 2}, {"email": 1, "external_id": 2}, 1)
    words = " ".join(words_of(state, 140).split())
    assert "No answer is looked up: 2 by external_id, 1 by email only, for you to confirm" in words
    assert "1 could not be looked up" in words
    both = [{"name": "A", "external_id": "1"}, {"name": "B", "external_id": "2"}]
    (tmp_path / "other").mkdir()
    words = " ".join(words_of(going(tmp_path / "other", both), 140).split())
    assert "No answer is looked up: all by external_id" in words


def cut_off(origin: str, **others: object) -> OpenSubmission:
    one = OpenSubmission(
        "01X", "D", "leads", "lead", origin, "", {}, 1.0, 12, 3, 0, False, "interrupted", f"Ended. {NASTY}"
    )
    return replace(one, **others)  # type: ignore[arg-type]  # fields of it


def test_what_was_cut_off_says_what_is_looked_up_first_and_where_it_went(tmp_path: Path) -> None:
    state = going(tmp_path, leads(3), going_on=(cut_off(SANDBOX.base_url),))
    words = words_of(state)
    assert "Go on with what was cut off" in words
    assert "12 ? unknown: looked up, and sent only if proven not there." in words
    assert state.obstacle == ""
    assert "\x1b" not in words
    elsewhere = replace(state, going_on=(cut_off("https://other.example"),))
    assert elsewhere.obstacle.startswith("It was sent to other.example. Connect there")
    nothing = replace(state, plan=Plan(), going_on=(cut_off(SANDBOX.base_url, unsent=0),))
    assert nothing.obstacle == "", "what is unknown can still be looked up"
    many = replace(state, going_on=(cut_off(SANDBOX.base_url),) * 5)
    assert "and 2 more submissions" in words_of(many)


def words_in(lines: list[list[Part]]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_where_the_window_is_low_the_parts_stand_closer_before_any_is_cut_off(tmp_path: Path) -> None:
    state = going(tmp_path, [*leads(3), {"name": "Bo", "email": "bo@"}])
    whole = review_lines(state, 80, PALETTE)
    low = review_lines(state, 80, PALETTE, len(whole) - 2)
    assert len(low) == len(whole) - 2
    assert [line for line in low if line] == [line for line in whole if line]
    assert not low[0], "the heading keeps its air"
    least = len([line for line in whole if any(t.strip(" ━") for t, _ in line)])
    lowest = review_lines(state, 80, PALETTE, least)
    assert len(lowest) == least, "before anything is cut off, bars and all air go"
    assert [w for w in words_in(whole) if w.strip(" ━")] == words_in(lowest)
    assert len(review_lines(state, 80, PALETTE, 3)) > 3, "what does not fit at all scrolls"
    assert review_lines(state, 80, PALETTE, 100) == whole
