"""Where work lies while the app runs: the workspace, the connection, the sandbox, and the sending.

Screens ask it for drafts and sessions; only it talks to the rooms below about opening and sending.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from leapgrid.drafting import SAMPLE_LEADS, SAMPLE_NAME, WorkingDraft
from leapgrid.files import ImportMapping
from leapgrid.records import CheckContext, ObjectSchema, schema_for
from leapgrid.submit import Plan, SubmitOptions
from leapgrid.superleap import SecretToken
from leapgrid.tui.session import Session
from leapgrid.tui.widgets.title_bar import Target
from leapgrid.visible import visible
from leapgrid.workspace import CannotOpen, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opened, Opening
    from leapgrid.tui.sending import Sending
    from leapgrid.workspace import DraftSummary, OpenSubmission, Workspace

NOT_CONNECTED = "Not connected. Nothing leaves this computer."


class SandboxHandle(Protocol):
    """A sandbox that runs on this computer."""

    @property
    def base_url(self) -> str:
        """Where it answers."""

    def start(self) -> object:
        """Begin to answer.

        Raises:
            RuntimeError: it cannot; its text says what to do.
        """

    def stop(self) -> object:
        """End."""


@dataclass
class Link:
    """Where records go, and with which key.

    Attributes:
        base_url: the organisation's address.
        token: the key; prints as ``***``.
        profile: the profile's name, or "".
        production: whether sending asks for the profile's name first.
        sandbox: whether it is the sandbox on this computer.
        rate: the most calls a second, None for no limit.
    """

    base_url: str
    token: SecretToken
    profile: str = ""
    production: bool = False
    sandbox: bool = False
    rate: float | None = 5.0
    chunk_size: int = 100

    @property
    def host(self) -> str:
        """Host and port, as the title bar and the review show it."""
        return visible(self.base_url.split("://", 1)[-1].rstrip("/"), 60)


@dataclass
class Preferences:
    """What was chosen for all drafts.

    Attributes:
        object_slug: the object that new drafts are for.
        said: what was said of files on the command line.
        default_country: two letters, for phone numbers without a country code.
        timezone: for times without a zone.
    """

    object_slug: str = "lead"
    said: ImportMapping = field(default_factory=ImportMapping)
    default_country: str | None = None
    timezone: tzinfo = UTC


class Desk:
    """One a process.

    Attributes:
        link: where records go, or None.
        session: the draft that lies on the desk, or None.
        sending: what sends and looks up.
        settle: seconds after the end of a sending before "not found" counts.
        look_after: seconds after a run when what is unknown is looked up at once.
        lost: the sentence about a draft that could not be kept till the end, or "".
        report: keeps a report of an unexpected error, and says in a sentence where.
    """

    def __init__(
        self,
        workspace: Workspace | Callable[[], Workspace],
        *,
        link: Link | None = None,
        why_not_connected: str = "",
        preferences: Preferences | None = None,
        make_sandbox: Callable[[], SandboxHandle] | None = None,
    ) -> None:
        """
        Args:
            workspace: where everything is kept, or what opens it when it is needed for the first time.
            link: where records go; None: not connected.
            why_not_connected: what to do about it, in a sentence.
            make_sandbox: makes the sandbox for the sample leads; None where there is none.
        """
        self._workspace = None if callable(workspace) else workspace
        self._open_workspace = workspace if callable(workspace) else None
        self._opening = threading.Lock()
        self.link = link
        self.why_not_connected = why_not_connected or NOT_CONNECTED
        self.preferences = preferences or Preferences()
        self.session: Session | None = None
        self._make_sandbox = make_sandbox
        self._sandbox: SandboxHandle | None = None
        self._samples: WorkingDraft | None = None
        self._to_store: WorkingDraft | None = None
        self._storing = asyncio.Lock()
        self._moved_in = asyncio.Event()
        self._moved_in.set()
        self.lost = ""
        self.report: Callable[[Exception], str] = lambda error: "Something unexpected happened."
        self.settle, self.look_after = SubmitOptions().settle, SubmitOptions().look_after

    @property
    def workspace(self) -> Workspace:
        """Where everything is kept. The first use may have to open it, which takes a while.

        Raises:
            WorkspaceError: it cannot be opened.
        """
        with self._opening:
            if self._workspace is None:
                assert self._open_workspace is not None
                self._workspace = self._open_workspace()
            return self._workspace

    @property
    def is_open(self) -> bool:
        """Whether the workspace is open already."""
        return self._workspace is not None

    @property
    def _context(self) -> CheckContext:
        return CheckContext(self.preferences.default_country, self.preferences.timezone)

    @property
    def schema(self) -> ObjectSchema:
        """The object that new drafts are for."""
        return schema_for(self.preferences.object_slug)

    @property
    def target(self) -> Target:
        """Where records go, for the title bar."""
        link = self.link
        if link is None:
            # Where the samples will go is known before the sandbox answers there.
            return Target("sandbox", "sandbox", "host") if self._samples is not None else Target()
        host = link.host
        short = host.rsplit(":", 1)[0]
        if link.sandbox:
            return Target(f"sandbox {host}", f"sandbox {short}", "host")
        if link.production:
            name = visible(link.profile, 30)
            return Target(f"{name} · production  {host}", f"{name} · production", "danger")
        if link.profile:
            name = visible(link.profile, 30)
            return Target(f"{name}  {host}", name, "host")
        return Target(host, short, "host")

    @property
    def base_url(self) -> str:
        """Where records go, or "" while not connected."""
        return self.link.base_url if self.link is not None else ""

    @property
    def left_open(self) -> str:
        """What an earlier run of the program left on its way, in a sentence, or ""."""
        if self._workspace is None or not self._workspace.recovered.unknown:
            return ""
        found = self._workspace.recovered
        rows = "1 row was" if found.unknown == 1 else f"{found.unknown:,} rows were"
        return f"{rows} on the way when LeapGrid ended: unknown, and not sent again until that is settled."

    @property
    def why_not_send(self) -> str:
        """Why nothing may be sent from the workspace, in a sentence; "" where it may be."""
        return self._workspace.why_not_send if self._workspace is not None else ""

    def keep_copy(self) -> None:
        """Copy the workspace, if it is open and was changed since its last copy. Waits for the disk.

        Raises:
            Damaged: it is.
            WorkspaceError: the copy cannot be made now.
        """
        from leapgrid.workspace.copies import is_due, make_copy

        path = self._workspace.path if self._workspace is not None else None
        if path is not None and not self.workspace.read_only and is_due(path):
            make_copy(path)

    # -- drafts -------------------------------------------------------------------------------------------

    def drafts(self) -> list[DraftSummary]:
        """The drafts of the workspace, the last one first."""
        return self.workspace.drafts()

    def open_submissions(self) -> tuple[OpenSubmission, ...]:
        """What was cut off or is unknown, of all drafts, the newest first."""
        return self.workspace.open_submissions()

    def remove_draft(self, draft_id: str) -> None:
        """Take a draft out of the workspace."""
        self.workspace.remove_draft(draft_id)

    def new_draft(self) -> WorkingDraft:
        """An empty draft."""
        schema, workspace = self.schema, None
        with suppress(WorkspaceError):  # then it is tried again as long as the draft lies here
            workspace = self.workspace if not self.workspace.read_only else None
        return self._new(schema, workspace)

    def _new(self, schema: ObjectSchema, workspace: Workspace | None) -> WorkingDraft:
        name = f"new {schema.plural.lower()}"
        try:
            return WorkingDraft.new(workspace, schema, name, context=self._context)
        except WorkspaceError:
            return WorkingDraft.new(None, schema, name, context=self._context)

    def open_stored(self, draft_id: str) -> WorkingDraft:
        """A draft of the workspace, as it was."""
        with suppress(CannotOpen):  # where not even a lock can be made, what is there can be looked at
            self.workspace.hold_draft(draft_id)  # so that no other takes it for one nobody works on
        return WorkingDraft.from_stored(self.workspace, draft_id, context=self._context)

    def opening(self, path: Path, *, said: ImportMapping | None = None, ask: bool = False) -> Opening:
        """What opens a file, not begun yet.

        Args:
            said: what was said about it; None: as on the command line.
            ask: have a person say what its columns are in any case.
        """
        from leapgrid.drafting.opening import Opening, Wanted

        said = self.preferences.said if said is None else said
        wanted = Wanted(os.fspath(path), self.schema, said, self._context, ask=ask)
        return Opening(wanted, lambda: self.workspace)

    def remember(self, opened: Opened, mapping: ImportMapping) -> None:
        """Apply what a person said of a file to the next one with the same headers.

        Raises:
            WorkspaceError: it cannot be written.
        """
        self.workspace.remember_mapping(opened.draft.schema.slug, opened.raw.frame.headers, mapping)

    def open_samples(self) -> WorkingDraft:
        """The sample leads, neither kept nor connected before :meth:`move_in`, which has to follow."""
        draft = WorkingDraft.from_records(
            None, schema_for("lead"), SAMPLE_NAME, SAMPLE_LEADS, context=self._context
        )
        self._samples = draft
        return draft

    async def move_in(self) -> str:
        """Give the draft on the desk what it needs besides a screen: a place to be kept, samples the sandbox.

        Both take longer to load than the whole screen, so it is called once the records are on it. A file
        that cannot be kept is tried again as long as it lies here; ``session.not_kept`` says why.

        Returns:
            What went wrong, in a sentence, or "".
        """
        draft, self._to_store = self._to_store, None
        if draft is None:
            return ""
        samples = draft is self._samples
        try:
            if samples:
                await asyncio.to_thread(self.start_sandbox)
            await self._store(draft)
        except (WorkspaceError, RuntimeError) as problem:
            said = str(problem)
            if samples:
                # What is not kept is not sent: a crash would take the answer with it.
                self.link = None
                self.why_not_connected = said
            elif self.session is not None and self.session.draft is draft:
                self.session.not_kept = said
            return said
        finally:
            if samples:
                self._samples = None
            self._moved_in.set()
        return ""

    async def keep_trying(self) -> None:
        """Store the draft on the desk again and again until it is, or is taken away."""
        from leapgrid.tui.sending import TRY_TO_SAVE_AGAIN

        session = self.session
        while session is not None and session is self.session and session.not_kept:
            await asyncio.sleep(TRY_TO_SAVE_AGAIN)
            if session is self.session:
                await self._try_to_store(session)

    async def _try_to_store(self, session: Session) -> None:
        try:
            await self._store(session.draft)
        except WorkspaceError as problem:
            session.not_kept = str(problem)
        else:
            session.not_kept = ""

    async def _store(self, draft: WorkingDraft) -> None:
        async with self._storing:
            if draft.workspace is None:
                workspace = await asyncio.to_thread(lambda: self.workspace)
                draft_id = await asyncio.to_thread(draft.store_in, workspace)
                await asyncio.to_thread(workspace.hold_draft, draft_id)
                draft.go_on_in(workspace, draft_id)
                # Whoever opens a file again and again has one draft of it, as long as nothing is done there.
                with suppress(WorkspaceError):
                    await asyncio.to_thread(workspace.remove_twins, draft_id)

    @property
    def is_ready(self) -> bool:
        """Whether :meth:`ready` would not wait."""
        return self._moved_in.is_set()

    async def ready(self) -> None:
        """Wait until the draft on the desk is kept and connected, or it is known that it cannot be."""
        await self._moved_in.wait()

    async def open(self, draft: WorkingDraft) -> Session:
        """Put a draft on the desk in the place of the one that lies there."""
        samples = draft is self._samples
        await self.put_away()
        if samples:
            self._samples = draft
            if self._make_sandbox is not None:
                self.link = None  # not for a moment do samples stand beside an organisation's name
        if draft.workspace is None:
            self._to_store = draft
            self._moved_in.clear()
        self.session = Session(draft)
        self.session.chunk_size = self.options.chunk_size
        return self.session

    async def put_away(self) -> None:
        """Close the draft that lies there; its last edits go to the disk."""
        if self._to_store is not None and self._to_store is self._samples:
            self._samples = self._to_store = None  # they go before they were on the screen
            self._moved_in.set()
        elif self._to_store is not None:
            await self.move_in()
        await self.ready()
        if self.session is not None:
            session = self.session
            if session.not_kept:
                await self._try_to_store(session)
            if session.not_kept:
                self.lost = f"{visible(session.draft.name, 60)} was not kept. {session.not_kept}"
            self.session = None
            await asyncio.to_thread(session.draft.close)

    # -- connection ---------------------------------------------------------------------------------------

    def start_sandbox(self) -> None:
        """Start the sandbox and connect to it."""
        if self._make_sandbox is None:
            return
        if self._sandbox is None:
            self._sandbox = self._make_sandbox()
            self._sandbox.start()
        self.link = Link(self._sandbox.base_url, SecretToken("sandbox"), sandbox=True, rate=None)

    def connect(self, link: Link) -> None:
        """Send to another place from now on, or with another key."""
        self.link = link
        self.why_not_connected = NOT_CONNECTED
        if self.session is not None:
            self.session.chunk_size = link.chunk_size

    @property
    def options(self) -> SubmitOptions:
        """The choices that a sending begins with."""
        link = self.link
        if link is None:
            return SubmitOptions(settle=self.settle, look_after=self.look_after)
        return SubmitOptions(
            chunk_size=link.chunk_size, rate=link.rate, settle=self.settle, look_after=self.look_after
        )

    # -- sending ------------------------------------------------------------------------------------------

    @cached_property
    def sending(self) -> Sending:
        """What sends and looks up; loaded when it is first asked for, after the first paint."""
        from leapgrid.tui.sending import Sending

        return Sending(self)

    @property
    def place(self) -> Link | None:
        """Where records go, for what sends them."""
        return self.link

    async def send(self, plan: Plan, options: SubmitOptions) -> None:
        """See :meth:`Sending.send`."""
        await self.sending.send(plan, options)

    async def settled(self) -> None:
        """Wait until nothing is being sent."""
        await self.sending.settled()

    def pause_or_go_on(self) -> None:
        """Pause the sending after the chunk on its way, or go on."""
        self.sending.pause_or_go_on()

    def stop_after_chunk(self) -> None:
        """Stop the sending after the chunk on its way."""
        self.sending.stop_after_chunk()

    # -- the end ------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Put everything away: the last edits to the disk, the sandbox stopped."""
        await self.put_away()
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.stop)
            self._sandbox = None
