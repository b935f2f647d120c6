"""What every check works with: the settings of an import, and the verdict on a text that is being typed."""

from __future__ import annotations

from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Literal, NamedTuple

from leapgrid.records.issues import Finding, Fix, Severity

DateOrder = Literal["dmy", "mdy"]
Spans = tuple[tuple[int, int], ...]
Findings = tuple[Finding, ...]


class CheckContext(NamedTuple):
    """What a value may mean depends on where the data comes from; this says it.

    Attributes:
        default_country: two-letter region (``"DE"``) of phones written without a country code, or None.
        timezone: zone of date-times written without one.
        date_order: how dates such as 03/04/2026 are written, or None where nobody has said.
    """

    default_country: str | None = None
    timezone: tzinfo = UTC
    date_order: DateOrder | None = None


class TypingState(StrEnum):
    """What is to be shown of a value while it is being typed."""

    FINE = "fine"
    NOT_YET = "not_yet"
    WARNING = "warning"
    ERROR = "error"


class Typing(NamedTuple):
    """The verdict on a text that may still grow at its end.

    Attributes:
        state: ERROR only where no further typing at the end can mend the text.
        message: what to show, "" for FINE; it begins with "not yet: " for NOT_YET.
        fix: a change that would settle it, where one is known.
        spans: the characters that are wrong, as (start, end) offsets into the text.
    """

    state: TypingState
    message: str = ""
    fix: Fix | None = None
    spans: Spans = ()


FINE = Typing(TypingState.FINE)


def not_yet(what: str) -> Typing:
    """The quiet verdict: the text is not right, but typing on can make it so."""
    return Typing(TypingState.NOT_YET, f"not yet: {what}")


def wrong(finding: Finding) -> Typing:
    """The verdict on a text that typing on cannot mend."""
    return Typing(TypingState.ERROR, finding.message, finding.fix, finding.spans)


def error(code: str, message: str, fix: Fix | None = None, spans: Spans = (), group: str = "") -> Finding:
    """A finding that keeps the row from being sent."""
    return Finding(Severity.ERROR, code, message, fix, spans, group=group)


def warning(code: str, message: str, fix: Fix | None = None, spans: Spans = (), group: str = "") -> Finding:
    """A finding that is shown and keeps nothing back."""
    return Finding(Severity.WARNING, code, message, fix, spans, group=group)


def has_errors(findings: Findings) -> bool:
    """Whether any of the findings is an error."""
    return any(f.severity is Severity.ERROR for f in findings)


def runs(positions: list[int]) -> Spans:
    """Positions of single characters, in order, as spans: neighbours become one."""
    spans: list[tuple[int, int]] = []
    for at in positions:
        if spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return tuple(spans)
