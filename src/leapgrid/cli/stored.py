"""The workspace, as commands open it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from leapgrid.cli.again import resuming
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.layout import plural
from leapgrid.cli.streams import Streams
from leapgrid.config import data_dir, workspace_url
from leapgrid.drafting import DraftError, WorkingDraft
from leapgrid.workspace import WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace import Workspace


_FOR_A_COPY = 10.0
"""Seconds that a command waits at its end for the copy that is being made; the next one tries again."""


@contextmanager
def opened_workspace(url: str | None = None) -> Iterator[Workspace]:
    """Open the workspace of the environment, or another one, and close it at the end.

    Raises:
        Ended: it cannot be used, now or later within.
    """
    from leapgrid.workspace.copies import copy_in_background

    with workspace_on_demand(url) as open_it:
        workspace = open_it()
        if workspace.warning and not workspace.read_only:
            Streams().err(workspace.warning)
        path = workspace.path if not workspace.read_only else None
        copying = copy_in_background(path) if path is not None else None
        try:
            yield workspace
        finally:
            if copying is not None:
                copying.join(_FOR_A_COPY)


@contextmanager
def workspace_on_demand(url: str | None = None) -> Iterator[Callable[[], Workspace]]:
    """As :func:`opened_workspace`, but gives what opens it when it is called first, in any thread.

    Raises:
        Ended: it cannot be used, and nobody within took care of that.
    """
    try:
        with ExitStack() as at_the_end:
            one_at_a_time = threading.Lock()
            opened: list[Workspace] = []

            def open_it() -> Workspace:
                from leapgrid.workspace import Workspace  # the database, which a first paint can do without

                with one_at_a_time:
                    if not opened:
                        where = url or workspace_url(os.environ)
                        opened.append(at_the_end.enter_context(Workspace.open(where, data_dir=data_dir())))
                    return opened[0]

            yield open_it
    except (WorkspaceError, DraftError) as problem:
        raise Ended(Code.USAGE, "workspace", str(problem)) from problem


@contextmanager
def existing_workspace() -> Iterator[Workspace | None]:
    """The workspace of the environment for a look, as it was left; None where there is none to look into."""
    from leapgrid.workspace import Workspace
    from leapgrid.workspace.addresses import address_of

    with ExitStack() as at_the_end:
        found: Workspace | None = None
        with suppress(WorkspaceError, OSError):
            where, folder = workspace_url(os.environ), data_dir()
            place = address_of(where, folder)
            if not isinstance(place, Path) or place.exists():
                opened = Workspace.open(where, data_dir=folder, recover=False)
                found = at_the_end.enter_context(opened)
        yield found


def may_remember(object_slug: str, headers: Sequence[str]) -> bool:
    """Whether the workspace of the environment may remember how such headers were mapped; in no time."""
    from leapgrid.workspace import may_remember as glance

    return glance(workspace_url(os.environ), data_dir(), object_slug, headers)


@contextmanager
def throwaway_workspace() -> Iterator[str | None]:
    """The address of a workspace that is gone afterwards; None where the environment names one to keep."""
    if workspace_url(os.environ) is not None:
        yield None
        return
    with TemporaryDirectory(prefix="leapgrid-demo-", ignore_cleanup_errors=True) as folder:
        yield str(Path(folder) / "demo.db")


def tell_recovered(streams: Streams, workspace: Workspace) -> None:
    """Say what an earlier run left open when it was cut off, and how to go on with it."""
    unknown, released = workspace.recovered.unknown, workspace.recovered.released
    if not unknown and not released:
        return
    parts = []
    if unknown:
        parts.append(f"{plural(unknown, 'record')} of it may exist, and are not sent again unless proven")
    if released:
        parts.append(f"{plural(released, 'record')} never went out")
    commands = [
        resuming([submission.id], submission.origin)
        for submission in workspace.open_submissions()
        if submission.id in workspace.recovered.submissions
    ]
    how = f" To go on with it: {commands[0]}" if commands else ""
    streams.err(f"An earlier run was cut off: {'; '.join(parts)}.{how}")


def hold(workspace: Workspace, draft: WorkingDraft) -> None:
    """Keep another LeapGrid from writing to a draft at the same time.

    Raises:
        Ended: another one has it.
    """
    if not workspace.hold_draft(draft.id):
        raise Ended(Code.USAGE, "workspace", "Another LeapGrid works on this draft. Close it first.")
