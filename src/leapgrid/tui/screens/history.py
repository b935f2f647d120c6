"""The history: what was sent from this workspace, when, where to, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual import events, on, work
from textual.widget import Widget

from leapgrid.drafting.history import DAYS, HistoryView, read_history
from leapgrid.tui.actions import Action, bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.history import SentLine, fitting_lines, sent_line
from leapgrid.tui.messages import ExportRejectedOf, GoToDraft, LookUpSent, ShowReceipt
from leapgrid.tui.screens.page import Page
from leapgrid.tui.sent import Waiting, about_line
from leapgrid.tui.widgets.ask_line import AskLine
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.history_view import HistoryBars, HistoryHead, HistoryTable
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.visible import visible
from leapgrid.workspace import WorkspaceError

_NOTHING = "Nothing was sent yet. What you send is listed here, with its receipt."
_RESTS = 0.12
"""Seconds that the cursor rests on a line before more is read about it."""


class HistoryScreen(Page):
    """Submissions by time; Enter shows the receipt of one."""

    SCOPES = ("app", "history")
    BINDINGS = bindings("history")
    HAS_ISSUE_LINE = True

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.bars = HistoryBars()
        self.table = HistoryTable()
        self.head = HistoryHead(self.table)
        self.ask = AskLine()
        self.view: HistoryView | None = None
        self.lines: tuple[SentLine, ...] = ()
        self.needle = ""
        self._days: int | None = DAYS
        self._waiting: dict[str, Waiting] = {}

    def body(self) -> Iterable[Widget]:
        return (self.bars, self.head, self.table, self.ask)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.words = "Reading ..."
        self.table.focus()

    def on_screen_resume(self) -> None:
        self.show_title()
        self.read()

    def title_state(self) -> TitleState:
        return TitleState(target=self.desk.target)

    # -- reading ------------------------------------------------------------------------------------------

    # Exclusive is right here: only the last answer matters, and reading changes nothing.
    @work(group="history", exclusive=True, exit_on_error=False)
    async def read(self) -> None:
        """Read what was sent, beside the loop."""
        days = self._days
        try:
            view, recent = await asyncio.to_thread(self._read, days)
        except WorkspaceError as error:
            self.table.words = ""
            self.say(str(error), sign="!", role="error")
            return
        self.view = recent
        self._waiting.clear()
        self.lines = tuple(map(sent_line, view.lines))
        self.bars.show(recent, f"the last {DAYS} days" if recent.lines else "")
        self._show(view.older)
        self._about()

    def _read(self, days: int | None) -> tuple[HistoryView, HistoryView]:
        workspace = self.desk.workspace
        recent = read_history(workspace, days=DAYS)
        return (recent if days == DAYS else read_history(workspace, days=days)), recent

    def _show(self, older: int | None = None) -> None:
        lines = fitting_lines(self.lines, self.needle)
        if older is None:
            older = self.table.more
        words = (
            _NOTHING if not self.lines else f'Nothing here has "{visible(self.needle, 40)}". Esc shows all.'
        )
        self.table.show(lines, older, words)
        self.head.repaint()
        self.show_footer()

    # -- the line under the cursor ------------------------------------------------------------------------

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._about()
        self.show_footer()

    def _about(self) -> None:
        line = self.table.line
        if line is None:
            self.issue_line.show(IssueState())
            return
        waiting = self._waiting.get(line.id)
        self.issue_line.show(about_line(line, waiting, self.keymap))
        if line.unknown and waiting is None:
            self._ask_about(line)

    # As for reading.
    @work(group="about", exclusive=True, exit_on_error=False)
    async def _ask_about(self, line: SentLine) -> None:
        await asyncio.sleep(_RESTS)
        try:
            sent = await asyncio.to_thread(lambda: self.desk.workspace.unresolved(line.draft_id, line.id))
        except WorkspaceError:
            return  # what is known already stays on the line
        self._waiting[line.id] = Waiting.of(sent)
        if self.table.line is line:
            self._about()

    # -- what can be done ---------------------------------------------------------------------------------

    def can(self, action_id: str) -> bool:
        line = self.table.line
        match action_id:
            case "open_receipt":
                return self.table.count() > 0
            case "open_draft":
                return line is not None
            case "look_up":
                return line is not None and line.unknown > 0 and not line.running
            case "export_rejected":
                return line is not None and line.rejected > 0
            case "filter":
                return bool(self.lines)
        return True

    def label_of(self, action: Action) -> str:
        if action.id == "open_receipt" and self.table.line is None:
            return "Show them"
        if action.id == "back" and self.needle:
            return "Show all"
        return action.label

    @on(HistoryTable.Opened)
    def action_open_receipt(self) -> None:
        line = self.table.line
        if line is not None:
            self.post_message(ShowReceipt(line.id))
        elif self.table.more:
            self._days = None
            self.read()

    def action_open_draft(self) -> None:
        if (line := self.table.line) is not None:
            self.post_message(GoToDraft(line.draft_id))

    def action_look_up(self) -> None:
        if (line := self.table.line) is not None:
            self.post_message(LookUpSent(line.draft_id, line.id))

    def action_export_rejected(self) -> None:
        if (line := self.table.line) is not None:
            self.post_message(ExportRejectedOf(line.draft_id))

    def action_back(self) -> None:
        """Leave; where a filter is on, only that."""
        if self.needle:
            self._filter("")
        else:
            self.dismiss()

    # -- the filter ---------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.ask.open("Filter", self.needle)

    @on(TextField.Changed, "#ask")
    def _typed(self, event: TextField.Changed) -> None:
        self._filter(event.text)

    def _filter(self, needle: str) -> None:
        self.needle = needle.strip()
        self._show()
        self._about()

    @on(TextField.Submitted, "#ask")
    def _typed_all(self) -> None:
        self._leave_filter()

    @on(TextField.Left, "#ask")
    def _not_typed(self) -> None:
        self._filter("")
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.ask.close()
        self.table.focus()

    def on_key(self, event: events.Key) -> None:
        """The list is walked while the filter is typed, too."""
        if self.ask.is_open and event.key in ("up", "down", "pageup", "pagedown"):
            event.stop()
            page = max(1, self.table.size.height - 1)
            self.table.move_to(self.table.at + {"up": -1, "down": 1, "pageup": -page}.get(event.key, page))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.head.repaint()
