"""What each column of a file could become, and why: what the import screen shows before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import NamedTuple

from leapgrid.files.finding import HALF, Choice, Code, by_key, by_likeness, by_look, by_name, halves_in
from leapgrid.files.headers import (
    is_record_id,
    match_headers,
    may_join,
    nearest_field,
    normalise,
    resolve_wanted,
    unique_names,
)
from leapgrid.files.joining import joins_in
from leapgrid.files.made import in_join_order
from leapgrid.files.model import ImportMapping, RawFile, UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.values import (
    ValueUse,
    count_without_country,
    counted,
    has_text,
    sample_of,
    shown_samples,
    uses_of,
    value_uses,
)
from leapgrid.records.schema import Field, FieldType, ObjectSchema
from leapgrid.visible import visible

__all__ = ["ColumnProposal", "Proposal", "ValueUse", "propose", "value_uses"]

_COUNTED = 100
"""So many distinct values, the commonest, say how many of them a field knows."""

_LISTED = frozenset({FieldType.CHOICE, FieldType.BOOLEAN})
_NOTHING = ImportMapping()


class ColumnProposal(NamedTuple):
    """What a column could become.

    Attributes:
        column: its place in the frame.
        header: its name, unique among the file's.
        field: what it becomes; None: it is left out.
        code: why, for a program; "said" and "remembered" also where a person left it out.
        why: why, in a few words for a person, safe to print.
        attention: a person should look at it.
        samples: up to four different texts of it, exactly as in the file.
        likeness: what its header is similar to, where that is why it becomes a field.
        joined: the headers of all columns that are joined to its field, this one among them, in the order in
            which they are; () where it is the only one.
    """

    column: int
    header: str
    field: str | None
    code: Code
    why: str
    attention: bool
    samples: tuple[str, ...]
    likeness: str = ""
    joined: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether it may be done without asking; else it is a suggestion."""
        return self.code not in ("values", "left_out")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the columns of a file could become.

    Attributes:
        columns: one for each column of the file, in its order.
        constants: field -> the text that every record gets.
        fields_from_columns: how many fields get a column.
        uncovered: fields of the schema that get neither a column nor a constant, in its order.
        nothing_matches: no column is a field by its name, and nobody said that one is.
        header_candidates: then the lines that could be the header instead, the likeliest first.
        halves: the headers of a first and a last name that no full name stands beside: a person may have
            them joined.
        joins: field -> the headers of the columns that are joined to it, in the order in which they are.
    """

    columns: tuple[ColumnProposal, ...]
    constants: Mapping[str, str] = attribute(default_factory=dict)
    fields_from_columns: int = 0
    uncovered: tuple[str, ...] = ()
    nothing_matches: bool = False
    header_candidates: tuple[int, ...] = ()
    halves: tuple[str, str] | None = None
    joins: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)

    @property
    def mapping(self) -> dict[str, str | None]:
        """Header -> field, None for a column that is left out; see :func:`in_join_order`."""
        return in_join_order({column.header: column.field for column in self.columns}, self.joins)

    def fits(self) -> bool:
        """Whether the file can be brought in without asking: something is a field, and nothing is a guess."""
        becoming = [column for column in self.columns if column.field is not None]
        return bool(becoming) and self.halves is None and all(column.is_sure for column in becoming)


def propose(
    raw: RawFile,
    schema: ObjectSchema,
    said: ImportMapping = _NOTHING,
    remembered: ImportMapping | None = None,
    *,
    for_a_person: bool = True,
) -> Proposal:
    """What each column of a file could become.

    What a person said goes before what was remembered, that before names of fields, those before what
    others call them, and all of them before what is like a name or has values that look like it.

    Args:
        raw: the file as it was read.
        schema: the object whose records it holds.
        said: what a person said about it.
        remembered: what was said of the same headers earlier.
        for_a_person: also count the values that a person should look at, which takes a look at every cell;
            else ``attention`` and ``why`` do not tell of them.

    Raises:
        UnreadableFile: something was said of a column or a field that is not there, or of one twice that
            cannot be joined.
    """
    names = unique_names(raw.frame.headers)
    columns = raw.frame.columns
    spoken = resolve_wanted(names, said.columns, raw.name, said.may_lack, schema=schema)
    earlier = earlier_columns(names, spoken, said.constants, remembered, schema)
    given = {**spoken, **earlier}
    joins = joins_in(given)
    constants = constants_of(raw, schema, said, remembered, given)
    taken = {name for name in given.values() if name is not None} | set(constants)
    choices: list[Choice | None] = [None] * len(names)
    for index, header in enumerate(names):
        if header in given:
            code: Code = "said" if header in spoken else "remembered"
            choices[index] = Choice(given[header], code)
    halves: tuple[str, str] | None = None
    if raw.keyed:
        by_key(raw.frame.headers, choices, taken)
    else:
        filled = [has_text(column) for column in columns]
        by_name(raw.frame.headers, names, schema, filled, choices, taken)
        halves = halves_in(names, schema, choices, taken)
        # One half of a name is not to be joined by what is only like a name.
        by_likeness(names, schema, choices, taken, but=("name",) if halves else ())
    samples = [sample_of(column) for column in columns]
    if not raw.keyed:
        by_look(names, samples, schema, choices, taken)
    spare = "external_id" in schema and "external_id" not in taken
    proposals = tuple(
        _told(
            raw,
            schema,
            said,
            remembered,
            index,
            header,
            choices[index],
            samples[index],
            joins.get(given.get(header) or "", ()),
            spare=spare,
            counting=for_a_person,
        )
        for index, header in enumerate(names)
    )
    becoming = [column.field for column in proposals if column.field is not None]
    nothing = not any(c.field is not None and c.is_sure for c in proposals) and not any(given.values())
    return Proposal(
        columns=proposals,
        constants=constants,
        fields_from_columns=len(set(becoming)),
        uncovered=tuple(
            f.name
            for f in schema.fields
            if not f.read_only and f.name not in becoming and f.name not in constants
        ),
        nothing_matches=nothing,
        header_candidates=header_candidates(raw, schema) if nothing else (),
        halves=halves,
        joins=joins,
    )


def earlier_columns(
    names: Sequence[str],
    spoken: Mapping[str, str | None],
    constants: Mapping[str, str],
    remembered: ImportMapping | None,
    schema: ObjectSchema,
) -> dict[str, str | None]:
    """What is remembered of the columns that nobody speaks of now; no field twice that cannot be joined."""
    if remembered is None:
        return {}
    by_key: dict[str, str] = {normalise(header): header for header in remembered.columns}
    taken = {name for name in spoken.values() if name is not None} | set(constants)
    found: dict[str, str | None] = {}
    places = {header: at for at, header in enumerate(remembered.columns)}
    place: dict[str, int] = {}
    for header in names:
        known = header if header in remembered.columns else by_key.get(normalise(header))
        if known is not None and header not in spoken:
            name = remembered.columns[known]
            found[header] = None if name in taken else name
            place[header] = places[known]
            if name is not None and not may_join(name, schema):
                taken.add(name)
    return {header: found[header] for header in sorted(found, key=place.__getitem__)}


def constants_of(
    raw: RawFile,
    schema: ObjectSchema,
    said: ImportMapping,
    remembered: ImportMapping | None,
    given: Mapping[str, str | None],
) -> dict[str, str]:
    """Field -> the text that every record gets.

    Raises:
        UnreadableFile: the field is not known, or a column was mapped to it as well.
    """
    header_of = {name: header for header, name in given.items() if name is not None}
    found: dict[str, str] = {}
    for name, text in said.constants.items():
        if name not in schema:
            near = nearest_field(name, schema)
            hint = f"Closest: {near}." if near else f"There are: {', '.join(schema.names)}."
            raise UnreadableFile(
                f"The constant is for {quoted(name)}, which is not a field of {schema.label}. {hint}"
            )
        if name in header_of:
            raise UnreadableFile(
                f"{quoted(header_of[name])} of {raw.name} is mapped to {name}, which gets a constant as "
                "well. Give it one of the two."
            )
        found[name] = text
    for name, text in (remembered.constants if remembered else {}).items():
        if name in schema and name not in header_of:
            found.setdefault(name, text)
    return found


def header_candidates(raw: RawFile, schema: ObjectSchema) -> tuple[int, ...]:
    """The lines that could be the header instead of the one that is, the likeliest first."""
    used = raw.options.header_line
    told = next((fact.choices for fact in raw.detected if fact.fact == "header"), ())
    found = [line for line in told if isinstance(line, int) and line not in (used, 0)]
    lines = raw.frame.lines
    if lines is not None:
        matches: list[tuple[int, int]] = []
        for row in range(min(20, raw.frame.height)):
            cells = [raw.frame.cell(row, column) for column in range(min(200, raw.frame.own))]
            count = sum(match is not None for match in match_headers(cells, schema))
            if count:
                matches.append((-count, int(lines[row])))
        found = [line for _, line in sorted(matches)] + found
    return tuple(dict.fromkeys(found))


# -- what is told of a column -------------------------------------------------------------------------------


def _told(
    raw: RawFile,
    schema: ObjectSchema,
    said: ImportMapping,
    remembered: ImportMapping | None,
    index: int,
    header: str,
    choice: Choice | None,
    sample: Sequence[str],
    joined: tuple[str, ...],
    *,
    spare: bool,
    counting: bool,
) -> ColumnProposal:
    column = raw.frame.columns[index]
    samples = shown_samples(column, sample)
    if choice is None or choice.field is None:
        code, reason = (choice.code, choice.why) if choice is not None else ("left_out", "")
        half = reason.startswith(HALF)
        if choice is None and spare and is_record_id(header):
            reason = "could be external_id"
        why = reason if half else f"left out; {reason}" if reason else "left out"
        return ColumnProposal(index, header, None, code, why, half, samples)
    why = {"said": "you chose it", "remembered": "remembered", "key": "the key"}.get(choice.code, choice.why)
    if joined and choice.code == "said":
        others = [visible(other, 30) for other in joined if other != header]
        why = f"joined with “{others[0]}”" if len(others) == 1 else f"joined with {len(others):,} others"
    if joined:
        return ColumnProposal(index, header, choice.field, choice.code, why, False, samples, joined=joined)
    known = schema.get(choice.field)
    if known is None:
        if choice.code == "key":
            why = "not a known field; sent as it is"
        return ColumnProposal(index, header, choice.field, choice.code, why, False, samples)
    concern = _concern(column, known, said, remembered) if counting else ""
    attention = bool(concern) or choice.code in ("similar", "values")
    if concern and choice.code in ("similar", "values"):
        why = f"{choice.why}; {concern}"
    elif concern:
        why = f"looks like phones; {concern}" if known.type is FieldType.PHONE else concern
    likeness = choice.why if choice.code == "similar" else ""
    return ColumnProposal(index, header, choice.field, choice.code, why, attention, samples, likeness)


def _concern(
    column: Sequence[str], known: Field, said: ImportMapping, remembered: ImportMapping | None
) -> str:
    """What a person should look at in a column that becomes a field; "" where nothing is."""
    country = said.default_country or (remembered.default_country if remembered else None)
    if known.type is FieldType.PHONE and not country:
        bare = count_without_country(column)
        return f"{bare:,} {'has' if bare == 1 else 'have'} no country" if bare else ""
    if known.type in _LISTED and (known.choices or known.type is FieldType.BOOLEAN):
        matched = {
            **((remembered.values if remembered else {}).get(known.name, {})),
            **said.values.get(known.name, {}),
        }
        uses = uses_of(counted(column)[:_COUNTED], known)
        unknown = sum(not use.known and use.value not in matched for use in uses)
        if unknown:
            return f"{len(uses) - unknown:,} of {len(uses):,} values known: V matches them"
    return ""
