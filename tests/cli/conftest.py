"""The command as scripts use it: in this process for tables, in its own for what only that shows."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leapgrid.cli import entry
from leapgrid.cli.commands import app
from leapgrid.sandbox import SandboxServer

SAMPLES = Path(__file__).parents[1] / "samples"
TOKEN = "tok-Y2FuYXJ5-0123456789"


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Command:
    """``leapgrid`` with a home, a workspace and an environment of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TMPDIR": str(home / "tmp"),
            "LEAPGRID_TOKEN": TOKEN,
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
        }
        (home / "tmp").mkdir()

    def __call__(self, *arguments: str | Path, environ: Mapping[str, str | None] | None = None) -> Ran:
        """Run it in this process, without a terminal."""
        given = {name: None for name in os.environ if name.startswith(("LEAPGRID_", "NO_COLOR"))}
        result = CliRunner().invoke(
            app,
            [str(argument) for argument in arguments],
            env={**given, **self.environ, **(environ or {})},
            prog_name="leapgrid",
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def typed(self, *arguments: str | Path) -> Ran:
        """Run it in this process as :func:`leapgrid.cli.main` does, with what it says of wrong usage."""
        out, err = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            for name, value in self.environ.items():
                patch.setenv(name, value)
            code = entry._run([str(argument) for argument in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start it as a process."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", "leapgrid", *map(str, arguments)],
            **{**streams, "env": self.environ, **options},
        )

    def run(self, *arguments: str | Path, **options: Any) -> Ran:
        """Run it as a process."""
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=60)
        return Ran(process.returncode, (out or b"").decode(), (err or b"").decode())

    def write(self, name: str, *lines: str) -> Path:
        """A file to read."""
        path = self.home / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def settings(self, text: str) -> None:
        """The settings file."""
        folder = self.home / "config" / "leapgrid"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text, encoding="utf-8")

    @property
    def workspace(self) -> Path:
        """Where the workspace lies, if there is one."""
        return self.home / "data" / "leapgrid" / "workspace.db"


@pytest.fixture
def leapgrid(tmp_path: Path) -> Command:
    home = tmp_path / "home"
    home.mkdir()
    return Command(home)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server
        assert server.failures == []


@pytest.fixture
def leads(leapgrid: Command) -> Path:
    """Three records: two fine ones and one with an error."""
    return leapgrid.write(
        "leads.csv",
        "Name,E-mail,Notes",
        "Anna Keller,anna@kellerbau.de,met in Ulm",
        "Test Eight,test .sok@gmail.com,",
        "Bảo Nguyễn,bao@phohanoi.vn,call back",
    )
