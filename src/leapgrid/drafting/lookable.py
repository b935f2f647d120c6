"""How many records could be looked up, should no answer to their sending come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leapgrid.drafting.working import WorkingDraft
from leapgrid.records import RowId
from leapgrid.submit.keys import ladder
from leapgrid.superleap.lookup import compare_key


@dataclass(frozen=True, slots=True)
class Lookable:
    """What records could be looked up by.

    Attributes:
        by: field -> how many records it proves.
        hints: field -> how many records it only finds candidates for: an e-mail, or a key that several share.
        none: how many have nothing to be looked up by.
    """

    by: dict[str, int]
    hints: dict[str, int]
    none: int = 0


def lookable(draft: WorkingDraft, rows: Iterable[RowId]) -> Callable[[], Lookable]:
    """What counts them; for any thread, while the draft belongs to its own.

    Args:
        draft: whose records, as they are now.
        rows: which.
    """
    snapshot = draft.batch.snapshot()
    rungs = [rung for rung in ladder(draft.schema) if rung.field in draft.schema.names]
    wanted = tuple(rows)

    def count() -> Lookable:
        keys: list[tuple[str, str, bool]] = []
        for row in wanted:
            values = snapshot.values(row)
            for field, proves in rungs:
                if text := values.get(field, "").strip():
                    keys.append((field, compare_key(text), proves))
                    break
        shared = Counter((field, key) for field, key, _ in keys)
        by: Counter[str] = Counter()
        hints: Counter[str] = Counter()
        for field, key, proves in keys:
            (by if proves and shared[field, key] == 1 else hints)[field] += 1
        return Lookable(dict(by), dict(hints), len(wanted) - len(keys))

    return count
