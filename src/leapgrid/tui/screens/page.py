"""What all screens have: a title bar, an issue line where needed, a footer made from the actions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from leapgrid.tui.actions import Action, Scope, actions_of, binding_id, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.session import Session
from leapgrid.tui.widgets.footer import FooterBar, FooterKey
from leapgrid.tui.widgets.issue_line import IssueLine, IssueState
from leapgrid.tui.widgets.title_bar import TitleBar, TitleState
from leapgrid.visible import visible

SMALLEST = (60, 12)
"""Below this only "Make the window larger" is drawn, and keys do nothing."""


class Page(Screen[object]):
    """A screen of LeapGrid; most end without a result.

    Subclasses say which scopes of actions they have, make their ``BINDINGS`` from them, give their widgets in
    ``body`` and say with ``can`` what does something now.
    """

    ESCAPE_TO_MINIMIZE = False
    SCOPES: ClassVar[tuple[Scope, ...]] = ("app",)
    HAS_ISSUE_LINE: ClassVar[bool] = False

    DEFAULT_CSS = """
    Page { layout: vertical; background: $lg-ground; color: $lg-text; }
    Page #too-small { display: none; width: 1fr; height: 1fr; content-align: center middle; }
    Page.-tiny > * { display: none; }
    Page.-tiny > #too-small { display: block; }
    """

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap or {}
        self.title_bar = TitleBar()
        self.issue_line = IssueLine()
        self.footer = FooterBar()
        self.shown_at = 0.0
        self._focus_before: Widget | None = None
        self._awaited = 0

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield from self.body()
        if self.HAS_ISSUE_LINE:
            yield self.issue_line.add_class("-grows")
        yield self.footer
        yield Static(Content("Make the window larger"), id="too-small")

    def body(self) -> Iterable[Widget]:
        """The widgets between title bar and footer."""
        return ()

    def on_mount(self) -> None:
        self.show_title()
        self.show_footer()

    def on_resize(self, event: events.Resize) -> None:
        tiny = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if tiny and not self.has_class("-tiny"):
            self._focus_before = self.focused
        self.set_class(tiny, "-tiny")
        if not tiny and self.focused is None and self._focus_before is not None:
            self._focus_before.focus()

    @on(events.ScreenResume)
    def _is_on_top(self, event: events.ScreenResume) -> None:
        self.shown_at = event.time

    # -- keys ---------------------------------------------------------------------------------------------

    def run_first(self, work: Coroutine[Any, Any, None], group: str = "default") -> None:
        """Run what this page needs before keys can mean anything; they wait until it is over."""
        self._awaited += 1

        async def run() -> None:
            try:
                await work
            finally:
                self._awaited -= 1

        self.run_worker(run(), group=group)

    def takes(self, event: events.Event) -> bool:
        """Whether the page is far enough for a key, paste or click; what it does not take waits a while."""
        return not self._awaited or (isinstance(event, events.Key) and event.key == "escape")

    @property
    def scope_now(self) -> Scope | None:
        """Whose keys the next key is, where a part of the page has its own."""
        return None

    def refuses(self, event: events.Event) -> str:
        """Why this key must not be used although it can be, in a sentence; "" where it may."""
        return ""

    def can(self, action_id: str) -> bool:
        """Whether an action would do something now; what would not is not shown."""
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks here before it does what a key is bound to."""
        if self.has_class("-tiny"):
            return action == "quit"
        if any(a.id == action for a in actions_of(*self.SCOPES)):
            return self.can(action)
        return True

    # -- frame --------------------------------------------------------------------------------------------

    @property
    def session_shown(self) -> Session | None:
        """The session that the title bar tells of."""
        return self.desk.session

    def title_state(self) -> TitleState:
        """What the title bar says."""
        session = self.session_shown
        if session is None:
            return TitleState(target=self.desk.target)
        draft = session.draft
        sending = ""
        if session.is_sending and session.run is not None:
            rows = session.run.records
            sending = f"sending {rows:,} row{'s' if rows != 1 else ''}"
        return TitleState(
            visible(draft.name, 40), visible(draft.schema.label, 30), session.kept, sending, self.desk.target
        )

    def show_title(self) -> None:
        """Bring the title bar up to date."""
        self.title_bar.show(self.title_state())

    def footer_actions(self) -> list[Action]:
        """The actions that the footer offers, before it is asked which can be done."""
        return actions_of(*self.SCOPES)

    def show_footer(self) -> None:
        """Bring the footer up to date."""
        keys: list[FooterKey] = []
        main: FooterKey | None = None
        for action in sorted(self.footer_actions(), key=lambda a: a.priority):
            shown = self.keymap.get(binding_id(action), action.keys)
            if not action.label or not shown or not self.can(action.id):
                continue
            key = FooterKey(key_label(shown), self.label_of(action), action.id, action.id in ("help", "menu"))
            if action.main:
                main = key
            else:
                keys.append(key)
        self.footer.show(tuple(keys), main)

    def label_of(self, action: Action) -> str:
        """The footer's word for an action; a screen may know a better one."""
        return action.label

    async def on_footer_bar_pressed(self, event: FooterBar.Pressed) -> None:
        event.stop()
        await self.do(event.action)

    async def do(self, action_id: str) -> None:
        """Do an action by its id, be it this screen's or the app's."""
        is_apps = any(action.id == action_id for action in actions_of("app"))
        await (self.app if is_apps else self).run_action(action_id)

    def say(
        self, sentence: str, *, sign: str = "", role: str = "text", so: Callable[[], bool] | None = None
    ) -> None:
        """Put one sentence on the issue line.

        Args:
            sentence: what is to be said.
            sign: its glyph.
            role: its colour.
            so: whether it is still true; a page that stays long asks, and takes it away when it is not.
        """
        self.issue_line.show(IssueState(sign=sign, role=role, sentence=visible(sentence, 400)))
