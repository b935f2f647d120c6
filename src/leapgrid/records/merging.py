"""Edits of several people in one batch: made as far as they still fit, and taken back without touching what
others did since.

What comes of an edit depends on nothing but the batch and what is given here, so that whoever makes the same
edits in the same order has the same records in the end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leapgrid.records.batch import Batch, joined
from leapgrid.records.edits import (
    Change,
    Compound,
    DeleteRows,
    Edit,
    InsertRows,
    RestoreRows,
    SetCells,
)
from leapgrid.records.issues import RowId

_NOTHING = SetCells((), {})

NO_CHANGE = Change((), (), False, _NOTHING)
"""What an edit did that changed nothing."""

_NONE: Collection[RowId] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What came of an edit.

    Attributes:
        change: what it did to the batch; its inverse restores exactly what was before.
        edit: what was really made.
        values: the texts of the rows that came, as they were then.
        stayed: rows that were not deleted, because somebody wrote in them.
        revived: rows that had been deleted and are there again, because this edit writes in them.
        left: cells and rows that were not taken back, because somebody changed them since.
    """

    change: Change
    edit: Edit
    values: Mapping[RowId, Mapping[str, str]] = field(default_factory=dict)
    stayed: tuple[RowId, ...] = ()
    revived: tuple[RowId, ...] = ()
    left: int = 0


def make(batch: Batch, edit: Edit, *, behind: RowId | None = None, stays: Collection[RowId] = _NONE) -> Made:
    """Make an edit as far as it fits.

    A row that was deleted meanwhile comes back where the edit writes in it: an edit outweighs a deletion.

    Args:
        batch: is changed.
        edit: as it was meant, maybe for another state of the batch.
        behind: the row behind which an insertion was meant; -1: in front of all; None: not known.
        stays: rows that a deletion leaves where they are.
    """
    match edit:
        case Compound():
            parts = []
            for part in edit.edits:
                parts.append(make(batch, part, behind=behind, stays=stays))
                if isinstance(part, InsertRows | DeleteRows | RestoreRows):
                    behind = None  # it was meant for the rows as they were before
            return _all(parts)
        case SetCells():
            return _write(batch, edit)
        case InsertRows():
            return _insert(batch, edit, behind)
        case DeleteRows():
            here = tuple(row for row in edit.rows if row in batch)
            stayed = tuple(row for row in here if row in stays)
            going = tuple(row for row in here if row not in stays) if stayed else here
            return _apply(batch, DeleteRows(going), stayed=stayed)
        case RestoreRows():
            return _restore(batch, edit)


def take_back(batch: Batch, made: Made, inverse: Edit) -> Made:
    """Take back what was made, except where somebody else changed it since.

    Args:
        batch: is changed.
        made: what is to be taken back.
        inverse: of it, from its change.
    """
    return _take_back(batch, made.edit, inverse, made.values)


def anchor(batch: Batch, edit: Edit) -> dict[str, RowId]:
    """Where an insertion is meant, so that it can be made in other rows: ``behind`` as :func:`make` takes it.

    Args:
        batch: as it is before the edit.
        edit: about to be made.

    Returns:
        Nothing where the edit inserts nothing.
    """
    at = next((part.at for part in _parts(edit) if isinstance(part, InsertRows)), None)
    if at is None:
        return {}
    return {"behind": batch.order[at - 1] if 0 < at <= len(batch) else -1}


def cells_of(edit: Edit, most: int) -> dict[tuple[RowId, str], str]:
    """The texts that an edit writes into cells, by cell; none where they are more than ``most``."""
    found: dict[tuple[RowId, str], str] = {}
    for part in _parts(edit):
        if isinstance(part, SetCells):
            if len(found) + len(part.rows) * len(part.columns) > most:
                return {}
            for name, texts in part.columns.items():
                found.update(((row, name), text) for row, text in zip(part.rows, texts, strict=True))
    return found


def rows_inserted(edit: Edit) -> set[RowId]:
    """The rows that an edit makes."""
    return {row for part in _parts(edit) if isinstance(part, InsertRows) for row in part.rows}


def rows_removed(edit: Edit) -> set[RowId]:
    """The rows that an edit takes away."""
    return {row for part in _parts(edit) if isinstance(part, DeleteRows) for row in part.rows}


def rows_written(edit: Edit) -> set[RowId]:
    """The rows in whose cells an edit writes."""
    return {row for part in _parts(edit) if isinstance(part, SetCells) for row in part.rows}


def _parts(edit: Edit) -> Iterator[Edit]:
    if isinstance(edit, Compound):
        for part in edit.edits:
            yield from _parts(part)
    else:
        yield edit


def _apply(batch: Batch, edit: Edit, **more: Any) -> Made:
    return Made(batch.apply(edit), edit, **more)


def _all(parts: Sequence[Made]) -> Made:
    if not parts:
        return Made(NO_CHANGE, Compound(()))
    return Made(
        joined([part.change for part in parts]),
        Compound(tuple(part.edit for part in parts)),
        {row: texts for part in parts for row, texts in part.values.items()},
        tuple(row for part in parts for row in part.stayed),
        tuple(row for part in parts for row in part.revived),
        sum(part.left for part in parts),
    )


def _write(batch: Batch, edit: SetCells) -> Made:
    columns = {name: texts for name, texts in edit.columns.items() if name in batch.schema}
    gone = [row for row in edit.rows if row not in batch]
    if not gone:
        return _apply(batch, SetCells(edit.rows, columns))
    revived = tuple(row for row in gone if batch.was_deleted(row))
    back = _apply(batch, _placed(batch, [(row, None) for row in sorted(revived)]), revived=revived)
    kept = [index for index, row in enumerate(edit.rows) if row in batch]
    written = SetCells(
        tuple(edit.rows[index] for index in kept),
        {name: tuple(texts[index] for index in kept) for name, texts in columns.items()},
    )
    if not revived:
        return _apply(batch, written)
    return _all([back, _apply(batch, written)])


def _insert(batch: Batch, edit: InsertRows, behind: RowId | None) -> Made:
    fresh = [index for index, row in enumerate(edit.rows) if row not in batch and not batch.was_deleted(row)]
    at = min(max(edit.at, 0), len(batch))
    if behind == -1:
        at = 0
    elif behind is not None and (position := batch.position(behind)) is not None:
        at = position + 1
    rows, columns = edit.rows, dict(edit.columns)
    if len(fresh) < len(edit.rows):
        rows = tuple(edit.rows[index] for index in fresh)
        columns = {name: tuple(texts[index] for index in fresh) for name, texts in columns.items()}
    made = InsertRows(at, rows, {name: texts for name, texts in columns.items() if name in batch.schema})
    change = batch.apply(made)
    return Made(change, made, {row: batch.values(row) for row in rows})


def _restore(batch: Batch, edit: RestoreRows) -> Made:
    wanted = [
        (row, position - index)
        for index, (row, position) in enumerate(zip(edit.rows, edit.positions, strict=True))
        if batch.was_deleted(row)
    ]
    made = _placed(batch, wanted)
    change = batch.apply(made)
    return Made(change, made, {row: batch.values(row) for row in made.rows})


def _take_back(batch: Batch, made: Edit, inverse: Edit, values: Mapping[RowId, Mapping[str, str]]) -> Made:
    match made, inverse:
        case Compound(), Compound():
            pairs = zip(reversed(made.edits), inverse.edits, strict=True)
            return _all([_take_back(batch, part, back, values) for part, back in pairs])
        case SetCells(), SetCells():
            return _unwrite(batch, made, inverse)
        case _, DeleteRows():
            here = [row for row in inverse.rows if row in batch]
            going = tuple(row for row in here if row not in values or batch.values(row) == values[row])
            return _apply(batch, DeleteRows(going), left=len(here) - len(going))
        case _, RestoreRows():
            return _restore(batch, inverse)
        case _:
            raise ValueError("This is not the inverse of that edit.")


def _unwrite(batch: Batch, made: SetCells, inverse: SetCells) -> Made:
    """Write the texts from before where there are still those that were written; the rest stays."""
    kept = [index for index, row in enumerate(inverse.rows) if row in batch]
    rows = tuple(inverse.rows[index] for index in kept)
    left = sum(1 for row in inverse.rows if row not in batch)
    columns: dict[str, tuple[str, ...]] = {}
    for name, before in inverse.columns.items():
        texts: list[str] = []
        for index, row in zip(kept, rows, strict=True):
            now, written, was = batch.text(row, name), made.columns[name][index], before[index]
            texts.append(was if now == written else now)
            left += now not in (written, was)
        columns[name] = tuple(texts)
    return _apply(batch, SetCells(rows, columns), left=left)


def _placed(batch: Batch, wanted: Sequence[tuple[RowId, int | None]]) -> RestoreRows:
    """Where rows come back: in front of which place of the rows that are there, as far as that still fits.

    Rows of the file stand in its order, whoever inserted or deleted others meanwhile; for others there is no
    better place than the one they had.
    """
    if not wanted:
        return RestoreRows((), ())
    order, height = list(batch.order[:]), batch.frame.height
    read: list[RowId] = []
    where: list[int] = []
    for index, row in enumerate(order):
        if row < height:
            read.append(row)
            where.append(index)
    found: list[tuple[int, int, RowId]] = []
    for number, (row, spot) in enumerate(wanted):
        if row >= height:
            found.append((len(order) if spot is None else min(max(spot, 0), len(order)), number, row))
            continue
        near = bisect_left(read, row)
        low = where[near - 1] + 1 if near else 0
        high = where[near] if near < len(where) else len(order)
        fits = spot is not None and low <= spot <= high
        found.append((spot if fits and spot is not None else low, number, row))
    # Rows that come back to one place stand there in the order in which they were.
    found.sort()
    return RestoreRows(
        tuple(row for _, _, row in found), tuple(spot + index for index, (spot, _, _) in enumerate(found))
    )
