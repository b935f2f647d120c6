"""Bugs to plant: each breaks one rule of sending, and each must be noticed by what tests them.

They are put in from outside, in the memory of one test or of a process that is killed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from leapgrid.records.outcomes import RowOutcome, RowState

Put = Callable[[Any, str, Any], None]


def plant(name: str, put: Put = setattr) -> None:
    """Plant a bug.

    Args:
        name: one of ``BUGS``.
        put: sets an attribute, as ``monkeypatch.setattr`` does, which takes it back.
    """
    BUGS[name](put)


def _no_intent(put: Put) -> None:
    """Nothing is written before a chunk goes out; only its answer is."""
    from leapgrid.workspace import Intent, Workspace
    from leapgrid.workspace.store import new_id

    intend, record = Workspace.record_intent, Workspace.record_outcome
    held: dict[str, tuple[Any, ...]] = {}

    def record_intent(self: Any, submission: str, chunk: int, **said: Any) -> Any:
        rows = next((rows for number, rows, _ in self.planned_chunks(submission) if number == chunk), None)
        if rows is None:
            return None
        attempt, now = new_id(), self.now()
        held[attempt] = (submission, chunk, said)
        outcomes = {
            row: RowOutcome(RowState.SENDING, now, "", submission, chunk, position)
            for position, row in enumerate(rows, 1)
        }
        return Intent(attempt, 1, outcomes)

    def record_outcome(self: Any, attempt: str, result: Any) -> Any:
        submission, chunk, said = held.pop(attempt)
        intent = intend(self, submission, chunk, **said)
        return record(self, intent.attempt, result) if isinstance(intent, Intent) else None

    put(Workspace, "record_intent", record_intent)
    put(Workspace, "record_outcome", record_outcome)


def _again_after_a_cut(put: Put) -> None:
    """A connection that was cut is taken for one that never was."""
    from leapgrid.submit import sending
    from leapgrid.superleap.errors import FailureKind, Sent, TransportFailure, transport_failure

    read = sending.read_create

    def read_create(got: Any, *args: Any, **named: Any) -> Any:
        if isinstance(got, TransportFailure):
            got = transport_failure(FailureKind.CONNECT, Sent.NO, "Nothing was sent.")
        return read(got, *args, **named)

    put(sending, "read_create", read_create)


def _from_zero(put: Put) -> None:
    """The server's numbers are taken to count from 0, and what it quotes is not compared."""
    from leapgrid.submit import mapping

    pin = mapping._pin

    def pin_from_zero(error: Any, chunk: Any) -> Any:
        if error.record_index is None or not 0 <= error.record_index < len(chunk):
            return pin(error, chunk)
        return mapping._Pin(error.record_index + 1)

    put(mapping, "_pin", pin_from_zero)


def _absent_at_once(put: Put) -> None:
    """What a look-up does not find is taken for not stored, without waiting."""
    from leapgrid.submit import resolver

    judge = resolver.judge

    def hasty(*args: Any, **named: Any) -> Any:
        return judge(*args, **named | {"settle": 0.0})

    put(resolver, "judge", hasty)


def _from_the_view(put: Put) -> None:
    """An answer is mapped to the rows as a view shows them now, not to those of the body."""
    from leapgrid.submit import sending

    map_answer = sending.map_answer

    def by_the_view(verdict: Any, rows: Sequence[int], payloads: Any, **named: Any) -> Any:
        return map_answer(verdict, tuple(reversed(rows)), payloads, **named)

    put(sending, "map_answer", by_the_view)


BUGS: dict[str, Callable[[Put], None]] = {
    "no intent": _no_intent,
    "sent again after a cut": _again_after_a_cut,
    "counts from 0": _from_zero,
    "absent at once": _absent_at_once,
    "mapped from the view": _from_the_view,
}
