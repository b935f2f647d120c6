"""The part of the app that shows what was sent: the history, receipts, and what they lead to."""

from __future__ import annotations

import asyncio

from textual import on, work

from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.tui import messages as asked
from leapgrid.tui.notes import sending_words
from leapgrid.tui.opening import OpeningApp
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Session
from leapgrid.workspace import WorkspaceError

_NONE_REJECTED = "None of its records is rejected any more. The receipt has them as they were sent."


class LookingBackApp(OpeningApp):
    """Shows history and receipts over whatever lies on the screen."""

    @on(asked.ShowHistory)
    async def _history(self) -> None:
        from leapgrid.tui.screens.history import HistoryScreen

        if not isinstance(self.screen, HistoryScreen):
            await self.push_screen(HistoryScreen(self.desk, self.keymap))

    @on(asked.ShowReceipt)
    async def _receipt(self, event: asked.ShowReceipt) -> None:
        from leapgrid.tui.screens.receipt import ReceiptScreen

        if not isinstance(self.screen, ReceiptScreen):
            await self.push_screen(ReceiptScreen(self.desk, event.submission, self.keymap))

    @on(asked.GoToDraft)
    async def _go_to_draft(self, event: asked.GoToDraft) -> None:
        screen = await self._draft(event.draft_id)
        if screen is not None and event.row_id is not None:
            screen.go_to_refused(event.row_id, event.field)

    @on(asked.LookUpSent)
    async def _look_up_sent(self, event: asked.LookUpSent) -> None:
        screen = await self._draft(event.draft_id)
        if screen is not None:
            await screen.run_action("look_up_unknown")

    async def _draft(self, draft_id: str) -> GridScreen | None:
        """The grid of a draft, on top; None where it cannot be, which is said then."""
        session = self.desk.session
        if session is None or session.draft.id != draft_id:
            if session is not None and session.is_sending:
                self._complain(sending_words(self.keymap))
                return None
            await self.open_draft(lambda: self.desk.open_stored(draft_id))
            session = self.desk.session
            if session is None or session.draft.id != draft_id:
                return None
        while not isinstance(self.screen, GridScreen) and len(self.screen_stack) > 1:
            await self.pop_screen()
        return self.screen if isinstance(self.screen, GridScreen) else None

    @on(asked.ExportRejectedOf)
    def _export_rejected_of(self, event: asked.ExportRejectedOf) -> None:
        self.export_rejected_of(event.draft_id)

    # Exclusive is right here: the draft is only looked at, and one page for it is enough.
    @work(group="export rejected", exclusive=True, exit_on_error=False)
    async def export_rejected_of(self, draft_id: str) -> None:
        """The export of what a draft has rejected; one that does not lie on the desk is only looked at."""
        from leapgrid.tui.screens.export import ExportScreen

        asked_on = self.screen
        session = self.desk.session
        if session is None or session.draft.id != draft_id:
            try:
                session = Session(await asyncio.to_thread(self._looked_at, draft_id))
            except (WorkspaceError, DraftError) as problem:
                self._complain(str(problem))
                return
        if self.screen is not asked_on:
            return  # the person went on to something else meanwhile
        if session.has_rejected:
            await self.push_screen(ExportScreen(self.desk, session, self.keymap, "rejected"))
        else:
            self._complain(_NONE_REJECTED, sign="~", role="warning")

    def _looked_at(self, draft_id: str) -> WorkingDraft:
        return WorkingDraft(self.desk.workspace.load_draft(draft_id), None)

    def _complain(self, sentence: str, *, sign: str = "!", role: str = "error") -> None:
        screen = self.screen
        if isinstance(screen, Page):
            screen.say(sentence, sign=sign, role=role)
