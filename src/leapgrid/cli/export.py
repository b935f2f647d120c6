"""``leapgrid export``: a draft of the workspace as a file."""

from __future__ import annotations

import difflib
import time
from typing import Any

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Form, Format, Only, Start
from leapgrid.cli.layout import plural
from leapgrid.cli.stored import opened_workspace
from leapgrid.cli.streams import Streams
from leapgrid.cli.wiring import wire
from leapgrid.drafting import Exported, WorkingDraft
from leapgrid.drafting.export import Export
from leapgrid.files import UnwritableFile
from leapgrid.files.writing import FileInTheWay
from leapgrid.records import RowState, Source
from leapgrid.visible import visible
from leapgrid.workspace import DraftSummary, Workspace

_LONG = 100_000
"""Records whose writing takes longer than a person waits without a word."""

_LISTED = 3
"""The most drafts that are named where several may be meant, the newest first."""

_STATES = {
    RowState.CREATED: "created",
    RowState.ALREADY_THERE: "already there",
    RowState.REJECTED: "rejected",
    RowState.UNKNOWN: "unknown",
}

_WORDS = {Only.ALL: "", Only.REJECTED: "rejected ", Only.UNSENT: "unsent "}


def export(
    streams: Streams,
    start: Start,
    common: Common,
    draft: str,
    *,
    to: str,
    only: Only,
    form: Form | None,
    overwrite: bool,
) -> Code:
    """Write a draft to a file.

    Args:
        draft: its id, the beginning of it, or its name.
        to: the path of the file.
        only: which records.
        form: how; as the path ends if None.
        overwrite: whether a file that stands there may be replaced.

    Raises:
        Ended: there is no such draft, or nothing can be written there.
    """
    context = wire(start, common).context
    if to in ("", "-"):
        raise Ended(Code.USAGE, "usage", "--to wants the path of a file, like leads.csv.")
    with opened_workspace() as workspace:
        found = find_draft(workspace.drafts(), draft)
        working = _looked_at(workspace, found, context, only)
        try:
            prepared = Export(
                working,
                to,
                what=only.value,
                form=form.value if form is not None else None,
                overwrite=overwrite,
            )
            if prepared.records >= _LONG:
                streams.err(f"Writing {plural(prepared.records, 'record')}.")
            written = prepared.run()
        except FileInTheWay as problem:
            name = visible(to, 200)
            raise Ended(
                Code.USAGE, "exists", f"{name} exists already. Name another file, or give --overwrite."
            ) from problem
        except UnwritableFile as problem:
            raise Ended(Code.USAGE, "unwritable", problem.message) from problem
    _tell(streams, common, found, written, to, only)
    return Code.FINE


def find_draft(drafts: list[DraftSummary], said: str) -> DraftSummary:
    """The draft that is meant: by its id, its name, or the beginning of its id.

    Args:
        drafts: all there are, the last one first.
        said: by the person.

    Raises:
        Ended: none, or more than one, with those that may be meant.
    """
    wanted = said.strip()
    for draft in drafts:
        if draft.id.casefold() == wanted.casefold():
            return draft
    for found in (
        [draft for draft in drafts if draft.name == wanted],
        [draft for draft in drafts if wanted and draft.id.casefold().startswith(wanted.casefold())],
        [draft for draft in drafts if draft.name.casefold() == wanted.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise Ended(
                Code.USAGE,
                "ambiguous",
                f"{len(found):,} drafts may be meant by {visible(said, 60)!r}. Give the id of one: "
                f"{_listed(found)}.",
            )
    if not drafts:
        raise Ended(
            Code.USAGE, "no_draft", "There are no drafts yet. leapgrid open FILE makes one of a file."
        )
    names = {draft.name.casefold(): draft for draft in drafts}
    near = [names[name] for name in difflib.get_close_matches(wanted.casefold(), names, n=3, cutoff=0.5)]
    words = "Closest" if near else "The last ones"
    raise Ended(
        Code.USAGE,
        "no_draft",
        f"There is no draft {visible(said, 60)!r}. {words}: {_listed(near or drafts)}.",
    )


def _listed(drafts: list[DraftSummary]) -> str:
    newest = sorted(drafts, key=lambda draft: draft.updated_at, reverse=True)
    parts = [f"{draft.id} ({_about(draft)})" for draft in newest[:_LISTED]]
    more = f" and {len(drafts) - _LISTED:,} more" if len(drafts) > _LISTED else ""
    return ", ".join(parts) + more


def _about(draft: DraftSummary) -> str:
    """What tells a draft from others of its name: when it was changed last, and what became of it."""
    counts = [f"{number:,} {_STATES[state]}" for state, number in draft.counts.items() if state in _STATES]
    return ", ".join(
        [visible(draft.name, 40), _when(draft.updated_at), plural(draft.rows, "record"), *counts]
    )


def _when(at: float) -> str:
    return time.strftime("%d %b %H:%M", time.localtime(at))


def _looked_at(workspace: Workspace, found: DraftSummary, context: Any, only: Only) -> WorkingDraft:
    """The draft as it was left; it may be open in the app at the same time, since nothing is changed."""
    draft = WorkingDraft(workspace.load_draft(found.id), None, context=context)
    if only is Only.REJECTED and any(
        outcome.state is RowState.REJECTED
        and not any(issue.source is Source.SERVER for issue in draft.issues.of_row(row))
        for row, outcome in draft.outcomes.items()
    ):
        # Of a row for which the server gave no reason, what was found here is the best there is.
        draft.check_all()
    return draft


def _tell(
    streams: Streams, common: Common, found: DraftSummary, written: Exported, to: str, only: Only
) -> None:
    if common.format is Format.JSON:
        streams.document(
            {
                "draft": found.id,
                "name": visible(found.name),
                "object": found.object,
                "file": to,
                "form": written.form,
                "only": only.value,
                "records": written.records,
                "notes": [
                    {"code": note.code, "line": note.line, "message": note.message} for note in written.notes
                ],
            }
        )
    else:
        what = f"{_WORDS[only]}record"
        streams.out(f"{plural(written.records, what)} of {visible(found.name, 60)} in {visible(to, 200)}")
    if written.notes:
        streams.err(*[note.message for note in written.notes])
