"""A workspace as the first released form was, by the statements that made it then. Never changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from leapgrid.records import Frame
from leapgrid.workspace.frames import Frames
from leapgrid.workspace.store import beside

STATEMENTS = """
CREATE TABLE draft (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    object TEXT NOT NULL,
    schema TEXT NOT NULL,
    mapping TEXT NOT NULL,
    source TEXT NOT NULL,
    notes TEXT NOT NULL,
    frame TEXT NOT NULL,
    rows INTEGER NOT NULL,
    errors INTEGER,
    created_at FLOAT NOT NULL,
    updated_at FLOAT NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE journal_entry (
    draft_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    edit TEXT,
    at FLOAT NOT NULL,
    PRIMARY KEY (draft_id, seq),
    FOREIGN KEY(draft_id) REFERENCES draft (id) ON DELETE CASCADE
);
CREATE TABLE submission (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    object TEXT NOT NULL,
    origin TEXT NOT NULL,
    profile TEXT NOT NULL,
    options TEXT NOT NULL,
    records INTEGER NOT NULL,
    owner TEXT NOT NULL,
    host TEXT NOT NULL,
    started_at FLOAT NOT NULL,
    finished_at FLOAT,
    stopped TEXT,
    stopped_message TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(draft_id) REFERENCES draft (id) ON DELETE CASCADE
);
CREATE INDEX submission_open ON submission (owner) WHERE finished_at IS NULL;
CREATE INDEX submission_of_draft ON submission (draft_id);
CREATE TABLE row_outcome (
    draft_id TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    at FLOAT NOT NULL,
    evidence TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    position INTEGER NOT NULL,
    attempt_id TEXT NOT NULL,
    PRIMARY KEY (draft_id, row_id),
    FOREIGN KEY(draft_id) REFERENCES draft (id) ON DELETE CASCADE
);
CREATE TABLE decision (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    at FLOAT NOT NULL,
    kind TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    evidence TEXT NOT NULL,
    found TEXT,
    who TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(draft_id) REFERENCES draft (id) ON DELETE CASCADE
);
CREATE INDEX decision_of_row ON decision (draft_id, row_id);
CREATE TABLE chunk (
    submission_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    owner TEXT,
    parent INTEGER,
    rows TEXT NOT NULL,
    PRIMARY KEY (submission_id, number),
    FOREIGN KEY(submission_id) REFERENCES submission (id) ON DELETE CASCADE
);
CREATE INDEX chunk_open ON chunk (state) WHERE state IN ('planned', 'sending');
CREATE TABLE attempt (
    id TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    number INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    body BLOB NOT NULL,
    body_sha256 TEXT NOT NULL,
    object TEXT NOT NULL,
    origin TEXT NOT NULL,
    profile TEXT NOT NULL,
    version TEXT NOT NULL,
    owner TEXT NOT NULL,
    host TEXT NOT NULL,
    process INTEGER NOT NULL,
    started_at FLOAT NOT NULL,
    finished_at FLOAT,
    elapsed FLOAT,
    status INTEGER,
    headers TEXT,
    answer BLOB,
    answer_size INTEGER,
    outcome TEXT,
    reason TEXT,
    message TEXT,
    issues TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(submission_id, chunk) REFERENCES chunk (submission_id, number) ON DELETE CASCADE
);
CREATE INDEX attempt_of_chunk ON attempt (submission_id, chunk);
CREATE INDEX attempt_open ON attempt (owner) WHERE finished_at IS NULL;
CREATE TABLE attempt_row (
    attempt_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    draft_id TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    record_sha256 TEXT NOT NULL,
    unresolved BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (attempt_id, position),
    FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE,
    FOREIGN KEY(draft_id) REFERENCES draft (id) ON DELETE CASCADE
);
CREATE INDEX attempt_row_of_row ON attempt_row (draft_id, row_id);
CREATE INDEX attempt_row_by_record ON attempt_row (record_sha256);
CREATE UNIQUE INDEX one_unresolved_attempt_a_row ON attempt_row (draft_id, row_id) WHERE unresolved;
PRAGMA application_id = 1279739697;
PRAGMA user_version = 1;
"""


def make(path: Path) -> str:
    """A file of form 1 with one draft of two records, one edit and one rejected row; the draft's id."""
    frame = Frame.from_rows(("name", "born"), [["Anna", "03/04/2026"], ["Bo", ""]])
    digest = Frames(beside(path, "frames")).put(frame)
    draft = "01JD0000000000000000000001"
    edit = {"kind": "set", "rows": [0], "columns": {"name": ["Anne"]}}
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(STATEMENTS)
        connection.execute(
            "INSERT INTO draft VALUES (?, ?, 'lead', ?, ?, ?, ?, ?, 2, 0, 1.0, 2.0)",
            (
                draft,
                json.dumps("leads.csv"),
                json.dumps({"slug": "lead", "extra": []}),
                json.dumps({"name": 0}),
                json.dumps("leads.csv"),
                json.dumps([{"code": "left_out", "line": 1, "message": "A note.", "text": ""}]),
                digest,
            ),
        )
        connection.execute(
            "INSERT INTO journal_entry VALUES (?, 1, 'do', ?, ?, 1.5)",
            (draft, json.dumps("edit of name"), json.dumps(edit)),
        )
        connection.execute(
            "INSERT INTO row_outcome VALUES (?, 1, 'rejected', 1.6, ?, 's', 1, 1, 'a')",
            (draft, json.dumps("The server refused it.")),
        )
    connection.close()
    return draft
