"""Files of records: read with every oddity noted, and written so that they read the same again."""

from leapgrid.files.headers import suggest_mapping, unique_names
from leapgrid.files.model import FileError, FileRead, Kind, Note, UnreadableFile, UnwritableFile
from leapgrid.files.reader import read_file
from leapgrid.files.rejects import RejectedRow, write_rejects

__all__ = [
    "FileError",
    "FileRead",
    "Kind",
    "Note",
    "RejectedRow",
    "UnreadableFile",
    "UnwritableFile",
    "read_file",
    "suggest_mapping",
    "unique_names",
    "write_rejects",
]
