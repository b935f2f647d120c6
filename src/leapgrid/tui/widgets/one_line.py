"""The keys and the paste of a field of one line, for all widgets that have one."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from leapgrid.tui.grid.editor import EditBuffer

_ERASING = frozenset({"backspace", "delete", "ctrl+u", "ctrl+k"})


class OneLine(Widget, can_focus=True):
    """A widget with one line of text in it; what it draws, and what other keys do, is a subclass's matter.

    Attributes:
        buffer: the text, its caret and selection; the text is exactly what was typed.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.buffer = EditBuffer()

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.buffer.text

    def typed(self, changed: bool) -> None:
        """A key or a paste was dealt with.

        Args:
            changed: whether the text may be another one; else only the caret moved.
        """
        raise NotImplementedError  # every field says it to somebody else

    def edit(self, event: events.Key) -> bool:
        """Do what a key does to the line; whether it was one that does something to it."""
        if self.buffer.key(event.key):
            self.typed(event.key in _ERASING)
        elif event.is_printable and event.character:
            self.buffer.insert(event.character)
            self.typed(True)
        else:
            return False
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Text from the terminal's clipboard; line breaks inside it become spaces, one at its end nothing."""
        event.stop()
        text = " ".join(event.text.splitlines())
        if text:
            self.buffer.insert(text)
            self.typed(True)

    def on_focus(self) -> None:
        self.refresh()
