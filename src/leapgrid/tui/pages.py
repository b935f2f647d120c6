"""The lines of pages of text: a payload, a command, what is left out. Made as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leapgrid.records import RowId
from leapgrid.submit import Plan
from leapgrid.tui.review import ATTENTION, REASONS
from leapgrid.tui.session import Session
from leapgrid.tui.text import SIGNS, Part, fit
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

LineOf = Callable[[int, int, Palette], Sequence[Part]]
"""Makes a line: its index, the cells there are, the palette. Asked only for lines that are in sight."""


def plain_lines(text: str) -> tuple[int, LineOf]:
    """A text as it is, a line a line."""
    source = text.split("\n")

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        return [(visible(source[index]), palette.style("text"))]

    return len(source), line


def json_lines(text: str) -> tuple[int, LineOf]:
    """JSON as ``payload_text`` writes it, its keys apart from its values."""
    source = text.split("\n")

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        return _json_parts(visible(source[index]), palette)

    return len(source), line


def _json_parts(line: str, palette: Palette) -> list[Part]:
    muted, value = palette.style("muted"), palette.style("strong")
    body = line.lstrip(" ")
    parts: list[Part] = [(line[: len(line) - len(body)], muted)]
    key_end = _key_end(body)
    if key_end:
        parts += [(body[:key_end], palette.style("json-key")), (": ", muted)]
        body = body[key_end + 2 :]
    comma = "," if body.endswith(",") else ""
    body = body.removesuffix(",")
    parts.append((body, muted if body in ("{", "}", "[", "]") else value))
    parts.append((comma, muted))
    return parts


def _key_end(body: str) -> int:
    """Where the key of ``"key": value`` ends; 0 where the line is none."""
    if not body.startswith('"'):
        return 0
    at = 1
    while at < len(body) and body[at] != '"':
        at += 2 if body[at] == "\\" else 1
    return at + 1 if body[at + 1 : at + 3] == ": " else 0


def left_out_lines(session: Session, plan: Plan) -> tuple[int, LineOf]:
    """The rows that stay, by reason, each with what is wrong with it."""
    rows: list[tuple[RowId, int]] = []
    reasons = [reason for reason in ATTENTION if reason in plan.left_out]
    for at, reason in enumerate(reasons):
        rows += [(row, at) for row in plan.left_out[reason]]
    draft = session.draft

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        row, at = rows[index]
        reason = reasons[at]
        glyph, role = REASONS[reason]
        position = draft.batch.position(row)
        values = draft.batch.values(row)
        name = visible(values.get("name") or next(iter(values.values()), ""), 60)
        issues = draft.issues.of_row(row)
        why = visible(issues[0].message, 200) if issues else ""
        return [
            (f"{(position or 0) + 1:,}".rjust(7) + " ", palette.style("muted")),
            (SIGNS(glyph) or " ", palette.style(role, bold=True)),
            ("  ", palette.style("text")),
            (fit(name, 24), palette.style("text")),
            (f"  {reason.words}", palette.style("strong")),
            (f"  {why}", palette.style("muted")),
        ]

    return len(rows), line
