"""The start screen: go on with a draft, or begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from textual import events, on, work
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.files.kinds import KINDS
from leapgrid.records import RowState
from leapgrid.tui.actions import Action, actions_of, bindings, find, key_label
from leapgrid.tui.desk import NOT_CONNECTED, Desk
from leapgrid.tui.drafts import day_words, draft_state, open_words, removal_words
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.messages import (
    AskForFile,
    AskToConnect,
    AskToGoOn,
    NewDraft,
    OpenDraft,
    SampleLeads,
    ShowHistory,
)
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, Part, fit, strip_of, wrap
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.listing import Listing
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.visible import visible
from leapgrid.workspace import DraftSummary, OpenSubmission, WorkspaceError

_WELCOME = (
    "Type leads in or bring a file. LeapGrid checks them as you go, "
    "sends them to Superleap, and helps to repair what was refused."
)
_BLOCK = 68
_LOOK_AGAIN = 2.0
"""Seconds until a workspace that could not be read is tried again."""
_LEAST_NAME = 18
"""Cells that a draft's name has at least, where the window has them."""


class Widths(NamedTuple):
    """Cells of the columns behind the names of the drafts, as the largest number and the longest day need."""

    number: int = 6
    word: int = 13
    not_sent: int = 5
    day: int = 11

    @property
    def all(self) -> int:
        """Cells of a draft's line that are not its name."""
        return 1 + 2 + self.number + self.word + self.not_sent + len(_NOT_SENT) + self.day + 2

    @classmethod
    def of(cls, drafts: Iterable[DraftSummary], room: int) -> Widths:
        """Those for some drafts.

        Args:
            room: how many cells there are; the words have less air where it is tight.
        """
        number, word, not_sent, day = cls()
        words = 0
        for draft in drafts:
            state = draft_state(draft)
            number = max(number, len(f"{state.number:,}") + 1)
            words = max(words, len(state.word) + 1)
            not_sent = max(not_sent, len(f"{state.not_sent:,}"))
            day = max(day, len(day_words(draft.updated_at)) + 2)
        roomy = cls(number, max(word, words), not_sent, day)
        return roomy if roomy.all + _LEAST_NAME <= room else roomy._replace(word=words + 2)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A way to begin: its key, its name, a few words, the action."""

    key: str
    title: str
    words: str
    action: str


_NOT_SENT = " not sent"

BEGINNINGS = (
    Beginning("N", "New leads", "type them in", "new_draft"),
    Beginning("O", "Open a file", KINDS, "open_file"),
    Beginning("D", "Try it with sample leads", "in the sandbox on this computer", "sample_leads"),
    Beginning("C", "Connect", "host and key", "connect"),
)
HISTORY = Beginning("H", "History", "what was sent, and its receipts", "history")
"""Offered once anything was sent, before the last of the others."""

_NEVER_SENT = frozenset({RowState.READY, RowState.SKIPPED})


class StartList(Listing):
    """The drafts, and the ways to begin."""

    DEFAULT_CSS = """
    StartList { width: 1fr; height: 1fr; }
    """
    GROUND = "ground"

    class Acted(Message):
        """The entry under the cursor was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: tuple[DraftSummary, ...] = ()

    @property
    def beginnings(self) -> tuple[Beginning, ...]:
        """The ways to begin that there are."""
        if any(not _NEVER_SENT.issuperset(draft.counts) for draft in self.drafts):
            return (*BEGINNINGS[:-1], HISTORY, BEGINNINGS[-1])
        return BEGINNINGS

    @property
    def entry_count(self) -> int:
        return len(self.drafts) + len(self.beginnings)

    @property
    def draft(self) -> DraftSummary | None:
        """The draft under the cursor, or None."""
        return self.drafts[self.at] if 0 <= self.at < len(self.drafts) else None

    @property
    def beginning(self) -> Beginning | None:
        """The way to begin under the cursor, or None."""
        at = self.at - len(self.drafts)
        return self.beginnings[at] if 0 <= at < len(self.beginnings) else None

    def show(self, drafts: Iterable[DraftSummary]) -> None:
        """Show these drafts; the cursor stays on its draft where that is still there."""
        old, begun = self.draft, self.beginning
        first = not self.drafts
        self.drafts = tuple(drafts)
        ids = [d.id for d in self.drafts]
        if old is not None and old.id in ids:
            self.at = ids.index(old.id)
        elif begun in self.beginnings and not first:
            self.at = len(self.drafts) + [*self.beginnings].index(begun)
        else:
            self.at = max(0, min(self.at, len(self.drafts) - 1)) if not first else 0
        self.repaint()
        self.reveal()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        block = min(_BLOCK if width < 120 else _BLOCK + 16, width - 4)
        widths = Widths.of(self.drafts, block)
        block = min(max(block, widths.all + _LEAST_NAME), width - 4)
        indent = (width - block) // 2
        plain = palette.style("text")
        strong = palette.style("strong", bold=True)
        blank = Strip.blank(width, plain)
        tight = self.size.height < 26
        lines = [blank] if tight else [blank] * 3
        margin: Part = (" " * (indent + 2), plain)
        for line in wrap(_WELCOME, block - 4):
            lines.append(strip_of([margin, (line, plain)], width, plain))
        gap = [blank] if tight else [blank, blank]
        self.entry_lines = []
        if self.drafts:
            lines += [*gap, strip_of([margin, ("Go on with", strong)], width, plain), blank]
            for i, draft in enumerate(self.drafts):
                self.entry_lines.append(len(lines))
                lines.append(self._draft(draft, widths, indent, block, width, palette, here=i == self.at))
        words = "Or begin" if self.drafts else "Begin"
        lines += [*gap, strip_of([margin, (words, strong)], width, plain), blank]
        for i, beginning in enumerate(self.beginnings):
            here = i + len(self.drafts) == self.at
            self.entry_lines.append(len(lines))
            lines.append(self._beginning(beginning, indent, block, width, palette, here=here))
        lines.append(blank)
        return lines

    def _draft(
        self,
        draft: DraftSummary,
        widths: Widths,
        indent: int,
        block: int,
        width: int,
        palette: Palette,
        *,
        here: bool,
    ) -> Strip:
        plain = palette.style("text")
        ground: Role = "row" if here else "ground"
        number, muted = palette.style("strong", ground), palette.style("muted", ground)
        name_width = max(8, block - widths.all)
        state = draft_state(draft)
        name = fit(visible(draft.name, 80), name_width - 2)
        name_style = palette.style("on-cell", "cell", bold=True) if here else plain
        inner: list[Part] = [
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (f" {name} ", name_style),
            (" ", muted),
            (SIGNS(state.sign) or " ", palette.style(state.role, ground, bold=True)),
            ((f"{state.number:,}" if state.word else "").rjust(widths.number), number),
            (f" {state.word}".ljust(widths.word), muted),
            ((f"{state.not_sent:,}" if state.not_sent else "").rjust(widths.not_sent), number),
            ((_NOT_SENT if state.not_sent else "").ljust(len(_NOT_SENT)), muted),
            (day_words(draft.updated_at).rjust(widths.day), muted),
        ]
        row = strip_of(inner, block, palette.style("text", ground))
        return Strip.join([Strip.blank(indent, plain), row, Strip.blank(width - indent - block, plain)])

    def _beginning(
        self, beginning: Beginning, indent: int, block: int, width: int, palette: Palette, *, here: bool
    ) -> Strip:
        plain = palette.style("text")
        ground: Role = "row" if here else "ground"
        title_style = palette.style("on-cell", "cell", bold=True) if here else palette.style("strong")
        inner: list[Part] = [
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (" ", palette.style("text", ground)),
            (beginning.key, palette.style("accent", ground, bold=True)),
            (" ", palette.style("text", ground)),
            (f" {beginning.title.ljust(26)}", title_style),
            (f" {beginning.words}", palette.style("muted", ground)),
        ]
        row = strip_of(inner, block, palette.style("text", ground))
        return Strip.join([Strip.blank(indent, plain), row, Strip.blank(width - indent - block, plain)])

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        self.post_message(self.Acted())


class StartScreen(Page):
    """What one sees first."""

    SCOPES = ("app", "start")
    BINDINGS = bindings("start")
    HAS_ISSUE_LINE = True

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.list = StartList()
        self.open: dict[str, list[OpenSubmission]] = {}
        self._asked = ""
        self._in_trouble = False

    def body(self) -> Iterable[Widget]:
        return (self.list,)

    def on_mount(self) -> None:
        super().on_mount()
        self.list.focus()
        self._say_where()

    def on_screen_resume(self) -> None:
        if self._asked:
            self._asked = ""
            self._say_where()
        self.show_title()
        self._load()

    def title_state(self) -> TitleState:
        return TitleState(target=self.desk.target)

    def _say_where(self) -> None:
        link = self.desk.link
        draft = self.list.draft
        opened = open_words(self.open.get(draft.id, ())) if draft is not None else ""
        if draft is not None and opened:
            key = key_label(keys_in_use(find("resume", "start"), self.keymap))
            self.say(f"{opened} {key} goes on.", sign="?", role="unknown")
        elif link is None:
            self.say(self.desk.why_not_connected or NOT_CONNECTED, role="muted")
        else:
            self.say(f"Connected to {link.host}. Nothing is sent before you say so.", role="muted")

    @work(group="drafts", exit_on_error=False)
    async def _load(self) -> None:
        """Read the drafts beside the loop; reading twice does no harm."""
        try:
            drafts = await asyncio.to_thread(self.desk.drafts)
        except WorkspaceError as error:
            self._in_trouble = True
            self.say(str(error), sign="!", role="error")
            if self.is_current:
                self.set_timer(_LOOK_AGAIN, self._load)
            return
        if self._in_trouble:
            self._in_trouble = False
            self._say_where()
        self.list.show(drafts)
        self.show_footer()
        try:
            opened = await asyncio.to_thread(self.desk.open_submissions)
        except WorkspaceError:
            return  # the drafts are there; what is open is read again where it matters
        self.open = {}
        for one in opened:
            if not one.running:
                self.open.setdefault(one.draft_id, []).append(one)
        if self.open and not self._asked and not self.issue_line.state.sign:
            self._say_where()
        self.show_footer()

    # -- what can be done ---------------------------------------------------------------------------------

    def can(self, action_id: str) -> bool:
        draft = self.list.draft
        if action_id == "remove_draft":
            return draft is not None
        if action_id == "history":
            return HISTORY in self.list.beginnings
        if action_id == "resume":
            return draft is not None and draft.id in self.open
        return True

    def footer_actions(self) -> list[Action]:
        # There is no one main step here; the way out stands in its place.
        actions = actions_of(*self.SCOPES)
        return [a._replace(label="Quit", main=True) if a.id == "quit" else a for a in actions]

    def label_of(self, action: Action) -> str:
        if action.id == "open_draft" and self.list.beginning is not None:
            return self.list.beginning.title
        return action.label

    @on(Listing.Moved)
    def _moved(self) -> None:
        if self._asked or self.open:
            self._asked = ""
            self._say_where()
        self.show_footer()

    def on_key(self, event: events.Key) -> None:
        """Escape answers the question whether to remove a draft with no."""
        if event.key == "escape" and self._asked:
            event.stop()
            self._asked = ""
            self._say_where()

    @on(StartList.Acted)
    def action_open_draft(self) -> None:
        draft, beginning = self.list.draft, self.list.beginning
        if draft is not None:
            self.post_message(OpenDraft(draft.id))
        elif beginning is not None:
            act: dict[str, Callable[[], None]] = {
                "new_draft": self.action_new_draft,
                "open_file": self.action_open_file,
                "sample_leads": self.action_sample_leads,
                "history": self.action_history,
                "connect": self.action_connect,
            }
            act[beginning.action]()

    def action_new_draft(self) -> None:
        self.post_message(NewDraft())

    def action_open_file(self) -> None:
        self.post_message(AskForFile())

    def action_sample_leads(self) -> None:
        self.post_message(SampleLeads())

    def action_history(self) -> None:
        self.post_message(ShowHistory())

    def action_connect(self) -> None:
        self.post_message(AskToConnect())

    def action_resume(self) -> None:
        """Open the draft, and ask there whether to go on with what was cut off."""
        if self.list.draft is not None:
            self.post_message(AskToGoOn(self.list.draft.id))

    # -- removing -----------------------------------------------------------------------------------------

    def action_remove_draft(self) -> None:
        draft = self.list.draft
        if draft is None:
            return
        if self._asked != draft.id:
            self._asked = draft.id
            self.say(removal_words(draft), sign="~", role="warning")
            return
        self._asked = ""
        self._remove(draft)

    @work(group="drafts", exit_on_error=False)
    async def _remove(self, draft: DraftSummary) -> None:
        try:
            await asyncio.to_thread(self.desk.remove_draft, draft.id)
        except WorkspaceError as error:
            self.say(str(error), sign="!", role="error")
            return
        self.say(f'"{visible(draft.name, 60)}" is removed.', role="muted")
        self._load()
