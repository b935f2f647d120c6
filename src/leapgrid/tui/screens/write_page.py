"""A page that writes a file: some choices, a path that is completed, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import events, on, work
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from leapgrid.drafting.export import WritingCancelled
from leapgrid.files import FileError
from leapgrid.files.writing import FileInTheWay
from leapgrid.tui.actions import Action, actions_of
from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import anew, completed, matching, parted, read_folder
from leapgrid.tui.screens.page import Page
from leapgrid.tui.widgets.button import Button
from leapgrid.tui.widgets.choices import CONTENT, ChoiceList
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.heading import Heading
from leapgrid.visible import visible


class WritePage(Page):
    """Asks what to write where, writes it, and says so on the screen below.

    Subclasses show their choices, propose a path, and write.

    Attributes:
        lists: what is to be chosen.
        path: of the file.
        touched: whether a person typed a path; then none is proposed any more.
        writing: whether it is being written.
    """

    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = f"""
    WritePage #page {{ height: 1fr; overflow-y: auto; scrollbar-size: 0 0; }}
    WritePage Heading {{ margin: 1 0; }}
    WritePage ChoiceList {{ margin-bottom: 1; }}
    WritePage #to {{ height: 1; margin-bottom: 1; }}
    WritePage #to Heading {{ width: {CONTENT - 1}; margin: 0; }}
    WritePage #to TextField {{ max-width: 96; margin-right: 2; }}
    WritePage #buttons {{ height: 1; margin-left: {CONTENT - 1}; }}
    WritePage #buttons > * {{ margin-right: 3; }}
    """

    def __init__(
        self, desk: Desk, keymap: dict[str, str] | None, heading: Heading, *lists: ChoiceList
    ) -> None:
        super().__init__(desk, keymap)
        self.heading = heading
        self.lists = lists
        self.path = TextField("path of the file", id="path")
        self.write = Button("Write", id="write")
        self.back = Button("Back", id="back")
        self.writing = False
        self.touched = False
        self._in_the_way = ""

    def body(self) -> Iterable[Widget]:
        return (
            Vertical(
                self.heading,
                *self.lists,
                Horizontal(Heading("To"), self.path, id="to"),
                Horizontal(self.write, self.back, id="buttons"),
                id="page",
            ),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.show()
        self.lists[0].focus()

    # -- what a subclass knows ----------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the choices, the proposed path and the buttons up to date."""
        raise NotImplementedError  # every page has its own

    @property
    def write_label(self) -> str:
        """What the button that writes says."""
        return "Write"

    def begin(self) -> None:
        """Something is about to be written."""

    async def make(self, path: Path, *, overwrite: bool) -> str:
        """Write the file, beside the loop.

        Returns:
            What is said of it on the screen below.

        Raises:
            FileError: it cannot be written.
        """
        raise NotImplementedError  # as for show

    # -- what is shown ------------------------------------------------------------------------------------

    def show_buttons(self) -> None:
        """Bring the buttons up to date."""
        self.write.show(self.write_label, enabled=not self.writing)
        self.back.show("Cancel" if self.writing else "Back", enabled=True)
        self.show_footer()

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
            return "Write over it" if self._in_the_way == self.path.text else self.write_label
        if action.id == "next_part":
            return "Complete" if self.focused is self.path else "Next"
        return action.label

    def footer_actions(self) -> list[Action]:
        return actions_of(*self.SCOPES)

    # -- choosing -----------------------------------------------------------------------------------------

    @on(TextField.Changed, "#path")
    def path_typed(self) -> None:
        """The path is another one."""
        meant = anew(self.path.text)
        if meant != self.path.text:
            self.path.set_text(meant)
        self.touched = True
        self.choice_changed()

    def choice_changed(self) -> None:
        """Something was chosen or typed: what was asked about before is old."""
        self._in_the_way = ""
        if not self.writing:
            self.say("")
        self.show()

    @on(ChoiceList.Passed)
    def _passed(self, event: ChoiceList.Passed) -> None:
        event.stop()
        parts: list[Widget] = [*self.lists, self.path]
        at = next((i for i, part in enumerate(parts) if part is self.focused), 0)
        parts[max(0, at + (1 if event.down else -1))].focus()

    def on_key(self, event: events.Key) -> None:
        if event.key not in ("up", "down"):
            return
        parts: list[Widget] = [self.lists[-1], self.path, self.write]
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
        self.path_typed()
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
        self.begin()
        self.show_buttons()
        self._write(folder / name, overwrite=self._in_the_way == self.path.text)

    @work(group="export", exit_on_error=False)
    async def _write(self, path: Path, *, overwrite: bool) -> None:
        try:
            said = await self.make(path, overwrite=overwrite)
        except FileInTheWay:
            self._in_the_way = self.path.text
            name = visible(path.name, 80)
            self.stopped(f"{name} exists already. Enter again writes over it.", sign="~", role="warning")
        except WritingCancelled as problem:
            self.stopped(problem.message)
        except FileError as problem:
            self.stopped(problem.message, sign="!", role="error")
        else:
            self._finished(said)
        finally:
            self.writing = False  # whatever went wrong, the page can be left

    def stopped(self, sentence: str, *, sign: str = "", role: str = "text") -> None:
        """It was not written; say why."""
        self.writing = False
        if self.is_mounted:
            self.show_buttons()
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
    def _left(self) -> None:
        self.action_back()

    def action_back(self) -> None:
        """Leave; a page that can cancel ends the writing first."""
        if not self.writing:
            self.dismiss()
