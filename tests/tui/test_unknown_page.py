"""The page of unknown rows, the one that goes on, and the link that connecting makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leapgrid.superleap import BadInput, ChunkOutcome, SecretToken
from leapgrid.tui.connecting import link_to
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import DecideUnknown, GoOn
from leapgrid.tui.screens.going_on import GoingOnScreen
from leapgrid.tui.screens.unknown import UnknownPage
from leapgrid.tui.session import Session
from leapgrid.tui.unknown import candidate_words, countdown, groups_of, seen_words, unknown_state
from leapgrid.workspace import Looked, OpenSubmission, Seen
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

NOW = 1_800_000_000.0


def unknown(desk: Desk, chunk_size: int = 5) -> Session:
    """Every record went out, and no answer came."""
    session = desk.session
    assert session is not None
    for chunk in begin(session, chunk_size):
        answer(session, chunk, ChunkOutcome.UNKNOWN, message=f"Cut. {NASTY}")
    finish(session)
    return session


def say(session: Session, base_url: str = SANDBOX.base_url) -> str:
    state = unknown_state(session, groups_of(session), base_url=base_url, connect_key="/l", now=NOW)
    return f"{state.headline}. {state.sentence}"


def test_the_head_says_what_comes_next(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = unknown(desk_with(space, leads(12)))
        assert say(session) == (
            "12 rows may be at the server. L looks whether they are there. Nothing is sent by that."
        )
        session.looks.again_at = NOW + 251.2
        assert "Looks again by itself in 4:12, at " in say(session)
        session.looks.asking = "looking up what is unknown · 100 of 200"
        assert "Looking up what is unknown · 100 of 200 ..." in say(session)
        session.looks.asking = ""
        assert "Not connected. /l connects; then L looks" in say(session, "")
        session.looks.again_at, session.looks.at = None, NOW
        assert "L looks again. What it does not settle, you decide." in say(session)
        elsewhere = OpenSubmission(
            "S", "D", "leads", "lead", "https://other.example", "", {}, 1.0, 12, 0, 0, False, None, ""
        )
        session.looks.open = (elsewhere,)
        assert "They were sent to other.example, and this is 127.0.0.1:8001." in say(session)


def test_rows_stand_by_chunk_the_last_one_first(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = unknown(desk_with(space, leads(12)))
        groups = groups_of(session)
        assert [(g.title, len(g.rows)) for g in groups] == [("chunk 1", 5), ("chunk 2", 5), ("chunk 3", 2)]
        assert groups[0].rows == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("seen", "candidates", "words"),
    [
        (Seen.ABSENT, (), "not there at"),
        (Seen.CANDIDATE, ({"id": "a"},), "1 that may be it"),
        (Seen.CANDIDATE, ({"id": "a"}, {"id": "b"}), "2 that may be it"),
        (Seen.NOT_UNDERSTOOD, (), "no clear answer at"),
        (Seen.NO_KEY, (), "no key to look it up by"),
    ],
)
def test_what_a_look_up_said_in_a_few_words(
    seen: Seen, candidates: tuple[dict[str, str], ...], words: str
) -> None:
    assert seen_words(Looked(seen, None, NOW, candidates))[0].startswith(words)
    assert seen_words(None)[0] == "not looked up yet"


def test_a_countdown_is_never_shorter_than_it_is() -> None:
    assert [countdown(s) for s in (0, 0.2, 59.1, 251.2, 3720)] == ["0:00", "0:01", "1:00", "4:12", "1:02:00"]


def test_a_candidate_is_told_by_its_id_and_what_it_holds() -> None:
    words = candidate_words(
        {"name": f"Anna {NASTY}", "id": "rec_1", "phone": None, "created_at": 1_800_000_000_000}
    )
    assert words.startswith("id rec_1  name Anna ")
    assert "created_at 2027-01-" in words
    assert "\x1b" not in words
    assert "phone" not in words


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_is_only_shown_and_a_word_is_asked_for_twice(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, [{"name": NASTY, "email": "a@firm.com"}, *leads(300)])
        session = unknown(desk, 100)
        session.looks.looked = {0: Looked(Seen.CANDIDATE, None, NOW, ({"id": NASTY, "name": NASTY},))}
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            page = UnknownPage(desk, session, {})
            await app.push_screen(page)
            await until(pilot, lambda: page.panel.list.here is not None)
            await pilot.press("down")
            await pilot.pause()
            assert "301 rows may be at the server" in app.text
            assert "1 that may be it" in app.text
            assert len(app.grounds("cell")) == 1, "one bright thing"
            await pilot.press("t")
            await pilot.pause()
            assert app.asked == []
            await pilot.press("t")
            await until(pilot, lambda: bool(app.asked))
            assert app.asked == [DecideUnknown((0,), "there")]
            # Of many rows only the first chunk is open; the end is a chunk, the way back is the same.
            await pilot.press("end")
            here = page.panel.list.here
            assert here is not None
            assert (here.row, here.group.chunk) == (None, 4)
            await pilot.press("home", "pagedown", "pageup", "home")
            assert page.panel.list.here is not None
            assert page.panel.list.top == 0
            assert app.text


@pytest.mark.parametrize("size", SIZES)
async def test_going_on_in_production_wants_its_name_as_well(tmp_path: Path, size: tuple[int, int]) -> None:
    with workspace(tmp_path) as space:
        desk = desk_with(space, leads(3), PRODUCTION)
        session = desk.session
        assert session is not None
        plan = session.plan(desk.options)
        draft = session.draft
        submission = space.begin_submission(
            draft.id, object_slug="lead", origin=PRODUCTION.base_url, chunks=[c.rows for c in plan.chunks]
        )
        space.finish_run(submission, "person", "Stopped by you.")
        session.looks.open = space.open_submissions(draft.id)
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            screen = GoingOnScreen(desk, {})
            await app.push_screen(screen)
            await until(pilot, lambda: screen.state is not None and screen.focused is not None)
            await pilot.pause()
            assert "Go on with what was cut off" in app.text
            assert "This writes to production." in app.text
            screen.action_send()
            await pilot.pause()
            assert app.asked == []
            screen.name_field.set_text("acme")
            screen.action_send()
            screen.action_send()
            await until(pilot, lambda: bool(app.asked))
            await pilot.pause()
            assert [m.submissions for m in app.asked if isinstance(m, GoOn)] == [(submission,)]


# -- connecting -------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    where = tmp_path / "leapgrid"
    where.mkdir()
    (where / "config.toml").write_text(
        '[profiles.acme]\nbase_url = "https://app.superleap.dev"\nproduction = true\n'
        "rate = 2\nchunk_size = 50\n"
    )


@pytest.mark.usefixtures("settings")
def test_the_address_says_whether_it_is_production() -> None:
    link = link_to("app.superleap.dev", SecretToken("k" * 12), SANDBOX)
    assert (link.base_url, link.profile, link.production) == ("https://app.superleap.dev", "acme", True)
    assert (link.rate, link.chunk_size) == (2.0, 50)
    other = link_to("https://other.example", SecretToken("k" * 12), PRODUCTION)
    assert (other.profile, other.production, other.rate, other.chunk_size) == ("", False, 5.0, 100)


@pytest.mark.usefixtures("settings")
def test_another_key_for_the_same_address_changes_nothing_else() -> None:
    current = replace(SANDBOX, chunk_size=7)
    link = link_to(current.base_url, SecretToken("another-key"), current)
    assert replace(link, token=current.token) == current
    assert link.token.reveal() == "another-key"
    with pytest.raises(BadInput):
        link_to("http://example.com", SecretToken("k" * 12), current)
