"""A workspace in PostgreSQL: the same tables, for a team and for several machines.

Writers take one lock of the whole workspace for the length of their transaction, as those of a file do: what
a writer reads stays true until it has written, whoever else is at it. Transactions are short, and what is
large (the base frames) is written without that lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from leapgrid.visible import visible
from leapgrid.workspace.database import BUSY_TIMEOUT_MS
from leapgrid.workspace.errors import (
    CannotOpen,
    ForeignFile,
    NewerWorkspace,
    WorkspaceError,
    from_database,
    translated,
)
from leapgrid.workspace.postgres_frames import PostgresFrames
from leapgrid.workspace.postgres_owners import PostgresOwners, number_of
from leapgrid.workspace.postgres_tables import about
from leapgrid.workspace.postgres_tables import metadata as own_tables
from leapgrid.workspace.tables import USER_VERSION, metadata

CONNECT_SECONDS = 10

IDLE_MS = 60_000
"""How long a transaction may do nothing, in milliseconds, before the server ends it: a machine that stands
still half-way must not keep a team from writing. Nothing of such a transaction is kept."""

_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


WRITER = number_of("writer")
"""The lock that writers of a workspace hand on."""


class PostgresDatabase:
    """An open workspace in PostgreSQL, see :class:`leapgrid.workspace.backend.Backend`.

    Args:
        url: of the database. The tables are made where there are none of ours; a schema of its own can be
            named with ``?options=-csearch_path%3Dname``.
        busy_timeout_ms: how long to wait for others that write, in milliseconds.

    Raises:
        CannotOpen: the database cannot be reached, or the driver is not installed.
        WorkspaceError: one of its other kinds, if it cannot be used; nothing was changed then.
    """

    is_shared = True
    read_only = ""
    why_not_send = ""
    warning = ""
    path = None

    def __init__(self, url: URL, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.where = place_of(url)
        self._busy_timeout_ms = busy_timeout_ms
        self._closed = False
        self._engine = self._new_engine(url)
        # Of its own, and made when it is needed: what is locked under it lives as long as that connection.
        self._owners_engine = self._new_engine(url, size=1)
        try:
            self._prepare()
        except BaseException:
            self._dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See :meth:`Backend.read`."""
        self._check_open()
        with translated(self.where):
            connection = self._engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with connection, connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See :meth:`Backend.write`."""
        with self.write_beside() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)").bindparams(number=WRITER))
            yield connection

    @contextmanager
    def write_beside(self) -> Iterator[Connection]:
        """A transaction that writes beside others: for what does not depend on anything that is read."""
        self._check_open()
        with translated(self.where), self._engine.connect() as connection, connection.begin():
            yield connection

    def note(self, kind: str, **facts: object) -> None:
        """Nothing: a database of a team has copies of its own."""

    def owners(self) -> PostgresOwners:
        """Locks of a session of its own, which the server frees whatever ends it."""
        return PostgresOwners(self._owners_engine, self.where)

    def frames(self) -> PostgresFrames:
        """Base frames in a table."""
        return PostgresFrames(self)

    def close(self) -> None:
        """Close all connections. Closing twice is fine."""
        self._closed = True
        self._dispose()

    def _dispose(self) -> None:
        self._engine.dispose()
        self._owners_engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise WorkspaceError("The workspace is closed.")

    def _new_engine(self, url: URL, size: int = 4) -> Engine:
        given = {"connect_timeout": CONNECT_SECONDS, **_ALIVE}
        try:
            engine = create_engine(
                url,
                poolclass=QueuePool,
                pool_size=size,
                max_overflow=0 if size == 1 else 4,
                pool_pre_ping=True,
                connect_args={name: value for name, value in given.items() if name not in url.query},
            )
        except ImportError as error:
            raise CannotOpen(
                "The workspace is in PostgreSQL, for which the driver is missing. "
                "Install it with: pip install 'leapgrid[postgres]'."
            ) from error
        event.listen(engine, "connect", self._on_connect)
        return engine

    def _on_connect(self, connection: Any, _record: Any) -> None:
        settings = {
            # Whatever the server or the database says otherwise: an intent is durable before it is sent.
            "synchronous_commit": "on",
            "lock_timeout": str(self._busy_timeout_ms),
            "idle_in_transaction_session_timeout": str(IDLE_MS),
            "statement_timeout": "0",
            # A machine that is gone without a word is noticed by the server, so that its locks are freed.
            "tcp_keepalives_idle": "20",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
            "client_min_messages": "warning",
            "application_name": "leapgrid",
        }
        try:
            with connection.cursor() as cursor:
                for name, value in settings.items():
                    cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
                (process,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
            if process != connection.info.backend_pid:
                raise CannotOpen(
                    f"The workspace {self.where} is reached through a connection pool, where a lock "
                    "belongs to nobody. Name the address of the database itself."
                )
            connection.commit()
        except BaseException as problem:
            # The pool never sees it, so nobody else would close it.
            connection.close()
            if hasattr(problem, "sqlstate"):
                raise from_database(problem, self.where) from problem
            raise

    def _prepare(self) -> None:
        """Refuse what is not ours before anything is changed; make what is new."""
        form = self._form()
        if form is None:
            with self.write() as connection:
                # Another process may have been faster.
                if not _exists(connection, about.name):
                    theirs = [name for name in metadata.tables if _exists(connection, name)]
                    if theirs:
                        raise ForeignFile(
                            f"The database {self.where} has tables of another program "
                            f"({theirs[0]}). Nothing was changed; name another one."
                        )
                    metadata.create_all(connection, checkfirst=False)
                    own_tables.create_all(connection, checkfirst=False)
                    connection.execute(about.insert().values(form=USER_VERSION))
            form = self._form()
        if form is None or form > USER_VERSION:
            raise NewerWorkspace(
                f"The workspace {self.where} was written by a newer LeapGrid (form {form}, this one knows "
                f"{USER_VERSION}). Update LeapGrid or name another workspace."
            )

    def _form(self) -> int | None:
        """The form of the tables; None where there are none of ours."""
        with self.read() as connection:
            if not _exists(connection, about.name):
                return None
            return connection.execute(select(about.c.form)).scalar()


def place_of(url: URL) -> str:
    """What a person calls the database, without name and password: ``host/database``."""
    host = url.host or str(url.query.get("host", "")) or "localhost"
    port = f":{url.port}" if url.port else ""
    return visible(f"{host}{port}/{url.database}", 200)


def _exists(connection: Connection, table: str) -> bool:
    """Whether the schema that ours would be made in has such a table."""
    return bool(
        connection.execute(
            text(
                "SELECT EXISTS (SELECT 1 FROM pg_class"
                " WHERE relname = :name AND relnamespace = current_schema()::regnamespace)"
            ).bindparams(name=table)
        ).scalar()
    )
