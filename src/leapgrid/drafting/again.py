"""The same record again: what was created from this workspace before is left out, wherever it stood then.

The API takes a record as often as it is sent. So a file that is submitted twice, or repaired elsewhere and
submitted again, sends only what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from leapgrid.drafting.working import WorkingDraft
from leapgrid.records import DONE, Issue, RowId, RowOutcome, RowState, Severity, Source, record_payload

if TYPE_CHECKING:
    from leapgrid.submit.events import SameAgain
    from leapgrid.workspace import Earlier, Workspace

SAME_UNKNOWN = "same_unknown"
"""Code of the error of a row whose record went out from another draft and may be there."""


class Known(NamedTuple):
    """What the workspace knows of records that are about to be sent.

    Attributes:
        event: the rows that are left out, to be taken by the draft; None where none is.
        waiting: rows whose record is, from another draft, not settled: they must wait for that.
        asked: how many records were compared.
        where: in which draft and when those were created, in a sentence; "" where none was.
    """

    event: SameAgain | None = None
    waiting: Mapping[RowId, Earlier] = {}
    asked: int = 0
    where: str = ""

    @property
    def left_out(self) -> int:
        """How many rows were created before."""
        return len(self.event.outcomes) if self.event is not None else 0

    @property
    def waits(self) -> str:
        """What is said of those that wait, in a sentence; "" where none does."""
        number = len(self.waiting)
        if not number:
            return ""
        one = number == 1
        what = f"{number:,} {'record waits: it was' if one else 'records wait: they were'} sent before"
        return f"{what}, and it is not known whether {'it is' if one else 'they are'} there."


class Question:
    """The records that a draft would send, as they are at this moment.

    Made in the thread that the draft belongs to; asked in any other, since it takes a while for very many
    records and waits for the disk.

    Args:
        draft: whose.
        rows: only these; all that would go if None.
    """

    def __init__(self, draft: WorkingDraft, rows: Collection[RowId] | None = None) -> None:
        self._draft_id = draft.id
        self._schema = draft.schema
        self._context = draft.context
        self._snapshot = draft.batch.snapshot()
        order: Sequence[RowId] = draft.batch.order[:]
        if rows is not None:
            order = [row for row in order if row in rows]
        if draft.outcomes:
            order = [row for row in order if draft.state(row) is RowState.READY]
        self._rows = order

    def ask(self, workspace: Workspace, origin: str, who: str = "", *, keep: bool = True) -> Known:
        """Compare them with what other drafts sent there, and keep that those which were created are there.

        Args:
            workspace: what was sent from here.
            origin: the base URL.
            who: the person, to be kept with it.
            keep: False to look only, as for a dry run.

        Raises:
            WorkspaceError: it cannot be read or written.
        """
        from leapgrid.submit.events import SameAgain
        from leapgrid.workspace.same import same_words
        from leapgrid.workspace.submissions import record_sha256

        slug = self._schema.slug
        if not workspace.was_sent(origin, slug, but=self._draft_id):
            return Known(asked=len(self._rows))  # nothing can be the same: not a record is looked at
        hashes: dict[RowId, str] = {}
        for row in self._rows:
            record = record_payload(self._schema, self._snapshot.values(row), self._context)
            if record:
                hashes[row] = record_sha256(record)
        same = workspace.same_records(origin, slug, set(hashes.values()), but=self._draft_id)
        if not same:
            return Known(asked=len(hashes))
        exempt = workspace.allowed_again(self._draft_id) if self._draft_id else frozenset()
        found = {row: same[digest] for row, digest in hashes.items() if digest in same and row not in exempt}
        there = {row: earlier for row, earlier in found.items() if earlier.state in DONE}
        waiting = {row: earlier for row, earlier in found.items() if earlier.state not in DONE}
        outcomes: Mapping[RowId, RowOutcome] = {}
        if there and keep:
            outcomes = workspace.mark_already_there(self._draft_id, there, origin, who)
        elif there:
            now = workspace.now()
            outcomes = {
                row: RowOutcome(RowState.ALREADY_THERE, now, same_words(earlier, now))
                for row, earlier in there.items()
            }
        event = SameAgain(_message(len(outcomes), len(hashes)), outcomes) if outcomes else None
        where = _where([there[row] for row in outcomes], workspace.now()) if outcomes else ""
        return Known(event, waiting, len(hashes), where)


def take_known(draft: WorkingDraft, known: Known) -> tuple[RowId, ...]:
    """Let what is known into a draft: some rows are left out, others wait with an error that says so.

    Returns:
        The rows that changed.
    """
    changed = draft.take(known.event) if known.event is not None else ()
    return (*changed, *draft.wait_for({row: _issue(row, each) for row, each in known.waiting.items()}))


def know_again(workspace: Workspace, draft: WorkingDraft, origin: str, who: str = "") -> SameAgain | None:
    """All of it at once, in the draft's own thread. See :class:`Question` and :func:`take_known`.

    Returns:
        What the draft was told, or None where nothing is left out.

    Raises:
        WorkspaceError: it cannot be read or written.
    """
    known = Question(draft).ask(workspace, origin, who)
    take_known(draft, known)
    return known.event


def _issue(row: RowId, earlier: Earlier) -> Issue:
    from leapgrid.workspace.same import same_words

    message = f"{same_words(earlier, earlier.at)} Settle that one first, or send this one all the same."
    return Issue(
        row_id=row,
        field=None,
        severity=Severity.ERROR,
        source=Source.LOCAL,
        code=SAME_UNKNOWN,
        message=message,
        group="The same record was sent before, and it is not known whether it is there.",
    )


def _message(left_out: int, asked: int) -> str:
    if left_out == asked:
        what = "This record was" if asked == 1 else f"All {asked:,} records were"
    else:
        what = f"{left_out:,} of {asked:,} records {'was' if left_out == 1 else 'were'}"
    verb = "is" if left_out == 1 else "are"
    return f"{what} created before from this workspace and {verb} left out."


def _where(found: Sequence[Earlier], now: float) -> str:
    """In which draft they were created, and when; of several the one that has most of them."""
    from leapgrid.visible import visible
    from leapgrid.workspace.same import day_words

    count = Counter((one.draft_id, one.draft, day_words(one.at, now)) for one in found)
    (_, name, day), _ = count.most_common(1)[0]
    drafts = len({draft_id for draft_id, _, _ in count})
    others = "" if drafts == 1 else f", and in {drafts - 1:,} other draft{'s' if drafts > 2 else ''}"
    it = "It was" if len(found) == 1 else "They were"
    return f"{it} sent in {visible(str(name), 60)} on {day}{others}."
