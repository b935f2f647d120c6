"""What the lines and panels of the grid screen say about a session. Pure: state in, words out."""

from __future__ import annotations

import time
from collections.abc import Mapping

from leapgrid.config import person
from leapgrid.records import Issue, RowId, RowState, Source, curl_command, payload_text
from leapgrid.tui.grid.model import LiveCheck
from leapgrid.tui.keymap import shown_key
from leapgrid.tui.payload import Form, PayloadState
from leapgrid.tui.rows import mark_of
from leapgrid.tui.session import Session
from leapgrid.tui.stories import Happened, story_of
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.status_line import Count, StatusState
from leapgrid.visible import visible

_SERVER_COUNTS: tuple[tuple[RowState, str, str, Role], ...] = (
    (RowState.QUEUED, "queued", ">", "muted"),
    (RowState.SENDING, "sending", ">", "sending"),
    (RowState.CREATED, "created", "✓", "created"),
    (RowState.ALREADY_THERE, "already there", "=", "created"),
    (RowState.REJECTED, "rejected", "✗", "error"),
    (RowState.UNKNOWN, "unknown", "?", "unknown"),
    (RowState.SKIPPED, "skipped", "-", "muted"),
)

_STORY_WORDS: dict[str, tuple[str, Role]] = {
    "rejected": ("refused", "error"),
    "created": ("created", "created"),
    "already_there": ("already there", "created"),
    "unknown": ("no answer", "unknown"),
    "ready": ("not stored", "muted"),
    "skipped": ("skipped", "muted"),
    "queued": ("queued", "muted"),
    "sending": ("sent", "muted"),
}


_BY_ANSWER = "The server's answer."
"""The evidence of most created rows, which needs no words."""


def clock(at: float) -> str:
    """A time of day, as 10:42."""
    return time.strftime("%H:%M", time.localtime(at))


def status_state(session: Session) -> StatusState:
    """The counts, and the view."""
    draft = session.draft
    counts = draft.counts()
    data = (
        Count(counts.rows, "row" if counts.rows == 1 else "rows", always=True),
        Count(counts.ready, "ready"),
        Count(counts.edited, "edited", "*", "edited"),
        Count(counts.warnings, "warning" if counts.warnings == 1 else "warnings", "~", "warning"),
        Count(counts.errors, "error" if counts.errors == 1 else "errors", "!", "error"),
    )
    server = tuple(
        Count(counts.states[state], word, glyph, role) for state, word, glyph, role in _SERVER_COUNTS
    )
    view = session.rows.view
    plain = session.run.line if session.is_sending and session.run is not None else session.asking
    if session.reading is not None:
        return StatusState(plain=f"reading the file · {session.reading()}", view="its beginning")
    if not plain and session.checking is not None:
        done, total = session.checking
        plain = f"{plural(counts.rows, 'row')} · checking, {100 * done // max(1, total)} %"
        if session.unknown:  # what may be at the server is known before anything is checked
            plain += f" · {session.unknown:,} unknown"
    if view is None:
        return StatusState(data, server, plain=plain)
    hidden = counts.rows - len(view)
    return StatusState(
        data, server, view.name, f"{len(view):,} of {counts.rows:,} rows, {hidden:,} hidden", plain
    )


def issue_state(session: Session, row_id: RowId | None, field: str, keymap: Mapping[str, str]) -> IssueState:
    """What is wrong with the cell under the cursor, or else with its row; with the keys of a person's own."""
    draft = session.draft
    if row_id is None:
        return IssueState()
    issue = first_issue(session, row_id, field)
    position = draft.batch.position(row_id)
    number = 0 if position is None else position + 1
    line = draft.batch.line(row_id)
    in_file = f"(line {line} of the file)" if line is not None else ""
    if issue is None:
        return _about_row(session, row_id, number, in_file, keymap)
    sign, role = mark_of(issue)
    where = f"{visible(issue.field, 40)}, row {number}" if issue.field else f"row {number}"
    fix = issue.fix
    if fix:
        key = (shown_key("fix", keymap), visible(fix.value, 40) or visible(fix.label, 40))
    else:
        key = (shown_key("edit_cell", keymap), "Edit")
    again = f" ({issue.count} times)" if issue.count > 1 else ""
    sentence = visible(issue.message, 300) + again
    return IssueState(sign, role, where, in_file, sentence, "" if fix else "no fix known", key)


def typing_state(session: Session, row_id: RowId | None, field: str, check: LiveCheck) -> IssueState:
    """What is to be said of the text in an open cell; ``row_id`` is None in the ghost row."""
    batch = session.draft.batch
    position = len(batch) if row_id is None else batch.position(row_id)
    sign = {"error": "!", "warning": "~"}.get(check.tone, "")
    role = check.tone if sign else "muted"
    where = f"{visible(field, 40)}, row {0 if position is None else position + 1}"
    return IssueState(sign, role, where, "", check.message)


def _about_row(
    session: Session, row_id: RowId, number: int, in_file: str, keymap: Mapping[str, str]
) -> IssueState:
    draft = session.draft
    outcome = draft.outcomes.get(row_id)
    state = draft.state(row_id)
    if state is RowState.UNKNOWN and outcome is not None:
        sentence = visible(outcome.evidence, 200)
        return IssueState(
            "?",
            "unknown",
            f"row {number}",
            in_file,
            sentence or "Sent, but no answer came. It may exist.",
            key=(shown_key("unknown", keymap), "Unknown"),
        )
    if state is RowState.ALREADY_THERE and outcome is not None:
        sentence = visible(outcome.evidence, 200) or "The server had it already."
        key = (
            (shown_key("send_anyway", keymap), "Send all the same")
            if session.can_send_anyway(row_id)
            else None
        )
        return IssueState("=", "created", f"row {number}", in_file, sentence, key=key)
    if state is RowState.SKIPPED:
        return IssueState("-", "muted", f"row {number}", in_file, "Skipped: it is not sent.")
    if state is RowState.CREATED and outcome is not None:
        # What the server's own answer did not say: a look-up found it, or a person said so.
        said = "" if outcome.evidence == _BY_ANSWER else visible(outcome.evidence, 300)
        sentence = said or f"Created at {clock(outcome.at)}."
        return IssueState("✓", "created", f"row {number}", in_file, sentence)
    chunk = session.refusal_of_chunk(row_id)
    if chunk:
        return IssueState("✗", "error", f"row {number}", in_file, visible(chunk, 300))
    return IssueState()


def first_issue(session: Session, row_id: RowId, field: str) -> Issue | None:
    """The issue that the line tells of: the cell's first, or else the row's."""
    issues = session.draft.issues
    found = issues.at(row_id, field) or issues.of_row(row_id)
    return found[0] if found else None


def payload_state(
    session: Session, row_id: RowId | None, field: str, form: Form, base_url: str = ""
) -> PayloadState:
    """What the payload panel shows for the row under the cursor."""
    draft = session.draft
    if row_id is None:
        return PayloadState(
            form, "", None, {}, "" if form == "JSON" else chunk_text(session, None, form, base_url)
        )
    position = draft.batch.position(row_id)
    row = f"row {0 if position is None else position + 1}"
    if form != "JSON":
        return PayloadState(form, row, text=chunk_text(session, row_id, form, base_url))
    marks: dict[str, tuple[str, Role]] = {}
    for issue in draft.issues.of_row(row_id):
        if issue.field is not None:
            marks.setdefault(issue.field, mark_of(issue))
    return PayloadState(
        form,
        row,
        draft.payload(row_id),
        marks,
        note=_waits_for(session, row_id),
        server=_server(session, row_id, field),
        story=_story(session, row_id, field),
    )


def chunk_text(session: Session, row_id: RowId | None, form: Form, base_url: str = "") -> str:
    """The chunk that the row would go in, as the JSON that is sent, or as a curl command."""
    records = session.chunk_of(row_id)
    if not records:
        return "Nothing would be sent now."
    from leapgrid.superleap import bulk_create_path  # the builder of requests, which few drafts come to

    body = payload_text(records)
    if form == "all":
        return body
    path = bulk_create_path(session.draft.schema.slug)
    return curl_command(f"{base_url or 'https://HOST'}{path}", body)


def _waits_for(session: Session, row_id: RowId) -> str:
    draft = session.draft
    state = draft.state(row_id)
    errors, _ = draft.issues.row_counts(row_id)
    server = any(i.source is Source.SERVER for i in draft.issues.of_row(row_id))
    if draft.batch.is_empty(row_id):
        return "An empty record is not sent."
    match state:
        case RowState.REJECTED:
            return "Waits for an edit. Until then it is not sent again."
        case RowState.UNKNOWN:
            return "Sent, but no answer came. It is not sent again until that is settled."
        case RowState.SKIPPED:
            return "Skipped: it is not sent."
        case RowState.CREATED | RowState.ALREADY_THERE:
            return "The server has it. It is not sent again."
        case RowState.QUEUED | RowState.SENDING:
            return "On its way."
    if errors and not server:
        return "Has an error, and is not sent until that is mended."
    return ""


def _server(session: Session, row_id: RowId, field: str) -> tuple[str, str, str] | None:
    draft = session.draft
    outcome = draft.outcomes.get(row_id)
    if outcome is None or not outcome.at:
        return None
    place = f"Record {outcome.position} of chunk {outcome.chunk}" if outcome.position else "This record"
    words = {
        RowState.REJECTED: "refused",
        RowState.CREATED: "created",
        RowState.ALREADY_THERE: "already there",
        RowState.UNKNOWN: "unknown",
        RowState.SENDING: "on its way",
        RowState.QUEUED: "waits for its turn",
        RowState.READY: "not stored",
        RowState.SKIPPED: "skipped",
    }[outcome.state]
    refusals = [i for i in draft.issues.of_row(row_id) if i.source is Source.SERVER]
    mine = [i for i in refusals if i.field == field] or refusals
    theirs = visible(mine[0].message, 400) if mine else visible(outcome.evidence, 300)
    return clock(outcome.at), f"{place}: {words}.", theirs


def _story(session: Session, row_id: RowId, field: str) -> tuple[Happened, ...]:
    entries = session.draft.story(row_id, field)
    story = session.stories.of(row_id)
    if story is not None:
        return story_of(entries, story, field, me=person())
    # Before it is read, what this session knows of it.
    told: list[Happened] = []
    for at, kind, text in entries:
        word, role = _STORY_WORDS.get(kind, (visible(text, 80) or "(empty)", "text"))
        told.append(Happened(clock(at) if at else "read", word, "muted" if kind == "read" else role))
    return tuple(told[-8:])
