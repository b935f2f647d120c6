"""Which column becomes which field."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted
from leapgrid.records.schema import ObjectSchema
from leapgrid.visible import visible

_IGNORED = re.compile(r"[\s_.:*#\-\u2010-\u2015\ufeff]+")

_ALIASES: dict[str, tuple[str, ...]] = {
    "name": (
        "Name", "Full name", "Contact", "Contact name", "Lead name", "Customer name", "Vollständiger Name",
        "Nombre completo", "Nom complet", "Nume complet",
    ),
    "email": (
        "E-mail", "Mail", "E-mail address", "Mail address", "Email ID", "Work email", "E-Mail-Adresse",
        "Mailadresse", "Courriel", "Correo electrónico", "Adresa de email",
    ),
    "phone": (
        "Phone", "Phone number", "Phone no", "Tel", "Tel no", "Telephone", "Telephone number", "Mobile",
        "Mobile number", "Mobile phone", "Mobile no", "Cell", "Cell phone", "Contact number", "Telefon",
        "Telefonnummer", "Handy", "Téléphone", "Teléfono", "Telefono",
    ),
    "status": ("Status", "Lead status"),
    "owner": ("Owner", "Owner ID", "Lead owner", "Record owner"),
    "external_id": (
        "External ID", "Ext ID", "External reference", "External ref", "External key", "Externe ID",
        "Id extern", "ID externo",
    ),
}  # fmt: skip
"""What the documented fields are called in other people's files, besides slug and label."""


def normalise(header: str) -> str:
    """A header without what people vary: case, spaces, underscores, hyphens, dots, colons, stars."""
    return _IGNORED.sub("", header).casefold()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The outcome of matching headers with fields.

    Attributes:
        fields: for each column its field, or None where it is left out.
        named: headers made unique -> field, for the report.
        extra: fields that the schema does not know and that a person asked for, in order.
    """

    fields: tuple[str | None, ...]
    named: dict[str, str | None]
    extra: tuple[str, ...]

    @property
    def by_field(self) -> dict[str, int]:
        """Field -> index of its column."""
        return {field: index for index, field in enumerate(self.fields) if field is not None}


def suggest_mapping(headers: Sequence[str], schema: ObjectSchema) -> tuple[str | None, ...]:
    """For each header the field it stands for, or None.

    A header is a field's slug or label, or one of the names that such columns have in other files; case,
    spaces, underscores and hyphens do not count. No field is given twice: slug and label go before other
    names, then the first column wins.

    Args:
        headers: as in the file.
        schema: the object whose fields are wanted.
    """
    own: dict[str, str] = {}
    other: dict[str, str] = {}
    for field in schema.fields:
        for word in (field.name, field.label):
            own.setdefault(normalise(word), field.name)
    for field in schema.fields:
        for word in _ALIASES.get(field.name, ()):
            other.setdefault(normalise(word), field.name)
    fields: list[str | None] = [None] * len(headers)
    keys = [normalise(header) for header in headers]
    for table in (own, other):
        for index, key in enumerate(keys):
            field_name = table.get(key)
            if key and field_name is not None and fields[index] is None and field_name not in fields:
                fields[index] = field_name
    return tuple(fields)


def unique_names(headers: Sequence[str]) -> tuple[str, ...]:
    """The headers, with those that are empty or stand there a second time named by their place."""
    taken = Counter(headers)
    seen: set[str] = set()
    names: list[str] = []
    for number, header in enumerate(headers, 1):
        name = header
        if not header:
            name = f"(column {number})"
        elif header in seen:
            name = f"{header} (column {number})"
        while name != header and (name in taken or name in seen):
            name += "'"
        seen.add(name)
        names.append(name)
    return tuple(names)


def map_columns(
    headers: Sequence[str],
    schema: ObjectSchema,
    wanted: Mapping[str, str | None],
    *,
    name: str,
    line: int | None,
    filled: Sequence[bool],
    notes: Notebook,
) -> ColumnMapping:
    """Match the columns of a table with fields; what is left out is noted.

    Args:
        headers: as in the file.
        schema: the object.
        wanted: what a person said: header -> field, or None to leave a column out. Goes before all else;
            the field may be one that the schema does not know.
        name: the file's name for messages.
        line: the physical line of the header.
        filled: for each column whether it has any text.
        notes: takes what was left out.

    Raises:
        UnreadableFile: no column became a field, or ``wanted`` names a header that is not there.
    """
    names = unique_names(headers)
    said = resolve_wanted(names, wanted, name)
    taken = {field for field in said.values() if field is not None}
    # A column that a person spoke of takes no field away from the others.
    open_headers = ["" if names[i] in said else header for i, header in enumerate(headers)]
    suggested = suggest_mapping(open_headers, schema)
    fields: list[str | None] = []
    for index, column in enumerate(names):
        if column in said:
            fields.append(said[column])
        else:
            field = suggested[index]
            fields.append(None if field in taken else field)
    if not any(fields):
        raise _nothing_matches(names, schema, name, line, said)
    _note_left_out(names, fields, said, schema, line, filled, notes)
    extra = tuple(field for field in fields if field is not None and field not in schema)
    for field in extra:
        note_extra(field, schema, line, notes)
    return ColumnMapping(tuple(fields), dict(zip(names, fields, strict=True)), extra)


def resolve_wanted(
    names: Sequence[str], wanted: Mapping[str, str | None], name: str
) -> dict[str, str | None]:
    """``wanted`` with each header spelled as in the file.

    Raises:
        UnreadableFile: a header that is not there, or a field that was given to two columns.
    """
    by_key: dict[str, list[str]] = {}
    for column in names:
        by_key.setdefault(normalise(column), []).append(column)
    said: dict[str, str | None] = {}
    for header, field in wanted.items():
        alike = by_key.get(normalise(header), [])
        if header in names:
            column = header
        elif len(alike) == 1:
            column = alike[0]
        else:
            raise UnreadableFile(_no_such_header(header, names, name))
        field = field.strip() if field else None
        if field and field in said.values():
            raise UnreadableFile(f"Two columns of {name} are mapped to {quoted(field)}. Map only one.")
        said[column] = field or None
    return said


def note_extra(field: str, schema: ObjectSchema, line: int | None, notes: Notebook) -> None:
    """Say that a field goes out which the schema does not know."""
    near = difflib.get_close_matches(normalise(field), [normalise(f.name) for f in schema.fields], n=1)
    hint = ""
    if near:
        known = next(f.name for f in schema.fields if normalise(f.name) == near[0])
        hint = f" Closest: {known}."
    notes.add(
        "extra_field",
        line,
        f"{quoted(field)} is not one of the known fields of {schema.label}; it is sent as it stands.{hint}",
    )


def _no_such_header(header: str, names: Sequence[str], name: str) -> str:
    near = difflib.get_close_matches(header, names, n=1, cutoff=0.4)
    if not near:
        keys = {normalise(column): column for column in names}
        near = [keys[key] for key in difflib.get_close_matches(normalise(header), keys, n=1, cutoff=0.4)]
    closest = f"Closest: {quoted(near[0])}." if near else f"There are: {_some(names)}."
    return f"{name} has no header {quoted(header)}. {closest}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(quoted(n) for n in names[:8]) + (
        f" and {len(names) - 8:,} more" if len(names) > 8 else ""
    )


def _nothing_matches(
    names: Sequence[str],
    schema: ObjectSchema,
    name: str,
    line: int | None,
    said: Mapping[str, str | None],
) -> UnreadableFile:
    if said:
        return UnreadableFile(f"No column of {name} is left to be a field of {schema.label}.", line)
    first = visible(next((n for n in names if n.strip()), names[0]))
    example = first if len(first) < 30 and "'" not in first else "Header"
    return UnreadableFile(
        f"None of these headers is a field of {schema.label}. Is line {line} the header? "
        f"{name} has {_some(names)}; --map '{example}={schema.fields[0].name}' "
        "says what a column is.",
        line,
    )


def _note_left_out(
    names: Sequence[str],
    fields: Sequence[str | None],
    said: Mapping[str, str | None],
    schema: ObjectSchema,
    line: int | None,
    filled: Sequence[bool],
    notes: Notebook,
) -> None:
    for index, (column, field) in enumerate(zip(names, fields, strict=True)):
        if field is not None or column in said:
            continue
        alone = suggest_mapping([column.removesuffix(f" (column {index + 1})")], schema)[0]
        if alone is not None:
            winner = names[list(fields).index(alone)]
            notes.add(
                "second_column",
                line,
                f"{quoted(winner)} and {quoted(column)} are both {alone}; {quoted(column)} was left out.",
            )
        elif column == f"(column {index + 1})":
            if filled[index]:
                notes.add("no_header", line, f"Column {index + 1} has no header; it was left out.")
        else:
            notes.add(
                "left_out", line, f"{quoted(column)} is not a field of {schema.label}; it was left out."
            )
