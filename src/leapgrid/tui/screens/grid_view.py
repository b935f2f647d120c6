"""What the grid screen shows, and how it is brought up to date. What its keys do is in ``grid``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from textual import work
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from leapgrid.records import IN_FLIGHT, RowId, RowState
from leapgrid.tui.actions import Action, Scope, actions_of, find
from leapgrid.tui.describe import issue_state, payload_state, status_state, typing_state
from leapgrid.tui.desk import Desk
from leapgrid.tui.grid import GridHeader, RecordGrid
from leapgrid.tui.keymap import cell_keys, keys_in_use, shown_key
from leapgrid.tui.messages import GridIsThere, ShowResult, ShowUnknown
from leapgrid.tui.notes import menu_key
from leapgrid.tui.payload import Form
from leapgrid.tui.result import result_state
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.theming import palette_of
from leapgrid.tui.widgets.dock import Dock
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.menu import Menu
from leapgrid.tui.widgets.payload_view import PayloadView, payload_title
from leapgrid.tui.widgets.result_view import ResultView
from leapgrid.tui.widgets.status_line import StatusLine, StatusState
from leapgrid.tui.widgets.unknown_view import UnknownPanel
from leapgrid.visible import visible

DOCK_FROM = 120
"""From this width on there is a dock; below it panels lie over the whole screen."""


RESTS = 0.15
"""Seconds that the cursor rests on a row before its story is read."""

_LOOK_AGAIN = 0.5
"""Seconds between two looks at what threads do that tell nobody."""


class GridView(Page):
    """One draft on the screen: the grid, its lines, the dock."""

    SCOPES = ("app", "grid")
    HAS_ISSUE_LINE = False  # it stands above the status line here, see body()

    DEFAULT_CSS = """
    GridView #desk { height: 1fr; }
    GridView #prompt { display: none; height: 1; }
    GridView.-asking #prompt { display: block; }
    GridView.-asking IssueLine, GridView.-menu IssueLine, GridView.-menu StatusLine { display: none; }
    """

    def __init__(self, desk: Desk, session: Session, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.session = session
        fix = shown_key("fix", self.keymap)
        menu = keys_in_use(find("menu", "grid"), self.keymap).split(",")
        self.grid = RecordGrid(session.rows, cell_keys(self.keymap), fix, menu)
        self.header = GridHeader(self.grid)
        self.payload = PayloadView()
        self.result = ResultView()
        self.unknown = UnknownPanel(session)
        self.dock = Dock(self.payload, self.result, self.unknown)
        self.status = StatusLine()
        self.menu = Menu()
        self.prompt = TextField("row number", id="prompt")
        self.form: Form | None = "JSON"
        self._said: IssueState | None = None
        self._said_at: tuple[RowId | None, int] = (None, 0)
        self._said_in_flight = False
        self._said_so: Callable[[], bool] | None = None

    def body(self) -> Iterable[Widget]:
        # Before anything is laid out: what is shown or hidden later is laid out twice.
        self.theme_changed()
        self.show_dock()
        return (
            Horizontal(Vertical(self.header, self.grid), self.dock, id="desk"),
            self.menu,
            self.issue_line,
            self.prompt,
            self.status,
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, self.theme_changed)
        self.session.listen(self.session_changed)
        self.set_interval(_LOOK_AGAIN, self.follow_the_disk)
        self.grid.focus()
        self.show_all()

    def on_unmount(self) -> None:
        self.session.forget(self.session_changed)

    def take(self, session: Session) -> None:
        """Show a session in the place of the one that was its beginning."""
        self.session.forget(self.session_changed)
        self.session = session
        session.listen(self.session_changed)
        self._said = None
        self.unknown.take(session)
        self.grid.show_model(session.rows)
        self.header.refresh()
        self.show_all()
        self.call_after_refresh(self.post_message, GridIsThere())

    @property
    def session_shown(self) -> Session:
        return self.session

    def follow_the_disk(self) -> None:
        """Edits are written by a thread that tells nobody; whether they are on disk is looked up.

        So is what others did in the draft, but for as long as a cell is open: what is typed there was meant
        for what was seen.
        """
        if self.grid.open is None:
            self.session.receive()
        self.show_title()
        self.show_issue()
        if self.session.reading is not None:
            self.show_status()
        self.show_unknown()  # it counts down

    def theme_changed(self, theme: object = None) -> None:
        """Part the dock from the grid by a line in the themes whose grounds cannot."""
        self.dock.set_class(palette_of(self).dock_line, "-line")

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        """Whose keys the next key is."""
        if self.menu.has_class("-open"):
            return "menu"
        if self.grid.open is not None:
            return "cell"
        if self.focused is self.result:
            return "result"
        if self.focused is self.unknown.list:
            return "unknown"
        return "grid"

    def session_changed(self, changed: Changed) -> None:
        """The records, or the run, are different."""
        if changed.rows is None or changed.rows:
            self.grid.records_changed(changed.rows)
        if changed.checked is not None and changed.checked[0] == changed.checked[1]:
            self.grid.measure()  # now it is known which cells carry a mark
        if changed.said:
            self.say(changed.said)
        elif changed.edited or self._was_answered:
            self._said = None
        self.show_all()
        if changed.run:
            self.show_run()
            self.show_unknown()

    def show_all(self) -> None:
        """Bring all lines and panels up to date."""
        self.show_title()
        self.show_status()
        self.show_issue()
        self.show_payload()
        self.show_footer()

    def show_status(self) -> None:
        """Bring the status line up to date."""
        if self.grid.open is not None:
            old = visible(self.grid.open.old, 80)
            self.status.show(StatusState(plain=f"was {old}" if old else "was empty", view="editing"))
        else:
            self.status.show(status_state(self.session))

    def show_issue(self) -> None:
        """Bring the issue line up to date."""
        if self._said is not None and self._said_so is not None and not self._said_so():
            self._said = None
        cell, field = self.grid.open, self.field
        if cell is not None:
            self.issue_line.show(typing_state(self.session, cell.row_id, field, cell.check))
        elif self.session.trouble and not self._says_why(self.session.trouble):
            self.issue_line.show(IssueState("!", "error", sentence=visible(self.session.trouble, 400)))
        elif self._said is not None:
            self.issue_line.show(self._said)
        elif self.focused is self.unknown.list:
            self.issue_line.show(IssueState())  # the panel tells of its own row, which is another one
        else:
            self.issue_line.show(issue_state(self.session, self.grid.row_id, field, self.keymap))

    def _says_why(self, trouble: str) -> bool:
        """Whether what was said last is about just that, and says what it keeps from."""
        return self._said is not None and visible(trouble, 400) in self._said.sentence

    def show_payload(self) -> None:
        """Bring the payload panel up to date, where it is shown."""
        if self.form is None or self.dock.current is not self.payload:
            return
        state = payload_state(self.session, self.grid.row_id, self.field, self.form, self.desk.base_url)
        self.payload.show(state)
        self.dock.title.show(lambda palette: payload_title(state, palette))

        row = self.grid.row_id
        if row is not None and self.form == "JSON" and self.session.has_story_to_read(row):
            self.read_story(row)

    # Exclusive is right here: only the row that the cursor rests on matters, and reading changes nothing.
    @work(group="story", exclusive=True, exit_on_error=False)
    async def read_story(self, row: RowId) -> None:
        """Read what the workspace knows of the row that the cursor rests on, and show it."""
        await asyncio.sleep(RESTS)
        if await self.session.read_story(row) and row == self.grid.row_id:
            self.show_payload()

    def show_dock(self) -> None:
        """Show or hide the dock, as the width and the person have it."""
        wide = self.app.size.width >= DOCK_FROM
        if not wide:
            self.dock.close()
        elif self.dock.current is None and self.form is not None:
            self.dock.open(self.payload, lambda palette: ([], []), wide=False)
        self.show_payload()

    def show_run(self) -> None:
        """Follow the run in the result panel; open it when the run is over."""
        run = self.session.run
        if run is None:
            return
        state = result_state(self.session, self.desk.target.text, self.keymap)
        self.result.show(state)
        if self.dock.current is self.result:
            self.dock.title.show(self.result.title_parts)
        if run.finished and not run.shown:
            run.shown = True
            self._said = None  # what was said before it is not about what is there now
            self.show_issue()
            self.grid.measure()  # refused cells carry a mark now
            self.app.bell()
            self.open_result(take_keys=self.grid.open is None)
        self.app.title = f"{run.percent}% {run.count(RowState.REJECTED)}✗ LeapGrid"

    def open_result(self, *, take_keys: bool = True) -> None:
        """Show the progress or result: in the dock, or over the screen where that is too narrow."""
        self.result.show(result_state(self.session, self.desk.target.text, self.keymap))
        if self.app.size.width >= DOCK_FROM:
            self.dock.open(self.result, self.result.title_parts, wide=True)
            if take_keys:
                self.result.focus()
        elif self.app.screen is self:
            self.post_message(ShowResult())
        self.show_footer()

    # -- what is unknown ----------------------------------------------------------------------------------

    def show_unknown(self) -> None:
        """Bring the panel of unknown rows up to date, where it is shown."""
        if self.dock.current is self.unknown:
            self.unknown.follow(self.desk.base_url, menu_key("connect", self.keymap))

    def open_unknown(self) -> None:
        """Show what may be at the server: in the dock, or over the screen where that is too narrow."""
        if self.app.size.width >= DOCK_FROM:
            self.dock.open(self.unknown, self.unknown.title_parts, wide=True)
            self.show_unknown()
            self.unknown.list.focus()
        elif self.app.screen is self:
            self.post_message(ShowUnknown())
        self.show_footer()

    @property
    def field(self) -> str:
        """The slug of the cursor's column."""
        return self.session.draft.schema.names[self.grid.column]

    def say(
        self, sentence: str, *, sign: str = "", role: str = "text", so: Callable[[], bool] | None = None
    ) -> None:
        """Put one sentence on the issue line; it stays until the cursor moves or something is edited, or as
        long as it is ``so``."""
        self._said_so = so
        self._said = IssueState(sign=sign, role=role, sentence=visible(sentence, 400))
        self._said_at = (self.grid.row_id, self.grid.column)
        self._said_in_flight = self._is_in_flight
        self.show_issue()

    @property
    def _is_in_flight(self) -> bool:
        row = self.grid.row_id
        return row is not None and self.session.draft.state(row) in IN_FLIGHT

    @property
    def _was_answered(self) -> bool:
        """Whether what was said last was about a row on its way, which it is no longer."""
        return self._said_in_flight and not self._is_in_flight

    # -- the footer ---------------------------------------------------------------------------------------

    def footer_actions(self) -> list[Action]:
        scope = self.scope
        if scope == "menu":
            return actions_of("menu", "app")
        if scope == "cell":
            return actions_of("cell", "app")
        if scope == "result":
            return [a for a in actions_of("app", "grid") if a.id in ("help", "menu")] + actions_of("result")
        if scope == "unknown":
            mine = ("help", "menu", "review")
            return [a for a in actions_of("app", "grid") if a.id in mine] + actions_of("unknown")
        return actions_of("app", "grid")
