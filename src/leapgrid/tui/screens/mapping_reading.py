"""The import screen where it reads: the file in another way, dates and phones; and the list over a cell.

A choice is tried at once and what follows from it is said; the key pressed again tries the next one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual import on
from textual.worker import Worker

from leapgrid.files.model import Fact, FileError, RawFile, ReadOptions
from leapgrid.records.schema import Field, ObjectSchema
from leapgrid.tui.desk import Desk
from leapgrid.tui.mapping import MappingState
from leapgrid.tui.mapping_choices import detected, next_choice, options_with, used_choice
from leapgrid.tui.mapping_facts import FactLine
from leapgrid.tui.screens.mapping_view import MappingView, Shown
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.picker import Picker, PickOption
from leapgrid.visible import visible

Read = Callable[[ReadOptions, Callable[[], bool]], RawFile]
"""Reads the file again in another way, in a thread; the second argument says whether it is still wanted."""

_LISTED_FROM = 7
"""From so many choices on a list is opened, where fewer follow each other."""


class MappingReading(MappingView):
    """Makes the next state beside the loop, and reads the file again where that is asked for."""

    def __init__(
        self,
        desk: Desk,
        raw: RawFile,
        schema: ObjectSchema,
        keymap: dict[str, str] | None,
        read: Read | None,
    ) -> None:
        super().__init__(desk, raw, schema, keymap)
        self._read = read
        self._reader: Worker[None] | None = None
        self._trying: tuple[Fact, str | int] | None = None
        self._failed: tuple[Fact, str | int] | None = None
        self._picked: Callable[[Any], Any] | None = None
        self._turn = asyncio.Lock()
        self.constant_field: Field | None = None

    def on_unmount(self) -> None:
        self.stop_reading()

    @property
    def is_busy(self) -> bool:
        """Whether a state is being made or the file is read."""
        return self._turn.locked() or bool(self.reading)

    async def go_on(
        self, make: Callable[[], MappingState], at: int | None = None, constant: str = ""
    ) -> None:
        """Make the next state beside the loop and show it; what is pressed meanwhile waits for its turn.

        Args:
            at: the line for the cursor; None: where it was.
            constant: the field whose constant gets the cursor.
        """
        async with self._turn:
            try:
                shown = await asyncio.to_thread(lambda: Shown(make()))
            except FileError as problem:
                if self.shown is not None:
                    self.show_table(self.shown.lines)
                self.say(str(problem), sign="!", role="error")
                return
            if constant:
                at = next((i for i, ln in enumerate(shown.lines) if ln.constant and ln.field == constant), at)
            if self.is_attached:
                self.show(shown, at)

    def can(self, action_id: str) -> bool:
        if action_id in ("encoding", "delimiter", "sheet", "header_line") and self._read is None:
            return False
        return super().can(action_id)

    # -- the list over a cell -----------------------------------------------------------------------------

    def pick(
        self,
        options: list[PickOption],
        then: Callable[[Any], Any],
        *,
        over: str = "field",
        at: int | None = None,
        text: str = "",
        own: Callable[[str], PickOption | None] | None = None,
        free: bool = False,
        hint: str = "",
    ) -> None:
        """Open the list over a cell.

        Args:
            over: as ``picks``.
        """
        self._picked = then
        self.picks = over
        self.table.reveal()
        self.picker.ask(options, text=text, at=at, own=own, free=free, hint=hint)
        self.place_picker()
        self.call_after_refresh(self.place_picker)  # the table may have grown by a line
        self.show_footer()

    def action_take_option(self) -> None:
        """Enter, for a click on it in the footer."""
        if self.ask.is_open:
            self.ask.field.post_message(TextField.Submitted(self.ask.field))
        else:
            self.picker.take()

    def action_close_list(self) -> None:
        """Esc, for a click on it in the footer."""
        if self.ask.is_open:
            self.ask.field.post_message(TextField.Left(self.ask.field))
        else:
            self.picker.post_message(Picker.Left(self.picker))

    @on(Picker.Taken)
    async def _taken(self, event: Picker.Taken) -> None:
        event.stop()
        then = self._picked
        self.close_picker()
        if then is not None:
            await then(event.value)

    @on(Picker.Left)
    def _left(self, event: Picker.Left) -> None:
        event.stop()
        self.close_picker()
        if self.shown is not None:
            self.show_table(self.shown.lines)
        self.show_issue()

    def close_picker(self) -> None:
        self._picked = None
        self.constant_field = None
        self.picker.close()
        if self.screen.focused is None or self.screen.focused is self.picker:
            self.table.focus()
        self.show_footer()

    # -- how the file is read -----------------------------------------------------------------------------

    def action_encoding(self) -> None:
        self._next("encoding")

    def action_delimiter(self) -> None:
        self._next("delimiter")

    def action_header_line(self) -> None:
        self._next("header")

    def action_sheet(self) -> None:
        self._next("sheet")

    def _next(self, fact: Fact) -> None:
        """Read the file by the next choice; where there are many, offer them in a list."""
        choices = self.choices.get(fact, ())
        if len(choices) < 2 or self._read is None:
            return
        if len(choices) >= _LISTED_FROM and fact == "sheet":
            options = [PickOption(c, str(c)) for c in choices]

            async def then(choice: str | int) -> None:
                self._read_as(fact, choice)

            self.pick(options, then, over="sheet", hint="which sheet")
            return
        # From one that could not be read, or is not read yet, it goes on to the next.
        trying = self._trying or self._failed
        now = trying[1] if trying is not None and trying[0] == fact else used_choice(self.raw, fact)
        choice = next_choice(choices, now)
        if choice is not None:
            self._read_as(fact, choice)

    def _read_as(self, fact: Fact, choice: str | int) -> None:
        self.stop_reading()
        self._trying = (fact, choice)
        self.reading = _said_of(fact, choice)
        self.say(f"Reading it {self.reading} ... Esc stops.", role="muted")
        self._reader = self.run_worker(self._read_again(fact, choice), group="reading")

    def stop_reading(self) -> None:
        reader, self._reader = self._reader, None
        self._trying = None
        self.reading = ""
        if reader is not None and reader.is_running:
            reader.cancel()

    async def _read_again(self, fact: Fact, choice: str | int) -> None:
        state, read = self.state, self._read
        if state is None or read is None:
            return
        unwanted = threading.Event()
        options = options_with(state.said.options, fact, choice)
        if fact == "header":
            options = replace(options, sheet=self.raw.options.sheet)  # it is a row of this one
        try:
            raw = await asyncio.to_thread(read, options, unwanted.is_set)
        except asyncio.CancelledError:
            unwanted.set()
            raise
        except (FileError, MemoryError) as problem:
            self._done_reading()
            self._failed = (fact, choice)
            self.show_issue()
            why = str(problem) or "There is not enough memory for this file."
            self.say(f"Not {_said_of(fact, choice)}: {why}", sign="!", role="error")
            return
        self._done_reading()
        if fact in ("sheet", "delimiter"):
            self.choices.pop("header", None)  # these were lines of another table
        await self.go_on(lambda: state.reread(raw, options), at=0 if fact != "encoding" else None)
        self._say_choices(fact, choice)

    def _done_reading(self) -> None:
        self._reader, self._trying, self._failed, self.reading = None, None, None, ""

    def _say_choices(self, fact: Fact, choice: str | int) -> None:
        """What it is now, and what the key would try next."""
        known = detected(self.raw, fact)
        state = self.state
        if known is None or state is None:
            return
        key = self.facts.keys.get(_ACTIONS[fact], "")
        choices = self.choices.get(fact, ())
        following = next_choice(choices, choice)
        more = ""
        if following is not None and choice in choices:
            place = f"{choices.index(choice) + 1:,} of {plural(len(choices), _MANY[fact])}"
            more = f" {place}; {key}: {_name_of(fact, following)}."
        if state.obstacle:
            first = f"{state.obstacle.partition('. ')[0].removesuffix('.')}."
            self.say(f"{more.lstrip()} {first}".lstrip(), sign="!", role="error")
            return
        self.say(f"Read {_said_of(fact, choice)}.{more} {visible(known.why, 200)}")

    # -- dates and phones ---------------------------------------------------------------------------------

    async def action_date_format(self) -> None:
        state = self.state
        if state is not None:
            order = "mdy" if state.context.date_order == "dmy" else "dmy"
            await self.go_on(lambda: state.with_date_order(order))  # type: ignore[arg-type]  # one of the two
            self._say_fact("date_format")

    def action_default_country(self) -> None:
        from leapgrid.records.checks.countries import COUNTRY_NAMES

        state = self.state
        if state is None:
            return
        options = [PickOption(code, name.removeprefix("the "), code) for code, name in COUNTRY_NAMES.items()]
        options.sort(key=lambda o: o.label)
        at = next((i for i, o in enumerate(options) if o.value == state.context.default_country), None)
        self.pick(options, self._country_chosen, over="default_country", at=at, hint="type to filter")

    async def _country_chosen(self, code: str) -> None:
        state = self.state
        if state is not None:
            await self.go_on(lambda: state.with_country(code))
            self._say_fact("default_country")

    def _say_fact(self, action: str) -> None:
        found: FactLine | None = None
        if self.shown is not None:
            found = next((f for f in self.shown.facts if f.action == action), None)
        if found is not None:
            self.say(f"{found.label.capitalize()}: {found.value}. {found.why}")


_ACTIONS: dict[Fact, str] = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header": "header_line",
    "sheet": "sheet",
}


_MANY: dict[Fact, str] = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header": "header line",
    "sheet": "sheet",
}


def _name_of(fact: Fact, choice: str | int) -> str:
    """``Windows-1252``, ``line 3``, ``no headers``."""
    from leapgrid.files.dialect import SHOWN
    from leapgrid.files.encoding import NAMES

    match fact:
        case "header":
            return f"line {choice:,}" if choice else "no headers"
        case "sheet":
            return visible(choice, 40)
        case "delimiter":
            return SHOWN.get(str(choice)) or visible(choice, 8)
    return NAMES.get(str(choice)) or visible(choice, 20)


def _said_of(fact: Fact, choice: str | int) -> str:
    """``as Windows-1252``, ``with line 3 as the header``, ``without headers``."""
    if fact == "header" and not choice:
        return "without headers"
    name = _name_of(fact, choice)
    match fact:
        case "header":
            return f"with {name} as the header"
        case "sheet":
            return f"from the sheet {name}"
        case "delimiter":
            return f"parted by {name}"
    return f"as {name}"
