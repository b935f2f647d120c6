"""How a run goes about it: what a person or a script may choose before sending."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CHUNK_SIZE = 1000
MAX_PARALLEL = 4


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

    Raises:
        ValueError: for a number out of its range, with a sentence for a person.
    """

    chunk_size: int = 100
    parallel: int = 1
    rate: float | None = 5.0
    include_invalid: bool = False
    first: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.chunk_size <= MAX_CHUNK_SIZE:
            raise ValueError(f"A chunk holds 1 to {MAX_CHUNK_SIZE:,} records, not {self.chunk_size:,}.")
        if not 1 <= self.parallel <= MAX_PARALLEL:
            raise ValueError(
                f"1 to {MAX_PARALLEL} chunks can be on their way at once, not {self.parallel:,}."
            )
        if self.rate is not None and not self.rate > 0:
            raise ValueError("The calls a second must be more than 0.")
