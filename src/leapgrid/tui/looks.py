"""What look-ups of a draft said, from their events: what is asked now, what is open, when to look again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from leapgrid.records import RowId
from leapgrid.submit import Decided, LookedUp, LookingUp, RunFinished, SubmitEvent
from leapgrid.tui.progress import asking
from leapgrid.workspace import Looked, OpenSubmission, Purpose

_OF_ROWS = frozenset({Purpose.UNKNOWN, Purpose.REFUSAL})


@dataclass
class Looks:
    """What is known of the sendings of a draft that are not settled.

    Attributes:
        open: submissions that somebody may go on with, newest first.
        looked: what look-ups said of rows that they did not settle.
        asking: what the server is being asked now, or "".
        again_at: when looking again could settle more, seconds since the epoch; None where only a person can.
        said: what the last look-up found, one sentence, or why there was none.
        failed: whether that is something that went wrong.
        at: when that was, seconds since the epoch; 0 where nobody looked since the draft was opened.
        notes: what else the last look-up showed.
    """

    open: tuple[OpenSubmission, ...] = ()
    looked: Mapping[RowId, Looked] = field(default_factory=dict)
    asking: str = ""
    again_at: float | None = None
    said: str = ""
    failed: bool = False
    at: float = 0.0
    notes: tuple[str, ...] = ()

    def take(self, event: SubmitEvent) -> None:
        """Follow an event of a look-up; others change nothing."""
        match event:
            case LookingUp() if event.purpose in _OF_ROWS:
                self.asking = asking(event)
            case LookedUp() if event.purpose in _OF_ROWS:
                self.asking, self.again_at = "", event.again_at
                self.said, self.notes, self.at = event.message, event.notes, time.time()
                self.failed = not event.proves
            case Decided():
                self.said, self.notes, self.failed = "", (), False  # what was found is told of other rows
            case RunFinished():
                self.asking = ""

    def fail(self, sentence: str) -> None:
        """A look-up could not be made."""
        self.asking, self.said, self.failed, self.at = "", sentence, True, time.time()
        self.again_at = None

    @property
    def unsent(self) -> int:
        """How many rows of submissions that were cut off never went out."""
        return sum(one.unsent + one.assumed for one in self.open if not one.running)
