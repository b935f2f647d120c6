"""What a person said about bringing in a file: plain values, kept by the workspace, obeyed by what reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be read; what is None is found out.

    Attributes:
        encoding: a name that Python's codecs know, such as ``cp1252``.
        delimiter: the one character that parts values.
        header_line: the physical line (or row of the sheet) of the headers, from 1; 0: there are none.
        sheet: the name of a spreadsheet's sheet.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """What a person said about bringing in a file: on the mapping screen, by options, in a recipe, earlier.

    Attributes:
        columns: header (made unique by :func:`leapgrid.files.unique_names`) -> field, None to leave the
            column out. Columns that share a text field are joined in this order, a space between their texts.
        constants: field -> the text that every record gets in it.
        values: field -> {text in the file: text to take instead}.
        default_country: two letters, for phones without a country code; None: as the profile says.
        date_order: how 03/04/2026 is read; None: nobody has said.
        options: how the file is read.
        may_lack: headers of ``columns`` that need not be in the file, as those that a recipe leaves out.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_country: str | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    options: ReadOptions = ReadOptions()
    may_lack: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def is_chosen(self) -> bool:
        """Whether a person said anything by which the next file with the same headers could be brought in."""
        return bool(self.columns or self.constants or self.values)


def mapping_to_json(mapping: ImportMapping) -> dict[str, Any]:
    """What is kept of what was said, for the next file with the same headers: not how that one was read."""
    return {
        "columns": list(mapping.columns.items()),
        "constants": dict(mapping.constants),
        "values": {name: list(texts.items()) for name, texts in mapping.values.items()},
        "default_country": mapping.default_country,
        "date_order": mapping.date_order,
    }


def mapping_from_json(data: Mapping[str, Any]) -> ImportMapping:
    """The inverse of :func:`mapping_to_json`.

    Raises:
        ValueError: it is not what that wrote; so do TypeError, KeyError and AttributeError say.
    """
    order = data.get("date_order")
    if order not in ("dmy", "mdy", None):
        raise ValueError("no order of dates")
    country = data.get("default_country")
    return ImportMapping(
        columns={str(header): None if name is None else str(name) for header, name in data["columns"]},
        constants={str(name): str(text) for name, text in data["constants"].items()},
        values={
            str(name): {str(old): str(new) for old, new in texts} for name, texts in data["values"].items()
        },
        default_country=None if country is None else str(country),
        date_order=order,
    )
