"""Checks of whole columns: the same verdicts as for single cells, at the speed that a million rows need.

A vectorised filter lets through the values that are surely without finding; all others go to the precise rule
of :func:`~leapgrid.records.checks.check_cell`, each distinct value once. The filter may only accept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily

if TYPE_CHECKING:
    from leapgrid.records.checks.columns.column import ColumnFindings, check_column
    from leapgrid.records.checks.columns.keys import value_key, value_keys
    from leapgrid.records.checks.columns.rules import check_rows

__all__ = ["ColumnFindings", "check_column", "check_rows", "value_key", "value_keys"]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "column": ("ColumnFindings", "check_column"),
        "keys": ("value_key", "value_keys"),
        "rules": ("check_rows",),
    },
)
