"""What one open draft and its sending mean to the screen: the state that widgets show, and who is told.

The records, their checks and their sending are :mod:`leapgrid.drafting`'s; here they are joined with the view
that is on the screen and with what is going on now. Nothing on the screen is the only copy of anything.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.records import (
    Change,
    DeleteRows,
    Edit,
    EditError,
    InsertRows,
    Issue,
    Place,
    RowId,
    RowOutcome,
    RowState,
    Step,
    fill,
    set_cell,
)
from leapgrid.submit import Plan, SubmitOptions
from leapgrid.tui.rows import DraftRows
from leapgrid.tui.stories import Stories, read_story
from leapgrid.tui.views import ONLY_REJECTED, Filter, View, marked
from leapgrid.workspace import WorkspaceError

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opened
    from leapgrid.submit import SubmitEvent
    from leapgrid.tui.looks import Looks
    from leapgrid.tui.progress import RunProgress


class Changed(NamedTuple):
    """Something that is shown is different.

    Attributes:
        rows: which rows look different; None: rows came or went, or all may.
        run: whether a submission or a look-up went on.
        said: a sentence for the issue line, e.g. what was undone.
        edited: whether a person changed something, so that what was said before is old.
        checked: how many cells of how many a check in the background has done.
    """

    rows: frozenset[RowId] | None = frozenset()
    run: bool = False
    said: str = ""
    edited: bool = False
    checked: tuple[int, int] | None = None


class Session:
    """One open draft.

    Attributes:
        draft: the records and all that is known of them.
        rows: the grid's model of them.
        run: the submission that is going on or was the last one here, or None.
        checking: how many cells of how many were checked; None when all are.
        outcomes_revision: changes with everything that is known of the sending of rows.
        told: what was said when the draft came onto the screen, all of it; the notes have it in full.
        opened: how the draft was made, where that was of a file a moment ago, or None.
        not_kept: why the draft is in no workspace yet, in a sentence that stays until it is, or "".
        reading: says how far the file is that this is only the beginning of, e.g. "40 %"; None where all is
            here. Nothing can be edited before that.
    """

    def __init__(self, draft: WorkingDraft, reading: Callable[[], str] | None = None) -> None:
        self.draft = draft
        self.reading = reading
        self.rows = DraftRows(draft, self._keep, reading)
        self.opened: Opened | None = None
        self.not_kept = ""
        self.run: RunProgress | None = None
        self.checking: tuple[int, int] | None = None
        self.told: tuple[str, ...] = ()
        self.chunk_size = SubmitOptions().chunk_size
        self.outcomes_revision = 0
        self.stories = Stories()
        self._looks: Looks | None = None
        self._planned: tuple[tuple[int, ...], Plan] | None = None
        self._listeners: list[Callable[[Changed], None]] = []

    def listen(self, listener: Callable[[Changed], None]) -> None:
        """Be told of every change, on the thread of the loop."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[Changed], None]) -> None:
        """No longer tell a listener."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def tell(self, changed: Changed) -> None:
        """Tell everyone."""
        if changed.rows is None or changed.rows:
            self.rows.touch(changed.rows)
        if changed.checked is not None:
            done, total = changed.checked
            self.checking = changed.checked if done < total else None
        for listener in list(self._listeners):
            listener(changed)

    # -- edits --------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, label: str) -> Change | None:
        """Change the records; a refusal is told as a sentence and changes nothing."""
        try:
            change = self.draft.apply(edit, label)
        except (DraftError, EditError) as error:
            self.tell(Changed(said=str(error)))
            return None
        self._changed(change)
        return change

    def _changed(self, change: Change, said: str = "") -> None:
        if change.structural:
            if self.rows.view is not None:
                batch = self.draft.batch
                gone = {r for r in change.rows if batch.position(r) is None}
                self.rows.view = self.rows.view.without(gone)
            self.tell(Changed(rows=None, said=said, edited=True))
        else:
            rows = frozenset((*change.rows, *change.also))
            self.tell(Changed(rows=rows, said=said, edited=True))

    def receive(self) -> None:
        """Let in what others did in the draft, and tell where they and this person were at one place."""
        if self.draft.sharing is None:
            return
        try:
            received = self.draft.receive()
        except DraftError as error:
            self.tell(Changed(said=str(error)))
            return
        if received.change is not None:
            self._changed(received.change)
        if received.rows:
            self.outcomes_revision += 1
            self.tell(Changed(rows=frozenset(received.rows)))
        if received.conflicts:
            from leapgrid.drafting.together import in_words

            self.tell(Changed(said=in_words(received.conflicts, self.draft.batch)))

    def _keep(self, row_id: RowId | None, field: str, text: str) -> None:
        if row_id is not None:
            self.apply(set_cell(row_id, field, text), f"Edit {field}")
            return
        batch = self.draft.batch
        (new,) = batch.new_row_ids(1)
        columns = {f.name: (f.default,) for f in self.draft.schema.fields if f.default}
        columns[field] = (text,)
        self.apply(InsertRows(len(batch), (new,), columns), "Add a record")

    def insert_row(self, before: RowId | None) -> RowId | None:
        """Put an empty row above another, or at the end."""
        batch = self.draft.batch
        at = batch.position(before) if before is not None else None
        (new,) = batch.new_row_ids(1)
        done = self.apply(InsertRows(len(batch) if at is None else at, (new,), {}), "Insert a row")
        return new if done else None

    def duplicate_row(self, row_id: RowId) -> RowId | None:
        """Put a copy of a row below it: a new record, whatever became of the first."""
        try:
            change = self.draft.duplicate((row_id,))
        except (DraftError, EditError) as error:
            self.tell(Changed(said=str(error)))
            return None
        self._changed(change)
        return change.rows[0] if change.rows else None

    def delete_row(self, row_id: RowId) -> bool:
        """Take a row out of the draft."""
        return self.apply(DeleteRows((row_id,)), "Delete a row") is not None

    def clear_cell(self, row_id: RowId, field: str) -> None:
        """Empty a cell."""
        if self.draft.batch.text(row_id, field):
            self.apply(fill((row_id,), field, ""), f"Clear {field}")

    def fix(self, issue: Issue) -> bool:
        """Make the fix of an issue."""
        if issue.fix is None or issue.row_id is None or issue.field is None:
            return False
        return self.apply(set_cell(issue.row_id, issue.field, issue.fix.value), issue.fix.label) is not None

    def undo(self) -> Place | None:
        """Take back the last step; say which; where it was."""
        return self._step(self.draft.undo, "Undone", "There is nothing to undo.")

    def redo(self) -> Place | None:
        """Do again what was undone last; say which; where it is."""
        return self._step(self.draft.redo, "Redone", "There is nothing to redo.")

    def _step(self, step: Callable[[], tuple[Step, Change] | None], done: str, nothing: str) -> Place | None:
        try:
            result = step()
        except (DraftError, EditError) as error:
            self.tell(Changed(said=str(error)))
            return None
        if result is None:
            self.tell(Changed(said=nothing))
            return None
        made, change = result
        self._changed(change, said=f"{done}: {made.label}.")
        batch = self.draft.batch
        for row in change.rows:
            position = batch.position(row)
            if position is not None:
                field = change.fields[0] if change.fields else None
                column = self.draft.schema.names.index(field) if field else 0
                return Place(row, field, position, column)
        return None

    def skip(self, row_id: RowId) -> None:
        """Leave a row out of sending, or take it back."""
        try:
            if self.draft.state(row_id) is RowState.SKIPPED:
                self.draft.take_back((row_id,))
                said = "Taken back."
            else:
                self.draft.skip((row_id,))
                said = "Skipped: this row is not sent."
        except (DraftError, WorkspaceError) as error:
            self.tell(Changed(said=str(error)))
            return
        self.outcomes_revision += 1
        self.tell(Changed(rows=frozenset((row_id,)), said=said))

    # -- views and issues ---------------------------------------------------------------------------------

    def show_rejected(self) -> bool:
        """Show only the rows that the server refused; False where there are none."""
        order, marks = self.looked_at(ONLY_REJECTED)
        return self.show(ONLY_REJECTED, marked(order, marks))

    def looked_at(self, wanted: Filter) -> tuple[Sequence[RowId], bytes]:
        """What :func:`marked` finds the rows of a filter in, as it is now: it may do that in a thread."""
        return self.draft.batch.order[:], self.draft.marks_of(wanted.kinds)

    def show(self, wanted: Filter, rows: array[int]) -> bool:
        """Show the rows of a filter; False, and nothing is changed, where there are none."""
        if not rows:
            return False
        self.rows.view = View(wanted.name, rows, self.draft.batch)
        self.tell(Changed(rows=None))
        return True

    def show_all(self) -> None:
        """Show all rows."""
        if self.rows.view is not None:
            self.rows.view = None
            self.tell(Changed(rows=None))

    def next_issue(self, index: int, column: int, *, backwards: bool = False) -> Place | None:
        """The next cell with an issue from a place of the view on, across columns, round at the end."""
        return self.draft.issues.next(
            (index, column), self.rows.positions, self.draft.schema.names, backwards=backwards
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.draft.history.next_undo is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self.draft.history.next_redo is not None

    @property
    def has_issues(self) -> bool:
        """Whether there is anything to walk to."""
        counts = self.draft.issues.counts
        return bool(counts.errors or counts.warnings)

    @property
    def has_rejected(self) -> bool:
        """Whether the server refused any row last, also where it was edited since."""
        counts = self.draft.counts()
        return counts.rejected + counts.edited > 0

    @property
    def kept(self) -> str:
        """Whether the edits are on disk, for the title bar."""
        if self.not_kept:
            return "not saved"
        journal = self.draft.journal
        if journal is None:
            return ""
        if journal.failure:
            return "not saved"
        return time.strftime("saved %H:%M", time.localtime(journal.saved_at)) if journal.saved_at else "saved"

    @property
    def trouble(self) -> str:
        """Why edits are not on disk, in a sentence that stays until they are; "" where all is well."""
        if self.not_kept:
            return self.not_kept
        journal, sharing = self.draft.journal, self.draft.sharing
        failure = journal.failure if journal is not None else None
        return failure or (sharing.failure if sharing is not None else None) or ""

    def refusal_of_chunk(self, row_id: RowId) -> str:
        """What the server said of the row's whole chunk, where no row of it could be found."""
        for refusal in self.draft.chunk_refusals:
            if row_id in refusal.rows:
                return refusal.issues[0].message if refusal.issues else refusal.message
        return ""

    # -- sending ------------------------------------------------------------------------------------------

    @property
    def is_sending(self) -> bool:
        """Whether a submission is going on."""
        return self.run is not None and not self.run.finished

    def plan(self, options: SubmitOptions) -> Plan:
        """What would be sent now, and what is left out."""
        return self.draft.plan(options)

    def chunk_of(self, row_id: RowId | None) -> list[dict[str, Any]]:
        """The records of the chunk that a row would go in now, or of the first where it would not go."""
        state = (
            self.draft.batch.version,
            self.draft.issues.revision,
            self.outcomes_revision,
        )
        if self._planned is None or self._planned[0] != state:
            self._planned = (state, self.draft.plan(SubmitOptions(chunk_size=self.chunk_size)))
        plan = self._planned[1]
        chosen = plan.chunk_with(row_id) if row_id is not None else None
        if chosen is None and plan.chunks:
            chosen = plan.chunks[0]
        return [dict(record) for record in chosen.payloads] if chosen is not None else []

    # -- the story of a row -------------------------------------------------------------------------------

    def has_story_to_read(self, row: RowId) -> bool:
        """Whether the workspace may know more of a row than was read of it so far."""
        draft = self.draft
        if draft.workspace is None or self.stories.is_fresh(row, self._story_revision):
            return False
        return row in draft.outcomes or bool(self._edits_of(row))

    def _edits_of(self, row: RowId) -> list[float]:
        """When cells of a row were edited."""
        story = self.draft.story
        return [at for name in self.draft.schema.names for at, kind, _ in story(row, name) if kind == "edit"]

    @property
    def _story_revision(self) -> tuple[int, int]:
        return self.outcomes_revision, self.draft.batch.version

    async def read_story(self, row: RowId) -> bool:
        """Read what the workspace knows of a row, beside the loop; whether that went well."""
        draft, revision = self.draft, self._story_revision
        workspace = draft.workspace
        if workspace is None:
            return False
        edits = self._edits_of(row)
        try:
            story = await asyncio.to_thread(read_story, workspace, draft.id, row, edits)
        except WorkspaceError:
            return False  # what this session knows of it stays
        self.stories.keep(row, revision, story)
        return True

    @property
    def looks(self) -> Looks:
        """What look-ups said of the rows."""
        if self._looks is None:
            from leapgrid.tui.looks import Looks

            self._looks = Looks()
        return self._looks

    @property
    def asking(self) -> str:
        """What the server is being asked about rows that may be there, or ""."""
        return self._looks.asking if self._looks is not None else ""

    @property
    def unknown(self) -> int:
        """How many rows may be at the server."""
        return self.draft.counts().unknown

    @property
    def can_resume(self) -> bool:
        """Whether there is something that was cut off and could be gone on with."""
        return self._looks is not None and any(not one.running for one in self._looks.open)

    def can_send_anyway(self, row_id: RowId) -> bool:
        """Whether a row stays only because this workspace created the same record before.

        Also where this draft sent it before that and was refused: what counts is what was said of it last.
        """
        outcome = self.draft.outcome(row_id)
        if outcome.state is not RowState.ALREADY_THERE:
            return False
        from leapgrid.workspace.same import is_same_words

        return is_same_words(outcome.evidence)

    def refreshed(self) -> None:
        """What is open was read again."""
        self.tell(Changed(run=True))

    def begin(self, plan: Plan) -> bool:
        """Take note that a submission starts; False while one is going on, which is what guards Send.

        Args:
            plan: what it sets out to send; an empty one where it goes on with what was cut off.
        """
        if self.is_sending:
            return False
        from leapgrid.tui.progress import RunProgress

        self.run = RunProgress(plan, time.time())
        self.tell(Changed(run=True))
        return True

    def break_off(self, sentence: str, known: Mapping[RowId, RowOutcome]) -> None:
        """The run is over by a defect of ours, whatever it still wanted to tell.

        Args:
            sentence: what happened and what is safe.
            known: what the workspace knows of the rows now.
        """
        from leapgrid.submit import RunStopped

        if self.run is None:
            return
        waiting = (RowState.QUEUED, RowState.SENDING)
        mine = self.run.outcomes.items()
        open_rows = {row for row, outcome in mine if outcome.state in waiting} | {
            row for row, outcome in self.draft.outcomes.items() if outcome.state in waiting
        }
        outcomes = {row: known[row] for row in open_rows if row in known}
        with suppress(Exception):  # what took the last event amiss must not keep the run from its end
            self.draft.take(RunStopped("unexpected", sentence, outcomes))
        self.run.break_off(sentence, outcomes)
        self.outcomes_revision += 1
        self.tell(Changed(rows=frozenset(open_rows), run=True))

    def know(self, rows: Collection[RowId]) -> None:
        """The draft knows something new of rows that no run told of."""
        if rows:
            self.outcomes_revision += 1
            self.tell(Changed(rows=frozenset(rows)))

    def take(self, event: SubmitEvent, *, known: bool = False) -> None:
        """An event of a run, or of a look-up: into the rows, the progress and onto the screen.

        Args:
            event: what happened.
            known: whether the draft took it already.
        """
        from leapgrid.submit import RunFinished

        if not known:
            self.draft.take(event)
        self.outcomes_revision += 1
        if self.is_sending and self.run is not None:
            self.run.take(event)
        elif self.run is not None:
            self.run.follow(event.outcomes)
        self.looks.take(event)
        if isinstance(event, RunFinished) and self.rows.view is not None and not self.show_rejected():
            self.show_all()
        self.tell(Changed(rows=frozenset(event.outcomes), run=True))
