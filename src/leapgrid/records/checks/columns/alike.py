"""Which texts of a column have the same said of them, of those that are not surely fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    import polars as pl

Alike = Callable[["pl.Series", "pl.Series"], "pl.Series"]
"""A piece of a column, and places in it -> a small number (UInt8) for each of these. What is found in texts
with the same number differs in nothing but what is said of the text itself; 0 says nothing.
"""

UNSURE, ALIKE = 0, 1

_MOST = 300
"""Bytes of an address that is told apart here."""


def alike_for(field: Field) -> Alike:
    """What tells apart the texts of a field's type, but for phones and what the server fills."""
    return _spaced if field.type is FieldType.EMAIL else _unsure


def _unsure(texts: pl.Series, rows: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series([UNSURE], dtype=pl.UInt8).new_from_index(0, len(rows))


def _spaced(texts: pl.Series, rows: pl.Series) -> pl.Series:
    """Addresses that are fine but for spaces around them, by where these stand and whether it is one."""
    import polars as pl

    from leapgrid.records.checks.columns.emails import Addresses

    table = pl.DataFrame({"text": texts.gather(rows)}).with_row_index("at")
    text, bare = pl.col("text"), pl.col("bare")
    table = table.filter(text.str.starts_with(" ") | text.str.ends_with(" "))
    table = table.filter(
        (text.str.len_bytes() == text.str.len_chars()) & (text.str.len_bytes() <= _MOST)
    ).with_columns(text.str.strip_chars(" ").alias("bare"))
    if len(table):
        table = table.filter(Addresses().fine(table["bare"]))
    many = text.str.len_bytes() - bare.str.len_bytes() > 1
    label = (
        pl.lit(1, pl.UInt8)
        + many.cast(pl.UInt8)
        + 2 * text.str.starts_with(" ").cast(pl.UInt8)
        + 4 * text.str.ends_with(" ").cast(pl.UInt8)
    )
    found = table.select("at", label.cast(pl.UInt8).alias("label"))
    return _unsure(texts, rows).scatter(found["at"], found["label"])
