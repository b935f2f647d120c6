"""``leapgrid rescue``: what can be saved of a damaged workspace, and going on with it."""

from __future__ import annotations

import os
from typing import Any

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Format
from leapgrid.cli.streams import Streams
from leapgrid.config import data_dir, workspace_url
from leapgrid.drafting.rescuing import document, holding, looked_over, sentences, way_back, when
from leapgrid.visible import visible
from leapgrid.workspace import WorkspaceError
from leapgrid.workspace.addresses import path_of
from leapgrid.workspace.copies import copies_of
from leapgrid.workspace.places import was_used
from leapgrid.workspace.rescue import Findings, begin_anew, examine, take_copy

_WAYS = (
    "leapgrid rescue --take-copy goes on with the copy, leapgrid rescue --begin-anew with an empty workspace."
)
_ONE_WAY = "leapgrid rescue --begin-anew begins with an empty workspace."


def rescue(streams: Streams, common: Common, *, copy: bool, anew: bool) -> Code:
    """Look the workspace over; where it is damaged, ask what to do, or do what was said.

    Args:
        copy: go on with the newest good copy.
        anew: begin with an empty workspace.

    Raises:
        Ended: it is damaged and nothing was said of it, or what was said cannot be done.
    """
    if copy and anew:
        raise Ended(Code.USAGE, "usage", "Give one of --take-copy and --begin-anew.")
    try:
        path = path_of(workspace_url(os.environ), data_dir()).absolute()
        if not path.exists() and not was_used(path):
            _tell(streams, common, {"workspace": str(path), "damaged": False}, "There is no workspace yet.")
            return Code.FINE
        holds, problem = looked_over(path)
        if problem is None:
            newest = next(iter(copies_of(path)), None)
            copied = (
                f"Its newest copy is of {when(newest.at)}." if newest is not None else "It has no copy yet."
            )
            words = (
                f"The workspace {visible(str(path), 200)} is not damaged. It holds {holding(holds)}. {copied}"
            )
            found = {
                "workspace": str(path),
                "damaged": False,
                "drafts": len(holds.drafts),
                "records": holds.rows,
                "edits": holds.edits,
            }
            _tell(streams, common, found, words)
            return Code.FINE
        findings = examine(path, problem)
        streams.err(*sentences(findings))
        if not copy and not anew:
            copy, anew = _asked(streams, findings)
        return _do(streams, common, findings, copy=copy, anew=anew)
    except WorkspaceError as error:
        raise Ended(Code.USAGE, "workspace", str(error)) from error


def _do(streams: Streams, common: Common, findings: Findings, *, copy: bool, anew: bool) -> Code:
    found = document(findings)
    if copy and findings.copy is None:
        raise Ended(Code.USAGE, "no_copy", f"There is no good copy to go on with. {_ONE_WAY}", found)
    if copy:
        aside = take_copy(findings)
        words = "The copy took its place."
    elif anew:
        aside = begin_anew(findings.path)
        words = "The workspace is empty now."
    else:
        ways = _WAYS if findings.copy is not None else _ONE_WAY
        raise Ended(Code.USAGE, "damaged", f"Nothing was changed. {ways}", found)
    found |= {"done": "copy" if copy else "anew", "set_aside": str(aside)}
    _tell(streams, common, found, words, *way_back(findings, aside, copy=copy))
    return Code.FINE


def _asked(streams: Streams, findings: Findings) -> tuple[bool, bool]:
    """Whether a person wants the copy, or to begin anew; neither where nobody can be asked.

    No letter here can be meant as "no", and an empty workspace is asked for twice.
    """
    if not streams.can_ask:
        return False, False
    first = "c: take the copy, b" if findings.copy is not None else "b"
    answer = streams.ask(f"{first}: begin with an empty workspace, Enter: leave it:").casefold()
    if answer in ("c", "copy"):
        return findings.copy is not None, False
    if answer not in ("b", "begin"):
        return False, False
    without = "" if findings.copy is None else ", without what the copy holds"
    sure = streams.ask(f"Really begin with an empty workspace{without}? [y/N]")
    return False, sure.casefold() in ("y", "yes")


def _tell(streams: Streams, common: Common, found: dict[str, Any], *words: str) -> None:
    if common.format is Format.JSON:
        streams.document(found)
    else:
        streams.out(*words)
