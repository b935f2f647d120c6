"""The part of the app that looks after the workspace: a damaged one is rescued, a sound one copied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App

from leapgrid.tui import messages as asked
from leapgrid.tui.desk import Desk
from leapgrid.tui.screens.page import Page
from leapgrid.workspace import Damaged, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace.rescue import Findings

FIRST_COPY = 5.0
"""Seconds after the start until a copy is made, so that nothing that a person waits for waits for it."""

NEXT_COPY = 30 * 60.0
"""Seconds between two looks at whether anything was changed since."""


class KeepingApp(App[None]):
    """Offers the copy of a damaged workspace, and makes the copies of one that is sound."""

    desk: Desk
    keymap: dict[str, str]

    async def show_start(self, problems: tuple[str, ...] = ()) -> None:
        """The start screen, and nothing else."""
        raise NotImplementedError  # the part that opens drafts has it

    async def show_rescue(self, findings: Findings, problems: tuple[str, ...]) -> None:
        """The screen that says what can be saved of a damaged workspace."""
        from leapgrid.tui.screens.rescue import RescueScreen

        screen = RescueScreen(self.desk, findings, self.keymap)
        await self.push_screen(screen)
        if problems:
            screen.say(problems[0], sign="~", role="warning")

    @on(asked.WorkspaceRescued)
    async def _rescued(self, event: asked.WorkspaceRescued) -> None:
        await self.pop_screen()
        await self.show_start((event.said,))

    @work(group="copies", exit_on_error=False)
    async def keep_copies(self) -> None:
        """Copy the workspace once it has shown that it can be used, and now and then while it changes."""
        wait = FIRST_COPY
        while True:
            await asyncio.sleep(wait)
            try:
                await asyncio.to_thread(self.desk.keep_copy)
            except Damaged as problem:
                screen = self.screen
                if isinstance(screen, Page):
                    screen.say(str(problem), sign="!", role="error")
                return  # the copies that there are must stay
            except WorkspaceError:
                pass  # No room, or somebody writes: the next time. What matters is said where edits are kept.
            wait = NEXT_COPY
