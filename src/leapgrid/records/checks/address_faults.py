"""What is wrong with an address that email-validator refuses, in words that say what to do.

The library stops at the first rule it finds broken and speaks of "at-signs" and "periods"; people also
need to be shown where, and offered the repair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from leapgrid.records.checks.base import Spans, runs
from leapgrid.records.checks.domains import meant_domain
from leapgrid.visible import visible

DOTS = ".。．｡"
"""What counts as a dot in a domain (UTS 46)."""

_LONGEST = 254
_LONGEST_LABEL = 63
_LOCAL_SIGNS = frozenset("!#$%&'*+-/=?^_`{|}~.")
_SEVERAL = re.compile(r"[^\s<>,;:()\[\]\"@]+@[^\s<>,;:()\[\]\"@/|]+")
_BRACKETS = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]*)>\s*$")
_SPELLED_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|\sat\s)\s*", re.IGNORECASE)


class Problem(NamedTuple):
    """One thing that is wrong with an address.

    Attributes:
        message: what is wrong and what to do.
        spans: the characters that are wrong.
        label: what the repair does, "" where there is none.
        repaired: the address without this problem; it may have others.
        mendable: whether typing on at the end can make it right.
        so_far: what is missing, for a text that is still being typed.
    """

    message: str
    spans: Spans = ()
    label: str = ""
    repaired: str | None = None
    mendable: bool = False
    so_far: str = ""


def problems_of(text: str) -> Iterator[Problem]:
    """What is wrong with an address that email-validator refuses, the most telling first; at least one."""
    yield from _around(text)
    yield from _ats(text)
    local, at, domain = text.partition("@")
    if at and "@" not in domain:
        yield from _domain(local, domain)
    yield from _local(text, local)
    yield Problem(
        "This is not a valid address. An address looks like carla@firm.com.",
        mendable=True,
        so_far="the address is not complete",
    )


def _around(text: str) -> Iterator[Problem]:
    """What stands around an address: spaces, signs, a name, other addresses."""
    addresses = len(_SEVERAL.findall(text))
    if addresses > 1:
        yield Problem(f"There are {addresses} addresses in this cell. Keep one.")
    unseen = [
        i for i, c in enumerate(text) if unicodedata.category(c) in ("Cf", "Cc", "Cs") and not c.isspace()
    ]
    if unseen:
        yield Problem(
            "There is a character in the address that cannot be seen. Remove it.",
            runs(unseen),
            "Remove what cannot be seen",
            _without(text, unseen),
        )
    breaks = [i for i, c in enumerate(text) if c in "\r\n"]
    if breaks:
        yield Problem(
            "There is a line break in the address. Remove it.",
            runs(breaks),
            "Remove the line break",
            _without(text, breaks),
        )
    stripped = text.strip()
    if stripped != text:
        front = len(text) - len(text.lstrip())
        back = len(text.rstrip())
        spans = tuple(span for span in ((0, front), (max(back, front), len(text))) if span[0] < span[1])
        where = "around" if len(spans) == 2 else "before" if front else "after"
        many = len(text) - len(stripped) > 1
        yield Problem(
            f"There {'are spaces' if many else 'is a space'} {where} the address.",
            spans,
            f"Remove the space{'s' if many else ''}",
            stripped,
        )
    if text[:7].lower() == "mailto:":
        yield Problem(
            'The address begins with "mailto:". Keep only the address.', ((0, 7),), "Remove mailto:", text[7:]
        )
    found = _BRACKETS.match(text)
    if found:
        named = (
            "There is a name before the address."
            if found["name"].strip()
            else "There are < and > around the address."
        )
        yield Problem(
            f"{named} Keep only the address.",
            ((0, found.start("address")), (found.end("address"), len(text))),
            "Keep only the address",
            found["address"],
        )
    if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'" and "@" in text:
        yield Problem(
            "There are quotation marks around the address.",
            ((0, 1), (len(text) - 1, len(text))),
            "Remove the quotation marks",
            text[1:-1],
        )
    for sign, name in ((",", "comma"), (";", "semicolon"), (":", "colon")):
        if text.endswith(sign):
            yield Problem(
                f"There is a {name} after the address.",
                ((len(text.rstrip(sign)), len(text)),),
                f"Remove the {name}",
                text.rstrip(sign),
            )


def _ats(text: str) -> Iterator[Problem]:
    """No @, another sign in its place, or more than one."""
    ats = [i for i, c in enumerate(text) if c == "@"]
    if not ats:
        for sign in "＠﹫":
            if sign in text:
                at = text.index(sign)
                repaired = text.replace(sign, "@", 1)
                yield Problem(
                    "The @ is a wide one. Use the plain @.", ((at, at + 1),), "Use a plain @", repaired
                )
        spelled = _SPELLED_AT.search(text)
        yield Problem(
            "There is no @. An address looks like carla@firm.com.",
            label="Write @" if spelled else "",
            repaired=_SPELLED_AT.sub("@", text, count=1) if spelled else None,
            mendable=True,
            so_far="no @ so far",
        )
    elif len(ats) > 1 and not text.startswith('"'):
        second = ats[1:]
        if second == list(range(ats[0] + 1, ats[0] + 1 + len(second))):
            yield Problem("There is a second @.", runs(second), "Remove the second @", _without(text, second))
        else:
            yield Problem("There is a second @.", runs(second))


def _local(text: str, local: str) -> Iterator[Problem]:
    """What is wrong before the @."""
    complete = len(local) < len(text)
    if complete and not local:
        yield Problem("Nothing before the @. An address begins like carla@firm.com.", ((0, 1),))
    if local.startswith('"'):
        yield Problem(
            "Quotation marks cannot stand before the @.", runs([i for i, c in enumerate(local) if c == '"'])
        )
    spaces = [i for i, c in enumerate(local) if c.isspace()]
    if spaces:
        yield _spaces(text, spaces, "before the @" if complete else "in it")
    strange = [
        i
        for i, c in enumerate(local)
        if not c.isspace() and (not (c.isalnum() or c in _LOCAL_SIGNS) if c.isascii() else _unsafe(c, i))
    ]
    if strange:
        yield _strange(text, strange, "before the @")
    yield from _dots(text, 0, local)
    if complete and local.endswith("."):
        at = len(local.rstrip("."))
        yield Problem(
            "There is a dot right before the @.",
            ((at, len(local)),),
            "Remove the dot",
            text[:at] + text[len(local) :],
        )
    if len(text.encode("utf-8", "replace")) > _LONGEST:
        yield too_long(text)


def _domain(local: str, domain: str) -> Iterator[Problem]:
    """What is wrong after the @."""
    text, start = f"{local}@{domain}", len(local) + 1
    # What is wrong before the @ is told first: people read from the left.
    yield from (p for p in _local(text, local) if not p.mendable)
    if not domain:
        yield Problem(
            "Nothing after the @. An address ends like carla@firm.com.",
            ((len(local), start),),
            mendable=True,
            so_far="nothing after the @ so far",
        )
        return
    spaces = [start + i for i, c in enumerate(domain) if c.isspace()]
    if spaces:
        yield _spaces(text, spaces, "after the @")
    if domain.startswith("["):
        yield Problem(
            "A number in brackets cannot stand after the @. An address ends like carla@firm.com.",
            ((start, len(text)),),
        )
    strange = [
        start + i
        for i, c in enumerate(domain)
        if not c.isspace() and (not (c.isalnum() or c in "-.") if c.isascii() else _unsafe(c, i))
    ]
    if strange:
        commas = text.replace(",", ".")
        if all(text[i] == "," for i in strange) and "." in commas[start:]:
            yield Problem(
                "There is a comma where a dot belongs.",
                runs(strange),
                "Put a dot in place of the comma",
                commas,
            )
        yield _strange(text, strange, "after the @")
    yield from _dots(text, start, domain)
    yield from _labels(text, start, domain)


def _labels(text: str, start: int, domain: str) -> Iterator[Problem]:
    """The parts between the dots of a domain."""
    if domain.endswith("."):
        at = start + len(domain.rstrip("."))
        yield Problem(
            "The address ends with a dot.",
            ((at, len(text)),),
            "Remove the dot",
            text[:at],
            mendable=True,
            so_far="the address ends like carla@firm.com",
        )
    at = start
    for label in domain.split("."):
        last = at + len(label) == len(text)
        if label.startswith("-") or label.endswith("-"):
            spans = tuple(
                s
                for s in (
                    (at, at + len(label) - len(label.lstrip("-"))),
                    (at + len(label.rstrip("-")), at + len(label)),
                )
                if s[0] < s[1]
            )
            yield Problem(
                "A part of the domain begins or ends with a hyphen.",
                spans,
                "Remove the hyphen",
                text[:at] + label.strip("-") + text[at + len(label) :],
                mendable=last and not label.startswith("-"),
                so_far="the address ends like carla@firm.com",
            )
        if len(label) > _LONGEST_LABEL:
            yield Problem(
                f"A part of the domain is longer than {_LONGEST_LABEL} characters.",
                ((at + _LONGEST_LABEL, at + len(label)),),
            )
        at += len(label) + 1
    if not any(dot in domain for dot in DOTS):
        meant = meant_domain(domain)
        yield Problem(
            "There is no dot after the @. An address ends like carla@firm.com.",
            ((start, len(text)),),
            f"Change to {meant}" if meant else "",
            text[:start] + meant if meant else None,
            mendable=True,
            so_far="the address ends like carla@firm.com",
        )
    elif domain[-1:].isdigit():
        yield Problem(
            "An address cannot end with a digit. It ends like carla@firm.com.",
            ((start + domain.rfind(".") + 1, len(text)),),
            mendable=True,
            so_far="the address ends like carla@firm.com",
        )
    if len(text.encode("utf-8", "replace")) > _LONGEST:
        yield too_long(text)
    yield Problem(
        "What stands after the @ is not a domain. It looks like firm.com.",
        ((start, len(text)),),
        mendable=True,
        so_far="the address ends like carla@firm.com",
    )


def _dots(text: str, start: int, part: str) -> Iterator[Problem]:
    if part.startswith("."):
        width = len(part) - len(part.lstrip("."))
        yield Problem(
            "There is a dot right after the @." if start else "The address begins with a dot.",
            ((start, start + width),),
            "Remove the dot",
            text[:start] + text[start + width :],
        )
    double = [start + i for i in range(1, len(part)) if part[i] == "." == part[i - 1]]
    if double:
        yield Problem("There are two dots in a row.", runs(double), "Remove one dot", _without(text, double))


def _spaces(text: str, at: list[int], where: str) -> Problem:
    one = len(at) == 1
    every = [i for i, c in enumerate(text) if c.isspace()]
    return Problem(
        f"The address has {'a space' if one else f'{len(at)} spaces'} {where}.",
        runs(every),
        "Remove the space" if len(every) == 1 else "Remove the spaces",
        _without(text, every),
    )


def _strange(text: str, at: list[int], where: str) -> Problem:
    char = text[at[0]]
    shown = "A quotation mark" if char == '"' else f'"{visible(char)}"'
    return Problem(f"{shown} cannot stand {where}.", runs(at), "", None)


def too_long(text: str) -> Problem:
    """The problem of an address with more than 254 bytes."""
    over = len(text.encode("utf-8", "replace")) - _LONGEST
    unit = "character" if text.isascii() else "byte"
    return Problem(
        f"The address is {over} {unit}{'s' if over > 1 else ''} too long (limit {_LONGEST}).",
        ((min(_LONGEST, len(text) - 1), len(text)),),
    )


def _unsafe(char: str, position: int) -> bool:
    """Whether a character outside ASCII has no place in an address."""
    category = unicodedata.category(char)
    return category[0] in "CZ" or (category[0] == "M" and position == 0)


def _cannot_be_seen(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cc", "Cs") and not char.isspace()


def _without(text: str, positions: list[int]) -> str:
    gone = set(positions)
    return "".join(c for i, c in enumerate(text) if i not in gone)
