"""``leapgrid receipt``: what was sent, answered and found out, in the form that is wanted."""

from __future__ import annotations

import io

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.finding import find_submission
from leapgrid.cli.given import Common, ReceiptFormat, Start
from leapgrid.cli.stored import opened_workspace
from leapgrid.cli.streams import Streams, escape_acting
from leapgrid.drafting.receipts import (
    Receipt,
    page_pieces,
    read_receipt,
    receipt_document,
    receipt_form,
    receipt_lines,
    render,
    write_receipt,
)
from leapgrid.files import UnwritableFile
from leapgrid.files.writing import FileInTheWay
from leapgrid.visible import visible


def receipt(
    streams: Streams,
    start: Start,
    common: Common,
    wanted: str,
    *,
    form: ReceiptFormat | None,
    to: str | None,
    overwrite: bool,
) -> Code:
    """Print a receipt, or write it to a file.

    Args:
        wanted: the submission's id, how it begins, or ``last``.
        form: how; as the file's name ends, or text, if None.
        to: the path of a file; stdout if None.
        overwrite: whether a file that stands there may be replaced.

    Raises:
        Ended: there is no such submission, or nothing can be written there.
    """
    if to in ("", "-"):
        raise Ended(Code.USAGE, "usage", "--to wants the path of a file, like receipt.html.")
    if to is not None:
        try:
            receipt_form(to, form.value if form is not None else None)
        except UnwritableFile as problem:
            raise Ended(Code.USAGE, "unwritable", problem.message) from problem
    with opened_workspace() as workspace:
        made = read_receipt(workspace, find_submission(workspace, wanted).id)
    if to is None:
        _print(streams, made, form or ReceiptFormat.TEXT)
        return Code.FINE
    try:
        write_receipt(made, to, form.value if form is not None else None, overwrite=overwrite)
    except FileInTheWay as problem:
        name = visible(to, 200)
        raise Ended(
            Code.USAGE, "exists", f"{name} exists already. Name another file, or give --overwrite."
        ) from problem
    except UnwritableFile as problem:
        raise Ended(Code.USAGE, "unwritable", problem.message) from problem
    streams.err(f"The receipt of {made.submission} stands in {visible(to, 200)}.")
    return Code.FINE


def _print(streams: Streams, made: Receipt, form: ReceiptFormat) -> None:
    if form is ReceiptFormat.JSON:
        streams.document(receipt_document(made))
    elif form is ReceiptFormat.HTML:
        for piece in page_pieces(made):
            streams.raw(piece)
    elif form is ReceiptFormat.CSV:
        file = io.BytesIO()
        render(made, "csv", file)
        text = file.getvalue().decode("utf-8-sig").replace("\r\n", "\n")
        streams.raw(escape_acting(text) if streams.out_is_terminal else text)
    else:
        streams.out(*receipt_lines(made))
