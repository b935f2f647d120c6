"""A receipt as text, ready to be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leapgrid.drafting.receipts.model import Receipt, ReceiptRow
from leapgrid.drafting.receipts.table import said
from leapgrid.drafting.receipts.words import (
    KIND_WORDS,
    PURPOSE_WORDS,
    STATE_WORDS,
    chunk_word,
    clock,
    counted,
    moment,
    ranges,
    summed,
    took,
    until,
    zone,
)
from leapgrid.records import RowState
from leapgrid.visible import visible

FIRST = 20
"""How many rows of a kind are listed one by one."""

_SHOWN = 300


def receipt_lines(receipt: Receipt, most: int = FIRST) -> list[str]:
    """Its lines, each safe to print.

    Args:
        receipt: of which.
        most: how many refused rows, look-ups and decisions are listed one by one.
    """
    lines = [*_head(receipt), *_chunks(receipt)]
    lines += _refused(receipt, most)
    for title, states in (
        ("Unknown: they may exist", (RowState.UNKNOWN, RowState.SENDING)),
        ("Already there", (RowState.ALREADY_THERE,)),
        ("Not sent", (RowState.READY, RowState.QUEUED)),
        ("Skipped", (RowState.SKIPPED,)),
    ):
        lines += _by_evidence(title, receipt.in_state(*states), most)
    lines += _by_evidence("There more than once", [row for row in receipt.rows if row.duplicate], most)
    lines += _look_ups(receipt, most)
    lines += _decisions(receipt, most)
    if receipt.damaged:
        lines += ["", "Damaged", *(f"  {visible(text, _SHOWN)}" for text in receipt.damaged)]
    return lines


def counts_line(receipt: Receipt) -> str:
    """ "379 created, 21 rejected, 12 unknown"."""
    return ", ".join(f"{number:,} {word}" for word, number in summed(receipt.counts).items()) or "nothing"


def _head(receipt: Receipt) -> list[str]:
    where = visible(receipt.host, 120)
    if receipt.profile:
        where = f"{where} ({visible(receipt.profile, 60)})"
    facts = [
        ("submission", receipt.submission),
        ("records", f"{receipt.records:,} of {visible(receipt.object_slug, 60)}: {counts_line(receipt)}"),
        ("to", where),
        ("draft", visible(receipt.draft, 120)),
    ]
    if receipt.source and receipt.source != receipt.draft:
        facts.append(("file", visible(receipt.source, 200)))
    when = f"{moment(receipt.started_at)}"
    if receipt.finished_at is not None:
        when = f"{when} to {until(receipt.started_at, receipt.finished_at)}"
    else:
        when = f"{when}, not finished"
    facts.append(("sent", f"{when} ({zone(receipt.started_at)})"))
    if receipt.who:
        facts.append(("by", visible(receipt.who, 80)))
    for run in receipt.runs[1:]:
        who = f" by {visible(run.who, 80)}" if run.who else ""
        facts.append(("gone on", f"{moment(run.started_at)}{who} on {visible(run.machine, 80)}"))
    if receipt.message:
        facts.append(("ended", visible(receipt.message, _SHOWN)))
    return _columns([(f"{name}:", text) for name, text in facts], "<<", indent=0)


def _chunks(receipt: Receipt) -> list[str]:
    if not receipt.chunks:
        return []
    rows: list[Sequence[str]] = [("chunk", "records", "outcome", "status", "sent", "took", "tries", "said")]
    for chunk in receipt.chunks:
        last = chunk.attempts[-1] if chunk.attempts else None
        message = chunk.message if chunk.state != "created" else ""
        rows.append(
            (
                f"{chunk.number:,}",
                f"{chunk.records:,}",
                chunk_word(chunk.state, chunk.counts),
                "" if chunk.status is None else str(chunk.status),
                clock(last.started_at) if last else "",
                took(last.elapsed) if last else "",
                f"{len(chunk.attempts):,}" if len(chunk.attempts) > 1 else "",
                " ".join(visible(text, _SHOWN) for text in (message, *chunk.refusal) if text),
            )
        )
    return ["", "Chunk by chunk", *_columns(rows, ">><>>>><")]


def _refused(receipt: Receipt, most: int) -> list[str]:
    rows = receipt.in_state(RowState.REJECTED)
    if not rows:
        return []
    table: list[Sequence[str]] = [("row", "line", "chunk", "record", "what the server said")]
    table += [
        (
            _number(row.number),
            _number(row.line),
            _number(row.chunk),
            visible(row.name, 40),
            visible(said(row) or row.evidence, _SHOWN),
        )
        for row in rows[:most]
    ]
    return ["", f"Rejected{_first(len(rows), most)}", *_columns(table, ">>><<")]


def _by_evidence(title: str, rows: Sequence[ReceiptRow], most: int) -> list[str]:
    """Rows whose evidence is the same, in one line."""
    if not rows:
        return []
    alike: dict[str, list[int]] = {}
    for row in rows:
        alike.setdefault(row.evidence or "Never sent.", []).append(row.number or 0)
    lines = ["", title]
    for evidence, numbers in list(alike.items())[:most]:
        there = [number for number in numbers if number]
        gone = len(numbers) - len(there)
        names = f"row{'' if len(there) == 1 else 's'} {ranges(there)}" if there else ""
        if gone:
            names = f"{names}{' and ' if names else ''}{counted(gone, 'deleted row')}"
        lines.append(f"  {names}: {visible(evidence, _SHOWN)}")
    if len(alike) > most:
        lines.append(f"  and {len(alike) - most:,} more kinds")
    return lines


def _look_ups(receipt: Receipt, most: int) -> list[str]:
    rows: list[Sequence[str]] = []
    for look in receipt.look_ups[:most]:
        proof = "" if look.proves else " It proves nothing."
        who = f" (by {visible(look.who, 60)})" if look.who else ""
        field = f" by {visible(look.field, 60)}" if look.field else ""
        rows.append(
            (
                moment(look.at),
                PURPOSE_WORDS.get(look.purpose, look.purpose),
                f"{look.asked:,} asked{field}, {look.found:,} found.{proof} "
                f"{visible(look.message, _SHOWN)}".rstrip()
                + who,
            )
        )
    if not rows:
        return []
    return ["", f"Looked up{_first(len(receipt.look_ups), most)}", *_columns(rows, "<<<")]


def _decisions(receipt: Receipt, most: int) -> list[str]:
    shown = [decision for decision in receipt.decisions if decision.kind != "look_up"]
    if not shown:
        return []
    rows = [
        (
            moment(decision.at),
            f"row {_number(decision.number)}" if decision.number else "deleted row",
            f"{STATE_WORDS[decision.before]} -> {STATE_WORDS[decision.after]}",
            " ".join(
                filter(
                    None,
                    (
                        KIND_WORDS.get(decision.kind, decision.kind),
                        f"by {visible(decision.who, 60)}:" if decision.who else "",
                        visible(decision.evidence, _SHOWN),
                    ),
                )
            ),
        )
        for decision in shown[:most]
    ]
    return ["", f"Decided{_first(len(shown), most)}", *_columns(rows, "<<<<")]


def _first(number: int, most: int) -> str:
    return f" (the first {most} of {number:,})" if number > most else ""


def _number(value: int | None) -> str:
    return f"{value:,}" if value else ""


def _columns(rows: Iterable[Sequence[str]], align: str, indent: int = 2) -> list[str]:
    """Aligned lines; columns without a text in any line but the first are left out."""
    table = [list(row) for row in rows]
    kept = [
        index
        for index in range(len(align))
        if any(row[index] for row in (table[1:] if len(table) > 1 else table))
    ]
    widths = {index: max(_width(row[index]) for row in table) for index in kept}
    lines: list[str] = []
    for row in table:
        cells = []
        for index in kept:
            room = " " * (widths[index] - _width(row[index]))
            cells.append(room + row[index] if align[index] == ">" else row[index] + room)
        lines.append((" " * indent + "  ".join(cells)).rstrip())
    return lines


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
