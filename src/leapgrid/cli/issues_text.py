"""Issues as people read them: in groups with counts, and one by one in columns."""

from __future__ import annotations

from collections.abc import Sequence

from leapgrid.cli.layout import Align, columns
from leapgrid.drafting import WorkingDraft
from leapgrid.records import Issue, Severity
from leapgrid.visible import visible

FIRST = 20
"""How many issues are listed one by one."""

_VALUE = 32
_MESSAGE = 400


def group_lines(draft: WorkingDraft) -> list[str]:
    """One line for issues that are alike: sign, how many, field, what is wrong."""
    rows = [
        (_sign(group.severity), f"{group.count:,}", group.field or "", visible(group.group, _MESSAGE))
        for group in draft.issues.groups()
    ]
    return columns(rows, ("<", ">", "<", "<"))


def issue_lines(draft: WorkingDraft, issues: Sequence[Issue]) -> list[str]:
    """One line an issue, under a head: row, line in the file, field, value, what is wrong and the fix.

    Args:
        draft: whose issues they are.
        issues: in their order.
    """
    head = ("row", "line", "", "field", "value", "what is wrong")
    rows: list[Sequence[str]] = [head]
    for issue in issues:
        position = draft.batch.position(issue.row_id) if issue.row_id is not None else None
        line = draft.batch.line(issue.row_id) if issue.row_id is not None else None
        rows.append(
            (
                f"{position + 1:,}" if position is not None else "",
                f"{line:,}" if line is not None else "",
                _sign(issue.severity),
                visible(issue.field or "", 40),
                visible(issue.value, _VALUE),
                visible(issue.message, _MESSAGE) + _fix(issue),
            )
        )
    align: tuple[Align, ...] = (">", ">", "<", "<", "<", "<")
    if all(row[1] == "" for row in rows[1:]):
        rows = [(row[0], *row[2:]) for row in rows]
        align = (">", "<", "<", "<", "<")
    return columns(rows, align)


def in_order(draft: WorkingDraft, issues: Sequence[Issue]) -> list[Issue]:
    """Errors first, then by row and column."""
    names = {name: index for index, name in enumerate(draft.schema.names)}

    def place(issue: Issue) -> tuple[bool, int, int]:
        position = draft.batch.position(issue.row_id) if issue.row_id is not None else None
        column = names.get(issue.field, len(names)) if issue.field is not None else -1
        return issue.severity is not Severity.ERROR, -1 if position is None else position, column

    return sorted(issues, key=place)


def _sign(severity: Severity) -> str:
    return "!" if severity is Severity.ERROR else "~"


def _fix(issue: Issue) -> str:
    return f" Fix: {visible(issue.fix.value, _VALUE)}" if issue.fix is not None else ""
