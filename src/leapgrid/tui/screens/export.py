"""Export: which records, in which form, to which file; written in a thread, beside and then renamed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path

from textual import events, on, work
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from leapgrid.drafting.export import Export, Form, What, WritingCancelled
from leapgrid.files import FileError
from leapgrid.files.writing import FileInTheWay
from leapgrid.tui.actions import Action, actions_of, bindings
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
from leapgrid.tui.folders import anew, as_typed, completed, matching, parted, read_folder
from leapgrid.tui.screens.page import Page
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.button import Button
from leapgrid.tui.widgets.choices import CONTENT, Choice, ChoiceList
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.heading import Heading
from leapgrid.visible import visible

_AT_ONCE = 2000
"""The records of a longer draft are gathered beside the loop, so that the screen never stands still."""


class ExportScreen(Page):
    """Asks what to write where, writes it, and says so on the screen below."""

    SCOPES = ("app", "export")
    BINDINGS = bindings("export")
    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = f"""
    ExportScreen #page {{ height: 1fr; overflow-y: auto; scrollbar-size: 0 0; }}
    ExportScreen Heading {{ margin: 1 0; }}
    ExportScreen ChoiceList {{ margin-bottom: 1; }}
    ExportScreen #to {{ height: 1; margin-bottom: 1; }}
    ExportScreen #to Heading {{ width: {CONTENT - 1}; margin: 0; }}
    ExportScreen #to TextField {{ max-width: 96; margin-right: 2; }}
    ExportScreen #buttons {{ height: 1; margin-left: {CONTENT - 1}; }}
    ExportScreen #buttons > * {{ margin-right: 3; }}
    """

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
        super().__init__(desk, keymap)
        self.session = session
        self.offers: tuple[Offer, ...] = offers(session)
        self.which = ChoiceList("Records", id="records")
        self.how = ChoiceList("Form", id="form")
        self.path = TextField("path of the file", id="path")
        self.write = Button("Write", id="write")
        self.back = Button("Back", id="back")
        kinds = [offer.records for offer in self.offers]
        self.at = kinds.index(records) if records in kinds else 0
        self.form: Form = "csv"
        self.writing = False
        self._touched = False
        self._in_the_way = ""
        self._done = (0, 0)
        self._cancel = threading.Event()

    def body(self) -> Iterable[Widget]:
        return (
            Vertical(
                Heading("Export", "write records to a file for somebody else"),
                self.which,
                self.how,
                Horizontal(Heading("To"), self.path, id="to"),
                Horizontal(self.write, self.back, id="buttons"),
                id="page",
            ),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        self.which.focus()
        self.set_interval(0.2, self._show_progress)

    def on_unmount(self) -> None:
        self._cancel.set()  # a file that nobody waits for is not finished

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def offer(self) -> Offer:
        """The records that are chosen."""
        return self.offers[self.at]

    def _show(self) -> None:
        choices = tuple(Choice(o.name, f"{o.number:,}", visible(o.words, 80)) for o in self.offers)
        self.which.show(choices, self.at)
        forms = tuple(Choice(form_name(form), words=form_words(form)) for form in ORDER)
        meaning = form_meaning(self.form)
        self.how.show(forms, ORDER.index(self.form), meaning, lines_below=2)
        if not self._touched:
            draft = self.session.draft
            path = suggested(draft.source, draft.name, self.offer.records, self.form)
            self.path.set_text(as_typed(path.parent) + path.name)
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.write.show(f"Write {self.offer.number:,}", enabled=not self.writing)
        self.back.show("Cancel" if self.writing else "Back", enabled=True)
        self.show_footer()

    def _show_progress(self) -> None:
        if self.writing:
            done, total = self._done
            self.say(f"Writing {done:,} of {plural(total, 'record')}. Esc cancels.", role="muted")

    def can(self, action_id: str) -> bool:
        match action_id:
            case "write_file":
                return not self.writing and self.focused is not self.back
            case "next_part":
                return not self.writing
        return True

    def label_of(self, action: Action) -> str:
        if action.id == "back" and self.writing:
            return "Cancel"
        if action.id == "write_file":
            return "Write over it" if self._in_the_way == self.path.text else f"Write {self.offer.number:,}"
        if action.id == "next_part":
            return "Complete" if self.focused is self.path else "Next"
        return action.label

    def footer_actions(self) -> list[Action]:
        return actions_of(*self.SCOPES)

    # -- choosing -----------------------------------------------------------------------------------------

    @on(ChoiceList.Chosen, "#records")
    def _records_chosen(self) -> None:
        self.at = self.which.at
        self._changed()

    @on(ChoiceList.Chosen, "#form")
    def _form_chosen(self) -> None:
        self.form = ORDER[self.how.at]
        if self._touched:
            self.path.set_text(with_suffix(self.path.text, self.form))
        self._changed()

    @on(TextField.Changed, "#path")
    def _path_typed(self) -> None:
        meant = anew(self.path.text)
        if meant != self.path.text:
            self.path.set_text(meant)
        self._touched = True
        self._changed()

    def _changed(self) -> None:
        """Something was chosen or typed: what was asked about before is old."""
        self._in_the_way = ""
        if not self.writing:
            self.say("")
        self._show()

    @on(ChoiceList.Passed)
    def _passed(self, event: ChoiceList.Passed) -> None:
        event.stop()
        if event.down:
            (self.how if self.focused is self.which else self.path).focus()
        elif self.focused is self.how:
            self.which.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key not in ("up", "down"):
            return
        parts: list[Widget] = [self.how, self.path, self.write]
        here = self.focused
        if here is self.path or here is self.write or here is self.back:
            event.stop()
            at = parts.index(self.path if here is self.path else self.write)
            parts[max(0, min(at + (1 if event.key == "down" else -1), len(parts) - 1))].focus()

    def on_descendant_focus(self) -> None:
        self.show_footer()

    def action_next_part(self) -> None:
        """Complete the path as far as it goes; where there is nothing to complete, go on."""
        if self.focused is not self.path or not self._complete():
            self.focus_next()

    def _complete(self) -> bool:
        path, start = parted(self.path.text)
        folder = read_folder(path)
        name = completed(matching(folder, start), start) if start else start
        if name == start:
            return False
        self.path.set_text(self.path.text[: len(self.path.text) - len(start)] + name)
        self._path_typed()
        return True

    # -- writing ------------------------------------------------------------------------------------------

    @on(TextField.Submitted, "#path")
    @on(Button.Pressed, "#write")
    def action_write_file(self) -> None:
        if self.writing:
            return
        folder, name = parted(self.path.text)
        if not name:
            self.say("Type the path of the file to write.", sign="!", role="error")
            self.path.focus()
            return
        self.writing = True
        self._cancel.clear()
        self._done = (0, self.offer.number)
        self._show_buttons()
        self._show_progress()
        self._write(folder / name, overwrite=self._in_the_way == self.path.text)

    @work(group="export", exit_on_error=False)
    async def _write(self, path: Path, *, overwrite: bool) -> None:
        try:
            job = await self._prepared(path, overwrite)
            written = await asyncio.to_thread(job.run, self._progress, self._cancel.is_set)
        except FileInTheWay:
            self._in_the_way = self.path.text
            name = visible(path.name, 80)
            self._stopped(f"{name} exists already. Enter again writes over it.", sign="~", role="warning")
        except WritingCancelled as problem:
            self._stopped(problem.message)
        except FileError as problem:
            self._stopped(problem.message, sign="!", role="error")
        else:
            self._finished(told(written))
        finally:
            self.writing = False  # whatever went wrong, the page can be left

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

    def _stopped(self, sentence: str, *, sign: str = "", role: str = "text") -> None:
        self.writing = False
        if self.is_mounted:
            self._show_buttons()
            self.say(sentence, sign=sign, role=role)

    def _finished(self, sentence: str) -> None:
        self.writing = False
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if self.app.screen is self:
            self.dismiss()
            if isinstance(below, Page):
                below.say(sentence)

    @on(TextField.Left, "#path")
    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """Leave; while a file is written, only end that."""
        if self.writing:
            self._cancel.set()
            self.say("Cancelling ...", role="muted")
        else:
            self.dismiss()
