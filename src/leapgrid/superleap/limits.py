"""How long to wait and how much to take in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Total deadlines in seconds; slow bodies count.

    A short deadline for a create would turn slow successes into unknown outcomes.

    Attributes:
        create: for a create, from the call to the last byte of the answer.
        read: the same for everything else.
        connect: to connect, TLS included.
    """

    create: float = 600.0
    read: float = 60.0
    connect: float = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer is taken in; what goes beyond is left and marked.

    Attributes:
        body: bytes of a body after decoding.
        levels: levels of nesting in a JSON body.
        values: values in a JSON body, roughly: commas and opening brackets.
        errors: entries of `validation_errors`.
        message: characters of one text.
        pages: pages of one look-up.
    """

    body: int = 8 * 1024 * 1024
    levels: int = 64
    values: int = 1_000_000
    errors: int = 10_000
    message: int = 4096
    pages: int = 50


DEFAULT_TIMEOUTS = Timeouts()
DEFAULT_LIMITS = Limits()
