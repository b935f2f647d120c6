from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.submit.world import Make, World, world_of


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "ws.db") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0) as running:
        yield running


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes a world; see :mod:`tests.submit.world`."""
    with ExitStack() as stack:

        def entered(records: Any, **settings: Any) -> World:
            made: AbstractContextManager[World] = world_of(tmp_path, records, **settings)
            return stack.enter_context(made)

        yield entered
