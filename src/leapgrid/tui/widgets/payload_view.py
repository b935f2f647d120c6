"""The payload panel: exactly what would be sent, what the server made of it, and the story of the cell."""

from __future__ import annotations

from textual import events
from textual.strip import Strip

from leapgrid.tui.payload import FORMS, Line, PayloadState, record_lines, sentence_lines, text_lines
from leapgrid.tui.text import SIGNS, Part, fit, strip_of, two_sides
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.painted import Painted

_TIME = 7
"""Cells for the time of a line of the story."""


class PayloadView(Painted):
    """The contents of the panel, without its title."""

    DEFAULT_CSS = """
    PayloadView { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="payload")
        self.state = PayloadState()

    def show(self, state: PayloadState) -> None:
        """Show something else."""
        if state != self.state:
            if (state.form, state.row) != (self.state.form, self.state.row):
                self.first_line = 0
            self.state = state
            self.repaint()

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        state = self.state
        inner = max(8, width - 3)
        lines = [self._line("", (), width, palette)]
        if state.form == "JSON" and state.record is not None:
            for sign, line in record_lines(state.record, state.marks, inner):
                lines.append(self._line(sign, line, width, palette))
        else:
            lines += [self._line("", line, width, palette) for line in text_lines(state.text, inner)]
        if state.form != "JSON":
            return lines
        if state.note:
            lines.append(self._line("", (), width, palette))
            lines += [
                self._line("", line, width, palette) for line in sentence_lines(state.note, inner, "muted")
            ]
        if state.server is not None:
            time, ours, theirs = state.server
            lines += self._heading("Server", time, width, palette)
            lines += [self._line("", line, width, palette) for line in sentence_lines(ours, inner, "text")]
            if theirs:
                role: Role = "error" if state.marks else "text"
                lines += [
                    self._line("", line, width, palette) for line in sentence_lines(theirs, inner, role)
                ]
        if len(state.story) > 1:
            lines += self._heading("Story", "", width, palette)
            for happened in state.story:
                parts = sentence_lines(happened.text, max(8, inner - _TIME), happened.role)
                if not happened.time:
                    lines += [self._line("", part, width, palette) for part in parts]
                    continue
                for at, part in enumerate(parts):
                    when = happened.time if not at else ""
                    told: Line = ((fit(when, _TIME), "muted", False), *part)
                    lines.append(self._line("", told, width, palette))
        return lines

    def _heading(self, text: str, right: str, width: int, palette: Palette) -> list[Strip]:
        blank = self._line("", (), width, palette)
        left: list[Part] = [("  ", palette.style("text", "panel"))]
        left.append((text, palette.style("strong", "panel", bold=True)))
        end: list[Part] = [(f"{right} ", palette.style("muted", "panel"))] if right else []
        return [blank, blank, two_sides(left, end, width, palette.style("text", "panel"))]

    def _line(self, sign: str, line: Line, width: int, palette: Palette) -> Strip:
        ground = palette.style("text", "panel")
        margin: Part = ("  ", ground)
        if sign:
            margin = (
                SIGNS(sign) + " ",
                palette.style("error" if sign != "~" else "warning", "panel", bold=True),
            )
        parts: list[Part] = [margin]
        for text, tone, underline in line:
            parts.append((text, palette.style(tone, "panel", underline=underline)))
        return strip_of(parts, width, ground)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-3)


def payload_title(state: PayloadState, palette: Palette) -> tuple[list[Part], list[Part]]:
    """The two ends of the panel's title: what it is, and the three forms with the chosen one underlined."""
    ground = palette.style("muted", "header")
    left: list[Part] = [
        ("  ", ground),
        ("Payload", palette.style("strong", "header", bold=True)),
        (f"  {state.row}", ground),
    ]
    right: list[Part] = []
    for form in FORMS:
        chosen = form == state.form
        style = palette.style("accent", "header", bold=True, underline=True) if chosen else ground
        right += [(form, style), (" ", ground)]
    return left, right
