"""The real app, killed while it sends, started again: what was cut off is gone on with, each record once."""

from __future__ import annotations

import signal

import pytest

from leapgrid.sandbox import SandboxServer
from tests.cli.conftest import Command
from tests.e2e import keys
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e

ROWS = 250


def test_after_a_kill_it_goes_on_and_creates_each_record_once(
    terminal: Open, leapgrid: Command, connected: SandboxServer
) -> None:
    leapgrid.environ["LEAPGRID_WORKSPACE"] = f"sqlite:///{leapgrid.home / 'kept.db'}"
    rows = [f"Lead {n},lead{n}@firm.com,EXT-{n}" for n in range(ROWS)]
    path = leapgrid.write("many.csv", "name,email,external_id", *rows)
    connected.set_fault("slow=0.6")
    first = terminal("open", path)
    first.wait_for(lambda text: "checking" not in text and f"{ROWS} rows" in text)
    first.press(keys.F9)
    first.wait_for(f"Send {ROWS}")
    first.press(keys.ENTER)
    assert connected.wait_until(lambda: connected.store.count("lead") >= 100)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    connected.set_fault("slow=0.1")
    second = terminal()
    second.wait_for(lambda text: "Open since" in text and "F9" in text)
    second.press("/&")
    second.wait_for("Go on with what was cut off")
    second.wait_for("Enter")
    second.press(keys.ENTER)
    assert connected.wait_until(lambda: connected.store.count("lead") == ROWS, 30)
    second.wait_for(lambda text: "Result" in text and "Sending" not in text)
    second.press(keys.CTRL_Q)
    assert second.ends() == 0
    sent = sorted(str(record["external_id"]) for record in connected.store.records("lead"))
    assert sent == sorted(f"EXT-{n}" for n in range(ROWS))
