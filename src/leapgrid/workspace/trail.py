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
from typing import Any

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

    def note(self, kind: str, **facts: object) -> None:
        """Add a line.

        Args:
            kind: "draft", "edits", "sent", "answered", "settled" or "removed".
            facts: what JSON knows.
        """
        text = json.dumps({"kind": kind, "at": time.time(), **facts}, separators=(",", ":")).encode()
        line = b"%08x %s\n" % (zlib.crc32(text), text)
        try:
            if not self._path.exists():
                make_directory(self._directory)
                _mark(self._directory)
            # Opened each time: what tidies up may have taken it away, and each line is a single write.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError:
            pass  # A full disk: the workspace says so itself, and what it did not take is not in the trail.


@dataclass
class Walked:
    """All that the trails of a workspace tell.

    Attributes:
        since: when the first of them was begun, in seconds since the epoch; nothing before is in them.
        unread: how many lines are not what was written.
        drafts: id -> its name and how many rows it began with, as far as noted.
        edits: draft id -> the number of its last step.
        removed: ids of drafts that were removed.
        sent: attempt -> what went out with it.
        answered: attempt -> row -> state, as it was told.
        settled: draft id -> row -> state, as look-ups and persons decided later, with when.
    """

    since: float | None = None
    unread: int = 0
    drafts: dict[str, tuple[str, int]] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    sent: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    answered: dict[str, tuple[float, dict[int, str]]] = field(default_factory=dict)
    settled: dict[str, dict[int, tuple[float, str]]] = field(default_factory=dict)


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
    """Rows as first and last of those that follow each other."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return found


def by_state(states: Mapping[int, str]) -> dict[str, list[list[int]]]:
    """The rows of each state, as :func:`spans`."""
    rows: dict[str, list[int]] = {}
    for row, state in states.items():
        rows.setdefault(str(state), []).append(row)
    return {state: spans(each) for state, each in rows.items()}


def rows_of(given: Any) -> list[int]:
    """The inverse of :func:`spans`."""
    if sum(int(last) - int(first) + 1 for first, last in given) > _MOST_ROWS:
        raise ValueError("more rows than any chunk has")
    return [row for first, last in given for row in range(int(first), int(last) + 1)]


def _take(found: Walked, fact: Mapping[str, Any]) -> None:
    kind, at = fact["kind"], float(fact["at"])
    if kind == "draft":
        found.drafts[fact["draft"]] = (str(fact["name"]), int(fact["rows"]))
    elif kind == "edits":
        found.edits[fact["draft"]] = max(int(fact["seq"]), found.edits.get(fact["draft"], 0))
    elif kind == "removed":
        found.removed.add(str(fact["draft"]))
    elif kind == "sent":
        found.sent[fact["attempt"]] = {**fact, "rows": rows_of(fact["rows"])}
    elif kind == "answered":
        found.answered[fact["attempt"]] = (at, _states(fact["states"]))
    elif kind == "settled":
        known = found.settled.setdefault(fact["draft"], {})
        known |= {row: (at, state) for row, state in _states(fact["states"]).items()}


def _states(given: Mapping[str, Any]) -> dict[int, str]:
    return {row: str(state) for state, rows in given.items() for row in rows_of(rows)}


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
