"""The names of a file's own columns, and the columns that were made on import. Light: a start loads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from leapgrid.records.frame import Frame

CONSTANT = "(constant)"
"""What the made column of a constant is called; its field stands behind."""


def unique_names(headers: Sequence[str]) -> tuple[str, ...]:
    """The headers, with those that are empty or stand there a second time named by their place."""
    taken = Counter(headers)
    seen: set[str] = set()
    names: list[str] = []
    for number, header in enumerate(headers, 1):
        name = header
        if not header:
            name = f"(column {number})"
        elif header in seen:
            name = f"{header} (column {number})"
        while name != header and (name in taken or name in seen):
            name += "'"
        seen.add(name)
        names.append(name)
    return tuple(names)


def header_mapping_of(frame: Frame, mapping: Mapping[str, int]) -> dict[str, str | None]:
    """Header -> field, as :attr:`FileRead.header_mapping` had it, of a frame that was stored.

    Args:
        frame: with the columns that were made on import.
        mapping: field -> its column.
    """
    names = unique_names(frame.headers[: frame.own])
    fields = {column: field for field, column in mapping.items()}
    found: dict[str, str | None] = {name: fields.get(column) for column, name in enumerate(names)}
    for column in range(frame.own, len(frame.headers)):
        # A matched column is called like the one whose values it has.
        if frame.headers[column] in found and found[frame.headers[column]] is None:
            found[frame.headers[column]] = fields.get(column)
    return found


def constants_in(frame: Frame, mapping: Mapping[str, int]) -> dict[str, str]:
    """Field -> text of the constants that a frame was made with."""
    return {
        name: frame.cell(0, column)
        for name, column in mapping.items()
        if column >= frame.own and frame.headers[column] == f"{CONSTANT} {name}" and frame.height
    }
