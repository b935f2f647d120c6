"""The findings of a column, and how they are found."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.records.checks.base import CheckContext, Findings
from leapgrid.records.checks.columns.alike import ALIKE, UNSURE, Alike, alike_for
from leapgrid.records.checks.columns.filters import Filter, filter_for
from leapgrid.records.checks.columns.kinds import FoundAgain, GoOn, Kinds
from leapgrid.records.checks.columns.series import SeriesTexts, counted, numbers_of, series_of, texts_of
from leapgrid.records.checks.phone import default_region
from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    import polars as pl

    from leapgrid.records.checks.columns.national import Numbers

_SLAB = 524_288
"""Rows that are filtered at once: bounds the memory for it, and the time until "stop" is heard."""

_FILTERED = 0.3
"""The share of the work that filtering counts as, in what ``go_on`` is told."""

_FEW_VALUES = frozenset(
    (FieldType.BOOLEAN, FieldType.CHOICE, FieldType.MULTI_CHOICE, FieldType.DATE, FieldType.REFERENCE)
)
"""Types whose columns mostly hold a few values over and over: these are told apart first."""


class ColumnFindings(NamedTuple):
    """What is wrong in a column, each distinct value told once.

    A million values may be wrong in one way, so of each only its kind is kept; what is said of it with the
    change that would mend it is found again when it is asked for.

    Attributes:
        rows: indices of the cells with findings, from 0, ascending.
        which: for each of them, where its text and findings stand in ``values`` and ``findings``.
        values: the distinct texts with findings.
        findings: theirs, errors first.
        kinds: for each of the values, which of ``examples`` it is like.
        examples: findings that differ in more than what is said of the value itself: in severity, code or
            group.
        numbers: what was read of a column of phones on the way, which spares
            :func:`~leapgrid.records.checks.columns.value_keys` reading them again; None for all others.
    """

    rows: array[int]
    which: array[int]
    values: Sequence[str]
    findings: Sequence[Findings]
    kinds: array[int]
    examples: tuple[Findings, ...]
    numbers: Numbers | None = None


def check_column(
    field: Field, column: Sequence[str], context: CheckContext, go_on: GoOn | None = None
) -> ColumnFindings | None:
    """What is wrong with the cells of a column: the same as :func:`check_cell` says cell by cell.

    Args:
        field: the column's field.
        column: texts, as a list or a polars Series of strings; None in it is an empty cell. Empty cells of a
            required field have a finding each: leaving out those of empty records is for the caller.
        context: as for :func:`check_cell`.
        go_on: told now and then how much is done, from 0 to 1; it returns whether to go on.

    Returns:
        The findings, or None where ``go_on`` said no.
    """
    series = series_of(column)
    if series is None:
        return _check_texts(field, texts_of(column), context, go_on)
    return _check_series(field, series, context, go_on)


def _check_texts(
    field: Field, texts: list[str], context: CheckContext, go_on: GoOn | None
) -> ColumnFindings | None:
    """With the precise rule alone."""
    distinct = dict.fromkeys(texts)
    kinds = Kinds(field, context)
    found = kinds.of(distinct, len(distinct), go_on)
    if found is None:
        return None
    wrong = [text for text, kind in zip(distinct, found, strict=True) if kind >= 0]
    rows, which = array("q"), array("q")
    if wrong:
        place = {text: number for number, text in enumerate(wrong)}
        for row, text in enumerate(texts):
            number = place.get(text)
            if number is not None:
                rows.append(row)
                which.append(number)
    said = array("i", (kind for kind in found if kind >= 0))
    return ColumnFindings(rows, which, wrong, FoundAgain(field, context, wrong), said, kinds.examples)


def _check_series(
    field: Field, series: pl.Series, context: CheckContext, go_on: GoOn | None
) -> ColumnFindings | None:
    """With the filter of the field's type first."""
    import polars as pl

    numbers: Numbers | None = None
    fine: Filter
    alike: Alike
    if field.type is FieldType.PHONE and not field.read_only:
        from leapgrid.records.checks.columns.national import Numbers

        numbers = Numbers(default_region(context.default_country))
        fine, alike = numbers.fine, numbers.alike
    else:
        fine, alike = filter_for(field, context), alike_for(field)
    left = _left_over(field, series, fine, alike, go_on)
    if left is None:
        return None
    distinct = left if left["text"].n_unique() == len(left) else left.unique("text", maintain_order=True)
    share = 1 - _FILTERED
    kinds = Kinds(field, context)
    found = kinds.of_labelled(
        distinct["text"],
        distinct["label"],
        None if go_on is None else lambda done: go_on(_FILTERED + share * done),
    )
    if found is None:
        return None
    wrong = distinct.select("row", "text", found.alias("kind")).filter(pl.col("kind") >= 0)
    if len(distinct) == len(left):
        rows, which = numbers_of(wrong["row"]), counted(len(wrong))
    else:
        places = wrong.select("text").with_row_index("which")
        both = left.select("row", "text").join(places, on="text", how="inner").sort("row")
        rows, which = numbers_of(both["row"]), numbers_of(both["which"])
    values = SeriesTexts(wrong["text"])
    return ColumnFindings(
        rows,
        which,
        values,
        FoundAgain(field, context, values),
        numbers_of(wrong["kind"], "i"),
        kinds.examples,
        numbers,
    )


def _left_over(
    field: Field, series: pl.Series, fine: Filter, alike: Alike, go_on: GoOn | None
) -> pl.DataFrame | None:
    """What the filter does not accept, as ``row``, ``text`` and ``label``; None where told to stop."""
    import polars as pl

    schema = {"row": pl.UInt32, "text": pl.String, "label": pl.UInt8}
    if field.read_only or field.type in _FEW_VALUES:
        texts = series.unique()
        left = texts.filter(~_accepted(field, fine, texts))
        rows = series.is_in(left.implode()).arg_true() if len(left) else pl.Series([], dtype=pl.UInt32)
        label = pl.lit(ALIKE if field.read_only else UNSURE, pl.UInt8)
        table = pl.DataFrame({"row": rows, "text": series.gather(rows)})
        # A cell that is missing is told otherwise than one that is not sent.
        return table.with_columns(
            pl.when(pl.col("text") != "").then(label).otherwise(pl.lit(UNSURE, pl.UInt8)).alias("label")
        )
    parts = [pl.DataFrame(schema=schema)]
    slab = -(-len(series) // (len(series) // _SLAB + 1)) or 1
    for start in range(0, len(series), slab):
        texts = series.slice(start, slab)
        rows = (~_accepted(field, fine, texts)).arg_true()
        found = texts.gather(rows)
        labels = alike(texts, rows)
        if field.max_length is not None:
            labels = labels.zip_with(
                found.str.len_chars() <= field.max_length, labels.clear().extend_constant(UNSURE, len(labels))
            )
        parts.append(pl.DataFrame({"row": rows + start, "text": found, "label": labels}, schema=schema))
        if go_on is not None and not go_on(_FILTERED * (start + len(texts)) / len(series)):
            return None
    return pl.concat(parts)


def _accepted(field: Field, fine: Filter, texts: pl.Series) -> pl.Series:
    """Whether each text is surely without finding."""
    empty = texts.str.len_bytes() == 0
    if field.read_only:
        return empty & (not field.required)
    accepted = fine(texts)
    if field.max_length is not None:
        accepted &= texts.str.len_chars() <= field.max_length
    return accepted & ~empty if field.required else accepted | empty
