"""What nobody knows is settled on the screen: by a look-up, by proof after a while, or by a person's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.tui.screens.connect import ConnectScreen
from leapgrid.tui.screens.going_on import GoingOnScreen
from leapgrid.tui.screens.left_out import LeftOutPage
from leapgrid.tui.screens.result import ResultPage
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.screens.start import StartScreen
from leapgrid.tui.screens.unknown import UnknownPage
from leapgrid.tui.widgets.unknown_view import UnknownPanel
from leapgrid.workspace import Workspace
from tests.tui.conftest import NARROW, TOKEN, WIDE, Journey, Start

both_sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
C, J, R, U, S = (
    RowState.CREATED,
    RowState.REJECTED,
    RowState.READY,
    RowState.UNKNOWN,
    RowState.SKIPPED,
)
SIX = [{"name": f"Lead {n}", "email": f"lead{n}@firm.com", "external_id": f"EXT-{n}"} for n in range(1, 7)]
MAILS = [{"name": f"Lead {n}", "email": f"lead{n}@firm.com"} for n in range(1, 4)]


def panel(ui: Journey) -> UnknownPanel:
    screen = ui.app.screen
    return screen.panel if isinstance(screen, UnknownPage) else ui.screen.unknown


async def open_unknown(ui: Journey) -> None:
    """From the grid, or from the result that lies over it."""
    if isinstance(ui.app.screen, ResultPage) or ui.app.focused is ui.screen.result:
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen and ui.grid.has_focus)
    await ui.press("slash", "?")
    await ui.until(lambda: ui.app.focused is panel(ui).list)


async def looked(ui: Journey, key: str) -> None:
    """Look up, and wait until that is over."""
    before = ui.session.looks.at
    await ui.press(key)
    await ui.until(lambda: ui.session.looks.at > before and not ui.session.looks.asking)
    await ui.settle()


def word_of(workspace: Workspace, ui: Journey) -> list[tuple[str, str, str]]:
    """What was decided: of which state, to which, by whom."""
    return [
        (one.before.value, one.after.value, one.who)
        for one in workspace.decisions(ui.session.draft.id)
        if one.kind == "person"
    ]


# -- looking up -------------------------------------------------------------------------------------------


@both_sizes
async def test_what_is_there_is_found_and_what_is_not_waits_for_its_time(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    """The first chunk was stored and its answer cut, the second was not: the look-up tells them apart."""
    sandbox.set_fault("cut-after@1", "cut-before@2", "lookup:error-500")
    async with start(size, SIX, link={"chunk_size": 3}) as ui:
        await ui.send()
        await ui.sees("6 unknown")
        assert ui.states() == [U] * 6
        sandbox.set_fault()
        await ui.press("r")
        await ui.until(lambda: ui.states()[:3] == [C] * 3)
        assert ui.states() == [C] * 3 + [U] * 3
        await ui.until(lambda: ui.app.focused is panel(ui).list)
        await ui.sees(
            "3 rows may be at the server", "Looks again by itself in 4:5", "chunk 2", "not there at"
        )
        await ui.press("down")
        await ui.sees("Went out as record 1 of chunk 2.", "It may still come.")
        assert len(ui.creates) == 2
        assert len(ui.stored) == 3


@both_sizes
async def test_it_looks_again_by_itself_and_then_the_rows_can_go(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("cut-before@1")
    async with start(size, SIX[:2]) as ui:
        ui.app.desk.settle = 1.0
        await ui.send()
        await ui.until(lambda: ui.states() == [R, R], seconds=20)
        assert ui.stored == []
        await ui.send()
        assert ui.states() == [C, C]
        assert sorted(r["external_id"] for r in ui.stored) == ["EXT-1", "EXT-2"]


async def test_an_answer_that_is_not_understood_proves_nothing(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1", "lookup:html-200")
    async with start(WIDE, SIX[:2]) as ui:
        ui.app.desk.settle = 0.0
        await ui.send()
        await open_unknown(ui)
        await looked(ui, "l")
        assert ui.states() == [U, U]
        await ui.sees("no clear answer at")


async def test_a_look_up_that_fails_says_so_and_changes_nothing(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1")
    async with start(WIDE, SIX[:2]) as ui:
        await ui.send()
        sandbox.set_fault("cut-before@1", "lookup:slow=5")
        await open_unknown(ui)
        await ui.press("l")
        await ui.sees("Looking up what is unknown")
        assert "L Look again" not in ui.text, "one at a time"
        sandbox.stop()
        await ui.until(lambda: ui.session.looks.failed)
        assert ui.states() == [U, U]
        await ui.sees("✗", "L Look again")


async def test_by_e_mail_it_only_finds_what_may_be_it(
    start: Start, sandbox: SandboxServer, workspace: Workspace
) -> None:
    sandbox.set_fault("cut-after@1")
    async with start(WIDE, MAILS[:2]) as ui:
        await ui.press("f9")
        await ui.sees("all by email only, for you to confirm")
        await ui.press("escape")
        await ui.send()
        await open_unknown(ui)
        await looked(ui, "l")
        assert ui.states() == [U, U], "an e-mail is no proof"
        await ui.press("down")
        await ui.sees("1 that may be it", "This may be it; only you can tell:", "lead1@firm.com")
        await ui.press("t", "t")
        await ui.until(lambda: ui.states() == [C, U])
        assert [(before, after) for before, after, _ in word_of(workspace, ui)] == [("unknown", "created")]


# -- a person's word --------------------------------------------------------------------------------------


@both_sizes
async def test_a_person_says_of_each_what_is_so(
    start: Start, sandbox: SandboxServer, workspace: Workspace, size: tuple[int, int]
) -> None:
    sandbox.set_fault("cut-before@1")
    async with start(size, SIX[:4]) as ui:
        await ui.send()
        await open_unknown(ui)
        if size == WIDE:
            assert not ui.issue.strip(), "the panel tells of its own row, not the grid's"
        await ui.press("down", "t")
        assert "T again: row 1 counts as created, on your word." in ui.issue
        assert ui.states() == [U] * 4
        await ui.press("t")
        await ui.until(lambda: ui.states() == [C, U, U, U])
        await ui.sees("1 row counts as created, on your word.")
        await ui.press("s")
        assert "S again: row 2 will be sent again." in " ".join(ui.issue.split())
        await ui.press("down", "up", "s")
        assert ui.states() == [C, U, U, U], "what was asked before the cursor moved is not answered"
        await ui.press("s")
        await ui.until(lambda: ui.states() == [C, R, U, U])
        await ui.press("x")
        await ui.until(lambda: ui.states() == [C, R, S, U])
        words = word_of(workspace, ui)
        assert [(before, after) for before, after, _ in words] == [
            ("unknown", "created"),
            ("unknown", "ready"),
            ("unknown", "skipped"),
        ]
        assert all(who for _, _, who in words)
        # Only what was decided goes again.
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        sandbox.set_fault()
        await ui.send()
        assert [r["external_id"] for r in ui.stored] == ["EXT-2"]
        assert ui.states() == [C, C, S, U]


async def test_a_word_about_a_whole_chunk(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1")
    async with start(WIDE, SIX) as ui:
        await ui.send()
        await open_unknown(ui)
        await ui.press("x")
        assert "X again: these 6 rows are left as they are, not sent." in ui.issue
        await ui.press("x")
        await ui.until(lambda: ui.states() == [S] * 6)
        await ui.sees("Nothing is unknown.")
        await ui.press("escape", "ctrl+home", "slash", "-")
        await ui.until(lambda: ui.states() == [U] + [S] * 5)


async def test_enter_closes_a_chunk_and_goes_to_a_row(start: Start, sandbox: SandboxServer) -> None:
    sandbox.set_fault("cut-before@1")
    async with start(WIDE, SIX) as ui:
        await ui.send()
        await open_unknown(ui)
        lines = panel(ui).list.count()
        await ui.press("enter")
        assert panel(ui).list.count() == lines - 6
        await ui.press("enter", "down", "down", "down", "enter")
        await ui.until(lambda: ui.grid.has_focus)
        assert ui.cursor[0] == 3


async def test_without_unknown_rows_there_is_no_way_into_an_empty_panel(start: Start) -> None:
    async with start(WIDE, SIX) as ui:
        await ui.press("slash")
        assert "unknown rows" not in ui.text
        assert "go on with what" not in ui.text
        await ui.press("?")
        assert ui.screen.dock.current is not ui.screen.unknown


# -- what was cut off -------------------------------------------------------------------------------------


async def cut_off(start: Start, sandbox: SandboxServer, workspace: Workspace) -> str:
    """Two chunks of three: the first with the server when the program ends at once, the second never sent."""
    sandbox.set_fault("slow=1.2")
    async with start(WIDE, SIX, link={"chunk_size": 2}, workspace=workspace) as ui:
        draft = ui.session.draft.id
        await ui.press("f9")
        await ui.sees("Enter Send")
        await ui.press("enter")
        await ui.until(lambda: RowState.SENDING in ui.states() and ui.sandbox.requests)
        await ui.press("ctrl+q", "ctrl+q")
        await ui.until(lambda: not ui.app.is_running, seconds=5)
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 2)
    sandbox.set_fault()
    return draft


@both_sizes
async def test_the_start_screen_says_what_was_cut_off_and_goes_on_with_it(
    start: Start, sandbox: SandboxServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    with Workspace.open(tmp_path / "first.db") as first:
        await cut_off(start, sandbox, first)
    with Workspace.open(tmp_path / "first.db") as again:
        async with start(size, workspace=again) as ui:
            await ui.until(lambda: isinstance(ui.app.screen, StartScreen) and ui.app.screen.open)
            await ui.sees("2 unknown", "R Go on")
            await ui.press("r")
            await ui.until(lambda: isinstance(ui.app.screen, GoingOnScreen))
            await ui.sees("Go on with what was cut off", "Go on with 4 rows", "2 ? unknown: looked up")
            await ui.press("enter")
            await ui.until(lambda: ui.app.desk.session is not None and ui.states() == [C] * 6)
            await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)
            await ui.settle()
        [submission] = again.submissions()
        assert submission.records == 6, "it went on with the submission that it began"
    assert sorted(r["external_id"] for r in sandbox.store.records("lead")) == [r["external_id"] for r in SIX]


@both_sizes
async def test_a_draft_says_when_it_is_opened_what_was_cut_off(
    start: Start, sandbox: SandboxServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    with Workspace.open(tmp_path / "first.db") as first:
        draft = await cut_off(start, sandbox, first)
    with Workspace.open(tmp_path / "first.db") as again:
        async with start(size, draft_id=draft, workspace=again) as ui:
            await ui.until(lambda: "2 unknown and 4 not sent." in ui.issue)
            assert "/& goes on" in ui.issue or size == NARROW
            assert ui.states() == [U, U, R, R, R, R]
            before = len(sandbox.requests)
            await ui.press("slash", "&")
            await ui.until(lambda: isinstance(ui.app.screen, GoingOnScreen))
            await ui.sees("Go on with 4 rows")
            assert len(sandbox.requests) == before, "nothing leaves before the person says so"
            await ui.press("escape")
            await ui.until(lambda: ui.app.screen is ui.screen)
            assert len(sandbox.requests) == before


@both_sizes
async def test_a_key_that_is_refused_in_the_middle_stops_and_goes_on_with_another(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    sandbox.set_fault("unauthorized-from=2")
    async with start(size, SIX, link={"chunk_size": 2}) as ui:
        await ui.send()
        await ui.sees("401", "L connects", "L Connect again")
        assert ui.states() == [C, C, R, R, R, R]
        await ui.press("l")
        await ui.until(lambda: isinstance(ui.app.screen, ConnectScreen))
        await ui.write("wrong-key-12345")
        assert "wrong-key" not in ui.text
        sandbox.set_fault("all:error-500")
        await ui.press("enter")
        await ui.until(lambda: "Not connected." in ui.issue)
        assert ui.app.desk.link is not None
        assert ui.app.desk.link.token.reveal() == TOKEN
        sandbox.set_fault()
        await ui.write("another-key-6789")
        await ui.press("enter")
        await ui.until(lambda: not isinstance(ui.app.screen, ConnectScreen))
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.until(lambda: "4 rows did not go out yet" in ui.issue)
        await ui.send()
        assert ui.states() == [C] * 6
        assert sorted(r["external_id"] for r in ui.stored) == [r["external_id"] for r in SIX]


async def test_connecting_where_nothing_was_connected(start: Start, sandbox: SandboxServer) -> None:
    async with start(NARROW, connected=False) as ui:
        await ui.press("c")
        await ui.until(lambda: isinstance(ui.app.screen, ConnectScreen))
        await ui.press("enter", "enter")
        assert "Type or paste the key" in ui.issue or "Where to?" in ui.issue
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.press("c")
        await ui.until(lambda: isinstance(ui.app.screen, ConnectScreen))
        await ui.write("http://example.com")
        await ui.press("enter")
        await ui.write("some-key-123")
        await ui.press("enter")
        assert "Plain http goes only to this computer" in ui.issue
        screen = ui.app.screen
        assert isinstance(screen, ConnectScreen)
        screen.address.set_text(sandbox.base_url)
        await ui.write("some-key-123")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, StartScreen))
        await ui.sees("Connected to 127.0.0.1")
        assert "some-key" not in ui.text


# -- the same record again --------------------------------------------------------------------------------


@both_sizes
async def test_what_was_created_before_is_left_out_and_can_be_sent_all_the_same(
    start: Start, sandbox: SandboxServer, workspace: Workspace, size: tuple[int, int]
) -> None:
    async with start(size, SIX[:2]) as ui:
        await ui.send()
        assert ui.states() == [C, C]
    async with start(size, SIX[:3]) as ui:
        await ui.press("f9")
        await ui.sees("already there", "Enter Send 1")
        assert ui.states() == [RowState.ALREADY_THERE] * 2 + [R]
        await ui.press("l")
        await ui.until(lambda: isinstance(ui.app.screen, LeftOutPage))
        await ui.sees("Created")
        await ui.press("a")
        await ui.until(lambda: ui.states()[0] is R)
        await ui.sees("sent all the same")
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, ReviewScreen))
        await ui.sees("Enter Send 2")
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        await ui.press("ctrl+home", "down")
        assert "Created" in ui.issue
        await ui.send()
        assert ui.states() == [C, RowState.ALREADY_THERE, C]
    assert sorted(r["external_id"] for r in ui.stored) == ["EXT-1", "EXT-1", "EXT-2", "EXT-3"]


# -- what becomes of refused chunks -----------------------------------------------------------------------


@both_sizes
async def test_the_person_says_what_becomes_of_the_good_records(
    start: Start, sandbox: SandboxServer, size: tuple[int, int]
) -> None:
    records = [*SIX[:2], {"name": "No", "email": "no@mailinator.com", "external_id": "EXT-9"}]
    async with start(size, records) as ui:
        await ui.press("f9")
        await ui.sees("The good records of a refused chunk go again by themselves.", "all by external_id")
        await ui.press("g")
        await ui.sees("Good records are looked up once, then sent again at once.")
        await ui.press("g")
        await ui.sees("The good records of a refused chunk wait for you.")
        await ui.press("enter")
        await ui.until(lambda: ui.session.run is not None and ui.session.run.finished)
        assert ui.states() == [R, R, J]
        assert len(ui.creates) == 1


async def test_what_a_refused_chunk_left_there_is_found_before_anything_is_sent_again(
    start: Start, sandbox: SandboxServer
) -> None:
    """It refuses the chunk and stores its good records: what was assumed is found out, and not hidden."""
    sandbox.set_fault("not-atomic")
    records = [*SIX[:2], {"name": "No", "email": "no@mailinator.com", "external_id": "EXT-9"}]
    async with start(WIDE, records, link={"sandbox": False}) as ui:
        await ui.send()
        await ui.settle()
        assert ui.states()[2] is J
        assert {r["external_id"] for r in ui.stored} == {"EXT-1", "EXT-2"}, "it stored what it refused"
        await ui.send()
        assert sorted(r["external_id"] for r in ui.stored) == ["EXT-1", "EXT-2"], "none of it twice"
        assert ui.states() == [C, C, J]
