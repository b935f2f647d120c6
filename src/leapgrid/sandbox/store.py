"""The records that a sandbox server holds, in memory and shared by its threads.

Shapes follow the printed examples: ids of six alphanumerics, ``_`` and eight alphanumerics, the first part
constant within an organisation; times in epoch milliseconds; keys sorted; the documented fields present as
null where nothing was sent, except ``status``, which no printed record has.
"""

from __future__ import annotations

import random
import string
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Record = dict[str, Any]

DOCUMENTED_FIELDS = ("name", "email", "phone", "status", "owner", "external_id")
SERVER_FIELDS = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "search_field"})
"""Fields that the server fills. What a request sends for them is ignored (an inference: nothing is said)."""

_ALWAYS_PRESENT = ("name", "email", "phone", "external_id")
_ID_LETTERS = string.ascii_letters + string.digits


class RecordStore:
    """Records by object slug and id. Every method may be called from any thread.

    Args:
        organisation: first part of record ids.
        clock: seconds since the epoch.
        changed: notified after every change; a caller may share it to wait for records and requests alike.
    """

    def __init__(
        self,
        organisation: str = "sandbx",
        clock: Callable[[], float] = time.time,
        changed: threading.Condition | None = None,
    ) -> None:
        self._organisation = organisation
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._objects: dict[str, dict[str, Record]] = {}
        self._added: dict[str, float] = {}
        self._random = random.Random()

    def add(self, slug: str, records: Sequence[Mapping[str, Any]], user: str) -> list[Record]:
        """Store all of these new records at once; answers them as stored, in the same order.

        Args:
            slug: the object; any slug makes one, since organisations have objects of their own.
            records: the values as sent.
            user: id of the creator, and owner where none is sent.
        """
        with self._changed:
            now = int(self._clock() * 1000)
            added = []
            for values in records:
                record: Record = dict.fromkeys(_ALWAYS_PRESENT)
                record.update((k, v) for k, v in values.items() if k not in SERVER_FIELDS)
                record.update(
                    id=self._new_id(), created_at=now, created_by=user, updated_at=now, updated_by=user
                )
                record["owner"] = record.get("owner") or user
                record["search_field"] = record["name"]
                ordered = dict(sorted(record.items()))
                self._objects.setdefault(slug, {})[ordered["id"]] = ordered
                self._added[ordered["id"]] = self._clock()
                added.append(dict(ordered))
            self._changed.notify_all()
            return added

    def merge(self, slug: str, record_id: str, changes: Mapping[str, Any], user: str) -> Record | None:
        """Change the given fields of a record and keep the others; None where there is no such record."""
        with self._changed:
            record = self._objects.get(slug, {}).get(record_id)
            if record is None:
                return None
            merged = record | {k: v for k, v in changes.items() if k not in SERVER_FIELDS}
            merged.update(updated_at=int(self._clock() * 1000), updated_by=user, search_field=merged["name"])
            self._objects[slug][record_id] = dict(sorted(merged.items()))
            self._changed.notify_all()
            return dict(self._objects[slug][record_id])

    def get(self, slug: str, record_id: str, min_age: float = 0.0) -> Record | None:
        """A record, or None where there is none or it is younger than ``min_age`` seconds."""
        with self._changed:
            record = self._objects.get(slug, {}).get(record_id)
            return dict(record) if record is not None and self._is_old(record_id, min_age) else None

    def records(self, slug: str, min_age: float = 0.0) -> list[Record]:
        """Copies of an object's records in the order of their creation.

        Args:
            slug: the object; an unknown one has no records.
            min_age: seconds; younger records are left out, as by a replica that lags.
        """
        with self._changed:
            found = self._objects.get(slug, {})
            return [dict(record) for key, record in found.items() if self._is_old(key, min_age)]

    def count(self, slug: str) -> int:
        """How many records an object has."""
        with self._changed:
            return len(self._objects.get(slug, {}))

    def slugs(self) -> tuple[str, ...]:
        """The objects that have records, in the order of their first one."""
        with self._changed:
            return tuple(slug for slug, records in self._objects.items() if records)

    def clear(self) -> None:
        """Forget all records."""
        with self._changed:
            self._objects.clear()
            self._added.clear()
            self._changed.notify_all()

    def _is_old(self, record_id: str, min_age: float) -> bool:
        return min_age <= 0 or self._clock() - self._added[record_id] >= min_age

    def _new_id(self) -> str:
        while True:
            record_id = f"{self._organisation}_{''.join(self._random.choices(_ID_LETTERS, k=8))}"
            if record_id not in self._added:
                return record_id
