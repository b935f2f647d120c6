"""A receipt as a table: one line a record, with what was sent and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from leapgrid.drafting.receipts.model import Receipt, ReceiptIssue, ReceiptRow
from leapgrid.drafting.receipts.words import STATE_WORDS, iso

HEADERS = ("submission", "row", "line", "chunk", "position", "state", "since", "evidence", "server", "ids")
"""The columns before those of what was sent, which are called ``sent.`` and the field."""


def write_table(receipt: Receipt, file: BinaryIO) -> None:
    """Write it as CSV that spreadsheets open in the right encoding and calculate nothing of."""
    from leapgrid.files.csv_out import acts_anywhere, write_for_spreadsheets

    names = list(dict.fromkeys(name for row in receipt.rows for name in row.record or ()))
    headers = [*HEADERS, *(f"sent.{name}" for name in names)]
    acts = acts_anywhere(headers, _lines(receipt, names))
    write_for_spreadsheets(file, headers, _lines(receipt, names), acts=acts)


def _lines(receipt: Receipt, names: list[str]) -> Iterator[list[str]]:
    for row in receipt.rows:
        sent = row.record or {}
        yield [
            receipt.submission,
            _number(row.number),
            _number(row.line),
            _number(row.chunk),
            _number(row.position),
            STATE_WORDS[row.state],
            iso(row.at) or "",
            row.evidence,
            said(row),
            " ".join(row.ids),
            *(_value(sent[name]) if name in sent else "" for name in names),
        ]


def said(row: ReceiptRow) -> str:
    """What the server said of a row, in one text: ``email: invalid email format``."""
    return "; ".join(map(issue_words, row.issues))


def issue_words(issue: ReceiptIssue) -> str:
    """The field and what was said of it."""
    return f"{issue.field}: {issue.message}" if issue.field else issue.message


def _number(value: int | None) -> str:
    return str(value) if value else ""


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
