"""The values of a column that becomes a field with a list: how often each stands there, what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events, on
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.records.schema import Field, FieldType
from leapgrid.tui.actions import Action, actions_of, bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.mapping import MappingState
from leapgrid.tui.mapping_facts import checked_text, sign_of
from leapgrid.tui.screens.page import Page
from leapgrid.tui.screens.text_page import PageHeading
from leapgrid.tui.text import SIGNS, Part, cut, fit, plural, strip_of
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.listing import Listing
from leapgrid.tui.widgets.painted import Painted
from leapgrid.tui.widgets.picker import Picker, PickOption
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.visible import visible


class ValueLine(NamedTuple):
    """A value of the column.

    Attributes:
        value: as it stands in the file.
        becomes: what is taken instead; the value itself where nothing is.
    """

    value: str
    times: int
    known: bool
    suggestion: str | None
    becomes: str


class ValueList(Listing):
    """The values, the commonest first; the cursor's cell is what Enter changes."""

    DEFAULT_CSS = """
    ValueList { width: 100%; height: 1fr; }
    """
    GROUND = "ground"

    class Acted(Message):
        """A line was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.values: tuple[ValueLine, ...] = ()
        self._strips: dict[tuple[int, bool, bool], Strip] = {}
        self._drawn_for: object = None

    @property
    def entry_count(self) -> int:
        return len(self.values)

    def show(self, values: tuple[ValueLine, ...]) -> None:
        """Show other values."""
        self.values = values
        self._strips.clear()
        self.repaint()

    @property
    def places(self) -> tuple[int, int, int]:
        """Where the cell of what a value becomes begins, its width with padding, and the value's width."""
        width = self.size.width
        longest = max((cell_len(visible(v.value, 40)) for v in self.values[:500]), default=8)
        value = max(8, min(longest, width // 3))
        return 4 + value + 2 + 8 + 3, max(16, min(30, width // 4)), value

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        if (width, palette.name) != self._drawn_for:
            self._drawn_for = (width, palette.name)
            self._strips.clear()
        self.entry_lines = list(range(len(self.values)))
        lines: list[Strip] = []
        places = self.places
        for index, value in enumerate(self.values):
            here = index == self.at
            key = (index, here, here and self.has_focus)
            if key not in self._strips:
                self._strips[key] = self._line(value, width, palette, places, here=here)
            lines.append(self._strips[key])
        return lines

    def _line(
        self, value: ValueLine, width: int, palette: Palette, places: tuple[int, int, int], *, here: bool
    ) -> Strip:
        ground: Role = "row" if here else "ground"
        plain, muted = palette.style("text", ground), palette.style("muted", ground)
        _, room, longest = places
        changed = value.becomes != value.value
        cell: Role = ground if not here else "cell" if self.has_focus else "select"
        tone: Role = "edited" if changed else "muted"
        if here and self.has_focus:
            tone = "on-cell"
        odd = not value.known and not changed
        if odd:
            takes = "A takes the suggestion: " if width >= 100 else "A takes: "
            why = "never seen in this field" if value.suggestion is None else takes
        else:
            why = "" if changed else "known"
        parts: list[Part] = [
            ("  ", plain),
            (SIGNS("▸ ") if here else "  ", palette.style("accent", ground, bold=True)),
            (
                fit(visible(value.value, 80), longest),
                palette.style("strong" if here else "text", ground, bold=here),
            ),
            ("  ", plain),
            (f"{value.times:,}".rjust(8), palette.style("strong" if here else "text", ground)),
            ("   ", plain),
            (
                f" {fit(visible(value.becomes, 60), room - 2)} ",
                palette.style(tone, cell, bold=changed or here),
            ),
            ("  ", plain),
            ("* " if changed else "~ " if odd else "  ", _mark(changed, palette, ground)),
            (why, plain if odd else muted),
        ]
        if odd and value.suggestion is not None:
            parts.append((visible(value.suggestion, 40), palette.style("edited", ground)))
        return strip_of(parts, width, plain)

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        event.stop()
        self.post_message(self.Acted())


def _mark(changed: bool, palette: Palette, ground: Role) -> Style:
    return palette.style("edited" if changed else "warning", ground, bold=True)


class ValueBand(Painted):
    """The heading of the list."""

    DEFAULT_CSS = """
    ValueBand { width: 1fr; height: 1; }
    """
    GROUND = "ground"

    def __init__(self, values: ValueList) -> None:
        super().__init__()
        self.values = values

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        _, room, longest = self.values.places
        plain, strong = palette.style("text"), palette.style("strong", bold=True)
        parts: list[Part] = [
            ("    ", plain),
            (fit("value", longest + 2), strong),
            ("records".rjust(8), strong),
            ("    ", plain),
            (fit("becomes", room - 1), palette.style("accent", bold=True)),
            ("    ", plain),
            ("why", strong),
        ]
        return [strip_of(parts, width, plain)]


class KnownValues(Painted):
    """What it means that a value is known."""

    DEFAULT_CSS = """
    KnownValues { width: 1fr; height: 1; }
    """
    GROUND = "ground"

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        parts: list[Part] = [
            ("  ", palette.style("text")),
            (cut(self.words, width - 4), palette.style("muted")),
        ]
        return [strip_of(parts, width, palette.style("text"))]


def _what_is_known(field: Field) -> str:
    values = field.choices or ("true", "false")
    listed = ", ".join(visible(value, 20) for value in values)
    name = visible(field.name, 30)
    if field.choices_closed or field.type is FieldType.BOOLEAN:
        return f"Known are the values that {name} can have: {listed}."
    return f"Known values of {name}: {listed}. The server may take others."


class ValuesScreen(Page):
    """Says what values become; ends with all that was said: the text in the file -> the text instead."""

    SCOPES = ("app", "values")
    BINDINGS = bindings("values")
    HAS_ISSUE_LINE = True
    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    ValuesScreen { layers: base over; overflow: hidden hidden; }
    ValuesScreen ValueBand { margin-top: 1; }
    """

    def __init__(
        self, desk: Desk, state: MappingState, header: str, name: str, keymap: dict[str, str] | None = None
    ) -> None:
        """
        Args:
            header: the column's.
            name: of the field that it becomes.
        """
        super().__init__(desk, keymap)
        self.state = state
        self.header, self.name_of_field = header, name
        self.field: Field = state.field_named(name)
        self.uses = state.uses_of(header)
        self.matched: dict[str, str] = dict(state.values.get(name, {}))
        words = f"{plural(len(self.uses), 'value')} of {visible(header, 40)}, and what each becomes"
        self.known = KnownValues(_what_is_known(self.field))
        self.heading = PageHeading(f"{visible(name, 40)}", "", words)
        self.list = ValueList()
        self.band = ValueBand(self.list)
        self.picker = Picker()

    def body(self) -> Iterable[Widget]:
        return (self.heading, self.known, self.band, self.list, self.picker)

    def title_state(self) -> TitleState:
        name, label = visible(self.state.raw.name, 40), visible(self.state.schema.label, 30)
        return TitleState(name, label, target=self.desk.target)

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        self.list.focus()

    def _show(self) -> None:
        self.band.repaint()
        self.list.show(
            tuple(
                ValueLine(u.value, u.count, u.known, u.suggestion, self.matched.get(u.value, u.value))
                for u in self.uses
            )
        )
        self._tell()

    @property
    def _line(self) -> ValueLine | None:
        values = self.list.values
        return values[self.list.at] if 0 <= self.list.at < len(values) else None

    def _tell(self) -> None:
        line = self._line
        if line is None:
            return
        shown, times = visible(line.value, 60), plural(line.times, "time")
        if line.becomes != line.value:
            self.say(f"“{shown}”, {times}, becomes “{visible(line.becomes, 60)}”. Del keeps it as it is.")
        elif line.known:
            self.say(f"“{shown}” stands there {times} and is known.", role="muted")
        elif self.field.choices_closed:
            self.say(
                f"“{shown}” is not among the values of this field. Enter chooses one.", sign="!", role="error"
            )
        else:
            said = f"“{shown}” is not known here. The server may take it; Enter chooses another."
            self.say(said, sign="~", role="warning")
        self.show_footer()

    def footer_actions(self) -> list[Action]:
        return actions_of("picking") if self.picker.is_open else super().footer_actions()

    def can(self, action_id: str) -> bool:
        line = self._line
        match action_id:
            case "change_value":
                return line is not None and not self.picker.is_open
            case "keep_value":
                return line is not None and line.becomes != line.value
            case "take_suggestions":
                return bool(self._suggested())
        return True

    def _suggested(self) -> Mapping[str, str]:
        return {
            u.value: u.suggestion
            for u in self.uses
            if u.suggestion is not None and not u.known and u.value not in self.matched
        }

    @on(Listing.Moved)
    def _moved(self) -> None:
        self._tell()

    @on(ValueList.Acted)
    def action_change_value(self) -> None:
        line = self._line
        if line is None:
            return
        known = dict.fromkeys([*self.field.choices, *(u.value for u in self.uses if u.known)])
        if self.field.type is FieldType.BOOLEAN:
            known = dict.fromkeys([*known, "true", "false"])
        options = [PickOption(line.value, line.value, "as it is")]
        options += [
            PickOption(v, v, "suggested" if v == line.suggestion else "") for v in known if v != line.value
        ]
        offered = line.suggestion if line.becomes == line.value and line.suggestion else line.becomes
        at = next((i for i, o in enumerate(options) if o.value == offered), 0)
        own = None if self.field.choices_closed else _own_value
        self.picker.ask(options, at=at, own=own, hint="type to filter")
        self._place()
        self.show_footer()

    def _place(self) -> None:
        if not self.picker.is_open:
            return
        x, room, _ = self.list.places
        y = self.list.region.y + max(0, self.list.at - self.list.first_line)
        self.picker.place(x, y, room, (self.size.width, self.size.height - 2))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._place)

    def action_take_option(self) -> None:
        """Enter, for a click on it in the footer."""
        self.picker.take()

    def action_close_list(self) -> None:
        """Esc, for a click on it in the footer."""
        self.picker.post_message(Picker.Left(self.picker))

    @on(Picker.Taken)
    def _taken(self, event: Picker.Taken) -> None:
        event.stop()
        line = self._line
        self._close_picker()
        if line is not None:
            self._become(line.value, str(event.value))
            self.list.key("down")

    @on(Picker.Left)
    def _left(self, event: Picker.Left) -> None:
        event.stop()
        self._close_picker()
        self._tell()

    @on(Picker.Typed)
    def _typed(self) -> None:
        wrong = checked_text(self.field, self.picker.text, self.state)
        if wrong is not None:
            sign = sign_of(wrong)
            self.say(wrong.message, sign=sign, role="error" if sign == "!" else "warning")

    def _close_picker(self) -> None:
        self.picker.close()
        self.list.focus()
        self.show_footer()

    def _become(self, value: str, text: str) -> None:
        if text == value:
            self.matched.pop(value, None)
        else:
            self.matched[value] = text
        self._show()

    def action_keep_value(self) -> None:
        line = self._line
        if line is not None:
            self._become(line.value, line.value)

    def action_take_suggestions(self) -> None:
        taken = self._suggested()
        self.matched.update(taken)
        self._show()
        self.say(f"{plural(len(taken), 'suggestion')} taken.")

    def action_close_values(self) -> None:
        self.dismiss(dict(self.matched))


def _own_value(typed: str) -> PickOption | None:
    return PickOption(typed, typed, "as you typed it") if typed else None
