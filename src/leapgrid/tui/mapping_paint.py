"""The lines of the import screen as strips: facts, the table of columns, the first records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.strip import Strip

from leapgrid.records.issues import Severity
from leapgrid.records.schema import Field
from leapgrid.tui.mapping import CONSTANT, TableLine
from leapgrid.tui.mapping_facts import FactLine, PreviewCell, PreviewRecord, Said
from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of, two_sides
from leapgrid.tui.theming import Palette, Role
from leapgrid.visible import visible

FACT_VALUE_AT = 17
"""The cell where the value of a fact begins."""

_SHOWN = 80
"""Characters of a text that are looked at for a line: no line is longer, and a cell may have 10,000."""
_COMPARED = 1_000
"""So many headers are compared with each other, each time that the table changes."""

_ROLES: dict[Severity, Role] = {Severity.ERROR: "error", Severity.WARNING: "warning"}


class Shares(NamedTuple):
    """How many lines each part of the page gets; the heading and the table's band have one each.

    Attributes:
        table: lines of the table without its band.
        records: lines of the first records with their band; 0: they are not shown.
        air: whether an empty line stands above heading, facts, band, coverage, records.
    """

    table: int
    facts: int
    covered: int
    records: int
    air: tuple[int, int, int, int, int]


def share_lines(room: int, *, table: int, facts: int, covered: int, records: int) -> Shares:
    """Share the lines among the parts, from what can least be missed to what can most.

    Args:
        room: lines between the title bar and the issue line.
        table, facts, covered, records: how many each would take.
    """
    left = max(0, room - 2)
    given = {"table": 0, "facts": 0, "covered": 0, "records": 0}
    wanted = {"table": table, "facts": facts, "covered": covered, "records": records}

    def give(part: str, up_to: int) -> None:
        nonlocal left
        more = max(0, min(left, min(up_to, wanted[part]) - given[part]))
        given[part] += more
        left -= more

    give("table", 3)
    give("facts", facts)
    give("covered", covered)
    if left >= 3:
        give("records", 4)
    give("table", 6)
    air = [0, 0, 0, 0, 0]
    for place in (2, 4, 3, 1, 0):
        if left > 0:
            air[place] = 1
            left -= 1
    if given["records"]:
        give("records", 7)
    give("table", table)
    if given["records"] and left > 1:
        left -= 1  # the last line above the issue line stays empty
        give("records", records)
    return Shares(
        given["table"],
        given["facts"],
        given["covered"],
        given["records"],
        (air[0], air[1], air[2], air[3], air[4]),
    )


_NOTHING_ALIKE: Mapping[str, str] = {}


class Columns(NamedTuple):
    """Where the parts of the table stand; cells from the left edge.

    Attributes:
        name: width of the column's name, which begins at 4.
        samples_at: where the samples begin.
        samples: their width.
        field_at: where the cell of the field begins, with one cell of padding on both sides.
        field: its width with the padding.
        why_at: where the reason begins; its mark stands two cells before.
        why: its width.
        alike: what stands there of headers that would read like others if they were cut at their ends.
    """

    name: int
    samples_at: int
    samples: int
    field_at: int
    field: int
    why_at: int
    why: int
    alike: Mapping[str, str] = _NOTHING_ALIKE


def lay_out_table(lines: Sequence[TableLine], width: int) -> Columns:
    """Share the width among the four parts of the table."""
    inner = max(40, width - 6)
    few = lines[:200]
    names = max((cell_len(visible(line.header or CONSTANT, 40)) for line in few), default=6)
    fields = max((cell_len(visible(line.field or "-", 30) + _part(line)) for line in few), default=1)
    whys = max((cell_len(line.why) for line in few), default=10)
    name = max(6, min(names, inner // 6 if inner < 90 else inner // 5))
    field = 2 + max(8, min(max(fields, 14 if inner >= 90 else 11), inner // 6))
    name = max(name, 14) if inner >= 90 else name
    left = inner - name - 2 - field - 4 - 2
    why = min(max(whys, 12), left // 2) if inner < 90 else min(max(whys, 30), left // 2)
    samples = max(6, left - why)
    samples_at = 4 + name + 2
    field_at = samples_at + samples + 1
    why_at = field_at + field + 4
    why = max(4, width - 2 - why_at)
    return Columns(name, samples_at, samples, field_at, field, why_at, why, _alike(lines, name))


def _alike(lines: Sequence[TableLine], room: int) -> dict[str, str]:
    """How headers are shown that begin like others: with so much of their ends as differs."""
    seen: dict[str, dict[str, str]] = {}
    for line in lines[:_COMPARED]:
        text = visible(line.header, _SHOWN)
        if cell_len(text) > room:
            seen.setdefault(text[: max(1, room // 2)], {})[line.header] = text
    found: dict[str, str] = {}
    for texts in seen.values():
        if len(texts) < 2:
            continue
        for tail in range(room // 2, max(room // 2, room - 3) + 1):
            shown = {header: cut_within(text, room, tail) for header, text in texts.items()}
            if len(set(shown.values())) == len(shown):
                break
        found |= shown
    return found


def cut_within(text: str, width: int, tail: int) -> str:
    """The text in at most ``width`` cells, of which its end has so many: ``Ph…1 - Value``."""
    dots = SIGNS("…")
    head = width - cell_len(dots) - tail
    if cell_len(text) <= width or head < 1:
        return cut(text, width)
    return set_cell_size(text, head) + dots + set_cell_size(text[::-1], tail)[::-1]


def draw_facts(facts: Sequence[FactLine], keys: dict[str, str], width: int, palette: Palette) -> list[Strip]:
    """A line a fact: the key, what it is about, what is so, what that means.

    Args:
        keys: action -> its key as a person knows it.
    """
    plain, muted = palette.style("text"), palette.style("muted")
    room = max((cell_len(SIGNS(fact.value)) for fact in facts), default=0)
    room = min(room, 28 if width >= 100 else 24)
    return [
        strip_of(
            [
                ("  ", plain),
                (fit(keys.get(fact.action, ""), 2), palette.style("accent", bold=True)),
                (" ", plain),
                (fit(fact.label, 10), muted),
                ("  ", plain),
                (fit(SIGNS(fact.value), room), palette.style("strong")),
                ("  ", plain),
                (cut(SIGNS(fact.why), max(0, width - 21 - room)), muted),
            ],
            width,
            plain,
        )
        for fact in facts
    ]


def draw_facts_short(
    facts: Sequence[FactLine], keys: dict[str, str], width: int, palette: Palette
) -> list[Strip]:
    """The facts in as few lines as they need, for a low window."""
    plain = palette.style("text")
    lines: list[list[Part]] = [[("  ", plain)]]
    used = 2
    for fact in facts:
        value = cut(SIGNS(fact.value), 26)
        key = keys.get(fact.action, "")
        size = cell_len(key) + 1 + cell_len(value) + 3
        if used + size > width and used > 2:
            lines.append([("  ", plain)])
            used = 2
        lines[-1] += [
            (f"{key} ", palette.style("accent", bold=True)),
            (value, palette.style("strong")),
            ("   ", plain),
        ]
        used += size
    return [strip_of(line, width, plain) for line in lines]


def draw_band(columns: Columns, width: int, palette: Palette) -> Strip:
    """The heading of the table; the part that Space changes in the accent."""
    plain = palette.style("text", "header")
    strong = palette.style("strong", "header", bold=True)
    return strip_of(
        [
            ("    ", plain),
            (fit("column", columns.name + 2), strong),
            (fit("samples", columns.samples + 2), strong),
            (fit("to field", columns.field), palette.style("accent", "header", bold=True)),
            ("   ", plain),
            ("why", strong),
        ],
        width,
        plain,
    )


def draw_table_line(
    line: TableLine, columns: Columns, width: int, palette: Palette, *, here: bool, has_keys: bool
) -> Strip:
    """A column of the file, or a constant.

    Args:
        here: whether the cursor stands on it.
        has_keys: whether the next key goes to the table; else its cell falls back to the select ground.
    """
    ground: Role = "row" if here else "ground"
    plain, muted = palette.style("text", ground), palette.style("muted", ground)
    used = line.field is not None
    title = CONSTANT if line.constant else visible(line.header, _SHOWN)
    if here:
        title_style = palette.style("strong", ground, bold=True)
    elif used:
        title_style = plain
    else:
        title_style = muted
    cell_ground: Role = ground
    if here:
        cell_ground = "cell" if has_keys else "select"
    cell_role: Role = "strong" if used else "muted"
    if here and has_keys:
        cell_role = "on-cell"
    field = visible(line.field, _SHOWN) if line.field is not None else "-"
    part = _part(line)
    field = cut(field, columns.field - 2 - cell_len(part)) + part
    cell_style = palette.style(cell_role, cell_ground, bold=used or here)
    mark = line.attention
    why_style = plain if mark else muted
    return strip_of(
        [
            ("  ", plain),
            (SIGNS("▸ ") if here else "  ", palette.style("accent", ground, bold=True)),
            (fit(columns.alike.get(line.header, title), columns.name), title_style),
            ("  ", plain),
            (fit(_samples(line), columns.samples), muted),
            (" ", plain),
            (f" {fit(field, columns.field - 2)} ", cell_style),
            ("  ", plain),
            ("~ " if mark else "  ", palette.style("warning", ground, bold=True)),
            (fit(SIGNS(line.why), columns.why), why_style),
        ],
        width,
        plain,
    )


def _part(line: TableLine) -> str:
    """Which part of its field a column is that is joined with others: `` 1 of 2``."""
    return f" {line.part[0]} of {line.part[1]}" if line.part is not None else ""


def _samples(line: TableLine) -> str:
    return ", ".join(visible(text, _SHOWN) for text in line.samples)


def draw_coverage(said: Said, width: int, palette: Palette) -> list[Strip]:
    """The sentence about what the fields get, over as many lines as it needs."""
    plain = palette.style("text")
    lines: list[list[Part]] = [[("  ", plain)]]
    used = 2
    for text, strong in said:
        style = palette.style("strong") if strong else plain
        for word in re.findall(r" *[^ ]+| +", SIGNS(text)):
            if used + cell_len(word) > width - 2 and used > 2:
                lines.append([("  ", plain)])
                used = 2
                word = word.lstrip(" ")
            lines[-1].append((word, style))
            used += cell_len(word)
    return [strip_of(line, width, plain) for line in lines]


def draw_heading(count: str, rest: str, width: int, palette: Palette) -> Strip:
    """The page's name, and at its right end how much there is."""
    plain, muted = palette.style("text"), palette.style("muted")
    words = "  what each column becomes" if width >= 72 else ""
    left: list[Part] = [("  ", plain), ("Import", palette.style("strong", bold=True)), (words, muted)]
    right: list[Part] = [(count, palette.style("strong")), (f"  {rest}  " if rest else "  ", muted)]
    return two_sides(left, right, width, plain)


# -- the first records -------------------------------------------------------------------------------------


class RecordColumns(NamedTuple):
    """Which fields of the first records are drawn, how wide, and how many have no room."""

    widths: tuple[int, ...]
    after: int


_NUMBER = 10
_WIDEST = 28
_WIDEST_NARROW = 18


def lay_out_records(fields: Sequence[Field], records: Sequence[PreviewRecord], width: int) -> RecordColumns:
    """Share the width among the fields, from the left; two cells part them."""
    widest = _WIDEST if width >= 110 else _WIDEST_NARROW
    wishes: list[int] = []
    for i, field in enumerate(fields):
        longest = cell_len(visible(field.name, 40))
        for record in records:
            cell = record.cells[i]
            size = cell_len(visible(cell.text, _SHOWN)) + (2 if cell.finding is not None else 0)
            longest = max(longest, size)
        wishes.append(max(6, min(widest, longest)))
    room = width - _NUMBER - 4 - 2
    widths: list[int] = []
    for i, wish in enumerate(wishes):
        left = room - sum(widths) - 2 * len(widths)
        more = len(wishes) - i - 1
        if wish + (8 if more else 0) > left and widths:
            # The last one may be cut where there is still something to see of it.
            if not more and left >= 8:
                widths.append(left)
            break
        widths.append(min(wish, max(6, left)))
    if len(widths) == len(wishes):
        spare = room - sum(widths) - 2 * len(widths)
        widths = [w + max(0, min(2, spare // max(1, len(widths)))) for w in widths]
    return RecordColumns(tuple(widths), len(wishes) - len(widths))


def draw_record_band(fields: Sequence[Field], columns: RecordColumns, width: int, palette: Palette) -> Strip:
    """The heading of the first records."""
    plain = palette.style("muted", "header")
    parts: list[Part] = [("    record".ljust(_NUMBER), palette.style("strong", "header", bold=True))]
    parts.append(("    ", plain))
    for field, room in zip(fields, columns.widths, strict=False):
        parts.append((fit(visible(field.name, 40), room), palette.style("strong", "header", bold=True)))
        parts.append(("  ", plain))
    end: list[Part] = [(SIGNS(f"▸{columns.after} more "), plain)] if columns.after else []
    return two_sides(parts, end, width, plain)


def draw_record(record: PreviewRecord, columns: RecordColumns, width: int, palette: Palette) -> Strip:
    """A record as it would be, with the marks of its cells; a cell out of sight is told at the end."""
    plain = palette.style("text")
    parts: list[Part] = [(f"{record.number:,}".rjust(_NUMBER), palette.style("muted")), ("   ", plain)]
    for cell, room in zip(record.cells, columns.widths, strict=False):
        parts += _cell(cell, room, palette)
    hidden = [c.finding for c in record.cells[len(columns.widths) :] if c.finding is not None]
    end: list[Part] = []
    if hidden:
        worst = min(hidden, key=lambda f: f.severity)
        end = [(SIGNS(f"▸{_MARKS[worst.severity]} "), palette.style(_ROLES[worst.severity], bold=True))]
    return two_sides(parts, end, width, plain)


_MARKS = {Severity.ERROR: "!", Severity.WARNING: "~"}


def _cell(cell: PreviewCell, room: int, palette: Palette) -> list[Part]:
    """A cell with one cell of padding on both sides, so that a ground under it looks like a cell."""
    plain = palette.style("text")
    text = visible(cell.text, 4 * room)
    if cell.finding is None:
        return [(" ", plain), (fit(text, room), plain), (" ", plain)]
    role = _ROLES[cell.finding.severity]
    ground: Role = "error-ground" if cell.finding.severity is Severity.ERROR else "ground"
    body = palette.style(role, ground)
    shown = cut(text, room - 2)
    parts: list[Part] = [(" ", body)]
    used = 1
    if shown:
        parts += [(shown, palette.style(role, ground, underline=True)), (" ", body)]
        used += cell_len(shown) + 1
    parts.append((_MARKS[cell.finding.severity], palette.style(role, ground, bold=True)))
    parts.append((" " * (room + 2 - used - 1), body))
    return parts
