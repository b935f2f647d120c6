"""A PostgreSQL of the tests' own: started when the first test asks for it, on loopback, and gone afterwards.

Each process of the tests (there may be several, see pytest-xdist) has its own server, each test a database of
its own in it. Where the programs of PostgreSQL are not there, such tests are skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from leapgrid.workspace import Workspace

MISSING = "the programs of PostgreSQL (initdb, postgres) are not installed"

NAMED = "tester"
"""Who needs a password; the owner of the server needs none."""

_SETTINGS = {
    "fsync": "off",  # What is tested is the death of its clients, not its own.
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "autovacuum": "off",
    "unix_socket_directories": "''",
    "listen_addresses": "'127.0.0.1'",
    "log_min_messages": "fatal",
}

_ROOTS = ("draft", "frame", "frame_piece", "refusal_rule", "remembered_mapping")
"""The tables from which all others hang."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL.

    Attributes:
        port: on 127.0.0.1.
        owner: its superuser, who needs no password.
        process: of its postmaster.
    """

    port: int
    owner: str
    process: int

    def url(self, database: str, person: str = "", password: str = "") -> str:
        """The address of a database of it, as ``LEAPGRID_WORKSPACE`` takes it."""
        who = f"{person or self.owner}{':' + password if password else ''}"
        return f"postgresql+psycopg://{who}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as the owner; the rows of the last one."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user={self.owner} dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new, empty database; gone afterwards with all connections to it. Gives its name."""
        name = f"t{os.getpid()}_{time.monotonic_ns()}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def binaries() -> Path | None:
    """Where initdb and postgres are, or None."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"):
        root, _, rest = pattern[1:].partition("*")
        parent = Path("/" + root).parent if not root.endswith("/") else Path("/" + root)
        prefix = "" if root.endswith("/") else Path(root).name
        if parent.is_dir():
            found += sorted(parent.glob(f"{prefix}*{rest}"), reverse=True)
    return next((f for f in found if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def running() -> Iterator[Server]:
    """A server for the time of the block.

    Raises:
        RuntimeError: if there are no programs, or it does not start.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError(MISSING)
    account, prefix = _account()
    folder = Path(tempfile.mkdtemp(prefix="leapgrid-pg-"))
    try:
        if prefix:
            shutil.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        made = subprocess.run(
            [
                *(*prefix, programs / "initdb", "-D", data, "-U", "owner", "-A", "trust"),
                *("-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            cwd=folder,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')}")
        rules = (data / "pg_hba.conf").read_text()
        (data / "pg_hba.conf").write_text(f"host all {NAMED} 127.0.0.1/32 scram-sha-256\n{rules}")
        port = _free_port()
        options = [f"-c{name}={value.strip(chr(39))}" for name, value in _SETTINGS.items()]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*prefix, programs / "postgres", "-D", data, "-p", str(port), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                start_new_session=True,
            )
        try:
            _wait(server, port, folder / "log")
            yield Server(port, "owner", server.pid)
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> tuple[pwd.struct_passwd, list[str]]:
    """As whom it runs, and what makes it so: it refuses to run as root."""
    me = pwd.getpwuid(os.getuid())
    # Where these tests die without a word, it goes with them.
    setpriv = shutil.which("setpriv")
    follow = [setpriv, "--pdeathsig", "INT"] if setpriv else []
    if os.getuid() != 0:
        return me, []
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if not follow:
            raise RuntimeError("PostgreSQL does not run as root, and there is no setpriv to change that")
        ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        return account, [*follow, *ids]
    raise RuntimeError("PostgreSQL does not run as root, and there is no other account")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg

    end = time.monotonic() + 30
    while True:
        try:
            address = f"host=127.0.0.1 port={port} user=owner dbname=postgres"
            psycopg.connect(address, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"postgres did not start: {log.read_text(errors='replace')}") from None
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server of this process of the tests."""
    if binaries() is None:
        pytest.skip(MISSING)
    pytest.importorskip("psycopg")
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def prepared_database(postgres_server: Server) -> Iterator[str]:
    """The name of a database in which the tables are made already."""
    with postgres_server.database() as name:
        Workspace.open(postgres_server.url(name)).close()
        yield name


@pytest.fixture
def team_url(postgres_server: Server, prepared_database: str) -> Iterator[str]:
    """The address of a workspace in which there is nothing, at a fraction of the time of ``postgres_url``."""
    yield postgres_server.url(prepared_database)
    postgres_server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        *(f"DELETE FROM {table}" for table in _ROOTS),
        database=prepared_database,
    )


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of a new, empty database."""
    with postgres_server.database() as name:
        yield postgres_server.url(name)
