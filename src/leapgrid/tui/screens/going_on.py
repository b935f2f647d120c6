"""Go on with what was cut off: what is looked up first, what never went out, and the one key that goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from leapgrid.records import RowId
from leapgrid.submit import Plan, SubmitOptions
from leapgrid.submit.plan import Chunks
from leapgrid.tui.actions import bindings
from leapgrid.tui.desk import Desk
from leapgrid.tui.messages import GoOn
from leapgrid.tui.review import ReviewState
from leapgrid.tui.screens.review import ReviewScreen
from leapgrid.tui.text import plural
from leapgrid.workspace import WorkspaceError

_NOT_HERE = frozenset({"first_only", "left_out", "on_refusal", "dry_run"})
"""What was chosen when it began holds on."""


class GoingOnScreen(ReviewScreen):
    """Shows what was cut off; Enter says :class:`GoOn`, once."""

    BINDINGS = bindings("review")

    def __init__(self, desk: Desk, keymap: dict[str, str] | None = None) -> None:
        super().__init__(desk, keymap)
        session = desk.session
        opened = session.looks.open if session is not None else ()
        self.going_on = tuple(one for one in opened if not one.running)

    async def _plan(self, options: SubmitOptions) -> Plan:
        session, workspace = self.session, self.desk.workspace
        if session is None:
            return Plan()
        draft = session.draft

        def belong() -> set[RowId]:
            here = [one for one in self.going_on if one.origin == self.desk.base_url] or self.going_on
            return {row.row_id for one in here for row in workspace.submission_rows(one.id)}

        try:
            rows = await asyncio.to_thread(belong)
        except WorkspaceError as problem:
            self.say(str(problem), sign="!", role="error")
            return Plan()
        for one in self.going_on:
            options = replace(options, include_invalid=bool(one.options.get("include_invalid")))
        going = tuple(row for row in (await super()._plan(options)).rows if row in rows)
        refused = [row for row in going if draft.edited_since_answer(row)]
        going = tuple(row for row in going if row not in set(refused))
        size = options.chunk_size
        return Plan(Chunks(going, size, draft.payload, draft.schema.names), ready=len(going))

    def can(self, action_id: str) -> bool:
        return action_id not in _NOT_HERE and super().can(action_id)

    @property
    def send_label(self) -> str:
        state = self.state
        if state is not None and not state.plan.records and state.first:
            return f"Look up {state.first:,}"
        return f"Go on with {plural(state.plan.records if state else 0, 'row')}"

    def start(self, state: ReviewState) -> None:
        ids = tuple(one.id for one in self.going_on)
        self.post_message(GoOn(ids, self.options))
