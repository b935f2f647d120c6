"""What reading a file gives back, and the ways in which it can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from leapgrid.records.frame import Frame
from leapgrid.records.importing import ImportMapping, ReadOptions
from leapgrid.records.schema import ObjectSchema

__all__ = [
    "Detected",
    "Fact",
    "FileError",
    "FileRead",
    "ImportMapping",
    "Kind",
    "Note",
    "RawFile",
    "ReadOptions",
    "ReadingCancelled",
    "UnreadableFile",
    "UnwritableFile",
]

Kind = Literal["csv", "tsv", "xlsx", "ods", "xls", "json", "jsonl", "curl"]
"""What a file turned out to hold, whatever its name ends in. "csv" is text with any delimiter but tabs."""

Fact = Literal["encoding", "delimiter", "header", "lines", "sheet"]
"""What can be found out about a file, or said by a person."""


class FileError(Exception):
    """A file could not be read or written.

    Attributes:
        message: one sentence for a person: which file, where in it, what is wrong and what to do. Text
            from outside in it has already passed through :func:`leapgrid.visible.visible`.
        line: the physical line it is about, counted from 1, where there is one.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class UnreadableFile(FileError):
    """Nothing was read; the person has to change the file or say which columns are meant."""


class UnwritableFile(FileError):
    """Nothing was written, and what stood at the place before still stands there."""


class ReadingCancelled(FileError):
    """A person did not want to wait for the rest of a file; nothing was read."""


class Note(NamedTuple):
    """Something about the file that a person should know although it could be read.

    Attributes:
        code: stable name for scripts, e.g. ``short_line``.
        line: the physical line it is about, from 1; None where no line can be named.
        message: one sentence, safe to print.
        text: the text that was kept out because of it, complete and exactly as in the file.
    """

    code: str
    line: int | None
    message: str
    text: str = ""


class Detected(NamedTuple):
    """A fact about a file, with what follows from it.

    Attributes:
        fact: which.
        value: for a person: ``Windows-1252``, ``;``, ``in line 3``, ``405 fit, 4 long, 3 short``.
        why: one sentence on what it means for the data, safe to print: ``UTF-8 does not fit. Reads "Müller",
            not "MÃ¼ller".``
        choices: what a person may choose instead, likeliest first, as :class:`ReadOptions` takes it; the
            one in use is among them. Empty where there is nothing to choose.
    """

    fact: Fact
    value: str
    why: str
    choices: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as a table, before anybody has said which column is which field.

    Attributes:
        frame: every column of the file, all text, exactly as read.
        kind: what the file held.
        source: the path as it was given, "-" for standard input.
        name: the file's name as messages print it.
        size: bytes.
        options: as they were used: nothing that applies to this kind is None.
        detected: what was found out, in the order in which it is told.
        notes: what a person should know although the file could be read.
        keyed: the columns are keys of objects (JSON, JSONL, curl): keys that the schema does not know are
            sent as extra fields, where columns of a table are left out.
        single: there is one object only, which may be something else than a record.
    """

    frame: Frame
    kind: Kind
    source: str
    name: str
    size: int
    options: ReadOptions
    detected: tuple[Detected, ...] = ()
    notes: tuple[Note, ...] = ()
    keyed: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read.

    Attributes:
        frame: every column of the file, all text, exactly as read; behind them (from ``frame.own`` on)
            columns that were made on import: constants, joined columns, and those whose values were matched.
        schema: the object's schema, with a text field for each extra name that is sent.
        mapping: field -> index of its column in the frame.
        header_mapping: header -> field, or None for a column that is left out; in the order of the file, but
            columns that are joined to one field in the order in which they are.
            A header that is empty or stands a second time is named by its place: ``Email (column 4)``.
        notes: what was found on the way, in the order of the lines.
        source: the path as it was given.
        kind: what the file held.
        said: what was said about it, with the options as they were used.
    """

    frame: Frame
    schema: ObjectSchema
    mapping: Mapping[str, int]
    header_mapping: Mapping[str, str | None]
    notes: tuple[Note, ...]
    source: str
    kind: Kind
    said: ImportMapping = field(default_factory=ImportMapping)
