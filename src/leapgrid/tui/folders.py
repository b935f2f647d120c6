"""Folders as a person who types a path sees them: what is there, what fits, how far a name goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leapgrid.visible import visible

READABLE = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".json", ".json5", ".jsonl", ".ndjson", ".curl"}
)
_MOST_READ = 5000
_ANEW = re.compile(r"/(?=/|~(?:/|\Z))")
"""A slash behind which a path begins anew."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Something in a folder.

    Attributes:
        name: as the system gives it, raw.
        size: in bytes; None for a folder or where it cannot be told.
    """

    name: str
    is_folder: bool
    size: int | None

    @property
    def is_readable(self) -> bool:
        """Whether its name says that it can be read as records."""
        return not self.is_folder and Path(self.name).suffix.lower() in READABLE


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder has, or in a sentence why that cannot be told.

    Attributes:
        path: the folder.
        more: whether it has more than was read.
    """

    path: Path
    entries: tuple[FileEntry, ...] = ()
    more: bool = False
    problem: str = ""


def read_folder(path: Path) -> Folder:
    """List a folder: folders first, then files that can be read, then others. Never raises OSError."""
    found: list[FileEntry] = []
    more = False
    try:
        with os.scandir(path) as listing:
            for item in listing:
                if len(found) >= _MOST_READ:
                    more = True
                    break
                found.append(_entry(item))
    except FileNotFoundError:
        return Folder(path, problem=f"There is no folder {visible(path, 120)}.")
    except NotADirectoryError:
        return Folder(path, problem=f"{visible(path, 120)} is a file, not a folder.")
    except PermissionError:
        return Folder(path, problem=f"The folder {visible(path, 120)} may not be read. Choose another.")
    except (OSError, ValueError):
        return Folder(path, problem=f"The folder {visible(path, 120)} cannot be read. Choose another.")
    found.sort(key=lambda e: (not e.is_folder, not e.is_readable, e.name.casefold()))
    return Folder(path, tuple(found), more)


def _entry(item: os.DirEntry[str]) -> FileEntry:
    try:
        folder = item.is_dir()
        return FileEntry(item.name, folder, None if folder else item.stat().st_size)
    except OSError:
        return FileEntry(item.name, False, None)  # a link that leads nowhere; opening it says so


def anew(text: str) -> str:
    """What is meant by a typed path in which one begins anew behind another, as editors have it.

    ``/there//var/x`` is ``/var/x``, and ``/there/~/x`` is ``~/x``: so nobody has to delete what stood there.
    """
    return text[max((found.end() for found in _ANEW.finditer(text)), default=0) :]


def parted(text: str) -> tuple[Path, str]:
    """What is typed as a folder, and the beginning of a name in it. ``~`` is the home folder.

    A path that begins anew behind another is taken as :func:`anew` has it.
    """
    text = anew(text)
    head, _, tail = text.rpartition("/")
    if "/" not in text:
        if text == "~":
            return Path.home(), ""
        return Path.cwd(), text
    try:
        return Path(head or "/").expanduser(), tail
    except RuntimeError:
        return Path(head or "/"), tail  # a user without a home: the folder will not be found


def matching(folder: Folder, start: str) -> tuple[FileEntry, ...]:
    """The entries whose name begins with what was typed, or else holds it; hidden ones only if asked for."""
    needle = start.casefold()
    seen = [e for e in folder.entries if start.startswith(".") or not e.name.startswith(".")]
    begin = [e for e in seen if e.name.casefold().startswith(needle)]
    return tuple(begin or [e for e in seen if needle in e.name.casefold()])


def completed(entries: Iterable[FileEntry], start: str) -> str:
    """How far all names that begin so go together; a single folder gets its slash."""
    names = [e for e in entries if e.name.casefold().startswith(start.casefold())]
    if not names:
        return start
    if len(names) == 1:
        return names[0].name + ("/" if names[0].is_folder else "")
    common = names[0].name
    for entry in names[1:]:
        same = 0
        while same < min(len(common), len(entry.name)) and common[same] == entry.name[same]:
            same += 1
        common = common[:same]
    return common if len(common) > len(start) else start


def file_size(size: int | None) -> str:
    """A size for a person: 812 B, 12 KB, 3.4 MB."""
    if size is None:
        return ""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"


def as_typed(folder: Path) -> str:
    """A folder as the beginning of a path, with ``~`` for the home folder."""
    text = anew(str(folder))  # a root of two slashes is a path to Python, and nothing else here
    home = str(Path.home())
    if home != "/" and (text == home or text.startswith(home + "/")):
        text = "~" + text[len(home) :]
    return text if text.endswith("/") else text + "/"
