"""What is said of rows that may be at the server: why, what look-ups found, when they look again. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from leapgrid.records import RowId, RowState
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.workspace import Looked

_SHOWN_CANDIDATES = 3


class UnknownGroup(NamedTuple):
    """The unknown rows of one chunk.

    Attributes:
        submission: ULID of the submission.
        chunk: its number.
        title: e.g. "chunk 5".
        why: what happened, in a sentence.
        at: when, seconds since the epoch.
        origin: the base URL that they were sent to, or "" where that is not known here.
        rows: which, in the order of the body.
    """

    submission: str
    chunk: int
    title: str
    why: str
    at: float
    origin: str
    rows: tuple[RowId, ...]


class UnknownState(NamedTuple):
    """What the panel says; all texts are safe to draw.

    Attributes:
        total: how many rows.
        headline: that in words.
        role: of the sentence.
        sentence: what goes on now, or when it goes on.
        found: what the last look-up found, or "".
        failed: whether that is something that went wrong.
        groups: by chunk, the one that was sent last first.
    """

    total: int = 0
    headline: str = "Nothing is unknown."
    role: Role = "text"
    sentence: str = ""
    found: str = ""
    failed: bool = False
    groups: tuple[UnknownGroup, ...] = ()


def groups_of(session: Session) -> tuple[UnknownGroup, ...]:
    """The unknown rows by chunk: one walk over all that is known of rows."""
    origins = {one.id: one.origin for one in session.looks.open}
    found: dict[tuple[str, int], list[tuple[int, RowId]]] = {}
    batch = session.draft.batch
    for row, outcome in session.draft.outcomes.items():
        if outcome.state is RowState.UNKNOWN and row in batch:
            found.setdefault((outcome.submission, outcome.chunk), []).append((outcome.position, row))
    groups = []
    for (submission, chunk), members in found.items():
        members.sort()
        first = session.draft.outcome(members[0][1])
        groups.append(
            UnknownGroup(
                submission,
                chunk,
                f"chunk {chunk:,}" if chunk else "rows",
                visible(first.evidence, 400),
                first.at,
                origins.get(submission, ""),
                tuple(row for _, row in members),
            )
        )
    # ULIDs are in the order of time.
    groups.sort(key=lambda group: (group.submission, -group.chunk), reverse=True)
    return tuple(groups)


def unknown_state(
    session: Session,
    groups: tuple[UnknownGroup, ...],
    *,
    base_url: str,
    connect_key: str,
    look_key: str = "L",
    now: float | None = None,
) -> UnknownState:
    """What the panel says now.

    Args:
        session: the open draft.
        groups: of :func:`groups_of`.
        base_url: where the person is connected to, or "".
        connect_key: the key that connects.
        look_key: the key that looks.
        now: seconds since the epoch.
    """
    total = sum(len(group.rows) for group in groups)
    if not total:
        return UnknownState(found=visible(session.looks.said, 400))
    headline = f"{plural(total, 'row')} may be at the server"
    looks = session.looks
    now = time.time() if now is None else now
    role: Role = "text"
    elsewhere = [group.origin for group in groups if group.origin and group.origin != base_url]
    if looks.asking:
        sentence, role = f"{looks.asking[:1].upper()}{looks.asking[1:]} ...", "accent"
    elif not base_url:
        sentence = f"Not connected. {connect_key} connects; then {look_key} looks whether they are there."
    elif len(elsewhere) == len(groups):
        sentence = (
            f"They were sent to {visible(host_of(elsewhere[0]), 60)}, and this is {host_of(base_url)}. "
            f"{connect_key} connects there; then {look_key} looks."
        )
    elif looks.again_at is not None:
        left = max(0.0, looks.again_at - now)
        sentence = (
            f"Looks again by itself in {countdown(left)}, at {clock(looks.again_at)}. "
            "Only then what is not there counts as not stored."
        )
    elif looks.at and not looks.failed:
        sentence = f"{look_key} looks again. What it does not settle, you decide."
    else:
        sentence = f"{look_key} looks whether they are there. Nothing is sent by that."
    found = visible(looks.said, 400)
    if found and looks.at and not looks.failed:
        found = f"{time.strftime('%H:%M', time.localtime(looks.at))}  {found}"
    return UnknownState(total, headline, role, sentence, found, looks.failed, groups)


def countdown(seconds: float) -> str:
    """Seconds as a person counts them down: 4:12, or 1:02:00."""
    whole = int(seconds + 0.999)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def clock(at: float) -> str:
    """A time of day with seconds."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def host_of(base_url: str) -> str:
    """Host and port of an address."""
    return visible(base_url.split("://", 1)[-1].rstrip("/"), 60)


def seen_words(looked: Looked | None) -> tuple[str, Role]:
    """What a look-up said of a row, in a few words."""
    from leapgrid.workspace import Seen

    if looked is None:
        return "not looked up yet", "muted"
    at = time.strftime("%H:%M", time.localtime(looked.last_at))
    match looked.result:
        case Seen.ABSENT:
            return f"not there at {at}", "muted"
        case Seen.CANDIDATE:
            count = len(looked.candidates)
            return ("1 that may be it" if count == 1 else f"{count:,} that may be it"), "unknown"
        case Seen.NOT_UNDERSTOOD:
            return f"no clear answer at {at}", "warning"
        case Seen.NO_KEY:
            return "no key to look it up by", "warning"


def name_of(session: Session, row: RowId) -> str:
    """What a person knows a row by."""
    values = session.draft.batch.values(row)
    return visible(values.get("name") or next((text for text in values.values() if text), ""), 80)


def number_of(session: Session, row: RowId) -> int:
    """The row's number in the gutter; 0 for one that is gone."""
    position = session.draft.batch.position(row)
    return 0 if position is None else position + 1


def row_details(session: Session, row: RowId) -> list[tuple[str, Role]]:
    """All that is known of a row's sending, as sentences: when, in which chunk, what was found."""
    from leapgrid.workspace import Seen

    outcome = session.draft.outcome(row)
    where = f"record {outcome.position:,} of chunk {outcome.chunk:,}" if outcome.position else "a chunk"
    said: list[tuple[str, Role]] = [
        (f"Went out as {where}. {clock(outcome.at)}: {visible(outcome.evidence, 400)}", "text")
    ]
    looked = session.looks.looked.get(row)
    if looked is None:
        said.append(("Nobody looked yet whether it is there.", "muted"))
        return said
    at = clock(looked.last_at)
    match looked.result:
        case Seen.ABSENT:
            later = session.looks.again_at is not None
            rest = "It may still come." if later else "That proves nothing here: you decide."
            said.append((f"Looked at {at}: not there. {rest}", "text"))
        case Seen.NOT_UNDERSTOOD:
            said.append((f"Looked at {at}: the answer says nothing certain.", "warning"))
        case Seen.NO_KEY:
            words = "It has nothing that it could be looked up by. Look at the server, then decide."
            said.append((words, "warning"))
        case Seen.CANDIDATE:
            said.append((f"Looked at {at}. This may be it; only you can tell:", "text"))
            shown = looked.candidates[:_SHOWN_CANDIDATES]
            said += [(candidate_words(record), "unknown") for record in shown]
            if len(looked.candidates) > len(shown):
                said.append((f"and {len(looked.candidates) - len(shown):,} more", "muted"))
    return said


def candidate_words(record: Mapping[str, Any]) -> str:
    """A record that was found, in one line: its id, what it holds, when it was created."""
    first = ["id"] if "id" in record else []
    names = [*first, *(name for name in record if name != "id")]
    parts = [f"{visible(str(name), 30)} {_value(name, record[name])}" for name in names if record[name]]
    return "  ".join(parts[:8])


def _value(name: str, value: Any) -> str:
    if name == "created_at" and isinstance(value, int | float) and not isinstance(value, bool):
        moment = time.localtime(value / 1000 if value > 1e11 else value)
        return time.strftime("%Y-%m-%d %H:%M:%S", moment)
    return visible(str(value), 60)


def question(choice: str, rows: Sequence[RowId], session: Session, key: str) -> str:
    """What a second press of the key does, before it does it.

    Args:
        choice: "there", "again" or "leave".
        rows: about which.
        session: the open draft.
        key: the key.
    """
    what = f"row {number_of(session, rows[0]):,}" if len(rows) == 1 else f"these {len(rows):,} rows"
    one = len(rows) == 1
    if choice == "there":
        return f"{key} again: {what} {'counts' if one else 'count'} as created, on your word."
    if choice == "again":
        twice = "it twice" if one else "them twice"
        has = "has it" if one else "has them"
        return f"{key} again: {what} will be sent again. If the server {has}, it then has {twice}."
    return f"{key} again: {what} {'is' if one else 'are'} left as {'it is' if one else 'they are'}, not sent."
