"""A run on the command line: its progress on stderr, and what signals do to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from leapgrid.cli.again import resuming
from leapgrid.cli.crash import while_sending
from leapgrid.cli.layout import plural
from leapgrid.cli.signals import Signals
from leapgrid.config import person
from leapgrid.drafting import WorkingDraft
from leapgrid.records import RowId, RowOutcome
from leapgrid.submit import (
    ChunkAnswered,
    ChunksPlanned,
    ChunkSplit,
    ChunkStarted,
    ChunkSummary,
    ChunkWaiting,
    LookedUp,
    LookingUp,
    Plan,
    Runner,
    RunPaused,
    RunStopped,
    RunSummary,
    SameAgain,
    SubmissionStarted,
    SubmitEvent,
    SubmitOptions,
)
from leapgrid.superleap import AsyncSuperleap, SecretToken
from leapgrid.visible import visible
from leapgrid.workspace import Purpose, Workspace

Say = Callable[..., None]
"""Prints lines about what happens."""

_SHOWN = 200
_WHY = {
    Purpose.BASELINE: "what is there already",
    Purpose.UNKNOWN: "what is unknown",
    Purpose.REFUSAL: "what a refused chunk stored",
    Purpose.COUNT: "how many there are",
}
_LOOKED_AT_ONCE = 1000
"""Keys after which a long look-up says how far it is."""

_OUTCOMES = {"created": "created", "rejected": "refused", "not_sent": "not sent", "unknown": "unknown"}


@dataclass
class Ran:
    """What a run came to.

    Attributes:
        summary: as the runner gave it; built from its events where it was cut off.
        interrupted: whether a signal ended it.
    """

    summary: RunSummary
    interrupted: bool


def send(
    say: Say,
    workspace: Workspace,
    draft: WorkingDraft,
    plan: Plan,
    options: SubmitOptions,
    *,
    base_url: str,
    token: SecretToken,
    profile: str = "",
) -> Ran:
    """Send a plan to its end, and let every event into the draft.

    Ctrl+C stops after the chunk on its way; a second one leaves at once and records that chunk as unknown.
    SIGTERM and SIGHUP wait some seconds in between.

    Args:
        say: prints lines of progress.
        workspace: where intents and answers are kept.
        draft: whose records; all its edits are on disk.
        plan: what goes.
        options: how.
        base_url: where to.
        token: the key.
        profile: the profile's name, to be kept.

    Raises:
        BadInput: the address or the key cannot be used; nothing was sent.
    """
    progress = Progress(say, draft, len(plan.chunks))

    async def run() -> Ran:
        async with AsyncSuperleap(base_url, token) as client:
            runner = Runner(
                workspace,
                client,
                draft.id,
                plan,
                object_slug=draft.schema.slug,
                options=options,
                profile=profile,
                fields=draft.schema.names,
                schema=draft.schema,
                publish=progress.take,
                who=person(),
                number=draft.number,
            )
            with Signals(say) as signals:
                summary = await signals.run(runner, progress)
            if summary is None:
                summary = progress.summary(draft.schema.slug, client.base_url)
            return Ran(summary, signals.came)

    with while_sending(lambda: progress.going_on(base_url)):
        return asyncio.run(run())


class Progress:
    """Lets events into a draft and prints a line for each chunk.

    Args:
        say: prints lines.
        draft: whose rows it is about; None where somebody else lets the events into it.
        chunks: how many there are at first.
    """

    def __init__(self, say: Say, draft: WorkingDraft | None, chunks: int) -> None:
        self._say = say
        self._draft = draft
        self._total = chunks
        self._outcomes: dict[RowId, RowOutcome] = {}
        self._seen: dict[int, ChunkSummary] = {}
        self._tries: dict[int, int] = {}
        self._submission = ""
        self._stopped: tuple[str, str] | None = None
        self._asked: dict[Purpose, int] = {}
        self.on_its_way: set[int] = set()

    def take(self, event: SubmitEvent) -> None:
        """An event of the run."""
        self._outcomes.update(event.outcomes)
        if self._draft is not None:
            self._draft.take(event)
        match event:
            case SubmissionStarted():
                self._submission = event.submission
                self._total = event.chunks
            case ChunkStarted():
                self.on_its_way.add(event.chunk)
                self._tries[event.chunk] = event.number
            case ChunkWaiting():
                self.on_its_way.discard(event.chunk)
                self._say(
                    f"chunk {event.chunk} of {self._total}: {visible(event.message, _SHOWN)} "
                    f"Going on in {event.seconds:,.1f} s."
                )
            case ChunkSplit():
                self.on_its_way.discard(event.chunk)
                self._total += 2
                self._say(
                    f"chunk {event.chunk}: {visible(event.message, _SHOWN)} "
                    f"Sent in halves, as chunks {event.into[0]} and {event.into[1]}."
                )
            case ChunkAnswered():
                self.on_its_way.discard(event.chunk)
                self._answered(event)
            case ChunksPlanned():
                self._total += len(event.numbers)
                self._say(visible(event.message, 2 * _SHOWN))
            case LookingUp():
                self._looking(event)
            case LookedUp():
                self._asked.pop(event.purpose, None)
                self._say(*looked_lines(event))
            case RunPaused() | SameAgain():
                self._say(visible(event.message, 2 * _SHOWN))
            case RunStopped():
                self._stopped = (event.reason, event.message)
                self._say(visible(event.message, 2 * _SHOWN))
            case _:
                pass

    @property
    def began(self) -> bool:
        """Whether anything was sent, or is about to be."""
        return bool(self._submission)

    def going_on(self, base_url: str) -> str:
        """The command that goes on with what was begun, or "" where nothing was."""
        return resuming([self._submission], base_url) if self.began else ""

    def summary(self, slug: str, base_url: str) -> RunSummary:
        """What a run came to that was cut off before it could say so itself."""
        reason, message = self._stopped or ("cancelled", "Cancelled. What was on its way is unknown.")
        return RunSummary(
            submission=self._submission,
            object_slug=slug,
            base_url=base_url,
            outcomes=dict(self._outcomes),
            chunks=tuple(self._seen[number] for number in sorted(self._seen)),
            stopped=reason,
            message=message,
        )

    def _looking(self, event: LookingUp) -> None:
        """Of a long look-up a line now and then; of a short one its result says enough."""
        last = self._asked.get(event.purpose, 0)
        if event.keys > event.done >= last + _LOOKED_AT_ONCE:
            self._asked[event.purpose] = event.done
            self._say(f"Looking up {_WHY[event.purpose]}: {event.done:,} of {event.keys:,}.")

    def _answered(self, event: ChunkAnswered) -> None:
        self._seen[event.chunk] = ChunkSummary(
            chunk=event.chunk,
            records=len(event.rows),
            outcome=event.outcome,
            status=event.status,
            message=event.server_message or event.message,
            reason=event.reason,
            attempts=self._tries.get(event.chunk, 1),
            elapsed=event.elapsed,
        )
        status = f" ({event.status})" if event.status is not None else ""
        said = f" · {visible(event.message, _SHOWN)}" if event.outcome.value != "created" else ""
        self._say(
            f"chunk {event.chunk} of {self._total} · {plural(len(event.rows), 'record')} · "
            f"{_OUTCOMES[event.outcome.value]}{status} · {event.elapsed:.1f} s{said}"
        )
        for note in event.notes:
            self._say(f"  {visible(note, _SHOWN)}")


def looked_lines(event: LookedUp) -> list[str]:
    """What a look-up came to."""
    lines = [visible(event.message, 2 * _SHOWN)] if event.message else []
    return lines + [f"  {visible(note, 2 * _SHOWN)}" for note in event.notes]
