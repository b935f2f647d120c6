"""A receipt as a list of lines that open and close: chunks with their records, look-ups, decisions. Pure."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, Protocol

from leapgrid.drafting.receipts.model import Receipt, ReceiptChunk, ReceiptRow
from leapgrid.drafting.receipts.words import (
    KIND_WORDS,
    PURPOSE_WORDS,
    SETTLED,
    STATE_WORDS,
    chunk_word,
    clock,
    moment,
    until,
    zone,
)
from leapgrid.records import RowState
from leapgrid.tui.history import CREATED, UNKNOWN, target_words
from leapgrid.tui.result import first_sentence, short_message, span
from leapgrid.tui.rows import SERVER_GLYPHS
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.visible import visible

Kind = Literal["all", "rejected", "unknown", "unsent", "created"]

KINDS: dict[Kind, tuple[str, tuple[RowState, ...]]] = {
    "all": ("all", tuple(RowState)),
    "rejected": ("only rejected", (RowState.REJECTED,)),
    "unknown": ("only unknown", UNKNOWN),
    "unsent": ("only not sent", (RowState.READY, RowState.QUEUED, RowState.SKIPPED)),
    "created": ("only created", CREATED),
}
"""Which records are shown: in which words, in which states."""

COUNTED: tuple[tuple[str, str, Role, tuple[RowState, ...]], ...] = (
    ("✓", "created", "created", (RowState.CREATED,)),
    ("=", "already there", "created", (RowState.ALREADY_THERE,)),
    ("✗", "rejected", "error", (RowState.REJECTED,)),
    ("?", "unknown", "unknown", UNKNOWN),
    ("", "not sent", "muted", (RowState.READY, RowState.QUEUED)),
    ("-", "skipped", "muted", (RowState.SKIPPED,)),
)
"""Glyph, word, role and states of what a receipt counts."""

_NO_CHUNK = 0
_SENTENCE = 600


class Section(NamedTuple):
    """A line that opens.

    Attributes:
        kind: what it is of.
        chunk: the chunk, where it is of one.
        rows: places of its records among the receipt's.
        lines: its lines, where it is not of records: a time, who, a sentence.
    """

    kind: Literal["chunk", "unsent", "look_ups", "decisions", "runs", "damaged"]
    chunk: ReceiptChunk | None = None
    rows: Sequence[int] = ()
    lines: Sequence[tuple[str, str]] = ()

    @property
    def size(self) -> int:
        """How many lines it has when it is open."""
        return len(self.rows) or len(self.lines)


class ReceiptTree:
    """The lines of a receipt, of which those in closed sections are not counted.

    Args:
        receipt: of which.
        kind: which records are shown; with others than all, what has none of them is left out.
    """

    def __init__(self, receipt: Receipt, kind: Kind = "all") -> None:
        self.receipt = receipt
        self.kind = kind
        self.sections = tuple(_sections(receipt, kind))
        self._open: set[int] = set()
        chunks = [at for at, section in enumerate(self.sections) if section.rows]
        if kind != "all" or len(chunks) == 1:
            self._open.update(chunks)
        self._starts: list[int] = []
        self._count()

    def _count(self) -> None:
        sizes = (1 + (s.size if at in self._open else 0) for at, s in enumerate(self.sections))
        self._starts = [0, *accumulate(sizes)]

    def __len__(self) -> int:
        return self._starts[-1]

    def place(self, line: int) -> tuple[int, int]:
        """What stands on a line: the section, and the line within it from 0; -1 for its own."""
        section = bisect_right(self._starts, line) - 1
        return section, line - self._starts[section] - 1

    def start(self, section: int) -> int:
        """On which line a section begins."""
        return self._starts[section]

    def is_open(self, section: int) -> bool:
        """Whether its lines are shown."""
        return section in self._open

    def row(self, line: int) -> ReceiptRow | None:
        """The record on a line, or None."""
        if not 0 <= line < len(self):
            return None
        section, within = self.place(line)
        rows = self.sections[section].rows
        return self.receipt.rows[rows[within]] if within >= 0 and rows else None

    def toggle(self, section: int) -> None:
        """Open a section, or close it."""
        self._open.symmetric_difference_update((section,))
        self._count()

    @property
    def all_open(self) -> bool:
        """Whether nothing is left to open."""
        return len(self._open) == len(self.sections)

    def open_all(self) -> None:
        """Open all sections; close them where all are open."""
        self._open = set() if self.all_open else set(range(len(self.sections)))
        self._count()


def trees(receipt: Receipt) -> dict[Kind, ReceiptTree]:
    """The tree of each kind of records that there are any of. Takes a while for many records."""
    found: dict[Kind, ReceiptTree] = {"all": ReceiptTree(receipt)}
    for kind, (_, states) in KINDS.items():
        number = sum(receipt.counts.get(state, 0) for state in states)
        if kind != "all" and 0 < number < receipt.records:
            found[kind] = ReceiptTree(receipt, kind)
    return found


def _sections(receipt: Receipt, kind: Kind) -> Iterable[Section]:
    wanted = KINDS[kind][1]
    by_chunk: dict[int, array[int]] = {}
    for at, row in enumerate(receipt.rows):
        if kind == "all" or row.state in wanted:
            by_chunk.setdefault(row.chunk, array("L")).append(at)
    for chunk in receipt.chunks:
        rows: Sequence[int] = by_chunk.get(chunk.number, ())
        if rows or kind == "all":
            yield Section("chunk", chunk, rows)
    if never := by_chunk.get(_NO_CHUNK):
        yield Section("unsent", rows=never)
    if kind != "all":
        return
    if receipt.look_ups:
        yield Section("look_ups", lines=[_look_up(receipt, at) for at in range(len(receipt.look_ups))])
    if decided := _decided(receipt):
        yield Section("decisions", lines=decided)
    if len(receipt.runs) > 1:
        yield Section("runs", lines=_runs(receipt))
    if receipt.damaged:
        yield Section("damaged", lines=[("", visible(words, _SENTENCE)) for words in receipt.damaged])


def _look_up(receipt: Receipt, at: int) -> tuple[str, str]:
    look = receipt.look_ups[at]
    by = f" by {visible(look.field, 60)}" if look.field else ""
    parts = [
        f"{PURPOSE_WORDS.get(look.purpose, look.purpose)}:",
        f"{look.asked:,} asked for{by}, {look.found:,} found.",
        "" if look.proves else "It proves nothing.",
        visible(look.message, 300),
        f"({visible(look.who, 60)})" if look.who else "",
    ]
    return _time(receipt, look.at), " ".join(part for part in parts if part)


def _decided(receipt: Receipt) -> list[tuple[str, str]]:
    return [
        (
            _time(receipt, decision.at),
            " ".join(
                part
                for part in (
                    f"row {decision.number:,}:" if decision.number else "a deleted row:",
                    f"{STATE_WORDS[decision.before]}, then {STATE_WORDS[decision.after]}.",
                    KIND_WORDS.get(decision.kind, decision.kind).capitalize(),
                    f"by {visible(decision.who, 60)}:" if decision.who else "so:",
                    visible(decision.evidence, 300),
                )
                if part
            ),
        )
        for decision in receipt.decisions
        if decision.kind != "look_up"
    ]


def _runs(receipt: Receipt) -> list[tuple[str, str]]:
    lines = []
    for run in receipt.runs:
        who = visible(run.who, 60) or "somebody"
        end = "not over yet" if run.finished_at is None else f"until {until(run.started_at, run.finished_at)}"
        why = f" {visible(run.message, 300)}" if run.message else ""
        lines.append((_time(receipt, run.started_at), f"{who} on {visible(run.machine, 60)}, {end}.{why}"))
    return lines


def _time(receipt: Receipt, at: float) -> str:
    """A time; with its day where it is another one than that of the sending."""
    same = time.localtime(at)[:3] == time.localtime(receipt.started_at)[:3]
    return clock(at) if same else moment(at)


def title_of(section: Section) -> str:
    """What a section that is not of a chunk is called."""
    match section.kind:
        case "unsent":
            return "never went out"
        case "look_ups":
            return "looked up"
        case "decisions":
            return "decided"
        case "runs":
            return "worked on by"
        case "damaged":
            return "damaged"
        case "chunk":
            return f"chunk {section.chunk.number:,}" if section.chunk else "chunk"


def about_chunk(chunk: ReceiptChunk) -> str:
    """What came of a chunk, in a few words."""
    word = chunk_word(chunk.state, chunk.counts)
    parts = [word]
    if chunk.status is not None and chunk.state != "created":
        parts[0] += f" ({chunk.status})"
    if chunk.purpose == "rest":
        of = f"chunk {chunk.parent:,}" if chunk.parent is not None else "refused chunks"
        parts.append(f"what was good of {of}")
    elif chunk.parent is not None:
        parts.append(f"part of chunk {chunk.parent:,}")
    elif chunk.purpose == "again":
        parts.append("sent later")
    if len(chunk.attempts) > 1:
        parts.append(f"{len(chunk.attempts):,} tries")
    words = ", ".join(parts)
    said = [visible(short_message(text), 200) for text in chunk.refusal]
    if chunk.message and word == SETTLED:
        said.append(first_sentence(chunk.message))  # what to do about it was done since
    elif chunk.message and chunk.state not in ("created", "rejected"):
        said.append(visible(chunk.message, 200))
    return ". ".join([words, *said])


def details_of_chunk(receipt: Receipt, chunk: ReceiptChunk) -> str:
    """All that is known of the sendings of a chunk, in sentences."""
    said = []
    for attempt in chunk.attempts:
        took = f" after {span(attempt.elapsed)}" if attempt.elapsed is not None else ""
        status = f"answer {attempt.status}{took}" if attempt.status is not None else f"no answer{took}"
        number = f"try {attempt.number}, " if len(chunk.attempts) > 1 else ""
        request = f", request {visible(attempt.request_id, 60)}" if attempt.request_id else ""
        damaged = "" if attempt.intact else " THE STORED BODY IS DAMAGED."
        said.append(
            f"{number}{_time(receipt, attempt.started_at)}: {status}{request}, "
            f"{attempt.body_size:,} bytes, SHA-256 {attempt.body_sha256[:16]}…. "
            f"{visible(attempt.message, 300)}{damaged}"
        )
    if not said:
        said.append("It never went out.")
    return f"chunk {chunk.number:,}: " + " ".join(said)


def said_of(row: ReceiptRow) -> str:
    """What is known of a record: the server's words, or else the evidence."""
    said = []
    for issue in row.issues:
        words = visible(short_message(issue.message), 300)
        said.append(f"{visible(issue.field, 40)}: {words}" if issue.field else words)
    words = "; ".join(said) or visible(row.evidence, 300)
    if row.duplicate:
        words = f"duplicate suspected: {', '.join(visible(each, 40) for each in row.ids)}. {words}"
    return words


def details_of_row(receipt: Receipt, row: ReceiptRow) -> str:
    """All that is known of a record, in sentences."""
    number = f"Row {row.number:,}" if row.number else "A row that was deleted since"
    line = f" (line {row.line:,} of the file)" if row.line is not None else ""
    place = f", record {row.position:,} of chunk {row.chunk:,}" if row.chunk and row.position else ""
    at = f" at {_time(receipt, row.at)}" if row.at else ""
    evidence = visible(row.evidence, 300)
    issues = said_of(row) if row.issues or row.duplicate else ""
    ids = f" Its id: {', '.join(visible(each, 40) for each in row.ids)}." if len(row.ids) == 1 else ""
    state = STATE_WORDS[row.state]
    parts = [f"{number}{line}{place}: {state}{at}.", evidence, issues if issues != evidence else ""]
    return " ".join(part for part in parts if part) + ids


def glyph_of(row: ReceiptRow) -> tuple[str, Role]:
    """The sign of a record's state, as in the grid."""
    return SERVER_GLYPHS[row.state]


class Facts(NamedTuple):
    """What stands above the list; texts are safe to draw.

    Attributes:
        title: when and where to.
        bar: how many records in the colour of which state.
        counts: glyph, role, number and word of each state that has records.
        lines: name and value of what else is known.
        trouble: why it ended early, or "".
    """

    title: str
    bar: tuple[tuple[Role, int], ...]
    counts: tuple[tuple[str, Role, int, str], ...]
    lines: tuple[tuple[str, str], ...]
    trouble: str = ""


class Known(Protocol):
    """What is known of a submission before its records are read."""

    @property
    def draft(self) -> str:
        """The draft's name."""

    @property
    def source(self) -> str:
        """The file that it came from, or ""."""

    @property
    def origin(self) -> str:
        """The base URL."""

    @property
    def profile(self) -> str:
        """The profile's name, or ""."""

    @property
    def who(self) -> str:
        """Who began it, or ""."""

    @property
    def started_at(self) -> float:
        """Seconds since the epoch."""

    @property
    def finished_at(self) -> float | None:
        """The same; None while somebody works on it."""

    @property
    def records(self) -> int:
        """How many it is about."""


def first_facts(known: Known, object_slug: str, submission: str) -> Facts:
    """What can be said of a submission before its records are read."""
    return Facts(
        f"reading {plural(known.records, 'record')} ...", (), (), _lines(known, object_slug, submission)
    )


def _lines(known: Known, object_slug: str, submission: str) -> tuple[tuple[str, str], ...]:
    name, host = target_words(known.origin, known.profile)
    target = f"{name}  {host}" if name and name != "sandbox" else f"{name} {host}".strip()
    end = known.finished_at
    when = moment(known.started_at)
    when += f" to {until(known.started_at, end)}" if end is not None else ", not over yet"
    by = f" by {visible(known.who, 60)}" if known.who else ""
    origin = visible(known.source or known.draft, 200)
    if known.source and not known.source.endswith(known.draft):
        origin = f"{visible(known.draft, 80)}, {visible(known.source, 160)}"
    return (
        ("sent", f"{when} ({zone(known.started_at)}){by}"),
        ("to", f"{target}, as {visible(object_slug, 40)}"),
        ("from", origin),
        ("number", submission),
    )


def facts_of(receipt: Receipt) -> Facts:
    """The facts of a receipt."""
    counted = [
        (glyph, role, sum(receipt.counts.get(state, 0) for state in states), word)
        for glyph, word, role, states in COUNTED
    ]
    return Facts(
        title=plural(receipt.records, "record"),
        bar=tuple((role if role != "muted" else "rule", number) for _, role, number, _ in counted if number),
        counts=tuple((glyph, role, number, word) for glyph, role, number, word in counted if number),
        lines=_lines(receipt, receipt.object_slug, receipt.submission),
        trouble=visible(receipt.message, 300) if receipt.stopped else "",
    )
