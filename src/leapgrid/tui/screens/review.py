"""Review & send: who goes, who stays and why, where to, and the one key that sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from rich.cells import cell_len
from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from leapgrid.drafting.lookable import Lookable, lookable
from leapgrid.records import curl_command, payload_text
from leapgrid.submit import Plan, SubmitOptions
from leapgrid.submit.options import OnRefusal
from leapgrid.superleap import SuperleapError, bulk_create_path, check_base_url, encode_records
from leapgrid.tui.actions import Action, actions_of, bindings, find, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.keymap import keys_in_use, shown_key
from leapgrid.tui.messages import SendPlan
from leapgrid.tui.pages import LineOf, json_lines, plain_lines
from leapgrid.tui.review import ReviewState, production_name
from leapgrid.tui.review_lines import CONTENT
from leapgrid.tui.screens.left_out import LeftOutPage
from leapgrid.tui.screens.page import Page
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.tui.session import Changed, Session
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.button import Button
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.review_text import ConfirmLine, ReviewText
from leapgrid.visible import visible
from leapgrid.workspace import OpenSubmission, RefusalRule

_AT_ONCE = 2000
"""A plan of more rows is made beside the loop, so that the page is there at once."""


class ReviewScreen(Page):
    """Shows a plan; Enter says :class:`SendPlan`, once."""

    SCOPES = ("app", "review")
    BINDINGS = bindings("review")
    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = f"""
    ReviewScreen #page {{ height: 1fr; overflow: hidden hidden; }}
    ReviewScreen #buttons {{ height: 1; margin: 1 2 1 {CONTENT}; }}
    ReviewScreen #buttons > * {{ margin-right: 3; }}
    ReviewScreen #name {{ width: 26; }}
    """

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.options: SubmitOptions = desk.options
        self.text = ReviewText()
        self.confirm = ConfirmLine(production_name(desk.link))
        self.back = Button("Back", id="back")
        self.name_field = TextField("name of the profile", id="name")
        self.send = Button("Send", id="send")
        self.state: ReviewState | None = None
        self.going_on: tuple[OpenSubmission, ...] = ()
        self._rule: RefusalRule | None = None
        self._look_ups: Lookable | None = None
        self._sent = False
        self._planned_at: float | None = None

    def body(self) -> Iterable[Widget]:
        typed = (self.name_field,) if production_name(self.desk.link) else ()
        buttons = (self.back, *typed, self.send) if typed else (self.send, self.back)
        return (Vertical(self.text, self.confirm, Horizontal(*buttons, id="buttons"), id="page"),)

    def on_mount(self) -> None:
        super().on_mount()
        if self.session is not None:
            self.session.listen(self._changed)
        self.run_first(self._first_plan())

    def on_unmount(self) -> None:
        if self.session is not None:
            self.session.forget(self._changed)

    def _changed(self, changed: Changed) -> None:
        """A check in the background went on, or came to its end and with it what keeps rows from going."""
        session, state = self.session, self.state
        if changed.checked is None or session is None or state is None:
            return
        if session.checking is None:
            self.run_worker(self._first_plan())
        else:
            self.say(replace(state, checking=session.checking).obstacle)

    async def _first_plan(self) -> None:
        session = self.session
        if session is not None and session.checking is None and not self.options.again:
            await self.desk.sending.know_again(session)
        await self._look_again()
        self.run_worker(self._foresee(), group="foresee", exclusive=True, exit_on_error=False)
        if self._planned_at is None:
            self._planned_at = Message().time
        if self.state is not None and not self.state.obstacle and not production_name(self.desk.link):
            self.send.focus()
        else:
            self.back.focus()

    @property
    def session(self) -> Session | None:
        """The draft that is reviewed."""
        return self.desk.session

    async def _plan(self, options: SubmitOptions) -> Plan:
        session = self.session
        if session is None:
            return Plan()
        if len(session.draft.batch) <= _AT_ONCE or session.is_sending:
            return session.plan(options)
        # No edit and no answer can change the records while this page lies over them.
        return await asyncio.to_thread(session.plan, options)

    async def _foresee(self) -> None:
        """Tell of what comes after: what this host does with refused chunks, what could be looked up."""
        session, state = self.session, self.state
        if session is None or state is None or not state.plan.records:
            return
        rule = await self.desk.sending.refusal_rule(state.slug)
        count = lookable(session.draft, state.plan.rows)
        many = state.plan.records > _AT_ONCE
        look_ups = await asyncio.to_thread(count) if many else count()
        self._rule, self._look_ups = rule, look_ups
        if self.state is not None and self.state.plan is state.plan:
            self._show(replace(self.state, rule=rule, look_ups=look_ups))

    def _show(self, state: ReviewState) -> None:
        self.state = state
        self.text.show(state)
        self._fit()

    async def _look_again(self) -> None:
        plan = await self._plan(self.options)
        session = self.session
        slug = session.draft.schema.slug if session else self.desk.schema.slug
        sending = session.is_sending if session else False
        state = ReviewState(
            plan,
            self.options,
            slug,
            self.desk.link,
            self.desk.why_not_connected,
            sending,
            session.checking if session else None,
            rule=self._rule,
            look_ups=self._look_ups,
            going_on=self.going_on,
            on_refusal_key=self._key("on_refusal"),
            look_up_key=self._key("look_up"),
            issue_key=self._key("first_issue"),
            back_key=self._key("back"),
            connect_key=shown_key("connect", self.keymap),
        )
        self._show(state)
        if state.obstacle:
            self.say(state.obstacle, role="text")
        else:
            self.issue_line.show(type(self.issue_line.state)())
        self._show_send()

    def _key(self, action_id: str) -> str:
        return shown_key(action_id, self.keymap, "review")

    @property
    def send_label(self) -> str:
        """What the main step does."""
        return f"Send {self.state.plan.records if self.state else 0:,}"

    def _show_send(self) -> None:
        state = self.state
        self.send.show(self.send_label, enabled=self._may_send)
        self.send.display = state is not None and not state.obstacle
        self.name_field.display = self.confirm.display = self.send.display
        self.show_footer()

    def _fit(self) -> None:
        """The buttons follow the text where it is short, and stay in sight where it is long."""
        # Title, issue line and footer; the buttons with a line of air on both sides.
        self.confirm.styles.height = self.confirm.needed
        self.confirm.repaint()
        room = self.size.height - 3 - 3 - self.confirm.needed
        self.text.fit(room)
        self.text.styles.height = max(1, min(len(self.text.lines()), room))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def refuses(self, event: events.Event) -> str:
        """What sends must come from someone who has seen what is sent."""
        if not isinstance(event, events.Key) or event.key not in self._sending_keys:
            return ""
        if self._planned_at is not None and event.time >= self._planned_at:
            return ""
        key = key_label(event.key)
        return f"{key} came before this page did, and sends nothing. Look, then press it again."

    @property
    def _sending_keys(self) -> set[str]:
        return {"enter", "space", *keys_in_use(find("send", "review"), self.keymap).split(",")}

    # -- what can be done ---------------------------------------------------------------------------------

    @property
    def _may_send(self) -> bool:
        state = self.state
        if state is None or self._sent or state.obstacle:
            return False
        name = production_name(state.link)
        return not name or self.name_field.text.strip() == name

    def can(self, action_id: str) -> bool:
        state = self.state
        match action_id:
            case "send":
                return self._may_send and self.focused is not self.back
            case "dry_run" | "show_payload" | "show_curl":
                return state is not None and state.plan.records > 0 and not self._in_field
            case "first_only":
                several = self.options.first or (state is not None and state.plan.records > 1)
                return several and not self._in_field
            case "on_refusal":
                return state is not None and state.plan.records > 0 and not self._in_field
            case "look_up":
                session = self.session
                unknown = session is not None and session.unknown > 0 and not session.is_sending
                return unknown and bool(self.desk.base_url) and not self._in_field
            case "first_issue":
                return state is not None and state.has_issues
            case "left_out":
                return state is not None and state.plan.left_out_count() > 0 and not self._in_field
        return True

    @property
    def _in_field(self) -> bool:
        return self.focused is self.name_field

    def footer_actions(self) -> list[Action]:
        actions = actions_of(*self.SCOPES)
        if self.can("send"):
            return actions
        return [a._replace(main=True) if a.id == "back" else a for a in actions]

    def label_of(self, action: Action) -> str:
        if action.id == "send" and self.state is not None:
            return self.send_label
        if action.id == "first_only" and self.options.first:
            return "All records"
        return action.label

    def on_descendant_focus(self) -> None:
        self.show_footer()

    # -- sending ------------------------------------------------------------------------------------------

    def action_send(self) -> None:
        if self._may_send and self.state is not None:
            # Before anything else, so that a second Enter that is already in the queue finds nothing to do.
            self._sent = True
            self.start(self.state)
            self.say("Starting ...", role="muted")
            self._show_send()

    def start(self, state: ReviewState) -> None:
        """Ask the app to send what is shown."""
        self.post_message(SendPlan(state.plan, self.options))

    @on(Button.Pressed, "#send")
    def _send_pressed(self) -> None:
        self.action_send()

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        self.dismiss()

    @on(TextField.Changed, "#name")
    def _name_typed(self) -> None:
        self._show_send()

    @on(TextField.Submitted, "#name")
    def _name_given(self) -> None:
        if self._may_send:
            self.action_send()
        else:
            name = visible(production_name(self.desk.link), 40)
            self.say(f"The name does not match. Type {name} to send.", sign="~", role="warning")

    @on(TextField.Left, "#name")
    def _name_left(self) -> None:
        self.back.focus()

    # -- the other keys -----------------------------------------------------------------------------------

    def action_first_issue(self) -> None:
        """Back to the records, at the first that keeps a row from going."""
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        self.dismiss()
        if isinstance(below, Page):
            self.app.call_later(below.run_action, "next_issue")

    async def action_first_only(self) -> None:
        self.options = replace(self.options, first=not self.options.first)
        await self._look_again()

    async def action_dry_run(self) -> None:
        session = self.session
        if session is None:
            return
        await self._look_again()
        if self.state is None or not self.state.plan.records:
            return
        said = await asyncio.to_thread(_dry_run, self.state, self.size.width - 2)
        self.say(said, role="text")

    def action_show_payload(self) -> None:
        text = payload_text(self._first_chunk())
        self._page("Payload", *json_lines(text))

    def action_show_curl(self) -> None:
        state = self.state
        if state is None:
            return
        base = state.link.base_url.rstrip("/") if state.link else "$LEAPGRID_BASE_URL"
        url = f"{base}{bulk_create_path(state.slug)}"
        self._page("curl", *plain_lines(curl_command(url, payload_text(self._first_chunk()))))

    def _first_chunk(self) -> list[dict[str, object]]:
        chunks = self.state.plan.chunks if self.state else ()
        return [dict(p) for p in chunks[0].payloads] if chunks else []

    def _page(self, heading: str, count: int, line: LineOf) -> None:
        chunks = self.state.plan.chunks if self.state else ()
        of = f"chunk 1 of {len(chunks):,}, " if len(chunks) > 1 else ""
        words = f"{of}{plural(len(chunks[0]) if chunks else 0, 'record')}, exactly as it is sent"
        self.app.push_screen(TextPage(self.desk, self.keymap, heading, count, line, words=words))

    def action_on_refusal(self) -> None:
        """The next way to treat the good records of a refused chunk."""
        ways = list(OnRefusal)
        at = ways.index(OnRefusal(self.options.on_refusal))
        self.options = replace(self.options, on_refusal=ways[(at + 1) % len(ways)])
        if self.state is not None:
            self._show(replace(self.state, options=self.options))

    def action_look_up(self) -> None:
        """Back to the records, to look up what is unknown of them."""
        app, below = self.app, self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        self.dismiss()
        if isinstance(below, Page):
            app.call_later(below.run_action, "look_up_unknown")

    def action_left_out(self) -> None:
        session, state = self.session, self.state
        if session is None or state is None:
            return
        self.app.push_screen(LeftOutPage(self.desk, session, state.plan, self.keymap), self._left_out_seen)

    def _left_out_seen(self, changed: object) -> None:
        if changed:
            self.run_worker(self._first_plan())

    def on_key(self, event: events.Key) -> None:
        by = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}.get(event.key)
        if by is not None:
            event.stop()
            self.text.scroll_lines(by)


def _dry_run(state: ReviewState, width: int) -> str:
    """Everything but the sending: the address, the path, and every chunk as the bytes that would go.

    Args:
        width: cells of the line; a sentence that is longer begins with what matters most.
    """
    plan = state.plan
    going = f"{plural(plan.records, 'record')} in {plural(len(plan.chunks), 'chunk')}"
    try:
        bulk_create_path(state.slug)
        if state.link is not None:
            check_base_url(state.link.base_url)
        for chunk in plan.chunks:
            encode_records(chunk.payloads)
    except SuperleapError as error:
        return f"Dry run: this could not be sent. {error} Nothing was sent."
    if state.link is None:
        return f"Dry run: {going} can be sent once you are connected. Nothing was sent."
    said = f"Dry run: {going} would be sent to {state.link.host}. Nothing was sent."
    if cell_len(said) > width:
        return f"Dry run, nothing was sent: {going} would go to {state.link.host}."
    return said
