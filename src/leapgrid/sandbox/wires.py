"""The connections beneath the application, for faults that no HTTP answer can express.

An ASGI application cannot close its connection without answering. So the server's protocol notes every
connection here under its peer address, which the application finds in its scope.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any

Peer = tuple[str, int]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time to linger: closing sends a TCP reset in place of an orderly end."""


class Stopping(Exception):
    """The server stops; the request ends here, without an answer."""


class _Wire:
    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.gone = asyncio.Event()


class Wires:
    """The open connections of one running server. Belongs to that server's event loop."""

    def __init__(self) -> None:
        self._wires: dict[Peer, _Wire] = {}
        self._stopping = asyncio.Event()
        self._in_use = False

    def opened(self, peer: Peer, transport: asyncio.Transport) -> None:
        """Note a new connection."""
        self._in_use = True
        self._wires[peer] = _Wire(transport)
        if self._stopping.is_set():
            transport.abort()

    def lost(self, peer: Peer) -> None:
        """Note that a connection has ended, and wake whoever waits for that."""
        wire = self._wires.pop(peer, None)
        if wire is not None:
            wire.gone.set()

    async def cut(self, scope: Mapping[str, Any], *, reset: bool = False, after: bytes = b"") -> None:
        """Close the connection of a request, and return when it is closed.

        Args:
            scope: the request's ASGI scope.
            reset: end with a TCP reset in place of an orderly end.
            after: raw bytes that go out before.
        """
        wire = self._wire(scope)
        if wire is None:
            return
        if reset:
            wire.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
            )
        if after:
            wire.transport.write(after)
            wire.transport.close()
        else:
            wire.transport.abort()
        await wire.gone.wait()

    async def gone(self, scope: Mapping[str, Any]) -> None:
        """Wait until the client has given up the connection of this request."""
        wire = self._wire(scope)
        if wire is not None:
            await wire.gone.wait()

    async def pause(self, seconds: float) -> None:
        """Wait, even if the client has gone.

        Raises:
            Stopping: the server stops meanwhile.
        """
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping

    def stop(self) -> None:
        """End every pause and abort every connection."""
        self._stopping.set()
        for wire in list(self._wires.values()):
            wire.transport.abort()

    def _wire(self, scope: Mapping[str, Any]) -> _Wire | None:
        if not self._in_use:
            raise RuntimeError("This fault needs a server that notes its connections: use SandboxServer.")
        host, port = scope["client"]
        return self._wires.get((host, port))
