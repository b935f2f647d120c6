"""``leapgrid open FILE``: the file is read from the first moment on, while what draws is being loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leapgrid.cli.about_file import said_of
from leapgrid.cli.given import Common, Start
from leapgrid.cli.stored import may_remember, workspace_on_demand
from leapgrid.cli.wiring import Wiring, wire
from leapgrid.drafting.opening import Opening, Wanted

if TYPE_CHECKING:
    from leapgrid.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read for the app.

    Attributes:
        opening: the file.
        wiring: what the app works with.
        workspace: opens the workspace, once.
    """

    opening: Opening
    wiring: Wiring
    workspace: Callable[[], Workspace]


@contextmanager
def reading_begun(start: Start, common: Common, file: str) -> Iterator[Reading]:
    """Begin to read a file, and leave it at the end.

    Raises:
        Ended: the settings cannot be used, or the workspace.
    """
    wiring = wire(start, common)
    with workspace_on_demand() as open_it:
        said = said_of(common)
        wanted = Wanted(file, wiring.schema, said, wiring.context)
        opening = Opening(wanted, open_it, may_remember=may_remember, show_first=True)
        opening.start()
        try:
            yield Reading(opening, wiring, open_it)
        finally:
            opening.cancel()
