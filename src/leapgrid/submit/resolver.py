"""Looking up what is unknown: asks, judges, keeps what was settled and what was seen, and says so."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from leapgrid.records.issues import RowId
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.records.schema import ObjectSchema
from leapgrid.submit.asking import Asker, Client, Part, Reads
from leapgrid.submit.events import LookedUp, LookingUp, SubmitEvent
from leapgrid.submit.judging import NO_KEY, StillOpen, judge
from leapgrid.submit.keys import Key, Rung, key_of, ladder
from leapgrid.submit.options import SETTLE
from leapgrid.submit.pace import CALLS_A_SECOND, Pace, Sleep
from leapgrid.submit.serverclock import ServerClock
from leapgrid.submit.threads import Do, in_thread
from leapgrid.superleap.lookup import FindMethod, compare_key
from leapgrid.superleap.origin import is_loopback
from leapgrid.workspace import Workspace
from leapgrid.workspace.evidence import Baseline, Looked, LookUp, Purpose, Resolution, Rule, Seen, SentRow
from leapgrid.workspace.store import key_sha256

KEPT_AT_ONCE = 1000
"""Keys after which what was found is kept, so that a long look-up that is cut off was not for nothing."""

AGAIN = 30.0
"""Seconds after which a server that failed is worth asking again."""


@dataclass(frozen=True, slots=True)
class LookUpReport:
    """What a look-up came to.

    Attributes:
        settled: the rows that it settled, with their new outcome.
        open: the rows that it left open, with what was seen of them.
        again_at: when looking again could settle more, seconds since the epoch by our clock; None where only
            a person can, or nothing is open.
        message: one sentence for a person, with the numbers.
        proves: whether every answer was understood and complete.
    """

    settled: Mapping[RowId, RowOutcome] = field(default_factory=dict)
    open: Mapping[RowId, Looked] = field(default_factory=dict)
    again_at: float | None = None
    message: str = ""
    proves: bool = True


@dataclass(slots=True)
class _Gathered:
    """What one look-up came to so far."""

    settled: dict[RowId, RowOutcome] = field(default_factory=dict)
    verdicts: dict[RowId, Resolution | StillOpen] = field(default_factory=dict)
    sent: dict[RowId, SentRow] = field(default_factory=dict)
    again: list[float] = field(default_factory=list)
    proves: bool = True
    messages: list[str] = field(default_factory=list)


class Resolver:
    """Looks up the rows of a draft that may be at the server.

    Args:
        workspace: where their sendings are kept.
        client: whom to ask. Rows that went elsewhere are left as they are.
        draft_id: whose rows.
        schema: which fields are unique.
        settle: seconds after the end of a sending before "not found" counts.
        who: the person.
        publish: is told every event, after what it says is on disk.
        clock: seconds since the epoch.
        monotonic: seconds, never going back.
        sleep: waits so many seconds.
        reads: how calls are made; by default at most 5 a second, to this computer without a limit.
        do: runs what waits for the disk, in a thread.
        number: how a person counts a row, to name it as an example; None names none.
    """

    def __init__(
        self,
        workspace: Workspace,
        client: Client,
        draft_id: str,
        *,
        schema: ObjectSchema,
        settle: float = SETTLE,
        who: str = "",
        publish: Callable[[SubmitEvent], None] = lambda event: None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        reads: Reads | None = None,
        do: Do = in_thread,
        number: Callable[[RowId], int] | None = None,
    ) -> None:
        self._number = number
        self._workspace = workspace
        self._origin = client.base_url
        self._draft_id = draft_id
        self._slug = schema.slug
        self._rungs = ladder(schema)
        self._settle = settle
        self._who = who
        self._publish = publish
        self._clock = clock
        if reads is None:
            local = is_loopback(urlsplit(client.base_url).hostname or "")
            pace = Pace(None if local else CALLS_A_SECOND, monotonic, sleep)
            reads = Reads(client, pace, ServerClock(clock, monotonic), sleep, lambda: False)
        self._do = do
        self._asker = Asker(reads, schema.slug, clock)

    async def look_up(
        self, rows: Collection[RowId] | None = None, submission: str | None = None
    ) -> LookUpReport:
        """Look up rows that are unknown.

        Args:
            rows: which; all that are by default.
            submission: only those of this one.

        Raises:
            WorkspaceError: what was found could not be kept.
        """
        sent = await self._do(lambda: self._workspace.unresolved(self._draft_id, submission))
        return await self._look_up(Purpose.UNKNOWN, _chosen(sent, rows))

    async def look_up_refused(
        self, rows: Collection[RowId] | None = None, submission: str | None = None
    ) -> LookUpReport:
        """Look up rows that went out in a chunk which was refused because of others, and learn from it.

        What is found refutes that a refusal stores nothing, for this host and object. What is not there after
        the settling time proves it only once the same record was created: it may have been refused as well.

        Args:
            rows: which; all such rows by default.
            submission: only those of this one.

        Raises:
            WorkspaceError: what was found could not be kept.
        """
        sent = await self._do(lambda: self._workspace.assumed(self._draft_id, submission))
        return await self._look_up(Purpose.REFUSAL, _chosen(sent, rows))

    async def _look_up(self, purpose: Purpose, sent: Sequence[SentRow]) -> LookUpReport:
        mine = [one for one in sent if one.origin == self._origin and one.object_slug == self._slug]
        got = _Gathered()
        if len(mine) < len(sent):
            elsewhere = sorted({one.origin for one in sent if one.origin != self._origin})
            got.messages.append(
                f"{_rows(len(sent) - len(mine))} went to {', '.join(elsewhere) or 'another object'}."
            )
        by_submission: dict[str, list[SentRow]] = defaultdict(list)
        for one in mine:
            by_submission[one.submission].append(one)
        looked = await self._do(lambda: self._workspace.looked(self._draft_id)) if mine else {}
        shared = await self._do(lambda: self._keys_at_work(mine)) if mine else _AtWork()
        for submission, rows in by_submission.items():
            await self._look_up_of(purpose, submission, rows, looked, shared, got)
        if purpose is Purpose.REFUSAL:
            await self._do(lambda: self._learn(got))
        left = [row for row in got.verdicts if row not in got.settled]
        looked = await self._do(lambda: self._workspace.looked(self._draft_id)) if left else {}
        return LookUpReport(
            settled=got.settled,
            open={row: looked.get(row) or self._as_seen(got.verdicts[row]) for row in left},
            again_at=min(got.again, default=None),
            message=" ".join(dict.fromkeys(got.messages)),
            proves=got.proves,
        )

    async def _look_up_of(
        self,
        purpose: Purpose,
        submission: str,
        rows: Sequence[SentRow],
        looked: Mapping[RowId, Looked],
        at_work: _AtWork,
        got: _Gathered,
    ) -> None:
        """The rows of one submission: those without a key at once, the others field by field."""
        baselines = await self._do(lambda: self._workspace.baseline(submission))
        before = {one.field: one for one in baselines}
        by_field: dict[str, dict[str, list[tuple[SentRow, Key]]]] = defaultdict(lambda: defaultdict(list))
        keyless: list[SentRow] = []
        for one in rows:
            got.sent[one.row_id] = one
            key = key_of(one.record, self._rungs)
            if key is None:
                keyless.append(one)
            else:
                by_field[key.field][key.folded].append((one, key))
        if keyless:
            verdicts: dict[RowId, Resolution | StillOpen] = {one.row_id: NO_KEY for one in keyless}
            await self._keep(purpose, submission, "", [], verdicts, got)
        for name, keys in by_field.items():
            witness = [at_work.latest[name]] if name in at_work.latest else []
            values = [sent_with[0][1].value for sent_with in keys.values()]
            names = dict.fromkeys(field for one in rows[:1] for field in one.record or ())
            parts: list[Part] = []
            verdicts = {}
            done = 0
            self._publish(LookingUp(purpose, 0, len(values)))
            async for part in self._asker.ask(name, values, witness, names):
                parts.append(part.without_records())
                done += len(part.values)
                for value in part.values:
                    for one, key in keys[compare_key(value)]:
                        verdicts[one.row_id] = judge(
                            one,
                            key,
                            part.answer,
                            before=_was_there(before.get(name), key),
                            shared=len(at_work.rows.get((name, key.folded), ())),
                            accounted=len(at_work.created.get((name, key.folded), ())),
                            looked=looked.get(one.row_id),
                            settle=self._settle,
                        )
                if part.answer.lost:
                    got.again.append(self._clock() + AGAIN)
                self._again(part, verdicts, got)
                if done == len(values) or len(verdicts) >= KEPT_AT_ONCE:
                    await self._keep(purpose, submission, name, parts, verdicts, got)
                    parts, verdicts = [], {}
                if done < len(values):
                    self._publish(LookingUp(purpose, done, len(values)))

    def _again(self, part: Part, verdicts: Mapping[RowId, Resolution | StillOpen], got: _Gathered) -> None:
        """When absence would count, by our clock."""
        date = part.answer.server_date
        for verdict in verdicts.values():
            if isinstance(verdict, StillOpen) and verdict.until is not None and date is not None:
                # A second more: the server's Date has no fractions.
                got.again.append(part.answer.at + max(0.0, verdict.until - date) + 1.0)

    async def _keep(
        self,
        purpose: Purpose,
        submission: str,
        name: str,
        parts: Sequence[Part],
        verdicts: Mapping[RowId, Resolution | StillOpen],
        got: _Gathered,
    ) -> None:
        """Keep what was found of some rows, then tell of it."""
        look = look_up_of(
            parts,
            purpose=purpose,
            submission=submission,
            draft_id=self._draft_id,
            origin=self._origin,
            object_slug=self._slug,
            field=name,
            at=self._clock(),
            who=self._who,
        )
        resolved = {row: one for row, one in verdicts.items() if isinstance(one, Resolution)}
        still = {
            row: (one.seen, one.candidates) for row, one in verdicts.items() if isinstance(one, StillOpen)
        }
        attempts = {row: got.sent[row].attempt for row in verdicts}
        outcomes = await self._do(
            lambda: self._workspace.record_look_up(look, resolved, still, attempts=attempts)
        )
        got.settled.update(outcomes)
        got.verdicts.update(verdicts)
        got.proves = got.proves and look.understood and look.complete
        message = words(verdicts.values(), purpose)
        got.messages.append(message)
        notes = examples(verdicts, self._number)
        untils = min(got.again, default=None) if still else None
        self._publish(
            LookedUp(
                purpose=purpose,
                asked=len(verdicts),
                message=message,
                proves=look.understood and look.complete,
                again_at=untils,
                notes=notes[:20],
                outcomes=outcomes,
            )
        )

    def _as_seen(self, verdict: Resolution | StillOpen) -> Looked:
        # Settled by somebody else meanwhile, or never kept: what we saw is all there is.
        if isinstance(verdict, StillOpen):
            return Looked(verdict.seen, None, self._clock(), verdict.candidates)
        return Looked(Seen.CANDIDATE, None, self._clock(), verdict.found)

    def _learn(self, got: _Gathered) -> None:
        """What the rows of refused chunks say of their host."""
        chunks: dict[tuple[str, int], list[Resolution | StillOpen]] = defaultdict(list)
        for row, verdict in got.verdicts.items():
            sent = got.sent[row]
            chunks[sent.submission, sent.chunk].append(verdict)
        for (submission, number), verdicts in chunks.items():
            states = [one.state if isinstance(one, Resolution) else None for one in verdicts]
            if RowState.CREATED in states:
                rule, count = Rule.REFUTED, states.count(RowState.CREATED)
                text = f"A chunk was refused, and yet {_rows(count)} of it turned out to be there."
            else:
                continue
            self._workspace.learn_refusals(self._origin, self._slug, rule, text, submission, number)

    def _keys_at_work(self, sent: Sequence[SentRow]) -> _AtWork:
        """Which rows of the draft went out with which keys, and a record that was created late.

        Reads the stored bodies: what a row holds now may be something else.
        """
        fields = {key.field for one in sent if (key := key_of(one.record, self._rungs)) is not None}
        wanted = {
            (key.field, key.folded) for one in sent if (key := key_of(one.record, self._rungs)) is not None
        }
        at_work = _AtWork()
        if not fields:
            return at_work
        for submission in reversed(self._workspace.submissions(self._draft_id)):
            if submission.origin != self._origin or submission.object != self._slug:
                continue
            for attempt in self._workspace.attempts(submission.id):
                at_work.take(attempt, fields, wanted, self._rungs)
        return at_work


class _AtWork:
    """The keys that rows of a draft went out with.

    Attributes:
        rows: by field and compared value, the rows that went out with it.
        created: the same, those that the server said it created.
        latest: by field, the value of a record that the server said it created, as late as possible.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], set[RowId]] = defaultdict(set)
        self.created: dict[tuple[str, str], set[RowId]] = defaultdict(set)
        self.latest: dict[str, Any] = {}

    def take(
        self,
        attempt: Any,
        fields: Collection[str],
        wanted: Collection[tuple[str, str]],
        rungs: Sequence[Rung],
    ) -> None:
        """Take in an attempt, the earlier ones first."""
        if not attempt.intact:
            return
        records = json.loads(attempt.body)
        for row, record in zip(attempt.rows, records, strict=False):
            for name in fields:
                folded = compare_key(record.get(name))
                if (name, folded) in wanted:
                    self.rows[name, folded].add(row)
                    if attempt.outcome == "created":
                        self.created[name, folded].add(row)
        if attempt.outcome == "created":
            for record in records[-1:]:
                key = key_of(record, rungs)
                if key is not None and key.proves:
                    self.latest[key.field] = key.value


def look_up_of(
    parts: Sequence[Part],
    *,
    purpose: Purpose,
    submission: str,
    draft_id: str,
    origin: str,
    object_slug: str,
    field: str,
    at: float,
    who: str,
) -> LookUp:
    """What is kept of a question and its answers."""
    answers = [part.answer for part in parts]
    methods = [part.method.value for part in parts if part.method is not FindMethod.NONE]
    dates = [answer.server_date for answer in answers if answer.server_date is not None]
    return LookUp(
        purpose=purpose,
        draft_id=draft_id,
        origin=origin,
        object_slug=object_slug,
        field=field,
        asked=sum(len(part.values) for part in parts),
        found=sum(part.found for part in parts),
        understood=bool(parts) and all(answer.understood for answer in answers),
        complete=bool(parts) and all(answer.complete for answer in answers),
        method=methods[-1] if methods else FindMethod.NONE.value,
        at=at,
        server_date=min(dates, default=None),
        submission=submission,
        message=next((answer.message for answer in answers if answer.message), ""),
        who=who,
    )


def words(verdicts: Iterable[Resolution | StillOpen], purpose: Purpose) -> str:
    """What was found of rows, in one sentence with the numbers."""
    counts: dict[str, int] = defaultdict(int)
    total = 0
    for verdict in verdicts:
        total += 1
        if isinstance(verdict, Resolution):
            counts["duplicate" if len(verdict.found) > 1 else verdict.state.value] += 1
        else:
            counts[verdict.seen.value] += 1
    parts = [f"{counts[name]:,} {text}" for name, text in _WORDS.items() if counts[name]]
    what = "of refused chunks " if purpose is Purpose.REFUSAL else ""
    return f"Looked up {_rows(total)} {what}({', '.join(parts)})." if total else "Nothing to look up."


_WORDS = {
    RowState.CREATED.value: "found",
    "duplicate": "found more than once",
    RowState.ALREADY_THERE.value: "there before",
    RowState.READY.value: "not there",
    Seen.ABSENT.value: "not found so far",
    Seen.CANDIDATE.value: "may be there",
    Seen.NOT_UNDERSTOOD.value: "without a clear answer",
    Seen.NO_KEY.value: "without a field to look for",
}


def examples(
    verdicts: Mapping[RowId, Resolution | StillOpen], number: Callable[[RowId], int] | None
) -> tuple[str, ...]:
    """What is left to a person, each thing once; of many rows it is named as an example, with its row.

    Args:
        number: how a person counts a row; None names none.
    """
    rows: dict[str, list[RowId]] = defaultdict(list)
    for row, one in verdicts.items():
        if isinstance(one, StillOpen) or len(one.found) > 1:
            rows[one.evidence].append(row)
    if number is None or len(verdicts) == 1:
        return tuple(rows)
    return tuple(
        f"{'E.g. row' if len(same) > 1 else 'Row'} {number(same[0]):,}: {evidence}"
        for evidence, same in rows.items()
    )


def _was_there(baseline: Baseline | None, key: Key) -> bool | None:
    if baseline is None:
        return None
    if key_sha256(key.value) in baseline.there:
        return True
    return False if baseline.trusted else None


def _chosen(sent: Iterable[SentRow], rows: Collection[RowId] | None) -> list[SentRow]:
    if rows is None:
        return list(sent)
    wanted = set(rows)
    return [one for one in sent if one.row_id in wanted]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
