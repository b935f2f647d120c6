"""Export: which records, in which form, to which file; written in a thread, beside and then renamed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from textual import on

from leapgrid.drafting.export import Export, Form, What
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.exporting import (
    ORDER,
    Offer,
    Records,
    form_meaning,
    form_name,
    form_words,
    offers,
    suggested,
    told,
    with_suffix,
)
from leapgrid.tui.folders import as_typed
from leapgrid.tui.screens.write_page import WritePage
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.choices import Choice, ChoiceList
from leapgrid.tui.widgets.heading import Heading
from leapgrid.visible import visible

_AT_ONCE = 2000
"""The records of a longer draft are gathered beside the loop, so that the screen never stands still."""


class ExportScreen(WritePage):
    """Asks which records to write in which form."""

    SCOPES = ("app", "export")
    BINDINGS = bindings("export")

    def __init__(
        self,
        desk: Desk,
        session: Session,
        keymap: dict[str, str] | None = None,
        records: Records = "all",
    ) -> None:
        """
        Args:
            records: which are chosen at first, where there are any of them.
        """
        self.which = ChoiceList("Records", id="records")
        self.how = ChoiceList("Form", id="form")
        heading = Heading("Export", "write records to a file for somebody else")
        super().__init__(desk, keymap, heading, self.which, self.how)
        self.session = session
        self.offers: tuple[Offer, ...] = offers(session)
        kinds = [offer.records for offer in self.offers]
        self.at = kinds.index(records) if records in kinds else 0
        self.form: Form = "csv"
        self._done = (0, 0)
        self._cancel = threading.Event()

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(0.2, self._show_progress)

    def on_unmount(self) -> None:
        self._cancel.set()  # a file that nobody waits for is not finished

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def offer(self) -> Offer:
        """The records that are chosen."""
        return self.offers[self.at]

    @property
    def write_label(self) -> str:
        return f"Write {self.offer.number:,}"

    def show(self) -> None:
        choices = tuple(Choice(o.name, f"{o.number:,}", visible(o.words, 80)) for o in self.offers)
        self.which.show(choices, self.at)
        forms = tuple(Choice(form_name(form), words=form_words(form)) for form in ORDER)
        meaning = form_meaning(self.form)
        self.how.show(forms, ORDER.index(self.form), meaning, lines_below=2)
        if not self.touched:
            draft = self.session.draft
            path = suggested(draft.source, draft.name, self.offer.records, self.form)
            self.path.set_text(as_typed(path.parent) + path.name)
        self.show_buttons()

    def _show_progress(self) -> None:
        if self.writing:
            done, total = self._done
            self.say(f"Writing {done:,} of {plural(total, 'record')}. Esc cancels.", role="muted")

    # -- choosing -----------------------------------------------------------------------------------------

    @on(ChoiceList.Chosen, "#records")
    def _records_chosen(self) -> None:
        self.at = self.which.at
        self.choice_changed()

    @on(ChoiceList.Chosen, "#form")
    def _form_chosen(self) -> None:
        self.form = ORDER[self.how.at]
        if self.touched:
            self.path.set_text(with_suffix(self.path.text, self.form))
        self.choice_changed()

    # -- writing ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self._cancel.clear()
        self._done = (0, self.offer.number)
        self._show_progress()

    async def make(self, path: Path, *, overwrite: bool) -> str:
        job = await self._prepared(path, overwrite)
        return told(await asyncio.to_thread(job.run, self._progress, self._cancel.is_set))

    async def _prepared(self, path: Path, overwrite: bool) -> Export:
        draft, records, form = self.session.draft, self.offer.records, self.form
        view = self.session.rows.view
        rows = (
            [view.row_at(at) for at in range(len(view))] if records == "view" and view is not None else None
        )
        what: What = "all" if records == "view" else records

        def prepare() -> Export:
            return Export(draft, path, what=what, rows=rows, form=form, overwrite=overwrite)

        if len(draft.batch) <= _AT_ONCE or self.session.is_sending:
            return prepare()
        # No edit and no answer can change the records while this page lies over them.
        return await asyncio.to_thread(prepare)

    def _progress(self, done: int, total: int) -> None:
        self._done = (done, total)  # the screen looks at it now and then

    def action_back(self) -> None:
        """Leave; while a file is written, only end that."""
        if self.writing:
            self._cancel.set()
            self.say("Cancelling ...", role="muted")
        else:
            self.dismiss()
