"""What is sent of a draft in which others work: their latest words, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from leapgrid.records import RowId

if TYPE_CHECKING:
    from leapgrid.drafting.working import WorkingDraft
    from leapgrid.submit import Plan, SubmitOptions


class Latest:
    """A draft whose rows are about to be queued; see :class:`leapgrid.submit.runner.Latest`.

    Args:
        draft: which.
        rows: those that are to go.
        options: how.
    """

    def __init__(self, draft: WorkingDraft, rows: Collection[RowId], options: SubmitOptions) -> None:
        self._draft = draft
        self._rows = frozenset(rows)
        self._options = options

    def seq(self) -> int | None:
        """The number of the last step that the records have in them; None where nobody else edits."""
        sharing = self._draft.sharing
        return sharing.together.seen if sharing is not None else None

    async def look(self) -> Plan | None:
        """Let in what others did; the rows that were to go as they are now, None if they may not."""
        if not await asyncio.to_thread(self._draft.flush):
            return None
        # What came waits for whoever shows it: planning keeps it.
        plan = self._draft.plan(self._options)
        going = set(plan.rows)
        return plan.without(going - self._rows) if going >= self._rows else None
