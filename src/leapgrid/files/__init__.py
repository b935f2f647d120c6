"""Files of records: read with every oddity noted, and written so that they read the same again.

The names are loaded when they are used: an app that opens no file loads no reader.
"""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily

if TYPE_CHECKING:
    from leapgrid.files.headers import suggest_mapping
    from leapgrid.files.made import constants_in, header_mapping_of, joined_in, unique_names
    from leapgrid.files.mapping import map_raw, read_file
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
    from leapgrid.files.proposal import ColumnProposal, Proposal, ValueUse, propose, value_uses
    from leapgrid.files.reader import read_head, read_raw
    from leapgrid.files.recipe import Recipe, load_recipe, save_recipe
    from leapgrid.files.rejects import RejectedRow, write_rejects

__all__ = [
    "ColumnProposal",
    "Detected",
    "Fact",
    "FileError",
    "FileRead",
    "ImportMapping",
    "Kind",
    "Note",
    "Proposal",
    "RawFile",
    "ReadOptions",
    "ReadingCancelled",
    "Recipe",
    "RejectedRow",
    "UnreadableFile",
    "UnwritableFile",
    "ValueUse",
    "constants_in",
    "header_mapping_of",
    "joined_in",
    "load_recipe",
    "map_raw",
    "propose",
    "read_file",
    "read_head",
    "read_raw",
    "save_recipe",
    "suggest_mapping",
    "unique_names",
    "value_uses",
    "write_rejects",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "headers": ("suggest_mapping",),
        "made": ("constants_in", "header_mapping_of", "joined_in", "unique_names"),
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
        "mapping": ("map_raw", "read_file"),
        "proposal": ("ColumnProposal", "Proposal", "ValueUse", "propose", "value_uses"),
        "reader": ("read_head", "read_raw"),
        "recipe": ("Recipe", "load_recipe", "save_recipe"),
        "rejects": ("RejectedRow", "write_rejects"),
    },
)
