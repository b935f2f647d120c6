"""What the server said of rows: what still counts, what stays on a chunk, and what is only remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leapgrid.records import IN_FLIGHT, NEVER_SENT, Issue, RowId, RowOutcome, RowState

_SAID = re.compile(r'The server (?:says|refused this (?:cell|row):) "(.*)"\.', re.DOTALL)


def server_words(message: str) -> str:
    """The server's own words without our sentence around them, for where it is said whose they are."""
    said = _SAID.fullmatch(message.strip())
    return said.group(1) if said else message


@dataclass(frozen=True, slots=True)
class ChunkRefusal:
    """A refusal that no row could be found for. It stands until all its rows were sent again.

    Attributes:
        submission: ULID of the submission.
        chunk: number of the chunk.
        rows: its rows that were not sent again yet.
        issues: what the server said.
        message: one sentence about the chunk.
    """

    submission: str
    chunk: int
    rows: frozenset[RowId]
    issues: tuple[Issue, ...]
    message: str = ""


class Answers:
    """The server's words about the rows of a draft."""

    def __init__(self) -> None:
        self._issues: dict[RowId, tuple[Issue, ...]] = {}
        self._told: dict[RowId, list[tuple[RowOutcome, tuple[Issue, ...]]]] = {}
        self._refusals: list[ChunkRefusal] = []

    @property
    def refusals(self) -> tuple[ChunkRefusal, ...]:
        """The refusals that stay on their chunks, oldest first."""
        return tuple(self._refusals)

    def keep(self, outcomes: Mapping[RowId, RowOutcome], issues: Iterable[Issue]) -> None:
        """Remember an answer: its issues take the place of those that the rows had before."""
        by_row: dict[RowId, list[Issue]] = {}
        for issue in issues:
            if issue.row_id is not None:
                by_row.setdefault(issue.row_id, []).append(issue)
        told, known = self._told, self._issues
        for row, outcome in outcomes.items():  # a draft that is opened gives all of its rows at once
            if outcome.state in IN_FLIGHT:
                continue
            found = tuple(by_row[row]) if row in by_row else ()
            if found:
                known[row] = found
            else:
                known.pop(row, None)
            if row in told:
                told[row].append((outcome, found))
            else:
                told[row] = [(outcome, found)]

    def decided(self, outcomes: Mapping[RowId, RowOutcome]) -> None:
        """Remember what became of rows without an answer; what the server said of them still counts."""
        for row, outcome in outcomes.items():
            told = self._told.get(row, [])
            if outcome.state in IN_FLIGHT or (told and told[-1][0] == outcome) or outcome == NEVER_SENT:
                continue
            self._told.setdefault(row, []).append((outcome, ()))

    def refused(self, refusal: ChunkRefusal) -> None:
        """Remember a refusal that stays on its chunk."""
        self._refusals.append(refusal)

    def sent_again(self, rows: Iterable[RowId]) -> None:
        """Forget what counted so far: the rows are with the server once more."""
        sent = frozenset(rows)
        for row in sent:
            self._issues.pop(row, None)
        self._refusals = [
            ChunkRefusal(old.submission, old.chunk, rest, old.issues, old.message)
            for old in self._refusals
            if (rest := old.rows - sent)
        ]

    def standing(self, row: RowId, outcome: RowOutcome, payload: Mapping[str, Any]) -> list[Issue]:
        """The issues of a row that its cells have not been edited for since.

        An issue of a cell counts as long as that cell would be sent as it was; one of the whole row as long
        as the row would. So taking an edit back brings back what the server said.
        """
        issues = self._issues.get(row, ())
        if not issues or outcome.sent is None:
            return list(issues)
        sent = outcome.sent
        return [
            issue
            for issue in issues
            if (payload == sent if issue.field is None else payload.get(issue.field) == sent.get(issue.field))
        ]

    def last(self, row: RowId) -> tuple[Issue, ...]:
        """What the server found in the row when it was last sent, whether or not it was edited since.

        The values are those that were sent.
        """
        return self._issues.get(row, ())

    def has(self, row: RowId) -> bool:
        """Whether the server found something in the row when it was last sent."""
        return row in self._issues

    def story(self, row: RowId, field: str) -> list[tuple[float, str, str]]:
        """What was said of a cell: when, the row's state from then on, a sentence."""
        found: list[tuple[float, str, str]] = []
        for outcome, issues in self._told.get(row, ()):
            about = [issue.message for issue in issues if issue.field in (field, None)]
            if not about and outcome.state is RowState.REJECTED and issues:
                about = ["Refused because of another cell."]
            text = " ".join(about) or outcome.evidence
            if text:
                found.append((outcome.at, outcome.state.value, text))
        return found
