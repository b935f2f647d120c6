"""Where a workspace is, by its address."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from leapgrid.visible import visible
from leapgrid.workspace.errors import BadWorkspaceUrl

LOOKS_LIKE = "It looks like sqlite:////path/ws.db or postgresql+psycopg://person@host/database."


def address_of(url: str | Path | None, data_dir: Path | None = None) -> Path | URL:
    """The file, or the database, that a workspace address names.

    Args:
        url: ``sqlite:////abs/ws.db``, a path, ``postgresql+psycopg://...``, or None for ``workspace.db`` in
            ``data_dir``.
        data_dir: the user's data directory.

    Returns:
        A path, or the address of a PostgreSQL database.

    Raises:
        BadWorkspaceUrl: if it names neither.
    """
    if url is None or url == "":
        if data_dir is None:
            raise BadWorkspaceUrl("No workspace was named. Set LEAPGRID_WORKSPACE to sqlite:////path/ws.db.")
        return data_dir / "workspace.db"
    if isinstance(url, Path):
        return url
    if "://" not in url:
        return Path(url)
    try:
        parsed: URL = make_url(url)
        kind = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise BadWorkspaceUrl(f"LEAPGRID_WORKSPACE is no address of a workspace. {LOOKS_LIKE}") from None
    if kind in ("postgresql", "postgres"):
        if not parsed.database:
            raise BadWorkspaceUrl(f"The address of the workspace names no database. {LOOKS_LIKE}")
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        # The address may hold a password: only its kind is shown.
        raise BadWorkspaceUrl(
            f"A workspace cannot be in {visible(kind, 24)}; only SQLite and PostgreSQL are supported. "
            + LOOKS_LIKE
        )
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise BadWorkspaceUrl("The workspace is a file. Its address looks like sqlite:////path/ws.db.")
    return Path(parsed.database)


def path_of(url: str | Path | None, data_dir: Path | None = None) -> Path:
    """The file that a workspace address names; see :func:`address_of`.

    Raises:
        BadWorkspaceUrl: if it names no file.
    """
    found = address_of(url, data_dir)
    if isinstance(found, URL):
        raise BadWorkspaceUrl("This workspace is in PostgreSQL, and this is about a file of SQLite.")
    return found
