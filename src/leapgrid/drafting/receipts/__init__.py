"""Receipts: what was sent, answered and found out, as text, JSON, CSV and a page of its own."""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily

if TYPE_CHECKING:
    from leapgrid.drafting.receipts.document import receipt_document
    from leapgrid.drafting.receipts.model import (
        Receipt,
        ReceiptAttempt,
        ReceiptChunk,
        ReceiptDecision,
        ReceiptIssue,
        ReceiptLookUp,
        ReceiptRow,
        ReceiptRun,
    )
    from leapgrid.drafting.receipts.page import page_pieces
    from leapgrid.drafting.receipts.reading import read_receipt
    from leapgrid.drafting.receipts.text import counts_line, receipt_lines
    from leapgrid.drafting.receipts.writing import (
        MEANING,
        RECEIPT_FORMS,
        SUFFIX,
        ReceiptForm,
        receipt_form,
        render,
        write_receipt,
    )

__all__ = [
    "MEANING",
    "RECEIPT_FORMS",
    "SUFFIX",
    "Receipt",
    "ReceiptAttempt",
    "ReceiptChunk",
    "ReceiptDecision",
    "ReceiptForm",
    "ReceiptIssue",
    "ReceiptLookUp",
    "ReceiptRow",
    "ReceiptRun",
    "counts_line",
    "page_pieces",
    "read_receipt",
    "receipt_document",
    "receipt_form",
    "receipt_lines",
    "render",
    "write_receipt",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "document": ("receipt_document",),
        "model": (
            "Receipt", "ReceiptAttempt", "ReceiptChunk", "ReceiptDecision", "ReceiptIssue", "ReceiptLookUp",
            "ReceiptRow", "ReceiptRun",
        ),
        "page": ("page_pieces",),
        "reading": ("read_receipt",),
        "text": ("counts_line", "receipt_lines"),
        "writing": (
            "MEANING", "RECEIPT_FORMS", "SUFFIX", "ReceiptForm", "receipt_form", "render", "write_receipt",
        ),
    },
)  # fmt: skip
