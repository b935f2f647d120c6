"""What a run writes to the workspace, and how it waits for it.

A write runs in a thread, so that the event loop goes on, and is waited for to its end even when the run is
cancelled meanwhile: a thread cannot be called back, and what it wrote decides what may be said of the rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from leapgrid import __version__
from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome
from leapgrid.submit.pace import Sleep
from leapgrid.submit.plan import PlannedChunk
from leapgrid.superleap.requests import Request
from leapgrid.workspace import Intent, Joined, Result, SentElsewhere, Workspace, WorkspaceError

T = TypeVar("T")

REST = "rest"
"""The purpose of chunks that hold the good records of refused ones."""

RECORD_TRIES = 5
"""How often an answer that could not be written is tried again before the run ends."""

RECORD_WAIT = 1.0
"""Seconds between those tries."""


class Ledger:
    """The submission of one run in the workspace.

    Args:
        workspace: where to.
        draft_id: whose rows.
        sleep: waits so many seconds.
        who: the person.
    """

    def __init__(self, workspace: Workspace, draft_id: str, sleep: Sleep, who: str = "") -> None:
        self.submission = ""
        self.cancelled = False
        self.unsaved: dict[int, tuple[str, Result]] = {}
        self.halves: dict[int, tuple[int, ...]] = {}
        self._workspace = workspace
        self._draft_id = draft_id
        self._sleep = sleep
        self._who = who

    async def begin(
        self,
        *,
        object_slug: str,
        origin: str,
        profile: str,
        options: dict[str, Any],
        chunks: Sequence[PlannedChunk],
        seen_seq: int | None = None,
    ) -> None:
        """Keep the plan.

        Raises:
            WorkspaceError: if it cannot be kept; nothing may be sent.
        """
        rows = [chunk.rows for chunk in chunks]
        self.submission = await self.to_the_end(
            lambda: self._workspace.begin_submission(
                self._draft_id,
                object_slug=object_slug,
                origin=origin,
                profile=profile,
                options=options,
                chunks=rows,
                who=self._who,
                seen_seq=seen_seq,
            )
        )

    async def join(
        self, submission: str, going: Collection[RowId], chunk_size: int, seen_seq: int | None = None
    ) -> Joined:
        """Work on a submission that was begun before, perhaps beside others.

        Raises:
            WorkspaceError: if that cannot be kept; nothing may be sent.
        """
        joined = await self.to_the_end(
            lambda: self._workspace.join_submission(
                submission, going=going, chunk_size=chunk_size, who=self._who, seen_seq=seen_seq
            )
        )
        self.submission = submission
        return joined

    async def add(self, chunk: PlannedChunk) -> PlannedChunk:
        """Plan the good records of a refused chunk anew.

        Args:
            chunk: those records, under the number of the refused chunk.

        Returns:
            The same under a number of its own.

        Raises:
            WorkspaceError: if it cannot be kept.
        """
        numbers = await self.to_the_end(
            lambda: self._workspace.add_chunks(self.submission, [chunk.rows], REST, chunk.number)
        )
        return replace(chunk, number=numbers[0])

    async def still_planned(self) -> frozenset[int]:
        """The numbers of the chunks that nobody has claimed yet.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        planned = await self.to_the_end(lambda: self._workspace.planned_chunks(self.submission))
        return frozenset(number for number, _, _ in planned)

    async def intend(
        self, chunk: PlannedChunk, request: Request, clock_offset: float | None
    ) -> Intent | SentElsewhere | None:
        """Claim a chunk and keep its body.

        Args:
            chunk: which.
            request: what will be sent.
            clock_offset: the server's clock less ours in seconds, or None.

        Returns:
            The right to send it; or which of its rows went out from another draft meanwhile; or None if
            someone else has the chunk.

        Raises:
            WorkspaceError: if it cannot be kept; it must not be sent.
        """
        return await self.to_the_end(
            lambda: self._workspace.record_intent(
                self.submission,
                chunk.number,
                method=request.method,
                path=request.path,
                body=request.body or b"",
                records=chunk.payloads,
                version=__version__,
                clock_offset=clock_offset,
                who=self._who,
            )
        )

    async def record(self, chunk: int, attempt: str, result: Result) -> WorkspaceError | None:
        """Keep what came of an attempt; what cannot be written stays in memory.

        The numbers that the halves of a chunk were given are in ``halves``, by its own.

        Returns:
            Why it could not be written, or None.
        """
        try:
            self.halves[chunk] = await self.to_the_end(
                lambda: self._workspace.record_outcome(attempt, result)
            )
        except WorkspaceError as error:
            self.unsaved[chunk] = (attempt, result)
            return error
        self.unsaved.pop(chunk, None)
        return None

    async def record_rest(self) -> None:
        """Try again to write what stayed in memory, a few times."""
        for attempt_number in range(RECORD_TRIES):
            for chunk, (attempt, result) in tuple(self.unsaved.items()):
                await self.record(chunk, attempt, result)
            if not self.unsaved:
                return
            if attempt_number + 1 < RECORD_TRIES:
                await self._rest()

    async def release(self) -> dict[RowId, RowOutcome]:
        """Give up the chunks that were not sent; their rows as they are now.

        Raises:
            WorkspaceError: if it cannot be written; the next start does it.
        """
        return await self.to_the_end(lambda: self._workspace.release(self.submission))

    async def finish(self, stopped: str | None, message: str) -> None:
        """End our part in the submission; where that cannot be written, the next start does it."""
        if self.unsaved:
            # Left open on purpose: what is "sending" on disk must become "unknown" at the next start.
            return
        try:
            await self.to_the_end(lambda: self._workspace.finish_run(self.submission, stopped, message))
        except WorkspaceError:
            pass  # Nothing but the end's time and reason is lost, and recovery closes it.

    async def current(self, rows: Sequence[RowId]) -> dict[RowId, RowOutcome]:
        """What the workspace knows of rows that another run took over."""
        try:
            known = await self.to_the_end(lambda: self._workspace.outcomes(self._draft_id))
        except WorkspaceError:
            return {}
        return {row: known[row] for row in rows if row in known}

    async def _rest(self) -> None:
        try:
            await self._sleep(RECORD_WAIT)
        except asyncio.CancelledError:
            self.cancelled = True

    async def to_the_end(self, call: Callable[[], T]) -> T:
        """Run a call in a thread, and wait for its end whatever happens."""
        task = asyncio.ensure_future(asyncio.to_thread(call))
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                # Remembered here and raised by the run at its end.
                self.cancelled = True
        return task.result()
