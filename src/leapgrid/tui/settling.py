"""The part of the app that settles what is open: looks up, keeps what a person says, goes on, connects."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import on, work
from textual.app import App

from leapgrid.config import person
from leapgrid.records import RowState
from leapgrid.tui import messages as asked
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.keymap import shown_key
from leapgrid.tui.notes import fitting, open_words
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.screens.grid_view import DOCK_FROM
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.visible import visible

_CHOICES = {"there": RowState.CREATED, "again": RowState.READY, "leave": RowState.SKIPPED}


def evidence_of(choice: str, who: str, at: float) -> str:
    """The sentence that is kept with a person's choice about an unknown row."""
    whom = visible(who, 40) or "a person"
    moment = time.strftime("%H:%M", time.localtime(at))
    return {
        "there": f"It is there: said by {whom} at {moment}, not by the server.",
        "again": f"To be sent again: decided by {whom} at {moment}, without proof that it is not there.",
        "leave": f"Left as it is: decided by {whom} at {moment}. It may be there.",
    }[choice]


class SettlingApp(App[None]):
    """What screens ask for about rows of which nobody knows whether the server has them."""

    desk: Desk
    keymap: dict[str, str]
    _open_told = ""
    """What was said to be open of the draft when it was opened."""
    _to_go_on = ""
    """The draft that is being opened to go on with it."""

    # -- what is open -------------------------------------------------------------------------------------

    @work(group="find open", exit_on_error=False)
    async def find_open(self, session: Session) -> None:
        """Say what there is to know of a draft that came onto the screen: what is open, what went before."""
        if session.draft.outcomes:
            await self._tell_open(session)
        await self.tell_created_before(session)

    async def tell_created_before(self, session: Session, first: str = "") -> None:
        """Say how many of the records were created before from another draft, where records go now.

        Args:
            first: what else is said, before it.
        """
        if not session.is_sending and (words := await self.desk.sending.created_before(session)):
            session.told = (*words, *session.told)
            said = (first, *session.told) if first else session.told
            if session is self.desk.session and isinstance(self.screen, GridScreen):
                words = (fitting(said, self.size.width - 4, self.keymap),)
                so = (lambda: self._is_open(session)) if self._open_told in session.told else None
                self._inform(words[0], sign="~", role="warning", so=so)

    async def _tell_open(self, session: Session) -> None:
        await self.desk.sending.refresh(session)
        if session is not self.desk.session:
            return
        if self._to_go_on == session.draft.id:
            await self.show_going_on(session)
        elif words := open_words(session.looks.open, session.unknown, self.keymap):
            session.told = (words, *session.told)
            self._open_told = words
            said = fitting(session.told, self.size.width - 4, self.keymap)
            self._inform(said, sign="?", role="unknown", so=lambda: self._is_open(session))
        self._to_go_on = ""

    def _is_open(self, session: Session) -> bool:
        """Whether what was said to be open when the draft was opened is, still in the same numbers."""
        if session.is_sending:
            return False
        return open_words(session.looks.open, session.unknown, self.keymap) == self._open_told

    # -- looking up ---------------------------------------------------------------------------------------

    @on(asked.ShowUnknown)
    async def _show_unknown(self) -> None:
        from leapgrid.tui.screens.unknown import UnknownPage

        if self.desk.session is not None and not isinstance(self.screen, UnknownPage):
            await self.push_screen(UnknownPage(self.desk, self.desk.session, self.keymap))

    @on(asked.LookUpUnknown)
    def _look_up(self, event: asked.LookUpUnknown) -> None:
        if not self.desk.base_url:
            self._inform(self.desk.why_not_connected)
        else:
            self.look_up(event.rows)

    # A second one while the first goes on does nothing; looking changes nothing at the server.
    @work(group="look up", exit_on_error=False)
    async def look_up(self, rows: tuple[int, ...] | None = None) -> None:
        """Ask the server now, and again whenever that can settle something."""
        await self.desk.sending.look_up(rows)
        await self.desk.sending.keep_looking()

    @on(asked.DecideUnknown)
    def _decide(self, event: asked.DecideUnknown) -> None:
        self.decide(event.rows, event.choice)

    # Not exclusive: what a person said must be kept, whatever they say next.
    @work(group="decide", exit_on_error=False)
    async def decide(self, rows: tuple[int, ...], choice: str) -> None:
        """Keep what a person says of unknown rows."""
        evidence = evidence_of(choice, person(), time.time())
        problem = await self.desk.sending.decide(rows, _CHOICES[choice], evidence)
        if problem:
            self._inform(problem, sign="!", role="error")
            return
        what = plural(len(rows), "row")
        is_are = "is" if len(rows) == 1 else "are"
        send = shown_key("review", self.keymap)
        said = {
            "there": f"{what} {'counts' if len(rows) == 1 else 'count'} as created, on your word.",
            "again": f"{what} {is_are} ready: {send} sends {'it' if len(rows) == 1 else 'them'} again.",
            "leave": f"{what} {is_are} skipped. {shown_key('skip_row', self.keymap)} takes a row back.",
        }[choice]
        self._inform(said)

    @on(asked.SendAnyway)
    def _send_anyway(self, event: asked.SendAnyway) -> None:
        self.send_anyway(event.rows)

    @work(group="decide", exit_on_error=False)
    async def send_anyway(self, rows: tuple[int, ...]) -> None:
        """Let rows go that were created before."""
        problem = await self.desk.sending.send_anyway(rows)
        if problem:
            self._inform(problem, sign="!", role="error")
        else:
            one = len(rows) == 1
            self._inform(f"{plural(len(rows), 'row')} {'is' if one else 'are'} sent all the same, as new.")

    # -- going on -----------------------------------------------------------------------------------------

    @on(asked.AskToGoOn)
    async def _ask_to_go_on(self, event: asked.AskToGoOn) -> None:
        session = self.desk.session
        if event.draft_id and (session is None or session.draft.id != event.draft_id):
            self._to_go_on = event.draft_id
            self.post_message(asked.OpenDraft(event.draft_id))
        elif session is not None:
            await self.show_going_on(session)

    async def show_going_on(self, session: Session) -> None:
        """The page that says what was cut off and asks."""
        from leapgrid.tui.screens.going_on import GoingOnScreen

        await self.desk.sending.refresh(session)
        if self.desk.why_not_send:
            self._inform(self.desk.why_not_send, sign="!", role="error")
        elif not session.can_resume:
            self._inform("Nothing is cut off here.")
        elif not isinstance(self.screen, GoingOnScreen):
            await self.push_screen(GoingOnScreen(self.desk, self.keymap))

    @on(asked.GoOn)
    async def _go_on_asked(self, event: asked.GoOn) -> None:
        session = self.desk.session
        if session is None or self.desk.link is None or session.is_sending:
            return
        while not isinstance(self.screen, GridScreen) and len(self.screen_stack) > 1:
            await self.pop_screen()
        if isinstance(self.screen, GridScreen) and session.unknown and self.size.width >= DOCK_FROM:
            self.screen.open_unknown()
        self.go_on(event)

    # Never exclusive, as for a sending: a second worker would cancel the first.
    @work(group="submit", exit_on_error=False)
    async def go_on(self, event: asked.GoOn) -> None:
        """Look up, and send what never went out."""
        session = self.desk.session
        run = session.run if session is not None else None
        problem = await self.desk.sending.go_on(event.submissions, event.options)
        if problem:
            self._inform(problem, sign="!", role="error")
        elif session is not None and session.run is run and session.looks.said:
            self._inform(session.looks.said)  # it only looked; nothing could be sent
        self.look_later()

    @work(group="look up", exit_on_error=False)
    async def look_later(self) -> None:
        """Look again when that can settle something."""
        await self.desk.sending.keep_looking()

    # -- connecting ---------------------------------------------------------------------------------------

    @on(asked.AskToConnect)
    async def _ask_to_connect(self) -> None:
        from leapgrid.tui.screens.connect import ConnectScreen

        session = self.desk.session
        if isinstance(self.screen, ConnectScreen) or (session is not None and session.is_sending):
            return
        elsewhere = [one.origin for one in session.looks.open] if session is not None else []
        await self.push_screen(
            ConnectScreen(self.desk, self.keymap, "" if self.desk.link else next(iter(elsewhere), "")),
            self._connected,
        )

    def _connected(self, result: object) -> None:
        if not isinstance(result, Link):
            return
        self.desk.connect(result)
        session = self.desk.session
        said = f"Connected to {result.host}. Nothing is sent before you say so."
        if session is not None and session.looks.unsent:
            left, key = plural(session.looks.unsent, "row"), shown_key("review", self.keymap)
            said = f"Connected to {result.host}. {left} did not go out yet: {key} goes on."
        self.say_connected(said)

    @work(group="connect", exit_on_error=False)
    async def say_connected(self, said: str) -> None:
        """Back to the records, where what comes next begins."""
        from leapgrid.tui.screens.result import ResultPage

        if isinstance(self.screen, ResultPage):
            await self.pop_screen()
        screen = self.screen
        if isinstance(screen, Page):
            screen.show_title()
            screen.show_footer()
        if self.desk.session is not None:
            self.desk.session.refreshed()
        self._inform(said)
        if self.desk.session is not None:
            await self.tell_created_before(self.desk.session, said)

    # -- saying -------------------------------------------------------------------------------------------

    def _inform(
        self, sentence: str, *, sign: str = "", role: str = "text", so: Callable[[], bool] | None = None
    ) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            screen.say(sentence, sign=sign, role=role, so=so)
