"""The pages of text that the import screen opens: the preview, and all notes with what was cut."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from leapgrid.files.model import Note
from leapgrid.records.schema import Field
from leapgrid.tui.mapping_facts import PreviewRecord, sign_of
from leapgrid.tui.pages import LineOf
from leapgrid.tui.text import SIGNS, Part, cut, fit
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible

_WIDEST = 40
_ROLES = {"!": "error", "~": "warning"}


def preview_lines(fields: Sequence[Field], records: Sequence[PreviewRecord]) -> tuple[int, LineOf]:
    """The records with the marks of their cells, and under them what is wrong, one line each."""
    widths: list[int] = []
    for i, field in enumerate(fields):
        sizes = [cell_len(visible(field.name, 40)), 6]
        for record in records:
            cell = record.cells[i]
            sizes.append(cell_len(visible(cell.text, 80)) + (2 if cell.finding is not None else 0))
        widths.append(min(_WIDEST, max(sizes)))
    wrong = [
        (record.number, field.name, cell)
        for record in records
        for field, cell in zip(fields, record.cells, strict=True)
        if cell.finding is not None
    ]
    head = 1 + len(records)

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        plain, muted = palette.style("text"), palette.style("muted")
        if index == 0:
            strong = palette.style("strong", bold=True)
            names = [
                (f"{fit(visible(f.name, 40), w)}  ", strong) for f, w in zip(fields, widths, strict=True)
            ]
            return [("record".rjust(6), muted), ("  ", plain), *names]
        if index < head:
            record = records[index - 1]
            parts: list[Part] = [(f"{record.number:,}".rjust(6), muted), ("  ", plain)]
            for cell, room in zip(record.cells, widths, strict=True):
                text = visible(cell.text, 4 * room)
                if cell.finding is None:
                    parts.append((f"{fit(text, room)}  ", plain))
                    continue
                sign = sign_of(cell.finding)
                shown = cut(text, room - 2)
                parts += [
                    (shown, palette.style(_ROLES[sign], underline=True)),
                    (" " if shown else "", plain),
                    (sign, palette.style(_ROLES[sign], bold=True)),
                    (" " * (room - cell_len(shown) - (2 if shown else 1) + 2), plain),
                ]
            return parts
        if index == head:
            return []
        if not wrong:
            return [("Nothing is wrong with these records.", muted)]
        number, name, cell = wrong[index - head - 1]
        finding = cell.finding
        assert finding is not None
        sign = sign_of(finding)
        return [
            (f"{sign} ", palette.style(_ROLES[sign], bold=True)),
            (f"{visible(name, 40)}, record {number:,}", palette.style("strong", bold=True)),
            (f"  {SIGNS(visible(finding.message, 300))}", plain),
        ]

    return head + 1 + max(1, len(wrong)), line


def note_lines(notes: Sequence[Note]) -> tuple[int, LineOf]:
    """The notes in the order of the lines, each with the text that was kept out because of it."""

    def line(index: int, width: int, palette: Palette) -> list[Part]:
        note = notes[index]
        number = f"{note.line:,}" if note.line is not None else "-"
        parts: list[Part] = [
            (number.rjust(9), palette.style("muted")),
            ("  ", palette.style("text")),
            (SIGNS(visible(note.message, 400)), palette.style("text")),
        ]
        if note.text:
            parts += [("  ", palette.style("text")), (visible(note.text, 2000), palette.style("muted"))]
        return parts

    return len(notes), line
