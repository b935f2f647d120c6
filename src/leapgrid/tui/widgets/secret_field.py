"""A field for a key: it shows how long the text is, and hands it out only when it is asked for it."""

from __future__ import annotations

from textual.strip import Strip

from leapgrid.superleap import SecretToken
from leapgrid.tui.grid.editor import FINE, EditBuffer, draw_editor
from leapgrid.tui.text import strip_of
from leapgrid.tui.theming import palette_of
from leapgrid.tui.widgets.fields import TextField

_STAR = "*"
_MOST = 200


class SecretField(TextField):
    """As a text field, but nothing that it draws or says holds what was typed."""

    @property
    def text(self) -> str:
        """Stars, as many as there are characters: messages carry it."""
        return _STAR * len(self.buffer.text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but space was typed."""
        return not self.buffer.text.strip()

    def take(self) -> SecretToken:
        """The key; the field is empty after that.

        Raises:
            BadToken: it is empty, or cannot be sent in a header.
        """
        try:
            return SecretToken(self.buffer.text)
        finally:
            self.clear()

    def render_line(self, y: int) -> Strip:
        palette, width = palette_of(self), self.size.width
        stars = self.text[:_MOST]
        if self.has_focus:
            buffer = self.buffer
            shown = EditBuffer(stars, min(buffer.caret, _MOST), min(buffer.anchor, _MOST))
            return draw_editor(shown, FINE, width, palette)
        bar = palette.style("text", "bar")
        style = bar if stars else palette.style("muted", "bar")
        return strip_of([(" ", bar), (stars or self.placeholder, style)], width, bar)
