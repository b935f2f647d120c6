"""What the workspace gives and takes: plain values, which load no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leapgrid.records.frame import Frame
from leapgrid.records.issues import Issue, RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import ObjectSchema


class JournalEntry(NamedTuple):
    """One step of a draft's history.

    Attributes:
        kind: "do", "undo" or "redo".
        label: what it did, for a person.
        edit: the edit as JSON, or what gives it when it is written; None for undo and redo, which name no
            edit of their own.
        at: seconds since the epoch.
    """

    kind: str
    label: str
    edit: Any = None
    at: float = 0.0


class SharedStep(NamedTuple):
    """A step of a draft that several people work on.

    Attributes:
        entry: as in any journal.
        hand: whose steps it belongs to: a person at a machine.
        who: the person.
        mark: no other step has it.
        seq: its number in the draft, from 1; 0 before it has one.
        rows: the rows of the draft that it changes or takes away; not kept.
    """

    entry: JournalEntry
    hand: str
    who: str
    mark: str
    seq: int = 0
    rows: Sequence[RowId] = ()


class DraftSummary(NamedTuple):
    """A draft in a list.

    Attributes:
        id: ULID.
        name: what the person calls it.
        object: slug of its object.
        source: the file it came from, or "".
        created_at: seconds since the epoch.
        updated_at: when it was last changed.
        rows: how many records, as last noted.
        errors: how many local errors, as last noted; None if never.
        counts: how many rows are in which state; they add up to ``rows``.
    """

    id: str
    name: str
    object: str
    source: str
    created_at: float
    updated_at: float
    rows: int
    errors: int | None
    counts: Mapping[RowState, int]


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """All that is kept of a draft.

    Attributes:
        id: ULID.
        name: what the person calls it.
        schema: of its object, with the fields that its file added.
        frame: the records exactly as read.
        mapping: field to column of the frame.
        source: the file it came from, or "".
        notes: what reading the file found, as JSON objects.
        journal: every step since, in order.
        outcomes: of every row that was ever planned or decided on; all others are ready.
        issues: what the server found and is not settled, of the rows that are rejected.
        settings: ``default_country`` and ``date_order``, where somebody said them of this draft.
        by: whose each step of the journal is: hand and mark as in
            :class:`leapgrid.workspace.model.SharedStep`, and the person; "" where the draft is one person's.
    """

    id: str
    name: str
    schema: ObjectSchema
    frame: Frame
    mapping: Mapping[str, int]
    source: str
    notes: tuple[Any, ...] = ()
    journal: list[JournalEntry] = field(default_factory=list)
    outcomes: dict[RowId, RowOutcome] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    by: list[tuple[str, str]] = field(default_factory=list)
