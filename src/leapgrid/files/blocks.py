"""The text of a file in blocks of UTF-8, each of whole lines, whatever encoding the file is in."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import NamedTuple

from leapgrid.files.limits import MAX_LINE, MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.source import Source
from leapgrid.visible import visible

BLOCK = 8 * MIB
"""Bytes of a block; polars takes about 20 ms for it."""

_LONGEST = 4 * MAX_LINE + 4
"""Bytes after which a line is too long, whichever characters it holds."""


class NotInEncoding(Exception):
    """A byte does not belong to the encoding in which the file is read.

    Attributes:
        line: the physical line, from 1.
        character: its place in the line, from 1.
        byte: its value.
    """

    def __init__(self, line: int, character: int, byte: int) -> None:
        super().__init__(line, character, byte)
        self.line = line
        self.character = character
        self.byte = byte


class Block(NamedTuple):
    """A piece of a file.

    Attributes:
        data: text in UTF-8; where the file itself is in UTF-8 this is not checked yet.
        last: nothing comes behind it. Every other block ends where a line ends, unless that line is longer
            than any may be.
    """

    data: bytes
    last: bool


def blocks(source: Source, codec: str, size: int = BLOCK) -> Iterator[Block]:
    """The whole file in blocks, without a byte order mark. There is always a last one, perhaps empty.

    Args:
        source: is rewound.
        codec: what Python calls the encoding.
        size: about as many bytes a block.

    Raises:
        NotInEncoding: for other encodings than UTF-8.
        UnreadableFile, ReadingCancelled: as :meth:`Source.read`.
    """
    pieces = _utf8(source) if codec == "utf-8" else _recoded(source, codec)
    held: list[bytes] = []
    length = 0
    fresh = True
    for piece in pieces:
        if fresh:
            piece = piece.removeprefix(codecs.BOM_UTF8)
            fresh = False
        held.append(piece)
        length += len(piece)
        # The search for a line end is only worth it once there is enough to hand out.
        if length < size:
            continue
        # Mostly a line ends in the last piece, and then the rest need not be copied twice.
        end = _line_end(piece)
        if not end:
            data = b"".join(held)
            end = _line_end(data)
            if not end and length < _LONGEST:
                held = [data]
                continue
            end, piece, held = end or length, data, [data]
        held[-1] = piece[:end]
        data = b"".join(held)
        held, length = [piece[end:]], len(piece) - end
        yield Block(data, last=False)
    yield Block(b"".join(held), last=True)


def _line_end(data: bytes) -> int:
    """Where the last whole line ends; 0 where none does."""
    # A CR at the very end may be half of a CR LF.
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


def _utf8(source: Source) -> Iterator[bytes]:
    source.rewind()
    while piece := source.read():
        yield piece


def _recoded(source: Source, codec: str) -> Iterator[bytes]:
    for text in _decoded(source, codec):
        yield text.encode("utf-8", "surrogatepass")


def _decoded(source: Source, codec: str) -> Iterator[str]:
    source.rewind()
    decoder = codecs.getincrementaldecoder(codec)()
    place = _Place()
    while True:
        piece = source.read()
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as problem:
            raise place.of(problem) from problem
        except UnicodeError as problem:  # UTF-16 that was said to have a mark and has none
            raise NotInEncoding(place.line, 1, 0) from problem
        if text:
            place.passed(text)
            yield text
        if not piece:
            return


class _Place:
    """How far a text was decoded, in lines and characters."""

    def __init__(self) -> None:
        self.line = 1
        self._column = 0
        self._cr = False

    def passed(self, text: str) -> None:
        if self._cr and text.startswith("\n"):
            text = text[1:]
            self._column = 0
        lines = text.count("\n") + text.count("\r") - text.count("\r\n")
        self.line += lines
        if lines:
            self._column = 0
        self._column += len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1
        self._cr = text.endswith("\r")

    def of(self, problem: UnicodeDecodeError) -> NotInEncoding:
        data = bytes(problem.object)
        self.passed(data[: problem.start].decode(problem.encoding, "ignore"))
        return NotInEncoding(self.line, self._column + 1, data[problem.start])


def text_of(block: bytes, line: int) -> str:
    """A block as text.

    Args:
        block: as :func:`blocks` gives it.
        line: the physical line on which it begins.

    Raises:
        NotInEncoding: it is not UTF-8.
    """
    try:
        return block.decode()
    except UnicodeDecodeError as problem:
        if not _line_end(block) and len(block) >= _LONGEST:
            # A line that is too long was cut somewhere; that it is too long is all that matters.
            return block.decode("utf-8", "replace")
        place = _Place()
        place.line = line
        raise place.of(problem) from problem


def count_lines(data: bytes) -> int:
    """How many line ends there are: LF, CR LF or CR."""
    feeds = data.count(b"\n")
    if b"\r" not in data:
        return feeds
    return feeds + data.count(b"\r") - data.count(b"\r\n")


def read_text(source: Source, codec: str, limit: int, what: str) -> str:
    """The whole file as text.

    Args:
        source: is rewound.
        codec: what Python calls its encoding.
        limit: the most bytes that are read.
        what: what kind of file it is, for the message: "JSON files".

    Raises:
        UnreadableFile: larger than the limit; nothing of it is read then.
        NotInEncoding: a byte does not fit.
    """
    if source.size > limit:
        raise UnreadableFile(
            f"{source.name} is larger than the {limit // MIB} MiB that {what} may have. "
            "Split it, or save it as CSV."
        )
    if codec == "utf-8":
        text = text_of(b"".join(_utf8(source)).removeprefix(codecs.BOM_UTF8), 1)
    else:
        text = "".join(_decoded(source, codec)).removeprefix("\ufeff")
    source.unchanged()
    return text


def text_lines(source: Source, codec: str) -> Iterator[str]:
    """The physical lines of a file, each with its line end as it stands there (LF, CR LF or CR).

    Raises:
        UnreadableFile: naming the line that is too long.
        NotInEncoding: a byte does not fit.
    """
    number = 1
    for block in blocks(source, codec, MIB):
        for line in lines_of(text_of(block.data, number), number, source.name):
            number += 1
            yield line
    source.unchanged()


def lines_of(text: str, number: int, name: str) -> Iterator[str]:
    """The lines of a text, each with its end.

    Args:
        text: of whole lines.
        number: of its first line.
        name: the file's name for messages.

    Raises:
        UnreadableFile: naming the line that is too long.
    """
    for line in io.StringIO(text, newline=""):
        if len(line) > MAX_LINE:
            raise UnreadableFile(
                f"Line {number} of {name} is longer than {MAX_LINE:,} characters. "
                "Check that it is a table with one record a line.",
                number,
            )
        number += 1
        yield line


def told(problem: NotInEncoding, name: str, encoding: str, more: str) -> UnreadableFile:
    """What a person is told of a byte that does not fit.

    Args:
        problem: where it is.
        name: the file's name as messages print it.
        encoding: as a person knows it.
        more: a sentence that says what to do.
    """
    return UnreadableFile(
        f"Line {problem.line} of {name} is not {visible(encoding, 40)} (byte 0x{problem.byte:02X}, "
        f"character {problem.character}). {more}",
        problem.line,
    )
