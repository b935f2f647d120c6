"""The commands about what was sent: ``resume``, ``history`` and ``receipt``, with their options."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leapgrid.cli.exits import Code
from leapgrid.cli.given import Common, Format, HistoryFormat, ReceiptFormat, Start
from leapgrid.cli.help_text import CODES, examples, run
from leapgrid.cli.options import BaseUrlOption, FormatOption, ProfileOption, SettleOption
from leapgrid.cli.streams import Streams

RESUME: dict[str, Any] = {
    "short_help": "Go on with what was cut off.",
    "help": "Go on with what was cut off: look up what is unknown, then send what never went out and what is "
    "proven not to be there. Nothing is sent twice. ID is a submission's, how it begins, or last; without "
    "one, all that are open there. Several may go on with one submission at the same time.",
    "epilog": examples(
        "leapgrid resume --yes",
        "leapgrid resume 01JD --wait --yes",
        "leapgrid resume last --base-url http://127.0.0.1:8001 --format json --yes",
        more=f"{CODES}, 3 outcomes still unknown, 4 not connected or not allowed, 130 stopped by Ctrl+C.",
    ),
}

HISTORY: dict[str, Any] = {
    "short_help": "What was submitted, and what came of it.",
    "help": "What was submitted, and what came of it: a line a submission, the records of each day, and why "
    "records were refused. Needs no key and no network.",
    "epilog": examples(
        "leapgrid history",
        "leapgrid history --days 7 --profile acme",
        "leapgrid history --all --format csv > history.csv",
    ),
}

RECEIPT: dict[str, Any] = {
    "short_help": "The receipt of a submission.",
    "help": "The receipt of a submission: what went where and when, chunk by chunk and record by record, "
    "with the evidence for each. ID is a submission's, how it begins, or last. Needs no key and no network.",
    "epilog": examples(
        "leapgrid receipt last",
        "leapgrid receipt 01JD --to receipt.html",
        "leapgrid receipt 01JD --format csv > receipt.csv",
        more="Exit codes: 0 written, 2 no such submission, or nothing can be written there.",
    ),
}


def resume(
    context: typer.Context,
    submission: Annotated[
        str | None, typer.Argument(metavar="ID", help="Of the submission; all that are open if none.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help='Wait until "not found" counts, then look again and go on.')
    ] = False,
    settle: SettleOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False,
    output: FormatOption = None,
    profile: ProfileOption = None,
    base_url: BaseUrlOption = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.resume import ResumeChoices
        from leapgrid.cli.resume import resume as go_on

        return go_on(streams, start, common, submission, ResumeChoices(yes, wait, settle))

    run(context, Common(base_url=base_url, profile=profile, format=output), act)


def history(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", metavar="N", help="How many days back.")] = 30,
    everything: Annotated[bool, typer.Option("--all", help="From the beginning.")] = False,
    output: Annotated[
        HistoryFormat | None,
        typer.Option("--format", help="text for people, json for programs, csv for spreadsheets."),
    ] = None,
    profile: ProfileOption = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Only what went there.")
    ] = None,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.history import history as tell

        form = output or (HistoryFormat(common.format) if common.format is not None else None)
        return tell(streams, start, common, days=None if everything else days, form=form)

    errors = Format.JSON if output is HistoryFormat.JSON else None
    run(context, Common(base_url=base_url, profile=profile, format=errors), act)


def receipt(
    context: typer.Context,
    submission: Annotated[str, typer.Argument(metavar="ID", help="Of the submission; or last.")],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FILE", help="Write it there: .txt, .json, .csv or .html."),
    ] = None,
    output: Annotated[
        ReceiptFormat | None,
        typer.Option("--format", help="html: one page that needs nothing else. csv: for spreadsheets."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    def act(streams: Streams, start: Start, common: Common) -> Code:
        from leapgrid.cli.receipt import receipt as give

        form = output
        if form is None and to is None and common.format is not None:
            form = ReceiptFormat(common.format)
        return give(streams, start, common, submission, form=form, to=to, overwrite=overwrite)

    errors = Format.JSON if output is ReceiptFormat.JSON else None
    run(context, Common(format=errors), act)
