"""Where a process can die: before and after each durable commit, and each read and write of a socket.

Nothing of this is in what is shipped. A process under test calls :func:`watch`, which stands around the
database driver's commit and around the socket of the HTTP library, and finds out by whom it was called. So a
new place that commits is a new point without anybody naming it, and :func:`committing` reads from the source
which places there are.
"""

from __future__ import annotations

import ast
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import leapgrid.workspace

WORKSPACE = Path(leapgrid.workspace.__file__).parent
_DATABASE = ("database", "sqlite", "postgres")

Told = Callable[[str], None]


def committing() -> frozenset[str]:
    """The methods of the workspace that commit, as ``module.method``, from the source."""
    found = set()
    for path in WORKSPACE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(map(_writes, ast.walk(node))):
                found.add(f"{path.stem}.{node.name}")
    return frozenset(found)


def _writes(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call)
        and ast.unparse(item.context_expr.func).endswith("_database.write")
        for item in node.items
    )


class Dying:
    """Kills its own process at the given arrival at a point.

    Args:
        point: its name, or how it begins.
        arrival: the how-manieth arrival there, from 1.
    """

    def __init__(self, point: str, arrival: int) -> None:
        self._point = point
        self._arrival = arrival
        self._seen = 0

    def __call__(self, point: str) -> None:
        if not point.startswith(self._point):
            return
        self._seen += 1
        if self._seen == self._arrival:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(told: Told) -> None:
    """Tell of each point that this process comes to; there is no way back."""
    _watch_commits(told)
    _watch_sockets(told)


def _watch_commits(told: Told) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    commit = DefaultDialect.do_commit

    def do_commit(self: Any, connection: Any) -> None:
        name = _who_commits()
        if name:
            told(f"before commit {name}")
        commit(self, connection)
        if name:
            told(f"after commit {name}")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def _who_commits() -> str:
    """``module.method`` of the workspace whose writing transaction ends here; "" for one that reads."""
    frame = sys._getframe(2)
    writes = False
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.parent == WORKSPACE:
            if not path.stem.startswith(_DATABASE):
                return f"{path.stem}.{frame.f_code.co_name}" if writes else ""
            writes = writes or frame.f_code.co_name == "write"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _watch_sockets(told: Told) -> None:
    from httpcore._backends.anyio import AnyIOBackend, AnyIOStream

    connect, write, read = AnyIOBackend.connect_tcp, AnyIOStream.write, AnyIOStream.read
    kinds: dict[int, str] = {}

    async def connect_tcp(self: Any, *args: Any, **named: Any) -> Any:
        told("before connect")
        stream = await connect(self, *args, **named)
        told("after connect")
        return stream

    async def write_(self: Any, data: bytes, *args: Any, **named: Any) -> None:
        if not data:
            return
        kind = _kind(data)
        if kind:
            kinds[id(self)] = kind
        name = f"write {'head' if kind else 'body'} of {kinds.get(id(self), 'other')}"
        told(f"before {name}")
        await write(self, data, *args, **named)
        told(f"after {name}")

    async def read_(self: Any, *args: Any, **named: Any) -> bytes:
        name = f"read of {kinds.get(id(self), 'other')}"
        told(f"before {name}")
        data = await read(self, *args, **named)
        told(f"after {name}")
        return data

    AnyIOBackend.connect_tcp = connect_tcp  # type: ignore[method-assign]
    AnyIOStream.write = write_  # type: ignore[method-assign]
    AnyIOStream.read = read_  # type: ignore[method-assign]


def _kind(data: bytes) -> str:
    if not data.startswith((b"POST ", b"GET ")):
        return ""
    return "create" if b"/bulk_create " in data.split(b"\r\n", 1)[0] else "look-up"
