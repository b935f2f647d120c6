"""What a run asks the server beside sending: before it, between its rounds, and at its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import DONE, RowState
from leapgrid.records.schema import ObjectSchema
from leapgrid.submit.asking import Asker, Client, Part, Reads
from leapgrid.submit.events import LookedUp, LookingUp
from leapgrid.submit.keys import key_of, ladder
from leapgrid.submit.ledger import Ledger
from leapgrid.submit.options import OnRefusal, SubmitOptions
from leapgrid.submit.pace import Pace, Sleep
from leapgrid.submit.plan import Plan, PlannedChunk
from leapgrid.submit.resolver import LookUpReport, Resolver, look_up_of
from leapgrid.submit.serverclock import ServerClock
from leapgrid.submit.tally import Tally, how_many, told_of
from leapgrid.submit.teller import Teller
from leapgrid.superleap.answers import Answer
from leapgrid.superleap.lookup import compare_key
from leapgrid.superleap.origin import is_loopback
from leapgrid.visible import visible
from leapgrid.workspace import Workspace
from leapgrid.workspace.evidence import LookUp, Purpose, Rule, Seen, SentRow
from leapgrid.workspace.store import key_sha256

SANDBOX_HEADER = "x-leapgrid-sandbox"
ALL_OR_NOTHING = "all-or-nothing"
"""What a server on this computer says of itself in that header: a refusal stores nothing there."""

T = TypeVar("T")

_REMEMBERED = 20
"""Of how many records that were not there it is noted; one is enough to learn from."""

_ROWS_NAMED = 3
"""How many rows one sentence names."""

_SHOWN = 60
"""Characters of a key that are shown."""

_TOLD_EVERY = 500
"""Keys after which progress is told."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the questions of a run are about, and how they are asked.

    Attributes:
        workspace: where what is known is kept.
        client: whom to ask.
        draft_id: whose rows.
        schema: which fields are unique.
        options: what was chosen.
        ledger: how the workspace is waited for.
        teller: is told what is found, and knows the state of every row.
        pace: when a call may go.
        server: what time it is there.
        clock: seconds since the epoch.
        sleep: waits so many seconds.
        who: the person.
        number: how a person counts a row.
    """

    workspace: Workspace
    client: Client
    draft_id: str
    schema: ObjectSchema
    options: SubmitOptions
    ledger: Ledger
    teller: Teller
    pace: Pace
    server: ServerClock
    clock: Callable[[], float]
    sleep: Sleep
    who: str
    number: Callable[[RowId], int]


class Enquiries:
    """The questions of one run.

    Attributes:
        again_at: when looking again could settle what is left open, seconds since the epoch by our clock.
        waiting: which records were not sent because it is not known whether they are there, in a sentence.
    """

    def __init__(self, about: Circumstances) -> None:
        self.again_at: float | None = None
        self.waiting = ""
        self._absent: Mapping[RowId, Mapping[str, Any]] = {}
        self._about = about
        self._origin = about.client.base_url
        self._slug = about.schema.slug
        self._rungs = ladder(about.schema)
        self._proving = tuple(rung for rung in self._rungs if rung.proves)
        self._reads = Reads(about.client, about.pace, about.server, about.sleep)
        # Asked after the run, when its pace was stopped perhaps: only a cancel ends these.
        self._late = Reads(
            about.client, about.pace, about.server, about.sleep, lambda: about.ledger.cancelled
        )

    # -- before the first chunk --------------------------------------------------------------------------

    async def before(self, plan: Plan) -> Plan:
        """Look up the rows of a plan that are only assumed not to be stored.

        Returns:
            The plan without those that are there, and without those of which nobody can say yet that they
            are not, though they could be found.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        about = self._about
        rows = frozenset(plan.rows)
        assumed = [
            one
            for one in await self._do(lambda: about.workspace.assumed(about.draft_id))
            if one.row_id in rows and one.origin == self._origin
        ]
        if not assumed:
            await self._remember(rows)
            return plan
        if await self._rule() is Rule.PROVEN:
            return plan
        report = await self._resolver(self._reads).look_up_refused({one.row_id for one in assumed})
        waiting = self._waiting(assumed, report, await self._rule())
        self._tell_waiting(waiting, report)
        await self._remember(rows)
        return plan.without(_there(report) | waiting)

    async def look_at_refused(self, submission: str, rows: Collection[RowId]) -> None:
        """The same for a submission that is gone on with.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        about = self._about
        assumed = await self._do(lambda: about.workspace.assumed(about.draft_id, submission))
        chosen = {one.row_id for one in assumed if one.row_id in rows and one.origin == self._origin}
        if chosen:
            report = await self._resolver(self._reads).look_up_refused(chosen, submission)
            self._again(report.again_at)
        await self._remember(rows)

    async def baseline(self, plan: Plan) -> None:
        """Keep which keys are at the server before anything is sent.

        Raises:
            WorkspaceError: the workspace cannot be written.
        """
        if not any(rung.field in plan.names for rung in self._proving):
            return
        values: dict[str, dict[str, tuple[RowId, Any]]] = {}
        for chunk in plan.chunks:
            for row, record in zip(chunk.rows, chunk.payloads, strict=True):
                key = key_of(record, self._proving)
                if key is not None:
                    values.setdefault(key.field, {}).setdefault(key.folded, (row, key.value))
            await asyncio.sleep(0)
        for field, keys in values.items():
            await self._baseline_of(field, keys)

    async def baseline_if_none(self, plan: Plan) -> None:
        """The same for a submission that was begun before, unless there is a baseline or anything was sent.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        about = self._about
        submission = about.ledger.submission
        if await self._do(lambda: about.workspace.baseline(submission)):
            return
        stored = await self._do(lambda: about.workspace.submissions(about.draft_id))
        states = {state for one in stored if one.id == submission for state in one.chunks.values()}
        begun = not states <= {"planned", "released"}
        if not begun:
            await self.baseline(plan)

    async def _baseline_of(self, field: str, keys: Mapping[str, tuple[RowId, Any]]) -> None:
        """Args: the field, and of each key as it is compared the first row that has it, and how."""
        about = self._about
        there: list[Any] = []
        look = await self._ask(
            Purpose.BASELINE,
            field,
            [value for _, value in keys.values()],
            lambda record: there.append(record.get(field)),
        )
        await self._do(lambda: about.workspace.keep_baseline(look, there))
        proves = look.understood and look.complete
        folded = {compare_key(value) for value in there}
        known = [row_and_value for key, row_and_value in keys.items() if key in folded]
        if proves:
            verb = "is" if len(known) == 1 else "are"
            message = f"Looked before sending: {len(known):,} of {len(keys):,} {verb} there already."
        else:
            message = f"What was there before sending is not known. {look.message}"
        notes = (self._sent_all_the_same(field, known),) if known else ()
        about.teller.tell(LookedUp(Purpose.BASELINE, len(keys), message.strip(), proves, notes=notes))

    def _sent_all_the_same(self, field: str, known: Sequence[tuple[RowId, Any]]) -> str:
        """What follows for rows whose key is at the server already: of other records, or the same."""
        rows = [
            f"row {self._about.number(row):,} ({field} {visible(str(value), _SHOWN)})"
            for row, value in known[:_ROWS_NAMED]
        ]
        if more := len(known) - len(rows):
            rows.append(f"{more:,} more")
        names = rows[0] if len(rows) == 1 else f"{', '.join(rows[:-1])} and {rows[-1]}"
        if len(known) == 1:
            return (
                f"The server has a record with the key of {names}: it is sent all the same, as a new record."
            )
        return f"The server has records with the keys of {names}: they are sent all the same, as new records."

    # -- refusals ----------------------------------------------------------------------------------------

    async def heard(self, answer: Answer, chunk: int) -> None:
        """A chunk was refused: a sandbox on this computer says itself that nothing of it is stored.

        Raises:
            WorkspaceError: the workspace cannot be written.
        """
        host = urlsplit(self._origin).hostname or ""
        if answer.headers.get(SANDBOX_HEADER) != ALL_OR_NOTHING or not is_loopback(host):
            return
        if await self._rule() is None:
            text = "The sandbox says so itself."
            workspace, submission = self._about.workspace, self._about.ledger.submission
            await self._do(
                lambda: workspace.learn_refusals(
                    self._origin, self._slug, Rule.PROVEN, text, submission, chunk
                )
            )

    async def _remember(self, rows: Collection[RowId]) -> None:
        """Note records of refused chunks that were looked up and are not there, to learn from them."""
        about = self._about

        def absent() -> dict[RowId, Mapping[str, Any]]:
            if about.workspace.refusal_rule(self._origin, self._slug) is not None:
                return {}
            found: dict[RowId, Mapping[str, Any]] = {}
            for one in about.workspace.decisions(about.draft_id):
                looked = one.kind == "look_up" and one.before is one.after is RowState.READY
                if looked and one.row_id in rows and len(found) < _REMEMBERED:
                    attempt = about.workspace.last_attempt(about.draft_id, one.row_id)
                    if attempt is None or not attempt.intact or attempt.origin != self._origin:
                        continue
                    # Where no other row was named, this one may be what was wrong.
                    if any(issue.row_id is not None for issue in attempt.issues):
                        record = json.loads(attempt.body)[attempt.rows.index(one.row_id)]
                        found[one.row_id] = record
            return found

        self._absent = await self._do(absent)

    async def created(self, chunk: PlannedChunk) -> None:
        """A chunk was created: of a record in it that was not there after a refusal it is known now that
        nothing was wrong with it, and so that the refusal stored no good records.

        Raises:
            WorkspaceError: the workspace cannot be written.
        """
        if not self._absent:
            return
        same = [
            row
            for row, record in zip(chunk.rows, chunk.payloads, strict=True)
            if row in self._absent and self._absent[row] == record
        ]
        if same:
            self._absent = {}
            text = f"{how_many(len(same))} of a refused chunk was not there, and was created afterwards."
            workspace, submission = self._about.workspace, self._about.ledger.submission
            await self._do(
                lambda: workspace.learn_refusals(
                    self._origin, self._slug, Rule.PROVEN, text, submission, chunk.number
                )
            )

    async def may_go_again(self, refused: Sequence[PlannedChunk]) -> list[PlannedChunk]:
        """Which good records of refused chunks are sent again in this run.

        Args:
            refused: those records, under the numbers of the refused chunks.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        chosen = OnRefusal(self._about.options.on_refusal)
        if chosen is OnRefusal.LEAVE:
            return []
        rule = await self._rule()
        if chosen is OnRefusal.AUTO and rule is Rule.PROVEN:
            return list(refused)
        rows = {row for chunk in refused for row in chunk.rows}
        if chosen is OnRefusal.AUTO and rule is None:
            self._about.teller.note(
                f"{how_many(len(rows))} of refused chunks wait: whether the server stored "
                f"{'it' if len(rows) == 1 else 'them'} is not known. The next sending looks first."
            )
            return []
        about = self._about
        submission = about.ledger.submission
        assumed = await self._do(lambda: about.workspace.assumed(about.draft_id, submission))
        report = await self._resolver(self._reads).look_up_refused(rows, submission)
        if chosen is OnRefusal.AUTO:
            about.teller.note(
                "This server stores records of refused chunks: nothing is sent again by itself."
            )
            return []
        waiting = self._waiting([one for one in assumed if one.row_id in rows], report, None)
        self._tell_waiting(waiting, report)
        gone = _there(report) | waiting
        left = []
        for chunk in refused:
            places = [at for at, row in enumerate(chunk.rows) if row not in gone]
            if places:
                left.append(chunk.part(chunk.number, places))
        return left

    def _waiting(
        self, assumed: Sequence[SentRow], report: LookUpReport, rule: Rule | None
    ) -> frozenset[RowId]:
        """Which rows a look-up left open in a way that keeps them from being sent now.

        A row that could be found must be proven not to be there; only a person's word is stronger. One that
        nothing finds goes: the person pressed send, and nothing would be learnt by waiting. Where the server
        is known to store records of refused chunks, none goes without proof.
        """
        resend = OnRefusal(self._about.options.on_refusal) is OnRefusal.RESEND
        waiting: set[RowId] = set()
        for one in assumed:
            seen = report.open.get(one.row_id)
            if seen is None:
                continue
            key = key_of(one.record, self._rungs)
            findable = key is not None and key.proves
            if seen.result is Seen.CANDIDATE or (not resend and (findable or rule is Rule.REFUTED)):
                waiting.add(one.row_id)
        return frozenset(waiting)

    def _tell_waiting(self, waiting: Collection[RowId], report: LookUpReport) -> None:
        if not waiting:
            return
        self._again(report.again_at)
        count = len(waiting)
        self.waiting = (
            f"{how_many(count)} of refused chunks {'was' if count == 1 else 'were'} not sent again: whether "
            f"the server stored {'it' if count == 1 else 'them'} is not known yet. Send again later, or at "
            "once after a look-up (resend)."
        )
        self._about.teller.note(self.waiting)

    def gave_up(self, rows: Collection[RowId]) -> None:
        """These rows were refused in every round because of others."""
        if rows:
            self._about.teller.note(
                f"{how_many(len(rows))} of refused chunks wait for you: they were refused again and again."
            )

    # -- at the end --------------------------------------------------------------------------------------

    async def look_once(self) -> None:
        """Look up what the run left unknown.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        about = self._about
        unknown = {row: was for row, was in about.teller.states.items() if was.state is RowState.UNKNOWN}
        if not unknown:
            return
        if any(key_of(was.sent, self._rungs) is not None for was in unknown.values()):
            await about.sleep(about.options.look_after)
        report = await self._resolver(self._late).look_up(unknown, about.ledger.submission)
        self._again(report.again_at)

    async def count(self) -> None:
        """Hold what the server has against what the ledger says.

        Raises:
            WorkspaceError: the workspace cannot be read or written.
        """
        about = self._about
        submission = about.ledger.submission
        tally = Tally(about.teller.states, self._proving)
        if not tally.expected:
            return
        baselines = await self._do(lambda: about.workspace.baseline(submission))
        trusted = {one.field: one.there for one in baselines if one.trusted}
        for field in list(tally.expected):
            # Where it is not known what was there before, more than one record of a key says nothing.
            if field in trusted:
                await self._count_of(field, trusted[field], tally)

    async def _count_of(self, field: str, before: Collection[str], tally: Tally) -> None:
        about = self._about
        tally.leave_out(field, lambda value: key_sha256(value) in before)
        values = tally.values(field)
        if not values:
            return
        tally.begin(field)
        look = await self._count_again(field, values, tally)
        missing = tally.missing(field)
        if missing and look.understood and look.complete:
            # What was created a moment ago may not be visible yet: once more for what is missing.
            await about.sleep(about.options.look_after)
            look = await self._count_again(field, missing, tally)
        about.teller.tell(told_of(tally.result(field), look, len(values)))

    async def _count_again(self, field: str, values: Sequence[Any], tally: Tally) -> LookUp:
        look = await self._ask(Purpose.COUNT, field, values, lambda record: tally.found(field, record))
        await self._do(lambda: self._about.workspace.record_look_up(look))
        return look

    # -- within ------------------------------------------------------------------------------------------

    async def _rule(self) -> Rule | None:
        workspace = self._about.workspace
        known = await self._do(lambda: workspace.refusal_rule(self._origin, self._slug))
        return known.rule if known is not None else None

    async def _ask(
        self,
        purpose: Purpose,
        field: str,
        values: Sequence[Any],
        take: Callable[[Mapping[str, Any]], None],
    ) -> LookUp:
        """One question over all its parts; each record that comes is handed over."""
        about = self._about
        asker = Asker(self._reads if purpose is Purpose.BASELINE else self._late, self._slug, about.clock)
        parts: list[Part] = []
        done = told = 0
        about.teller.tell(LookingUp(purpose, 0, len(values)))
        async for part in asker.ask(field, values):
            for record in part.answer.records:
                take(record)
            parts.append(part.without_records())
            done += len(part.values)
            if done - told >= _TOLD_EVERY and done < len(values):
                told = done
                about.teller.tell(LookingUp(purpose, done, len(values)))
        return look_up_of(
            parts,
            purpose=purpose,
            submission=about.ledger.submission,
            draft_id=about.draft_id,
            origin=self._origin,
            object_slug=self._slug,
            field=field,
            at=about.clock(),
            who=about.who,
        )

    def _resolver(self, reads: Reads) -> Resolver:
        about = self._about
        return Resolver(
            about.workspace,
            about.client,
            about.draft_id,
            schema=about.schema,
            settle=about.options.settle,
            who=about.who,
            publish=about.teller.tell,
            clock=about.clock,
            sleep=about.sleep,
            reads=reads,
            do=about.ledger.to_the_end,
            number=about.number,
        )

    def _again(self, at: float | None) -> None:
        if at is not None:
            self.again_at = at if self.again_at is None else min(self.again_at, at)

    async def _do(self, call: Callable[[], T]) -> T:
        return await self._about.ledger.to_the_end(call)


def _there(report: LookUpReport) -> frozenset[RowId]:
    return frozenset(row for row, outcome in report.settled.items() if outcome.state in DONE)
