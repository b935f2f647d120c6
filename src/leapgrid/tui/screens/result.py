"""The progress or result of a sending over the whole screen, where the window has no room for a dock."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from leapgrid.tui.actions import Action, actions_of, bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import (
    AskForExport,
    AskForReview,
    AskToConnect,
    PauseSending,
    ShowReceipt,
    StopSending,
)
from leapgrid.tui.result import result_state
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.widgets.dock import DockTitle
from leapgrid.tui.widgets.result_view import ResultView


class ResultPage(Page):
    """What became of a sending."""

    SCOPES = ("result", "app")
    BINDINGS = bindings("result")

    def __init__(self, desk: Desk, session: Session, keymap: dict[str, str]) -> None:
        super().__init__(desk, keymap)
        self.session = session
        self.heading = DockTitle()
        self.view = ResultView()

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.view)

    def on_mount(self) -> None:
        super().on_mount()
        self.session.listen(self._changed)
        self.view.focus()
        self._changed(Changed(run=True))

    def on_unmount(self) -> None:
        self.session.forget(self._changed)

    def _changed(self, changed: Changed) -> None:
        self.view.show(result_state(self.session, self.desk.target.text, self.keymap))
        self.heading.show(self.view.title_parts)
        self.show_title()
        self.show_footer()

    def can(self, action_id: str) -> bool:
        match action_id:
            case "pause_sending" | "stop_sending":
                return self.session.is_sending
            case "send_edited":
                return not self.session.is_sending and self.session.draft.counts().sendable > 0
            case "connect_again":
                run = self.session.run
                return run is not None and run.finished and run.key_refused
            case "look_up":
                return not self.session.is_sending and self.session.unknown > 0
            case "go_to_cell":
                return self.view.has_entries
            case "export_rejected":
                return self.session.has_rejected
            case "receipt":
                return self.session.run is not None and bool(self.session.run.submission)
        return True

    def label_of(self, action: Action) -> str:
        if action.id == "send_edited" and not self.session.draft.counts().edited:
            return "Review & send"
        if action.id == "pause_sending" and self.session.run is not None and self.session.run.paused:
            return "Go on"
        return action.label

    def footer_actions(self) -> list[Action]:
        return actions_of("result", "app")

    def action_go_to_cell(self) -> None:
        self.view.go()

    def action_close_result(self) -> None:
        self.dismiss()

    def action_export_rejected(self) -> None:
        self.post_message(AskForExport(rejected=True))

    def action_receipt(self) -> None:
        if self.session.run is not None:
            self.post_message(ShowReceipt(self.session.run.submission))

    def action_look_up(self) -> None:
        app, below = self.app, self.app.screen_stack[-2]
        self.dismiss()
        app.call_later(below.run_action, "look_up_unknown")

    def action_connect_again(self) -> None:
        self.app.post_message(AskToConnect())

    def action_send_edited(self) -> None:
        self.dismiss()
        self.app.post_message(AskForReview())

    def action_pause_sending(self) -> None:
        self.post_message(PauseSending())

    def action_stop_sending(self) -> None:
        self.post_message(StopSending())
