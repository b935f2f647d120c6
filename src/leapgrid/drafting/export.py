"""A draft as a file for somebody else: which records, in which form, and what is said about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, get_args

from leapgrid.drafting.rejects import RejectsTable, rejected_rows
from leapgrid.drafting.working import WorkingDraft
from leapgrid.files import FileError, Note, UnwritableFile, unique_names
from leapgrid.files.writing import refuse_target, replacing
from leapgrid.records import RowId, RowState, record_payload
from leapgrid.records.snapshot import Snapshot
from leapgrid.visible import visible

What = Literal["all", "rejected", "unsent"]
"""Which records: all of them, those that the server refused last, or those that were not sent yet."""

Form = Literal["csv", "spreadsheet", "tsv", "jsonl", "json", "xlsx"]
"""How they are written: ``spreadsheet`` is CSV of which a spreadsheet calculates nothing."""

FORMS: tuple[Form, ...] = get_args(Form)

MEANING: Mapping[Form, str] = {
    "csv": "Exact: read again it gives the same records. For programs, and for LeapGrid.",
    "spreadsheet": "For Excel and the like: nothing in it is calculated. It may still change 007 to 7.",
    "tsv": "As CSV, with tabs between the values. Exact.",
    "jsonl": "One JSON object a line. Exact, and keeps fields that are not in the schema.",
    "json": "The array that would be sent, to the byte. Rows without any text are left out.",
    "xlsx": "An Excel workbook, every cell a text: zeros, plus signs and long numbers stay.",
}
"""What each form means, in a sentence."""

_SUFFIXES: Mapping[str, Form] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xlsx": "xlsx",
}
SUFFIX: Mapping[Form, str] = {
    "csv": ".csv",
    "spreadsheet": ".csv",
    "tsv": ".tsv",
    "jsonl": ".jsonl",
    "json": ".json",
    "xlsx": ".xlsx",
}
"""What the name of a file of each form ends in."""

_SLAB = 8192
"""Rows that are held as Python texts at once."""

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class WritingCancelled(FileError):
    """It was cancelled; nothing was written."""


class Exported(NamedTuple):
    """A file that was written.

    Attributes:
        path: where it stands.
        records: how many there are in it.
        form: how they are written.
        notes: what a person should know of it.
    """

    path: Path
    records: int
    form: Form
    notes: tuple[Note, ...] = ()


def form_of(path: str | os.PathLike[str], form: Form | None = None) -> Form:
    """The form of a file, as somebody said or as its name ends.

    Raises:
        UnwritableFile: the name says nothing, or something else than ``form``.
    """
    name = visible(os.path.basename(os.fspath(path)) or os.fspath(path), 80)
    suffix = os.path.splitext(os.fspath(path))[1].lower()
    by_name = _SUFFIXES.get(suffix)
    if form is None:
        if by_name is None:
            raise UnwritableFile(
                f"{name} does not say which form it has. Let it end in .csv, .tsv, .xlsx, .jsonl or .json."
            )
        return by_name
    if by_name is not None and SUFFIX[form] != SUFFIX[by_name]:
        raise UnwritableFile(f"{name} ends in {suffix}, which is another form. Let it end in {SUFFIX[form]}.")
    return form


def rows_of(draft: WorkingDraft, what: What) -> Sequence[RowId]:
    """The rows of a draft that an export takes, in their order."""
    order = draft.batch.order
    if what == "rejected":
        return rejected_rows(draft)
    if what == "unsent":
        waiting = (RowState.READY, RowState.QUEUED)
        others = {row for row in draft.outcomes if draft.state(row) not in waiting}
        if others:
            return [row for row in order if row not in others]
    return order[:]


def refused_words(refused: int, edited: int) -> str:
    """How many records were refused, as the server said it last, and how many of them wait edited."""
    return f"{refused:,} refused, {edited:,} of them edited since"


class Export:
    """One export, made where the draft is edited; :meth:`run` may work in another thread.

    Args:
        draft: whose records; what is edited afterwards is not in the file.
        path: where to.
        what: which records.
        rows: which records instead, in the order in which they are to be written, such as those of a view.
        form: how; None: as the path ends.
        overwrite: whether a file that stands there may be replaced. The file that the records came from never
            is.

    Raises:
        UnwritableFile: with one sentence: the path says no form, or something stands there.
    """

    def __init__(
        self,
        draft: WorkingDraft,
        path: str | os.PathLike[str],
        *,
        what: What = "all",
        rows: Sequence[RowId] | None = None,
        form: Form | None = None,
        overwrite: bool = False,
    ) -> None:
        self.path = Path(path)
        self.form = form_of(path, form)
        self._overwrite = overwrite
        self._source = draft.source if draft.source not in ("", "-") else None
        refuse_target(self.path, source=self._source, overwrite=overwrite)
        self._schema = draft.schema
        self._context = draft.context
        self._rows = rows if rows is not None else rows_of(draft, what)
        self._snapshot = draft.batch.snapshot()
        self._columns = {name: _ByRow(self._snapshot, name) for name in draft.schema.names}
        self._rejects: RejectsTable | None = None
        if what == "rejected" and self.form != "json":
            self._rejects = RejectsTable(draft, self._rows)
        self._used: list[str] = []
        self._notes: list[Note] = []
        if what == "rejected" and (edited := sum(map(draft.edited_since_answer, self._rows))):
            beside = "; value and message tell of the refusal" if self._rejects is not None else ""
            self._note("edited_since", f"{refused_words(len(self._rows), edited)}{beside}.")
        self._go_on: Callable[[int], None] = lambda done: None

    @property
    def records(self) -> int:
        """How many rows there are to write."""
        return len(self._rows)

    def run(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Exported:
        """Write the file.

        Args:
            progress: told how many records of how many are written; called in this thread.
            cancelled: asked now and then.

        Raises:
            UnwritableFile: with one sentence; what stood there before still does.
            WritingCancelled: ``cancelled`` said so; likewise.
        """
        total = len(self._rows)

        def go_on(done: int) -> None:
            if cancelled is not None and cancelled():
                raise WritingCancelled(f"Cancelled; {visible(self.path.name, 80)} was not written.")
            if progress is not None:
                progress(done, total)

        self._go_on = go_on
        go_on(0)
        with replacing(self.path, source=self._source, overwrite=self._overwrite) as file:
            records = self._write(file)
            go_on(total)
        return Exported(self.path, records, self.form, tuple(self._notes))

    def _write(self, file: BinaryIO) -> int:
        from leapgrid.files.csv_out import acts_anywhere, write_exact, write_for_spreadsheets
        from leapgrid.files.json_out import write_lines, write_payload

        if self.form == "json":
            return write_payload(file, self._payloads())
        headers = self._headers()
        if self.form == "jsonl":
            return write_lines(file, unique_names(headers), self._lines())
        if self.form == "xlsx":
            from leapgrid.files.xlsx_out import write_xlsx

            self._tell_extra(headers)
            write_xlsx(file, headers, self._lines())
            return len(self._rows)
        if self.form == "spreadsheet":
            done = write_for_spreadsheets(
                file, headers, self._lines(), acts=acts_anywhere(headers, self._lines())
            )
            if done.escaped:
                cells = "1 cell begins" if done.escaped == 1 else f"{done.escaped:,} cells begin"
                self._note(
                    "made_harmless",
                    f"{cells} as a formula would, and got an apostrophe; LeapGrid takes it away again when "
                    "it reads the file.",
                )
        else:
            delimiter, suffix = ("\t" if self.form == "tsv" else ","), self.path.suffix.lower()
            done = write_exact(
                file, headers, self._lines(), schema=self._schema, delimiter=delimiter, suffix=suffix
            )
            if not done.certain:
                self._note(
                    "uncertain",
                    "Its first lines may be read otherwise than they were written; JSONL is exact whatever "
                    "they hold.",
                )
        if done.halves:
            cells = "1 cell" if done.halves == 1 else f"{done.halves:,} cells"
            self._note("half_character", f"Half of a character in {cells} was replaced by “\ufffd”.")
        self._tell_extra(headers)
        return done.records

    def _note(self, code: str, message: str) -> None:
        self._notes.append(Note(code, None, message))

    def _tell_extra(self, headers: Sequence[str]) -> None:
        """Say of fields that only this draft has that a table's reader will not know them."""
        for name, header in (self._rejects.hidden if self._rejects is not None else {}).items():
            shown = visible(header, 40)
            self._note(
                "hidden_field",
                f"Read again, “{shown}” of the file itself would be taken for {name}, which has a column "
                f"behind: --map '{shown}=' leaves it out.",
            )
        extra = [name for name in self._schema.extra_names if name in headers]
        if extra and self._rejects is None:
            names = ", ".join(f"“{visible(name, 40)}”" for name in extra[:3])
            more = f" and {len(extra) - 3:,} more" if len(extra) > 3 else ""
            be = "is not a known field" if len(extra) == 1 else "are not known fields"
            self._note(
                "extra_field",
                f"{names}{more} {be} of {self._schema.label}: read again from this form, "
                f"{'it has' if len(extra) == 1 else 'they have'} to be mapped by hand; JSONL keeps "
                f"{'it' if len(extra) == 1 else 'them'}.",
            )

    # -- what is written -----------------------------------------------------------------------------------

    def _headers(self) -> tuple[str, ...]:
        if self._rejects is not None:
            return self._rejects.headers
        self._used = [name for name, column in self._columns.items() if self._has_text(column)]
        self._used = self._used or list(self._columns)
        return tuple(self._used)

    def _has_text(self, column: _ByRow) -> bool:
        return any(any(column.texts(part)) for part in _slabs(self._rows))

    def _lines(self) -> Iterator[Sequence[str]]:
        if self._rejects is not None:
            return _counted(self._rejects.lines(self._columns), self._go_on)
        columns = [self._columns[name] for name in self._used]
        return _counted(
            chain.from_iterable(
                zip(*[column.texts(part) for column in columns], strict=True) for part in _slabs(self._rows)
            ),
            self._go_on,
        )

    def _payloads(self) -> Iterator[Mapping[str, Any]]:
        names = list(self._columns)
        columns = list(self._columns.values())
        texts = chain.from_iterable(
            zip(*[column.texts(part) for column in columns], strict=True) for part in _slabs(self._rows)
        )
        for row in _counted(texts, self._go_on):
            values = {name: text for name, text in zip(names, row, strict=True) if text}
            if values:
                yield record_payload(self._schema, values, self._context)


def export(
    draft: WorkingDraft,
    path: str | os.PathLike[str],
    *,
    what: What = "all",
    rows: Sequence[RowId] | None = None,
    form: Form | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Exported:
    """Write records of a draft to a file, at once. Args and errors as for :class:`Export` and its ``run``."""
    return Export(draft, path, what=what, rows=rows, form=form, overwrite=overwrite).run(progress, cancelled)


class _ByRow:
    """The texts of a field, asked for by row ids; a large column stays in its compact form."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self._snapshot = snapshot
        self._name = name
        self._column: Sequence[str] | None = None

    def texts(self, rows: Sequence[RowId]) -> list[str]:
        """The texts of some rows."""
        if self._column is None:
            self._column = self._snapshot.column(self._name)
        return _gathered(self._column, rows, self._beyond)

    def _beyond(self, row: RowId) -> str:
        return self._snapshot.values(row).get(self._name, "")


def _gathered(column: Sequence[str], rows: Sequence[RowId], beyond: Callable[[RowId], str]) -> list[str]:
    """The texts of some rows of a column by row id; ``beyond`` has those that it does not reach."""
    size = len(column)
    if len(rows) == 0:
        return []
    to_list: Any = getattr(column, "to_list", None)
    first, last = rows[0], rows[-1]
    if isinstance(rows, range) and rows.step == 1 and last < size:
        part: Any = column[first : last + 1]
        return [text or "" for text in (part.to_list() if to_list is not None else part)]
    if to_list is None:
        return [(column[row] or "") if row < size else beyond(row) for row in rows]
    within = [row for row in rows if row < size]
    found = iter(column.gather(within).to_list())  # type: ignore[attr-defined]  # it is a Series
    return [(next(found) or "") if row < size else beyond(row) for row in rows]


def _slabs(rows: Sequence[RowId]) -> Iterator[Sequence[RowId]]:
    for start in range(0, len(rows), _SLAB):
        yield rows[start : start + _SLAB]


def _counted(rows: Iterable[Sequence[str]], go_on: Callable[[int], None]) -> Iterator[Sequence[str]]:
    """The rows, with a look at whether to go on every few thousand."""
    coming, done = iter(rows), 0
    while block := list(islice(coming, 2048)):
        go_on(done)
        yield from block
        done += len(block)
