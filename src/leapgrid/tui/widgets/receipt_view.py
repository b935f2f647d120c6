"""The parts of the receipt screen: the facts, and the list of chunks that open into their records."""

from __future__ import annotations

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.drafting.receipts.words import clock
from leapgrid.records import RowState
from leapgrid.tui.history import CREATED, UNKNOWN, portions
from leapgrid.tui.receipt import (
    Facts,
    ReceiptTree,
    Section,
    about_chunk,
    glyph_of,
    said_of,
    title_of,
)
from leapgrid.tui.result import span
from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of, two_sides
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.painted import Painted
from leapgrid.visible import visible

_WIDE = 100
_LONGEST_BAR = 60
_LABEL = 10
_ROOMY = 30
"""From this height on there is air between the facts."""
_TITLE = 18
"""Cells of the first column: the name of a chunk or section."""


class ReceiptFacts(Painted):
    """What was sent, where, when, by whom, and what came of it in numbers."""

    DEFAULT_CSS = """
    ReceiptFacts { width: 1fr; height: 3; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.facts: Facts | None = None

    def show(self, facts: Facts) -> None:
        """Show these."""
        self.facts = facts
        self._lay()

    def on_resize(self) -> None:
        self._lay()

    def _lay(self) -> None:
        """Be as high as what there is to see."""
        self.repaint()
        self.styles.height = len(self.lines())

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain, muted = palette.style("text"), palette.style("muted")
        strong = palette.style("strong", bold=True)
        blank = Strip.blank(width, plain)
        facts = self.facts
        head: list[Part] = [("  ", plain), ("Receipt", strong)]
        if facts is None:
            return [blank, strip_of([*head, ("  reading ...", muted)], width, plain), blank]
        air = [blank] if self.app.size.height >= _ROOMY else []
        lines = [blank, strip_of([*head, (f"  {facts.title}", muted)], width, plain), *air]
        if not facts.counts:
            return [*lines, *self._known(facts, width, palette), blank]
        room = min(_LONGEST_BAR, width - 6)
        bar: list[Part] = [("  ", plain)]
        for (role, _), size in zip(facts.bar, portions([n for _, n in facts.bar], room), strict=True):
            bar.append((SIGNS("━") * size, palette.style(role)))
        lines.append(strip_of(bar, width, plain))
        counts: list[Part] = [("  ", plain)]
        for glyph, role, number, word in facts.counts:
            if glyph:
                counts.append((SIGNS(glyph) + " ", palette.style(role, bold=True)))
            counts += [(f"{number:,}", palette.style("strong")), (f" {word}   ", muted)]
        lines += [strip_of(counts, width, plain), *air]
        lines += self._known(facts, width, palette)
        if facts.trouble:
            sign = palette.style("error", bold=True)
            trouble: list[Part] = [("  ", plain), (fit("ended", _LABEL), muted), (SIGNS("! "), sign)]
            lines.append(strip_of([*trouble, (facts.trouble, plain)], width, plain))
        return [*lines, blank]

    def _known(self, facts: Facts, width: int, palette: Palette) -> list[Strip]:
        plain, muted = palette.style("text"), palette.style("muted")
        return [
            strip_of([("  ", plain), (fit(label, _LABEL), muted), (words, plain)], width, plain)
            for label, words in facts.lines
        ]


class ReceiptHead(Painted):
    """The band above the list."""

    DEFAULT_CSS = """
    ReceiptHead { width: 1fr; height: 1; }
    """
    GROUND = "header"

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def show(self, words: str) -> None:
        """Say which records are shown."""
        self.words = words
        self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        ground = palette.style("muted", "header")
        strong = palette.style("strong", "header", bold=True)
        parts: list[Part] = [
            ("    ", ground),
            (fit("chunk", _TITLE - 2), strong),
            ("records".rjust(9), strong),
        ]
        for sign, role in (("✓", "created"), ("✗", "error"), ("?", "unknown")):
            parts.append((SIGNS(sign).rjust(7), palette.style(role, "header", bold=True)))
        if width >= _WIDE:
            parts += [("   sent     ", strong), ("took".rjust(9), strong)]
        parts.append(("   what came of it", strong))
        right: list[Part] = [(f"{self.words}  ", palette.style("accent", "header"))] if self.words else []
        return [two_sides(parts, right, width, ground)]


class ReceiptList(LongList):
    """Chunks and records. What is drawn of it is what is in sight."""

    GROUND = "ground"

    class Opened(Message):
        """The line under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__(id="receipt")
        self.entries: ReceiptTree | None = None

    def show(self, tree: ReceiptTree) -> None:
        """Show another list, from its beginning."""
        self.entries = tree
        self.top = 0
        self.at = self.nearest(0, 1)
        self.refresh()

    def toggle(self) -> None:
        """Open or close the section under the cursor; from a line within it, the cursor goes to its own."""
        tree = self.entries
        if tree is None or self.at < 0:
            return
        section, _ = tree.place(self.at)
        tree.toggle(section)
        self.move_to(tree.start(section))

    def open_all(self) -> None:
        """Open all, or close all; the cursor stays with its section."""
        tree = self.entries
        if tree is not None and self.at >= 0:
            section, within = tree.place(self.at)
            tree.open_all()
            self.move_to(tree.start(section) + (1 + within if tree.is_open(section) else 0))

    def count(self) -> int:
        return len(self.entries) if self.entries is not None else 0

    def is_entry(self, line: int) -> bool:
        return True

    def on_click(self, event: events.Click) -> None:
        """One click stands on a line, another opens it."""
        line = event.y + self.top
        if line < self.count():
            opens = line == self.at and event.chain > 1
            self.move_to(line)
            if opens:
                self.post_message(self.Opened())

    # -- drawing ------------------------------------------------------------------------------------------

    def draw(self, line: int, width: int, palette: Palette, *, here: bool) -> Strip:
        assert self.entries is not None  # count() is 0 without
        section_at, within = self.entries.place(line)
        section = self.entries.sections[section_at]
        ground: Role = "row" if here else "ground"
        if within < 0:
            parts = self._section(section, section_at, width, palette, ground, here=here)
        elif section.rows:
            parts = self._row(section, within, width, palette, ground, here=here)
        else:
            at, words = section.lines[within]
            block = self._block(palette, ground, "text", here=here)
            parts = [
                (f"      {SIGNS('▸') if here else ' '} ", palette.style("accent", ground, bold=True)),
                (f"{at}  " if at else "", palette.style("muted", ground)),
                (words, block),
            ]
        return strip_of(parts, width, palette.style("text", ground))

    def _block(self, palette: Palette, ground: Role, tone: Role, *, here: bool) -> Style:
        if not here:
            return palette.style(tone, ground)
        return (
            palette.style("on-cell", "cell", bold=True) if self.has_focus else palette.style(tone, "select")
        )

    def _section(
        self, section: Section, at: int, width: int, palette: Palette, ground: Role, *, here: bool
    ) -> list[Part]:
        plain, muted = palette.style("text", ground), palette.style("muted", ground)
        assert self.entries is not None
        sign = ("▾" if self.entries.is_open(at) else "▸") if section.size else " "
        block = self._block(palette, ground, "strong", here=here)
        parts: list[Part] = [
            ("  ", plain),
            (SIGNS(sign), palette.style("accent", ground, bold=True)),
            (fit(f" {title_of(section)}", _TITLE - 1), block),
            (" ", plain),
        ]
        if section.kind not in ("chunk", "unsent"):
            return [*parts, (f"{len(section.lines):,}".rjust(8), palette.style("strong", ground))]
        chunk = section.chunk
        shown = chunk.records if chunk is not None and self.entries.kind == "all" else len(section.rows)
        parts.append((f"{shown:,}".rjust(8), palette.style("strong", ground)))
        counts = chunk.counts if chunk is not None else {}
        groups: tuple[tuple[Role, tuple[RowState, ...]], ...] = (
            ("created", CREATED),
            ("error", (RowState.REJECTED,)),
            ("unknown", UNKNOWN),
        )
        for role, states in groups:
            number = sum(counts.get(state, 0) for state in states)
            style = palette.style(role, ground) if number else muted
            parts.append(((f"{number:,}" if number else "-").rjust(7), style))
        last = chunk.attempts[-1] if chunk is not None and chunk.attempts else None
        if width >= _WIDE:
            parts.append((f"   {clock(last.started_at) if last else '-':<9}", muted))
            took = span(last.elapsed) if last is not None and last.elapsed is not None else "-"
            parts.append((took.rjust(9), muted))
        words = about_chunk(chunk) if chunk is not None else "were in the plan, but not sent"
        quiet = chunk is not None and chunk.state == "created"
        parts.append((f"   {words}", muted if quiet else plain))
        return parts

    def _row(
        self, section: Section, within: int, width: int, palette: Palette, ground: Role, *, here: bool
    ) -> list[Part]:
        assert self.entries is not None
        row = self.entries.receipt.rows[section.rows[within]]
        glyph, role = glyph_of(row)
        done = row.state in CREATED
        muted = palette.style("muted", ground)
        name = max(14, min(30, width // 4))
        number = f"{row.number:,}" if row.number else "gone"
        block = self._block(palette, ground, "muted" if done else "text", here=here)
        return [
            ("      ", muted),
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (number.rjust(8) + " ", palette.style("strong", ground, bold=True) if here else muted),
            (SIGNS(glyph) + " ", palette.style(role, ground, bold=True)),
            (fit(f" {cut(visible(row.name, 60), name - 2)}", name), block),
            (f" {said_of(row)}", muted if done else palette.style("text", ground)),
        ]
