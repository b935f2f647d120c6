"""Checks: what is wrong with a value, a text being typed, a record; one module a family of types."""

from leapgrid.records.checks.base import CheckContext, DateOrder, Typing, TypingState
from leapgrid.records.checks.cells import check_cell, check_record
from leapgrid.records.checks.live import check_typing

__all__ = [
    "CheckContext",
    "DateOrder",
    "Typing",
    "TypingState",
    "check_cell",
    "check_record",
    "check_typing",
]
