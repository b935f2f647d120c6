"""The same record again: what this workspace created is not created a second time."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import DONE, IN_FLIGHT, RowOutcome, RowState
from leapgrid.visible import visible
from leapgrid.workspace import tables as t
from leapgrid.workspace.decisions import Decisions
from leapgrid.workspace.errors import RowsTaken
from leapgrid.workspace.evidence import Earlier
from leapgrid.workspace.outcomes import pieces

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

_COUNT = (RowState.CREATED, RowState.ALREADY_THERE, RowState.SENDING, RowState.UNKNOWN)
"""What a row in another draft must be for its record not to be sent again; the first says most."""


class Same(Decisions):
    """The part of the workspace that knows a record again."""

    def same_records(
        self, origin: str, object_slug: str, hashes: Collection[str], *, but: str
    ) -> dict[str, Earlier]:
        """Which records went out from another draft, and are there or may be.

        Args:
            origin: the base URL.
            object_slug: the object.
            hashes: of records, see :func:`leapgrid.workspace.submissions.record_sha256`.
            but: the draft whose own rows do not count: equal rows inside one draft are all sent.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            return self._same(connection, origin, object_slug, hashes, but)

    def was_sent(self, origin: str, object_slug: str, *, but: str) -> bool:
        """Whether anything of an object went to a place from another draft, or was about to.

        Raises:
            WorkspaceError: if it cannot be read.
        """
        with self._database.read() as connection:
            return self._was_sent(connection, origin, object_slug, but)

    def mark_already_there(
        self, draft_id: str, rows: Mapping[RowId, Earlier], origin: str, who: str = ""
    ) -> dict[RowId, RowOutcome]:
        """Keep that records are there already, because another draft created the same ones.

        Rows whose other sending is not settled stay as they are, and so do rows that may not be sent anyway.

        Args:
            draft_id: whose rows.
            rows: which, and what is known of the other one.
            origin: the base URL.
            who: the person who was about to send them.

        Returns:
            The new outcomes of those that changed.

        Raises:
            NotFound: if there is no such draft.
            WorkspaceError: if it cannot be written.
        """
        with self._database.write() as connection:
            return self._mark(connection, draft_id, rows, who)

    def allow_again(self, draft_id: str, rows: Iterable[RowId], who: str = "") -> dict[RowId, RowOutcome]:
        """Record a person's word that rows are sent although the same records went out before.

        Args:
            draft_id: whose rows.
            rows: which: ready or rejected ones, or ones that are already there for no other reason.
            who: the person.

        Returns:
            Their new outcomes.

        Raises:
            RowsTaken: if a row is on its way, unknown, skipped, or was created or found itself.
            NotFound: if there is no such draft.
            WorkspaceError: if it cannot be written.
        """
        d = t.decision.c
        with self._database.write() as connection:
            before = self._current(connection, draft_id, rows)
            by_same = {
                row
                for piece in pieces(before)
                for row in connection.execute(
                    select(d.row_id).where(d.draft_id == draft_id, d.row_id.in_(piece), d.kind == "same")
                ).scalars()
            }
            refused = tuple(
                row
                for row, (was, _) in before.items()
                if was.state not in (RowState.READY, RowState.REJECTED)
                and not (was.state is RowState.ALREADY_THERE and row in by_same)
            )
            if refused:
                flying = before[refused[0]].outcome.state in IN_FLIGHT
                raise RowsTaken(
                    refused,
                    "The row is on its way. Decide when its answer is there."
                    if flying
                    else "Only a row that waits because its record went out before can be sent again so.",
                )
            states = {
                row: was.state if was.state is RowState.REJECTED else RowState.READY
                for row, (was, _) in before.items()
            }
            evidence = "Is sent although the same record went out before."
            return self._decide(connection, draft_id, before, states, evidence, who, "again")

    def allowed_again(self, draft_id: str) -> frozenset[RowId]:
        """Rows that are sent although the same record went out before, since a person said so."""
        with self._database.read() as connection:
            return self._allowed_again(connection, draft_id)

    def _allowed_again(self, connection: Connection, draft_id: str) -> frozenset[RowId]:
        d = t.decision.c
        return frozenset(
            connection.execute(
                select(d.row_id).where(d.draft_id == draft_id, d.kind == "again").distinct()
            ).scalars()
        )

    def _mark(
        self, connection: Connection, draft_id: str, rows: Mapping[RowId, Earlier], who: str
    ) -> dict[RowId, RowOutcome]:
        there = {row: earlier for row, earlier in rows.items() if earlier.state in DONE}
        before = {
            row: was
            for row, was in self._current(connection, draft_id, there).items()
            if was.outcome.state in (RowState.READY, RowState.REJECTED)
        }
        now = self.now()
        return self._decide(
            connection,
            draft_id,
            before,
            dict.fromkeys(before, RowState.ALREADY_THERE),
            {row: same_words(there[row], now) for row in before},
            who,
            "same",
        )

    def _was_sent(self, connection: Connection, origin: str, object_slug: str, but: str) -> bool:
        s = t.submission.c
        others = select(s.id).where(s.origin == origin, s.object == object_slug, s.draft_id != but).limit(1)
        return connection.execute(others).first() is not None

    def _same(
        self, connection: Connection, origin: str, object_slug: str, hashes: Collection[str], but: str
    ) -> dict[str, Earlier]:
        r, a = t.attempt_row.c, t.attempt.c
        if not hashes or not self._was_sent(connection, origin, object_slug, but):
            return {}
        statement = (
            select(r.record_sha256, r.draft_id, r.row_id, r.state, r.unresolved, a.started_at, t.draft.c.name)
            .join(t.attempt, a.id == r.attempt_id)
            .join(t.draft, t.draft.c.id == r.draft_id)
            .where(
                a.origin == origin,
                a.object == object_slug,
                r.draft_id != but,
                # What a person left alone is no less unknown.
                r.unresolved | r.state.in_([state.value for state in _COUNT]),
            )
        )
        found: dict[str, Earlier] = {}
        for piece in pieces(hashes):
            for digest, draft_id, row_id, stored, unresolved, at, name in connection.execute(
                statement.where(r.record_sha256.in_(piece))
            ):
                state = t.row_state(stored)
                if unresolved and state not in _COUNT:
                    state = RowState.UNKNOWN
                earlier = Earlier(draft_id, name, row_id, state, at)
                known = found.get(digest)
                if known is None or _says_more(earlier, known):
                    found[digest] = earlier
        return found


def _says_more(one: Earlier, other: Earlier) -> bool:
    return (_COUNT.index(one.state), one.at) < (_COUNT.index(other.state), other.at)


_CREATED, _FOUND = "Created on ", "Found to be there already on "


def is_same_words(evidence: str) -> bool:
    """Whether the evidence of a row is what :func:`same_words` says: another draft has the record."""
    return evidence.startswith((_CREATED, _FOUND))


def same_words(earlier: Earlier, now: float) -> str:
    """What is said of a row whose record was sent from another draft: "Created on 3 March in leads_march."

    Args:
        earlier: the other one.
        now: seconds since the epoch; a day of another year is named with its year.
    """
    name = visible(str(earlier.draft), 80)
    when = day_words(earlier.at, now)
    if earlier.state is RowState.CREATED:
        return f"{_CREATED}{when} in {name}."
    if earlier.state is RowState.ALREADY_THERE:
        return f"{_FOUND}{when}, for {name}."
    return f"The same record was sent on {when} from {name}, and it is not known whether it is there."


def day_words(at: float, now: float) -> str:
    """A day by this computer's calendar: "3 March", or "3 March 2025" where that is not this year."""
    day, today = _local(at), _local(now)
    if day is None:
        return "an unknown day"
    words = f"{day.tm_mday} {MONTHS[day.tm_mon - 1]}"
    return words if today is not None and today.tm_year == day.tm_year else f"{words} {day.tm_year}"


def _local(at: Any) -> time.struct_time | None:
    try:
        return time.localtime(at)
    except (OverflowError, ValueError, OSError, TypeError):
        return None
