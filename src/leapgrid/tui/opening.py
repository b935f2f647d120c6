"""The part of the app that brings drafts onto the screen: stored, new, and files while they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import App

from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.files import FileError, ImportMapping
from leapgrid.tui.desk import Desk
from leapgrid.tui.notes import fitting, how_far, opened_words
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Changed, Session
from leapgrid.workspace import NotFound, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opened, Opening, Remembered, Unmapped
    from leapgrid.files import RawFile
    from leapgrid.tui.screens.mapping import MappingScreen

_WORTH_WAITING = 0.3
"""Seconds that a file of which nothing can be shown yet gets before a page says that it is read."""

_TOO_LARGE = "There is not enough memory for this file. Close other programs, or split the file."

_SAYABLE = (FileError, DraftError, WorkspaceError, MemoryError)


class OpeningApp(App[None]):
    """Shows drafts. A file is read in a thread: its first records are there at once, the draft follows."""

    desk: Desk
    keymap: dict[str, str]
    _start_screen: Page | None = None
    _opening: Opening | None = None

    # -- what lies on the screen --------------------------------------------------------------------------

    async def show_start(self, problems: tuple[str, ...] = ()) -> None:
        """The start screen, and nothing else."""
        from leapgrid.tui.screens.start import StartScreen

        await self._clear(None)
        await self.desk.put_away()
        screen = self._start_screen = StartScreen(self.desk, self.keymap)
        await self.push_screen(screen)
        if problems:
            screen.say(problems[0], sign="~", role="warning")

    async def _clear(self, start: Page | None) -> None:
        """Take all screens away; the start screen stays where it is given and lies at the bottom."""
        stays = self._lowest(start)
        while len(self.screen_stack) > stays:
            await self.pop_screen()

    def _lowest(self, start: Page | None) -> int:
        return 2 if start is not None and start in self.screen_stack[:2] else 1

    def _say(self, sentence: str) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            screen.say(sentence, sign="!", role="error")

    # -- drafts that are at hand --------------------------------------------------------------------------

    async def open_draft(self, make: Callable[[], WorkingDraft], problems: tuple[str, ...] = ()) -> None:
        """Make a draft in a thread and show it; or say why it cannot be."""
        try:
            draft = await asyncio.to_thread(make)
        except _SAYABLE as error:
            await self._failed(error, problems)
            return
        session = await self.desk.open(draft)
        screen = await self._show_session(session, None)
        await self._tell_about(session, screen, [*problems, *opened_words(draft, None, self.keymap)])

    async def _failed(self, error: BaseException, problems: tuple[str, ...] = ()) -> None:
        if not isinstance(self.screen, Page):
            await self.show_start(problems)
        self._say(_TOO_LARGE if isinstance(error, MemoryError) else str(error))

    async def _show_session(self, session: Session, meanwhile: Page | None) -> GridScreen:
        """The grid of a draft; it takes the place of its own beginning without a flicker."""
        draft = session.draft
        cells = len(draft.batch) * len(draft.schema.fields)
        session.tell(Changed(checked=(0, cells)))
        beginning = meanwhile if isinstance(meanwhile, GridScreen) else None
        alone = len(self.screen_stack) == self._lowest(self._start_screen) + 1
        if beginning is not None and self.screen is beginning and alone:
            beginning.take(session)
            return beginning
        screen = GridScreen(self.desk, session, self.keymap)
        if beginning is not None:
            screen.grid.stand_as(beginning.grid)
        with self.batch_update():
            await self._clear(self._start_screen)
            await self.push_screen(screen)
        return screen

    async def _tell_about(self, session: Session, screen: GridScreen, said: list[str]) -> None:
        if said and session is self.desk.session:
            session.told = tuple(said)
            screen.say(fitting(said, self.size.width - 2, self.keymap))

    # -- files --------------------------------------------------------------------------------------------

    async def open_file(self, opening: Opening, problems: tuple[str, ...] = ()) -> None:
        """Show a file as soon as anything of it can be shown; the rest goes on beside the loop."""
        if self._opening is not None:
            self._opening.cancel()
        self._opening = opening.start()
        result, head = asyncio.wrap_future(opening.result), asyncio.wrap_future(opening.head)
        beginning: WorkingDraft | None = None
        with suppress(TimeoutError):
            beginning = await asyncio.wait_for(head, _WORTH_WAITING)
        if beginning is None:
            await asyncio.wait({result}, timeout=_WORTH_WAITING)
        meanwhile: Page | None = None
        if not result.done():
            meanwhile = await self._show_meanwhile(opening, beginning)
            # No other opening ends this one: whoever opens another file cancels it, and it ends by itself.
            self.run_worker(self._arrive(opening, result, meanwhile, problems), group="open")
        else:
            await self._arrive(opening, result, None, problems)

    async def _show_meanwhile(self, opening: Opening, beginning: WorkingDraft | None) -> Page:
        page: Page
        if beginning is not None:
            session = Session(beginning, lambda: how_far(opening))
            session.rows.expected = opening.expected
            page = GridScreen(self.desk, session, self.keymap)
        else:
            from leapgrid.tui.screens.reading import ReadingScreen

            page = ReadingScreen(self.desk, opening, self.keymap)
        await self.push_screen(page)
        return page

    async def _arrive(
        self,
        opening: Opening,
        result: asyncio.Future[Opened | Unmapped],
        meanwhile: Page | None,
        problems: tuple[str, ...],
    ) -> None:
        try:
            found = await result
        except _SAYABLE as error:
            if opening is self._opening and not opening.is_cancelled:
                self._opening = None
                await self._take_away(meanwhile)
                await self._failed(error, problems)
            return
        if opening is not self._opening or opening.is_cancelled:
            return  # a person left it, or opened something else
        from leapgrid.drafting.opening import Unmapped  # it is loaded since there is a file

        if isinstance(found, Unmapped):
            await self._take_away(meanwhile)
            await self.ask_for_columns(opening, found.raw, opening.wanted.said, found.remembered)
        else:
            self._opening = None
            await self._show_opened(found, meanwhile, problems)
            if opening.wanted.said.is_chosen:
                # By options or a recipe: the next file like this one needs none.
                await self._settle_columns(found, found.said, None)

    async def _take_away(self, page: Page | None) -> None:
        """Take a page that lies on top away, and what lies on it."""
        if page is not None and page in self.screen_stack:
            while self.screen_stack[-1] is not page:
                await self.pop_screen()
            await self.pop_screen()

    async def _show_opened(
        self, opened: Opened, meanwhile: Page | None, problems: tuple[str, ...] = ()
    ) -> None:
        # A page that a person opened over the beginning meanwhile, such as the help, goes with it.
        if meanwhile is not None and meanwhile in self.screen_stack:
            while self.screen_stack[-1] is not meanwhile:
                await self.pop_screen()
        session = await self.desk.open(opened.draft)
        session.opened = opened
        screen = await self._show_session(session, meanwhile)
        said = [*problems, *opened_words(opened.draft, opened.remembered, self.keymap)]
        await self._tell_about(session, screen, said)

    async def leave_reading(self) -> None:
        """Read no further; back to where the file was asked for."""
        opening, self._opening = self._opening, None
        if opening is None:
            return
        opening.cancel()
        await self.pop_screen()
        if not isinstance(self.screen, Page):
            await self.show_start()

    # -- which column is which field ----------------------------------------------------------------------

    async def ask_for_columns(
        self, opening: Opening, raw: RawFile, said: ImportMapping, remembered: Remembered | None
    ) -> None:
        """Let a person say what the columns of a file are."""
        from leapgrid.tui.screens.mapping import MappingScreen

        self._opening = opening
        wanted = opening.wanted
        screen = MappingScreen(
            self.desk,
            raw,
            wanted.schema,
            said,
            remembered,
            self.keymap,
            read=opening.read,
            context=wanted.context,
        )

        def answered(result: object) -> None:
            said = result if isinstance(result, MappingScreen.Result) else None
            self.run_worker(self._columns_said(opening, said), group="open")

        await self.push_screen(screen, answered)

    async def _columns_said(self, opening: Opening, result: MappingScreen.Result | None) -> None:
        self._opening = None
        if result is None:
            if not isinstance(self.screen, Page):
                await self.show_start()
            return
        try:
            opened = await asyncio.to_thread(
                lambda: opening.draft_of(result.raw, result.mapping, shown=result.proposal)
            )
        except _SAYABLE as error:
            await self._failed(error)
            return
        mapping = result.mapping
        # Its reasons stay true when the screen is opened again: not all of it was chosen by a person.
        from leapgrid.drafting.opening import Remembered

        earlier = Remembered(*result.remembered) if result.remembered is not None else None
        opened = opened._replace(given=result.said or mapping, earlier=earlier)
        old = self.desk.session
        replaced = old.draft if old is not None and old.draft.source == opened.draft.source else None
        await self._show_opened(opened, None)
        await self._settle_columns(opened, mapping if result.keep else None, replaced)

    async def _settle_columns(
        self, opened: Opened, mapping: ImportMapping | None, replaced: WorkingDraft | None
    ) -> None:
        """Remember what was said, if anything; drop the draft that this one replaces if it is untouched."""
        said = ""
        if replaced is not None and replaced.id:
            if replaced.is_untouched:
                try:
                    await asyncio.to_thread(self.desk.remove_draft, replaced.id)
                except NotFound:
                    pass  # the new one took its place already
                except WorkspaceError as error:
                    said = str(error)
            else:
                said = "This is a new draft; the one before, with its edits, is on the start screen (/z)."
        try:
            if mapping is not None:
                await asyncio.to_thread(self.desk.remember, opened, mapping)
        except WorkspaceError as error:
            said = str(error)
        session = self.desk.session
        if said and session is not None and session.draft is opened.draft:
            session.tell(Changed(said=said))
