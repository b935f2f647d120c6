"""How a draft is put into a workspace, and what it is read from: the same on every way to open one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from leapgrid.drafting.errors import DraftError
from leapgrid.files import Note
from leapgrid.records import Batch, CheckContext, EditError, Frame, History, ObjectSchema, edit_from_json
from leapgrid.workspace import JournalEntry, StoredDraft

if TYPE_CHECKING:
    from leapgrid.files import ImportMapping
    from leapgrid.workspace import Workspace

_NO_SETTINGS: Mapping[str, Any] = {}


def store(
    workspace: Workspace | None,
    name: str,
    schema: ObjectSchema,
    frame: Frame,
    mapping: Mapping[str, int],
    source: str = "",
    notes: Sequence[dict[str, Any]] = (),
    settings: Mapping[str, Any] = _NO_SETTINGS,
) -> StoredDraft:
    """Keep a new draft, and give it back as it would be loaded."""
    draft_id = ""
    if workspace is not None:
        draft_id = workspace.create_draft(name, schema, frame, mapping, source, notes, settings)
    return StoredDraft(draft_id, name, schema, frame, mapping, source, tuple(notes), settings=settings)


def settings(said: ImportMapping) -> dict[str, Any]:
    """What a draft keeps of what was said of its file: how its values are understood."""
    found = {"default_country": said.default_country, "date_order": said.date_order}
    return {name: value for name, value in found.items() if value is not None}


def said_over(settings: Mapping[str, Any], context: CheckContext) -> CheckContext:
    """The context of a draft: what was said of it, and else what holds for all."""
    country, order = settings.get("default_country"), settings.get("date_order")
    return context._replace(
        default_country=country if isinstance(country, str) else context.default_country,
        date_order=order if order in ("dmy", "mdy") else context.date_order,
    )


def note_data(note: Note) -> dict[str, Any]:
    """What reading a file found, as the workspace keeps it."""
    return {"code": note.code, "line": note.line, "message": note.message, "text": note.text}


def note(data: Mapping[str, Any]) -> Note:
    """The inverse of :func:`note_data`."""
    return Note(str(data["code"]), data.get("line"), str(data["message"]), str(data.get("text", "")))


def header_mapping(batch: Batch) -> dict[str, str | None]:
    """As a file's reader would tell it: which header became which field."""
    from leapgrid.files import header_mapping_of

    return header_mapping_of(batch.frame, batch.mapping)


def replay(journal: Sequence[JournalEntry], batch: Batch, history: History) -> None:
    """Make the steps of one person's draft again.

    Raises:
        DraftError: they do not fit.
    """
    for number, entry in enumerate(journal, 1):
        try:
            if entry.kind == "do":
                edit = edit_from_json(entry.edit)
                history.record(entry.label, edit, batch.apply(edit), entry.at)
            elif entry.kind == "undo":
                history.undo(batch)
            else:
                history.redo(batch)
        except EditError as problem:
            raise DraftError(
                f"The history of this draft is damaged at step {number:,} of {len(journal):,}; "
                "it cannot be opened."
            ) from problem
