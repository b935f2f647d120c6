"""A look into the workspace's file before it is opened, which takes a fifth of a second to load."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

_REMEMBERED = "SELECT 1 FROM remembered_mapping WHERE object = ? AND headers_digest = ?"


def may_remember(url: str | None, data_dir: Path, object_slug: str, headers: Sequence[str]) -> bool:
    """Whether :meth:`Workspace.remembered_mapping` is worth asking.

    Args:
        url: of the workspace; None for ``workspace.db`` in ``data_dir``.
        data_dir: the user's data directory.
        object_slug: as there.
        headers: as there.

    Returns:
        False where surely nothing is remembered of these headers; True also wherever only opening the
        workspace can tell: it is elsewhere, in use, older, damaged.
    """
    if url:
        return True
    path = data_dir / "workspace.db"
    try:
        if not path.exists():
            return False
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as file:
            found = file.execute(_REMEMBERED, (object_slug, headers_digest(headers))).fetchone()
    except (OSError, sqlite3.Error):
        return True
    return found is not None


def headers_digest(headers: Sequence[str]) -> str:
    """What headers that count as the same have in common; a column of the table."""
    alike = [" ".join(header.split()).casefold() for header in headers]
    return hashlib.sha256(json.dumps(alike).encode()).hexdigest()
