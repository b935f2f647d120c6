"""A draft that several people work on: its order, and the threads between it and their database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.drafting.following import Follower, SharedJournal
from leapgrid.drafting.received import in_one
from leapgrid.drafting.together import Conflict, Together
from leapgrid.records import Batch, Change, Edit, History, Issue, RowId, RowOutcome, Step
from leapgrid.workspace import JournalEntry, SharedStep

if TYPE_CHECKING:
    from leapgrid.workspace import Workspace


class Came(NamedTuple):
    """What came, let into the records; their states are for the draft to let in."""

    change: Change | None
    outcomes: Mapping[RowId, RowOutcome] | None
    issues: tuple[Issue, ...]
    conflicts: tuple[Conflict, ...]
    people: tuple[str, ...]


class Sharing:
    """What a draft needs to be worked on by several. Belongs to the thread of the draft.

    Args:
        batch: its records, as its file was read.
    """

    def __init__(self, batch: Batch) -> None:
        self.together = Together(batch)
        self.is_sending = False
        self._journal: SharedJournal | None = None
        self._follower: Follower | None = None

    @property
    def journal(self) -> SharedJournal:
        """Where this person's steps are written down."""
        assert self._journal is not None, "the draft is in no workspace yet"
        return self._journal

    @property
    def failure(self) -> str | None:
        """Why it is not known what others do, one sentence; None where it is."""
        return self._follower.failure if self._follower is not None else None

    @property
    def history(self) -> History:
        """This person's own steps."""
        return self.together.mine

    def replay(self, journal: Sequence[JournalEntry], by: Sequence[tuple[str, str]]) -> None:
        """Make the steps of a stored draft.

        Raises:
            DraftError: one of them is not understood.
        """
        steps = []
        for seq, (entry, (owner, who)) in enumerate(zip(journal, by, strict=True), 1):
            hand, _, mark = owner.rpartition(" ")
            steps.append(SharedStep(entry, hand, who, mark, seq))
        self.together.replay(steps)

    def begin(self, workspace: Workspace, draft_id: str) -> None:
        """Write down and follow from now on."""
        batch = self.together.batch
        self._journal = SharedJournal(workspace, draft_id)
        self._follower = Follower(workspace, draft_id, self.together.seen, batch.next_row_id)
        batch.draw_ids = self._follower.take_ids

    def do(self, edit: Edit, label: str, at: float) -> Change:
        """Make an edit and write it down.

        Raises:
            EditError: it does not fit; nothing was changed.
        """
        change, step = self.together.do(edit, label, at)
        if step is not None:
            self.journal.append_step(step)
        return change

    def turn(self, kind: str, at: float) -> tuple[Step, Change] | None:
        """Take back this person's last step ("undo"), or make it again ("redo"), and write that down."""
        found = self.together.undo(at) if kind == "undo" else self.together.redo(at)
        if found is None:
            return None
        step, change, shared = found
        self.journal.append_step(shared)
        return step, change

    def when_news(self, call: Callable[[], None]) -> None:
        """Have it called, in another thread, when something came."""
        if self._follower is not None:
            self._follower.on_news = call

    def look(self) -> bool:
        """Look now what others did; waits for the database, and may be called from any thread."""
        return self._follower.look() if self._follower is not None else False

    def let_in(self) -> Came | None:
        """Let what came into the records; None where nothing did.

        Raises:
            DraftError: it is not understood.
        """
        if self._follower is None or self._journal is None:
            return None
        news = self._follower.news(self._journal.refused())
        if news is None:
            return None
        merged = self.together.merge(news.steps, news.refused)
        # While this person sends, what the answers say is newer than what can be read of them.
        outcomes = None if self.is_sending else news.outcomes
        return Came(in_one(merged.changes), outcomes, news.issues, tuple(merged.conflicts), merged.people)

    def sending(self, is_on: bool) -> None:
        """Say whether this person sends: states come from the answers then."""
        self.is_sending = is_on
        self.know_better()

    def know_better(self) -> None:
        """Say that the draft learnt states by itself, so that nothing older takes their place."""
        if self._follower is not None:
            self._follower.know_better()

    def close(self) -> None:
        """Follow no longer. The journal is closed by itself."""
        if self._follower is not None:
            self._follower.close()
