"""What survives a crash, as tables.

Rows of a draft are named by number (``row_id``). What a row is worth is in ``row_outcome`` (now) and in
``attempt_row`` and ``decision`` (how it came to be so). Text from outside that need not be searched is kept
as ASCII JSON, because a database takes neither lone surrogates nor, everywhere, NUL.

Look-ups will write their evidence to ``decision`` (kind "look_up", with what was found), and "the same
record again" will ask ``attempt_row.record_sha256``; both are here so that what is stored today can answer
for it then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowState
from leapgrid.workspace.errors import Damaged

APPLICATION_ID = 0x4C474731
"""Marks our files among all SQLite files ("LGG1")."""

USER_VERSION = 2
"""The form of these tables; a file with a higher number was written by a newer LeapGrid."""


DAMAGED = "What is stored in the workspace is damaged. Restore a copy of it."


class AsciiJson(TypeDecorator[Any]):
    """Any JSON value, kept as ASCII text so that every character of it survives."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        with understood():
            return None if value is None else json.loads(value)


def row_state(stored: Any) -> RowState:
    """A row's state as stored.

    Raises:
        Damaged: if it is none.
    """
    with understood():
        return RowState(stored)


def row_ids(stored: Any) -> list[RowId]:
    """The rows of a chunk as stored.

    Raises:
        Damaged: if they are no rows.
    """
    if not isinstance(stored, list) or not all(isinstance(row, int) for row in stored):
        raise Damaged(DAMAGED)
    return stored


@contextmanager
def understood() -> Iterator[None]:
    """Around the reading of stored JSON into values: what has not the form that was written is damage."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Damaged(DAMAGED) from error


metadata = MetaData()

draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", AsciiJson, nullable=False),
    Column("object", Text, nullable=False),
    Column("schema", AsciiJson, nullable=False),
    Column("mapping", AsciiJson, nullable=False),
    Column("source", AsciiJson, nullable=False),
    Column("notes", AsciiJson, nullable=False),
    Column("frame", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("errors", Integer),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    # What its values mean where they do not say so: country, order of dates. As form 1 had no such column,
    # it stands last, where a migration puts it.
    Column("settings", AsciiJson),
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("label", AsciiJson, nullable=False),
    Column("edit", AsciiJson),
    Column("at", Float, nullable=False),
)

submission = Table(
    "submission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    Column("object", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("options", AsciiJson, nullable=False),
    Column("records", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("stopped", Text),
    Column("stopped_message", AsciiJson),
    Index("submission_of_draft", "draft_id"),
    Index("submission_open", "owner", sqlite_where=text("finished_at IS NULL")),
)

chunk = Table(
    "chunk",
    metadata,
    Column("submission_id", Text, ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # planned, sending, created, rejected, unknown, not_sent, split
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("parent", Integer),
    Column("rows", AsciiJson, nullable=False),
    Index("chunk_open", "state", sqlite_where=text("state IN ('planned', 'sending')")),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("submission_id", Text, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("elapsed", Float),
    Column("status", Integer),
    Column("headers", AsciiJson),
    Column("answer", LargeBinary),
    Column("answer_size", Integer),
    Column("outcome", Text),
    Column("reason", Text),
    Column("message", AsciiJson),
    Column("issues", AsciiJson),
    ForeignKeyConstraint(
        ["submission_id", "chunk"], ["chunk.submission_id", "chunk.number"], ondelete="CASCADE"
    ),
    Index("attempt_of_chunk", "submission_id", "chunk"),
    Index("attempt_open", "owner", sqlite_where=text("finished_at IS NULL")),
)

attempt_row = Table(
    "attempt_row",
    metadata,
    Column("attempt_id", Text, ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("unresolved", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("evidence", AsciiJson, nullable=False),
    Index("attempt_row_of_row", "draft_id", "row_id"),
    Index("attempt_row_by_record", "record_sha256"),
)

# A row is never sent while an earlier sending of it is not settled: the database holds this, not code alone.
one_unresolved = Index(
    "one_unresolved_attempt_a_row",
    attempt_row.c.draft_id,
    attempt_row.c.row_id,
    unique=True,
    sqlite_where=text("unresolved"),
    postgresql_where=text("unresolved"),
)

row_outcome = Table(
    "row_outcome",
    metadata,
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True),
    Column("row_id", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("evidence", AsciiJson, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("attempt_id", Text, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("at", Float, nullable=False),
    # person, look_up
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("evidence", AsciiJson, nullable=False),
    Column("found", AsciiJson),
    Column("who", Text, nullable=False),
    Index("decision_of_row", "draft_id", "row_id"),
)

remembered_mapping = Table(
    "remembered_mapping",
    metadata,
    Column("object", Text, primary_key=True),
    # Hash of the headers as they are compared: the same list in another case is the same.
    Column("headers_digest", Text, primary_key=True),
    Column("headers", AsciiJson, nullable=False),
    Column("mapping", AsciiJson, nullable=False),
    Column("at", Float, nullable=False),
)
