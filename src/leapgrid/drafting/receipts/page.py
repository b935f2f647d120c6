"""A receipt as one HTML page that can be sent on and printed: it asks for nothing and runs nothing."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from leapgrid.drafting.receipts.model import Receipt, ReceiptChunk, ReceiptRow
from leapgrid.drafting.receipts.style import POLICY, STYLE
from leapgrid.drafting.receipts.table import issue_words
from leapgrid.drafting.receipts.text import counts_line
from leapgrid.drafting.receipts.words import (
    KIND_WORDS,
    PURPOSE_WORDS,
    STATE_WORDS,
    chunk_word,
    clock,
    counted,
    moment,
    summed,
    took,
    until,
    zone,
)
from leapgrid.records import RowState
from leapgrid.visible import visible

_SHOWN = 2000
"""The most characters of one text from outside."""

_SIGNS = {
    RowState.CREATED: "✓",
    RowState.ALREADY_THERE: "=",
    RowState.REJECTED: "✗",
    RowState.UNKNOWN: "?",
    RowState.SENDING: "?",
    RowState.SKIPPED: "-",
    RowState.READY: "",
    RowState.QUEUED: "",
}
_CLASSES = {
    "created": "created",
    "already there": "created",
    "rejected": "rejected",
    "unknown": "unknown",
}
_DECISIONS = 500
"""The most decisions and look-ups that are listed; the JSON document has all."""


def page_pieces(receipt: Receipt) -> Iterator[str]:
    """The page, piece by piece. No text from outside stands in it but through :func:`_text`."""
    title = f"{receipt.draft or receipt.object_slug}: {counts_line(receipt)}"
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        '<meta name="format-detection" content="telephone=no,email=no,address=no,date=no">\n'
        f"<title>{_text(title, 200)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n"
    )
    yield _head(receipt)
    yield "</header>\n<main>\n"
    if receipt.damaged:
        lines = "".join(f"<p>{_text(text)}</p>" for text in receipt.damaged)
        yield f'<section class="damaged" role="alert"><h2>Damaged</h2>{lines}</section>\n'
    yield from _needs_a_look(receipt)
    yield from _chunks(receipt)
    yield from _look_ups(receipt)
    yield from _decisions(receipt)
    yield from _records(receipt)
    made = f"Made {moment(receipt.made_at)} ({zone(receipt.made_at)})" if receipt.made_at else "Made"
    yield (
        f"</main>\n<footer><p>{_text(made)} by {_text(receipt.made_by or 'LeapGrid')}. "
        "A record is “created” only where the server said so, it was found there, or a person said so. "
        "“Unknown” means: it was sent, and no answer came that settles it.</p></footer>\n</body>\n</html>\n"
    )


def _head(receipt: Receipt) -> str:
    sums = summed(receipt.counts)
    numbers = "".join(
        f'<li class="{_CLASSES.get(word, "other")}"><b>{number:,}</b> {word}</li>'
        for word, number in sums.items()
    )
    when = moment(receipt.started_at)
    if receipt.finished_at is not None:
        when = f"{when} to {until(receipt.started_at, receipt.finished_at)}"
    facts = [
        ("Sent", f"{_text(when)} <span>({_text(zone(receipt.started_at))})</span>"),
        ("To", _text(receipt.origin) + (f" ({_text(receipt.profile)})" if receipt.profile else "")),
        ("Object", _text(receipt.object_slug)),
    ]
    if receipt.source and receipt.source != receipt.draft:
        facts.append(("File", _text(receipt.source)))
    if receipt.who:
        facts.append(("By", _text(receipt.who)))
    for run in receipt.runs[1:]:
        who = f" by {_text(run.who)}" if run.who else ""
        facts.append(("Gone on", f"{_text(moment(run.started_at))}{who} on {_text(run.machine)}"))
    if receipt.finished_at is None:
        facts.append(("State", "not finished"))
    if receipt.message:
        facts.append(("Ended early", _text(receipt.message)))
    facts.append(("Submission", f'<span class="id">{_text(receipt.submission)}</span>'))
    listed = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)
    return (
        f'<p class="lead">Receipt</p>\n<h1 dir="auto">{_text(receipt.draft or receipt.object_slug)}</h1>\n'
        f'<p class="lead">{counted(receipt.records, "record")} of {_text(receipt.object_slug)} '
        f"to {_text(receipt.host)}</p>\n"
        f'<ul class="counts">{numbers}</ul>\n{_bar(sums, receipt.records)}\n<dl>{listed}</dl>\n'
    )


def _bar(sums: dict[str, int], total: int) -> str:
    """How the records fall into states, as one line."""
    if not total:
        return ""
    at, parts = 0.0, []
    for word, number in sums.items():
        size = 1000 * number / total
        kind = _CLASSES.get(word, "other")
        parts.append(f'<rect class="{kind}" x="{at:.2f}" y="0" width="{size:.2f}" height="1"/>')
        at += size
    label = ", ".join(f"{number:,} {word}" for word, number in sums.items())
    return (
        f'<svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" role="img" '
        f'aria-label="{_text(label)}">{"".join(parts)}</svg>'
    )


def _needs_a_look(receipt: Receipt) -> Iterator[str]:
    """What a person still has to do something about."""
    for title, note, rows in (
        (
            "Rejected",
            "The server refused these. What it said of each stands beside it.",
            receipt.in_state(RowState.REJECTED),
        ),
        (
            "Unknown",
            "These may exist: they were sent, and no answer settles it. Look before sending them again.",
            receipt.in_state(RowState.UNKNOWN, RowState.SENDING),
        ),
        (
            "There more than once",
            "The server was found to have more than one record of these.",
            [row for row in receipt.rows if row.duplicate],
        ),
    ):
        if rows:
            yield f'<section><h2>{title} <small>{len(rows):,}</small></h2>\n<p class="note">{note}</p>\n'
            yield from _rows(rows)
            yield "</section>\n"


def _chunks(receipt: Receipt) -> Iterator[str]:
    if not receipt.chunks:
        return
    yield "<section><h2>Chunk by chunk</h2>\n"
    yield from _table(
        ("n:chunk", "n:records", "w:outcome", "n:status", "w:sent", "n:took", "n:tries", "said", "body"),
        (_chunk(chunk) for chunk in receipt.chunks),
    )
    yield "</section>\n"


def _chunk(chunk: ReceiptChunk) -> tuple[str, list[str]]:
    last = chunk.attempts[-1] if chunk.attempts else None
    word = chunk_word(chunk.state, chunk.counts)
    said = " ".join(
        text for text in (chunk.message if chunk.state != "created" else "", *chunk.refusal) if text
    )
    body = ""
    if last is not None:
        body = f"<code>{_text(last.body_sha256[:16])}…</code>" + ("" if last.intact else " damaged")
        if last.request_id:
            body += f" <code>{_text(last.request_id, 80)}</code>"
    kind = {"created": "created", "refused": "rejected", "unknown": "unknown"}.get(word, "")
    return "", [
        f"{chunk.number:,}",
        f"{chunk.records:,}",
        f'<b class="{kind}">{_text(word)}</b>',
        "" if chunk.status is None else str(chunk.status),
        _text(clock(last.started_at)) if last else "",
        _text(took(last.elapsed)) if last else "",
        f"{len(chunk.attempts):,}",
        _text(said),
        body,
    ]


def _look_ups(receipt: Receipt) -> Iterator[str]:
    if not receipt.look_ups:
        return
    yield "<section><h2>Looked up</h2>\n"
    yield from _table(
        ("w:when", "why", "by", "n:asked", "n:found", "what it says", "who"),
        (
            (
                "",
                [
                    _text(moment(look.at)),
                    _text(PURPOSE_WORDS.get(look.purpose, look.purpose)),
                    _text(look.field),
                    f"{look.asked:,}",
                    f"{look.found:,}",
                    _text(
                        " ".join(filter(None, (look.message, "" if look.proves else "It proves nothing.")))
                    ),
                    _text(look.who),
                ],
            )
            for look in receipt.look_ups[:_DECISIONS]
        ),
    )
    yield f"{_more(len(receipt.look_ups))}</section>\n"


def _decisions(receipt: Receipt) -> Iterator[str]:
    shown = [decision for decision in receipt.decisions if decision.kind != "look_up"]
    if not shown:
        return
    yield "<section><h2>Decided</h2>\n"
    yield from _table(
        ("w:when", "n:row", "what", "before", "after", "why", "who"),
        (
            (
                "",
                [
                    _text(moment(decision.at)),
                    _number(decision.number),
                    _text(KIND_WORDS.get(decision.kind, decision.kind)),
                    STATE_WORDS[decision.before],
                    STATE_WORDS[decision.after],
                    _text(decision.evidence),
                    _text(decision.who),
                ],
            )
            for decision in shown[:_DECISIONS]
        ),
    )
    yield f"{_more(len(shown))}</section>\n"


def _records(receipt: Receipt) -> Iterator[str]:
    if not receipt.rows:
        return
    yield "<h2>Record by record</h2>\n"
    for number, rows in groupby(receipt.rows, lambda row: row.chunk):
        found = list(rows)
        name = f"Chunk {number:,}" if number else "Never sent"
        yield f'<section class="chunk"><h3>{name} <small>{counted(len(found), "record")}</small></h3>\n'
        yield from _rows(found)
        yield "</section>\n"


def _rows(rows: Sequence[ReceiptRow]) -> Iterator[str]:
    lined = any(row.line for row in rows)
    heads = ("n:row", *(("n:line",) if lined else ()), "", "w:state", "what was sent", "why it is so")

    def lines() -> Iterator[tuple[str, list[str]]]:
        for row in rows:
            word = STATE_WORDS[row.state]
            kind = _CLASSES.get(word, "other")
            why = "".join(f'<span class="why">{_text(issue_words(issue))}</span>' for issue in row.issues)
            ids = "".join(f' <code class="id">{_text(each, 120)}</code>' for each in row.ids)
            yield (
                kind,
                [
                    _number(row.number) or "deleted",
                    *([_number(row.line)] if lined else []),
                    f'<span class="sign">{_SIGNS[row.state]}</span>',
                    word,
                    _sent(row),
                    f"{why}{_text(row.evidence)}{ids}",
                ],
            )

    yield from _table(heads, lines())


def _sent(row: ReceiptRow) -> str:
    if row.record is None:
        return '<span class="note">not sent</span>' if not row.chunk else '<span class="note">damaged</span>'
    return ", ".join(
        f'<span class="note">{_text(name, 80)}</span>&nbsp;<bdi>{_text(value)}</bdi>'
        for name, value in row.record.items()
    )


def _table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """A table.

    Args:
        heads: of the columns; ``n:`` before one has numbers, ``w:`` what does not break.
        rows: class and cells of each line, the cells as HTML.
    """
    classes = [f' class="{head[0]}"' if head[1:2] == ":" else "" for head in heads]
    names = [head[2:] if head[1:2] == ":" else head for head in heads]
    cells = "".join(f'<th{kind} scope="col">{name}</th>' for kind, name in zip(classes, names, strict=True))
    yield f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>\n'
    for kind, row in rows:
        start = f'<tr class="{kind}">' if kind else "<tr>"
        body = "".join(f"<td{cls}>{cell}</td>" for cls, cell in zip(classes, row, strict=True))
        yield f"{start}{body}</tr>\n"
    yield "</tbody></table></div>\n"


def _more(number: int) -> str:
    if number <= _DECISIONS:
        return ""
    return f'<p class="note">and {number - _DECISIONS:,} more; the JSON receipt has all.</p>\n'


def _number(value: int | None) -> str:
    return f"{value:,}" if value else ""


def _text(value: object, limit: int = _SHOWN) -> str:
    """Text from outside: nothing in it acts, neither as HTML nor by itself."""
    return html.escape(visible(str(value), limit))
