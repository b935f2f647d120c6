"""A workspace as the second released form was, by the statements that made it then. Never changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

from leapgrid.records import Frame
from leapgrid.workspace.frames import Frames
from leapgrid.workspace.store import beside
from tests.workspace import form1

STATEMENTS = form1.STATEMENTS.replace(
    "    updated_at FLOAT NOT NULL,\n    PRIMARY KEY (id)",
    "    updated_at FLOAT NOT NULL,\n    settings TEXT,\n    PRIMARY KEY (id)",
    1,
).replace(
    "PRAGMA user_version = 1;",
    """
CREATE TABLE remembered_mapping (
    object TEXT NOT NULL,
    headers_digest TEXT NOT NULL,
    headers TEXT NOT NULL,
    mapping TEXT NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY (object, headers_digest)
);
PRAGMA user_version = 2;
""",
)

DRAFT, OVER, CUT = "01JD0000000000000000000001", "01JD0000000000000000000010", "01JD0000000000000000000020"
DEAD = "01JD0000000000000000000099"


def make(path: Path) -> str:
    """A file of form 2; the draft's id.

    Its draft has five records. In a submission that is over one was created; one that its process left has a
    chunk on its way and one that was planned.
    """
    digest = Frames(beside(path, "frames")).put(Frame.from_rows(("name",), [[f"N{n}"] for n in range(5)]))
    edit = {"kind": "set", "rows": [4], "columns": {"name": ["Edited"]}}
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(STATEMENTS)
        connection.execute(
            "INSERT INTO draft VALUES (?, ?, 'lead', ?, ?, ?, '[]', ?, 5, 0, 1.0, 2.0, '{}')",
            (
                DRAFT,
                json.dumps("leads.csv"),
                json.dumps({"slug": "lead", "extra": []}),
                json.dumps({"name": 0}),
                json.dumps("leads.csv"),
                digest,
            ),
        )
        connection.execute(
            "INSERT INTO journal_entry VALUES (?, 1, 'do', ?, ?, 1.5)",
            (DRAFT, json.dumps("edit of name"), json.dumps(edit)),
        )
        for submission, finished in ((OVER, 3.0), (CUT, None)):
            connection.execute(
                "INSERT INTO submission VALUES (?, ?, 'lead', 'http://127.0.0.1:8001', '', '{}', 3, ?, 'h', "
                "2.0, ?, NULL, NULL)",
                (submission, DRAFT, DEAD, finished),
            )
        for submission, number, state, rows in (
            (OVER, 1, "created", [0]),
            (CUT, 1, "sending", [1, 2]),
            (CUT, 2, "planned", [3]),
        ):
            connection.execute(
                "INSERT INTO chunk VALUES (?, ?, ?, NULL, NULL, ?)",
                (submission, number, state, json.dumps(rows)),
            )
        for attempt, submission, rows, state in (
            ("01JD0000000000000000000011", OVER, [0], "created"),
            ("01JD0000000000000000000021", CUT, [1, 2], "sending"),
        ):
            body = json.dumps([{"name": f"N{row}"} for row in rows]).encode()
            connection.execute(
                "INSERT INTO attempt VALUES (?, ?, 1, 1, 'POST', '/p', ?, ?, 'lead', "
                "'http://127.0.0.1:8001', '', '0', ?, 'h', 1, 2.0, ?, NULL, NULL, NULL, NULL, NULL, "
                "?, NULL, NULL, NULL)",
                (
                    attempt,
                    submission,
                    body,
                    hashlib.sha256(body).hexdigest(),
                    DEAD,
                    3.0 if state == "created" else None,
                    "created" if state == "created" else None,
                ),
            )
            for position, row in enumerate(rows, 1):
                connection.execute(
                    "INSERT INTO attempt_row VALUES (?, ?, ?, ?, 'x', ?, ?, '\"Said so.\"')",
                    (attempt, position, DRAFT, row, state == "sending", state),
                )
                connection.execute(
                    "INSERT INTO row_outcome VALUES (?, ?, ?, 2.5, '\"Said so.\"', ?, 1, ?, ?)",
                    (DRAFT, row, state, submission, position, attempt),
                )
        connection.execute(
            "INSERT INTO decision VALUES ('01JD0000000000000000000030', ?, 0, 2.0, 'person', 'unknown', "
            "'created', '\"I looked.\"', NULL, 'Anna')",
            (DRAFT,),
        )
    connection.close()
    return DRAFT
