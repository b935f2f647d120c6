"""What makes two cells the same value: for duplicates within a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leapgrid.records.checks.base import CheckContext
from leapgrid.records.checks.columns.column import ColumnFindings
from leapgrid.records.checks.columns.filters import SPACES
from leapgrid.records.checks.columns.kinds import STEP, GoOn
from leapgrid.records.checks.columns.series import series_of, slab_by_slab, texts_of
from leapgrid.records.checks.phone import default_region, phone_key
from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    import polars as pl


def has_keys(field: Field) -> bool:
    """Whether two records with the same value of this field are probably one."""
    return field.type in (FieldType.EMAIL, FieldType.PHONE) or field.unique or field.name == "external_id"


def value_key(field: Field, text: str, context: CheckContext) -> str | None:
    """What a cell shares with all cells of the same value.

    Args:
        field: the cell's field.
        text: exactly what stands in the cell.
        context: what a phone without a country means.

    Returns:
        An address without its case, a phone as E.164, an external id or a value of a unique field as it
        stands; None where the field has no such rule, or the cell is blank, is no address or no number that
        can be called.
    """
    if not has_keys(field) or not text.strip():
        return None
    if field.type is FieldType.EMAIL:
        local, at, domain = text.rpartition("@")
        return text.casefold() if at and local and domain else None
    if field.type is FieldType.PHONE:
        return phone_key(text, context.default_country)
    return text


def value_keys(
    field: Field,
    column: Sequence[str],
    context: CheckContext,
    checked: ColumnFindings | None = None,
    go_on: GoOn | None = None,
) -> Sequence[str | None] | pl.Series | None:
    """:func:`value_key` of every cell of a column.

    Args:
        field: the column's field.
        column: texts, as a list or a polars Series of strings.
        context: as for :func:`value_key`.
        checked: what :func:`check_column` said of the same column, if that was asked; it makes phones quick.

        go_on: told now and then how much is done, from 0 to 1; it returns whether to go on.

    Returns:
        One key a cell, a list or a polars Series of strings; None where the field has no such rule, or where
        ``go_on`` said no.
    """
    if not has_keys(field):
        return None
    series = series_of(column)
    if series is None:
        texts = texts_of(column)
        keys = {text: value_key(field, text, context) for text in dict.fromkeys(texts)}
        return [keys[text] for text in texts]
    if field.type is FieldType.EMAIL:
        # For ASCII alone are small letters and folded ones the same.
        plain = series.str.len_bytes() == series.str.len_chars()
        return _completed(field, series, plain, _addresses(series.filter(plain)), context, go_on)
    if field.type is FieldType.PHONE:
        from leapgrid.records.checks.columns.national import Numbers

        numbers = checked.numbers if checked is not None else None
        known, digits = (numbers or Numbers(default_region(context.default_country))).of(series)
        return _completed(field, series, known, "+" + digits, context, go_on)
    import polars as pl

    return pl.select(pl.when(series.str.contains(f"[^{SPACES}]")).then(series)).to_series()


def _addresses(texts: pl.Series) -> pl.Series:
    import polars as pl

    return pl.select(
        pl.when(texts.str.contains(r"(?s)^.+@[^@]+$")).then(texts.str.to_lowercase())
    ).to_series()


def _completed(
    field: Field,
    texts: pl.Series,
    known: pl.Series,
    keys: pl.Series,
    context: CheckContext,
    go_on: GoOn | None,
) -> pl.Series | None:
    """Keys for a whole column: those that are ``known``, and by the rule for one cell all others."""
    import polars as pl

    if len(keys) == len(texts):
        return keys
    found = pl.DataFrame({"row": known.arg_true(), "key": keys}, schema_overrides={"key": pl.String})
    rest = pl.DataFrame({"row": (~known).arg_true(), "text": texts.filter(~known)})
    distinct = rest["text"].unique()
    single: list[str | None] = []
    for text in slab_by_slab(distinct):
        single.append(value_key(field, text, context))
        if len(single) % STEP == 0 and go_on is not None and not go_on(len(single) / len(distinct)):
            return None
    others = rest.join(
        pl.DataFrame({"text": distinct, "key": pl.Series(single, dtype=pl.String)}), on="text", how="left"
    ).select("row", "key")
    return pl.concat([found, others]).sort("row")["key"]
