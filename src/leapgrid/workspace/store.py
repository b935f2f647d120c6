"""What the parts of the workspace share: the database, who is alive, and the clock."""

from __future__ import annotations

import hashlib
import platform
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table
from ulid import ULID

from leapgrid.workspace.backend import Backend
from leapgrid.workspace.errors import NotForSending
from leapgrid.workspace.places import beside as beside

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_one_id = threading.Lock()
_last_id = 0


class Store:
    """An open workspace, as its parts see it.

    Args:
        database: the open file, or the open database of a team.
        clock: seconds since the epoch.
    """

    def __init__(self, database: Backend, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._owners = database.owners()
        self._host = platform.node()

    @property
    def path(self) -> Path | None:
        """The database file; None where the workspace is no file."""
        return self._database.path

    @property
    def where(self) -> str:
        """The place of the workspace, safe to show: without a password."""
        return self._database.where

    @property
    def is_shared(self) -> bool:
        """Whether several people may work in one draft here at the same time."""
        return self._database.is_shared

    @property
    def read_only(self) -> str:
        """Why nothing will ever be written here, in a sentence; "" where it can be."""
        return self._database.read_only

    @property
    def why_not_send(self) -> str:
        """Why nothing may be sent from here, in a sentence; "" where it may be."""
        return self._database.why_not_send

    @property
    def warning(self) -> str:
        """What a person should know of the place, in a sentence; "" where there is nothing to know."""
        return self._database.warning

    def ready_to_send(self) -> None:
        """Refuse to begin a sending from a place that proves nothing. Called before each begins.

        Raises:
            WorkspaceError: with the reason.
        """
        if self.why_not_send:
            raise NotForSending(self.why_not_send)

    def now(self) -> float:
        """Seconds since the epoch, by the workspace's clock."""
        return self._clock()


def new_id() -> str:
    """A ULID: unique, and sorted by time; those of this process by their making, whatever the clock does."""
    global _last_id
    with _one_id:
        _last_id = max(int(ULID()), _last_id + 1)
        return str(ULID.from_int(_last_id))


def sha256_of(body: object) -> str:
    """The hash of a stored body in hexadecimal; "" for what is no body (any more)."""
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else ""


def key_sha256(value: object) -> str:
    """The hash of a key as look-ups compare it, see :func:`leapgrid.superleap.lookup.compare_key`."""
    from leapgrid.superleap.lookup import compare_key

    # A key may hold what is no character: kept apart from others, whatever it is.
    return hashlib.sha256(compare_key(value).encode("utf-8", "surrogatepass")).hexdigest()


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[object, ...]],
    *,
    over: bool = False,
) -> None:
    """Insert many rows by the driver itself: all that is sent goes this way, row by row.

    Args:
        connection: in a writing transaction.
        table: which.
        columns: their names, in the order of the values.
        rows: the values as the database takes them: JSON as text, states as plain texts.
        over: whether rows whose primary key is there already are written over.
    """
    if rows:
        # One or many: a list is what the driver is given many of.
        connection.exec_driver_sql(_insert(connection.dialect.name, table, columns, over), list(rows))


@lru_cache(maxsize=32)
def _insert(dialect: str, table: Table, columns: tuple[str, ...], over: bool) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
    if over:
        keys = [column.name for column in table.primary_key]
        where = ", ".join(f'"{name}"' for name in keys)
        what = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
        statement += f" ON CONFLICT ({where}) DO UPDATE SET {what}"
    return statement


def upsert(
    connection: Connection, table: Table, rows: list[dict[str, object]], keep: tuple[str, ...] = ()
) -> None:
    """Insert rows, or update those whose primary key is there already.

    Args:
        connection: in a writing transaction.
        table: which.
        rows: all with the same columns.
        keep: columns that are only set by an insert.
    """
    if not rows:
        return
    statement: sqlite.Insert | postgresql.Insert
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        statement = sqlite.insert(table)
    else:
        from sqlalchemy.dialects import postgresql

        statement = postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)
