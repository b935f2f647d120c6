"""Help, the records and the client come without the screen, the data frames and the database.

And the sample leads, or a small file, are on the screen before anything that a paint can do without.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.drafting import SAMPLE_LEADS
from tests.bench.measure import first_paint, terminal_environment

HEAVY = {"textual", "polars", "sqlalchemy"}

_HELP = """
import sys
from leapgrid.cli import main
try:
    main(["--help"])
except SystemExit as ended:
    assert not ended.code, ended.code
"""


@pytest.mark.parametrize(
    "code",
    [_HELP, "import leapgrid.superleap", "import leapgrid.records"],
    ids=["help", "superleap", "records"],
)
def test_what_a_light_start_must_not_load(code: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert result.returncode == 0, result.stderr
    loaded = set(json.loads(result.stdout.splitlines()[-1]))
    assert "leapgrid" in loaded
    assert not loaded & HEAVY


_UNTIL_FIRST_PAINT = """
import json, os, sys
from textual.drivers.linux_driver import LinuxDriver
kept, mark, *argv = sys.argv[1:]
write = LinuxDriver.write
def watch(self, data):
    write(self, data)
    if mark in data:
        with open(kept, "w") as file:
            json.dump(list(sys.modules), file)
        os.write(1, b"all modules are told")
LinuxDriver.write = watch
sys.argv = ["leapgrid", *argv]
from leapgrid.cli import main
main()
"""

_AFTER_FIRST_PAINT = (
    "polars", "sqlalchemy", "psycopg", "httpx", "ulid", "importlib.metadata", "email", "http",
    "leapgrid.sandbox", "leapgrid.cli.resume", "leapgrid.cli.submit", "leapgrid.cli.sending",
    "leapgrid.cli.history", "leapgrid.cli.receipt",
    "leapgrid.drafting.again", "leapgrid.drafting.following", "leapgrid.drafting.hands",
    "leapgrid.drafting.history", "leapgrid.drafting.receipts", "leapgrid.drafting.resuming",
    "leapgrid.drafting.sharing", "leapgrid.drafting.together", "leapgrid.drafting.export",
    "leapgrid.submit.events", "leapgrid.submit.runner", "leapgrid.submit.resolver",
    "leapgrid.submit.enquiries", "leapgrid.submit.judging",
    "leapgrid.superleap.client", "leapgrid.superleap.lookup", "leapgrid.superleap.transport",
    "leapgrid.superleap.verdict",
    "leapgrid.tui.drafts", "leapgrid.tui.exporting", "leapgrid.tui.folders", "leapgrid.tui.history",
    "leapgrid.tui.looks", "leapgrid.tui.mapping", "leapgrid.tui.progress", "leapgrid.tui.receipt",
    "leapgrid.tui.receipts", "leapgrid.tui.review", "leapgrid.tui.review_lines", "leapgrid.tui.sending",
    "leapgrid.tui.screens.export", "leapgrid.tui.screens.help", "leapgrid.tui.screens.history",
    "leapgrid.tui.screens.mapping", "leapgrid.tui.screens.receipt", "leapgrid.tui.screens.rescue",
    "leapgrid.tui.screens.review", "leapgrid.tui.screens.start", "leapgrid.tui.screens.unknown",
    "leapgrid.workspace.copies", "leapgrid.workspace.database", "leapgrid.workspace.evidence",
    "leapgrid.workspace.places", "leapgrid.workspace.postgres", "leapgrid.workspace.rescue",
    "leapgrid.workspace.tables", "leapgrid.workspace.workspace",
)  # fmt: skip
"""What must not be loaded by then, with all that lies in it."""

_NO_FILE = ("csv", "sqlite3", "hashlib", "leapgrid.drafting.opening", "leapgrid.files.reader")
"""What only a start that opens a file needs."""


def _by_then(folder: Path, mark: str, *argv: str) -> set[str]:
    """The modules that are loaded when a text is first on the screen."""
    program, kept = folder / "program.py", folder / "modules.json"
    program.write_text(_UNTIL_FIRST_PAINT, "utf-8")
    command = [sys.executable, str(program), str(kept), mark, *argv]
    first_paint(command, "all modules are told", terminal_environment(folder))
    return set(json.loads(kept.read_text("utf-8")))


def _demo(folder: Path) -> set[str]:
    return _by_then(folder, SAMPLE_LEADS[0]["name"], "demo")


def _file(folder: Path) -> set[str]:
    small = folder / "small.csv"
    small.write_text("name,email\nAda Small,ada@firm.com\n", "utf-8")
    return _by_then(folder, "Ada Small", "open", str(small))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal")
@pytest.mark.parametrize(
    ("start", "late", "most"),
    [(_demo, _AFTER_FIRST_PAINT + _NO_FILE, 126), (_file, _AFTER_FIRST_PAINT, 153)],
    ids=["demo", "file"],
)
def test_what_a_first_paint_must_not_wait_for(
    start: Callable[[Path], set[str]], late: tuple[str, ...], most: int, tmp_path: Path
) -> None:
    loaded = start(tmp_path)
    too_early = [name for name in sorted(loaded) if any(f"{name}.".startswith(f"{one}.") for one in late)]
    assert not too_early
    ours = sorted(name for name in loaded if name.partition(".")[0] == "leapgrid")
    # Whoever needs one more before the first paint says so here, and has looked at what it costs.
    assert "leapgrid.tui.app" in ours
    assert len(ours) <= most, ours
