"""Reading the two headers that matter: `Date` and `Retry-After`."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

_DIGITS = re.compile(r"-?[0-9]+")
_FAR = 1e9
"""Seconds that stand for any larger number."""


def parse_retry_after(value: str | None, date_header: str | None = None) -> float | None:
    """Seconds that a `Retry-After` asks to wait.

    Args:
        value: the header; one that came twice is joined by a comma, and the longer wait counts.
        date_header: the answer's own `Date`; a date is compared with it, never with our clock.

    Returns:
        Seconds, 0 for what is past or negative, or None where it says nothing that can be read.
    """
    if not value or len(value) > 500:
        return None
    # HTTP dates hold a comma themselves and end in GMT.
    parts = re.split(r"(?<=GMT)\s*,\s*", value) if "GMT" in value else value.split(",")
    waits = [_seconds(part.strip(), date_header) for part in parts]
    known = [wait for wait in waits if wait is not None]
    return max(known) if known and len(known) == len(waits) else None


def _seconds(text: str, date_header: str | None) -> float | None:
    if _DIGITS.fullmatch(text):
        if text.startswith("-"):
            return 0.0
        # Nine digits are three decades; int() refuses thousands of them.
        digits = text.lstrip("0")
        return float(int(digits or "0")) if len(digits) <= 9 else _FAR
    until = parse_http_date(text)
    now = parse_http_date(date_header or "")
    if until is None or now is None:
        return None
    return max(0.0, until - now)


def parse_http_date(text: str) -> float | None:
    """An HTTP date as seconds since the epoch, or None."""
    if not text or len(text) > 100 or not text.isascii():
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
