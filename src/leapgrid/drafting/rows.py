"""What is known of each row of a draft: its issues, its outcome, and where it is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from leapgrid.drafting.answers import Answers
from leapgrid.drafting.checking import Cancelled, CheckRun, Progress, located, threads_for
from leapgrid.drafting.tally import DraftCounts, Kind, Tally, kind_of, kinds_of
from leapgrid.records import (
    NEVER_SENT,
    Batch,
    Change,
    CheckContext,
    Issue,
    IssueIndex,
    Place,
    RowId,
    RowOutcome,
    RowState,
    Source,
    checks,
    record_payload,
)
from leapgrid.records.issue_index import rows_that_differ
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.plan import Going, LeftOut, Plan, PlanRow, plan, plan_columns

_PLANNED: Mapping[Kind, Going | LeftOut] = {
    Kind.EMPTY: LeftOut.EMPTY,
    Kind.ERRORS: Going.INVALID,
    Kind.EDITED: Going.EDITED,
    Kind.WARNINGS: Going.WARNINGS,
    Kind.READY: Going.READY,
    Kind.QUEUED: LeftOut.IN_FLIGHT,
    Kind.SENDING: LeftOut.IN_FLIGHT,
    Kind.CREATED: LeftOut.CREATED,
    Kind.ALREADY_THERE: LeftOut.ALREADY_THERE,
    Kind.REJECTED: LeftOut.REJECTED,
    Kind.UNKNOWN: LeftOut.UNKNOWN,
    Kind.SKIPPED: LeftOut.SKIPPED,
}

_BY_CONTENT = frozenset({RowState.READY, RowState.REJECTED})
"""States of rows that are counted by what they hold."""

_WIDE = 20_000
"""A change of more rows has the whole batch checked in columns, which is quicker than row by row."""


class KnownRows:
    """The rows of a batch with what checks, the server and a person said of them.

    Args:
        batch: the records.
        context: what values without country, zone or order of day and month mean.
        outcomes: what is known of their sending.
    """

    def __init__(self, batch: Batch, context: CheckContext, outcomes: Mapping[RowId, RowOutcome]) -> None:
        self.batch = batch
        self.schema = batch.schema
        self.context = context
        self.issues = IssueIndex(batch.schema.names)
        self.outcomes: dict[RowId, RowOutcome] = dict(outcomes)
        self._answers = Answers()
        self._edited: set[RowId] = set()
        self._tally = Tally()
        self._checked = -1  # version of the batch that the last installed check looked at
        self._required = tuple(field.name for field in batch.schema.fields if field.required)
        self._waiting: dict[RowId, tuple[dict[str, Any], Issue]] = {}

    def number(self, row: RowId) -> int:
        """How a person counts a row, from 1; of one that was deleted, the order of making."""
        position = self.batch.position(row)
        return (row if position is None else position) + 1

    def payload(self, row: RowId) -> dict[str, Any]:
        """The record as it would be sent."""
        return self._payload(self.batch.values(row))

    def outcome(self, row: RowId) -> RowOutcome:
        """What is known of a row's sending, with its evidence."""
        return self.outcomes.get(row, NEVER_SENT)

    def shown_state(self, row: RowId) -> RowState:
        """The server's last word: a row that was refused stays rejected until it is sent again."""
        return self.outcome(row).state

    def edited_since_answer(self, row: RowId) -> bool:
        """Whether a refused row would be sent otherwise than it was."""
        return row in self._edited

    def refused_for(self, row: RowId) -> tuple[Issue, ...]:
        """What the server said of a row that it refused, edited since or not; the values are those sent."""
        return self._answers.last(row) if self.shown_state(row) is RowState.REJECTED else ()

    def state(self, row: RowId) -> RowState:
        """The row's state for sending: a refused row that was edited since is ready."""
        return RowState.READY if row in self._edited else self.outcome(row).state

    def counts(self) -> DraftCounts:
        """How many rows are where; kept, not counted."""
        return self._tally.counts(len(self.batch), self.issues.counts)

    def marks_of(self, kinds: Collection[Kind] | None) -> bytes:
        """One byte a row id: 1 for the rows of these kinds, or with None for those with an issue."""
        known = self.batch.next_row_id
        if kinds is None:
            marks = bytes(self.issues.marks[:known])
            return marks + bytes(known - len(marks))
        return self._tally.codes(range(known), dict.fromkeys(kinds, 1))

    def find_first_rejected(self) -> Place | None:
        """The first refused cell that was not edited since, in the order of the rows."""
        waiting = (
            row
            for row, outcome in self.outcomes.items()
            if outcome.state is RowState.REJECTED and row not in self._edited
        )
        found = [(position, row) for row in waiting if (position := self.batch.position(row)) is not None]
        if not found:
            return None
        position, row = min(found)
        names = self.schema.names
        said = [issue.field for issue in self.issues.of_row(row) if issue.source is Source.SERVER]
        said.sort(key=lambda name: names.index(name) if name in names else len(names))
        field = said[0] if said else None
        return Place(row, field, position, names.index(field) if field in names else 0)

    # -- checking ------------------------------------------------------------------------------------------

    def check_all(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> bool:
        """Check every cell and row at once. A screen makes a :meth:`begin_check` of it instead.

        Returns:
            Whether it came to the end; if not, the issues are as before.
        """
        run = self.begin_check()
        if not run.run(progress, cancelled, for_edits=False, threads=threads_for(len(self.batch))):
            return False
        self.install(run)
        return True

    def begin_check(self) -> CheckRun:
        """A check of everything as it is now, to be run in another thread and then installed."""
        return CheckRun(self.batch, self.context)

    def install(self, run: CheckRun) -> None:
        """Put what a check found in place of all local issues; rows edited since are checked again."""
        if not run.finished:
            raise ValueError("The check did not come to its end.")
        if run.version < self._checked:
            return  # A check that began later is in already.
        since: Iterable[RowId] = self.batch.changed_since(run.version)
        if len(set(since)) > _WIDE:
            run, since = self._check_now(), ()
        self._put_in(run, since)

    def _check_now(self) -> CheckRun:
        run = self.begin_check()
        run.run()
        return run

    def _put_in(self, run: CheckRun, since: Iterable[RowId]) -> None:
        self.issues.adopt(run.issues)
        self._tally.fill(run.kinds)
        self._checked = run.version
        touched: set[RowId] = set()
        for row in (*since, *run.beyond, *self._waiting):
            values = self.batch.values(row) if row in self.batch else {}
            touched.update(self._share(row, None, values))
            if row in self.batch:
                self._check(row, self.schema.names, values)
                touched.add(row)
            else:
                self._gone(row)
        for row in touched:
            self._refresh(row)
        # These would be sent as before: no record need be made and compared with what the server refused.
        self._tally.put_edited(self._edited - touched)

    def wait_for(self, rows: Mapping[RowId, Issue]) -> tuple[RowId, ...]:
        """Give rows an error that no check of theirs finds, until they would be sent otherwise than now.

        Args:
            rows: each with its error; what was given before is forgotten.

        Returns:
            The rows whose errors changed.
        """
        before = set(self._waiting)
        self._waiting = {row: (self.payload(row), issue) for row, issue in rows.items() if row in self.batch}
        changed = tuple(row for row in (before | set(self._waiting)) if row in self.batch)
        for row in changed:
            values = self.batch.values(row)
            self._check(row, (), values)
            self._refresh(row, values)
        return changed

    # -- for the draft -------------------------------------------------------------------------------------

    def _fill_tally(self) -> None:
        """Count all rows for the first time, before any check: a pass over columns, and over the outcomes."""
        snapshot = self.batch.snapshot()
        columns = {name: snapshot.column(name) for name in self.schema.names}
        self._tally.fill(kinds_of(self.issues, snapshot.empty(snapshot.filled(columns))))
        by_state: dict[RowState, list[RowId]] = {}
        for row in dict.fromkeys((*snapshot.beyond, *self.outcomes)):
            if row not in self.batch:
                continue
            state = self.outcomes.get(row, NEVER_SENT).state
            if state in _BY_CONTENT or self._answers.has(row):
                self._refresh(row)
            else:
                by_state.setdefault(state, []).append(row)
        # Where these are counted follows from their state alone, and there may be very many of them.
        for state, rows in by_state.items():
            self._edited.difference_update(rows)
            self._tally.put_all(rows, Kind(state.value))

    def _changed(self, change: Change) -> Change:
        """Check what changed; the change with the other rows whose warnings changed with it."""
        if len(change.rows) > _WIDE:
            before = self.issues.duplicate_marks()
            self._changed_widely(change)
            others = rows_that_differ(before, self.issues.duplicate_marks())
            return change._replace(also=others)
        also: set[RowId] = set()
        for row in change.rows:
            if row in self.batch:
                values = self.batch.values(row)
                self._check(row, change.fields if change.fields is not None else self.schema.names, values)
                also.update(self._share(row, change.fields, values))
                self._refresh(row, values)
            else:
                also.update(self._share(row, None, {}))
                self._gone(row)
        # Also rows of the change itself: one that came first could not yet share with one that came later.
        for row in also:
            if row in self.batch:
                self._refresh(row)
        also.difference_update(change.rows)
        return change._replace(also=tuple(also)) if also else change

    def _changed_widely(self, change: Change) -> None:
        """As :meth:`_changed`, in columns: for so many rows that is quicker than row by row."""
        answered = self.outcomes.keys() & set(change.rows)
        for row in answered:
            if row not in self.batch:
                self._gone(row)
        again = set(self.issues.checked_anew)
        if self.issues.duplicates is None:
            self._fill_tally()  # Nothing was checked yet.
        elif change.fields is None or self._required or len(again) > _WIDE:
            # Rows came or went, or whether a value is required may have changed.
            self._put_in(self._check_now(), ())
        else:
            run = CheckRun(self.batch, self.context, change.fields, self.issues)
            run.run()
            self._put_in(run, again)
        for row in answered:
            if row in self.batch:
                self._refresh(row)

    def _gone(self, row: RowId) -> None:
        self.issues.drop_row(row)
        self._tally.drop(row)
        self._edited.discard(row)

    def _share(self, row: RowId, names: Sequence[str] | None, values: Mapping[str, str]) -> set[RowId]:
        """Compare these cells with those of other rows again; the rows whose warnings changed."""
        duplicates = self.issues.duplicates
        if duplicates is None:
            return set()
        from leapgrid.records.checks.columns import value_key

        touched: set[RowId] = set()
        for name in duplicates.fields:
            if names is None or name in names:
                key = value_key(self.schema[name], values.get(name, ""), self.context)
                changes = duplicates.update(row, name, key)
                self.issues.share(name, changes)
                touched.update(other for other, _ in changes)
        return touched

    def _payload(self, values: Mapping[str, str]) -> dict[str, Any]:
        return record_payload(self.schema, values, self.context)

    def _check(self, row: RowId, names: Sequence[str], values: Mapping[str, str]) -> None:
        """Find the local issues of these cells, and of the row, again."""
        # Whether a value is required depends on whether the record has any.
        for name in dict.fromkeys((*names, *self._required)) if self._required else names:
            text = values.get(name, "")
            findings = checks.check_cell(self.schema[name], text, self.context) if values else ()
            self.issues.replace_cell(row, name, located(row, name, text, findings))
        findings = checks.check_record(self.schema, values, self.context) if values else ()
        rules = located(row, None, "", findings)
        waits = self._waiting.get(row)
        if waits is not None and self._payload(values) == waits[0]:
            rules = [*rules, waits[1]]
        self.issues.replace_row(row, rules)

    def _refresh(self, row: RowId, values: Mapping[str, str] | None = None) -> None:
        """Bring what follows from a row's texts, issues and outcome up to date."""
        outcome = self.outcomes.get(row, NEVER_SENT)
        answered = self._answers.has(row)
        edited = False
        if answered or outcome.state is RowState.REJECTED:
            values = values if values is not None else self.batch.values(row)
            payload = self._payload(values)
            edited = (
                outcome.state is RowState.REJECTED and outcome.sent is not None and payload != outcome.sent
            )
            standing = self._answers.standing(row, outcome, payload) if answered else ()
            self.issues.replace_row(row, standing, Source.SERVER)
        else:
            self.issues.replace_row(row, (), Source.SERVER)
        if edited:
            self._edited.add(row)
        else:
            self._edited.discard(row)
        state = RowState.READY if edited else outcome.state
        errors, warnings = self.issues.has_local(row)
        empty = state is RowState.READY and not (values if values is not None else self.batch.values(row))
        self._tally.put(row, kind_of(state, empty=empty, errors=errors, edited=edited, warnings=warnings))

    def _know(self, outcomes: Mapping[RowId, RowOutcome]) -> tuple[RowId, ...]:
        rows = tuple(row for row in outcomes if row in self.batch)
        for row in rows:
            self._refresh(row)
        return rows

    def _plan(self, options: SubmitOptions | None) -> Plan:
        if any(field.read_only for field in self.schema.fields):
            # A record may have texts and nothing to send.
            return plan(map(self._plan_row, self.batch.order), options)
        snapshot = self.batch.snapshot()

        def kinds(numbers: Mapping[Going | LeftOut, int]) -> bytes:
            return self._tally.codes(self.batch.order[:], {kind: numbers[_PLANNED[kind]] for kind in Kind})

        def record(row: RowId) -> dict[str, Any]:
            return self._payload(snapshot.values(row))

        return plan_columns(self.batch.order[:], kinds, record, self.schema.names, options)

    def _plan_row(self, row: RowId) -> PlanRow:
        errors, warnings = self.issues.local_counts(row)
        values = self.batch.values(row)
        return PlanRow(
            row_id=row,
            payload=self._payload(values),
            state=self.shown_state(row),
            errors=errors,
            warnings=warnings,
            empty=not values,
            edited=row in self._edited,
        )
