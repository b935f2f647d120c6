"""Checking a whole batch: each distinct value of a column once, away from the thread that draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from leapgrid.records import (
    Batch,
    CheckContext,
    Field,
    Finding,
    Issue,
    IssueIndex,
    RowId,
    checks,
)

Progress = Callable[[int, int], None]
"""Told how many cells of how many are done; called in the thread that checks."""

Cancelled = Callable[[], bool]

_STEP = 512
"""Values between two looks at whether to go on."""


class CheckRun:
    """One check of all cells as they are when it is made.

    Make it where the batch is edited; :meth:`run` may work in another thread, since it has copies; give it to
    :meth:`WorkingDraft.install` where it was made. Edits in between are no trouble: install checks those rows
    again.

    Args:
        batch: what to check.
        context: what values without country, zone or order of day and month mean.
    """

    def __init__(self, batch: Batch, context: CheckContext) -> None:
        self.version = batch.version
        self.context = context
        self.issues = IssueIndex(batch.schema.names)
        self.finished = False
        self._schema = batch.schema
        self._rows = tuple(batch.order)
        self._columns = {name: batch.column(name) for name in batch.schema.names}

    def run(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> bool:
        """Check everything.

        Returns:
            Whether it came to the end; if not, it must not be installed.
        """
        rows, fields = len(self._rows), self._schema.fields
        total, done = rows * (len(fields) + 1), 0

        def go_on(more: int) -> bool:
            nonlocal done
            done += more
            if progress is not None:
                progress(done, total)
            return cancelled is None or not cancelled()

        filled = bytearray(rows)
        for column in self._columns.values():
            for index, text in enumerate(column):
                if text:
                    filled[index] = 1
        for field in fields:
            if not self._check_column(field, filled, go_on):
                return False
        for start in range(0, rows, _STEP):
            stop = min(start + _STEP, rows)
            for index in range(start, stop):
                if filled[index]:
                    self._check_row(index)
            if not go_on(stop - start):
                return False
        self.finished = True
        return True

    def _check_column(self, field: Field, filled: bytearray, go_on: Callable[[int], bool]) -> bool:
        column = self._columns[field.name]
        distinct = dict.fromkeys(column)
        wrong: dict[str, tuple[Finding, ...]] = {}
        told = 0
        for number, text in enumerate(distinct, 1):
            findings = checks.check_cell(field, text, self.context)
            if findings:
                wrong[text] = findings
            if number % _STEP == 0:
                # The column's cells are told as done in step with its distinct values.
                step = len(column) * number // len(distinct) - told
                told += step
                if not go_on(step):
                    return False
        if wrong:
            for index, text in enumerate(column):
                findings = wrong.get(text, ())
                # An empty record is never sent, so nothing is required of it.
                if findings and filled[index]:
                    row = self._rows[index]
                    self.issues.replace_cell(row, field.name, located(row, field.name, text, findings))
        return go_on(len(column) - told)

    def _check_row(self, index: int) -> None:
        values = {name: column[index] for name, column in self._columns.items() if column[index]}
        findings = checks.check_record(self._schema, values, self.context)
        if findings:
            row = self._rows[index]
            self.issues.replace_row(row, located(row, None, "", findings))


def located(row: RowId, field: str | None, text: str, findings: Iterable[Finding]) -> list[Issue]:
    """Findings as the issues of a cell, or with no field, of a row."""
    return [Issue.local(row, field, text, finding) for finding in findings]
