"""How a run goes about it: what a person or a script may choose before sending."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_CHUNK_SIZE = 1000
MAX_PARALLEL = 4

SETTLE = 300.0
"""Seconds after which "not found" counts: the vendor's own connectors allow for replicas so far behind."""


class OnRefusal(StrEnum):
    """What becomes of the good records of a chunk that was refused because of others."""

    AUTO = "auto"
    RESEND = "resend"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """Choices for one run.

    Attributes:
        chunk_size: the most records of one call, 1 to 1,000.
        parallel: how many chunks may be on their way at once, 1 to 4.
        rate: the most calls a second, or None for no limit. The vendor's own package limits itself to
            five; a server on this computer is never limited.
        include_invalid: records with local errors go too, because the server is the judge.
        first: only the first record goes, to see what the server makes of it.
        on_refusal: ``auto``: the good records of a refused chunk are sent again by themselves only where it
            is proven that a refusal stores nothing; ``resend``: after one look-up, proven or not; ``leave``:
            never.
        again: records that this workspace created before are sent all the same.
        settle: seconds after the end of a sending before "not found" proves that nothing was stored.
        look_after: seconds after the run when what is unknown is looked up once.

    Raises:
        ValueError: for a number out of its range, with a sentence for a person.
    """

    chunk_size: int = 100
    parallel: int = 1
    rate: float | None = 5.0
    include_invalid: bool = False
    first: bool = False
    on_refusal: OnRefusal | str = OnRefusal.AUTO
    again: bool = False
    settle: float = SETTLE
    look_after: float = 2.0

    def __post_init__(self) -> None:
        if not 1 <= self.chunk_size <= MAX_CHUNK_SIZE:
            raise ValueError(f"A chunk holds 1 to {MAX_CHUNK_SIZE:,} records, not {self.chunk_size:,}.")
        if not 1 <= self.parallel <= MAX_PARALLEL:
            raise ValueError(
                f"1 to {MAX_PARALLEL} chunks can be on their way at once, not {self.parallel:,}."
            )
        if self.rate is not None and not self.rate > 0:
            raise ValueError("The calls a second must be more than 0.")
        if self.on_refusal not in tuple(OnRefusal):
            raise ValueError("What to do on a refusal is one of auto, resend and leave.")
        if not self.settle >= 0 or not self.look_after >= 0:
            raise ValueError("A wait is 0 seconds or more.")
