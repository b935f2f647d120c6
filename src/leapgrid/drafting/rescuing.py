"""A damaged workspace, in the words of the screen and of the command line."""

from __future__ import annotations

import shlex
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapgrid.visible import visible
from leapgrid.workspace import Damaged, Workspace, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace.contents import Contents
    from leapgrid.workspace.rescue import Findings, Lost

_ADVICE = ": leapgrid rescue shows what can be saved."
"""How the sentences about damage end, for those who are elsewhere."""

_NAMED = 3
"""The most drafts that are named."""


def looked_over(path: Path) -> tuple[Contents, WorkspaceError | None]:
    """What a workspace holds, and what is wrong with it: its file, or a draft that cannot be opened.

    Args:
        path: its file, which is there.

    Raises:
        WorkspaceError: it cannot be looked at, for another reason than damage.
    """
    from leapgrid.workspace.contents import contents_of
    from leapgrid.workspace.rescue import can_help

    problem: WorkspaceError | None = None
    try:
        with Workspace.open(path, recover=False) as workspace:
            for draft in workspace.drafts():
                try:
                    workspace.load_draft(draft.id)
                except Damaged as error:
                    problem = problem or error
    except WorkspaceError as error:
        if not can_help(error, path):
            raise
        problem = error
    return contents_of(path), problem


def when(at: float, now: float | None = None) -> str:
    """A moment as people say it: "today 10:42", "yesterday 18:01", "3 March 09:15"."""
    moment, today = datetime.fromtimestamp(at), datetime.fromtimestamp(time.time() if now is None else now)
    days = (today.date() - moment.date()).days
    if days == 0:
        day = "today"
    elif days == 1:
        day = "yesterday"
    else:
        day = f"{moment.day} {moment:%B}" + ("" if moment.year == today.year else f" {moment.year}")
    return f"{day} {moment:%H:%M}"


def holding(contents: Contents) -> str:
    """What a file holds, e.g. "3 drafts with 1,212 records and 40 edits"."""
    if not contents.drafts:
        return "no drafts"
    records = _count(contents.rows, "record")
    edits = f" and {_count(contents.edits, 'edit')}" if contents.edits else ""
    return f"{_count(len(contents.drafts), 'draft')} with {records}{edits}"


def losing(lost: Lost) -> list[str]:
    """What going on with the copy costs, a sentence each."""
    said: list[str] = []
    least = "" if lost.exact else "at least "
    if lost.drafts:
        names = _names([f"{visible(name, 40)} ({_count(rows, 'record')})" for name, rows in lost.drafts])
        said.append(f"Lost: {least}{_count(len(lost.drafts), 'draft')} made since, {names}.")
    if lost.edits:
        names = _names([f"{count:,} in {visible(name, 40)}" for name, count in lost.edits])
        said.append(f"Lost: {least}{_count(lost.edit_count, 'edit')} made since, {names}.")
    if lost.sent:
        them = "It is" if lost.sent == 1 else "They are"
        said.append(
            f"{_count(lost.sent, 'record').capitalize()} {'was' if lost.sent == 1 else 'were'} sent since. "
            f"{them} remembered and not sent again; where no answer is known, unknown."
        )
    if not lost.exact:
        said.append(
            "Nobody can tell all that was sent since: records that the copy knows as not sent are unknown, "
            "until you say otherwise."
        )
    return said or ["Nothing is lost: nothing was changed since."]


def sentences(findings: Findings) -> list[str]:
    """What happened, what there is, and what going on with it costs; the first says what is wrong."""
    said = [_why(findings)]
    if findings.bad_copies:
        copies = "copy is" if findings.bad_copies == 1 else "copies are"
        said.append(f"{findings.bad_copies:,} newer {copies} damaged too.")
    if findings.copy is None:
        held = findings.damaged
        if held.drafts:
            said.append(f"{'It' if held.complete else 'What can be read of it'} holds {holding(held)}.")
        said.append("There is no good copy of it.")
    else:
        said.append(
            f"The newest good copy is of {when(findings.copy.at)} and holds {holding(findings.holds)}."
        )
        said += losing(findings.lost)
    said.append("The damaged file is kept in any case.")
    return said


def way_back(findings: Findings, aside: Path, *, copy: bool) -> list[str]:
    """Where the damaged file lies now, and how to get back to it, a sentence each.

    Args:
        aside: the damaged file.
        copy: whether the copy took its place; else an empty workspace did.
    """
    lies = f"The damaged file is {visible(str(aside), 400)}."
    if copy:
        name = visible(str(findings.path), 400)
        return [lies, f"To get back to it, close LeapGrid and move that file to {name}, over the copy."]
    what = "it" if findings.copy is None else "it, or to its copies, which lie beside it"
    address = visible(shlex.quote(f"sqlite:///{aside}"), 400)
    return [lies, f"To get back to {what}: LEAPGRID_WORKSPACE={address} leapgrid rescue"]


def _why(findings: Findings) -> str:
    """What happened, without the advice to come to where one is already."""
    return findings.why.replace(_ADVICE, ".")


def document(findings: Findings) -> dict[str, Any]:
    """The same for scripts."""
    lost = findings.lost
    return {
        "workspace": str(findings.path),
        "damaged": True,
        "message": visible(_why(findings)),
        "copy": None
        if findings.copy is None
        else {
            "path": str(findings.copy.path),
            "at": findings.copy.at,
            "drafts": len(findings.holds.drafts),
            "records": findings.holds.rows,
            "edits": findings.holds.edits,
        },
        "lost": None
        if findings.copy is None
        else {
            "drafts": len(lost.drafts),
            "records": lost.rows,
            "edits": lost.edit_count,
            "sent": lost.sent,
            "exact": lost.exact,
        },
    }


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _names(parts: list[str]) -> str:
    shown = parts[:_NAMED]
    if len(parts) > _NAMED:
        shown.append(f"{len(parts) - _NAMED:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
