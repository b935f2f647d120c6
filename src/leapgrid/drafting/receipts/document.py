"""A receipt as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leapgrid.drafting.receipts.model import Receipt, ReceiptRow
from leapgrid.drafting.receipts.words import iso
from leapgrid.records import RowState


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """The document. Texts are as they were, so whoever prints it takes care of characters that act.

    Its ``rows`` are made while they are gone through: there may be very many.
    """
    counts = receipt.counts
    return {
        "receipt": 1,
        "submission": receipt.submission,
        "draft": receipt.draft,
        "draft_id": receipt.draft_id,
        "source": receipt.source or None,
        "object": receipt.object_slug,
        "base_url": receipt.origin,
        "profile": receipt.profile or None,
        "who": receipt.who or None,
        "started": iso(receipt.started_at),
        "finished": iso(receipt.finished_at),
        "stopped": receipt.stopped,
        "stopped_message": receipt.message,
        "options": dict(receipt.options),
        "records": receipt.records,
        **count_keys(counts),
        "damaged": list(receipt.damaged),
        "runs": [
            {
                "who": run.who or None,
                "machine": run.machine,
                "process": run.process,
                "started": iso(run.started_at),
                "finished": iso(run.finished_at),
                "stopped": run.stopped,
                "message": run.message,
            }
            for run in receipt.runs
        ],
        "chunks": [
            {
                "chunk": chunk.number,
                "records": chunk.records,
                "outcome": chunk.state,
                "status": chunk.status,
                "message": chunk.message,
                "purpose": chunk.purpose or None,
                "parent": chunk.parent,
                "refusal": list(chunk.refusal),
                **count_keys(chunk.counts),
                "attempts": [
                    {
                        "attempt": attempt.id,
                        "number": attempt.number,
                        "sent": iso(attempt.started_at),
                        "seconds": attempt.elapsed,
                        "status": attempt.status,
                        "outcome": attempt.outcome,
                        "reason": attempt.reason,
                        "message": attempt.message,
                        "body_sha256": attempt.body_sha256,
                        "body_bytes": attempt.body_size,
                        "intact": attempt.intact,
                        "request_id": attempt.request_id or None,
                        "server_date": attempt.server_date or None,
                        "version": attempt.version,
                    }
                    for attempt in chunk.attempts
                ],
            }
            for chunk in receipt.chunks
        ],
        "look_ups": [
            {
                "purpose": look.purpose,
                "at": iso(look.at),
                "field": look.field,
                "asked": look.asked,
                "found": look.found,
                "proves": look.proves,
                "method": look.method,
                "message": look.message,
                "who": look.who or None,
            }
            for look in receipt.look_ups
        ],
        "decisions": [
            {
                "at": iso(decision.at),
                "row": decision.number,
                "kind": decision.kind,
                "before": decision.before.value,
                "after": decision.after.value,
                "evidence": decision.evidence,
                "who": decision.who or None,
            }
            for decision in receipt.decisions
        ],
        "made": iso(receipt.made_at),
        "made_by": receipt.made_by,
        "rows": _Rows(receipt),
    }


def count_keys(counts: Any) -> dict[str, int]:
    """Counts by state under the names of the command line's documents; they add up."""
    return {
        "created": counts.get(RowState.CREATED, 0),
        "already_there": counts.get(RowState.ALREADY_THERE, 0),
        "rejected": counts.get(RowState.REJECTED, 0),
        "unknown": counts.get(RowState.UNKNOWN, 0) + counts.get(RowState.SENDING, 0),
        "skipped": counts.get(RowState.SKIPPED, 0),
        "not_sent": counts.get(RowState.READY, 0) + counts.get(RowState.QUEUED, 0),
    }


class _Rows:
    """The rows as JSON objects, each made when it is come to."""

    def __init__(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(_row, self._receipt.rows)


def _row(row: ReceiptRow) -> dict[str, Any]:
    return {
        "row": row.number,
        "line": row.line,
        "chunk": row.chunk or None,
        "position": row.position or None,
        "state": row.state.value,
        "at": iso(row.at),
        "evidence": row.evidence,
        "ids": list(row.ids),
        "issues": [
            {"field": issue.field, "message": issue.message, "value": issue.value} for issue in row.issues
        ],
        "sent": dict(row.record) if row.record is not None else None,
    }
