"""What can go wrong with the workspace: one class for each thing that a caller can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class WorkspaceError(Exception):
    """The workspace could not do what it was asked to; nothing was changed.

    Its text is one sentence for a person.

        WorkspaceError
        ├── BadWorkspaceUrl    the address names no workspace of a kind that is known
        ├── CannotOpen         the file or its directory, or the database, cannot be opened or made
        │   └── Unreachable    the database of a team does not answer; it goes on when it does
        ├── ForeignFile        the file belongs to another program
        ├── NewerWorkspace     a newer LeapGrid wrote it
        ├── Damaged            the file, a base frame or a stored body is not what was written
        ├── ReadOnly           nothing can be written
        ├── DiskFull           no space is left; it goes on when there is some
        ├── Locked             another program keeps it; try again
        ├── NotForSending      it can be worked in, and nothing may be sent from there
        ├── NotFound           no draft or submission of this name
        ├── NotUnique          the tables hold that there is only one such thing
        └── RowsTaken          rows are on their way, unknown or created: they must not be sent
    """


class BadWorkspaceUrl(WorkspaceError):
    """The address names no workspace of a kind that is known."""


class CannotOpen(WorkspaceError):
    """The file or its directory, or the database, cannot be opened or made."""


class Unreachable(CannotOpen):
    """The database of a team does not answer."""


class ForeignFile(WorkspaceError):
    """The file belongs to another program."""


class NewerWorkspace(WorkspaceError):
    """A newer LeapGrid wrote the file."""


class Damaged(WorkspaceError):
    """What is stored is not what was written."""


class ReadOnly(WorkspaceError):
    """Nothing can be written."""


class DiskFull(WorkspaceError):
    """No space is left."""


class Locked(WorkspaceError):
    """Another program keeps the file for itself."""


class NotForSending(WorkspaceError):
    """The workspace can be worked in, but nothing may be sent from where it is."""


class NotFound(WorkspaceError):
    """No draft, submission or attempt of this name."""


class NotUnique(WorkspaceError):
    """What was to be written would break a uniqueness that the tables hold."""


class RowsTaken(WorkspaceError):
    """Rows must not be sent: they are on their way, unknown, or final.

    Attributes:
        rows: which.
    """

    def __init__(self, rows: tuple[int, ...], message: str = "") -> None:
        self.rows = rows
        count = len(rows)
        who = "1 row is" if count == 1 else f"{count:,} rows are"
        super().__init__(
            message or f"{who} on the way, unknown or created already and cannot be sent; nothing was sent."
        )


class EditedMeanwhile(WorkspaceError):
    """Somebody else's edit got its place in the draft after it was last looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody edited the draft just now, so nothing was sent. Look at the records and send again."
        )


_IS_LOCKED = "Another program keeps the workspace locked. Close it and try again: {where}."
_IS_READ_ONLY = "The workspace is read-only. Allow writing, or name another one: {where}."
_IS_DAMAGED = "The workspace {where} is damaged: leapgrid rescue shows what can be saved."

_BY_NAME: tuple[tuple[str, type[WorkspaceError], str], ...] = (
    ("SQLITE_FULL", DiskFull, "The disk is full. Make room: the workspace {where} cannot be written."),
    ("SQLITE_BUSY", Locked, _IS_LOCKED),
    ("SQLITE_LOCKED", Locked, _IS_LOCKED),
    ("SQLITE_READONLY", ReadOnly, _IS_READ_ONLY),
    ("SQLITE_PERM", ReadOnly, _IS_READ_ONLY),
    ("SQLITE_CANTOPEN", CannotOpen, "The workspace {where} cannot be opened. Look at its directory."),
    (
        "SQLITE_NOTADB",
        Damaged,
        "The file {where} is no LeapGrid workspace, or is damaged: leapgrid rescue shows what can be saved.",
    ),
    ("SQLITE_CORRUPT", Damaged, _IS_DAMAGED),
    ("SQLITE_SCHEMA", Damaged, _IS_DAMAGED),
    (
        "SQLITE_IOERR",
        WorkspaceError,
        "The disk does not do what the workspace {where} needs: it is full for you, gone, or failing.",
    ),
)
_OF_A_DAMAGED_SCHEMA = ("no such table", "no such column", "malformed", "duplicate column", "already exists")

_BY_STATE: tuple[tuple[str, type[WorkspaceError], str], ...] = (
    ("53100", DiskFull, "The disk of the workspace {where} is full. Ask who runs it to make room."),
    ("53300", Unreachable, "The workspace {where} takes no more connections. Try again later."),
    ("55P03", Locked, "Somebody else keeps the workspace {where} locked. Try again."),
    ("57014", Locked, "The workspace {where} took too long. Try again."),
    ("40", Locked, "Somebody else wrote to the workspace {where} at the same moment. Try again."),
    ("25006", ReadOnly, "The workspace {where} is read-only. Allow writing or name another one."),
    (
        "42501",
        ReadOnly,
        "The workspace {where} lets you read only. Ask for the right to write.",
    ),
    ("28", CannotOpen, "The workspace {where} does not know this name and password."),
    ("3D000", CannotOpen, "There is no database {where}. Make it, or name another one."),
    (
        "3F000",
        CannotOpen,
        "The workspace {where} names no schema that is there. Make it first.",
    ),
    ("XX", Damaged, "The workspace {where} is damaged. Ask who runs it to restore a copy."),
    ("25P03", Unreachable, "The workspace {where} gave up waiting. Try again."),
    ("57P", Unreachable, "The workspace {where} is being shut down or started. Try again."),
    ("08", Unreachable, "The connection to the workspace {where} was cut off. Try again."),
    ("22", WorkspaceError, "Something that was given cannot be stored in the workspace {where}."),
)
"""What PostgreSQL's states mean: the first that the state begins with."""


def from_database(error: BaseException, where: str) -> WorkspaceError:
    """The sentence for a failure of the database.

    Args:
        error: what SQLAlchemy or the driver raised.
        where: the workspace's place, safe to show.
    """
    # SQLAlchemy's errors carry the driver's.
    original = getattr(error, "orig", error)
    name = str(getattr(original, "sqlite_errorname", "") or "")
    for prefix, kind, sentence in _BY_NAME:
        if name.startswith(prefix):
            return kind(sentence.format(where=where))
    if not name and "Could not decode" in str(original):
        return Damaged(_IS_DAMAGED.format(where=where))
    if name == "SQLITE_ERROR" and any(words in str(original) for words in _OF_A_DAMAGED_SCHEMA):
        return Damaged(_IS_DAMAGED.format(where=where))
    if hasattr(original, "sqlstate"):
        return _from_postgres(original, where)
    return WorkspaceError(f"The workspace {where} did not take it ({name or type(error).__name__}).")


def _from_postgres(error: BaseException, where: str) -> WorkspaceError:
    """The sentence for what psycopg raised."""
    state = str(getattr(error, "sqlstate", None) or "")
    for prefix, kind, sentence in _BY_STATE:
        if state.startswith(prefix):
            return kind(sentence.format(where=where))
    name = type(error).__name__
    if state:
        return WorkspaceError(f"The workspace {where} did not take it ({name}).")
    if any(base.__name__ == "DataError" for base in type(error).__mro__):
        # It never left: PostgreSQL's text takes no NUL.
        return WorkspaceError(f"Something that was given cannot be stored in the workspace {where}.")
    return Unreachable(f"The workspace {where} cannot be reached: {_reason(error)}.")


def _reason(error: BaseException) -> str:
    """Why a connection did not come about, in the words of the last address that was tried."""
    from leapgrid.visible import visible

    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    said = next((line for line in reversed(lines) if "FATAL:" in line or "failed:" in line), lines[0])
    for sign in ("FATAL:", "failed:"):
        said = said.rpartition(sign)[2] or said
    return visible(said.strip().rstrip("."), 160)


def _is_not_unique(error: BaseException | None) -> bool:
    """Whether a uniqueness besides that of primary keys was to be broken; those are for us to give."""
    if getattr(error, "sqlstate", None) == "23505":
        name = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
        return not name.endswith("_pkey")
    return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_UNIQUE"


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn failures of the database into sentences."""
    # Here and not above: whoever only wants to catch our errors need not load the database's.
    import sqlite3

    from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

    try:
        yield
    except IntegrityError as error:
        if _is_not_unique(error.orig):
            raise NotUnique(f"The workspace {where} holds such a thing already.") from error
        raise Damaged(f"The workspace {where} contradicts itself. Restore a copy of it.") from error
    except (DBAPIError, sqlite3.Error) as error:
        raise from_database(error, where) from error
    except UnicodeDecodeError as error:
        # The driver's own messages repeat parts of a damaged file.
        raise Damaged(f"The workspace {where} is damaged. Restore a copy of it.") from error
    except (StatementError, UnicodeEncodeError, OverflowError) as error:
        raise WorkspaceError(
            f"Something that was given cannot be stored in the workspace {where}."
        ) from error
