"""The payload over the whole screen, where the window has no room for a dock."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events, work
from textual.widget import Widget

from leapgrid.records import RowId
from leapgrid.tui.actions import bindings
from leapgrid.tui.describe import payload_state
from leapgrid.tui.desk import Desk
from leapgrid.tui.payload import FORMS, Form
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Session
from leapgrid.tui.widgets.dock import DockTitle
from leapgrid.tui.widgets.payload_view import PayloadView, payload_title


class PayloadPage(Page):
    """The payload of one record, its curl, or its whole chunk."""

    SCOPES = ("payload", "app")
    BINDINGS = bindings("payload")

    def __init__(
        self, desk: Desk, session: Session, row_id: RowId | None, field: str, keymap: dict[str, str]
    ) -> None:
        super().__init__(desk, keymap)
        self.session = session
        self.row_id = row_id
        self.field = field
        self.form: Form = "JSON"
        self.heading = DockTitle()
        self.view = PayloadView()

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.view)

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        if self.row_id is not None and self.session.has_story_to_read(self.row_id):
            self.read_story(self.row_id)

    @work(group="story", exit_on_error=False)
    async def read_story(self, row: RowId) -> None:
        """Read what the workspace knows of the row, and show it."""
        if await self.session.read_story(row):
            self._show()

    def _show(self) -> None:
        state = payload_state(self.session, self.row_id, self.field, self.form, self.desk.base_url)
        self.view.show(state)
        self.heading.show(lambda palette: payload_title(state, palette))

    def action_turn_page(self) -> None:
        self.form = FORMS[(FORMS.index(self.form) + 1) % len(FORMS)]
        self._show()

    def action_close_page(self) -> None:
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        by = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}.get(event.key)
        if by is not None:
            event.stop()
            self.view.scroll_lines(by)
