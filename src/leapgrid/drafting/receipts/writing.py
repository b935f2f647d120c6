"""A receipt in each of its forms: to a file, or to whatever takes bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from leapgrid.drafting.receipts.model import Receipt
from leapgrid.files import UnwritableFile
from leapgrid.visible import visible

ReceiptForm = Literal["text", "json", "csv", "html"]

RECEIPT_FORMS: tuple[ReceiptForm, ...] = get_args(ReceiptForm)

SUFFIX: Mapping[ReceiptForm, str] = {"text": ".txt", "json": ".json", "csv": ".csv", "html": ".html"}
"""What the name of a file of each form ends in."""

MEANING: Mapping[ReceiptForm, str] = {
    "text": "To be pasted into a message: counts, chunks, and what needs a look.",
    "json": "For programs: everything, row by row.",
    "csv": "For spreadsheets: a line a record, with what was sent and what is known of it.",
    "html": "One page to send on or to print, that needs nothing else.",
}
"""What each form is for, in a sentence."""

_SUFFIXES: Mapping[str, ReceiptForm] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".json": "json",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
}


def receipt_form(path: str | os.PathLike[str], form: ReceiptForm | None = None) -> ReceiptForm:
    """The form of a file, as somebody said or as its name ends.

    Raises:
        UnwritableFile: the name says nothing, or something else than ``form``.
    """
    name = visible(os.path.basename(os.fspath(path)) or os.fspath(path), 80)
    by_name = _SUFFIXES.get(os.path.splitext(os.fspath(path))[1].lower())
    if form is None:
        if by_name is None:
            raise UnwritableFile(
                f"{name} does not say which form it has. Let it end in .txt, .json, .csv or .html."
            )
        return by_name
    if by_name is not None and by_name != form:
        raise UnwritableFile(f"{name} ends like another form. Let it end in {SUFFIX[form]}.")
    return form


def write_receipt(
    receipt: Receipt,
    path: str | os.PathLike[str],
    form: ReceiptForm | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write it to a file that appears whole or not at all, and that only its owner may read.

    Args:
        receipt: what.
        path: where; the file that the records came from is never written over.
        form: how; as the name ends if None.
        overwrite: whether a file that stands there may be replaced.

    Returns:
        Where it stands.

    Raises:
        FileInTheWay: a file stands there.
        UnwritableFile: with one sentence; what stood there before still does.
    """
    from leapgrid.files.writing import replacing

    form = receipt_form(path, form)
    source = receipt.source if receipt.source not in ("", "-") else None
    with replacing(path, source=source, overwrite=overwrite) as file:
        render(receipt, form, file)
    return Path(path)


def render(receipt: Receipt, form: ReceiptForm, file: BinaryIO) -> None:
    """Write it as UTF-8."""
    if form == "html":
        from leapgrid.drafting.receipts.page import page_pieces

        for piece in page_pieces(receipt):
            file.write(piece.encode())
    elif form == "csv":
        from leapgrid.drafting.receipts.table import write_table

        write_table(receipt, file)
    elif form == "json":
        from leapgrid.drafting.receipts.document import receipt_document

        document = receipt_document(receipt)
        document["rows"] = list(document["rows"])
        # Half of a surrogate pair, which UTF-8 cannot carry, becomes its JSON escape.
        file.write(json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace"))
        file.write(b"\n")
    else:
        from leapgrid.drafting.receipts.text import receipt_lines

        file.write("".join(f"{line}\n" for line in receipt_lines(receipt)).encode("utf-8", "replace"))
