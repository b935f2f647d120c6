"""The SQLite file: how it is made, opened, refused, and written.

One connection, guarded by a lock. ``journal_mode=PERSIST`` with ``synchronous=EXTRA`` makes every commit
durable at about a millisecond, and is the mode in which an outcome can still be recorded on a full disk. WAL
is not used: the SQLite of current Pythons may corrupt it (https://sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

from leapgrid.visible import visible
from leapgrid.workspace.addresses import path_of as path_of
from leapgrid.workspace.errors import (
    CannotOpen,
    Damaged,
    ForeignFile,
    NewerWorkspace,
    WorkspaceError,
    translated,
)
from leapgrid.workspace.frames import Frames
from leapgrid.workspace.migrations import migrate
from leapgrid.workspace.owners import Owners
from leapgrid.workspace.tables import APPLICATION_ID, USER_VERSION, metadata

BUSY_TIMEOUT_MS = 5000


def beside(path: Path, kind: str) -> Path:
    """The directory beside a database file that belongs to it: ``ws.db`` has ``ws.frames``."""
    return path.with_name(f"{path.stem if path.suffix else path.name}.{kind}")


class Database:
    """An open workspace file: one place of a workspace, see :class:`leapgrid.workspace.backend.Backend`.

    Args:
        path: the file; made, with its directory, when it is not there.
        busy_timeout_ms: how long to wait for another program that writes, in milliseconds.

    Raises:
        WorkspaceError: one of its kinds, if the file cannot be used; the file is unchanged then.
    """

    is_shared = False

    def __init__(self, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.path = Path(os.path.abspath(path))
        self.where = visible(str(self.path), 200)
        self._lock = threading.RLock()
        self._busy_timeout_ms = busy_timeout_ms
        self._closed = False
        _touch(self.path, self.where)
        self._engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": busy_timeout_ms / 1000},
        )
        event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", _on_begin)
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            WorkspaceError: if the database fails.
        """
        with self._lock, translated(self.where):
            self._check_open()
            with self._engine.connect() as connection, connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is on disk at the end, or none.

        Raises:
            NotUnique: if a uniqueness that the tables hold would break.
            WorkspaceError: if the database fails; nothing was changed then.
        """
        with self._lock, translated(self.where):
            self._check_open()
            connection = self._engine.connect().execution_options(leapgrid_writes=True)
            with connection, connection.begin():
                yield connection

    def owners(self) -> Owners:
        """Lock files in the directory beside the file."""
        return Owners(beside(self.path, "owners"))

    def frames(self) -> Frames:
        """Arrow files in the directory beside the file."""
        return Frames(beside(self.path, "frames"))

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        with self._lock:
            self._closed = True
            self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise WorkspaceError("The workspace is closed.")

    def _on_connect(self, connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions begin where the code says so, not where the driver guesses.
        connection.isolation_level = None
        pragmas = [
            f"busy_timeout = {self._busy_timeout_ms}",
            "trusted_schema = 0",
            "mmap_size = 0",
            "foreign_keys = 1",
            "secure_delete = 1",
            "synchronous = EXTRA",
        ]
        if sys.platform == "darwin":
            pragmas.append("fullfsync = 1")
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            # The pool never sees it, so nobody else would close it.
            connection.close()
            raise

    def _prepare(self) -> None:
        """Refuse what is not ours before anything is changed; make what is new."""
        with self._driver() as driver:
            application_id, version = _number(driver, "application_id"), _number(driver, "user_version")
            empty = driver.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
            if not empty or application_id or version:
                if application_id != APPLICATION_ID:
                    raise ForeignFile(
                        f"The file {self.where} belongs to another program. "
                        "Nothing was changed; name another one."
                    )
                if version > USER_VERSION:
                    raise NewerWorkspace(
                        f"The workspace {self.where} was written by a newer LeapGrid (form {version}, this "
                        f"one knows {USER_VERSION}). Update LeapGrid or name another workspace."
                    )
                if driver.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise Damaged(
                        f"The workspace {self.where} is damaged. Restore a copy or name another one."
                    )
                if version < USER_VERSION:
                    migrate(driver, self.path, version)
            driver.execute("PRAGMA journal_mode = PERSIST")
        _protect(self.path)
        if empty:
            with self.write() as connection:
                # Another process may have been faster.
                if connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").first() is None:
                    metadata.create_all(connection)
                    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.exec_driver_sql(f"PRAGMA user_version = {USER_VERSION}")

    @contextmanager
    def _driver(self) -> Iterator[sqlite3.Connection]:
        """The driver's own connection, outside any transaction: for what a transaction does not allow."""
        with translated(self.where):
            pooled = self._engine.raw_connection()
            try:
                driver = pooled.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                yield driver
            finally:
                pooled.close()


def _on_begin(connection: Connection) -> None:
    # A reader that turns writer half-way would fail at once where another writes; so writers say so first.
    writes = connection.get_execution_options().get("leapgrid_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _number(driver: sqlite3.Connection, pragma: str) -> int:
    return int(driver.execute(f"PRAGMA {pragma}").fetchone()[0])


def _touch(path: Path, where: str) -> None:
    """Make the file and its directory, for the person alone, where they are not there yet."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise CannotOpen(f"{where} is a directory. Name a file for the workspace.")
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
    except OSError as error:
        reason = visible(error.strerror or type(error).__name__, 80)
        raise CannotOpen(f"The workspace {where} cannot be opened: {reason}.") from error


def _protect(path: Path) -> None:
    """Take the rights of others off a file of ours that was copied with wider ones."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        try:
            path.chmod(mode & 0o700)
        except OSError:
            pass  # Not our file to change, or a system without such rights; reading and writing still work.
