"""The findings of a column, and how they are found."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.records.checks.base import CheckContext, Findings
from leapgrid.records.checks.cells import check_cell
from leapgrid.records.checks.columns.filters import Filter, filter_for
from leapgrid.records.issues import Finding
from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    import polars as pl

    from leapgrid.records.checks.columns.phones import Numbers

GoOn = Callable[[float], bool]

_STEP = 512
"""Values between two looks at whether to go on."""

_SMALL = 4096
"""Up to so many cells the precise rule for each value is as quick as loading what makes it quicker."""

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

    Attributes:
        rows: indices of the cells with findings, from 0, ascending.
        which: for each of them, where its text and findings stand in ``values`` and ``findings``.
        values: the distinct texts with findings.
        findings: theirs, errors first.
        numbers: what was read of a column of phones on the way, which spares
            :func:`~leapgrid.records.checks.columns.value_keys` reading them again; None for all others.
    """

    rows: array[int]
    which: array[int]
    values: tuple[str, ...]
    findings: tuple[tuple[Finding, ...], ...]
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
    wrong = _judged(field, distinct, len(distinct), context, go_on)
    if wrong is None:
        return None
    rows, which = array("q"), array("q")
    if wrong:
        place = {text: number for number, text in enumerate(wrong)}
        for row, text in enumerate(texts):
            number = place.get(text)
            if number is not None:
                rows.append(row)
                which.append(number)
    return ColumnFindings(rows, which, tuple(wrong), tuple(wrong.values()))


def _check_series(
    field: Field, series: pl.Series, context: CheckContext, go_on: GoOn | None
) -> ColumnFindings | None:
    """With the filter of the field's type first."""
    import polars as pl

    numbers: Numbers | None = None
    if field.type is FieldType.PHONE and not field.read_only:
        from leapgrid.records.checks.columns.phones import Numbers

        numbers = Numbers()
    fine = numbers.fine if numbers is not None else filter_for(field, context)
    left = _left_over(field, series, fine, go_on)
    if left is None:
        return None
    distinct = left["text"].unique(maintain_order=True)
    share = 1 - _FILTERED
    wrong = _judged(
        field,
        slab_by_slab(distinct),
        len(distinct),
        context,
        None if go_on is None else lambda done: go_on(_FILTERED + share * done),
    )
    if wrong is None:
        return None
    rows, which = array("q"), array("q")
    if wrong:
        values = pl.DataFrame({"text": list(wrong), "which": range(len(wrong))})
        found = left.join(values, on="text", how="inner").sort("row")
        rows, which = numbers_of(found["row"]), numbers_of(found["which"])
    return ColumnFindings(rows, which, tuple(wrong), tuple(wrong.values()), numbers)


def _left_over(field: Field, series: pl.Series, fine: Filter, go_on: GoOn | None) -> pl.DataFrame | None:
    """What the filter does not accept: a table of ``row`` and ``text``; None where told to stop."""
    import polars as pl

    if field.read_only or field.type in _FEW_VALUES:
        texts = series.unique()
        left = texts.filter(~_accepted(field, fine, texts))
        rows = series.is_in(left.implode()).arg_true() if len(left) else pl.Series([], dtype=pl.UInt32)
        return pl.DataFrame({"row": rows, "text": series.gather(rows)})
    parts = [pl.DataFrame(schema={"row": pl.UInt32, "text": pl.String})]
    slab = -(-len(series) // (len(series) // _SLAB + 1)) or 1
    for start in range(0, len(series), slab):
        texts = series.slice(start, slab)
        rows = (~_accepted(field, fine, texts)).arg_true()
        parts.append(pl.DataFrame({"row": rows + start, "text": texts.gather(rows)}))
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


def _judged(
    field: Field, distinct: Iterable[str], count: int, context: CheckContext, go_on: GoOn | None
) -> dict[str, Findings] | None:
    """The texts that the precise rule finds something in, with what it finds; None where told to stop."""
    wrong: dict[str, Findings] = {}
    same: dict[Findings, Findings] = {}
    for number, text in enumerate(distinct, 1):
        findings = check_cell(field, text, context)
        if findings:
            # Many values may have one fault: it is kept once.
            wrong[text] = same.setdefault(findings, findings)
        if number % _STEP == 0 and go_on is not None and not go_on(number / count):
            return None
    return wrong


def series_of(column: Sequence[str]) -> pl.Series | None:
    """The column as polars' strings without nulls; None where it is too short for that to be worth it, or
    holds half a surrogate pair, which UTF-8 cannot spell.
    """
    given: object = column
    if isinstance(given, list | tuple) and len(given) < _SMALL:
        return None
    import polars as pl

    if isinstance(given, pl.Series):
        return given.fill_null("")
    try:
        return pl.Series(column, dtype=pl.String).fill_null("")
    except UnicodeEncodeError:
        return None


def texts_of(column: Sequence[str]) -> list[str]:
    """The column as a list of texts, empty ones for None."""
    to_list = getattr(column, "to_list", None)
    texts: list[str | None] = to_list() if to_list is not None else list(column)
    return [text or "" for text in texts]


def slab_by_slab(series: pl.Series) -> Iterator[str]:
    """The values of a series without ever keeping other threads waiting for all to be made at once."""
    for start in range(0, len(series), _STEP):
        yield from series.slice(start, _STEP).to_list()


def numbers_of(series: pl.Series) -> array[int]:
    """Row numbers as an array, made piece by piece for the same reason."""
    numbers = array("q")
    for start in range(0, len(series), _SLAB):
        numbers.extend(series.slice(start, _SLAB).to_list())
    return numbers
