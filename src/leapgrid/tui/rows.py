"""The records of a draft as the grid sees them: views, looks and the live check."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import islice

from rich.cells import cell_len

from leapgrid.drafting import WorkingDraft
from leapgrid.records import (
    DONE,
    FieldType,
    Issue,
    Positions,
    RowId,
    RowState,
    Severity,
    Source,
    checks,
)
from leapgrid.records.checks import TypingState
from leapgrid.tui.grid.model import CellLook, Column, LiveCheck, RowLook
from leapgrid.tui.theming import Role
from leapgrid.tui.views import View
from leapgrid.visible import visible

CELL_LIMIT = 200
"""The most characters of a cell that are drawn; a cell on the screen is far narrower."""

_LOOKED_AT_FOR_CHOICES = 2000
"""Rows that are looked at for the values that a choice field already has."""

_HINTS = {
    FieldType.EMAIL: "address",
    FieldType.PHONE: "number",
    FieldType.REFERENCE: "id",
    FieldType.INTEGER: "whole",
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "yes/no",
    FieldType.DATE: "date",
    FieldType.DATETIME: "time",
    FieldType.CHOICE: "choice",
    FieldType.MULTI_CHOICE: "choices",
    FieldType.TEXT: "text",
}

SERVER_GLYPHS: dict[RowState, tuple[str, Role]] = {
    RowState.READY: (" ", "muted"),
    RowState.QUEUED: (">", "muted"),
    RowState.SENDING: (">", "sending"),
    RowState.CREATED: ("✓", "created"),
    RowState.ALREADY_THERE: ("=", "created"),
    RowState.REJECTED: ("✗", "error"),
    RowState.UNKNOWN: ("?", "unknown"),
    RowState.SKIPPED: ("-", "muted"),
}

_LIVE = {
    TypingState.FINE: "fine",
    TypingState.NOT_YET: "not_yet",
    TypingState.WARNING: "warning",
    TypingState.ERROR: "error",
}


class DraftRows:
    """The grid's model over a working draft."""

    def __init__(
        self,
        draft: WorkingDraft,
        keep: Callable[[RowId | None, str, str], None],
        reading: Callable[[], str] | None = None,
    ) -> None:
        """
        Args:
            draft: the records.
            keep: keeps a text in a field of a row, or as the first of a new one (None).
            reading: says how far the file is of which these are the first records; None: these are all.
        """
        self.draft = draft
        self.expected = 0
        self._keep = keep
        self._reading = reading
        self.view: View | None = None
        self._revisions: dict[RowId, int] = {}
        self._epoch = 0
        self._choices: dict[int, tuple[int, tuple[str, ...]]] = {}
        self._filled: dict[int, tuple[Hashable, bytearray]] = {}
        self._columns = tuple(
            Column(visible(f.name, 60), _hint(f.name, f.type), f.type.value) for f in draft.schema.fields
        )
        self._names = draft.schema.names

    # -- what the grid asks -------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """One for each field of the object."""
        return self._columns

    def __len__(self) -> int:
        return len(self.draft.batch) if self.view is None else len(self.view)

    @property
    def ghost_number(self) -> int | None:
        """The number that a new record would get; a filtered view takes none."""
        return len(self.draft.batch) + 1 if self.view is None and self._reading is None else None

    @property
    def highest_number(self) -> int:
        """The highest row number that there is room for."""
        return max(len(self.draft.batch) + 1, self.expected)

    def row_id(self, index: int) -> RowId:
        """The row at a position of the view."""
        return self.draft.batch.row_at(index) if self.view is None else self.view.row_at(index)

    def index_of(self, row_id: RowId) -> int | None:
        """Where a row stands in the view."""
        return self.positions.position(row_id)

    @property
    def positions(self) -> Positions:
        """What says where rows stand, for a walk through the issues."""
        return self.draft.batch if self.view is None else self.view

    def revision(self, row_id: RowId) -> Hashable:
        """Changes whenever the row looks different, or stands elsewhere."""
        return (self._revisions.get(row_id, 0), self._epoch, self.draft.batch.structure_revision)

    def text(self, row_id: RowId, column: int) -> str:
        """The cell's text exactly as it is kept."""
        return self.draft.batch.text(row_id, self._names[column])

    def widths(self, column: int) -> list[int]:
        """The widths of the column's texts on the first screens, with room for a mark where one stands."""
        name = self._names[column]
        batch = self.draft.batch
        found = []
        for row in islice(batch, 100):
            text = batch.text(row, name)
            if text:
                marked = 2 if self.draft.issues.at(row, name) else 0
                found.append(cell_len(visible(text, CELL_LIMIT)) + marked)
        return found

    def look(self, row_id: RowId) -> RowLook:
        """How the row looks now."""
        draft = self.draft
        shown = draft.shown_state(row_id)
        done = shown in DONE or shown is RowState.SKIPPED
        edited = self.edited_fields(row_id)
        by_field: dict[str | None, Issue] = {}
        for issue in draft.issues.of_row(row_id):
            by_field.setdefault(issue.field, issue)
        cells = tuple(
            self._cell(row_id, name, by_field.get(name), done, name in edited) for name in self._names
        )
        errors, warnings = draft.issues.row_counts(row_id)
        server_errors = sum(1 for i in by_field.values() if i.source is Source.SERVER)
        data: tuple[str, Role] = (" ", "muted")
        if not done:
            if errors > server_errors:
                data = ("!", "error")
            elif edited:
                data = ("*", "edited")
            elif warnings:
                data = ("~", "warning")
        position = draft.batch.position(row_id)
        number = 0 if position is None else position + 1
        return RowLook(number, SERVER_GLYPHS[shown], data, done, cells)

    def _cell(self, row_id: RowId, name: str, issue: Issue | None, done: bool, edited: bool) -> CellLook:
        text = visible(self.draft.batch.text(row_id, name), CELL_LIMIT)
        if done:
            return CellLook(text, "", "muted")
        if issue is not None:
            mark, tone = mark_of(issue)
            return CellLook(text, mark, tone)
        return CellLook(text, "", "edited" if edited else "text")

    def edited_fields(self, row_id: RowId) -> frozenset[str]:
        """The fields that would be sent otherwise than when the server refused the row."""
        if not self.draft.edited_since_answer(row_id):
            return frozenset()
        sent = self.draft.outcome(row_id).sent or {}
        now = self.draft.payload(row_id)
        return frozenset(name for name in self._names if now.get(name) != sent.get(name))

    def find_turn(self, index: int, column: int, step: int, *, filled: bool) -> int | None:
        """The first position from ``index`` on (step 1) or back (-1) whose cell has a text, or has none."""
        mask = self._mask(column)
        if step > 0:
            at = mask.find(filled, index)
        else:
            at = mask.rfind(filled, 0, index + 1)
        return at if at >= 0 else None

    def _mask(self, column: int) -> bytearray:
        """One byte a row of the view: whether the cell has a text. One pass a column, then kept so."""
        batch, name = self.draft.batch, self._names[column]
        state = (batch.structure_revision, self.view)
        known = self._filled.get(column)
        if known is not None and known[0] == state:
            return known[1]
        if self.view is None:
            mask = bytearray(map(bool, batch.column(name)))
        else:
            mask = bytearray(bool(batch.text(row, name)) for row in self.view)
        self._filled[column] = (state, mask)
        return mask

    def locked(self, row_id: RowId) -> str:
        """Why the row cannot be edited now, or ""."""
        if self._reading is not None:
            return f"The file is still being read: {self._reading()}."
        return self.draft.why_not_edit(row_id) or ""

    def check(self, row_id: RowId | None, column: int, text: str) -> LiveCheck:
        """The verdict on a text that is being typed; empty is fine, as it was before typing began."""
        field = self.draft.schema.fields[column]
        verdict = checks.check_typing(field, text, self.draft.context)
        message = verdict.message
        if verdict.state is TypingState.NOT_YET and not message.lower().startswith("not yet"):
            message = f"not yet: {message[:1].lower()}{message[1:]}"
        fix = verdict.fix.value if verdict.fix else None
        return LiveCheck(_LIVE[verdict.state], visible(message, 200), fix, verdict.spans)

    def choices(self, column: int) -> tuple[str, ...]:
        """The values that a choice field offers: those of the schema, then those seen in the batch."""
        field = self.draft.schema.fields[column]
        if field.type is not FieldType.CHOICE:
            return ()
        batch = self.draft.batch
        # Asked for with every key in the cell, and not other before something is edited.
        known = self._choices.get(column)
        if known is not None and known[0] == batch.version:
            return known[1]
        seen = dict.fromkeys(field.choices)
        for row in islice(batch, _LOOKED_AT_FOR_CHOICES):
            if text := batch.text(row, field.name):
                seen.setdefault(text)
        self._choices[column] = (batch.version, tuple(seen))
        return tuple(seen)

    def commit(self, row_id: RowId | None, column: int, text: str) -> None:
        """Keep a text; an empty one makes no record of the ghost row."""
        if row_id is not None or text:
            self._keep(row_id, self._names[column], text)

    # -- changes ------------------------------------------------------------------------------------------

    def touch(self, rows: frozenset[RowId] | None) -> None:
        """Rows look different; None: all may."""
        if rows is None:
            self._epoch += 1
        else:
            for row in rows:
                self._revisions[row] = self._revisions.get(row, 0) + 1
                self._fill_in(row)

    def _fill_in(self, row: RowId) -> None:
        if not self._filled or (index := self.index_of(row)) is None:
            return
        for column, (_, mask) in self._filled.items():
            if index < len(mask):
                mask[index] = bool(self.draft.batch.text(row, self._names[column]))


def _hint(name: str, kind: FieldType) -> str:
    hint = _HINTS.get(kind, "")
    return "" if name.endswith(hint) or kind in (FieldType.CHOICE,) else hint


def mark_of(issue: Issue) -> tuple[str, Role]:
    """The sign and the colour of an issue."""
    if issue.source is Source.SERVER:
        return "✗", "error"
    return ("!", "error") if issue.severity is Severity.ERROR else ("~", "warning")
