"""What the sandbox refuses in a record: rules of its own, so that a test against it proves something.

Printed by the documentation: an address with a space is refused as ``invalid email format: <value>``, and the
phone ``+91-887788778888`` (twelve national digits, India has ten) as ``invalid number``, both with the code
``PARSE_INVALID_FORMAT``. The phones ``+1-555-...`` stand in an example with a printed success, so they are
accepted. All else here is inference, and only what is plainly malformed is refused:

* E-mail: text with exactly one ``@``, no white space or control characters, an unquoted local part of 1 to 64
  characters without leading, trailing or doubled dots, a domain with a dot whose labels hold letters (of any
  script), digits and inner hyphens, at most 254 characters in all.
* Phone: text of digits with at most one ``+``, in front, and spaces, hyphens, dots, slashes or brackets
  between; 7 to 15 digits; after +1 and +91 at most ten national digits.
* An organisation's rule, which no local check can know: addresses at ``mailinator.com`` are refused as
  ``email domain is not allowed: <value>`` with the code ``VALIDATION_RULE_FAILED``.

Null and empty text count as "not given". No other field is judged.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from leapgrid.superleap import wire

VALIDATION_RULE_FAILED = "VALIDATION_RULE_FAILED"

_LOCAL_PUNCTUATION = frozenset(".!#$%&'*+/=?^_`{|}~-")
_PHONE_SHAPE = re.compile(r"\+?[\d\s().\-/]+")
_LONGEST_NATIONAL = {"1": 10, "91": 10}
"""Country code to the most digits that may follow it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One value that is refused: the field, the text for a person and the code for a program."""

    field: str
    message: str
    error_code: str


def judge(record: Mapping[str, Any], blocked_email_domains: Set[str] = frozenset()) -> tuple[Refusal, ...]:
    """All that is refused in a record, in the order of its keys.

    Args:
        record: the values as parsed from JSON.
        blocked_email_domains: lower-case domains that the organisation does not allow.
    """
    found: list[Refusal] = []
    for field, value in record.items():
        if value is None or value == "":
            continue
        if field == "email":
            found.extend(_judge_email(value, blocked_email_domains))
        elif field == "phone" and not is_phone(value):
            # The printed refusal of a phone does not repeat the value, unlike that of an address.
            found.append(Refusal("phone", wire.PHONE_MESSAGE, wire.PARSE_INVALID_FORMAT))
    return tuple(found)


def _judge_email(value: Any, blocked: Set[str]) -> Iterable[Refusal]:
    if not is_email(value):
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield Refusal("email", wire.EMAIL_MESSAGE.format(value=shown), wire.PARSE_INVALID_FORMAT)
    elif value.rpartition("@")[2].lower() in blocked:
        # The whole address, as in the printed refusal: clients compare it with the row before they blame one.
        yield Refusal("email", f"email domain is not allowed: {value}", VALIDATION_RULE_FAILED)


def is_email(value: Any) -> bool:
    """Whether the value is text that is not plainly malformed as an address."""
    if not isinstance(value, str) or len(value) > 254 or value.count("@") != 1:
        return False
    local, _, domain = value.partition("@")
    return _is_local_part(local) and _is_domain(domain)


def _is_local_part(text: str) -> bool:
    if not 1 <= len(text) <= 64 or text.startswith(".") or text.endswith(".") or ".." in text:
        return False
    return all(_is_word(char) or char in _LOCAL_PUNCTUATION or _is_symbol(char) for char in text)


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) >= 2 and all(_is_label(label) for label in labels) and not labels[-1].isdecimal()


def _is_label(text: str) -> bool:
    if not 1 <= len(text) <= 63 or text.startswith("-") or text.endswith("-"):
        return False
    return all(_is_word(char) or char == "-" for char in text)


def _is_word(char: str) -> bool:
    """A letter or digit of any script, or a mark that is part of one."""
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")


def _is_symbol(char: str) -> bool:
    return ord(char) > 0x7F and unicodedata.category(char)[0] in "SP"


def is_phone(value: Any) -> bool:
    """Whether the value is text that is not plainly malformed as a phone number."""
    if not isinstance(value, str) or not _PHONE_SHAPE.fullmatch(value):
        return False
    digits = "".join(char for char in value if char.isdecimal())
    if not 7 <= len(digits) <= 15:
        return False
    if not value.startswith("+"):
        return True
    for code, longest in _LONGEST_NATIONAL.items():
        if digits.startswith(code):
            return len(digits) - len(code) <= longest
    return True
