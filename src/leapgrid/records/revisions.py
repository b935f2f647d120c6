"""When each row was last changed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from leapgrid.records.issues import RowId

_WIDE = 20_000
"""Changes of more rows are kept in one array of all rows, not in an entry each."""


class Revisions:
    """The version of the last change of rows, 0 for those that never changed."""

    __slots__ = ("_all", "_single")

    def __init__(self) -> None:
        self._single: dict[RowId, int] = {}
        self._all: array[int] | None = None

    def of(self, row: RowId) -> int:
        """The version of a row's last change."""
        single = self._single.get(row, 0)
        if self._all is None or not 0 <= row < len(self._all):
            return single
        return max(single, self._all[row])

    def touch(self, rows: Sequence[RowId], version: int) -> None:
        """Rows changed with this version, which is higher than all before."""
        if len(rows) <= _WIDE:
            self._single.update(dict.fromkeys(rows, version))
            return
        end = max(rows) + 1
        changed = self._all if self._all is not None else array("q")
        if len(changed) < end:
            changed.extend(array("q", bytes(8 * (end - len(changed)))))
        if isinstance(rows, range) and rows.step == 1:
            changed[rows.start : rows.stop] = array("q", [version]) * len(rows)
        else:
            for row in rows:
                changed[row] = version
        self._all = changed

    def since(self, version: int) -> set[RowId]:
        """The rows that changed after a version."""
        rows = {row for row, changed in self._single.items() if changed > version}
        if self._all is not None and max(self._all, default=0) > version:
            rows.update(row for row, changed in enumerate(self._all) if changed > version)
        return rows
