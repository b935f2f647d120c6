"""``leapgrid submit``: check, ask, send, tell what came of it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leapgrid.cli.again import again, resuming
from leapgrid.cli.check import checked, looked_at
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Format, Start
from leapgrid.cli.layout import plural
from leapgrid.cli.preview import submit_options
from leapgrid.cli.sending import Ran, send
from leapgrid.cli.stored import existing_workspace, hold, opened_workspace, tell_recovered
from leapgrid.cli.streams import Streams
from leapgrid.cli.submit_text import plan_lines, result_lines
from leapgrid.cli.wiring import Destination, Wiring, destination, wire
from leapgrid.config import person
from leapgrid.drafting import WorkingDraft, export_rejects, rejected_rows, submit_report
from leapgrid.drafting.again import Known, Question, take_known
from leapgrid.files import UnwritableFile
from leapgrid.records import RowState
from leapgrid.submit import LeftOut, Plan, RunSummary, SubmitOptions
from leapgrid.superleap import BadInput, check_base_url
from leapgrid.visible import visible
from leapgrid.workspace import Workspace, WorkspaceError

NOT_CONNECTED = frozenset({"unauthorized", "forbidden", "wrong_place", "redirect", "not_sent", "not_trusted"})
"""Reasons why a run stopped, after which nothing can be sent until the connection is another one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of ``submit`` alone.

    Attributes:
        yes: do not ask.
        dry_run: say what would be sent, and send nothing.
        first: the first record only.
        include_invalid: also records with errors.
        chunk_size: the most records of one call; the profile's if None.
        parallel: how many chunks may be on their way at once.
        rejects: where to write what was refused or is wrong.
        on_refusal: what becomes of the good records of a refused chunk: auto, resend or leave.
        again: also records that this workspace created before.
        settle: seconds after which "not found" counts; the usual ones if None.
    """

    yes: bool = False
    dry_run: bool = False
    first: bool = False
    include_invalid: bool = False
    chunk_size: int | None = None
    parallel: int = 1
    rejects: str | None = None
    on_refusal: str = "auto"
    again: bool = False
    settle: float | None = None


def submit(streams: Streams, start: Start, common: Common, file: str, choices: Choices) -> Code:
    """Check a file and send its records.

    Raises:
        Ended: wrong usage, the file or the workspace cannot be used, not connected, or the person said no.
    """
    wiring = wire(start, common)
    options = submit_options(
        wiring,
        chunk_size=choices.chunk_size,
        parallel=choices.parallel,
        include_invalid=choices.include_invalid,
        first=choices.first,
        on_refusal=choices.on_refusal,
        again=choices.again,
        settle=choices.settle,
    )
    if choices.rejects is not None:
        refuse_place(choices.rejects, file)
    if choices.dry_run:
        return _dry_run(streams, wiring, common, file, options, choices)
    if not choices.yes and not streams.can_ask:
        # Before anything else, but after the file: what cannot be read is the more useful thing to know.
        looked_at(streams, wiring, common, file)
        message = "There is no terminal to ask on. Give --yes to send without asking."
        try:
            destination(wiring.connection)
        except Ended as problem:  # both at once: who mends one should not meet the other
            message = f"{message} {problem.message}"
        raise Ended(Code.USAGE, "usage", message)
    try:
        where = destination(wiring.connection)
    except Ended as problem:
        draft = looked_at(streams, wiring, common, file)
        raise _with_document(problem, draft) from problem
    with opened_workspace() as workspace:
        tell_recovered(streams, workspace)
        draft = checked(streams, wiring, common, file, workspace)
        try:
            hold(workspace, draft)
            if not choices.again:
                known = Question(draft).ask(workspace, where.base_url, person())
                take_known(draft, known)
                _tell_known(streams, wiring, common, file, known, where.base_url)
            plan = draft.plan(options)
            ran: Ran | None = None
            if plan.records:
                streams.err(*plan_lines(draft, plan, where.host, options.chunk_size, would=not choices.yes))
                if not choices.yes and not _agreed(streams, wiring, where, plan):
                    draft.close()
                    workspace.remove_draft(draft.id)
                    raise Ended(Code.INTERRUPTED, "declined", "Nothing was sent.")
                if not draft.flush():
                    raise Ended(
                        Code.USAGE, "workspace", "The records could not be kept, so nothing was sent."
                    )
                ran = _send(streams, workspace, draft, plan, options, where, wiring)
            summary = ran.summary if ran is not None else None
            written = _write_rejects(streams, draft, choices.rejects)
            resume = _resume(workspace, draft, summary, wiring, where, choices)
            if common.format is Format.JSON:
                document = _document(draft, plan, summary, where.base_url, options, written=written)
                streams.document(document | {"resume": resume})
            else:
                streams.out(*result_lines(draft, plan, summary, written, resume=resume))
            return exit_code(draft, summary, interrupted=ran is not None and ran.interrupted)
        finally:
            draft.close()


def exit_code(draft: WorkingDraft, summary: RunSummary | None, *, interrupted: bool = False) -> Code:
    """What a run means to a script: the first of the codes that applies."""
    stopped = summary.stopped if summary is not None else None
    if stopped in NOT_CONNECTED:
        return Code.NOT_CONNECTED
    counts = draft.counts()
    states = counts.states
    if states[RowState.UNKNOWN] or states[RowState.SENDING]:
        return Code.UNKNOWN
    # A count that differs changes no code: each record has its own proof, and copies of a server lag behind.
    refused = summary is not None and any(chunk.outcome.value == "rejected" for chunk in summary.chunks)
    if states[RowState.REJECTED] or counts.errors or draft.chunk_issues or refused:
        return Code.INVALID
    unsent = summary is not None and summary.counts.get(RowState.READY, 0)
    if interrupted:
        return Code.INTERRUPTED if unsent else Code.FINE
    # Whatever else ended a run early left records unsent that should have gone: never a 0.
    return Code.NOT_CONNECTED if stopped is not None else Code.FINE


def refuse_place(path: str, file: str) -> None:
    """Refuse a place for the rejected records before anything is sent, not after.

    Raises:
        Ended: nothing can be written there, or it is the file that is read.
    """
    name = visible(os.path.basename(path) or path, 80)
    target = Path(os.path.realpath(path))
    try:
        found = target.stat()
    except FileNotFoundError:
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise Ended(
                Code.USAGE,
                "usage",
                f"--rejects: the folder of {name} is not there, or not yours to write to.",
            ) from None
        return
    except (OSError, ValueError) as problem:
        raise Ended(Code.USAGE, "usage", f"--rejects: {name} is not a place to write to.") from problem
    if not stat.S_ISREG(found.st_mode):
        raise Ended(Code.USAGE, "usage", f"--rejects: {name} is not a regular file. Name another one.")
    try:
        same = os.path.samestat(found, os.stat(file))
    except (OSError, ValueError):  # what is wrong with the file is said when it is read
        same = False
    if same:
        raise Ended(
            Code.USAGE, "usage", f"--rejects: {name} is the file that is sent; it is never written over."
        )


def _dry_run(
    streams: Streams,
    wiring: Wiring,
    common: Common,
    file: str,
    options: SubmitOptions,
    choices: Choices,
) -> Code:
    """Say what would be sent. Needs no key, no network and no workspace."""
    draft = looked_at(streams, wiring, common, file)
    if not choices.again:
        _known_if_kept(streams, wiring, common, file, draft)
    plan = draft.plan(options)
    try:
        where: Destination | None = destination(wiring.connection)
    except Ended as problem:
        where = None
        streams.err(problem.message)
    base_url = where.base_url if where is not None else None
    if common.format is Format.JSON:
        streams.document(_document(draft, plan, None, base_url, options, dry_run=True))
    else:
        host = where.host if where is not None else "no address yet"
        streams.out(*plan_lines(draft, plan, host, options.chunk_size, would=True))
        streams.out(*result_lines(draft, plan, None, None, dry_run=True))
    if choices.rejects is not None:
        streams.err("--rejects: nothing is written in a dry run.")
    return exit_code(draft, None)


def _known_if_kept(streams: Streams, wiring: Wiring, common: Common, file: str, draft: WorkingDraft) -> None:
    """Leave out what was created before, where a workspace is there already; a dry run makes none."""
    base_url = wiring.connection.base_url
    if base_url is None:
        return
    with suppress(BadInput, WorkspaceError), existing_workspace() as workspace:
        if workspace is not None:
            where = check_base_url(base_url)
            known = Question(draft).ask(workspace, where, keep=False)
            take_known(draft, known)
            _tell_known(streams, wiring, common, file, known, where, would=True)


def _tell_known(
    streams: Streams,
    wiring: Wiring,
    common: Common,
    file: str,
    known: Known,
    base_url: str,
    *,
    would: bool = False,
) -> None:
    """Say what was submitted before, what follows from it, and how to have it otherwise."""
    if known.event is not None:
        message = known.event.message
        if would:
            message = message.replace(" is left out.", " would be left out.")
            message = message.replace(" are left out.", " would be left out.")
        it = "it" if known.left_out == 1 else "them"
        more = again("submit", file, common, "--again")
        streams.err(f"{message} {known.where} To send {it} once more: {more}")
    if known.waiting:
        streams.err(f"{known.waits} To settle that first: {resuming((), base_url, wiring.connection)}")


def _resume(
    workspace: Workspace,
    draft: WorkingDraft,
    summary: RunSummary | None,
    wiring: Wiring,
    where: Destination,
    choices: Choices,
) -> str | None:
    """The command that goes on with what was left open; None where nothing is."""
    if summary is None or not summary.submission:
        return None
    try:
        found = any(each.id == summary.submission for each in workspace.open_submissions(draft.id))
    except WorkspaceError:  # of a full or locked disk the run has told; going on is what helps then
        found = bool(summary.stopped or summary.unsaved)
    if not found:
        return None
    return resuming(
        [summary.submission],
        where.base_url,
        wiring.connection,
        yes=choices.yes,
        settle=choices.settle,
    )


def _agreed(streams: Streams, wiring: Wiring, where: Destination, plan: Plan) -> bool:
    """Ask the person; for production its name has to be typed."""
    connection = wiring.connection
    if connection.production:
        name = connection.profile_name or where.host
        return streams.ask(f"This is production. Type {name} to send:") == name
    answer = streams.ask(f"Send {plural(plan.records, 'record')}? [y/N]")
    return answer.casefold() in ("y", "yes")


def _send(
    streams: Streams,
    workspace: Workspace,
    draft: WorkingDraft,
    plan: Plan,
    options: SubmitOptions,
    where: Destination,
    wiring: Wiring,
) -> Ran:
    try:
        return send(
            streams.err,
            workspace,
            draft,
            plan,
            options,
            base_url=where.base_url,
            token=where.token,
            profile=wiring.connection.profile_name or "",
        )
    except BadInput as problem:
        message = f"{problem} {problem.what_to_do}"
        raise _with_document(Ended(Code.NOT_CONNECTED, "not_connected", message), draft) from problem


def _write_rejects(streams: Streams, draft: WorkingDraft, path: str | None) -> str | None:
    """Write what was refused or is wrong, if asked to; the path, or None."""
    if path is None:
        return None
    refused = set(rejected_rows(draft))
    rows = [row for row in draft.batch.order if row in refused or _is_invalid(draft, row)]
    try:
        export_rejects(draft, path, rows)
    except UnwritableFile as problem:
        streams.err(problem.message)
        return None
    return path


def _is_invalid(draft: WorkingDraft, row: int) -> bool:
    return draft.state(row) is RowState.READY and bool(draft.issues.local_counts(row)[0])


def _document(
    draft: WorkingDraft,
    plan: Plan,
    summary: RunSummary | None,
    base_url: str | None,
    options: SubmitOptions,
    *,
    written: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    document = submit_report(draft, summary, base_url=base_url, rejects=written)
    left_out = {
        reason.value: len(rows) for reason, rows in plan.left_out.items() if reason is not LeftOut.NOT_FIRST
    }
    return document | {
        "dry_run": dry_run,
        "draft": draft.id or None,
        "planned": plan.records,
        "planned_chunks": len(plan.chunks),
        "chunk_size": options.chunk_size,
        "left_out": left_out | {"not_first": plan.left_out_count(LeftOut.NOT_FIRST)}
        if options.first
        else left_out,
    }


def _with_document(problem: Ended, draft: WorkingDraft) -> Ended:
    """The same end, with the document of a run that sent nothing."""
    document = submit_report(draft, None)
    document |= {"stopped": problem.kind, "stopped_message": visible(problem.message)}
    return Ended(problem.code, problem.kind, problem.message, document)
