"""What went out day by day, and what servers complained of most."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import func, select

from leapgrid.records.outcomes import RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.store import Store


class Days(Store):
    """The part of the workspace that counts."""

    def days(self, since: float, origin: str | None = None) -> dict[date, dict[RowState, int]]:
        """How many records went out on each day, by what came of them; by this computer's calendar.

        A record that was sent twice counts twice. What the server did not take in hand (too many calls, not
        connected) counts not at all.

        Args:
            since: seconds since the epoch.
            origin: only those to this base URL.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        a, r = t.attempt.c, t.attempt_row.c
        statement = (
            select(a.started_at, r.state, func.count())
            .join(t.attempt_row, r.attempt_id == a.id)
            .where(a.started_at >= since, a.outcome.is_(None) | (a.outcome != "not_sent"))
            .group_by(a.id, a.started_at, r.state)
        )
        if origin is not None:
            statement = statement.where(a.origin == origin)
        found: dict[date, dict[RowState, int]] = {}
        with self._database.read() as connection:
            for at, stored, count in connection.execute(statement):
                with t.understood():
                    day = datetime.fromtimestamp(at).date()
                counts = found.setdefault(day, {})
                state = t.row_state(stored)
                counts[state] = counts.get(state, 0) + count
        return dict(sorted(found.items()))

    def refusal_reasons(
        self, since: float, origin: str | None = None
    ) -> tuple[tuple[str | None, str, int], ...]:
        """Why records were refused: field (None where none was named), message and how often, most first.

        Messages that differ only in the value that they quote are one.

        Args:
            since: seconds since the epoch.
            origin: only those of this base URL.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        a = t.attempt.c
        statement = select(a.issues).where(a.started_at >= since, a.issues.is_not(None))
        if origin is not None:
            statement = statement.where(a.origin == origin)
        counts: Counter[tuple[str | None, str]] = Counter()
        with self._database.read() as connection:
            for issues in connection.execute(statement).scalars():
                with t.understood():
                    for issue in issues:
                        counts[issue["field"], str(issue["group"] or issue["message"])] += issue["count"]
        return tuple((field, message, count) for (field, message), count in counts.most_common())
