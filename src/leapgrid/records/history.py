"""What was done to a batch, step by step: undo, redo, and the story of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leapgrid.records.batch import Batch
from leapgrid.records.edits import Change, Edit, rows_of, text_after
from leapgrid.records.issues import RowId

_NARROW = 1000
"""Rows up to which a step is listed under each of its rows; wider ones are few and asked one by one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture of a person, one undo.

    Attributes:
        label: what it did, for "Undid: paste of 30 rows".
        edit: as it was made.
        inverse: takes it back.
        at: when, seconds since the epoch, UTC.
    """

    label: str
    edit: Edit
    inverse: Edit
    at: float


class History:
    """The steps of a draft, without a limit. It changes cells only; what a server answered lies elsewhere."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[tuple[Step, Edit]] = []
        self._of_row: dict[RowId, list[int]] = {}
        self._wide: list[int] = []

    @property
    def steps(self) -> Sequence[Step]:
        """The steps in effect, oldest first."""
        return tuple(self._done)

    @property
    def next_undo(self) -> tuple[Step, Edit] | None:
        """The step that :meth:`undo` would take back, and the edit that it would make."""
        return (self._done[-1], self._done[-1].inverse) if self._done else None

    @property
    def next_redo(self) -> tuple[Step, Edit] | None:
        """The step that :meth:`redo` would make again, and the edit that it would make."""
        return self._undone[-1] if self._undone else None

    def record(self, label: str, edit: Edit, change: Change, at: float) -> Step:
        """Add what was just applied; what had been undone can no longer be redone.

        Args:
            label: what it did, in words for a person.
            edit: the edit that was applied.
            change: what the batch answered.
            at: seconds since the epoch, UTC.
        """
        step = Step(label, edit, change.inverse, at)
        self._undone.clear()
        self._push(step)
        return step

    def undo(self, batch: Batch) -> tuple[Step, Change] | None:
        """Take back the last step; None where there is none."""
        if not self._done:
            return None
        step = self._done[-1]
        change = batch.apply(step.inverse)
        self._pop()
        # Not step.edit: rows that it inserted are brought back under their ids, not inserted once more.
        self._undone.append((step, change.inverse))
        return step, change

    def redo(self, batch: Batch) -> tuple[Step, Change] | None:
        """Make the step that was last taken back again; None where there is none."""
        if not self._undone:
            return None
        step, edit = self._undone[-1]
        change = batch.apply(edit)
        self._undone.pop()
        self._push(replace(step, inverse=change.inverse))
        return step, change

    def story(self, row: RowId, field: str) -> list[tuple[float, str]]:
        """The texts that the steps in effect wrote into a cell, oldest first, each with its time."""
        numbers = sorted([*self._of_row.get(row, ()), *self._wide])
        found = ((self._done[n].at, text_after(self._done[n].edit, row, field)) for n in numbers)
        return [(at, text) for at, text in found if text is not None]

    def _push(self, step: Step) -> None:
        number = len(self._done)
        self._done.append(step)
        rows = rows_of(step.edit)
        if len(rows) > _NARROW:
            self._wide.append(number)
            return
        for row in rows:
            self._of_row.setdefault(row, []).append(number)

    def _pop(self) -> None:
        step = self._done.pop()
        rows = rows_of(step.edit)
        if len(rows) > _NARROW:
            self._wide.pop()
            return
        for row in rows:
            self._of_row[row].pop()
