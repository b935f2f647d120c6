"""The result panel: how a sending goes, then what became of it, with the way to every refused cell."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from leapgrid.tui.messages import GoToCell
from leapgrid.tui.result import ResultGroup, ResultRow, ResultState, Trouble
from leapgrid.tui.text import SIGNS, Part, cut, fit, plural, strip_of, two_sides, wrap
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.listing import Listing

_NUMBER = 4
_INDENT = 10


class ResultView(Listing):
    """The contents of the panel, without its title. Enter on a row says :class:`GoToCell`."""

    DEFAULT_CSS = """
    ResultView { width: 1fr; height: 1fr; }
    """
    PAGES_MOVE_CURSOR = False

    def __init__(self) -> None:
        super().__init__(id="result")
        self.state = ResultState()

    @property
    def entry_count(self) -> int:
        return len(self.state.rows)

    def show(self, state: ResultState) -> None:
        """Show something else; the cursor stays on its row where that is still listed."""
        if state == self.state:
            return
        old = self.state.rows[self.at] if 0 <= self.at < len(self.state.rows) else None
        self.state = state
        places = [(row.row_id, row.field) for row in state.rows]
        here = (old.row_id, old.field) if old else None
        self.at = places.index(here) if here in places else (0 if places else -1)
        self.repaint()
        self.scroll_lines(0)
        self.reveal()

    def go(self) -> None:
        """Ask for the cell of the row under the cursor."""
        if 0 <= self.at < len(self.state.rows):
            row = self.state.rows[self.at]
            self.post_message(GoToCell(row.row_id, row.field))

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        self.go()

    def title_parts(self, palette: Palette) -> tuple[list[Part], list[Part]]:
        """The two ends of the panel's title: what it is, and when and where to."""
        ground = palette.style("muted", "header")
        name = "Progress" if self.state.running else "Result"
        left: list[Part] = [("  ", ground), (name, palette.style("strong", "header", bold=True))]
        right: list[Part] = []
        if self.state.when:
            right = [
                (self.state.when, ground),
                (self.state.target, palette.style("text", "header")),
                ("  ", ground),
            ]
        return left, right

    # -- drawing ------------------------------------------------------------------------------------------

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        self.entry_lines = []
        plain = palette.style("text", "panel")
        muted = palette.style("muted", "panel")
        blank = Strip.blank(width, plain)
        head: list[Part] = [("  ", plain), (state.headline, palette.style("strong", "panel", bold=True))]
        aside: list[Part] = [(f"{state.aside}  ", muted)] if state.aside else []
        lines = [blank, two_sides(head, aside, width, plain)]
        if state.bar:
            lines.append(self._bar(width, palette))
        lines += self._counts(width, palette)
        if state.progress:
            lines.append(blank)
            lines += self._sentence(state.progress, width, palette, "muted", indent=2)
        entry = 0
        for group in state.groups:
            lines += [blank, self._group_title(group, width, palette)]
            for row in group.rows:
                self.entry_lines.append(len(lines))
                lines.append(self._row(row, width, palette, here=entry == self.at))
                entry += 1
            more = group.count - len(group.rows)
            if more > 0:
                lines.append(strip_of([(" " * _INDENT + f"and {more:,} more", muted)], width, plain))
        for trouble in state.trouble:
            lines += [blank, *self._trouble(trouble, width, palette)]
        if state.waiting:
            one = state.waiting == 1
            what = plural(state.waiting, "good record")
            they, them, their = ("it is", "it", "its") if one else ("they are", "them", "their")
            sentence = (
                f"{what} {'waits' if one else 'wait'}: others of {their} chunk were refused, so {they} "
                f"thought not to be stored. {state.send_key} sends {them}, after a look where that is not "
                "proven."
            )
            lines += [blank, *self._sentence(sentence, width, palette, "text", indent=2)]
        if state.unknown:
            them = "it" if state.unknown == 1 else "them"
            what = plural(state.unknown, "record")
            key = state.look_up_key
            sentence = (
                f"{what} may be there. {key} looks {them} up before anything is sent again; "
                "there you can also say what is so."
            )
            lines += [blank, *self._sentence(sentence, width, palette, "unknown", indent=2)]
        for note in state.notes:
            lines += [blank, *self._sentence(note, width, palette, "muted", indent=2)]
        lines.append(blank)
        return lines

    def _bar(self, width: int, palette: Palette) -> Strip:
        plain = palette.style("text", "panel")
        room = max(1, width - 4)
        pieces = [(role, number) for role, number in self.state.bar if number]
        parts: list[Part] = [("  ", plain)]
        for (role, _), cells in zip(pieces, share([n for _, n in pieces], room), strict=True):
            parts.append((SIGNS("━") * cells, palette.style(role, "panel")))
        return strip_of(parts, width, plain)

    def _counts(self, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text", "panel")
        lines: list[Strip] = []
        parts: list[Part] = [("  ", plain)]
        used = 2
        for glyph, role, number, word in self.state.counts:
            size = (2 if glyph else 0) + len(f"{number:,} {word}") + 4
            if used + size - 4 > width - 2 and used > 2:
                lines.append(strip_of(parts, width, plain))
                parts, used = [("  ", plain)], 2
            if glyph:
                parts.append((SIGNS(glyph) + " ", palette.style(role, "panel", bold=True)))
            parts += [
                (f"{number:,}", palette.style("strong", "panel")),
                (f" {word}    ", palette.style("muted", "panel")),
            ]
            used += size
        if used > 2:
            lines.append(strip_of(parts, width, plain))
        return lines

    def _group_title(self, group: ResultGroup, width: int, palette: Palette) -> Strip:
        plain = palette.style("text", "panel")
        left: list[Part] = [
            ("  ", plain),
            (SIGNS("✗") + " ", palette.style("error", "panel", bold=True)),
            (group.field, palette.style("strong", "panel", bold=True)),
            (f"  {group.message}", plain),
        ]
        right: list[Part] = [(f"{group.count:,}  ", palette.style("strong", "panel", bold=True))]
        return two_sides(left, right, width, plain)

    def _row(self, row: ResultRow, width: int, palette: Palette, *, here: bool) -> Strip:
        keys = self.has_focus
        ground: Role = "row" if here and keys else "panel"
        quiet = palette.style("muted", ground)
        value_at = max(_INDENT + 8, width // 2 - 1)
        name = fit(row.name, value_at - _INDENT)
        number = f"{row.number}".rjust(_NUMBER)
        number_style = palette.style("strong", ground, bold=True) if here and keys else quiet
        value_ground: Role = ground
        tone: Role = "edited" if row.edited else "error"
        bold = False
        if here:
            value_ground, bold = ("cell", True) if keys else ("select", False)
            tone = "on-cell" if keys else tone
        words = row.value if row.field else "the whole row"
        if row.field and not words:
            words = "(empty)"
        room = width - 2 - value_at - 2 - (2 if row.edited else 0)
        text = cut(words, room) + (" *" if row.edited else "")
        block = palette.style(tone, value_ground, bold=bold)
        tail = " " * max(0, width - 2 - value_at - 1 - cell_len(text))
        parts: list[Part] = [
            ("  ", quiet),
            (SIGNS("▸") if here and keys else " ", palette.style("accent", ground, bold=True)),
            (" ", quiet),
            (f"{number}  ", number_style),
            (name, palette.style("text" if not here else "strong", ground)),
            (f" {text}{tail}", block),
        ]
        return strip_of(parts, width, palette.style("text", ground))

    def _trouble(self, trouble: Trouble, width: int, palette: Palette) -> list[Strip]:
        plain = palette.style("text", "panel")
        left: list[Part] = [
            ("  ", plain),
            (SIGNS(trouble.sign) + " ", palette.style(trouble.role, "panel", bold=True)),
            (trouble.title, palette.style("strong", "panel", bold=True)),
        ]
        right: list[Part] = []
        if trouble.count:
            right = [(f"{trouble.count:,}  ", palette.style("strong", "panel", bold=True))]
        used = 4 + cell_len(trouble.title) + 2
        room = width - used - sum(cell_len(t) for t, _ in right) - 2
        first, rest = trouble.message, trouble.explanation
        if cell_len(first) > room:
            lines = wrap(first, room)
            first, rest = lines[0], " ".join([*lines[1:], rest]).strip()
        title = two_sides([*left, (f"  {first}", plain)], right, width, plain)
        more = self._sentence(rest, width, palette, "muted", indent=_INDENT) if rest else []
        return [title, *more]

    def _sentence(self, text: str, width: int, palette: Palette, role: Role, *, indent: int) -> list[Strip]:
        plain = palette.style("text", "panel")
        style = palette.style(role, "panel")
        key = palette.style("accent", "panel", bold=True)
        lines = []
        for line in wrap(SIGNS(text), max(8, width - indent - 2)):
            parts: list[Part] = [(" " * indent, plain)]
            named = next((name for name in self.state.keys if f" {name} " in f" {line}"), "")
            if named:
                before, _, after = f" {line}".partition(f" {named} ")
                before = f"{before[1:]} " if before else ""
                parts += [(before, style), (named, key), (f" {after}", style)]
            else:
                parts.append((line, style))
            lines.append(strip_of(parts, width, plain))
        return lines


def share(numbers: list[int], cells: int) -> list[int]:
    """Cells of a bar for each number, at least one where there is anything, together exactly ``cells``."""
    total = sum(numbers)
    if not total:
        return []
    sizes = [max(1, number * cells // total) for number in numbers]
    # What rounding left over, or took too much, is settled with the largest, where it shows least.
    sizes[numbers.index(max(numbers))] += cells - sum(sizes)
    return [max(0, size) for size in sizes]
