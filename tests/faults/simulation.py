"""Whole histories of a submission in a moment: the clock, the network and the death of processes are made up.

What is real: the run, its look-ups, the workspace, and the sandbox's application. What is made up, from a
seed: when a process dies, what becomes of each call, what the server is like, and how much time passes. Any
history can be had again: ``python -m tests.faults.simulation 20000`` plays so many, ``... 1 SEED`` one.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from leapgrid.records.frame import Frame
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import schema_for
from leapgrid.sandbox.app import create_app
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.store import RecordStore
from leapgrid.submit import PlanRow, Resolver, Runner, SubmitOptions, plan
from leapgrid.submit.events import SubmitEvent
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.errors import FailureKind, Sent, TransportFailure, transport_failure
from leapgrid.superleap.requests import Request, RequestKind
from leapgrid.workspace import Workspace
from tests.faults.jobs import record

SETTLE = 300.0
MOST_LATE = 120.0
MOST_STALE = 170.0
"""Seconds that a server takes to store what it was cut off from, and that its look-ups are behind: together
no more than the settling time, which is what one can know of such a server."""

MOST_PROCESSES = 14
SCHEMA = schema_for("lead")


Job = Callable[[Any, Any], Coroutine[Any, Any, None]]


class Wrong(AssertionError):
    """The promise does not hold."""


class Dead(SystemExit):
    """The process dies here. It passes through everything, and nothing that would follow has any effect."""


class Inline(ThreadPoolExecutor):
    """Does at once what would be done in a thread, so that a history is the same each time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **named))
        except BaseException as error:
            done.set_exception(error)
        return done


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0
        self._later: list[tuple[float, int, Callable[[], Coroutine[Any, Any, None]]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What the server does in so many seconds, whoever is alive then."""
        heapq.heappush(self._later, (self.now + seconds, next(self._numbers), do))

    async def sleep(self, seconds: float) -> None:
        end = self.now + max(0.0, seconds)
        while self._later and self._later[0][0] <= end:
            self.now, _, do = heapq.heappop(self._later)
            await do()
        self.now = end
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Nature:
    """What a server is like, all its life.

    Attributes:
        faults: of the sandbox, that strike every create.
        stale: seconds that look-ups are behind.
        skew: seconds that its clock is ahead of ours.
        bad_calls: what share of creates something happens to.
        bad_looks: what share of look-ups.
        says_atomic: whether it says of itself that a refusal stores nothing.
    """

    faults: tuple[str, ...] = ()
    stale: float = 0.0
    skew: float = 0.0
    bad_calls: float = 0.2
    bad_looks: float = 0.1
    says_atomic: bool = False

    @property
    def is_bad(self) -> bool:
        """Whether it is one of those that make other tools send twice, or blame the wrong row."""
        return bool(self.faults or self.stale or self.bad_calls)

    @classmethod
    def drawn(cls, rng: random.Random) -> Nature:
        faults = [name for name in ("zero-based", "first-only", "no-index") if rng.random() < 0.2]
        atomic = rng.random() < 0.6
        if not atomic:
            faults.append("not-atomic")
        return cls(
            tuple(faults),
            rng.choice((0.0, 0.0, 5.0, MOST_STALE)),
            rng.choice((0.0, 0.0, -86_400.0, 3_000.0)),
            rng.choice((0.0, 0.1, 0.3)),
            rng.choice((0.0, 0.1, 0.3)),
            atomic and rng.random() < 0.5,
        )


FATES = (
    ("refused", 2),
    ("cut before", 2),
    ("cut after", 3),
    ("late", 3),
    ("html-200-after", 1),
    ("error-500-after", 1),
    ("error-500", 1),
    ("html-502", 1),
    ("rate-limit=3", 1),
    ("too-large=1", 1),
)
LOOK_FATES = ("cut", "lookup:error-500", "lookup:html-200")


class Server:
    """The sandbox's application behind a network that is made up; what both clients need of a client.

    Args:
        clock: the time.
        rng: decides what happens to each call.
        nature: what it is like.
    """

    _hosts = count(1)

    def __init__(self, clock: Clock, rng: random.Random, nature: Nature) -> None:
        # What is learnt of one server must not be believed of another.
        number = next(self._hosts)
        self.base_url = f"http://127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:9"
        self.clock, self.rng, self.nature = clock, rng, nature
        self.stored: Counter[str] = Counter()
        self.creates: list[tuple[str, ...]] = []
        self.next_fates: list[str] = []
        server = self

        class Kept(RecordStore):
            def add(self, slug: str, records: Sequence[Mapping[str, Any]], user: str) -> list[dict[str, Any]]:
                server.stored.update(str(one["external_id"]) for one in records)
                added = super().add(slug, records, user)
                self._added.update({one["id"]: clock.now for one in added})
                return added

            def _is_old(self, record_id: str, min_age: float) -> bool:
                return min_age <= 0 or clock.now - self._added[record_id] >= min_age

        settings = SandboxSettings(clock=self.time)
        self.store = Kept(settings.organisation, self.time)
        self.store._random = rng
        self._app = create_app(settings, store=self.store)

    def time(self) -> float:
        """Its clock."""
        return self.clock.now + self.nature.skew

    async def exchange(self, request: Request) -> Answer:
        if request.kind is RequestKind.CREATE:
            return await self._create(request)
        await self.clock.sleep(self.rng.uniform(0, 0.5))
        faults = [f"stale={self.nature.stale}"] if self.nature.stale else []
        if self.rng.random() < self.nature.bad_looks:
            fate = self.rng.choice(LOOK_FATES)
            if fate == "cut":
                raise _failure(FailureKind.READ, Sent.MAYBE)
            faults.append(fate)
        return await self._ask(request, faults)

    async def verify(self) -> object:
        return None

    async def _create(self, request: Request) -> Answer:
        fate = self._fate()
        keys = tuple(one["external_id"] for one in json.loads(request.body or b"[]"))
        if fate == "refused":
            raise _failure(FailureKind.CONNECT, Sent.NO)
        self.creates.append(keys)
        await self.clock.sleep(self.rng.uniform(0, 2.0))
        faults = list(self.nature.faults)
        if fate == "cut before":
            raise _failure(FailureKind.READ, Sent.MAYBE)
        if fate == "late":

            async def store() -> None:
                await self._ask(request, faults)

            self.clock.later(self.rng.uniform(1, MOST_LATE), store)
            raise _failure(FailureKind.READ, Sent.MAYBE)
        if fate and fate != "cut after":
            faults.append(fate)
        answer = await self._ask(request, faults)
        await self.clock.sleep(self.rng.uniform(0, 2.0))
        if fate == "cut after":
            raise _failure(FailureKind.READ, Sent.MAYBE)
        return answer

    def _fate(self) -> str:
        if self.next_fates:
            return self.next_fates.pop(0)
        if self.rng.random() >= self.nature.bad_calls:
            return ""
        names, weights = zip(*FATES, strict=True)
        return str(self.rng.choices(names, weights)[0])

    async def _ask(self, request: Request, faults: Sequence[str]) -> Answer:
        headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
        headers.append((b"authorization", b"Bearer key"))
        if faults:
            headers.append((b"x-sandbox-fault", ";".join(faults).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.path,
            "raw_path": request.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 9),
        }
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body or b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        said = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        if not self.nature.says_atomic:
            said.pop("x-leapgrid-sandbox", None)
        said["date"] = formatdate(self.time(), usegmt=True)
        return Answer(start["status"], said, b"".join(parts))


def _failure(kind: FailureKind, sent: Sent) -> TransportFailure:
    return transport_failure(kind, sent, "Made up.")


class Mortal:
    """A workspace, or a server, as a process has it that dies at a given call: before or after it.

    Args:
        inner: the real one.
        life: shared by all that the process has.
    """

    def __init__(self, inner: Any, life: Life, names: frozenset[str] | None = None) -> None:
        self._inner, self._life, self._names = inner, life, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or (self._names is not None and name not in self._names):
            return found
        life = self._life
        if asyncio.iscoroutinefunction(found):

            async def call(*args: Any, **named: Any) -> Any:
                life.tick()
                try:
                    result = await found(*args, **named)
                except Exception:
                    life.tick()
                    raise
                life.tick()
                return result

            return call

        def plain(*args: Any, **named: Any) -> Any:
            life.tick()
            result = found(*args, **named)
            life.tick()
            return result

        return plain


@dataclass(slots=True)
class Life:
    """How many calls a process has left; None: it lives on."""

    left: int | None = None
    dead: bool = False

    def tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left <= 0
        if self.dead:
            raise Dead


@dataclass
class World:
    """One draft, one server, and processes that come and go.

    Args:
        directory: of the workspace, shared by all worlds of a test.
        seed: of everything.
    """

    directory: Place
    seed: str
    rng: random.Random = field(init=False)
    clock: Clock = field(init=False)
    processes: int = 0
    deaths: int = 0
    person: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.clock = Clock()
        nature = Nature.drawn(self.rng)
        total = self.rng.randint(2, 7)
        bad = {row for row in range(total) if self.rng.random() < 0.2}
        self.begin(nature, total, bad)

    def begin(self, nature: Nature, total: int, bad: Collection[int]) -> None:
        self.server = Server(self.clock, self.rng, nature)
        self.total, self.bad = total, frozenset(bad)
        self.records = [record(self.seed, row, bad=row in self.bad) for row in range(total)]
        self.there_before = {row for row in range(total) if row not in self.bad and self.rng.random() < 0.05}
        for row in self.there_before:
            self.server.store.add("lead", [self.records[row]], "somebody")
        self.workspace = self.directory.workspace(self.clock)
        frame = Frame.from_rows(("name",), [[one["name"]] for one in self.records])
        self.draft = self.workspace.create_draft(self.seed, SCHEMA, frame, {"name": 0}, "leads.csv", [])

    # -- what processes do -------------------------------------------------------------------------------

    def process(self, job: Job, dies: int | None) -> bool:
        """A process does this; whether it lived to its end."""
        self.processes += 1
        life = Life(dies)
        own = self.directory.workspace(self.clock)
        loop = asyncio.new_event_loop()
        loop.set_default_executor(Inline())
        loop.set_exception_handler(lambda loop, context: None)
        try:
            own.recover()
            mortal: Any = Mortal(own, life)
            client: Any = Mortal(self.server, life, frozenset({"exchange", "verify"}))
            loop.run_until_complete(job(mortal, client))
            return True
        except Dead:
            self.deaths += 1
            return False
        finally:
            life.dead = True
            _bury(loop)
            loop.close()
            own._owners.release()

    def states(self) -> dict[int, RowState]:
        known, never = self.workspace.outcomes(self.draft), RowOutcome()
        return {row: known.get(row, never).state for row in range(self.total)}

    async def send(self, workspace: Workspace, client: Server) -> None:
        """What F9 does."""
        states = self.states()
        rows = [PlanRow(row, self.records[row], states[row]) for row in range(self.total)]
        options = SubmitOptions(
            chunk_size=self.rng.randint(1, 4), parallel=self.rng.choice((1, 1, 2)), look_after=2.0
        )
        made = plan(rows, options)
        if not made.records:
            return
        runner = Runner(workspace, client, self.draft, made, options=options, **self._means())
        await runner.run()

    async def go_on(self, workspace: Workspace, client: Server) -> None:
        """What resume does."""
        for about in workspace.open_submissions(self.draft):
            resolver = Resolver(
                workspace,
                client,
                self.draft,
                schema=SCHEMA,
                settle=SETTLE,
                clock=self.clock,
                monotonic=self.clock,
                sleep=self.clock.sleep,
            )
            await resolver.look_up(None, about.id)
            states = self.states()
            mine = {row.row_id for row in workspace.submission_rows(about.id)}
            going = [row for row in mine if states[row] is RowState.READY]
            if going:
                runner = Runner.going_on(
                    workspace,
                    client,
                    self.draft,
                    about.id,
                    record=self.records.__getitem__,
                    going=going,
                    options=SubmitOptions(look_after=2.0),
                    **self._means(),
                )
                await runner.run()

    def _means(self) -> dict[str, Any]:
        return {
            "object_slug": "lead",
            "publish": Sums(self.total),
            "clock": self.clock,
            "monotonic": self.clock,
            "sleep": self.clock.sleep,
            "random": self.rng.random,
        }

    def pass_time(self, seconds: float) -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(self.clock.sleep(seconds))
        loop.close()

    # -- what must be so ---------------------------------------------------------------------------------

    def check(self) -> None:
        """After each process, for what is not under way.

        Raises:
            Wrong: something was sent twice or is said wrongly.
        """
        known = self.workspace.outcomes(self.draft)
        assumed = {one.row_id for one in self.workspace.assumed(self.draft)}
        for row, state in self.states().items():
            key = f"{self.seed}-{row}"
            ours = self.server.stored[key] - (row in self.there_before)
            what = f"{self.seed}: row {row} is {state}, stored {ours} times by us: {known.get(row)}"
            if row not in self.person and ours > 1:
                raise Wrong(f"twice: {what}")
            if state is RowState.CREATED and not self.server.stored[key] and row not in self.person:
                raise Wrong(f"not there: {what}")
            if state is RowState.ALREADY_THERE and row not in self.there_before:
                raise Wrong(f"not before: {what}")
            if state is RowState.REJECTED and row not in self.bad:
                raise Wrong(f"wrong row blamed: {what}")
            if state is RowState.READY and ours and row not in assumed and row not in self.person:
                raise Wrong(f"may be sent, and is there: {what}")

    def is_settled(self) -> bool:
        """Nothing is on its way or unknown, and everything that could be sent was."""
        return all(
            state in (RowState.CREATED, RowState.ALREADY_THERE)
            or (row in self.bad and state is RowState.REJECTED)
            for row, state in self.states().items()
        )

    def play(self) -> str:
        """A whole history; how it ended.

        Raises:
            Wrong: the promise does not hold in it.
        """
        same, before = 0, self.states()
        for number in range(MOST_PROCESSES):
            opened = self.workspace.open_submissions(self.draft)
            flying = any(
                state in (RowState.SENDING, RowState.QUEUED, RowState.UNKNOWN)
                for state in self.states().values()
            )
            unsent = any(about.unknown or about.unsent for about in opened)
            job = self.go_on if flying or (unsent and self.rng.random() < 0.7) else self.send
            mortal = number < MOST_PROCESSES - 4 and self.rng.random() < 0.5
            lived = self.process(job, self.rng.randint(1, 60) if mortal else None)
            self.check()
            if self.is_settled():
                return "settled"
            seconds = self.rng.choice((0.0, 1.0, 60.0, SETTLE + 1, SETTLE + 700))
            self.pass_time(seconds)
            # Where nothing comes of it however long one waits, nothing ever will.
            same = same + (lived and seconds > SETTLE) if self.states() == before else 0
            before = self.states()
            if same >= 3:
                break
        states = Counter(self.states().values())
        # Refusals that name no row wait for a person; so does what look-ups could not settle.
        return f"waits for a person: {dict(states)}"


def _bury(loop: asyncio.AbstractEventLoop) -> None:
    """Let what is left of a dead process come to its end; nothing that it tries has any effect."""
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        try:
            loop.run_until_complete(asyncio.wait(tasks, timeout=0.01))
        except Dead:
            pass


class Sums:
    """After each event every row is in one state."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._rows: dict[int, RowState] = {}

    def __call__(self, event: SubmitEvent) -> None:
        self._rows.update({row: outcome.state for row, outcome in event.outcomes.items()})
        counts = getattr(event, "counts", None)
        if counts is not None and sum(counts.values()) > self._total:
            raise Wrong(f"{sum(counts.values())} rows of {self._total}")


class Place:
    """A directory in memory, where there is one, with one workspace for all worlds."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self._path = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self._open = Workspace.open(self._path / "ws.db")
        with self._open._database._driver() as driver:  # type: ignore[attr-defined]
            driver.execute("PRAGMA synchronous = OFF")

    def workspace(self, clock: Clock) -> Workspace:
        """As another process would open it."""
        return Workspace(self._open._database, clock)

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        shutil.rmtree(self._path)


def histories(number: int, first: int) -> Counter[str]:
    """Play so many; how they ended.

    Raises:
        Wrong: at the first that breaks the promise; its text has the seed.
    """
    ends: Counter[str] = Counter()
    with Place() as place:
        for seed in range(first, first + number):
            world = World(place, f"h{seed}")
            ends[world.play().partition(":")[0]] += 1
            ends["processes"] += world.processes
            ends["deaths"] += world.deaths
            ends["bad servers"] += world.server.nature.is_bad
            place._open.remove_draft(world.draft)
    return ends


if __name__ == "__main__":
    begun = time.monotonic()
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(dict(histories(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else 0)))
    print(f"{time.monotonic() - begun:.0f} s")
