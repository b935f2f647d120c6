"""Base frames in PostgreSQL, each named by the hash of its bytes, in pieces."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from leapgrid.records.frame import Frame, FrameError
from leapgrid.workspace.errors import Damaged
from leapgrid.workspace.postgres_tables import frame as table
from leapgrid.workspace.postgres_tables import frame_piece as piece
from leapgrid.workspace.tables import draft

if TYPE_CHECKING:
    from leapgrid.workspace.postgres import PostgresDatabase

PIECE = 4 << 20
"""Bytes of a piece: what a server takes at once without choking."""

_YOUNG = text("interval '1 hour'")


class PostgresFrames:
    """The base frames of a workspace in PostgreSQL.

    Args:
        database: the open workspace.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def put(self, frame: Frame) -> str:
        """Store a frame for good; storing the same content twice keeps one.

        Returns:
            The name by which :meth:`get` finds it.

        Raises:
            WorkspaceError: if it cannot be written; nothing of it is kept then.
        """
        buffer = BytesIO()
        frame.to_arrow(buffer)
        stored = buffer.getbuffer()
        digest = hashlib.sha256(stored).hexdigest()
        with self._database.write_beside() as connection:
            is_there = connection.execute(
                update(table).where(table.c.digest == digest).values(at=func.now())
            ).rowcount
            if is_there:
                return digest
            # Whoever else stores the same waits here for the first, and leaves it at that.
            made = connection.execute(
                insert(table).values(digest=digest, size=len(stored)).on_conflict_do_nothing()
            ).rowcount
            if made:
                for number, start in enumerate(range(0, len(stored), PIECE)):
                    connection.execute(
                        insert(piece).values(
                            digest=digest, number=number, data=bytes(stored[start : start + PIECE])
                        )
                    )
        return digest

    def get(self, digest: str) -> Frame:
        """Read a frame back.

        Raises:
            Damaged: if it is not what was written.
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            pieces = connection.execute(
                select(piece.c.data).where(piece.c.digest == digest).order_by(piece.c.number)
            ).scalars()
            stored = b"".join(pieces)
        if hashlib.sha256(stored).hexdigest() != digest:
            raise Damaged(
                f"The stored records of this draft in {self._database.where} are not what was written. "
                "Restore a copy."
            )
        try:
            return Frame.from_bytes(stored)
        except FrameError as error:
            raise Damaged(f"{error} Restore a copy of {self._database.where}.") from error

    def drop(self, digest: str) -> None:
        """Delete a frame that no draft uses any more, unless somebody put it there just now."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(table).where(
                    table.c.digest == digest,
                    table.c.at < func.now() - _YOUNG,
                    ~exists().where(draft.c.frame == digest),
                )
            ).rowcount
            if gone:
                connection.execute(delete(piece).where(piece.c.digest == digest))
