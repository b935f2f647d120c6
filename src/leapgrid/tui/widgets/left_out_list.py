"""The rows that are not sent, each with why; the cursor stands on one of them."""

from __future__ import annotations

from textual.strip import Strip

from leapgrid.records import RowId, RowState
from leapgrid.submit import LeftOut, Plan
from leapgrid.tui.review import ATTENTION, REASONS
from leapgrid.tui.session import Session
from leapgrid.tui.text import SIGNS, Part, fit, strip_of
from leapgrid.tui.theming import Palette, Role
from leapgrid.tui.widgets.long_list import LongList
from leapgrid.visible import visible

_OF_THE_SERVER = (RowState.CREATED, RowState.ALREADY_THERE, RowState.UNKNOWN, RowState.READY)


class LeftOutList(LongList):
    """By reason, first what a person can do something about."""

    GROUND: Role = "ground"

    def __init__(self, session: Session, plan: Plan) -> None:
        super().__init__()
        self.session = session
        self.reasons = [reason for reason in ATTENTION if reason in plan.left_out]
        self.rows: list[tuple[RowId, int]] = []
        for at, reason in enumerate(self.reasons):
            self.rows += [(row, at) for row in plan.left_out[reason]]
        self.at = 0 if self.rows else -1

    @property
    def row(self) -> RowId | None:
        """The row under the cursor."""
        return self.rows[self.at][0] if 0 <= self.at < len(self.rows) else None

    @property
    def reason(self) -> LeftOut | None:
        """Why it is not sent."""
        return self.reasons[self.rows[self.at][1]] if 0 <= self.at < len(self.rows) else None

    def count(self) -> int:
        return len(self.rows)

    def is_entry(self, line: int) -> bool:
        return 0 <= line < len(self.rows)

    def draw(self, line: int, width: int, palette: Palette, *, here: bool) -> Strip:
        row, at = self.rows[line]
        reason = self.reasons[at]
        draft = self.session.draft
        glyph, role = REASONS[reason]
        words = reason.words
        keys = here and self.has_focus
        ground: Role = "row" if here else "ground"
        position = draft.batch.position(row)
        values = draft.batch.values(row)
        name = visible(values.get("name") or next(iter(values.values()), ""), 60)
        issues = draft.issues.of_row(row)
        outcome = draft.outcome(row)
        why = issues[0].message if issues else ""
        if outcome.state in _OF_THE_SERVER and outcome.evidence and not issues:
            why = outcome.evidence
        if reason in (LeftOut.CREATED, LeftOut.ALREADY_THERE) and outcome.state is RowState.READY:
            glyph, role, words, why = "*", "edited", "sent all the same", ""
        block: Role = "cell" if keys else "select" if here else ground
        tone: Role = "on-cell" if keys else "text"
        muted = palette.style("muted", ground)
        parts: list[Part] = [
            ("  ", muted),
            (SIGNS("▸") if here else " ", palette.style("accent", ground, bold=True)),
            (f"{(position or 0) + 1:,}".rjust(7) + " ", muted),
            (SIGNS(glyph) or " ", palette.style(role, ground, bold=True)),
            (" ", muted),
            (f" {fit(name, 24)} ", palette.style(tone, block, bold=keys)),
            (f" {words}", palette.style("strong", ground)),
            (f"  {SIGNS(visible(why, 200))}", muted),
        ]
        return strip_of(parts, width, palette.style("text", ground))
