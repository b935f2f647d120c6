"""The parts of a spreadsheet's ZIP archive, unpacked in small pieces and only as far as they say they reach.

Runs in the child process that reads spreadsheets. The standard library reads the list of the parts; what
is packed in them is unpacked here, because it believes the sizes that the archive declares.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from leapgrid.files.limits import MIB
from leapgrid.files.model import UnreadableFile
from leapgrid.files.sheet_limits import SheetLimits
from leapgrid.visible import visible

_BLOCK = 256 * 1024
_HEAD = 64 * 1024
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML = (".xml", ".rels", ".vml")

_OTHERS: tuple[tuple[str, str], ...] = (
    ("word/", "is a Word document, not a spreadsheet. Copy its table into one, or save it as CSV."),
    ("ppt/", "is a PowerPoint file, not a spreadsheet. Copy its table into one, or save it as CSV."),
    ("index/", "is a Numbers or Pages file. Export it from there as Excel or CSV (UTF-8)."),
    ("index.zip", "is a Numbers or Pages file. Export it from there as Excel or CSV (UTF-8)."),
    (
        "content.xml",
        "is an OpenDocument text or drawing. Copy its table into a spreadsheet.",
    ),
)


class Archive:
    """A spreadsheet's archive whose list of parts was checked.

    Args:
        file: open for reading, seekable.
        name: of the file, as messages print it.
        limits: what is read at most.

    Raises:
        UnreadableFile: damaged, locked with a password, or beyond a limit.
    """

    def __init__(self, file: BinaryIO, name: str, limits: SheetLimits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._unpacked = 0
        _check_directory(file, name, limits)
        try:
            with zipfile.ZipFile(file) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as problem:
            raise damaged(name) from problem
        if len(infos) > limits.entries:
            raise _too_many_parts(name, limits)
        declared = sum(info.file_size for info in infos)
        if declared > limits.unpacked:
            raise UnreadableFile(
                f"{name} would unpack to {declared // MIB:,} MiB; at most {limits.unpacked // MIB:,} MiB are "
                "read. Split it, or save the sheet as CSV (UTF-8)."
            )
        self.parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if info.flag_bits & 0x1:
                raise locked(name)
            # Some programs write backslashes; Excel takes the names without regard to case.
            self.parts.setdefault(info.filename.replace("\\", "/").lstrip("/").lower(), info)

    def kind(self) -> str:
        """ "xlsx", "xlsb" or "ods".

        Raises:
            UnreadableFile: the archive is something else.
        """
        if "xl/workbook.bin" in self.parts:
            return "xlsb"
        if any(part.startswith("xl/") for part in self.parts):
            return "xlsx"
        if "mimetype" in self.parts:
            declared = b"".join(self.unpack("mimetype", 200))
            if b"opendocument.spreadsheet" in declared:
                return "ods"
        for begin, sentence in _OTHERS:
            if any(part.startswith(begin) for part in self.parts):
                raise UnreadableFile(f"{self._name} {sentence}")
        raise UnreadableFile(
            f"{self._name} is a ZIP archive without a spreadsheet in it. Unpack it and open the file in it."
        )

    def refuse_doctypes(self) -> None:
        """Look at the head of each XML part: a spreadsheet declares no document type or entities.

        Raises:
            UnreadableFile: one does; they make small files unpack to endless texts or read other files.
        """
        for part in self.parts:
            if part.endswith(_XML):
                head = b"".join(self.unpack(part, _HEAD))
                # As UTF-16 it would hold a NUL at every second place.
                if _DOCTYPE.search(head.replace(b"\0", b"")):
                    raise UnreadableFile(
                        f"{self._name} declares entities in its part {visible(part, 60)}, which no "
                        "spreadsheet program does. Save it again in one, or as CSV (UTF-8)."
                    )

    def unpack(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """The bytes of a part, in blocks.

        Args:
            part: its name in small letters.
            most: stop after about so many bytes; None: all, which then count towards the limit.

        Raises:
            UnreadableFile: damaged, or more bytes come out than the archive declares.
        """
        info = self.parts.get(part)
        if info is None:
            raise damaged(self._name, f"its part {visible(part, 60)} is missing")
        made = 0
        for block in self._inflate(info):
            made += len(block)
            if made > info.file_size:
                raise UnreadableFile(
                    f"{self._name} unpacks to more than it declares in its part {visible(part, 60)}; it is "
                    "damaged, or made to do harm. Save it again in a spreadsheet program, or as CSV (UTF-8)."
                )
            if most is None:
                self._unpacked += len(block)
                if self._unpacked > 2 * self._limits.unpacked:  # each part is read at most twice
                    raise damaged(self._name)
            yield block
            if most is not None and made >= most:
                return

    def whole(self, part: str, most: int) -> bytes:
        """A small part at once.

        Raises:
            UnreadableFile: as :meth:`unpack`, or larger than ``most`` bytes.
        """
        info = self.parts.get(part)
        if info is not None and info.file_size > most:
            raise UnreadableFile(
                f"{self._name}: its part {visible(part, 60)} is larger than {most // MIB:,} MiB. "
                "Save the sheet as CSV (UTF-8)."
            )
        return b"".join(self.unpack(part))

    def _inflate(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        file = self._file
        try:
            file.seek(info.header_offset)
            local = _LOCAL.unpack(file.read(_LOCAL.size))
            if local[0] != b"PK\x03\x04":
                raise damaged(self._name)
            at = info.header_offset + _LOCAL.size + local[9] + local[10]
            left = info.compress_size
            if info.compress_type == zipfile.ZIP_STORED:
                while left > 0:
                    file.seek(at)
                    block = file.read(min(_BLOCK, left))
                    if not block:
                        raise damaged(self._name)
                    at, left = at + len(block), left - len(block)
                    yield block
                return
            if info.compress_type != zipfile.ZIP_DEFLATED:
                raise UnreadableFile(
                    f"{self._name} is packed in an unusual way. Save it again in a spreadsheet program."
                )
            stream = zlib.decompressobj(-15)
            while not stream.eof:
                packed = stream.unconsumed_tail
                if not packed:
                    file.seek(at)
                    packed = file.read(min(_BLOCK, left))
                    at, left = at + len(packed), left - len(packed)
                    if not packed:
                        raise damaged(self._name)
                block = stream.decompress(packed, _BLOCK)
                if block:
                    yield block
        except (zlib.error, struct.error, OSError, ValueError) as problem:
            raise damaged(self._name) from problem


def _check_directory(file: BinaryIO, name: str, limits: SheetLimits) -> None:
    """Before the list of the parts is read as a whole: how long does it say it is?"""
    try:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    except OSError as problem:
        raise damaged(name) from problem
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise damaged(name, "its end is missing, as when a download breaks off")
    _, _, _, _, entries, length, _, _ = _END.unpack_from(tail, at)
    if entries > limits.entries or length > limits.entries * 1_024:
        raise _too_many_parts(name, limits)


def _too_many_parts(name: str, limits: SheetLimits) -> UnreadableFile:
    return UnreadableFile(
        f"{name} consists of more than {limits.entries:,} parts. Copy the table into a new workbook, "
        "or save the sheet as CSV (UTF-8)."
    )


def damaged(name: str, why: str = "", *, or_locked: bool = False) -> UnreadableFile:
    """The sentence for a file that a spreadsheet program would have to mend.

    Args:
        name: of the file, as messages print it.
        why: what was seen, safe to print.
        or_locked: nothing of it could be read, so it may just as well ask for a password.
    """
    reason = f" ({why})" if why else ""
    locked = ", or protected by a password" if or_locked else ""
    return UnreadableFile(
        f"{name} is damaged{reason}{locked}. "
        "Get it again, or open it in a spreadsheet program and save it anew."
    )


def locked(name: str) -> UnreadableFile:
    """The sentence for a file that asks for a password."""
    return UnreadableFile(
        f"{name} is locked with a password. Open it in a spreadsheet program and save it without one."
    )
