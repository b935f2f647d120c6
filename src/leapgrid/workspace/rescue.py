"""A damaged workspace: what happened, what the newest good copy holds, what would be lost, and going on.

Nothing is deleted: the damaged file is set aside under a name of its own. What was sent after the copy was
made is carried over from the trail, so that going on with an older file sends nothing twice.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from leapgrid.visible import visible
from leapgrid.workspace.contents import Contents, contents_of
from leapgrid.workspace.copies import Copy, copies_of, copy_failure, is_good, sync
from leapgrid.workspace.errors import Damaged, ForeignFile, WorkspaceError
from leapgrid.workspace.places import beside, was_used
from leapgrid.workspace.trail import Trail, Walked, walk


@dataclass(frozen=True)
class Lost:
    """What a copy does not have, counted.

    Attributes:
        drafts: name and number of rows of the drafts that it has not; raw texts.
        edits: draft's name -> how many later steps are lost, of the drafts that it has.
        sent: how many rows were sent, or answered, since; what is known of them is carried over.
        exact: whether all of this is known; else there may be more.
    """

    drafts: tuple[tuple[str, int], ...] = ()
    edits: tuple[tuple[str, int], ...] = ()
    sent: int = 0
    exact: bool = True

    @property
    def rows(self) -> int:
        """How many rows the lost drafts have."""
        return sum(rows for _, rows in self.drafts)

    @property
    def edit_count(self) -> int:
        """How many steps are lost in the drafts that stay."""
        return sum(count for _, count in self.edits)


@dataclass(frozen=True)
class Findings:
    """What can be done about a workspace that cannot be opened.

    Attributes:
        path: its file.
        why: what happened, one sentence.
        damaged: what can be read of it.
        copy: the newest copy that is good, or None.
        holds: what that copy holds.
        lost: what it does not have.
        bad_copies: how many newer copies are damaged too.
    """

    path: Path
    why: str
    damaged: Contents = field(default_factory=Contents)
    copy: Copy | None = None
    holds: Contents = field(default_factory=Contents)
    lost: Lost = field(default_factory=Lost)
    bad_copies: int = 0


def can_help(problem: WorkspaceError, path: Path) -> bool:
    """Whether a workspace that failed to open is one of ours whose file is not what it was."""
    return isinstance(problem, Damaged) or (isinstance(problem, ForeignFile) and was_used(path))


def examine(path: Path, problem: WorkspaceError) -> Findings:
    """Look at a damaged workspace, its copies and its trail; changes nothing.

    Args:
        path: the file.
        problem: what opening it, or reading in it, said.
    """
    damaged = contents_of(path)
    bad = 0
    for copy in copies_of(path):
        if is_good(copy.path):
            holds = contents_of(copy.path)
            lost = _lost(copy, holds, damaged, walk(beside(path, "trail")))
            return Findings(path, str(problem), damaged, copy, holds, lost, bad)
        bad += 1
    return Findings(path, str(problem), damaged, bad_copies=bad)


def take_copy(findings: Findings, *, clock: Callable[[], float] = time.time) -> Path:
    """Go on with the newest good copy; what was sent after it was made is carried over.

    Args:
        findings: from :func:`examine`; its copy is not None.
        clock: seconds since the epoch.

    Returns:
        Where the damaged file is now.

    Raises:
        WorkspaceError: another LeapGrid has it open, or it cannot be written; the damaged file stays.
    """
    path, copy = findings.path, findings.copy
    assert copy is not None
    where = visible(str(path), 200)
    _refuse_while_open(path, where)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(copy.path, part)
        # All of it is carried over before it takes its place: killed at any moment, it is done once more.
        from leapgrid.workspace.carried import carry_over

        carry_over(part, path, is_all_known=findings.lost.exact, clock=clock)
        sync(part)
        _bring_frames_back(path, findings)
        aside = _set_aside(path, clock(), stays=True)
        os.replace(part, path)
        sync(path.parent)
    except OSError as error:
        raise copy_failure(error, where) from error
    finally:
        for left in path.parent.glob(f"{path.name}.{os.getpid()}.*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
    counted = {draft_id: held.edits for draft_id, held in findings.holds.drafts.items()}
    Trail(beside(path, "trail")).note([("restored", {"edits": counted})])
    return aside


def begin_anew(path: Path, *, clock: Callable[[], float] = time.time) -> Path:
    """Begin with an empty workspace; the damaged file, its copies and its trail are set aside.

    Returns:
        Where the damaged file is now.

    Raises:
        WorkspaceError: another LeapGrid has it open, or nothing can be written there.
    """
    where = visible(str(path), 200)
    _refuse_while_open(path, where)
    at = clock()
    try:
        aside = _set_aside(path, at, stays=False)
        # Else the copies of nothing would take the places of good ones.
        for kind in ("copies", "trail", "frames"):
            folder = beside(path, kind)
            if folder.exists():
                os.replace(folder, beside(aside, kind))
        sync(path.parent)
    except OSError as error:
        raise copy_failure(error, where) from error
    from leapgrid.workspace.workspace import Workspace

    Workspace.open(path).close()
    return aside


def _lost(copy: Copy, holds: Contents, damaged: Contents, walked: Walked) -> Lost:
    drafts: dict[str, tuple[str, int]] = dict(walked.drafts)
    drafts |= {draft_id: (held.name, held.rows) for draft_id, held in damaged.drafts.items()}
    # Where the file can be read, it knows what was removed; and so does the trail.
    gone = set(walked.removed)
    if damaged.complete and damaged.drafts:
        gone |= set(drafts) - set(damaged.drafts)
    missing = [
        about for draft_id, about in drafts.items() if draft_id not in holds.drafts | dict.fromkeys(gone)
    ]
    edits = []
    for draft_id, held in holds.drafts.items():
        steps = max(
            walked.edits.get(draft_id, 0),
            damaged.drafts[draft_id].edits if draft_id in damaged.drafts else 0,
        )
        if draft_id not in gone and steps > held.edits:
            edits.append((held.name, steps - held.edits))
    sent: set[tuple[str, int]] = set()
    for attempt, about in walked.sent.items():
        if attempt not in holds.attempts and about["draft"] in holds.drafts:
            sent |= {(about["draft"], row) for row in about["rows"]}
    for attempt, rows in damaged.attempts.items():
        known = holds.attempts.get(attempt)
        if rows.draft_id in holds.drafts and (known is None or known.states != rows.states):
            sent |= {(rows.draft_id, row) for row in rows.states}
    told = walked.since is not None and walked.since <= copy.at and not walked.unread
    return Lost(tuple(missing), tuple(edits), len(sent), exact=damaged.complete or told)


def _bring_frames_back(path: Path, findings: Findings) -> None:
    """Base frames that the copy needs, and that are gone or not what was written."""
    from leapgrid.workspace.frames import hash_of

    copy = findings.copy
    assert copy is not None
    for held in findings.holds.drafts.values():
        kept = copy.path.parent / "frames" / f"{held.frame}.arrow"
        stored = beside(path, "frames") / f"{held.frame}.arrow"
        if not held.frame or not kept.exists():
            continue
        if stored.exists() and (hash_of(stored) == held.frame or hash_of(kept) != held.frame):
            continue
        part = stored.with_suffix(".part")
        part.unlink(missing_ok=True)
        stored.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(kept, part)
        sync(part)
        if stored.exists():
            os.replace(stored, stored.with_suffix(".damaged"))
        os.replace(part, stored)


def _set_aside(path: Path, at: float, *, stays: bool) -> Path:
    """Keep the damaged file, and its journal, under a name of their own.

    Args:
        stays: whether it stays under its old name too, until something takes its place.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(at))
    number = 1
    while (
        aside := path.with_name(
            f"{path.stem}.damaged-{stamp}{'' if number == 1 else f'-{number}'}{path.suffix}"
        )
    ).exists():
        number += 1
    journal = path.with_name(f"{path.name}-journal")
    # First of all: beside another file it would be taken for that one's.
    if journal.exists():
        os.replace(journal, aside.with_name(f"{aside.name}-journal"))
    if stays and path.exists():
        try:
            os.link(path, aside)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, aside)
            aside.chmod(0o600)
    elif path.exists():
        os.replace(path, aside)
    return aside


def _refuse_while_open(path: Path, where: str) -> None:
    """Refuse while another process works with the file: what it has in memory would go."""
    try:
        locks = list(beside(path, "owners").glob("*.lock"))
    except OSError:
        return
    for each in locks:
        lock = FileLock(each, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise WorkspaceError(
                f"Another LeapGrid has the workspace {where} open. Close it first."
            ) from None
        except OSError:
            continue
        lock.release()
