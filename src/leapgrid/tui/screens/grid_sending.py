"""The keys of the grid screen that have to do with sending: progress, result, and what is unknown."""

from __future__ import annotations

from textual import on

from leapgrid.records import RowId, RowState
from leapgrid.tui.actions import Action, Scope, actions_of, find, key_label
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.messages import (
    AskForReview,
    AskToConnect,
    AskToGoOn,
    GoToCell,
    LookUpUnknown,
    PauseSending,
    SendAnyway,
    ShowHistory,
    ShowReceipt,
    StopSending,
)
from leapgrid.tui.screens.grid_view import GridView
from leapgrid.tui.widgets.long_list import LongList

_OF_PANELS = frozenset(action.id for action in actions_of("result", "unknown"))
_OF_UNKNOWN = frozenset({"look_again", "it_is_there", "send_again", "leave_it", "to_row", "close_unknown"})


class GridSending(GridView):
    """One draft, with what is sent of it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The panels' keys are bound here too, and one key may be several panels'."""
        if action in _OF_PANELS and not self.has_class("-tiny"):
            return self.can(action)
        return super().check_action(action, parameters)

    @property
    def in_panel(self) -> bool:
        """Whether a panel in the dock has the keys, and not the grid."""
        return self.focused in (self.result, self.unknown.list)

    @property
    def scope_now(self) -> Scope | None:
        return self.scope if self.in_panel else None

    def label_of(self, action: Action) -> str:
        session = self.session
        if action.id == "review" and session.is_sending:
            return "Progress"
        if action.id == "send_edited" and not session.draft.counts().edited:
            return "Review & send"
        if action.id == "pause_sending" and session.run is not None and session.run.paused:
            return "Go on"
        if action.id == "to_row" and self.unknown.list.here is not None:
            return "Open, close" if self.unknown.list.here.row is None else action.label
        return action.label

    def can_send(self, action_id: str) -> bool:
        """Whether one of these actions would do something now."""
        session = self.session
        in_result, in_unknown = self.focused is self.result, self.focused is self.unknown.list
        if action_id in _OF_UNKNOWN and not in_unknown:
            return False
        match action_id:
            case "export_rejected":
                return in_result and session.has_rejected
            case "receipt":
                return in_result and session.run is not None and bool(session.run.submission)
            case "result":
                return session.run is not None
            case "go_to_cell":
                return in_result and self.result.has_entries
            case "close_result":
                return in_result
            case "pause_sending" | "stop_sending":
                return in_result and session.is_sending
            case "send_edited":
                return in_result and not session.is_sending and session.draft.counts().sendable > 0
            case "review":
                return not in_result or session.is_sending
            case "look_up":
                return in_result and not session.is_sending and session.unknown > 0
            case "connect_again":
                return (
                    in_result
                    and not session.is_sending
                    and session.run is not None
                    and session.run.key_refused
                )
            case "unknown":
                return session.unknown > 0 and not session.is_sending
            case "resume":
                return session.can_resume and not session.is_sending
            case "send_anyway":
                row = self.grid.row_id
                return row is not None and not self.in_panel and session.can_send_anyway(row)
            case "connect":
                return not session.is_sending
            case "look_again":
                return bool(self.desk.base_url) and not session.looks.asking and session.unknown > 0
            case "it_is_there" | "send_again" | "leave_it" | "to_row":
                return self.unknown.list.here is not None
        return True

    # -- progress and result ------------------------------------------------------------------------------

    def action_review(self) -> None:
        if self.session.is_sending:
            self.open_result()
        else:
            self.grid.keep()
            self.post_message(AskForReview())

    def action_send_edited(self) -> None:
        self.action_close_result()
        self.action_review()

    def action_result(self) -> None:
        if self.session.run is not None:
            self.open_result()

    def action_close_result(self) -> None:
        self.grid.focus()
        self.dock.close()
        self.show_dock()
        self.show_footer()

    def action_go_to_cell(self) -> None:
        self.result.go()

    def go_to_refused(self, row_id: RowId, field: str | None) -> None:
        """Show the refused rows, with the cursor on one of them."""
        if self.session.draft.state(row_id) is RowState.REJECTED:
            self.session.show_rejected()
        elif self.session.rows.index_of(row_id) is None:
            self.session.show_all()
        names = self.session.draft.schema.names
        self.grid.go_to(row_id, names.index(field) if field in names else None)
        self.grid.focus()

    def action_history(self) -> None:
        self.grid.keep()
        self.post_message(ShowHistory())

    def action_receipt(self) -> None:
        if self.session.run is not None:
            self.post_message(ShowReceipt(self.session.run.submission))

    def action_pause_sending(self) -> None:
        self.post_message(PauseSending())

    def action_stop_sending(self) -> None:
        self.post_message(StopSending())

    # -- what is unknown ----------------------------------------------------------------------------------

    def action_unknown(self) -> None:
        self.grid.keep()
        self.open_unknown()

    def action_look_up(self) -> None:
        self.open_unknown()
        self.post_message(LookUpUnknown())

    def action_look_up_unknown(self) -> None:
        """What other pages lead to: the panel, with a look-up going on."""
        if self.session.unknown:
            self.action_look_up()

    def action_look_again(self) -> None:
        self.post_message(LookUpUnknown())

    def action_it_is_there(self) -> None:
        self._choose("there", "it_is_there")

    def action_send_again(self) -> None:
        self._choose("again", "send_again")

    def action_leave_it(self) -> None:
        self._choose("leave", "leave_it")

    def _choose(self, choice: str, action_id: str) -> None:
        key = key_label(keys_in_use(find(action_id, "unknown"), self.keymap))
        if asked := self.unknown.choose(choice, key):
            self.say(asked, sign="~", role="warning", so=lambda: self.unknown.is_asking)

    def action_to_row(self) -> None:
        here = self.unknown.list.here
        if here is None:
            return
        if here.row is None:
            self.unknown.list.flip()
        else:
            self.post_message(GoToCell(here.row, None))

    def action_close_unknown(self) -> None:
        self.action_close_result()

    @on(LongList.Moved)
    def _unknown_moved(self) -> None:
        self._said = None
        self.show_issue()
        self.show_footer()

    @on(LongList.Clicked)
    def _unknown_clicked(self) -> None:
        here = self.unknown.list.here
        if here is not None and here.row is None:
            self.unknown.list.flip()

    # -- going on -----------------------------------------------------------------------------------------

    def action_resume(self) -> None:
        self.grid.keep()
        self.post_message(AskToGoOn())

    def action_send_anyway(self) -> None:
        row = self.grid.row_id
        if row is not None:
            self.post_message(SendAnyway((row,)))

    def action_connect(self) -> None:
        self.grid.keep()
        self.post_message(AskToConnect())

    def action_connect_again(self) -> None:
        self.post_message(AskToConnect())
