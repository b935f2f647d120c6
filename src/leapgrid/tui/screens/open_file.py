"""Open a file: its path, completed as one types, above what the folder has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from textual import events, on, work
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.files.kinds import ALL_KINDS
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import (
    FileEntry,
    Folder,
    anew,
    as_typed,
    completed,
    file_size,
    matching,
    parted,
    read_folder,
)
from leapgrid.tui.messages import OpenFile
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, Part, fit, plural, strip_of
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.heading import Heading
from leapgrid.tui.widgets.listing import Listing
from leapgrid.visible import visible

_MOST_SHOWN = 300
_NOT_READ = Folder(Path("\0"))
"""In the place of the folder before it was read: no typed path is in it."""


class FileList(Listing):
    """What the folder has that fits; the field above has the keys, so its cursor is quiet."""

    DEFAULT_CSS = """
    FileList { width: 100%; height: 1fr; margin-top: 1; }
    """
    GROUND = "ground"
    can_focus = False

    class Acted(Message):
        """An entry was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[FileEntry, ...] = ()
        self.hidden = 0
        self.at = -1

    @property
    def entry_count(self) -> int:
        return len(self.entries)

    @property
    def chosen(self) -> FileEntry | None:
        """The entry under the cursor; None until a person goes there."""
        return self.entries[self.at] if 0 <= self.at < len(self.entries) else None

    def show(self, entries: tuple[FileEntry, ...]) -> None:
        """Show these entries, the cursor on none."""
        self.hidden = max(0, len(entries) - _MOST_SHOWN)
        self.entries = entries[:_MOST_SHOWN]
        self.at = -1
        self.first_line = 0
        self.repaint()

    def step(self, key: str) -> None:
        """Move the cursor; up from the first entry leaves the list."""
        if key == "up" and self.at <= 0:
            self.at = -1
            self.first_line = 0
            self.repaint()
            self.post_message(self.Moved())
        else:
            self.key(key)

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain, muted = palette.style("text"), palette.style("muted")
        self.entry_lines = list(range(len(self.entries)))
        lines = [self._line(entry, width, palette, here=i == self.at) for i, entry in enumerate(self.entries)]
        if self.hidden:
            words = f"    and {self.hidden:,} more: type a few letters of the name"
            lines.append(strip_of([(words, muted)], width, plain))
        if not self.entries:
            lines.append(strip_of([("    nothing here fits", muted)], width, plain))
        return lines

    def _line(self, entry: FileEntry, width: int, palette: Palette, *, here: bool) -> Strip:
        ground: Role = "select" if here else "ground"
        wanted = entry.is_folder or entry.is_readable
        role: Role = "strong" if here else "text" if wanted else "muted"
        name = visible(entry.name, 120) + ("/" if entry.is_folder else "")
        room = max(10, min(70, width - 20))
        parts: list[Part] = [
            ("  ", palette.style("text")),
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (f" {fit(name, room)}", palette.style(role, ground, bold=here)),
            (f"{file_size(entry.size)} ".rjust(12), palette.style("muted", ground)),
        ]
        return strip_of(parts, width, palette.style("text"))

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        self.post_message(self.Acted())


class OpenFileScreen(Page):
    """Asks for a file; says :class:`OpenFile`."""

    SCOPES = ("app", "open")
    BINDINGS = bindings("open")
    HAS_ISSUE_LINE = True

    DEFAULT_CSS = """
    OpenFileScreen TextField { margin: 1 2 0 3; max-width: 96; }
    OpenFileScreen Heading { margin-top: 1; }
    """

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        self.heading = Heading("Open a file", ALL_KINDS)
        self.field = TextField("path of a file", text=as_typed(Path.cwd()), id="path")
        self.list = FileList()
        self.folder = _NOT_READ
        self._to_complete: str | None = None
        self._then_open = False

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.field, self.list)

    def on_mount(self) -> None:
        super().on_mount()
        self.field.focus()
        self._read(parted(self.field.text)[0])

    # Exclusive is right here: only the last folder typed matters, and reading one changes nothing.
    @work(group="folder", exclusive=True, exit_on_error=False)
    async def _read(self, path: Path) -> None:
        folder = await asyncio.to_thread(read_folder, path)
        self.folder = folder
        self._filter()
        if self._to_complete == self.field.text:
            then_open, self._then_open = self._then_open, False
            self.action_complete_path()
            if then_open:
                self.action_open_path()

    def _filter(self) -> None:
        found = matching(self.folder, parted(self.field.text)[1])
        self.list.show(found)
        if self.folder.problem:
            self.say(self.folder.problem, sign="!", role="error")
        else:
            more = " or more" if self.folder.more else ""
            number = plural(len(found), "entry", "entries")
            self.say(f"{number}{more} in {visible(self.folder.path, 120)}", role="muted")
        self.show_footer()

    def _follow(self) -> None:
        path, _ = parted(self.field.text)
        if path != self.folder.path:
            self._read(path)
        else:
            self._filter()

    @on(TextField.Changed, "#path")
    def _typed(self, event: TextField.Changed) -> None:
        meant = anew(self.field.text)
        if meant != self.field.text:
            self.field.set_text(meant)
        if event.text != self._to_complete:
            self._to_complete = None  # who types on does not want that any more
        self._follow()

    @on(TextField.Submitted, "#path")
    @on(FileList.Acted)
    def action_open_path(self) -> None:
        """Open what is highlighted, or else what is typed; never the first match by itself."""
        if self._to_complete == self.field.text:
            self._then_open = True  # it is to be completed first, as soon as that can be
            return
        entry = self.list.chosen
        path, start = parted(self.field.text)
        if entry is not None:
            target, is_folder = path / entry.name, entry.is_folder
        else:
            if not self.field.text.strip():
                self.say("Type the path of a file, or choose one with the arrow keys.", role="text")
                return
            target = path / start
            named = next((e for e in self.folder.entries if e.name == start), None)
            is_folder = not start or (named is not None and named.is_folder)
            if start and named is None and path == self.folder.path:
                near = len(matching(self.folder, start))
                hint = f" The Down key chooses from {near:,}." if near else ""
                missing = f"There is no {visible(start, 60)} in {visible(path, 100)}.{hint}"
                self.say(missing, sign="!", role="error")
                return
        if is_folder:
            self._enter(target)
        else:
            self.post_message(OpenFile(target))

    def _enter(self, folder: Path) -> None:
        self.field.set_text(as_typed(folder))
        self._read(folder)

    def action_complete_path(self) -> None:
        path, start = parted(self.field.text)
        if self.field.text == "~":
            self._enter(path)
            return
        if path != self.folder.path:
            # It is on its way, as the key came right behind the last letter.
            self._to_complete, self._then_open = self.field.text, False
            self._follow()
            return
        self._to_complete = None
        entry = self.list.chosen
        seen = matching(self.folder, start)
        name = completed(seen, start) if entry is None else entry.name + ("/" if entry.is_folder else "")
        if name == start:
            return
        head = self.field.text[: len(self.field.text) - len(start)]
        self.field.set_text(head + name)
        self._follow()

    @on(TextField.Left, "#path")
    def action_back(self) -> None:
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            event.stop()
            self.list.step(event.key)
