"""Going on with a submission that was cut off: what the screen and the command line both do.

First what is unknown is looked up. Then goes what was planned and never went out, and what a look-up proved
not stored. Nothing else: rows that were refused, or that came into the draft since, belong to the next
submission.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from leapgrid.drafting.again import Question, take_known
from leapgrid.drafting.working import WorkingDraft
from leapgrid.records import CheckContext, Issue, RowId, RowState
from leapgrid.submit.options import SETTLE, SubmitOptions

if TYPE_CHECKING:
    from leapgrid.drafting.answers import ChunkRefusal
    from leapgrid.submit import LookUpReport, Runner, RunSummary
    from leapgrid.submit.events import SubmitEvent
    from leapgrid.submit.runner import Client
    from leapgrid.workspace import OpenSubmission, Workspace

Publish = Callable[["SubmitEvent"], None]


@dataclass
class Resumption:
    """One submission that somebody goes on with.

    Attributes:
        workspace: where it is kept.
        about: what is open of it.
        draft: its records, as they are now. It is only looked at, and nothing is written down in it, so that
            it may lie on somebody's screen at the same time.
        rows: those that belong to the submission and are still there, in the order of the draft.
        looked: what the last look-up said, or None.
        summaries: of what was sent since, oldest first.
    """

    workspace: Workspace
    about: OpenSubmission
    draft: WorkingDraft
    rows: tuple[RowId, ...]
    looked: LookUpReport | None = None
    summaries: list[RunSummary] = field(default_factory=list)
    _checked: bool = False

    @classmethod
    def of(cls, workspace: Workspace, about: OpenSubmission, context: CheckContext) -> Resumption:
        """Read what belongs to it. Waits for the disk.

        Raises:
            WorkspaceError: it cannot be read.
            DraftError: the draft's journal cannot be replayed.
        """
        draft = WorkingDraft(workspace.load_draft(about.draft_id), None, context=context)
        belong = {row.row_id for row in workspace.submission_rows(about.id)}
        return cls(workspace, about, draft, tuple(row for row in draft.batch.order if row in belong))

    @property
    def id(self) -> str:
        """ULID of the submission."""
        return self.about.id

    @property
    def again_at(self) -> float | None:
        """When looking again could settle something, seconds since the epoch by our clock, or None."""
        if not self.unknown:
            return None
        known = [self.looked.again_at if self.looked is not None else None]
        known += [summary.again_at for summary in self.summaries[-1:]]
        return min((at for at in known if at is not None), default=None)

    @property
    def unknown(self) -> tuple[RowId, ...]:
        """Its rows that may be there."""
        return tuple(row for row in self.rows if self.draft.state(row) is RowState.UNKNOWN)

    def going(self) -> tuple[RowId, ...]:
        """Its rows that go now: ready ones without errors, or with them where that was chosen at first."""
        ready = [row for row in self.rows if self.draft.state(row) is RowState.READY]
        refused = {row for row in ready if self.draft.shown_state(row) is not RowState.READY}
        ready = [row for row in ready if row not in refused and not self.draft.batch.is_empty(row)]
        if ready and not self._checked:
            self.draft.check_all()
            self._checked = True
        if self.about.options.get("include_invalid"):
            return tuple(ready)
        return tuple(row for row in ready if not self.draft.issues.local_counts(row)[0])

    def counts(self) -> Mapping[RowState, int]:
        """How many of its rows are in which state; they add up."""
        return Counter(self.draft.state(row) for row in self.rows)

    def invalid(self) -> int:
        """How many of the rows that are not sent have errors."""
        return sum(
            1
            for row in self.rows
            if self.draft.state(row) is RowState.READY and self.draft.issues.local_counts(row)[0]
        )

    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with its rows, the server's word included."""
        return tuple(issue for row in self.rows for issue in self.draft.issues.of_row(row))

    def refusals(self) -> tuple[ChunkRefusal, ...]:
        """Refusals of its chunks that no row could be found for."""
        return tuple(refusal for refusal in self.draft.chunk_refusals if refusal.submission == self.id)

    def options(self, *, settle: float = SETTLE, rate: float | None = 5.0) -> SubmitOptions:
        """The choices that it began with, as far as they can be read, with these."""
        chosen: dict[str, Any] = {}
        for name in ("chunk_size", "parallel", "include_invalid", "on_refusal", "again"):
            value = self.about.options.get(name)
            if value is None:
                continue
            try:
                SubmitOptions(**{name: value})
            except (TypeError, ValueError):  # another version wrote it; the default holds
                continue
            chosen[name] = value
        return SubmitOptions(settle=settle, rate=rate, **chosen)

    def take(self, event: SubmitEvent) -> None:
        """Let an event into its rows."""
        self.draft.take(event)

    def know_again(self, who: str) -> int:
        """Leave out what another draft created meanwhile. Waits for the disk.

        Returns:
            How many rows are left out.

        Raises:
            WorkspaceError: it cannot be read or written.
        """
        if self.about.options.get("again"):
            return 0
        known = Question(self.draft, frozenset(self.going())).ask(self.workspace, self.about.origin, who)
        take_known(self.draft, known)
        return known.left_out

    async def look(
        self, client: Client, *, settle: float = SETTLE, who: str = "", publish: Publish | None = None
    ) -> LookUpReport | None:
        """Look up once what is unknown of it; None where nothing is.

        Raises:
            SuperleapError: the server does not want to answer.
            WorkspaceError: what was found cannot be kept.
        """
        from leapgrid.submit import Resolver

        if not self.unknown:
            return None
        resolver = Resolver(
            self.workspace,
            client,
            self.draft.id,
            schema=self.draft.schema,
            settle=settle,
            who=who,
            publish=self._telling(publish),
            number=self.draft.number,
        )
        self.looked = await resolver.look_up(self.unknown, self.id)
        return self.looked

    def runner(
        self,
        client: Client,
        *,
        options: SubmitOptions,
        who: str = "",
        publish: Publish | None = None,
        pausable: bool = False,
    ) -> Runner:
        """What sends :meth:`going`; run it once."""
        from leapgrid.drafting.latest import Latest
        from leapgrid.submit import Runner

        going = self.going()
        return Runner.going_on(
            self.workspace,
            client,
            self.draft.id,
            self.id,
            record=self.draft.payload,
            going=going,
            object_slug=self.about.object_slug,
            options=options,
            fields=self.draft.schema.names,
            schema=self.draft.schema,
            profile=self.about.profile,
            pausable=pausable,
            publish=self._telling(publish),
            who=who,
            number=self.draft.number,
            latest=Latest(self.draft, going, replace(options, first=False)),
        )

    def _telling(self, publish: Publish | None) -> Publish:
        def tell(event: SubmitEvent) -> None:
            self.take(event)
            if publish is not None:
                publish(event)

        return tell


async def go_on(
    resumption: Resumption,
    client: Client,
    *,
    may_send: Callable[[int], bool] = lambda records: True,
    settle: float = SETTLE,
    rate: float | None = 5.0,
    who: str = "",
    publish: Publish | None = None,
    watch: Callable[[Runner], None] = lambda runner: None,
) -> None:
    """Go on with a submission once: look up, and send what may go. What came of it is in ``resumption``.

    Args:
        resumption: which.
        client: whom to ask and to send to.
        may_send: is asked, with the number of records, before any goes.
        settle: seconds after the end of a sending before "not found" counts.
        rate: the most calls a second, or None.
        who: the person.
        publish: is told every event, after the rows know it.
        watch: is given what sends, before it begins: to pause or stop it.

    Raises:
        SuperleapError: the server does not want to be asked.
        WorkspaceError: something cannot be read or kept.
    """
    await resumption.look(client, settle=settle, who=who, publish=publish)
    if not await asyncio.to_thread(resumption.going):
        return
    await asyncio.to_thread(resumption.know_again, who)
    going = resumption.going()
    if not going or not may_send(len(going)):
        return
    options = resumption.options(settle=settle, rate=rate)
    runner = resumption.runner(client, options=options, who=who, publish=publish)
    watch(runner)
    resumption.summaries.append(await runner.run())
