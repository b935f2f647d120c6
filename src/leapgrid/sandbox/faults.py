"""Faults on request: what a server may do wrong, by name.

A fault is written ``[SCOPE:]NAME[=VALUE][@WHICH][xTIMES]``, with spaces allowed before ``@`` and ``x``:

* SCOPE is the kind of call: ``create`` (bulk_create and bulk_upsert; the default), ``lookup`` (GET record,
  filter, pull; the default of ``stale``, ``no-pull``, ``skip-page`` and ``repeat-page``) or ``all``.
* WHICH counts the calls of that scope since the fault was set, from 1: ``@2`` the second only, ``@2-4``,
  ``@2+`` from the second on.
* TIMES is how often it strikes before it is over: ``x1`` once.

Examples: ``cut-after@2``, ``cut-after x1``, ``slow=2.5``, ``rate-limit=1x2``, ``lookup:error-500``,
``unauthorized-from=3``, ``stale=5``. Several faults in one text are parted by ``;``.

``slow=SECONDS``
    waits after reading the request and before storing; stores even if the client has gone
``slow-after=SECONDS``
    waits after storing, then answers
``cut-before``
    closes the connection before reading the body; nothing is stored
``cut-after``
    stores, then closes the connection without a byte of an answer
``cut-during``
    stores, then sends half of the answer and closes
``reset-before``, ``reset-after``
    as ``cut-before`` and ``cut-after``, but with a TCP reset
``silent``, ``silent-after``
    reads the request and never answers; the latter stores
``stall``
    never reads the body
``html-200``, ``html-502``, ``html-200-after``, ``html-502-after``
    answers an HTML page with that status; the latter two store first
``error-500``, ``error-500-after``
    answers 500 in the API's form; the latter stores first
``unauthorized-from=N``
    from the N-th create call on every call is answered 401, as with a key that expired
``rate-limit``, ``rate-limit=AFTER``
    answers 429, with AFTER as the text of Retry-After where it is given
``too-large=N``
    answers 413 to a bulk_create of more than N records
``zero-based``
    counts ``record_index`` from 0
``no-index``
    leaves ``record_index`` out
``other-value``
    messages that quote a value quote that of another record of the call
``first-only``
    names only the first bad record
``not-atomic``
    stores the good records and answers 400 all the same
``stale=SECONDS``
    look-ups do not see records that are younger
``no-pull``
    the pull of records is answered 404, as where only the filter exists
``skip-page``, ``repeat-page``
    the pages of a pull, after the first, leave their first record out; or begin with the last one once more
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class BadFault(ValueError):
    """The text does not name a fault of this server; the message says what is wrong with it."""


class CallKind(StrEnum):
    """What a call does, as far as faults tell calls apart."""

    CREATE = "create"
    LOOKUP = "lookup"
    OTHER = "other"


Scope = Literal["create", "lookup", "all"]
_SCOPES: dict[str, Scope] = {"create": "create", "lookup": "lookup", "all": "all"}

_SECONDS = frozenset({"slow", "slow-after", "stale"})
_COUNTS = frozenset({"unauthorized-from", "too-large"})
_PLAIN = frozenset(
    {"cut-before", "cut-after", "cut-during", "reset-before", "reset-after"}
    | {"silent", "silent-after", "stall"}
    | {"html-200", "html-200-after", "html-502", "html-502-after", "error-500", "error-500-after"}
    | {"zero-based", "no-index", "other-value", "first-only", "not-atomic"}
    | {"no-pull", "skip-page", "repeat-page"}
)
_OF_LOOK_UPS = frozenset({"stale", "no-pull", "skip-page", "repeat-page"})
FAULT_NAMES = tuple(sorted(_SECONDS | _COUNTS | _PLAIN | {"rate-limit"}))
"""Every fault this server knows."""

_FORM = re.compile(
    r"(?:(?P<scope>create|lookup|all):)?(?P<name>[a-z][a-z0-9-]*?)(?:=(?P<value>.*?))?"
    r"(?:\s*@(?P<first>[0-9]+)(?P<rest>\+|-(?P<last>[0-9]+))?)?(?:\s*x(?P<times>[0-9]+))?"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and when it strikes. The module's text has the names and the written form.

    Attributes:
        name: one of :data:`FAULT_NAMES`.
        value: seconds, a count or the text of Retry-After, by name; None where none was given.
        first: the first call that it strikes, from 1.
        last: the last such call; None for all after.
        times: how often it strikes; None without end.
        scope: the kind of call that counts.
    """

    name: str
    value: str | None = None
    first: int = 1
    last: int | None = None
    times: int | None = None
    scope: Scope = "create"

    def __post_init__(self) -> None:
        if self.name not in FAULT_NAMES:
            raise BadFault(f"There is no fault of that name; choose one of {', '.join(FAULT_NAMES)}.")
        if self.name in _PLAIN and self.value is not None:
            raise BadFault(f"The fault {self.name} takes no value.")
        if self.name in _SECONDS and not _is_seconds(self.value):
            raise BadFault(f"The fault {self.name} needs a number of seconds, like {self.name}=2.5.")
        if self.name in _COUNTS and not (self.value and self.value.isascii() and self.value.isdecimal()):
            raise BadFault(f"The fault {self.name} needs a whole number, like {self.name}=3.")
        if self.value is not None and not _is_header_text(self.value):
            raise BadFault(f"The value of the fault {self.name} cannot stand in a header.")
        if self.first < 1 or (self.last is not None and self.last < self.first) or self.times == 0:
            raise BadFault("Calls are counted from 1, and a fault strikes at least once.")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read one fault from its written form.

        Raises:
            BadFault: it is not in that form, has no such name, or lacks its value.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise BadFault("A fault is written NAME, NAME=VALUE, NAME@2 or NAMEx1, like cut-after@2.")
        first = int(match["first"] or 1)
        if match["last"]:
            last: int | None = int(match["last"])
        else:
            last = first if match["first"] and not match["rest"] else None
        times = int(match["times"]) if match["times"] else None
        scope = _SCOPES[match["scope"]] if match["scope"] else _usual_scope(match["name"])
        return cls(match["name"], match["value"], first, last, times, scope)

    def covers(self, kind: CallKind) -> bool:
        """Whether a call of this kind counts for the fault."""
        return self.scope == "all" or self.scope == kind

    def __str__(self) -> str:
        text = self.name if self.scope == _usual_scope(self.name) else f"{self.scope}:{self.name}"
        if self.value is not None:
            text += f"={self.value}"
        if self.last is not None:
            text += f"@{self.first}" if self.last == self.first else f"@{self.first}-{self.last}"
        elif self.first > 1:
            text += f"@{self.first}+"
        return text if self.times is None else f"{text}x{self.times}"


def _usual_scope(name: str) -> Scope:
    return "lookup" if name in _OF_LOOK_UPS else "create"


def _is_seconds(text: str | None) -> bool:
    return text is not None and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def _is_header_text(text: str) -> bool:
    return all(char.isprintable() and ord(char) < 0x100 for char in text)


FaultLike = Fault | str


def as_faults(faults: FaultLike | Iterable[FaultLike] | None) -> tuple[Fault, ...]:
    """Faults from faults, written faults (several parted by ``;``), or a mixture.

    Raises:
        BadFault: a written one cannot be read.
    """
    if faults is None:
        return ()
    found: list[Fault] = []
    for item in (faults,) if isinstance(faults, Fault | str) else faults:
        if isinstance(item, Fault):
            found.append(item)
        else:
            found.extend(Fault.parse(part) for part in item.split(";") if part.strip())
    return tuple(found)


class Striking:
    """The faults that strike one call."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        self._by_name = {fault.name: fault for fault in self.faults}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def text(self, name: str) -> str | None:
        """The value of a fault; None where it does not strike or has no value."""
        fault = self._by_name.get(name)
        return fault.value if fault else None

    def number(self, name: str) -> float:
        """The value of a fault as a number; 0 where it does not strike."""
        return float(self.text(name) or 0)


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.struck = 0

    def strikes(self, kind: CallKind) -> bool:
        fault = self.fault
        if fault.name == "unauthorized-from":
            # An expired key is refused everywhere, but it is the create calls that are counted.
            self.seen += kind is CallKind.CREATE
            return self.seen >= int(fault.value or 1)
        if not fault.covers(kind):
            return False
        self.seen += 1
        if self.seen < fault.first or (fault.last is not None and self.seen > fault.last):
            return False
        if fault.times is not None and self.struck >= fault.times:
            return False
        self.struck += 1
        return True


class FaultBook:
    """The faults that are set on a server, and how far each has come. Safe to use from several threads."""

    def __init__(self, faults: FaultLike | Iterable[FaultLike] | None = None) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self.set(faults)

    def set(self, faults: FaultLike | Iterable[FaultLike] | None) -> None:
        """Set these faults in place of all others; None or nothing clears them. Counting starts anew."""
        armed = [_Armed(fault) for fault in as_faults(faults)]
        with self._lock:
            self._armed = armed

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that are set, used up or not."""
        with self._lock:
            return tuple(armed.fault for armed in self._armed)

    def take(self, kind: CallKind, extra: Sequence[Fault] = ()) -> Striking:
        """The faults that strike a call that has just come, and ``extra`` that it asks for itself."""
        with self._lock:
            own = [armed.fault for armed in self._armed if armed.strikes(kind)]
        return Striking((*own, *extra))
