"""The journal of a draft: every edit is on disk within a second, and no keystroke waits for it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from leapgrid.workspace.errors import WorkspaceError
from leapgrid.workspace.model import JournalEntry

if TYPE_CHECKING:
    from leapgrid.workspace.drafts import Drafts

INTERVAL = 0.25
"""Seconds within which an edit is written."""

BATCH = 50
"""Edits that are written at once without waiting."""

RETRY = 1.0
"""Seconds before a write that failed is tried again."""


class Journal:
    """Writes the steps of one draft in a thread of its own.

    What could not be written stays in memory and is tried again; ``failure`` says what is wrong as long
    as it is.

    Args:
        workspace: where to.
        draft_id: whose steps.
        interval: seconds within which an edit is written.
        batch: edits that are written at once without waiting.
        retry: seconds before a write that failed is tried again.
    """

    def __init__(
        self,
        workspace: Drafts,
        draft_id: str,
        *,
        interval: float = INTERVAL,
        batch: int = BATCH,
        retry: float = RETRY,
    ) -> None:
        self.draft_id = draft_id
        self.failure: str | None = None
        self.saved_at: float | None = None
        self._workspace = workspace
        self._interval, self._batch, self._retry = interval, batch, retry
        self._pending: deque[JournalEntry] = deque()
        self._changed = threading.Condition()
        self._appended = 0
        self._written = 0
        self._tries = 0
        self._hurry = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="leapgrid-journal", daemon=True)
        self._thread.start()

    @property
    def unsaved(self) -> int:
        """How many steps are not on disk yet."""
        with self._changed:
            return self._appended - self._written

    def append(self, entry: JournalEntry) -> None:
        """Add a step. Never waits for the disk.

        Raises:
            RuntimeError: if the journal is closed.
        """
        with self._changed:
            if self._closing:
                raise RuntimeError("The journal is closed.")
            self._pending.append(entry)
            self._appended += 1
            self._changed.notify_all()

    def flush(self, timeout: float = 10.0) -> bool:
        """Write what was appended so far, now.

        Args:
            timeout: the most seconds to wait.

        Returns:
            Whether all of it is on disk; else ``failure`` says why, and it is tried again later.
        """
        with self._changed:
            goal, tries = self._appended, self._tries
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: (
                    self._written >= goal
                    or (self._tries > tries and self.failure is not None)
                    or not self._thread.is_alive()
                ),
                timeout,
            )
            return self._written >= goal

    def close(self, timeout: float = 10.0) -> bool:
        """Write what is left and end the thread. Closing twice is fine.

        Returns:
            Whether all is on disk.
        """
        saved = self.flush(timeout)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return saved

    def _run(self) -> None:
        pause = self._interval
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closing)
                if not self._pending or (self._closing and self.failure is not None):
                    return
                self._changed.wait_for(self._due, pause)
                self._hurry = False
                entries = list(self._pending)
            failure = self._write(entries)
            with self._changed:
                self._tries += 1
                self.failure = failure
                pause = self._interval if failure is None else self._retry
                if failure is None:
                    for _ in entries:
                        self._pending.popleft()
                    self._written += len(entries)
                    self.saved_at = self._workspace.now()
                self._changed.notify_all()

    def _due(self) -> bool:
        return self._hurry or self._closing or (self.failure is None and len(self._pending) >= self._batch)

    def _write(self, entries: list[JournalEntry]) -> str | None:
        try:
            # A large edit is put into JSON here, in the thread that nobody waits for.
            given = [
                entry._replace(edit=entry.edit()) if callable(entry.edit) else entry for entry in entries
            ]
            self._workspace.append_entries(self.draft_id, given)
        except WorkspaceError as error:
            return str(error)
        except (TypeError, ValueError) as error:
            return f"An edit could not be written down: {error}."
        return None
