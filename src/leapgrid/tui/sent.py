"""What the lines of history and receipt say of a submission, in a sentence. Pure."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leapgrid.tui.history import SentLine
from leapgrid.tui.keymap import shown_key
from leapgrid.tui.result import span
from leapgrid.tui.text import plural
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.workspace import SentRow

_NO_KEYS: Mapping[str, str] = {}


class Waiting(NamedTuple):
    """The records of a submission that nobody knows about.

    Attributes:
        records: how many.
        chunks: the chunks that they went out in.
        first: when the first of these did, seconds since the epoch.
        last: when the last did.
    """

    records: int
    chunks: tuple[int, ...]
    first: float
    last: float

    @classmethod
    def of(cls, rows: Iterable[SentRow]) -> Waiting:
        """Of these rows."""
        found = list(rows)
        times = [row.started_at for row in found]
        chunks = Counter(row.chunk for row in found)
        return cls(len(found), tuple(sorted(chunks)), min(times, default=0.0), max(times, default=0.0))

    @property
    def words(self) -> str:
        """E.g. "12 records of chunk 5"."""
        if not self.chunks:
            return plural(self.records, "record")
        if len(self.chunks) == 1:
            return f"{plural(self.records, 'record')} of chunk {self.chunks[0]:,}"
        return f"{plural(self.records, 'record')} of {len(self.chunks):,} chunks"


def about_line(
    line: SentLine, waiting: Waiting | None = None, keymap: Mapping[str, str] = _NO_KEYS
) -> IssueState:
    """What needs a person of a submission, or else how it went.

    Args:
        line: the submission.
        waiting: of its unknown records, where it was read already.
        keymap: the person's own keys.
    """
    if line.running:
        words = f"{plural(line.records, 'record')} to {line.name or line.host}"
        return IssueState(">", "sending", words, sentence="Somebody is sending them now.")
    opens = shown_key("open_draft", keymap, "history")
    if line.unknown:
        key = (shown_key("look_up", keymap, "history"), "Look them up")
        if waiting is None or not waiting.records:
            where = plural(line.unknown, "record")
            said = "were sent and no answer came. They may exist."
            if line.unknown == 1:
                said = "was sent and no answer came. It may exist."
            return IssueState("?", "unknown", where, sentence=said, key=key)
        at = time.strftime("%H:%M:%S", time.localtime(waiting.first))
        verb, they = ("was", "It") if waiting.records == 1 else ("were", "They")
        said = f"{verb} sent at {at} and no answer came. {they} may exist."
        return IssueState("?", "unknown", waiting.words, sentence=said, key=key)
    if line.stopped:
        return IssueState(
            "!",
            "error",
            "stopped",
            sentence=line.stopped,
            key=(opens, "Open the draft"),
        )
    if line.rejected:
        said = f"{opens} opens the draft to repair {'it' if line.rejected == 1 else 'them'}."
        where = f"{plural(line.rejected, 'record')} {'was' if line.rejected == 1 else 'were'} refused"
        return IssueState(
            "✗",
            "error",
            where,
            sentence=said,
            key=(shown_key("export_rejected", keymap, "history"), "Export"),
        )
    if line.open:
        said = "Some of its records never went out. The draft can go on with them."
        return IssueState("~", "warning", sentence=said, key=(opens, "Open the draft"))
    took = f"in {span(line.seconds)}" if line.seconds is not None else ""
    by = f"by {line.who}" if line.who else ""
    words = " ".join(part for part in ("Sent", by, took) if part)
    return IssueState(sentence=f"{words}." if line.created == line.records or took or by else "")
