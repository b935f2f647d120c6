"""Check sums over what must not change unnoticed: a database does not see a flipped bit in a value.

A seal is kept beside what it covers, and compared whenever that is read to be acted upon. What an earlier
LeapGrid wrote has none, and is taken as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

from leapgrid.workspace.compact import compact, text_of
from leapgrid.workspace.errors import Damaged
from leapgrid.workspace.tables import DAMAGED


def seal(*values: Any) -> str:
    """The check sum of JSON values, eight hexadecimal digits."""
    return f"{crc32(compact(values).encode()):08x}"


def check(stored: str | None, *values: Any) -> None:
    """Compare values with the seal that was stored with them.

    Raises:
        Damaged: if they are not what was sealed.
    """
    if stored is not None and stored != seal(*values):
        raise Damaged(DAMAGED)


def chunk_values(
    submission_id: str, number: int, rows: Sequence[int], purpose: str | None
) -> tuple[Any, ...]:
    """What the seal of a chunk covers: which rows it has, in which order."""
    return (submission_id, number, list(rows), purpose)


def outcome_values(
    draft_id: str,
    row_id: int,
    state: str,
    at: float,
    evidence: str,
    submission_id: str,
    chunk: int,
    position: int,
    attempt_id: str,
) -> tuple[Any, ...]:
    """What the seal of a row's outcome covers."""
    return (draft_id, row_id, str(state), float(at), evidence, submission_id, chunk, position, attempt_id)


def outcome_seals(
    draft_id: str, state: str, at: float, evidence: str, submission_id: str, chunk: int, attempt_id: str
) -> Callable[[int, int], str]:
    """What gives, by row and position, the seals of outcomes that are the same otherwise: those of
    :func:`outcome_values`, but much faster for the many rows of an attempt.
    """
    begun = crc32(f"[{text_of(draft_id)},".encode())
    between = f",{text_of(state)},{compact(at)},{text_of(evidence)},{text_of(submission_id)},{chunk},"
    end = f",{text_of(attempt_id)}]"

    def one(row_id: int, position: int) -> str:
        return f"{crc32(f'{row_id}{between}{position}{end}'.encode(), begun):08x}"

    return one


def draft_values(
    draft_id: str, slug: str, schema: Any, mapping: Any, source: str, frame: str, settings: Any
) -> tuple[Any, ...]:
    """What the seal of a draft covers: what makes records of its frame."""
    return (draft_id, slug, schema, mapping, source, frame, settings)


def entry_values(
    draft_id: str,
    seq: int,
    kind: str,
    label: str,
    edit: str | None,
    at: float,
    owner: str | None,
    who: str | None,
) -> tuple[Any, ...]:
    """What the seal of a step of the journal covers. The edit is the very text that is stored."""
    summed = None if edit is None else crc32(edit.encode())  # it may be long
    return (draft_id, seq, kind, label, summed, float(at), owner, who)


_INTENT = (
    "id", "submission_id", "chunk", "number", "method", "path", "body_sha256", "object", "origin", "owner",
    "started_at", "clock_offset",
)  # fmt: skip
_ANSWER = ("finished_at", "status", "outcome", "reason", "message", "issues", "server_date")


def attempt_seal(values: Mapping[Any, Any]) -> str:
    """The seal of an attempt: what was intended and, once it is over, what came of it.

    Args:
        values: its columns by name; those of its end are looked at where ``finished_at`` is not None.
    """
    intent = seal(*(values[name] for name in _INTENT))
    if values.get("finished_at") is None:
        return intent
    return f"{intent}.{seal(*(values[name] for name in _ANSWER))}"


ATTEMPT_COLUMNS = ("seal", *_INTENT, *_ANSWER)
"""What must be read of an attempt for :func:`is_intact`."""


def is_intact(values: Mapping[Any, Any]) -> bool:
    """Whether an attempt is what was written.

    Args:
        values: its columns by name, at least :data:`ATTEMPT_COLUMNS`.
    """
    stored = values["seal"]
    return stored is None or stored == attempt_seal(values)
