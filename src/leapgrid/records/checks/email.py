"""E-mail addresses: email-validator decides, and what it refuses is said in our own words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from leapgrid.records.checks.address_faults import DOTS, Problem, problems_of, too_long
from leapgrid.records.checks.base import (
    FINE,
    Findings,
    Typing,
    TypingState,
    error,
    has_errors,
    not_yet,
    warning,
    wrong,
)
from leapgrid.records.checks.domains import meant_domain
from leapgrid.records.issues import Fix
from leapgrid.visible import visible

LONGEST_LOCAL = 64
"""How many characters before the @ :func:`accepts_domain` answers for."""

_ABSURD = 320
_Verdict = Literal["ok", "reserved", "refused"]


def check_email(text: str) -> Findings:
    """What is wrong with an address; nothing is looked up on the network.

    Args:
        text: the whole cell, not empty.
    """
    if len(text) > _ABSURD:
        # Not worth the library's time, which grows with the length, nor a place in the cache.
        return (error("email_syntax", too_long(text).message, None, too_long(text).spans),)
    return _check(text)


@lru_cache(maxsize=4096)
def _check(text: str) -> Findings:
    verdict = _verdict(text)
    if verdict == "reserved":
        ending = visible(re.split(f"[{DOTS}]", text)[-1], 20)
        return (
            warning(
                "email_reserved", f"No mail can reach a .{ending} address; it is reserved for local use."
            ),
        )
    if verdict == "ok":
        local, _, domain = text.rpartition("@")
        meant = meant_domain(domain)
        if meant is None:
            return ()
        value = f"{local}@{meant}"
        return (
            warning(
                "email_typo",
                f"Did you mean {visible(value, 80)}?",
                Fix(f"Change to {meant}", value),
                ((len(local) + 1, len(text)),),
                group=f"Did you mean {meant}?",
            ),
        )
    problem = next(problems_of(text))
    return (error("email_syntax", problem.message, _fix(problem, finished=True), problem.spans),)


def accepts_domain(domain: str) -> bool:
    """Whether nothing is wrong with any address of a domain that has plain words before the @.

    Args:
        domain: what stands after the @. Before it: up to :data:`LONGEST_LOCAL` letters, digits and the signs
            that need no quotation marks, with single dots between them.
    """
    address = f"{'a' * LONGEST_LOCAL}@{domain}"
    return len(address) <= _ABSURD and _accepts(address) and meant_domain(domain) is None


def type_email(text: str) -> Typing:
    """The verdict on an address that is being typed.

    Args:
        text: what stands in the editor, not empty.
    """
    findings = check_email(text)
    if len(text) > _ABSURD:
        return wrong(findings[0])
    if not has_errors(findings):
        return _type_valid(text, findings)
    problems = tuple(problems_of(text))
    if _can_become_valid(text):
        return not_yet(next((p.so_far for p in problems if p.so_far), "the address is not complete"))
    problem = next((p for p in problems if not p.mendable), problems[0])
    return wrong(error("email_syntax", problem.message, _fix(problem, finished=False), problem.spans))


def _type_valid(text: str, findings: Findings) -> Typing:
    if not findings:
        ending = text.rpartition(".")[2]
        return not_yet("the address ends like carla@firm.com") if len(ending) < 2 else FINE
    found = findings[0]
    if found.fix is not None and found.fix.value.lower().startswith(text.lower()):
        return not_yet(f"the address may go on as {visible(found.fix.value, 80)}")
    return Typing(TypingState.WARNING, found.message, found.fix, found.spans)


def _verdict(text: str) -> _Verdict:
    """email-validator's verdict, with reserved domains told apart.

    The library refuses reserved names only after its other rules for a domain, but before those for the
    length and a display name. So the last label is swapped for letters of equal number, and the library
    has to accept that in every respect.
    """
    import email_validator

    if text[:1].isspace() or text[-1:].isspace():
        return "refused"  # As the library does, which takes long to say it.
    if _accepts(text):
        return "ok"
    local, at, domain = text.rpartition("@")
    cut = max(domain.rfind(dot) for dot in DOTS)
    if not at or cut < 0:
        return "refused"
    last = unicodedata.normalize("NFKC", domain[cut + 1 :]).casefold()
    if last not in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        return "refused"
    ordinary = f"{local}@{domain[: cut + 1]}{'x' * len(last)}"
    return "reserved" if _accepts(ordinary) else "refused"


def _accepts(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _fix(problem: Problem, finished: bool) -> Fix | None:
    """The change that makes the address right, which may take several repairs; None where none does.

    Args:
        problem: what was found first.
        finished: whether the address has to be valid then, or only to be one that can become so.
    """
    value, labels = problem.repaired, [problem.label]
    for _ in range(6):
        if value is None:
            return None
        if value and (_verdict(value) != "refused" or (not finished and _can_become_valid(value))):
            label = labels[0] if len(set(labels)) == 1 else "Clean up the address"
            return Fix(label, value)
        following = next((p for p in problems_of(value) if p.repaired is not None), None)
        if following is None:
            return None
        value = following.repaired
        labels.append(following.label)
    return None


@lru_cache(maxsize=4096)
def _can_become_valid(text: str) -> bool:
    """Whether some text typed at the end makes a valid address of it.

    The endings below are the shortest that finish each kind of beginning, so an address that is nearly
    at its limit of length is judged right too. A domain in other scripts is hard to finish by trial (the
    rest of a Punycode label, writing direction), so its letters stand as plain ones here.
    """
    local, at, domain = text.partition("@")
    if not at:
        return any(_accepts(text + ending) for ending in ("@b.c", "a@b.c"))
    if not domain.isascii() and unicodedata.category(domain[0])[0] != "M":
        domain = "".join(_plain(c) for c in domain)
    if re.search(r"(?:^|\.)xn--?[a-z0-9-]*$", domain, re.IGNORECASE):
        domain = re.sub(r"xn--?[a-z0-9-]*$", "a", domain, flags=re.IGNORECASE)
    return any(_verdict(f"{local}@{domain}{ending}") != "refused" for ending in ("", "c", ".c", "b.c"))


def _plain(char: str) -> str:
    if char in DOTS:
        return "."
    return "a" if not char.isascii() and unicodedata.category(char)[0] in "LMNPS" else char
