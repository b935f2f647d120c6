"""Where work lies while the app runs: the workspace, the connection, the sandbox, and the sending.

Screens ask it for drafts and sessions; only it talks to the rooms below about opening and sending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from leapgrid.drafting import WorkingDraft, sample_leads
from leapgrid.records import ObjectSchema, schema_for
from leapgrid.submit import Plan, Runner, SubmitOptions
from leapgrid.superleap import AsyncSuperleap, SecretToken
from leapgrid.tui.session import Session
from leapgrid.tui.widgets.title_bar import Target
from leapgrid.visible import visible
from leapgrid.workspace import DraftSummary, Workspace

NOT_CONNECTED = "Not connected. Nothing leaves this computer."


class SandboxHandle(Protocol):
    """A sandbox that runs on this computer."""

    @property
    def base_url(self) -> str: ...

    def start(self) -> object: ...

    def stop(self) -> object: ...


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
        mapping: header -> field, as given on the command line.
        include_invalid: whether rows with local errors are sent too.
    """

    object_slug: str = "lead"
    mapping: dict[str, str | None] = field(default_factory=dict)
    default_country: str | None = None
    timezone: str | None = None


class Desk:
    """One a process."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        link: Link | None = None,
        why_not_connected: str = "",
        preferences: Preferences | None = None,
        make_sandbox: Callable[[], SandboxHandle] | None = None,
    ) -> None:
        """
        Args:
            workspace: where everything is kept.
            link: where records go; None: not connected.
            why_not_connected: what to do about it, in a sentence.
            make_sandbox: makes the sandbox for the sample leads; None where there is none.
        """
        self.workspace = workspace
        self.link = link
        self.why_not_connected = why_not_connected or NOT_CONNECTED
        self.preferences = preferences or Preferences()
        self.session: Session | None = None
        self._make_sandbox = make_sandbox
        self._sandbox: SandboxHandle | None = None
        self._runner: Runner | None = None

    @property
    def schema(self) -> ObjectSchema:
        """The object that new drafts are for."""
        return schema_for(self.preferences.object_slug)

    @property
    def target(self) -> Target:
        """Where records go, for the title bar."""
        link = self.link
        if link is None:
            return Target()
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

    # -- drafts -------------------------------------------------------------------------------------------

    def drafts(self) -> list[DraftSummary]:
        """The drafts of the workspace, the last one first."""
        return self.workspace.drafts()

    def remove_draft(self, draft_id: str) -> None:
        """Take a draft out of the workspace."""
        self.workspace.remove_draft(draft_id)

    def new_draft(self) -> WorkingDraft:
        """An empty draft."""
        schema = self.schema
        return WorkingDraft.new(self.workspace, schema, f"new {schema.plural.lower()}", context=self._context)

    def open_stored(self, draft_id: str) -> WorkingDraft:
        """A draft of the workspace, as it was."""
        return WorkingDraft.from_stored(self.workspace, draft_id, context=self._context)

    def read_file(self, path: Path) -> WorkingDraft:
        """A draft made of a file.

        Raises:
            UnreadableFile: with one sentence that says what to do.
        """
        return WorkingDraft.from_file(
            self.workspace, path, self.schema, self.preferences.mapping, context=self._context
        )

    def open_samples(self) -> WorkingDraft:
        """The sample leads, connected to the sandbox on this computer."""
        self.start_sandbox()
        return WorkingDraft.from_records(
            self.workspace, schema_for("lead"), "sample leads", sample_leads(), context=self._context
        )

    def open(self, draft: WorkingDraft) -> Session:
        """Put a draft on the desk in the place of the one that lies there."""
        if self.session is not None:
            self.session.draft.close()
        self.session = Session(draft)
        return self.session

    # -- connection ---------------------------------------------------------------------------------------

    def start_sandbox(self) -> None:
        """Start the sandbox and connect to it."""
        if self._make_sandbox is None:
            return
        if self._sandbox is None:
            self._sandbox = self._make_sandbox()
            self._sandbox.start()
        self.link = Link(self._sandbox.base_url, SecretToken("sandbox"), sandbox=True, rate=None)

    @property
    def options(self) -> SubmitOptions:
        """The choices that a sending begins with."""
        link = self.link
        if link is None:
            return SubmitOptions()
        return SubmitOptions(chunk_size=link.chunk_size, rate=link.rate)

    # -- sending ------------------------------------------------------------------------------------------

    async def send(self, session: Session, plan: Plan, options: SubmitOptions) -> None:
        """Send a plan to its end, telling the session of every event.

        The caller has to have been let in by ``session.begin``: that is what keeps a second press from sending.
        """
        link = self.link
        if link is None:
            return
        async with AsyncSuperleap(link.base_url, link.token) as client:
            runner = Runner(
                self.workspace,
                client,
                session.draft.id,
                plan,
                object_slug=session.draft.schema.slug,
                options=options,
                profile=link.profile,
                publish=session.take,
            )
            self._runner = runner
            try:
                await runner.run()
            finally:
                self._runner = None

    def pause_or_go_on(self) -> None:
        """Pause the sending after the chunk on its way, or go on."""
        session = self.session
        if self._runner is None or session is None or session.run is None:
            return
        if session.run.paused:
            self._runner.resume()
        else:
            self._runner.pause()

    def stop_after_chunk(self) -> None:
        """Stop the sending after the chunk on its way."""
        if self._runner is not None and self.session is not None and self.session.run is not None:
            self.session.run.stopping = True
            self._runner.stop_after_chunk()

    # -- the end ------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Put everything away: the last edits to the disk, the sandbox stopped."""
        if self.session is not None:
            await asyncio.to_thread(self.session.draft.close)
            self.session = None
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.stop)
            self._sandbox = None
