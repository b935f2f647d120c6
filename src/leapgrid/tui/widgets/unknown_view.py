"""The panel of unknown rows: by chunk, with what look-ups found, and all about the one at the cursor."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from leapgrid.records import RowId
from leapgrid.tui.messages import DecideUnknown
from leapgrid.tui.session import Session
from leapgrid.tui.text import SIGNS, Part, cut, fit, plural, strip_of, two_sides, wrap
from leapgrid.tui.theming import Palette, Role, palette_of
from leapgrid.tui.unknown import (
    UnknownGroup,
    UnknownState,
    clock,
    groups_of,
    name_of,
    number_of,
    question,
    row_details,
    seen_words,
    unknown_state,
)
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.tui.widgets.painted import Painted

_ALL_OPEN = 200
"""Up to so many rows every chunk shows its rows; of more, only the first chunk does."""

_WHY_AT = 6


class _Layout(NamedTuple):
    """Where things stand at a width: the lines of the head, of each group's reason, where groups begin."""

    head: list[Strip]
    whys: list[list[str]]
    starts: list[int]
    lines: int


class Here(NamedTuple):
    """What the cursor stands on: a row, or a whole chunk."""

    group: UnknownGroup
    row: RowId | None

    @property
    def rows(self) -> tuple[RowId, ...]:
        """The rows that a choice is about."""
        return self.group.rows if self.row is None else (self.row,)


class UnknownList(LongList):
    """The chunks and their rows."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="unknown")
        self.session = session
        self.state = UnknownState()
        self._flipped: set[tuple[str, int]] = set()
        self._laid: tuple[object, _Layout] | None = None

    def show(self, state: UnknownState) -> None:
        """Show something else; the cursor stays on its row where that is still listed."""
        if state == self.state:
            return
        old = self.here
        place = self._place(self.at) if old is not None else None
        self.state = state
        self._laid = None
        self.refresh()
        if not self.size.width:
            return  # nothing can be placed yet
        found = self._line_of(old) if old is not None else None
        if found is None and place is not None and state.groups:
            # It is settled: what stands in its place now.
            index = min(place[0], len(state.groups) - 1)
            found = self._layout.starts[index] + (place[1] or 0)
        self.move_to(found if found is not None else 0, by_person=False)

    @property
    def here(self) -> Here | None:
        """What the cursor stands on."""
        if self.at < 0 or not self.state.groups:
            return None
        place = self._place(self.at)
        return None if place is None or place[1] is None else self._here(place[0], place[1])

    def _here(self, index: int, line: int) -> Here:
        group = self.state.groups[index]
        if line == 1:
            return Here(group, None)
        whys = len(self._layout.whys[index])
        return Here(group, group.rows[line - 2 - whys])

    def on_resize(self) -> None:
        if self.at < 0:
            self.at = self.nearest(0, 1)  # before there was a width nothing could be placed
            self.post_message(self.Moved())  # what can be decided of it is known only now
        super().on_resize()

    def flip(self) -> None:
        """Open the chunk under the cursor, or close it."""
        here = self.here
        if here is not None:
            self._flipped ^= {(here.group.submission, here.group.chunk)}
            self._laid = None
            self.move_to(self._line_of(Here(here.group, None)) or 0)

    # -- where what stands --------------------------------------------------------------------------------

    def _is_open(self, index: int) -> bool:
        group = self.state.groups[index]
        usual = index == 0 or self.state.total <= _ALL_OPEN
        return usual != ((group.submission, group.chunk) in self._flipped)

    @property
    def _layout(self) -> _Layout:
        palette, width = palette_of(self), self.size.width
        key = (width, palette.name)
        if self._laid is None or self._laid[0] != key:
            head = self._head(width, palette)
            room = max(8, width - _WHY_AT - 3)
            whys = [wrap(SIGNS(group.why), room) for group in self.state.groups]
            heights = [
                2 + len(why) + (len(group.rows) if self._is_open(index) else 0)
                for index, (group, why) in enumerate(zip(self.state.groups, whys, strict=True))
            ]
            ends = list(accumulate(heights, initial=len(head)))
            self._laid = (key, _Layout(head, whys, ends[:-1], ends[-1] + 1))
        return self._laid[1]

    def _place(self, line: int) -> tuple[int, int | None] | None:
        """Group and line within it (0 blank, 1 its title, then its reason, then rows); None for the head."""
        layout = self._layout
        if line < len(layout.head) or line >= layout.lines - 1 or not layout.starts:
            return None
        index = bisect_right(layout.starts, line) - 1
        within = line - layout.starts[index]
        is_entry = within == 1 or within >= 2 + len(layout.whys[index])
        return index, within if is_entry else None

    def _line_of(self, here: Here) -> int | None:
        for index, group in enumerate(self.state.groups):
            if (group.submission, group.chunk) == (here.group.submission, here.group.chunk):
                start = self._layout.starts[index]
                if here.row is None or not self._is_open(index):
                    return start + 1
                if here.row not in group.rows:
                    return None  # settled: the next one stands in its place
                return start + 2 + len(self._layout.whys[index]) + group.rows.index(here.row)
        return None

    def count(self) -> int:
        return self._layout.lines

    def is_entry(self, line: int) -> bool:
        place = self._place(line)
        return place is not None and place[1] is not None

    # -- drawing ------------------------------------------------------------------------------------------

    def _head(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        plain = palette.style("text", "panel")
        margin: Part = ("  ", plain)
        room = max(8, width - 4)
        lines = [Strip.blank(width, plain)]
        lines.append(
            strip_of([margin, (state.headline, palette.style("strong", "panel", bold=True))], width, plain)
        )
        for line in wrap(SIGNS(state.sentence), room) if state.sentence else []:
            lines.append(strip_of([margin, (line, palette.style(state.role, "panel"))], width, plain))
        tone: Role = "error" if state.failed else "muted"
        for number, line in enumerate(wrap(SIGNS(state.found), room - 2) if state.found else []):
            sign = SIGNS("✗ ") if state.failed and not number else "  " if state.failed else ""
            parts: list[Part] = [
                margin,
                (sign, palette.style("error", "panel", bold=True)),
                (line, palette.style(tone, "panel")),
            ]
            lines.append(strip_of(parts, width, plain))
        return lines

    def draw(self, line: int, width: int, palette: Palette, *, here: bool) -> Strip:
        layout = self._layout
        plain = palette.style("text", "panel")
        if line < len(layout.head):
            return layout.head[line]
        if line >= layout.lines - 1 or not layout.starts:
            return Strip.blank(width, plain)
        index = bisect_right(layout.starts, line) - 1
        group, within = self.state.groups[index], line - layout.starts[index]
        whys = layout.whys[index]
        if within == 0:
            return Strip.blank(width, plain)
        if within == 1:
            return self._title(index, group, width, palette, here=here)
        if within < 2 + len(whys):
            muted = palette.style("muted", "panel")
            return strip_of([(" " * _WHY_AT, plain), (whys[within - 2], muted)], width, plain)
        return self._row(group.rows[within - 2 - len(whys)], width, palette, here=here)

    def _title(self, index: int, group: UnknownGroup, width: int, palette: Palette, *, here: bool) -> Strip:
        keys = self.has_focus
        ground: Role = "row" if here and keys else "panel"
        block: Role = ("cell" if keys else "select") if here else ground
        tone: Role = "on-cell" if here and keys else "strong"
        plain = palette.style("text", ground)
        left: list[Part] = [
            ("  ", plain),
            (SIGNS("▾" if self._is_open(index) else "▸") + " ", palette.style("accent", ground, bold=True)),
            (SIGNS("?") + " ", palette.style("unknown", ground, bold=True)),
            (f" {group.title} ", palette.style(tone, block, bold=True)),
            (f" sent {clock(group.at)}", palette.style("muted", ground)),
        ]
        right: list[Part] = [
            (plural(len(group.rows), "row") + "  ", palette.style("strong", ground, bold=True))
        ]
        return two_sides(left, right, width, plain)

    def _row(self, row: RowId, width: int, palette: Palette, *, here: bool) -> Strip:
        keys = self.has_focus
        ground: Role = "row" if here and keys else "panel"
        block: Role = ("cell" if keys else "select") if here else ground
        quiet = palette.style("muted", ground)
        words, tone = seen_words(self.session.looks.looked.get(row))
        room = max(8, width - 2 - 1 - 8 - 3 - 26)
        name = fit(name_of(self.session, row), room)
        name_tone: Role = "on-cell" if here and keys else "text"
        parts: list[Part] = [
            ("  ", quiet),
            (SIGNS("▸") if here and keys else " ", palette.style("accent", ground, bold=True)),
            (f"{number_of(self.session, row):,}".rjust(7) + " ", quiet),
            (f" {name} ", palette.style(name_tone, block, bold=here and keys)),
            (" ", quiet),
            (cut(words, 26), palette.style(tone, ground)),
        ]
        return strip_of(parts, width, palette.style("text", ground))


class UnknownDetails(Painted):
    """All that is known of what stands under the cursor, and what can be said of it."""

    DEFAULT_CSS = """
    UnknownDetails { width: 1fr; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._said: list[tuple[str, Role]] = []

    def show(self, title: str, said: list[tuple[str, Role]]) -> None:
        """Show something else."""
        if (title, said) != (self._title, self._said):
            self._title, self._said = title, said
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        if not self._title:
            return []
        band, plain = palette.style("muted", "header"), palette.style("text", "panel")
        title = palette.style("strong", "header", bold=True)
        lines = [strip_of([("  ", band), (cut(self._title, width - 4), title)], width, band)]
        for sentence, role in self._said:
            for line in wrap(SIGNS(sentence), max(8, width - 4)):
                lines.append(strip_of([("  ", plain), (line, palette.style(role, "panel"))], width, plain))
        return lines


class UnknownPanel(Vertical):
    """The list, and the details under it."""

    DEFAULT_CSS = """
    UnknownPanel { width: 1fr; height: 1fr; background: $lg-panel; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.list = UnknownList(session)
        self.details = UnknownDetails()
        self._groups: tuple[object, tuple[UnknownGroup, ...]] | None = None
        self._asked: tuple[str, tuple[RowId, ...]] | None = None

    def compose(self) -> ComposeResult:
        yield self.list
        yield self.details

    @property
    def session(self) -> Session:
        """Whose rows they are."""
        return self.list.session

    def take(self, session: Session) -> None:
        """Show the rows of another draft."""
        self.list.session = session
        self._groups = self._asked = None
        self.list.show(UnknownState())

    def show(self, state: UnknownState) -> None:
        """Show something else."""
        self.list.show(state)
        self.show_details()

    def follow(self, base_url: str, connect_key: str) -> None:
        """Show what is known now; the rows are only walked through where something about them changed.

        Args:
            base_url: where the person is connected to, or "".
            connect_key: the key that connects.
        """
        session = self.session
        revision = (session.outcomes_revision, session.draft.batch.structure_revision, session.looks.open)
        if self._groups is None or self._groups[0] != revision:
            self._groups = (revision, groups_of(session))
            self._asked = None
        self.show(unknown_state(session, self._groups[1], base_url=base_url, connect_key=connect_key))
        self.list.refresh()

    @property
    def is_asking(self) -> bool:
        """Whether a second press of a key would answer a question about rows that are as they were."""
        return self._asked is not None

    def choose(self, choice: str, key: str) -> str:
        """Ask the app to keep a choice about what stands under the cursor; what weighs more asks first.

        Args:
            choice: "there", "again" or "leave".
            key: the key that was pressed.

        Returns:
            The question, where a second press has to answer it; else "".
        """
        here = self.list.here
        if here is None:
            return ""
        light = choice == "leave" and len(here.rows) == 1  # a skipped row can be taken back
        if not light and self._asked != (choice, here.rows):
            self._asked = (choice, here.rows)
            return question(choice, here.rows, self.session, key)
        self._asked = None
        self.post_message(DecideUnknown(here.rows, choice))
        return ""

    def show_details(self) -> None:
        """Tell of what the cursor stands on."""
        here = self.list.here
        if here is None:
            self.details.show("", [])
        elif here.row is not None:
            number = number_of(self.session, here.row)
            title = f"Row {number:,}  {name_of(self.session, here.row)}"
            said = [*row_details(self.session, here.row), _KEPT]
            self.details.show(title, said)
        else:
            group = here.group
            count = plural(len(group.rows), "row")
            whom = "it" if len(group.rows) == 1 else "all of them"
            what = f"What you say here is about {whom}. Enter opens or closes the list of rows."
            title = f"{group.title[:1].upper()}{group.title[1:]}  {count}"
            self.details.show(title, [(what, "text"), _KEPT])
        self._fit()

    def _fit(self) -> None:
        """The details take what they need, and never more than half."""
        needed = len(self.details.lines()) if self.details.size.width else 0
        self.details.styles.height = max(0, min(needed, self.size.height // 2))
        self.details.display = bool(self.list.here)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_details)

    def on_long_list_moved(self) -> None:
        self._asked = None
        self.show_details()

    def title_parts(self, palette: Palette) -> tuple[list[Part], list[Part]]:
        """The two ends of the panel's title."""
        ground = palette.style("muted", "header")
        left: list[Part] = [("  ", ground), ("Unknown", palette.style("strong", "header", bold=True))]
        return left, []


_KEPT: tuple[str, Role] = (
    "What you say of it is kept with your name and the time.",
    "muted",
)
