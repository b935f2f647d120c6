"""What is wrong with a cell, a row or a chunk, in words for a person and codes for a script."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

RowId = int
"""Names a record within its batch for good: never changed by sorting, filtering or edits, never reused."""


class Severity(StrEnum):
    """An error keeps a row from being sent, unless a person overrules it; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Source(StrEnum):
    """Who found the issue."""

    LOCAL = "local"
    SERVER = "server"


class Fix(NamedTuple):
    """A change that would settle an issue. Never made without being asked for.

    Attributes:
        label: what it does, e.g. "Remove the space".
        value: the cell's new text.
    """

    label: str
    value: str


class Finding(NamedTuple):
    """What a check says about one value, before it is known where the value stands.

    Attributes:
        severity: error or warning.
        code: stable name for scripts, e.g. ``email_syntax``.
        message: one sentence for a person: what is wrong and what to do.
        fix: a change that would settle it, where one is known.
        spans: the characters that are wrong, as (start, end) offsets into the text.
        field: the field it belongs to, for findings of a whole row.
        group: the message without the value, under which alike findings are listed together.
    """

    severity: Severity
    code: str
    message: str
    fix: Fix | None = None
    spans: tuple[tuple[int, int], ...] = ()
    field: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding with its place.

    Attributes:
        row_id: the row, or None for an issue of a whole chunk.
        field: the field's slug, or None for an issue of a whole row or chunk.
        value: the cell's text that the issue is about.
        count: how often the server said the same thing (see ``submission``: one issue with a count).
    """

    row_id: RowId | None
    field: str | None
    severity: Severity
    source: Source
    code: str
    message: str
    value: str = ""
    fix: Fix | None = None
    group: str = ""
    count: int = 1

    @classmethod
    def local(cls, row_id: RowId, field: str | None, value: str, finding: Finding) -> Issue:
        """The issue that a check's finding becomes once its cell is known."""
        return cls(
            row_id=row_id,
            field=finding.field or field,
            severity=finding.severity,
            source=Source.LOCAL,
            code=finding.code,
            message=finding.message,
            value=value,
            fix=finding.fix,
            group=finding.group or finding.message,
        )
