"""Several people in one draft: whoever writes what and when, all have the same records in the end.

The order of the journal is the order of the edits. What one types is there at once; when steps of others
arrive that stand before it, what has no place in the order yet is taken back, theirs are made, and it is made
again on top. Nothing is lost: what one writes over another's unseen text is told to both, and both stand in
the story of the cell. An edit outweighs the deletion of its row.
"""

from __future__ import annotations

import platform
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from leapgrid.config import person
from leapgrid.drafting.errors import DraftError
from leapgrid.drafting.hands import Back, Hand
from leapgrid.records import (
    Batch,
    Change,
    Edit,
    EditError,
    History,
    RowId,
    SetCells,
    Step,
    edit_from_json,
    edit_to_json,
    is_large,
)
from leapgrid.records.merging import NO_CHANGE, Made, anchor, cells_of, rows_removed, rows_written
from leapgrid.visible import visible
from leapgrid.workspace import JournalEntry, SharedStep

_REMEMBERED = 1000
"""Steps back to which it is looked whether somebody wrote without having seen them."""

_COMPARED = 2000
"""Cells of a step that are compared with those of others; a larger one is not told cell by cell."""

_ALL = 1 << 62


class Conflict(NamedTuple):
    """Two people wrote at the same place without having seen each other.

    Attributes:
        kind: "over" (one text took the place of another), "back" (a row that one deleted is there all the
            same, because the other wrote in it) or "refused" (a step was not accepted: the row is on its way
            to the server, or there).
        row: which row.
        field: of the cell; "" where it is about the row.
        mine: this person's text.
        theirs: the other's text; with "refused" the one that stands.
        who: the other, or "".
        stands: whether this person's text, or wish, is what counts now.
    """

    kind: str
    row: RowId
    field: str
    mine: str
    theirs: str
    who: str
    stands: bool


class Merged(NamedTuple):
    """What the steps of others changed.

    Attributes:
        changes: in the order in which they were made to the batch.
        conflicts: what to tell the person.
        people: the others whose steps came.
    """

    changes: list[Change]
    conflicts: list[Conflict]
    people: tuple[str, ...]


@dataclass(slots=True)
class _Op:
    """A step of this person that is made here, and has no place in the order yet."""

    step: SharedStep
    edit: Edit | None
    told: dict[str, Any]
    made: Made
    back: Back


class _Recent(NamedTuple):
    seq: int
    hand: str
    who: str
    edit: Edit


class Together:
    """The records of one draft in the order of its journal, with one's own latest steps on top.

    It belongs to one thread. Nothing here waits for the database.

    Args:
        batch: the records, as the file was read.
        who: the person here; None: as the system says.
        hand: whose steps are this person's; None: those of the person at this machine.
    """

    def __init__(self, batch: Batch, who: str | None = None, hand: str | None = None) -> None:
        self.batch = batch
        self.who = person() if who is None else who
        name = f"{self.who or 'somebody'}@{platform.node()}" if hand is None else hand
        self.hand = name.encode("ascii", "backslashreplace").decode().replace("\0", "?").replace(" ", "_")
        self.seen = 0
        self.mine = Hand()
        self._hands: dict[str, Hand] = {self.hand: self.mine}
        self._tail: deque[_Op] = deque()
        self._recent: deque[_Recent] = deque(maxlen=_REMEMBERED)
        from ulid import ULID  # it loads much, and only a shared draft needs it

        self._opening = str(ULID())
        self._count = 0

    @property
    def unconfirmed(self) -> int:
        """How many of this person's steps have no place in the order yet."""
        return len(self._tail)

    def story(self, row: RowId, field: str) -> list[tuple[float, str]]:
        """The texts that steps in effect wrote into a cell, whoever made them, oldest first."""
        told = [each for hand in self._hands.values() for each in hand.story(row, field)]
        return sorted(told, key=lambda each: each[0])

    # -- what this person does -----------------------------------------------------------------------------

    def do(self, edit: Edit, label: str, at: float) -> tuple[Change, SharedStep | None]:
        """Make an edit.

        Returns:
            What changed, and the step that is to be written down; None where nothing changed.

        Raises:
            EditError: it does not fit the batch; nothing was changed.
        """
        self.batch.check(edit)
        mark, told = self._mark(), {"seen": self.seen, **anchor(self.batch, edit)}
        made, back = self.mine.do(self.batch, mark, label, edit, at)
        if made.change.is_empty:
            back()
            return made.change, None
        # A large edit is put into JSON by the thread that writes it down.
        data: Any = partial(_to_json, edit, told)
        entry = JournalEntry("do", label, data if is_large(edit) else data(), at)
        return made.change, self._keep(_Op(self._step(entry, mark, made), edit, told, made, back))

    def undo(self, at: float) -> tuple[Step, Change, SharedStep] | None:
        """Take back this person's last step, but for what others changed since; None where there is none."""
        return self._turn("undo", self.mine.last, at)

    def redo(self, at: float) -> tuple[Step, Change, SharedStep] | None:
        """Make the step that this person took back last again; None where there is none."""
        return self._turn("redo", self.mine.last_undone, at)

    def _turn(self, kind: str, of: str, at: float) -> tuple[Step, Change, SharedStep] | None:
        found = self.mine.turn(kind, self.batch, of)
        if found is None:
            return None
        step, made, back = found
        told = {"of": of, "seen": self.seen}
        entry = JournalEntry(kind, step.label, told, at)
        op = _Op(self._step(entry, self._mark(), made), None, told, made, back)
        return step, made.change, self._keep(op)

    def _step(self, entry: JournalEntry, mark: str, made: Made) -> SharedStep:
        return SharedStep(entry, self.hand, self.who, mark, rows=made.change.rows)

    def _keep(self, op: _Op) -> SharedStep:
        self._tail.append(op)
        return op.step

    def _mark(self) -> str:
        self._count += 1
        return f"{self._opening}-{self._count}"

    def adopt(self, history: History, entries: Sequence[JournalEntry]) -> list[SharedStep]:
        """Go on with steps that were made before anybody else could see the draft: the first of its journal.

        Args:
            history: of the draft so far.
            entries: its steps, as one person's.

        Returns:
            The same as they are to be written down, before anybody writes.
        """
        done: list[str] = []
        undone: list[str] = []
        steps: list[SharedStep] = []
        for entry in entries:
            mark, data = self._mark(), {"seen": 0}
            if entry.kind == "do":
                done.append(mark)
                undone.clear()
                edit = entry.edit
                given: Any = partial(_with, edit, data) if callable(edit) else {**edit, **data}
            else:
                (done if entry.kind == "redo" else undone).append(
                    (undone if entry.kind == "redo" else done).pop()
                )
                given = {**data, "of": (done if entry.kind == "redo" else undone)[-1]}
            steps.append(SharedStep(entry._replace(edit=given), self.hand, self.who, mark))
        self.mine.go_on(history, done, undone)
        self.seen = len(steps)
        return steps

    # -- what comes from the journal -----------------------------------------------------------------------

    def replay(self, steps: Iterable[SharedStep]) -> None:
        """Make all the steps of the journal, as when the draft is opened.

        Raises:
            DraftError: one of them is not understood.
        """
        for step in steps:
            self._make(step, [])

    def merge(self, steps: Sequence[SharedStep], refused: Iterable[str] = ()) -> Merged:
        """Let steps of the journal in, this person's own ones among them.

        Args:
            steps: those behind :attr:`seen`, in their order.
            refused: marks of own steps that never get a place.

        Raises:
            DraftError: one of them is not understood.
        """
        coming = deque(step for step in steps if step.seq > self.seen)
        gone = {op.step.mark for op in self._tail} & set(refused)
        conflicts: list[Conflict] = []
        while coming and self._tail and not gone and coming[0].mark == self._tail[0].step.mark:
            # As it was made here already: nobody came before it.
            self._note(coming.popleft(), self._tail.popleft().made, conflicts)
        if not coming and not gone:
            return Merged([], conflicts, ())
        changes: list[Change] = []
        waiting = list(self._tail)
        self._tail.clear()
        for op in reversed(waiting):
            op.back()
            changes.append(_backwards(op.made.change))
        changes += [self._make(step, conflicts).change for step in coming]
        placed = {step.mark for step in coming}
        for op in waiting:
            if op.step.mark in gone:
                conflicts += _told_refused(op, self.batch)
            elif op.step.mark not in placed:
                changes.append(self._again(op).change)
        people = dict.fromkeys(step.who for step in coming if step.hand != self.hand)
        return Merged([change for change in changes if not change.is_empty], conflicts, tuple(people))

    def _make(self, step: SharedStep, conflicts: list[Conflict]) -> Made:
        """Make a step of the journal, on nothing but the steps before it."""
        hand = self._hands.setdefault(step.hand, Hand())
        entry, mark = step.entry, step.mark or str(step.seq)
        try:
            if entry.kind == "do":
                edit = edit_from_json(entry.edit)
                made, _ = self._do(hand, step.hand, mark, entry, edit, entry.edit)
            else:
                # A step that names none is from when the draft was one person's.
                of = (entry.edit or {}).get("of") or (hand.last if entry.kind == "undo" else hand.last_undone)
                found = hand.turn(entry.kind, self.batch, str(of))
                made = found[1] if found is not None else Made(NO_CHANGE, SetCells((), {}))
        except (EditError, AttributeError, TypeError) as problem:
            raise DraftError(
                f"The history of this draft is damaged at step {step.seq:,}; it cannot be opened."
            ) from problem
        self._note(step, made, conflicts)
        return made

    def _again(self, op: _Op) -> Made:
        """Make an own step again, on top of what came before it meanwhile; others will make it just so."""
        entry = op.step.entry
        if op.edit is not None:
            op.made, op.back = self._do(self.mine, self.hand, op.step.mark, entry, op.edit, op.told)
        elif (found := self.mine.turn(entry.kind, self.batch, op.told["of"])) is not None:
            _, op.made, op.back = found
        else:
            op.made, op.back = Made(NO_CHANGE, SetCells((), {})), _nothing
        self._tail.append(op)
        return op.made

    def _do(
        self, hand: Hand, name: str, mark: str, entry: JournalEntry, edit: Edit, told: dict[str, Any]
    ) -> tuple[Made, Back]:
        behind = told.get("behind")
        return hand.do(
            self.batch,
            mark,
            entry.label,
            edit,
            entry.at,
            behind=behind if isinstance(behind, int) else None,
            stays=self._written_since(_seen(told), name),
        )

    def _written_since(self, seen: int, hand: str) -> set[RowId]:
        """The rows in which others wrote after that number: a deletion that did not know it leaves them."""
        found: set[RowId] = set()
        for recent in self._since(seen):
            if recent.hand != hand:
                found |= rows_written(recent.edit)
        return found

    def _since(self, seen: int) -> list[_Recent]:
        if not self._recent or self._recent[-1].seq <= seen:
            return []
        return [recent for recent in self._recent if recent.seq > seen]

    def _note(self, step: SharedStep, made: Made, conflicts: list[Conflict]) -> None:
        """Remember a step that has its place now, and tell whom it met."""
        self.seen = step.seq
        is_mine = step.hand == self.hand
        for recent in self._since(_seen(step.entry.edit)):
            if recent.hand != step.hand and (is_mine or recent.hand == self.hand):
                conflicts += _met(recent, made, recent.who if is_mine else step.who, is_mine)
        self._recent.append(_Recent(step.seq, step.hand, step.who, made.edit))


def _met(recent: _Recent, made: Made, other: str, is_mine: bool) -> list[Conflict]:
    """Where a step met an earlier one that its person had not seen."""
    before, written = cells_of(recent.edit, _COMPARED), cells_of(made.edit, _COMPARED)
    found: list[Conflict] = []
    for cell in before.keys() & written.keys():
        old, new = before[cell], written[cell]
        if old != new:
            mine, theirs = (new, old) if is_mine else (old, new)
            found.append(Conflict("over", *cell, mine, theirs, other, is_mine))
    kept = rows_written(recent.edit) & set(made.stayed)
    back = rows_removed(recent.edit) & set(made.revived)
    found += [Conflict("back", row, "", "", "", other, not is_mine) for row in sorted(kept)]
    found += [Conflict("back", row, "", "", "", other, is_mine) for row in sorted(back)]
    return found


def _told_refused(op: _Op, batch: Batch) -> list[Conflict]:
    """What to tell of an own step that was not accepted."""
    found = [
        Conflict("refused", row, field, text, batch.text(row, field), "", False)
        for (row, field), text in cells_of(op.made.edit, _COMPARED).items()
        if row in batch
    ]
    return found or [Conflict("refused", row, "", "", "", "", False) for row in list(op.step.rows)[:1]]


def _seen(told: Any) -> int:
    seen = told.get("seen") if isinstance(told, dict) else None
    return seen if isinstance(seen, int) else _ALL


def _to_json(edit: Edit, told: dict[str, Any]) -> dict[str, Any]:
    return {**edit_to_json(edit), **told}


def _with(edit: Any, told: dict[str, Any]) -> dict[str, Any]:
    return {**edit(), **told}


def _nothing() -> None:
    """Takes back a step that did nothing."""


def _backwards(change: Change) -> Change:
    return change._replace(added=change.removed, removed=change.added)


def in_words(conflicts: Sequence[Conflict], batch: Batch) -> str:
    """What to tell a person: a sentence about the first, and how many there are besides."""
    sentence = _sentence(conflicts[0], batch)
    more = len(conflicts) - 1
    return f"{sentence} And {more:,} more like it." if more else sentence


def _sentence(conflict: Conflict, batch: Batch) -> str:
    position = batch.position(conflict.row)
    row = f"row {position + 1:,}" if position is not None else "a row"
    who = visible(conflict.who, 40) or "Somebody"
    mine, theirs = (visible(text, 60) for text in (conflict.mine, conflict.theirs))
    if conflict.kind == "back":
        if conflict.stands:
            return f"{who} deleted {row} at the same moment; it stays, because you wrote in it."
        return f"{row.capitalize()} stays: {who} wrote in it at the same moment."
    if conflict.kind == "refused":
        what = f"“{mine}”" if conflict.field else "what you did there"
        return f"{row.capitalize()} is on its way to the server, or there; {what} was taken back."
    cell = f"{batch.schema[conflict.field].label} of {row}"
    if conflict.stands:
        return f"{who} wrote in {cell} at the same moment: your “{mine}” stands, not “{theirs}”."
    return f"{who} wrote in {cell} at the same moment: “{theirs}” stands, not your “{mine}”."
