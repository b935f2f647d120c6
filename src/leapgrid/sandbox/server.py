"""The server: a sandbox in a thread of its own, for tests, the demo and the command."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from leapgrid.sandbox.app import create_app
from leapgrid.sandbox.faults import FaultBook, FaultLike
from leapgrid.sandbox.requestlog import LoggedRequest, RequestLog
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.store import RecordStore
from leapgrid.sandbox.wires import Wires

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_TICK_SECONDS = 1.0
"""How often uvicorn looks after its connections."""


class SandboxUnavailable(RuntimeError):
    """The server cannot start; the message says what to do."""


class SandboxServer:
    """A sandbox on loopback, run by uvicorn in a thread.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`; both return within a fraction of a
    second, from any thread, and an application on an event loop may call them directly. It installs no signal
    handlers and writes nothing to stdout or stderr. Stopping cuts requests that are still open. Started
    again, it keeps its port, its records, its log and its faults.

    Args:
        port: 0 for a free one.
        host: a loopback address or "localhost".
        faults: faults to set, see :mod:`leapgrid.sandbox.faults`.
        settings: what else can be set.

    Raises:
        SandboxUnavailable: the host is not loopback.
        BadFault: a written fault cannot be read.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        faults: FaultLike | Iterable[FaultLike] | None = None,
        settings: SandboxSettings | None = None,
    ) -> None:
        if not _is_loopback(host):
            raise SandboxUnavailable("The sandbox serves this computer only; choose 127.0.0.1 or localhost.")
        self._settings = settings or SandboxSettings()
        self._changed = threading.Condition()
        self._faults = FaultBook(faults)
        self._log = RequestLog(self._changed)
        self._host = host
        self._port = port
        self._running: _Running | None = None
        self.store = RecordStore(self._settings.organisation, self._settings.clock, self._changed)
        self.failures: list[Exception] = []
        """Exceptions that the sandbox itself did not expect; each was answered 500."""

    @property
    def port(self) -> int:
        """The port; 0 before the first start where none was chosen."""
        return self._port

    @property
    def base_url(self) -> str:
        """Where it answers, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def requests(self) -> list[LoggedRequest]:
        """What has come so far, but for the control path."""
        return self._log.requests()

    def start(self) -> None:
        """Listen and answer.

        Raises:
            SandboxUnavailable: the port is taken or not allowed, or the server did not come up.
        """
        if self._running is not None:
            return
        listener = _listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        wires = Wires()
        app = create_app(
            self._settings,
            store=self.store,
            faults=self._faults,
            log=self._log,
            wires=wires,
            failures=self.failures,
        )
        running = _Running(app, listener, wires)
        running.start()
        self._running = running

    def stop(self) -> None:
        """Cut what is open, stop listening and wait for the thread to end. Harmless when not running."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def set_fault(self, *faults: FaultLike) -> None:
        """Set these faults in place of all others; none clears them. Calls are counted from now on."""
        self._faults.set(faults)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait for something about ``store`` or ``requests`` to be so; says whether it is.

        Args:
            condition: called again after every change.
            timeout: seconds.
        """
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def __enter__(self) -> SandboxServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run(
    port: int = 8001,
    host: str = "127.0.0.1",
    faults: FaultLike | Iterable[FaultLike] | None = None,
    settings: SandboxSettings | None = None,
) -> None:
    """Serve until Ctrl+C. The first line on stdout is the base URL.

    Args:
        port: 0 for a free one; 8001 is where the vendor's own local server answers.
        host: a loopback address or "localhost".
        faults: faults to set.
        settings: what else can be set.

    Raises:
        SandboxUnavailable: the host is not loopback, or the port is taken.
        BadFault: a written fault cannot be read.
    """
    try:
        with SandboxServer(port, host, faults, settings) as server:
            sys.stdout.write(f"{server.base_url}\n")
            sys.stdout.flush()
            forever = threading.Event()
            # In steps, since on Windows a wait without end cannot be interrupted.
            while not forever.wait(1.0):
                pass
    except KeyboardInterrupt:
        return


class _Running:
    """One run of uvicorn, from start to stop."""

    def __init__(self, app: Any, listener: socket.socket, wires: Wires) -> None:
        self._listener = listener
        self._up = threading.Event()
        self._error: BaseException | None = None
        config = uvicorn.Config(
            app,
            http=_protocol(wires),
            loop="asyncio",
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            server_header=False,
            date_header=False,  # the gate writes it, by the clock of the settings
            access_log=False,
            log_config=None,
            log_level="critical",  # else the last-resort handler of logging writes to stderr
        )
        self._server = _Uvicorn(config, wires, self._up)
        self._thread = threading.Thread(target=self._serve, name="leapgrid-sandbox", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._up.wait(_START_SECONDS) or self._error is not None:
            self.stop()
            raise SandboxUnavailable("The sandbox did not start; try again.") from self._error

    def stop(self) -> None:
        self._server.ask_to_stop()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._listener]))
        except BaseException as error:  # whatever ends the thread early must wake the one that waits for it
            self._error = error
        finally:
            self._up.set()


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, wires: Wires, up: threading.Event) -> None:
        super().__init__(config)
        self._wires = wires
        self._up = up
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def ask_to_stop(self) -> None:
        """Stop soon. May be called from any thread, at any time."""
        self.should_exit = True
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._wake.set)
            except RuntimeError:  # the loop has ended already
                pass

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._up.set()

    # uvicorn notices that it shall stop ten times a second, and then sleeps before it looks who has gone.
    # A test starts and stops hundreds of servers, so here both are done at once.

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._wake.wait(), _TICK_SECONDS)
            except TimeoutError:
                pass

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        self._wires.stop()
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
        for _ in range(3):  # a connection that was accepted just before is made, aborted and lost in turn
            await asyncio.sleep(0)


def _protocol(wires: Wires) -> type[H11Protocol]:
    class NotedProtocol(H11Protocol):
        """uvicorn's own protocol, which notes its connection for the faults."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
            super().connection_made(transport)
            if self.client is not None:
                wires.opened(self.client, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self.client is not None:
                wires.lost(self.client)

    return NotedProtocol


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere this option would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise SandboxUnavailable(
            f"Port {port} cannot be used: it is taken or not allowed; choose another."
        ) from error
    listener.setblocking(False)
    return listener
