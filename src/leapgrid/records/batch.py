"""The records being prepared: a frame as read, the edits over it, and the order of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar, cast

from leapgrid.records.edits import (
    Change,
    Compound,
    DeleteRows,
    Edit,
    EditError,
    InsertRows,
    RestoreRows,
    SetCells,
)
from leapgrid.records.frame import Frame
from leapgrid.records.issues import RowId
from leapgrid.records.order import RowOrder
from leapgrid.records.revisions import Revisions
from leapgrid.records.schema import ObjectSchema
from leapgrid.records.snapshot import Snapshot
from leapgrid.records.texts import Texts

T = TypeVar("T")

_FAR = 10_000_000
"""How far behind those in use an id may lie; a damaged journal must not make us count up to what it says."""


class Batch:
    """Records as raw text. Cells are read here and changed by :meth:`apply` only.

    The frame's rows have the ids 0..height-1; ids of rows that come later go on from there and are never
    used for another record, also not after an undo. Texts that differ from the frame lie in an overlay,
    also those of deleted rows, so that bringing a row back brings back the very same record.
    Reading a cell, writing one and finding a row cost the same at any number of rows.

    Args:
        schema: the object, with the extra fields of a file.
        frame: what was read.
        mapping: field name -> column of the frame; fields left out start empty.

    Raises:
        ValueError: the mapping names a field or a column that does not exist.
    """

    def __init__(
        self, schema: ObjectSchema, frame: Frame | None = None, mapping: Mapping[str, int] | None = None
    ) -> None:
        self.schema = schema
        self.frame = frame if frame is not None else Frame.empty()
        self.mapping = dict(mapping or {})
        for name, column in self.mapping.items():
            if name not in schema or not 0 <= column < len(self.frame.columns):
                raise ValueError(f"The field {name} cannot be read from column {column}.")
        self._height = self.frame.height
        self._texts: dict[str, Texts] = {
            name: Texts(
                self.frame.columns[self.mapping[name]] if name in self.mapping else None, self._height
            )
            for name in schema.names
        }
        self._order = RowOrder(self._height)
        self._inserted: set[RowId] = set()
        self._deleted: set[RowId] = set()
        self._next_id = self._height
        # Where several people add rows to the same records, each takes ids that nobody else has.
        self.draw_ids: Callable[[int], tuple[RowId, ...]] | None = None
        self._version = 0
        self._revisions = Revisions()
        self._structure_revision = 0

    # -- reading -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[RowId]:
        return iter(self._order)

    def __contains__(self, row: object) -> bool:
        return isinstance(row, int) and self._known(row) and row not in self._deleted

    @property
    def order(self) -> Sequence[RowId]:
        """The ids in the order in which records are sent; a view that follows later edits."""
        return self._order

    @property
    def version(self) -> int:
        """Goes up with every edit."""
        return self._version

    @property
    def structure_revision(self) -> int:
        """Goes up when rows come or go: positions that were asked for before may be wrong then."""
        return self._structure_revision

    def revision(self, row: RowId) -> int:
        """Goes up whenever a row's texts may have changed; for what is drawn and kept."""
        return self._revisions.of(row)

    def row_at(self, position: int) -> RowId:
        """The id of the row at a position from 0. Raises IndexError outside of the batch."""
        if position < 0:
            raise IndexError(position)
        return self._order[position]

    def position(self, row: RowId) -> int | None:
        """Where a row stands, from 0, or None for one that is not (or no longer) in the batch."""
        return self._order.position(row) if row in self else None

    def text(self, row: RowId, field: str) -> str:
        """The text of a cell as it is now; a deleted row keeps its last. KeyError for no such field."""
        return self._texts[field][row]

    def original(self, row: RowId, field: str) -> str:
        """The text of a cell as it was read, "" for a row that came later. KeyError for no such field."""
        return self._texts[field].original(row)

    def values(self, row: RowId) -> dict[str, str]:
        """The texts of a row that are not empty, by field, in the schema's order."""
        read = 0 <= row < self._height
        values: dict[str, str] = {}
        # Spelled out, and not by way of text(): whole batches are planned and checked row by row.
        for name, texts in self._texts.items():
            text = texts.over.get(row)
            if text is None and read and texts.base is not None:
                text = texts.base[row]
            if text:
                values[name] = text
        return values

    def is_empty(self, row: RowId) -> bool:
        """No cell of the row has any text: it is not sent and is no error."""
        return not self.values(row)

    def line(self, row: RowId) -> int | None:
        """The physical line of the file where the row began, from 1; None for a row that came later."""
        lines = self.frame.lines
        return lines[row] if lines is not None and 0 <= row < self._height else None

    def changed_since(self, version: int) -> set[RowId]:
        """The rows, also deleted ones, that an edit touched after :attr:`version` was ``version``."""
        return self._revisions.since(version)

    def edited_rows(self) -> set[RowId]:
        """The rows with a text that differs from what was read, and those that came later."""
        touched = set(self._inserted)
        for texts in self._texts.values():
            touched.update(texts.differing())
        return touched - self._deleted

    def column(self, field: str) -> list[str]:
        """All texts of a field, in order, as a list of its own. Raises KeyError as :meth:`text`."""
        texts = self._texts[field]
        read, height, get = texts.as_list(), self._height, texts.over.get
        if self._order.is_identity:
            return read
        return [read[row] if row < height else get(row, "") for row in self._order]

    def series(self, field: str) -> Sequence[str]:
        """As :meth:`column`, but a polars Series where the batch is so large that its column is one.

        It may be the very column that was read, so it must not be changed.
        """
        column = self._texts[field].by_id(self._height, ())
        if self._order.is_identity:
            return column
        if not hasattr(column, "to_list") or any(
            row >= self._height for row in self._inserted - self._deleted
        ):
            return self.column(field)
        import polars as pl

        return cast(Sequence[str], cast(pl.Series, column).gather(pl.Series(self._order[:], dtype=pl.UInt32)))

    def snapshot(self) -> Snapshot:
        """The texts as they are now, for another thread or a later time; costs what edits there are."""
        return Snapshot(
            self.schema,
            {name: texts.frozen() for name, texts in self._texts.items()},
            self._height,
            frozenset(self._inserted),
            frozenset(self._deleted),
            self._version,
        )

    def find_marked(self, marks: bytearray, start: int, backwards: bool = False) -> int | None:
        """The first position from ``start`` on (or back) whose row has a 1 in ``marks``, by row id."""
        return self._order.find_marked(marks, start, backwards)

    # -- changing ------------------------------------------------------------------------------------------

    def new_row_ids(self, count: int) -> tuple[RowId, ...]:
        """Ids for rows to insert. They are taken, whether or not they are used then."""
        if self.draw_ids is not None:
            return self.draw_ids(count)
        first = self._next_id
        self._next_id += count
        return tuple(range(first, first + count))

    @property
    def next_row_id(self) -> RowId:
        """Every id that was given out so far is below it."""
        return self._next_id

    def reserve_ids(self, below: RowId) -> None:
        """Never give out an id below this one: something is known of such rows elsewhere.

        One that lies further off than any batch gets is not believed; ids do not come near it.
        """
        self._next_id = max(self._next_id, min(below, self._next_id + _FAR))

    def check(self, edit: Edit) -> None:
        """Look whether an edit fits.

        Raises:
            EditError: a row, a field or a position does not exist, or an id is taken.
        """
        _Sketch(self).check(edit)

    def apply(self, edit: Edit) -> Change:
        """Make an edit, all of it or nothing.

        Returns:
            What changed, and the inverse that restores it exactly.

        Raises:
            EditError: a row, a field or a position does not exist, or an id is taken; nothing was changed.
        """
        self.check(edit)
        self._version += 1
        return self._apply(edit)

    def was_deleted(self, row: RowId) -> bool:
        """Whether there was such a row, which :class:`RestoreRows` would bring back."""
        return row in self._deleted

    def forget(self, rows: Iterable[RowId]) -> None:
        """As if these rows, which were inserted and deleted, had never been: they cannot be restored."""
        for row in rows:
            if row in self._deleted and row in self._inserted:
                self._deleted.discard(row)
                self._inserted.discard(row)
                for texts in self._texts.values():
                    texts.over.pop(row, None)

    def _all_here(self, rows: range) -> bool:
        inside = rows.step == 1 and rows.start >= 0 and rows.stop <= self._height
        return inside and not any(row in rows for row in self._deleted)

    def _known(self, row: RowId) -> bool:
        return 0 <= row < self._height or row in self._inserted

    def _apply(self, edit: Edit) -> Change:
        match edit:
            case SetCells():
                return self._set(edit)
            case InsertRows():
                return self._insert(edit)
            case DeleteRows():
                return self._delete(edit)
            case RestoreRows():
                return self._restore(edit)
            case Compound():
                return joined([self._apply(part) for part in edit.edits])

    def _set(self, edit: SetCells) -> Change:
        before: dict[str, tuple[str, ...]] = {}
        changed: dict[RowId, None] = {}
        fields: list[str] = []
        for name, texts in edit.columns.items():
            old = self._texts[name].many(edit.rows)
            before[name] = old
            if old == texts:
                continue
            fields.append(name)
            self._texts[name].put_many(edit.rows, texts)
            pairs = zip(edit.rows, old, texts, strict=True)
            changed.update((row, None) for row, was, text in pairs if was != text)
        # The rows as they were named, where all of them changed: a range of a million stays one.
        rows = edit.rows if len(changed) == len(edit.rows) else tuple(changed)
        self._revisions.touch(rows, self._version)
        return Change(rows, tuple(fields), False, SetCells(edit.rows, before))

    def _insert(self, edit: InsertRows) -> Change:
        for name, texts in edit.columns.items():
            written = zip(edit.rows, texts, strict=True)
            self._texts[name].over.update((row, text) for row, text in written if text)
        self._inserted.update(edit.rows)
        self._next_id = max(self._next_id, max(edit.rows, default=-1) + 1)
        self._order.insert(edit.at, edit.rows)
        return self._moved(edit.rows, DeleteRows(edit.rows), added=edit.rows)

    def _delete(self, edit: DeleteRows) -> Change:
        rows, positions = self._order.remove(edit.rows)
        self._deleted.update(rows)
        return self._moved(rows, RestoreRows(rows, positions), removed=rows)

    def _restore(self, edit: RestoreRows) -> Change:
        self._order.restore(edit.rows, edit.positions)
        self._deleted.difference_update(edit.rows)
        return self._moved(edit.rows, DeleteRows(edit.rows), added=edit.rows)

    def _moved(
        self,
        rows: Sequence[RowId],
        inverse: Edit,
        *,
        added: Sequence[RowId] = (),
        removed: Sequence[RowId] = (),
    ) -> Change:
        if rows:
            self._structure_revision += 1
            self._revisions.touch(rows, self._version)
        return Change(rows, None, bool(rows), inverse, added, removed)


def joined(changes: list[Change]) -> Change:
    """The change of a compound: what its parts changed together, undone from the last to the first."""
    fields: tuple[str, ...] | None = None
    if not any(change.structural for change in changes):
        fields = _once(name for change in changes for name in change.fields or ())
    return Change(
        rows=_once(row for change in changes for row in change.rows),
        fields=fields,
        structural=any(change.structural for change in changes),
        inverse=Compound(tuple(change.inverse for change in reversed(changes))),
        added=_once(row for change in changes for row in change.added),
        removed=_once(row for change in changes for row in change.removed),
    )


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


class _Sketch:
    """Goes through an edit on the outlines of a batch, so that the last part of a compound fails before the
    first is made."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._height = len(batch)
        self._present: dict[RowId, bool] = {}  # what the parts so far made of rows

    def check(self, edit: Edit) -> None:
        match edit:
            case Compound():
                for part in edit.edits:
                    self.check(part)
            case SetCells():
                self._fields(edit.columns)
                self._here(edit.rows)
            case InsertRows():
                self._fields(edit.columns)
                self._unused(edit.rows)
                if not 0 <= edit.at <= self._height:
                    raise EditError(f"There is no position {edit.at:,} in {self._height:,} rows.")
                self._turn(edit.rows, True)
            case DeleteRows():
                self._here(edit.rows)
                self._turn(edit.rows, False)
            case RestoreRows():
                self._gone(edit.rows)
                for index, position in enumerate(edit.positions):
                    if not 0 <= position - index <= self._height:
                        raise EditError(f"There is no position {position:,} in {self._height:,} rows.")
                self._turn(edit.rows, True)

    def _fields(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._batch.schema:
                raise EditError(f"{self._batch.schema.label} has no field {name[:80]}.")

    def _here(self, rows: Sequence[RowId]) -> None:
        batch, present = self._batch, self._present
        if isinstance(rows, range) and not present and batch._all_here(rows):
            return
        for row in rows:
            if not present.get(row, row in batch):
                raise EditError(f"There is no row with the id {row} in this batch.")

    def _gone(self, rows: Iterable[RowId]) -> None:
        for row in rows:
            if self._present.get(row, row in self._batch or not self._batch._known(row)):
                raise EditError(f"The row with the id {row} was not deleted.")

    def _unused(self, rows: Iterable[RowId]) -> None:
        end = self._batch._next_id + _FAR
        for row in rows:
            if row >= end:
                raise EditError(f"The row id {row} is out of reach.")
            if row < 0 or row in self._present or self._batch._known(row):
                raise EditError(f"The row id {row} is taken.")

    def _turn(self, rows: Sequence[RowId], present: bool) -> None:
        self._present.update(dict.fromkeys(rows, present))
        self._height += len(rows) if present else -len(rows)
