"""A draft that is being worked on: what the screen and the command line both do with records."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leapgrid.drafting import keeping
from leapgrid.drafting.answers import ChunkRefusal
from leapgrid.drafting.errors import DraftError
from leapgrid.drafting.guard import refuse, refuse_step, why_not_edit, why_not_skip
from leapgrid.drafting.received import NOTHING, Received, sharing_of
from leapgrid.drafting.rows import KnownRows
from leapgrid.files import Note
from leapgrid.records import (
    NEVER_SENT,
    Batch,
    Change,
    CheckContext,
    Edit,
    Frame,
    History,
    InsertRows,
    Issue,
    ObjectSchema,
    RowId,
    RowOutcome,
    RowState,
    Step,
    edit_to_json,
    is_large,
)
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.plan import Plan
from leapgrid.workspace import Journal, JournalEntry, RowsTaken, StoredDraft, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.files import FileRead, ImportMapping
    from leapgrid.submit.events import SubmitEvent
    from leapgrid.workspace import Workspace

_PLAIN = CheckContext()


class WorkingDraft(KnownRows):
    """Records with their history, their issues and what is known of their sending.

    Everything is synchronous and belongs to one thread, usually that of an event loop; only a
    :class:`CheckRun` may work in another. Edits never wait for the disk: the journal writes them in the
    background. Opening, closing, :meth:`skip` and :meth:`take_back` do.

    Args:
        stored: the draft as the workspace keeps it, with its journal not yet replayed.
        workspace: where edits and decisions are kept; None for a draft that is only looked at.
        context: what values without country, zone or order of day and month mean.
        header_mapping: header -> field or None, as the file's columns became fields.
        clock: seconds since the epoch.

    Raises:
        DraftError: the journal cannot be replayed.
    """

    def __init__(
        self,
        stored: StoredDraft,
        workspace: Workspace | None,
        *,
        context: CheckContext = _PLAIN,
        header_mapping: Mapping[str, str | None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        batch = Batch(stored.schema, stored.frame, stored.mapping)
        super().__init__(batch, keeping.said_over(stored.settings, context), stored.outcomes)
        self.id = stored.id
        self.name = stored.name
        self.source = stored.source
        self.settings = stored.settings
        self.notes: tuple[Note, ...] = tuple(keeping.note(data) for data in stored.notes)
        self.workspace = workspace
        self.sharing = sharing_of(self.batch) if workspace is not None and workspace.is_shared else None
        self.history = self.sharing.history if self.sharing is not None else History()
        self.header_mapping = (
            dict(header_mapping) if header_mapping is not None else keeping.header_mapping(self.batch)
        )
        self._clock = clock
        self._submission = ""
        if self.sharing is not None:
            self.sharing.replay(stored.journal, stored.by)
        else:
            keeping.replay(stored.journal, self.batch, self.history)
        # What is known of a row that the journal lost must not fall upon another record.
        self.batch.reserve_ids(max(self.outcomes, default=-1) + 1)
        self._answers.keep(self.outcomes, stored.issues)
        self._fill_tally()
        self.journal: Journal | None = None
        self._unkept: list[JournalEntry] = []
        self._received = NOTHING
        if workspace is not None:
            self._begin(workspace)

    # -- opening and closing -------------------------------------------------------------------------------

    @classmethod
    def new(
        cls,
        workspace: Workspace | None,
        schema: ObjectSchema,
        name: str,
        *,
        context: CheckContext = _PLAIN,
        clock: Callable[[], float] = time.time,
    ) -> WorkingDraft:
        """An empty draft, to enter records by hand."""
        stored = keeping.store(workspace, name, schema, Frame.empty(), {})
        return cls(stored, workspace, context=context, clock=clock)

    @classmethod
    def from_records(
        cls,
        workspace: Workspace | None,
        schema: ObjectSchema,
        name: str,
        records: Sequence[Mapping[str, str]],
        *,
        context: CheckContext = _PLAIN,
        clock: Callable[[], float] = time.time,
    ) -> WorkingDraft:
        """A draft of records that are texts by field already, such as the samples."""
        names = tuple(dict.fromkeys(name for record in records for name in record))
        frame = Frame.from_rows(names, ([record.get(name, "") for name in names] for record in records))
        mapping = {name: index for index, name in enumerate(names)}
        stored = keeping.store(workspace, name, schema.with_extra(names), frame, mapping)
        headers: dict[str, str | None] = {name: name for name in names}
        return cls(stored, workspace, context=context, header_mapping=headers, clock=clock)

    @classmethod
    def from_file(
        cls,
        workspace: Workspace | None,
        path: str | os.PathLike[str],
        schema: ObjectSchema,
        said: ImportMapping | None = None,
        *,
        name: str | None = None,
        context: CheckContext = _PLAIN,
        clock: Callable[[], float] = time.time,
    ) -> WorkingDraft:
        """A draft of a file's records, not checked yet.

        Args:
            workspace: None to look at the file only; nothing is kept then.
            path: see :func:`leapgrid.files.read_file`.
            schema: the object.
            said: what a person said about the file.
            name: of the draft; the file's name if None.
            context: what values without country, zone or order of day and month mean.
            clock: seconds since the epoch.

        Raises:
            UnreadableFile: with a sentence for a person.
            WorkspaceError: it cannot be kept.
        """
        # What reads files, and what names their columns, is not loaded by a start that opens none.
        from leapgrid.files import ImportMapping, read_file

        read = read_file(path, schema=schema, said=said or ImportMapping())
        return cls.from_read(workspace, read, name or Path(path).name, context=context, clock=clock)

    @classmethod
    def from_read(
        cls,
        workspace: Workspace | None,
        read: FileRead,
        name: str,
        *,
        context: CheckContext = _PLAIN,
        clock: Callable[[], float] = time.time,
    ) -> WorkingDraft:
        """A draft of a file that was read and mapped, not checked yet.

        Args:
            workspace: None to look at it only, or to put it into one later: see :meth:`store_in`.

        Raises:
            WorkspaceError: it cannot be kept.
        """
        notes = [keeping.note_data(note) for note in read.notes]
        settings = keeping.settings(read.said)
        stored = keeping.store(
            workspace, name, read.schema, read.frame, read.mapping, read.source, notes, settings
        )
        return cls(stored, workspace, context=context, header_mapping=read.header_mapping, clock=clock)

    @classmethod
    def from_stored(
        cls,
        workspace: Workspace,
        draft_id: str,
        *,
        context: CheckContext = _PLAIN,
        clock: Callable[[], float] = time.time,
    ) -> WorkingDraft:
        """A draft as it was left, with its undo steps and what the server said; not checked yet.

        Raises:
            WorkspaceError: it is not there, or cannot be read.
            DraftError: its journal cannot be replayed.
        """
        return cls(workspace.load_draft(draft_id), workspace, context=context, clock=clock)

    def store_in(self, workspace: Workspace) -> str:
        """Put a draft that was made without a workspace into one, as it was made. Waits for the disk.

        It reads only what never changes, so it may run in another thread than the edits;
        :meth:`go_on_in` has to follow in theirs.

        Returns:
            The draft's id there.

        Raises:
            WorkspaceError: it cannot be kept.
        """
        notes = [keeping.note_data(note) for note in self.notes]
        batch, place = self.batch, (self.source, notes, self.settings)
        return keeping.store(workspace, self.name, self.schema, batch.frame, batch.mapping, *place).id

    def go_on_in(self, workspace: Workspace, draft_id: str) -> None:
        """Keep every step in a workspace that :meth:`store_in` put the draft into: those since then too.

        Raises:
            WorkspaceError: they cannot be kept in a shared workspace, before anybody else works there.
        """
        if workspace.is_shared:
            sharing = sharing_of(self.batch)
            workspace.append_steps(draft_id, sharing.together.adopt(self.history, self._unkept), 0)
            self.sharing, self.history = sharing, sharing.history
            self._unkept.clear()
        self.workspace = workspace
        self.id = draft_id
        journal = self._begin(workspace)
        for entry in self._unkept:
            journal.append(entry)
        self._unkept.clear()

    def _begin(self, workspace: Workspace) -> Journal:
        if self.sharing is None:
            self.journal = Journal(workspace, self.id)
        else:
            self.sharing.begin(workspace, self.id)
            self.journal = self.sharing.journal
        return self.journal

    @property
    def is_untouched(self) -> bool:
        """Whether it is as it was made: no edit, also none undone, and nothing sent or decided."""
        return not self.outcomes and self.history.next_undo is None and self.history.next_redo is None

    def flush(self) -> bool:
        """Wait until every edit is on disk, as before sending; says whether all are.

        In a shared workspace also for what others did until now; :meth:`receive` lets it in.
        """
        if self.journal is None:
            return True
        saved = self.journal.flush()
        return self.sharing.look() and saved if self.sharing is not None else saved

    def close(self) -> bool:
        """Write what is left and let go of the workspace, which stays open. Closing twice is fine.

        Returns:
            Whether every edit is on disk; else ``journal.failure`` says why.
        """
        if self.journal is None or self.workspace is None:
            return True
        saved = self.journal.close()
        if self.sharing is not None:
            self.sharing.close()
        try:
            self.workspace.note_counts(self.id, len(self.batch), self.counts().errors)
        except WorkspaceError:
            pass  # Only the numbers in the list of drafts; the records themselves are the journal's matter.
        return saved

    # -- editing -------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, label: str) -> Change:
        """Make an edit, check what it touched, and keep it. An edit that changes nothing leaves no step.

        Args:
            edit: what to change.
            label: what it does, for "Undid: ...".

        Raises:
            DraftError: a row of it is with the server, or done; nothing was changed.
            EditError: it does not fit the batch; nothing was changed.
        """
        refuse(edit, self.batch, self.outcomes)
        if self.sharing is not None:
            change = self.sharing.do(edit, label, self._clock())
            return change if change.is_empty else self._changed(change)
        change = self.batch.apply(edit)
        if change.is_empty:
            return change
        at = self._clock()
        self.history.record(label, edit, change, at)
        self._write_down(
            JournalEntry(
                "do", label, partial(edit_to_json, edit) if is_large(edit) else edit_to_json(edit), at
            )
        )
        return self._changed(change)

    def undo(self) -> tuple[Step, Change] | None:
        """Take back the last step: texts and rows, never what a server answered. None if there is none.

        Raises:
            DraftError: it would change a row that is with the server, or done.
        """
        return self._step(self.history.next_undo, self.history.undo, "undo", "undone")

    def redo(self) -> tuple[Step, Change] | None:
        """Make the step that was last taken back again. As :meth:`undo`."""
        return self._step(self.history.next_redo, self.history.redo, "redo", "redone")

    def duplicate(self, rows: Sequence[RowId], label: str | None = None) -> Change:
        """Copy rows as new records, behind the last of them: the way to send again what was created.

        Raises:
            DraftError: a row is not in the batch any more.
        """
        positions = [self.batch.position(row) for row in rows]
        known = [position for position in positions if position is not None]
        if not rows or len(known) < len(positions):
            raise DraftError("There is no such row any more.", rows)
        columns = {name: tuple(self.batch.text(row, name) for row in rows) for name in self.schema.names}
        edit = InsertRows(max(known) + 1, self.batch.new_row_ids(len(rows)), columns)
        if label is None:
            label = f"copy of row {known[0] + 1:,}" if len(rows) == 1 else f"copy of {len(rows):,} rows"
        return self.apply(edit, label)

    def receive(self) -> Received:
        """Let in what others did in this draft since it was last asked; waits for nothing.

        Raises:
            DraftError: it is not understood: the draft has to be opened again.
        """
        received, self._received = self._received, NOTHING
        came = self.sharing.let_in() if self.sharing is not None else None
        if came is None:
            return received
        change = self._changed(came.change) if came.change is not None else None
        known = came.outcomes or {}
        other = {row: outcome for row, outcome in known.items() if self.outcomes.get(row) != outcome}
        self.outcomes.update(other)
        for row in self.outcomes.keys() - known.keys() if came.outcomes is not None else ():
            other[row] = self.outcomes[row] = NEVER_SENT
        self._answers.keep(other, came.issues)
        rows = self._know(other)
        return received.and_then(Received(change, rows, came.conflicts, came.people))

    def why_not_edit(self, row: RowId) -> str | None:
        """Why a row cannot be edited now, one sentence; None where it can."""
        return why_not_edit(self.batch, row, self.outcomes.get(row))

    def story(self, row: RowId, field: str) -> list[tuple[float, str, str]]:
        """What became of a cell, oldest first: when (0 for "as read"), what kind, a text.

        The kinds are "read" and "edit", whose text is the cell's, and the row's states, whose text is a
        sentence.
        """
        read = self.batch.original(row, field)
        story = [(0.0, "read", read)] if read else []
        written = self.history if self.sharing is None else self.sharing.together
        story += [(at, "edit", text) for at, text in written.story(row, field)]
        story += self._answers.story(row, field)
        return sorted(story, key=lambda entry: entry[0])

    # -- sending -------------------------------------------------------------------------------------------

    def plan(self, options: SubmitOptions | None = None) -> Plan:
        """What a run would send now, and what not and why."""
        self._received = self.receive()
        return self._plan(options)

    def take(self, event: SubmitEvent) -> tuple[RowId, ...]:
        """Let an event of a run into the rows.

        Returns:
            The rows that changed.
        """
        from leapgrid.submit.events import ChunkAnswered, ChunkStarted, RunFinished, SubmissionStarted

        self._know_better(event.outcomes)
        self.outcomes.update(event.outcomes)
        if isinstance(event, SubmissionStarted):
            self._submission = event.submission
        if self.sharing is not None and isinstance(event, SubmissionStarted | RunFinished):
            self.sharing.sending(isinstance(event, SubmissionStarted))
        if isinstance(event, ChunkStarted):
            self._answers.sent_again(event.rows)
        if isinstance(event, ChunkAnswered):
            self._answers.keep(event.outcomes, event.issues)
            stays = tuple(issue for issue in event.issues if issue.row_id is None)
            if stays:
                rows = frozenset(event.rows)
                self._answers.refused(ChunkRefusal(self._submission, event.chunk, rows, stays, event.message))
        else:
            self._answers.decided(event.outcomes)
        return self._know(event.outcomes)

    @property
    def chunk_refusals(self) -> tuple[ChunkRefusal, ...]:
        """The refusals that no row could be found for, oldest first."""
        return self._answers.refusals

    @property
    def chunk_issues(self) -> tuple[Issue, ...]:
        """What the server found in chunks and not in any row."""
        return tuple(issue for refusal in self.chunk_refusals for issue in refusal.issues)

    def skip(self, rows: Iterable[RowId]) -> tuple[RowId, ...]:
        """Leave rows out of sending, until they are taken back. Waits for the disk.

        Raises:
            DraftError: a row is with the server, or done; no row was changed.
            WorkspaceError: it cannot be written.
        """
        wanted = [row for row in rows if self.shown_state(row) is not RowState.SKIPPED]
        return self._decide(wanted, lambda ws: ws.set_states(self.id, wanted, RowState.SKIPPED, "Skipped."))

    def take_back(self, rows: Iterable[RowId]) -> tuple[RowId, ...]:
        """Take skipped rows back to the state before. Waits for the disk.

        Raises:
            WorkspaceError: it cannot be written.
        """
        wanted = [row for row in rows if self.shown_state(row) is RowState.SKIPPED]
        return self._decide(wanted, lambda ws: ws.take_back(self.id, wanted))

    # -- inside --------------------------------------------------------------------------------------------

    def _write_down(self, entry: JournalEntry) -> None:
        if self.journal is not None:
            self.journal.append(entry)
        else:
            self._unkept.append(entry)

    def _step(
        self,
        upcoming: tuple[Step, Edit] | None,
        make: Callable[[Batch], tuple[Step, Change] | None],
        kind: str,
        verb: str,
    ) -> tuple[Step, Change] | None:
        if upcoming is None:
            return None
        refuse_step(upcoming[1], self.batch, self.outcomes, verb)
        if self.sharing is not None:
            found = self.sharing.turn(kind, self._clock())
            return (found[0], self._changed(found[1])) if found is not None else None
        made = make(self.batch)
        if made is not None:
            self._write_down(JournalEntry(kind, made[0].label, None, self._clock()))
            return made[0], self._changed(made[1])
        return made

    def _know_better(self, outcomes: Mapping[RowId, RowOutcome]) -> None:
        if self.sharing is not None and outcomes:
            self.sharing.know_better()

    def _decide(
        self, rows: Sequence[RowId], decide: Callable[[Workspace], Mapping[RowId, RowOutcome]]
    ) -> tuple[RowId, ...]:
        if not rows:
            return ()
        if self.workspace is None:
            raise DraftError("This draft is only looked at; nothing can be decided in it.", rows)
        # A decision about a row whose edit is lost would be about nothing.
        self.flush()
        try:
            decided = decide(self.workspace)
        except RowsTaken as refused:
            row = refused.rows[0] if refused.rows else rows[0]
            raise DraftError(why_not_skip(self.batch, row, self.shown_state(row)), refused.rows) from refused
        self._know_better(decided)
        for row, outcome in decided.items():
            sent = self.outcome(row).sent
            if sent is None and outcome.state is RowState.REJECTED:
                sent = self.workspace.sent_record(self.id, row)
            self.outcomes[row] = replace(outcome, sent=sent)
        self._answers.decided(decided)
        return self._know(decided)
