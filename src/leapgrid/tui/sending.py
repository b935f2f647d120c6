"""What the desk does with a server: send, look up what is unknown, go on, and keep what a person decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from leapgrid.config import person
from leapgrid.records import RowId, RowOutcome, RowState
from leapgrid.submit import Plan, SubmitOptions
from leapgrid.superleap import SecretToken, SuperleapError
from leapgrid.workspace import OpenSubmission, RefusalRule, RowsTaken, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.submit import Runner
    from leapgrid.tui.session import Session
    from leapgrid.workspace import Workspace

TRY_TO_SAVE_AGAIN = 5.0
"""Seconds."""

_LOOK_AT_THE_CLOCK = 1.0
"""Seconds between two looks at whether the time of the next look-up has come."""


_STOPPED = (
    "Something unexpected ended the sending. What was answered is recorded, what did not go out is ready, "
    "and nothing that may be there is sent again without a look."
)


def _let_go(workspace: Workspace, draft_id: str, submission: str) -> Mapping[RowId, RowOutcome]:
    """Work no more on a submission; what the workspace knows of the draft's rows then. Waits for the disk.

    Raises:
        WorkspaceError: it cannot be read or written.
    """
    workspace.finish_run(submission, "unexpected", _STOPPED)
    return workspace.outcomes(draft_id)


class Place(Protocol):
    """What sending needs of a connection."""

    @property
    def base_url(self) -> str:
        """The organisation's address."""

    @property
    def token(self) -> SecretToken:
        """The key."""

    @property
    def profile(self) -> str:
        """The profile's name, or ""."""


class Around(Protocol):
    """What sending needs of the desk."""

    session: Session | None

    @property
    def place(self) -> Place | None:
        """Where records go, or None."""

    @property
    def workspace(self) -> Workspace:
        """Where everything is kept."""

    @property
    def options(self) -> SubmitOptions:
        """The choices that a sending begins with."""

    @property
    def report(self) -> Callable[[Exception], str]:
        """What keeps a report of an unexpected error, and says where."""

    async def ready(self) -> None:
        """Wait until the draft on the desk is kept."""


class Sending:
    """One a desk: at most one run, and one look-up, at a time."""

    def __init__(self, desk: Around) -> None:
        self._desk = desk
        self._runner: Runner | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._going_on = False
        self._looking = False
        self._keeping = False

    # -- sending ------------------------------------------------------------------------------------------

    async def send(self, plan: Plan, options: SubmitOptions) -> None:
        """Send a plan to its end, telling the session of every event.

        The caller has to have been let in by ``session.begin``: that is what keeps a
        second press from sending.
        """
        link, session = self._desk.place, self._desk.session
        if link is None or session is None:
            return
        try:
            await self._send(session, link, plan, options)
        except Exception as error:  # a defect of ours must not leave the app "sending" for good
            await self._broke(session, error)
        await self.refresh(session)

    async def _send(self, session: Session, link: Place, plan: Plan, options: SubmitOptions) -> None:
        # What sends is loaded when something is sent: the first paint does not wait for it.
        from leapgrid.drafting.latest import Latest
        from leapgrid.submit import Runner
        from leapgrid.superleap import AsyncSuperleap

        # The draft may be on its way into the workspace still.
        await self._desk.ready()
        # What is sent is on disk before: the rows that an answer will be about must survive a crash.
        await asyncio.to_thread(session.draft.flush)
        async with AsyncSuperleap(link.base_url, link.token) as client:
            await self._run(
                Runner(
                    self._desk.workspace,
                    client,
                    session.draft.id,
                    plan,
                    object_slug=session.draft.schema.slug,
                    options=options,
                    profile=link.profile,
                    fields=session.draft.schema.names,
                    schema=session.draft.schema,
                    pausable=True,
                    publish=session.take,
                    who=person(),
                    number=session.draft.number,
                    latest=Latest(session.draft, plan.rows, options),
                )
            )

    async def _broke(self, session: Session, error: Exception, submission: str = "") -> str:
        """End what goes on after an unexpected error: kept in a report, said on the screen.

        Args:
            session: of which draft.
            error: what came.
            submission: ULID of the submission, where the run does not know it yet.

        Returns:
            The sentence, where no run is there to say it; "" where one does.
        """
        said = await asyncio.to_thread(self._desk.report, error)
        run = session.run
        if run is None or (run.finished and run.reason != "unexpected"):
            return said
        submission, workspace = run.submission or submission, session.draft.workspace
        known: Mapping[RowId, RowOutcome] = {}
        if submission and workspace is not None:
            with suppress(WorkspaceError):
                known = await asyncio.to_thread(_let_go, workspace, session.draft.id, submission)
        session.break_off(f"{_STOPPED} {said}", known)
        return ""

    async def _run(self, runner: Runner) -> None:
        self._runner = runner
        self._idle.clear()
        try:
            summary = await runner.run()
            # An answer that could not be written (a full disk) is kept in memory until it can be.
            while summary.unsaved:
                await asyncio.sleep(TRY_TO_SAVE_AGAIN)
                if await runner.save_rest():
                    break
        finally:
            self._runner = None
            self._idle.set()

    async def settled(self) -> None:
        """Wait until nothing is being sent."""
        await self._idle.wait()

    def pause_or_go_on(self) -> None:
        """Pause the sending after the chunk on its way, or go on."""
        session = self._desk.session
        if self._runner is None or session is None or session.run is None:
            return
        if session.run.paused:
            self._runner.resume()
        else:
            self._runner.pause()

    def stop_after_chunk(self) -> None:
        """Stop the sending after the chunk on its way."""
        session = self._desk.session
        if self._runner is not None and session is not None and session.run is not None:
            session.run.stopping = True
            self._runner.stop_after_chunk()

    async def go_on(self, submissions: Sequence[str], options: SubmitOptions) -> str:
        """Go on with submissions that were cut off: look up what is unknown, then send what never went out.

        Args:
            submissions: ULIDs.
            options: how, as far as the submissions do not say it themselves.

        Returns:
            Why nothing, or no more, was sent, in a sentence; "" where the run says it.
        """
        link, session = self._desk.place, self._desk.session
        if link is None or session is None or self._going_on or session.is_sending:
            return ""
        self._going_on = True
        try:
            await self._desk.ready()
            await self.look_up()
            if session.looks.failed and session.unknown:
                return session.looks.said
            said = ""
            for about in tuple(session.looks.open):
                if about.id in submissions and not about.running:
                    said = await self._go_on_with(session, link, about, options)
                    if said or (session.run is not None and session.run.reason):
                        break
            return said
        except (SuperleapError, WorkspaceError) as problem:
            return str(problem)
        except Exception as error:  # a defect of ours must not leave the app "sending" for good
            said = await self._broke(session, error, submissions[0] if len(submissions) == 1 else "")
            await self.refresh(session)
            return said
        finally:
            self._going_on = False

    async def _go_on_with(
        self, session: Session, link: Place, about: OpenSubmission, options: SubmitOptions
    ) -> str:
        from leapgrid.drafting.resuming import Resumption
        from leapgrid.superleap import AsyncSuperleap

        workspace, draft = self._desk.workspace, session.draft
        if about.origin.rstrip("/") != link.base_url.rstrip("/"):
            return "What was cut off was sent to another host. Connect there to go on."
        if not await asyncio.to_thread(draft.flush):
            return f"Nothing was sent, because the records are not stored. {session.trouble}"
        belong = {row.row_id for row in await asyncio.to_thread(workspace.submission_rows, about.id)}
        rows = tuple(row for row in draft.batch.order if row in belong)
        await self.know_again(session, frozenset(rows))
        resumption = Resumption(workspace, about, draft, rows, _checked=True)
        count = len(resumption.going())
        if not count:
            return "" if session.unknown else "There is nothing left to send of what was cut off."
        if not session.begin(Plan()):
            return ""
        chosen = resumption.options(settle=options.settle, rate=options.rate)
        async with AsyncSuperleap(link.base_url, link.token) as client:
            runner = resumption.runner(
                client,
                options=chosen,
                who=person(),
                pausable=True,
                # The draft, which is the session's, knows each event already.
                publish=lambda event: session.take(event, known=True),
            )
            await self._run(runner)
        await self.refresh(session)
        return ""

    async def know_again(self, session: Session, rows: Collection[RowId] | None = None) -> None:
        """Leave out what this workspace created before; what cannot be read now is asked again when sent.

        Args:
            session: whose rows.
            rows: only these.
        """
        link, draft = self._desk.place, session.draft
        if link is None or draft.workspace is None or session.is_sending:
            return
        from leapgrid.drafting.again import Question, take_known

        question, workspace = Question(draft, rows), draft.workspace
        with suppress(WorkspaceError):
            known = await asyncio.to_thread(question.ask, workspace, link.base_url, person())
            if session is self._desk.session:
                session.know(take_known(draft, known))

    async def created_before(self, session: Session) -> tuple[str, ...]:
        """What is to be said of the records that this workspace sent before from another draft.

        It only looks: they are left out when the draft is reviewed.
        """
        await self._desk.ready()
        link, draft = self._desk.place, session.draft
        if link is None or draft.workspace is None or session is not self._desk.session:
            return ()
        from leapgrid.drafting.again import Question

        question, workspace = Question(draft), draft.workspace
        try:
            known = await asyncio.to_thread(question.ask, workspace, link.base_url, keep=False)
        except WorkspaceError:
            return ()  # it is asked again before anything is sent
        left_out = (known.event.message, known.where) if known.event is not None else ()
        return (*left_out, *filter(None, (known.waits,)))

    async def send_anyway(self, rows: Sequence[RowId]) -> str:
        """Send rows all the same that were created before from this workspace.

        Returns:
            Why that could not be kept, in a sentence; "" where it is.
        """
        session = self._desk.session
        if session is None or session.draft.workspace is None:
            return "The records are not stored yet. Try again in a moment."
        from leapgrid.submit import Decided

        draft, workspace = session.draft, session.draft.workspace
        try:
            outcomes = await asyncio.to_thread(workspace.allow_again, draft.id, rows, person())
        except WorkspaceError as problem:
            return str(problem)
        session.take(Decided("To be sent all the same.", outcomes))
        return ""

    # -- what is open -------------------------------------------------------------------------------------

    async def refresh(self, session: Session) -> None:
        """Read again what is open of a draft: submissions that were cut off, rows that are unknown.

        What cannot be read is said where it keeps from sending; here it only is not shown.
        """
        draft = session.draft
        if draft.workspace is None or not draft.id:
            return
        workspace = draft.workspace

        def read() -> None:
            session.looks.open = workspace.open_submissions(draft.id)
            session.looks.looked = workspace.looked(draft.id)

        with suppress(WorkspaceError):
            await asyncio.to_thread(read)
        if session is self._desk.session:
            session.refreshed()

    async def refusal_rule(self, slug: str) -> RefusalRule | None:
        """What is known of refusals where records go, or None."""
        link = self._desk.place
        if link is None:
            return None
        with suppress(WorkspaceError):
            return await asyncio.to_thread(
                lambda: self._desk.workspace.refusal_rule(link.base_url.rstrip("/"), slug)
            )
        return None

    # -- looking up ---------------------------------------------------------------------------------------

    async def look_up(self, rows: Collection[RowId] | None = None) -> bool:
        """Ask the server whether it has what is unknown. It only reads; what it finds is kept.

        Args:
            rows: which; all where None.

        Returns:
            Whether it looked; not while a run, or another look-up, goes on.
        """
        link, session = self._desk.place, self._desk.session
        if link is None or session is None or self._looking or session.is_sending:
            return False
        from leapgrid.submit import Resolver
        from leapgrid.superleap import AsyncSuperleap

        self._looking = True
        session.looks.asking = "looking up what is unknown"
        session.refreshed()
        try:
            await self._desk.ready()
            async with AsyncSuperleap(link.base_url, link.token) as client:
                resolver = Resolver(
                    self._desk.workspace,
                    client,
                    session.draft.id,
                    schema=session.draft.schema,
                    settle=self._desk.options.settle,
                    who=person(),
                    publish=session.take,
                )
                report = await resolver.look_up(rows)
            session.looks.again_at = report.again_at
            if report.message:
                session.looks.said = report.message
        except (SuperleapError, WorkspaceError) as problem:
            session.looks.fail(str(problem))
        except Exception as error:  # a defect of ours is said, and nothing is settled by it
            session.looks.fail(await asyncio.to_thread(self._desk.report, error))
        finally:
            self._looking = False
            session.looks.asking = ""
        await self.refresh(session)
        return True

    async def keep_looking(self) -> None:
        """Look again whenever that can settle something, as long as the draft lies here and is connected."""
        if self._keeping:
            return
        self._keeping = True
        try:
            while await self._until_it_is_time():
                await self.look_up()
        finally:
            self._keeping = False

    async def _until_it_is_time(self) -> bool:
        """Wait for the time of the next look-up; False where there is none."""
        while (session := self._desk.session) is not None and self._desk.place is not None:
            again_at = session.looks.again_at
            if again_at is None or session.is_sending or not session.unknown:
                return False
            left = again_at - time.time()
            if left <= 0:
                return True
            await asyncio.sleep(min(_LOOK_AT_THE_CLOCK, left))
        return False

    # -- what a person says -------------------------------------------------------------------------------

    async def decide(self, rows: Sequence[RowId], state: RowState, evidence: str) -> str:
        """Keep what a person says of unknown rows: ``created``, ``ready`` or ``skipped``.

        Returns:
            Why it could not be kept, in a sentence; "" where it is.
        """
        session = self._desk.session
        if session is None or session.draft.workspace is None:
            return "The records are not stored yet. Try again in a moment."
        from leapgrid.submit import Decided

        draft, workspace = session.draft, session.draft.workspace

        def keep() -> Decided:
            # A decision about a row whose edit is lost would be about nothing.
            draft.flush()
            return Decided(
                evidence, workspace.set_states(draft.id, rows, state, evidence, who=person() or "person")
            )

        try:
            decided = await asyncio.to_thread(keep)
        except RowsTaken:
            await self.refresh(session)
            return "Somebody, or a look-up, settled that meanwhile. Look at it again."
        except WorkspaceError as problem:
            return str(problem)
        session.take(decided)
        await self.refresh(session)
        return ""
