"""What the result panel says of a submission: counts, what was refused in groups, what is unclear. Pure."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.drafting.answers import server_words
from leapgrid.records import DONE, Issue, RowId, RowState, Source
from leapgrid.tui.keymap import shown_key
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

if TYPE_CHECKING:
    from leapgrid.tui.progress import RunProgress

_NO_KEYS: Mapping[str, str] = {}

SHOWN_ROWS = 3
"""The most rows of a group that are listed."""
SHOWN_GROUPS = 50
"""The most groups that are listed; a server that words every message differently makes one of each."""


class ResultRow(NamedTuple):
    """A row of a group.

    Attributes:
        row_id: names the row.
        field: the field it is about, or None for the whole row.
        number: as the gutter counts it.
        name: the record's name.
        value: the cell's text now.
        edited: whether it was edited since the server answered.
    """

    row_id: RowId
    field: str | None
    number: int
    name: str
    value: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Rows that were refused for the same reason; the first few of ``count``."""

    field: str
    message: str
    count: int
    rows: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about a chunk, or the run as a whole.

    Attributes:
        sign: its glyph.
        title: e.g. "chunk 5".
        message: what happened.
        explanation: what that means and what to do.
        count: how many rows it is about; 0 says none.
    """

    sign: str
    role: Role
    title: str
    message: str
    explanation: str = ""
    count: int = 0


class ResultState(NamedTuple):
    """What the panel says; all texts are safe to draw.

    Attributes:
        running: whether it still goes on.
        when: e.g. "sent 10:47 to ".
        target: where to.
        headline: e.g. "412 sent".
        aside: e.g. "5 chunks, 38 s".
        progress: the line of the run while it goes on.
        bar: how many rows in the colour of which state, in the order of drawing.
        counts: glyph, role, number and word of each state that has rows.
        groups: what was refused, by field and message.
        trouble: what is unclear, or ended the run.
        waiting: how many good records of refused chunks can be sent again.
        notes: what else the answers and look-ups showed.
        unknown: how many rows a look-up, or the person, still has to settle.
        look_up_key: what a person presses to look them up.
        send_key: what a person presses to send on.
        connect_key: what a person presses to connect again.
    """

    running: bool = False
    when: str = ""
    target: str = ""
    headline: str = "Nothing was sent yet."
    aside: str = ""
    progress: str = ""
    bar: tuple[tuple[Role, int], ...] = ()
    counts: tuple[tuple[str, Role, int, str], ...] = ()
    groups: tuple[ResultGroup, ...] = ()
    trouble: tuple[Trouble, ...] = ()
    waiting: int = 0
    notes: tuple[str, ...] = ()
    unknown: int = 0
    look_up_key: str = "R"
    send_key: str = "F9"
    connect_key: str = "L"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that its sentences name."""
        return self.send_key, self.look_up_key, self.connect_key

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        """The rows of all groups, in the order of drawing."""
        return tuple(row for group in self.groups for row in group.rows)


def result_state(session: Session, target: str = "", keymap: Mapping[str, str] = _NO_KEYS) -> ResultState:
    """What is known of the session's last submission, with what was repaired since marked as edited.

    Args:
        session: the open draft.
        target: where records go, in words.
        keymap: the person's own keys.
    """
    run = session.run
    if run is None:
        return ResultState(target=target)
    # One walk over the rows: this is asked for at every answer of a long run.
    states: Counter[RowState] = Counter()
    refused: set[int] = set()
    ready: Counter[int] = Counter()
    for outcome in run.outcomes.values():
        states[outcome.state] += 1
        if outcome.state is RowState.REJECTED:
            refused.add(outcome.chunk)
        elif outcome.state is RowState.READY:
            ready[outcome.chunk] += 1
    waiting = sum(ready[chunk] for chunk in refused)
    created, there = states[RowState.CREATED], states[RowState.ALREADY_THERE]
    rejected, unknown = states[RowState.REJECTED], states[RowState.UNKNOWN]
    total = run.records
    rest = total - created - there - rejected - unknown
    answered = total - rest + waiting
    moment = time.strftime("%H:%M", time.localtime(run.began))
    counts: list[tuple[str, Role, int, str]] = [
        ("✓", "created", created, "created"),
        ("=", "created", there, "already there"),
        ("✗", "error", rejected, "rejected"),
        ("?", "unknown", unknown, "unknown"),
        ("", "muted", waiting, "not stored"),
        ("", "muted", rest - waiting, "to go" if not run.finished else "not sent"),
    ]
    connect_key = shown_key("connect_again", keymap, "result")
    return ResultState(
        running=not run.finished,
        when=f"sending since {moment} to " if not run.finished else f"sent {moment} to ",
        target=target,
        headline=f"{answered:,} sent" if run.finished else f"Sending {plural(total, 'record')}",
        aside=f"{run.chunk_words}, {span(run.seconds)}" if run.finished else "",
        progress="" if run.finished else visible(_progress(run), 400),
        bar=(
            ("created", created + there),
            ("error", rejected),
            ("unknown", unknown),
            ("rule", rest),
        ),
        counts=tuple(count for count in counts if count[2]),
        groups=_groups(session, run.issues),
        trouble=(
            *_differences(run),
            *_trouble(session, run, refused, connect_key),
        ),
        waiting=waiting if run.finished else 0,
        notes=_notes(session, run),
        unknown=unknown if run.finished else 0,
        look_up_key=shown_key("look_up", keymap, "result"),
        send_key=shown_key("send_edited", keymap, "result"),
        connect_key=connect_key,
    )


def span(seconds: float) -> str:
    """A duration for a person: 0.4 s, 38 s, 3 min 20 s."""
    if seconds < 9.5:
        return f"{max(0.1, seconds):.1f} s"
    if seconds < 120:
        return f"{round(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def short_message(text: str) -> str:
    """The server's own words without our sentence around them, as a heading over rows."""
    return server_words(text)


def _progress(run: RunProgress) -> str:
    """How far it is; and while it is being stopped, what still happens."""
    if not run.stopping or not run.count(RowState.SENDING):
        return run.line
    return f"{run.line}. Chunk {run.chunk} is with the server; its answer will still be recorded."


def _differences(run: RunProgress) -> tuple[Trouble, ...]:
    """Where the server has another number of records than it should: nothing is more important than that."""
    found: list[Trouble] = []
    for look in run.look_ups:
        if look.difference:
            message, explanation = _two(look.message)
            parts = [explanation, *(visible(note, 400) for note in look.notes)]
            found.append(Trouble("✗", "error", "count", message, " ".join(p for p in parts if p)))
    return tuple(found)


def _notes(session: Session, run: RunProgress) -> tuple[str, ...]:
    """What the answers showed, and what the look-ups of the run came to."""
    from leapgrid.workspace import Purpose

    said = list(run.notes)
    for look in run.look_ups:
        if look.difference:
            continue
        if look.purpose is Purpose.BASELINE and look.proves:
            said += look.notes
            continue
        if look.purpose is Purpose.UNKNOWN:
            continue  # it may have been looked up again since
        said += [look.message, *look.notes]
    if (looks := session.looks).said:
        said += [looks.said, *(looks.notes if looks.again_at is None else ())]
    return tuple(visible(note, 400) for note in dict.fromkeys(said) if note)


def _groups(session: Session, issues: Sequence[Issue]) -> tuple[ResultGroup, ...]:
    draft = session.draft
    found: dict[tuple[str | None, str], list[Issue]] = {}
    for issue in issues:
        if issue.row_id is None or issue.source is not Source.SERVER:
            continue
        if draft.batch.position(issue.row_id) is None:
            continue  # deleted since
        found.setdefault((issue.field, issue.group or issue.message), []).append(issue)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0][0] or ""))
    return tuple(
        ResultGroup(
            visible(field, 40) if field else "row",
            visible(short_message(words), 200),
            len(members),
            tuple(_row(session, issue) for issue in members[:SHOWN_ROWS]),
        )
        for (field, words), members in ordered[:SHOWN_GROUPS]
    )


def _row(session: Session, issue: Issue) -> ResultRow:
    draft = session.draft
    row = issue.row_id
    assert row is not None  # _groups takes only issues of rows
    position = draft.batch.position(row)
    edited = session.rows.edited_fields(row)
    named = {f.name for f in draft.schema.fields}
    shown = issue.field if issue.field in named else None
    name = draft.batch.text(row, "name") if "name" in named and issue.field != "name" else ""
    if not name:
        first = next((n for n in draft.schema.names if n != issue.field and draft.batch.text(row, n)), None)
        name = draft.batch.text(row, first) if first else ""
    return ResultRow(
        row_id=row,
        field=shown,
        number=0 if position is None else position + 1,
        name=visible(name, 80),
        value=visible(draft.batch.text(row, shown), 120) if shown else "",
        edited=shown in edited if shown else bool(edited),
    )


def _trouble(session: Session, run: RunProgress, refused: set[int], connect_key: str) -> tuple[Trouble, ...]:
    found: list[Trouble] = []
    if run.stopped:
        message, explanation = _two(run.stopped, connect_key)
        found.append(Trouble("!", "error", "stopped", message, explanation))
    named: set[int] = set()
    for refusal in session.draft.chunk_refusals:
        if refusal.submission != run.submission:
            continue
        named.add(refusal.chunk)
        for issue in refusal.issues:
            message, explanation = _two(issue.message, connect_key)
            found.append(
                Trouble("✗", "error", f"chunk {refusal.chunk}", message, explanation, len(refusal.rows))
            )
    # The rows of a refused chunk stand in the groups.
    open_trouble = {n: words for n, words in run.trouble if n not in refused and n not in named}
    by_chunk: dict[int, list[RowId]] = {chunk: [] for chunk in open_trouble}
    if open_trouble:
        for row, outcome in run.outcomes.items():
            if outcome.chunk in by_chunk:
                by_chunk[outcome.chunk].append(row)
    for chunk, sentence in open_trouble.items():
        rows = by_chunk[chunk]
        unknown = [r for r in rows if run.outcomes[r].state is RowState.UNKNOWN]
        message, explanation = _two(sentence, connect_key)
        if unknown:
            where = _numbers(session, unknown)
            parts = [explanation, f"{where}." if where else ""]
            explanation = " ".join(p for p in parts if p)
            found.append(Trouble("?", "unknown", f"chunk {chunk}", message, explanation, len(unknown)))
        elif rows and all(run.outcomes[r].state in DONE for r in rows):
            # What to do about it was done since: only what had happened is still true.
            found.append(
                Trouble("✓", "created", f"chunk {chunk}", message, "Settled: the server has them.", len(rows))
            )
        elif not run.stopped.startswith(sentence):
            found.append(Trouble("!", "error", f"chunk {chunk}", message, explanation, len(rows)))
    return tuple(found)


def first_sentence(text: str) -> str:
    """The first sentence of what is kept, safe to draw."""
    return _two(text)[0]


def _two(sentence: str, connect_key: str = "") -> tuple[str, str]:
    """The first sentence, and the rest."""
    text = visible(sentence, 600)
    if connect_key:
        text = text.replace("Connect again.", f"{connect_key} connects again.")
    end = re.search(r"(?<=[.?!])\s+(?=[A-Z])", text)
    return (text[: end.start()], text[end.end() :]) if end else (text, "")


def _numbers(session: Session, rows: Iterable[RowId]) -> str:
    """Rows 401-412, or Rows 3, 7 and 9; "" where they are too many to name."""
    positions = (session.draft.batch.position(row) for row in rows)
    numbers = sorted(p + 1 for p in positions if p is not None)
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"Row {numbers[0]:,}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"Rows {numbers[0]:,}-{numbers[-1]:,}"
    if len(numbers) <= 6:
        return "Rows " + ", ".join(f"{n:,}" for n in numbers[:-1]) + f" and {numbers[-1]:,}"
    return ""
