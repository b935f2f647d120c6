"""Tables that only a workspace in PostgreSQL has: for what else lies in a file's head and beside the file."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func

metadata = MetaData()

about = Table(
    "leapgrid_workspace",
    metadata,
    # The form of all tables, see ``tables.USER_VERSION``. That there is this table marks the others as ours.
    Column("form", Integer, primary_key=True, autoincrement=False),
)

frame = Table(
    "frame",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    # By the server's clock, when it was last put: what was put a moment ago may be about to be used.
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

frame_piece = Table(
    "frame_piece",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
