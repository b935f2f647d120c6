"""What a workspace's file holds, as far as it can be read: counted for a person, never trusted for sending.

A damaged file is read page by page around its holes. SQLite itself stops at the first.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_PATIENCE = 5.0
"""Seconds that the holes of a file get; what is not counted then counts as unreadable."""

_JUMPS = 400


class Held(NamedTuple):
    """What a file holds of a draft.

    Attributes:
        name: what the person calls it; raw text.
        rows: how many records, as last noted.
        edits: how many steps its journal has.
        frame: the name of its base frame.
        source: the file it came from, or ""; raw text.
        updated_at: when it was last changed, seconds since the epoch.
    """

    name: str
    rows: int
    edits: int
    frame: str = ""
    source: str = ""
    updated_at: float = 0.0


class SentRows(NamedTuple):
    """What a file knows of one attempt.

    Attributes:
        draft_id: whose rows.
        states: row -> state, as the attempt left it.
    """

    draft_id: str
    states: dict[int, str]


@dataclass
class Contents:
    """What a file holds.

    Attributes:
        complete: whether all of it could be read; else there may be more.
        drafts: id -> what is held of it.
        attempts: what was sent, by attempt.
    """

    complete: bool = True
    drafts: dict[str, Held] = field(default_factory=dict)
    attempts: dict[str, SentRows] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many records all drafts have."""
        return sum(draft.rows for draft in self.drafts.values())

    @property
    def edits(self) -> int:
        """How many steps all journals have."""
        return sum(draft.edits for draft in self.drafts.values())


def contents_of(path: Path) -> Contents:
    """Read what can be read of a file, and change nothing; never raises."""
    found = Contents()
    for how in ("mode=ro", "immutable=1"):
        try:
            uri = f"{path.absolute().as_uri()}?{how}"
            with closing(sqlite3.connect(uri, uri=True, timeout=1, isolation_level=None)) as file:
                file.execute("PRAGMA trusted_schema = 0").close()
                file.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
                file.text_factory = lambda data: data.decode("utf-8", "replace")
                found = _read(file)
        except (OSError, ValueError, sqlite3.Error):
            found = Contents(complete=False)
            continue
        return found
    return found


def attempt_of(path: Path, attempt_id: str) -> dict[str, Any] | None:
    """One attempt with all its columns as they stand in a file, by name; None where it cannot be read."""
    for how in ("mode=ro", "immutable=1"):
        try:
            uri = f"{path.absolute().as_uri()}?{how}"
            with closing(sqlite3.connect(uri, uri=True, timeout=1, isolation_level=None)) as file:
                file.row_factory = sqlite3.Row
                row = file.execute(
                    "SELECT attempt.*, submission.draft_id FROM attempt "
                    "JOIN submission ON submission.id = attempt.submission_id WHERE attempt.id = ?",
                    (attempt_id,),
                ).fetchone()
                if row is None:
                    continue
                rows = file.execute(
                    "SELECT row_id FROM attempt_row WHERE attempt_id = ? ORDER BY position", (attempt_id,)
                ).fetchall()
                return {**dict(row), "draft": row["draft_id"], "rows": [each[0] for each in rows]}
        except (OSError, ValueError, sqlite3.Error):
            continue
    return None


def _read(file: sqlite3.Connection) -> Contents:
    scan = _Scan(file, time.monotonic() + _PATIENCE)
    found = Contents()
    edits: dict[str, int] = {}
    for draft_id, seq in scan.rows("journal_entry", "draft_id", "seq"):
        if isinstance(draft_id, str) and isinstance(seq, int):
            edits[draft_id] = max(seq, edits.get(draft_id, 0))
    for draft_id, name, rows, frame, source, at in scan.rows(
        "draft", "id", "name", "rows", "frame", "source", "updated_at"
    ):
        if isinstance(draft_id, str) and isinstance(rows, int):
            found.drafts[draft_id] = Held(
                _text(name),
                max(0, rows),
                edits.get(draft_id, 0),
                frame if isinstance(frame, str) else "",
                _text(source),
                at if isinstance(at, float) else 0.0,
            )
    for attempt_id, draft_id, row, state in scan.rows(
        "attempt_row", "attempt_id", "draft_id", "row_id", "state"
    ):
        if isinstance(attempt_id, str) and isinstance(draft_id, str) and isinstance(row, int):
            sent = found.attempts.setdefault(attempt_id, SentRows(draft_id, {}))
            sent.states[row] = str(state)
    found.complete = scan.complete
    return found


class _Scan:
    """Reads tables by the numbers of their rows, and jumps over what cannot be read."""

    def __init__(self, file: sqlite3.Connection, until: float) -> None:
        self._file = file
        self._until = until
        self.complete = True

    def rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        last, step, jumps = -(1 << 62), 1, 0
        names = ", ".join(columns)
        while True:
            try:
                with closing(
                    self._file.execute(
                        f"SELECT rowid, {names} FROM {table} WHERE rowid > ? ORDER BY rowid", (last,)
                    )
                ) as cursor:
                    for row in cursor:
                        last, step = row[0], 1
                        yield row[1:]
                return
            except sqlite3.Error:
                self.complete = False
            jumps += 1
            if jumps > _JUMPS or time.monotonic() > self._until:
                return
            # Behind the hole somewhere the next page that can be read begins.
            last = max(last, 0) + step
            step = min(step * 2, 1 << 40)


def _text(stored: Any) -> str:
    try:
        return str(json.loads(stored))
    except (TypeError, ValueError):
        return ""
