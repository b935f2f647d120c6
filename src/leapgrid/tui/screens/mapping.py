"""Bringing in a file: what was found out about it, what each column becomes, and the first records checked.

Every key says one thing, and what follows from it is on the screen at once. Nothing is imported here: the
screen ends with what was said, and who opened it makes the records.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import on

from leapgrid.files.model import FileError, ImportMapping, RawFile
from leapgrid.records import CheckContext, ObjectSchema
from leapgrid.records.schema import Field, FieldType
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import as_typed
from leapgrid.tui.mapping import (
    MappingState,
    Remembered,
    TableLine,
)
from leapgrid.tui.mapping_choices import detected
from leapgrid.tui.mapping_facts import checked_text, listed, sign_of
from leapgrid.tui.mapping_pages import note_lines, preview_lines
from leapgrid.tui.screens.mapping_reading import MappingReading, Read
from leapgrid.tui.screens.mapping_values import ValuesScreen
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.fields import TextField
from leapgrid.tui.widgets.listing import Listing
from leapgrid.tui.widgets.mapping_view import ColumnTable, FactList
from leapgrid.tui.widgets.picker import Picker, PickOption
from leapgrid.visible import visible
from leapgrid.workspace import WorkspaceError

if TYPE_CHECKING:
    from leapgrid.files.proposal import Proposal


_LOST = "Esc again leaves; what you set here is lost."


class Behind(NamedTuple):
    """Not the field itself is taken: the column is joined behind one that has it."""

    field: str
    other: str


class MappingScreen(MappingReading):
    """Asks what the columns of a file are; ends with a :class:`Result`, or with None."""

    BINDINGS = bindings("mapping")

    class Result(NamedTuple):
        """What a person said, in full.

        Attributes:
            mapping: gives the records together with ``raw``, without what is remembered.
            raw: the file as it was read in the end.
            said: what of it a person said; None: all of it.
            remembered: what was said earlier, as far as it still counts.
            keep: whether the next file with these headers is to be brought in so; not after they were
                forgotten and nothing was chosen since.
            proposal: what was shown of the columns, by which those that a person chose are told from the
                others.
        """

        mapping: ImportMapping
        raw: RawFile
        said: ImportMapping | None = None
        remembered: Remembered | None = None
        keep: bool = True
        proposal: Proposal | None = None

    def __init__(
        self,
        desk: Desk,
        raw: RawFile,
        schema: ObjectSchema,
        said: ImportMapping | None = None,
        remembered: Remembered | None = None,
        keymap: dict[str, str] | None = None,
        *,
        read: Read | None = None,
        context: CheckContext | None = None,
    ) -> None:
        """
        Args:
            raw: the file as it was read.
            schema: the object that its records become.
            said: what was said about it already.
            remembered: what was said of a file with the same headers earlier, and when.
            read: reads it in another way; None: it stays as it is.
            context: the country, zone and order of dates where nothing is said of them here.
        """
        super().__init__(desk, raw, schema, keymap, read)
        self._begin = (raw, schema, said, remembered, context)
        self._unchanged: ImportMapping | None = None
        self._forgotten: ImportMapping | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.show_issue()
        self.table.focus()
        self.run_first(self._first_look(), group="look")

    async def _first_look(self) -> None:
        raw, schema, said, remembered, context = self._begin
        await self.go_on(lambda: MappingState.begin(raw, schema, said, remembered, context), at=0)
        state = self.state
        self._unchanged = state.said if state is not None else None
        if state is not None and state.halves is not None and self.is_attached:
            # It is what the screen is there to ask.
            self.table.move_to(next(i for i, line in enumerate(state.lines) if line.header in state.halves))

    @on(Listing.Moved)
    def _moved(self) -> None:
        self.show_issue()

    @on(FactList.Pressed)
    async def _fact_pressed(self, event: FactList.Pressed) -> None:
        if self.can(event.action):
            await self.run_action(event.action)

    # -- the end ------------------------------------------------------------------------------------------

    def action_import_file(self) -> None:
        """Enter: end with what was said, or say why that cannot be."""
        state = self.state
        if state is None or self.reading:
            return
        if state.obstacle:
            self.say(state.obstacle, sign="!", role="error")
            return
        before = state.remembered
        remembered = (before, state.at) if before is not None and state.at is not None else None
        keep = state.said != self._forgotten
        self.dismiss(self.Result(state.result, state.raw, state.said, remembered, keep, state.proposal))

    def action_back(self) -> None:
        """Esc: first stop a reading; then leave, but not what was chosen here without a word."""
        if self.reading:
            self.stop_reading()
            self.show_issue()
            self.say("Stopped. The file stays as it was read before.")
        elif self._is_changed and self.issue_line.state.sentence != _LOST:
            self.say(_LOST, sign="~", role="warning")
        else:
            self.dismiss(None)

    @property
    def _is_changed(self) -> bool:
        """Whether anything was chosen on this screen that would be lost."""
        state = self.state
        return state is not None and state.said not in (self._unchanged, self._forgotten)

    # -- the field of a column ----------------------------------------------------------------------------

    @on(ColumnTable.Acted)
    def action_change_field(self) -> None:
        state, line = self.state, self.table.line
        if state is None or line is None:
            return
        options = [
            PickOption(
                Behind(o.field, o.behind) if o.behind and o.field else o.field,
                o.field or "leave out",
                o.words,
            )
            for o in state.options_for(line)
        ]
        at = next((i for i, o in enumerate(options) if o.value == line.field), None)
        self.pick(
            options,
            lambda name: self._field_chosen(line, name),
            at=at,
            own=self._own_field,
            hint="type to filter",
        )

    def _own_field(self, typed: str) -> PickOption | None:
        """A field that only the organisation knows: it may have more than are documented."""
        if not typed or (self.schema.get(typed) is not None):
            return None
        return PickOption(typed, typed, f"unknown to {self.schema.label}; sent as it stands")

    async def _field_chosen(self, line: TableLine, name: str | Behind | None) -> None:
        state = self.state
        if state is None:
            return
        if isinstance(name, Behind):
            field, other = name
            await self.go_on(lambda: state.join(line.header, field, other))
        elif not line.constant:
            await self.go_on(lambda: state.choose(line.header, name))
        elif line.field is not None:
            had, text = line.field, line.samples[0]
            if name is None:
                await self.go_on(lambda: state.remove_constant(had))
            elif name != had:
                await self.go_on(lambda: state.remove_constant(had).set_constant(name, text))

    async def action_leave_out(self) -> None:
        line = self.table.line
        if line is not None and line.field is not None:
            await self._field_chosen(line, None)

    async def action_join_columns(self) -> None:
        """J: the halves of a name as one."""
        state = self.state
        if state is not None and state.halves is not None:
            await self.go_on(state.join_halves)
            self.say(f"{listed(state.halves)} are joined to name, a space between.")

    # -- constants ----------------------------------------------------------------------------------------

    def action_set_constant(self) -> None:
        """C on a constant changes its text; elsewhere it asks for a field, then for its text."""
        state, line = self.state, self.table.line
        if state is None:
            return
        if line is not None and line.constant and line.field is not None:
            self._ask_text(state.field_named(line.field), line.samples[0])
            return
        new = TableLine("", ("",), "", "", constant=True)
        self.show_table((*state.lines, new), len(state.lines))
        options = [PickOption(o.field, o.field or "", o.words) for o in state.options_for(None)]
        self.pick(options, self._constant_chosen, hint="the field of the constant")
        self.issue_line.show(
            type(self.issue_line.state)(sentence="Which field gets the same text in all records?")
        )

    async def _constant_chosen(self, name: str) -> None:
        state = self.state
        if state is None:
            return
        there = next((i for i, ln in enumerate(state.lines) if ln.constant and ln.field == name), None)
        if there is not None:
            self.show_table(state.lines, there)
        else:
            new = TableLine("", ("",), name, "", constant=True)
            self.show_table((*state.lines, new), len(state.lines))
        self._ask_text(state.field_named(name), state.proposal.constants.get(name, ""))

    def _ask_text(self, field: Field, text: str) -> None:
        state = self.state
        if state is None:
            return
        seen = state.uses_of(next((h for h, f in state.field_of.items() if f == field.name), ""))
        values = dict.fromkeys([*field.choices, *(use.value for use in seen[:20])])
        if field.type is FieldType.BOOLEAN and not values:
            values = dict.fromkeys(["true", "false"])
        options = [PickOption(value, value) for value in values]
        self.pick(
            options,
            lambda given: self._text_given(field, given),
            over="samples",
            text=text,
            free=True,
            hint=f"every record's {visible(field.name, 30)}",
        )
        self.constant_field = field
        self._check_text()

    async def _text_given(self, field: Field, text: str) -> None:
        state = self.state
        if state is None:
            return
        if not text:
            self.show_table(state.lines)
            self.show_issue()
            self.say("An empty constant is none. Nothing was set.")
            return
        await self.go_on(lambda: state.set_constant(field.name, text), constant=field.name)

    @on(Picker.Typed)
    def _check_text(self) -> None:
        """The text of a constant is checked as it is typed."""
        field, state = self.constant_field, self.state
        if field is None or state is None:
            return
        wrong = checked_text(field, self.picker.text, state)
        if wrong is None:
            self.say(f"Every record gets this {visible(field.name, 30)}.", role="muted")
        else:
            sign = sign_of(wrong)
            self.say(wrong.message, sign=sign, role="error" if sign == "!" else "warning")

    # -- pages --------------------------------------------------------------------------------------------

    def action_match_values(self) -> None:
        state, line = self.state, self.table.line
        if state is None or line is None or line.field is None or not state.uses_of(line.header):
            return
        page = ValuesScreen(self.desk, state, line.header, line.field, self.keymap)

        async def done(given: object) -> None:
            if isinstance(given, dict):
                await self.go_on(lambda: state.match(line.field or "", given))

        self.app.push_screen(page, done)

    def action_preview_records(self) -> None:
        shown = self.shown
        if shown is None:
            return
        count, line = preview_lines(shown.state.fields, shown.records)
        words = f"the first {plural(len(shown.records), 'record')} as they would be"
        self.open_page("Preview", count, line, words)

    def action_show_lines(self) -> None:
        if not self.raw.notes:
            self.say("There is nothing to show: every line fits, and nothing was left out in reading.")
            return
        known = detected(self.raw, "lines")
        words = visible(known.value, 80) if known is not None else ""
        count, line = note_lines(self.raw.notes)
        self.open_page("Lines and notes", count, line, words, plural(len(self.raw.notes), "note"))

    # -- kept for the next file ---------------------------------------------------------------------------

    async def action_forget_mapping(self) -> None:
        state = self.state
        if state is None or not self.can("forget_mapping"):
            return
        try:
            await asyncio.to_thread(self._forget)
        except WorkspaceError as problem:
            self.say(f"It could not be forgotten. {problem}", sign="!", role="error")
            return
        await self.go_on(state.forgotten)
        self._forgotten = self.state.said if self.state is not None else None
        self.say("Forgotten. The columns are what their names and values say.")

    def can(self, action_id: str) -> bool:
        if action_id == "forget_mapping":
            # What was chosen a moment ago, before this screen, is remembered by now.
            state, chosen = self.state, self._unchanged is not None and self._unchanged.is_chosen
            return state is not None and (state.remembered is not None or chosen)
        return super().can(action_id)

    def _forget(self) -> None:
        self.desk.workspace.forget_mapping(self.schema.slug, self.raw.frame.headers)

    def action_save_recipe(self) -> None:
        if self.state is None:
            return
        stem = Path(self.raw.name).stem or "import"
        self.ask.open("Save the recipe as", f"{as_typed(Path.cwd())}{stem}.recipe.toml")
        self.fit()
        self.show_footer()
        self.say("The next file like this one can be brought in with --recipe. Enter saves, Esc does not.")

    @on(TextField.Submitted, "#ask")
    async def _recipe_named(self) -> None:
        from leapgrid.files.recipe import save_recipe

        state, typed = self.state, self.ask.field.text.strip()
        if state is None or not typed:
            return
        recipe, slug = state.result, self.schema.slug

        def save() -> Path:
            path = Path(typed).expanduser()
            save_recipe(path, recipe, slug)
            return path

        try:
            path = await asyncio.to_thread(save)
        except (FileError, OSError, ValueError) as problem:
            self.say(str(problem), sign="!", role="error")
            return
        self._close_ask()
        self.say(f"Saved. The next one: leapgrid open FILE --recipe {visible(path, 120)}")

    @on(TextField.Left, "#ask")
    def _not_saved(self) -> None:
        self._close_ask()
        self.show_issue()

    def _close_ask(self) -> None:
        self.ask.close()
        self.fit()
        self.table.focus()
        self.show_footer()
