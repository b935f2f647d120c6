"""What the import screen shows and what a person can say there, without any widget.

A state is what was said so far about a file, and what the engine makes of it; every operation gives a new
one. Making one may look through the whole file: in the app it happens beside the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.files.model import ImportMapping, RawFile, ReadOptions
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


class Aside(NamedTuple):
    """What does not fit a file as it is read now, and may fit it when it is read otherwise.

    Attributes:
        columns: what was said of headers that are not there now.
        headers: those that ``remembered`` is of.
        remembered: what was said of them earlier, and when.
    """

    columns: Mapping[str, str | None]
    headers: tuple[str, ...] = ()
    remembered: Remembered | None = None


_NOTHING_ASIDE = Aside({})


class TableLine(NamedTuple):
    """A line of the table: a column of the file, or a constant.

    Attributes:
        header: the column's unique name; "" for a constant.
        samples: a few of its texts as they stand in the file; of a constant its text.
        field: what it becomes; None where it is left out.
        why: a few words.
        attention: whether a person should look at it.
        constant: whether it is one.
        joined: the headers of the columns that are joined to its field, this one among them, in their order.
    """

    header: str
    samples: tuple[str, ...]
    field: str | None
    why: str
    attention: bool = False
    constant: bool = False
    joined: tuple[str, ...] = ()

    @property
    def part(self) -> tuple[int, int] | None:
        """Which part of its field the column is, from 1, and of how many; None where it is all of it."""
        return (self.joined.index(self.header) + 1, len(self.joined)) if self.joined else None


class FieldOption(NamedTuple):
    """Something a column can become.

    Attributes:
        field: its slug; None leaves the column out.
        words: a few more: its label, which column has it now.
        taken_by: the header of the column that has it now; "" where none has, CONSTANT for a constant. The
            first one where several are joined.
        behind: the column does not take the field away, but is joined behind this one that has it.
    """

    field: str | None
    words: str
    taken_by: str = ""
    behind: str = ""


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
        aside: what counts again when the headers are those again of which it was said or remembered.
    """

    raw: RawFile
    schema: ObjectSchema
    said: ImportMapping
    proposal: Proposal
    remembered: ImportMapping | None = None
    at: datetime | float | None = None
    base: CheckContext = _NOTHING_SAID
    uses: Mapping[str, tuple[ValueUse, ...]] = field(default_factory=dict)
    aside: Aside = _NOTHING_ASIDE

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
            TableLine(c.header, c.samples, c.field, self._why(c.code, c.why), c.attention, joined=c.joined)
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
        """Field -> its column; the first of those that are joined to it."""
        found = {name: columns[0] for name, columns in self._joined_columns.items()}
        for c in self.proposal.columns:
            if c.field is not None:
                found.setdefault(c.field, c.column)
        return found

    @property
    def _joined_columns(self) -> dict[str, tuple[int, ...]]:
        place = {c.header: c.column for c in self.proposal.columns}
        return {n: tuple(place[header] for header in headers) for n, headers in self.proposal.joins.items()}

    def text_of(self, name: str) -> Callable[[int], str]:
        """What gives the text of a field in each row, as it stands in its columns."""
        from leapgrid.files.joining import BETWEEN

        frame = self.raw.frame
        columns = self._joined_columns.get(name) or (self.column_of[name],)
        return lambda row: BETWEEN.join(filter(None, (frame.cell(row, column) for column in columns)))

    @property
    def halves(self) -> tuple[str, str] | None:
        """The headers of a first and a last name that can be joined to the name, which nothing has."""
        return self.proposal.halves

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
            columns=self.proposal.mapping,
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
        from leapgrid.files.headers import may_join

        holder = self._holders
        mine = line.field if line is not None else None
        names = [f.name for f in self.schema.fields if not f.read_only]
        names += [name for name in holder if name not in names]
        found: list[FieldOption] = []
        if line is not None and not line.constant and self.raw.keyed and line.header not in names:
            found.append(FieldOption(line.header, "send as it is"))
        for name in names:
            by = holder.get(name, ("",)) if name != mine else ("",)
            found.append(FieldOption(name, self._words(name, by, line), by[0]))
            free = not by[0] or by[0] == CONSTANT or line is None or line.constant
            if not free and may_join(name, self.schema):
                found += [FieldOption(name, f"join behind {other}", by[0], other) for other in by]
        if line is not None:
            words = "the constant is taken away" if line.constant else "the column does not become a field"
            found.append(FieldOption(None, words))
        return tuple(found)

    @property
    def _holders(self) -> dict[str, tuple[str, ...]]:
        """Field -> the headers of the columns that have it, in their order; CONSTANT for a constant."""
        found: dict[str, tuple[str, ...]] = {f: (h,) for h, f in self.field_of.items() if f is not None}
        constants = dict.fromkeys(self.proposal.constants, (CONSTANT,))
        return {**found, **self.proposal.joins, **constants}

    def _words(self, name: str, by: tuple[str, ...], line: TableLine | None) -> str:
        if by == (CONSTANT,):
            return "a constant now"
        if len(by) > 1:
            return f"instead of {by[0]} and {by[1] if len(by) == 2 else f'{len(by) - 1:,} others'}"
        if by[0]:
            swaps = line is not None and not line.constant and line.field is not None and not line.joined
            return f"from {by[0]}; the two swap" if swaps else f"from {by[0]}, which is then left out"
        known = self.schema.get(name)
        return known.label if known is not None and known.label.casefold() != name.casefold() else ""

    def choose(self, header: str, name: str | None) -> MappingState:
        """Let a column become a field, or leave it out; who had the field takes this column's.

        Columns that are joined are left out instead: they cannot all take it, and a part of a text is none.
        """
        before, joins = self.field_of, self.proposal.joins
        had = before.get(header)
        if name is not None and name == had:
            return self._joined(name, joins.get(name, (header,)))
        columns = {**self.said.columns, header: name}
        holders = [h for h, f in before.items() if f == name and h != header] if name is not None else []
        for holder in holders:
            columns[holder] = had if len(holders) == 1 and had not in joins else None
        kept = {f: t for f, t in self.proposal.constants.items() if f != name}
        # A match of values was said for the field's column; another column has other values.
        values = {f: t for f, t in self.values.items() if f not in (name, had)}
        return self._own(columns=columns, constants=kept, values=values)

    def join(self, header: str, name: str, behind: str) -> MappingState:
        """Let a column have a field with those that have it, its text behind that of one of them."""
        others = [other for other in self._holders.get(name, ()) if other != header]
        others.insert(others.index(behind) + 1, header)
        return self._joined(name, others)

    def join_halves(self) -> MappingState:
        """Join the first and the last name to the name, where :attr:`halves` says that they can be."""
        return self._joined("name", self.halves) if self.halves is not None else self

    def _joined(self, name: str, headers: Sequence[str]) -> MappingState:
        """Let a field have these columns; their order is the one in which they are said."""
        columns = {header: said for header, said in self.said.columns.items() if header not in headers}
        changed = tuple(headers) != self._holders.get(name)
        had = {name, *(self.field_of.get(header) for header in headers)} if changed else set()
        return self._own(
            columns={**columns, **dict.fromkeys(headers, name)},
            values={f: t for f, t in self.values.items() if f not in had},
        )

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

    def forgotten(self) -> MappingState:
        """Forget what was said of these headers, before and here: the columns are as they are proposed."""
        said = ImportMapping(options=self.said.options)
        return _made(self.raw, self.schema, said, None, None, self.base, self.uses)

    def reread(self, raw: RawFile, options: ReadOptions) -> MappingState:
        """The same file read in another way; what was said of columns that are still there stays.

        Args:
            options: what is said of the reading now.
        """
        # What is remembered is of the headers that it was said of.
        headers, kept = self.aside.headers, self.aside.remembered
        if self.remembered is not None and self.at is not None:
            headers, kept = self.raw.frame.headers, (self.remembered, self.at)
        before, at = kept if kept is not None and headers == raw.frame.headers else (None, None)
        # What was said of headers that come back counts again, but not before what was said meanwhile.
        taken = {*filter(None, self.said.columns.values()), *self.said.constants}
        back = {h: name for h, name in self.aside.columns.items() if name not in taken}
        whole = replace(self.said, columns={**back, **self.said.columns}, options=options)
        said = _fitting(whole, raw)
        away = {h: name for h, name in whole.columns.items() if h not in said.columns}
        state = _made(raw, self.schema, said, before, at, self.base, {})
        return replace(state, aside=Aside(away, headers, kept))

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
        state = _made(self.raw, self.schema, said, before, at, self.base, self.uses)
        return replace(state, aside=self.aside)


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
