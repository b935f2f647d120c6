"""What survives a crash, as tables.

Rows of a draft are named by number (``row_id``). What a row is worth is in ``row_outcome`` (now) and in
``attempt_row`` and ``decision`` (how it came to be so). Text from outside that need not be searched is kept
as ASCII JSON, because a database takes neither lone surrogates nor, everywhere, NUL.

Every change of a row's state that no answer made is a ``decision``: by a person, by a look-up, or because
the same record was created before. What was asked of the server to get there is in ``look_up``; what was
found of a row that is still open, in ``looked``.

Columns that a later form added stand last in their table, where a migration puts them. ``seal`` is a check
sum over what must not change unnoticed: SQLite does not see a flipped bit in a value.
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
from leapgrid.workspace.compact import compact
from leapgrid.workspace.errors import Damaged

APPLICATION_ID = 0x4C474731
"""Marks our files among all SQLite files ("LGG1")."""

USER_VERSION = 3
"""The form of these tables; a file with a higher number was written by a newer LeapGrid."""


DAMAGED = "What is stored in the workspace is damaged: leapgrid rescue shows what can be saved."


class JsonText(str):
    """A JSON value that is written down already: it is kept as it is."""

    @classmethod
    def of(cls, value: Any) -> JsonText:
        """The text of a value, ASCII and without spaces."""
        return cls(compact(value))


class AsciiJson(TypeDecorator[Any]):
    """Any JSON value, kept as ASCII text so that every character of it survives."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return str(value) if isinstance(value, JsonText) else compact(value)

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
    # The first number that no row has had; where several people add rows, they take theirs from here.
    Column("next_row", Integer),
    Column("seal", Text),
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
    # Where several people work on a draft: whose step it is (a person at a machine) and its mark, with a
    # space between, and the person's name. Else NULL.
    Column("owner", Text),
    Column("who", AsciiJson),
    Column("seal", Text),
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
    Column("who", AsciiJson),
    Index("submission_of_draft", "draft_id"),
    Index(
        "submission_open",
        "owner",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

# Who works, or worked, on a submission: several may divide its chunks between them, one after the other or at
# the same time. The first is also ``submission.owner``.
run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("submission_id", Text, ForeignKey("submission.id", ondelete="CASCADE"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("who", AsciiJson, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("stopped", Text),
    Column("stopped_message", AsciiJson),
    Index("run_of_submission", "submission_id"),
    Index(
        "run_open",
        "owner",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

chunk = Table(
    "chunk",
    metadata,
    Column("submission_id", Text, ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # planned, sending, created, rejected, unknown, not_sent, split, released
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("parent", Integer),
    Column("rows", AsciiJson, nullable=False),
    # "" of the plan; "rest": the good records of a refused chunk; "again": what a look-up proved not stored,
    # or what an earlier run did not send.
    Column("purpose", Text),
    Column("seal", Text),
    Index(
        "chunk_open",
        "state",
        sqlite_where=text("state IN ('planned', 'sending')"),
        postgresql_where=text("state IN ('planned', 'sending')"),
    ),
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
    # The server's clock less ours in seconds, as known before the first byte left; NULL where no answer had
    # told it. The ``Date`` of the answer, in seconds since the epoch.
    Column("clock_offset", Float),
    Column("server_date", Float),
    Column("who", AsciiJson),
    Column("seal", Text),
    ForeignKeyConstraint(
        ["submission_id", "chunk"], ["chunk.submission_id", "chunk.number"], ondelete="CASCADE"
    ),
    Index("attempt_of_chunk", "submission_id", "chunk"),
    Index(
        "attempt_open",
        "owner",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
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
    Column("seal", Text),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("at", Float, nullable=False),
    # person, look_up, same (created before from this workspace), again (a person: send it all the same)
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("evidence", AsciiJson, nullable=False),
    Column("found", AsciiJson),
    Column("who", Text, nullable=False),
    Column("look_up_id", Text),
    Index("decision_of_row", "draft_id", "row_id"),
)

# What was asked of a server about records that may be there, and how far the answer can be trusted.
look_up = Table(
    "look_up",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("object", Text, nullable=False),
    # baseline, unknown, refusal, count
    Column("purpose", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("understood", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("method", Text, nullable=False),
    Column("at", Float, nullable=False),
    # The server's clock at its earliest answer, seconds since the epoch.
    Column("server_date", Float),
    Column("message", AsciiJson),
    Column("who", AsciiJson, nullable=False),
    Index("look_up_of_submission", "submission_id"),
)

# Which keys were at the server before the first chunk of a submission. Only those that were; that a key was
# not is known where the look-up with purpose "baseline" is understood and complete.
baseline = Table(
    "baseline",
    metadata,
    Column("submission_id", Text, ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True),
    Column("field", Text, primary_key=True),
    # Of the key as look-ups compare it: without case and outer space.
    Column("key_sha256", Text, primary_key=True),
)

# What look-ups said so far of a sending that is not settled.
looked = Table(
    "looked",
    metadata,
    Column("attempt_id", Text, ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True),
    Column("row_id", Integer, primary_key=True, autoincrement=False),
    Column("draft_id", Text, ForeignKey("draft.id", ondelete="CASCADE"), nullable=False),
    # The server's clock at the first answer after the attempt: nothing counts as settled before that.
    Column("first_date", Float),
    Column("last_at", Float, nullable=False),
    # absent, candidate, not_understood, no_key
    Column("result", Text, nullable=False),
    Column("candidates", AsciiJson),
    Column("look_up_id", Text, nullable=False),
    Index("looked_of_row", "draft_id", "row_id"),
)

# What is known of a host: whether an answer that refuses a chunk stores the chunk's good records.
refusal_rule = Table(
    "refusal_rule",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    # proven: it stores nothing; refuted: it stored some
    Column("rule", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("evidence", AsciiJson, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("chunk", Integer, nullable=False),
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
