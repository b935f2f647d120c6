"""Checking a whole batch: each distinct value of a column once, away from the thread that draws."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import cast

from leapgrid.drafting.tally import kinds_of
from leapgrid.records import (
    Batch,
    CheckContext,
    Duplicates,
    Field,
    Finding,
    Issue,
    IssueIndex,
    RowId,
)
from leapgrid.records.found import Found, found_in_column, found_in_rows
from leapgrid.records.shared_keys import SharedKeys, shared_keys

_Looked = tuple[Found | None, SharedKeys | None]
"""What is wrong in a column, and which of its rows have the same key."""

_WORTH_THREADS = 50_000
"""Rows; the columns of fewer are looked at before threads would be there."""

_MOST_THREADS = 4
"""Each needs memory for what it filters, and most objects have few columns that take long."""

_CHECKED = 0.8
"""The share that the checks of a column count as, beside finding the rows that share a key."""

_WORK, _REST = 0.005, 0.0005
"""Seconds that a gentle check works at a stretch, and those that it rests then."""

Progress = Callable[[int, int], None]
"""Told how many cells of how many are done; called in a thread that checks."""

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
        threads: int = 1,
        gently: bool = False,
    ) -> bool:
        """Check everything.

        Args:
            progress: is told how far it is, from one thread at a time.
            cancelled: asked now and then, likewise.
            for_edits: whether edits will follow, which must find what they look for made ready; else the
                first of them waits for that.
            threads: how many columns are looked at beside each other. What is done at the same time takes
                its memory at the same time, and time from who draws.
            gently: whether another thread draws meanwhile, which then waits less for its turn.

        Returns:
            Whether it came to the end; if not, it must not be installed.
        """
        from leapgrid.records.checks.columns import check_rows

        snapshot, fields = self._snapshot, self._schema.fields
        going = _Going(snapshot.size, len(fields) + 1, progress, cancelled, gently)
        columns = {field.name: snapshot.column(field.name) for field in fields}
        filled = snapshot.filled(columns)
        again = [(number, field) for number, field in enumerate(fields) if field.name in self._again]
        for number in range(len(fields)):
            if fields[number].name not in self._again:
                going.note(number, 1)
        looks = [
            partial(self._look, field, columns[field.name], filled, partial(going.note, number), for_edits)
            for number, field in again
        ]
        looked = _one_by_one(looks) if threads < 2 else _beside_each_other(looks, threads, going)
        if looked is None:
            return False
        found = [*self._kept(), *(layer for layer, _ in looked if layer is not None)]
        for rows, findings in check_rows(self._schema, columns, cast(Sequence[bool], filled), self.context):
            found.append(found_in_rows(rows, findings))
        if not going.note(len(fields), 0.3):
            return False
        shared = {
            field.name: keys for (_, field), (_, keys) in zip(again, looked, strict=True) if keys is not None
        }
        before = self._before.duplicates if self._before is not None else None
        duplicates = Duplicates(shared, self._place, self._text, self._version_now, before)
        self.issues = IssueIndex.of_columns(self._schema.names, snapshot.size, found, duplicates)
        self.kinds = kinds_of(self.issues, snapshot.empty(filled))
        if not going.note(len(fields), 1):
            return False
        self.finished = True
        return True

    def _look(
        self,
        field: Field,
        column: Sequence[str],
        filled: bytearray,
        go_on: Callable[[float], bool],
        for_edits: bool,
    ) -> _Looked | None:
        """What there is to say of one column; None where told to stop."""
        from leapgrid.records.checks.columns import check_column, value_keys

        checked = check_column(field, column, self.context, lambda done: go_on(_CHECKED * min(done, 1.0)))
        if checked is None or not go_on(_CHECKED):
            return None
        layer = found_in_column(field.name, checked, filled)
        rest = 1 - _CHECKED
        keys = value_keys(
            field, column, self.context, checked, lambda done: go_on(_CHECKED + rest * min(done, 1.0))
        )
        shared = shared_keys(cast(Sequence[str | None], keys)) if keys is not None else None
        if shared is not None and for_edits:
            shared.prepare()
        return (layer, shared) if go_on(1) else None

    def _kept(self) -> tuple[Found, ...]:
        """What was found before in the fields that are not checked again."""
        if self._before is None:
            return ()
        return tuple(
            layer
            for layer in self._before.found
            if layer.field is not None and layer.field not in self._again
        )


class _Going:
    """How far a check is and whether it goes on, told and asked from whichever threads it works in."""

    def __init__(
        self,
        height: int,
        parts: int,
        progress: Progress | None,
        cancelled: Cancelled | None,
        gently: bool,
    ) -> None:
        self._height = height
        self._done = [0.0] * parts
        self._told = 0
        self._progress = progress
        self._cancelled = cancelled
        self._stopped = False
        self._gently = gently
        self._rested = 0.0
        self._one_at_a_time = threading.Lock()

    def note(self, part: int, done: float) -> bool:
        """How much of a part is done, from 0 to 1; says whether to go on."""
        if self._gently and time.perf_counter() - self._rested > _WORK:
            # Who draws gives the interpreter away at each call of the system, and waits for all of the time
            # until a thread is made to give it back.
            time.sleep(_REST)
            self._rested = time.perf_counter()
        with self._one_at_a_time:
            self._done[part] = done
            total = self._height * len(self._done)
            self._told = max(self._told, min(total, round(self._height * sum(self._done))))
            if self._progress is not None and not self._stopped:
                self._progress(self._told, total)
            if self._cancelled is not None and not self._stopped:
                self._stopped = self._cancelled()
            return not self._stopped

    def stop(self) -> None:
        """Let no part go on."""
        self._stopped = True


def _one_by_one(looks: Iterable[Callable[[], _Looked | None]]) -> list[_Looked] | None:
    found: list[_Looked] = []
    for look in looks:
        looked = look()
        if looked is None:
            return None
        found.append(looked)
    return found


def _beside_each_other(
    looks: Sequence[Callable[[], _Looked | None]], threads: int, going: _Going
) -> list[_Looked] | None:
    """The same in several threads: the filters are not Python, so that they work at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads, "leapgrid-check") as pool:
        futures = [pool.submit(look) for look in looks]
        try:
            found = [looked for future in futures if (looked := future.result()) is not None]
        except BaseException:
            going.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found if len(found) == len(looks) else None


def threads_for(rows: int) -> int:
    """In how many threads so many rows are best checked, where nobody waits for anything else."""
    return min(os.cpu_count() or 1, _MOST_THREADS) if rows >= _WORTH_THREADS else 1


def located(row: RowId, field: str | None, text: str, findings: Iterable[Finding]) -> list[Issue]:
    """Findings as the issues of a cell, or with no field, of a row."""
    return [Issue.local(row, field, text, finding) for finding in findings]
