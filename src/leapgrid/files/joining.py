"""Several columns as one text, such as a first and a last name: only where a person says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from leapgrid.files.notebook import quoted
from leapgrid.files.values import is_series

BETWEEN = " "
"""What parts the texts."""


def joined(columns: Sequence[Sequence[str]]) -> Sequence[str]:
    """Several columns as one: of each row the texts that are not empty, untouched, one space between.

    Args:
        columns: lists or Series of one length, in the order in which their texts are to stand.

    Returns:
        A Series where all of them are, else a list.
    """
    if all(is_series(column) for column in columns):
        return _joined_series(columns)
    # A list stands beside a Series where it has half a character, which no Series can hold.
    rows = zip(*columns, strict=True)
    return [BETWEEN.join(filter(None, row)) for row in rows]


def _joined_series(columns: Sequence[Any]) -> Sequence[str]:
    import polars as pl

    table = pl.DataFrame([column.alias(str(place)) for place, column in enumerate(columns)])
    # A null takes no part in it and no space; an empty text would.
    filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in table.columns]
    whole = table.select(pl.concat_str(filled, separator=BETWEEN, ignore_nulls=True).fill_null("").alias(""))
    return cast(Sequence[str], whole.to_series())


def joins_in(given: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Field -> the columns that are joined to it, in the order in which they were given.

    Args:
        given: header -> field.
    """
    found: dict[str, list[str]] = {}
    for header, field in given.items():
        if field is not None:
            found.setdefault(field, []).append(header)
    return {field: tuple(headers) for field, headers in found.items() if len(headers) > 1}


def in_words(headers: Sequence[str]) -> str:
    """Some headers, for a sentence: ``“First Name” and “Last Name”``."""
    names = [quoted(header) for header in headers]
    if len(names) > 8:
        names = [*names[:8], f"{len(names) - 8:,} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
