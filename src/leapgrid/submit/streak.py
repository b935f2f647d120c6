"""Counts answers of the same kind that come one after another. Pure."""

from __future__ import annotations


class Streak:
    """How many answers in a row were of a kind that a run should not take forever."""

    def __init__(self) -> None:
        self._limit = 0
        self._count = 0

    def full(self, limit: int | None) -> bool:
        """Count an answer.

        Args:
            limit: how many of its kind in a row are too many; None for a kind that breaks every row.

        Returns:
            Whether that many came in a row; counting then begins anew.
        """
        self._count = self._count + 1 if limit is not None and limit == self._limit else 1
        self._limit = limit or 0
        if limit is None or self._count < limit:
            return False
        self._limit = self._count = 0
        return True
