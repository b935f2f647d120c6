"""What the app begins with: what to show first, in which theme, with which keys."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leapgrid.drafting import WorkingDraft
from leapgrid.tui.desk import Desk
from leapgrid.tui.theming import DEFAULT_THEME, Palette

if TYPE_CHECKING:
    from leapgrid.drafting.opening import Opening
    from leapgrid.workspace.rescue import Findings


@dataclass
class Launch:
    """The first thing a person sees.

    Attributes:
        kind: the start screen, a file, the sample leads, the draft that was worked on last, or what can be
            saved of a damaged workspace.
        file: for the kind "file".
        draft_id: for the kind "draft".
        findings: for the kind "rescue".
        problems: sentences about files of the person's own that could not be used (theme, keys, settings).
    """

    palettes: MutableMapping[str, Palette]
    kind: Literal["start", "file", "samples", "draft", "rescue"] = "start"
    file: Path | None = None
    draft_id: str = ""
    theme: str = DEFAULT_THEME
    keymap: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    findings: Findings | None = None

    def opening(self, desk: Desk) -> Opening:
        """What opens the file."""
        assert self.file is not None
        return desk.opening(self.file)

    def make(self, desk: Desk) -> Callable[[], WorkingDraft]:
        """What makes the first draft, where it is not that of a file."""
        if self.kind == "samples":
            return desk.open_samples
        if self.kind == "draft":
            return lambda: desk.open_stored(self.draft_id)
        return desk.new_draft
