"""Values from a list. A closed list is the whole truth; an open one only helps to type."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from leapgrid.records.checks.base import FINE, Findings, Spans, Typing, error, has_errors, not_yet, wrong
from leapgrid.records.issues import Finding, Fix
from leapgrid.visible import visible

_SHOWN = 5
_MOST_FINDINGS = 20
"""A cell with more unknown values than this is told of no further ones: it needs another look anyway."""


def split_choices(text: str) -> tuple[str, ...]:
    """The values of a multi-choice cell: parted by ``;``, without the spaces and empty parts between them."""
    return tuple(part for part in (p.strip() for p in text.split(";")) if part)


def check_choice(text: str, choices: tuple[str, ...], closed: bool) -> Findings:
    """What is wrong with one value of a list.

    Args:
        text: the whole cell, not empty.
        choices: the values of the list; an empty one says nothing.
        closed: whether other values are wrong.
    """
    if not closed or not choices or text in choices:
        return ()
    closest = _closest(text, choices)
    fix = Fix(f"Change to {visible(closest, 40)}", closest) if closest else None
    return (_unknown(text, choices, closest, fix, ((0, len(text)),)),)


def check_multi_choice(text: str, choices: tuple[str, ...], closed: bool) -> Findings:
    """What is wrong with several values of a list, parted by ``;``.

    Args: as for :func:`check_choice`.
    """
    if not split_choices(text):
        return (error("multi_choice_empty", "There is no value here. Part values with a semicolon: a;b."),)
    if not closed or not choices:
        return ()
    findings: list[Finding] = []
    at = 0
    for part in text.split(";"):
        value = part.strip()
        if value and value not in choices:
            start = at + part.index(value)
            closest = _closest(value, choices)
            fix = None
            if closest:
                repaired = text[:start] + closest + text[start + len(value) :]
                fix = Fix(f"Change to {visible(closest, 40)}", repaired)
            findings.append(_unknown(value, choices, closest, fix, ((start, start + len(value)),)))
            if len(findings) == _MOST_FINDINGS:
                break
        at += len(part) + 1
    return tuple(findings)


def type_choice(text: str, choices: tuple[str, ...], closed: bool) -> Typing:
    """The verdict on a value of a list that is being typed.

    Case is forgiven while typing: the list that opens takes what is chosen from it as it is spelled there.

    Args: as for :func:`check_choice`.
    """
    findings = check_choice(text, choices, closed)
    if not findings:
        return FINE
    return _begun(text, choices) or wrong(findings[0])


def type_multi_choice(text: str, choices: tuple[str, ...], closed: bool) -> Typing:
    """The verdict on several values that are being typed: the last one may go on.

    Args: as for :func:`check_choice`.
    """
    findings = check_multi_choice(text, choices, closed)
    if not has_errors(findings):
        return FINE
    last = text.rpartition(";")[2]
    before = text[: len(text) - len(last)]
    if split_choices(before):
        earlier = check_multi_choice(before, choices, closed)
        if earlier:
            return wrong(earlier[0])
    if not last.strip():
        return not_yet("a value")
    return _begun(last.lstrip(), choices) or wrong(findings[-1])


def _begun(text: str, choices: tuple[str, ...]) -> Typing | None:
    begun = [c for c in choices if c.lower().startswith(text.lower())]
    return not_yet(_few(tuple(begun), "or")) if begun else None


def _unknown(value: str, choices: tuple[str, ...], closest: str, fix: Fix | None, spans: Spans) -> Finding:
    shown = visible(value, 40)
    advice = f"Closest: {visible(closest, 40)}" if closest else f"Known: {_few(choices, 'and')}"
    message = f"'{shown}' is not one of the known values. {advice}."
    return error("choice_unknown", message, fix, spans)


def _few(values: tuple[str, ...], word: str) -> str:
    shown = [visible(v, 40) for v in values[:_SHOWN]]
    if len(values) > _SHOWN:
        return f"{', '.join(shown)} {word} {len(values) - _SHOWN} more"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}" if len(shown) > 1 else shown[0]


@lru_cache(maxsize=16384)
def _closest(value: str, choices: tuple[str, ...]) -> str:
    """The value of the list that was probably meant, or ""."""
    by_key: dict[str, str] = {}
    for choice in choices:
        by_key.setdefault(_key(choice), choice)
    key = _key(value[:200])
    if key in by_key:
        return by_key[key]
    found = get_close_matches(key, by_key, n=1, cutoff=0.7)
    return by_key[found[0]] if found else ""


def _key(value: str) -> str:
    """What is the same for spellings of one value: no case, and one sign for space, hyphen, underscore."""
    return " ".join(value.casefold().replace("_", " ").replace("-", " ").split())
