from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.faults.crew import Crew
from tests.faults.recorder import Recorder


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


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    with Recorder(tmp_path_factory.mktemp("recorder") / "log") as running:
        yield running


@pytest.fixture
def recorder(recording: Recorder) -> Recorder:
    """A server that records, well-behaved and without records."""
    recording.settled()
    recording.behave()
    recording.forget()
    return recording


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    with Crew(tmp_path_factory.mktemp("crew")) as running:
        yield running
