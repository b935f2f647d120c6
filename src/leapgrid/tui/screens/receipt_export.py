"""Giving a receipt to somebody: as text, JSON, CSV or one page of HTML."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import on

from leapgrid.drafting.receipts import MEANING, RECEIPT_FORMS, SUFFIX, Receipt, ReceiptForm, write_receipt
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import as_typed
from leapgrid.tui.receipts import form_name, form_words, receipt_path, told_written, with_receipt_suffix
from leapgrid.tui.screens.write_page import WritePage
from leapgrid.tui.widgets.choices import Choice, ChoiceList
from leapgrid.tui.widgets.heading import Heading


class ReceiptExportScreen(WritePage):
    """Asks in which form to write a receipt, and where."""

    SCOPES = ("app", "write_receipt")
    BINDINGS = bindings("write_receipt")

    def __init__(self, desk: Desk, receipt: Receipt, keymap: dict[str, str] | None = None) -> None:
        self.how = ChoiceList("Form", id="form")
        super().__init__(
            desk, keymap, Heading("Export the receipt", "to keep it, or to send it on"), self.how
        )
        self.receipt = receipt
        self.form: ReceiptForm = "html"

    def show(self) -> None:
        forms = tuple(Choice(form_name(form), words=form_words(form)) for form in _ORDER)
        self.how.show(forms, _ORDER.index(self.form), MEANING[self.form], lines_below=2)
        if not self.touched:
            path = receipt_path(self.receipt, self.form)
            self.path.set_text(as_typed(path.parent) + path.name)
        self.show_buttons()

    @on(ChoiceList.Chosen, "#form")
    def _form_chosen(self) -> None:
        self.form = _ORDER[self.how.at]
        if self.touched:
            self.path.set_text(with_receipt_suffix(self.path.text, self.form))
        self.choice_changed()

    def begin(self) -> None:
        self.say("Writing the receipt ...", role="muted")

    async def make(self, path: Path, *, overwrite: bool) -> str:
        written = await asyncio.to_thread(
            lambda: write_receipt(self.receipt, path, self.form, overwrite=overwrite)
        )
        return told_written(written, self.form)


_ORDER: tuple[ReceiptForm, ...] = ("html", *(form for form in RECEIPT_FORMS if form != "html"))
"""The forms as they are offered: what can be sent on to anybody first."""
assert set(_ORDER) == set(SUFFIX)
