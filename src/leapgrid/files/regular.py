"""Large delimited texts at full speed: polars reads what is regular, and only the rest goes line by line.

A block without quotes whose lines all have the right number of values is handed over as it is. In any other
block every line is looked at in bulk: those that are surely one whole record each go to polars together, and
only the others, with whatever follows them in their quotes, are read as :mod:`leapgrid.files.splitting` reads
small files. Both give the same texts, lines and notes.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, cast

from leapgrid.files.blocks import count_lines, lines_of, text_of
from leapgrid.files.limits import MAX_CELL, MAX_LINE
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook
from leapgrid.files.splitting import MoreNeeded, Records
from leapgrid.files.taking import ASKED_EVERY, Taker, take_all

if TYPE_CHECKING:
    import polars as pl

_LINE = "line"
_MOSTLY_REGULAR = 0.8
"""Below this share of regular lines a block is read line by line: putting it together would cost more."""

_MOST_COLUMNS = 256
"""Above this the pattern of a quoted line would grow too large; such files are read line by line."""


class Bulk:
    """Collects the records of a text that comes in blocks."""

    def __init__(
        self,
        delimiter: str,
        name: str,
        notes: Notebook,
        taker: Taker,
        line: int,
        go_on: Callable[[], None],
    ) -> None:
        """
        Args:
            delimiter: one character.
            name: the file's name for messages.
            notes: takes quotes that do not fit.
            taker: fits what is irregular and counts.
            line: the physical line on which the records begin.
            go_on: called now and then; what it raises ends the reading.
        """
        import polars as pl

        self._delimiter = delimiter
        self._name = name
        self._notes = notes
        self._taker = taker
        self._line = line
        self._go_on = go_on
        self._names = [f"c{index}" for index in range(taker.width)]
        self._schema = dict.fromkeys(self._names, pl.String())
        self._frames: list[pl.DataFrame] = []
        self._runs: list[Sequence[int]] = []
        # One byte in UTF-8 is what polars takes for a separator.
        self._possible = len(delimiter.encode()) == 1 and taker.width <= _MOST_COLUMNS
        cell, part = rf'(?:[^"\r{re.escape(delimiter)}]*|"(?:[^"]|"")*")', re.escape(delimiter)
        self._whole = rf"^{cell}(?:{part}{cell}){{{taker.width - 1}}}$"

    @property
    def line(self) -> int:
        """The physical line on which the next block begins."""
        return self._line

    def add(self, data: bytes, *, last: bool) -> bytes:
        """Take a block of whole lines.

        Args:
            data: begins with a record, in UTF-8.
            last: nothing comes behind it.

        Returns:
            What has to come before the next block, because its record is not complete.

        Raises:
            NotInEncoding: the block is not UTF-8.
            UnreadableFile: as :class:`Records`, and with too many cells.
        """
        import polars as pl

        if not data:
            return b""
        rest: bytes | None = None
        if self._possible:
            try:
                rest = self._add_fast(data, last)
            except pl.exceptions.PolarsError:
                rest = None
        if rest is None:
            rest = self._add_slowly(data, last)
        self._taker.check_size(self._line - 1)
        return rest

    def finish(self) -> tuple[tuple[Sequence[str], ...], Sequence[int]]:
        """The columns, as Series in which null means "", and the line of each record."""
        import polars as pl

        if not self._frames:
            empty = pl.Series([], dtype=pl.String)
            return tuple(cast("Sequence[str]", empty) for _ in self._names), range(0)
        heights = [len(run) for run in self._runs]
        # Columns without a text share one Series: exports have dozens of them, and 16 bytes a cell add up.
        nothing = pl.Series([], dtype=pl.String).extend_constant(None, sum(heights))
        columns: list[Sequence[str]] = []
        for name in self._names:
            parts = [
                frame.get_column(name) if name in frame.columns else nothing.head(height)
                for frame, height in zip(self._frames, heights, strict=True)
            ]
            filled = any(name in frame.columns for frame in self._frames)
            columns.append(cast("Sequence[str]", pl.concat(parts) if filled else nothing))
        self._frames.clear()
        return tuple(columns), _joined(self._runs)

    # -- one block ----------------------------------------------------------------------------------------

    def _add_fast(self, data: bytes, last: bool) -> bytes | None:
        """None where the block has to be read line by line; nothing was taken of it then.

        Raises:
            PolarsError: the same.
        """
        quoted = b'"' in data
        if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
            if quoted:
                return None
            # Without quotes every CR ends a line.
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in data:
            return None
        if not quoted and self._add_plain(data):
            return b""
        return self._add_sorted_out(data, last, quoted)

    def _add_plain(self, data: bytes) -> bool:
        """A block without quotes, if all its lines have the right number of values."""
        try:
            frame = self._parsed(data, quoted=False)
        except _errors():
            return False
        height, width = frame.height, self._taker.width
        if frame.to_series(width - 1).null_count() and (
            width == 1 or data.count(self._delimiter.encode()) != (width - 1) * height
        ):
            return False
        longest = self._longest(frame)
        if max(longest.values()) > MAX_CELL or sum(longest.values()) + width > MAX_LINE:
            return False
        self._keep(frame, range(self._line, self._line + height), longest)
        self._taker.bulk(height)
        self._line += height
        return True

    def _parsed(self, data: bytes, *, quoted: bool) -> pl.DataFrame:
        import polars as pl

        return pl.read_csv(
            data,
            has_header=False,
            separator=self._delimiter,
            quote_char='"' if quoted else None,
            schema=self._schema,
            infer_schema=False,
        )

    def _add_sorted_out(self, data: bytes, last: bool, quoted: bool) -> bytes | None:
        """A block in which some lines are irregular."""
        import polars as pl

        lines = pl.read_csv(
            data,
            has_header=False,
            separator=_absent(data),
            quote_char=None,
            schema={_LINE: pl.String()},
            infer_schema=False,
        ).to_series(0)
        count = len(lines)
        if count != count_lines(data) + (not data.endswith(b"\n")):
            return None
        regular = (lines.str.contains(self._whole) & (lines.str.len_bytes() <= MAX_CELL)).fill_null(False)
        if self._taker.width == 1:
            regular &= lines.fill_null("") != ""
        good = cast(int, regular.sum())
        if good == count:
            frame = self._parsed(data, quoted=quoted)
            if frame.height != count:
                return None
            self._keep(frame, range(self._line, self._line + count))
            self._taker.bulk(count)
            self._line += count
            return b""
        if good < count * _MOSTLY_REGULAR:
            return None
        starts = _starts(data, lines)
        if starts is None:
            return None
        return self._merge(data, regular, starts, last, quoted)

    def _merge(
        self, data: bytes, regular: pl.Series, starts: pl.Series, last: bool, quoted: bool
    ) -> bytes | None:
        """Read the irregular lines by themselves, the others in bulk, and put them in order."""
        import polars as pl

        bad = (~regular).arg_true().to_list()
        is_bad = frozenset(bad)
        count = len(regular)
        numbers: list[int] = []
        rows: list[list[str]] = []
        own: list[tuple[int, int]] = []  # lines, counted from 0, that are not for polars
        rest = b""
        end = count
        following = 0
        for tried, index in enumerate(bad):
            if not tried % ASKED_EVERY:
                self._go_on()
            if index < following:
                continue
            records = Records(
                _lines_from(data, starts[index], self._line + index, self._name),
                self._line + index - 1,
                self._name,
                self._delimiter,
                self._notes,
                width=self._taker.width,
                last=last,
            )
            following = index
            try:
                while following < count and (following == index or following in is_bad):
                    line, row = next(records)
                    following = records.number - self._line + 1
                    fitted = self._taker.take(line, row, records.physical)
                    if fitted is not None:
                        numbers.append(line)
                        rows.append(fitted)
            except MoreNeeded as more:
                end = more.start - self._line
                rest = data[starts[end] :]
                own.append((index, count))
                break
            own.append((index, following))
        pieces, spans, at = [], [], 0
        for begin, behind in [*own, (count, count)]:
            if begin > at:
                pieces.append(data[starts[at] : starts[begin]])
                spans.append(range(self._line + at, self._line + begin))
            at = behind
        taken = [line for span in spans for line in span]
        frame = self._parsed(b"".join(pieces), quoted=quoted) if pieces else None
        if frame is not None and frame.height != len(taken):
            raise AssertionError("What is regular reads as one record a line.")
        if rows:
            made = pl.DataFrame(rows, schema=self._schema, orient="row")
            both = made if frame is None else pl.concat([frame, made])
            order = pl.Series(_LINE, [*taken, *numbers], dtype=pl.Int64)
            both = both.with_columns(order).sort(_LINE)
            self._keep(both.drop(_LINE), both.get_column(_LINE).to_list())
        elif frame is not None:
            self._keep(frame, taken)
        self._taker.bulk(len(taken))
        self._line += end
        return rest

    def _add_slowly(self, data: bytes, last: bool) -> bytes:
        """A block line by line."""
        import polars as pl

        text = text_of(data, self._line)
        lines = lines_of(text, self._line, self._name)
        records = Records(
            lines,
            self._line - 1,
            self._name,
            self._delimiter,
            self._notes,
            width=self._taker.width,
            last=last,
        )
        numbers = array("q")
        rows: list[list[str]] = []
        rest = b""

        def flush() -> None:
            if rows:
                self._keep(pl.DataFrame(rows, schema=self._schema, orient="row"), numbers[:])
                rows.clear()
                del numbers[:]

        try:
            for row in take_all(records, self._taker, numbers, self._go_on):
                rows.append(row)
                if len(rows) * self._taker.width > 200_000:
                    flush()
                    self._taker.check_size(records.number)
        except MoreNeeded as more:
            rest = _from_line(text, more.start - self._line).encode()
            self._line = more.start
        else:
            self._line = records.number + 1
        flush()
        return rest

    def _keep(self, frame: pl.DataFrame, lines: Sequence[int], longest: dict[str, int] | None = None) -> None:
        longest = longest or self._longest(frame)
        self._frames.append(frame.select([name for name, most in longest.items() if most]))
        self._runs.append(lines)

    def _longest(self, frame: pl.DataFrame) -> dict[str, int]:
        """The bytes of the longest text of each column."""
        import polars as pl

        # One query for all columns: a query has a price of its own.
        found = frame.select(pl.all().str.len_bytes().max()).row(0)
        return {name: length or 0 for name, length in zip(frame.columns, found, strict=True)}


def _errors() -> type[Exception]:
    import polars as pl

    return pl.exceptions.PolarsError


def _absent(data: bytes) -> str:
    """A character that does not occur, so that polars takes whole lines."""
    for code in chain(range(1, 9), range(14, 32), range(33, 127)):
        if bytes((code,)) not in data:
            return chr(code)
    raise _errors()("every character occurs")


def _starts(data: bytes, lines: pl.Series) -> pl.Series | None:
    """Where each line begins in the data, and where the last ends; None where line ends are mixed."""
    import polars as pl

    feeds = data.count(b"\n")
    returns = data.count(b"\r\n")
    if returns and returns != feeds:
        # Excel ends lines with CR LF and breaks them within cells with LF: they have to be looked at.
        lines = pl.Series([data]).cast(pl.String).str.split("\n").explode()
        if data.endswith(b"\n"):
            lines = lines.head(len(lines) - 1)
        end = 1
    else:
        end = 2 if returns else 1
    lengths = lines.str.len_bytes().fill_null(0).cast(pl.Int64) + end
    starts = pl.concat([pl.Series([0], dtype=pl.Int64), lengths.cum_sum()])
    # The last line may have no end.
    return starts.clip(upper_bound=len(data))


def _lines_from(data: bytes, at: int, number: int, name: str) -> Iterator[str]:
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end].decode()
        if len(line) > MAX_LINE:
            raise UnreadableFile(
                f"Line {number} of {name} is longer than {MAX_LINE:,} characters. "
                "Check that it is a table with one record a line.",
                number,
            )
        yield line
        number += 1
        at = end


def _from_line(text: str, index: int) -> str:
    """The text from a line on, counted from 0."""
    ends = re.finditer(r"\r\n|\r|\n", text)
    for _ in range(index - 1):
        next(ends)
    return text[next(ends).end() :] if index else text


def _joined(runs: Sequence[Sequence[int]]) -> Sequence[int]:
    """All lines: a range where no number is missing."""
    if all(isinstance(run, range) for run in runs):
        first, behind = runs[0][0], runs[-1][-1] + 1
        if behind - first == sum(map(len, runs)):
            return range(first, behind)
    lines = array("q")
    for run in runs:
        lines.extend(run)
    return lines
