"""A file on its way into a draft: read in a thread of its own, its first records there at once.

Nobody waits for it: it is asked whether it is done. It keeps nothing; where and when a draft is stored is a
matter of who takes it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.drafting.working import WorkingDraft
from leapgrid.files import ImportMapping
from leapgrid.records import CheckContext, ObjectSchema

if TYPE_CHECKING:
    from leapgrid.files import FileRead, Proposal, RawFile, ReadOptions
    from leapgrid.workspace import Workspace

SMALL = 256 * 1024
"""Bytes up to which a file is simply read: its beginning is not shown first."""

HEAD = 128 * 1024
"""Bytes that are shown at once of a larger file."""

_TURN, _USUAL_TURN = 0.0005, 0.005
"""Seconds that a thread may run before another one gets Python: while a file is read, and usually."""

_FOR_THE_SCREEN = 1.0
"""The most seconds that the reading waits for the beginning to be shown."""

_TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
_NOTHING = ImportMapping()
_NO_HEAD = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


class Remembered(NamedTuple):
    """What was said of a file with the same headers earlier, and when."""

    mapping: ImportMapping
    at: datetime | float


class Opened(NamedTuple):
    """A draft made of a file; it is in no workspace yet.

    Attributes:
        draft: the records, not checked yet.
        raw: what was read.
        said: what was said about it in the end.
        remembered: what was remembered and applied, or None.
        given: what a person did say of it, from which with ``earlier`` and the file itself all of ``said``
            follows: what the import screen begins with when it is opened again.
        earlier: what was remembered, as far as it counted then.
    """

    draft: WorkingDraft
    raw: RawFile
    said: ImportMapping
    remembered: Remembered | None = None
    given: ImportMapping = _NOTHING
    earlier: Remembered | None = None


class Unmapped(NamedTuple):
    """A file that was read, of which a person has to say what its columns are.

    Attributes:
        raw: what was read.
        remembered: what was said of such a file earlier, or None.
    """

    raw: RawFile
    remembered: Remembered | None


@dataclass(frozen=True)
class Wanted:
    """What to open, and how.

    Attributes:
        path: of the file, "-" for standard input.
        schema: the object.
        said: what was said about the file.
        context: what values without country, zone or order of day and month mean.
        ask: have a person say what the columns are, also where that is known.
        name: of the draft; the file's name if "".
    """

    path: str
    schema: ObjectSchema
    said: ImportMapping
    context: CheckContext
    ask: bool = False
    name: str = ""


class Opening:
    """One file being opened.

    Attributes:
        wanted: what, and how.
        size: bytes, 0 where that is not known.
        head: becomes the file's first records as a draft to look at, or None where there is nothing to show;
            it never fails.
        result: becomes the draft or the question what the columns are; fails with ``UnreadableFile``,
            ``ReadingCancelled``, or with what is a defect.
    """

    def __init__(
        self,
        wanted: Wanted,
        workspace: Callable[[], Workspace] | None = None,
        *,
        may_remember: Callable[[str, Sequence[str]], bool] | None = None,
        show_first: bool = False,
    ) -> None:
        """
        Args:
            workspace: opens what remembers mappings; called in the thread. None: nothing is remembered.
            may_remember: tells in no time whether it is worth opening, from the object and the headers.
            show_first: wait a moment with the whole file until its beginning is on the screen; see
                :meth:`go_on`.
        """
        self.wanted = wanted
        self.size = 0
        self.head: Future[WorkingDraft | None] = Future()
        self.result: Future[Opened | Unmapped] = Future()
        self._workspace = workspace
        self._may_remember = may_remember
        self._show_first = show_first
        self._progress = (0, 0)
        self._cancelled = threading.Event()
        self._shown = threading.Event()
        self._thread: threading.Thread | None = None
        for future in (self.head, self.result):
            future.set_running_or_notify_cancel()  # who waits and gives up does not cancel it: cancel() does

    def start(self) -> Opening:
        """Begin, once; gives itself."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="leapgrid-open", daemon=True)
            self._thread.start()
        return self

    def go_on(self) -> None:
        """Read the rest: the beginning is on the screen, which what the reader loads would have delayed."""
        self._shown.set()

    def _open_it(self) -> None:
        if self._workspace is not None:
            with suppress(Exception):  # whoever needs it next is told
                self._workspace()

    def cancel(self) -> None:
        """Leave it; the thread ends when the reader looks up."""
        self._cancelled.set()

    def failure(self, seconds: float = 0) -> BaseException | None:
        """What is wrong with the file, where that is known already; else None.

        Its first look at the file is waited for in any case: after it ``is_small`` is known.

        Args:
            seconds: how long to wait for a small file, which is read in no time.
        """
        self.head.result()
        try:
            return self.result.exception(seconds if self.is_small else 0)
        except TimeoutError:
            return None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was left."""
        return self._cancelled.is_set()

    @property
    def is_small(self) -> bool:
        """Whether it is read in no time; known once ``head`` is there."""
        return self.size <= SMALL and Path(self.wanted.path).suffix.lower() not in _NO_HEAD

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes, or records, read and in all (0: not known)."""
        return self._progress

    @property
    def expected(self) -> int:
        """About how many records there will be, as far as the beginning shows."""
        head = self.head.result() if self.head.done() else None
        return len(head.batch) * self.size // HEAD if head is not None else 0

    @property
    def percent(self) -> int | None:
        """How far the reading is, None where that is not known."""
        done, total = self._progress
        return min(99, 100 * done // total) if total > 0 else None

    def read(self, options: ReadOptions, cancelled: Callable[[], bool] | None = None) -> RawFile:
        """Read the file in some way, here and now.

        Args:
            cancelled: asked now and then whether to stop; else :meth:`cancel` does.

        Raises:
            UnreadableFile: it cannot be read so.
            ReadingCancelled: it was stopped.
        """
        from leapgrid.files import read_raw

        wanted = self.wanted
        return read_raw(
            wanted.path,
            options,
            schema=wanted.schema,
            mapping_words=tuple(wanted.said.columns),
            progress=self._note_progress,
            cancelled=cancelled or self._cancelled.is_set,
        )

    def draft_of(
        self,
        raw: RawFile,
        said: ImportMapping,
        remembered: Remembered | None = None,
        proposal: Proposal | None = None,
        *,
        shown: Proposal | None = None,
    ) -> Opened:
        """Make a draft of what was read, as a person says, here and now.

        Args:
            proposal: what was proposed of just that already.
            shown: what a person saw before all was said in full; see :func:`leapgrid.files.map_raw`.

        Raises:
            UnreadableFile: no column is a field.
        """
        from leapgrid.files import map_raw

        earlier = remembered.mapping if remembered else None
        read = map_raw(raw, self.wanted.schema, said, earlier, proposal=proposal, shown=shown)
        return Opened(self._draft(read), raw, read.said, remembered, said, remembered)

    # -- in the thread -------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            head = self._show_head()
        except Exception:  # it is only looked at; what is wrong is found by the reading itself
            head = None
        self.head.set_result(head)
        if head is not None and self._show_first:
            self._shown.wait(_FOR_THE_SCREEN)
        before = sys.getswitchinterval()
        # What reads is mostly not Python, and waits that long for its turn whenever it comes back to it.
        sys.setswitchinterval(_TURN)
        try:
            self.result.set_result(self._open())
        except BaseException as problem:  # whatever it is, it is told where it is waited for
            self.result.set_exception(problem)
        finally:
            sys.setswitchinterval(max(before, _USUAL_TURN))

    def _show_head(self) -> WorkingDraft | None:
        wanted = self.wanted
        if wanted.path == "-":
            return None
        self.size = os.stat(wanted.path).st_size
        self._progress = (0, self.size)
        if wanted.ask or self.size <= SMALL or Path(wanted.path).suffix.lower() in _NO_HEAD:
            return None
        from leapgrid.files import map_raw, propose, read_head

        raw = read_head(
            wanted.path, wanted.said.options, schema=wanted.schema, mapping_words=tuple(wanted.said.columns)
        )
        if raw is None or not raw.frame.height:
            return None
        proposal = propose(raw, wanted.schema, wanted.said, for_a_person=False)
        if not proposal.fits():
            return None
        return self._draft(map_raw(raw, wanted.schema, wanted.said, proposal=proposal))

    def _open(self) -> Opened | Unmapped:
        from leapgrid.files import propose

        wanted = self.wanted
        if self.size > SMALL and Path(wanted.path).suffix.lower() in _TABLES:
            import polars  # noqa: F401  # first: while the reader uses it, Python is free for the workspace
        if self._workspace is not None and self._may_remember is None:
            threading.Thread(target=self._open_it, name="leapgrid-workspace", daemon=True).start()
        raw = self.read(wanted.said.options)
        remembered = self._look_up(raw)
        earlier = remembered.mapping if remembered else None
        if wanted.ask:
            return Unmapped(raw, remembered)
        proposal = propose(raw, wanted.schema, wanted.said, earlier, for_a_person=False)
        if not proposal.fits():
            return Unmapped(raw, remembered)
        return self.draft_of(raw, wanted.said, remembered, proposal)

    def _look_up(self, raw: RawFile) -> Remembered | None:
        if self._workspace is None:
            return None
        slug, headers = self.wanted.schema.slug, raw.frame.headers
        if self._may_remember is not None and not self._may_remember(slug, headers):
            return None
        from leapgrid.workspace import WorkspaceError

        try:
            found = self._workspace().remembered_mapping(slug, headers)
        except WorkspaceError:
            return None  # a convenience; a workspace that cannot be used is told of where the draft is stored
        return Remembered(*found) if found is not None else None

    def _draft(self, read: FileRead) -> WorkingDraft:
        wanted = self.wanted
        name = wanted.name or Path(wanted.path).name
        return WorkingDraft.from_read(None, read, name, context=wanted.context)

    def _note_progress(self, done: int, total: int) -> None:
        self._progress = (done, total or self.size)
