"""Files and texts of receipts: what their forms are called, where they are proposed to stand. Pure."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from leapgrid.drafting.receipts import SUFFIX, Receipt, ReceiptForm
from leapgrid.tui.folders import READABLE
from leapgrid.visible import visible

MOST_COPIED = 64 * 1024
"""Bytes of text that are handed to a terminal's clipboard; many take no more, and none says so."""

_NAMES: dict[ReceiptForm, tuple[str, str]] = {
    "text": ("text", "the main things, to paste"),
    "json": ("JSON", "all of it, for programs"),
    "csv": ("CSV", "a line a record"),
    "html": ("HTML page", "to send on, or to print"),
}
_KNOWN = frozenset({*SUFFIX.values(), ".htm", ".text", ".md"})


def form_name(form: ReceiptForm) -> str:
    """What a form is called."""
    return _NAMES[form][0]


def form_words(form: ReceiptForm) -> str:
    """What a form is, in a few words."""
    return _NAMES[form][1]


def receipt_path(receipt: Receipt, form: ReceiptForm) -> Path:
    """Where the file is proposed to stand: beside the one that the records came from."""
    source = receipt.source
    folder = Path(source).parent if source not in ("", "-") else Path.cwd()
    if not folder.is_dir():
        folder = Path.cwd()
    named = Path(source).name if source not in ("", "-") else receipt.draft
    stem, ending = os.path.splitext(named)
    stem = stem if ending.lower() in READABLE else named
    plain = "".join(char if char.isalnum() or char in "-_. " else "_" for char in stem).strip(" .")[:60]
    moment = datetime.fromtimestamp(receipt.started_at)
    return folder.absolute() / f"{plain or 'records'}_receipt_{moment:%Y-%m-%d_%H%M}{SUFFIX[form]}"


def with_receipt_suffix(text: str, form: ReceiptForm) -> str:
    """A path as typed, with the ending that a form has; an ending of another kind stays."""
    head, ending = os.path.splitext(text)
    return head + SUFFIX[form] if ending.lower() in _KNOWN else text


def told_written(path: Path, form: ReceiptForm) -> str:
    """What was written, and where."""
    return f"The receipt is written to {visible(path, 160)} ({form_name(form)})."


def told_copied(size: int) -> str:
    """What became of a copy, as far as that can be known.

    Args:
        size: bytes of the text.
    """
    if size > MOST_COPIED:
        kib = f"{size / 1024:,.0f} KiB"
        return f"The receipt as text has {kib}, more than terminals take. E writes it to a file."
    return "The receipt is copied as text, where the terminal allows it. E writes it to a file."
