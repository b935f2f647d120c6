"""A JSON value to a table: one record an object, one column a key."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from leapgrid.files.columns import ColumnsBuilder
from leapgrid.files.headers import normalise, note_extra, resolve_wanted, unique_names
from leapgrid.files.jsonscan import Literal, Object
from leapgrid.files.jsontext import compact, depth
from leapgrid.files.limits import MAX_CELL, MAX_COLUMNS, MAX_DEPTH, MAX_KEYED_CELLS
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted
from leapgrid.records.frame import Frame
from leapgrid.records.schema import ObjectSchema
from leapgrid.visible import visible

_LISTS = ("values", "records", "data", "items")
"""Keys under which a list of records usually stands beside other things; the API's upsert uses values."""

_SECRET = re.compile(
    r"passw|passphrase|(?:^|[^a-z])pwd(?:$|[^a-z])|secret|token|cookie|credential|authoriz|bearer"
    r"|(?:api|access|private)[ _-]?key",
    re.IGNORECASE,
)
"""How the name of a field tells that its values are to be known to nobody."""

_KINDS = {str: "text", list: "a list", bool: "true or false", type(None): "null", Literal: "a number"}


def records_of(value: Any, name: str, schema: ObjectSchema, notes: Notebook) -> list[Object]:
    """The records of a JSON value: a list of objects, an object around such a list, or a single object.

    Raises:
        UnreadableFile: there is something else where a record is expected.
    """
    if isinstance(value, Object):
        inner = _wrapped(value)
        if inner is not None:
            key, items = inner
            notes.add("wrapped", None, f"The records were taken from {quoted(key)}.")
            return _all_objects(items, f"{quoted(key)} in {name}")
        return [value]
    if isinstance(value, list):
        return _all_objects(value, name)
    raise UnreadableFile(
        f"{name} holds {kind_of(value)}, not records. A list of objects is expected: [{{...}}, ...].", None
    )


def _wrapped(value: Object) -> tuple[str, list[Any]] | None:
    if len(value) == 1:
        key, items = next(iter(value.items()))
        return (key, items) if isinstance(items, list) else None
    lists = [key for key, items in value.items() if isinstance(items, list) and _some_objects(items)]
    if len(lists) == 1 and lists[0].lower() in _LISTS:
        return lists[0], value[lists[0]]
    return None


def _some_objects(items: list[Any]) -> bool:
    return any(isinstance(item, Object) for item in items)


def _all_objects(items: list[Any], where: str) -> list[Object]:
    for number, item in enumerate(items, 1):
        if not isinstance(item, Object):
            raise UnreadableFile(
                f"Record {number} of {where} is {kind_of(item)}, not an object with fields. "
                'Write it as {"name": "..."}.',
            )
    return items


def kind_of(value: Any) -> str:
    """What a JSON value is, in plain words."""
    return _KINDS.get(type(value), "an object")


def tabulate(records: list[Object], name: str, notes: Notebook) -> Frame:
    """One column a key, in the order in which the keys come first; no value is changed but lone surrogates.

    Raises:
        UnreadableFile: too many different keys, too many cells, or a value that is too long.
    """
    table = RecordTable(name, notes)
    for record in records:
        table.add(record, expected=len(records))
    return table.finish()


class RecordTable:
    """Records on their way into a frame, one at a time.

    Args:
        name: the file's name for messages.
        notes: takes what a person should know.
    """

    def __init__(self, name: str, notes: Notebook) -> None:
        self._name = name
        self._notes = notes
        self._columns = ColumnsBuilder()
        self._lines: list[int] = []

    def add(self, record: Object, expected: int = 0) -> None:
        """Take a record.

        Args:
            expected: how many there will be in all, where that is known.

        Raises:
            UnreadableFile: too many different keys, too many cells, or a value that is too long.
        """
        number = self._columns.height + 1
        if record.repeated:
            self._note_repeated(record, number)
        width = self._columns.width
        cells = {key: self._text(value, key, number, record.line) for key, value in record.items()}
        self._columns.add(cells)
        self._lines.append(record.line)
        if self._columns.width != width or number % 1024 == 0:
            self._refuse_size(self._columns.width, max(expected, number), number, record.line)

    def finish(self) -> Frame:
        """All records. They have lines where every one of them knows its own."""
        headers = tuple(
            _without_lone_surrogates(key, "Record 1", "a key", self._notes) for key in self._columns.keys
        )
        lines = self._lines if all(self._lines) and self._lines else None
        if self._lines and not headers:
            # Only empty objects: a frame without a column has as many rows as lines.
            lines = lines or list(range(1, len(self._lines) + 1))
        return Frame(headers, self._columns.finish(), lines)

    def _note_repeated(self, record: Object, number: int) -> None:
        for key in record.repeated:
            if self._notes.has_room("repeated_key"):
                said = (
                    f"{self._place(number, record.line)} has {quoted(key)} more than once; the last counts."
                )
                self._notes.add("repeated_key", record.line or None, said)

    def _place(self, number: int, line: int) -> str:
        return f"Record {number}" + (f" (line {line})" if line else "")

    def _refuse_size(self, width: int, height: int, number: int, line: int) -> None:
        if width > MAX_COLUMNS:
            raise UnreadableFile(
                f"{self._name} has more than {MAX_COLUMNS:,} different keys up to record {number}. "
                "A record is expected to have fields of one object.",
                line or None,
            )
        if width * height > MAX_KEYED_CELLS:
            raise UnreadableFile(
                f"{self._name} has more than {MAX_KEYED_CELLS:,} cells ({height:,} records, {width:,} "
                f"different keys up to record {number}). Split it.",
                line or None,
            )

    def _text(self, value: Any, key: str, number: int, line: int) -> str:
        if type(value) is str and value.isascii() and len(value) <= MAX_CELL:
            return value
        if value is None:
            return ""
        if value is True:
            return "true"
        if value is False:
            return "false"
        if isinstance(value, str):
            text = str(value)
        else:
            if depth(value) > MAX_DEPTH - 2:  # the list of records and the record are two levels
                raise UnreadableFile(
                    f"Record {number} of {self._name} is nested deeper than {MAX_DEPTH} levels in "
                    f"{quoted(key)}. A record is expected to have texts and numbers.",
                    line or None,
                )
            text = compact(value)
            if self._notes.has_room("nested_value"):
                self._notes.add(
                    "nested_value",
                    line or None,
                    f"{self._place(number, line)} has {kind_of(value)} in {quoted(key)}; "
                    "it was read as its JSON text.",
                )
        if len(text) > MAX_CELL:
            raise UnreadableFile(
                f"{self._place(number, line)} of {self._name} has a value of more than {MAX_CELL:,} "
                f"characters in {quoted(key)}. Shorten it.",
                line or None,
            )
        return _without_lone_surrogates(text, self._place(number, line), quoted(key), self._notes, line)


def _without_lone_surrogates(text: str, record: str, where: str, notes: Notebook, line: int = 0) -> str:
    """Half a character, which JSON can spell and nothing can store, becomes the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        # json5 leaves pairs unjoined; they are whole characters.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\ufffd" in whole and notes.has_room("half_character"):
            notes.add(
                "half_character",
                line or None,
                f"{record} has half of a character (a lone surrogate) in {where}; "
                "it was replaced by “\ufffd”.",
            )
        return whole
    return text


def map_keys(
    frame: Frame,
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    *,
    name: str,
    single: bool,
    notes: Notebook,
) -> dict[str, str | None]:
    """Which key becomes which field: its own name, or what a person said.

    A JSON source spells the API's own keys, so they are matched exactly, and what the schema does not know
    is sent all the same: organisations have fields of their own.

    Args:
        single: the file was one object and not a list; then at least one key has to be known, because
            any JSON object would pass for a record otherwise.

    Raises:
        UnreadableFile: ``wanted`` names a key that is not there, or nothing is a field.
    """
    names = unique_names(frame.headers)
    said = resolve_wanted(names, wanted, name, schema=schema) if wanted else {}
    taken = {field for field in said.values() if field is not None}
    fields: dict[str, str | None] = {}
    for key, column in zip(frame.headers, names, strict=True):
        if column in said:
            fields[column] = said[column]
        elif key in taken:
            fields[column] = None
            notes.add("second_column", None, f"{quoted(column)} was left out: another key is mapped to it.")
        elif key.strip():
            taken.add(key)
            fields[column] = key
        else:
            fields[column] = None
            notes.add("no_header", None, "A key without a name was left out.")
    if single and not any(field in schema for field in fields.values() if field is not None):
        known = {normalise(field.name) for field in schema.fields}
        near = [key for key in frame.headers if normalise(key) in known]
        hint = f" {quoted(near[0])} is spelled otherwise." if near else ""
        raise UnreadableFile(
            f"{name} is one JSON object, and none of its keys is a field of {schema.label}.{hint} "
            "A list of records is expected: [{...}, ...]."
        )
    for column, field in fields.items():
        if field is None or field in schema:
            continue
        note_extra(field, schema, None, notes)
        if column not in said and _SECRET.search(column):
            option = visible(shlex.quote(f"{column}="), 80)
            option = option if option.startswith("'") else f"'{option}'"
            notes.add(
                "secret_field",
                None,
                f"{quoted(column)} looks like a secret and is sent as it stands; "
                f"leave it out with --map {option}.",
            )
    return fields
