"""``leapgrid open`` on a large file, in a real terminal."""

from __future__ import annotations

import pytest

from leapgrid.workspace import Workspace
from tests.bench.bigfile import write
from tests.cli.conftest import Command
from tests.e2e import keys
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e

ROWS = 60_000


def test_a_large_file_is_shown_read_edited_and_kept(terminal: Open, leapgrid: Command) -> None:
    path = write(leapgrid.home / "large.csv", ROWS)
    app = terminal("open", path)
    app.wait_for("anna.smith0")
    app.wait_for(lambda text: f"{ROWS:,} rows" in text and "checking" not in text)
    app.wait_for("saved")
    app.press("Anna Koch")
    app.press(keys.ENTER)
    app.wait_for("Anna Koch")
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        [draft] = workspace.drafts()
        assert draft.rows == ROWS
        assert [entry.label for entry in workspace.load_draft(draft.id).journal] == ["Edit name"]


def test_a_large_file_that_cannot_be_read_to_its_end_says_so_in_the_app(
    terminal: Open, leapgrid: Command
) -> None:
    path = write(leapgrid.home / "large.csv", ROWS)
    with path.open("ab") as more:
        more.write(b"x" * 3_000_000)
    app = terminal("open", path)
    app.wait_for(lambda text: "large.csv is longer than" in text and "Try it with sample leads" in text)
    app.press(keys.CTRL_Q)
    assert app.ends() == 0


@pytest.mark.parametrize("name", ["gone.csv", "."])
def test_what_is_no_file_opens_no_app(terminal: Open, leapgrid: Command, name: str) -> None:
    app = terminal("open", leapgrid.home / name)
    assert app.ends() == 2
    assert b"\x1b[?1049h" not in app.raw
