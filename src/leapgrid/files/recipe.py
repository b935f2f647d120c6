"""Recipes: what was said about bringing in one file, kept for the next one of its kind.

A recipe is a TOML file that a person can read and change. It is taken strictly: what it does not know it
refuses, with the nearest that it knows, because a key that is passed over would send other records.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from leapgrid.files import spelled
from leapgrid.files.model import ImportMapping, ReadOptions, UnreadableFile, UnwritableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.source import shown_name
from leapgrid.files.writing import replacing
from leapgrid.visible import visible

VERSION = 1
_LARGEST = 1024 * 1024
_TOP = ("recipe", "object", "default_country", "date_format", "file", "columns", "constants", "values")
_OF_FILE = ("encoding", "delimiter", "header_line", "sheet")
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_Value = TypeVar("_Value")


class Recipe(NamedTuple):
    """What a recipe says.

    Attributes:
        object: slug of the object; "" where it does not say.
        mapping: all else. Columns that it leaves out need not be in the file.
    """

    object: str
    mapping: ImportMapping


def load_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe.

    Raises:
        UnreadableFile: it cannot be read, is none, or says something that it cannot; with the key.
    """
    name = shown_name(path)
    return _Reading(name).recipe(_table(path, name))


def save_recipe(path: str | os.PathLike[str], mapping: ImportMapping, slug: str) -> None:
    """Write a recipe, whole or not at all. What stands there is only replaced where it is a recipe.

    Args:
        path: where to.
        mapping: what was said.
        slug: of the object.

    Raises:
        UnwritableFile: it cannot be written there; what stood there still does.
    """
    name = shown_name(path)
    try:
        text = recipe_text(mapping, slug).encode()
    except UnicodeEncodeError as problem:
        raise UnwritableFile(
            f"{name}: a header or value holds half a character, which no file can."
        ) from problem
    with replacing(path, overwrite=_is_recipe(path, name)) as file:
        file.write(text)


def recipe_text(mapping: ImportMapping, slug: str) -> str:
    """A recipe as it is written to a file; reading it gives the same."""
    lines = [
        "# A LeapGrid recipe: how files of one kind become records.",
        "# leapgrid check FILE --recipe THIS_FILE",
        f"recipe = {VERSION}",
        f"object = {_string(slug)}",
    ]
    if mapping.default_country is not None:
        lines.append(f"default_country = {_string(mapping.default_country)}")
    if mapping.date_order is not None:
        lines.append(f"date_format = {_string(mapping.date_order)}")
    options = mapping.options
    file: dict[str, str | int | None] = {
        "encoding": options.encoding,
        "delimiter": spelled.delimiter_name(options.delimiter) if options.delimiter is not None else None,
        "header_line": options.header_line,
        "sheet": options.sheet,
    }
    if any(value is not None for value in file.values()):
        lines += ["", "[file]"]
        for key, value in file.items():
            if value is not None:
                lines.append(f"{key} = {value if isinstance(value, int) else _string(value)}")
    if mapping.columns:
        lines += ["", '[columns]  # header = field; "" leaves the column out']
        fields = [field for field in mapping.columns.values() if field is not None]
        if len(fields) > len(set(fields)):
            lines.append("# Columns of one field are joined to one text, in this order.")
        lines += [f"{_key(header)} = {_string(field or '')}" for header, field in mapping.columns.items()]
    if mapping.constants:
        lines += ["", "[constants]  # field = the text that every record gets"]
        lines += [f"{_key(field)} = {_string(text)}" for field, text in mapping.constants.items()]
    for field, texts in mapping.values.items():
        if texts:
            lines += ["", f"[values.{_key(field)}]  # text in the file = the text to take instead"]
            lines += [f"{_key(old)} = {_string(new)}" for old, new in texts.items()]
    return "\n".join(lines) + "\n"


def _table(path: str | os.PathLike[str], name: str) -> Mapping[str, Any]:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as problem:
        reason = visible((problem.strerror if isinstance(problem, OSError) else "") or "no such file", 80)
        raise UnreadableFile(f"The recipe {name} cannot be read: {reason}.") from problem
    if len(data) > _LARGEST:
        raise UnreadableFile(f"{name} is no recipe: it is larger than 1 MiB.")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise UnreadableFile(f"{name} is no recipe: it is not text in UTF-8.") from problem
    except tomllib.TOMLDecodeError as problem:
        # "Expected '=' after a key in a key/value pair (at line 3, column 7)"
        raise UnreadableFile(
            f"The recipe {name} is not well formed: {visible(str(problem), 200)}."
        ) from problem
    except RecursionError as problem:
        raise UnreadableFile(f"{name} is no recipe: it is nested too deep.") from problem


def _is_recipe(path: str | os.PathLike[str], name: str) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        found = "recipe" in _table(path, name)
    except UnreadableFile:
        found = False
    if not found:
        raise UnwritableFile(f"{name} is there already and is no recipe. Name another file.")
    return True


class _Reading:
    """One recipe being read.

    Args:
        name: the file's name for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def recipe(self, table: Mapping[str, Any]) -> Recipe:
        version = table.get("recipe")
        if type(version) is not int:
            raise UnreadableFile(f"{self._name} is no recipe: a recipe begins with recipe = {VERSION}.")
        if version != VERSION:
            raise UnreadableFile(
                f"The recipe {self._name} is of form {version:,}; this LeapGrid knows form {VERSION}. "
                "Update LeapGrid."
            )
        self._known(table, _TOP, "")
        file = self._part(table, "file")
        self._known(file, _OF_FILE, "file.")
        columns = self._part(table, "columns")
        constants = self._part(table, "constants")
        values = self._part(table, "values")
        fields = {header: self._text(columns, header, "columns.") or None for header in columns}
        options = ReadOptions(
            encoding=self._spelled(file, "encoding", "file.", spelled.encoding),
            delimiter=self._spelled(file, "delimiter", "file.", spelled.delimiter),
            header_line=self._line(file),
            sheet=self._text(file, "sheet", "file.") if "sheet" in file else None,
        )
        return Recipe(
            self._text(table, "object", "") if "object" in table else "",
            ImportMapping(
                columns=fields,
                constants={field: self._text(constants, field, "constants.") for field in constants},
                values={field: self._texts(values, field) for field in values},
                default_country=self._spelled(table, "default_country", "", spelled.country),
                date_order=self._spelled(table, "date_format", "", spelled.date_order),
                options=options,
                may_lack=frozenset(header for header, field in fields.items() if field is None),
            ),
        )

    def _known(self, table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
        for key in table:
            if key not in keys:
                near = difflib.get_close_matches(key, list(keys), n=1)
                hint = f"Closest: {near[0]}." if near else f"There are: {', '.join(keys)}."
                raise UnreadableFile(
                    f"The recipe {self._name} has an unknown key {quoted(where + key)}. {hint}"
                )

    def _part(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            raise UnreadableFile(f"The recipe {self._name}: {key} is a table, [{key}] on a line of its own.")
        return found

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str:
        found = table[key]
        if not isinstance(found, str):
            raise UnreadableFile(f"The recipe {self._name}: {quoted(where + key)} is a text in quotes.")
        return found

    def _texts(self, table: Mapping[str, Any], field: str) -> dict[str, str]:
        found = table[field]
        if not isinstance(found, dict):
            raise UnreadableFile(f"The recipe {self._name}: {quoted('values.' + field)} is a table of texts.")
        return {old: self._text(found, old, f"values.{field}.") for old in found}

    def _line(self, table: Mapping[str, Any]) -> int | None:
        found = table.get("header_line")
        if found is None:
            return None
        if type(found) is not int:
            raise UnreadableFile(f"The recipe {self._name}: “file.header_line” is a number.")
        try:
            return spelled.header_line(found)
        except spelled.Misspelled as problem:
            raise UnreadableFile(f"The recipe {self._name}: file.header_line {problem}") from problem

    def _spelled(
        self, table: Mapping[str, Any], key: str, where: str, read: Callable[[str], _Value | None]
    ) -> _Value | None:
        if key not in table:
            return None
        try:
            return read(self._text(table, key, where))
        except spelled.Misspelled as problem:
            raise UnreadableFile(f"The recipe {self._name}: {where}{key} {problem}") from problem


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _string(text)


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if _control(c) else c) for c in text) + '"'


def _control(character: str) -> bool:
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0
