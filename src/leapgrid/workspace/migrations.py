"""From the tables of an earlier LeapGrid to those of this one: all of it in one transaction, after a copy.

The statements of a released form are never changed: they stand here as they ran on people's files.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from leapgrid.visible import visible
from leapgrid.workspace.errors import CannotOpen
from leapgrid.workspace.tables import USER_VERSION

STEPS: dict[int, Sequence[str]] = {
    1: (
        "ALTER TABLE draft ADD COLUMN settings TEXT",
        "CREATE TABLE remembered_mapping ("
        "object TEXT NOT NULL, headers_digest TEXT NOT NULL, headers TEXT NOT NULL, mapping TEXT NOT NULL, "
        "at FLOAT NOT NULL, PRIMARY KEY (object, headers_digest))",
    ),
    2: (
        "ALTER TABLE draft ADD COLUMN next_row INTEGER",
        "ALTER TABLE draft ADD COLUMN seal TEXT",
        "ALTER TABLE journal_entry ADD COLUMN owner TEXT",
        "ALTER TABLE journal_entry ADD COLUMN who TEXT",
        "ALTER TABLE journal_entry ADD COLUMN seal TEXT",
        "ALTER TABLE submission ADD COLUMN who TEXT",
        "ALTER TABLE chunk ADD COLUMN purpose TEXT",
        "ALTER TABLE chunk ADD COLUMN seal TEXT",
        "ALTER TABLE attempt ADD COLUMN clock_offset FLOAT",
        "ALTER TABLE attempt ADD COLUMN server_date FLOAT",
        "ALTER TABLE attempt ADD COLUMN who TEXT",
        "ALTER TABLE attempt ADD COLUMN seal TEXT",
        "ALTER TABLE row_outcome ADD COLUMN seal TEXT",
        "ALTER TABLE decision ADD COLUMN look_up_id TEXT",
        "CREATE TABLE run (id TEXT NOT NULL, submission_id TEXT NOT NULL, owner TEXT NOT NULL, "
        "host TEXT NOT NULL, process INTEGER NOT NULL, who TEXT NOT NULL, started_at FLOAT NOT "
        "NULL, finished_at FLOAT, stopped TEXT, stopped_message TEXT, PRIMARY KEY (id), FOREIGN "
        "KEY(submission_id) REFERENCES submission (id) ON DELETE CASCADE)",
        "CREATE INDEX run_of_submission ON run (submission_id)",
        "CREATE INDEX run_open ON run (owner) WHERE finished_at IS NULL",
        "CREATE TABLE look_up (id TEXT NOT NULL, draft_id TEXT NOT NULL, submission_id TEXT NOT "
        "NULL, origin TEXT NOT NULL, object TEXT NOT NULL, purpose TEXT NOT NULL, field TEXT NOT "
        "NULL, asked INTEGER NOT NULL, found INTEGER NOT NULL, understood BOOLEAN NOT NULL, "
        "complete BOOLEAN NOT NULL, method TEXT NOT NULL, at FLOAT NOT NULL, server_date FLOAT, "
        "message TEXT, who TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(draft_id) REFERENCES "
        "draft (id) ON DELETE CASCADE)",
        "CREATE INDEX look_up_of_submission ON look_up (submission_id)",
        "CREATE TABLE baseline (submission_id TEXT NOT NULL, field TEXT NOT NULL, key_sha256 TEXT"
        " NOT NULL, PRIMARY KEY (submission_id, field, key_sha256), FOREIGN KEY(submission_id) "
        "REFERENCES submission (id) ON DELETE CASCADE)",
        "CREATE TABLE looked (attempt_id TEXT NOT NULL, row_id INTEGER NOT NULL, draft_id TEXT "
        "NOT NULL, first_date FLOAT, last_at FLOAT NOT NULL, result TEXT NOT NULL, candidates "
        "TEXT, look_up_id TEXT NOT NULL, PRIMARY KEY (attempt_id, row_id), FOREIGN "
        "KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE, FOREIGN KEY(draft_id) "
        "REFERENCES draft (id) ON DELETE CASCADE)",
        "CREATE INDEX looked_of_row ON looked (draft_id, row_id)",
        "CREATE TABLE refusal_rule (origin TEXT NOT NULL, object TEXT NOT NULL, rule TEXT NOT "
        "NULL, at FLOAT NOT NULL, evidence TEXT NOT NULL, submission_id TEXT NOT NULL, chunk "
        "INTEGER NOT NULL, PRIMARY KEY (origin, object))",
        # Whoever began a submission is its only run.
        "INSERT INTO run (id, submission_id, owner, host, process, who, started_at, finished_at, stopped, "
        "stopped_message) SELECT id, id, owner, host, 0, '\"\"', started_at, finished_at, stopped, "
        "stopped_message FROM submission",
    ),
}
"""The form that is migrated from -> what makes the next one of it."""


def migrate(driver: sqlite3.Connection, path: Path, version: int) -> Path | None:
    """Bring a file to the present form. Killed at any moment it is of the old or of the new one.

    Args:
        driver: outside any transaction.
        path: the file.
        version: its form.

    Returns:
        The copy of the file as it was; None where another process had migrated it meanwhile.

    Raises:
        CannotOpen: the copy cannot be made; nothing was changed.
        sqlite3.Error: the database fails; nothing was changed.
    """
    copy = _copy(driver, path, version)
    driver.execute("BEGIN IMMEDIATE")
    try:
        now = int(driver.execute("PRAGMA user_version").fetchone()[0])
        for form in range(now, USER_VERSION):
            for statement in STEPS[form]:
                driver.execute(statement)
        driver.execute(f"PRAGMA user_version = {USER_VERSION}")
        driver.execute("COMMIT")
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        copy.unlink(missing_ok=True)  # nothing was changed, and each start would leave one more
        raise
    if now >= USER_VERSION:
        copy.unlink(missing_ok=True)
        return None
    return copy


def _copy(driver: sqlite3.Connection, path: Path, version: int) -> Path:
    """A copy of the whole file beside it, dated, for the person alone, and on the disk when this returns."""
    day = time.strftime("%Y%m%d-%H%M%S")
    stem = f"{path.stem}.form{version}-{day}"
    part = path.with_name(f"{stem}{path.suffix}.{os.getpid()}.part")
    try:
        # Made first with the right mode: SQLite fills a file that is empty.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        driver.execute("VACUUM INTO ?", (str(part),))
        _sync(part)
        copy = _named(part, stem, path)
        if os.name == "posix":
            _sync(path.parent)
    except OSError as problem:
        reason = visible(problem.strerror or type(problem).__name__, 80)
        raise CannotOpen(
            f"The workspace {visible(str(path), 200)} is of an earlier LeapGrid and is copied before it is "
            f"changed, but that fails: {reason}."
        ) from problem
    finally:
        part.unlink(missing_ok=True)
    return copy


def _named(part: Path, stem: str, path: Path) -> Path:
    """Give the copy a name that no other process takes for its own at the same moment."""
    number = 1
    while True:
        copy = path.with_name(f"{stem}{'' if number == 1 else f'-{number}'}{path.suffix}")
        try:
            os.link(part, copy)
        except FileExistsError:
            number += 1
        except OSError:  # a file system without hard links: whoever is first then is not told apart
            os.replace(part, copy)
            return copy
        else:
            return copy


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
