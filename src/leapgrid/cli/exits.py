"""Exit codes, and the one way in which a command ends early."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

GRACE = 5.0
"""Seconds for the answer of a chunk on its way after SIGTERM or SIGHUP; a longer wait is often a SIGKILL."""


class Code(IntEnum):
    """What scripts read. Of several the first that applies, in this order."""

    USAGE = 2
    """Wrong usage, or input that cannot be read."""
    NOT_CONNECTED = 4
    """Not connected or not allowed: nothing more can be sent until that is changed."""
    UNKNOWN = 3
    """Records were sent, and nobody knows whether they are there."""
    INVALID = 1
    """There are invalid or rejected records."""
    FINE = 0
    INTERRUPTED = 130
    """Stopped by the person (128 + SIGINT, as shells count), with nothing unknown or refused."""
    UNEXPECTED = 70
    """A defect of LeapGrid (EX_SOFTWARE)."""


class Ended(Exception):
    """A command ends here, with a sentence.

    Attributes:
        code: the exit code.
        message: one sentence for a person; it is made visible where it is printed.
        kind: stable name for scripts, e.g. "unreadable".
        document: the JSON document to print with ``--format json``; one that holds only the error if None.
    """

    def __init__(
        self, code: Code, kind: str, message: str, document: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.message = message
        self.document = document
