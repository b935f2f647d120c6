"""What the import screen says of a state: facts, what is covered, the first records checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.records.issues import Finding, Severity
from leapgrid.records.schema import Field, FieldType
from leapgrid.tui.mapping import MappingState, TableLine
from leapgrid.tui.mapping_choices import choices_for, detected
from leapgrid.tui.text import plural
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.files.proposal import ValueUse

PREVIEWED = 20
_LOOKED_AT = 500
"""So many cells of a column say whether its dates and phones need a word; the checks look at all of them."""
_DATES = frozenset({FieldType.DATE, FieldType.DATETIME})

Said = tuple[tuple[str, bool], ...]
"""A sentence in parts; True where a part carries the number or name that matters."""


class FactLine(NamedTuple):
    """A fact about the file, and the key that changes it.

    Attributes:
        action: id of the action.
        label: what it is about.
        value: what is so.
        why: what that means for the data.
    """

    action: str
    label: str
    value: str
    why: str


class PreviewCell(NamedTuple):
    """A cell as it would be, and the first thing that is wrong with it."""

    text: str
    finding: Finding | None


class PreviewRecord(NamedTuple):
    """A record as it would be.

    Attributes:
        number: from 1.
        cells: one for each of the state's fields.
    """

    number: int
    cells: tuple[PreviewCell, ...]


class LineIssue(NamedTuple):
    """What is to be said of a line of the table.

    Attributes:
        where: ``Stage to status``.
        key: the action that helps, and what it does; None where nothing has to be done.
    """

    sign: str
    where: str
    sentence: str
    key: tuple[str, str] | None = None


def facts(state: MappingState) -> tuple[FactLine, ...]:
    """The facts at the top of the screen, in their order."""
    raw = state.raw
    found: list[FactLine] = []
    for fact, action, label in (
        ("sheet", "sheet", "sheet"),
        ("encoding", "encoding", "encoding"),
        ("delimiter", "delimiter", "delimiter"),
        ("header", "header_line", "headers"),
        ("lines", "show_lines", "lines"),
    ):
        known = detected(raw, fact)  # type: ignore[arg-type]  # literals of the table above
        if known is not None:
            found.append(FactLine(action, label, visible(known.value, 60), visible(known.why, 300)))
    if raw.notes and not any(f.action == "show_lines" for f in found):
        found.append(FactLine("show_lines", "notes", plural(len(raw.notes), "note"), raw.notes[0].message))
    dates = _dates_fact(state)
    country = _country_fact(state)
    return (*found, *(f for f in (dates, country) if f is not None))


def _texts_of(state: MappingState, *types: FieldType) -> Iterator[str]:
    """Texts that become a field of these types, as they are in the first rows."""
    for name, column in state.column_of.items():
        if state.field_named(name).type in types:
            texts = state.raw.frame.columns[column]
            yield from (t for t in (texts[i] for i in range(min(_LOOKED_AT, state.raw.frame.height))) if t)


def _dates_fact(state: MappingState) -> FactLine | None:
    """How dates are read, where one can be read in two ways."""
    from leapgrid.records.checks.date import check_date, read_date

    texts = list(_texts_of(state, *_DATES))
    unclear = next((t for t in texts if any(f.code == "date_ambiguous" for f in check_date(t, None))), None)
    if unclear is None:
        return None
    both = {order: _day(read_date(unclear, order)) for order in ("dmy", "mdy")}
    shown = visible(unclear, 30)
    order = state.context.date_order
    if order == "mdy":
        return FactLine(
            "date_format", "dates", "month first", f"“{shown}” is {both['mdy']}; day first: {both['dmy']}."
        )
    if order == "dmy":
        return FactLine(
            "date_format", "dates", "day first", f"“{shown}” is {both['dmy']}; month first: {both['mdy']}."
        )
    only = _only_one_way(texts)
    hint = f" “{visible(only[0], 30)}” fits only {only[1]}." if only else ""
    value = "day or month first?"
    return FactLine("date_format", "dates", value, f"“{shown}” is {both['dmy']} or {both['mdy']}.{hint}")


def _only_one_way(texts: list[str]) -> tuple[str, str] | None:
    """A text that settles the order for its neighbours: the 17th is no month."""
    from leapgrid.records.checks.date import read_date

    for text in texts:
        day_first, month_first = read_date(text, "dmy"), read_date(text, "mdy")
        if day_first and not month_first:
            return text, "day first"
        if month_first and not day_first:
            return text, "month first"
    return None


def _day(iso: str | None) -> str:
    if iso is None:
        return "no date"
    from datetime import date

    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"


def _country_fact(state: MappingState) -> FactLine | None:
    """The default country, where phones have none of their own."""
    from leapgrid.records.checks.countries import COUNTRY_NAMES
    from leapgrid.records.checks.phone import check_phone

    def without(text: str) -> bool:
        return any(f.code == "phone_no_country" for f in check_phone(text, None))

    bare = next((t for t in _texts_of(state, FieldType.PHONE) if without(t)), None)
    if bare is None:
        return None
    country = state.context.default_country
    shown = visible(bare, 30)
    if not country:
        return FactLine(
            "default_country", "country", "not said", f"“{shown}” has none; a country makes F8 add it."
        )
    name = COUNTRY_NAMES.get(country, country).removeprefix("the ")
    fix = next((f.fix for f in check_phone(bare, country) if f.fix is not None), None)
    becomes = (
        f"F8 in the grid makes “{shown}” {fix.value}."
        if fix is not None
        else f"“{shown}” is no number of this country."
    )
    return FactLine("default_country", "country", f"{name} ({country})", becomes)


def coverage(state: MappingState) -> Said:
    """What the fields get, in a sentence: ``4 of 6 fields from columns, 1 constant.``, and what not."""
    proposal = state.proposal
    known = [f.name for f in state.schema.fields if not f.read_only]
    mapped = state.column_of
    covered = sum(name in mapped for name in known)
    said: list[tuple[str, bool]] = [
        (f"{covered} of {plural(len(known), 'field')}", True),
        (" from columns", False),
    ]
    if proposal.constants:
        said += [(", ", False), (plural(len(proposal.constants), "constant"), True)]
    extra = sum(name not in state.schema for name in (*mapped, *proposal.constants))
    if extra:
        said += [(", ", False), (f"{extra:,} of the file's own", True)]
    said.append((".  ", False))
    missing = [n for n in known if n not in mapped and n not in proposal.constants]
    required = [n for n in missing if state.schema[n].required]
    if required:
        wants = "it is" if len(required) == 1 else "they are"
        said += [(_names(required), True), (f" {_gets(required)}, and {wants} required.", False)]
        return tuple(said)
    if "external_id" in missing:
        others = [n for n in missing if n in ("external_id", "email", "phone")]
        if "email" not in missing:
            says = "so what is unknown after sending could only be looked up by e-mail"
        elif "phone" in known and "phone" not in missing:
            says = "so what is unknown after sending could only be looked up by phone"
        else:
            says = "so what is unknown after sending cannot be looked up"
        said += [(_names(others), True), (f" {_gets(others)}, {says}.", False)]
    elif missing:
        said += [(_names(missing), True), (f" {_gets(missing)}.", False)]
    return tuple(said)


def _names(names: list[str]) -> str:
    shown = [visible(n, 30) for n in names[:4]]
    if len(names) > 4:
        return f"{', '.join(shown)} and {len(names) - 4:,} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _gets(names: list[str]) -> str:
    return "gets nothing" if len(names) == 1 else "get nothing"


def preview(state: MappingState, count: int = PREVIEWED) -> tuple[PreviewRecord, ...]:
    """The first records as they would be, already checked.

    Args:
        count: how many at most.
    """
    from leapgrid.records.checks import check_cell, check_record

    fields, context, values = state.fields, state.context, state.values
    constants = state.proposal.constants
    text_of = {f.name: state.text_of(f.name) for f in fields if f.name not in constants}
    unknown = {name: {u.value for u in used if not u.known} for name, used in _uses(state)}
    frame = state.raw.frame
    found: list[PreviewRecord] = []
    for row in range(min(count, frame.height)):
        texts: dict[str, str] = {}
        for f in fields:
            text = constants.get(f.name)
            if text is None:
                text = text_of[f.name](row)
                text = values.get(f.name, {}).get(text, text)
            texts[f.name] = text
        whole = {w.field: w for w in check_record(state.schema, texts, context) if w.field}
        cells = []
        for f in fields:
            text = texts[f.name]
            wrong = next(iter(check_cell(f, text, context)), None) if any(texts.values()) else None
            if wrong is None and text in unknown.get(f.name, ()) and f.type is FieldType.CHOICE:
                message = f"“{visible(text, 40)}” was never seen in this field. The server may take it."
                wrong = Finding(Severity.WARNING, "value_unknown", message)
            cells.append(PreviewCell(text, wrong or (whole.get(f.name) if not text else None)))
        found.append(PreviewRecord(row + 1, tuple(cells)))
    return tuple(found)


def _uses(state: MappingState) -> Iterator[tuple[str, tuple[ValueUse, ...]]]:
    for key, used in state.uses.items():
        yield key.partition("\0")[2], used


def unknown_values(state: MappingState, name: str) -> tuple[str, ...]:
    """The texts of a field's column that are none of the known values and become nothing else."""
    matched = state.values.get(name, {})
    for of, used in _uses(state):
        if of == name:
            return tuple(u.value for u in used if not u.known and u.value not in matched)
    return ()


def issue_of(state: MappingState, line: TableLine | None, records: tuple[PreviewRecord, ...]) -> LineIssue:
    """What is to be said of the line under the cursor, and the action that helps."""
    if line is None:
        return LineIssue("", "", "")
    title = visible(line.header or CONSTANT_NAME, 40)
    if line.field is None:
        if state.obstacle:
            return _obstacle(state)
        if state.halves is not None and line.header in state.halves:
            sentence = f"{listed(state.halves)} are the halves of a name."
            return LineIssue("~", "", sentence, ("join_columns", "Join them to name"))
        if line.attention:
            return LineIssue(
                "~", title, f"{visible(line.why, 200).capitalize()}. Space says what it becomes."
            )
        return LineIssue("", title, "This column is left out. Space says what it becomes.")
    where = f"{title} to {visible(line.field, 30)}"
    if state.obstacle:
        return LineIssue("~", where, state.obstacle)
    if line.constant:
        wrong = _constant_fault(state, line)
        sign = "" if wrong is None else _SIGNS[wrong.severity]
        said = wrong.message if wrong is not None else "Every record gets this text."
        return LineIssue(sign, where, said, ("set_constant", "Change the text"))
    known = state.field_named(line.field)
    odd = unknown_values(state, line.field) if known.type is FieldType.CHOICE else ()
    if odd:
        shown = [f"“{visible(v, 30)}”" for v in islice(odd, 2)]
        more = len(odd) - len(shown)
        names = " and ".join(shown) if not more else f"{', '.join(shown)} and {more:,} more"
        if known.choices_closed:
            said = f"{names} {_is(odd)} not among the values of this field."
        else:
            place = "here" if more else "in this field"  # the key behind it should keep its words
            said = f"{names} {'was' if len(odd) == 1 else 'were'} never seen {place}."
            said += f" The server may take {'it' if len(odd) == 1 else 'them'}."
        total = next((len(used) for of, used in _uses(state) if of == line.field), 0)
        return LineIssue(
            "!" if known.choices_closed else "~",
            where,
            said,
            ("match_values", f"Match the {plural(total, 'value')}"),
        )
    at = next((i for i, f in enumerate(state.fields) if f.name == line.field), None)
    if at is not None:
        bad = [(r.number, r.cells[at].finding) for r in records]
        first = next(((n, f) for n, f in bad if f is not None), None)
        if first is not None:
            number, finding = first
            key = ("default_country", "Set a default country") if finding.code == "phone_no_country" else None
            if key and state.context.default_country:
                key = None
            if finding.code == "date_ambiguous":
                key = ("date_format", "Say which")
            # Where a key helps, what else could be done need not be read first.
            said = finding.message.partition(". ")[0].removesuffix(".") + "." if key else finding.message
            said = f"Record {number:,}: {visible(said, 200)}"
            return LineIssue(_SIGNS[finding.severity], where, said, key)
    if line.joined:
        who = listed(line.joined) if len(line.joined) == 2 else f"{len(line.joined):,} columns"
        sentence = f"{who} are joined, a space between."
        return LineIssue("", where, sentence, ("leave_out", "Leave this one out"))
    if line.attention:
        return LineIssue("~", where, f"{visible(line.why, 200)}.")
    return LineIssue("", where, f"{visible(line.why, 200)}." if line.why else "")


def _obstacle(state: MappingState) -> LineIssue:
    can_change = state.proposal.nothing_matches and len(choices_for(state, "header")) > 1
    return LineIssue("!", "", state.obstacle, ("header_line", "Next candidate") if can_change else None)


def _constant_fault(state: MappingState, line: TableLine) -> Finding | None:
    from leapgrid.records.checks import check_cell

    return next(iter(check_cell(state.field_named(line.field or ""), line.samples[0], state.context)), None)


def listed(headers: Sequence[str]) -> str:
    """Headers in a sentence: ``“First Name” and “Last Name”``."""
    names = [f"“{visible(header, 30)}”" for header in headers]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _is(values: tuple[str, ...]) -> str:
    return "is" if len(values) == 1 else "are"


CONSTANT_NAME = "(constant)"
_SIGNS = {Severity.ERROR: "!", Severity.WARNING: "~"}


def sign_of(finding: Finding) -> str:
    """The mark of a finding."""
    return _SIGNS[finding.severity]


def checked_text(field: Field, text: str, state: MappingState) -> Finding | None:
    """What is wrong with a text that is to become a field's, as far as typing on cannot mend it."""
    from leapgrid.records.checks import check_cell

    return next(iter(check_cell(field, text, state.context)), None) if text else None
