"""The rules of a record beyond its cells, for a whole batch."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from leapgrid.records.checks.base import CheckContext
from leapgrid.records.checks.cells import check_record
from leapgrid.records.checks.columns.filters import SPACES
from leapgrid.records.checks.columns.series import numbers_of, series_of, texts_of
from leapgrid.records.issues import Finding
from leapgrid.records.schema import ObjectSchema

if TYPE_CHECKING:
    import polars as pl


def check_rows(
    schema: ObjectSchema,
    columns: Mapping[str, Sequence[str]],
    filled: Sequence[bool],
    context: CheckContext,
) -> list[tuple[array[int], tuple[Finding, ...]]]:
    """What is wrong with records beyond their cells: the same as :func:`check_record` says one by one.

    Args:
        schema: the records' object.
        columns: texts by field, lists or polars Series, all of one length; missing ones are empty.
        filled: for each record whether it has any text; the others are never in the answer.
        context: as for :func:`check_record`.

    Returns:
        Row indices, ascending, with the findings they have in common.
    """
    watched = [f.name for f in schema.fields if f.recommended and not f.read_only]
    if not watched:
        return []
    present = {name: series_of(columns[name]) for name in watched if name in columns}
    series = {name: column for name, column in present.items() if column is not None}
    if series and len(series) == len(present):
        found = _in_series(watched, series, filled)
    else:
        found = _in_texts(watched, {name: texts_of(columns[name]) for name in present}, filled)
    answer = []
    for blank, rows in found.items():
        # Any text for the others: the rule only asks whether there is one.
        values = {f.name: "x" for f in schema.fields} | {"": "x"}
        values.update({name: "" for name, none in zip(watched, blank, strict=True) if none})
        answer.append((rows, check_record(schema, values, context)))
    return answer


def _in_texts(
    names: list[str], columns: Mapping[str, list[str]], filled: Sequence[bool]
) -> dict[tuple[bool, ...], array[int]]:
    """The filled rows in which a column is blank, by which of the columns are; missing ones are blank."""
    found: dict[tuple[bool, ...], array[int]] = {}
    for row, any_text in enumerate(filled):
        if any_text:
            blank = tuple(name not in columns or not columns[name][row].strip() for name in names)
            if any(blank):
                found.setdefault(blank, array("q")).append(row)
    return found


def _in_series(
    names: list[str], columns: Mapping[str, pl.Series], filled: Sequence[bool]
) -> dict[tuple[bool, ...], array[int]]:
    """The same for polars' strings."""
    import polars as pl

    given: object = filled
    if isinstance(given, bytes | bytearray) and 0 not in given:
        given = pl.Series([True]).new_from_index(0, len(given))
    elif not isinstance(given, pl.Series):
        given = pl.Series([bool(any_text) for any_text in filled], dtype=pl.Boolean)
    table = pl.DataFrame(
        {"filled": given}
        | {
            # Numbers for names: a field may be called "row" or "filled".
            str(number): ~columns[name].str.contains(f"[^{SPACES}]")
            for number, name in enumerate(names)
            if name in columns
        }
    ).with_row_index("row")
    marks = [str(number) for number in range(len(names))]
    table = table.with_columns(pl.lit(True).alias(mark) for mark in marks if mark not in table.columns)
    table = table.filter(pl.col("filled") & pl.any_horizontal(*marks))
    return {
        blank: numbers_of(part["row"]) for blank, part in table.partition_by(*marks, as_dict=True).items()
    }
