"""The commands and their options. What they do is imported when they run, so that help is there at once."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from leapgrid import __version__
from leapgrid.cli import commands_sent as sent
from leapgrid.cli.exits import Code
from leapgrid.cli.given import Common, Form, Only, OnRefused, PreviewFormat, Start
from leapgrid.cli.help_text import CODES, examples, run
from leapgrid.cli.options import (
    ChunkSizeOption,
    FileArgument,
    FormatOption,
    IncludeInvalidOption,
    ProfileOption,
    SettleOption,
    with_common,
)
from leapgrid.cli.performing import begin_app, begin_check, begin_demo, begin_open, started
from leapgrid.cli.streams import Streams

app = typer.Typer(
    name="leapgrid",
    # Plain help: it is read in pipes and small terminals, and loads nothing.
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        Streams().out(f"leapgrid {__version__}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    help="Enter, check, send and repair batches of CRM records. Without a command: the app, on the draft "
    "that was worked on last.",
    epilog=examples(
        "leapgrid demo",
        "leapgrid open leads.csv",
        "leapgrid check leads.csv",
        more="The key is read from LEAPGRID_TOKEN; there is no option for it.",
    ),
)
@with_common("output")
def root(
    context: typer.Context,
    common: Common,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    context.obj = started(common)
    if context.invoked_subcommand is None:
        run(context, Common(), begin_app)


@app.command(
    short_help="Try LeapGrid with sample leads and a sandbox.",
    help="Try LeapGrid: sample leads with mistakes in them, and a sandbox on this computer to send them to. "
    "Nothing leaves it. Without a terminal the same is played through in text.",
    epilog=examples("leapgrid demo", "leapgrid demo --headless"),
)
def demo(
    context: typer.Context,
    headless: Annotated[bool, typer.Option("--headless", help="In text, without the app.")] = False,
) -> None:
    run(context, Common(), partial(begin_demo, headless=headless))


@app.command(
    name="open",
    help="Open the app on a file.",
    epilog=examples(
        "leapgrid open leads.csv",
        "leapgrid open export.csv --map 'Mail=email'",
        "leapgrid open export.csv --recipe crm.recipe.toml",
    ),
)
@with_common()
def open_(context: typer.Context, file: FileArgument, common: Common) -> None:
    run(context, common, partial(begin_open, file=file))


@app.command(
    short_help="Check a file; sends nothing.",
    help="Read a file, map its columns, check every cell. Sends nothing, needs no key and no network.",
    epilog=examples("leapgrid check leads.csv", "leapgrid check leads.csv --format json", more=f"{CODES}."),
)
@with_common("output", "save_recipe")
def check(context: typer.Context, file: FileArgument, common: Common) -> None:
    run(context, common, partial(begin_check, file=file))


@app.command(
    short_help="Print exactly what would be sent.",
    help="Print exactly what would be sent. Records with errors are left out.",
    epilog=examples(
        "leapgrid preview leads.csv --rows 1-20",
        "leapgrid preview leads.csv --format curl",
        more=f"{CODES}.",
    ),
)
@with_common("save_recipe")
def preview(
    context: typer.Context,
    file: FileArgument,
    common: Common,
    form: Annotated[
        PreviewFormat,
        typer.Option("--format", help="json: the body of the call. curl: a command for each call."),
    ] = PreviewFormat.JSON,
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="ROWS", help="Only these, like 1-20 or 3,7-9.")
    ] = None,
    include_invalid: IncludeInvalidOption = False,
    chunk_size: ChunkSizeOption = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.preview import preview as act_on

        return act_on(
            streams,
            start,
            common,
            file,
            form=form,
            rows=rows,
            include_invalid=include_invalid,
            chunk_size=chunk_size,
        )

    run(context, common, act)


@app.command(
    short_help="Check a file and send its records.",
    help="Check a file and send its records. Records with errors stay here, and so does a draft of all of "
    "them, for the app to go on with. Records that were created before from this workspace are left out. "
    "Where no answer came, the server is asked once what it has; leapgrid resume goes on from there.",
    epilog=examples(
        "leapgrid submit leads.csv --dry-run",
        "leapgrid submit leads.csv --yes --rejects rejected.csv",
        "leapgrid submit leads.csv --yes --on-refusal resend",
        more=f"{CODES}, 3 outcomes unknown, 4 not connected or not allowed, 130 stopped by Ctrl+C.",
    ),
)
@with_common("output", "save_recipe")
def submit(
    context: typer.Context,
    file: FileArgument,
    common: Common,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")
    ] = False,
    first: Annotated[
        bool, typer.Option("--first", help="The first record only, to see how it goes.")
    ] = False,
    include_invalid: IncludeInvalidOption = False,
    chunk_size: ChunkSizeOption = None,
    parallel: Annotated[
        int, typer.Option("--parallel", metavar="N", help="How many calls may go on at once, up to 4.")
    ] = 1,
    rejects: Annotated[
        str | None,
        typer.Option(
            "--rejects", metavar="FILE", help="Write what was refused or has errors to this CSV file."
        ),
    ] = None,
    on_refusal: Annotated[
        OnRefused,
        typer.Option(
            "--on-refusal",
            help="The good records of a refused chunk. auto: they go again where it is proven that a refusal "
            "stores nothing. resend: after one look-up. leave: never by themselves.",
        ),
    ] = OnRefused.AUTO,
    again: Annotated[
        bool, typer.Option("--again", help="Also records that were created before from this workspace.")
    ] = False,
    settle: SettleOption = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.submit import Choices
        from leapgrid.cli.submit import submit as act_on

        choices = Choices(
            yes,
            dry_run,
            first,
            include_invalid,
            chunk_size,
            parallel,
            rejects,
            on_refusal.value,
            again,
            settle,
        )
        return act_on(streams, start, common, file, choices)

    run(context, common, act)


app.command(name="resume", **sent.RESUME)(sent.resume)
app.command(name="history", **sent.HISTORY)(sent.history)
app.command(name="receipt", **sent.RECEIPT)(sent.receipt)


@app.command(
    short_help="Write a draft to a file.",
    help="Write a draft to a file: CSV, TSV or JSONL, which read again give the same records; CSV for "
    "spreadsheets, in which nothing is calculated; XLSX, in which every cell is a text; or the JSON array "
    "that would be sent. DRAFT is its name, its id, or the beginning of the id. Rejected records keep the "
    "columns of their file, and have line, field, value and message behind them.",
    epilog=examples(
        "leapgrid export leads.csv --to rejected.csv --only rejected",
        "leapgrid export leads.csv --to leads.xlsx",
        "leapgrid export 01JD --to for_excel.csv --as spreadsheet --overwrite",
        more="Exit codes: 0 written, 2 no such draft, or nothing can be written there.",
    ),
)
def export(
    context: typer.Context,
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="Its name, its id, or how the id begins.")],
    to: Annotated[str, typer.Option("--to", metavar="FILE", help="Where to write.")],
    only: Annotated[
        Only, typer.Option("--only", help="Which records: what was refused, or what is not sent yet.")
    ] = Only.ALL,
    form: Annotated[
        Form | None, typer.Option("--as", help="How; else as the name ends. spreadsheet: CSV for Excel.")
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace a file that is there; never the one that was read."),
    ] = False,
    profile: ProfileOption = None,
    output: FormatOption = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.export import export as act_on

        return act_on(streams, start, common, draft, to=to, only=only, form=form, overwrite=overwrite)

    run(context, Common(profile=profile, format=output), act)


@app.command(
    short_help="What can be saved of a damaged workspace.",
    help="Look the workspace over. If it is damaged: say what its newest good copy holds and what would be "
    "lost, and go on with the copy, or with an empty workspace. The damaged file is kept.",
    epilog=examples(
        "leapgrid rescue",
        "leapgrid rescue --take-copy",
        more="Exit codes: 0 not damaged, or gone on with, 2 damaged and left as it is.",
    ),
)
def rescue(
    context: typer.Context,
    take_copy: Annotated[bool, typer.Option("--take-copy", help="Go on with the newest good copy.")] = False,
    begin_anew: Annotated[bool, typer.Option("--begin-anew", help="Begin with an empty workspace.")] = False,
    output: FormatOption = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.rescue import rescue as act_on

        return act_on(streams, common, copy=take_copy, anew=begin_anew)

    run(context, Common(format=output), act)


@app.command(
    short_help="A server on this computer, like the API.",
    help="A server on this computer that answers like the API. Its address is the first line printed.",
    epilog=examples(
        "leapgrid sandbox --port 8001",
        "leapgrid sandbox --fault cut-after@2 --fault slow=2",
        more="Any key is let in. Ctrl+C ends it.",
    ),
)
def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", metavar="N", help="0 is any free one.")] = 8001,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="NAME[=VALUE]", help="What it does wrong. May be given again."),
    ] = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.sandbox import serve

        return serve(port, fault or [])

    run(context, Common(), act)
