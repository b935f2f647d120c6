"""Asking the server what it has: one call after another, no faster than a run sends, none in vain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from leapgrid.submit.judging import LookedFor
from leapgrid.submit.pace import Pace, Sleep
from leapgrid.submit.serverclock import ServerClock
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.errors import RateLimited, SuperleapError, TransportFailure
from leapgrid.superleap.lookup import Finder, FindMethod, compare_key, questions
from leapgrid.superleap.requests import Request

TRIES = 3
"""How often one question is asked where no answer comes, or the server asks to wait."""

PATIENCE = 60.0
"""Seconds; where the server asks for a longer wait, the look-up is left for later."""

_WAIT = 1.0
_FIELDS = ("name", "email", "external_id", "created_at")
"""What comes with every record, for a person to know it by; the time tells whether it is new."""


class Client(Protocol):
    """Whom to ask; ``AsyncSuperleap`` has it."""

    base_url: str

    async def exchange(self, request: Request) -> Answer:
        """Send one request; raises TransportFailure."""


class Halted(Exception):
    """The run was stopped before the next call."""


class Reads:
    """Sends the calls of look-ups, each when its turn has come.

    Args:
        client: whom to ask.
        pace: when.
        server: is told what time it is there.
        sleep: waits so many seconds.
        halted: for what is asked after a run: whether to ask no more. The pace's rate holds then, its pauses
            and its stop do not.

    Attributes:
        failed: status of the last answer that was a failure of the server; 0 is put there by who asks.
    """

    def __init__(
        self,
        client: Client,
        pace: Pace,
        server: ServerClock,
        sleep: Sleep,
        halted: Callable[[], bool] | None = None,
    ) -> None:
        self.failed = 0
        self._client = client
        self._pace = pace
        self._server = server
        self._sleep = sleep
        self._halted = halted

    async def exchange(self, request: Request) -> Answer:
        """One call.

        Raises:
            Halted: it was not made.
            TransportFailure: no answer, several times.
        """
        for number in range(1, TRIES + 1):
            await self._turn()
            try:
                answer = await self._client.exchange(request)
            except TransportFailure:
                if number == TRIES:
                    raise
                await self._sleep(_WAIT)
                continue
            self._server.observe(answer)
            wait = answer.retry_after if answer.status == 429 else None
            if answer.status != 429 or number == TRIES or (wait or 0.0) > PATIENCE:
                break
            self._pace.hold(_WAIT if wait is None else wait)
        if answer.status >= 500 or answer.status in (408, 425):
            self.failed = answer.status
        return answer

    async def _turn(self) -> None:
        if self._halted is not None:
            await self._pace.slot()
            if self._halted():
                raise Halted
        elif not await self._pace.turn():
            raise Halted


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the values of a question, and the answer to them.

    Attributes:
        values: those that were asked for in the same call.
        answer: what came.
        method: how it was asked.
        found: of how many of these values there are records; what came with them is not counted.
    """

    values: Sequence[Any]
    answer: LookedFor
    method: FindMethod
    found: int = 0

    def without_records(self) -> Part:
        """The same, for what only counts: records may be many."""
        return replace(self, answer=replace(self.answer, records=()))


class Asker:
    """Asks about values of a field, in as many calls as it takes.

    Args:
        reads: sends the calls.
        slug: the object.
        clock: seconds since the epoch.
    """

    def __init__(self, reads: Reads, slug: str, clock: Callable[[], float]) -> None:
        self._reads = reads
        self._slug = slug
        self._clock = clock
        self._finders: dict[str, Finder] = {}

    async def ask(
        self,
        field: str,
        values: Sequence[Any],
        beside: Sequence[Any] = (),
        names: Iterable[str] = (),
    ) -> AsyncIterator[Part]:
        """Ask for values, part by part. After a part whose answer is not understood, no more is asked.

        Args:
            field: the field to compare.
            values: what it may hold.
            beside: values that are asked for with every part.
            names: more fields to give back.
        """
        finder = self._finders.get(field)
        if finder is None:
            finder = Finder(self._reads.exchange, self._slug, field, (*_FIELDS, *names))
            self._finders[field] = finder
        vain: LookedFor | None = None
        for part in questions(values, beside):
            if vain is not None:
                yield Part(part, vain, FindMethod.NONE)
                continue
            answer, method = await self._find(finder, [*part, *beside])
            came = {compare_key(record.get(field)) for record in answer.records}
            yield Part(part, answer, method, len(came.intersection(map(compare_key, part))))
            vain = None if answer.understood else answer

    async def _find(self, finder: Finder, values: Sequence[Any]) -> tuple[LookedFor, FindMethod]:
        self._reads.failed = 0
        try:
            found = await finder.find(values)
        except Halted:
            return self._lost("Stopped before the look-up was over."), FindMethod.NONE
        except RateLimited:
            return self._lost("The server asks to wait before it is asked again."), FindMethod.NONE
        except TransportFailure:
            return self._lost("The server did not answer the look-up."), FindMethod.NONE
        except SuperleapError as error:
            return self._lost(f"The server does not answer look-ups. {error}", for_good=True), FindMethod.NONE
        failed = self._reads.failed
        message = f"The server failed ({failed})." if failed and not found.understood else found.message
        answer = LookedFor(
            records=found.records,
            understood=found.understood,
            complete=found.complete,
            server_date=found.server_date,
            at=self._clock(),
            message=message,
            lost=bool(failed) and not found.complete,
        )
        return answer, found.method

    def _lost(self, message: str, for_good: bool = False) -> LookedFor:
        return LookedFor((), False, False, None, self._clock(), message, lost=not for_good)
