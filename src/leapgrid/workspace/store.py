"""What the parts of the workspace share: the database, who is alive, and the clock."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from ulid import ULID

from leapgrid.workspace.database import Database
from leapgrid.workspace.owners import Owners


class Store:
    """An open workspace, as its parts see it.

    Args:
        database: the open file.
        clock: seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._owners = Owners(beside(database.path, "owners"))
        self._host = platform.node()

    @property
    def path(self) -> Path:
        """The database file."""
        return self._database.path

    def now(self) -> float:
        """Seconds since the epoch, by the workspace's clock."""
        return self._clock()


def beside(path: Path, kind: str) -> Path:
    """The directory beside a database file that belongs to it: ``ws.db`` has ``ws.frames``."""
    return path.with_name(f"{path.stem if path.suffix else path.name}.{kind}")


def new_id() -> str:
    """A ULID: unique, and sorted by time."""
    return str(ULID())


def sha256_of(body: object) -> str:
    """The hash of a stored body in hexadecimal; "" for what is no body (any more)."""
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else ""


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
    statement = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)
