"""Drafts: what a person works on, with every edit since its file was read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    type_coerce,
    update,
)

from leapgrid.records.frame import Frame
from leapgrid.records.outcomes import RowState
from leapgrid.records.schema import ObjectSchema, schema_from_json, schema_to_json
from leapgrid.visible import visible
from leapgrid.workspace import tables as t
from leapgrid.workspace.backend import Backend
from leapgrid.workspace.errors import Damaged, Locked, NotFound, RowsTaken, WorkspaceError
from leapgrid.workspace.model import DraftSummary, JournalEntry, StoredDraft
from leapgrid.workspace.outcomes import Outcomes
from leapgrid.workspace.seals import check, draft_values, entry_values, seal
from leapgrid.workspace.store import new_id

_UNTOUCHED = and_(
    *(
        not_(exists().where(table.c.draft_id == t.draft.c.id))
        for table in (t.journal_entry, t.submission, t.row_outcome, t.attempt_row, t.decision)
    )
)
"""Of a draft: nothing was ever done with it."""


class Drafts(Outcomes):
    """The part of the workspace that keeps drafts."""

    def __init__(self, database: Backend, clock: Callable[[], float]) -> None:
        super().__init__(database, clock)
        self._frames = database.frames()

    def create_draft(
        self,
        name: str,
        schema: ObjectSchema,
        frame: Frame,
        mapping: Mapping[str, int],
        source: str = "",
        notes: Sequence[Any] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> str:
        """Keep a new draft.

        Args:
            name: what the person calls it.
            schema: of its object.
            frame: the records exactly as read.
            mapping: field to column of the frame.
            source: the file it came from.
            notes: what reading the file found, as JSON objects.
            settings: what its values mean where they do not say so themselves, as JSON.

        Returns:
            Its ULID.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        digest = self._frames.put(frame)
        draft_id, now = new_id(), self.now()
        with self._database.write() as connection:
            connection.execute(
                insert(t.draft).values(
                    id=draft_id,
                    name=name,
                    object=schema.slug,
                    schema=schema_to_json(schema),
                    mapping=dict(mapping),
                    source=source,
                    notes=list(notes),
                    frame=digest,
                    rows=frame.height,
                    errors=None,
                    created_at=now,
                    updated_at=now,
                    settings=dict(settings or {}),
                    seal=seal(
                        *draft_values(
                            draft_id,
                            schema.slug,
                            schema_to_json(schema),
                            dict(mapping),
                            source,
                            digest,
                            dict(settings or {}),
                        )
                    ),
                )
            )
            self._database.note("draft", draft=draft_id, name=name, rows=frame.height)
        return draft_id

    def drafts(self) -> list[DraftSummary]:
        """All drafts, the last changed first."""
        with self._database.read() as connection:
            stored = connection.execute(select(t.draft).order_by(t.draft.c.updated_at.desc())).all()
            counted = connection.execute(
                select(t.row_outcome.c.draft_id, t.row_outcome.c.state, func.count()).group_by(
                    t.row_outcome.c.draft_id, t.row_outcome.c.state
                )
            ).all()
            queued = connection.execute(
                select(t.submission.c.draft_id)
                .join(t.chunk, t.submission.c.id == t.chunk.c.submission_id)
                .where(t.chunk.c.state == "planned")
                .distinct()
            ).scalars()
            running = list(queued)
        by_draft: dict[str, dict[RowState, int]] = {}
        for draft_id, state, count in counted:
            by_draft.setdefault(draft_id, {})[t.row_state(state)] = count
        for draft_id in running:
            # A queued row may have another state on disk, from before it was planned.
            by_draft[draft_id] = dict(Counter(was.state for was in self.outcomes(draft_id).values()))
        found = []
        for row in stored:
            counts = by_draft.get(row.id, {})
            others = sum(count for state, count in counts.items() if state is not RowState.READY)
            counts[RowState.READY] = max(0, row.rows - others)
            found.append(
                DraftSummary(
                    id=row.id,
                    name=row.name,
                    object=row.object,
                    source=row.source,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                    rows=row.rows,
                    errors=row.errors,
                    counts={state: counts[state] for state in RowState if counts.get(state)},
                )
            )
        return found

    def load_draft(self, draft_id: str) -> StoredDraft:
        """A draft with its journal and the outcomes of its rows.

        Raises:
            NotFound: if there is none of this id.
            Damaged: if what is stored of it is not what was written; other drafts may be.
            WorkspaceError: if it cannot be read.
        """
        try:
            return self._load(draft_id)
        except Damaged as error:
            raise Damaged(
                f"The draft {self._name_of(draft_id)} cannot be opened, others may be. {error}"
            ) from error

    def _name_of(self, draft_id: str) -> str:
        """A draft's name, safe to show, whatever else is wrong with it."""
        try:
            with self._database.read() as connection:
                name = connection.execute(select(t.draft.c.name).where(t.draft.c.id == draft_id)).scalar()
        except WorkspaceError:
            name = None
        return visible(str(name or draft_id), 60)

    def _load(self, draft_id: str) -> StoredDraft:
        j = t.journal_entry.c
        with self._database.read() as connection:
            row = connection.execute(select(t.draft).where(t.draft.c.id == draft_id)).first()
            if row is None:
                raise NotFound("This draft is not in the workspace any more.")
            entries = connection.execute(
                select(j.seq, j.kind, j.label, type_coerce(j.edit, Text), j.at, j.owner, j.who, j.seal)
                .where(j.draft_id == draft_id)
                .order_by(j.seq)
            ).all()
        with t.understood():
            check(
                row.seal,
                *draft_values(
                    draft_id, row.object, row.schema, row.mapping, row.source, row.frame, row.settings
                ),
            )
            schema, mapping, notes = schema_from_json(row.schema), dict(row.mapping), tuple(row.notes)
            if [entry[0] for entry in entries] != list(range(1, len(entries) + 1)):
                raise Damaged(t.DAMAGED)
            settings = dict(row.settings or {})
        return StoredDraft(
            id=draft_id,
            name=row.name,
            schema=schema,
            frame=self._frames.get(row.frame),
            mapping=mapping,
            source=row.source,
            notes=notes,
            journal=[entry_of(draft_id, tuple(entry)) for entry in entries],
            by=[(entry.owner or "", entry.who or "") for entry in entries],
            outcomes=self.outcomes(draft_id),
            issues=self.server_issues(draft_id),
            settings=settings,
        )

    def rename_draft(self, draft_id: str, name: str) -> None:
        """Give a draft another name.

        Raises:
            NotFound: if there is none of this id.
        """
        self._change(draft_id, name=name)

    def note_counts(self, draft_id: str, rows: int, errors: int | None) -> None:
        """Remember how many records and local errors a draft has, for the list of drafts.

        Raises:
            NotFound: if there is none of this id.
        """
        self._change(draft_id, rows=rows, errors=errors)

    def remove_draft(self, draft_id: str) -> None:
        """Delete a draft with everything that is known of its submissions.

        Raises:
            NotFound: if there is none of this id.
            RowsTaken: while rows of it are on their way.
            Locked: while somebody else works on it.
        """
        with self._kept_from_others(draft_id), self._database.write() as connection:
            digest = connection.execute(select(t.draft.c.frame).where(t.draft.c.id == draft_id)).scalar()
            if digest is None:
                raise NotFound("This draft is not in the workspace any more.")
            sending = connection.execute(
                select(t.row_outcome.c.row_id).where(
                    t.row_outcome.c.draft_id == draft_id,
                    t.row_outcome.c.state == RowState.SENDING,
                )
            ).scalars()
            if rows := tuple(sending):
                raise RowsTaken(rows, "Rows of this draft are on their way. Remove it later.")
            connection.execute(delete(t.draft).where(t.draft.c.id == draft_id))
            self._database.note("removed", draft=draft_id)
            used = connection.execute(select(t.draft.c.id).where(t.draft.c.frame == digest)).first()
        if used is None:
            self._frames.drop(digest)

    def remove_twins(self, draft_id: str) -> tuple[str, ...]:
        """Delete the drafts in whose place a new one came: the same file read in the same way, and untouched.

        What was edited, even if that was undone, sent, decided on or renamed stays, and so does what another
        process works on.

        Args:
            draft_id: the new one.

        Returns:
            The ids of those that are gone.

        Raises:
            NotFound: if there is none of this id.
            WorkspaceError: if it cannot be written; what was found before is gone then.
        """
        c = t.draft.c
        with self._database.read() as connection:
            new = connection.execute(select(t.draft).where(c.id == draft_id)).first()
            if new is None:
                raise NotFound("This draft is not in the workspace any more.")
            alike = connection.execute(
                select(t.draft).where(
                    c.id != draft_id, c.frame == new.frame, c.object == new.object, _UNTOUCHED
                )
            ).all()
        if new.source in ("", "-"):
            return ()
        gone: list[str] = []
        for old in alike:
            if (old.source, old.name, old.mapping, old.settings or {}) != (
                new.source,
                new.name,
                new.mapping,
                new.settings or {},
            ):
                continue
            if self._remove_untouched(old.id):
                gone.append(old.id)
        return tuple(gone)

    @contextmanager
    def _kept_from_others(self, draft_id: str) -> Iterator[None]:
        """Nobody else works on the draft within; it is gone, or as it was, at the end."""
        held = f"draft{draft_id}"
        was_ours = self._owners.holds(held)
        try:
            is_ours = self._owners.hold(held)
        except OSError:
            is_ours, was_ours = True, True  # nobody can tell; the person said so
        if not is_ours:
            raise Locked("Somebody else works on this draft. Remove it when they are done.")
        try:
            yield
        finally:
            if not was_ours:
                self._owners.let_go(held, is_gone=True)
            elif self.is_shared:
                self._owners.hold(held, shared=True)

    def _remove_untouched(self, draft_id: str) -> bool:
        """Delete a draft whose records another draft has too, unless somebody works or worked on it."""
        held = f"draft{draft_id}"
        was_ours = self._owners.holds(held)
        try:
            if not self._owners.hold(held):
                return False
        except OSError:
            return False  # nobody can tell whether it is worked on
        is_gone = False
        try:
            with self._database.write() as connection:
                # Asked once more: nobody else can begin to work on it now.
                found = connection.execute(delete(t.draft).where(t.draft.c.id == draft_id, _UNTOUCHED))
                if found.rowcount == 1:
                    self._database.note("removed", draft=draft_id)
            is_gone = found.rowcount == 1
        finally:
            if is_gone or not was_ours:
                self._owners.let_go(held, is_gone=is_gone)
            else:
                self._owners.hold(held, shared=self.is_shared)
        return is_gone

    def append_entries(self, draft_id: str, entries: Sequence[JournalEntry]) -> None:
        """Add steps to a draft's journal, all or none. :class:`~leapgrid.workspace.journal.Journal` calls it.

        Raises:
            NotFound: if there is no draft of this id.
            WorkspaceError: if they cannot be written.
        """
        if not entries:
            return
        with self._database.write() as connection:
            self._touch(connection, draft_id)
            last = connection.execute(
                select(func.max(t.journal_entry.c.seq)).where(t.journal_entry.c.draft_id == draft_id)
            ).scalar()
            connection.execute(
                insert(t.journal_entry),
                [stored_entry(draft_id, seq, entry) for seq, entry in enumerate(entries, (last or 0) + 1)],
            )
            self._database.note("edits", draft=draft_id, seq=(last or 0) + len(entries))

    def _change(self, draft_id: str, **values: object) -> None:
        with self._database.write() as connection:
            self._touch(connection, draft_id, **values)

    def _touch(self, connection: Connection, draft_id: str, **values: object) -> None:
        changed = connection.execute(
            update(t.draft).where(t.draft.c.id == draft_id).values(updated_at=self.now(), **values)
        )
        if changed.rowcount != 1:
            raise NotFound("This draft is not in the workspace any more.")


def stored_entry(
    draft_id: str, seq: int, entry: JournalEntry, owner: str | None = None, who: str | None = None
) -> dict[str, object]:
    """A step as it is kept. Its edit, which may be large, is put into text once, for the seal too.

    Args:
        draft_id: whose step.
        seq: its number.
        entry: the step.
        owner: where several people work on a draft, whose steps it belongs to, and its mark.
        who: the person.
    """
    edit = None if entry.edit is None else t.JsonText.of(entry.edit)
    return {
        "draft_id": draft_id,
        "seq": seq,
        "kind": entry.kind,
        "label": entry.label,
        "edit": edit,
        "at": entry.at,
        "owner": owner,
        "who": who,
        "seal": seal(*entry_values(draft_id, seq, entry.kind, entry.label, edit, entry.at, owner, who)),
    }


def entry_of(draft_id: str, row: Sequence[Any]) -> JournalEntry:
    """A step as it was kept.

    Raises:
        Damaged: if it is not what was written.
    """
    seq, kind, label, edit, at, owner, who, sealed = row
    with t.understood():
        check(sealed, *entry_values(draft_id, seq, kind, label, edit, at, owner, who))
        return JournalEntry(kind, label, None if edit is None else json.loads(edit), at)
