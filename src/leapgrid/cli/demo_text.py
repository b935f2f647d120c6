"""``leapgrid demo`` without a terminal: the main job, played through in text."""

from __future__ import annotations

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.issues_text import in_order, issue_lines
from leapgrid.cli.layout import columns, plural
from leapgrid.cli.sending import send
from leapgrid.cli.stored import opened_workspace, throwaway_workspace
from leapgrid.cli.streams import Streams
from leapgrid.cli.submit import exit_code
from leapgrid.drafting import LOCAL_REPAIRS, SAMPLE_LEADS, SAMPLE_NAME, SERVER_REPAIR, WorkingDraft
from leapgrid.records import Issue, RowState, Source, schema_for, set_cell
from leapgrid.sandbox import SandboxServer, SandboxUnavailable
from leapgrid.submit import RunSummary, SubmitOptions
from leapgrid.superleap import SecretToken
from leapgrid.workspace import Workspace


def demo_text(streams: Streams) -> Code:
    """Check the sample leads, repair them, send them, repair what the server refuses, send again.

    Raises:
        Ended: the sandbox or the workspace cannot be used.
    """
    try:
        with (
            throwaway_workspace() as url,
            opened_workspace(url) as workspace,
            SandboxServer() as server,
        ):
            return _Demo(streams, workspace, server.base_url).play()
    except SandboxUnavailable as problem:
        raise Ended(Code.USAGE, "sandbox", str(problem)) from problem


class _Demo:
    """The main job, a step at a time."""

    def __init__(self, streams: Streams, workspace: Workspace, base_url: str) -> None:
        self._streams = streams
        self._workspace = workspace
        self._base_url = base_url
        self._draft = WorkingDraft.from_records(workspace, schema_for("lead"), SAMPLE_NAME, SAMPLE_LEADS)

    def play(self) -> Code:
        """Play it through; the exit code is that of the last submission."""
        draft, say = self._draft, self._streams.out
        say(
            f"LeapGrid demo: {len(draft.batch)} sample leads, and a sandbox on this computer to send them to "
            f"({self._base_url}).",
            "Nothing leaves this computer.",
        )
        try:
            self._check()
            self._repair()
            self._send("3  Send")
            self._repair_refused()
            summary = self._send("5  Send again")
        finally:
            draft.close()
        created = draft.counts().states[RowState.CREATED]
        say("", f"Done: {created} of {plural(len(draft.batch), 'record')} created, none of them twice.")
        say("In a terminal, leapgrid demo opens the same leads in the grid.")
        return exit_code(draft, summary)

    def _check(self) -> None:
        draft = self._draft
        draft.check_all()
        counts = draft.issues.counts
        self._streams.out(
            "",
            "1  Check",
            f"  {plural(counts.errors, 'error')} and {plural(counts.warnings, 'warning')}; "
            "records with errors would not be sent.",
            *issue_lines(draft, in_order(draft, list(draft.issues))),
        )

    def _repair(self) -> None:
        """What a person does: take the fixes that are known, and type the rest."""
        draft = self._draft
        repairs: list[tuple[int, str, str, str]] = []
        for issue in in_order(draft, list(draft.issues)):
            if issue.row_id is None or issue.field is None:
                continue
            number = (draft.batch.position(issue.row_id) or 0) + 1
            typed = LOCAL_REPAIRS.get((number, issue.field))
            if typed is not None:
                repairs.append((number, issue.field, typed, "typed"))
            elif issue.fix is not None:
                repairs.append((number, issue.field, issue.fix.value, f"fix: {issue.fix.label}"))
        self._streams.out("", "2  Repair")
        self._edit(repairs)
        left = draft.issues.counts
        self._streams.out(f"  Left: {plural(left.errors, 'error')}, {plural(left.warnings, 'warning')}.")

    def _repair_refused(self) -> None:
        self._streams.out("", "4  Repair what the server refused")
        number, name, text = SERVER_REPAIR
        self._edit([(number, name, text, "typed")])
        edited = self._draft.counts().edited
        self._streams.out(f"  {plural(edited, 'record')} edited since the server refused it.")

    def _edit(self, repairs: list[tuple[int, str, str, str]]) -> None:
        draft, rows = self._draft, []
        for number, name, text, how in sorted(set(repairs)):
            row = draft.batch.row_at(number - 1)
            before = draft.batch.text(row, name)
            draft.apply(set_cell(row, name, text), f"Edit {name}")
            rows.append((f"row {number}", name, before, "->", text, f"({how})"))
        self._streams.out(*columns(rows, ("<", "<", "<", "<", "<", "<")))

    def _send(self, title: str) -> RunSummary:
        draft, say = self._draft, self._streams.out
        # The sandbox is another one each time: what an earlier one took says nothing about it.
        options = SubmitOptions(rate=None, again=True)
        plan = draft.plan(options)
        say("", title, f"  {plural(plan.records, 'record')} in {plural(len(plan.chunks), 'chunk')}")
        draft.flush()
        ran = send(
            lambda *lines: say(*(f"  {line}" for line in lines)),
            self._workspace,
            draft,
            plan,
            options,
            base_url=self._base_url,
            token=SecretToken("sandbox"),
        )
        refused: list[Issue] = [issue for issue in draft.issues if issue.source is Source.SERVER]
        if refused:
            say(*issue_lines(draft, in_order(draft, refused)))
        if ran.interrupted:
            raise KeyboardInterrupt
        return ran.summary
