"""What was read from a file: an immutable table of texts, exactly as they stood there."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import hashlib

_LIST_HEIGHT = 50_000
"""Up to this many rows a frame from disk holds lists, which index faster; above, polars' compact form."""

_SLAB = 16_384

_UNREADABLE = "The stored records of this draft cannot be read"


class FrameError(Exception):
    """A stored frame cannot be read back; the message says what was found."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A table of raw texts. Rows and columns count from 0.

    Attributes:
        headers: as read; they may be empty, and alike.
        columns: one sequence of texts a header, all of one length (lists, or polars Series of strings).
        lines: the physical line (or sheet row) where each record began, from 1; None where there are none.
        own: how many columns are the file's own; those behind them were made on import. -1: all.
    """

    headers: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    lines: Sequence[int] | None = None
    own: int = -1

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns}
        if self.lines is not None:
            lengths.add(len(self.lines))
        if len(self.headers) != len(self.columns) or len(lengths) > 1:
            raise ValueError("A frame needs one column a header, all of one length.")
        if self.own < 0:
            object.__setattr__(self, "own", len(self.columns))

    @classmethod
    def empty(cls) -> Frame:
        """The frame of a draft that did not come from a file."""
        return cls((), ())

    @classmethod
    def from_rows(
        cls, headers: Iterable[str], rows: Iterable[Sequence[str]], lines: Sequence[int] | None = None
    ) -> Frame:
        """A frame from rows of texts, each as long as ``headers``."""
        names = tuple(headers)
        columns: tuple[list[str], ...] = tuple([] for _ in names)
        for row in rows:
            for column, text in zip(columns, row, strict=True):
                column.append(text)
        return cls(names, columns, lines)

    @property
    def height(self) -> int:
        """The number of records."""
        if self.columns:
            return len(self.columns[0])
        return len(self.lines) if self.lines is not None else 0

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, "" where there was none."""
        return self.columns[column][row] or ""

    def column(self, column: int) -> list[str]:
        """All texts of a column, as a list of its own."""
        return _texts(self.columns[column])

    def with_made(self, header: str, column: Sequence[str]) -> Frame:
        """The frame with one more column, which is not the file's own."""
        return Frame((*self.headers, header), (*self.columns, column), self.lines, self.own)

    def digest(self) -> str:
        """SHA-256 in hexadecimal over headers, texts and line numbers; the same for lists and Series.

        What is stored is named by the hash of its file, which costs a tenth; this names what was stored
        before that.
        """
        import hashlib  # the system's cryptography, which a first paint can do without

        sha = hashlib.sha256(b"leapgrid frame 1\n")
        _add(sha, self.headers)
        for column in self.columns:
            for start in range(0, self.height, _SLAB):
                _add(sha, _texts(column[start : start + _SLAB]))
        if self.lines is not None:
            sha.update(",".join(map(str, self.lines)).encode())
        return sha.hexdigest()

    def to_arrow(self, path: Path | IO[bytes]) -> None:
        """Write the frame as an Arrow IPC file.

        Args:
            path: is overwritten, or written to; that no half-written file is taken for a whole one is for
                the caller.

        Raises:
            OSError: the file cannot be written.
        """
        import polars as pl

        stored: dict[str, Any] = {}
        if self.lines is not None:
            lines = self.lines
            if isinstance(lines, range):
                stored["lines"] = pl.int_range(
                    lines.start, lines.stop, lines.step, dtype=pl.Int64, eager=True
                )
            else:
                stored["lines"] = pl.Series(lines, dtype=pl.Int64)
        for index, (header, column) in enumerate(zip(self.headers, self.columns, strict=True)):
            # Headers may be alike, empty or not encodable; Arrow wants unique names in UTF-8.
            made = "+" if index >= self.own else ""
            stored[f"{index}{made} {json.dumps(header)}"] = _series(column)
        # In one piece, so that the same texts are the same bytes however many pieces were read.
        pl.DataFrame(stored).rechunk().write_ipc(path, compression="zstd")

    @classmethod
    def from_arrow(cls, path: Path) -> Frame:
        """Read what :meth:`to_arrow` wrote.

        Raises:
            FrameError: the file is damaged or something else.
            OSError: the file cannot be read.
        """
        # Not memory-mapped: a file that is cut short while it is mapped ends the process.
        return cls.from_bytes(path.read_bytes())

    @classmethod
    def from_bytes(cls, stored: bytes) -> Frame:
        """As :meth:`from_arrow`, from the file's bytes.

        Raises:
            FrameError: the file is damaged or something else.
        """
        import polars as pl

        try:
            table = pl.read_ipc(stored)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as problem:
            raise FrameError(f"{_UNREADABLE}: the file is damaged.") from problem
        headers: list[str] = []
        columns: list[Sequence[str]] = []
        lines: Sequence[int] | None = None
        own = 0
        for series in table.get_columns():
            if series.name == "lines":
                lines = _numbers(series)
                continue
            try:
                place, header = series.name.split(" ", 1)
                headers.append(str(json.loads(header)))
            except (IndexError, ValueError) as problem:
                raise FrameError(f"{_UNREADABLE}: another format.") from problem
            own += not place.endswith("+")
            if series.dtype == pl.Binary:
                columns.append([raw.decode("utf-8", "surrogatepass") for raw in series.to_list()])
            elif series.dtype == pl.String:
                columns.append(
                    cast(Sequence[str], series) if table.height > _LIST_HEIGHT else series.to_list()
                )
            else:
                raise FrameError(f"{_UNREADABLE}: another format.")
        return cls(tuple(headers), tuple(columns), lines, own)


def _texts(column: Sequence[str]) -> list[str]:
    to_list = getattr(column, "to_list", None)
    texts: list[str | None] = to_list() if to_list is not None else list(column)
    return [text or "" for text in texts]


def _numbers(lines: Any) -> Sequence[int]:
    """A column of line numbers: mostly one after the other, and then no number a row."""
    if len(lines) and not lines.null_count():
        first, last = int(lines[0]), int(lines[-1])
        if last - first == len(lines) - 1 and bool((lines.diff(null_behavior="drop") == 1).all()):
            return range(first, last + 1)
    if len(lines) <= _LIST_HEIGHT:
        return cast("list[int]", lines.to_list())
    return array("q", lines.to_list())


def _add(sha: hashlib._Hash, texts: Sequence[str]) -> None:
    # Lengths first: else ("ab", "c") and ("a", "bc") would be one.
    sha.update(",".join(map(str, map(len, texts))).encode() + b"\n")
    sha.update("".join(texts).encode("utf-8", "surrogatepass"))


def _series(column: Sequence[str]) -> Any:
    import polars as pl

    compact: Any = column
    if isinstance(compact, pl.Series):
        return compact.fill_null("")
    texts = _texts(column)
    try:
        return pl.Series(texts, dtype=pl.String)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can spell and UTF-8 cannot.
        return pl.Series([text.encode("utf-8", "surrogatepass") for text in texts], dtype=pl.Binary)
