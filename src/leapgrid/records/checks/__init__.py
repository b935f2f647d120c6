"""Checks: what is wrong with a value, a text being typed, a record; one module a family of types.

The families are loaded with the first check: a grid is on the screen before anything in it is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily
from leapgrid.records.checks.base import CheckContext, DateOrder, Typing, TypingState

if TYPE_CHECKING:
    from leapgrid.records.checks.cells import check_cell, check_record, load_rules
    from leapgrid.records.checks.live import check_typing

__all__ = [
    "CheckContext",
    "DateOrder",
    "Typing",
    "TypingState",
    "check_cell",
    "check_record",
    "check_typing",
    "load_rules",
]

__getattr__, __dir__ = lazily(
    __name__, {"cells": ("check_cell", "check_record", "load_rules"), "live": ("check_typing",)}
)
