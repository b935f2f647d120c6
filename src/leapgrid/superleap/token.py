"""The API key, kept from everything that prints, stores or copies by itself."""

from __future__ import annotations

from typing import NoReturn, SupportsIndex

from leapgrid.superleap.errors import BadToken

MASK = "***"
_SHORTEST_MASKED = 8
"""A shorter key (only a sandbox takes one) is not searched for in answers: it would hit words."""


class SecretToken:
    """An API key that prints as `***`.

    `repr`, `str`, `format` and `%s` show the mask; pickling is refused, and the standard library's json does
    not know the type. Only :meth:`reveal` gives the key out. Equality takes the same time wherever the keys
    differ. Its form is not checked (keys are opaque), except that a header must be able to carry it.

    Args:
        value: the key; space around it (a pasted line break) is left out.

    Raises:
        BadToken: it is empty, or holds characters that cannot stand in a header.
    """

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str | SecretToken) -> None:
        text = value.reveal() if isinstance(value, SecretToken) else value.strip()
        problem = ""
        if not text:
            problem = "The key is empty."
        elif not (text.isascii() and text.isprintable()):
            problem = "The key holds characters that cannot be sent."
        if problem:
            # No local may still hold the key when a traceback prints locals.
            del text, value
            raise BadToken(problem)
        object.__setattr__(self, "_value", text)

    def reveal(self) -> str:
        """The key itself; for the one place that writes it into a header."""
        return self._value

    def mask(self, data: bytes) -> bytes:
        """The data with every occurrence of the key masked: a server may echo it."""
        return (
            data.replace(self._value.encode(), MASK.encode())
            if len(self._value) >= _SHORTEST_MASKED
            else data
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A key cannot be changed.")

    def __repr__(self) -> str:
        return f"SecretToken('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretToken):
            return NotImplemented
        import hmac  # loads the system's cryptography, and keys are seldom compared

        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash would be one more thing to compare keys by

    def __copy__(self) -> SecretToken:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> SecretToken:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A key is never pickled.")
