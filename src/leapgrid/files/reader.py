"""Reading a file into a table and saying which column is which field."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from leapgrid.files.curl import looks_like_curl, read_curl
from leapgrid.files.delimited import read_table
from leapgrid.files.headers import map_columns, suggest_mapping
from leapgrid.files.jsonscan import Object
from leapgrid.files.jsontext import parse_json
from leapgrid.files.limits import MAX_CURL, MAX_JSON
from leapgrid.files.model import FileRead, Kind, UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.objects import map_keys, records_of, tabulate
from leapgrid.files.source import open_regular, physical_lines, read_whole, rewind, shown_name, sniff
from leapgrid.records.frame import Frame
from leapgrid.records.schema import ObjectSchema

_DELIMITED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = {".json", ".json5"}
_NOTHING_SAID: Mapping[str, str | None] = MappingProxyType({})


def read_file(
    path: str | os.PathLike[str],
    *,
    schema: ObjectSchema,
    mapping: Mapping[str, str | None] = _NOTHING_SAID,
    sheet: str | None = None,
) -> FileRead:
    """Read CSV, TSV, JSON, JSON5 or curl commands. What a file holds goes before what its name ends in.

    Args:
        path: a regular file.
        schema: the object whose records they are.
        mapping: what a person said of columns: header -> field, or None to leave the column out.
        sheet: for spreadsheets only, which cannot be read yet.

    Returns:
        The table exactly as read, and which columns are which fields.

    Raises:
        UnreadableFile: with one sentence that names the file and the line and says what to do.
    """
    where = Path(path)
    name = shown_name(where)
    if sheet is not None:
        raise UnreadableFile(f"{name} has no sheets: only spreadsheets have. Leave --sheet out.")
    notes = Notebook()
    with open_regular(where) as file:
        head = sniff(file, name)
        suffix = where.suffix.lower()
        if looks_like_curl(head, table=suffix in _DELIMITED):
            return _read_curl(file, name, os.fspath(path), schema, mapping, notes)
        if _looks_like_json(head, suffix):
            try:
                return _read_json(file, name, os.fspath(path), schema, mapping, notes)
            except UnreadableFile as problem:
                if suffix not in _DELIMITED:
                    raise
                not_json = problem
            # A header may begin with a bracket; then the suffix was right.
            rewind(file, name)
            try:
                return _read_delimited(
                    file, name, os.fspath(path), _DELIMITED[suffix], schema, mapping, Notebook()
                )
            except UnreadableFile:
                raise not_json from None
        preferred = _DELIMITED.get(suffix, ",")
        return _read_delimited(file, name, os.fspath(path), preferred, schema, mapping, notes)


def _looks_like_json(head: str, suffix: str) -> bool:
    begin = head.lstrip()
    if suffix in _JSON:
        return True
    return begin.startswith(("[", "{", "//", "/*"))


def _read_delimited(
    file: BinaryIO,
    name: str,
    source: str,
    preferred: str,
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    notes: Notebook,
) -> FileRead:
    def count_matches(headers: Sequence[str]) -> int:
        found = sum(field is not None for field in suggest_mapping(headers, schema))
        return found + len(set(headers) & set(wanted))

    with closing(physical_lines(file, name)) as lines:
        table = read_table(lines, name, preferred=preferred, count_matches=count_matches, notes=notes)
    columns = map_columns(
        table.frame.headers,
        schema,
        wanted,
        name=name,
        line=table.header_line,
        filled=[any(column) for column in table.frame.columns],
        notes=notes,
    )
    _note_no_records(table.frame, notes)
    kind: Kind = "tsv" if table.delimiter == "\t" else "csv"
    return FileRead(
        frame=table.frame,
        schema=schema.with_extra(columns.extra),
        mapping=columns.by_field,
        header_mapping=columns.named,
        notes=notes.finish(),
        source=source,
        kind=kind,
    )


def _read_json(
    file: BinaryIO,
    name: str,
    source: str,
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    notes: Notebook,
) -> FileRead:
    text = read_whole(file, MAX_JSON, "JSON files", name)
    value = parse_json(text, name, notes)
    records = records_of(value, name, schema, notes)
    single = isinstance(value, Object) and records == [value]
    return _from_records(records, "json", single, name, source, schema, wanted, notes)


def _read_curl(
    file: BinaryIO,
    name: str,
    source: str,
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    notes: Notebook,
) -> FileRead:
    text = read_whole(file, MAX_CURL, "curl commands", name)
    records: list[Object] = []
    for body in read_curl(text, name, schema.slug, notes):
        value = parse_json(body.text, name, notes, first_line=body.line)
        records += records_of(value, name, schema, notes)
    return _from_records(records, "curl", False, name, source, schema, wanted, notes)


def _from_records(
    records: list[Object],
    kind: Kind,
    single: bool,
    name: str,
    source: str,
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    notes: Notebook,
) -> FileRead:
    frame = tabulate(records, name, notes)
    named = map_keys(frame, schema, wanted, name=name, single=single, notes=notes)
    _note_no_records(frame, notes)
    fields = tuple(named.values())
    return FileRead(
        frame=frame,
        schema=schema.with_extra(field for field in fields if field is not None),
        mapping={field: index for index, field in enumerate(fields) if field is not None},
        header_mapping=named,
        notes=notes.finish(),
        source=source,
        kind=kind,
    )


def _note_no_records(frame: Frame, notes: Notebook) -> None:
    if not frame.height:
        notes.add("no_records", None, "There are no records in the file.")
