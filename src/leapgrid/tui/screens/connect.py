"""Connect: the address and a key. The key stays in memory, and goes nowhere but to that address."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from leapgrid.config import ConfigError
from leapgrid.superleap import SuperleapError
from leapgrid.tui.actions import Action, actions_of, bindings
from leapgrid.tui.connecting import ask, link_to
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.screens.page import Page
from leapgrid.tui.widgets.button import Button
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.heading import Heading
from leapgrid.tui.widgets.secret_field import SecretField
from leapgrid.visible import visible

_LABEL = 16


class ConnectScreen(Page):
    """Asks where records go and with which key; gives back the link when the server takes it."""

    SCOPES = ("app", "connect")
    BINDINGS = bindings("connect")
    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = f"""
    ConnectScreen #page {{ height: 1fr; }}
    ConnectScreen Heading {{ margin: 1 0; }}
    ConnectScreen .field {{ height: 1; margin-bottom: 1; }}
    ConnectScreen .field Heading {{ width: {_LABEL - 1}; margin: 0; }}
    ConnectScreen .field TextField {{ max-width: 72; margin-right: 2; }}
    ConnectScreen #buttons {{ height: 1; margin-left: {_LABEL - 1}; }}
    ConnectScreen #buttons > * {{ margin-right: 3; }}
    """

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None, address: str = "") -> None:
        """
        Args:
            address: what stands in the field for the host; where records go now if empty.
        """
        super().__init__(desk, keymap)
        self.address = TextField("https://app.superleap.com", address or desk.base_url, id="address")
        self.key_field = SecretField("from the API Access page", id="key")
        self.connect = Button("Connect", id="connect")
        self.back = Button("Back", id="back")
        self.asking = False

    def body(self) -> Iterable[Widget]:
        return (
            Vertical(
                Heading("Connect", "nothing is sent by that"),
                Horizontal(Heading("Host"), self.address, classes="field"),
                Horizontal(Heading("Key"), self.key_field, classes="field"),
                Horizontal(self.connect, self.back, id="buttons"),
                id="page",
            ),
        )

    def on_mount(self) -> None:
        super().on_mount()
        (self.key_field if self.address.text else self.address).focus()
        self.say("The key stays in the memory of this program and is forgotten when it ends.", role="muted")

    # -- what can be done ---------------------------------------------------------------------------------

    def can(self, action_id: str) -> bool:
        if action_id == "connect_now":
            return not self.asking and self.focused is not self.back
        return True

    def footer_actions(self) -> list[Action]:
        actions = actions_of(*self.SCOPES)
        if self.can("connect_now"):
            return actions
        return [a._replace(main=True) if a.id == "back" else a for a in actions]

    def on_descendant_focus(self) -> None:
        self.show_footer()

    def action_next_part(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#back")
    @on(TextField.Left)
    def action_back(self) -> None:
        self.dismiss()

    @on(TextField.Submitted, "#address")
    def _address_given(self) -> None:
        self.key_field.focus()

    @on(Button.Pressed, "#connect")
    @on(TextField.Submitted, "#key")
    def action_connect_now(self) -> None:
        if self.asking:
            return
        if not self.address.text.strip():
            self.say("Where to? Type the address of your organisation.", sign="~", role="warning")
            self.address.focus()
        elif self.key_field.is_empty:
            self.say("Type or paste the key of the API Access page.", sign="~", role="warning")
            self.key_field.focus()
        else:
            try:
                link = link_to(self.address.text, self.key_field.take(), self.desk.link)
            except (SuperleapError, ConfigError) as problem:
                self._failed(str(problem))
            else:
                self.asking = True
                self.say(f"Asking {link.host} ...", role="muted")
                self.show_footer()
                self.run_worker(self._ask(link), group="connect", exit_on_error=False)

    async def _ask(self, link: Link) -> None:
        try:
            await ask(link)
        except SuperleapError as problem:
            self._failed(str(problem))
            return
        finally:
            self.asking = False
        if self.is_current:
            self.dismiss(link)

    def _failed(self, sentence: str) -> None:
        self.say(f"Not connected. {visible(sentence, 300)}", sign="!", role="error")
        self.key_field.focus()
        self.show_footer()
