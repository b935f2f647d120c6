"""What reading a file gives back, and the two ways in which it can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from leapgrid.records.frame import Frame
from leapgrid.records.schema import ObjectSchema

Kind = Literal["csv", "tsv", "json", "curl"]
"""What a file turned out to hold, whatever its name ends in."""


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


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read.

    Attributes:
        frame: every column of the file, all text, exactly as read.
        schema: the object's schema, with a text field for each extra name that is sent.
        mapping: field -> index of its column in the frame.
        header_mapping: header -> field, or None for a column that is left out; in the order of the file.
            A header that is empty or stands a second time is named by its place: ``Email (column 4)``.
        notes: what was found on the way, in the order of the lines.
        source: the path as it was given.
        kind: what the file held.
    """

    frame: Frame
    schema: ObjectSchema
    mapping: Mapping[str, int]
    header_mapping: Mapping[str, str | None]
    notes: tuple[Note, ...]
    source: str
    kind: Kind
