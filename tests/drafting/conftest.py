from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "ws.db") as opened:
        yield opened


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(port=0) as running:
        yield running
    assert running.failures == []
