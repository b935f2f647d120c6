"""Between a draft and the database of a team: one's own steps go there, those of others come from there.

Threads of their own do both, so that no keystroke waits for the network.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.records import EditError, Issue, RowId, RowOutcome
from leapgrid.workspace import Journal, NotFound, SharedStep, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace import JournalEntry, Workspace

INTERVAL = 0.5
"""Seconds between two looks at what others did."""

_ASKING, _READING = 20, 4
"""How many times as long as they took it is until states are asked about, or read, again."""

IDS = 64
"""Numbers of rows that are kept at hand, so that a new row waits for nobody."""


class News(NamedTuple):
    """What came from the database since it was last asked.

    Attributes:
        steps: behind those that came before, in their order; one's own too.
        refused: marks of own steps that were not accepted.
        outcomes: of all rows, where any is another than before; else None.
        issues: what the server found in refused rows, with the outcomes.
    """

    steps: list[SharedStep]
    refused: list[str]
    outcomes: Mapping[RowId, RowOutcome] | None
    issues: tuple[Issue, ...]


class SharedJournal(Journal):
    """The journal of a draft that several people write: as :class:`Journal`, with whose each step is.

    Args:
        workspace: where to.
        draft_id: whose steps.
    """

    def __init__(self, workspace: Workspace, draft_id: str) -> None:
        self._shared = workspace
        self._steps: deque[SharedStep] = deque()
        self._refused: deque[str] = deque()
        super().__init__(workspace, draft_id)

    def append_step(self, step: SharedStep) -> None:
        """Add a step. Never waits for the database."""
        self._steps.append(step)
        self.append(step.entry)

    def refused(self) -> list[str]:
        """The marks of steps that were not accepted, since it was last asked."""
        found = []
        while self._refused:
            found.append(self._refused.popleft())
        return found

    def _write(self, entries: list[JournalEntry]) -> str | None:
        waiting = [self._steps[index] for index in range(len(entries))]
        try:
            given = [step._replace(entry=_written_out(step.entry)) for step in waiting]
            since = min(int(step.entry.edit["seen"]) for step in given)
            refused = self._shared.append_steps(self.draft_id, given, since)
        except WorkspaceError as error:
            return str(error)
        except (TypeError, ValueError) as error:
            return f"An edit could not be written down: {error}."
        self._refused.extend(refused)
        for _ in waiting:
            self._steps.popleft()
        return None


def _written_out(entry: JournalEntry) -> JournalEntry:
    return entry._replace(edit=entry.edit()) if callable(entry.edit) else entry


class Follower:
    """Looks for what others do in a draft, in a thread of its own, and has numbers of rows at hand.

    Args:
        workspace: which is shared.
        draft_id: the draft.
        seen: the number of the last step that is known.
        above: the first number of a row that is free as far as is known.
        interval: seconds between two looks.
    """

    def __init__(
        self, workspace: Workspace, draft_id: str, seen: int, above: RowId, interval: float = INTERVAL
    ) -> None:
        self.failure: str | None = None
        self.is_gone = False
        self.on_news: Callable[[], None] | None = None
        self._workspace, self._draft_id = workspace, draft_id
        self._seen, self._above, self._interval = seen, above, interval
        self._asking = threading.Lock()
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._steps: list[SharedStep] = []
        self._outcomes: Mapping[RowId, RowOutcome] | None = None
        self._issues: tuple[Issue, ...] = ()
        self._mark: tuple[object, ...] | None = None
        self._states_at = 0.0
        self._reading = 0  # goes up with each time that what is being read is too old
        self._ids: deque[RowId] = deque()
        self._end = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leapgrid-others", daemon=True)
        self._thread.start()

    def news(self, refused: list[str]) -> News | None:
        """What came since it was last asked; None where that is nothing."""
        with self._lock:
            if not self._steps and not refused and self._outcomes is None:
                return None
            news = News(self._steps, refused, self._outcomes, self._issues)
            self._steps, self._outcomes = [], None
            return news

    def look(self) -> bool:
        """Look now. Waits for the database.

        Returns:
            Whether it answered; else ``failure`` says why not.
        """
        with self._asking:
            return self._look(at_once=True)

    def know_better(self) -> None:
        """States are known here that may be newer than what was read of them: that is read once more."""
        with self._lock:
            self._reading += 1
            self._mark, self._outcomes = None, None

    def take_ids(self, count: int) -> tuple[RowId, ...]:
        """Numbers for new rows. Waits for the database only where there are not enough at hand.

        Raises:
            EditError: there are not enough, and the database does not answer.
        """
        if found := self._at_hand(count):
            return found
        try:
            with self._taking:
                # Some may have come while we waited for whoever fetched them.
                return self._at_hand(count) or tuple(self._take(count))
        except WorkspaceError as problem:
            raise EditError(f"No row can be added now. {problem}") from problem

    def _at_hand(self, count: int) -> tuple[RowId, ...]:
        with self._lock:
            return tuple(self._ids.popleft() for _ in range(count)) if len(self._ids) >= count else ()

    def _take(self, count: int) -> range:
        first = self._workspace.take_row_ids(self._draft_id, count, self._above)
        self._above = max(self._above, first + count)
        return range(first, first + count)

    def close(self) -> None:
        """End the thread, and give back the numbers that were not used. Closing twice is fine."""
        self._stop.set()
        self._thread.join(10)
        with self._lock:
            ids, self._ids = self._ids, deque()
        if ids and self._end == ids[-1] + 1 and ids[-1] - ids[0] + 1 == len(ids):
            try:
                self._workspace.give_back_row_ids(self._draft_id, ids[0], self._end)
            except WorkspaceError:
                pass  # Numbers that nobody uses cost nothing but themselves.

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._asking:
                self._look()
            if self.is_gone:
                return
            self._stop.wait(self._interval)

    def _look(self, *, at_once: bool = False) -> bool:
        outcomes: Mapping[RowId, RowOutcome] | None = None
        issues: tuple[Issue, ...] = ()
        is_new = False
        try:
            steps = self._workspace.steps_since(self._draft_id, self._seen)
            began = time.monotonic()
            if at_once or began >= self._states_at:
                with self._lock:
                    reading = self._reading
                mark = self._workspace.states_mark(self._draft_id)
                asked = time.monotonic()
                with self._lock:
                    is_new = mark != self._mark
                if is_new:
                    outcomes = self._workspace.outcomes(self._draft_id)
                    issues = self._workspace.server_issues(self._draft_id)
                # With very many rows both cost something; a team is not to keep its database busy with it.
                now = time.monotonic()
                self._states_at = now + max(_ASKING * (asked - began), _READING * (now - asked))
            with self._taking:
                if len(self._ids) < IDS // 2:
                    taken = self._take(IDS)
                    with self._lock:
                        self._ids.extend(taken)
                        self._end = taken.stop
        except NotFound as problem:
            self.failure, self.is_gone = str(problem), True
            return False
        except WorkspaceError as problem:
            self.failure = str(problem)
            return False
        self.failure = None
        with self._lock:
            if steps:
                self._seen = steps[-1].seq
                self._steps += steps
            if is_new and reading == self._reading:
                self._mark = mark
                self._outcomes, self._issues = outcomes, issues
        if (steps or is_new) and self.on_news is not None:
            self.on_news()
        return True
