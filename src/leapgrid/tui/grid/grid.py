"""The record grid: draws what is in sight of any number of rows, moves the cursor, opens cells.

It asks its model by index and holds no data. A row's strip is kept until the row's revision, the layout or
the theme changes; a move of the cursor repaints two lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from textual import events, on
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.records import RowId
from leapgrid.tui.grid.columns import GridLayout, Wish, lay_out, offset_to_show, wish_for
from leapgrid.tui.grid.editor import EditBuffer, OpenCell
from leapgrid.tui.grid.editor_overlay import with_editor
from leapgrid.tui.grid.model import GridModel
from leapgrid.tui.grid.navigation import MOVES, destination, thumb
from leapgrid.tui.grid.overlay import note_strip, put
from leapgrid.tui.grid.strips import draw_blank, draw_ghost, draw_row
from leapgrid.tui.text import SIGNS
from leapgrid.tui.theming import palette_of

_CACHED_STRIPS = 2000


class RecordGrid(Widget, can_focus=True):
    """An editable grid over a :class:`GridModel`."""

    DEFAULT_CSS = "RecordGrid { width: 1fr; height: 1fr; }"

    class Moved(Message):
        """The cursor is elsewhere, or the same place means something else."""

    class Editing(Message):
        """A cell was opened, its text changed, or it was closed."""

    class MenuAsked(Message):
        """The key of the menu was pressed."""

    class Refused(Message):
        """Something could not be done; ``reason`` says why and what to do instead."""

        def __init__(self, reason: str) -> None:
            self.reason = reason
            super().__init__()

    class Painted(Message):
        """The records were painted for the first time."""

    class Laid(Message):
        """The columns stand elsewhere: the header has to follow."""

    def __init__(
        self,
        model: GridModel,
        cell_keys: Mapping[str, str],
        fix_key: str = "F8",
        menu_keys: Collection[str] = (),
    ) -> None:
        """
        Args:
            model: the records.
            cell_keys: key -> id of the action of the scope "cell" that it does in an open cell.
            fix_key: the key of the fix, as it is written in messages.
            menu_keys: the keys of the menu.
        """
        super().__init__()
        self.model = model
        self.cell_keys = dict(cell_keys)
        self.fix_key = fix_key
        self.menu_keys = frozenset(menu_keys)
        self.top = 0
        self.row = 0
        self.column = 0
        self.scrolled = 0
        self.open: OpenCell | None = None
        self._painted = False
        self._run_start: int | None = None
        self._stands_on: RowId | None = None
        self._wishes: list[Wish] = []
        self._layout = GridLayout(9, 4, (), 0, 0, 0)
        self._strips: dict[tuple[object, ...], Strip] = {}

    # -- what others may ask ------------------------------------------------------------------------------

    @property
    def layout_now(self) -> GridLayout:
        """Where the columns stand."""
        return self._layout

    @property
    def line_count(self) -> int:
        """How many lines there are: the rows of the view, and the ghost row where there is one."""
        return len(self.model) + (self.model.ghost_number is not None)

    @property
    def row_id(self) -> RowId | None:
        """The row under the cursor; None on the ghost row or where there is none."""
        return self.model.row_id(self.row) if self.row < len(self.model) else None

    # -- changes from outside -----------------------------------------------------------------------------

    def records_changed(self, rows: frozenset[RowId] | None = None) -> None:
        """Draw again what changed.

        Args:
            rows: the rows that look different; None where rows came, went or moved, or all of them changed.
        """
        if rows is None:
            if self.open is not None and not self._shows(self.open.row_id):
                self.keep()  # its row is not in the view any more: the text is kept, the cell is not drawn
            # The cursor stays on its record where the view still has it, else at its line.
            index = None if self._stands_on is None else self.model.index_of(self._stands_on)
            self.row = max(0, min(self.row if index is None else index, self.line_count - 1))
            self._stands_on = self.row_id
            self._reveal()
            if self.size.width:
                self._relay()
            self.refresh()
        else:
            for y in range(self.size.height):
                index = self.top + y
                if index < len(self.model) and self.model.row_id(index) in rows:
                    self._refresh_line(index)
        self.post_message(self.Moved())

    def show_model(self, model: GridModel) -> None:
        """Show other records in the place of these; cursor and scroll stay as far as they can."""
        self.model = model
        self._wishes = []
        self._strips.clear()
        self.row = max(0, min(self.row, self.line_count - 1))
        self.column = max(0, min(self.column, len(model.columns) - 1))
        self._stands_on = self.row_id
        self._reveal()
        if self.size.width:
            self._relay()
        self.refresh()
        self.post_message(self.Moved())

    def stand_as(self, other: RecordGrid) -> None:
        """Begin with cursor and scroll where another grid has them."""
        self.row, self.column, self.top, self.scrolled = other.row, other.column, other.top, other.scrolled

    def keeps(self, event: events.Key) -> bool:
        """Whether a key ends here: it is text for the open cell, or moves the cursor."""
        if self.open is not None:
            return event.is_printable and event.key not in self.cell_keys
        return event.key in MOVES and event.key not in self.menu_keys

    def _shows(self, row_id: RowId | None) -> bool:
        if row_id is None:
            return self.model.ghost_number is not None
        return self.model.index_of(row_id) is not None

    def _make_room(self, column: int) -> None:
        """Let a column grow with what was typed into it; it never shrinks under a person's hands."""
        if column < len(self._wishes):
            old = self._wishes[column]
            new = wish_for(self.model.columns[column], self.model.widths(column))
            grown = Wish(max(old.usual, new.usual), max(old.longest, new.longest))
            if grown != old:
                self._wishes[column] = grown
                self._relay()
                self.refresh()

    def measure(self) -> None:
        """Choose the widths of the columns from what stands in them now."""
        self._wishes = [wish_for(c, self.model.widths(i)) for i, c in enumerate(self.model.columns)]
        self._relay()
        self.refresh()

    def go_to(self, row_id: RowId, column: int | None = None) -> bool:
        """Move the cursor to a row; False where the view does not show it."""
        index = self.model.index_of(row_id)
        if index is None:
            return False
        self._go(index, self.column if column is None else column)
        return True

    def go_to_index(self, index: int) -> None:
        """Move the cursor to a line of the view."""
        self._go(index, self.column)

    # -- drawing ------------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self, event: events.Resize) -> None:
        self._stands_on = self.row_id
        self._relay()
        self._reveal()
        self.refresh()  # lines may have been drawn for the new size before the columns were laid out for it

    def on_focus(self) -> None:
        self._refresh_line(self.row)

    on_blur = on_focus

    def _relay(self) -> None:
        if not self._wishes or len(self._wishes) != len(self.model.columns):
            self._wishes = [wish_for(c, self.model.widths(i)) for i, c in enumerate(self.model.columns)]
        width = self.size.width
        rows = self.model.highest_number
        self.scrolled = offset_to_show(
            self.model.columns, self._wishes, width, rows, self.scrolled, self.column
        )
        layout = lay_out(self.model.columns, self._wishes, width, rows, self.scrolled)
        if layout != self._layout:
            self._layout = layout
            self._strips.clear()
        self.post_message(self.Laid())

    def render_line(self, y: int) -> Strip:
        if not self._painted:
            self._painted = True
            self.post_message(self.Painted())
        palette = palette_of(self)
        index = self.top + y
        strip = self._line(index)
        if self.open is not None:
            strip = with_editor(
                strip, self.open, self._layout, index - self.row, self._has_line_below, self.fix_key, palette
            )
        bar = thumb(self.size.height, self.line_count, self.top)
        if bar is not None and bar.start <= y < bar.stop:
            ground = "row" if index == self.row else "ground"
            strip = put(strip, self.size.width - 1, Strip.blank(1, palette.style("rule", ground)))
            strip = put(
                strip, self.size.width - 1, note_strip([(SIGNS("▐"), "rule", False)], ground, 1, palette)
            )
        return strip

    def _line(self, index: int) -> Strip:
        palette = palette_of(self)
        here = index == self.row
        cursor = self.column if here else None
        keys = self.has_focus
        if index < len(self.model):
            row_id = self.model.row_id(index)
            key = (row_id, self.model.revision(row_id), cursor, keys and here, palette.name, SIGNS.ascii)
            strip = self._strips.get(key)
            if strip is None:
                if len(self._strips) >= _CACHED_STRIPS:
                    self._strips.clear()
                look = self.model.look(row_id)
                strip = draw_row(look, self._layout, palette, cursor=cursor, has_keys=keys)
                self._strips[key] = strip
            return strip
        ghost = self.model.ghost_number
        if ghost is not None and index == len(self.model):
            return draw_ghost(ghost, self._layout, palette, cursor=cursor, has_keys=keys)
        return draw_blank(self._layout, palette)

    @property
    def _has_line_below(self) -> bool:
        return self.row - self.top + 1 < self.size.height

    def _refresh_line(self, index: int) -> None:
        y = index - self.top
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _refresh_around(self) -> None:
        y = self.row - self.top
        reach = 12  # an open cell's note and list of choices lie on the lines around it
        first = max(0, y - reach)
        self.refresh(Region(0, first, self.size.width, min(self.size.height, y + reach + 1) - first))

    # -- moving -------------------------------------------------------------------------------------------

    def move(self, how: str) -> None:
        """Move the cursor: one of the values of ``MOVES``."""
        if how == "next" and self._run_start is None:
            self._run_start = self.column
        elif how not in ("next", "previous"):
            self._run_start = None
        page = max(1, self.size.height - 1)
        self._go(*destination(self.model, self.row, self.column, how, self.line_count, page))

    def _go(self, row: int, column: int) -> None:
        row = max(0, min(row, self.line_count - 1))
        column = max(0, min(column, len(self.model.columns) - 1))
        old = self.row
        top, scrolled = self.top, self.scrolled
        self.row, self.column = row, column
        self._stands_on = self.row_id
        self._reveal()
        if self._layout.span_of(column) is None or self.scrolled != scrolled:
            self._relay()
        if (self.top, self.scrolled) != (top, scrolled):
            self.refresh()
        else:
            self._refresh_line(old)
            self._refresh_line(row)
        self.post_message(self.Laid())
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        height = max(1, self.size.height)
        self.top = max(0, min(self.top, self.line_count - 1))
        if self.row < self.top:
            self.top = self.row
        elif self.row >= self.top + height:
            self.top = self.row - height + 1
        # A shorter view than before leaves no empty lines while there are rows above.
        self.top = max(0, min(self.top, max(0, self.line_count - height)))

    # -- editing ------------------------------------------------------------------------------------------

    def edit(self, text: str | None = None) -> None:
        """Open the cell under the cursor.

        Args:
            text: what was typed to open it, which replaces the cell's text; None keeps the text.
        """
        row_id = self.row_id
        if row_id is not None and (reason := self.model.locked(row_id)):
            self.post_message(self.Refused(reason))
            return
        old = self.model.text(row_id, self.column) if row_id is not None else ""
        start = old if text is None else text
        buffer = EditBuffer(start, len(start), len(start))
        self.open = OpenCell(row_id, self.column, buffer, old, replacing=text is not None)
        self._typed()

    def restore(self) -> None:
        """Close the cell with its old text."""
        self.open = None
        self._refresh_around()
        self.post_message(self.Editing())

    def keep(self, then: str = "") -> None:
        """Close the cell and keep its text; then move.

        Args:
            then: "enter" for down (after a run of Tabs to where the run began), "next", or another move.
        """
        cell = self.open
        if cell is None:
            return
        taken = cell.choices.taken()
        text = cell.buffer.text if taken is None else taken
        self.open = None
        self._refresh_around()
        if text != cell.old:
            self.model.commit(cell.row_id, cell.column, text)
            self._make_room(cell.column)
        self.post_message(self.Editing())
        if then == "enter":
            column = self.column if self._run_start is None else self._run_start
            self._run_start = None
            self._go(self.row + 1, column)
        elif then:
            self.move(then)

    def take_fix(self) -> None:
        """Put the fix of the open cell's issue into it."""
        cell = self.open
        if cell is None or cell.check.fix is None:
            return
        fixed = cell.check.fix
        cell.buffer.text = fixed
        cell.buffer.caret = cell.buffer.anchor = len(fixed)
        self._typed()

    def _typed(self) -> None:
        cell = self.open
        if cell is None:
            return
        cell.check = self.model.check(cell.row_id, cell.column, cell.buffer.text)
        cell.choices.narrow(self.model.choices(cell.column), cell.buffer.text, fresh=cell.replacing)
        self._refresh_around()
        self.post_message(self.Editing())

    async def _on_key(self, event: events.Key) -> None:
        if self._key(event):
            event.stop()
            event.prevent_default()

    def _key(self, event: events.Key) -> bool:
        if self.open is not None:
            return self._key_in_cell(event, self.open)
        if event.key in self.menu_keys:
            self.post_message(self.MenuAsked())
            return True
        if event.key in MOVES:
            self.move(MOVES[event.key])
            return True
        if event.is_printable and event.character:
            self.edit(event.character)
            return True
        return False

    def _key_in_cell(self, event: events.Key, cell: OpenCell) -> bool:
        if event.key in ("up", "down") and cell.choices.shown:
            cell.choices.step(1 if event.key == "down" else -1)
            self._refresh_around()
        elif self.act(self.cell_keys.get(event.key, "")):
            pass
        elif event.key == "shift+tab":
            self.keep("previous")
        elif event.key in ("up", "down", "pageup", "pagedown"):
            self.keep(MOVES[event.key])
        elif cell.replacing and event.key in ("left", "right"):
            self.keep(event.key)
        elif event.key == "f2":
            cell.replacing = False
        elif cell.buffer.key(event.key):
            self._typed()
        elif event.is_printable and event.character:
            cell.buffer.insert(event.character)
            self._typed()
        elif event.key.startswith("ctrl+"):
            return event.key not in ("ctrl+q", "ctrl+c", "ctrl+p")
        else:
            # Function keys act on the screen once the text is kept; only help leaves the cell open.
            if event.key[:1] == "f" and event.key[1:].isdigit() and event.key != "f1":
                self.keep()
            return False
        return True

    def act(self, action_id: str) -> bool:
        """Do an action of the scope "cell" to the open cell; False where there is none, or no such action."""
        if self.open is None:
            return False
        match action_id:
            case "keep_down":
                self.keep("enter")
            case "keep_right":
                self.keep("next")
            case "restore":
                self.restore()
            case "fix_text":
                self.take_fix()
            case _:
                return False
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Text from the terminal's clipboard goes into the cell; one line break at its end is dropped."""
        event.stop()
        text = event.text.removesuffix("\n").removesuffix("\r")
        if not text:
            return
        if self.open is None:
            self.edit("")
        if self.open is not None:
            self.open.buffer.insert(text)
            self._typed()

    # -- mouse --------------------------------------------------------------------------------------------

    @on(events.MouseScrollDown)
    @on(events.MouseScrollUp)
    def _wheel(self, event: events.MouseScrollDown | events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(3 if isinstance(event, events.MouseScrollDown) else -3)

    def _scroll(self, lines: int) -> None:
        top = max(0, min(self.top + lines, max(0, self.line_count - self.size.height)))
        if top == self.top:
            return
        if self.open is not None:
            self.keep()
        self.top = top
        self.row = max(top, min(self.row, top + max(1, self.size.height) - 1))
        self._stands_on = self.row_id
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y
        if index >= self.line_count:
            return
        if self.open is not None:
            if index == self.row and self._layout.column_at(event.x) == self.open.column:
                return
            self.keep()
        column = self._layout.column_at(event.x)
        self._run_start = None
        self._go(index, self.column if column is None else column)
        if event.chain == 2 and column is not None:
            self.edit()
