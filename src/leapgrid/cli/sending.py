"""A run on the command line: its progress on stderr, and what signals do to it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from leapgrid.cli.exits import GRACE
from leapgrid.cli.layout import plural
from leapgrid.drafting import WorkingDraft
from leapgrid.submit import (
    ChunkAnswered,
    ChunkSplit,
    ChunkStarted,
    ChunkSummary,
    ChunkWaiting,
    Plan,
    Runner,
    RunPaused,
    RunStopped,
    RunSummary,
    SubmissionStarted,
    SubmitEvent,
    SubmitOptions,
)
from leapgrid.superleap import AsyncSuperleap, SecretToken
from leapgrid.visible import visible
from leapgrid.workspace import Workspace

Say = Callable[..., None]
"""Prints lines about what happens."""

_SHOWN = 200
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
    SIGTERM and SIGHUP wait :data:`GRACE` seconds in between.

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
    progress = Progress(say, draft, plan)

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
                publish=progress.take,
            )
            task = asyncio.ensure_future(runner.run())
            with _Signals(say, runner, task, progress) as signals:
                await asyncio.wait({task})
            if task.cancelled():
                return Ran(progress.summary(draft.schema.slug, client.base_url), True)
            return Ran(task.result(), signals.came)

    return asyncio.run(run())


class Progress:
    """Lets events into a draft and prints a line for each chunk."""

    def __init__(self, say: Say, draft: WorkingDraft, plan: Plan) -> None:
        self._say = say
        self._draft = draft
        self._total = len(plan.chunks)
        self._seen: dict[int, ChunkSummary] = {}
        self._tries: dict[int, int] = {}
        self._submission = ""
        self._stopped: tuple[str, str] | None = None
        self.on_its_way: set[int] = set()

    def take(self, event: SubmitEvent) -> None:
        """An event of the run."""
        self._draft.take(event)
        match event:
            case SubmissionStarted():
                self._submission = event.submission
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
            case RunPaused():
                self._say(visible(event.message, _SHOWN))
            case RunStopped():
                self._stopped = (event.reason, event.message)
                self._say(visible(event.message, 2 * _SHOWN))
            case _:
                pass

    def summary(self, slug: str, base_url: str) -> RunSummary:
        """What a run came to that was cut off before it could say so itself."""
        reason, message = self._stopped or ("cancelled", "Cancelled. What was on its way is unknown.")
        return RunSummary(
            submission=self._submission,
            object_slug=slug,
            base_url=base_url,
            outcomes=dict(self._draft.outcomes),
            chunks=tuple(self._seen[number] for number in sorted(self._seen)),
            stopped=reason,
            message=message,
        )

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


@dataclass
class _Signals:
    """What signals do while a run goes on."""

    say: Say
    runner: Runner
    task: asyncio.Future[RunSummary]
    progress: Progress
    came: bool = False
    _before: dict[int, object] = field(default_factory=dict)

    def __enter__(self) -> _Signals:
        loop = asyncio.get_running_loop()
        for name, act in (("SIGINT", self._interrupt), ("SIGTERM", self._end), ("SIGHUP", self._end)):
            number = getattr(signal, name, None)
            if number is None:
                continue
            self._before[number] = signal.getsignal(number)
            if self._before[number] == signal.SIG_IGN and name == "SIGHUP":
                # Started with nohup: it is meant to go on.
                del self._before[number]
                continue
            try:
                loop.add_signal_handler(number, act)
            except (NotImplementedError, RuntimeError):
                # Windows, or not the main thread: the handler wakes the loop itself.
                self._install(number, loop, act)
        return self

    def __exit__(self, *details: object) -> None:
        loop = asyncio.get_running_loop()
        for number, before in self._before.items():
            try:
                loop.remove_signal_handler(number)
            except (NotImplementedError, RuntimeError):  # where the loop could not take it either
                pass
            try:
                signal.signal(number, before)  # type: ignore[arg-type]  # what getsignal gave
            except (ValueError, TypeError):  # not the main thread; or it was not set from Python
                pass

    @staticmethod
    def _install(number: int, loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
        try:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
        except ValueError:  # not the main thread, where signals do not come
            pass

    def _interrupt(self) -> None:
        if self.came:
            self.task.cancel()
            return
        self._stop("Ctrl+C again leaves at once, and its records are unknown then.")

    def _end(self) -> None:
        if self.came:
            self.task.cancel()
            return
        self._stop("")
        asyncio.get_running_loop().call_later(GRACE, self.task.cancel)

    def _stop(self, hint: str) -> None:
        self.came = True
        self.runner.stop_after_chunk()
        waiting = sorted(self.progress.on_its_way)
        if waiting:
            chunks = "Chunk " if len(waiting) == 1 else "Chunks "
            verb = " is" if len(waiting) == 1 else " are"
            names = ", ".join(map(str, waiting))
            self.say(
                f"{chunks}{names}{verb} with the server; the answer will still be recorded. {hint}".strip()
            )
