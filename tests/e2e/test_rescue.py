"""The command on a damaged workspace, in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.workspace import Workspace
from leapgrid.workspace.copies import make_copy
from tests.cli.conftest import Command
from tests.e2e.conftest import Open
from tests.e2e.keys import CTRL_Q, ENTER
from tests.workspace.support import make_draft

pytestmark = pytest.mark.e2e


@pytest.fixture
def damaged(leapgrid: Command) -> Path:
    path = leapgrid.workspace
    with Workspace.open(path) as workspace:
        make_draft(workspace)
        make_copy(path)
    path.write_bytes(bytes(path.stat().st_size))
    return path


def test_the_app_offers_the_newest_good_copy(damaged: Path, terminal: Open) -> None:
    app = terminal()
    app.wait_for("The workspace is damaged")
    app.wait_for("1 draft with 6 records")
    app.press("c")
    app.wait_for("The copy took the place")
    app.press(ENTER)
    app.wait_for("Fritz")
    app.press(CTRL_Q)
    assert app.ends() == 0


@pytest.mark.parametrize(
    ("answer", "sure", "code"),
    [
        ("c", None, 0),
        ("b", "y", 0),
        ("b", "n", 2),
        ("b", "", 2),
        ("n", None, 2),
        ("", None, 2),
        ("\x04", None, 2),
    ],
)
def test_the_command_asks_and_a_no_changes_nothing(
    damaged: Path, terminal: Open, answer: str, sure: str | None, code: int
) -> None:
    asked = terminal("rescue")
    asked.wait_for("c: take the copy, b: begin with an empty workspace, Enter: leave it:")
    asked.press(f"{answer}\r")
    if sure is not None:
        asked.wait_for("Really begin with an empty workspace")
        asked.press(f"{sure}\r")
    assert asked.ends() == code
    assert len(list(damaged.parent.glob("*.damaged-*.db"))) == (1 if code == 0 else 0)
