"""The app: themes, keys and the palette registered, screens pushed, and what screens ask for done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.binding import Binding

from leapgrid.tui import messages as asked
from leapgrid.tui.actions import bindings
from leapgrid.tui.checking import check_in_background
from leapgrid.tui.commands import CommandScreen, LeapGridCommands
from leapgrid.tui.desk import Desk
from leapgrid.tui.keeping import KeepingApp
from leapgrid.tui.launch import Launch
from leapgrid.tui.looking_back import LookingBackApp
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.settling import SettlingApp
from leapgrid.tui.theming import DEFAULT_THEME, Palette, theme_variables
from leapgrid.tui.turns import TurnsApp
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opened, Opening, Unmapped
    from leapgrid.tui.screens.mapping import MappingScreen


class LeapGridApp(TurnsApp, LookingBackApp, SettlingApp, KeepingApp):
    """LeapGrid in a terminal."""

    TITLE = "LeapGrid"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {LeapGridCommands}  # noqa: RUF012  # Textual declares it so
    BINDINGS = [*bindings("app"), Binding("ctrl+c", "nothing", show=False)]  # noqa: RUF012  # the same
    CSS = "ToastRack { display: none; }"

    def __init__(self, desk: Desk, launch: Launch) -> None:
        """
        Args:
            desk: the workspace and the connection.
            launch: what to show first, in which theme and with which keys.
        """
        self.palettes = launch.palettes
        self.palette: Palette = self.palettes[DEFAULT_THEME]
        super().__init__()
        self.desk = desk
        self.launch = launch
        self.keymap = dict(launch.keymap)
        self.choose_theme(launch.theme if launch.theme in self.palettes else DEFAULT_THEME)
        self.set_keymap(self.keymap)

    # -- themes -------------------------------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.palette)

    def choose_theme(self, name: str) -> None:
        """Draw everything in another theme."""
        self.palette = self.palettes[name]
        self.register_theme(self.palette.to_textual())
        self.theme = name

    # -- beginning and end --------------------------------------------------------------------------------

    async def on_mount(self) -> None:
        first = self.launch
        problems = tuple(p for p in (self.desk.left_open, *first.problems) if p)
        self.keep_copies()
        if first.findings is not None:
            await self.show_rescue(first.findings, problems)
        elif first.kind == "start":
            await self.show_start(problems)
        elif first.kind == "file":
            await self.open_file(first.opening(self.desk), problems)
        else:
            await self.open_draft(first.make(self.desk), problems)

    async def action_quit(self) -> None:
        """Leave; what is on its way is waited for, because its answer matters."""
        session = self.desk.session
        if session is not None and session.is_sending:
            self.desk.stop_after_chunk()
            self._say(
                "A chunk is with the server. LeapGrid closes when its answer is recorded; ^Q again: at once."
            )
            if not self._leaving:
                self._leaving = True
                self.leave_when_settled()
                return
        await self.leave()

    _leaving = False
    _gone_on_with: Session | None = None

    @work(group="leave", exit_on_error=False)
    async def leave_when_settled(self) -> None:
        """Close once the run is over."""
        await self.desk.settled()
        await self.leave()

    async def leave(self) -> None:
        """Close: edits to the disk first."""
        if self._opening is not None:
            self._opening.cancel()
        for screen in self.screen_stack:
            if isinstance(screen, GridScreen):
                screen.grid.keep()
        await self.desk.close()
        self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Help and palette are keys too: in a window that is too small they do nothing."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(screen, Page) and screen.has_class("-tiny"):
            return action == "quit"
        return super().check_action(action, parameters)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandScreen):
            self.push_screen(CommandScreen(id="--command-palette"))

    def action_nothing(self) -> None:
        """Ctrl+C is for copying; it must not end a program in which work lies."""

    def action_help(self) -> None:
        from leapgrid.tui.screens.help import HelpScreen

        screen = self.screen
        if isinstance(screen, Page) and not isinstance(screen, HelpScreen):
            self.push_screen(HelpScreen(self.desk, screen, self.keymap))

    # -- what comes onto the screen from workers -----------------------------------------------------------

    async def _arrive(
        self,
        opening: Opening,
        result: asyncio.Future[Opened | Unmapped],
        meanwhile: Page | None,
        problems: tuple[str, ...],
    ) -> None:
        await asyncio.wait({result})
        with self.opening():  # for a moment what lay below is on top
            await super()._arrive(opening, result, meanwhile, problems)

    async def _columns_said(self, opening: Opening, result: MappingScreen.Result | None) -> None:
        with self.opening():  # while the draft is made, an older one may be on top
            await super()._columns_said(opening, result)

    # -- what screens ask for -----------------------------------------------------------------------------

    @on(asked.GridIsThere)
    def _go_on(self) -> None:
        """Read on, or check the records and move them in: all of it loads what a paint can do without."""
        if self._opening is not None:
            self._opening.go_on()
        session = self.desk.session
        if session is not None and session is not self._gone_on_with:
            self._gone_on_with = session
            check_in_background(self, session)
            self.move_in(session)
            self.find_open(session)

    @work(group="move in", exit_on_error=False)
    async def move_in(self, session: Session) -> None:
        """Keep the records, and connect the sample leads, now that they are on the screen."""
        problem = await self.desk.move_in()
        session.tell(Changed(said=problem))
        if session.not_kept:
            await self.desk.keep_trying()
            if not session.not_kept:
                session.tell(Changed(said="The records are stored now."))

    @on(asked.NewDraft)
    async def _new(self) -> None:
        await self.open_draft(self.desk.new_draft)

    @on(asked.OpenDraft)
    async def _open(self, event: asked.OpenDraft) -> None:
        await self.open_draft(lambda: self.desk.open_stored(event.draft_id))

    @on(asked.OpenFile)
    async def _open_file(self, event: asked.OpenFile) -> None:
        await self.open_file(self.desk.opening(Path(event.path)))

    @on(asked.LeaveReading)
    async def _leave_reading(self) -> None:
        await self.leave_reading()

    @on(asked.ChangeColumns)
    async def _change_columns(self) -> None:
        session = self.desk.session
        if session is None or not session.draft.source:
            return
        opened = session.opened
        path = Path(session.draft.source)
        if opened is None:
            await self.open_file(self.desk.opening(path, ask=True))
        else:
            opening = self.desk.opening(path, said=opened.said, ask=True)
            await self.ask_for_columns(opening, opened.raw, opened.given, opened.earlier)

    @on(asked.ShowNotes)
    async def _notes(self) -> None:
        from leapgrid.tui.notes import note_lines
        from leapgrid.tui.screens.text_page import TextPage

        session = self.desk.session
        if session is not None:
            told = [words for words in session.told if words != self._open_told or self._is_open(session)]
            count, line = note_lines(session.draft.notes, told, self.keymap)
            name = visible(session.draft.name, 60)
            await self._show(TextPage(self.desk, self.keymap, "Notes", count, line, words=name))

    @on(asked.SampleLeads)
    async def _samples(self) -> None:
        await self.open_draft(self.desk.open_samples)

    @on(asked.GoToStart)
    async def _start(self) -> None:
        await self._unless_sending(self.show_start)

    @on(asked.AskForFile)
    async def _ask_for_file(self) -> None:
        from leapgrid.tui.screens.open_file import OpenFileScreen

        async def ask() -> None:
            await self._show(OpenFileScreen(self.desk, self.keymap))

        await self._unless_sending(ask)

    async def _unless_sending(self, act: Callable[[], Awaitable[None]]) -> None:
        session = self.desk.session
        if session is not None and session.is_sending:
            from leapgrid.tui.notes import sending_words

            self._say(sending_words(self.keymap))
        else:
            await act()

    async def _show(self, page: Page) -> None:
        """Put a page on top, once: a key that is held down asks for it again before it is there."""
        if type(self.screen) is not type(page):
            await self.push_screen(page)

    @on(asked.AskForReview)
    async def _review(self) -> None:
        if self.desk.is_ready:
            await self.show_review()
        else:
            if isinstance(self.screen, Page):
                self.screen.say(
                    "The records are being stored. The review comes as soon as they are.",
                    so=lambda: not self.desk.is_ready,
                )
            self.review_when_ready()

    @work(group="review", exclusive=True)
    async def review_when_ready(self) -> None:
        """The review, once the draft is kept and connected."""
        session = self.desk.session
        with self.opening():
            await self.desk.ready()
            screen = self.screen
            if session is not self.desk.session or not isinstance(screen, GridScreen):
                return
            if screen.grid.open is None:
                await self.show_review()
            else:
                screen.say("The records are stored. The review can be opened now.")

    async def show_review(self) -> None:
        """The review; a draft that cannot be kept cannot be sent either."""
        from leapgrid.tui.screens.review import ReviewScreen

        session = self.desk.session
        if session is not None and session.trouble:
            self._say(f"Nothing can be sent before the records are stored. {session.trouble}")
        elif self.desk.why_not_send:
            self._say(self.desk.why_not_send)
        else:
            await self._show(ReviewScreen(self.desk, self.keymap))

    @on(asked.AskForExport)
    async def _export(self, event: asked.AskForExport) -> None:
        from leapgrid.tui.exporting import Records
        from leapgrid.tui.screens.export import ExportScreen

        session = self.desk.session
        if session is not None and len(session.draft.batch):
            first: Records = "rejected" if event.rejected else "all"
            await self._show(ExportScreen(self.desk, session, self.keymap, first))

    @on(asked.ShowPayload)
    async def _payload(self, event: asked.ShowPayload) -> None:
        from leapgrid.tui.screens.payload import PayloadPage

        if self.desk.session is not None:
            page = PayloadPage(self.desk, self.desk.session, event.row_id, event.field, self.keymap)
            await self._show(page)

    @on(asked.ShowResult)
    async def _result(self) -> None:
        from leapgrid.tui.screens.result import ResultPage

        if self.desk.session is not None:
            await self._show(ResultPage(self.desk, self.desk.session, self.keymap))

    @on(asked.GoToCell)
    async def _go_to_cell(self, event: asked.GoToCell) -> None:
        while not isinstance(self.screen, GridScreen) and len(self.screen_stack) > 1:
            await self.pop_screen()
        if isinstance(self.screen, GridScreen):
            self.screen.go_to_refused(event.row_id, event.field)

    @on(asked.SendPlan)
    async def _send(self, event: asked.SendPlan) -> None:
        session = self.desk.session
        if session is None or self.desk.link is None:
            return
        if not await asyncio.to_thread(session.draft.flush):
            self._say(f"Nothing was sent, because the records are not stored. {session.trouble}")
            return
        if not session.begin(event.plan):
            return
        while not isinstance(self.screen, GridScreen) and len(self.screen_stack) > 1:
            await self.pop_screen()
        self.send(event)

    # Never exclusive: a second worker would cancel the first, and the server would store what it sent.
    @work(group="submit", exit_on_error=False)
    async def send(self, event: asked.SendPlan) -> None:
        """Send a plan; the session tells everyone of every step."""
        await self.desk.send(event.plan, event.options)
        self.look_later()

    @on(asked.PauseSending)
    def _pause(self) -> None:
        self.desk.pause_or_go_on()

    @on(asked.StopSending)
    def _stop(self) -> None:
        self.desk.stop_after_chunk()
