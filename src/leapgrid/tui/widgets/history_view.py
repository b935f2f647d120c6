"""The parts of the history screen: records a day and reasons for refusal as bars, submissions as a table."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.drafting.history import HistoryView
from leapgrid.tui.history import DayBar, ReasonBar, SentLine, day_bars, portions, reason_bars, refused_words
from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of
from leapgrid.tui.theming import Palette, Role, palette_of
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.painted import Painted

_MARGIN = 2
_ROOMY = 30
"""From this height on there is air around the headings."""
_WIDE = 100
"""From this width on everything has its whole name."""
_LONGEST_BAR = 36
_LONGEST_MESSAGE = 40
_BAR = "━"


class HistoryBars(Painted):
    """The upper part: two lists of bars beside each other, each a line of its own."""

    DEFAULT_CSS = """
    HistoryBars { width: 1fr; height: 3; }
    """
    GROUND = "ground"

    def __init__(self) -> None:
        super().__init__()
        self.view: HistoryView | None = None
        self.words = ""

    def show(self, view: HistoryView, words: str) -> None:
        """Show another time.

        Args:
            words: how far back, e.g. "the last 30 days".
        """
        self.view, self.words = view, words
        self._lay()

    def on_resize(self) -> None:
        self._lay()

    def _lay(self) -> None:
        """Be as high as what there is to see."""
        self.repaint()
        self.styles.height = len(self.lines())

    @property
    def _is_roomy(self) -> bool:
        return self.app.size.height >= _ROOMY

    @property
    def _rows(self) -> int:
        """How many bars there is room for."""
        return max(4, min(self.app.size.height // 2 - 10, 12))

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text")
        strong = palette.style("strong", bold=True)
        blank = Strip.blank(width, plain)
        left_width = (width + 6) // 2
        title: list[Part] = [
            (" " * _MARGIN, plain),
            ("History", strong),
            (f"  {self.words}", palette.style("muted")),
        ]
        lines = [blank, strip_of(title, width, plain), blank]
        view = self.view
        if view is None or not view.records:
            return lines[: 3 if self._is_roomy else 2]
        heads: list[Part] = [
            (" " * _MARGIN, plain),
            (fit("Records sent a day", left_width - _MARGIN), strong),
        ]
        if view.reasons:
            heads.append(("Why records were refused", strong))
        lines.append(strip_of(heads, width, plain))
        if self._is_roomy:
            lines.append(blank)
        short = width < _WIDE
        days = day_bars(view.days, self._rows, short=short)
        left = _day_strips(days, left_width - 2, palette)
        right = self._reasons(view, width - left_width, len(days), palette)
        for at in range(max(len(left), len(right))):
            first = left[at] if at < len(left) else Strip.blank(left_width - 2, plain)
            second = right[at] if at < len(right) else Strip.blank(width - left_width, plain)
            lines.append(Strip.join([first, Strip.blank(2, plain), second]))
        return [*lines, *([blank] * (2 if self._is_roomy else 1))]

    def _reasons(self, view: HistoryView, width: int, rows: int, palette: Palette) -> list[Strip]:
        if not view.reasons:
            return []
        plain, muted = palette.style("text"), palette.style("muted")
        rows = max(rows, min(self._rows, len(view.reasons) + 2))
        strips = _reason_strips(reason_bars(view.reasons, rows - (2 if rows > 4 else 1)), width, palette)
        strips += [Strip.blank(width, plain)] * max(0, rows - 1 - len(strips))
        return [*strips, strip_of([(refused_words(view), muted)], width, plain)]


def _day_strips(days: tuple[DayBar, ...], width: int, palette: Palette) -> list[Strip]:
    plain, muted = palette.style("text"), palette.style("muted")
    label = max((cell_len(day.label) for day in days), default=0)
    most = max((day.records for day in days), default=0)
    number = len(f"{most:,}")
    room = max(4, min(width - _MARGIN - label - 2 - 1 - number, _LONGEST_BAR))
    strips = []
    for day in days:
        parts: list[Part] = [(" " * _MARGIN, plain), (fit(day.label, label + 2), muted)]
        if day.records:
            sizes = portions([n for _, n in day.parts], max(1, round(day.records * room / most)))
            for (role, _), size in zip(day.parts, sizes, strict=True):
                parts.append((SIGNS(_BAR) * size, palette.style(role)))
            parts.append((f" {day.records:,}", palette.style("strong")))
        else:
            parts.append(("-", muted))
        strips.append(strip_of(parts, width, plain))
    return strips


def _reason_strips(reasons: tuple[ReasonBar, ...], width: int, palette: Palette) -> list[Strip]:
    plain = palette.style("text")
    most = max((reason.number for reason in reasons), default=1)
    number = len(f"{most:,}")
    field = min(14, max((cell_len(reason.field) for reason in reasons), default=0))
    taken = field + 2 if field else 0
    bar = max(3, min(20, (width - taken) // 3 - number - 1))
    room = width - taken - bar - 1 - number - 2 - _MARGIN
    message = min(room, _LONGEST_MESSAGE, max((cell_len(reason.message) for reason in reasons), default=0))
    strips = []
    for reason in reasons:
        parts: list[Part] = []
        if field:
            parts.append((fit(reason.field, field) + "  ", palette.style("strong")))
        size = max(1, round(reason.number * bar / most))
        parts += [
            (fit(reason.message, message) + "  ", plain),
            (SIGNS(_BAR) * size, palette.style("error")),
            (f" {reason.number:,}", palette.style("strong")),
        ]
        strips.append(strip_of(parts, width, plain))
    return strips


class TableColumns(NamedTuple):
    """The cells of each column of the table; 0 leaves one out.

    Attributes:
        when: with one cell at each side, as its ground has.
        target: where to, name and host.
        name: how much of that its name takes.
        object: the object.
        records: how many, and so on for each state.
        file: the rest of the line.
    """

    when: int
    target: int
    name: int
    object: int
    records: int
    created: int
    rejected: int
    unknown: int
    skipped: int
    unsent: int
    file: int

    @classmethod
    def of(cls, lines: tuple[SentLine, ...], width: int) -> TableColumns:
        """Those for these lines in so many cells."""
        wide = width >= _WIDE

        def number(least: int, values: list[int]) -> int:
            return max(least, len(f"{max(values, default=0):,}")) + 2

        records = number(7 if wide else 5, [line.records for line in lines])
        created = number(6 if wide else 4, [line.created for line in lines])
        rejected = number(3 if wide else 2, [line.rejected for line in lines])
        unknown = number(3 if wide else 2, [line.unknown for line in lines])
        # Only where there are some; without them the numbers of a line would not add up.
        skipped = number(7, [line.skipped for line in lines]) if any(line.skipped for line in lines) else 0
        unsent = number(8 if wide else 6, [line.unsent for line in lines])
        unsent = unsent if any(line.unsent for line in lines) else 0
        when = max([11, *(cell_len(line.when) for line in lines)]) + 2
        object_ = min(14, max([6, *(cell_len(line.object) for line in lines)])) + 1 if wide else 0
        name = min(16, max((cell_len(line.name) for line in lines), default=0))
        taken = 3 + when + 1 + object_ + records + created + rejected + unknown + skipped + unsent + 3
        room = width - taken - 1
        longest = max([28 if wide else 8, *(cell_len(_target(line, wide)) for line in lines)])
        target = max(8, min(longest, 40, room // 2 if wide else room * 2 // 5)) + 2
        file = max(4, room - target)
        return cls(when, target, name, object_, records, created, rejected, unknown, skipped, unsent, file)


def _target(line: SentLine, wide: bool) -> str:
    if not wide:
        return line.name or line.host
    gap = " " if line.name == "sandbox" else "  "
    return f"{line.name}{gap}{line.host}" if line.name else line.host


class HistoryHead(Painted):
    """The band with the names of the table's columns."""

    DEFAULT_CSS = """
    HistoryHead { width: 1fr; height: 1; }
    """
    GROUND = "header"

    def __init__(self, table: HistoryTable) -> None:
        super().__init__()
        self.table = table

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        ground = palette.style("muted", "header")
        strong = palette.style("strong", "header", bold=True)
        columns = self.table.columns
        parts: list[Part] = [("   ", ground), (fit(" sent", columns.when + 1), strong)]
        parts.append((fit("to", columns.target), strong))
        if columns.object:
            parts.append((fit("object", columns.object), strong))
        parts.append((("records" if columns.records >= 9 else "rows").rjust(columns.records), strong))
        for sign, role, cells in (
            ("✓", "created", columns.created),
            ("✗", "error", columns.rejected),
            ("?", "unknown", columns.unknown),
        ):
            parts.append((SIGNS(sign).rjust(cells), palette.style(role, "header", bold=True)))
        for word, cells in (
            ("skipped", columns.skipped),
            ("not sent" if columns.unsent >= 10 else "unsent", columns.unsent),
        ):
            if cells:
                parts.append((word.rjust(cells), strong))
        parts.append(("   file", strong))
        return [strip_of(parts, width, ground)]


class HistoryTable(LongList):
    """The submissions, the last first.

    Attributes:
        lines: those that are shown.
        more: how many there are from before, which are not read yet; the last entry asks for them.
    """

    GROUND = "ground"

    class Opened(Message):
        """The submission under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__(id="sent")
        self.lines: tuple[SentLine, ...] = ()
        self.more = 0
        self.words = ""
        self._columns: tuple[int, TableColumns] | None = None

    def count(self) -> int:
        return len(self.lines) + (1 if self.more else 0)

    def is_entry(self, line: int) -> bool:
        return True

    @property
    def line(self) -> SentLine | None:
        """The submission under the cursor, or None."""
        return self.lines[self.at] if 0 <= self.at < len(self.lines) else None

    @property
    def columns(self) -> TableColumns:
        """The cells of the columns, as all lines together need them."""
        width = self.size.width
        if self._columns is None or self._columns[0] != width:
            self._columns = (width, TableColumns.of(self.lines, width))
        return self._columns[1]

    def show(self, lines: tuple[SentLine, ...], more: int, words: str = "") -> None:
        """Show these; the cursor stays on its submission where that is still listed.

        Args:
            words: what to say where there are none.
        """
        old = self.line
        self.lines, self.more, self.words = lines, more, words
        self._columns = None
        ids = {line.id: at for at, line in enumerate(lines)}
        self.at = self.nearest(ids.get(old.id, self.at) if old is not None else 0, 1)
        self.scroll_to_line(self.top)
        self.reveal()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y or self.count():
            return super().render_line(y)
        palette = palette_of(self)
        plain = palette.style("text")
        return strip_of([("    ", plain), (self.words, palette.style("muted"))], self.size.width, plain)

    def on_click(self, event: events.Click) -> None:
        """One click stands on a submission, another opens it."""
        line = event.y + self.top
        if line < self.count():
            if line == self.at and event.chain > 1:
                self.post_message(self.Opened())
            self.move_to(line)

    def draw(self, line: int, width: int, palette: Palette, *, here: bool) -> Strip:
        ground: Role = "row" if here else "ground"
        plain, muted = palette.style("text", ground), palette.style("muted", ground)
        block: Role = "ground"
        if here:
            block = "cell" if self.has_focus else "select"
        tone: Role = "on-cell" if block == "cell" else "text"
        first = palette.style(tone, block, bold=here)
        columns = self.columns
        parts: list[Part] = [
            ("  ", plain),
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
        ]
        if line >= len(self.lines):
            words = f" {self.more:,} more from before "
            parts.append((words, first if here else palette.style("muted")))
            return strip_of(parts, width, plain)
        sent = self.lines[line]
        target = cut(_target(sent, width >= _WIDE), columns.target - 2)
        parts += [(fit(f" {sent.when}", columns.when), first), (" ", plain)]
        parts.append((fit(target, columns.target), plain))
        if columns.object:
            parts.append((fit(cut(sent.object, columns.object - 1), columns.object), muted))
        parts.append((f"{sent.records:,}".rjust(columns.records), palette.style("strong", ground)))
        for number, role, cells in (
            (sent.created, "created", columns.created),
            (sent.rejected, "error", columns.rejected),
            (sent.unknown, "unknown", columns.unknown),
            (sent.skipped, "text", columns.skipped),
            (sent.unsent, "text", columns.unsent),
        ):
            if not cells:
                continue
            style = palette.style(role, ground) if number else muted
            parts.append(((f"{number:,}" if number else "-").rjust(cells), style))
        parts.append(("  ", plain))
        parts.append((SIGNS(">") if sent.running else " ", palette.style("sending", ground, bold=True)))
        parts.append((cut(sent.file, columns.file), plain))
        return strip_of(parts, width, plain)
