"""The steps of each person in a draft that several work on: everybody takes back their own only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from leapgrid.records import Batch, Edit, History, RowId, Step
from leapgrid.records.merging import NO_CHANGE, Made, make, rows_inserted, take_back

Back: TypeAlias = Callable[[], None]
"""Takes a step back exactly, as long as nothing came after it."""


@dataclass(frozen=True, slots=True)
class Marked(Step):
    """A step that has a name among those of everybody.

    Attributes:
        mark: no other step has it.
    """

    mark: str = ""


class Hand(History):
    """The steps of one person.

    Taking a step back leaves alone what others changed since, and says how much that is. Nothing here depends
    on anything but the batch and the steps before, so that it comes to the same on every machine.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Made] = {}

    def go_on(self, history: History, done: Sequence[str], undone: Sequence[str]) -> None:
        """Take over the steps of a draft that one person had until now.

        Args:
            history: its steps.
            done: marks for those in effect, in their order.
            undone: marks for those that were taken back, in their order.
        """
        for step, mark in zip(history._done, done, strict=True):
            self._push(Marked(step.label, step.edit, step.inverse, step.at, mark))
            self._made[mark] = Made(NO_CHANGE, step.edit)
        for (step, edit), mark in zip(history._undone, undone, strict=True):
            self._undone.append((Marked(step.label, step.edit, step.inverse, step.at, mark), edit))
            self._made[mark] = Made(NO_CHANGE, step.inverse)

    @property
    def last(self) -> str:
        """The mark of the step that an undo would take back; "" where there is none."""
        return _mark(self._done[-1]) if self._done else ""

    @property
    def last_undone(self) -> str:
        """The mark of the step that a redo would make again; "" where there is none."""
        return _mark(self._undone[-1][0]) if self._undone else ""

    def do(
        self,
        batch: Batch,
        mark: str,
        label: str,
        edit: Edit,
        at: float,
        *,
        behind: RowId | None = None,
        stays: Collection[RowId] = (),
    ) -> tuple[Made, Back]:
        """Make an edit as far as it fits, see :func:`leapgrid.records.merging.make`."""
        made = make(batch, edit, behind=behind, stays=stays)
        undone, self._undone = self._undone, []
        self._push(Marked(label, edit, made.change.inverse, at, mark))
        self._made[mark] = made

        def back() -> None:
            batch.apply(made.change.inverse)
            batch.forget(rows_inserted(made.edit))
            self._pop()
            self._undone = undone
            del self._made[mark]

        return made, back

    def turn(self, kind: str, batch: Batch, of: str) -> tuple[Step, Made, Back] | None:
        """:meth:`take_back` ("undo") or :meth:`make_again` ("redo")."""
        return self.take_back(batch, of) if kind == "undo" else self.make_again(batch, of)

    def take_back(self, batch: Batch, of: str) -> tuple[Step, Made, Back] | None:
        """Take back the last step, if it is the one that is meant."""
        if not of or self.last != of:
            return None
        step, before = self._done[-1], self._made[of]
        made = take_back(batch, before, step.inverse)
        self._pop()
        self._undone.append((step, made.change.inverse))
        self._made[of] = made

        def back() -> None:
            batch.apply(made.change.inverse)
            self._undone.pop()
            self._push(step)
            self._made[of] = before

        return step, made, back

    def make_again(self, batch: Batch, of: str) -> tuple[Step, Made, Back] | None:
        """Make the step that was last taken back again, if it is the one that is meant."""
        if not of or self.last_undone != of:
            return None
        (step, edit), before = self._undone[-1], self._made[of]
        made = take_back(batch, before, edit)
        self._undone.pop()
        self._push(replace(step, inverse=made.change.inverse))
        self._made[of] = made

        def back() -> None:
            batch.apply(made.change.inverse)
            self._pop()
            self._undone.append((step, edit))
            self._made[of] = before

        return step, made, back


def _mark(step: Step) -> str:
    return step.mark if isinstance(step, Marked) else ""
