"""Files of records: read with every oddity noted, and written so that they read the same again.

The names are loaded when they are used: an app that opens no file loads no reader.
"""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily

if TYPE_CHECKING:
    from leapgrid.files.headers import suggest_mapping, unique_names
    from leapgrid.files.model import (
        Detected,
        Fact,
        FileError,
        FileRead,
        ImportMapping,
        Kind,
        Note,
        RawFile,
        ReadingCancelled,
        ReadOptions,
        UnreadableFile,
        UnwritableFile,
    )
    from leapgrid.files.reader import read_file, read_head, read_raw
    from leapgrid.files.rejects import RejectedRow, write_rejects

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
    "RejectedRow",
    "UnreadableFile",
    "UnwritableFile",
    "read_file",
    "read_head",
    "read_raw",
    "suggest_mapping",
    "unique_names",
    "write_rejects",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "headers": ("suggest_mapping", "unique_names"),
        "model": (
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
        ),
        "reader": ("read_file", "read_head", "read_raw"),
        "rejects": ("RejectedRow", "write_rejects"),
    },
)
