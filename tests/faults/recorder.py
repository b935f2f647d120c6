"""A server in a process of its own that writes down what it sees, for tests that kill its clients.

Within is the sandbox's application. Around it stands a server of a few lines that knows the moment of the
first byte, closes connections where it is told to, takes its time before and after it stores, and has a clock
that the test turns. Each event is a line of a log that is only ever appended to; the log, not the memory of
anybody who may be killed, says what was stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import random
import sqlite3
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from email.utils import formatdate
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Any

CONTROL = "/_recorder/"
CUTS = ("unread", "before", "reset-before", "after", "reset-after", "half")
"""Where a connection can be closed: at its first byte, before or after storing, within the answer."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the server behaves from now on.

    Attributes:
        seed: of all that is drawn; a call draws by its number, so that a run can be had again.
        before: seconds at most between reading and storing.
        after: seconds at most between storing and answering.
        late: what share of calls is stored only after the connection was closed.
        late_by: seconds at most that such a call takes.
        cuts: what share of creates is cut somewhere.
        cut: where, one of ``CUTS``; any where it is "".
        faults: written faults of the sandbox, one of which strikes a create or look-up.
        faulty: what share of creates one of them strikes.
        always: written faults that strike every call.
        ledger: address of a workspace that is read at the first byte of a create.
    """

    seed: int = 0
    before: float = 0.0
    after: float = 0.0
    late: float = 0.0
    late_by: float = 0.0
    cuts: float = 0.0
    cut: str = ""
    faults: tuple[str, ...] = ()
    faulty: float = 0.0
    always: tuple[str, ...] = ()
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A create, as the log has it.

    Attributes:
        number: of the call, from 1.
        sha256: of its body, or "" where that never came whole.
        keys: the external ids in it.
        stored: the external ids that were stored by it, in the order of storing.
        status: what was answered, or None.
        open_attempts: hashes of the bodies of the ledger's open attempts at the first byte, where asked for.
    """

    number: int
    sha256: str = ""
    keys: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    status: int | None = None
    open_attempts: tuple[str, ...] | None = None


class Recorder:
    """The server, seen from the test.

    Args:
        log: where the events go.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.recorder", str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.base_url = f"http://127.0.0.1:{self.port}"

    def behave(self, manners: Manners = Manners()) -> None:  # frozen
        """From now on so."""
        known = {item.name: getattr(manners, item.name) for item in fields(manners)}
        self._control("manners", known)

    def forget(self) -> None:
        """Drop the records; the log keeps that they were there."""
        self._control("forget")

    def turn_clock(self, seconds: float) -> None:
        """Let this much time pass for the server, at once."""
        self._control("clock", seconds)

    def settled(self) -> None:
        """Wait until nothing is under way any more; for when no client is alive."""
        self._control("settled")

    def calls(self, since: int = 0) -> list[Call]:
        """The creates so far, from a place in the log on (see :meth:`place`)."""
        found: dict[int, Call] = {}
        for event in self._events(since):
            number, what = event["call"], event["what"]
            call = found.get(number, Call(number))
            if what == "first":
                opened = event["open"]
                found[number] = replace(call, open_attempts=None if opened is None else tuple(opened))
            elif what == "body":
                found[number] = replace(call, sha256=event["sha256"], keys=tuple(event["keys"]))
            elif what == "stored":
                found[number] = replace(call, stored=(*call.stored, *event["keys"]))
            elif what == "answer":
                found[number] = replace(call, status=event["status"])
        return list(found.values())

    def stored(self, since: int = 0) -> Counter[str]:
        """How often each external id was stored."""
        return Counter(
            key for event in self._events(since) if event["what"] == "stored" for key in event["keys"]
        )

    def place(self) -> int:
        """Where the log ends now."""
        return self.log.stat().st_size

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _events(self, since: int) -> Iterator[dict[str, Any]]:
        with self.log.open("rb") as file:
            file.seek(since)
            for line in file:
                if line.endswith(b"\n"):
                    yield json.loads(line)

    def _control(self, what: str, value: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", CONTROL + what, json.dumps(value))
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            return json.loads(body)
        finally:
            connection.close()


# -- in its own process ------------------------------------------------------------------------------------

_calling: ContextVar[int] = ContextVar("calling", default=0)


@dataclass(slots=True)
class _Heard:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)

    @property
    def is_create(self) -> bool:
        return self.target.rstrip("/").endswith("/bulk_create")


class _Server:
    def __init__(self, log: Path) -> None:
        from leapgrid.sandbox.app import create_app
        from leapgrid.sandbox.settings import SandboxSettings
        from leapgrid.sandbox.store import RecordStore

        server = self

        class Logged(RecordStore):
            """Its storing is in the log before anybody can see the records."""

            def add(self, slug: str, records: Sequence[Mapping[str, Any]], user: str) -> list[dict[str, Any]]:
                server.note("stored", _calling.get(), keys=[_key(record) for record in records])
                added = super().add(slug, records, user)
                now = server.now()
                self._added.update({record["id"]: now for record in added})
                return added

            def _is_old(self, record_id: str, min_age: float) -> bool:
                return min_age <= 0 or server.now() - self._added[record_id] >= min_age

        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._turned = 0.0
        self._manners = Manners()
        self._creates = 0
        self._connections = 0
        self._changed = asyncio.Condition()
        self._ledger: Any = None
        settings = SandboxSettings(clock=self.now)
        self._store = Logged(settings.organisation, self.now)
        self._app = create_app(settings, store=self._store)

    def now(self) -> float:
        return time.time() + self._turned

    def note(self, what: str, call: int, **more: Any) -> None:
        line = json.dumps({"what": what, "call": call, **more}) + "\n"
        os.write(self._log, line.encode())

    async def serve(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        over = asyncio.Event()
        # It outlives the clients that are killed, but not the test.
        asyncio.get_running_loop().add_reader(sys.stdin, over.set)
        await over.wait()
        os._exit(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._connections -= 1
            async with self._changed:
                self._changed.notify_all()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether another may follow on this connection."""
        first = await reader.read(1)
        if not first:
            return False
        # What the ledger says now is what it said before this byte was seen. Which kind of call it is, is
        # only known some bytes later.
        opened = self._open_attempts()
        heard = await _head(first, reader)
        if heard.target.startswith(CONTROL):
            heard.body = await _body(heard, reader)
            await _send(writer, 200, json.dumps(await self._obey(heard)).encode(), {})
            return False
        return await self._call(heard, reader, writer, opened)

    async def _call(
        self,
        heard: _Heard,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        opened: list[str] | None,
    ) -> bool:
        manners, number = self._manners, 0
        if heard.is_create:
            self._creates += 1
            number = self._creates
            self.note("first", number, open=opened)
        drawn = random.Random(f"{manners.seed} {number} {heard.target}")
        cut = late = ""
        struck = list(manners.always)
        before, after = drawn.uniform(0, manners.before), drawn.uniform(0, manners.after)
        if heard.is_create:
            if drawn.random() < manners.cuts:
                cut = manners.cut or drawn.choice(CUTS)
            elif drawn.random() < manners.late:
                late = "late"
                before = drawn.uniform(0, manners.late_by)
            elif manners.faults and drawn.random() < manners.faulty:
                struck.append(drawn.choice(manners.faults))
        if cut == "unread":
            return _close(writer)
        heard.body = await _body(heard, reader)
        if heard.is_create:
            self.note(
                "body", number, sha256=hashlib.sha256(heard.body).hexdigest(), keys=_keys(heard.body), cut=cut
            )
        if cut in ("before", "reset-before"):
            return _close(writer, reset=cut.startswith("reset"))
        if late:
            _close(writer)
        await _wait(before)
        _calling.set(number)
        status, headers, body = await self._answer(heard, struck)
        await _wait(after)
        if late:
            return False
        if cut in ("after", "reset-after"):
            return _close(writer, reset=cut.startswith("reset"))
        if number:
            self.note("answer", number, status=status)
        headers["date"] = formatdate(self.now(), usegmt=True)
        close = heard.headers.get("connection", "").lower() == "close" or cut == "half"
        if close:
            headers["connection"] = "close"
        await _send(writer, status, body, headers, half=cut == "half")
        return not close

    async def _answer(self, heard: _Heard, struck: list[str]) -> tuple[int, dict[str, str], bytes]:
        """What the sandbox says to it."""
        path, _, query = heard.target.partition("?")
        headers = [(name.encode(), value.encode("latin-1")) for name, value in heard.headers.items()]
        if struck:
            headers.append((b"x-sandbox-fault", ";".join(struck).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": heard.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": heard.body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        said = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        said.pop("content-length", None)
        return start["status"], said, b"".join(parts)

    async def _obey(self, heard: _Heard) -> Any:
        what, value = heard.target.removeprefix(CONTROL), json.loads(heard.body or b"null")
        if what == "manners":
            for name in ("faults", "always"):
                value[name] = tuple(value[name])
            self._manners = Manners(**value)
            self._ledger = _open_ledger(self._manners.ledger) if self._manners.ledger else None
        elif what == "forget":
            self._store.clear()
        elif what == "clock":
            self._turned += value
        elif what == "settled":
            async with self._changed:
                await self._changed.wait_for(lambda: self._connections == 1)
        return True

    def _open_attempts(self) -> list[str] | None:
        if self._ledger is None:
            return None
        cursor = self._ledger.execute("SELECT body_sha256 FROM attempt WHERE finished_at IS NULL")
        return [row[0] for row in cursor.fetchall()]


def _open_ledger(url: str) -> Any:
    if url.startswith("postgresql"):
        import psycopg

        return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
    return sqlite3.connect(f"file:{url}?mode=ro", uri=True, isolation_level=None, timeout=5)


async def _head(first: bytes, reader: asyncio.StreamReader) -> _Heard:
    text = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request, *lines = text.rstrip("\r\n").split("\r\n")
    method, target, _ = request.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return _Heard(method, target, headers)


async def _body(heard: _Heard, reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int(heard.headers.get("content-length", 0)))


async def _send(
    writer: asyncio.StreamWriter, status: int, body: bytes, headers: Mapping[str, str], *, half: bool = False
) -> None:
    head = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    data = "\r\n".join([*head, "", ""]).encode("latin-1") + body
    writer.write(data[: -max(1, len(body) // 2)] if half else data)
    await writer.drain()


def _close(writer: asyncio.StreamWriter, *, reset: bool = False) -> bool:
    if reset:
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    writer.close()
    return False


async def _wait(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _key(record: Mapping[str, Any]) -> str:
    return str(record.get("external_id") or record.get("name"))


def _keys(body: bytes) -> list[str]:
    try:
        return [_key(record) for record in json.loads(body)]
    except (ValueError, AttributeError, TypeError):
        return []


if __name__ == "__main__":
    asyncio.run(_Server(Path(sys.argv[1])).serve())
