"""The findings of a column, and how they are found."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple

from leapgrid.records.checks.base import CheckContext, Findings
from leapgrid.records.checks.cells import check_cell
from leapgrid.records.issues import Finding
from leapgrid.records.schema import Field

GoOn = Callable[[float], bool]

_STEP = 512
"""Values between two looks at whether to go on."""


class ColumnFindings(NamedTuple):
    """What is wrong in a column, each distinct value told once.

    Attributes:
        rows: indices of the cells with findings, from 0, ascending.
        which: for each of them, where its text and findings stand in ``values`` and ``findings``.
        values: the distinct texts with findings.
        findings: theirs, errors first.
    """

    rows: array[int]
    which: array[int]
    values: tuple[str, ...]
    findings: tuple[tuple[Finding, ...], ...]


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
    texts = texts_of(column)
    wrong = judged(field, dict.fromkeys(texts), context, go_on)
    if wrong is None:
        return None
    rows, which = array("q"), array("q")
    place = {text: number for number, text in enumerate(wrong)}
    if wrong:
        for row, text in enumerate(texts):
            number = place.get(text)
            if number is not None:
                rows.append(row)
                which.append(number)
    return ColumnFindings(rows, which, tuple(wrong), tuple(wrong.values()))


def judged(
    field: Field, distinct: dict[str, None], context: CheckContext, go_on: GoOn | None
) -> dict[str, Findings] | None:
    """The texts that the precise rule finds something in, with what it finds; None where told to stop."""
    wrong: dict[str, Findings] = {}
    for number, text in enumerate(distinct, 1):
        findings = check_cell(field, text, context)
        if findings:
            wrong[text] = findings
        if number % _STEP == 0 and go_on is not None and not go_on(number / len(distinct)):
            return None
    return wrong


def texts_of(column: Sequence[str]) -> list[str]:
    """The column as a list of texts, empty ones for None."""
    to_list = getattr(column, "to_list", None)
    texts: list[str | None] = to_list() if to_list is not None else list(column)
    return [text or "" for text in texts]
