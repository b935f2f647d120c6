"""What the workspace needs of the place where it lies: a file of SQLite, or a database of PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from leapgrid.records.frame import Frame


class Owning(Protocol):
    """Who is alive, and who has what; see :class:`leapgrid.workspace.owners.Owners`."""

    @property
    def me(self) -> str:
        """The name under which this opening of the workspace sends: held when this returns.

        Raises:
            OSError: if it cannot be held, for a reason of the file system.
            WorkspaceError: if it cannot be held, for a reason of the database.
        """

    def is_alive(self, owner: str) -> bool:
        """Whether the opening of this name is still there (or it is this one)."""

    def hold(self, thing: str, *, shared: bool = False) -> bool:
        """Hold something until :meth:`let_go` or :meth:`release`. Holding it twice is fine.

        Args:
            thing: a name of letters and digits.
            shared: with all others who hold it so; only who wants it alone is kept off.

        Returns:
            Whether it is held; False while another opening has it.
        """

    def holds(self, thing: str) -> bool:
        """Whether :meth:`hold` has it for this opening already."""

    def let_go(self, thing: str, *, is_gone: bool = False) -> None:
        """Give up one thing that is held; ``is_gone``: there is no such thing any more."""

    def release(self) -> None:
        """Give up all that is held; what is unfinished under our name counts as cut off from now on."""


class FrameStore(Protocol):
    """Base frames, each named by the hash of its bytes; see :class:`leapgrid.workspace.frames.Frames`."""

    def put(self, frame: Frame) -> str:
        """Store a frame for good; storing the same content twice keeps one. Returns its name."""

    def get(self, digest: str) -> Frame:
        """Read a frame back, exactly as it was stored."""

    def drop(self, digest: str) -> None:
        """Delete a frame that no draft uses any more."""


class Backend(Protocol):
    """An open place of a workspace. Safe to use from several threads."""

    @property
    def path(self) -> Path | None:
        """The file; None where the workspace is no file."""

    @property
    def where(self) -> str:
        """The place, safe to show: without a password."""

    @property
    def is_shared(self) -> bool:
        """Whether several people may work in one draft here at the same time."""

    @property
    def read_only(self) -> str:
        """Why nothing will ever be written through this opening, in a sentence; "" where it can be."""

    @property
    def why_not_send(self) -> str:
        """Why nothing may be sent from here, in a sentence; "" where it may be."""

    @property
    def warning(self) -> str:
        """What a person should know of the place, in a sentence; "" where there is nothing to know."""

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads, and sees one state all along.

        Raises:
            WorkspaceError: if the database fails.
        """

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that writes: all of it is durable at the end, or none of it.

        Writers of one workspace follow each other, so what one of them reads stays true until its end.

        Raises:
            NotUnique: if a uniqueness that the tables hold would break.
            WorkspaceError: if the database fails; nothing was changed then.
        """

    def note(self, kind: str, **facts: object) -> None:
        """Have something noted beside the place once the transaction that writes is over, where that is done;
        see :mod:`leapgrid.workspace.trail`.
        """

    def owners(self) -> Owning:
        """Who is alive; a new one each time."""

    def frames(self) -> FrameStore:
        """The base frames."""

    def close(self) -> None:
        """Close it. Closing twice is fine."""
