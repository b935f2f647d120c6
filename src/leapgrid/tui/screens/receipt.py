"""The receipt of a submission: what was sent, chunk by chunk and record by record, with its evidence."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Mapping

from textual import on, work
from textual.widget import Widget

from leapgrid.drafting.receipts import Receipt, read_receipt, receipt_lines
from leapgrid.records import payload_text
from leapgrid.tui.actions import Action, bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.history import UNKNOWN
from leapgrid.tui.messages import GoToDraft, LookUpSent
from leapgrid.tui.pages import json_lines
from leapgrid.tui.receipt import (
    KINDS,
    Facts,
    Kind,
    ReceiptTree,
    details_of_chunk,
    details_of_row,
    facts_of,
    first_facts,
    glyph_of,
    title_of,
    trees,
)
from leapgrid.tui.receipts import MOST_COPIED, told_copied
from leapgrid.tui.screens.page import Page
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.receipt_view import ReceiptFacts, ReceiptHead, ReceiptList
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.workspace import NotFound, WorkspaceError


class ReceiptScreen(Page):
    """One submission."""

    SCOPES = ("app", "receipt")
    BINDINGS = bindings("receipt")
    HAS_ISSUE_LINE = True

    def __init__(self, desk: Desk, submission: str, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.submission = submission
        self.facts = ReceiptFacts()
        self.head = ReceiptHead()
        self.list = ReceiptList()
        self.receipt: Receipt | None = None
        self.kind: Kind = "all"
        self._trees: Mapping[Kind, ReceiptTree] = {}

    def body(self) -> Iterable[Widget]:
        return (self.facts, self.head, self.list)

    def on_mount(self) -> None:
        super().on_mount()
        self.list.focus()
        self.read()

    def title_state(self) -> TitleState:
        return TitleState(target=self.desk.target)

    # Exclusive is right here: reading changes nothing, and only the last answer matters.
    @work(group="receipt", exclusive=True, exit_on_error=False)
    async def read(self) -> None:
        """Read it beside the loop: it may be of very many records."""
        try:
            if self.receipt is None:
                self.facts.show(await asyncio.to_thread(self._first))
            receipt, facts, found = await asyncio.to_thread(self._read)
        except WorkspaceError as problem:
            self.say(str(problem), sign="!", role="error")
            return
        self.receipt, self._trees = receipt, found
        self.facts.show(facts)
        self._show(self.kind if self.kind in found else "all")

    def _first(self) -> Facts:
        stored = self.desk.workspace.submission(self.submission)
        if stored is None:
            raise NotFound("This submission is not in the workspace any more.")
        return first_facts(stored, stored.object, stored.id)

    def _read(self) -> tuple[Receipt, Facts, Mapping[Kind, ReceiptTree]]:
        # The garbage collector halts all threads to look through what is being made, again and again; nothing
        # of it is garbage.
        collects = gc.isenabled()
        gc.disable()
        try:
            receipt = read_receipt(self.desk.workspace, self.submission)
            return receipt, facts_of(receipt), trees(receipt)
        finally:
            if collects:
                gc.enable()

    def _show(self, kind: Kind) -> None:
        self.kind = kind
        self.head.show("" if kind == "all" else KINDS[kind][0])
        self.list.show(self._trees[kind])
        self._about()

    # -- the line under the cursor ------------------------------------------------------------------------

    @on(LongList.Moved)
    def _about(self) -> None:
        receipt, tree, at = self.receipt, self.list.entries, self.list.at
        state = IssueState()
        if receipt is not None and tree is not None and at >= 0:
            row = tree.row(at)
            section, within = tree.place(at)
            about = tree.sections[section]
            if row is not None:
                glyph, role = glyph_of(row)
                state = IssueState(glyph.strip(), role, sentence=details_of_row(receipt, row))
            elif about.chunk is not None and within < 0:
                state = IssueState(sentence=details_of_chunk(receipt, about.chunk), role="text")
            elif within >= 0:
                state = IssueState(sentence=about.lines[within][1], role="text")
            else:
                state = IssueState(sentence=f"{title_of(about)}: Enter opens and closes it.", role="muted")
        self.issue_line.show(state)
        self.show_footer()

    # -- what can be done ---------------------------------------------------------------------------------

    def can(self, action_id: str) -> bool:
        receipt, tree, at = self.receipt, self.list.entries, self.list.at
        if action_id in ("back", "help", "quit"):
            return True
        if receipt is None or tree is None:
            return False
        row = tree.row(at)
        match action_id:
            case "open_entry":
                if row is not None:
                    return row.number is not None
                return at >= 0 and tree.sections[tree.place(at)[0]].size > 0
            case "show_sent":
                return row is not None and row.record is not None
            case "next_kind":
                return len(self._trees) > 1
            case "look_up":
                return any(receipt.counts.get(state) for state in UNKNOWN)
        return True

    def label_of(self, action: Action) -> str:
        tree, at = self.list.entries, self.list.at
        if tree is not None and at >= 0:
            section, within = tree.place(at)
            if action.id == "open_entry":
                if tree.row(at) is not None:
                    return "Go to it"
                return "Close" if tree.is_open(section) or within >= 0 else "Open"
            if action.id == "open_all":
                return "Close all" if tree.all_open else "Open all"
        if action.id == "next_kind":
            following = self._next_kind()
            return "All" if following == "all" else KINDS[following][0].capitalize()
        return action.label

    def _next_kind(self) -> Kind:
        kinds = list(self._trees)
        return kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else "all"

    @on(ReceiptList.Opened)
    def action_open_entry(self) -> None:
        tree, receipt = self.list.entries, self.receipt
        if tree is None or receipt is None or not self.can("open_entry"):
            return
        row = tree.row(self.list.at)
        if row is None:
            self.list.toggle()
            self._about()
        else:
            field = next((issue.field for issue in row.issues if issue.field), None)
            self.post_message(GoToDraft(receipt.draft_id, row.row, field))

    def action_open_all(self) -> None:
        self.list.open_all()
        self._about()

    def action_next_kind(self) -> None:
        self._show(self._next_kind())

    async def action_show_sent(self) -> None:
        """The record exactly as it was sent."""
        from leapgrid.tui.screens.text_page import TextPage

        row = self.list.entries.row(self.list.at) if self.list.entries is not None else None
        if row is None or row.record is None:
            return
        count, line = json_lines(payload_text([dict(row.record)]))
        words = f"record {row.position:,} of chunk {row.chunk:,}" if row.position else ""
        page = TextPage(self.desk, self.keymap, "As sent", count, line, words=words)
        await self.app.push_screen(page)

    async def action_export_receipt(self) -> None:
        from leapgrid.tui.screens.receipt_export import ReceiptExportScreen

        if self.receipt is not None:
            await self.app.push_screen(ReceiptExportScreen(self.desk, self.receipt, self.keymap))

    def action_copy_receipt(self) -> None:
        if self.receipt is not None:
            self.copy()

    # Exclusive is right here: only the last copy is on the clipboard.
    @work(group="copy", exclusive=True, exit_on_error=False)
    async def copy(self) -> None:
        """Hand the receipt to the terminal's clipboard as text.

        It takes none as an argument: Textual writes down what a worker is called with, word for word.
        """
        receipt = self.receipt
        if receipt is None:
            return
        text = await asyncio.to_thread(lambda: "\n".join(receipt_lines(receipt)) + "\n")
        size = len(text.encode("utf-8", "replace"))
        if size <= MOST_COPIED:
            self.app.copy_to_clipboard(text)
        self.say(told_copied(size), sign="" if size <= MOST_COPIED else "~", role="warning")

    def action_open_draft(self) -> None:
        if self.receipt is not None:
            self.post_message(GoToDraft(self.receipt.draft_id))

    def action_look_up(self) -> None:
        if self.receipt is not None:
            self.post_message(LookUpSent(self.receipt.draft_id, self.receipt.submission))

    def action_back(self) -> None:
        self.dismiss()
