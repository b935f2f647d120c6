"""``leapgrid submit`` where a person can be asked."""

from __future__ import annotations

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import Command
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("answer", "code", "stored"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0), ("\x04", 130, 0)]
)
def test_it_asks_before_it_sends(
    terminal: Open, leapgrid: Command, connected: SandboxServer, answer: str, code: int, stored: int
) -> None:
    path = leapgrid.write("in.csv", "name,email", "Anna,anna@kellerbau.de")
    asked = terminal("submit", path)
    asked.wait_for("Send 1 record? [y/N]")
    assert connected.requests == []
    asked.press(f"{answer}\r")
    assert asked.ends() == code
    assert connected.store.count("lead") == stored


@pytest.mark.parametrize(("typed", "code"), [("acme", 0), ("y", 130), ("", 130)])
def test_production_wants_its_name_typed(
    terminal: Open, leapgrid: Command, sandbox: SandboxServer, typed: str, code: int
) -> None:
    leapgrid.settings(f'[profiles.acme]\nbase_url = "{sandbox.base_url}"\nproduction = true\n')
    path = leapgrid.write("in.csv", "name,email", "Anna,anna@kellerbau.de")
    # By whatever way the address is given.
    asked = terminal("submit", path, "--base-url", sandbox.base_url)
    asked.wait_for("This is production. Type acme to send:")
    asked.press(f"{typed}\r")
    assert asked.ends() == code
    assert sandbox.store.count("lead") == (1 if code == 0 else 0)


def test_a_preview_in_a_terminal_shows_what_would_act(terminal: Open, leapgrid: Command) -> None:
    path = leapgrid.write("in.csv", "name,email", "A\x9b2J\u202eB,anna@kellerbau.de")
    shown = terminal("preview", path)
    assert shown.ends() == 0
    assert b"\\u009b2J\\u202eB" in shown.raw
    assert "\x9b".encode() not in shown.raw
    assert "\u202e".encode() not in shown.raw
