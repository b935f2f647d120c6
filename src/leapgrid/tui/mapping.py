"""What the import screen shows and what a person can say there, without any widget.

A state is what was said so far about a file, and what the engine makes of it; every operation gives a new
one. Making one may look through the whole file: in the app it happens beside the loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.files.model import Detected, Fact, ImportMapping, RawFile, ReadOptions
from leapgrid.records.checks import CheckContext, DateOrder
from leapgrid.records.schema import Field, FieldType, ObjectSchema
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.files.proposal import Proposal, ValueUse

CONSTANT = "(constant)"
_NOTHING_SAID = CheckContext()
Remembered = tuple[ImportMapping, datetime | float]
"""What was said of the same headers before, and when."""

_LISTED = frozenset({FieldType.CHOICE, FieldType.BOOLEAN})


class TableLine(NamedTuple):
    """A line of the table: a column of the file, or a constant.

    Attributes:
        header: the column's unique name; "" for a constant.
        samples: a few of its texts as they stand in the file; of a constant its text.
        field: what it becomes; None where it is left out.
        why: a few words.
        attention: whether a person should look at it.
        constant: whether it is one.
    """

    header: str
    samples: tuple[str, ...]
    field: str | None
    why: str
    attention: bool = False
    constant: bool = False


class FieldOption(NamedTuple):
    """Something a column can become.

    Attributes:
        field: its slug; None leaves the column out.
        words: a few more: its label, which column has it now.
        taken_by: the header of the column that has it now; "" where none has, CONSTANT for a constant.
    """

    field: str | None
    words: str
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class MappingState:
    """What is known and said of a file that is brought in.

    Attributes:
        raw: the file as it was read.
        schema: the object that its records become.
        said: what the person said here or before the screen.
        proposal: what becomes of the columns with that.
        remembered: what was said of the same headers before, where it is to count.
        at: when that was.
        base: the country, the zone and the order of dates where nothing is said here.
        uses: how often each value of a column stands there, by header and field; see :meth:`uses_of`.
    """

    raw: RawFile
    schema: ObjectSchema
    said: ImportMapping
    proposal: Proposal
    remembered: ImportMapping | None = None
    at: datetime | float | None = None
    base: CheckContext = _NOTHING_SAID
    uses: Mapping[str, tuple[ValueUse, ...]] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        raw: RawFile,
        schema: ObjectSchema,
        said: ImportMapping | None = None,
        remembered: Remembered | None = None,
        base: CheckContext | None = None,
    ) -> MappingState:
        """The state that the screen begins with."""
        before, at = remembered if remembered is not None else (None, None)
        return _made(
            raw, schema, _fitting(said or ImportMapping(), raw), before, at, base or CheckContext(), {}
        )

    # -- what is so ---------------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[TableLine, ...]:
        """The table: the columns in the order of the file, then the constants."""
        found = [
            TableLine(c.header, c.samples, c.field, self._why(c.code, c.why), c.attention)
            for c in self.proposal.columns
        ]
        remembered = self.remembered.constants if self.remembered else {}
        for name, text in self.proposal.constants.items():
            why = "you set it" if name not in remembered else f"remembered{self._since}"
            found.append(TableLine("", (text,), name, why, constant=True))
        return tuple(found)

    def _why(self, code: str, why: str) -> str:
        return f"remembered{self._since}" if code == "remembered" and self._since else why

    @property
    def _since(self) -> str:
        return f" from {day_of(self.at)}" if self.at is not None else ""

    @property
    def field_of(self) -> dict[str, str | None]:
        """Header -> the field that the column becomes."""
        return {c.header: c.field for c in self.proposal.columns}

    @property
    def column_of(self) -> dict[str, int]:
        """Field -> its column."""
        return {c.field: c.column for c in self.proposal.columns if c.field is not None}

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """Field -> what its texts become, where that is something else."""
        found = {name: dict(texts) for name, texts in (self.remembered or ImportMapping()).values.items()}
        for name, texts in self.said.values.items():
            found[name] = dict(texts)
        return {name: texts for name, texts in found.items() if texts}

    @property
    def context(self) -> CheckContext:
        """What the checks have to know."""
        before = self.remembered or ImportMapping()
        return self.base._replace(
            default_country=self.said.default_country or before.default_country or self.base.default_country,
            date_order=self.said.date_order or before.date_order or self.base.date_order,
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that get something, in the order of the schema; those of the file's own last."""
        has = [*self.column_of, *self.proposal.constants]
        known = [f for f in self.schema.fields if f.name in has]
        return (*known, *(self.field_named(n) for n in dict.fromkeys(has) if n not in self.schema))

    def field_named(self, name: str) -> Field:
        """A field by its slug; one that the schema does not know is a text."""
        return self.schema.get(name) or Field(name, label=name, extra=True)

    def uses_of(self, header: str) -> tuple[ValueUse, ...]:
        """How often each value of a column stands there, where it becomes a field with a list of values."""
        return self.uses.get(f"{header}\0{self.field_of.get(header)}", ())

    @property
    def result(self) -> ImportMapping:
        """All that is so now, said in full: the same file gives the same records by it alone.

        What nobody said is not in it: the country of the profile may be another one next time.
        """
        before = self.remembered or ImportMapping()
        return ImportMapping(
            columns=self.field_of,
            constants=dict(self.proposal.constants),
            values=self.values,
            default_country=self.said.default_country or before.default_country,
            date_order=self.said.date_order or before.date_order,
            options=self.said.options,
        )

    @property
    def obstacle(self) -> str:
        """Why it cannot be imported, with what to do; "" where it can be."""
        if not self.raw.frame.height:
            return "There are no records in this file. Esc goes back."
        if self.column_of:
            return ""
        if self.proposal.nothing_matches and not self.said.columns:
            return self.nothing_matches
        return "No column becomes a field. Space says what the column under the cursor is."

    @property
    def nothing_matches(self) -> str:
        """The sentence for a file of whose headers none is known."""
        sentence = f"None of these headers is a field of {visible(self.schema.label, 40)}."
        line = self.raw.options.header_line
        return f"{sentence} Is line {line} the header?" if line else sentence

    # -- what can be said ---------------------------------------------------------------------------------

    def options_for(self, line: TableLine | None) -> tuple[FieldOption, ...]:
        """What a column or a constant can become, in the order in which it is offered.

        Args:
            line: None: a constant that is not there yet.
        """
        holder: dict[str, str] = {f: h for h, f in self.field_of.items() if f is not None}
        holder |= dict.fromkeys(self.proposal.constants, CONSTANT)
        mine = line.field if line is not None else None
        names = [f.name for f in self.schema.fields if not f.read_only]
        names += [name for name in holder if name not in names]
        found: list[FieldOption] = []
        if line is not None and not line.constant and self.raw.keyed and line.header not in names:
            found.append(FieldOption(line.header, "send as it is"))
        for name in names:
            by = holder.get(name, "") if name != mine else ""
            found.append(FieldOption(name, self._words(name, by, line), by))
        if line is not None:
            words = "the constant is taken away" if line.constant else "the column does not become a field"
            found.append(FieldOption(None, words))
        return tuple(found)

    def _words(self, name: str, by: str, line: TableLine | None) -> str:
        if by == CONSTANT:
            return "a constant now"
        if by:
            swaps = line is not None and not line.constant and line.field is not None
            return f"from {by}; the two swap" if swaps else f"from {by}, which is then left out"
        known = self.schema.get(name)
        return known.label if known is not None and known.label.casefold() != name.casefold() else ""

    def choose(self, header: str, name: str | None) -> MappingState:
        """Let a column become a field, or leave it out; who had the field takes this column's."""
        before = self.field_of
        columns = {**self.said.columns, header: name}
        holder = next((h for h, f in before.items() if f == name and h != header), None)
        if name is not None and holder is not None:
            columns[holder] = before.get(header)
        kept = {f: t for f, t in self.proposal.constants.items() if f != name}
        # A match of values was said for the field's column; another column has other values.
        values = {f: t for f, t in self.values.items() if f not in (name, before.get(header))}
        return self._own(columns=columns, constants=kept, values=values)

    def leave_out(self, header: str) -> MappingState:
        """Leave a column out."""
        return self.choose(header, None)

    def set_constant(self, name: str, text: str) -> MappingState:
        """Give every record the same text in a field; a column that had the field is left out."""
        columns = dict(self.said.columns)
        for header, had in self.field_of.items():
            if had == name:
                columns[header] = None
        return self._own(columns=columns, constants={**self.proposal.constants, name: text})

    def remove_constant(self, name: str) -> MappingState:
        """Take a constant away."""
        return self._own(constants={f: t for f, t in self.proposal.constants.items() if f != name})

    def match(self, name: str, texts: Mapping[str, str]) -> MappingState:
        """Say what the texts of a field's column become, all of them at once."""
        values = {**self.values, name: {old: new for old, new in texts.items() if old != new}}
        return self._own(values=values)

    def with_date_order(self, order: DateOrder | None) -> MappingState:
        """Say how 03/04/2026 is read."""
        return self._own(date_order=order)

    def with_country(self, country: str | None) -> MappingState:
        """Say the country of phones that have none."""
        return self._own(country=country)

    def without_remembered(self) -> MappingState:
        """Forget what was said of these headers before."""
        return self._made(self.said, None, None)

    def reread(self, raw: RawFile, options: ReadOptions) -> MappingState:
        """The same file read in another way; what was said of columns that are still there stays.

        Args:
            options: what is said of the reading now.
        """
        # What is remembered is of the headers that it was said of.
        same = raw.frame.headers == self.raw.frame.headers
        said = _fitting(replace(self.said, options=options), raw)
        before, at = (self.remembered, self.at) if same else (None, None)
        return _made(raw, self.schema, said, before, at, self.base, {})

    def _own(
        self,
        columns: Mapping[str, str | None] | None = None,
        constants: Mapping[str, str] | None = None,
        values: Mapping[str, Mapping[str, str]] | None = None,
        date_order: DateOrder | None = None,
        country: str | None = None,
    ) -> MappingState:
        """What is said here goes before what is remembered, also where it takes something away."""
        said, before = self.said, self.remembered
        if columns is not None:
            said = replace(said, columns=columns)
        if constants is not None:
            said = replace(said, constants=constants)
            before = replace(before, constants={}) if before else None
        if values is not None:
            said = replace(said, values=values)
            before = replace(before, values={}) if before else None
        if date_order is not None:
            said = replace(said, date_order=date_order)
        if country is not None:
            said = replace(said, default_country=country)
        return self._made(said, before, self.at)

    def _made(
        self, said: ImportMapping, before: ImportMapping | None, at: datetime | float | None
    ) -> MappingState:
        return _made(self.raw, self.schema, said, before, at, self.base, self.uses)


def _made(
    raw: RawFile,
    schema: ObjectSchema,
    said: ImportMapping,
    before: ImportMapping | None,
    at: datetime | float | None,
    base: CheckContext,
    uses: Mapping[str, tuple[ValueUse, ...]],
) -> MappingState:
    from leapgrid.files.proposal import propose, value_uses

    earlier = before.default_country if before else None
    country = said.default_country or earlier or base.default_country
    proposal = propose(raw, schema, replace(said, default_country=country), before)
    # Counting the values of a column takes a look at every row: each is counted once.
    wanted: dict[str, tuple[ValueUse, ...]] = {}
    for column in proposal.columns:
        found = schema.get(column.field) if column.field else None
        if found is not None and found.type in _LISTED:
            key = f"{column.header}\0{found.name}"
            wanted[key] = uses[key] if key in uses else value_uses(raw, column.column, found)
    return MappingState(raw, schema, said, proposal, before, at, base, wanted)


def _fitting(said: ImportMapping, raw: RawFile) -> ImportMapping:
    """What was said, without the columns that this file does not have."""
    from leapgrid.files.headers import unique_names

    names = set(unique_names(raw.frame.headers))
    kept = {header: name for header, name in said.columns.items() if header in names}
    return said if len(kept) == len(said.columns) else replace(said, columns=kept)


def day_of(at: datetime | float | None, today: date | None = None) -> str:
    """A day for a person: ``12 March``, with the year where it is another one."""
    if at is None:
        return ""
    when = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else at
    day = f"{when.day} {when:%B}"
    return day if when.year == (today or date.today()).year else f"{day} {when.year}"


def detected(raw: RawFile, fact: Fact) -> Detected | None:
    """What was found out about a file, by which fact it is."""
    return next((d for d in raw.detected if d.fact == fact), None)


OPTION_OF: dict[Fact, str] = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header": "header_line",
    "sheet": "sheet",
}
"""The fact -> its name in :class:`ReadOptions`."""


def choices_for(state: MappingState, fact: Fact) -> tuple[str | int, ...]:
    """How a file could be read instead, and how it is read; empty where there is nothing to choose."""
    found = detected(state.raw, fact)
    choices: list[str | int] = list(found.choices) if found is not None else []
    if fact == "header" and state.raw.options.header_line is not None:
        candidates = [c for c in state.proposal.header_candidates if c not in choices]
        used = state.raw.options.header_line
        choices = [used, *state.proposal.header_candidates, *(c for c in choices if c not in candidates)]
    return tuple(dict.fromkeys(choices))


def next_choice(choices: Sequence[str | int], used: str | int | None) -> str | int | None:
    """The choice after the one in use, from the last back to the first; None where there is only one."""
    if len(choices) < 2:
        return None
    at = choices.index(used) if used in choices else -1
    return choices[(at + 1) % len(choices)]


def used_choice(raw: RawFile, fact: Fact) -> str | int | None:
    """How a file was read."""
    found: str | int | None = getattr(raw.options, OPTION_OF[fact])
    return found


def options_with(said: ReadOptions, fact: Fact, choice: str | int) -> ReadOptions:
    """How to read the file next: what was said, and one fact otherwise."""
    match fact, choice:
        case "encoding", str():
            return replace(said, encoding=choice)
        case "delimiter", str():
            return replace(said, delimiter=choice)
        case "sheet", str():
            return replace(said, sheet=choice, header_line=None)  # the other sheet has another header
        case "header", int():
            return replace(said, header_line=choice)
    return said
