"""What was said of the columns of files, for the next file with the same headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select

from leapgrid.records.importing import ImportMapping, mapping_from_json, mapping_to_json
from leapgrid.workspace import tables as t
from leapgrid.workspace.glance import headers_digest
from leapgrid.workspace.store import Store, upsert


class RememberedMapping(NamedTuple):
    """What was said of a file with the same headers.

    Attributes:
        mapping: what was said.
        at: when, in seconds since the epoch.
    """

    mapping: ImportMapping
    at: float


class Mappings(Store):
    """The part of the workspace that remembers what columns became.

    Headers are the same where they are the same words in the same order; case and spaces around and between
    them do not count.
    """

    def remember_mapping(self, object_slug: str, headers: Sequence[str], mapping: ImportMapping) -> None:
        """Keep what a person said of a file; what was said of the same headers before is replaced.

        Args:
            object_slug: what its records became.
            headers: of the file's own columns, as read.
            mapping: what was said; how the file was read is not kept.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        row: dict[str, object] = {
            "object": object_slug,
            "headers_digest": headers_digest(headers),
            "headers": list(headers),
            "mapping": mapping_to_json(mapping),
            "at": self.now(),
        }
        with self._database.write() as connection:
            upsert(connection, t.remembered_mapping, [row])

    def remembered_mapping(self, object_slug: str, headers: Sequence[str]) -> RememberedMapping | None:
        """What was said of the same headers, or None.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        table = t.remembered_mapping
        with self._database.read() as connection:
            row = connection.execute(
                select(table.c.mapping, table.c.at).where(
                    table.c.object == object_slug, table.c.headers_digest == headers_digest(headers)
                )
            ).first()
        if row is None:
            return None
        with t.understood():
            return RememberedMapping(mapping_from_json(row.mapping), float(row.at))

    def forget_mapping(self, object_slug: str, headers: Sequence[str]) -> bool:
        """Forget what was said of these headers.

        Returns:
            Whether there was anything.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        table = t.remembered_mapping
        with self._database.write() as connection:
            gone = connection.execute(
                delete(table).where(
                    table.c.object == object_slug, table.c.headers_digest == headers_digest(headers)
                )
            )
            return gone.rowcount > 0
