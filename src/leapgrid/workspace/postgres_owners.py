"""Who is alive in a team: each opening of the workspace holds a lock of a session of its own.

The server frees such a lock whatever ends the session: the process, the machine, the network between. So a
lock that nobody holds proves its owner dead, or at least cut off; and whoever was cut off has to take its
lock again before it sends anything more.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from ulid import ULID

from leapgrid.workspace.errors import Locked, translated

_TRY = text("SELECT pg_try_advisory_lock(:number)")
_TRY_SHARED = text("SELECT pg_try_advisory_lock_shared(:number)")
_FREE = text("SELECT pg_advisory_unlock(:number)")
_FREE_SHARED = text("SELECT pg_advisory_unlock_shared(:number)")
_IS_HELD = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint = :high AND objid::bigint = :low)"
)
_WHO = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :backend_start"
)

_PATIENCE = 3.0
"""Seconds to wait for the server to free what our own earlier session held."""


def number_of(name: str) -> int:
    """The number by which PostgreSQL knows a lock of ours: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(f"leapgrid {name}".encode()).digest()[:8], "big", signed=True)


class PostgresOwners:
    """The locks of one opening of a workspace, see :class:`leapgrid.workspace.backend.Owning`.

    Args:
        engine: opens the session that holds them.
        where: the place, safe to show.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        self._guard = threading.RLock()
        self._open: Connection | None = None
        self._was: dict[str, Any] = {}  # the session before, as the server knows it
        self._name = ""
        self._held: dict[str, bool] = {}

    @property
    def me(self) -> str:
        """The name under which this workspace sends: its lock is held at this moment.

        Raises:
            WorkspaceError: if it cannot be held. Nothing may be sent then.
        """
        with self._guard, translated(self._where):
            session = self._session()
            if not self._name:
                name = str(ULID())
                self._take(session, name, shared=False)
                self._name = name
            return self._name

    def is_alive(self, owner: str) -> bool:
        """Whether the session of this owner still holds its lock (or it is this one).

        Raises:
            WorkspaceError: if nobody can tell. It does not count as dead then.
        """
        with self._guard, translated(self._where):
            if self._name and owner == self._name:
                return True
            number = number_of(owner) & (1 << 64) - 1
            return bool(
                self._session()
                .execute(_IS_HELD.bindparams(high=number >> 32, low=number & 0xFFFFFFFF))
                .scalar()
            )

    def hold(self, thing: str, *, shared: bool = False) -> bool:
        """Hold something for this opening, until :meth:`release`. Holding it twice is fine.

        Args:
            thing: a name.
            shared: with all others who hold it so.

        Returns:
            Whether it is held; False while another opening does.
        """
        with self._guard, translated(self._where):
            session = self._session()
            if self._held.get(thing) is shared:
                return True
            statement = _TRY_SHARED if shared else _TRY
            if not session.execute(statement.bindparams(number=number_of(thing))).scalar():
                return False
            if thing in self._held:  # in the other way, which ends here
                before = _FREE_SHARED if self._held[thing] else _FREE
                session.execute(before.bindparams(number=number_of(thing)))
            self._held[thing] = shared
            return True

    def holds(self, thing: str) -> bool:
        """Whether :meth:`hold` has it for this opening already."""
        return thing in self._held

    def let_go(self, thing: str, *, is_gone: bool = False) -> None:
        """Give up one thing that is held."""
        with self._guard, translated(self._where):
            shared = self._held.pop(thing, None)
            if shared is not None and self._open is not None:
                statement = _FREE_SHARED if shared else _FREE
                self._session().execute(statement.bindparams(number=number_of(thing)))

    def release(self) -> None:
        """Give up all that is held; what is unfinished under our name counts as cut off from now on."""
        with self._guard:
            self._held.clear()
            self._name = ""
            self._was = {}
            if self._open is not None:
                session, self._open = self._open, None
                try:
                    # Now, and not when the server notices that the session is over.
                    session.execute(text("SELECT pg_advisory_unlock_all()"))
                    session.close()
                except DBAPIError:
                    pass  # It is gone already, and all that it held with it.

    def _session(self) -> Connection:
        """Our session, with all that is ours; where it was cut off, a new one that took all of it again."""
        if self._open is not None:
            try:
                self._open.execute(text("SELECT 1"))
                return self._open
            except DBAPIError as problem:
                if not problem.connection_invalidated:
                    raise
                self._open.close()
                self._open = None
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.detach()  # closing it ends it, and with it the locks
        try:
            if self._name:
                self._take(session, self._name, shared=False)
            for thing, shared in self._held.items():
                self._take(session, thing, shared=shared)
            self._was = dict(session.execute(_WHO).one()._mapping)
        except BaseException:
            session.close()
            raise
        self._open = session
        return session

    def _take(self, session: Connection, name: str, *, shared: bool) -> None:
        """Take a lock that nobody can have but our own earlier session, which may not be over yet."""
        statement = (_TRY_SHARED if shared else _TRY).bindparams(number=number_of(name))
        end = time.monotonic() + _PATIENCE
        asked = False
        while not session.execute(statement).scalar():
            if time.monotonic() > end:
                raise Locked(
                    f"The workspace {self._where} has not noticed yet that the connection was cut off. "
                    "Try again in a minute."
                )
            if self._was and not asked:
                session.execute(_END.bindparams(**self._was))
                asked = True
            time.sleep(0.02)
