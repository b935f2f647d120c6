"""The story of a cell: in order, in words, from the workspace, and so the same after a restart."""

from __future__ import annotations

from datetime import datetime

from leapgrid.records import Issue, RowState, Severity, Source
from leapgrid.tui.screens.payload import PayloadPage
from leapgrid.tui.stories import Happened, Stories, Story, story_of
from leapgrid.workspace import StoryStep, Workspace
from tests.tui.conftest import NARROW, WIDE, Start
from tests.tui.harness import NASTY, leads

DAY = datetime(2026, 3, 24)
NOW = DAY.replace(hour=18).timestamp()


def at(hour: int, minute: int = 0, day: int = 24) -> float:
    return DAY.replace(day=day, hour=hour, minute=minute).timestamp()


def said(field: str | None, words: str, row: int | None = 1) -> Issue:
    message = f'The server says "{words}: x".'
    group = f'The server says "{words}".'
    return Issue(row, field, Severity.ERROR, Source.SERVER, "X", message, "x", group=group)


def texts(told: tuple[Happened, ...]) -> list[tuple[str, str]]:
    return [(each.time, each.text) for each in told]


def test_everything_stands_in_the_order_in_which_it_happened() -> None:
    told = [
        (0.0, "read", "anna@old"),
        (at(9), "edit", "anna@"),
        (at(11), "edit", ""),
        (at(10), "rejected", "no"),
    ]
    steps = (
        StoryStep(at(10), "sent", "Sent as record 1 of chunk 2.", "anna", RowState.SENDING),
        StoryStep(at(10), "answer", "x", state=RowState.REJECTED, issues=(said("email", "not allowed"),)),
        StoryStep(at(12), "answer", "It was cut off.", state=RowState.UNKNOWN),
        StoryStep(at(12, 5), "look_up", "Looked for and not found; too early.", "bo"),
        StoryStep(at(13), "decision", "It is there: said by bo.", "bo", RowState.CREATED),
    )
    found = story_of(told, Story(steps, {at(9): "bo", at(11): "anna"}), "email", me="anna", now=NOW)
    assert texts(found) == [
        ("read", "anna@old"),
        ("09:00", "anna@, by bo"),
        ("10:00", "refused: not allowed"),
        ("11:00", "(empty)"),
        ("12:00", "unknown. It was cut off."),
        ("12:05", "Looked for and not found; too early. (bo)"),
        ("13:00", "It is there: said by bo."),
    ]
    assert [each.role for each in found[2:3]] == ["error"]
    assert found[-1].role == "created"


def test_what_was_said_of_another_cell_or_of_nobody_is_told_as_that() -> None:
    steps = (
        StoryStep(at(1), "open", "No answer yet."),
        StoryStep(at(2), "answer", "x", state=RowState.REJECTED, issues=(said("phone", "no"),)),
        StoryStep(at(3), "answer", "Refused.", state=RowState.READY, issues=(said(None, "all", None),)),
        StoryStep(at(4), "answer", "Created.", state=RowState.CREATED),
        StoryStep(at(5), "answer", NASTY, state=None),
    )
    found = texts(story_of([], Story(steps), "email", now=NOW))
    assert [words for _, words in found[:4]] == [
        "sent, no answer yet",
        "refused because of phone",
        "not stored. Refused.",
        "created",
    ]
    assert found[4][1].isprintable()


def test_other_days_are_named_and_what_is_long_ago_is_counted() -> None:
    told = [(0.0, "read", "a"), (at(9, day=23), "edit", "b"), (at(9), "edit", "c")]
    assert texts(story_of(told, Story(), "email", now=NOW)) == [
        ("read", "a"),
        ("", "23 March"),
        ("09:00", "b"),
        ("", "today"),
        ("09:00", "c"),
    ]
    many = [(0.0, "read", "a"), *((at(9, minute), "edit", str(minute)) for minute in range(40))]
    found = texts(story_of(many, Story(), "email", now=NOW))
    assert found[:3] == [("read", "a"), ("", "24 earlier"), ("09:24", "24")]
    assert len(found) == 18


def test_only_the_rows_that_were_looked_at_last_are_remembered() -> None:
    stories = Stories()
    for row in range(500):
        stories.keep(row, 1, Story())
    assert stories.of(0) is None
    assert stories.of(499) is not None
    assert stories.is_fresh(499, 1)
    assert not stories.is_fresh(499, 2)


async def test_the_dock_tells_it_and_so_it_does_after_a_restart(start: Start, workspace: Workspace) -> None:
    refused = {"name": "Mallory", "email": "mallory@mailinator.com"}
    async with start(WIDE, [refused, *leads(1)]) as ui:
        await ui.send()
        await ui.press("escape")
        ui.grid.go_to(0, 1)
        await ui.sees("Story", "refused: email domain")
        await ui.write("mallory@firm.com")
        await ui.press("enter", "up")
        await ui.sees("mallory@firm.com")
        await ui.send()
        await ui.press("escape")
        await ui.until(lambda: ui.session.draft.state(0) is RowState.CREATED)
        draft = ui.session.draft.id
    async with start(WIDE, draft_id=draft) as ui:
        ui.grid.go_to(0, 1)
        await ui.until(lambda: ui.session.stories.of(0) is not None)
        await ui.sees("Story", "refused: email domain", "created")
        lines = [line[106:].strip() for line in ui.lines]
        story = lines[lines.index("Story") :]
        words = ("read", "refused", "mallory@firm", "created")
        order = [next(i for i, line in enumerate(story) if word in line) for word in words]
        assert order == sorted(order)


async def test_over_the_whole_screen_it_stands_below_the_record(start: Start) -> None:
    async with start(NARROW, [{"name": "Mallory", "email": "mallory@mailinator.com"}]) as ui:
        await ui.send()
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, PayloadPage))
        ui.grid.go_to(0, 1)
        await ui.press("f7")
        await ui.sees("Story", "refused: email domain is not allowed")
