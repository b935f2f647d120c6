"""Checking a whole batch: each distinct value of a column once, away from the thread that draws."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from leapgrid.drafting.tally import kinds_of
from leapgrid.records import (
    Batch,
    CheckContext,
    Duplicates,
    Finding,
    Issue,
    IssueIndex,
    RowId,
)
from leapgrid.records.found import Found, found_in_column, found_in_rows
from leapgrid.records.shared_keys import SharedKeys, shared_keys

if TYPE_CHECKING:
    from leapgrid.records.checks.columns import ColumnFindings

Progress = Callable[[int, int], None]
"""Told how many cells of how many are done; called in the thread that checks."""

Cancelled = Callable[[], bool]


class CheckRun:
    """One check of all cells as they are when it is made.

    Make it where the batch is edited, which costs what edits there are; :meth:`run` may work in another
    thread; give it to :meth:`WorkingDraft.install` where it was made. Edits in between are no trouble:
    install checks those rows again.

    Args:
        batch: what to check.
        context: what values without country, zone or order of day and month mean.
        again: the fields whose texts changed; None for all.
        before: what was found before, which stands for the other fields; rows that were checked one by one
            since have to be so again.

    Attributes:
        version: of the batch.
        issues: what was found, once it is finished.
        kinds: where rows that were never sent are counted: one byte a row id, see :func:`kinds_of`.
        beyond: rows that were left out; to be checked one by one.
        finished: whether it came to its end.
    """

    def __init__(
        self,
        batch: Batch,
        context: CheckContext,
        again: Collection[str] | None = None,
        before: IssueIndex | None = None,
    ) -> None:
        self.version = batch.version
        self.context = context
        self.issues = IssueIndex(batch.schema.names)
        self.kinds = b""
        self.finished = False
        self._schema = batch.schema
        self._snapshot = batch.snapshot()
        self._again = frozenset(batch.schema.names if again is None or before is None else again)
        self._before = before
        self._place, self._text = batch.position, batch.text
        self._version_now = partial(getattr, batch, "version")
        self.beyond = self._snapshot.beyond

    def run(
        self,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        *,
        for_edits: bool = True,
    ) -> bool:
        """Check everything.

        Args:
            progress: is told how far it is.
            cancelled: asked now and then.
            for_edits: whether edits will follow, which must find what they look for made ready; else the
                first of them waits for that.

        Returns:
            Whether it came to the end; if not, it must not be installed.
        """
        from leapgrid.records.checks.columns import check_column, check_rows, value_keys

        snapshot, fields = self._snapshot, self._schema.fields
        height = snapshot.size
        total, told = height * (len(fields) + 1), 0

        def go_on(parts: float) -> bool:
            nonlocal told
            told = max(told, min(total, round(height * parts)))
            if progress is not None:
                progress(told, total)
            return cancelled is None or not cancelled()

        columns = {field.name: snapshot.column(field.name) for field in fields}
        filled = snapshot.filled(columns)
        found = list(self._kept())
        read: dict[str, ColumnFindings] = {}
        for number, field in enumerate(fields):
            if field.name not in self._again:
                continue
            part = partial(_within, go_on, number)
            checked = check_column(field, columns[field.name], self.context, part)
            if checked is None or not go_on(number + 1):
                return False
            read[field.name] = checked
            kept = found_in_column(field.name, checked, filled)
            if kept is not None:
                found.append(kept)
        for rows, findings in check_rows(self._schema, columns, cast(Sequence[bool], filled), self.context):
            found.append(found_in_rows(rows, findings))
        if not go_on(len(fields) + 0.2):
            return False
        shared: dict[str, SharedKeys] = {}
        for field in fields:
            if field.name not in self._again:
                continue
            keys = value_keys(field, columns[field.name], self.context, read.pop(field.name))
            if keys is not None:
                shared[field.name] = shared_keys(cast(Sequence[str | None], keys))
                if for_edits:
                    shared[field.name].prepare()
                if not go_on(len(fields) + 0.4):
                    return False
        before = self._before.duplicates if self._before is not None else None
        duplicates = Duplicates(shared, self._place, self._text, self._version_now, before)
        self.issues = IssueIndex.of_columns(self._schema.names, height, found, duplicates)
        self.kinds = kinds_of(self.issues, snapshot.empty(filled))
        if not go_on(len(fields) + 1):
            return False
        self.finished = True
        return True

    def _kept(self) -> tuple[Found, ...]:
        """What was found before in the fields that are not checked again."""
        if self._before is None:
            return ()
        return tuple(
            layer
            for layer in self._before.found
            if layer.field is not None and layer.field not in self._again
        )


def _within(go_on: Callable[[float], bool], part: int, done: float) -> bool:
    return go_on(part + min(done, 1.0))


def located(row: RowId, field: str | None, text: str, findings: Iterable[Finding]) -> list[Issue]:
    """Findings as the issues of a cell, or with no field, of a row."""
    return [Issue.local(row, field, text, finding) for finding in findings]
