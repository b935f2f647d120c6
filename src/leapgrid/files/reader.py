"""Reading a file into a table, whatever it holds, and saying which column is which field."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from leapgrid.files.blocks import NotInEncoding, read_text, text_lines, told
from leapgrid.files.delimited import find_out, read_table
from leapgrid.files.encoding import NAMES, describe_encoding, first_guess, said_encoding
from leapgrid.files.escapes import without_marks
from leapgrid.files.headers import suggest_mapping
from leapgrid.files.limits import MAX_CURL, MAX_JSON
from leapgrid.files.model import RawFile, ReadingCancelled, ReadOptions, UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.source import (
    Source,
    is_spreadsheet,
    open_regular,
    read_bounded,
    refuse_binary,
    shown_name,
)
from leapgrid.files.stdin import NAME as STDIN
from leapgrid.files.stdin import open_stdin
from leapgrid.records.schema import ObjectSchema

if TYPE_CHECKING:
    from leapgrid.files.keyed import Keyed

_DELIMITED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = {".json", ".json5"}
_AS_FOUND = ReadOptions()
_T = TypeVar("_T")


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
    with _opened(path, progress, cancelled) as (file, name, suffix):
        source = Source(file, name, progress=progress, cancelled=cancelled)
        head = source.head()
        if is_spreadsheet(head):
            # What reads them starts another process; a text file loads none of it.
            from leapgrid.files.sheet_raw import read_sheet_raw

            return read_sheet_raw(
                file,
                os.fspath(path),
                options,
                name=name,
                size=source.size,
                count_matches=_Matches(schema, mapping_words),
                progress=progress,
                cancelled=cancelled,
            )
        reading = _Reading(source, os.fspath(path), options, schema, _Matches(schema, mapping_words), head)
        return reading.dispatch(suffix)


@contextmanager
def _opened(
    path: str | os.PathLike[str],
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[BinaryIO, str, str]]:
    """A file or standard input, with its name for messages and its suffix."""
    if os.fspath(path) == "-":
        file, name, suffix = open_stdin(progress=progress, cancelled=cancelled), STDIN, ""
    else:
        where = Path(path)
        file, name, suffix = open_regular(where), shown_name(where), where.suffix.lower()
    with file:
        yield file, name, suffix


class _Matches:
    """Counts how many of some headers are fields, or were spoken of."""

    def __init__(self, schema: ObjectSchema, words: Iterable[str]) -> None:
        self._schema = schema
        self._words = frozenset(words)

    def __call__(self, headers: Sequence[str]) -> int:
        found = sum(name is not None for name in suggest_mapping(headers, self._schema))
        return found + len(self._words.intersection(headers))


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
    source = Source(io.BytesIO(head[: cut + 1]), name)
    matches = _Matches(schema, mapping_words)
    reading = _Reading(source, os.fspath(path), options, schema, matches, head[: cut + 1])
    raw = reading.dispatch(where.suffix.lower())
    return raw if raw.kind in ("csv", "tsv") else None


# What reads commands and JSON is not loaded for a table, whose first records somebody waits for.


def _looks_like_curl(head: str, suffix: str) -> bool:
    if "curl" not in head:
        return False
    from leapgrid.files.curl import looks_like_curl

    return looks_like_curl(head, table=suffix in _DELIMITED)


def _looks_like_json_lines(head: str, suffix: str) -> bool:
    if not head.lstrip().startswith("{"):
        return False
    from leapgrid.files.jsonlines import looks_like_json_lines

    return looks_like_json_lines(head, suffix)


@dataclass(slots=True)
class _Reading:
    """One text being read."""

    file: Source
    source: str
    options: ReadOptions
    schema: ObjectSchema
    count_matches: _Matches
    head: bytes
    codec: str = ""
    notes: Notebook = field(default_factory=Notebook)

    def dispatch(self, suffix: str) -> RawFile:
        name, said = self.file.name, self.options.encoding
        if self.options.sheet is not None:
            raise UnreadableFile(f"{name} has no sheets: only spreadsheets have. Leave --sheet out.")
        refuse_binary(self.head, name)
        self.codec = said_encoding(said) if said is not None else first_guess(self.head)
        head = self.head.decode(self.codec, "ignore").removeprefix("\ufeff")
        if head.lstrip().startswith("<"):
            from leapgrid.files.sheets import refuse_markup

            refuse_markup(head, name)
        if _looks_like_curl(head, suffix):
            return self.decoded(self.curl)
        if _looks_like_json_lines(head, suffix):
            return self.decoded(self.json_lines)
        if suffix in _JSON or head.lstrip().startswith(("[", "{", "//", "/*")):
            try:
                return self.decoded(self.json)
            except ReadingCancelled:
                raise
            except UnreadableFile as problem:
                if suffix not in _DELIMITED:
                    raise
                not_json = problem
            # A header may begin with a bracket; then the suffix was right.
            self.notes = Notebook()
            try:
                raw = self.decoded(lambda: self.delimited(_DELIMITED[suffix]))
            except UnreadableFile:
                raise not_json from None
            if not self.count_matches(raw.frame.headers):
                raise not_json
            return raw
        return self.decoded(lambda: self.delimited(_DELIMITED.get(suffix, ",")))

    def decoded(self, read: Callable[[], _T]) -> _T:
        """Read, and once more where the file turns out to be in another encoding."""
        try:
            return read()
        except NotInEncoding as problem:
            self.codec = find_out(self.file, problem, self.options, self.codec)
        self.notes = Notebook()
        try:
            return read()
        except NotInEncoding as problem:
            raise told(problem, self.file.name, NAMES[self.codec], "Save it as UTF-8.") from problem

    def delimited(self, preferred: str) -> RawFile:
        table = read_table(
            self.file,
            self.codec,
            self.options,
            preferred=preferred,
            count_matches=self.count_matches,
            notes=self.notes,
        )
        encoding = table.detected[0]
        if self.codec != "utf-8":
            self.notes.add("encoding", None, f"The text is in {encoding.value}. {encoding.why}")
        header = table.options.header_line
        return RawFile(
            frame=without_marks(table.frame, self.notes, header),
            kind="tsv" if table.options.delimiter == "\t" else "csv",
            source=self.source,
            name=self.file.name,
            size=self.file.size,
            options=table.options,
            detected=table.detected,
            notes=self.notes.finish(),
        )

    def json(self) -> RawFile:
        from leapgrid.files.keyed import read_json

        text = read_text(self.file, self.codec, MAX_JSON, "JSON files")
        return self.keyed(read_json(text, self.file.name, self.schema, self.notes), text)

    def json_lines(self) -> RawFile:
        from leapgrid.files.keyed import read_lines

        lines = text_lines(self.file, self.codec)
        return self.keyed(read_lines(lines, self.file.name, self.notes, self.file.go_on), "")

    def curl(self) -> RawFile:
        from leapgrid.files.keyed import read_curl_commands

        text = read_text(self.file, self.codec, MAX_CURL, "curl commands")
        return self.keyed(read_curl_commands(text, self.file.name, self.schema, self.notes), "")

    def keyed(self, found: Keyed, text: str) -> RawFile:
        encoding = describe_encoding(self.codec, text, said=self.options.encoding is not None)
        if self.codec != "utf-8":
            self.notes.add("encoding", None, f"The text is in {encoding.value}. {encoding.why}".strip())
        return RawFile(
            frame=found.frame,
            kind=found.kind,
            source=self.source,
            name=self.file.name,
            size=self.file.size,
            options=ReadOptions(self.codec),
            detected=(encoding,),
            notes=self.notes.finish(),
            keyed=True,
            single=found.single,
        )
