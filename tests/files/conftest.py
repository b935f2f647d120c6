from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leapgrid.files import FileRead, UnreadableFile, read_file
from leapgrid.records.schema import schema_for

Read = Callable[..., FileRead]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file and read it: ``read("in.csv", "name\\nAnna\\n", said=..., slug="lead")``."""

    def write_and_read(name: str, data: str | bytes, *, slug: str = "lead", **options: Any) -> FileRead:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_file(path, schema=schema_for(slug), **options)

    return write_and_read


@pytest.fixture
def refusal(read: Read) -> Callable[..., UnreadableFile]:
    """The reason why a file is not read."""

    def why(name: str, data: str | bytes, **options: Any) -> UnreadableFile:
        with pytest.raises(UnreadableFile) as caught:
            read(name, data, **options)
        return caught.value

    return why


def rows(found: FileRead) -> list[list[str]]:
    """The cells of a file, row by row."""
    columns = [found.frame.column(index) for index in range(len(found.frame.headers))]
    return [list(cells) for cells in zip(*columns, strict=True)]


def records(found: FileRead) -> list[dict[str, str]]:
    """What each row holds in its fields, without what is empty."""
    return [
        {field: text for field, at in found.mapping.items() if (text := found.frame.cell(row, at))}
        for row in range(found.frame.height)
    ]


def codes(found: FileRead) -> list[str]:
    """The codes of the notes, in their order."""
    return [note.code for note in found.notes]
