"""Help, the records and the client come without the screen, the data frames and the database."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

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
