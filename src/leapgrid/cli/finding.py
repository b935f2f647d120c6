"""Which submission is meant by what a person typed."""

from __future__ import annotations

import time

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.layout import plural
from leapgrid.visible import visible
from leapgrid.workspace import StoredSubmission, Workspace

_LISTED = 3

LAST = "last"
"""Stands for the submission that began last."""


def find_submission(workspace: Workspace, said: str) -> StoredSubmission:
    """The submission that is meant: by its id, the beginning of it, or as the last one.

    Raises:
        Ended: none, or more than one, with those that may be meant.
        WorkspaceError: the workspace cannot be read.
    """
    known = workspace.submissions()
    wanted = said.strip().casefold()
    if not known:
        raise Ended(
            Code.USAGE, "no_submission", "Nothing was submitted yet. leapgrid submit FILE sends a file."
        )
    if wanted == LAST:
        return known[0]
    found = [each for each in known if wanted and each.id.casefold().startswith(wanted)]
    exact = [each for each in found if each.id.casefold() == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise Ended(
            Code.USAGE,
            "ambiguous",
            f"{len(found):,} submissions begin so. Give the whole id of one: {_listed(found)}.",
        )
    raise Ended(
        Code.USAGE,
        "no_submission",
        f"There is no submission {visible(said, 60)!r}. The last ones: {_listed(known)}. "
        "leapgrid history shows all.",
    )


def _listed(submissions: list[StoredSubmission]) -> str:
    parts = [
        f"{each.id} ({time.strftime('%d %b %H:%M', time.localtime(each.started_at))}, "
        f"{plural(each.records, 'record')})"
        for each in submissions[:_LISTED]
    ]
    more = f" and {len(submissions) - _LISTED:,} more" if len(submissions) > _LISTED else ""
    return ", ".join(parts) + more
