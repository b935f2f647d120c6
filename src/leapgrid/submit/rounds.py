"""The good records of refused chunks, round by round. Pure.

A server may name only the first bad record of a chunk, so that its good ones are refused once more. Each
round must be smaller than the last, and after five of them the rows wait for the person.
"""

from __future__ import annotations

from collections.abc import Mapping

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.plan import PlannedChunk

MOST_ROUNDS = 5


class Rounds:
    """Gathers what a refusal left over.

    Attributes:
        number: how many rounds there were.
        given_up: rows that were refused again in the last round and wait.
    """

    def __init__(self) -> None:
        self.number = 0
        self.given_up: tuple[RowId, ...] = ()
        self._refused: list[PlannedChunk] = []
        self._last: int | None = None

    def refused(self, chunk: PlannedChunk, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """A chunk was refused.

        Args:
            chunk: as it was sent.
            outcomes: of its rows. Where none is rejected nobody knows what was wrong, and the same would be
                refused again: a person decides.
        """
        good = [at for at, row in enumerate(chunk.rows) if outcomes[row].state is RowState.READY]
        if good and len(good) < len(chunk):
            self._refused.append(chunk.part(chunk.number, good))

    def next(self) -> list[PlannedChunk]:
        """What the next round could hold, each under the number of its refused chunk; none if it must not be.

        What it holds is not given again, whether it is sent or not.
        """
        found, self._refused = self._refused, []
        size = sum(map(len, found))
        if self.number >= MOST_ROUNDS or (self._last is not None and size >= self._last):
            self.given_up = tuple(row for chunk in found for row in chunk.rows)
            return []
        return found

    def begin(self, size: int) -> None:
        """A round of so many records goes out."""
        self.number += 1
        self._last = size
