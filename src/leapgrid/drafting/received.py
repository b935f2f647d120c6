"""What others did in a draft, for whoever shows it. A draft of one person alone needs no more of sharing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.records import Change, RowId, SetCells

if TYPE_CHECKING:
    from leapgrid.drafting.sharing import Sharing
    from leapgrid.drafting.together import Conflict
    from leapgrid.records import Batch


class Received(NamedTuple):
    """What others did in a draft.

    Attributes:
        change: what is different in the records, in one; None where nothing is. Its inverse is none.
        rows: the rows whose state is another.
        conflicts: what to tell the person, see :class:`leapgrid.drafting.together.Conflict`.
        people: the others whose edits came.
    """

    change: Change | None = None
    rows: tuple[RowId, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is different, and there is nothing to tell."""
        return self.change is None and not self.rows and not self.conflicts

    def and_then(self, later: Received) -> Received:
        """Both, as one."""
        changes = [change for change in (self.change, later.change) if change is not None]
        return Received(
            in_one(changes),
            tuple(dict.fromkeys((*self.rows, *later.rows))),
            self.conflicts + later.conflicts,
            tuple(dict.fromkeys((*self.people, *later.people))),
        )


NOTHING = Received()


def in_one(changes: Iterable[Change]) -> Change | None:
    """Several changes as one, of what is there in the end; None where there is none."""
    found = list(changes)
    if not found:
        return None
    first: dict[RowId, bool] = {}
    last: dict[RowId, bool] = {}
    rows: dict[RowId, None] = {}
    fields: dict[str, None] = {}
    for change in found:
        rows.update(dict.fromkeys(change.rows))
        fields.update(dict.fromkeys(change.fields or ()))
        for came, those in ((True, change.added), (False, change.removed)):
            for row in those:
                first.setdefault(row, came)
                last[row] = came
    structural = any(change.structural for change in found)
    return Change(
        rows=tuple(rows),
        fields=None if any(change.fields is None for change in found) else tuple(fields),
        structural=structural,
        inverse=SetCells((), {}),
        added=tuple(row for row, came in first.items() if came and last[row]),
        removed=tuple(row for row, came in first.items() if not came and not last[row]),
    )


def sharing_of(batch: Batch) -> Sharing:
    """What a draft of several people needs; it is loaded only for one."""
    from leapgrid.drafting.sharing import Sharing

    return Sharing(batch)
