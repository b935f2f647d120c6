"""The import screen as it looks: its parts, how they share the window, what they show of a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from textual import events
from textual.geometry import Region
from textual.widget import Widget

from leapgrid.files.model import Fact, RawFile
from leapgrid.records.schema import ObjectSchema
from leapgrid.tui.actions import Action, actions_of, binding_id, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.folders import file_size
from leapgrid.tui.mapping import MappingState, TableLine
from leapgrid.tui.mapping_choices import OPTION_OF, choices_for
from leapgrid.tui.mapping_facts import (
    PREVIEWED,
    FactLine,
    PreviewRecord,
    coverage,
    facts,
    issue_of,
    preview,
    unknown_values,
)
from leapgrid.tui.mapping_paint import FACT_VALUE_AT, share_lines
from leapgrid.tui.pages import LineOf
from leapgrid.tui.screens.page import Page
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.tui.text import plural
from leapgrid.tui.theming import palette_of
from leapgrid.tui.widgets.ask_line import AskLine
from leapgrid.tui.widgets.issue_line import IssueState
from leapgrid.tui.widgets.mapping_view import (
    ColumnTable,
    Coverage,
    FactList,
    FirstRecords,
    ImportHeading,
    TableBand,
)
from leapgrid.tui.widgets.picker import Picker
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.visible import visible

_FRAME = 2
"""Title bar and footer."""
_LOW = 20
"""Below so many lines the facts stand side by side."""


class Shown:
    """What is worked out of a state beside the loop: it looks at cells, and the checks are slow to load."""

    def __init__(self, state: MappingState) -> None:
        self.state = state
        self.lines = state.lines
        self.facts: tuple[FactLine, ...] = facts(state)
        self.records: tuple[PreviewRecord, ...] = preview(state, PREVIEWED)
        self.coverage = coverage(state)
        self.odd = {line.header: unknown_values(state, line.field) for line in self.lines if line.field}


def shortened(state: IssueState, width: int) -> IssueState:
    """What is to be said of a line, in so many cells: what follows the first sentence goes first.

    Then goes which line it is, where the cursor stands; the sentence itself is cut last.
    """
    first = f"{state.sentence.partition('. ')[0].removesuffix('.')}."
    room = width - 1 - 2 * bool(state.sign) - (2 + cell_len(state.key[0]) + 1 if state.key else 0)
    for where, sentence in ((state.where, state.sentence), (state.where, first), ("", first)):
        if cell_len(where) + 2 * bool(where) + cell_len(sentence) <= room:
            return state._replace(where=where, sentence=sentence)
    return state


class FilePage(TextPage):
    """A page of text about a file that is not brought in yet."""

    title_now: TitleState | None = None

    def title_state(self) -> TitleState:
        return self.title_now or super().title_state()


class MappingView(Page):
    """The parts of the screen; what keys do is said by :class:`MappingScreen`."""

    SCOPES = ("app", "mapping")
    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    MappingView { layers: base over; overflow: hidden hidden; }
    MappingView ImportHeading { margin-top: 1; }
    MappingView FactList { margin-top: 1; }
    MappingView TableBand { margin-top: 1; }
    MappingView Coverage { margin-top: 1; }
    MappingView FirstRecords { margin-top: 1; }
    """

    def __init__(
        self, desk: Desk, raw: RawFile, schema: ObjectSchema, keymap: dict[str, str] | None = None
    ) -> None:
        super().__init__(desk, keymap)
        self.raw = raw
        self.schema = schema
        self.shown: Shown | None = None
        self.reading = ""
        self._told: IssueState | None = None
        self.choices: dict[Fact, tuple[str | int, ...]] = {}
        self.heading = ImportHeading()
        self.facts = FactList(self._keys())
        self.table = ColumnTable()
        self.band = TableBand(self.table)
        self.coverage = Coverage()
        self.records = FirstRecords()
        self.ask = AskLine()
        self.picker = Picker()

    def _keys(self) -> dict[str, str]:
        shown = {a.id: self.keymap.get(binding_id(a), a.keys) for a in actions_of("mapping")}
        return {action: key_label(keys) for action, keys in shown.items() if keys}

    def body(self) -> Iterable[Widget]:
        return (
            self.heading,
            self.facts,
            self.band,
            self.table,
            self.coverage,
            self.records,
            self.ask,
            self.picker,
        )

    def open_page(self, heading: str, count: int, line: LineOf, words: str, aside: str = "") -> None:
        """Lay a page of text over the screen."""
        page = FilePage(self.desk, self.keymap, heading, count, line, words=words, aside=aside)
        page.title_now = self.title_state()
        self.app.push_screen(page)

    def title_state(self) -> TitleState:
        name, label = visible(self.raw.name, 40), visible(self.schema.label, 30)
        return TitleState(name, label, target=self.desk.target)

    @property
    def state(self) -> MappingState | None:
        """What was said so far; None until the columns were looked at."""
        return self.shown.state if self.shown is not None else None

    # -- showing ------------------------------------------------------------------------------------------

    def show(self, shown: Shown, at: int | None = None) -> None:
        """Show a state, the cursor where it was or on a line."""
        self.shown = shown
        self.raw = shown.state.raw
        for fact in OPTION_OF:
            # In one order as long as the screen is there: pressed again and again, a key comes to them all.
            known = (*self.choices.get(fact, ()), *choices_for(shown.state, fact))
            self.choices[fact] = tuple(dict.fromkeys(known))
        frame = self.raw.frame
        size = file_size(self.raw.size)
        rest = plural(frame.own, "column") + (f", {size}" if size else "")
        self.heading.show(plural(frame.height, "record"), rest)
        self.table.show(shown.lines, at)
        self.band.repaint()
        self.coverage.show(shown.coverage)
        self.records.show(shown.state.fields, shown.records)
        self.fit()
        self.show_title()
        self.show_issue()

    def show_issue(self) -> None:
        """What is to be said of the line under the cursor."""
        shown = self.shown
        if shown is None:
            self.say("Looking at the columns ...", role="muted")
            return
        issue = issue_of(shown.state, self.table.line, shown.records)
        role = {"!": "error", "~": "warning"}.get(issue.sign, "text")
        key = None
        if issue.key is not None and self.can(issue.key[0]):
            key = (self._keys().get(issue.key[0], ""), issue.key[1])
        whole = IssueState(issue.sign, role, issue.where, "", issue.sentence, "", key)
        self._told = shortened(whole, self.size.width)
        self.issue_line.show(self._told)
        self.fit()
        self.show_footer()

    def say(
        self, sentence: str, *, sign: str = "", role: str = "text", so: Callable[[], bool] | None = None
    ) -> None:
        super().say(sentence, sign=sign, role=role, so=so)
        self.fit()

    def fit(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        palette = palette_of(self)
        # A long sentence takes more than a line, from the records that stand above it.
        frame = _FRAME + len(self.issue_line.paint(width, palette)) + self.ask.is_open
        known = self.shown.facts if self.shown is not None else ()
        self.facts.show(known, short=height < _LOW)
        share = share_lines(
            height - frame,
            table=max(1, len(self.table.table)),
            facts=self.facts.lines_needed(width, palette) if known else 0,
            covered=self.coverage.lines_needed(width, palette) if self.shown is not None else 0,
            records=len(self.records.records) + 1 if self.records.fields else 0,
        )
        heights: tuple[tuple[Widget, int, int], ...] = (
            (self.heading, 1, share.air[0]),
            (self.facts, share.facts, share.air[1]),
            (self.band, 1, share.air[2]),
            (self.table, share.table, 0),
            (self.coverage, share.covered, share.air[3]),
        )
        for widget, lines, above in heights:
            widget.display = lines > 0
            widget.styles.height = max(1, lines)
            widget.styles.margin = (above, 0, 0, 0)
        # The records have what is left, be it only to be empty: the issue line stands at the bottom.
        above_records = sum(lines + above for _, lines, above in heights) + share.air[4]
        rest = height - frame - above_records
        self.records.display = rest > 0
        self.records.show_lines(share.records)
        self.records.styles.margin = (share.air[4], 0, 0, 0)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.fit()
        self.call_after_refresh(self.place_picker)
        if self._told is not None and self.issue_line.state == self._told:
            self.show_issue()

    picks = "field"
    """What the picker lies over: the cursor's "field" or "samples", or the value of a fact, by its action."""

    def picked_region(self) -> Region:
        """Where that stands on the screen."""
        fact = next((i for i, f in enumerate(self.facts.facts) if f.action == self.picks), None)
        if fact is not None:
            top = self.facts.region.y + (0 if self.facts.short else fact)
            return Region(FACT_VALUE_AT - 1, top, 24, 1)
        region = self.table.region
        columns = self.table.columns(region.width)
        y = region.y + max(0, self.table.at - self.table.first_line)
        if self.picks == "samples":
            return Region(columns.samples_at - 1, y, columns.samples + 2, 1)
        return Region(columns.field_at, y, columns.field, 1)

    def place_picker(self) -> None:
        """Lay the picker over what it is about."""
        if self.picker.is_open:
            cell = self.picked_region()
            width, height = self.size
            self.picker.place(cell.x, cell.y, cell.width, (width, height - 2))

    def show_table(self, lines: tuple[TableLine, ...], at: int | None = None) -> None:
        """Show other lines than those of the state: with a constant that is only being asked for."""
        self.table.show(lines, at)
        self.fit()

    # -- the footer ---------------------------------------------------------------------------------------

    def footer_actions(self) -> list[Action]:
        if self.picker.is_open or self.ask.is_open:
            return actions_of("picking")
        return actions_of(*self.SCOPES)

    def label_of(self, action: Action) -> str:
        if action.id == "take_option" and self.ask.is_open:
            return "Save"
        if action.id == "import_file" and self.shown is not None:
            return f"Import {self.raw.frame.height:,}"
        if action.id == "preview_records":
            return f"Preview {min(PREVIEWED, self.raw.frame.height):,}"
        return action.label

    def can(self, action_id: str) -> bool:
        if action_id in ("take_option", "close_list"):
            return self.picker.is_open or self.ask.is_open
        if action_id in ("back", "help", "quit"):
            return not (action_id == "back" and self.picker.is_open)
        shown = self.shown
        if shown is None:
            return False
        line, state = self.table.line, shown.state
        match action_id:
            case "import_file":
                return not self.reading
            case "change_field":
                return line is not None
            case "leave_out":
                return line is not None and line.field is not None
            case "join_columns":
                return state.halves is not None
            case "match_values":
                return line is not None and not line.constant and bool(state.uses_of(line.header))
            case "preview_records":
                return bool(shown.records) and bool(state.fields)
            case "encoding" | "delimiter" | "sheet" | "header_line":
                fact: Fact = "header" if action_id == "header_line" else action_id
                return len(self.choices.get(fact, ())) > 1
            case "date_format" | "default_country":
                return any(fact.action == action_id for fact in shown.facts)
            case "save_recipe":
                return bool(state.column_of)
        return True
