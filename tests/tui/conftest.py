"""The whole app in a terminal in memory, over a real workspace and a real server on loopback."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

import pytest
from rich.style import Style
from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.keys import _character_to_key
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.superleap import SecretToken
from leapgrid.tui.app import LeapGridApp
from leapgrid.tui.desk import Desk, Link, Preferences
from leapgrid.tui.grid import RecordGrid
from leapgrid.tui.launch import Launch
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.session import Session
from leapgrid.tui.theming import load_themes
from leapgrid.visible import visible
from leapgrid.workspace import Workspace

NARROW, WIDE = (80, 24), (140, 40)
TOKEN = "never-on-any-screen-51c7"
SAMPLES = Path(__file__).parents[1] / "samples"
_CHARACTERS = {"slash": "/", "minus": "-", "space": " "}
_ROUNDS = 4
"""How often a message may turn: down to a widget, up to its screen, to the app, and to a screen again."""
PATIENCE = 15.0
"""Seconds that a condition may take on a busy machine; one that comes true is never waited for so long."""


def screen_strips(app: App[Any]) -> list[Strip]:
    """The lines of the screen on top, as they are drawn."""
    return app.screen._compositor.render_strips()


def screen_lines(app: App[Any]) -> list[str]:
    """The same as plain text."""
    return [strip.text for strip in screen_strips(app)]


def screen_text(app: App[Any]) -> str:
    """The same as one text."""
    return "\n".join(screen_lines(app))


def style_at(app: App[Any], x: int, y: int) -> Style:
    """How the cell at a place of the screen is drawn."""
    for segment in screen_strips(app)[y].crop(x, x + 1):
        if segment.text:
            return segment.style or Style()
    return Style()


class Journey:
    """The running app, what a person does with it and what they see."""

    def __init__(self, app: LeapGridApp, pilot: Pilot[None], sandbox: SandboxServer) -> None:
        self.app, self.pilot, self.sandbox = app, pilot, sandbox

    # -- what a person does -------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys, each once the one before is dealt with."""
        for key in keys:
            self.type_ahead(key)
            await self.settle()

    def type_ahead(self, key: str) -> None:
        """Hand over a key and do not wait."""
        char = key if len(key) == 1 else _CHARACTERS.get(key)
        self.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, char))

    async def settle(self) -> None:
        """Wait until nothing is left that a key or an event led to.

        Messages go from the app to what has the focus and up again; Pilot's own pause asks every widget, and
        then waits for an idle processor, which takes ten times as long.
        """
        await self.given_away(1.0)
        for _ in range(_ROUNDS):
            here: DOMNode = self.app.screen.focused or self.app.screen
            for pump in (self.app, *here.ancestors_with_self):
                done = asyncio.Event()
                if not self.app.is_running or not pump.call_later(done.set):
                    return
                while not done.is_set() and pump.is_running and self.app.is_running:
                    try:
                        await asyncio.wait_for(done.wait(), 0.1)
                    except TimeoutError:
                        pass  # It may be gone by now; then nothing of it is left to wait for.
        self.app.screen._on_timer_update()

    async def given_away(self, seconds: float) -> None:
        """Wait until the app has given away all that was typed; or holds it for longer than that."""
        taken = asyncio.Event()
        deadline = time.monotonic() + seconds
        if self.app.is_running and self.app.call_later(taken.set):
            while self.app.is_running and not (taken.is_set() and self.app.is_settled):
                if time.monotonic() > deadline:
                    return
                await asyncio.sleep(0.001)

    async def write(self, text: str) -> None:
        """Type a text as fast as a terminal hands it over."""
        for char in text:
            self.type_ahead(char)
        await self.settle()

    async def paste(self, text: str) -> None:
        """Paste as a terminal does."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def resize(self, size: tuple[int, int]) -> None:
        """Make the window another size."""
        await self.pilot.resize_terminal(*size)
        await self.settle()

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so; fails with what is on the screen."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError("It never came true. The screen:\n" + self.text)
            await self.settle()
            await asyncio.sleep(0.01)

    async def sees(self, *words: str) -> None:
        """Wait until all these words are on the screen."""
        await self.until(lambda: all(word in self.text for word in words))

    async def send(self) -> None:
        """F9, and Enter once the review is there; returns when the run is over."""
        await self.press("f9")
        await self.until(lambda: "Enter Send" in self.text)
        await self.press("enter")
        await self.until(lambda: self.session.run is not None and self.session.run.finished)
        await self.settle()

    # -- what they see ------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return screen_lines(self.app)

    @property
    def strips(self) -> list[Strip]:
        return screen_strips(self.app)

    @property
    def issue(self) -> str:
        """What the issue line of the page on top says."""
        page = cast(GridScreen, self.app.screen)
        region = page.issue_line.region
        return " ".join(line.strip() for line in self.lines[region.y : region.bottom])

    @property
    def grid_lines(self) -> list[str]:
        """The lines of the grid, without header and panels."""
        region = self.grid.region
        lines = screen_strips(self.app)[region.y : region.bottom]
        return [line.crop(region.x, region.right).text for line in lines]

    def row_line(self, number: int) -> str:
        """The line of the grid with this row number."""
        for line in self.grid_lines:
            if line[1:].split(None, 1)[:1] == [str(number)]:
                return line
        raise AssertionError(f"row {number} is not in sight:\n{self.text}")

    # -- what is below ------------------------------------------------------------------------------------

    @property
    def screen(self) -> GridScreen:
        """The grid screen, wherever it stands in the stack."""
        for screen in reversed(self.app.screen_stack):
            if isinstance(screen, GridScreen):
                return screen
        raise AssertionError("there is no grid:\n" + self.text)

    @property
    def grid(self) -> RecordGrid:
        return self.screen.grid

    @property
    def session(self) -> Session:
        assert self.app.desk.session is not None
        return self.app.desk.session

    @property
    def cursor(self) -> tuple[int, str]:
        """Row, counted from 1, and field."""
        return self.grid.row + 1, self.screen.field

    def texts(self, field: str) -> list[str]:
        """A column, as it is kept."""
        batch = self.session.draft.batch
        return [batch.text(row, field) for row in batch]

    def states(self) -> list[RowState]:
        """What is known of each row."""
        return [self.session.draft.state(row) for row in self.session.draft.batch]

    @property
    def stored(self) -> list[dict[str, Any]]:
        """What the server has."""
        return self.sandbox.store.records("lead")

    @property
    def creates(self) -> list[bytes]:
        """The bodies of all create calls that reached the server."""
        return [r.body for r in self.sandbox.requests if r.method == "POST" and "bulk_create" in r.path]


class Start(Protocol):
    """Starts the app; leaves it when the block ends."""

    def __call__(
        self,
        size: tuple[int, int] = ...,
        records: Sequence[dict[str, Any]] | None = ...,
        *,
        file: Path | None = ...,
        kind: str = ...,
        draft_id: str = ...,
        connected: bool = ...,
        country: str | None = ...,
        link: dict[str, Any] | None = ...,
        theme: str = ...,
        workspace: Workspace | None = ...,
    ) -> AbstractAsyncContextManager[Journey]: ...


@pytest.fixture(scope="session", autouse=True)
def garbage() -> Iterator[None]:
    """Every app leaves tens of thousands of objects; to look through them is a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 50)
    yield
    gc.set_threshold(*before)


@pytest.fixture(scope="session")
def palettes() -> dict[str, Any]:
    found, problems = load_themes()
    assert not problems
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace.db") as opened:
        yield opened


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(port=0) as running:
        yield running
    assert running.failures == []


@pytest.fixture
def start(
    tmp_path: Path, workspace: Workspace, sandbox: SandboxServer, palettes: dict[str, Any]
) -> Iterator[Start]:
    """Starts the app. A worker that fails, or a task whose exception nobody took, fails the test."""
    wrong: list[object] = []
    default = workspace

    def hook(message: Message) -> None:
        if isinstance(message, Worker.StateChanged) and message.state is WorkerState.ERROR:
            wrong.append(message.worker.error)

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = WIDE,
        records: Sequence[dict[str, Any]] | None = None,
        *,
        file: Path | None = None,
        kind: str = "",
        draft_id: str = "",
        connected: bool = True,
        country: str | None = None,
        link: dict[str, Any] | None = None,
        theme: str = "dark",
        workspace: Workspace | None = None,
    ) -> AsyncIterator[Journey]:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
        if records is not None:
            file = tmp_path / "leads.json"
            file.write_text(json.dumps(list(records)), "utf-8")
        choices: dict[str, Any] = {"sandbox": True, "rate": None, **(link or {})}
        where = Link(sandbox.base_url, SecretToken(TOKEN), **choices)
        desk = Desk(
            workspace or default,
            link=where if connected else None,
            preferences=Preferences(default_country=country),
            make_sandbox=lambda: sandbox,
        )
        desk.look_after = 0.05  # nobody waits here
        desk.report = lambda error: f"Something unexpected happened: {wrong.append(error)}"
        kind = kind or ("file" if file else "draft" if draft_id else "start")
        launch = Launch(palettes, kind=cast(Any, kind), file=file, draft_id=draft_id, theme=theme)
        app = LeapGridApp(desk, launch)
        async with app.run_test(size=size, notifications=True, tooltips=True, message_hook=hook) as pilot:
            journey = Journey(app, pilot, sandbox)
            if kind == "start":
                await journey.sees("egin")  # "Begin", or "Or begin" below the drafts
            else:
                await journey.until(lambda: isinstance(app.screen, GridScreen))
                await journey.until(lambda: journey.session.checking is None and not _checks(app))
                await journey.until(lambda: desk.is_ready)
            yield journey
            assert TOKEN not in journey.text
        if desk.session is not None:
            # A test that ends without Ctrl+Q leaves the draft on the desk.
            desk.session.draft.close()
        assert app._exception is None

    yield run
    assert wrong == []


def _checks(app: App[Any]) -> bool:
    """Whether a check in the background goes on."""
    return any(w.group == "check" and not w.is_finished for w in app.workers)


def seen_as(text: str) -> str:
    """A text as the screen shows it."""
    return visible(text)
