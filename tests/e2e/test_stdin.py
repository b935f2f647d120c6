"""``leapgrid open -``: the file comes through a pipe, the keys from the terminal."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from tests.cli.conftest import Command
from tests.e2e import keys
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e
RECORD = "name,email\\nAnna Keller,anna@kellerbau.de\\n"


def test_a_piped_file_is_opened_and_edited_with_the_keyboard(terminal: Open) -> None:
    command = f"printf '{RECORD}' | {shlex.quote(sys.executable)} -m leapgrid open -"
    app = terminal("-c", command, program=("/bin/sh",))
    app.wait_for("anna@kellerbau.de")
    app.wait_for("1 ready")
    app.press(keys.DOWN)
    app.press("Bo Holm\r")
    app.wait_for("2 rows")
    app.wait_for("Bo Holm")
    app.press(keys.CTRL_Q)
    assert app.ends() == 0


def test_without_any_terminal_a_piped_file_is_not_opened(leapgrid: Command) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "leapgrid", "open", "-"],
        input=RECORD,
        env=leapgrid.environ,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "The app needs a terminal on stdout. leapgrid check - works without one.\n"
