"""The SQLite file: how it is made, opened, refused, and written.

One connection, guarded by a lock. ``journal_mode=PERSIST`` with ``synchronous=EXTRA`` makes every commit
durable at about a millisecond, and is the mode in which an outcome can still be recorded on a full disk. WAL
is not used: the SQLite of current Pythons may corrupt it (https://sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from leapgrid.visible import visible
from leapgrid.workspace.addresses import path_of as path_of
from leapgrid.workspace.errors import (
    Damaged,
    ForeignFile,
    NewerWorkspace,
    ReadOnly,
    WorkspaceError,
    translated,
)
from leapgrid.workspace.frames import Frames
from leapgrid.workspace.migrations import migrate
from leapgrid.workspace.owners import Owners
from leapgrid.workspace.places import beside as beside
from leapgrid.workspace.places import make_place, place_of, protect, was_used
from leapgrid.workspace.tables import APPLICATION_ID, USER_VERSION, metadata
from leapgrid.workspace.trail import Trail

BUSY_TIMEOUT_MS = 5000

_ASKED_AGAIN = (0.001, 0.008)
"""Seconds between two tries to begin writing while another process writes: anything between these."""

_LOOKED_THROUGH = 32 << 20
"""Bytes up to which a start also compares indexes with their tables, which takes it twice as long."""

_EXCHANGED = (
    "Another file took the place of the workspace {where} while it was open here. "
    "Close LeapGrid and start it again."
)


class Database:
    """An open workspace file: one place of a workspace, see :class:`leapgrid.workspace.backend.Backend`.

    Attributes:
        is_new: whether this opening made it.

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
        self._refused: WorkspaceError | None = None
        self.is_new = False
        make_place(self.path, self.where)
        self._place = place_of(self.path)
        self._identity = self._identity_now()
        self._trail = Trail(beside(self.path, "trail"))
        self._to_note: list[tuple[str, dict[str, object]]] = []
        self._engine = create_engine(
            # Never made by opening it: what is gone must not come back empty.
            URL.create("sqlite", database=self.path.as_uri(), query={"uri": "true", "mode": "rw"}),
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": busy_timeout_ms / 1000},
        )
        event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", self._on_begin)
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
        with self._lock, self._again_when_read_only(), translated(self.where):
            self._check_open()
            if self._refused is not None:
                raise self._refused
            connection = self._engine.connect().execution_options(leapgrid_writes=True)
            try:
                with connection, connection.begin():
                    yield connection
            except BaseException:
                self._to_note.clear()
                raise
            self._trail.note(self._to_note)
            self._to_note.clear()

    def note(self, kind: str, **facts: object) -> None:
        """Note something in the trail once the transaction that writes is on the disk."""
        self._to_note.append((kind, facts))

    @property
    def read_only(self) -> str:
        """Why nothing will ever be written through this opening, in a sentence; "" where it can be."""
        return str(self._refused) if self._refused is not None else ""

    @property
    def why_not_send(self) -> str:
        """Why nothing may be sent from here, in a sentence; "" where it may be."""
        return self.read_only or self._place.why_not_send

    @property
    def warning(self) -> str:
        """What a person should know of the place, in a sentence; "" where there is nothing to know."""
        return self._place.why_not_send or self._place.warning

    def owners(self) -> Owners:
        """Lock files in the directory beside the file."""
        return Owners(beside(self.path, "owners"))

    def frames(self) -> Frames:
        """Arrow files in the directory beside the file."""
        return Frames(beside(self.path, "frames"), beside(self.path, "copies") / "frames")

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        with self._lock:
            self._closed = True
            self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise WorkspaceError("The workspace is closed.")

    @contextmanager
    def _again_when_read_only(self) -> Iterator[None]:
        """Connect anew after a write that was refused: SQLite asks only once whether it may write."""
        try:
            yield
        except ReadOnly:
            if self._refused is None and not self._closed:
                if self._identity_now() != self._identity:
                    # What is in memory goes with the other file; in this one it would be nonsense.
                    self._refused = WorkspaceError(_EXCHANGED.format(where=self.where))
                    raise self._refused from None
                with self._driver() as driver:
                    is_said = _number(driver, "query_only")
                if not is_said:
                    self._engine.dispose()
            raise

    def _identity_now(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

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

    def _on_begin(self, connection: Connection) -> None:
        # A reader that turns writer half-way would fail at once where another writes: writers say so first.
        if not connection.get_execution_options().get("leapgrid_writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        # SQLite asks again ten times a second only. Beside others that write one transaction after another
        # that finds them between two of them so rarely that one may wait in vain for seconds.
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            deadline = time.monotonic() + self._busy_timeout_ms / 1000
            while True:
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    return
                except OperationalError as error:
                    code = str(getattr(error.orig, "sqlite_errorname", ""))
                    if not code.startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
                        raise
                time.sleep(random.uniform(*_ASKED_AGAIN))
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")

    def _prepare(self) -> None:
        """Refuse what is not ours before anything is changed; make what is new."""
        with self._driver() as driver:
            application_id, version = _number(driver, "application_id"), _number(driver, "user_version")
            empty = _is_empty(driver)
            if not empty or application_id or version:
                if application_id != APPLICATION_ID:
                    raise ForeignFile(
                        f"The file {self.where} belongs to another program. "
                        "Nothing was changed; name another one."
                    )
                small = self.path.stat().st_size <= _LOOKED_THROUGH
                check = "integrity_check" if small else "quick_check"
                if driver.execute(f"PRAGMA {check}(1)").fetchone() != ("ok",) or version < 1:
                    raise Damaged(
                        f"The workspace {self.where} is damaged: leapgrid rescue shows what can be saved."
                    )
                if version > USER_VERSION:
                    driver.execute("PRAGMA query_only = 1")
                    self._refused = NewerWorkspace(
                        f"A newer LeapGrid wrote the workspace {self.where} (form {version}, this one knows "
                        f"{USER_VERSION}). It can be looked at and exported; nothing in it is changed, and "
                        "nothing is sent. Update LeapGrid."
                    )
                    return
                if version < USER_VERSION:
                    migrate(driver, self.path, version)
            elif was_used(self.path) and _is_empty(driver):
                raise Damaged(
                    f"The workspace {self.where} is empty, but it was not: leapgrid rescue shows what can "
                    "be saved."
                )
            driver.execute("PRAGMA journal_mode = PERSIST")
        protect(self.path)
        if empty:
            self.is_new = True
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


def _number(driver: sqlite3.Connection, pragma: str) -> int:
    return int(driver.execute(f"PRAGMA {pragma}").fetchone()[0])


def _is_empty(driver: sqlite3.Connection) -> bool:
    return driver.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
