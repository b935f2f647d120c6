"""A trail beside the workspace's file: how much was done, and what was sent, in a few bytes each.

If the file is damaged so that it cannot be read, the trail still tells what a copy of it does not have: how
many edits are lost, counted and not guessed, and which rows were sent since, so that they are not sent again.
It holds names of drafts and numbers of rows, never what stands in them. Each opening of a workspace writes a
trail of its own; a line that is not what was written is not believed.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ulid import ULID

from leapgrid.workspace.places import make_directory

_SINCE = "since"
_MOST_ROWS = 10_000_000
_MARGIN = 300.0
"""Seconds by which clocks of files may differ from ours."""


class Trail:
    """What one opening of a workspace writes. Writing never fails: the file is what counts.

    Args:
        directory: made with the first note.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / f"{ULID()}.log"

    def note(self, facts: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        """Add lines, all of them in one go.

        Args:
            facts: of each its kind ("draft", "edits", "sent", "closed", "rows", "removed" or "restored", see
                :class:`Walked`) and what JSON knows.
        """
        lines = b"".join(_line(kind, more) for kind, more in facts)
        if not lines:
            return
        try:
            if not self._path.exists():
                make_directory(self._directory)
                _mark(self._directory)
            # Opened each time, because what tidies up may have taken it away.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, lines)
            finally:
                os.close(descriptor)
        except OSError:
            pass  # A full disk: the workspace says so itself, and what it did not take is not in the trail.


class RowFact(NamedTuple):
    """What was known of a row.

    Attributes:
        at: since when, in seconds since the epoch.
        state: a row's state.
        attempt: with which it went out last, or "".
    """

    at: float
    state: str
    attempt: str


@dataclass
class Walked:
    """All that the trails of a workspace tell.

    Attributes:
        since: when the first of them was begun, in seconds since the epoch; nothing before is in them.
        unread: how many lines are not what was written.
        drafts: id -> its name and how many rows it began with, as far as noted.
        edits: draft id -> the number of its last step.
        removed: ids of drafts that were removed.
        sent: attempt -> what went out with it: its columns, and its rows in their order.
        closed: attempt -> what came of it.
        rows: draft id -> row -> what was known of it last.
    """

    since: float | None = None
    unread: int = 0
    drafts: dict[str, tuple[str, int]] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    sent: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    closed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: dict[str, dict[int, RowFact]] = field(default_factory=dict)


def walk(directory: Path) -> Walked:
    """Read all trails of a workspace; never raises.

    Args:
        directory: where they lie; it need not be there.
    """
    found = Walked()
    try:
        found.since = float((directory / _SINCE).read_text("ascii"))
    except (OSError, ValueError):
        pass
    lines: list[tuple[float, Mapping[str, Any]]] = []
    for path in _files(directory):
        try:
            content = path.read_bytes()
        except OSError:
            found.unread += 1
            continue
        for line in content.splitlines():
            fact = _understood(line)
            if fact is None:
                found.unread += 1
            else:
                lines.append((float(fact["at"]), fact))
    for _, fact in sorted(lines, key=lambda each: each[0]):
        try:
            _take(found, fact)
        except (KeyError, TypeError, ValueError):
            found.unread += 1
    return found


def tidy(directory: Path, before: float) -> None:
    """Delete the trails of which every copy has all.

    Args:
        directory: where they lie.
        before: when the oldest copy was begun, in seconds since the epoch.
    """
    for path in _files(directory):
        try:
            if path.stat().st_mtime < before - _MARGIN:
                path.unlink()
        except OSError:
            pass  # One too many costs room, nothing else.


def spans(rows: Iterable[int]) -> list[list[int]]:
    """Rows in their order, as first and last of those that follow each other."""
    found: list[list[int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return found


def rows_of(given: Any) -> list[int]:
    """The inverse of :func:`spans`."""
    if sum(int(last) - int(first) + 1 for first, last in given) > _MOST_ROWS:
        raise ValueError("more rows than any chunk has")
    return [row for first, last in given for row in range(int(first), int(last) + 1)]


def _line(kind: str, facts: Mapping[str, object]) -> bytes:
    text = json.dumps({"kind": kind, "at": time.time(), **facts}, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _take(found: Walked, fact: Mapping[str, Any]) -> None:
    kind, at = fact["kind"], float(fact["at"])
    if kind == "draft":
        found.drafts[fact["draft"]] = (str(fact["name"]), int(fact["rows"]))
    elif kind == "edits":
        found.edits[fact["draft"]] = max(int(fact["seq"]), found.edits.get(fact["draft"], 0))
    elif kind == "restored":
        # An older file took the place of the one whose steps were counted so far.
        edits = {str(draft): int(seq) for draft, seq in fact["edits"].items()}
        found.removed |= set(found.drafts) - set(edits)
        found.edits = edits
    elif kind == "removed":
        found.removed.add(str(fact["draft"]))
    elif kind == "sent":
        found.sent[fact["attempt"]] = {**fact, "rows": rows_of(fact["rows"])}
    elif kind == "closed":
        found.closed[fact["attempt"]] = fact
    elif kind == "rows":
        known = found.rows.setdefault(fact["draft"], {})
        state, attempt = str(fact["state"]), str(fact["attempt"])
        known |= {row: RowFact(at, state, attempt) for row in rows_of(fact["rows"])}


def _understood(line: bytes) -> Mapping[str, Any] | None:
    check, _, text = line.partition(b" ")
    try:
        if int(check, 16) != zlib.crc32(text):
            return None
        fact = json.loads(text)
    except ValueError:
        return None
    return fact if isinstance(fact, dict) and isinstance(fact.get("at"), float) else None


def _mark(directory: Path) -> None:
    """Note when the first trail was begun, for ever."""
    try:
        descriptor = os.open(directory / _SINCE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.write(descriptor, repr(time.time()).encode())
    finally:
        os.close(descriptor)


def _files(directory: Path) -> list[Path]:
    try:
        return sorted(directory.glob("*.log"))
    except OSError:
        return []
