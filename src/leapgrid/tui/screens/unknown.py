"""What may be at the server, over the whole screen, where the window has no room for a dock."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from leapgrid.tui.actions import Action, actions_of, bindings, find, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.messages import GoToCell, LookUpUnknown
from leapgrid.tui.notes import menu_key
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.widgets.dock import DockTitle
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.unknown_view import UnknownPanel

_COUNTS_DOWN = 0.5
"""Seconds between two looks at the clock."""


class UnknownPage(Page):
    """The rows of which nobody knows whether the server has them."""

    SCOPES = ("unknown", "app")
    BINDINGS = bindings("unknown")
    HAS_ISSUE_LINE = True

    def __init__(self, desk: Desk, session: Session, keymap: dict[str, str]) -> None:
        super().__init__(desk, keymap)
        self.session = session
        self.heading = DockTitle()
        self.panel = UnknownPanel(session)
        self._asks = False

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.panel)

    def on_mount(self) -> None:
        super().on_mount()
        self.session.listen(self._changed)
        self.heading.show(self.panel.title_parts)
        self.panel.list.focus()
        self.set_interval(_COUNTS_DOWN, self._follow)
        self._changed(Changed(run=True))

    def on_unmount(self) -> None:
        self.session.forget(self._changed)

    def _follow(self) -> None:
        self.panel.follow(self.desk.base_url, menu_key("connect", self.keymap))
        if self._asks and not self.panel.is_asking:
            self._asks = False
            self.issue_line.show(IssueState())  # the rows are not as they were when it asked

    def _changed(self, changed: Changed) -> None:
        self._follow()
        if changed.said:
            self._asks = False
            self.say(changed.said)
        self.show_title()
        self.show_footer()

    def can(self, action_id: str) -> bool:
        match action_id:
            case "look_again":
                session = self.session
                return bool(self.desk.base_url) and not session.looks.asking and session.unknown > 0
            case "it_is_there" | "send_again" | "leave_it" | "to_row":
                return self.panel.list.here is not None
        return True

    def label_of(self, action: Action) -> str:
        here = self.panel.list.here
        if action.id == "to_row" and here is not None and here.row is None:
            return "Open, close"
        return action.label

    def footer_actions(self) -> list[Action]:
        return [a._replace(main=True) if a.id == "close_unknown" else a for a in actions_of("unknown", "app")]

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._asks = False
        self.issue_line.show(IssueState())
        self.show_footer()

    @on(LongList.Clicked)
    def _clicked(self) -> None:
        here = self.panel.list.here
        if here is not None and here.row is None:
            self.panel.list.flip()

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
        asked = self.panel.choose(choice, key)
        if asked:
            self.say(asked, sign="~", role="warning")
            self._asks = True
        else:
            self.issue_line.show(IssueState())

    def action_to_row(self) -> None:
        here = self.panel.list.here
        if here is None:
            return
        if here.row is None:
            self.panel.list.flip()
        else:
            self.app.post_message(GoToCell(here.row, None))

    def action_close_unknown(self) -> None:
        self.dismiss()
