"""What is not sent, row by row, with the way to each; and to send all the same what was created before."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from leapgrid.records import RowId, RowState
from leapgrid.submit import Plan
from leapgrid.tui.actions import Action, actions_of, bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import GoToCell, SendAnyway
from leapgrid.tui.screens.page import Page
from leapgrid.tui.screens.text_page import PageHeading
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.left_out_list import LeftOutList


class LeftOutPage(Page):
    """Gives back whether a person let a row go that was left out."""

    SCOPES = ("left_out", "app")
    BINDINGS = bindings("left_out")
    HAS_ISSUE_LINE = True

    DEFAULT_CSS = """
    LeftOutPage LeftOutList { margin-top: 1; }
    """

    def __init__(self, desk: Desk, session: Session, plan: Plan, keymap: dict[str, str]) -> None:
        super().__init__(desk, keymap)
        self.session = session
        count = plan.left_out_count()
        words = plural(count, "row is not sent", "rows are not sent")
        self.heading = PageHeading("Left out", words=words)
        self.list = LeftOutList(session, plan)
        self.changed: set[RowId] = set()

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.list)

    def on_mount(self) -> None:
        super().on_mount()
        self.session.listen(self._told)
        self.list.focus()

    def on_unmount(self) -> None:
        self.session.forget(self._told)

    def _told(self, changed: Changed) -> None:
        self.list.refresh()
        self.show_footer()

    def can(self, action_id: str) -> bool:
        row = self.list.row
        match action_id:
            case "to_row":
                return row is not None
            case "send_anyway":
                return row is not None and self.session.can_send_anyway(row)
        return True

    def footer_actions(self) -> list[Action]:
        return actions_of(*self.SCOPES)

    def on_long_list_moved(self) -> None:
        self.show_footer()

    def on_long_list_clicked(self) -> None:
        self.show_footer()

    def action_to_row(self) -> None:
        if self.list.row is not None:
            self.app.post_message(GoToCell(self.list.row, None))

    def action_send_anyway(self) -> None:
        row = self.list.row
        if row is not None:
            self.changed.add(row)
            self.post_message(SendAnyway((row,)))

    def action_close_left_out(self) -> None:
        draft = self.session.draft
        self.dismiss(any(draft.state(row) is RowState.READY for row in self.changed))
