"""The workspace is damaged: what happened, what its newest good copy holds, what is lost, and two ways on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.strip import Strip
from textual.widget import Widget

from leapgrid.drafting.rescuing import sentences
from leapgrid.tui.actions import Action, actions_of, bindings, find, key_label
from leapgrid.tui.desk import Desk
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.messages import WorkspaceRescued
from leapgrid.tui.screens.page import Page
from leapgrid.tui.text import SIGNS, Part, strip_of, wrap
from leapgrid.tui.theming import Palette
from leapgrid.tui.widgets.painted import Painted
from leapgrid.tui.widgets.title_bar import TitleState
from leapgrid.visible import visible
from leapgrid.workspace import WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace.rescue import Findings

_BLOCK = 84


class RescueText(Painted, can_focus=True):
    """The sentences, in the middle of the screen."""

    DEFAULT_CSS = """
    RescueText { width: 1fr; height: 1fr; }
    """
    GROUND = "ground"

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = [visible(sentence, 600) for sentence in said]

    def paint(self, width: int, palette: Palette) -> list[Strip]:
        plain, strong = palette.style("text"), palette.style("strong", bold=True)
        block = min(_BLOCK, width - 6)
        margin: Part = (" " * max(2, (width - block) // 2), plain)
        blank = Strip.blank(width, plain)
        lines = [blank] * (1 if self.size.height < 20 else 3)
        sign: Part = (f"{SIGNS('✗')} ", palette.style("error", bold=True))
        heading: list[Part] = [margin, sign, ("The workspace is damaged", strong)]
        lines += [strip_of(heading, width, plain), blank]
        for sentence in self.said:
            style = strong if sentence.startswith("Lost:") else plain
            lines += [strip_of([margin, (line, style)], width, plain) for line in wrap(sentence, block)]
            lines.append(blank)
        return lines


class RescueScreen(Page):
    """What one sees first where the workspace cannot be used as it is."""

    SCOPES = ("app", "rescue")
    BINDINGS = bindings("rescue")
    HAS_ISSUE_LINE = True

    def __init__(self, desk: Desk, findings: Findings, keymap: dict[str, str] | None = None) -> None:
        """
        Args:
            findings: what is known of the damaged workspace.
        """
        super().__init__(desk, keymap)
        self.findings = findings
        self.words = RescueText(sentences(findings))
        self._asked = self._busy = False

    def body(self) -> Iterable[Widget]:
        return (self.words,)

    def on_mount(self) -> None:
        super().on_mount()
        self.words.focus()
        self.say("Nothing was changed yet.", role="muted")

    def title_state(self) -> TitleState:
        return TitleState(target=self.desk.target)

    def can(self, action_id: str) -> bool:
        if action_id == "take_copy":
            return self.findings.copy is not None and not self._busy
        return action_id != "begin_anew" or not self._busy

    def footer_actions(self) -> list[Action]:
        actions = actions_of(*self.SCOPES)
        if self.findings.copy is None:
            return [a._replace(main=True) if a.id == "begin_anew" else a for a in actions]
        return actions

    def action_take_copy(self) -> None:
        """Go on with the newest good copy."""
        from leapgrid.workspace.rescue import take_copy

        self._do(lambda: take_copy(self.findings), "The copy took the place of the damaged workspace")

    def action_begin_anew(self) -> None:
        """Begin with an empty workspace, if that is said twice."""
        from leapgrid.workspace.rescue import begin_anew

        if not self._asked:
            self._asked = True
            key = key_label(keys_in_use(find("begin_anew", "rescue"), self.keymap))
            self.say(f"Press {key} again to begin with an empty workspace.", sign="~", role="warning")
            return
        self._do(lambda: begin_anew(self.findings.path), "This is an empty workspace")

    @work(group="rescue", exit_on_error=False)
    async def _do(self, act: Callable[[], Path], done: str) -> None:
        self._busy = True
        self.show_footer()
        try:
            aside = await asyncio.to_thread(act)
        except WorkspaceError as problem:
            self._busy = self._asked = False
            self.say(str(problem), sign="!", role="error")
            self.show_footer()
            return
        self.post_message(WorkspaceRescued(f"{done}, which is {visible(str(aside), 200)} now."))
