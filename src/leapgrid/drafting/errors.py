"""What a draft refuses to do, in a sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence

from leapgrid.records import RowId


class DraftError(Exception):
    """Nothing was changed. The message says why not and what to do instead.

    Attributes:
        message: one sentence for a person.
        rows: the rows that stand in the way.
    """

    def __init__(self, message: str, rows: Sequence[RowId] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.rows = tuple(rows)
