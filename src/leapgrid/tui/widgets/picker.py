"""A field with a list under it, laid over a page: what is typed filters the list, or is the answer itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from leapgrid.tui.grid.editor import FINE, EditBuffer, draw_editor
from leapgrid.tui.grid.model import LiveCheck
from leapgrid.tui.text import SIGNS, Part, cut, fit, strip_of
from leapgrid.tui.theming import Palette, Role, palette_of
from leapgrid.tui.widgets.one_line import OneLine
from leapgrid.visible import visible

_MOST_SHOWN = 10
_LEAST_SHOWN = 4
_FEWEST = 2


class PickOption(NamedTuple):
    """Something that can be taken.

    Attributes:
        value: what the screen gets.
        label: what stands in the list, raw.
        words: a few muted words behind it, raw.
        find: more that a filter finds it by.
    """

    value: Any
    label: str
    words: str = ""
    find: str = ""


_NOT = 4


def _fit(option: PickOption, needle: str) -> int:
    """How well an option fits what is typed, 0 best; ``_NOT``: not at all."""
    label = option.label.casefold()
    if label == needle:
        return 0
    if needle in (option.words.casefold(), option.find.casefold()):
        return 1  # a country by its two letters
    if label.startswith(needle):
        return 2
    return 3 if needle in f"{label} {option.words} {option.find}".casefold() else _NOT


class Picker(OneLine):
    """One line to type in, and what it offers below (or above, where there is no room below).

    Attributes:
        options: all that can be taken.
        own: turns what is typed into one more option at the end; None where only the list counts.
        free: what is typed is the answer where nothing is highlighted; the list only helps.
        at: the highlighted option, by its place among those that are shown; None: none.
    """

    DEFAULT_CSS = """
    Picker { layer: over; position: absolute; display: none; width: 40; height: 5; }
    """

    class Event(Message):
        """Something about a picker."""

        def __init__(self, picker: Picker) -> None:
            self.picker = picker
            super().__init__()

    class Typed(Event):
        """The text changed."""

    class Taken(Event):
        """Enter was pressed on something.

        Attributes:
            value: the option's value, or the text where it is the answer itself.
        """

        def __init__(self, picker: Picker, value: Any) -> None:
            super().__init__(picker)
            self.value = value

    class Left(Event):
        """Escape was pressed, or the keys went elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.options: tuple[PickOption, ...] = ()
        self.own: Callable[[str], PickOption | None] | None = None
        self.free = False
        self.at: int | None = None
        self.check: LiveCheck = FINE
        self.hint = ""
        self.is_open = False
        self._first = 0
        self._above = False
        self._edit = 16
        self._height = 1
        self._rows = 0

    # -- opening and closing ------------------------------------------------------------------------------

    def ask(
        self,
        options: Sequence[PickOption],
        *,
        text: str = "",
        at: int | None = None,
        own: Callable[[str], PickOption | None] | None = None,
        free: bool = False,
        hint: str = "",
    ) -> None:
        """Open with these options.

        Args:
            text: what stands in the field, all of it selected.
            at: the option that is highlighted first.
            hint: muted words beside the field.
        """
        self.options, self.own, self.free, self.hint = tuple(options), own, free, hint
        self.buffer = EditBuffer(text, len(text), 0)
        self.check = FINE
        self._typed_once = False
        self.at = at
        self._first = 0
        self.is_open = True
        self.display = True
        self.focus()
        self.refresh()

    _typed_once = False

    def close(self) -> None:
        """Close; says nothing to anybody."""
        self.is_open = False
        self.display = False

    def place(self, x: int, y: int, edit: int, screen: tuple[int, int]) -> None:
        """Lie over a cell of the screen.

        Args:
            x, y: the cell's place.
            edit: how wide the field is.
            screen: the cells that there are, without what must stay in sight below.
        """
        width, height = screen
        longest = max((cell_len(visible(o.label, 40)) for o in self.options), default=0)
        words = max((cell_len(visible(o.words, 60)) for o in self.options), default=0)
        wanted = max(edit + cell_len(self.hint) + 4, longest + words + 6, 24)
        room = max(24, width - x)
        below, above = height - y - 1, y
        most = min(_MOST_SHOWN, max(_FEWEST if self.options or self.own else 0, len(self.options)))
        self._above = below < min(most, _LEAST_SHOWN) and above > below
        shown = max(0, min(most, above if self._above else below))
        self._edit = min(edit, room)
        self._rows = shown
        x = max(0, min(x, width - 24))
        self.styles.width = min(wanted, width - x)
        self.styles.offset = (x, y - shown if self._above else y)
        self._reveal()
        self._take_height()

    def _take_height(self) -> None:
        """Be no higher than what there is to offer; the field stays where it is."""
        fits = self._rows if self._above else max(1 if self.options else 0, min(self._rows, len(self.shown)))
        self._height = fits + 1
        self.styles.height = self._height

    def take(self) -> None:
        """As if Enter were pressed."""
        there, value = self.taken
        if there:
            self.post_message(self.Taken(self, value))

    # -- what is offered ----------------------------------------------------------------------------------

    @property
    def shown(self) -> list[PickOption]:
        """The options that fit what is typed: what is called just so, what begins with it, all others."""
        needle = self.text.strip().casefold() if self._typed_once else ""
        if not needle:
            return list(self.options)
        fitting = [(_fit(option, needle), option) for option in self.options]
        found = [option for rank, option in sorted(fitting, key=lambda pair: pair[0]) if rank < _NOT]
        own = self.own(self.text.strip()) if self.own is not None else None
        # What stands in the list already is not offered a second time.
        return [*found, own] if own is not None and all(o.label != own.label for o in found) else found

    @property
    def taken(self) -> tuple[bool, Any]:
        """Whether Enter has something to take, and what."""
        shown = self.shown
        if self.at is not None and 0 <= self.at < len(shown):
            return True, shown[self.at].value
        if self.free:
            return True, self.text
        return (True, shown[0].value) if len(shown) == 1 else (False, None)

    def _step(self, by: int) -> None:
        count = len(self.shown)
        if not count:
            return
        if self.at is None:
            self.at = 0 if by > 0 else count - 1
        elif self.free and not 0 <= self.at + by < count:
            self.at = None
        elif abs(by) == 1:
            self.at = (self.at + by) % count
        else:
            self.at = max(0, min(self.at + by, count - 1))
        self._reveal()
        self.refresh()

    def _reveal(self) -> None:
        rows = max(1, self._rows)
        at = self.at or 0
        self._first = max(0, min(max(self._first, at - rows + 1), at))

    # -- keys ---------------------------------------------------------------------------------------------

    async def _on_key(self, event: events.Key) -> None:
        page = max(1, self._height - 2)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if event.key == "enter" or (event.key == "tab" and self.at is not None):
            self.take()
        elif event.key == "escape":
            self.post_message(self.Left(self))
        elif event.key in steps:
            self._step(steps[event.key])
        elif not self.edit(event) and event.key not in ("tab", "shift+tab"):
            return
        event.stop()
        event.prevent_default()

    def typed(self, changed: bool) -> None:
        if changed:
            self._typed_once = True
            self._first = 0
            # In a list the first that fits is highlighted, and so is seen to be what Enter takes.
            self.at = 0 if not self.free and self.text.strip() and self.shown else None
            self._take_height()
            self.post_message(self.Typed(self))
        self.refresh()

    def on_blur(self) -> None:
        # One question may follow the other: then the keys are here again before they are known to be gone.
        if self.is_open and self.app.focused is not self:
            self.post_message(self.Left(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        line = event.y if self._above else event.y - 1
        index = line + self._first
        if 0 <= line < self._height - 1 and index < len(self.shown):
            self.post_message(self.Taken(self, self.shown[index].value))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._step(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._step(-1)

    # -- drawing ------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self)
        width = self.size.width
        bar = palette.style("muted", "bar")
        rows = self._height - 1
        field_line = rows if self._above else 0
        if y == field_line:
            edit = min(self._edit, width)
            field = draw_editor(self.buffer, self.check, edit, palette)
            hint = strip_of([("  ", bar), (cut(self.hint, width - edit - 2), bar)], width - edit, bar)
            return Strip.join([field, hint])
        line = y if self._above else y - 1
        shown = self.shown
        index = line + self._first
        if index >= len(shown):
            words = "  nothing fits" if not shown and line == 0 and not self.free else ""
            return strip_of([(words, bar)], width, bar)
        return self._option(shown[index], index, width, palette)

    def _option(self, option: PickOption, index: int, width: int, palette: Palette) -> Strip:
        here = index == self.at
        ground: Role = "cell" if here else "bar"
        plain = palette.style("text", ground)
        label = visible(option.label, 60)
        room = max([10, *(cell_len(visible(o.label, 40)) for o in self.options)])
        parts: list[Part] = [
            (SIGNS("▸") if here else " ", palette.style("on-cell" if here else "accent", ground, bold=True)),
            (
                fit(label, min(room, width - 3)) if option.words else cut(label, width - 2),
                palette.style("on-cell" if here else "text", ground, bold=here),
            ),
            ("  ", plain),
            (visible(option.words, 80), palette.style("on-cell" if here else "muted", ground)),
        ]
        return strip_of(parts, width, plain)
