"""How much a spreadsheet may ask for before it is refused with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from leapgrid.files.limits import MAX_CELL, MAX_COLUMNS, MIB

MAX_ROWS = 1_048_576
"""Rows of a sheet in any spreadsheet program of today."""
MAX_WIDTH = 16_384
"""Columns of a sheet in any spreadsheet program of today."""


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What the reading of one spreadsheet may take; tests make them small.

    Attributes:
        file: bytes of the file itself.
        unpacked: bytes that the parts of its archive say they unpack to, together.
        entries: parts of its archive.
        cells: cells of the range between its first and its last filled cell.
        columns: columns of that range.
        text: characters in one cell.
        table: bytes that the table takes in memory once it is read.
        memory: bytes of address space of the child process.
        cpu: seconds of computing of the child process.
        wall: seconds from its start to its end.
        output: bytes in any file that the child writes.
    """

    file: int = 256 * MIB
    unpacked: int = 1024 * MIB
    entries: int = 10_000
    cells: int = 50_000_000
    columns: int = MAX_COLUMNS
    text: int = MAX_CELL
    table: int = 256 * MIB
    memory: int = 2048 * MIB
    cpu: int = 60
    wall: float = 90.0
    output: int = 1024 * MIB
