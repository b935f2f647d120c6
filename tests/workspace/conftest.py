from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapgrid.workspace import Workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a workspace in a file: for what only files have."""
    return tmp_path / "ws.db"


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a workspace that is new, in a file and in PostgreSQL: what goes for both is tested over both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ws.db'}"
    url: str = request.getfixturevalue("team_url")
    return url


@pytest.fixture
def in_a_file(path: Path) -> Iterator[Workspace]:
    with Workspace.open(path) as opened:
        yield opened


@pytest.fixture
def workspace(address: str) -> Iterator[Workspace]:
    with Workspace.open(address) as opened:
        yield opened
