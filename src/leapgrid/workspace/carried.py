"""What was sent after a copy was made, carried over into it before it is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import NEVER_SENT, UNRESOLVED, RowOutcome, RowState
from leapgrid.workspace import tables as t
from leapgrid.workspace.contents import Contents, attempt_of, contents_of
from leapgrid.workspace.outcomes import pieces, records_of
from leapgrid.workspace.places import beside
from leapgrid.workspace.recovery import INTERRUPTED, INTERRUPTED_ROW
from leapgrid.workspace.seals import attempt_seal, chunk_values, is_intact, seal
from leapgrid.workspace.submissions import INTENT_NOTED, OUTCOME_NOTED, record_sha256
from leapgrid.workspace.trail import RowFact, Walked, walk
from leapgrid.workspace.workspace import Workspace

MAY_BE_SENT = (
    "The workspace was restored from a copy, and it is not known whether this row was sent after that was "
    "made. The record may exist: look before sending."
)
_SENT = (
    "Sent after the copy was made that the workspace was restored from. The record may exist: look before "
    "sending again."
)
_NOTED = "As noted beside the workspace before its file was damaged."


def carry_over(
    part: Path, path: Path, *, is_all_known: bool, clock: Callable[[], float]
) -> dict[str, dict[RowId, RowState]]:
    """Write into a copy what is known to have been sent since.

    Args:
        part: the copy; changed in one transaction.
        path: the damaged file, beside which the trail lies.
        is_all_known: whether trail and file together know all that was sent since; else every row that the
            copy knows as not sent becomes unknown.
        clock: seconds since the epoch.

    Returns:
        The rows of each draft whose state changed by it.

    Raises:
        WorkspaceError: the copy cannot be used.
    """
    with _Restored.open(part, clock=clock) as workspace:
        assert isinstance(workspace, _Restored)
        return workspace.carry(walk(beside(path, "trail")), contents_of(path), path, is_all_known)


class _Restored(Workspace):
    """A workspace that is told what another knew."""

    def carry(
        self, walked: Walked, damaged: Contents, path: Path, is_all_known: bool
    ) -> dict[str, dict[RowId, RowState]]:
        changed: dict[str, dict[RowId, RowState]] = {}
        with self._database.write() as connection:
            drafts = set(connection.execute(select(t.draft.c.id)).scalars())
            known = set(connection.execute(select(t.attempt.c.id)).scalars())
            facts = _facts(walked, damaged, known)
            for draft_id in sorted(drafts & set(facts)):
                changed[draft_id] = self._carry_rows(connection, draft_id, facts[draft_id])
            for attempt_id in sorted((set(walked.sent) | set(damaged.attempts)) - known):
                self._carry_attempt(connection, attempt_id, walked, path, drafts, facts)
            if not is_all_known:
                for draft_id in drafts:
                    changed.setdefault(draft_id, {}).update(self._doubt(connection, draft_id))
        return changed

    def _carry_rows(
        self, connection: Connection, draft_id: str, facts: Mapping[RowId, RowFact]
    ) -> dict[RowId, RowState]:
        before = self._kept(connection, draft_id, facts)
        outcomes: dict[RowId, RowOutcome] = {}
        attempts: dict[RowId, str] = {}
        r = t.attempt_row.c
        for row, fact in facts.items():
            was = before.get(row)
            state = _state_of(fact.state)
            if was is not None and (was.outcome.state, was.attempt) == (state, fact.attempt):
                continue
            if was is not None and fact.state == was.outcome.state == RowState.REJECTED:
                continue
            evidence = _SENT if state is RowState.UNKNOWN else _NOTED
            same = was.outcome if was is not None and was.attempt == fact.attempt else NEVER_SENT
            outcomes[row] = RowOutcome(state, fact.at, evidence, same.submission, same.chunk, same.position)
            attempts[row] = fact.attempt
        for piece in pieces(outcomes):
            # Whatever sending the copy has open is over, or went on under another name.
            connection.execute(
                update(t.attempt_row)
                .where(r.draft_id == draft_id, r.row_id.in_(piece), r.unresolved)
                .values(unresolved=False, state=RowState.READY, evidence=_NOTED)
            )
        for row, outcome in outcomes.items():
            connection.execute(
                update(t.attempt_row)
                .where(r.attempt_id == attempts[row], r.row_id == row)
                .values(
                    unresolved=outcome.state in UNRESOLVED, state=outcome.state, evidence=outcome.evidence
                )
            )
        self._keep(connection, draft_id, attempts, outcomes)
        return {row: outcome.state for row, outcome in outcomes.items()}

    def _carry_attempt(
        self,
        connection: Connection,
        attempt_id: str,
        walked: Walked,
        path: Path,
        drafts: set[str],
        facts: Mapping[str, Mapping[RowId, RowFact]],
    ) -> None:
        read = attempt_of(path, attempt_id)
        about: Mapping[str, Any] | None = walked.sent.get(attempt_id)
        if about is None and read is not None and is_intact(_read_json(read)):
            about = read
        if about is None or about["draft"] not in drafts:
            return
        draft_id, rows = str(about["draft"]), list(about["rows"])
        submission_id, chunk = str(about["submission_id"]), int(about["chunk"])
        self._carry_plan(connection, about, draft_id, submission_id, chunk, rows)
        body = read["body"] if read is not None else b""
        records = records_of(body, about["body_sha256"])
        if records is None or len(records) != len(rows):
            body, records = b"", None  # not what was sent: what it says of a record is worth nothing
        closed = walked.closed.get(attempt_id) or (about if about is read else None) or {}
        values: dict[str, Any] = {name: about[name] for name in INTENT_NOTED}
        values |= {name: closed.get(name) for name in OUTCOME_NOTED}
        if values["finished_at"] is None:
            values |= {"finished_at": self.now(), "outcome": "unknown", "reason": INTERRUPTED}
        values |= {
            "id": attempt_id,
            "body": body,
            "owner": "",
            "host": self._host,
            "process": 0,
            "message": INTERRUPTED_ROW if values["reason"] == INTERRUPTED else _NOTED,
            "issues": None,
            "who": "",
        }
        connection.execute(insert(t.attempt).values(**values, seal=attempt_seal(values)))
        mine = facts.get(draft_id, {})
        states = {
            row: _state_of(mine[row].state)
            if row in mine and mine[row].attempt == attempt_id
            else RowState.READY
            for row in rows
        }
        connection.execute(
            insert(t.attempt_row),
            [
                {
                    "attempt_id": attempt_id,
                    "position": position,
                    "draft_id": draft_id,
                    "row_id": row,
                    "record_sha256": record_sha256(records[position - 1]) if records is not None else "",
                    "unresolved": states[row] in UNRESOLVED,
                    "state": states[row],
                    "evidence": _SENT if states[row] in UNRESOLVED else _NOTED,
                }
                for position, row in enumerate(rows, 1)
            ],
        )
        placed = {
            row: RowOutcome(states[row], mine[row].at, _SENT if states[row] in UNRESOLVED else _NOTED,
                            submission_id, chunk, position)
            for position, row in enumerate(rows, 1)
            if row in mine and mine[row].attempt == attempt_id
        }  # fmt: skip
        self._keep(connection, draft_id, attempt_id, placed)

    def _carry_plan(
        self,
        connection: Connection,
        about: Mapping[str, Any],
        draft_id: str,
        submission_id: str,
        chunk: int,
        rows: list[RowId],
    ) -> None:
        """The submission and the chunk of an attempt, where the copy has them not."""
        if (
            connection.execute(select(t.submission.c.id).where(t.submission.c.id == submission_id)).first()
            is None
        ):
            connection.execute(
                insert(t.submission).values(
                    id=submission_id,
                    draft_id=draft_id,
                    object=about["object"],
                    origin=about["origin"],
                    profile=about["profile"],
                    options={},
                    records=len(rows),
                    owner="",
                    host=self._host,
                    started_at=about["started_at"],
                    finished_at=self.now(),
                    stopped=INTERRUPTED,
                    stopped_message=_NOTED,
                    who="",
                )
            )
        c = t.chunk.c
        here = (c.submission_id == submission_id, c.number == chunk)
        if connection.execute(select(c.number).where(*here)).first() is None:
            connection.execute(
                insert(t.chunk).values(
                    submission_id=submission_id,
                    number=chunk,
                    state="unknown",
                    rows=rows,
                    purpose="",
                    seal=seal(*chunk_values(submission_id, chunk, rows, "")),
                )
            )
        else:
            connection.execute(update(t.chunk).where(*here).values(state="unknown", owner=None))

    def _doubt(self, connection: Connection, draft_id: str) -> dict[RowId, RowState]:
        """Take no row for one that was not sent."""
        d = t.draft.c
        rows, next_row = connection.execute(select(d.rows, d.next_row).where(d.id == draft_id)).one()
        kept = self._kept(connection, draft_id)
        last = max([rows, next_row or 0, *(row + 1 for row in kept)])
        now = self.now()
        doubtful = {
            row: RowOutcome(RowState.UNKNOWN, now, MAY_BE_SENT)
            for row in range(last)
            if row not in kept or kept[row].outcome.state in (RowState.READY, RowState.REJECTED)
        }
        self._keep(connection, draft_id, "", doubtful)
        return dict.fromkeys(doubtful, RowState.UNKNOWN)


def _facts(walked: Walked, damaged: Contents, known: set[str]) -> dict[str, dict[RowId, RowFact]]:
    """What was known of rows last: by the trail, and of what it does not tell by the file."""
    facts = {draft_id: dict(rows) for draft_id, rows in walked.rows.items()}
    for attempt_id in sorted(set(damaged.attempts) - known - set(walked.sent)):
        sent = damaged.attempts[attempt_id]
        mine = facts.setdefault(sent.draft_id, {})
        for row, state in sent.states.items():
            if row not in mine or mine[row].attempt < attempt_id:
                mine[row] = RowFact(0.0, state, attempt_id)
    for attempt_id, about in walked.sent.items():
        mine = facts.setdefault(about["draft"], {})
        for row in about["rows"]:
            if row not in mine:
                mine[row] = RowFact(about["at"], RowState.SENDING, attempt_id)
    return facts


def _state_of(noted: str) -> RowState:
    """What a row is now of which this was noted last."""
    try:
        state = RowState(noted)
    except ValueError:
        return RowState.UNKNOWN
    if state in (RowState.SENDING, RowState.QUEUED):
        return RowState.UNKNOWN
    # What the server had against it is lost with the file.
    return RowState.READY if state is RowState.REJECTED else state


def _read_json(read: Mapping[str, Any]) -> dict[str, Any]:
    """An attempt as the tables give it, of what stands in the file."""
    found = dict(read)
    for name in ("message", "issues"):
        try:
            found[name] = None if found.get(name) is None else json.loads(found[name])
        except (TypeError, ValueError):
            found[name] = ""
    return found
