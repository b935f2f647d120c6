"""The grid screen: what its keys do. What it shows is in ``grid_view``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext

from textual import events, on, work
from textual.dom import DOMNode

from leapgrid.records import Place, RowState
from leapgrid.tui.actions import actions_of, bindings
from leapgrid.tui.describe import first_issue
from leapgrid.tui.grid import RecordGrid
from leapgrid.tui.messages import (
    AskForExport,
    AskForFile,
    ChangeColumns,
    GoToCell,
    GoToStart,
    GridIsThere,
    LeaveReading,
    ShowNotes,
    ShowPayload,
)
from leapgrid.tui.payload import FORMS
from leapgrid.tui.screens.grid_sending import GridSending
from leapgrid.tui.screens.grid_view import DOCK_FROM
from leapgrid.tui.turns import TurnsApp
from leapgrid.tui.views import NOT_SENT, ONLY_PROBLEMS, ONLY_REJECTED, Filter, marked
from leapgrid.tui.why_not import why_not
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.menu import Menu

_WHILE_READING = frozenset({"help", "menu", "leave_reading", "go_to_row", "payload"})


AT_ONCE = 20_000
"""Rows that are looked through on the thread of the loop; more in one of its own."""


class GridScreen(GridSending):
    """One draft."""

    BINDINGS = bindings("grid", "result", "unknown")

    # -- what can be done now -----------------------------------------------------------------------------

    def can(self, action_id: str) -> bool:
        session, grid = self.session, self.grid
        if action_id == "quit":
            return True
        if session.reading is not None:
            return action_id in _WHILE_READING
        if grid.open is not None:
            check = grid.open.check
            return action_id != "fix_text" or check.fix is not None
        row = grid.row_id
        in_result = self.in_panel
        match action_id:
            case "undo":
                return session.can_undo
            case "redo":
                return session.can_redo
            case "next_issue" | "previous_issue":
                return session.has_issues
            case "fix":
                issue = first_issue(session, row, self.field) if row is not None else None
                return issue is not None and issue.fix is not None
            case "duplicate_row" | "delete_row" | "skip_row" | "clear_cell":
                return row is not None and not in_result
            case "only_rejected":
                return session.rows.view is not None or session.draft.counts().states[RowState.REJECTED] > 0
            case "only_problems":
                return session.rows.view is not None or session.has_issues
            case "not_sent":
                return session.rows.view is not None or bool(session.draft.outcomes)
            case "export":
                return len(session.draft.batch) > 0
            case "leave_reading":
                return False
            case "mapping":
                return bool(session.draft.source) and not session.is_sending
            case "notes":
                return bool(session.draft.notes or session.told)
            case "edit_cell" | "insert_row" | "go_to_row" | "payload":
                return not in_result
        return self.can_send(action_id)

    # -- events -------------------------------------------------------------------------------------------

    @on(RecordGrid.Moved)
    def _moved(self) -> None:
        if self._said_at != (self.grid.row_id, self.grid.column):
            self._said = None
        self.show_issue()
        self.show_payload()
        self.show_footer()

    @on(RecordGrid.Laid)
    def _laid(self) -> None:
        self.header.refresh()

    @on(RecordGrid.Editing)
    def _editing(self) -> None:
        if self.grid.open is not None:
            self._said = None
        self.show_status()
        self.show_issue()
        self.show_footer()

    @on(RecordGrid.Refused)
    def _refused(self, event: RecordGrid.Refused) -> None:
        self.say(event.reason)

    @on(GoToCell)
    def _go_to_cell(self, event: GoToCell) -> None:
        event.stop()
        self.go_to_refused(event.row_id, event.field)

    @on(RecordGrid.MenuAsked)
    def _menu_asked(self) -> None:
        if self.can("menu"):
            self.action_menu()

    @on(Menu.Chosen)
    async def _chosen(self, event: Menu.Chosen) -> None:
        self.close_menu()
        if self.can(event.action.id):
            await self.do(event.action.id)

    @on(Menu.Refused)
    def _not_in_menu(self, event: Menu.Refused) -> None:
        """The next letter must not be another choice, which nobody made."""
        self.close_menu()
        self.say(why_not(event.letter, self.session))

    @on(Menu.Closed)
    def close_menu(self) -> None:
        """Leave the menu."""
        if self.menu.has_class("-open"):
            self.menu.remove_class("-open")
            self.remove_class("-menu")
            self.set_focus(self.grid)
            self.show_footer()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.show_dock()
        self.show_footer()
        if self.has_class("-tiny"):
            self.post_message(GridIsThere())  # no more of it can be painted

    @on(RecordGrid.Painted)
    def _painted(self) -> None:
        self.post_message(GridIsThere())

    def on_descendant_focus(self) -> None:
        self.show_issue()  # whose row it tells of depends on who has the keys
        self.set_class(self.focused is self.prompt, "-asking")  # a click elsewhere answers the question too
        self.show_footer()

    # -- actions ------------------------------------------------------------------------------------------

    async def run_action(self, action: str, namespaces: Mapping[str, DOMNode] | None = None) -> None:
        """What footer, menu, palette and help do; an open cell is closed first, with its text kept."""
        if not self.grid.act(action):
            self.grid.keep()
            await super().run_action(action, namespaces)

    def action_menu(self) -> None:
        members = [a for a in actions_of("grid", "app") if a.letter and self.can(a.id)]
        self.menu.offer(members, self.keymap)
        self.add_class("-menu")
        self.set_focus(self.menu)
        self.show_footer()

    def action_close_menu(self) -> None:
        self.close_menu()

    def action_edit_cell(self) -> None:
        if self.grid.open is None:
            self.grid.edit()

    def action_clear_cell(self) -> None:
        row = self.grid.row_id
        if row is not None:
            if reason := self.session.rows.locked(row):
                self.say(reason)
            else:
                self.session.clear_cell(row, self.field)

    def action_undo(self) -> None:
        self._show_step(self.session.undo())

    def action_redo(self) -> None:
        self._show_step(self.session.redo())

    def _show_step(self, place: Place | None) -> None:
        if place is not None:
            self.grid.go_to(place.row_id, place.field_index)
        self._said_at = (self.grid.row_id, self.grid.column)

    def action_insert_row(self) -> None:
        new = self.session.insert_row(self.grid.row_id)
        if new is not None:
            self.grid.go_to(new)

    def action_duplicate_row(self) -> None:
        row = self.grid.row_id
        new = self.session.duplicate_row(row) if row is not None else None
        if new is not None:
            self.grid.go_to(new)

    def action_delete_row(self) -> None:
        row = self.grid.row_id
        if row is not None:
            self.session.delete_row(row)

    async def action_skip_row(self) -> None:
        await self.desk.ready()  # it is written down at once
        row = self.grid.row_id
        if row is not None:
            self.session.skip(row)

    def action_next_issue(self) -> None:
        self._walk(backwards=False)

    def action_previous_issue(self) -> None:
        self._walk(backwards=True)

    def _walk(self, *, backwards: bool) -> None:
        place = self.session.next_issue(self.grid.row, self.grid.column, backwards=backwards)
        if place is not None:
            self.grid.go_to(place.row_id, place.field_index)
            self.grid.focus()

    def action_fix(self) -> None:
        row = self.grid.row_id
        issue = first_issue(self.session, row, self.field) if row is not None else None
        if issue is not None and issue.field is not None and self.session.fix(issue):
            self.grid.go_to(issue.row_id or 0, self.session.draft.schema.names.index(issue.field))

    def action_payload(self) -> None:
        if self.app.size.width < DOCK_FROM:
            self.post_message(ShowPayload(self.grid.row_id, self.field))
            return
        if self.dock.current is not self.payload:
            self.form = "JSON"
            self.dock.open(self.payload, lambda palette: ([], []), wide=False)
        else:
            at = FORMS.index(self.form) + 1 if self.form else 0
            self.form = FORMS[at] if at < len(FORMS) else None
            if self.form is None:
                self.dock.close()
        self.show_payload()

    def action_only_problems(self) -> None:
        self._view(ONLY_PROBLEMS)

    def action_only_rejected(self) -> None:
        self._view(ONLY_REJECTED)

    def action_not_sent(self) -> None:
        self._view(NOT_SENT)

    def _view(self, wanted: Filter) -> None:
        view = self.session.rows.view
        if view is not None and view.name == wanted.name:
            self.session.show_all()
        else:
            self.find_rows(wanted)

    # Exclusive is right here: only the view that was chosen last matters, and looking changes nothing.
    @work(group="view", exclusive=True, exit_on_error=False)
    async def find_rows(self, wanted: Filter) -> None:
        """Show the rows of a filter; a long draft is looked through in a thread."""
        with self.app.opening() if isinstance(self.app, TurnsApp) else nullcontext():
            await self._find_rows(wanted)

    async def _find_rows(self, wanted: Filter) -> None:
        session = self.session
        while True:
            order, marks = session.looked_at(wanted)
            if len(order) <= AT_ONCE:
                rows = marked(order, marks)
                break
            before = session.draft.batch.structure_revision
            rows = await asyncio.to_thread(marked, order, marks)
            if session.draft.batch.structure_revision == before:
                break  # else rows came or went meanwhile
        if session is self.session:
            if session.show(wanted, rows):
                self.grid.go_to_index(0)
            else:
                self.say(f'There are no rows for "{wanted.name}".')

    def action_go_to_row(self) -> None:
        self.add_class("-asking")
        self.prompt.clear()
        self.set_focus(self.prompt)

    @on(TextField.Submitted, "#prompt")
    def _row_given(self, event: TextField.Submitted) -> None:
        text = event.text.strip().replace(",", "")
        self.remove_class("-asking")
        self.set_focus(self.grid)
        if not text.isascii() or not text.isdigit():
            self.say("A row number is a number, like 230.")
            return
        batch, number = self.session.draft.batch, int(text)
        if not (1 <= number <= len(batch) and self.grid.go_to(batch.row_at(number - 1))):
            self.say(f"There is no row {number:,} here: the last one is {len(batch):,}.")

    @on(TextField.Left, "#prompt")
    def _row_not_given(self) -> None:
        self.remove_class("-asking")
        self.set_focus(self.grid)

    def action_export(self) -> None:
        self.grid.keep()
        self.post_message(AskForExport())

    def action_export_rejected(self) -> None:
        self.post_message(AskForExport(rejected=True))

    def action_open_file(self) -> None:
        self.post_message(AskForFile())

    def action_leave_reading(self) -> None:
        self.post_message(LeaveReading())

    def action_mapping(self) -> None:
        self.post_message(ChangeColumns())

    def action_notes(self) -> None:
        self.post_message(ShowNotes())

    def action_start(self) -> None:
        self.post_message(GoToStart())
