"""The names of a file's own columns, and the columns that were made on import. Light: a start loads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from leapgrid.records.frame import Frame

CONSTANT = "(constant)"
"""What the made column of a constant is called; its field stands behind."""


JOINED = "(joined)"
"""What the made column of several joined ones is called; their places, from 1, stand behind."""


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
    joins = joined_in(frame, mapping)
    found: dict[str, str | None] = {name: fields.get(column) for column, name in enumerate(names)}
    for column in range(frame.own, len(frame.headers)):
        # A matched column is called like the one whose values it has.
        if frame.headers[column] in found and found[frame.headers[column]] is None:
            found[frame.headers[column]] = fields.get(column)
    found.update((name, field) for field, headers in joins.items() for name in headers)
    return in_join_order(found, joins)


def joined_name(names: Sequence[str], places: Sequence[int]) -> str:
    """What the column is called that is made of several.

    Args:
        names: of the file's own columns, made unique; none of them is called so.
        places: of those that are joined, from 0, in the order in which they are.
    """
    name = f"{JOINED} {' '.join(str(place + 1) for place in places)}"
    while name in names:
        name += " "
    return name


def joined_in(frame: Frame, mapping: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Field -> the names of the own columns that are joined to it, in the order in which they are.

    Args:
        frame: with the columns that were made on import.
        mapping: field -> its column.
    """
    names = unique_names(frame.headers[: frame.own])
    found: dict[str, tuple[str, ...]] = {}
    for field, column in mapping.items():
        header = frame.headers[column]
        sign, *places = header.split() or [""]
        if column < frame.own or sign != JOINED or header in names:
            continue
        if all(place.isdecimal() and 0 < int(place) <= len(names) for place in places):
            found[field] = tuple(names[int(place) - 1] for place in places)
    return found


def in_join_order(
    mapping: Mapping[str, str | None], joins: Mapping[str, Sequence[str]]
) -> dict[str, str | None]:
    """Header -> field in the order of the file, but columns that are joined in the order in which they are.

    So that the order, in which they have to be said again, is not lost.

    Args:
        mapping: in the order of the file.
        joins: field -> its headers, all of which are in ``mapping``.
    """
    left = {field: iter(headers) for field, headers in joins.items()}
    return {
        next(left[field]) if field is not None and field in left else header: field
        for header, field in mapping.items()
    }


def constants_in(frame: Frame, mapping: Mapping[str, int]) -> dict[str, str]:
    """Field -> text of the constants that a frame was made with."""
    return {
        name: frame.cell(0, column)
        for name, column in mapping.items()
        if column >= frame.own and frame.headers[column] == f"{CONSTANT} {name}" and frame.height
    }
