"""Which edits must wait: rows that are with the server, and rows that are done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leapgrid.drafting.errors import DraftError
from leapgrid.records import (
    DONE,
    IN_FLIGHT,
    Batch,
    Compound,
    DeleteRows,
    Edit,
    RowId,
    RowOutcome,
    RowState,
    SetCells,
)

_IS = {
    RowState.QUEUED: "is about to be sent",
    RowState.SENDING: "is with the server",
    RowState.CREATED: "was created",
    RowState.ALREADY_THERE: "is already there",
    RowState.UNKNOWN: "may have been created: no answer came",
}

_NO_WRITING = IN_FLIGHT | DONE
_NO_DELETING = IN_FLIGHT | {RowState.UNKNOWN}
_NO_TAKING_AWAY = _NO_DELETING | DONE


def why_not_edit(batch: Batch, row: RowId, outcome: RowOutcome | None) -> str | None:
    """Why the cells of a row cannot be edited now, one sentence; None where they can."""
    if outcome is None or outcome.state not in _NO_WRITING:
        return None
    what = f"Row {_number(batch, row)} {_IS[outcome.state]}."
    if outcome.state in DONE:
        return f"{what} Duplicate it to send it as a new record."
    return f"{what} Edit it when its answer is there."


def why_not_skip(batch: Batch, row: RowId, state: RowState) -> str:
    """Why a row cannot be skipped, one sentence."""
    number = (batch.position(row) or 0) + 1
    if state in DONE:
        return f"Row {number:,} is at the server already; there is nothing to skip."
    return f"Row {number:,} is on its way. Skip it when its answer is there."


def refuse(edit: Edit, batch: Batch, outcomes: Mapping[RowId, RowOutcome]) -> None:
    """Let an edit of a person pass, or not.

    Raises:
        DraftError: it would write into a row that is with the server or done, or delete one that is with
            the server or unknown.
    """
    for part in _parts(edit):
        if isinstance(part, SetCells):
            for row in _written(part, batch, outcomes):
                raise DraftError(why_not_edit(batch, row, outcomes[row]) or "", (row,))
        elif isinstance(part, DeleteRows):
            for row in part.rows if outcomes else ():
                outcome = outcomes.get(row)
                if outcome is None or outcome.state not in _NO_DELETING:
                    continue
                what = f"Row {_number(batch, row)} {_IS[outcome.state]}."
                if outcome.state is RowState.UNKNOWN:
                    raise DraftError(f"{what} It stays until that is settled.", (row,))
                raise DraftError(f"{what} Delete it when its answer is there.", (row,))


def refuse_step(edit: Edit, batch: Batch, outcomes: Mapping[RowId, RowOutcome], verb: str) -> None:
    """As :func:`refuse`, for an undo or a redo, which must not take away a row that is done either.

    Args:
        verb: "undone" or "redone".
    """
    for part in _parts(edit):
        rows: Iterator[RowId] = iter(())
        if isinstance(part, SetCells):
            rows = _written(part, batch, outcomes)
        elif isinstance(part, DeleteRows):
            rows = (row for row in part.rows if _state(outcomes, row) in _NO_TAKING_AWAY)
        for row in rows:
            what = _IS[outcomes[row].state]
            raise DraftError(
                f"This cannot be {verb}: it would change row {_number(batch, row)}, which {what}.", (row,)
            )


def _parts(edit: Edit) -> Iterator[Edit]:
    if isinstance(edit, Compound):
        for part in edit.edits:
            yield from _parts(part)
    else:
        yield edit


def _written(edit: SetCells, batch: Batch, outcomes: Mapping[RowId, RowOutcome]) -> Iterator[RowId]:
    """The locked rows whose text an edit would really change."""
    if not outcomes:
        return
    for index, row in enumerate(edit.rows):
        if _state(outcomes, row) in _NO_WRITING and any(
            batch.text(row, name) != texts[index] for name, texts in edit.columns.items()
        ):
            yield row


def _state(outcomes: Mapping[RowId, RowOutcome], row: RowId) -> RowState:
    outcome = outcomes.get(row)
    return outcome.state if outcome is not None else RowState.READY


def _number(batch: Batch, row: RowId) -> str:
    position = batch.position(row)
    return f"{position + 1:,}" if position is not None else "?"
