from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ws.db"


@pytest.fixture
def workspace(path: Path) -> Iterator[Workspace]:
    with Workspace.open(path, busy_timeout_ms=50) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0) as running:
        yield running
