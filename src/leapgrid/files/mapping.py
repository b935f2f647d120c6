"""From a table and what was said about it to records: columns that are fields, constants, matched values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from leapgrid.files.headers import note_extra, nothing_matches, suggest_mapping
from leapgrid.files.joining import in_words, joined
from leapgrid.files.made import CONSTANT, in_join_order, joined_in, joined_name, unique_names
from leapgrid.files.model import FileRead, ImportMapping, RawFile, UnreadableFile
from leapgrid.files.notebook import Notebook, quoted
from leapgrid.files.proposal import ColumnProposal, Proposal, propose
from leapgrid.files.reader import read_raw
from leapgrid.files.values import counted, has_text, repeated, replaced
from leapgrid.records.frame import Frame
from leapgrid.records.schema import ObjectSchema
from leapgrid.visible import visible

_NOTHING = ImportMapping()


def read_file(
    path: str | os.PathLike[str],
    *,
    schema: ObjectSchema,
    said: ImportMapping = _NOTHING,
    remembered: ImportMapping | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FileRead:
    """Read a file and match its columns with fields.

    Args:
        path: see :func:`leapgrid.files.read_raw`, and so for ``progress`` and ``cancelled``.
        schema: the object whose records they are.
        said: what a person said about the file.
        remembered: what was said of the same headers earlier.

    Returns:
        The table exactly as read, and which columns are which fields.

    Raises:
        UnreadableFile: with one sentence that names the file and the line and says what to do.
        ReadingCancelled: ``cancelled`` said so.
    """
    raw = read_raw(
        path,
        said.options,
        schema=schema,
        mapping_words=tuple(said.columns),
        progress=progress,
        cancelled=cancelled,
    )
    return map_raw(raw, schema, said, remembered)


def map_raw(
    raw: RawFile,
    schema: ObjectSchema,
    said: ImportMapping = _NOTHING,
    remembered: ImportMapping | None = None,
    *,
    proposal: Proposal | None = None,
    shown: Proposal | None = None,
) -> FileRead:
    """Make records of a table, without asking anybody.

    Args:
        raw: the file as it was read.
        schema: the object whose records it holds.
        said: what a person said about it; goes before all else.
        remembered: what was said of the same headers earlier.
        proposal: what was proposed of just that already, so that it need not be found out again.
        shown: what a person saw before ``said`` was said in full: tells what was chosen from what was
            proposed, of which there are notes.

    Returns:
        The file's own columns as they were read, and behind them those that were made: constants, and
        columns some of whose values were matched with others.

    Raises:
        UnreadableFile: no column is a field, or something was said that does not fit the file.
    """
    notes = Notebook()
    if proposal is None:
        proposal = propose(raw, schema, said, remembered, for_a_person=False)
    names = unique_names(raw.frame.headers)
    _refuse_constants_of_columns(raw, schema, said, proposal)
    spoken = {c.header: c.field for c in proposal.columns if c.code in ("said", "remembered")}
    if raw.keyed:
        from leapgrid.files.objects import map_keys

        # A constant goes before the key of the same name, which only a person can have left out.
        named = map_keys(raw.frame, schema, spoken, name=raw.name, single=raw.single, notes=notes)
    else:
        named = {c.header: c.field if c.is_sure else None for c in proposal.columns}
        if not any(named.values()):
            problem = nothing_matches(
                names,
                schema,
                raw.name,
                raw.options.header_line,
                said=bool(spoken),
                candidates=proposal.header_candidates,
                guess=next(((c.header, c.field) for c in proposal.columns if c.field), None),
            )
            raise UnreadableFile(f"{problem.message}{_other_sheets(raw)}", problem.line)
        _note_columns(raw, schema, shown or proposal, named, notes, asked=shown is not None)
    if not raw.frame.height:
        notes.add("no_records", None, "There are no records in the file.")
    values = _values_of(said, remembered)
    mapping = {name: index for index, name in enumerate(named.values()) if name is not None}
    frame = _with_joined(raw.frame, names, mapping, proposal.joins, raw.options.header_line or None, notes)
    frame = _with_matched(frame, names, mapping, schema, values, notes)
    named = in_join_order(named, proposal.joins)
    for name, text in proposal.constants.items():
        like = raw.frame.columns[0] if raw.frame.columns else None
        mapping[name] = len(frame.columns)
        frame = frame.with_made(f"{CONSTANT} {name}", repeated(text, like, raw.frame.height))
    earlier = remembered or _NOTHING
    return FileRead(
        frame=frame,
        schema=schema.with_extra(name for name in named.values() if name is not None),
        mapping=mapping,
        header_mapping=named,
        notes=tuple(sorted((*raw.notes, *notes.finish()), key=lambda note: note.line or 0)),
        source=raw.source,
        kind=raw.kind,
        said=ImportMapping(
            columns=named,
            constants=dict(proposal.constants),
            values={name: texts for name, texts in values.items() if name in mapping},
            default_country=said.default_country or earlier.default_country,
            date_order=said.date_order or earlier.date_order,
            options=raw.options,
        ),
    )


def _refuse_constants_of_columns(
    raw: RawFile, schema: ObjectSchema, said: ImportMapping, proposal: Proposal
) -> None:
    """A constant in the place of a column that would be the field by itself is for a person to decide."""
    if not said.constants:
        return
    without = propose(raw, schema, replace(said, constants={}), None, for_a_person=False)
    for column in without.columns:
        if column.field in said.constants and column.code in ("name", "alias", "key"):
            raise UnreadableFile(
                f"{quoted(column.header)} of {raw.name} is {column.field} already, which gets a constant as "
                f"well. Leave the column out: --map {_shell(column.header + '=')}"
            )


def _shell(text: str) -> str:
    shown = visible(text, 60)
    return f"'{shown}'" if "'" not in shown else f'"{shown}"'


def _other_sheets(raw: RawFile) -> str:
    """What else could be read of a workbook, for the message that nothing of it matches."""
    sheets = next((fact.choices for fact in raw.detected if fact.fact == "sheet"), ())
    others = [quoted(str(name)) for name in sheets if name != raw.options.sheet]
    if not others:
        return ""
    more = f" and {len(others) - 8:,} more" if len(others) > 8 else ""
    return (
        f" This is the sheet {quoted(raw.options.sheet or '')}; "
        f"--sheet NAME takes another: {', '.join(others[:8])}{more}."
    )


def _note_columns(
    raw: RawFile,
    schema: ObjectSchema,
    proposal: Proposal,
    named: Mapping[str, str | None],
    notes: Notebook,
    *,
    asked: bool,
) -> None:
    """Say of every column that nobody chose to leave out why it is, or why it is taken if called otherwise.

    Args:
        asked: a person saw what each becomes and let it be so.
    """
    line = raw.options.header_line or None
    header_of = {name: header for header, name in reversed(list(named.items())) if name is not None}
    if proposal.halves and not asked:
        first, last = proposal.halves
        notes.add(
            "name_in_parts",
            line,
            f"{quoted(first)} and {quoted(last)} are the halves of a name, and no column has the whole; both "
            f"were left out. --map {_shell(f'{first}=name')} --map {_shell(f'{last}=name')} joins them.",
        )
    for place, column in enumerate(proposal.columns, 1):
        header, name = column.header, named[column.header]
        if name is not None:
            if column.code == "similar" and not asked:
                notes.add(
                    "similar_header",
                    line,
                    f"{quoted(header)} was taken for {name}: it is {column.likeness}. "
                    f"--map {_shell(f'{header}=')} leaves it out.",
                )
            if name not in schema:
                note_extra(name, schema, line, notes)
        elif column.code == "remembered":
            if has_text(raw.frame.columns[column.column]):
                notes.add("left_out", line, f"{quoted(header)} was left out, as it was the last time.")
        elif column.code != "said" and (asked or header not in (proposal.halves or ())):
            _note_left_out(raw, schema, column, place, header_of, notes)


def _note_left_out(
    raw: RawFile,
    schema: ObjectSchema,
    column: ColumnProposal,
    place: int,
    header_of: Mapping[str, str],
    notes: Notebook,
) -> None:
    line, header = raw.options.header_line or None, column.header
    alone = suggest_mapping([header.removesuffix(f" (column {place})")], schema)[0]
    if alone is not None and alone in header_of:
        other = header_of[alone]
        notes.add(
            "second_column",
            line,
            f"{quoted(other)} and {quoted(header)} are both {alone}; {quoted(header)} was left out.",
        )
    elif header == f"(column {place})":
        if has_text(raw.frame.columns[column.column]):
            notes.add("no_header", line, f"Column {place} has no header; it was left out.{_hint(column)}")
    else:
        notes.add(
            "left_out",
            line,
            f"{quoted(header)} is not a field of {schema.label}; it was left out.{_hint(column)}",
        )


def _hint(column: ColumnProposal) -> str:
    """What a column that was left out seems to be."""
    if column.field is None:
        return ""
    return f" It may be {column.field}: --map {_shell(f'{column.header}={column.field}')} takes it."


def _values_of(said: ImportMapping, remembered: ImportMapping | None) -> dict[str, dict[str, str]]:
    found = {name: dict(texts) for name, texts in (remembered.values if remembered else {}).items()}
    for name, texts in said.values.items():
        found[name] = dict(texts)
    return {name: texts for name, texts in found.items() if texts}


def _with_joined(
    frame: Frame,
    names: Sequence[str],
    mapping: dict[str, int],
    joins: Mapping[str, Sequence[str]],
    line: int | None,
    notes: Notebook,
) -> Frame:
    """The frame with a made column for each field that gets several; ``mapping`` then names it."""
    for name, headers in joins.items():
        places = [names.index(header) for header in headers]
        mapping[name] = len(frame.columns)
        column = joined([frame.columns[place] for place in places])
        frame = frame.with_made(joined_name(names, places), column)
        notes.add(
            "joined",
            line,
            f"{in_words(headers)} were joined to {visible(name, 60)}, with a space between.",
        )
    return frame


def _with_matched(
    frame: Frame,
    names: Sequence[str],
    mapping: dict[str, int],
    schema: ObjectSchema,
    values: Mapping[str, Mapping[str, str]],
    notes: Notebook,
) -> Frame:
    """The frame with a made column for each field whose values were matched; ``mapping`` then names it."""
    for name, texts in values.items():
        at = mapping.get(name)
        if at is None:
            what = "no column" if name in schema else f"not a field of {schema.label}, and no column"
            notes.add(
                "no_match",
                None,
                f"Values were matched for {quoted(name)}, which is {what} here; nothing was changed.",
            )
            continue
        column = frame.columns[at]
        there = {text for text, _ in counted(column)}
        missing = [text for text in texts if text not in there]
        if missing:
            listed = ", ".join(quoted(text) for text in missing[:8])
            more = f" and {len(missing) - 8:,} more" if len(missing) > 8 else ""
            verb = "does" if len(missing) == 1 else "do"
            notes.add(
                "no_match",
                None,
                f"{listed}{more} {verb} not stand in {_column_in_words(frame, names, name, at)}; nothing was "
                "matched there.",
            )
        used = {old: new for old, new in texts.items() if old in there}
        if used:
            mapping[name] = len(frame.columns)
            called = names[at] if at < len(names) else frame.headers[at]
            frame = frame.with_made(called, replaced(column, used))
    return frame


def _column_in_words(frame: Frame, names: Sequence[str], name: str, at: int) -> str:
    """A column of a frame, for a message; of a joined one what it is made of."""
    return quoted(names[at]) if at < len(names) else in_words(joined_in(frame, {name: at})[name])
