"""``leapgrid resume``: go on with what was cut off."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from leapgrid.cli.again import resuming
from leapgrid.cli.crash import while_sending
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.finding import find_submission
from leapgrid.cli.given import Common, Format, Start
from leapgrid.cli.layout import plural
from leapgrid.cli.resume_text import result_lines, what_is_open
from leapgrid.cli.sending import Progress
from leapgrid.cli.signals import Signals
from leapgrid.cli.stored import opened_workspace
from leapgrid.cli.streams import Streams
from leapgrid.cli.submit import NOT_CONNECTED
from leapgrid.cli.wiring import Destination, Wiring, destination, wire
from leapgrid.config import origin_of, person
from leapgrid.drafting.receipts.words import clock
from leapgrid.drafting.report import chunk_objects, issue_list, look_keys
from leapgrid.drafting.resuming import Resumption, go_on
from leapgrid.records import RowState
from leapgrid.submit.options import SETTLE
from leapgrid.superleap import AsyncSuperleap, SuperleapError
from leapgrid.superleap.errors import NotAllowed, NotSent
from leapgrid.visible import visible
from leapgrid.workspace import OpenSubmission, Workspace

_KINDS: dict[type[SuperleapError], str] = {NotAllowed: "unauthorized", NotSent: "not_sent"}

_TELL = 30.0
"""Seconds between two lines that say how long a wait still takes."""


@dataclass(frozen=True, slots=True)
class ResumeChoices:
    """The options of ``resume`` alone.

    Attributes:
        yes: do not ask.
        wait: wait until "not found" counts, and look again.
        settle: seconds after the end of a sending before "not found" counts; the usual ones if None.
    """

    yes: bool = False
    wait: bool = False
    settle: float | None = None


@dataclass
class Went:
    """What going on came to.

    Attributes:
        resumptions: the submissions.
        interrupted: whether a signal ended it.
        declined: whether the person said no.
        failure: why the server could not be asked, or None.
    """

    resumptions: list[Resumption]
    interrupted: bool = False
    declined: bool = False
    failure: SuperleapError | None = None
    elsewhere: list[OpenSubmission] = field(default_factory=list)


def resume(
    streams: Streams, start: Start, common: Common, wanted: str | None, choices: ResumeChoices
) -> Code:
    """Look up what is unknown, and send what never went out.

    Args:
        wanted: the submission's id, or how it begins; all that are open if None.

    Raises:
        Ended: wrong usage, no such submission, not connected, or the workspace cannot be used.
    """
    wiring = wire(start, common)
    settle = SETTLE if choices.settle is None else choices.settle
    if not settle >= 0:
        raise Ended(Code.USAGE, "usage", "--settle wants seconds, 0 or more.")
    with opened_workspace() as workspace:
        found = _open(workspace, wanted)
        if not found:
            return _nothing(streams, common)
        wiring = _connected_as_before(wiring, start, common, found)
        here, elsewhere = _by_place(wiring, found)
        if wanted is not None and elsewhere:
            raise _other_place(wiring, elsewhere[0])
        if not here and elsewhere and wiring.connection.base_url is not None:
            streams.err(*_elsewhere_lines(elsewhere))
            return _nothing(streams, common)
        resumptions = [Resumption.of(workspace, each, wiring.context) for each in here or found]
        try:
            where = destination(wiring.connection)
        except Ended as problem:
            message = f"{problem.message} {_places(here or found, wanted)}"
            raise Ended(
                problem.code,
                problem.kind,
                message,
                _document(resumptions, stopped=problem.kind, message=message),
            ) from problem
        if not choices.yes and not streams.can_ask and any(map(_may_send, resumptions)):
            raise Ended(
                Code.USAGE,
                "usage",
                "There is no terminal to ask on. Give --yes to send, without asking, what never went out and "
                "what is proven not to be there.",
            )
        streams.err(*_elsewhere_lines(elsewhere))
        went = _go_on(streams, wiring, where, resumptions, choices, settle)
        return _tell(streams, common, went, wiring, choices)


def _open(workspace: Workspace, wanted: str | None) -> list[OpenSubmission]:
    """What is to be gone on with. One that is named counts also where nothing of it is open."""
    known = list(workspace.open_submissions())
    if wanted is None:
        return known
    stored = find_submission(workspace, wanted)
    named = [each for each in known if each.id == stored.id]
    if named:
        return named
    names = {draft.id: draft.name for draft in workspace.drafts()}
    return [
        OpenSubmission(
            id=stored.id,
            draft_id=stored.draft_id,
            draft=names.get(stored.draft_id, ""),
            object_slug=stored.object,
            origin=stored.origin,
            profile=stored.profile,
            options=stored.options,
            started_at=stored.started_at,
            unknown=0,
            unsent=0,
            assumed=0,
            running=stored.finished_at is None,
            stopped=stored.stopped,
            message=stored.stopped_message,
        )
    ]


def _connected_as_before(
    wiring: Wiring, start: Start, common: Common, found: Sequence[OpenSubmission]
) -> Wiring:
    """The connection as it was said; where nobody said one, that of the profile that was used."""
    profiles = {each.profile for each in found}
    name = profiles.pop() if len(profiles) == 1 else ""
    if wiring.connection.base_url is not None or common.profile is not None or not name:
        return wiring
    known = wiring.settings.profiles.get(name)
    if known is None or known.base_url is None:
        return wiring
    return wire(start, Common(object_slug=common.object_slug, profile=name, format=common.format))


def _by_place(
    wiring: Wiring, found: Sequence[OpenSubmission]
) -> tuple[list[OpenSubmission], list[OpenSubmission]]:
    """Those that went where records go now, and the others."""
    base_url = wiring.connection.base_url
    here = [each for each in found if base_url is not None and origin_of(each.origin) == origin_of(base_url)]
    return here, [each for each in found if each not in here]


def _other_place(wiring: Wiring, about: OpenSubmission) -> Ended:
    host = visible(wiring.connection.base_url or "", 200)
    if not host:
        return Ended(
            Code.NOT_CONNECTED,
            "not_connected",
            f"Not connected: say where to. {resuming([about.id], about.origin)}",
        )
    return Ended(
        Code.NOT_CONNECTED,
        "not_connected",
        f"This submission went to {visible(about.origin, 200)}, and not to {host}. "
        f"To go on with it: {resuming([about.id], about.origin)}",
    )


def _elsewhere_lines(elsewhere: Sequence[OpenSubmission]) -> list[str]:
    """What is open at other places, a line each."""
    places = dict.fromkeys(each.origin for each in elsewhere)
    return [
        f"{plural(sum(each.origin == place for each in elsewhere), 'other submission')} to "
        f"{visible(place, 200)} can be gone on with: {resuming((), place)}"
        for place in places
    ]


def _places(found: Sequence[OpenSubmission], wanted: str | None) -> str:
    """Where submissions went, each place with the command that goes on there."""
    if wanted is not None:
        command = resuming([wanted], found[0].origin)
        return f"The submission went to {visible(found[0].origin, 200)}: {command}"
    numbers = Counter(each.origin for each in found)
    return " ".join(
        f"{plural(number, 'submission')} went to {visible(place, 200)}: {resuming((), place)}"
        + (";" if at < len(numbers) else "")
        for at, (place, number) in enumerate(numbers.items(), 1)
    )


def _may_send(resumption: Resumption) -> bool:
    """Whether anything of it could go, now or after a look-up."""
    return bool(resumption.unknown or resumption.going())


def _go_on(
    streams: Streams,
    wiring: Wiring,
    where: Destination,
    resumptions: list[Resumption],
    choices: ResumeChoices,
    settle: float,
) -> Went:
    """Go on with all of them, and again where waiting can settle something."""
    went = Went(resumptions)
    who = person()
    agreed = choices.yes

    def may_send(resumption: Resumption, records: int) -> bool:
        nonlocal agreed
        if not agreed and not went.declined:
            agreed = _agreed(streams, wiring, where, resumption, records)
            went.declined = not agreed
        return agreed

    async def once(signals: Signals, client: AsyncSuperleap, resumption: Resumption) -> None:
        progress = Progress(streams.err, None, 0)
        before = len(resumption.summaries)
        cut: list[bool] = []

        async def work() -> None:
            await go_on(
                resumption,
                client,
                may_send=lambda records: may_send(resumption, records),
                settle=settle,
                rate=wiring.rate,
                who=who,
                publish=progress.take,
                watch=lambda runner: signals.attend(runner, progress),
            )
            cut.append(False)

        await signals.watch(work())
        if not cut and len(resumption.summaries) == before and progress.began:
            # Cut off while it was sending: what it came to stands in its events.
            resumption.summaries.append(progress.summary(resumption.about.object_slug, client.base_url))

    async def run() -> None:
        async with AsyncSuperleap(where.base_url, where.token) as client:
            with Signals(streams.err) as signals:
                if any(map(_may_send, resumptions)):
                    await signals.watch(_verified(client))
                while not signals.came:
                    for resumption in resumptions:
                        if not signals.came and _may_send(resumption):
                            streams.err(what_is_open(resumption))
                            await once(signals, client, resumption)
                    again_at = min((at for at in (r.again_at for r in resumptions) if at), default=None)
                    if not choices.wait or again_at is None or any(map(_stopped, resumptions)):
                        break
                    await signals.watch(_wait(streams, resumptions, again_at))
                went.interrupted = signals.came

    try:
        ids = [each.id for each in resumptions]
        with while_sending(lambda: resuming(ids if len(ids) == 1 else (), where.base_url)):
            asyncio.run(run())
    except SuperleapError as problem:
        went.failure = problem
    return went


async def _verified(client: AsyncSuperleap) -> None:
    """Ask cheaply whether the key is let in: a look-up that is not would only prove nothing.

    Raises:
        NotAllowed: it is not.
        NotSent: nobody answers there.
    """
    try:
        await client.verify()
    except (NotAllowed, NotSent):
        raise
    except SuperleapError:
        pass  # not every server has the call; what it is about is asked in its own words


def _stopped(resumption: Resumption) -> bool:
    return bool(resumption.summaries and resumption.summaries[-1].stopped)


async def _wait(streams: Streams, resumptions: list[Resumption], until: float) -> None:
    """Wait until looking again can settle something, with a word now and then."""
    unknown = sum(len(resumption.unknown) for resumption in resumptions)
    while (left := until - time.time()) > 0:
        streams.err(
            f"{plural(unknown, 'unknown record')}: looked up again at {clock(until)}, in {left:,.0f} s."
        )
        await asyncio.sleep(min(left, _TELL))


def _agreed(
    streams: Streams, wiring: Wiring, where: Destination, resumption: Resumption, records: int
) -> bool:
    """Ask the person; for production its name has to be typed."""
    connection = wiring.connection
    what = f"{plural(records, 'record')} of {visible(resumption.about.draft, 60)}"
    if connection.production:
        name = connection.profile_name or where.host
        return streams.ask(f"This is production. Type {name} to send {what}:") == name
    answer = streams.ask(f"Send {what} to {where.host}? [y/N]")
    return answer.casefold() in ("y", "yes")


def _tell(streams: Streams, common: Common, went: Went, wiring: Wiring, choices: ResumeChoices) -> Code:
    workspace = went.resumptions[0].workspace
    still = {each.id for each in workspace.open_submissions()}
    ids = [each.id for each in went.resumptions if each.id in still]
    command = None
    if ids:
        command = resuming(
            ids if len(ids) == 1 else (),
            went.resumptions[0].about.origin,
            wiring.connection,
            yes=choices.yes,
            settle=choices.settle,
        )
    stopped, message = _why(went)
    if common.format is Format.JSON:
        document = _document(went.resumptions, stopped=stopped, message=message, resume=command)
        streams.document(document)
    else:
        streams.out(*result_lines(went.resumptions, message, command))
    return _exit_code(went, stopped)


def _why(went: Went) -> tuple[str | None, str]:
    """Why it ended early: code and sentence."""
    if went.failure is not None:
        return _KINDS.get(type(went.failure), "not_connected"), f"{went.failure} {went.failure.what_to_do}"
    for resumption in went.resumptions:
        for summary in reversed(resumption.summaries):
            if summary.stopped is not None:
                return summary.stopped, summary.message
    if went.declined:
        return "declined", "Nothing was sent."
    if went.interrupted:
        return "person", "Stopped by you."
    return None, ""


def _exit_code(went: Went, stopped: str | None) -> Code:
    if stopped in NOT_CONNECTED or went.failure is not None:
        return Code.NOT_CONNECTED
    counts: Counter[RowState] = Counter()
    for resumption in went.resumptions:
        counts.update(resumption.counts())
    if counts[RowState.UNKNOWN] or counts[RowState.SENDING]:
        return Code.UNKNOWN
    invalid = any(resumption.invalid() or resumption.refusals() for resumption in went.resumptions)
    if counts[RowState.REJECTED] or invalid:
        return Code.INVALID
    if went.interrupted or went.declined:
        return Code.INTERRUPTED if counts[RowState.READY] or counts[RowState.QUEUED] else Code.FINE
    return Code.NOT_CONNECTED if stopped is not None else Code.FINE


def _document(
    resumptions: Sequence[Resumption],
    *,
    stopped: str | None = None,
    message: str = "",
    resume: str | None = None,
) -> dict[str, Any]:
    """The document of ``resume --format json``: its counts are over the rows of all the submissions."""
    counts: Counter[RowState] = Counter()
    for resumption in resumptions:
        counts.update(resumption.counts())
    ids = [resumption.id for resumption in resumptions]
    objects = {resumption.about.object_slug for resumption in resumptions}
    origins = {resumption.about.origin for resumption in resumptions}
    summaries = [summary for resumption in resumptions for summary in resumption.summaries]
    many = len(resumptions) > 1
    return {
        "submission": ids[0] if len(ids) == 1 else None,
        "submissions": ids,
        "object": objects.pop() if len(objects) == 1 else None,
        "base_url": origins.pop() if len(origins) == 1 else None,
        "records": sum(counts.values()),
        "created": counts[RowState.CREATED],
        "already_there": counts[RowState.ALREADY_THERE],
        "rejected": counts[RowState.REJECTED],
        "unknown": counts[RowState.UNKNOWN] + counts[RowState.SENDING],
        "skipped": counts[RowState.SKIPPED],
        "not_sent": counts[RowState.READY] + counts[RowState.QUEUED],
        "invalid": sum(resumption.invalid() for resumption in resumptions),
        "issues": [
            issue | ({"submission": resumption.id} if many else {})
            for resumption in resumptions
            for issue in issue_list(resumption.draft, resumption.issues(), resumption.refusals())
        ],
        "stopped": stopped,
        "stopped_message": visible(message, 4096),
        "resume": resume,
        "rejects": None,
        "chunks": [
            chunk | {"submission": resumption.id}
            for resumption in resumptions
            for summary in resumption.summaries
            for chunk in chunk_objects(summary)
        ],
        **look_keys(summaries),
    }


def _nothing(streams: Streams, common: Common) -> Code:
    """Nothing is open."""
    if common.format is Format.JSON:
        streams.document(_document(()))
    else:
        streams.out("There is nothing to go on with.")
    return Code.FINE
