"""The result: what is counted, what stands in groups, what stays unclear, and the way to a refused cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.screen import Screen

from leapgrid.records import DeleteRows, RowOutcome, RowState, set_cell
from leapgrid.submit import Decided, LookedUp, RunStopped
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import GoToCell
from leapgrid.tui.result import ResultState, result_state, short_message, span
from leapgrid.tui.session import Session
from leapgrid.tui.widgets.result_view import ResultView, share
from leapgrid.workspace import Purpose
from tests.tui.harness import (
    NASTY,
    SIZES,
    HarnessApp,
    answer,
    begin,
    desk_with,
    finish,
    leads,
    workspace,
)

MAYBE = "Sent, but no answer came. These records may exist: look before sending again."


def open_session(desk: Desk) -> Session:
    assert desk.session is not None
    return desk.session


def sent(session: Session) -> ResultState:
    """Twelve records in three chunks: five refused in two ways, two unknown."""
    chunks = begin(session, 5)
    first = next(chunks)
    refused = dict.fromkeys((1, 2, 3, 4), ("email", "invalid email format")) | {5: ("name", "not wanted")}
    answer(session, first, ChunkOutcome.REJECTED, refused)
    answer(session, next(chunks))
    answer(session, next(chunks), ChunkOutcome.UNKNOWN, message=MAYBE)
    finish(session, 38)
    return result_state(session, "sandbox 127.0.0.1:8001")


def test_counts_groups_and_what_is_unclear(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        state = sent(open_session(desk_with(space, leads(12))))
        assert state.headline == "12 sent"
        assert state.aside == "3 chunks, 38 s"
        assert [(n, word) for _, _, n, word in state.counts] == [
            (5, "created"),
            (5, "rejected"),
            (2, "unknown"),
        ]
        emails, names = state.groups
        assert (emails.field, emails.message, emails.count) == ("email", "invalid email format", 4)
        assert [(r.number, r.name, r.value) for r in emails.rows] == [
            (n, f"Lead {n}", f"lead{n}@firm.com") for n in (1, 2, 3)
        ]
        assert (names.field, names.count) == ("name", 1)
        (trouble,) = state.trouble
        assert (trouble.sign, trouble.title, trouble.count) == ("?", "chunk 3", 2)
        assert trouble.message == "Sent, but no answer came."
        assert trouble.explanation == "These records may exist: look before sending again. Rows 11-12."


def test_what_was_edited_since_is_marked_and_what_was_deleted_is_gone(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(12)))
        sent(session)
        session.apply(set_cell(0, "email", "better@firm.com"), "Edit")
        session.apply(DeleteRows((1,)), "Delete")
        emails = result_state(session).groups[0]
        assert [(r.row_id, r.value, r.edited) for r in emails.rows] == [
            (0, "better@firm.com", True),
            (2, "lead3@firm.com", False),
            (3, "lead4@firm.com", False),
        ]


def test_good_records_of_a_refused_chunk_are_counted_as_waiting(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(6)))
        chunks = begin(session, 3)
        answer(session, next(chunks), ChunkOutcome.REJECTED, {1: ("email", "bad")}, atomic=True)
        answer(session, next(chunks))
        finish(session)
        state = result_state(session)
        assert (state.headline, state.waiting) == ("6 sent", 2)
        assert (2, "not stored") in [(n, word) for _, _, n, word in state.counts]


def test_a_run_that_stopped_says_why_once_and_what_was_not_sent(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(6)))
        chunks = begin(session, 3)
        words = "The key was refused (401). Nothing of this chunk was stored. Connect again."
        answer(session, next(chunks), ChunkOutcome.NOT_SENT, message=words)
        session.take(RunStopped("unauthorized", words))
        finish(session)
        state = result_state(session)
        assert [(t.title, t.message, t.explanation) for t in state.trouble] == [
            ("stopped", "The key was refused (401).", "Nothing of this chunk was stored. L connects again.")
        ]
        assert state.headline == "0 sent"
        assert [(n, word) for _, _, n, word in state.counts] == [(6, "not sent")]


def test_what_stopped_a_run_and_left_rows_unknown_names_them(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(3)))
        answer(session, next(begin(session)), ChunkOutcome.UNKNOWN, message=MAYBE)
        session.take(RunStopped("redirect_after", MAYBE))
        finish(session)
        assert [(t.sign, t.title, t.count) for t in result_state(session).trouble] == [
            ("!", "stopped", 0),
            ("?", "chunk 1", 3),
        ]


def test_a_refusal_that_names_no_row_stands_at_its_chunk(tmp_path: Path) -> None:
    words = "The server refused the chunk. No row is marked."
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(4)))
        chunks = begin(session, 2)
        answer(session, next(chunks))
        answer(
            session,
            next(chunks),
            ChunkOutcome.REJECTED,
            whole=words,
            atomic=True,
        )
        finish(session)
        state = result_state(session)
        assert state.groups == ()
        assert [(t.sign, t.title, t.message, t.explanation, t.count) for t in state.trouble] == [
            ("✗", "chunk 2", "The server refused the chunk.", "No row is marked.", 2)
        ]


def test_while_it_runs_the_line_of_the_run_stands_in_it(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(9)))
        chunks = begin(session, 3)
        answer(session, next(chunks))
        next(chunks)
        state = result_state(session)
        assert state.running
        assert state.headline == "Sending 9 records"
        assert state.progress.startswith("chunk 2 of 3 · 3 of 9")
        assert (6, "to go") in [(n, word) for _, _, n, word in state.counts]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ('The server says "invalid email format".', "invalid email format"),
        ('The server refused this cell: "too "long"".', 'too "long"'),
        ('The server refused this row: "no".', "no"),
        (
            "The server refused this row without a reason. F7 shows its answer.",
            "The server refused this row without a reason. F7 shows its answer.",
        ),
    ],
)
def test_a_group_is_headed_by_the_servers_own_words(text: str, short: str) -> None:
    assert short_message(text) == short


@pytest.mark.parametrize(
    ("numbers", "cells", "shares"),
    [([379, 21, 12], 58, [55, 2, 1]), ([1, 10_000], 10, [1, 9]), ([5], 7, [7]), ([0], 5, []), ([], 5, [])],
)
def test_a_bar_is_filled_and_shows_whatever_there_is(
    numbers: list[int], cells: int, shares: list[int]
) -> None:
    assert share(numbers, cells) == shares


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "0.1 s"), (0.42, "0.4 s"), (38, "38 s"), (200, "3 min 20 s"), (7260, "2 h 1 min")],
)
def test_a_duration_is_said_for_a_person(seconds: float, words: str) -> None:
    assert span(seconds) == words


class Panel(Screen[None]):
    def __init__(self, view: ResultView, width: int) -> None:
        super().__init__()
        self.view = view
        view.styles.width = width

    def compose(self):  # type: ignore[no-untyped-def]  # Textual's own form
        yield self.view


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", [62, 80])
async def test_the_cursor_is_the_one_bright_thing_and_enter_asks_for_its_cell(
    tmp_path: Path, size: tuple[int, int], width: int
) -> None:
    with workspace(tmp_path) as space:
        state = sent(open_session(desk_with(space, leads(12))))
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            view = ResultView()
            view.show(state)
            await app.push_screen(Panel(view, width))
            view.focus()
            await pilot.pause()
            assert [run.strip() for run in app.grounds("cell")] == ["lead1@firm.com"]
            for words in ("12 sent", "5 created", "invalid email format", "and 1 more", "chunk 3"):
                assert words in app.text
            await pilot.press("down", "down", "down")
            await pilot.pause()
            assert [run.strip() for run in app.grounds("cell")] == ["Lead 5"]
            view.go()
            await pilot.pause()
            assert [(m.row_id, m.field) for m in app.asked if isinstance(m, GoToCell)] == [(4, "name")]


async def test_without_the_keys_nothing_of_it_is_bright(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        state = sent(open_session(desk_with(space, leads(12))))
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            view = ResultView()
            view.show(state)
            await app.push_screen(Panel(view, 62))
            app.screen.set_focus(None)
            await pilot.pause()
            assert app.grounds("cell") == []


async def test_the_cursor_stays_on_its_row_while_answers_come(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(12)))
        chunks = begin(session, 6)
        answer(session, next(chunks), ChunkOutcome.REJECTED, {1: ("name", "bad"), 2: ("email", "bad")})
        view = ResultView()
        app = HarnessApp()
        async with app.run_test(size=(80, 24)) as pilot:
            view.show(result_state(session))
            await app.push_screen(Panel(view, 62))
            view.move_to(1)
            before = view.state.rows[view.at].row_id
            answer(session, next(chunks), ChunkOutcome.REJECTED, dict.fromkeys((1, 2, 3), ("name", "bad")))
            view.show(result_state(session))
            await pilot.pause()
            assert view.state.rows[view.at].row_id == before


async def test_hostile_words_are_drawn_and_nothing_acts(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, [{"name": NASTY, "email": "a@firm.com"}]))
        chunks = begin(session)
        answer(session, next(chunks), ChunkOutcome.REJECTED, {1: ("email", NASTY)}, message=NASTY)
        finish(session)
        app = HarnessApp()
        async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
            view = ResultView()
            view.show(result_state(session, "x"))
            await app.push_screen(Panel(view, 62))
            await pilot.pause()
            assert "[/x] ␛]52" in app.text  # which also fails on a character that acts


@pytest.mark.parametrize("size", SIZES)
async def test_a_server_that_has_another_number_of_records_is_shown_in_red_and_first(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(12)))
        chunks = begin(session, 12)
        answer(session, next(chunks))
        said = f"The server has 11 of the 12 records. Look there before you trust this. {NASTY}"
        session.take(LookedUp(Purpose.COUNT, 12, said, True, difference=True, notes=("Row 3 is not there.",)))
        finish(session)
        state = result_state(session)
        first = state.trouble[0]
        assert (first.sign, first.role, first.title) == ("✗", "error", "count")
        assert first.message == "The server has 11 of the 12 records."
        assert "Row 3 is not there." in first.explanation
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            view = ResultView()
            screen: Screen[object] = Screen()
            await app.push_screen(screen)
            await screen.mount(view)
            view.show(state)
            await pilot.pause()
            assert "count" in app.text
            assert "The server has 11 of the 12 records." in app.text


def test_look_ups_that_agree_are_quiet(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(2)))
        session.take(LookedUp(Purpose.BASELINE, 2, "Nothing there.", True))
        answer(session, next(begin(session, 12)))
        session.take(LookedUp(Purpose.COUNT, 2, "The server has all 2.", True))
        finish(session)
        state = result_state(session)
        assert state.trouble == ()
        assert state.notes == ("The server has all 2.",)
        assert state.unknown == 0


def test_what_was_sent_though_its_key_was_there_is_said(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(2)))
        note = "The server has a record with the key of row 2: it is sent all the same, as a new record."
        chunks = begin(session, 12)
        chunk = next(chunks)
        session.take(LookedUp(Purpose.BASELINE, 2, "1 of 2 is there already.", True, notes=(note,)))
        answer(session, chunk)
        finish(session)
        assert result_state(session).notes == (note,)


def test_what_is_being_stopped_says_that_its_answer_still_counts(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(4)))
        chunks = begin(session, 2)
        chunk = next(chunks)
        assert session.run is not None
        session.run.stopping = True
        progress = result_state(session).progress
        assert (
            "stops after this chunk. Chunk 1 is with the server; its answer will still be recorded."
            in progress
        )
        answer(session, chunk)
        assert "is with the server" not in result_state(session).progress


def test_what_a_look_up_settled_is_no_longer_to_be_looked_at(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = open_session(desk_with(space, leads(2)))
        (chunk,) = begin(session)
        answer(session, chunk, ChunkOutcome.UNKNOWN)
        finish(session)
        (trouble,) = result_state(session).trouble
        assert (trouble.sign, trouble.count) == ("?", 2)
        found = {
            row: RowOutcome(RowState.CREATED, 1.0, "Found.", chunk=1) for row in session.draft.batch.order
        }
        session.take(Decided("Found.", found))
        (trouble,) = result_state(session).trouble
        assert (trouble.sign, trouble.explanation) == ("✓", "Settled: the server has them.")
