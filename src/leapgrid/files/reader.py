"""Reading a file into a table, whatever it holds, and saying which column is which field."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from leapgrid.files.curl import looks_like_curl
from leapgrid.files.delimited import read_table
from leapgrid.files.escapes import without_marks
from leapgrid.files.headers import map_columns, suggest_mapping
from leapgrid.files.jsonlines import looks_like_json_lines
from leapgrid.files.keyed import Keyed, read_curl_commands, read_json, read_lines
from leapgrid.files.limits import MAX_CURL, MAX_JSON
from leapgrid.files.model import FileRead, RawFile, ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.objects import map_keys
from leapgrid.files.source import (
    open_regular,
    physical_lines,
    read_bounded,
    read_whole,
    rewind,
    shown_name,
    sniff,
)
from leapgrid.records.schema import ObjectSchema

_DELIMITED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = {".json", ".json5"}
_AS_FOUND = ReadOptions()
_NOTHING_SAID: Mapping[str, str | None] = MappingProxyType({})


def read_raw(
    path: str | os.PathLike[str],
    options: ReadOptions = _AS_FOUND,
    *,
    schema: ObjectSchema,
    mapping_words: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RawFile:
    """Read a file as a table, before anybody has said which column is which field.

    What a file holds goes before what its name ends in.

    Args:
        path: a regular file, or "-" for standard input.
        options: what a person said; what is None is found out.
        schema: the object whose records they are; its fields help to find the header line.
        mapping_words: headers that a person spoke of, which help in the same way.
        progress: called now and then with the bytes that were read and those there are (0: not known).
        cancelled: asked now and then, in the calling thread.

    Raises:
        UnreadableFile: with one sentence that names the file and the line and says what to do.
        ReadingCancelled: ``cancelled`` said so.
    """
    where = Path(path)
    name = shown_name(where)
    if options.sheet is not None:
        raise UnreadableFile(f"{name} has no sheets: only spreadsheets have. Leave --sheet out.")
    with open_regular(where) as file:
        reading = _Reading(file, name, os.fspath(path), options, schema, frozenset(mapping_words))
        reading.size = os.fstat(file.fileno()).st_size
        return reading.dispatch(where.suffix.lower())


def read_head(
    path: str | os.PathLike[str],
    options: ReadOptions = _AS_FOUND,
    *,
    schema: ObjectSchema,
    mapping_words: Iterable[str] = (),
    size: int = 128 * 1024,
) -> RawFile | None:
    """The first records of a delimited text, to be looked at while the whole of it is read.

    Args:
        size: the most bytes to read.

    Returns:
        None where the beginning shows too little: another kind of file, or one record that is larger.

    Raises:
        UnreadableFile: as :func:`read_raw`, for what the beginning shows.
    """
    where = Path(path)
    name = shown_name(where)
    with open_regular(where) as file:
        head = read_bounded(file, size, name)
    cut = head.rfind(b"\n")
    # A line break inside quotes does not end a record.
    while cut > 0 and head.count(b'"', 0, cut) % 2:
        cut = head.rfind(b"\n", 0, cut)
    if cut <= 0 or b"\0" in head:
        return None
    begun = io.BytesIO(head[: cut + 1])
    reading = _Reading(begun, name, os.fspath(path), options, schema, frozenset(mapping_words))
    reading.size = cut + 1
    raw = reading.dispatch(where.suffix.lower())
    return raw if raw.kind in ("csv", "tsv") else None


@dataclass(slots=True)
class _Reading:
    """One file being read."""

    file: BinaryIO
    name: str
    source: str
    options: ReadOptions
    schema: ObjectSchema
    words: frozenset[str]
    size: int = 0
    notes: Notebook = field(default_factory=Notebook)

    def dispatch(self, suffix: str) -> RawFile:
        head = sniff(self.file, self.name)
        if looks_like_curl(head, table=suffix in _DELIMITED):
            return self.curl()
        if looks_like_json_lines(head, suffix):
            return self.json_lines()
        if suffix in _JSON or head.lstrip().startswith(("[", "{", "//", "/*")):
            try:
                return self.json()
            except UnreadableFile as problem:
                if suffix not in _DELIMITED:
                    raise
                not_json = problem
            # A header may begin with a bracket; then the suffix was right.
            rewind(self.file, self.name)
            self.notes = Notebook()
            try:
                raw = self.delimited(_DELIMITED[suffix])
            except UnreadableFile:
                raise not_json from None
            if not self.count_matches(raw.frame.headers):
                raise not_json
            return raw
        return self.delimited(_DELIMITED.get(suffix, ","))

    def count_matches(self, headers: Sequence[str]) -> int:
        """How many of some headers are fields, or were spoken of."""
        found = sum(name is not None for name in suggest_mapping(headers, self.schema))
        return found + len(self.words.intersection(headers))

    def delimited(self, preferred: str) -> RawFile:
        with closing(physical_lines(self.file, self.name)) as lines:
            table = read_table(
                lines, self.name, preferred=preferred, count_matches=self.count_matches, notes=self.notes
            )
        options = ReadOptions("utf-8", table.delimiter, table.header_line)
        return RawFile(
            frame=without_marks(table.frame, self.notes, table.header_line),
            kind="tsv" if table.delimiter == "\t" else "csv",
            source=self.source,
            name=self.name,
            size=self.size,
            options=options,
            notes=self.notes.finish(),
        )

    def json(self) -> RawFile:
        text = read_whole(self.file, MAX_JSON, "JSON files", self.name)
        return self.keyed(read_json(text, self.name, self.schema, self.notes))

    def json_lines(self) -> RawFile:
        with closing(physical_lines(self.file, self.name)) as lines:
            return self.keyed(read_lines(lines, self.name, self.notes))

    def curl(self) -> RawFile:
        text = read_whole(self.file, MAX_CURL, "curl commands", self.name)
        return self.keyed(read_curl_commands(text, self.name, self.schema, self.notes))

    def keyed(self, found: Keyed) -> RawFile:
        return RawFile(
            frame=found.frame,
            kind=found.kind,
            source=self.source,
            name=self.name,
            size=self.size,
            options=ReadOptions("utf-8"),
            notes=self.notes.finish(),
            keyed=True,
            single=found.single,
        )


def read_file(
    path: str | os.PathLike[str],
    *,
    schema: ObjectSchema,
    mapping: Mapping[str, str | None] = _NOTHING_SAID,
    sheet: str | None = None,
) -> FileRead:
    """Read a file and match its columns with fields.

    Args:
        path: see :func:`read_raw`.
        schema: the object whose records they are.
        mapping: what a person said of columns: header -> field, or None to leave the column out.
        sheet: of a spreadsheet.

    Returns:
        The table exactly as read, and which columns are which fields.

    Raises:
        UnreadableFile: with one sentence that names the file and the line and says what to do.
    """
    raw = read_raw(path, ReadOptions(sheet=sheet), schema=schema, mapping_words=mapping)
    notes = Notebook()
    if raw.keyed:
        named = map_keys(raw.frame, schema, mapping, name=raw.name, single=raw.single, notes=notes)
        fields: tuple[str | None, ...] = tuple(named.values())
        extra: Iterable[str] = (name for name in fields if name is not None)
    else:
        columns = map_columns(
            raw.frame.headers,
            schema,
            mapping,
            name=raw.name,
            line=raw.options.header_line,
            filled=[any(column) for column in raw.frame.columns],
            notes=notes,
        )
        named, fields, extra = columns.named, columns.fields, columns.extra
    if not raw.frame.height:
        notes.add("no_records", None, "There are no records in the file.")
    return FileRead(
        frame=raw.frame,
        schema=schema.with_extra(extra),
        mapping={name: index for index, name in enumerate(fields) if name is not None},
        header_mapping=named,
        notes=tuple(sorted((*raw.notes, *notes.finish()), key=lambda note: note.line or 0)),
        source=raw.source,
        kind=raw.kind,
    )
