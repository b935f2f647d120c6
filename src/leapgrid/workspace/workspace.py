"""The workspace as a whole: what must survive a crash, in a file with frames beside it or in PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from leapgrid.workspace.addresses import address_of
from leapgrid.workspace.backend import Backend
from leapgrid.workspace.database import BUSY_TIMEOUT_MS, Database
from leapgrid.workspace.days import Days
from leapgrid.workspace.errors import CannotOpen, DiskFull, ReadOnly
from leapgrid.workspace.lookups import LookUps
from leapgrid.workspace.mappings import Mappings
from leapgrid.workspace.opened import Opened
from leapgrid.workspace.recovery import Recovered
from leapgrid.workspace.rules import Rules
from leapgrid.workspace.runs import Runs
from leapgrid.workspace.steps import Steps
from leapgrid.workspace.stories import Stories
from leapgrid.workspace.submissions import OWNERS_UNWRITABLE


class Workspace(Steps, Mappings, Runs, LookUps, Opened, Rules, Stories, Days):
    """Drafts, submissions and outcomes: on this disk, or in the database of a team.

    Thread-safe. Its calls wait for the disk or the network, so code on an event loop calls them in a thread.
    Every failure is a :class:`~leapgrid.workspace.errors.WorkspaceError` whose text is a sentence for a
    person, and leaves what is stored as it was.
    """

    recovered: Recovered = Recovered()
    """What opening it found of runs whose process is dead."""

    _to_settle = False

    @classmethod
    def open(
        cls,
        url: str | Path | None = None,
        *,
        data_dir: Path | None = None,
        clock: Callable[[], float] = time.time,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
        recover: bool = True,
    ) -> Workspace:
        """Open a workspace, or make one.

        Args:
            url: ``sqlite:////abs/ws.db``, a path, ``postgresql+psycopg://...``, or None for
                ``workspace.db`` in ``data_dir``.
            data_dir: the user's data directory.
            clock: seconds since the epoch.
            busy_timeout_ms: how long to wait for another program that writes, in milliseconds.
            recover: whether to settle at once what dead processes left open.

        Raises:
            WorkspaceError: one of its kinds, if it cannot be used; the file is unchanged then.
        """
        place = address_of(url, data_dir)
        database: Backend
        if isinstance(place, Path):
            database = Database(place, busy_timeout_ms=busy_timeout_ms)
        else:
            from leapgrid.workspace.postgres import PostgresDatabase  # with its driver, which few need

            database = PostgresDatabase(place, busy_timeout_ms=busy_timeout_ms)
        workspace = cls(database, clock)
        if recover and not workspace.read_only:
            try:
                workspace.recovered = workspace.recover()
            except (CannotOpen, ReadOnly, DiskFull):
                # What is there can be looked at and exported; it is settled before anything is sent.
                workspace._to_settle = True
            except BaseException:
                workspace.close()
                raise
        return workspace

    def ready_to_send(self) -> None:
        super().ready_to_send()
        if self._to_settle:
            self.recovered = self.recover()
            self._to_settle = False

    def hold_draft(self, draft_id: str) -> bool:
        """Take a draft for editing, until the workspace is closed.

        Two processes that both write edits of one draft into a file would mix two histories into one. Where
        the workspace is shared, so are its drafts, and it is only kept from being taken away.

        Returns:
            Whether it is ours; False while another process has it for itself.
        """
        if self.read_only:
            return True  # nobody writes to it from here
        try:
            return self._owners.hold(f"draft{draft_id}", shared=self.is_shared)
        except OSError as error:
            raise CannotOpen(OWNERS_UNWRITABLE) from error

    def close(self) -> None:
        """Close the file. A run that is still open counts as cut off from now on."""
        self._database.close()
        self._owners.release()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
