"""Taking records one by one: what each lacks or has too much of is noted, and nothing is lost in silence."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, MutableSequence, Sequence

from leapgrid.files.footer import MOST, without_footer
from leapgrid.files.limits import MAX_CELLS, MAX_MADE
from leapgrid.files.model import Detected, UnreadableFile
from leapgrid.files.notebook import Notebook, listed, quoted
from leapgrid.files.splitting import Records, is_blank
from leapgrid.records.frame import Frame

ASKED_EVERY = 4096
"""Records after which is asked whether to go on: some 10 ms."""


class Taker:
    """Fits records to the width of the header, and counts.

    Attributes:
        fit: records with as many values as there are headers.
        short: those with fewer.
        long: those with more.
        blank: the lines that were skipped because nothing is in them.
        single: the last lines that have one value only, too few of them to be all.
    """

    def __init__(self, width: int, name: str, notes: Notebook, blank: Sequence[int] = ()) -> None:
        self.width = width
        self.fit = self.short = self.long = 0
        # Numbers by the million, so not as objects.
        self.blank = array("q", blank)
        self.single: deque[int] = deque(maxlen=MOST)
        self._name = name
        self._notes = notes
        self._empty_tails = array("q")
        self._made = 0

    @property
    def height(self) -> int:
        """How many records were taken."""
        return self.fit + self.short + self.long

    def take(self, line: int, row: list[str], physical: Sequence[str]) -> list[str] | None:
        """A record as wide as the header; None for a blank line.

        Raises:
            UnreadableFile: the file has asked for too many cells.
        """
        width = self.width
        if len(row) == width and (width > 1 or row[0]):
            self.fit += 1
            return row
        if is_blank(row, physical, width):
            self.blank.append(line)
            return None
        if len(row) < width:
            self.short += 1
            if len(row) == 1:
                self.single.append(line)
            if self._notes.has_room("short_line"):
                self._notes.add(
                    "short_line",
                    line,
                    f"Line {line} has {len(row)} of {width} values; the rest was left empty.",
                )
            missing = width - len(row)
            self._made += missing
            if self._made > MAX_MADE:
                raise UnreadableFile(
                    f"{self._name} has lines that are too short by more than {MAX_MADE:,} cells up to line "
                    f"{line}. Check its delimiter and its header line.",
                    line,
                )
            return row + [""] * missing
        if len(row) > width:
            self.long += 1
            return self._cut(row, line)
        self.fit += 1
        return row

    def bulk(self, count: int) -> None:
        """Count records that are known to fit."""
        self.fit += count

    def check_size(self, line: int) -> None:
        """
        Raises:
            UnreadableFile: there are more cells than can be read.
        """
        if self.height * self.width > MAX_CELLS:
            raise UnreadableFile(
                f"{self._name} has more than {MAX_CELLS:,} cells up to line {line}. Split it, "
                "or leave out columns that are not needed.",
                line,
            )

    def _cut(self, row: list[str], line: int) -> list[str]:
        """The values that have a header; the text of the others goes into a note."""
        width = self.width
        extra = row[width:]
        if not any(extra):
            self._empty_tails.append(line)
        elif self._notes.has_room("long_line"):
            shown = ", ".join(quoted(cell) for cell in extra[:5]) + (", ..." if len(extra) > 5 else "")
            columns = "1 column" if width == 1 else f"{width} columns"
            self._notes.add(
                "long_line",
                line,
                f"Line {line} has {len(row)} values for {columns}; left out: {shown}.",
                text="\x1f".join(extra),
            )
        return row[:width]

    def finish(self, frame: Frame) -> Frame:
        """Note what is told once for the whole file.

        Returns:
            The frame, without a footer.
        """
        height = frame.height
        frame = without_footer(frame, self.single, self.blank, self._notes)
        self.short -= height - frame.height
        if len(self.blank) == 1:
            self._notes.add("blank_line", self.blank[0], f"Line {self.blank[0]} is blank; it was skipped.")
        elif self.blank:
            self._notes.add(
                "blank_line", self.blank[0], f"Lines {listed(self.blank)} are blank; they were skipped."
            )
        if self._empty_tails:
            word, verb = ("Line", "ends") if len(self._empty_tails) == 1 else ("Lines", "end")
            self._notes.add(
                "empty_tail",
                self._empty_tails[0],
                f"{word} {listed(self._empty_tails)} {verb} in more delimiters than the header; "
                "nothing was lost.",
            )
        return frame

    def share(self) -> str:
        """How many lines are as the headers are: "405 of 412 lines have 6 values, as the headers have"."""
        values = "1 value" if self.width == 1 else f"{self.width} values"
        if not self.height:
            return f"The headers have {values}."
        return f"{self.fit:,} of {self.height:,} lines have {values}, as the headers have."

    def lines(self) -> Detected:
        """What is told of the lines' lengths."""
        counts = [(self.fit, "fit"), (self.long, "long"), (self.short, "short")]
        value = ", ".join(f"{count:,} {word}" for count, word in counts if count or word == "fit")
        said = [
            *(["short ones are padded"] if self.short else []),
            *(["of long ones the rest is kept"] if self.long else []),
        ]
        why = "; ".join(said) or "nothing is missing and nothing is over"
        return Detected("lines", value, f"{why[0].upper()}{why[1:]}.")


def take_all(
    records: Records, taker: Taker, numbers: MutableSequence[int], go_on: Callable[[], None]
) -> Iterator[list[str]]:
    """All records that are there, fitted to the header.

    Args:
        records: where they come from.
        taker: fits and counts them.
        numbers: gets the line of each.
        go_on: called now and then; what it raises ends the reading.
    """
    for count, (line, row) in enumerate(records):
        if not count % ASKED_EVERY:
            go_on()
        fitted = taker.take(line, row, records.physical)
        if fitted is not None:
            numbers.append(line)
            yield fitted
