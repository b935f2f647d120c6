"""A home of its own for the command, and terminals to run it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import Command
from tests.e2e.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def leapgrid(tmp_path: Path) -> Command:
    home = tmp_path / "home"
    home.mkdir()
    return Command(home)


@pytest.fixture
def terminal(leapgrid: Command) -> Iterator[Open]:
    """Opens the command in a terminal; all are closed at the end."""
    with ExitStack() as stack:

        def open_terminal(*arguments: str | Path, **options: object) -> Terminal:
            words = [str(argument) for argument in arguments]
            return stack.enter_context(Terminal(words, leapgrid.environ, **options))  # type: ignore[arg-type]

        yield open_terminal


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server
        assert server.failures == []


@pytest.fixture
def connected(leapgrid: Command, sandbox: SandboxServer) -> SandboxServer:
    """A sandbox that the command is connected to."""
    leapgrid.environ["LEAPGRID_BASE_URL"] = sandbox.base_url
    return sandbox
