"""Whether a file was sent before: the API would make its records once more without a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leapgrid.records import RowState

if TYPE_CHECKING:
    from leapgrid.workspace import Workspace


def sent_before(workspace: Workspace, source: str, base_url: str, but: str = "") -> str:
    """How many records of drafts of this very file are, or may be, at this server.

    Args:
        workspace: what was sent from here.
        source: the file, as the draft names it.
        base_url: the server.
        but: id of the draft that asks, which is left out.

    Returns:
        E.g. "10 created and 2 unknown"; "" where there are none.

    Raises:
        WorkspaceError: it cannot be read.
    """
    path = os.path.abspath(source)
    created = unknown = 0
    for draft in workspace.drafts():
        if not draft.source or draft.id == but or os.path.abspath(draft.source) != path:
            continue
        if any(submission.origin == base_url for submission in workspace.submissions(draft.id)):
            created += draft.counts.get(RowState.CREATED, 0) + draft.counts.get(RowState.ALREADY_THERE, 0)
            unknown += draft.counts.get(RowState.UNKNOWN, 0)
    parts = [f"{number:,} {word}" for number, word in ((created, "created"), (unknown, "unknown")) if number]
    return " and ".join(parts)
