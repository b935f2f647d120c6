"""From an answer to rows: which row the server means, and what is known of the others.

Rows are found by their position in the body that was sent, never by what the view shows now. A refusal that
cannot be attributed to a row with certainty stays on the chunk: a mark on the wrong row costs more than none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leapgrid.records.issues import Issue, RowId, Severity, Source
from leapgrid.records.outcomes import RowOutcome, RowState
from leapgrid.submit.quoting import Quote, alike, as_text, quotes, surely_quotes, texts
from leapgrid.superleap.answers import RecordError
from leapgrid.superleap.verdict import TOO_LARGE_CODE, ChunkOutcome, CreateVerdict
from leapgrid.visible import visible

SHOWN = 4096
"""The most characters of a server's message that are shown."""

_STATE = {
    ChunkOutcome.CREATED: RowState.CREATED,
    ChunkOutcome.NOT_SENT: RowState.READY,
    ChunkOutcome.UNKNOWN: RowState.UNKNOWN,
    ChunkOutcome.REJECTED: RowState.READY,
}


@dataclass(frozen=True, slots=True)
class MappedAnswer:
    """What an answer says about each row.

    Attributes:
        outcomes: of every row of the chunk.
        issues: of cells, rows, or the chunk (``row_id`` None).
        notes: sentences about the answer as a whole.
    """

    outcomes: Mapping[RowId, RowOutcome]
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pin:
    """Where an error belongs: a position from 1, or None with the reason why it stays on the chunk."""

    position: int | None
    quote: Quote | None = None
    by_value: bool = False
    why: str = ""


@dataclass
class _Chunk:
    """The body that was sent, with what a lookup by value needs."""

    records: Sequence[Mapping[str, Any]]
    _by_field: dict[str | None, dict[str, list[int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    def holds(self, position: int, field_name: str | None, quoted: str) -> bool:
        return quoted in texts(self.records[position - 1], field_name)

    def holds_alike(self, position: int, field_name: str | None, quoted: str) -> bool:
        return any(alike(quoted, text) for text in texts(self.records[position - 1], field_name))

    def positions_of(self, field_name: str | None, value: str) -> list[int]:
        index = self._by_field.get(field_name)
        if index is None:
            index = {}
            for position, record in enumerate(self.records, 1):
                for text in dict.fromkeys(texts(record, field_name)):
                    index.setdefault(text, []).append(position)
            self._by_field[field_name] = index
        return index.get(value, [])


def _pin(error: RecordError, chunk: _Chunk) -> _Pin:
    """The place of one error by its number, checked against the value that it quotes."""
    number = error.record_index
    if number is None:
        if error.raw_index is None:
            return _Pin(None, why="The server named no record")
        return _Pin(None, why=f'The server gave "{visible(error.raw_index, 24)}" as the number of a record')
    if number > len(chunk):
        sent = f"only {len(chunk):,} {'was' if len(chunk) == 1 else 'were'} sent"
        return _Pin(None, why=f"The server named record {visible(number, 24)}, but {sent}")
    if number < 1:
        return _Pin(None, why=f"The server named record {visible(number, 24)}, but records count from 1")
    for quote in quotes(error.message):
        if chunk.holds(number, error.field, quote.value):
            return _Pin(number, quote)
        others = chunk.positions_of(error.field, quote.value)
        if len(others) == 1:
            return _Pin(others[0], quote, by_value=True)
        if others:
            return _Pin(
                None, quote, why=f"The server named record {number:,}, but other records hold that value"
            )
        # Servers trim and lower the case; that counts only where no record holds the very text.
        if chunk.holds_alike(number, error.field, quote.value):
            return _Pin(number, quote)
    if surely_quotes(error.message, error.error_code):
        return _Pin(None, why=f"The server named record {number:,}, but none holds that value")
    return _Pin(number)


def _pin_all(errors: Sequence[RecordError], chunk: _Chunk) -> list[_Pin]:
    """The places of all errors of an answer.

    Where one error shows that the server does not count from 1, the numbers of the same answer that no
    value confirms prove nothing either.
    """
    pins = [_pin(error, chunk) for error in errors]
    off = any(pin.by_value for pin in pins) or any(error.record_index == 0 for error in errors)
    if not off:
        return pins
    return [
        _Pin(None, why=f"The server named record {pin.position:,}, but its numbering is off")
        if pin.position is not None and pin.quote is None
        else pin
        for pin in pins
    ]


def _stays(count: int) -> str:
    if count == 1:
        return "No row is marked; the chunk's 1 row stays as it was."
    return f"No row is marked; the chunk's {count:,} rows stay as they were."


def _words(message: str) -> str:
    return visible(message.strip(), SHOWN)


def _row_issue(error: RecordError, pin: _Pin, row: RowId, record: Mapping[str, Any], known: bool) -> Issue:
    words = _words(error.message)
    name = error.field or None
    group = ""
    if not words:
        what = "cell" if name and known else "row"
        message = f"The server refused this {what} without a reason. F7 shows its answer."
    elif error.error_code == TOO_LARGE_CODE:
        message = words
    elif name and not known:
        message = f'The server refused the field {visible(name, 80)} of this record: "{words}".'
    elif pin.quote is not None:
        message = f'The server says "{words}".'
        head = error.message[: pin.quote.start].rstrip(" :\"'`“").strip()
        group = f'The server says "{visible(head, SHOWN)}".' if head else ""
    elif name:
        message = f'The server refused this cell: "{words}".'
    else:
        message = f'The server refused this row: "{words}".'
    return Issue(
        row_id=row,
        field=name if known else None,
        severity=Severity.ERROR,
        source=Source.SERVER,
        code=error.error_code or "refused",
        message=message,
        value=as_text(record[name]) if name and name in record else "",
        group=group or message,
    )


def _chunk_issue(code: str, message: str, value: str = "") -> Issue:
    return Issue(
        row_id=None,
        field=None,
        severity=Severity.ERROR,
        source=Source.SERVER,
        code=code or "refused",
        message=message,
        value=value,
        group=message,
    )


def _unplaced(error: RecordError, pin: _Pin, count: int, others_marked: bool) -> Issue:
    """The issue on the chunk for an error that belongs to no row for certain."""
    tail = "No row is marked for it." if others_marked else _stays(count)
    words = _words(error.message)
    index = error.record_index
    if index is not None and index > count:
        return _chunk_issue(error.error_code, f"{pin.why}. {tail}", error.message)
    about = f" in {visible(error.field, 80)}" if error.field else ""
    says = f' for "{words}"{about}' if words else about
    why = pin.why.replace(", but", f"{says}, but", 1) if ", but" in pin.why else f"{pin.why}{says}"
    return _chunk_issue(error.error_code, f"{why}. {tail}", error.message)


def _counted(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """The same issue said twice is one with a count."""
    found: dict[tuple[object, ...], Issue] = {}
    for issue in issues:
        key = (issue.row_id, issue.field, issue.code, issue.message if issue.field is None else "")
        seen = found.get(key)
        found[key] = issue if seen is None else replace(seen, count=seen.count + 1)
    return tuple(found.values())


def map_answer(
    verdict: CreateVerdict,
    rows: Sequence[RowId],
    records: Sequence[Mapping[str, Any]],
    *,
    fields: Collection[str] | None = None,
    at: float = 0.0,
    submission: str = "",
    chunk: int = 0,
) -> MappedAnswer:
    """What an answer means for each row of the body that it answers.

    Args:
        verdict: the chunk's outcome with the server's errors, from ``superleap.verdict.read_create``.
        rows: the rows in the order of the body.
        records: the records as they were sent, as many as rows.
        fields: the fields that the schema knows; by default those that the records use. An error about
            any other field becomes an issue of the row that names the field.
        at: when the answer came, seconds since the epoch.
        submission: ULID of the submission.
        chunk: number of the chunk.

    Returns:
        An outcome for every row. A row is ``rejected`` only where the server named it and nothing
        speaks against that.

    Raises:
        ValueError: if there are not as many records as rows.
    """
    if len(rows) != len(records):
        raise ValueError(f"{len(rows)} rows, but {len(records)} records were sent.")
    known = set(fields) if fields is not None else {name for record in records for name in record}

    marked: dict[int, str] = {}
    issues: list[Issue] = []
    notes: list[str] = list(verdict.notes)
    if verdict.outcome is ChunkOutcome.REJECTED:
        marked, issues, more = _refusal(verdict, rows, records, known)
        notes.extend(more)

    state = _STATE[verdict.outcome]
    evidence = _evidence(verdict, bool(marked))
    outcomes = {
        row: RowOutcome(
            state=RowState.REJECTED if position in marked else state,
            at=at,
            evidence=marked.get(position, evidence),
            submission=submission,
            chunk=chunk,
            position=position,
            sent=dict(records[position - 1]),
        )
        for position, row in enumerate(rows, 1)
    }
    return MappedAnswer(outcomes, _counted(issues), tuple(dict.fromkeys(notes)))


def _evidence(verdict: CreateVerdict, any_marked: bool) -> str:
    if verdict.outcome is ChunkOutcome.CREATED:
        return "The server's answer."
    if verdict.outcome is ChunkOutcome.REJECTED:
        if any_marked:
            return "Refused as a whole, by the answer: another row was named (assumed not stored)."
        return "Refused as a whole, by the answer: no row was named (assumed not stored)."
    return verdict.message


def _refusal(
    verdict: CreateVerdict,
    rows: Sequence[RowId],
    records: Sequence[Mapping[str, Any]],
    known: Collection[str],
) -> tuple[dict[int, str], list[Issue], list[str]]:
    """The positions that a refusal names with their evidence, its issues, and notes."""
    count = len(rows)
    if not verdict.errors:
        words = _words(verdict.server_message)
        said = f'The server refused the chunk: "{words}".' if words else "The server refused the chunk."
        return {}, [_chunk_issue(verdict.reason, f"{said} {_stays(count)}", verdict.server_message)], []

    pins = _pin_all(verdict.errors, _Chunk(records))
    marked: dict[int, str] = {}
    notes: list[str] = []
    for error, pin in zip(verdict.errors, pins, strict=True):
        if pin.position is None:
            continue
        if pin.by_value:
            marked.setdefault(pin.position, "The server's answer, by value.")
            notes.append(
                f"The server's numbering is off: it named record {error.record_index:,} of the chunk for a "
                f"value that only record {pin.position:,} holds."
            )
        else:
            marked[pin.position] = "The server's answer."
    issues = [
        _unplaced(error, pin, count, bool(marked))
        if pin.position is None
        else _row_issue(
            error,
            pin,
            rows[pin.position - 1],
            records[pin.position - 1],
            not error.field or error.field in known or error.field in records[pin.position - 1],
        )
        for error, pin in zip(verdict.errors, pins, strict=True)
    ]
    return marked, issues, notes
