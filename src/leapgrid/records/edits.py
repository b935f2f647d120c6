"""The ways a batch changes: immutable values that know no batch, are applied by one and go into its journal.

An edit of many rows holds one tuple of row ids and one tuple of texts a column, never an object a cell.
"""

from __future__ import annotations

import json
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq, le
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from leapgrid.records.issues import RowId

Columns: TypeAlias = Mapping[str, tuple[str, ...]]
"""Field name -> one text a row, in the order of the edit's rows."""

_RANGES_FROM = 1000

_PACKED_FROM = 10_000
"""Texts of a column from which they are written compressed."""

_SLAB = 4096

_LONGEST = 1 << 31

_MOST_ROWS = 50_000_000
"""More than any batch holds; a damaged journal must not make us allocate what it says."""


class EditError(ValueError):
    """An edit that does not fit the batch, or itself; nothing was changed."""


def _frozen_rows(rows: Sequence[RowId]) -> Sequence[RowId]:
    """Each once; many that follow each other as a range, which holds no number a row."""
    if isinstance(rows, range) and rows.step == 1 and len(rows) >= _RANGES_FROM:
        return rows
    ids = tuple(rows)
    if len(ids) >= _RANGES_FROM and ids[-1] - ids[0] == len(ids) - 1:
        consecutive = range(ids[0], ids[-1] + 1)
        if all(map(eq, ids, consecutive)):
            return consecutive
    if len(set(ids)) != len(ids):
        raise EditError("The edit names a row twice.")
    return ids


def _frozen_columns(rows: Sequence[RowId], columns: Mapping[str, Sequence[str]]) -> Columns:
    frozen: dict[str, tuple[str, ...]] = {}
    for name, texts in columns.items():
        frozen[name] = tuple(texts)
        if len(frozen[name]) != len(rows):
            raise EditError(f"The edit has {len(rows):,} rows, but {len(frozen[name]):,} texts for {name}.")
    return MappingProxyType(frozen)


@dataclass(frozen=True, slots=True)
class SetCells:
    """Write texts into cells: the block of ``rows`` x ``columns``.

    Args:
        rows: ids, each once.
        columns: field name -> one text a row.

    Raises:
        EditError: a row is named twice, or a column has another length than ``rows``.
    """

    rows: Sequence[RowId]
    columns: Columns = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _frozen_rows(self.rows))
        object.__setattr__(self, "columns", _frozen_columns(self.rows, self.columns))


@dataclass(frozen=True, slots=True)
class InsertRows:
    """Put new records in front of the row at position ``at`` (the number of rows: at the end).

    Args:
        at: position from 0.
        rows: ids from :meth:`Batch.new_row_ids`, never used before.
        columns: field name -> one text a row; fields left out are empty.

    Raises:
        EditError: as :class:`SetCells`.
    """

    at: int
    rows: Sequence[RowId]
    columns: Columns = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _frozen_rows(self.rows))
        object.__setattr__(self, "columns", _frozen_columns(self.rows, self.columns))


@dataclass(frozen=True, slots=True)
class DeleteRows:
    """Take records out. Their texts are kept, so that the inverse brings them back as they were.

    Raises:
        EditError: a row is named twice.
    """

    rows: Sequence[RowId]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _frozen_rows(self.rows))


@dataclass(frozen=True, slots=True)
class RestoreRows:
    """Bring deleted records back to where they stood: the inverse of :class:`DeleteRows`.

    Args:
        rows: deleted ids.
        positions: where each stands afterwards, ascending.

    Raises:
        EditError: a row is named twice, or the positions do not go with the rows or do not ascend.
    """

    rows: Sequence[RowId]
    positions: Sequence[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", _frozen_rows(self.rows))
        object.__setattr__(self, "positions", _frozen_rows(self.positions))
        if len(self.rows) != len(self.positions):
            raise EditError("The rows and their positions do not go together.")
        if any(map(le, self.positions[1:], self.positions)):
            raise EditError("The positions do not ascend.")


@dataclass(frozen=True, slots=True)
class Compound:
    """Several edits, one gesture: all of them are made, in order, or none."""

    edits: tuple[Edit, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "edits", tuple(self.edits))


Edit: TypeAlias = SetCells | InsertRows | DeleteRows | RestoreRows | Compound


class Change(NamedTuple):
    """What an edit did to a batch: what to check again, to repaint, and how to take it back.

    Attributes:
        rows: the rows whose texts changed, and those that came or went; each once.
        fields: the fields whose texts changed, or None for all of a row (it came or went).
        structural: rows came or went, so positions changed.
        inverse: the edit that restores what was.
        added: rows that came, each once.
        removed: rows that went, each once.
        also: rows whose texts are as before, and whose warnings changed with the others' texts; a draft says.
    """

    rows: Sequence[RowId]
    fields: tuple[str, ...] | None
    structural: bool
    inverse: Edit
    added: Sequence[RowId] = ()
    removed: Sequence[RowId] = ()
    also: Sequence[RowId] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is different from before: the texts were already so."""
        return not self.rows


def set_cell(row: RowId, field: str, text: str) -> SetCells:
    """The edit of one cell."""
    return SetCells((row,), {field: (text,)})


def fill(rows: Iterable[RowId], field: str, text: str) -> SetCells:
    """The edit that writes one text into a field of many rows."""
    ids = tuple(rows)
    return SetCells(ids, {field: (text,) * len(ids)})


def rows_of(edit: Edit) -> Sequence[RowId]:
    """Every row that an edit names, each once."""
    if isinstance(edit, Compound):
        return tuple(dict.fromkeys(row for part in edit.edits for row in rows_of(part)))
    return edit.rows


def text_after(edit: Edit, row: RowId, field: str) -> str | None:
    """The text that an edit itself writes into a cell, or None where it writes none there."""
    if isinstance(edit, Compound):
        for part in reversed(edit.edits):
            text = text_after(part, row, field)
            if text is not None:
                return text
        return None
    if isinstance(edit, DeleteRows | RestoreRows) or field not in edit.columns or row not in edit.rows:
        return None
    return edit.columns[field][edit.rows.index(row)]


def is_large(edit: Edit) -> bool:
    """Whether it takes a while to write the edit as JSON."""
    if isinstance(edit, Compound):
        return any(map(is_large, edit.edits))
    return len(edit.rows) > _PACKED_FROM


def edit_to_json(edit: Edit) -> dict[str, Any]:
    """An edit as plain JSON values, small where it is regular: runs of ids, one text for a filled column."""
    match edit:
        case SetCells():
            return {"kind": "set", "rows": _runs(edit.rows), "columns": _columns_to_json(edit.columns)}
        case InsertRows():
            return {
                "kind": "insert",
                "at": edit.at,
                "rows": _runs(edit.rows),
                "columns": _columns_to_json(edit.columns),
            }
        case DeleteRows():
            return {"kind": "delete", "rows": _runs(edit.rows)}
        case RestoreRows():
            return {"kind": "restore", "rows": _runs(edit.rows), "positions": _runs(edit.positions)}
        case Compound():
            return {"kind": "compound", "edits": [edit_to_json(part) for part in edit.edits]}


def edit_from_json(data: Mapping[str, Any]) -> Edit:
    """The inverse of :func:`edit_to_json`.

    Raises:
        EditError: the data is not what :func:`edit_to_json` writes.
    """
    try:
        match data["kind"]:
            case "set":
                rows = _from_runs(data["rows"])
                return SetCells(rows, _columns_from_json(data["columns"], len(rows)))
            case "insert":
                rows = _from_runs(data["rows"])
                return InsertRows(_number(data["at"]), rows, _columns_from_json(data["columns"], len(rows)))
            case "delete":
                return DeleteRows(_from_runs(data["rows"]))
            case "restore":
                return RestoreRows(_from_runs(data["rows"]), _from_runs(data["positions"]))
            case "compound":
                return Compound(tuple(edit_from_json(part) for part in data["edits"]))
            case kind:
                raise EditError(f"There is no edit of the kind {str(kind)[:40]}.")
    except (KeyError, TypeError, AttributeError) as problem:
        raise EditError("This is not an edit as the journal writes it.") from problem


def _runs(numbers: Sequence[int]) -> list[int | list[int]]:
    """Numbers in their order, each stretch of consecutive ones as [first, how many]."""
    if isinstance(numbers, range) and len(numbers) > 1:
        return [[numbers.start, len(numbers)]]
    runs: list[int | list[int]] = []
    start = count = 0
    for number in numbers:
        if count and number == start + count:
            count += 1
            continue
        if count:
            runs.append([start, count] if count > 1 else start)
        start, count = number, 1
    if count:
        runs.append([start, count] if count > 1 else start)
    return runs


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _from_runs(runs: Sequence[int | Sequence[int]]) -> Sequence[int]:
    if len(runs) == 1 and not isinstance(runs[0], int) and len(runs[0]) == 2:
        start, count = _number(runs[0][0]), _number(runs[0][1])
        if 0 <= count <= _MOST_ROWS:
            return range(start, start + count)
    numbers: list[int] = []
    for run in runs:
        if isinstance(run, int):
            numbers.append(_number(run))
            continue
        if len(run) != 2:
            raise TypeError(run)
        start, count = _number(run[0]), _number(run[1])
        if count < 0 or len(numbers) + count > _MOST_ROWS:
            raise EditError("The edit names more rows than a batch can hold.")
        numbers.extend(range(start, start + count))
    return tuple(numbers)


def _columns_to_json(columns: Columns) -> dict[str, Any]:
    return {name: _column_to_json(texts) for name, texts in columns.items()}


def _column_to_json(texts: tuple[str, ...]) -> Any:
    if len(texts) > 1 and texts.count(texts[0]) == len(texts):
        return {"all": texts[0]}
    return {"packed": _pack(texts)} if len(texts) > _PACKED_FROM else list(texts)


def _pack(texts: tuple[str, ...]) -> str:
    """Texts as a compressed JSON array, made piece by piece: other threads go on in between."""
    packer = zlib.compressobj(1)
    parts = []
    for start in range(0, len(texts), _SLAB):
        slab = json.dumps(texts[start : start + _SLAB])
        # One array in all: the brackets of the pieces become commas.
        text = ("[" if start == 0 else ",") + slab[1:-1]
        parts.append(packer.compress(text.encode("ascii")))
    parts.append(packer.compress(b"]"))
    parts.append(packer.flush())
    return b2a_base64(b"".join(parts), newline=False).decode("ascii")


def _unpack(packed: str) -> tuple[str, ...]:
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(a2b_base64(packed), _LONGEST)
        if not unpacker.eof:
            raise EditError("A column of this edit is damaged, or longer than a batch can hold.")
        texts = json.loads(text)
    except (zlib.error, ValueError, RecursionError) as problem:
        raise EditError("A column of this edit is damaged.") from problem
    if not isinstance(texts, list):
        raise TypeError(texts)
    return tuple(texts)


def _columns_from_json(data: Mapping[str, Any], height: int) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for name, texts in data.items():
        if not isinstance(texts, Mapping):
            column = tuple(texts)
        else:
            column = _unpack(texts["packed"]) if "packed" in texts else (texts["all"],) * height
        if isinstance(texts, str) or not all(isinstance(text, str) for text in column):
            raise TypeError(name)
        columns[name] = column
    return columns
