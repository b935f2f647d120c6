"""An app that only has palettes, to show one screen in; a desk with records; and answers as a server's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual import on
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot

from leapgrid.drafting import WorkingDraft
from leapgrid.records import Issue, RowOutcome, RowState, Severity, Source, schema_for
from leapgrid.submit import (
    ChunkAnswered,
    ChunkStarted,
    PlannedChunk,
    RunFinished,
    SubmissionStarted,
    SubmitOptions,
)
from leapgrid.superleap import ChunkOutcome, SecretToken
from leapgrid.tui import messages as asked
from leapgrid.tui.commands import LeapGridCommands
from leapgrid.tui.desk import Desk, Link
from leapgrid.tui.session import Session
from leapgrid.tui.theming import load_themes, theme_variables
from leapgrid.workspace import Workspace

SANDBOX = Link("http://127.0.0.1:8001", SecretToken("k"), sandbox=True, rate=None)
PRODUCTION = Link("https://app.superleap.dev", SecretToken("k"), profile="acme", production=True)
SMALL, LARGE = (80, 24), (140, 40)
SIZES = (SMALL, LARGE)

NASTY = "[/x] \x1b]52;c;cHduZWQ=\x07 佐藤\u202e"
"""Markup that closes nothing, a sequence that sets the clipboard, two-cell letters, a direction override."""


class HarnessApp(App[None]):
    """Shows screens; keeps what they ask for."""

    CSS = "ToastRack { display: none; }"
    COMMANDS = {LeapGridCommands}  # noqa: RUF012  # Textual declares it so

    def __init__(self) -> None:
        self.palettes, _ = load_themes()
        self.palette = self.palettes["dark"]
        self.asked: list[Message] = []
        super().__init__()
        for palette in self.palettes.values():
            self.register_theme(palette.to_textual())
        self.theme = "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.palette)

    def choose_theme(self, name: str) -> None:
        self.palette = self.palettes[name]
        self.theme = name

    @on(asked.NewDraft)
    @on(asked.OpenDraft)
    @on(asked.OpenFile)
    @on(asked.SampleLeads)
    @on(asked.AskForFile)
    @on(asked.SendPlan)
    @on(asked.GoToCell)
    @on(asked.GoToDraft)
    @on(asked.LookUpSent)
    @on(asked.DecideUnknown)
    @on(asked.GoOn)
    def keep(self, message: Message) -> None:
        self.asked.append(message)

    @property
    def text(self) -> str:
        """What stands on the screen; no line is longer than the screen is wide, and nothing acts."""
        width, height = self.size
        strips = self.screen._compositor.render_strips(self.size)
        lines = [strip.text for strip in strips]
        assert [strip.cell_length for strip in strips] == [width] * height
        assert all(char.isprintable() for line in lines for char in line)
        return "\n".join(lines)

    def grounds(self, role: str) -> list[str]:
        """The texts on the screen that stand on the ground of a role."""
        color = self.palette.style("text", role).bgcolor
        strips = self.screen._compositor.render_strips(self.size)
        found: list[str] = []
        for strip in strips:
            run = ""
            for segment in strip:
                if segment.style is not None and segment.style.bgcolor == color:
                    run += segment.text
                elif run:
                    found.append(run)
                    run = ""
            if run:
                found.append(run)
        return found


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the condition did not come true"
        await pilot.pause(0.01)


def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(None, data_dir=tmp_path)


def desk_with(
    space: Workspace, records: Sequence[Mapping[str, str]], link: Link | None = SANDBOX, name: str = "leads"
) -> Desk:
    """A desk on which a checked draft lies."""
    draft = WorkingDraft.from_records(space, schema_for("lead"), name, records)
    draft.check_all()
    desk = Desk(space, link=link)
    desk.session = Session(draft)
    return desk


def leads(count: int, **others: str) -> list[dict[str, str]]:
    """Records without an error."""
    return [{"name": f"Lead {i}", "email": f"lead{i}@firm.com", **others} for i in range(1, count + 1)]


Said = Mapping[int, tuple[str | None, str]]
"""Position in the chunk from 1 -> field and words of a refusal."""


def begin(session: Session, chunk_size: int = 100) -> Iterator[PlannedChunk]:
    """Start a run; gives its chunks one by one, each on its way."""
    plan = session.plan(SubmitOptions(chunk_size=chunk_size))
    assert session.begin(plan)
    now = time.time()
    queued = {row: outcome(RowState.QUEUED, c, i) for c in plan.chunks for i, row in enumerate(c.rows, 1)}
    session.take(
        SubmissionStarted("S", "lead", "http://127.0.0.1:8001", len(plan.chunks), plan.records, now, queued)
    )
    for chunk in plan.chunks:
        sending = {row: outcome(RowState.SENDING, chunk, i) for i, row in enumerate(chunk.rows, 1)}
        session.take(ChunkStarted(chunk.number, chunk.rows, "A", 1, now, sending))
        yield chunk


def outcome(state: RowState, chunk: PlannedChunk, position: int) -> RowOutcome:
    sent = dict(chunk.payloads[position - 1])
    said = "The server's answer." if state is RowState.CREATED else "said"
    return RowOutcome(state, time.time(), said, "S", chunk.number, position, sent)


def answer(
    session: Session,
    chunk: PlannedChunk,
    kind: ChunkOutcome = ChunkOutcome.CREATED,
    refused: Said | None = None,
    *,
    atomic: bool = False,
    message: str = "",
    whole: str = "",
) -> None:
    """An answer: which records were refused in which words; the others are created, or none with atomic.

    Args:
        whole: words about the chunk as a whole.
    """
    states = {
        ChunkOutcome.CREATED: RowState.CREATED,
        ChunkOutcome.REJECTED: RowState.READY if atomic else RowState.CREATED,
        ChunkOutcome.UNKNOWN: RowState.UNKNOWN,
        ChunkOutcome.NOT_SENT: RowState.READY,
    }
    outcomes = {row: outcome(states[kind], chunk, i) for i, row in enumerate(chunk.rows, 1)}
    issues = [Issue(None, None, Severity.ERROR, Source.SERVER, "X", whole)] if whole else []
    for position, (field, words) in (refused or {}).items():
        row = chunk.rows[position - 1]
        outcomes[row] = outcome(RowState.REJECTED, chunk, position)
        value = str(chunk.payloads[position - 1].get(field or "", ""))
        said = f'The server says "{words}: {value}".' if value else f'The server refused this row: "{words}".'
        issues.append(
            Issue(
                row,
                field,
                Severity.ERROR,
                Source.SERVER,
                "X",
                said,
                value,
                group=f'The server says "{words}".' if value else said,
            )
        )
    session.take(
        ChunkAnswered(
            chunk.number,
            chunk.rows,
            "A",
            kind,
            kind.value,
            None,
            message or kind.value,
            "",
            1.0,
            issues=tuple(issues),
            outcomes=outcomes,
        )
    )


def finish(session: Session, seconds: float = 2.0) -> None:
    session.take(RunFinished("S", {}, seconds))
